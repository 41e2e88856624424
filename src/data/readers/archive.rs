//! ZIP archives: the names of their entries, and an entry at a time, never more of it than the limit.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::numbers::shown;
use super::reader::Input;
use crate::data::error::DataError;

/// The first bytes of an archive.
const MAGIC: &[u8] = b"PK\x03\x04";
/// The most entries of an archive.
const MOST_ENTRIES: usize = 1_000_000;

/// What an archive can be read from.
trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// An open archive.
pub(super) struct Archive<'a> {
    file: String,
    zip: ZipArchive<Box<dyn Source + 'a>>,
}

impl<'a> Archive<'a> {
    /// Opens an input that is an archive; `None` where it is none.
    pub(super) fn open(input: &Input<'a>) -> Result<Option<Self>, DataError> {
        if !input.head().starts_with(MAGIC) {
            return Ok(None);
        }
        let file = input.name();
        let source: Box<dyn Source + 'a> = match input {
            Input::Folder(_) => return Ok(None),
            Input::File { path, .. } => {
                let opened = File::open(path);
                let opened = opened.map_err(|reason| DataError::Unreadable { name: file.clone(), reason })?;
                Box::new(BufReader::new(opened))
            }
            Input::Bytes { bytes, .. } => Box::new(Cursor::new(*bytes)),
        };
        let zip = ZipArchive::new(source).map_err(|reason| broken(&file, &reason))?;
        if zip.len() > MOST_ENTRIES {
            return Err(DataError::TooManyNumbers { name: file });
        }
        Ok(Some(Self { file, zip }))
    }

    /// The names of all entries, folders among them.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.zip.file_names().filter_map(|name| Some(name.ok()?.into_owned()))
    }

    /// An entry, decompressed.
    pub(super) fn entry(&mut self, name: &str) -> Result<impl Read, DataError> {
        self.zip.by_name(name).map_err(|reason| broken(&self.file, &reason))
    }
}

fn broken(file: &str, reason: &ZipError) -> DataError {
    DataError::BrokenZip { name: file.to_owned(), reason: shown(&reason.to_string()) }
}
