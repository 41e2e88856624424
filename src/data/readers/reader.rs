//! What every reader of a file format does, and what it is given to read.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use rand::seq::SliceRandom as _;

use super::options::ReadOptions;
use crate::data::error::DataError;
use crate::data::pixels::PixelData;
use crate::data::shape::ImageShape;
use crate::recipe::random::{Purpose, stream};

/// The number of first bytes that a format can be recognised by.
const HEAD: u64 = 512;
/// The first bytes of gzip data.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads one file format.
///
/// A reader recognises its format by content. It keeps within the limits, and allocates memory for what the input
/// holds, never for what a header promises. It fails with one sentence that says what is wrong and what to do.
pub trait FormatReader: Sync {
    /// What it takes, each in words that complete "use …", such as `an IDX file`.
    fn accepts(&self) -> &'static [&'static str];

    /// Whether an input is of this format. Then [`FormatReader::read`] reads it, or says what is wrong with it.
    fn recognises(&self, input: &Input<'_>) -> bool;

    /// Reads an input that it recognises.
    fn read(&self, input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Found, DataError>;
}

/// Images of one size with their classes.
#[derive(Clone, Debug)]
pub struct LabelledImages {
    /// The size of every image.
    pub shape: ImageShape,
    /// All pixels, image after image, row-major, channels last.
    pub pixels: PixelData,
    /// The class of every image, or nothing.
    pub labels: Vec<u8>,
}

impl LabelledImages {
    /// The number of images.
    pub fn count(&self) -> usize {
        self.shape.images_in(self.pixels.len())
    }

    /// Keeps at most so many images, drawn at random, in their order; 0 keeps all.
    pub fn keep(&mut self, most: u64, seed: u64) {
        let count = self.count();
        if most == 0 || most >= count as u64 {
            return;
        }
        let mut kept: Vec<usize> = (0..count).collect();
        kept.shuffle(&mut stream(seed, Purpose::Split, 1));
        kept.truncate(most as usize);
        kept.sort_unstable();
        self.pixels = self.pixels.images(&kept, self.shape.values());
        if !self.labels.is_empty() {
            self.labels = kept.iter().map(|at| self.labels[*at]).collect();
        }
    }
}

/// What a reader found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Images to train on; images are held out of them where the input brings no test images.
    pub train: LabelledImages,
    /// Test images of the same shape.
    pub test: Option<LabelledImages>,
    /// A name per class; empty if there are no labels.
    pub class_names: Vec<String>,
    /// What was decided or left out, each in words.
    pub notes: Vec<String>,
}

/// A file, a folder or bytes in memory that may hold a data set.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A folder.
    Folder(PathBuf),
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its first bytes, decompressed.
        head: Vec<u8>,
    },
    /// Bytes in memory, such as those of a pasted file.
    Bytes {
        /// What to call them in messages.
        name: &'a str,
        /// All of them.
        bytes: &'a [u8],
        /// The first of them, decompressed.
        head: Vec<u8>,
    },
}

impl<'a> Input<'a> {
    /// The file or folder at a path.
    pub fn at(path: &Path) -> Result<Self, DataError> {
        let path = path.to_owned();
        if path.is_dir() {
            return Ok(Self::Folder(path));
        }
        let file = File::open(&path).map_err(|reason| unreadable(&path, reason))?;
        Ok(Self::File { path, head: head(file) })
    }

    /// Bytes in memory, called `name` in messages.
    pub fn in_memory(name: &'a str, bytes: &'a [u8]) -> Self {
        Self::Bytes { name, bytes, head: head(bytes) }
    }

    /// What to call it in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(path) | Self::File { path, .. } => path.display().to_string(),
            Self::Bytes { name, .. } => (*name).to_owned(),
        }
    }

    /// The first bytes, decompressed; none for a folder.
    pub fn head(&self) -> &[u8] {
        match self {
            Self::Folder(_) => &[],
            Self::File { head, .. } | Self::Bytes { head, .. } => head,
        }
    }

    /// Opens it, decompressing on the way; a folder is empty.
    pub fn open(&self) -> Result<Box<dyn Read + '_>, DataError> {
        match self {
            Self::Folder(_) => Ok(Box::new(io::empty())),
            Self::File { path, .. } => open_file(path),
            Self::Bytes { bytes, .. } => Ok(decompressed(*bytes).0),
        }
    }
}

/// Opens a file, decompressing on the way. gzip is recognised by content, but a file named .gz must be gzip.
pub(super) fn open_file(path: &Path) -> Result<Box<dyn Read>, DataError> {
    let file = File::open(path).map_err(|reason| unreadable(path, reason))?;
    let (reader, is_gzip) = decompressed(file);
    if !is_gzip && path.extension().is_some_and(|ending| ending == "gz") {
        return Err(DataError::NotGzip { name: path.display().to_string() });
    }
    Ok(reader)
}

/// The first bytes of what a reader gives; fewer where it ends or fails, which is reported once it is read in full.
fn head<'a>(reader: impl Read + 'a) -> Vec<u8> {
    let mut head = Vec::new();
    decompressed(reader).0.take(HEAD).read_to_end(&mut head).ok();
    head
}

/// What a reader gives, decompressed where it is gzip, and whether it is.
fn decompressed<'a>(reader: impl Read + 'a) -> (Box<dyn Read + 'a>, bool) {
    let mut reader = BufReader::new(reader);
    if reader.fill_buf().is_ok_and(|start| start.starts_with(&GZIP)) {
        (Box::new(MultiGzDecoder::new(reader)), true)
    } else {
        (Box::new(reader), false)
    }
}

fn unreadable(path: &Path, reason: io::Error) -> DataError {
    DataError::Unreadable { name: path.display().to_string(), reason }
}
