//! What tests of the window share: a window without a screen, and ways to wait for what it shows.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::Vec2;
use egui_kittest::Harness;
use hourglass::app::{App, AppState, WindowOptions, graphics_setup};
use hourglass::gpu::DeviceChoice;
use hourglass::recipe::Recipe;

/// A window on recipes side by side, trained on the CPU; drawn through wgpu where there is an adapter, else without
/// textures.
pub fn window_of(recipes: Vec<Recipe>, size: [f32; 2]) -> Harness<'static, App> {
    let mut recipes = recipes.into_iter();
    let options = WindowOptions {
        device: DeviceChoice::Cpu,
        recipe: recipes.next(),
        beside: recipes.collect(),
        types_paths: true,
        program: Some(env!("CARGO_BIN_EXE_hourglass").into()),
        sweeps: Some(sweeps_folder()),
        ..WindowOptions::default()
    };
    let mut builder = Harness::builder().with_size(Vec2::from(size)).with_step_dt(0.05);
    if has_adapter() {
        builder = builder.wgpu_setup(graphics_setup());
    }
    builder.build_eframe(|cc| App::new(cc, options))
}

/// Where the sweeps of this process go.
pub fn sweeps_folder() -> PathBuf {
    std::env::temp_dir().join(format!("hourglass-sweeps-{}", std::process::id()))
}

/// Whether there is an adapter to draw with; there must be one where `HOURGLASS_REQUIRE_GPU` says so.
pub fn has_adapter() -> bool {
    let found = !hourglass::gpu::adapter::adapters().is_empty();
    if !found {
        assert!(std::env::var_os("HOURGLASS_REQUIRE_GPU").is_none(), "a graphics adapter is required here");
        eprintln!("no graphics adapter: the window is driven without one, and no picture of it is taken");
    }
    found
}

/// Steps the window until something holds.
pub fn step_until(window: &mut Harness<'_, App>, what: &str, holds: impl Fn(&AppState) -> bool) {
    let start = Instant::now();
    while !holds(window.state().state()) {
        window.step();
        std::thread::sleep(Duration::from_millis(10));
        assert!(start.elapsed() < Duration::from_secs(300), "it never happened: {what}");
    }
    window.step();
}
