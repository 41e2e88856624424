//! The readers of file formats. A new format is one file here and one line in [`READERS`].

mod archive;
mod arrays;
mod assembled;
mod csv;
mod fitted;
mod idx;
mod npy;
mod numbers;
mod options;
mod pictures;
mod reader;

pub use options::ReadOptions;
pub use reader::{FormatReader, Found, Input, LabelledImages};

use super::error::DataError;

/// Every format that can be read. The first reader that recognises an input reads it.
pub static READERS: &[&dyn FormatReader] =
    &[&idx::IdxReader, &npy::NpyReader, &csv::CsvReader, &pictures::PictureReader];

/// Reads an input with the first reader that recognises it.
pub fn read(input: &Input<'_>, options: &ReadOptions<'_>) -> Result<Found, DataError> {
    match reader_of(input) {
        Some(reader) => reader.read(input, options),
        None => Err(unknown(input)),
    }
}

/// The message where no reader recognises an input.
pub fn unrecognised(input: &Input<'_>) -> Option<DataError> {
    reader_of(input).is_none().then(|| unknown(input))
}

fn reader_of(input: &Input<'_>) -> Option<&'static dyn FormatReader> {
    READERS.iter().copied().find(|reader| reader.recognises(input))
}

fn unknown(input: &Input<'_>) -> DataError {
    DataError::UnknownFormat { name: input.name(), accepted: accepted().join(", or ") }
}

/// The files and folders that can be read, each in words such as `an IDX file`.
pub fn accepted() -> Vec<&'static str> {
    READERS.iter().flat_map(|reader| reader.accepts()).copied().collect()
}
