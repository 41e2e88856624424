//! What whoever looks at runs wants to see of them: plain values, with no tensor and no window in them.
//!
//! A window declares the whole set in each of its frames, and the latest set replaces the one before. The engine keeps
//! everything in it fresh on its own clock and drops what is no longer in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::lattice::WantedLattice;
use crate::insight::Topic;
pub use crate::insight::cloud::Whose;
pub use crate::insight::field::FieldKind;
pub use crate::recipe::RunId;

/// Everything that is wanted of the runs of a bench.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wants(BTreeMap<RunId, RunWants>);

impl Wants {
    /// What is wanted of one run, and nothing of the others.
    pub fn of(run: RunId, wants: RunWants) -> Self {
        Self(BTreeMap::from([(run, wants)]))
    }

    /// What is wanted of a run, to be changed.
    pub fn run_mut(&mut self, run: RunId) -> &mut RunWants {
        self.0.entry(run).or_default()
    }

    /// What is wanted of a run, if anything is.
    pub fn run(&self, run: RunId) -> Option<&RunWants> {
        self.0.get(&run)
    }

    /// What is wanted, run by run.
    pub fn runs(&self) -> impl Iterator<Item = (RunId, &RunWants)> {
        self.0.iter().map(|(run, wants)| (*run, wants))
    }

    /// Whether another point is to be decoded, or compared with another image, than by the set before.
    pub(super) fn has_other_points(&self, before: &Self) -> bool {
        self.runs().any(|(run, wants)| {
            wants.point.is_some() && before.run(run).is_none_or(|before| before.point != wants.point)
        })
    }
}

/// Everything that is wanted of one run. Nothing else is computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunWants {
    /// The image decoded at a point.
    pub point: Option<WantedPoint>,
    /// The plane of decoded tiles.
    pub lattice: Option<WantedLattice>,
    /// Points decoded side by side, by what they are for.
    pub sheets: BTreeMap<Sheet, WantedSheet>,
    /// A measurement of a plane.
    pub field: Option<WantedField>,
    /// The forces on the codes of images.
    pub forces: Option<WantedForces>,
    /// The codes of images.
    pub cloud: Option<WantedCloud>,
    /// The examples and their reconstructions.
    pub reconstructions: bool,
    /// The activations of every layer for the image of the data set with this number.
    pub layers: Option<u32>,
    /// The held-out images with the highest and the lowest activation of the code's unit with this number.
    pub top_images: Option<usize>,
    /// Insight cards.
    pub cards: BTreeSet<Topic>,
}

impl RunWants {
    /// Wants points to be decoded side by side.
    pub fn add_sheet(&mut self, wanted: WantedSheet) {
        self.sheets.insert(wanted.sheet, wanted);
    }

    /// The pictures of many tiles that are wanted, with the numbers of their columns and rows.
    pub fn tiles(&self) -> impl Iterator<Item = (Picture, [usize; 2])> {
        let lattice = self.lattice.iter().map(|wanted| (Picture::Lattice, [wanted.columns, wanted.rows]));
        let sheets =
            self.sheets.iter().map(|(sheet, wanted)| (Picture::Sheet(*sheet), [wanted.columns, wanted.rows]));
        lattice.chain(sheets)
    }
}

/// The pictures that can be painted into a texture of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Picture {
    /// The image decoded at the point.
    Decoded,
    /// That image minus one of the data set.
    Difference,
    /// Points decoded side by side.
    Sheet(Sheet),
    /// The plane of decoded tiles.
    Lattice,
    /// Held-out images over their reconstructions.
    Reconstructions,
}

/// One picture of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PictureId {
    /// The run.
    pub run: RunId,
    /// Which of its pictures.
    pub picture: Picture,
}

/// Which point of latent space to decode.
#[derive(Clone, Debug, Default)]
pub struct WantedPoint {
    /// The code; numbers that are missing are zero.
    pub point: Vec<f32>,
    /// The image of the data set that the decoded one is compared with, if any.
    pub compared_with: Option<u32>,
}

impl From<Vec<f32>> for WantedPoint {
    fn from(point: Vec<f32>) -> Self {
        Self { point, compared_with: None }
    }
}

impl WantedPoint {
    /// Whether it is the same point, whatever it is compared with.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        has_same_bits(&self.point, &other.point)
    }
}

impl PartialEq for WantedPoint {
    /// Bit by bit: a point of NaN is the same point in the next frame.
    fn eq(&self, other: &Self) -> bool {
        self.compared_with == other.compared_with && self.is_same_place(other)
    }
}

/// Points of latent space to decode side by side.
#[derive(Clone, Debug)]
pub struct WantedSheet {
    /// What they are for.
    pub sheet: Sheet,
    /// Tiles to the right.
    pub columns: usize,
    /// Tiles downwards.
    pub rows: usize,
    /// The points, one after the other, row by row from the top; the last tiles may stay empty.
    pub points: Arc<[f32]>,
}

impl PartialEq for WantedSheet {
    /// Points that are shared between the two are not compared one by one.
    fn eq(&self, other: &Self) -> bool {
        let Self { sheet, columns, rows, points } = self;
        (*sheet, *columns, *rows) == (other.sheet, other.columns, other.rows)
            && (Arc::ptr_eq(points, &other.points) || has_same_bits(points, &other.points))
    }
}

impl WantedSheet {
    /// The codes of the tiles; an incomplete code is left out, and so is a code without a tile.
    pub(super) fn codes(&self, size: usize) -> Vec<f32> {
        let fits = (self.points.len() / size).min(self.columns * self.rows);
        self.points[..fits * size].to_vec()
    }
}

fn has_same_bits(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// The images on whose codes the forces are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedForces {
    /// Images of the data set.
    pub images: Arc<[u32]>,
}

/// What to measure at every place of a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedField {
    /// What.
    pub kind: FieldKind,
    /// Where, and how finely.
    pub lattice: WantedLattice,
}

/// What a sheet of decoded points is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sheet {
    /// The pins on the map.
    Pins,
    /// The path from one pin to another.
    Path,
    /// Every dimension of the code as a row.
    Dimensions,
    /// Draws from the prior.
    Samples,
    /// The terms of a sum of codes, and the sum.
    Sum,
}

impl Sheet {
    /// Every sheet.
    pub const ALL: [Self; 5] = [Self::Pins, Self::Path, Self::Dimensions, Self::Samples, Self::Sum];
}

/// How large a cloud of codes is wanted, of which images, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedCloud {
    /// How many images. There may be fewer, and there are never more than 60,000, nor than fit 16 million numbers.
    pub count: usize,
    /// Which images.
    pub whose: Whose,
    /// Whether their squared errors are wanted too.
    pub errors: bool,
    /// Whether they are sorted into groups too.
    pub groups: bool,
    /// Whether the codes are wanted along their principal axes too.
    pub projection: bool,
}

impl Default for WantedCloud {
    /// Enough to see the shape of the map, and few enough to be encoded between two steps.
    fn default() -> Self {
        Self { count: 2000, whose: Whose::default(), errors: false, groups: false, projection: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_nan_is_the_same_in_the_next_frame() {
        let wanted = || WantedPoint::from(vec![f32::NAN, 1.0]);
        assert_eq!(wanted(), wanted());
        assert_ne!(wanted(), WantedPoint::from(vec![f32::NAN, 2.0]));
        assert_ne!(wanted(), WantedPoint { compared_with: Some(3), ..wanted() });
        let sheet =
            |points: &[f32]| WantedSheet { sheet: Sheet::Pins, columns: 1, rows: 1, points: points.into() };
        assert_eq!(sheet(&[f32::NAN]), sheet(&[f32::NAN]));
        assert_ne!(sheet(&[1.0]), sheet(&[2.0]));
    }

    #[test]
    fn only_another_point_counts_as_moved() {
        let at = |z: f32| RunWants { point: Some(vec![z].into()), ..RunWants::default() };
        let before = Wants::of(RunId(1), at(0.0));
        assert!(!before.has_other_points(&before));
        let cards = Wants::of(RunId(1), RunWants { cards: BTreeSet::from([Topic::Size]), ..at(0.0) });
        assert!(!cards.has_other_points(&before), "cards can wait");
        assert!(!Wants::default().has_other_points(&before), "no point is wanted any more");
        assert!(Wants::of(RunId(1), at(1.0)).has_other_points(&before));
        assert!(Wants::of(RunId(2), at(0.0)).has_other_points(&before), "another run decodes it");
    }
}
