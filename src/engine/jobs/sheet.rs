//! Sheets of decoded images: the plane behind the cloud, pins, paths, dimensions, samples. All are codes that become
//! tiles, a few milliseconds of one sheet per turn.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cadence;
use super::fresh::{Fresh, RunTurn};
use super::job::{Job, JobError, Share};
use super::throttle::Throttle;
use crate::engine::lattice::WantedLattice;
use crate::engine::paint_target::HostLayer;
use crate::engine::target::Target;
use crate::engine::view::{LatticeView, Pixels, SheetView};
use crate::engine::wants::{Picture, RunWants, Sheet, WantedSheet};
use crate::gpu::ColorMap;
use crate::gpu::painter::Placement;
use crate::model::Autoencoder;
use crate::train::evaluate::CHUNK;
use crate::train::read::read;

/// Most tiles of a sheet: 64 × 64.
pub(in crate::engine) const MOST_TILES: usize = 64 * 64;

/// The sheets of a run: the lattice, and one of each kind of points.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    lattice: Fresh<WantedLattice, SheetJob>,
    of_points: BTreeMap<Sheet, Fresh<WantedSheet, SheetJob>>,
    /// The sheet of the turn before: the next one that has work comes next, the lattice at the end of a round.
    last: Option<Picture>,
    /// One throttle for all of them: together they take no more than one of them may.
    throttle: Throttle,
}

impl Sheets {
    /// Whether any is under way.
    pub(super) fn is_busy(&self) -> bool {
        self.lattice.is_busy() || self.of_points.values().any(Fresh::is_busy)
    }

    /// Begins a picture anew: it has another canvas.
    pub(super) fn repaint(&mut self, picture: Picture) {
        match picture {
            Picture::Lattice => self.lattice = Fresh::default(),
            Picture::Sheet(sheet) => drop(self.of_points.remove(&sheet)),
            Picture::Decoded | Picture::Difference | Picture::Reconstructions => {}
        }
    }

    /// Does what fits into a turn of one sheet; whether it was published. Every kind gets its turn.
    pub(super) fn turn(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Result<bool, JobError> {
        self.lattice.drop_unwanted(wants.lattice.as_ref());
        for (sheet, fresh) in &mut self.of_points {
            fresh.drop_unwanted(wants.sheets.get(sheet));
        }
        if turn.trainers > 0 && self.throttle.is_resting() {
            return Ok(false);
        }
        let ready = self.ready(wants, turn);
        let Some(next) = ready.iter().find(|picture| Some(**picture) > self.last).or(ready.first()) else {
            return Ok(false);
        };
        self.last = Some(*next);
        let Self { lattice, of_points, throttle, .. } = self;
        let done = match *next {
            Picture::Sheet(sheet) => {
                let fresh = of_points.entry(sheet).or_default();
                fresh.turn(wants.sheets.get(&sheet), cadence::SHEET, turn, throttle, SheetJob::of_points)?
            }
            _ => {
                let cadence = lattice_cadence(wants);
                lattice.turn(wants.lattice.as_ref(), cadence, turn, throttle, SheetJob::of_lattice)?
            }
        };
        Ok(done.is_some())
    }

    /// The sheets that have work, the lattice last.
    fn ready(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Vec<Picture> {
        let mut ready = Vec::new();
        for (sheet, wanted) in &wants.sheets {
            if self.of_points.entry(*sheet).or_default().has_work(wanted, cadence::SHEET, turn) {
                ready.push(Picture::Sheet(*sheet));
            }
        }
        let cadence = lattice_cadence(wants);
        if wants.lattice.as_ref().is_some_and(|wanted| self.lattice.has_work(wanted, cadence, turn)) {
            ready.push(Picture::Lattice);
        }
        ready
    }
}

fn lattice_cadence(wants: &RunWants) -> cadence::Cadence {
    cadence::lattice(wants.lattice.as_ref().map_or(0, |wanted| wanted.columns * wanted.rows))
}

/// A sheet under way, of the network that it began with.
#[derive(Debug)]
struct SheetJob {
    content: Content,
    tiles: [usize; 2],
    model: Autoencoder,
    step: u64,
    codes: Vec<f32>,
    next: usize,
    pixels: Vec<f32>,
}

/// What is on a sheet.
#[derive(Clone, Debug)]
enum Content {
    Lattice(WantedLattice),
    Points(WantedSheet),
}

impl SheetJob {
    fn of_lattice(target: &Target<'_>, wanted: &WantedLattice) -> Result<Self, JobError> {
        let tiles = checked([wanted.columns, wanted.rows])?;
        let codes = wanted.codes(target.learner.code_size());
        Ok(Self::new(target, Content::Lattice(wanted.clone()), tiles, codes))
    }

    fn of_points(target: &Target<'_>, wanted: &WantedSheet) -> Result<Self, JobError> {
        let tiles = checked([wanted.columns, wanted.rows])?;
        let codes = wanted.codes(target.learner.code_size());
        Ok(Self::new(target, Content::Points(wanted.clone()), tiles, codes))
    }

    fn new(target: &Target<'_>, content: Content, tiles: [usize; 2], codes: Vec<f32>) -> Self {
        let (model, step) = (target.learner.model(), target.step());
        Self { content, tiles, model, step, codes, next: 0, pixels: Vec::new() }
    }

    fn picture(&self) -> Picture {
        match &self.content {
            Content::Lattice(_) => Picture::Lattice,
            Content::Points(wanted) => Picture::Sheet(wanted.sheet),
        }
    }

    /// Publishes the view once its picture is there.
    fn publisher(&self, target: &Target<'_>, pixels: Pixels) -> impl FnOnce() + Send + 'static {
        let (all, content, step) = (Arc::clone(target.views), self.content.clone(), self.step);
        move || {
            all.publish(|views, version| match content {
                Content::Lattice(wanted) => {
                    views.lattice = Some(Arc::new(LatticeView { version, step, wanted, pixels }));
                }
                Content::Points(wanted) => {
                    let sheet = wanted.sheet;
                    views.sheets.insert(sheet, Arc::new(SheetView { version, step, wanted, pixels }));
                }
            });
        }
    }
}

/// Columns and rows, unless there are too many tiles or none.
fn checked([columns, rows]: [usize; 2]) -> Result<[usize; 2], JobError> {
    match columns * rows {
        1..=MOST_TILES => Ok([columns, rows]),
        _ => Err(JobError::Refused(format!("A sheet of images has 1 to {MOST_TILES} tiles"))),
    }
}

impl Job for SheetJob {
    type Output = ();

    /// What a GPU is given it does later, so the clock does not tell how long that takes.
    fn share(target: &Target<'_>) -> Share {
        if target.paint.wants_full_chunks() { Share::Slice } else { Share::OnePartIn(3) }
    }

    /// On a GPU tiles go straight to the canvas; on the CPU they are painted all at once in the end, so that no sheet is
    /// half old and half new.
    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<()>, JobError> {
        let Target { learner, paint, .. } = target;
        let tile = target.gallery.tile;
        let canvas = target.canvases.get(&self.picture());
        let size = learner.code_size();
        let count = self.codes.len() / size;
        let many = many.min(count - self.next);
        let mut chunk = self.codes[self.next * size..(self.next + many) * size].to_vec();
        if paint.wants_full_chunks() {
            chunk.resize(CHUNK * size, 0.0);
        }
        let images = self.model.decode(learner.codes(&chunk));
        let [columns, rows] = self.tiles;
        let all =
            Placement::all(tile.grid(columns, rows), canvas.map_or(ColorMap::Grey, |canvas| canvas.colors));
        let all = Placement { count: count as u32, ..all };
        let place = Placement { first: self.next as u32, count: many as u32, ..all };
        if !paint.paint_on_gpu(canvas, place, &images)? {
            let pixels = read(images)?;
            self.pixels.extend_from_slice(&pixels[..many * tile.values()]);
        }
        self.next += many;
        if self.next < count {
            return Ok(None);
        }
        let pixels: Arc<[f32]> = std::mem::take(&mut self.pixels).into();
        // Tiles that stayed on the GPU left no pixels here, nor anything to paint.
        let came = pixels.len() == count * tile.values();
        let layer = came.then(|| HostLayer { canvas, place: all, pixels: Arc::clone(&pixels) });
        let publish = self.publisher(target, came.then_some(pixels));
        paint.paint_pixels(target.id, self.picture(), layer, publish);
        Ok(Some(()))
    }
}
