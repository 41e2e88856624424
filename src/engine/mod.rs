//! The engine: one thread that owns the tensors. Commands in; events, views and decoded images out.
//!
//! CubeCL orders GPU work by the thread that issued it, and a window that called Burn could freeze behind kernel
//! tuning for seconds. So one named thread issues all of it. [`Worker::turn`] does one bounded slice and never
//! waits; the thread is a loop around it, and tests drive it directly.

mod background;
mod bench;
mod gallery;
mod handle;
mod inbox;
mod jobs;
mod last_good;
mod lattice;
mod losses;
mod message;
mod opening;
mod outbox;
mod paint_target;
mod painter_thread;
mod parked;
mod references;
mod run;
mod self_test;
mod snapshot;
mod target;
mod thread;
mod view;
mod wants;
mod watch;
mod worker;

pub use handle::{EngineOptions, Handle};
pub use inbox::EngineBusy;
pub use lattice::WantedLattice;
pub use message::{Answer, BenchInfo, Command, Event, FinalFigures, Phase, Progress, RunInfo, SetAside};
pub use opening::MOST_RUNS;
pub use outbox::Wake;
pub use thread::Engine;
pub use view::{
    CardView, CloudView, Decoded, FieldView, ForcesView, HealthView, LatticeView, LayerActivity, LayerRole,
    LayersView, Pixels, PrincipalProjection, ReconstructionsView, RunViews, SheetView, Snapshot, TopImage,
    TopImagesView, Views,
};
pub use wants::{
    FieldKind, Picture, PictureId, RunId, RunWants, Sheet, WantedCloud, WantedField, WantedForces,
    WantedPoint, WantedSheet, Wants, Whose,
};
pub use worker::{Turn, Worker};

pub use crate::insight::class_rivals::Effort;
pub use crate::insight::curves;
pub use crate::insight::doctor::{Cure, Finding, Trouble};
pub use crate::insight::plane::LatentPlane;
pub use crate::insight::principal::Principal;
pub use crate::insight::quantile::normal_steps;
pub use crate::insight::references::{PcaRival, References, Rivals};
pub use crate::insight::{Question, Topic};
pub use crate::train::history::{Evaluation, History, Point, SharedHistory};
pub use crate::train::{Metrics, Penalty, Stage, StagePlan, StageSpan};
