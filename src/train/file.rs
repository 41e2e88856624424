//! Files that appear whole or not at all, with the rights of any other file of this user. Weights, figures and
//! everything else that leaves the program as bytes goes through here.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The folder is not there.
    #[error("there is no folder \"{}\" to write into: create it or choose another", folder.display())]
    MissingFolder {
        /// The folder asked for.
        folder: PathBuf,
    },
    /// The folder is there, and the file could not be written.
    #[error("\"{}\" could not be written ({source}): choose another place or free it", path.display())]
    Write {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Writes a file beside its place and renames it, so that it is there whole or not at all, and an older one
/// stays until then.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(FileError::MissingFolder { folder: folder.to_owned() });
    }
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let mut file = beside(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file in a folder, with the rights any new file of this user gets.
fn beside(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hourglass-");
    // Left alone, a temporary file can be read by its owner only, and what it becomes would keep that.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
