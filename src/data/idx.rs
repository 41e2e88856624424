//! IDX files, the format of MNIST and its kin, compressed or not.
//!
//! Contract: a file is read only when its header, its length and its labels agree, and memory is taken for bytes
//! that are there, never for bytes that a header promises.

use super::{DataError, ImageShape, check_count};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest side of an image.
const MAX_SIDE: u32 = 128;
/// Unsigned bytes in one dimension: labels.
const LABELS: u32 = 0x0801;
/// Unsigned bytes in three dimensions: grey images.
const GREY_IMAGES: u32 = 0x0803;
/// Unsigned bytes in four dimensions, channels last: images with channels.
const CHANNEL_IMAGES: u32 = 0x0804;

/// Images of one file, with their labels if there are any.
pub(super) struct Part {
    pub shape: ImageShape,
    pub bytes: Vec<u8>,
    /// One per image, or empty.
    pub labels: Vec<u8>,
}

impl Part {
    pub fn count(&self) -> usize {
        self.bytes.len() / self.shape.pixels()
    }
}

/// What a path holds: training images, and test images if it brings its own.
pub(super) struct Files {
    pub train: Part,
    pub test: Option<Part>,
}

/// Reads a folder with MNIST's files, or one image file.
pub(super) fn read(path: &Path) -> Result<Files, DataError> {
    if path.is_dir() {
        read_folder(path)
    } else if path.exists() {
        Ok(Files { train: read_part(path, labels_beside(path))?, test: None })
    } else {
        Err(DataError::Missing { path: path.to_owned() })
    }
}

fn read_folder(folder: &Path) -> Result<Files, DataError> {
    let Some(train_path) = find(folder, "train-images", &["idx3", "idx4"]) else {
        return Err(DataError::NoImages { folder: folder.to_owned() });
    };
    let train = read_part(&train_path, find(folder, "train-labels", &["idx1"]))?;
    let Some(test_path) = find(folder, "t10k-images", &["idx3", "idx4"]) else {
        return Ok(Files { train, test: None });
    };
    let test = read_part(&test_path, find(folder, "t10k-labels", &["idx1"]))?;
    if train.shape != test.shape {
        return Err(DataError::Mismatch { folder: folder.to_owned(), train: train.shape, test: test.shape });
    }
    if train.labels.is_empty() != test.labels.is_empty() {
        return Err(DataError::HalfLabelled { folder: folder.to_owned() });
    }
    check_count(&folder.display().to_string(), (train.count() + test.count()) as u64, train.shape)?;
    Ok(Files { train, test: Some(test) })
}

/// The file of `folder` that holds `what`, in any of the spellings in use.
fn find(folder: &Path, what: &str, kinds: &[&str]) -> Option<PathBuf> {
    let spellings = kinds.iter().flat_map(|kind| ["-", "."].map(|mark| format!("{what}{mark}{kind}-ubyte")));
    let names = spellings.flat_map(|name| [name.clone(), format!("{name}.gz")]);
    names.map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The label file that belongs to a lone image file, by its name.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    if !name.contains("images") {
        return None;
    }
    let same = name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1");
    let plain = same.strip_suffix(".gz").unwrap_or(&same).to_owned();
    let packed = format!("{plain}.gz");
    [same, plain, packed].into_iter().map(|name| images.with_file_name(name)).find(|path| path.is_file())
}

fn read_part(images: &Path, labels: Option<PathBuf>) -> Result<Part, DataError> {
    let (shape, bytes) = IdxFile::open(images)?.images()?;
    let count = bytes.len() / shape.pixels();
    let labels = match labels {
        Some(path) => {
            let labels = IdxFile::open(&path)?.labels()?;
            if labels.len() != count {
                return Err(DataError::LabelCount { path, labels: labels.len(), images: count });
            }
            labels
        }
        None => Vec::new(),
    };
    Ok(Part { shape, bytes, labels })
}

/// An open IDX file, unpacked on the way if it is compressed.
struct IdxFile<'a> {
    path: &'a Path,
    reader: Box<dyn Read>,
}

impl<'a> IdxFile<'a> {
    /// Opens a file. Compression is told from the first bytes; a name that ends in .gz must keep its word.
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let unreadable = |reason| DataError::Unreadable { path: path.to_owned(), reason };
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let packed = file.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
        if !packed && path.extension().is_some_and(|ending| ending == "gz") {
            return Err(DataError::NotGzip { path: path.to_owned() });
        }
        let reader: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(Self { path, reader })
    }

    /// Reads a file of images, channels last.
    fn images(mut self) -> Result<(ImageShape, Vec<u8>), DataError> {
        let found = self.word()?;
        if found != GREY_IMAGES && found != CHANNEL_IMAGES {
            let wanted = "images starts with 0x00000803 or, with channels, 0x00000804";
            return Err(DataError::Magic { path: self.path.to_owned(), found, wanted });
        }
        let (count, height, width) = (self.word()?, self.word()?, self.word()?);
        let channels = if found == CHANNEL_IMAGES { self.word()? } else { 1 };
        if height > MAX_SIDE || width > MAX_SIDE {
            return Err(DataError::Size { path: self.path.to_owned(), height, width });
        }
        if channels != 1 && channels != 3 {
            return Err(DataError::Channels { path: self.path.to_owned(), channels });
        }
        let shape =
            ImageShape { height: height as usize, width: width as usize, channels: channels as usize };
        // An image without pixels is no image, however many the header counts.
        let count = if shape.pixels() == 0 { 0 } else { u64::from(count) };
        check_count(&self.path.display().to_string(), count, shape)?;
        let bytes = self.body(count * shape.pixels() as u64)?;
        Ok((shape, bytes))
    }

    /// Reads a file of labels.
    fn labels(mut self) -> Result<Vec<u8>, DataError> {
        let found = self.word()?;
        if found != LABELS {
            let wanted = "labels starts with 0x00000801";
            return Err(DataError::Magic { path: self.path.to_owned(), found, wanted });
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
                Err(DataError::NoHeader { path: self.path.to_owned() })
            }
            Err(reason) => Err(self.read_error(reason)),
        }
    }

    /// The rest of the file, which must be exactly `promised` bytes.
    fn body(mut self, promised: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        // One byte more than promised is enough to tell that the file goes on.
        let outcome = self.reader.by_ref().take(promised + 1).read_to_end(&mut bytes);
        let path = self.path.to_owned();
        match outcome {
            Err(reason) if reason.kind() != io::ErrorKind::UnexpectedEof => Err(self.read_error(reason)),
            _ if (bytes.len() as u64) < promised => {
                Err(DataError::Truncated { path, promised, found: bytes.len() as u64 })
            }
            _ if bytes.len() as u64 > promised => Err(DataError::Trailing { path, promised }),
            // All bytes are there, but the check sum behind them is cut off.
            Err(reason) => Err(self.read_error(reason)),
            Ok(_) => Ok(bytes),
        }
    }

    /// A failed read: the unpacker's complaints are about the file's content, all others about the file.
    fn read_error(&self, reason: io::Error) -> DataError {
        let path = self.path.to_owned();
        match reason.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                DataError::BrokenGzip { path, reason }
            }
            _ => DataError::Unreadable { path, reason },
        }
    }
}
