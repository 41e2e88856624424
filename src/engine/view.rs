//! Views: the heavy things that panels show. Of each the latest is kept; it is read and not taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lattice::WantedLattice;
use super::wants::{Sheet, WantedField, WantedSheet};
use crate::chart::cards::Card;
use crate::insight::Topic;
use crate::insight::cloud::Summary;
use crate::insight::doctor::{Finding, Vitals};
use crate::insight::principal::Principal;

/// The views of one run, published by the trainer thread and read by whoever shows them.
#[derive(Debug, Default)]
pub struct RunViews(Mutex<Published>);

#[derive(Debug, Default)]
struct Published {
    views: Views,
    version: u64,
}

impl RunViews {
    /// The latest views, all of one moment: a frame that reads them once is consistent.
    pub fn latest(&self) -> Views {
        self.lock().views.clone()
    }

    /// Replaces views; `change` is given a version that no view of this run has had.
    pub fn publish(&self, change: impl FnOnce(&mut Views, u64)) {
        let mut published = self.lock();
        published.version += 1;
        let Published { views, version } = &mut *published;
        change(views, *version);
    }

    /// Views are replaced whole, so a panic elsewhere leaves none of them half-written.
    fn lock(&self) -> MutexGuard<'_, Published> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The views of a run at one moment, each absent until there is a first one.
#[derive(Clone, Debug, Default)]
pub struct Views {
    /// The image decoded at the point.
    pub decoded: Option<Arc<Decoded>>,
    /// The plane of decoded tiles.
    pub lattice: Option<Arc<LatticeView>>,
    /// Points decoded side by side, by what they are for.
    pub sheets: BTreeMap<Sheet, Arc<SheetView>>,
    /// The codes of images.
    pub cloud: Option<Arc<CloudView>>,
    /// The forces on the codes of images.
    pub forces: Option<Arc<ForcesView>>,
    /// The measurement of the plane.
    pub field: Option<Arc<FieldView>>,
    /// The examples and their reconstructions.
    pub reconstructions: Option<Arc<ReconstructionsView>>,
    /// The activations of every layer for one example.
    pub layers: Option<Arc<LayersView>>,
    /// The images with the highest and the lowest activation of one unit of the code.
    pub top_images: Option<Arc<TopImagesView>>,
    /// Insight cards.
    pub cards: BTreeMap<Topic, Arc<CardView>>,
    /// What the doctor found at the last check.
    pub health: Option<Arc<HealthView>>,
}

/// Pixels in [0, 1], tensor order, one image after the other. `None` where they stayed on the GPU and went straight
/// into the window's texture.
pub type Pixels = Option<Arc<[f32]>>;

/// The image decoded at a point.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Goes up with every view of the run.
    pub version: u64,
    /// The run's step when it was decoded.
    pub step: u64,
    /// The point that was decoded.
    pub point: Vec<f32>,
    /// The image.
    pub pixels: Pixels,
    /// The image of the data set it was compared with, where one was asked for.
    pub compared_with: Option<u32>,
    /// The decoded image minus that one, from −1 to 1; nothing where there is none, or where it stayed on the GPU.
    pub difference: Pixels,
}

/// Tiles decoded on a plane.
#[derive(Clone, Debug)]
pub struct LatticeView {
    /// Goes up with every view of the run.
    pub version: u64,
    /// The run's step when it was decoded.
    pub step: u64,
    /// What was wanted.
    pub wanted: WantedLattice,
    /// The tiles, row by row from the top.
    pub pixels: Pixels,
}

/// Tiles decoded from points.
#[derive(Clone, Debug)]
pub struct SheetView {
    /// Goes up with every view of the run.
    pub version: u64,
    /// The run's step when it was decoded.
    pub step: u64,
    /// What was wanted.
    pub wanted: WantedSheet,
    /// The tiles, row by row from the top.
    pub pixels: Pixels,
}

/// The codes of images.
#[derive(Clone, Debug)]
pub struct CloudView {
    /// The run's step when the first of them was encoded.
    pub step: u64,
    /// Numbers per code.
    pub dimensions: usize,
    /// The images, in the order of the codes.
    pub images: Arc<[u32]>,
    /// The codes, one after the other.
    pub codes: Arc<[f32]>,
    /// The σ of each number of a Gaussian code, one after the other.
    pub spreads: Option<Arc<[f32]>>,
    /// The squared error of each image, where that was wanted.
    pub errors: Option<Arc<[f32]>>,
    /// The group of each code, found without classes, where that was wanted.
    pub groups: Option<Arc<[u8]>>,
    /// What the codes are as a whole.
    pub summary: Arc<Summary>,
    /// The codes along their principal axes, where that was wanted and they have any.
    pub projection: Option<Arc<PrincipalProjection>>,
}

/// Codes along the two directions in which they differ most.
#[derive(Clone, Debug)]
pub struct PrincipalProjection {
    /// The directions.
    pub axes: Principal,
    /// Where every code lies along them, from the mean; NaN where it is no number.
    pub places: Vec<[f32; 2]>,
}

impl CloudView {
    /// Codes without anything more, of the first images there are.
    pub fn of_codes(step: u64, dimensions: usize, codes: Arc<[f32]>) -> Self {
        let count = codes.len() / dimensions.max(1);
        let images = (0..count as u32).collect();
        let summary = Arc::new(Summary::of(&codes, dimensions, None));
        Self {
            step,
            dimensions,
            images,
            codes,
            spreads: None,
            errors: None,
            groups: None,
            summary,
            projection: None,
        }
    }

    /// The same codes with the σ of each of their numbers.
    pub fn with_spreads(self, spreads: Arc<[f32]>) -> Self {
        let summary = Arc::new(Summary::of(&self.codes, self.dimensions, Some(&spreads)));
        Self { spreads: Some(spreads), summary, ..self }
    }
}

/// The forces on codes: what a step downhill would do to them, apart for each term.
#[derive(Clone, Debug)]
pub struct ForcesView {
    /// Goes up with every view of the run.
    pub version: u64,
    /// The run's step.
    pub step: u64,
    /// Numbers per code.
    pub dimensions: usize,
    /// The images.
    pub images: Arc<[u32]>,
    /// Their codes: h, or μ.
    pub codes: Arc<[f32]>,
    /// −∂(reconstruction)/∂code of each.
    pub reconstruction: Arc<[f32]>,
    /// −∂(weighted penalties)/∂code of each.
    pub penalty: Arc<[f32]>,
}

/// What was measured on a plane.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Goes up with every view of the run.
    pub version: u64,
    /// The run's step.
    pub step: u64,
    /// What was wanted.
    pub wanted: WantedField,
    /// What was measured, row by row from the top; NaN where it came to no number. Codes per unit of area, as a share
    /// of them all; or a distance in latent space; or how far the image moves per step, as the root of its squares.
    pub values: Arc<[f32]>,
}

/// The examples and their reconstructions.
#[derive(Clone, Debug)]
pub struct ReconstructionsView {
    /// The run's step.
    pub step: u64,
    /// What the network was given, where it is trained with noise; otherwise the examples themselves.
    pub corrupted: Option<Arc<[f32]>>,
    /// The reconstructions, in the order of [`super::message::BenchInfo::examples`].
    pub outputs: Pixels,
}

/// An insight card.
#[derive(Clone, Debug)]
pub struct CardView {
    /// The run's step when it was begun.
    pub step: u64,
    /// The card, or why there is nothing to show yet.
    pub card: Result<Card, String>,
}

/// A check of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthView {
    /// The run's step.
    pub step: u64,
    /// What is wrong, or looks wrong, the most serious first.
    pub findings: Vec<Finding>,
    /// What was measured.
    pub vitals: Vitals,
}

/// The activations of every layer for one image.
#[derive(Clone, Debug)]
pub struct LayersView {
    /// The run's step.
    pub step: u64,
    /// The image, by its number in the data set.
    pub image: u32,
    /// What the network was given, where it is trained with noise; otherwise the image itself.
    pub corrupted: Option<Arc<[f32]>>,
    /// Encoder layers, the code, decoder layers, in the order of the flow.
    pub layers: Vec<LayerActivity>,
    /// The reconstruction.
    pub output: Arc<[f32]>,
}

/// The activations of one layer.
#[derive(Clone, Debug)]
pub struct LayerActivity {
    /// What the layer is.
    pub role: LayerRole,
    /// What follows it: `ReLU`, `linear`, `μ`, `σ`.
    pub activation: &'static str,
    /// Channels, height and width, where the units are feature maps.
    pub maps: Option<[usize; 3]>,
    /// One number per unit.
    pub values: Vec<f32>,
}

/// The held-out images that drive one unit of the code most, and least.
#[derive(Clone, Debug)]
pub struct TopImagesView {
    /// Goes up with every view of the run.
    pub version: u64,
    /// The run's step.
    pub step: u64,
    /// The unit, counted from zero.
    pub unit: usize,
    /// The images with the highest activations, the highest first.
    pub highest: Vec<TopImage>,
    /// The images with the lowest activations, the lowest first.
    pub lowest: Vec<TopImage>,
}

/// An image and the activation of a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopImage {
    /// Its number in the data set.
    pub image: u32,
    /// The activation: h, or μ.
    pub value: f32,
}

/// Where a layer stands in the hourglass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerRole {
    /// On the way to the code.
    Encoder,
    /// The code, or its mean.
    Code,
    /// The spread σ of a Gaussian code.
    Spread,
    /// On the way to the image.
    Decoder,
}

/// Everything a figure is drawn from, on the host, of one moment of one run.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The run's step.
    pub step: u64,
    /// Numbers per code.
    pub dimensions: usize,
    /// The codes of the cloud's images, one after the other.
    pub codes: Vec<f32>,
    /// The examples.
    pub inputs: Vec<f32>,
    /// What the network is given instead, where it is trained with noise.
    pub corrupted: Option<Vec<f32>>,
    /// Their reconstructions.
    pub outputs: Vec<f32>,
    /// The plane that was decoded.
    pub lattice: WantedLattice,
    /// Its tiles, row by row from the top.
    pub tiles: Vec<f32>,
    /// The point that was decoded.
    pub point: Vec<f32>,
    /// The image decoded there.
    pub decoded: Vec<f32>,
    /// The tiles of the sheet that was asked for, one after the other; nothing where none was.
    pub sheet: Vec<f32>,
    /// The pictures that make the family's idea visible.
    pub cards: Vec<Card>,
}
