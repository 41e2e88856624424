//! Everything that is made of a run beside training it, one file each. This file lists them all and says what each is
//! made for; `cadence` says how often.
//!
//! What takes long is a [`Job`](job::Job), done slice by slice; the rest is made at once.

mod cadence;
mod cards;
mod clock;
mod cloud;
mod evaluation;
mod field;
mod final_evaluation;
mod forces;
mod fresh;
mod grouping;
mod insight;
mod job;
mod layers;
mod point;
mod projection;
mod reconstructions;
mod sheet;
mod throttle;
mod top_images;

use std::sync::Arc;

use super::wants::{Picture, RunWants, WantedCloud, WantedField, WantedForces, WantedPoint};
use crate::insight::principal::Principal;
use crate::recipe::ObjectiveRecipe;
use cards::Cards;
use clock::Clock;
use cloud::{CloudJob, LargeClouds};
use field::FieldJob;
use fresh::Fresh;
use sheet::Sheets;
use throttle::Throttle;
use top_images::TopImagesJob;

pub(super) use cards::all_cards;
pub(super) use evaluation::{Evaluated, EvaluationJob};
pub(super) use final_evaluation::FinalEvaluation;
pub(super) use fresh::RunTurn;
pub(super) use insight::InsightJob;
pub(super) use job::{JobError, Running};
pub(super) use sheet::MOST_TILES;

/// The jobs of a run, and when its views were made. A run that goes back to other weights begins with new ones, so that
/// everything wanted is made again.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    pub(super) evaluation: Running<EvaluationJob>,
    pub(super) final_evaluation: Running<FinalEvaluation>,
    pub(super) insight: Running<InsightJob>,
    point: Clock<WantedPoint>,
    sheets: Sheets,
    field: Fresh<WantedField, FieldJob>,
    field_throttle: Throttle,
    reconstructions: Clock<()>,
    layers: Clock<u32>,
    /// Together with what is minimised: a slider changes the forces of a run that is paused.
    forces: Clock<(WantedForces, ObjectiveRecipe)>,
    cloud: Fresh<WantedCloud, CloudJob>,
    cloud_throttle: Throttle,
    /// The principal axes of the last cloud, where it was projected onto them.
    axes: Option<Principal>,
    large_clouds: LargeClouds,
    top_images: Fresh<usize, TopImagesJob>,
    top_images_throttle: Throttle,
    cards: Cards,
}

impl Jobs {
    /// Whether anything but the evaluation at an epoch's end is under way.
    pub(super) fn are_busy(&self) -> bool {
        self.final_evaluation.is_busy()
            || self.insight.is_busy()
            || self.sheets.is_busy()
            || self.field.is_busy()
            || self.cloud.is_busy()
            || self.top_images.is_busy()
            || self.cards.are_busy()
    }

    /// Makes a picture again: it has another canvas.
    pub(super) fn repaint(&mut self, picture: Picture) {
        match picture {
            Picture::Decoded | Picture::Difference => self.point = Clock::default(),
            Picture::Reconstructions => self.reconstructions = Clock::default(),
            Picture::Lattice | Picture::Sheet(_) => self.sheets.repaint(picture),
        }
    }

    /// Decodes the wanted point where it is due. Whether it was published.
    pub(super) fn decode_point(
        &mut self,
        wants: &RunWants,
        turn: &mut RunTurn<'_>,
    ) -> Result<bool, JobError> {
        turn.make(&mut self.point, wants.point.as_ref(), cadence::POINT, point::decode_point)
    }

    /// Does what fits into a turn of everything else that is wanted. Whether anything was published.
    pub(super) fn refresh(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Result<bool, JobError> {
        let mut is_fresh = self.sheets.turn(wants, turn)?;
        is_fresh |= self.refresh_field(wants, turn)?;
        is_fresh |= self.refresh_pictures(wants, turn)?;
        is_fresh |= self.refresh_cloud(wants, turn)?;
        is_fresh |= self.refresh_top_images(wants, turn)?;
        is_fresh |= self.cards.turn(&wants.cards, turn)?;
        Ok(is_fresh)
    }

    fn refresh_field(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Result<bool, JobError> {
        let (want, throttle) = (wants.field.as_ref(), &mut self.field_throttle);
        Ok(self.field.turn(want, cadence::FIELD, turn, throttle, FieldJob::new)?.is_some())
    }

    fn refresh_pictures(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Result<bool, JobError> {
        let Self { reconstructions, layers, forces, .. } = self;
        let has_reconstructions = wants.reconstructions.then_some(&());
        let mut is_fresh =
            turn.make(reconstructions, has_reconstructions, cadence::PICTURE, |target, ()| {
                reconstructions::reconstruct_examples(target)
            })?;
        is_fresh |= turn.make(layers, wants.layers.as_ref(), cadence::PICTURE, |target, image| {
            layers::show_layers(target, *image)
        })?;
        let objective = &turn.target.recipe.objective;
        let want = wants.forces.as_ref().map(|wanted| (wanted.clone(), objective.clone()));
        is_fresh |= turn.make(forces, want.as_ref(), cadence::FORCES, |target, (wanted, _)| {
            forces::work_out_forces(target, wanted)
        })?;
        Ok(is_fresh)
    }

    fn refresh_cloud(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Result<bool, JobError> {
        let Self { cloud, cloud_throttle, axes, large_clouds, .. } = self;
        large_clouds.free();
        let want = wants.cloud.as_ref();
        cloud.drop_other(want);
        let view = cloud.turn(want, cadence::CLOUD, turn, cloud_throttle, |target, wish| {
            Ok(CloudJob::new(target, *wish, axes.clone()))
        })?;
        let Some(view) = view.map(Arc::new) else { return Ok(false) };
        *axes = view.projection.as_ref().map(|projection| projection.axes.clone());
        large_clouds.hold(&view);
        turn.target.views.publish(|views, _| views.cloud = Some(view));
        Ok(true)
    }

    fn refresh_top_images(&mut self, wants: &RunWants, turn: &mut RunTurn<'_>) -> Result<bool, JobError> {
        let (want, throttle) = (wants.top_images.as_ref(), &mut self.top_images_throttle);
        self.top_images.drop_other(want);
        Ok(self.top_images.turn(want, cadence::CLOUD, turn, throttle, TopImagesJob::new)?.is_some())
    }
}
