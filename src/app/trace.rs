//! What the window can write about itself, for measuring: a screenshot after a while, one row per frame, and when
//! the first pictures were presented. Files are written in threads of their own, so that measuring costs no frame.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui::{Color32, ColorImage, Context, ViewportCommand};

use super::state::AppState;
use crate::engine::{RunId, RunWants};
use crate::export::write_atomically;

/// Rows that may wait for the disk; a disk that is slower loses rows, not frames.
const ROWS_WAITING: usize = 4096;
/// Wanted points that may wait to be shown; whoever drags wants one in a frame.
const POINTS_WAITING: usize = 64;
/// How long a screenshot waits for a run whose first picture does not come.
const NO_PICTURE: Duration = Duration::from_secs(60);
/// Distinct pictures whose moment is written down.
const FIRST_PICTURES: u64 = 12;

/// A picture of the window, taken after a while; then the window closes.
#[derive(Clone, Debug, PartialEq)]
pub struct Screenshot {
    /// Where it goes, as PNG.
    pub path: PathBuf,
    /// Seconds after its first picture of a run; where none comes, it is taken without.
    pub after_secs: f64,
}

/// What became of the screenshot, for the command line to report.
pub type Outcome = Arc<Mutex<Option<Result<(), String>>>>;

/// Everything the window writes about itself.
#[derive(Debug)]
pub struct Trace {
    /// When the process started.
    started: Instant,
    opened: Instant,
    /// When the first picture of a run was drawn.
    pictured: Option<Instant>,
    screenshot: Option<Screenshot>,
    outcome: Outcome,
    frames: Option<Rows>,
    moments: Option<Rows>,
    frame: u64,
    last_frame: Instant,
    shown: Shown,
    wanted: WantedPoints,
}

/// What the frame before this one showed.
#[derive(Debug, Default)]
struct Shown {
    bench: bool,
    pictures: u64,
    /// Run, version and step of the last distinct picture.
    last: Option<(u64, u64, u64)>,
    /// A picture was drawn in the last frame and is on the screen once the next one begins.
    is_new: bool,
}

/// The points of all runs that were wanted, by number: how long it takes until all runs show theirs can be measured.
#[derive(Debug, Default)]
struct WantedPoints {
    count: u64,
    /// The latest, with their numbers, the oldest first.
    recent: VecDeque<(u64, Points)>,
    /// The number of the latest point that each run has shown.
    shown: BTreeMap<RunId, u64>,
}

/// A point of each run.
type Points = BTreeMap<RunId, Vec<f32>>;

impl WantedPoints {
    /// Notes which points are wanted: they get a number if any is another one.
    fn note(&mut self, points: Points) {
        if self.recent.back().is_some_and(|(_, last)| *last == points) {
            return;
        }
        self.count += 1;
        if self.recent.len() == POINTS_WAITING {
            self.recent.pop_front();
        }
        self.recent.push_back((self.count, points));
    }

    /// Notes which point a run shows.
    fn note_shown(&mut self, run: RunId, point: &[f32]) {
        let is_it = |points: &Points| points.get(&run).is_some_and(|wanted| wanted == point);
        if let Some((number, _)) = self.recent.iter().rev().find(|(_, points)| is_it(points)) {
            let shown = self.shown.entry(run).or_default();
            *shown = (*shown).max(*number);
        }
    }

    /// The number of the latest points that all runs that have one show.
    fn shown(&self) -> u64 {
        let runs = self.recent.back().into_iter().flat_map(|(_, points)| points.keys());
        runs.map(|run| self.shown.get(run).copied().unwrap_or(0)).min().unwrap_or(0)
    }
}

/// Which files are asked for.
#[derive(Clone, Debug, Default)]
pub struct TraceOptions {
    /// When the process started; the window's own start where nobody says.
    pub started: Option<Instant>,
    /// A picture of the window.
    pub screenshot: Option<Screenshot>,
    /// One row per frame, CSV.
    pub frame_log: Option<PathBuf>,
    /// First moments, CSV.
    pub trace: Option<PathBuf>,
}

impl Trace {
    /// Opens the files.
    pub fn new(options: TraceOptions, outcome: Outcome) -> Self {
        let now = Instant::now();
        let TraceOptions { started, screenshot, frame_log, trace } = options;
        let frames_head =
            "frame,ms_since_start,frame_ms,interval_ms,step,request_asked,request_shown,step_shown";
        let trace = Self {
            started: started.unwrap_or(now),
            opened: now,
            pictured: None,
            screenshot,
            outcome,
            frames: frame_log.and_then(|path| Rows::new(path, frames_head)),
            moments: trace.and_then(|path| Rows::new(path, "moment,ms_since_start")),
            frame: 0,
            last_frame: now,
            shown: Shown::default(),
            wanted: WantedPoints::default(),
        };
        trace.moment("window created");
        trace
    }

    /// Whether every frame is written down.
    pub fn is_logging(&self) -> bool {
        self.frames.is_some()
    }

    /// Notes which points are to be decoded.
    pub fn note_wanted<'a>(&mut self, wants: impl Iterator<Item = (RunId, &'a RunWants)>) {
        if self.is_logging() {
            let points = wants.filter_map(|(run, wants)| Some((run, wants.point.as_ref()?.point.clone())));
            self.wanted.note(points.collect());
        }
    }

    /// Notes the frame that has just begun. `frame_secs` is what the one before it cost the processor.
    pub fn begin_frame(&mut self, state: &AppState, frame_secs: Option<f32>) {
        let now = Instant::now();
        if self.frame == 1 {
            self.moment("first frame");
        }
        // What the last frame drew is on the screen by now.
        if std::mem::take(&mut self.shown.is_new) {
            let number = self.shown.pictures;
            self.moment(&format!("picture {number}"));
        }
        if self.frames.is_some() {
            let interval_ms = 1e3 * (now - self.last_frame).as_secs_f64();
            let frame_ms = frame_secs.map_or(f64::NAN, |secs| 1e3 * f64::from(secs));
            for run in state.bench.iter().flat_map(|bench| &bench.runs) {
                if let Some(decoded) = run.views.decoded.as_deref() {
                    self.wanted.note_shown(run.info.id, &decoded.point);
                }
            }
            let (step, step_shown) = state.run().map_or((0, 0), |run| {
                (run.progress.step, run.views.decoded.as_deref().map_or(0, |decoded| decoded.step))
            });
            let (request_asked, request_shown) = (self.wanted.count, self.wanted.shown());
            let since = self.since_start_ms(now);
            let frame = self.frame;
            self.log_frame(format!("{frame},{since:.2},{frame_ms:.3},{interval_ms:.2},{step},{request_asked},{request_shown},{step_shown}"));
        }
        self.last_frame = now;
        self.frame += 1;
    }

    /// Notes what is drawn in this frame.
    pub fn end_frame(&mut self, ctx: &Context, state: &AppState) {
        if state.bench.is_some() && !std::mem::replace(&mut self.shown.bench, state.bench.is_some()) {
            self.moment("bench opened");
        }
        let picture = state.run().and_then(|run| {
            let decoded = run.views.decoded.as_deref().map(|view| (view.version, view.step));
            let pair = run.views.reconstructions.as_deref().map(|view| (0, view.step)).or(decoded)?;
            Some((run.info.id.0, pair.0, pair.1))
        });
        if picture.is_some() && picture != self.shown.last && self.shown.pictures < FIRST_PICTURES {
            self.pictured.get_or_insert_with(Instant::now);
            self.shown.last = picture;
            self.shown.pictures += 1;
            self.shown.is_new = true;
            // Without another frame nobody would note that this one was presented.
            ctx.request_repaint();
        }
        self.photograph(ctx);
    }

    fn photograph(&mut self, ctx: &Context) {
        let Some(screenshot) = &self.screenshot else {
            return;
        };
        let after = Duration::from_secs_f64(screenshot.after_secs.max(0.0));
        let left = match self.pictured {
            Some(pictured) => after.saturating_sub(pictured.elapsed()),
            None => (after + NO_PICTURE).saturating_sub(self.opened.elapsed()),
        };
        if !left.is_zero() {
            ctx.request_repaint_after(left);
            return;
        }
        let Some(Screenshot { path, .. }) = self.screenshot.take() else {
            return;
        };
        let (outcome, woken) = (self.outcome.clone(), ctx.clone());
        ctx.request_screenshot(move |image| {
            let saved = save_picture(&image, &path);
            *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(saved);
            woken.send_viewport_cmd(ViewportCommand::Close);
            woken.request_repaint();
        });
        ctx.request_repaint();
    }

    fn since_start_ms(&self, now: Instant) -> f64 {
        1e3 * (now - self.started).as_secs_f64()
    }

    fn moment(&self, name: &str) {
        let since = self.since_start_ms(Instant::now());
        if let Some(rows) = &self.moments {
            rows.push(format!("{name},{since:.1}"));
        }
    }

    fn log_frame(&self, row: String) {
        if let Some(rows) = &self.frames {
            rows.push(row);
        }
    }
}

/// A CSV file that is written by a thread of its own; it is complete once the sender is gone.
#[derive(Debug)]
struct Rows {
    rows: Option<SyncSender<String>>,
    writer: Option<std::thread::JoinHandle<()>>,
}

impl Rows {
    /// A file that cannot be made is told in the log: measuring must not keep the window from opening.
    fn new(path: PathBuf, head: &str) -> Option<Self> {
        let (rows, waiting) = sync_channel(ROWS_WAITING);
        let head = head.to_owned();
        let thread = std::thread::Builder::new().name("measurements".to_owned());
        let writer = thread.spawn(move || {
            if let Err(error) = write_rows(&path, &head, &waiting) {
                log::error!("cannot write {}: {error}", path.display());
            }
        });
        writer.ok().map(|writer| Self { rows: Some(rows), writer: Some(writer) })
    }

    fn push(&self, row: String) {
        if let Some(rows) = &self.rows {
            // A disk that cannot keep up loses the row; the frame must not wait for it.
            rows.try_send(row).ok();
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        drop(self.rows.take());
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

fn write_rows(path: &Path, head: &str, waiting: &Receiver<String>) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{head}")?;
    while let Ok(row) = waiting.recv() {
        writeln!(file, "{row}")?;
        for row in waiting.try_iter() {
            writeln!(file, "{row}")?;
        }
        // A window that is killed leaves what it had measured.
        file.flush()?;
    }
    Ok(())
}

/// Writes a picture of the window, or of a part of it, as PNG.
pub fn save_picture(image: &ColorImage, path: &Path) -> Result<(), String> {
    let [width, height] = image.size.map(|n| n as u32);
    let bytes: Vec<u8> = image.pixels.iter().flat_map(Color32::to_array).collect();
    let picture =
        image::RgbaImage::from_raw(width, height, bytes).ok_or("the window gave no picture of itself")?;
    let mut png = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .map_err(|error| format!("the picture could not be encoded ({error})"))?;
    write_atomically(path, png.get_ref()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_complete_once_the_log_is_dropped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("frames.csv");
        let rows = Rows::new(path.clone(), "a,b").expect("a thread");
        (0..100).for_each(|i| rows.push(format!("{i},{i}")));
        drop(rows);
        let text = std::fs::read_to_string(path).expect("the file");
        assert_eq!(text.lines().count(), 101);
        assert_eq!(text.lines().last(), Some("99,99"));
    }

    #[test]
    fn a_wanted_point_is_shown_once_it_or_a_later_one_is() {
        let mut points = WantedPoints::default();
        let [first, second] = [RunId(1), RunId(2)];
        for own in [0.0, 1.0, 1.0, 2.0] {
            points.note([(first, vec![own]), (second, vec![10.0])].into());
        }
        assert_eq!(points.count, 3, "the same points again are no others");
        let mut shown = |run, point: f32| {
            points.note_shown(run, &[point]);
            points.shown()
        };
        assert_eq!([shown(first, 9.0), shown(first, 1.0)], [0, 0], "the second run shows nothing yet");
        assert_eq!([shown(second, 10.0), shown(first, 0.0)], [2, 2]);
        assert_eq!(shown(first, 2.0), 3);
    }

    #[test]
    fn a_screenshot_is_a_png_of_the_same_size() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("window.png");
        let image = ColorImage::filled([3, 2], Color32::RED);
        save_picture(&image, &path).expect("a picture");
        let read = image::open(&path).expect("a PNG").to_rgba8();
        assert_eq!((read.dimensions(), read.get_pixel(2, 1).0), ((3, 2), [255, 0, 0, 255]));
    }
}
