//! Runs the trainings of a sweep as programs of their own.

use std::cmp::Reverse;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::plan::{Sweep, SweepError, Training};
use super::report::Outcome;

/// Time between two looks at programs that run.
const TICK: Duration = Duration::from_millis(50);
/// How nice a training beside the window is: it takes the time that the window leaves.
#[cfg(unix)]
const NICENESS: &str = "10";
/// The flag of Windows for a program that takes the time that others leave.
#[cfg(windows)]
const BELOW_NORMAL_PRIORITY_CLASS: u32 = 0x4000;

/// What has come of the trainings.
#[derive(Debug)]
pub enum Progress<'a> {
    /// So many were done before.
    AlreadyDone(usize),
    /// This one is done.
    Done(&'a Training),
}

/// Trains what is not done yet with a `program` that is `hourglass`, `jobs` trainings at once, until all are done or
/// `is_cancelled`. Every value is trained once before the next fold begins. With `is_beside_window`, trainings leave the
/// processor to other programs.
pub fn run(
    sweep: &Sweep,
    program: &Path,
    jobs: usize,
    is_beside_window: bool,
    is_cancelled: impl Fn() -> bool,
    mut report: impl FnMut(Progress<'_>),
) -> Result<(), SweepError> {
    let mut left = Vec::new();
    for training in sweep.trainings().iter().rev() {
        if training.is_done() {
            // One that is of another recipe is told before hours are spent on the others.
            Outcome::read(sweep, training)?;
        } else {
            left.push(training);
        }
    }
    left.sort_by_key(|training: &&Training| Reverse(training.fold));
    report(Progress::AlreadyDone(sweep.trainings().len() - left.len()));
    let mut running = Running::default();
    loop {
        if is_cancelled() {
            return Err(SweepError::Interrupted);
        }
        while running.0.len() < jobs.max(1)
            && let Some(training) = left.pop()
        {
            running.0.push((training, training.start(program, is_beside_window)?));
        }
        if running.0.is_empty() {
            return Ok(());
        }
        std::thread::sleep(TICK);
        for training in running.take_done(sweep.parameter.key)? {
            report(Progress::Done(training));
        }
    }
}

/// Programs that run; dropping it ends them.
#[derive(Debug, Default)]
struct Running<'a>(Vec<(&'a Training, Child)>);

impl<'a> Running<'a> {
    /// The trainings that have ended since the last time; the first that failed is the error.
    fn take_done(&mut self, key: &str) -> Result<Vec<&'a Training>, SweepError> {
        let (mut done, mut failed) = (Vec::new(), None);
        self.0.retain_mut(|(training, child)| match child.try_wait() {
            Ok(None) => true,
            Ok(Some(status)) if status.success() => {
                std::fs::remove_file(training.log()).ok();
                done.push(*training);
                false
            }
            _ => {
                failed.get_or_insert_with(|| training.failure(key));
                false
            }
        });
        failed.map_or(Ok(done), Err)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        for (_, child) in &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl Training {
    fn start(&self, program: &Path, is_beside_window: bool) -> Result<Child, SweepError> {
        let log = self.log();
        let runs = log.parent().unwrap_or(Path::new("."));
        let file = std::fs::create_dir_all(runs).and_then(|()| std::fs::File::create(&log));
        let file = file.map_err(|reason| SweepError::Unwritable { path: log.clone(), reason })?;
        command(program, is_beside_window)
            .args(&self.words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .map_err(SweepError::NotStarted)
    }
}

#[cfg(unix)]
fn command(program: &Path, is_beside_window: bool) -> Command {
    if !is_beside_window {
        return Command::new(program);
    }
    // It replaces itself by the program, so that ending it ends the training.
    let mut command = Command::new("nice");
    command.args(["-n", NICENESS]).arg(program);
    command
}

#[cfg(windows)]
fn command(program: &Path, is_beside_window: bool) -> Command {
    use std::os::windows::process::CommandExt as _;
    let mut command = Command::new(program);
    if is_beside_window {
        command.creation_flags(BELOW_NORMAL_PRIORITY_CLASS);
    }
    command
}
