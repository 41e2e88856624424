//! The window that the command line asks for, and what happens where none can open.

use std::path::PathBuf;
use std::process::ExitCode;

use super::args::{TOUR_FOLDER, TourArgs, WindowArgs, WindowTheme};
use super::failure::Failure;
use super::{exit, output, tour};
use crate::gpu::DeviceChoice;
use crate::recipe::Recipe;

/// The most recipes beside the first one.
const MOST_BESIDE: usize = 3;

/// What the command line asks of the window.
#[derive(Clone, Debug)]
pub struct WindowRequest {
    /// The device that runs train on.
    pub device: DeviceChoice,
    /// The recipe to open; the last one if there is none.
    pub recipe: Option<Recipe>,
    /// Recipes to train beside it, on the same batches.
    pub beside: Vec<Recipe>,
    /// A screenshot to take before exiting.
    pub screenshot: Option<ScreenshotRequest>,
    /// The file for a line per frame.
    pub frame_log: Option<PathBuf>,
    /// The file for the times of first events.
    pub trace: Option<PathBuf>,
    /// Width and height in points.
    pub size: Option<[f32; 2]>,
    /// The colour theme; the last one if there is none.
    pub theme: Option<WindowTheme>,
    /// Whether the simple layout is shown.
    pub simple: bool,
}

/// A screenshot to take.
#[derive(Clone, Debug)]
pub struct ScreenshotRequest {
    /// The PNG file.
    pub path: PathBuf,
    /// Seconds to wait after the first picture of the run.
    pub after_secs: f64,
}

/// The window that the command line asks for.
pub(super) fn request(args: &WindowArgs) -> Result<WindowRequest, Failure> {
    let recipe = args.recipe.as_deref().map(Recipe::open).transpose()?;
    let beside = args.beside.iter().map(|name| Recipe::open(name)).collect::<Result<Vec<_>, _>>()?;
    if beside.len() > MOST_BESIDE {
        let count = beside.len();
        return Err(Failure::Usage(format!(
            "{count} recipes are too many beside the first one; use --beside at most {MOST_BESIDE} times"
        )));
    }
    let screenshot = args.screenshot.clone().map(|path| ScreenshotRequest { path, after_secs: args.after });
    Ok(WindowRequest {
        device: args.device,
        recipe,
        beside,
        screenshot,
        frame_log: args.frame_log.clone(),
        trace: args.trace.clone(),
        size: args.size.map(|size| size.0),
        theme: args.theme,
        simple: args.simple,
    })
}

/// Whether a window could open. Only on Linux and similar systems is that known beforehand.
pub(super) fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let needs_server = cfg!(unix) && !cfg!(target_os = "macos");
    !needs_server || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set)
}

/// Says why no window opens, and runs the tour instead. A request for a screenshot or a log fails: the tour could not
/// fulfil it.
pub fn without_window(request: &WindowRequest, why: &str) -> ExitCode {
    if request.screenshot.is_some() || request.frame_log.is_some() || request.trace.is_some() {
        let cure = if has_display() { "" } else { "; run this on a desktop, or under `xvfb-run`" };
        return exit::code(Err(Failure::Failed(format!("{why}{cure}"))));
    }
    let tour = TourArgs { out: TOUR_FOLDER.into(), device: request.device, seconds: None };
    let done = tour::seconds(&tour).and_then(|seconds| {
        output::print_error(format!(
            "hourglass: {why}, so the tour runs instead: {seconds} seconds of training, figures in {TOUR_FOLDER}/"
        ));
        tour::run(&tour)
    });
    exit::code(done)
}
