//! Folders and ZIP archives of pictures (PNG, JPEG, GIF, WebP, BMP): the classes are their sub-folders.
//!
//! Contract: one picture at a time is decoded, within limits on its file and its size. A picture that cannot be read is
//! left out and counted, and the others are read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::{Component, Path, PathBuf};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, guess_format};

use super::archive::Archive;
use super::fitted::{Fitting, is_dark_on_light};
use super::options::ReadOptions;
use super::reader::{FormatReader, Found, Input, LabelledImages};
use crate::data::error::DataError;
use crate::data::pixels::PixelData;
use crate::data::shape::ImageShape;
use crate::recipe::{ColorChoice, Invert};

/// The deepest folder that is looked into: a part of the set, a class, pictures.
const DEEPEST: usize = 3;
/// Classes are counted with one byte.
const MOST_CLASSES: usize = 256;
/// The largest file of a picture, and what a decoder may take, in bytes.
const LARGEST_FILE: u64 = 64 << 20;
const MOST_MEMORY: u64 = 512 << 20;
/// The longest side of a picture before it is fitted.
const LONGEST_SIDE: u32 = 20_000;
/// The side that pictures of different sizes are fitted to, unless another one is chosen.
const USUAL_SIDE: u32 = 32;
/// Names of folders whose pictures are for the test, and of those to train on.
const TEST_FOLDERS: [&str; 4] = ["test", "val", "valid", "validation"];
const TRAIN_FOLDER: &str = "train";

/// The reader of pictures.
pub(super) struct PictureReader;

impl FormatReader for PictureReader {
    fn accepts(&self) -> &'static [&'static str] {
        &["a folder or ZIP of pictures, with a sub-folder for each class"]
    }

    fn recognises(&self, input: &Input<'_>) -> bool {
        match input {
            Input::Folder(folder) => files(folder, 0).iter().any(|path| is_picture_file(path)),
            _ => Archive::open(input).is_ok_and(|archive| {
                archive.is_some_and(|archive| archive.names().any(|name| has_picture_name(&name)))
            }),
        }
    }

    fn read(&self, input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Found, DataError> {
        let mut pictures = Pictures::open(input)?;
        let (mut set, all) = (SetOfPictures::default(), 0..pictures.paths.len());
        // Pictures are fitted as soon as they are decoded, so that only small ones are kept.
        let sizes: Vec<[u32; 2]> =
            all.clone().filter_map(|at| pictures.bytes(at).and_then(|bytes| size(&bytes))).collect();
        let fitting = Fitting { side: set.side(&sizes, options), fit: options.fit };
        let side = fitting.side.map_or(sizes.first().copied().unwrap_or_default(), |side| [side, side]);
        let shape = options.limits.shape(&input.name(), side[1], side[0], 3)?;
        options.limits.check_memory(&input.name(), sizes.len() as u64, shape, 1)?;
        for at in all {
            let path = pictures.paths[at].clone();
            let decoded = pictures.bytes(at).and_then(|bytes| decode(&bytes));
            set.add(&path, decoded.map(|picture| fitting.fitted(picture)));
        }
        set.found(&input.name(), options)
    }
}

/// Files below a folder, in order. Links to folders are not followed.
fn files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for entry in entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth + 1 < DEEPEST => found.extend(files(&entry.path(), depth + 1)),
            Ok(kind) if !kind.is_dir() && entry.path().is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found.sort();
    found
}

fn is_picture_file(path: &Path) -> bool {
    let mut head = Vec::new();
    let file = File::open(path);
    file.is_ok_and(|file| file.take(64).read_to_end(&mut head).is_ok()) && guess_format(&head).is_ok()
}

fn has_picture_name(name: &str) -> bool {
    let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ["png", "jpg", "jpeg", "gif", "webp", "bmp"].contains(&ending.as_str()))
}

/// Where pictures come from.
struct Pictures<'a> {
    /// Their paths below the folder or in the archive.
    paths: Vec<PathBuf>,
    /// The folder, or the archive with the names of its entries.
    source: Source<'a>,
}

enum Source<'a> {
    Folder(PathBuf),
    Archive(Box<Archive<'a>>, Vec<String>),
}

impl<'a> Pictures<'a> {
    fn open(input: &Input<'a>) -> Result<Self, DataError> {
        if let Input::Folder(folder) = input {
            let below = |path: PathBuf| path.strip_prefix(folder).map(Path::to_owned).ok();
            let paths = files(folder, 0).into_iter().filter_map(below).collect();
            return Ok(Self { paths, source: Source::Folder(folder.clone()) });
        }
        let archive = Archive::open(input)?;
        let archive = archive.ok_or_else(|| DataError::Empty { name: input.name() })?;
        let mut entries: Vec<(PathBuf, String)> =
            archive.names().filter_map(|name| Some((inside(&name)?, name))).collect();
        entries.sort();
        let (paths, names) = entries.into_iter().unzip();
        Ok(Self { paths, source: Source::Archive(Box::new(archive), names) })
    }

    /// The file of a picture; `None` where it cannot be read or is too large.
    fn bytes(&mut self, at: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        match &mut self.source {
            Source::Folder(folder) => {
                let file = File::open(folder.join(&self.paths[at])).ok()?;
                file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).ok()?;
            }
            Source::Archive(archive, names) => {
                let entry = archive.entry(&names[at]).ok()?;
                entry.take(LARGEST_FILE + 1).read_to_end(&mut bytes).ok()?;
            }
        }
        (bytes.len() as u64 <= LARGEST_FILE).then_some(bytes)
    }
}

/// The path of an entry of an archive, where it is a file inside it and not one of the system's own.
fn inside(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let is_plain = path.components().all(
        |part| matches!(part, Component::Normal(word) if !word.to_string_lossy().starts_with(['.', '_'])),
    );
    (is_plain && !name.ends_with('/')).then(|| path.to_owned())
}

/// The width and the height of a picture; `None` where it is none.
fn size(bytes: &[u8]) -> Option<[u32; 2]> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let turned = matches!(
        decoder.orientation().ok()?,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    Some(if turned { [height, width] } else { [width, height] })
}

/// Decodes a picture, upright as its camera says; `None` where it is none or too large.
fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST_SIDE), Some(LONGEST_SIDE));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    Some(picture)
}

/// A picture with the parts of its path.
struct Picture {
    folders: Vec<String>,
    image: DynamicImage,
}

/// The pictures that could be read.
#[derive(Default)]
struct SetOfPictures {
    pictures: Vec<Picture>,
    left_out: Vec<String>,
    notes: Vec<String>,
}

impl SetOfPictures {
    fn add(&mut self, path: &Path, image: Option<DynamicImage>) {
        let folders = path.parent().into_iter().flat_map(Path::components);
        let folders = folders.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        match image {
            Some(image) => self.pictures.push(Picture { folders, image }),
            None => self.left_out.push(path.display().to_string()),
        }
    }

    fn found(mut self, name: &str, options: &ReadOptions<'_>) -> Result<Found, DataError> {
        if self.pictures.is_empty() {
            return Err(DataError::Empty { name: name.to_owned() });
        }
        let mut notes = std::mem::take(&mut self.notes);
        if let Some(first) = self.left_out.first() {
            let others = match self.left_out.len() {
                1 => String::new(),
                count => format!(" and {} others", count - 1),
            };
            notes.push(format!("left out: {first}{others}, no picture that can be read"));
        }
        self.drop_common_folder();
        let classes = self.classes(name)?;
        let mut parts: [(Vec<DynamicImage>, Vec<u8>); 2] = Default::default();
        for Picture { mut folders, image } in self.pictures {
            let is_test = folders.first().is_some_and(|folder| is_test_folder(folder));
            if folders.first().is_some_and(|folder| is_part(folder)) {
                folders.remove(0);
            }
            let (images, labels) = &mut parts[usize::from(is_test)];
            images.push(image);
            labels.extend(folders.first().and_then(|class| classes.get(class)));
        }
        let all = || parts.iter().flat_map(|(images, _)| images);
        let is_grey = match options.color {
            ColorChoice::Auto => all().all(is_grey),
            ColorChoice::Grey => true,
            ColorChoice::Color => false,
        };
        let is_inverted = match options.invert {
            Invert::Yes => true,
            Invert::No => false,
            Invert::Auto => is_grey && is_dark_on_light(all()),
        };
        if is_inverted && options.invert == Invert::Auto {
            notes.push(
                "dark on light, so dark and light were exchanged; data.invert=no keeps them".to_owned(),
            );
        }
        let [train, test] = parts.map(|(images, labels)| labelled(&images, labels, is_grey, is_inverted));
        for part in [&train, &test] {
            let ImageShape { height, width, channels } = part.shape;
            let [height, width, channels] = [height, width, channels].map(|side| side as u32);
            options.limits.shape(name, height, width, channels)?;
        }
        let has_test = test.count() > 0;
        if has_test && train.labels.is_empty() != test.labels.is_empty() {
            return Err(DataError::HalfLabelled { name: name.to_owned() });
        }
        let class_names = classes.into_keys().collect();
        Ok(Found { train, test: has_test.then_some(test), class_names, notes })
    }

    /// A folder that all pictures are in says nothing.
    fn drop_common_folder(&mut self) {
        let first = |picture: &Picture| picture.folders.first().cloned();
        let common = self.pictures.first().and_then(first);
        let is_common = common.is_some() && self.pictures.iter().all(|picture| first(picture) == common);
        if is_common && self.pictures.iter().all(|picture| picture.folders.len() > 1) {
            self.pictures.iter_mut().for_each(|picture| _ = picture.folders.remove(0));
        }
    }

    /// The side that pictures are fitted to; `None` where they stay as they are.
    fn side(&mut self, sizes: &[[u32; 2]], options: &ReadOptions<'_>) -> Option<u32> {
        let first = sizes.first()?;
        let fits = first.iter().all(|side| *side <= options.limits.side);
        if options.side.is_some() || (fits && sizes.iter().all(|size| size == first)) {
            return options.side;
        }
        self.notes.push(format!(
            "pictures were fitted to {USUAL_SIDE}x{USUAL_SIDE} pixels; data.size chooses another size"
        ));
        Some(USUAL_SIDE)
    }

    /// The classes by the names of their folders, in order.
    fn classes(&self, name: &str) -> Result<BTreeMap<String, u8>, DataError> {
        let class = |picture: &Picture| {
            let folders = picture.folders.iter();
            folders.skip_while(|folder| is_part(folder)).map(String::to_owned).next()
        };
        let names: Option<Vec<String>> = self.pictures.iter().map(class).collect();
        // Pictures beside the folders have no class, so nobody has one.
        let mut names = names.unwrap_or_default();
        names.sort_unstable();
        names.dedup();
        if names.len() > MOST_CLASSES {
            return Err(DataError::TooManyClasses { name: name.to_owned(), classes: names.len() });
        }
        Ok(names.into_iter().zip(0..=u8::MAX).collect())
    }
}

fn is_test_folder(folder: &str) -> bool {
    TEST_FOLDERS.contains(&folder.to_lowercase().as_str())
}

fn is_part(folder: &str) -> bool {
    is_test_folder(folder) || folder.eq_ignore_ascii_case(TRAIN_FOLDER)
}

/// Whether all pixels have as much red as green and blue.
fn is_grey(image: &DynamicImage) -> bool {
    image.to_rgb8().pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2])
}

/// Pictures of one size as images of a set.
fn labelled(images: &[DynamicImage], labels: Vec<u8>, is_grey: bool, is_inverted: bool) -> LabelledImages {
    let channels = if is_grey { 1 } else { 3 };
    let (width, height) = images.first().map_or((0, 0), |image| (image.width(), image.height()));
    let shape = ImageShape { height: height as usize, width: width as usize, channels };
    let mut pixels = Vec::with_capacity(images.len() * shape.values());
    for image in images {
        if is_grey {
            pixels.extend(image.to_luma8().into_raw());
        } else {
            pixels.extend(image.to_rgb8().into_raw());
        }
    }
    if is_inverted {
        pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    LabelledImages { shape, pixels: PixelData::Bytes(pixels), labels }
}
