//! What is wanted of the window, and what happens where there is none.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use super::args::{TourArgs, WindowArgs};
use super::failure::{self, Failure};
use super::output;
use super::tour;
use crate::gpu::DeviceChoice;
use crate::recipe::Recipe;

/// Most recipes beside the first one.
const MOST_BESIDE: usize = 3;

/// A window as somebody wants it.
#[derive(Clone, Debug)]
pub struct WindowWish {
    /// Where its runs train.
    pub device: DeviceChoice,
    /// What it opens with; without one, where it was left.
    pub recipe: Option<Recipe>,
    /// What trains beside it, on the same batches.
    pub beside: Vec<Recipe>,
    /// A picture of itself: the file, and the seconds to wait before.
    pub screenshot: Option<(PathBuf, f64)>,
    /// A line for every frame goes here.
    pub frame_log: Option<PathBuf>,
    /// What first happened when goes here.
    pub trace: Option<PathBuf>,
    /// Width and height in points.
    pub size: Option<[f32; 2]>,
    /// Its colours; without one, as it was left.
    pub theme: Option<Theme>,
    /// Few controls in large type.
    pub simple: bool,
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A size such as 1280x800.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size(pub(super) [f32; 2]);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side =
            |text: &str| text.parse::<u16>().ok().filter(|side| (200..=16_384).contains(side)).map(f32::from);
        let sides = text.split_once(['x', 'X', '×']).and_then(|(w, h)| Some(Self([side(w)?, side(h)?])));
        sides.ok_or_else(|| format!("`{text}` is no size; write width x height in points, such as 1280x800"))
    }
}

/// The window that the command line asks for.
pub(super) fn wish(args: &WindowArgs) -> Result<WindowWish, Failure> {
    let recipe = args.recipe.as_deref().map(Recipe::open).transpose()?;
    let beside = args.beside.iter().map(|name| Recipe::open(name)).collect::<Result<Vec<_>, _>>()?;
    if beside.len() > MOST_BESIDE {
        let count = beside.len();
        return Err(Failure::Usage(format!(
            "{count} recipes cannot stand beside another one: a bench holds {MOST_BESIDE} more, so leave some out"
        )));
    }
    Ok(WindowWish {
        device: args.device,
        recipe,
        beside,
        screenshot: args.screenshot.clone().map(|file| (file, args.after)),
        frame_log: args.frame_log.clone(),
        trace: args.trace.clone(),
        size: args.size.map(|size| size.0),
        theme: args.theme,
        simple: args.simple,
    })
}

/// Whether a window could appear anywhere. Only on Linux and its relatives can that be told beforehand.
pub(super) fn has_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let needs_server = cfg!(unix) && !cfg!(target_os = "macos");
    !needs_server || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set)
}

/// Says why there is no window, and takes the tour instead. Whoever wanted something of the window itself gets no
/// tour: it would not be what they asked for.
pub fn without_window(wish: &WindowWish, why: &str) -> ExitCode {
    if wish.screenshot.is_some() || wish.frame_log.is_some() || wish.trace.is_some() {
        let cure = if has_display() { "" } else { "; run this on a desktop, or under `xvfb-run`" };
        return failure::code(Err(Failure::Failed(format!("{why}{cure}"))));
    }
    let tour = TourArgs { out: tour::FOLDER.into(), device: wish.device, seconds: None };
    let done = tour::length(&tour).and_then(|seconds| {
        let folder = tour::FOLDER;
        output::remark(format!(
            "hourglass: {why}, so the tour runs instead: {seconds} seconds of training, figures in {folder}/"
        ));
        tour::run(&tour)
    });
    failure::code(done)
}
