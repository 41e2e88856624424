//! The built-in sets, drawn from a seed: no file and no network is needed.

mod digits;
mod drawn;
mod pen;
mod shapes;
mod skeletons;

pub(super) use drawn::{Drawn, SHAPE};

use crate::recipe::BuiltInSet;

/// Draws `count` images of a built-in set. `messiness` is how untidy they are, from 0.
pub(super) fn draw(set: BuiltInSet, count: usize, messiness: f64, seed: u64) -> Drawn {
    match set {
        BuiltInSet::Digits => digits::draw_all(count, messiness, seed),
        BuiltInSet::Shapes => shapes::draw_all(count, messiness, seed),
    }
}
