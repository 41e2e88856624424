//! Output: stdout and stderr, whose reader may have gone, and a folder that gets all of its files or none.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use super::failure::Failure;

/// Prints text on stdout. A closed pipe, as `head` leaves it, is not a failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("the output cannot be written ({error}); make room for it")))
        }
        _ => Ok(()),
    }
}

/// Prints a line on stderr. Failures are ignored: there is nowhere to report them.
pub(super) fn print_error(sentence: impl Display) {
    writeln!(io::stderr(), "{sentence}").ok();
}

/// Prints one JSON object on a line of stdout. A failure is only logged, so that training continues.
pub(super) fn print_json(value: &impl Serialize) {
    let printed = match serde_json::to_string(value) {
        Ok(line) => print(&format!("{line}\n")),
        Err(error) => Err(Failure::Failed(error.to_string())),
    };
    if let Err(failure) = printed {
        log::error!("{failure}");
    }
}

/// A folder for results. Opening it checks that files can be written; they are written to a staging folder and renamed.
#[derive(Debug)]
pub(super) struct OutputFolder {
    path: PathBuf,
    /// Folders that were created for it, the deepest first; removed again if they stay empty.
    created: Vec<PathBuf>,
}

impl OutputFolder {
    /// Checks that files can be written into this folder, and creates it if it does not exist.
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        let missing = folder.ancestors().take_while(|part| !part.as_os_str().is_empty() && !part.exists());
        let created = missing.map(Path::to_owned).collect();
        // From here on, dropping it removes what was created.
        let output = Self { path: folder.to_owned(), created };
        std::fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
        output.staging()?;
        Ok(output)
    }

    /// Lets `fill` write files into a staging folder, then moves them all here. Returns their names.
    pub(super) fn write(
        &self,
        fill: impl FnOnce(&StagingFolder) -> Result<(), Failure>,
    ) -> Result<Vec<String>, Failure> {
        let staging = self.staging()?;
        fill(&staging)?;
        let unwritable = |error: io::Error| Failure::unwritable(&self.path, &error);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(staging.0.path()).map_err(unwritable)? {
            names.push(entry.map_err(unwritable)?.file_name());
        }
        names.sort();
        for name in &names {
            let to = self.path.join(name);
            std::fs::rename(staging.0.path().join(name), &to)
                .map_err(|error| Failure::unwritable(&to, &error))?;
        }
        Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn staging(&self) -> Result<StagingFolder, Failure> {
        let folder = tempfile::Builder::new().prefix(".hourglass-").tempdir_in(&self.path);
        folder.map(StagingFolder).map_err(|error| Failure::unwritable(&self.path, &error))
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        for folder in &self.created {
            // This fails for a folder that is not empty, which stays.
            std::fs::remove_dir(folder).ok();
        }
    }
}

/// A temporary folder that files are written to first. Dropping it deletes what is left in it.
#[derive(Debug)]
pub(super) struct StagingFolder(TempDir);

impl StagingFolder {
    /// The path of a file of this name.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a text file.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.path(name);
        std::fs::write(&path, text).map_err(|error| Failure::unwritable(Path::new(name), &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_neither_files_nor_folders() {
        let parent = tempfile::tempdir().unwrap();
        let output = OutputFolder::open(&parent.path().join("a/b")).unwrap();
        let failed = output.write(|staging| {
            staging.write("half.txt", "written, but not all of it")?;
            Err(Failure::Failed("no".to_owned()))
        });
        assert!(failed.is_err());
        drop(output);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn files_replace_those_of_the_same_name_and_leave_the_others() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("a.txt"), "old").unwrap();
        std::fs::write(parent.path().join("mine.txt"), "mine").unwrap();
        let output = OutputFolder::open(parent.path()).unwrap();
        let names = output
            .write(|staging| staging.write("b.txt", "b").and_then(|()| staging.write("a.txt", "new")))
            .unwrap();
        drop(output);
        assert_eq!(names, ["a.txt", "b.txt"]);
        assert_eq!(std::fs::read_to_string(parent.path().join("a.txt")).unwrap(), "new");
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_folder_under_a_file_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure = OutputFolder::open(&file.path().join("out")).unwrap_err();
        assert!(failure.to_string().contains("cannot be written"), "{failure}");
    }
}
