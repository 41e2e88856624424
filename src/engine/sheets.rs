//! Sheets of decoded images: the plane behind the cloud, pins, paths, dimensions, samples. All are codes that become
//! tiles, a few milliseconds of one sheet per turn.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message::{Ask, LatticeAsk, Picture, Request, SheetAsk};
use super::pictures::PaintTarget;
use super::run::Run;
use super::throttle::Throttle;
use super::view::{LatticeView, Pixels, SheetView};
use crate::gpu::painter::Placement;
use crate::gpu::{ColorMap, Tiles};
use crate::model::Autoencoder;
use crate::train::Learner;
use crate::train::evaluate::CHUNK;
use crate::train::read::read;

/// Most tiles of a sheet: 64 × 64.
pub(super) const MOST_TILES: usize = 64 * 64;

/// Beside training sheets take at most one part in so many of the time.
const ONE_PART_IN: u32 = 3;

/// The sheets of a run that are under way or wait, one of each kind.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    queues: BTreeMap<Picture, Queue>,
    /// The queue of the turn before: the next one that is busy comes next, the lattice at the end of a round.
    last: Option<Picture>,
    /// One throttle for all of them, since they go through the same network.
    throttle: Option<Throttle>,
}

/// One kind of sheet.
#[derive(Debug, Default)]
struct Queue {
    now: Option<SheetJob>,
    /// The newest one asked for while another is under way: that one is finished first, or none ever would be.
    next: Option<Request>,
}

impl Sheets {
    /// Takes in a request for a sheet.
    pub(super) fn ask(&mut self, request: &Request) -> Result<(), String> {
        let picture = match &request.ask {
            Ask::Lattice(ask) => check(ask.columns * ask.rows).map(|()| Picture::Lattice)?,
            Ask::Sheet(ask) => check(ask.columns * ask.rows).map(|()| Picture::Sheet(ask.sheet))?,
            _ => return Ok(()),
        };
        self.queues.entry(picture).or_default().next = Some(request.clone());
        Ok(())
    }

    /// Whether any is under way or waits.
    pub(super) fn is_busy(&self) -> bool {
        self.queues.values().any(Queue::is_busy)
    }

    /// Does what fits into a turn of one sheet; whether it was completed. Every kind gets its turn.
    pub(super) fn advance(
        run: &mut Run,
        tile: Tiles,
        paint: &PaintTarget,
        trainers: u32,
    ) -> Result<bool, String> {
        let mut sheets = std::mem::take(&mut run.work.sheets);
        let fresh = sheets.turn(run, tile, paint, trainers);
        run.work.sheets = sheets;
        fresh
    }

    fn turn(&mut self, run: &Run, tile: Tiles, paint: &PaintTarget, trainers: u32) -> Result<bool, String> {
        let throttle = self.throttle.get_or_insert_with(|| Throttle::new(false));
        if trainers > 0 && throttle.is_resting() {
            return Ok(false);
        }
        let busy = || self.queues.iter().filter(|(_, queue)| queue.is_busy()).map(|(picture, _)| *picture);
        let next = busy().find(|picture| Some(*picture) > self.last).or_else(|| busy().next());
        let Some(queue) = next.and_then(|picture| self.queues.get_mut(&picture)) else { return Ok(false) };
        self.last = next;
        if queue.now.is_none() {
            queue.now = queue.next.take().map(|request| SheetJob::new(request, &run.learner));
        }
        let Some(job) = &mut queue.now else { return Ok(false) };
        let is_done = if paint.wants_full_chunks() {
            // What a GPU is given it does later, so the clock does not tell how long that takes.
            job.advance(run, CHUNK, tile, paint)?
        } else {
            let rest = (trainers > 0).then_some(ONE_PART_IN * trainers);
            throttle.turn(rest, |many| job.advance(run, many, tile, paint))?
        };
        if is_done {
            queue.now = None;
        }
        Ok(is_done)
    }
}

impl Queue {
    fn is_busy(&self) -> bool {
        self.now.is_some() || self.next.is_some()
    }
}

fn check(tiles: usize) -> Result<(), String> {
    match tiles {
        1..=MOST_TILES => Ok(()),
        _ => Err(format!("A sheet of images has 1 to {MOST_TILES} tiles")),
    }
}

/// A sheet under way.
#[derive(Debug)]
struct SheetJob {
    request: Request,
    tiles: [usize; 2],
    model: Autoencoder,
    step: u64,
    codes: Vec<f32>,
    next: usize,
    pixels: Vec<f32>,
}

impl SheetJob {
    fn new(request: Request, learner: &Learner) -> Self {
        let size = learner.code_size();
        let (tiles, codes) = match &request.ask {
            Ask::Lattice(ask) => ([ask.columns, ask.rows], lattice_codes(ask, size)),
            Ask::Sheet(ask) => ([ask.columns, ask.rows], sheet_codes(ask, size)),
            _ => ([0, 0], Vec::new()),
        };
        let (model, step) = (learner.model(), learner.step_number());
        Self { request, tiles, model, step, codes, next: 0, pixels: Vec::new() }
    }

    fn picture(&self) -> Picture {
        match &self.request.ask {
            Ask::Sheet(ask) => Picture::Sheet(ask.sheet),
            _ => Picture::Lattice,
        }
    }

    /// The next chunk, of at most so many tiles; whether it was the last. On a GPU tiles go straight to the canvas; on the CPU they are painted
    /// all at once in the end, so that no sheet is half old and half new.
    fn advance(&mut self, run: &Run, many: usize, tile: Tiles, paint: &PaintTarget) -> Result<bool, String> {
        let (learner, canvas) = (&run.learner, run.canvases.get(&self.picture()));
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
            let pixels = read(images).map_err(|e| e.to_string())?;
            self.pixels.extend_from_slice(&pixels[..many * tile.values()]);
        }
        self.next += many;
        if self.next < count {
            return Ok(false);
        }
        let pixels: Arc<[f32]> = std::mem::take(&mut self.pixels).into();
        // Tiles that stayed on the GPU left no pixels here, nor anything to paint.
        let came = pixels.len() == count * tile.values();
        let layer = came.then(|| (canvas, all, Arc::clone(&pixels)));
        let publish = self.publisher(run, came.then_some(pixels));
        paint.hand_out((run.id, self.picture()), layer, publish);
        Ok(true)
    }

    /// What hands the view out once its picture is there.
    fn publisher(&self, run: &Run, pixels: Pixels) -> impl FnOnce() + Send + 'static {
        let (views, request, step) = (Arc::clone(&run.views), self.request.clone(), self.step);
        move || {
            let number = request.number;
            match request.ask {
                Ask::Lattice(ask) => views.lattice.put(LatticeView { request: number, step, ask, pixels }),
                Ask::Sheet(ask) => {
                    views.sheet(ask.sheet).put(SheetView { request: number, step, ask, pixels });
                }
                _ => {}
            }
        }
    }
}

/// The codes of a lattice's tiles, row by row from the top.
pub(super) fn lattice_codes(ask: &LatticeAsk, size: usize) -> Vec<f32> {
    let [columns, rows] = lattice_places(ask);
    let mut codes = Vec::with_capacity(ask.columns * ask.rows * size);
    for y in rows {
        for x in &columns {
            codes.extend(code_at(ask, [*x, y], size));
        }
    }
    codes
}

/// Where the columns and the rows of a lattice lie on its plane, from the left and from the top.
pub(super) fn lattice_places(ask: &LatticeAsk) -> [Vec<f32>; 2] {
    let at = |[from, to]: [f32; 2], i: usize, n: usize| match n {
        0 | 1 => (from + to) / 2.0,
        n => from + (to - from) * i as f32 / (n - 1) as f32,
    };
    let along = |range: [f32; 2], n: usize| (0..n).map(|i| at(range, i, n)).collect();
    [along(ask.x, ask.columns), along([ask.y[1], ask.y[0]], ask.rows)]
}

/// The code at a place of a lattice's plane, as long as the network's.
pub(super) fn code_at(ask: &LatticeAsk, place: [f32; 2], size: usize) -> Vec<f32> {
    let mut code = ask.plane.at(place);
    code.resize(size, 0.0);
    code
}

/// The codes of a sheet's tiles; what does not fill a tile is left out, and so is what has no tile.
pub(super) fn sheet_codes(ask: &SheetAsk, size: usize) -> Vec<f32> {
    let fits = (ask.points.len() / size).min(ask.columns * ask.rows);
    ask.points[..fits * size].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::LatentPlane;

    #[test]
    fn a_lattice_begins_at_the_top_left_and_holds_the_other_axes() {
        let plane = LatentPlane::of_axes([2, 0], 3, &[9.0, 5.0]);
        let ask = LatticeAsk { plane, x: [-1.0, 1.0], y: [-2.0, 2.0], columns: 3, rows: 2 };
        let codes = lattice_codes(&ask, 3);
        assert_eq!(codes.len(), 18);
        assert_eq!(codes[..6], [2.0, 5.0, -1.0, 2.0, 5.0, 0.0]);
        assert_eq!(codes[15..], [-2.0, 5.0, 1.0]);
    }

    #[test]
    fn a_code_of_one_number_has_a_line() {
        let plane = LatentPlane::of_axes([0, 1], 1, &[]);
        let ask = LatticeAsk { plane, x: [0.0, 4.0], y: [0.0, 1.0], columns: 5, rows: 1 };
        assert_eq!(lattice_codes(&ask, 1), [0.0, 1.0, 2.0, 3.0, 4.0]);
    }
}
