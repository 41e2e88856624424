//! Fields: what is measured at every place of a plane, a few milliseconds per turn.

use super::gallery::Gallery;
use super::message::{FieldAsk, FieldKind};
use super::run::Run;
use super::sheets::{code_at, lattice_places};
use super::throttle::Throttle;
use super::view::FieldView;
use crate::insight::field::{Density, Directions, round_trip, stretch_along};
use crate::model::Autoencoder;
use crate::train::Learner;
use crate::train::read::{ReadError, read};

/// Most places of a field: 128 × 128.
const MOST_PLACES: usize = 128 * 128;
/// Beside training a field takes at most one part in so many of the time.
const ONE_PART_IN: u32 = 3;

/// The field of a run that is under way, and the newest one asked for meanwhile: the first is finished before, or none
/// ever would be.
#[derive(Debug, Default)]
pub(super) struct Fields {
    now: Option<FieldJob>,
    next: Option<(u64, FieldAsk)>,
}

impl Fields {
    /// Takes in a request for a field.
    pub(super) fn ask(&mut self, number: u64, ask: &FieldAsk) -> Result<(), String> {
        let places = ask.lattice.columns * ask.lattice.rows;
        if !(1..=MOST_PLACES).contains(&places) {
            return Err(format!("A field has 1 to {MOST_PLACES} places, and {places} were asked for"));
        }
        self.next = Some((number, ask.clone()));
        Ok(())
    }

    /// Whether any is under way or waits.
    pub(super) fn is_busy(&self) -> bool {
        self.now.is_some() || self.next.is_some()
    }

    /// Does what fits into a turn; whether a field was completed.
    pub(super) fn advance(
        run: &mut Run,
        gallery: &Gallery,
        wants_full_chunks: bool,
        trainers: u32,
    ) -> Result<bool, String> {
        let fields = &mut run.work.fields;
        if fields.now.is_none() {
            let next = fields.next.take();
            let seed = run.recipe.seed;
            fields.now =
                next.map(|(number, ask)| FieldJob::new(number, ask, (&run.learner, seed), wants_full_chunks));
        }
        let Some(job) = &mut fields.now else { return Ok(false) };
        if trainers > 0 && job.throttle.is_resting() {
            return Ok(false);
        }
        let Some(view) = job.advance(&run.learner, gallery, trainers).map_err(|e| e.to_string())? else {
            return Ok(false);
        };
        fields.now = None;
        run.views.field.put(view);
        Ok(true)
    }
}

/// A field under way.
#[derive(Debug)]
struct FieldJob {
    number: u64,
    ask: FieldAsk,
    step: u64,
    throttle: Throttle,
    work: Work,
    values: Vec<f32>,
}

/// What is being done for a field.
#[derive(Debug)]
enum Work {
    /// Encode the gallery's images, to see where their codes lie on the plane.
    Codes { model: Box<Autoencoder>, seen: Vec<[f32; 2]>, images: Vec<f32> },
    /// Add the kernels up, row by row.
    Rows(Density),
    /// Send places through the network.
    Places { model: Box<Autoencoder>, places: Vec<[f32; 2]> },
    /// Send places through the decoder's slope, along every direction each. `squares` are of the place under way.
    Slopes { model: Box<Autoencoder>, places: Vec<[f32; 2]>, directions: Directions, squares: Vec<f32> },
}

impl FieldJob {
    fn new(number: u64, ask: FieldAsk, (learner, seed): (&Learner, u64), wants_full_chunks: bool) -> Self {
        let model = Box::new(learner.model());
        let work = match ask.kind {
            FieldKind::Density => Work::Codes { model, seen: Vec::new(), images: Vec::new() },
            FieldKind::RoundTrip => Work::Places { model, places: places(&ask) },
            FieldKind::Stretch => {
                let directions = Directions::of(learner.code_size(), seed);
                Work::Slopes { model, places: places(&ask), directions, squares: Vec::new() }
            }
        };
        let (step, throttle) = (learner.step_number(), Throttle::new(wants_full_chunks));
        Self { number, ask, step, throttle, work, values: Vec::new() }
    }

    /// What fits into a turn; the field once every place was measured.
    fn advance(
        &mut self,
        learner: &Learner,
        gallery: &Gallery,
        trainers: u32,
    ) -> Result<Option<FieldView>, ReadError> {
        let Self { number, ask, step, throttle, work, values } = self;
        let rest = (trainers > 0).then_some(ONE_PART_IN * trainers);
        let is_done = throttle.turn(rest, |many| work.slice(ask, (learner, gallery), many, values))?;
        Ok(is_done.then(|| {
            let mut values = std::mem::take(values);
            // An overflow is as little of a measurement as what is no number.
            values.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = f32::NAN);
            FieldView { request: *number, step: *step, ask: ask.clone(), values: values.into() }
        }))
    }
}

impl Work {
    /// The next slice, of at most so many ways through the network; whether it was the last. A shorter last slice is
    /// filled up, so that a GPU meets one shape.
    fn slice(
        &mut self,
        ask: &FieldAsk,
        (learner, gallery): (&Learner, &Gallery),
        many: usize,
        values: &mut Vec<f32>,
    ) -> Result<bool, ReadError> {
        let size = learner.code_size();
        let code = |place: [f32; 2]| code_at(&ask.lattice, place, size);
        match self {
            Self::Codes { model, seen, images } => {
                let left = &gallery.cloud[seen.len()..];
                if left.is_empty() {
                    *self = Self::Rows(density(ask, seen));
                    return Ok(false);
                }
                gallery.dataset.write_f32(&filled(left, many), images);
                let codes = read(model.encode(learner.images(images, learner.device())).code)?;
                let codes = codes.chunks_exact(size).take(left.len());
                seen.extend(codes.map(|code| ask.lattice.plane.place(code)));
                Ok(false)
            }
            Self::Rows(density) => {
                let [_, rows] = lattice_places(&ask.lattice);
                values.extend(density.row(rows[values.len() / ask.lattice.columns]));
                Ok(values.len() == ask.lattice.columns * rows.len())
            }
            Self::Places { model, places } => {
                let left = &places[values.len()..];
                let z: Vec<f32> = filled(left, many).into_iter().flat_map(code).collect();
                let far = read(round_trip(model, learner.codes(&z)))?;
                values.extend(far.into_iter().take(left.len()));
                Ok(values.len() == places.len())
            }
            Self::Slopes { model, places, directions, squares } => {
                let count = directions.count();
                let begun = values.len() * count + squares.len();
                let pairs: Vec<usize> = (begun..places.len() * count).take(many).collect();
                let chunk = filled(&pairs, many);
                let z: Vec<f32> = chunk.iter().flat_map(|pair| code(places[pair / count])).collect();
                let v: Vec<&[f32]> = chunk.iter().map(|pair| directions.direction(pair % count)).collect();
                let along = stretch_along(model, learner.codes(&z), learner.codes(&v.concat()));
                squares.extend(read(along)?.into_iter().take(pairs.len()));
                let whole = squares.len() / count * count;
                values.extend(
                    squares.drain(..whole).as_slice().chunks_exact(count).map(|s| directions.norm(s)),
                );
                Ok(values.len() == places.len())
            }
        }
    }
}

/// The first of these, and the very first again until there are so many.
fn filled<T: Copy>(left: &[T], many: usize) -> Vec<T> {
    let mut chunk = left[..many.min(left.len())].to_vec();
    if let Some(first) = left.first() {
        chunk.resize(many, *first);
    }
    chunk
}

/// The places of a field, row by row from the top.
fn places(ask: &FieldAsk) -> Vec<[f32; 2]> {
    let [columns, rows] = lattice_places(&ask.lattice);
    rows.iter().flat_map(|y| columns.iter().map(|x| [*x, *y])).collect()
}

fn density(ask: &FieldAsk, seen: &[[f32; 2]]) -> Density {
    let [columns, rows] = lattice_places(&ask.lattice);
    let rows = (!ask.lattice.plane.is_line()).then_some(rows.as_slice());
    Density::new(seen, &columns, rows)
}
