//! The protocol between whoever drives an experiment (the window, the command line, a test) and the trainer thread.
//!
//! Commands go in through a bounded channel, live values and requests through slots where the latest wins. Events,
//! which are rare facts, come out through a bounded channel; views, which are heavy, through slots. Nothing here
//! names a tensor or a window.

use std::path::PathBuf;
use std::sync::Arc;

pub use crate::insight::cloud::Whose;
pub use crate::insight::field::FieldKind;
pub use crate::recipe::RunId;

use crate::data::Dataset;
use crate::gpu::Canvas;
use crate::insight::SparseCoding;
use crate::insight::plane::LatentPlane;
use crate::insight::references::References;
use crate::recipe::{Change, Recipe};
use crate::train::history::SharedHistory;
use crate::train::{Figures, Stage};

use super::view::{RunViews, Snapshot};

/// What the trainer thread can be told.
#[derive(Clone, Debug)]
pub enum Command {
    /// Put these recipes on the bench, in place of whatever is there; they share data, order and seed.
    Open {
        /// One recipe, or up to [`super::MOST_RUNS`].
        recipes: Vec<Recipe>,
        /// Whether they begin to train at once.
        playing: bool,
    },
    /// The same with images that are already at hand: drawn in the window, or made by a program.
    OpenWith {
        /// One recipe, or up to [`super::MOST_RUNS`]; where they say their images come from is not looked at.
        recipes: Vec<Recipe>,
        /// The images.
        dataset: Arc<Dataset>,
        /// Whether they begin to train at once.
        playing: bool,
    },
    /// Train until told otherwise or until a stop rule holds.
    Play,
    /// Stop between two steps.
    Pause,
    /// Train one step, then pause.
    StepBatch,
    /// Train to the end of the current epoch, then pause.
    StepEpoch,
    /// Begin again from the same weights.
    Reset,
    /// Begin again from the weights of another seed.
    NewSeed(u64),
    /// End one of several runs; the others go on.
    End(RunId),
    /// Make a run that failed ready to train on, from the last good weights that it has gone back to already.
    Resume(RunId),
    /// Compute everything a figure may need and hand it out as [`Event::Snapshot`].
    Snapshot {
        /// Whose figures.
        run: RunId,
        /// The plane to decode; without one, that of the two axes along which the codes vary most.
        lattice: Option<LatticeAsk>,
        /// The point to decode; without one, the origin.
        point: Option<Vec<f32>>,
        /// Points to decode side by side, if any.
        sheet: Option<SheetAsk>,
    },
    /// Write a run's weights as safetensors.
    SaveWeights {
        /// Whose weights.
        run: RunId,
        /// Where to.
        path: PathBuf,
    },
    /// Measure a run's present weights on training and on test images, for [`Event::Evaluated`]. It takes a moment.
    Evaluate {
        /// Whose weights.
        run: RunId,
    },
    /// Paint a run's picture into this texture from now on; without one, pixels are handed out in views.
    Canvas {
        /// Whose picture.
        run: RunId,
        /// Which picture.
        picture: Picture,
        /// The window's texture and how to fill it.
        canvas: Option<Canvas>,
    },
    /// End the thread.
    Close,
}

/// The pictures that can be painted into a texture of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Picture {
    /// The image decoded at the pointer.
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

/// A question to a run; one slot per run and purpose, the latest wins.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Chosen by whoever asks; the answer carries it.
    pub number: u64,
    /// The question.
    pub ask: Ask,
}

/// What can be asked of a run, while it trains or rests.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Decode one point of latent space (purpose: [`Purpose::Pointer`]).
    Decode(DecodeAsk),
    /// Pull on the codes of images (purpose: [`Purpose::Forces`]).
    Forces(ForcesAsk),
    /// Measure a plane (purpose: [`Purpose::Field`]).
    Field(FieldAsk),
    /// Encode one image, pixels in tensor order (purpose: [`Purpose::Encode`]).
    Encode(Vec<f32>),
    /// Decode a plane of tiles (purpose: [`Purpose::Lattice`]).
    Lattice(LatticeAsk),
    /// Decode many points side by side (purpose: [`Purpose::Sheet`]).
    Sheet(SheetAsk),
}

/// Which point of latent space to decode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DecodeAsk {
    /// The code; numbers that are missing are zero.
    pub point: Vec<f32>,
    /// The image of the data set that it is compared with, if any.
    pub against: Option<u32>,
}

impl From<Vec<f32>> for DecodeAsk {
    fn from(point: Vec<f32>) -> Self {
        Self { point, against: None }
    }
}

/// Which plane of latent space to decode, and how finely.
#[derive(Clone, Debug, PartialEq)]
pub struct LatticeAsk {
    /// The plane.
    pub plane: LatentPlane,
    /// Places on it, at the centres of the leftmost and rightmost tiles.
    pub x: [f32; 2],
    /// Places on it, at the centres of the lowest and highest tiles.
    pub y: [f32; 2],
    /// Tiles to the right.
    pub columns: usize,
    /// Tiles upwards.
    pub rows: usize,
}

/// Points of latent space to decode side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetAsk {
    /// What they are for.
    pub sheet: Sheet,
    /// Tiles to the right.
    pub columns: usize,
    /// Tiles downwards.
    pub rows: usize,
    /// The points, one after the other, row by row from the top; the last tiles may stay empty.
    pub points: Arc<[f32]>,
}

/// Which images' codes to pull on.
#[derive(Clone, Debug, PartialEq)]
pub struct ForcesAsk {
    /// Images of the data set.
    pub images: Arc<[u32]>,
}

/// What to measure at every place of a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldAsk {
    /// What.
    pub kind: FieldKind,
    /// Where, and how finely.
    pub lattice: LatticeAsk,
}

/// What a sheet of decoded points is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sheet {
    /// The pins on the map.
    Pins,
    /// The way from one pin to another.
    Path,
    /// Every dimension of the code as a row.
    Dimensions,
    /// Draws from the prior.
    Samples,
}

impl Sheet {
    /// Every sheet.
    pub const ALL: [Self; 4] = [Self::Pins, Self::Path, Self::Dimensions, Self::Samples];
}

/// What a request is for. Requests are served in this order, so a lattice never delays a drag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// The point under the pointer.
    Pointer,
    /// An image brought from outside.
    Encode,
    /// The pull on the codes of images.
    Forces,
    /// Points side by side.
    Sheet(Sheet),
    /// The plane behind the cloud.
    Lattice,
    /// What is measured of the plane.
    Field,
}

impl Ask {
    /// The slot this question waits in.
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::Decode(_) => Purpose::Pointer,
            Self::Encode(_) => Purpose::Encode,
            Self::Sheet(ask) => Purpose::Sheet(ask.sheet),
            Self::Lattice(_) => Purpose::Lattice,
            Self::Forces(_) => Purpose::Forces,
            Self::Field(_) => Purpose::Field,
        }
    }
}

/// Which views a visible panel wants kept fresh; nothing else is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The codes of images.
    pub cloud: Option<CloudWish>,
    /// The examples and their reconstructions.
    pub reconstructions: bool,
    /// The activations of every layer for the example with this number.
    pub layers: Option<usize>,
    /// The pictures that make the family's idea visible.
    pub cards: bool,
}

/// How large a cloud of codes is wanted, of which images, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudWish {
    /// How many images. There may be fewer, and there are never more than 60,000, nor than fit 16 million numbers.
    pub count: usize,
    /// Which images.
    pub whose: Whose,
    /// Whether their squared errors are wanted too.
    pub errors: bool,
    /// Whether the codes are wanted along their principal axes too.
    pub projection: bool,
}

impl Default for CloudWish {
    /// Enough to see the shape of the map, and few enough to be encoded between two steps.
    fn default() -> Self {
        Self { count: 2000, whose: Whose::default(), errors: false, projection: false }
    }
}

/// Facts the trainer thread reports.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something takes a moment: drawing the images, preparing the GPU.
    Preparing(String),
    /// A new bench stands; everything known about earlier runs is over.
    Opened(BenchInfo),
    /// The costs that the curves are held against; they arrive a little after the bench.
    References(References),
    /// How far a run is; coalesced when nobody listens.
    Progress(RunId, Progress),
    /// A run began or ceased to train.
    Phase(RunId, Phase),
    /// A run was ended and is gone.
    Ended(RunId),
    /// A live parameter changed, and acts from this step on.
    Tuned(RunId, Change),
    /// What figures are drawn from, on the host.
    Snapshot(RunId, Arc<Snapshot>),
    /// What the present weights cost.
    Evaluated(RunId, Box<FinalFigures>),
    /// A file was written.
    Saved(PathBuf),
    /// What was asked could not be done; nothing was changed.
    Refused(String),
    /// Something worth saying that is nobody's fault.
    Notice(String),
}

/// What stands on the bench.
#[derive(Clone, Debug)]
pub struct BenchInfo {
    /// The images.
    pub dataset: Arc<Dataset>,
    /// Held-out images shown in the reconstructions, one per class where there are classes.
    pub examples: Arc<[u32]>,
    /// Held-out images whose codes make the cloud of a figure, in the order of its points.
    pub cloud: Arc<[u32]>,
    /// Steps in an epoch.
    pub steps_per_epoch: u64,
    /// What the runs train on, in words for a chip: `CPU · 2 threads`.
    pub device: String,
    /// One run, or up to [`super::MOST_RUNS`].
    pub runs: Vec<RunInfo>,
}

/// What is known of a run from its first moment.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// Its name.
    pub id: RunId,
    /// What it is; live changes are reported apart.
    pub recipe: Recipe,
    /// Its curves, shared and bounded.
    pub history: SharedHistory,
    /// Where its views appear.
    pub views: Arc<RunViews>,
    /// How many numbers the network has.
    pub parameters: usize,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Updates made.
    pub step: u64,
    /// Passes over the training images begun, counted from zero.
    pub epoch: u64,
    /// What the next update trains.
    pub stage: Stage,
    /// Images trained on per second, lately; zero while paused.
    pub images_per_second: f64,
    /// Seconds spent training.
    pub seconds: f64,
    /// The latest training figures.
    pub train: Option<Figures>,
    /// The latest held-out figures.
    pub held_out: Option<Figures>,
}

/// What a run's weights cost in the end, per image.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalFigures {
    /// On training images, at most ten thousand of them.
    pub train: Figures,
    /// On every test image.
    pub test: Figures,
    /// How many dimensions of a Gaussian code tell the test images apart, judged by some thousand of them.
    pub active_units: Option<usize>,
    /// What the dictionary came to on test images, where one was learned.
    pub dictionary: Option<SparseCoding>,
}

/// What a run is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Training.
    Playing,
    /// Resting where it is.
    Paused,
    /// A stop rule holds; the sentence says which.
    Finished(String),
    /// It failed; the sentence says how. Its last good weights are kept.
    Failed(String),
}
