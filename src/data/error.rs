//! What can be wrong with a data set, each as one sentence that says what it is and what to do.

use std::io;

use super::shape::ImageShape;

/// Why a data set could not be made or split into batches. `name` is the file, the folder or the built-in set.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Neither a built-in name nor a path that exists.
    #[error("there is no data set, file or folder called \"{name}\"; use {accepted}")]
    Missing {
        /// What was asked for.
        name: String,
        /// What can be used instead.
        accepted: String,
    },
    /// No reader recognises it.
    #[error("{name} is in no format that can be read; use {accepted}")]
    UnknownFormat {
        /// The file or folder.
        name: String,
        /// What can be used instead.
        accepted: String,
    },
    /// The operating system refused.
    #[error("{name} cannot be read ({reason}); check that it is a file you may open")]
    Unreadable {
        /// The file.
        name: String,
        /// The system's own words.
        reason: io::Error,
    },
    /// Named .gz, but not compressed.
    #[error("{name} is named .gz but is not gzip; rename it without .gz or compress it again")]
    NotGzip {
        /// The file.
        name: String,
    },
    /// Compressed data that cannot be decompressed.
    #[error("{name} is damaged gzip ({reason}); download or compress it again")]
    BrokenGzip {
        /// The file.
        name: String,
        /// What the decompressor says.
        reason: io::Error,
    },
    /// The first four bytes are not those of the file that was wanted.
    #[error(
        "{name} starts with the number 0x{found:08x}, but an IDX file {wanted}; give an IDX file of that kind"
    )]
    Magic {
        /// The file.
        name: String,
        /// Its first four bytes, big-endian.
        found: u32,
        /// What was wanted, and the numbers it starts with.
        wanted: &'static str,
    },
    /// Several arrays could be the images, or none.
    #[error(
        "{name} does not say which array has the images ({arrays}); choose one whose shape is count x height x width with data.array, such as data.array=a"
    )]
    WhichArray {
        /// The file.
        name: String,
        /// The arrays and their shapes.
        arrays: String,
    },
    /// A header of an array that cannot be read.
    #[error("{name} is a damaged NumPy file ({what}); save it again")]
    NpyHeader {
        /// The file.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// An array of something else than numbers.
    #[error("{name} holds values of the type {kind}; save images and labels as numbers, such as uint8")]
    NpyType {
        /// The file.
        name: String,
        /// NumPy's word for the type.
        kind: String,
    },
    /// More than is kept in memory.
    #[error("{name} promises more numbers than fit into memory; use fewer or smaller images")]
    TooManyNumbers {
        /// The file.
        name: String,
    },
    /// A table with a row that cannot be read.
    #[error("{name}, line {line}: {what}; write one image in each row, with numbers only")]
    Csv {
        /// The file.
        name: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A table whose rows are no images.
    #[error(
        "{name} has {columns} columns; a row must hold the pixels of a square image, such as 784 for 28x28, and at most one label"
    )]
    CsvColumns {
        /// The file.
        name: String,
        /// Columns of it.
        columns: usize,
    },
    /// An archive that cannot be read.
    #[error("{name} is a damaged ZIP ({reason}); download or compress it again")]
    BrokenZip {
        /// The file.
        name: String,
        /// What the reader of archives says.
        reason: String,
    },
    /// More folders than classes.
    #[error(
        "{name} has {classes} folders of pictures, and at most 256 classes are told apart; use fewer folders"
    )]
    TooManyClasses {
        /// The folder or the archive.
        name: String,
        /// Folders in it.
        classes: usize,
    },
    /// Ends before its header does.
    #[error("{name} ends inside its header; download the file again")]
    NoHeader {
        /// The file.
        name: String,
    },
    /// Holds less than the header promises.
    #[error("{name} promises {promised} bytes of data but holds only {found}; download the file again")]
    Truncated {
        /// The file.
        name: String,
        /// Bytes after the header, by the header.
        promised: u64,
        /// Bytes after the header, in fact.
        found: u64,
    },
    /// Holds more than the header promises.
    #[error("{name} continues after the {promised} bytes its header promises; download the file again")]
    Trailing {
        /// The file.
        name: String,
        /// Bytes after the header, by the header.
        promised: u64,
    },
    /// Images larger than the networks are built for.
    #[error("{name} holds images of {height}x{width} pixels; scale them down to at most {most}x{most}")]
    Size {
        /// The file.
        name: String,
        /// Rows.
        height: u32,
        /// Columns.
        width: u32,
        /// The most rows and columns.
        most: u32,
    },
    /// Neither grey nor colour.
    #[error("{name} holds images of {channels} channels; use 1 (grey) or 3 (red, green, blue)")]
    Channels {
        /// The file.
        name: String,
        /// Its channels.
        channels: u32,
    },
    /// A pixel that is not from 0 to 1.
    #[error("{name} holds a pixel of {value}; scale its pixels to numbers from 0 to 1")]
    Value {
        /// The file.
        name: String,
        /// The first such pixel.
        value: f32,
    },
    /// Nothing in it.
    #[error("{name} holds no images; use a data set with at least one")]
    Empty {
        /// The file, the folder or the built-in set.
        name: String,
    },
    /// More than is kept in memory.
    #[error(
        "{name} promises {count} images of {shape}, {needed} in memory; use fewer images, at most {most}"
    )]
    TooLarge {
        /// The file or the built-in set.
        name: String,
        /// The number of images promised.
        count: u64,
        /// Their shape.
        shape: ImageShape,
        /// The memory that they would take, in words.
        needed: String,
        /// The most memory, in words.
        most: String,
    },
    /// Labels of some other images.
    #[error(
        "{name} holds {labels} labels for {images} images; use the label file that belongs to the images"
    )]
    LabelCount {
        /// The label file.
        name: String,
        /// Labels in it.
        labels: usize,
        /// Images beside it.
        images: usize,
    },
    /// Only one of training and test images is labelled.
    #[error(
        "{name} has labels for only one of its training and test images; add the missing label file or remove the other"
    )]
    HalfLabelled {
        /// The folder.
        name: String,
    },
    /// Training and test images of different shapes.
    #[error("{name} has training images of {train} but test images of {test}; use two files of one size")]
    Mismatch {
        /// The folder.
        name: String,
        /// Shape of the training images.
        train: ImageShape,
        /// Shape of the test images.
        test: ImageShape,
    },
    /// A messiness that cannot be drawn.
    #[error("a messiness of {messiness} cannot be drawn; use a number from 0 (neat) to about 2 (wild)")]
    Messiness {
        /// The value given.
        messiness: f64,
    },
    /// Not a fraction that can be held out.
    #[error("a held-out fraction of {held_out} is not possible; use a number from 0 to below 0.5")]
    HeldOut {
        /// The value given.
        held_out: f64,
    },
    /// Validation and test take every image.
    #[error(
        "holding out {held_out} of {count} images twice leaves none to train on; hold out less or use more images"
    )]
    NothingToTrain {
        /// The fraction for validation, and again for the test.
        held_out: f64,
        /// Images in the set.
        count: usize,
    },
    /// Classes are chosen where there are none.
    #[error(
        "the images have no classes, so none can be chosen with data.classes = \"{choice}\"; use \"all\""
    )]
    NoClasses {
        /// What was chosen.
        choice: String,
    },
    /// A class that the set does not have.
    #[error("the images have no class called \"{class}\"; their classes are {known}")]
    UnknownClass {
        /// What was asked for.
        class: String,
        /// The classes there are.
        known: String,
    },
    /// Parts that cannot be cut.
    #[error(
        "{count} images cannot be cut into {folds} parts of which number {fold} is for validation; use 2 to {count} folds"
    )]
    Folds {
        /// The part for validation.
        fold: usize,
        /// The number of parts.
        folds: usize,
        /// Images there are.
        count: usize,
    },
    /// Unfamiliar images of another size.
    #[error(
        "{name} has images of {shape}, but the network is trained on {wanted}; use unfamiliar images of that size"
    )]
    ForeignShape {
        /// The other set.
        name: String,
        /// Its shape.
        shape: ImageShape,
        /// That of the images to train on.
        wanted: ImageShape,
    },
    /// No class is kept, or none of its images is for training.
    #[error("data.classes = \"{choice}\" leaves no class to train on; keep at least one")]
    NoClassLeft {
        /// What was chosen.
        choice: String,
    },
    /// A batch that one epoch cannot fill.
    #[error(
        "a batch of {batch} does not fit the {train} training images; use a batch from 1 to {train} or more images"
    )]
    Batch {
        /// Images per batch.
        batch: usize,
        /// Images to train on.
        train: usize,
    },
}
