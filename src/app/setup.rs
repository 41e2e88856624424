//! How the window is opened: its size, its icon, and a graphics device that Burn's kernels can run on too.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui::{self, IconData, Vec2, ViewportBuilder, vec2};
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};

use super::theme::{ColorScheme, Theme};
use super::trace::Screenshot;
use crate::gpu::{DeviceChoice, Graphics};
use crate::recipe::Recipe;

/// The name under which settings are kept and the window is known to the system.
pub const APP_ID: &str = "hourglass";
/// The screen of a laptop without its bars.
const USUAL_SIZE: [f32; 2] = [1280.0, 800.0];
/// Below this the panels have no room.
const LEAST_SIZE: [f32; 2] = [860.0, 540.0];
/// Room that the bars of a desktop and of the window take of the height of a screen.
const BARS: f32 = 90.0;
/// Side of the icon, in pixels.
const ICON: usize = 64;

/// How the window is opened.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// Where to train.
    pub device: DeviceChoice,
    /// What to begin with; without it, what was left the last time.
    pub recipe: Option<Recipe>,
    /// What trains beside it, in lock step on the same batches.
    pub beside: Vec<Recipe>,
    /// Take a picture of the window after a while and close it.
    pub screenshot: Option<Screenshot>,
    /// Write one row per frame here, as CSV.
    pub frame_log: Option<PathBuf>,
    /// Write the first moments here, as CSV.
    pub trace: Option<PathBuf>,
    /// When the process started, for the times in those files.
    pub started: Option<Instant>,
    /// Width and height in points.
    pub size: Option<[f32; 2]>,
    /// Light or dark; without it, as it was left.
    pub theme: Option<ColorScheme>,
    /// Few controls and large type.
    pub simple: bool,
    /// Where a file goes is typed in the window, and no dialog of the system is opened.
    pub types_paths: bool,
    /// The program that sweeps train with; without one, the one that runs.
    pub program: Option<PathBuf>,
    /// Where the results of sweeps go; without it, beside what the window stores.
    pub sweeps: Option<PathBuf>,
}

impl WindowOptions {
    /// Whether settings are read and kept. A picture of the window is of the window as it comes, whatever somebody
    /// did to theirs.
    pub(super) fn is_kept(&self) -> bool {
        self.screenshot.is_none()
    }

    /// Where the results of sweeps go: beside what the window stores, or where nobody looks for them tomorrow.
    pub(super) fn sweeps_folder(&self, is_stored: bool) -> PathBuf {
        let stored = || eframe::storage_dir(APP_ID).filter(|_| is_stored && self.is_kept());
        let folder = || stored().unwrap_or_else(|| std::env::temp_dir().join(APP_ID)).join("sweeps");
        self.sweeps.clone().unwrap_or_else(folder)
    }
}

/// eframe's options for this window.
pub fn native_options(options: &WindowOptions) -> eframe::NativeOptions {
    let size = options.size.unwrap_or(USUAL_SIZE);
    let viewport = ViewportBuilder::default()
        .with_title("Hourglass")
        .with_app_id(APP_ID)
        .with_inner_size(size)
        .with_min_inner_size(LEAST_SIZE.map(|least| least.min(size[0]).min(size[1])))
        .with_icon(icon());
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        wgpu_options: WgpuConfiguration { wgpu_setup: graphics_setup(), ..WgpuConfiguration::default() },
        // A size from the command line wins over the stored one.
        persist_window: options.size.is_none() && options.is_kept(),
        dithering: false,
        ..eframe::NativeOptions::default()
    }
}

/// The size for a window that is larger than its screen leaves room for; `None` where it fits.
pub fn fitting_size(window: Vec2, screen: Vec2) -> Option<Vec2> {
    let room = vec2(screen.x, screen.y - BARS).max(LEAST_SIZE.into());
    (window.x > room.x + 0.5 || window.y > room.y + 0.5).then(|| window.min(room))
}

/// A device with everything the adapter has: CubeCL takes for granted what the adapter offers. All backends are
/// tried, OpenGL last; there the window draws and the CPU trains.
pub fn graphics_setup() -> WgpuSetup {
    let usual = WgpuSetupCreateNew::without_display_handle();
    WgpuSetup::CreateNew(WgpuSetupCreateNew {
        device_descriptor: Arc::new(Graphics::device_descriptor),
        ..usual
    })
}

/// Why no window could be opened, in one sentence.
pub fn sentence(error: &eframe::Error) -> String {
    match error {
        eframe::Error::WinitEventLoop(_) => "there is no display to open a window on".to_owned(),
        eframe::Error::Winit(error) => format!("the system did not open a window ({error})"),
        eframe::Error::Wgpu(error) => {
            format!("no graphics adapter can draw a window ({error}); install a graphics driver")
        }
        eframe::Error::AppCreation(error) => format!("the window could not start ({error})"),
    }
}

/// The hourglass of the logo.
fn icon() -> IconData {
    let theme = Theme::new(ColorScheme::Dark, false);
    let side = ICON as f32;
    let mut rgba = Vec::with_capacity(4 * ICON * ICON);
    for i in 0..ICON * ICON {
        // From −1 to 1, the waist in the middle.
        let (x, y) = ((i % ICON) as f32 / side * 2.0 - 0.98, (i / ICON) as f32 / side * 2.0 - 0.98);
        let half_width = 0.1 + 0.6 * y.abs();
        let is_glass = y.abs() < 0.86 && x.abs() < half_width;
        let is_sand = is_glass && (x.hypot(y) < 0.2 || y > 0.5);
        let color = match (is_sand, is_glass) {
            (true, _) => theme.kl,
            (_, true) => theme.accent,
            _ => egui::Color32::TRANSPARENT,
        };
        rgba.extend_from_slice(&color.to_array());
    }
    IconData { rgba, width: ICON as u32, height: ICON as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_window_fits_the_screen() {
        let usual = Vec2::from(USUAL_SIZE);
        assert_eq!(fitting_size(usual, vec2(1366.0, 768.0)), Some(vec2(1280.0, 678.0)));
        assert_eq!(fitting_size(usual, vec2(1920.0, 1080.0)), None);
        assert_eq!(fitting_size(usual, vec2(1280.0, 800.0)), Some(vec2(1280.0, 710.0)));
        assert_eq!(
            fitting_size(usual, vec2(800.0, 480.0)),
            Some(LEAST_SIZE.into()),
            "it is never too small to use"
        );
    }
}
