//! Work that is too long for one turn: evaluations, clouds, lattices, a chunk at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::message::{LatticeAsk, Picture, Request};
use super::pictures::Easel;
use super::run::Run;
use super::view::{CloudView, LatticeView};
use crate::data::Dataset;
use crate::gpu::painter::Placement;
use crate::gpu::{ColorMap, Tiles};
use crate::model::Autoencoder;
use crate::recipe::Recipe;
use crate::train::evaluate::CHUNK;
use crate::train::read::{ReadError, read};
use crate::train::{Evaluator, Figures, Learner};

/// Time between two pictures of a kind: ten a second.
const PICTURES: Duration = Duration::from_millis(100);
/// Time between the end of one cloud and the beginning of the next.
const CLOUDS: Duration = Duration::from_millis(300);
/// Time between the end of one round of plates and the beginning of the next: some of them cost as much as a dozen
/// steps.
const EXHIBITS: Duration = Duration::from_millis(800);
/// Most tiles of a lattice: 64 × 64.
pub(super) const MOST_TILES: usize = 64 * 64;

/// A held-out evaluation under way.
#[derive(Debug)]
pub(super) struct EvaluationJob {
    evaluator: Evaluator,
    train: Option<Figures>,
}

impl EvaluationJob {
    /// Begins one; `train` is what training cost since the one before.
    pub(super) fn new(learner: &Learner, train: Option<Figures>) -> Self {
        Self { evaluator: Evaluator::new(learner), train }
    }

    pub(super) fn step(&self) -> u64 {
        self.evaluator.step()
    }

    pub(super) fn train(&self) -> Option<Figures> {
        self.train
    }

    /// The next chunk; the figures once all were seen.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        recipe: &Recipe,
        dataset: &Dataset,
    ) -> Result<Option<Figures>, ReadError> {
        self.evaluator.advance(learner, recipe, dataset, &dataset.split.validation)
    }
}

/// The codes of held-out images, under way.
#[derive(Debug)]
pub(super) struct CloudJob {
    model: Autoencoder,
    step: u64,
    codes: Vec<f32>,
    next: usize,
    images: Vec<f32>,
}

impl CloudJob {
    pub(super) fn new(learner: &Learner) -> Self {
        let (model, step) = (learner.model(), learner.step_number());
        Self { model, step, codes: Vec::new(), next: 0, images: Vec::new() }
    }

    /// The next chunk; the cloud once all were encoded.
    pub(super) fn advance(
        &mut self,
        learner: &Learner,
        dataset: &Dataset,
        indices: &[u32],
    ) -> Result<Option<CloudView>, ReadError> {
        let chunk = &indices[self.next..(self.next + CHUNK).min(indices.len())];
        if let Some(first) = chunk.first() {
            let mut padded = chunk.to_vec();
            padded.resize(CHUNK, *first);
            dataset.write_f32(&padded, &mut self.images);
            let codes = read(self.model.encode(learner.images(&self.images, learner.device())).code)?;
            self.codes.extend_from_slice(&codes[..chunk.len() * learner.code_size()]);
            self.next += chunk.len();
        }
        Ok((self.next >= indices.len()).then(|| CloudView {
            step: self.step,
            dimensions: learner.code_size(),
            codes: std::mem::take(&mut self.codes).into(),
        }))
    }
}

/// A plane of decoded tiles, under way.
#[derive(Debug)]
pub(super) struct LatticeJob {
    request: u64,
    ask: LatticeAsk,
    model: Autoencoder,
    step: u64,
    codes: Vec<f32>,
    next: usize,
    pixels: Vec<f32>,
}

impl LatticeJob {
    pub(super) fn new(request: &Request, ask: LatticeAsk, learner: &Learner) -> Self {
        let codes = lattice_codes(&ask, learner.code_size());
        let (model, step) = (learner.model(), learner.step_number());
        Self { request: request.number, ask, model, step, codes, next: 0, pixels: Vec::new() }
    }

    /// The next chunk; whether it was the last. On a GPU tiles go straight to the canvas; on the CPU they are painted
    /// all at once in the end, so that no plane is half old and half new.
    pub(super) fn advance(&mut self, run: &Run, tile: Tiles, easel: &Easel) -> Result<bool, String> {
        let (learner, canvas) = (&run.learner, run.canvases.get(&Picture::Lattice));
        let size = learner.code_size();
        let count = self.codes.len() / size;
        let many = CHUNK.min(count - self.next);
        let mut chunk = self.codes[self.next * size..(self.next + many) * size].to_vec();
        chunk.resize(CHUNK * size, 0.0);
        let images = self.model.decode(learner.codes(&chunk));
        let tiles = tile.grid(self.ask.columns, self.ask.rows);
        let plane = Placement::all(tiles, canvas.map_or(ColorMap::Grey, |canvas| canvas.colors));
        let place = Placement { first: self.next as u32, count: many as u32, ..plane };
        if !easel.paint_straight(canvas, place, &images)? {
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
        let layers = if came { vec![(plane, Arc::clone(&pixels))] } else { Vec::new() };
        let view = LatticeView {
            request: self.request,
            step: self.step,
            ask: self.ask.clone(),
            pixels: came.then_some(pixels),
        };
        let views = Arc::clone(&run.views);
        easel.hand_out((run.id, Picture::Lattice), canvas, layers, move || views.lattice.put(view));
        Ok(true)
    }
}

/// The codes of a lattice's tiles, row by row from the top.
pub(super) fn lattice_codes(ask: &LatticeAsk, size: usize) -> Vec<f32> {
    let at = |range: [f32; 2], i: usize, n: usize| match n {
        0 | 1 => (range[0] + range[1]) / 2.0,
        n => range[0] + (range[1] - range[0]) * i as f32 / (n - 1) as f32,
    };
    let mut codes = Vec::with_capacity(ask.columns * ask.rows * size);
    for row in 0..ask.rows {
        let y = at([ask.y[1], ask.y[0]], row, ask.rows);
        for column in 0..ask.columns {
            let mut code: Vec<f32> = (0..size).map(|k| ask.rest.get(k).copied().unwrap_or(0.0)).collect();
            // A one-dimensional code has no second axis: every row is the same.
            if let Some(place) = code.get_mut(ask.axes[1]) {
                *place = y;
            }
            if let Some(place) = code.get_mut(ask.axes[0]) {
                *place = at(ask.x, column, ask.columns);
            }
            codes.extend(code);
        }
    }
    codes
}

/// When each kind of view was last made, and of which step.
#[derive(Debug, Default)]
pub(super) struct ViewClock {
    pub(super) cloud: Last,
    pub(super) reconstructions: Last,
    pub(super) layers: Last,
    pub(super) exhibits: Last,
}

/// When a view was last made, of which step and which example.
#[derive(Debug, Default)]
pub(super) struct Last(Option<(Instant, u64, usize)>);

impl Last {
    /// Whether ten a second allow another picture, and there is something new in it.
    pub(super) fn picture_is_due(&self, step: u64, example: usize) -> bool {
        self.is_due(PICTURES, step, example)
    }

    /// Whether it is time for another cloud, and there is something new in it.
    pub(super) fn cloud_is_due(&self, step: u64) -> bool {
        self.is_due(CLOUDS, step, 0)
    }

    /// Whether it is time for another round of plates, and there is something new in it.
    pub(super) fn exhibits_are_due(&self, step: u64) -> bool {
        self.is_due(EXHIBITS, step, 0)
    }

    fn is_due(&self, interval: Duration, step: u64, example: usize) -> bool {
        self.0.is_none_or(|(when, of, which)| which != example || (of != step && when.elapsed() >= interval))
    }

    /// Notes that one was made.
    pub(super) fn made(&mut self, step: u64, example: usize) {
        self.0 = Some((Instant::now(), step, example));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_begins_at_the_top_left_and_holds_the_other_axes() {
        let ask = LatticeAsk {
            axes: [2, 0],
            x: [-1.0, 1.0],
            y: [-2.0, 2.0],
            columns: 3,
            rows: 2,
            rest: vec![9.0, 5.0],
        };
        let codes = lattice_codes(&ask, 3);
        assert_eq!(codes.len(), 18);
        assert_eq!(codes[..6], [2.0, 5.0, -1.0, 2.0, 5.0, 0.0]);
        assert_eq!(codes[15..], [-2.0, 5.0, 1.0]);
    }

    #[test]
    fn a_code_of_one_number_has_a_line() {
        let ask =
            LatticeAsk { axes: [0, 1], x: [0.0, 4.0], y: [0.0, 1.0], columns: 5, rows: 1, rest: vec![] };
        assert_eq!(lattice_codes(&ask, 1), [0.0, 1.0, 2.0, 3.0, 4.0]);
    }
}
