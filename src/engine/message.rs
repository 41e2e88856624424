//! The protocol between whoever drives an experiment (the window, the command line, a test) and the trainer thread.
//!
//! Commands go in through a bounded channel; live values and wants beside it, where the latest counts. Events, which are
//! rare facts, come out through a bounded channel; views, which are heavy, are read where they are published. Nothing
//! here names a tensor or a window.

use std::path::PathBuf;
use std::sync::Arc;

use crate::chart::cards::Card;
use crate::data::Dataset;
use crate::gpu::Canvas;
use crate::insight::class_rivals::Effort;
use crate::insight::references::References;
use crate::insight::{SparseCoding, Topic};
use crate::recipe::{Change, NetworkPart, Recipe};
use crate::train::history::{Remark, SharedHistory};
use crate::train::{Metrics, Stage, StagePlan};

use super::lattice::WantedLattice;
use super::view::{RunViews, Snapshot};
use super::wants::{Picture, RunId, WantedSheet};

/// A card, or why there is nothing to show.
pub type Answer = (Topic, Result<Card, String>);

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
    /// Open recipes, the first of which begins with the weights of a file; a reset begins with them again.
    StartFrom {
        /// One to four recipes that share images and batches.
        recipes: Vec<Recipe>,
        /// A safetensors file.
        weights: PathBuf,
        /// The part of the network that takes them.
        part: NetworkPart,
        /// Whether they train at once.
        playing: bool,
    },
    /// Begin again from the weights of another seed.
    NewSeed(u64),
    /// End one of several runs; the others go on.
    End(RunId),
    /// Set a copy of a run aside, as it is now; the run goes on.
    Keep(RunId),
    /// Go on with a run that was set aside: in place of the bench, with the runs that were beside it, or beside the
    /// runs that it was taken away from.
    BringBack(RunId),
    /// Forget every run that was set aside and is not among these.
    ForgetOthers(Vec<RunId>),
    /// Make a run that failed ready to train on, from the last good weights that it has gone back to already.
    Resume(RunId),
    /// Compute everything a figure may need and hand it out as [`Event::Snapshot`].
    Snapshot {
        /// Whose metrics.
        run: RunId,
        /// The plane to decode; without one, that of the two axes along which the codes vary most.
        lattice: Option<WantedLattice>,
        /// The point to decode; without one, the origin.
        point: Option<Vec<f32>>,
        /// Points to decode side by side, if any.
        sheet: Option<WantedSheet>,
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
    /// Make insight cards of a run's present weights, for [`Event::Insight`]. It takes a moment.
    Insight {
        /// Whose weights.
        run: RunId,
        /// What the cards are about.
        topics: Vec<Topic>,
        /// How many images classes are told for.
        effort: Effort,
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
    /// Whether runs that are opened from now on are watched by the doctor; they are unless told otherwise.
    Watch(bool),
    /// End the thread.
    Close,
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
    Progress(RunId, Box<Progress>),
    /// The stages of a run, where the end of its training is known only now.
    Stages(RunId, StagePlan),
    /// A run began or ceased to train.
    Phase(RunId, Phase),
    /// A run was ended and is gone.
    Ended(RunId),
    /// A run was set aside; it can be brought back.
    SetAside(Box<SetAside>),
    /// A live parameter changed, and acts from this step on.
    Tuned(RunId, Change),
    /// What figures are drawn from, on the host.
    Snapshot(RunId, Arc<Snapshot>),
    /// What the present weights cost.
    Evaluated(RunId, Box<FinalFigures>),
    /// The doctor said something about a run.
    Remark(RunId, Remark),
    /// Insight cards, or why there is nothing to show.
    Insight(RunId, Vec<Answer>),
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

/// A run that was set aside as it was.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// The run, or its copy.
    pub info: RunInfo,
    /// The run that it is a copy of, if that goes on.
    pub copy_of: Option<RunId>,
    /// Its reconstructions of the examples.
    pub outputs: Arc<[f32]>,
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
    /// Its stages.
    pub plan: StagePlan,
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
    /// The latest training metrics.
    pub train: Option<Metrics>,
    /// The latest held-out metrics.
    pub held_out: Option<Metrics>,
}

/// What a run's weights cost in the end, per image.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalFigures {
    /// On training images, at most ten thousand of them.
    pub train: Metrics,
    /// On every test image.
    pub test: Metrics,
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
