//! What can be wrong with a data set, each as one sentence that says what it is and what to do.

use super::ImageShape;
use std::io;
use std::path::PathBuf;

/// Why a data set could not be made or batched.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Neither a built-in name nor a path that exists.
    #[error(
        "there is no data set, file or folder called \"{path}\"; use digits, shapes, or the path of an IDX file or of a folder with MNIST's files"
    )]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{path} cannot be read ({reason}); check that it is a file you may open")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        reason: io::Error,
    },
    /// A folder without MNIST's training images.
    #[error(
        "the folder {folder} holds no train-images-idx3-ubyte, with or without .gz; put the training images there or give the image file itself"
    )]
    NoImages {
        /// The folder.
        folder: PathBuf,
    },
    /// Named .gz, but not compressed.
    #[error("{path} is named .gz but is not gzip; rename it without .gz or compress it again")]
    NotGzip {
        /// The file.
        path: PathBuf,
    },
    /// Compressed data that does not unpack.
    #[error("{path} is damaged gzip ({reason}); fetch or compress it again")]
    BrokenGzip {
        /// The file.
        path: PathBuf,
        /// What the unpacker says.
        reason: io::Error,
    },
    /// The first four bytes are not those of the file that was wanted.
    #[error(
        "{path} starts with the number 0x{found:08x}, but an IDX file of {wanted}; give an unsigned-byte IDX file of that kind"
    )]
    Magic {
        /// The file.
        path: PathBuf,
        /// Its first four bytes, big-endian.
        found: u32,
        /// What was wanted, and the numbers it starts with.
        wanted: &'static str,
    },
    /// Ends before its header does.
    #[error("{path} ends inside its header; fetch the file again")]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// Holds less than the header promises.
    #[error("{path} promises {promised} bytes of data but holds only {found}; fetch the file again")]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes after the header, by the header.
        promised: u64,
        /// Bytes after the header, in fact.
        found: u64,
    },
    /// Holds more than the header promises.
    #[error("{path} goes on after the {promised} bytes its header promises; fetch the file again")]
    Trailing {
        /// The file.
        path: PathBuf,
        /// Bytes after the header, by the header.
        promised: u64,
    },
    /// Images of a size the networks are not built for.
    #[error("{path} holds images of {height}x{width} pixels; shrink them to at most 128x128")]
    Size {
        /// The file.
        path: PathBuf,
        /// Rows.
        height: u32,
        /// Columns.
        width: u32,
    },
    /// Neither grey nor colour.
    #[error("{path} holds images of {channels} channels; use 1 (grey) or 3 (red, green, blue)")]
    Channels {
        /// The file.
        path: PathBuf,
        /// Its channels.
        channels: u32,
    },
    /// Nothing in it.
    #[error("{name} holds no images; give a set with at least one")]
    Empty {
        /// The file or the built-in set.
        name: String,
    },
    /// More than is kept in memory.
    #[error("{name} promises {count} images, more than the 2 GiB that are kept in memory; use fewer images")]
    TooMany {
        /// The file or the built-in set.
        name: String,
        /// The number promised.
        count: u64,
    },
    /// Labels of some other images.
    #[error(
        "{path} holds {labels} labels for {images} images; use the label file that belongs to the images"
    )]
    LabelCount {
        /// The label file.
        path: PathBuf,
        /// Labels in it.
        labels: usize,
        /// Images beside it.
        images: usize,
    },
    /// Training and test images of which only one part is labelled.
    #[error(
        "{folder} has labels for only one of its training and test images; add the missing label file or remove the other"
    )]
    HalfLabelled {
        /// The folder.
        folder: PathBuf,
    },
    /// Training and test images that do not fit one network.
    #[error("{folder} has training images of {train} but test images of {test}; use two files of one size")]
    Mismatch {
        /// The folder.
        folder: PathBuf,
        /// Shape of the training images.
        train: ImageShape,
        /// Shape of the test images.
        test: ImageShape,
    },
    /// A messiness that is no amount.
    #[error("a messiness of {messiness} cannot be drawn; use a number from 0 (neat) to about 2 (wild)")]
    Messiness {
        /// The value given.
        messiness: f64,
    },
    /// A share that is no share.
    #[error("a held-out share of {held_out} is no share; use a number from 0 to below 0.5")]
    HeldOut {
        /// The value given.
        held_out: f64,
    },
    /// Validation and test take every image.
    #[error(
        "holding out {held_out} of {count} images twice leaves none to train on; hold out less or use more images"
    )]
    NothingToTrain {
        /// The share for validation, and again for test.
        held_out: f64,
        /// Images in the set.
        count: usize,
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
