//! How quickly the real program answers a hand: measured, printed, and held against its bars. Times mean something only
//! on a machine that does nothing else, so these run when they are asked for:
//! `cargo test --release --test window -- --ignored --nocapture --test-threads 1`. They need Xvfb and xdotool.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use eframe::egui::Pos2;
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::Phase;
use hourglass::recipe::Recipe;

use super::windows::{run, step_until, window_of};
use super::{Screen, hourglass, screen};

/// The size of the window, as the program is told it and as a harness is.
const SIZE: &str = "1280x800";
const POINTS: [f32; 2] = [1280.0, 800.0];
/// The middle of the map in a window of this size, and the whole of it: left, top, width and height.
const MIDDLE: [i32; 2] = [505, 469];
const MAP: [u32; 4] = [242, 295, 524, 440];
/// So many moves of the pointer, so many seconds apart.
const MOVES: i32 = 120;
const APART: &str = "0.03";

/// A row of the frame log.
#[derive(Clone, Copy, Debug)]
struct Row {
    frame: u64,
    at_ms: f64,
    frame_ms: f64,
    interval_ms: f64,
    step: f64,
    asked: u64,
    shown: u64,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let [frame, at_ms, frame_ms, interval_ms, step, asked, shown, _] = cells[..] else { return None };
        Some(Self {
            frame: frame.parse().ok()?,
            at_ms: at_ms.parse().ok()?,
            frame_ms: frame_ms.parse().ok()?,
            interval_ms: interval_ms.parse().ok()?,
            step: step.parse().ok()?,
            asked: asked.parse().ok()?,
            shown: shown.parse().ok()?,
        })
    }
}

/// The program in a window of its own, which ends with the test.
struct Program<'a> {
    child: Child,
    screen: &'a Screen,
    home: tempfile::TempDir,
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl<'a> Program<'a> {
    /// Starts it on a recipe, and waits until something has been learned and decoded. It takes a picture of itself
    /// after a while and ends.
    fn start(screen: &'a Screen, recipe: &Recipe, seconds: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("recipe.toml");
        std::fs::write(&file, recipe.to_toml()).expect("room for a recipe");
        let mut command = hourglass(screen, home.path());
        command.args(["--size", SIZE, "--device", "cpu", "--screenshot", "window.png", "--after", seconds]);
        command.args(["--frame-log", "frames.csv", "--recipe"]).arg(&file).stderr(Stdio::null());
        let program = Self { child: command.spawn().expect("the program starts"), screen, home };
        let start = Instant::now();
        while !program.rows().last().is_some_and(|row| row.shown > 0 && row.step > 10.0) {
            assert!(start.elapsed() < Duration::from_secs(120), "nothing was learned");
            pause(0.2);
        }
        program
    }

    /// What it has written down so far.
    fn rows(&self) -> Vec<Row> {
        let log = std::fs::read_to_string(self.home.path().join("frames.csv")).unwrap_or_default();
        log.lines().filter_map(Row::parse).collect()
    }

    /// The frames drawn while something is done.
    fn during(&self, act: impl FnOnce()) -> Vec<Row> {
        let before = self.rows().last().map_or(0, |row| row.frame);
        act();
        self.rows().into_iter().filter(|row| row.frame > before).collect()
    }

    fn hand(&self, words: &[String]) {
        let done = Command::new("xdotool").args(words).env("DISPLAY", &self.screen.display).status();
        assert!(done.expect("xdotool starts").success(), "xdotool {words:?}");
    }

    fn click(&self, at: Pos2) {
        let [x, y] = [at.x, at.y].map(|n| format!("{n:.0}"));
        self.hand(&["mousemove", &x, &y, "sleep", "0.3", "click", "1"].map(str::to_owned));
        pause(1.0);
    }

    /// Moves the pointer about the middle of the map with a button pressed.
    fn drag(&self, button: &str, spread: [i32; 2]) {
        let mut words = Vec::new();
        let mut say = |all: &[&str]| words.extend(all.iter().map(|word| (*word).to_owned()));
        let [x, y] = MIDDLE.map(|n| n.to_string());
        say(&["mousemove", &x, &y, "sleep", "0.3", "mousedown", button]);
        for i in 1..=MOVES {
            let [dx, dy] = [(7 * i) % spread[0] - spread[0] / 2, (5 * i) % spread[1] - spread[1] / 2];
            let [x, y] = [MIDDLE[0] + dx, MIDDLE[1] + dy].map(|n| n.to_string());
            say(&["mousemove", &x, &y, "sleep", APART]);
        }
        say(&["mouseup", button]);
        self.hand(&words);
    }

    /// Waits until it has taken its picture and ended; how many pixels of the map are bright.
    fn lit(mut self) -> usize {
        assert!(self.child.try_wait().expect("a child").is_none(), "it ended before the measurement did");
        assert!(self.child.wait().expect("a child").success());
        let image = image::open(self.home.path().join("window.png")).expect("a picture").to_rgb8();
        let [left, top, width, height] = MAP;
        let map = image::imageops::crop_imm(&image, left, top, width, height).to_image();
        map.pixels().filter(|pixel| pixel.0.into_iter().any(|channel| channel > 60)).count()
    }
}

fn pause(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}

/// A virtual screen, where there are a server and a hand.
fn stage() -> Option<Screen> {
    if Command::new("xdotool").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("skipped: xdotool is not installed");
        return None;
    }
    screen(SIZE)
}

/// Where to press: the button that pauses, the one that opens the menu of layers, and these entries of that menu. A
/// harness without a screen has the same layout.
fn places(entries: [&str; 2]) -> ([Pos2; 2], [Pos2; 2]) {
    let mut recipe = Recipe::open("vae-2d").expect("built in");
    for setting in ["data.count=600", "training.batch=32", "model.widths=16"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    let mut window = window_of(vec![recipe], POINTS);
    step_until(&mut window, "codes", |state| state.run().is_some_and(|run| run.seen.cloud.is_some()));
    let pause = window.get_by_label("Pause").rect().center();
    window.get_by_label("Pause").click();
    step_until(&mut window, "paused", |state| run(state).phase == Phase::Paused);
    let menu = window.get_by_label("what the map shows");
    let show = menu.rect().center();
    menu.click();
    window.run_steps(4);
    // What is chosen may take a row of the menu away, and all below it moves.
    let entries = entries.map(|entry| {
        window.get_all_by_label(entry).last().expect(entry).click();
        let place = window.get_all_by_label(entry).last().expect(entry).rect().center();
        window.run_steps(4);
        place
    });
    ([pause, show], entries)
}

fn percentile(mut numbers: Vec<f64>, share: f64) -> f64 {
    assert!(!numbers.is_empty(), "nothing was measured");
    numbers.sort_by(f64::total_cmp);
    numbers[((share * numbers.len() as f64) as usize).min(numbers.len() - 1)]
}

fn median(rows: &[Row], of: impl Fn(&Row) -> f64) -> f64 {
    percentile(rows.iter().map(of).collect(), 0.5)
}

/// For every request for an image, how many frames and milliseconds passed until it or a later one was shown.
fn lags(rows: &[Row]) -> Vec<[f64; 2]> {
    let mut lags = Vec::new();
    for (before, row) in rows.iter().zip(&rows[1..]).filter(|(before, row)| row.asked > before.asked) {
        for request in before.asked + 1..=row.asked {
            let shown = rows.iter().find(|later| later.frame >= row.frame && later.shown >= request);
            lags.extend(shown.map(|shown| [(shown.frame - row.frame) as f64, shown.at_ms - row.at_ms]));
        }
    }
    lags
}

/// Drags, prints the lag, and says which bar is broken.
fn measure_lag(program: &Program<'_>, what: &str, frames_bar: f64, ms_bar: f64) -> Vec<String> {
    let rows = program.during(|| {
        program.drag("1", [180, 150]);
        // The last images come later.
        pause(1.0);
    });
    let lags = lags(&rows);
    assert!(lags.len() > 10, "{what}: only {} requests were answered", lags.len());
    let [frames, ms] = [0, 1].map(|k| percentile(lags.iter().map(|lag| lag[k]).collect(), 0.95));
    let middle = percentile(lags.iter().map(|lag| lag[1]).collect(), 0.5);
    println!(
        "{what}: {} images, 95 of 100 within {frames} frames (bar {frames_bar}) and {ms:.0} ms (bar {ms_bar:.0}), half \
         within {middle:.0} ms",
        lags.len()
    );
    let broken = [(frames, frames_bar, "frames"), (ms, ms_bar, "ms")];
    let broken = broken.iter().filter(|(got, bar, _)| got > bar);
    broken.map(|(got, bar, unit)| format!("{what}: {got:.1} {unit}, want at most {bar:.1}")).collect()
}

#[test]
#[ignore = "measures times, for a machine that does nothing else"]
fn an_image_follows_the_pointer_within_two_frames_and_within_three_while_it_trains() {
    let Some(screen) = stage() else { return };
    let ([pause_button, _], _) = places(["nothing", "all"]);
    let program = Program::start(&screen, &Recipe::open("vae-2d").expect("built in"), "600");
    // What a frame and a step take while nobody touches anything.
    let playing = program.during(|| pause(4.0));
    let [first, last] = [playing[0], playing[playing.len() - 1]];
    let step_ms = (last.at_ms - first.at_ms) / (last.step - first.step).max(1.0);
    program.click(pause_button);
    let resting = program.during(|| pause(4.0));
    let [first, last] = [resting[0], resting[resting.len() - 1]];
    assert_eq!(first.step, last.step, "it does not rest");
    let idle_ms = median(&resting, |row| row.interval_ms);
    println!("an idle frame takes {idle_ms:.0} ms, a step {step_ms:.1} ms");
    let mut broken = measure_lag(&program, "paused", 2.0, 1.5 * 2.0 * idle_ms);
    program.click(pause_button);
    broken.extend(measure_lag(&program, "training", 3.0, 1.5 * (2.0 * idle_ms + step_ms)));
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The median interval and cost of frames while the map is pulled with so many points, and how much of it is bright.
fn panning(screen: &Screen, recipe: &Recipe, count: &str) -> ([f64; 2], usize) {
    let ([pause_button, show], entries) = places(["nothing", count]);
    let program = Program::start(screen, recipe, "30");
    program.click(pause_button);
    program.click(show);
    entries.into_iter().for_each(|entry| program.click(entry));
    // Beside the menu, where nothing listens.
    program.click(Pos2::new(POINTS[0] / 2.0, POINTS[1] - 4.0));
    // The codes come in parts.
    pause(6.0);
    let rows = program.during(|| program.drag("3", [120, 100]));
    let times = [median(&rows, |row| row.interval_ms), median(&rows, |row| row.frame_ms)];
    let lit = program.lit();
    println!(
        "{count} points: {:.1} ms from frame to frame, {:.2} ms of it the window's own",
        times[0], times[1]
    );
    (times, lit)
}

#[test]
#[ignore = "measures times, for a machine that does nothing else"]
fn sixty_thousand_points_are_pulled_nearly_as_fast_as_six_hundred() {
    let Some(screen) = stage() else { return };
    let mut recipe = Recipe::open("ae-2d").expect("built in");
    for setting in ["data.count=75000", "model.widths=16"] {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    let [(few, few_lit), (all, all_lit)] = ["600", "all"].map(|count| panning(&screen, &recipe, count));
    println!("bright pixels: {few_lit} with few points, {all_lit} with all");
    assert!(2 * all_lit > 3 * few_lit, "the map does not show more points: {few_lit} and {all_lit} pixels");
    let ratios = [all[0] / few[0], all[1] / few[1]];
    println!(
        "60,000 points against 600: {:.2} times the interval, {:.2} times the cost",
        ratios[0], ratios[1]
    );
    // A frame is what passes until the next one; what the window's thread has in it are a few milliseconds, and told.
    assert!(ratios[0] <= 1.5, "{:.2} times the interval, want at most 1.5 times", ratios[0]);
}
