//! Atomic writing of files: a file is complete or not there at all, with the permissions of any new file of the user.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The folder does not exist.
    #[error("the folder \"{}\" does not exist; create it or choose another one", folder.display())]
    MissingFolder {
        /// The folder asked for.
        folder: PathBuf,
    },
    /// The file could not be written.
    #[error("\"{}\" could not be written ({source}); choose another place or close the program that uses it", path.display())]
    Write {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Writes a temporary file in the same folder and renames it, so that an older file stays until the new one is
/// complete.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(FileError::MissingFolder { folder: folder.to_owned() });
    }
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let mut file = temporary_file_in(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file in a folder, with the permissions of any new file of the user.
fn temporary_file_in(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hourglass-");
    // By default a temporary file can be read by its owner only, which renaming would keep.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
