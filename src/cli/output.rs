//! Where results go: stdout, whoever may have stopped reading, and a folder that gets all its files or none.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::TempDir;

use super::failure::Failure;

/// Prints text. A reader that has left, as `head` does, is no failure.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("the output cannot be written ({error}); make room for it")))
        }
        _ => Ok(()),
    }
}

/// Says something beside the results, on stderr. A reader that has left is no failure here either, and nobody could be
/// told of another.
pub(super) fn remark(sentence: impl Display) {
    writeln!(io::stderr(), "{sentence}").ok();
}

/// Prints one JSON object on a line. Training goes on even where nobody can read it, so trouble is only logged.
pub(super) fn say_json(value: &impl Serialize) {
    let said = match serde_json::to_string(value) {
        Ok(line) => say(&format!("{line}\n")),
        Err(error) => Err(Failure::Failed(error.to_string())),
    };
    if let Err(failure) = said {
        log::error!("{failure}");
    }
}

/// A folder for results. It is tried out before the work begins; files appear in it whole, by renaming.
#[derive(Debug)]
pub(super) struct Outlet {
    folder: PathBuf,
    /// Folders that were made for it, the deepest first: taken away again where nothing is put into them.
    made: Vec<PathBuf>,
}

impl Outlet {
    /// Makes sure that files can be written into this folder, and makes it where it is not there.
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        let missing = folder.ancestors().take_while(|part| !part.as_os_str().is_empty() && !part.exists());
        let made = missing.map(Path::to_owned).collect();
        // From here on, what was made goes away with the outlet.
        let outlet = Self { folder: folder.to_owned(), made };
        std::fs::create_dir_all(folder).map_err(|error| Failure::unwritable(folder, &error))?;
        outlet.stage()?;
        Ok(outlet)
    }

    /// Has files written by `fill` into a folder beside, then moves them all in. Answers with their names.
    pub(super) fn put(
        &self,
        fill: impl FnOnce(&Stage) -> Result<(), Failure>,
    ) -> Result<Vec<String>, Failure> {
        let stage = self.stage()?;
        fill(&stage)?;
        let trouble = |error: io::Error| Failure::unwritable(&self.folder, &error);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(stage.0.path()).map_err(trouble)? {
            names.push(entry.map_err(trouble)?.file_name());
        }
        names.sort();
        for name in &names {
            let to = self.folder.join(name);
            std::fs::rename(stage.0.path().join(name), &to)
                .map_err(|error| Failure::unwritable(&to, &error))?;
        }
        Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect())
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn stage(&self) -> Result<Stage, Failure> {
        let folder = tempfile::Builder::new().prefix(".hourglass-").tempdir_in(&self.folder);
        folder.map(Stage).map_err(|error| Failure::unwritable(&self.folder, &error))
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        for folder in &self.made {
            // A folder with something in it refuses, and stays.
            std::fs::remove_dir(folder).ok();
        }
    }
}

/// A folder beside, where files are made ready. It goes away with whatever is left in it.
#[derive(Debug)]
pub(super) struct Stage(TempDir);

impl Stage {
    /// Where a file of this name is made ready.
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
        let ground = tempfile::tempdir().unwrap();
        let outlet = Outlet::open(&ground.path().join("a/b")).unwrap();
        let failed = outlet.put(|stage| {
            stage.write("half.txt", "written, but not all of it")?;
            Err(Failure::Failed("no".to_owned()))
        });
        assert!(failed.is_err());
        drop(outlet);
        assert_eq!(std::fs::read_dir(ground.path()).unwrap().count(), 0);
    }

    #[test]
    fn files_replace_those_of_the_same_name_and_leave_the_others() {
        let ground = tempfile::tempdir().unwrap();
        std::fs::write(ground.path().join("a.txt"), "old").unwrap();
        std::fs::write(ground.path().join("mine.txt"), "mine").unwrap();
        let outlet = Outlet::open(ground.path()).unwrap();
        let names =
            outlet.put(|stage| stage.write("b.txt", "b").and_then(|()| stage.write("a.txt", "new"))).unwrap();
        drop(outlet);
        assert_eq!(names, ["a.txt", "b.txt"]);
        assert_eq!(std::fs::read_to_string(ground.path().join("a.txt")).unwrap(), "new");
        assert_eq!(std::fs::read_dir(ground.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_folder_under_a_file_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure = Outlet::open(&file.path().join("out")).unwrap_err();
        assert!(failure.to_string().contains("cannot be written"), "{failure}");
    }
}
