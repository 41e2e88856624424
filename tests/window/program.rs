//! Promises of the real program in a window on a virtual screen.

use std::path::Path;
use std::process::Command;

use super::screen::Screen;

/// Starts a virtual screen; `None` where Xvfb is not installed, which it must be where `HOURGLASS_REQUIRE_GPU` says so.
fn screen(size: &str) -> Option<Screen> {
    let screen = Screen::start(size);
    if screen.is_none() {
        assert!(
            std::env::var_os("HOURGLASS_REQUIRE_GPU").is_none(),
            "Xvfb is required here, and is not installed"
        );
        eprintln!("skipped: Xvfb is not installed");
    }
    screen
}

fn hourglass(screen: &Screen, home: &Path) -> Command {
    screen.program(env!("CARGO_BIN_EXE_hourglass"), home)
}

#[test]
fn a_first_start_opens_a_window_in_which_something_learns() {
    let home = tempfile::tempdir().expect("a folder");
    for (size, theme) in [("1280x800", "dark"), ("1920x1080", "light")] {
        let Some(screen) = screen(size) else { return };
        let file = home.path().join(format!("window-{theme}.png"));
        let trace = home.path().join("trace.csv");
        let output = hourglass(&screen, home.path())
            .args(["--screenshot", &file.to_string_lossy(), "--after", "6", "--size", size, "--theme", theme])
            .args(["--trace", &trace.to_string_lossy()])
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let image = image::open(&file).expect("a picture").to_rgb8();
        assert_eq!(format!("{}x{}", image.width(), image.height()), size);
        let mut colors: Vec<_> = image.pixels().map(|pixel| pixel.0).collect();
        let bright =
            colors.iter().filter(|c| u16::from(c[0]) + u16::from(c[1]) + u16::from(c[2]) > 600).count();
        let is_light = bright * 2 > colors.len();
        assert_eq!(is_light, theme == "light", "{bright} of {} texels are bright", colors.len());
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.len() > 200, "only {} colours", colors.len());
        let trace = std::fs::read_to_string(&trace).expect("a trace");
        assert!(trace.contains("picture 2"), "no picture moved: {trace}");
    }
}

#[test]
fn a_frame_log_has_a_row_per_frame_and_steps_that_grow() {
    let home = tempfile::tempdir().expect("a folder");
    let Some(screen) = screen("1280x800") else { return };
    let (file, log) = (home.path().join("window.png"), home.path().join("frames.csv"));
    let output = hourglass(&screen, home.path())
        .args([
            "--screenshot",
            &file.to_string_lossy(),
            "--after",
            "5",
            "--frame-log",
            &log.to_string_lossy(),
        ])
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::read_to_string(&log).expect("a log");
    let mut lines = log.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let column = |name: &str| -> Vec<f64> {
        let k = header.iter().position(|other| *other == name).expect(name);
        rows.iter().map(|row| row[k].parse().expect("a number")).collect()
    };
    let (frames, steps) = (column("frame"), column("step"));
    assert!(frames.len() > 1 && frames.windows(2).all(|pair| pair[1] == pair[0] + 1.0), "{frames:?}");
    assert!(steps.is_sorted() && steps.last() > Some(&0.0), "it did not train: {steps:?}");
}
