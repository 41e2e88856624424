//! A virtual screen for the real program, by Xvfb.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A virtual screen; it ends when it is dropped.
pub struct Screen {
    server: Child,
    /// What `DISPLAY` must be for it.
    pub display: String,
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

impl Screen {
    /// Starts Xvfb with a screen of this size, such as `1280x800`, under an unused number. `None` where it is
    /// not installed.
    pub fn start(size: &str) -> Option<Self> {
        let server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &format!("{size}x24"), "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut screen = Self { server, display: ":".to_owned() };
        BufReader::new(screen.server.stdout.take()?).read_line(&mut screen.display).ok()?;
        screen.display.truncate(screen.display.trim_end().len());
        Some(screen)
    }

    /// A command that starts `program` on this screen, with a home folder of its own.
    pub fn program(&self, program: &str, home: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY").current_dir(home);
        for variable in ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR"] {
            command.env(variable, home);
        }
        command
    }
}
