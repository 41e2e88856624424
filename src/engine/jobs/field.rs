//! Fields: what is measured at every place of a plane, a few milliseconds per turn.

use std::sync::Arc;

use super::job::{Job, JobError, Share};
use crate::engine::target::Target;
use crate::engine::view::FieldView;
use crate::engine::wants::{FieldKind, WantedField};
use crate::insight::field::{Density, Directions, round_trip, stretch_along};
use crate::model::Autoencoder;
use crate::train::read::{ReadError, read};

/// Most places of a field: 128 × 128.
const MOST_PLACES: usize = 128 * 128;

/// A field under way.
#[derive(Debug)]
pub(super) struct FieldJob {
    wanted: WantedField,
    step: u64,
    task: Task,
    values: Vec<f32>,
}

impl FieldJob {
    /// Begins a field.
    pub(super) fn new(target: &Target<'_>, wanted: &WantedField) -> Result<Self, JobError> {
        let count = wanted.lattice.columns * wanted.lattice.rows;
        if !(1..=MOST_PLACES).contains(&count) {
            let sentence = format!("A field has 1 to {MOST_PLACES} places, and {count} were asked for");
            return Err(JobError::Refused(sentence));
        }
        let model = Box::new(target.learner.model());
        let task = match wanted.kind {
            FieldKind::Density => Task::Codes { model, places: Vec::new(), images: Vec::new() },
            FieldKind::RoundTrip => Task::Places { model, places: places(wanted) },
            FieldKind::Stretch => {
                let directions = Directions::of(target.learner.code_size(), target.recipe.seed);
                Task::Slopes { model, places: places(wanted), directions, squares: Vec::new() }
            }
        };
        Ok(Self { wanted: wanted.clone(), step: target.step(), task, values: Vec::new() })
    }
}

impl Job for FieldJob {
    type Output = ();

    fn share(_: &Target<'_>) -> Share {
        Share::OnePartIn(3)
    }

    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<()>, JobError> {
        if !self.task.slice(target, &self.wanted, many, &mut self.values)? {
            return Ok(None);
        }
        let mut values = std::mem::take(&mut self.values);
        // An overflow is as little of a measurement as NaN.
        values.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = f32::NAN);
        let (wanted, step, values) = (self.wanted.clone(), self.step, values.into());
        target.views.publish(|views, version| {
            views.field = Some(Arc::new(FieldView { version, step, wanted, values }));
        });
        Ok(Some(()))
    }
}

/// What is being done for a field.
#[derive(Debug)]
enum Task {
    /// Encode the gallery's images, to see where their codes lie on the plane.
    Codes { model: Box<Autoencoder>, places: Vec<[f32; 2]>, images: Vec<f32> },
    /// Add the kernels up, row by row.
    Rows(Density),
    /// Send places through the network.
    Places { model: Box<Autoencoder>, places: Vec<[f32; 2]> },
    /// Send places through the decoder's derivative, along every direction each. `squares` are of the place under way.
    Slopes { model: Box<Autoencoder>, places: Vec<[f32; 2]>, directions: Directions, squares: Vec<f32> },
}

impl Task {
    /// The next slice, of at most so many passes through the network; whether it was the last. A shorter last slice is
    /// filled up, so that a GPU gets one shape.
    fn slice(
        &mut self,
        target: &Target<'_>,
        wanted: &WantedField,
        many: usize,
        values: &mut Vec<f32>,
    ) -> Result<bool, ReadError> {
        let Target { learner, gallery, .. } = target;
        let size = learner.code_size();
        let code = |place: [f32; 2]| wanted.lattice.code_at(place, size);
        match self {
            Self::Codes { model, places, images } => {
                let left = &gallery.cloud[places.len()..];
                if left.is_empty() {
                    *self = Self::Rows(density(wanted, places));
                    return Ok(false);
                }
                gallery.dataset.write_f32(&filled(left, many), images);
                let codes = read(model.encode(learner.images(images, learner.device())).code)?;
                let codes = codes.chunks_exact(size).take(left.len());
                places.extend(codes.map(|code| wanted.lattice.plane.place(code)));
                Ok(false)
            }
            Self::Rows(density) => {
                let [_, rows] = wanted.lattice.places();
                values.extend(density.row(rows[values.len() / wanted.lattice.columns]));
                Ok(values.len() == wanted.lattice.columns * rows.len())
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
fn places(wanted: &WantedField) -> Vec<[f32; 2]> {
    let [columns, rows] = wanted.lattice.places();
    rows.iter().flat_map(|y| columns.iter().map(|x| [*x, *y])).collect()
}

fn density(wanted: &WantedField, codes: &[[f32; 2]]) -> Density {
    let [columns, rows] = wanted.lattice.places();
    let rows = (!wanted.lattice.plane.is_line()).then_some(rows.as_slice());
    Density::new(codes, &columns, rows)
}
