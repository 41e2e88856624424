//! Measures how soon the real program shows the image at the pointer, also while a sweep trains in the background, how
//! smoothly it pans a map of many points, what an insight card costs of the training, and what four runs side by side cost
//! against one.
//!
//! `cargo bench --bench window` runs all parts; `pointer`, `sweep`, `points`, `cards` and `beside` after it run one. They need
//! Xvfb, xdotool and a machine that does nothing else. Times are printed; counts of frames and of pixels are checked, and
//! the ratio of two times.

#[path = "../tests/common/screen.rs"]
mod screen;
#[path = "../tests/common/windows.rs"]
mod windows;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use eframe::egui::Pos2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::app::App;
use hourglass::engine::{Phase, Topic};
use hourglass::recipe::Recipe;
use screen::Screen;
use tempfile::TempDir;
use windows::{step_until, window_of};

/// The size of the window, in the words of the command line and as numbers.
const SIZE: &str = "1280x800";
const POINTS: [f32; 2] = [1280.0, 800.0];
/// The middle of the map in a window of this size, and its area: left, top, width and height.
const MIDDLE: [i32; 2] = [505, 469];
const MAP: [u32; 4] = [242, 295, 524, 440];
/// The sizes at which runs are shown side by side.
const SIZES_BESIDE: [&str; 2] = ["1366x768", "1920x1080"];
/// How much longer a frame with four runs may take than one with a single run.
const MAX_FRAME_RATIO: f64 = 1.5;
/// How often the pointer moves, and how many seconds pass between two moves.
const MOVES: i32 = 120;
const PAUSE_SECS: &str = "0.03";
/// 95 of 100 images are shown within so many frames after the pointer moved, while nothing trains and while it trains.
const MAX_FRAMES_PAUSED: f64 = 2.0;
const MAX_FRAMES_TRAINING: f64 = 3.0;

fn main() -> Result<()> {
    let is_xdotool_there =
        Command::new("xdotool").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let (true, Some(screen)) = (is_xdotool_there, Screen::start(SIZE)) else {
        println!("skipped: Xvfb and xdotool are needed");
        return Ok(());
    };
    let filter = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
    if "pointer".contains(&filter) {
        pointer(&screen)?;
    }
    if "points".contains(&filter) {
        points(&screen)?;
    }
    if "sweep".contains(&filter) {
        sweep(&screen)?;
    }
    drop(screen);
    if "cards".contains(&filter) {
        cards()?;
    }
    if "beside".contains(&filter) {
        SIZES_BESIDE.into_iter().try_for_each(beside)?;
    }
    Ok(())
}

/// From a move of the pointer to the image decoded there, while nothing trains and while it trains.
fn pointer(screen: &Screen) -> Result<()> {
    let ([pause_button, _], _) = places(["nothing", "all"])?;
    let program = Program::start(screen, SIZE, &[Recipe::open("vae-2d")?], "600")?;
    let playing = program.rows_of(4.0);
    let [first, last] = ends(&playing)?;
    let step_ms = (last.at_ms - first.at_ms) / (last.step - first.step).max(1.0);
    program.click(pause_button)?;
    let paused = program.rows_of(4.0);
    let [first, last] = ends(&paused)?;
    ensure!(first.step == last.step, "it goes on training after a click on Pause");
    println!("a step takes {step_ms:.1} ms, an idle frame {:.0} ms", median(&paused, |row| row.interval_ms)?);
    let while_paused = pointer_frames(&program, MIDDLE, "paused")?;
    program.click(pause_button)?;
    let while_training = pointer_frames(&program, MIDDLE, "training")?;
    ensure!(while_paused <= MAX_FRAMES_PAUSED, "paused: {while_paused} frames, at most {MAX_FRAMES_PAUSED}");
    ensure!(
        while_training <= MAX_FRAMES_TRAINING,
        "training: {while_training} frames, at most {MAX_FRAMES_TRAINING}"
    );
    Ok(())
}

/// Drags the pointer, prints how long images took, and gives back within how many frames 95 of 100 were shown.
fn pointer_frames(program: &Program<'_>, middle: [i32; 2], what: &str) -> Result<f64> {
    let before = program.frame();
    program.drag("1", middle, [180, 150])?;
    // The last images come later.
    wait(1.0);
    let rows = program.rows_after(before);
    let lags = lags(&rows);
    ensure!(lags.len() > 10, "{what}: only {} requests were answered", lags.len());
    let percentile_of = |k: usize, share: f64| percentile(lags.iter().map(|lag| lag[k]).collect(), share);
    let (frames, ms) = (percentile_of(0, 0.95)?, percentile_of(1, 0.95)?);
    let median_ms = percentile_of(1, 0.5)?;
    println!(
        "{what}: {} images; 95 of 100 within {frames} frames and {ms:.0} ms, half within {median_ms:.0} ms",
        lags.len()
    );
    Ok(frames)
}

/// The pointer while a run trains, alone and beside a sweep of seven sizes with five folds in the background.
fn sweep(screen: &Screen) -> Result<()> {
    let way = way_to_the_sweep()?;
    let program = Program::start(screen, SIZE, &[Recipe::open("vae-2d")?], "600")?;
    let measured = |what: &str| {
        let rows = program.rows_of(10.0);
        let [first, last] = ends(&rows)?;
        let rate = 1e3 * (last.step - first.step) / (last.at_ms - first.at_ms);
        let interval_ms = median(&rows, |row| row.interval_ms)?;
        println!("{what}: {interval_ms:.0} ms from frame to frame, {rate:.0} steps/s");
        Ok::<_, anyhow::Error>((interval_ms, pointer_frames(&program, MIDDLE, what)?))
    };
    let (alone_ms, _) = measured("alone")?;
    for at in way {
        program.click(at)?;
    }
    // Principal components of five folds come first.
    wait(10.0);
    let (beside_ms, frames) = measured("beside a sweep")?;
    let sweeps = program.home.path().join("hourglass/sweeps");
    let runs = std::fs::read_dir(sweeps)?.next().context("no sweep was started")??.path().join("runs");
    ensure!(std::fs::read_dir(runs)?.next().is_some(), "no training was started");
    let ratio = beside_ms / alone_ms;
    println!("beside a sweep a frame takes {ratio:.2} times as long");
    ensure!(ratio <= MAX_FRAME_RATIO, "a frame takes {ratio:.2} times as long, at most {MAX_FRAME_RATIO}");
    ensure!(frames <= MAX_FRAMES_TRAINING, "{frames} frames, at most {MAX_FRAMES_TRAINING}");
    Ok(())
}

/// Steps a second with each insight card, against a tab that computes nothing.
fn cards() -> Result<()> {
    let size = "1920x1080";
    let screen = Screen::start(size).context("Xvfb does not start a second time")?;
    let mut window = small_window([1920.0, 1080.0])?;
    let nothing = window.get_by_label("Kept runs").rect().center();
    let insight = window.get_by_label("Insight").rect().center();
    window.get_by_label("Insight").click();
    window.run_steps(4);
    let recipe = Recipe::open("vae-2d")?;
    let mut entries = Vec::new();
    for topic in Topic::offered(&recipe) {
        let entry = window.query_all_by_label(topic.title()).next().map(|entry| entry.rect());
        // The list can be scrolled; what is below its edge is not clicked.
        entries.extend(entry.filter(|rect| rect.bottom() < 1030.0).map(|rect| (topic, rect.center())));
    }
    drop(window);
    let program = Program::start(&screen, size, &[recipe], "3000")?;
    let rate = |seconds: f64| {
        let [first, last] = ends(&program.rows_of(seconds))?;
        Ok::<_, anyhow::Error>(1e3 * (last.step - first.step) / (last.at_ms - first.at_ms))
    };
    let mut worst = (1.0, "nothing");
    for (topic, at) in entries {
        program.click(nothing)?;
        wait(1.0);
        let without = rate(6.0)?;
        program.click(insight)?;
        program.click(at)?;
        // The first card is made as soon as it can be; the share that is allowed counts from then on.
        wait(8.0);
        let with = rate(8.0)?;
        let ratio = with / without;
        println!("{:24} {with:.0} steps/s against {without:.0}: {ratio:.2}", topic.name());
        if ratio < worst.0 {
            worst = (ratio, topic.name());
        }
    }
    println!("the most expensive card is {}: {:.2} of the steps are left", worst.1, worst.0);
    Ok(())
}

/// A window on few images, without a screen, once it shows codes.
fn small_window(size: [f32; 2]) -> Result<Harness<'static, App>> {
    let mut recipe = Recipe::open("vae-2d")?;
    for setting in ["data.count=600", "training.batch=32", "model.widths=16"] {
        recipe.set_from_text(setting)?;
    }
    let mut window = window_of(vec![recipe], size);
    step_until(&mut window, "codes", |state| state.run().is_some_and(|run| run.views.cloud.is_some()));
    Ok(window)
}

/// Where to click to start a sweep and to come back to the map.
fn way_to_the_sweep() -> Result<Vec<Pos2>> {
    let mut window = small_window(POINTS)?;
    let mut way = Vec::new();
    for label in ["Insight", "Sweep with cross-validation", "Train all", "Latent space"] {
        let control = window.get_by_label(label);
        way.push(control.rect().center());
        if label != "Train all" {
            control.click();
        }
        window.run_steps(4);
    }
    Ok(way)
}

/// Four runs side by side against a single one: what a frame costs, and how soon all four show where the pointer is.
fn beside(size: &str) -> Result<()> {
    let screen = Screen::start(size).context("Xvfb does not start a second time")?;
    let one = Recipe::open("vae-2d")?;
    let four = ["vae-2d", "ae-2d", "beta-vae", "ae-denoise"]
        .map(Recipe::open)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let [alone, together] = [vec![one], four].map(|recipes| {
        let count = recipes.len();
        let middle = middle_of_first_map(&recipes, size)?;
        let program = Program::start(&screen, size, &recipes, "600")?;
        wait(4.0);
        let playing = program.rows_of(8.0);
        let interval_ms = median(&playing, |row| row.interval_ms)?;
        let cost_ms = median(&playing, |row| row.frame_ms)?;
        println!("{size}, {count} runs: {interval_ms:.0} ms from frame to frame, {cost_ms:.1} ms of it the window's own");
        let frames = pointer_frames(&program, middle, &format!("{size}, {count} runs"))?;
        Ok::<_, anyhow::Error>((interval_ms, cost_ms, frames))
    });
    let ((alone_ms, alone_cost, _), (together_ms, together_cost, frames)) = (alone?, together?);
    let [ratio, cost_ratio] = [together_ms / alone_ms, together_cost / alone_cost];
    println!("{size}: four runs take {ratio:.2} times the interval, {cost_ratio:.2} times the cost of one");
    ensure!(ratio <= MAX_FRAME_RATIO, "a frame takes {ratio:.2} times as long, at most {MAX_FRAME_RATIO}");
    ensure!(frames <= MAX_FRAMES_TRAINING, "{frames} frames, at most {MAX_FRAMES_TRAINING}");
    Ok(())
}

/// The middle of the first map in a window of this size.
fn middle_of_first_map(recipes: &[Recipe], size: &str) -> Result<[i32; 2]> {
    let small = |recipe: &Recipe| {
        let mut recipe = recipe.clone();
        ["data.count=600", "training.batch=32", "model.widths=16"]
            .into_iter()
            .try_for_each(|setting| recipe.set_from_text(setting))?;
        Ok(recipe)
    };
    let sides: Vec<f32> = size.split('x').filter_map(|side| side.parse().ok()).collect();
    let [width, height] = sides[..] else { anyhow::bail!("{size} is no size") };
    let mut window = window_of(recipes.iter().map(small).collect::<Result<_>>()?, [width, height]);
    step_until(&mut window, "codes", |state| state.run().is_some_and(|run| run.views.cloud.is_some()));
    window.run_steps(4);
    let point = window.get_all_by_label("latent point").next().context("no map is shown")?.rect().center();
    Ok([point.x, point.y].map(|side| side as i32))
}

/// Panning a map of 60,000 points, against one of 600.
fn points(screen: &Screen) -> Result<()> {
    let mut recipe = Recipe::open("ae-2d")?;
    for setting in ["data.count=75000", "model.widths=16"] {
        recipe.set_from_text(setting)?;
    }
    let few = panning(screen, &recipe, "600")?;
    let all = panning(screen, &recipe, "all")?;
    println!(
        "60,000 points against 600: {:.2} times the interval, {:.2} times the cost; {} bright pixels against {}",
        all.interval_ms / few.interval_ms,
        all.cost_ms / few.cost_ms,
        all.bright_pixels,
        few.bright_pixels
    );
    ensure!(2 * all.bright_pixels > 3 * few.bright_pixels, "the map does not show more points");
    Ok(())
}

/// What panning a map costs.
struct Panning {
    /// Median from one frame to the next.
    interval_ms: f64,
    /// Median of what the window's thread does in a frame.
    cost_ms: f64,
    bright_pixels: usize,
}

fn panning(screen: &Screen, recipe: &Recipe, count: &str) -> Result<Panning> {
    let ([pause_button, menu], entries) = places(["nothing", count])?;
    let program = Program::start(screen, SIZE, std::slice::from_ref(recipe), "30")?;
    program.click(pause_button)?;
    program.click(menu)?;
    for entry in entries {
        program.click(entry)?;
    }
    // Beside the menu, where nothing is clicked.
    program.click(Pos2::new(POINTS[0] / 2.0, POINTS[1] - 4.0))?;
    // The codes come in parts.
    wait(6.0);
    let before = program.frame();
    program.drag("3", MIDDLE, [120, 100])?;
    let rows = program.rows_after(before);
    let [interval_ms, cost_ms] = [median(&rows, |row| row.interval_ms)?, median(&rows, |row| row.frame_ms)?];
    println!(
        "{count} points: {interval_ms:.1} ms from frame to frame, {cost_ms:.2} ms of it the window's own"
    );
    Ok(Panning { interval_ms, cost_ms, bright_pixels: program.bright_pixels_at_the_end()? })
}

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

/// The program in a window of its own; it ends when it is dropped.
struct Program<'a> {
    child: Child,
    screen: &'a Screen,
    home: TempDir,
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl<'a> Program<'a> {
    /// Starts it on recipes side by side, and waits until it has trained and decoded something. After `seconds` it saves
    /// a picture of itself and ends.
    fn start(screen: &'a Screen, size: &str, recipes: &[Recipe], seconds: &str) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let mut command = screen.program(env!("CARGO_BIN_EXE_hourglass"), home.path());
        command.args(["--size", size, "--device", "cpu", "--screenshot", "window.png", "--after", seconds]);
        command.args(["--frame-log", "frames.csv"]).stderr(Stdio::null());
        for (place, recipe) in recipes.iter().enumerate() {
            let file = home.path().join(format!("recipe{place}.toml"));
            std::fs::write(&file, recipe.to_toml())?;
            command.arg(if place == 0 { "--recipe" } else { "--beside" }).arg(&file);
        }
        let program = Self { child: command.spawn()?, screen, home };
        let start = Instant::now();
        while !program.rows().last().is_some_and(|row| row.shown > 0 && row.step > 10.0) {
            ensure!(start.elapsed() < Duration::from_secs(120), "nothing was learned in two minutes");
            wait(0.2);
        }
        Ok(program)
    }

    /// The frame log so far.
    fn rows(&self) -> Vec<Row> {
        let log = std::fs::read_to_string(self.home.path().join("frames.csv")).unwrap_or_default();
        log.lines().filter_map(Row::parse).collect()
    }

    /// The number of the last frame.
    fn frame(&self) -> u64 {
        self.rows().last().map_or(0, |row| row.frame)
    }

    /// The frames since then.
    fn rows_after(&self, frame: u64) -> Vec<Row> {
        self.rows().into_iter().filter(|row| row.frame > frame).collect()
    }

    /// The frames of so many seconds.
    fn rows_of(&self, seconds: f64) -> Vec<Row> {
        let before = self.frame();
        wait(seconds);
        self.rows_after(before)
    }

    fn xdotool(&self, words: &[String]) -> Result<()> {
        let status = Command::new("xdotool").args(words).env("DISPLAY", &self.screen.display).status()?;
        ensure!(status.success(), "xdotool {words:?} failed");
        Ok(())
    }

    fn click(&self, at: Pos2) -> Result<()> {
        let [x, y] = [at.x, at.y].map(|n| format!("{n:.0}"));
        self.xdotool(&["mousemove", &x, &y, "sleep", "0.3", "click", "1"].map(str::to_owned))?;
        wait(1.0);
        Ok(())
    }

    /// Moves the pointer about the middle of a map with a button pressed.
    fn drag(&self, button: &str, middle: [i32; 2], spread: [i32; 2]) -> Result<()> {
        let mut words = Vec::new();
        let mut add = |all: &[&str]| words.extend(all.iter().map(|word| (*word).to_owned()));
        let [x, y] = middle.map(|n| n.to_string());
        add(&["mousemove", &x, &y, "sleep", "0.3", "mousedown", button]);
        for i in 1..=MOVES {
            let [dx, dy] = [(7 * i) % spread[0] - spread[0] / 2, (5 * i) % spread[1] - spread[1] / 2];
            let [x, y] = [middle[0] + dx, middle[1] + dy].map(|n| n.to_string());
            add(&["mousemove", &x, &y, "sleep", PAUSE_SECS]);
        }
        add(&["mouseup", button]);
        self.xdotool(&words)
    }

    /// Waits until it has saved its picture and ended, and counts the bright pixels of the map.
    fn bright_pixels_at_the_end(mut self) -> Result<usize> {
        ensure!(self.child.try_wait()?.is_none(), "it ended before the measurement did");
        ensure!(self.child.wait()?.success(), "it failed");
        let image = image::open(self.home.path().join("window.png"))?.to_rgb8();
        let [left, top, width, height] = MAP;
        let map = image::imageops::crop_imm(&image, left, top, width, height).to_image();
        Ok(map.pixels().filter(|pixel| pixel.0.into_iter().any(|channel| channel > 60)).count())
    }
}

fn wait(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}

/// Where to click: the buttons that pause and that open the menu of layers, and these entries of that menu. A harness
/// without a screen has the same layout.
fn places(entries: [&str; 2]) -> Result<([Pos2; 2], [Pos2; 2])> {
    let mut window = small_window(POINTS)?;
    let pause = window.get_by_label("Pause").rect().center();
    window.get_by_label("Pause").click();
    step_until(&mut window, "paused", |state| state.run().is_some_and(|run| run.phase == Phase::Paused));
    let menu = window.get_by_label("what the map shows").rect().center();
    window.get_by_label("what the map shows").click();
    window.run_steps(4);
    let mut centers = [Pos2::ZERO; 2];
    for (center, entry) in centers.iter_mut().zip(entries) {
        // A choice may take a row of the menu away, and all below it moves: each place is that after its click.
        window.get_all_by_label(entry).last().with_context(|| format!("no entry {entry}"))?.click();
        let last = window.get_all_by_label(entry).last();
        *center = last.with_context(|| format!("no entry {entry}"))?.rect().center();
        window.run_steps(4);
    }
    Ok(([pause, menu], centers))
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

fn ends(rows: &[Row]) -> Result<[Row; 2]> {
    let (first, last) = (rows.first(), rows.last());
    Ok([*first.context("no frame was drawn")?, *last.context("no frame was drawn")?])
}

fn percentile(mut numbers: Vec<f64>, share: f64) -> Result<f64> {
    ensure!(!numbers.is_empty(), "nothing was measured");
    numbers.sort_by(f64::total_cmp);
    Ok(numbers[((share * numbers.len() as f64) as usize).min(numbers.len() - 1)])
}

fn median(rows: &[Row], of: impl Fn(&Row) -> f64) -> Result<f64> {
    percentile(rows.iter().map(of).collect(), 0.5)
}
