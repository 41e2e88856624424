//! IDX files, the format of MNIST and its relatives, compressed or not: a file of images, alone or with a file of
//! labels beside it, or a folder with MNIST's files.
//!
//! Contract: a file is read only when its header, its length and its labels agree. Pixels are unsigned bytes, or f32
//! from 0 to 1; labels are unsigned bytes.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::options::ReadOptions;
use super::reader::{FormatReader, Found, Input, LabelledImages, open_file};
use crate::data::error::DataError;
use crate::data::limits::SizeLimits;
use crate::data::pixels::PixelData;
use crate::data::shape::ImageShape;

/// The type of unsigned bytes in the third byte of an IDX file.
const BYTES: u32 = 0x08;
/// The type of big-endian f32.
const FLOATS: u32 = 0x0d;
/// Unsigned bytes in one dimension: labels.
const LABELS: u32 = (BYTES << 8) | 1;
/// What the headers of image files start with.
const IMAGE_HEADERS: &str = "of images starts with 0x00000803 or, with channels, 0x00000804, and with 0x0d in place of 0x08 if its pixels are f32";
/// What the headers of label files start with.
const LABEL_HEADERS: &str = "of labels starts with 0x00000801";

/// The reader of IDX files.
pub(super) struct IdxReader;

impl FormatReader for IdxReader {
    fn accepts(&self) -> &'static [&'static str] {
        &["an IDX file", "a folder with MNIST's files, such as train-images-idx3-ubyte.gz"]
    }

    fn recognises(&self, input: &Input<'_>) -> bool {
        match input {
            Input::Folder(folder) => find(folder, "train-images", IMAGES).is_some(),
            // A damaged file is still recognised by its name, so that it is said what is wrong with it.
            Input::File { .. } | Input::Bytes { .. } => {
                let name = input.name();
                let name = Path::new(&name).file_name().unwrap_or_default().to_string_lossy();
                let is_named_idx = ["idx", "ubyte"].iter().any(|word| name.contains(word));
                is_named_idx || matches!(input.head(), [0, 0, 0x08 | 0x0d, ..])
            }
        }
    }

    fn read(&self, input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Found, DataError> {
        let limits = &options.limits;
        let (train, test) = match input {
            Input::Folder(folder) => read_folder(folder, limits)?,
            Input::File { path, .. } => (read_pair(input, labels_beside(path), limits)?, None),
            Input::Bytes { .. } => (read_pair(input, None, limits)?, None),
        };
        let labels = train.labels.iter().chain(test.iter().flat_map(|test| &test.labels));
        let classes = labels.max().map_or(0, |largest| usize::from(*largest) + 1);
        let class_names = (0..classes).map(|class| class.to_string()).collect();
        Ok(Found { train, test, class_names, notes: Vec::new() })
    }
}

/// The endings of image files and of label files.
const IMAGES: &[&str] = &["idx3", "idx4"];
const LABEL: &[&str] = &["idx1"];

fn read_folder(
    folder: &Path,
    limits: &SizeLimits,
) -> Result<(LabelledImages, Option<LabelledImages>), DataError> {
    let name = || folder.display().to_string();
    let read = |images: PathBuf, labels| read_pair(&Input::at(&images)?, labels, limits);
    let Some(images) = find(folder, "train-images", IMAGES) else {
        return Err(DataError::Empty { name: name() });
    };
    let train = read(images, find(folder, "train-labels", LABEL))?;
    let Some(images) = find(folder, "t10k-images", IMAGES) else {
        return Ok((train, None));
    };
    let test = read(images, find(folder, "t10k-labels", LABEL))?;
    if train.shape != test.shape {
        return Err(DataError::Mismatch { name: name(), train: train.shape, test: test.shape });
    }
    if train.labels.is_empty() != test.labels.is_empty() {
        return Err(DataError::HalfLabelled { name: name() });
    }
    Ok((train, Some(test)))
}

/// The file of `folder` that holds `what`, in any of the spellings in use.
fn find(folder: &Path, what: &str, kinds: &[&str]) -> Option<PathBuf> {
    let spellings = kinds.iter().flat_map(|kind| ["-", "."].map(|mark| format!("{what}{mark}{kind}-ubyte")));
    let names = spellings.flat_map(|name| [name.clone(), format!("{name}.gz")]);
    names.map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The label file that belongs to a single image file, by its name.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    if !name.contains("images") {
        return None;
    }
    let same = name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1");
    let plain = same.strip_suffix(".gz").unwrap_or(&same).to_owned();
    let compressed = format!("{plain}.gz");
    [same, plain, compressed].into_iter().map(|name| images.with_file_name(name)).find(|path| path.is_file())
}

/// A file of images and the file of their labels.
fn read_pair(
    images: &Input<'_>,
    labels: Option<PathBuf>,
    limits: &SizeLimits,
) -> Result<LabelledImages, DataError> {
    let (shape, pixels) = IdxFile { name: images.name(), reader: images.open()? }.images(limits)?;
    let count = shape.images_in(pixels.len());
    let labels = match labels {
        Some(path) => {
            let name = path.display().to_string();
            let labels = IdxFile { name: name.clone(), reader: open_file(&path)? }.labels()?;
            if labels.len() != count {
                return Err(DataError::LabelCount { name, labels: labels.len(), images: count });
            }
            labels
        }
        None => Vec::new(),
    };
    Ok(LabelledImages { shape, pixels, labels })
}

/// An open IDX file.
struct IdxFile<'a> {
    name: String,
    reader: Box<dyn Read + 'a>,
}

impl IdxFile<'_> {
    /// Reads a file of images, channels last.
    fn images(mut self, limits: &SizeLimits) -> Result<(ImageShape, PixelData), DataError> {
        let found = self.word()?;
        let (kind, dimensions) = (found >> 8, found & 0xff);
        let is_images = [BYTES, FLOATS].contains(&kind) && [3, 4].contains(&dimensions);
        if !is_images {
            return Err(DataError::Magic { name: self.name, found, wanted: IMAGE_HEADERS });
        }
        let (count, height, width) = (self.word()?, self.word()?, self.word()?);
        let channels = if dimensions == 4 { self.word()? } else { 1 };
        let shape = limits.shape(&self.name, height, width, channels)?;
        let bytes_per_value = if kind == FLOATS { 4 } else { 1 };
        limits.check_memory(&self.name, u64::from(count), shape, bytes_per_value)?;
        let bytes = self.body(u64::from(count) * shape.values() as u64 * bytes_per_value)?;
        let pixels = if kind == FLOATS { PixelData::Floats(floats(&bytes)) } else { PixelData::Bytes(bytes) };
        Ok((shape, pixels))
    }

    /// Reads a file of labels.
    fn labels(mut self) -> Result<Vec<u8>, DataError> {
        let found = self.word()?;
        if found != LABELS {
            return Err(DataError::Magic { name: self.name, found, wanted: LABEL_HEADERS });
        }
        let count = self.word()?;
        self.body(u64::from(count))
    }

    /// The next big-endian word of the header.
    fn word(&mut self) -> Result<u32, DataError> {
        let mut bytes = [0; 4];
        match self.reader.read_exact(&mut bytes) {
            Ok(()) => Ok(u32::from_be_bytes(bytes)),
            Err(reason) if reason.kind() == io::ErrorKind::UnexpectedEof => {
                Err(DataError::NoHeader { name: self.name.clone() })
            }
            Err(reason) => Err(self.read_error(reason)),
        }
    }

    /// The rest of the file, which must be exactly `promised` bytes.
    fn body(mut self, promised: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        // One byte more than promised is enough to tell that the file goes on.
        let outcome = self.reader.by_ref().take(promised + 1).read_to_end(&mut bytes);
        let (name, found) = (self.name.clone(), bytes.len() as u64);
        match outcome {
            Err(reason) if reason.kind() != io::ErrorKind::UnexpectedEof => Err(self.read_error(reason)),
            _ if found < promised => Err(DataError::Truncated { name, promised, found }),
            _ if found > promised => Err(DataError::Trailing { name, promised }),
            // All bytes are there, but the checksum behind them is cut off.
            Err(reason) => Err(self.read_error(reason)),
            Ok(_) => Ok(bytes),
        }
    }

    /// A failed read: what the decompressor reports is about the content, everything else about the file.
    fn read_error(&self, reason: io::Error) -> DataError {
        let name = self.name.clone();
        match reason.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                DataError::BrokenGzip { name, reason }
            }
            _ => DataError::Unreadable { name, reason },
        }
    }
}

/// Big-endian f32.
fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|number| f32::from_be_bytes(*number)).collect()
}
