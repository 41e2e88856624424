//! The insight cards of a run that somebody looks at, each made again on its own as the network learns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cadence;
use super::fresh::{Fresh, RunTurn};
use super::job::{Job, JobError, Share};
use super::throttle::Throttle;
use crate::chart::cards::Card;
use crate::engine::references::{AnomalyRivals, LabelRivals, Spectrum};
use crate::engine::target::Target;
use crate::engine::view::{CardView, HealthView};
use crate::insight::class_rivals::{ClassRivals, Effort};
use crate::insight::{CardInputs, CardWork, Topic};
use crate::recipe::ObjectiveRecipe;
use crate::train::read::ReadError;

/// Beside training, cards take at most one part in so many of the time; with the drawing of what they show it is a tenth.
const ONE_PART_IN: u32 = 16;
/// A card that compares two runs is made again when the other one is so many steps further.
const BESIDE_STEPS: u64 = 200;

/// The cards of a run.
#[derive(Debug, Default)]
pub(super) struct Cards {
    jobs: BTreeMap<Topic, Fresh<Basis, CardJob>>,
    throttle: Throttle,
    /// The topic whose turn it is, so that no card keeps the others from being made.
    next: usize,
}

/// What a card is made of beside the network: once that is another, the card is made again, in a run that is paused too.
#[derive(Clone, Debug, PartialEq)]
struct Basis {
    compared: Compared,
    has_components: bool,
    /// The other run that a card compares with, and its step in parts of an epoch or so.
    beside: Option<(String, u64)>,
    /// A slider changes what is foretold.
    objective: ObjectiveRecipe,
}

/// What a card is compared with, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    classes: ClassRivals,
    few_labels: LabelRivals,
    anomalies: AnomalyRivals,
    health: Option<Arc<HealthView>>,
}

impl Compared {
    /// What a card of this topic is compared with; what is not known is being measured from now on.
    pub(super) fn of(topic: Topic, target: &Target<'_>, effort: Effort) -> Self {
        let (comparison, code) = (&target.gallery.comparison, target.learner.code_size());
        let mut compared = Self::default();
        match topic {
            Topic::FewLabels => compared.few_labels = comparison.label_rivals(code, effort),
            Topic::Health => compared.health = target.views.latest().health,
            Topic::Anomalies => compared.anomalies = comparison.anomaly_rivals(code, effort),
            Topic::Classes | Topic::Groups => compared.classes = comparison.class_rivals(code, effort),
            _ => {}
        }
        compared
    }
}

impl Cards {
    /// Whether a card is under way.
    pub(super) fn are_busy(&self) -> bool {
        self.jobs.values().any(Fresh::is_busy)
    }

    /// Does what fits into a turn of one of the wanted cards; whether one was made.
    pub(super) fn turn(
        &mut self,
        wanted: &BTreeSet<Topic>,
        turn: &mut RunTurn<'_>,
    ) -> Result<bool, JobError> {
        self.jobs.retain(|topic, _| wanted.contains(topic));
        for offset in 0..wanted.len() {
            let Some(topic) = wanted.iter().nth((self.next + offset) % wanted.len()).copied() else { break };
            let comparison = &turn.target.gallery.comparison;
            let basis = Basis {
                compared: Compared::of(topic, turn.target, watched(turn.target)),
                beside: turn
                    .target
                    .beside
                    .filter(|_| topic.compares_runs())
                    .map(|beside| (beside.name.to_owned(), beside.learner.step_number() / BESIDE_STEPS)),
                has_components: comparison.spectrum_so_far().pca.is_some(),
                objective: turn.target.recipe.objective.clone(),
            };
            let job = self.jobs.entry(topic).or_default();
            if !job.has_work(&basis, cadence::CARDS, turn) {
                continue;
            }
            let begin = |target: &Target<'_>, basis: &Basis| Ok(CardJob::new(topic, basis, target));
            let card = job.turn(Some(&basis), cadence::CARDS, turn, &mut self.throttle, begin)?;
            let Some(view) = card.map(Arc::new) else { return Ok(false) };
            self.next += offset + 1;
            turn.target.views.publish(|views, _| _ = views.cards.insert(topic, view));
            return Ok(true);
        }
        Ok(false)
    }
}

/// A card under way.
#[derive(Debug)]
struct CardJob {
    topic: Topic,
    step: u64,
    basis: Basis,
    work: Box<dyn CardWork>,
}

impl CardJob {
    fn new(topic: Topic, basis: &Basis, target: &Target<'_>) -> Self {
        let spectrum = target.gallery.comparison.spectrum_so_far();
        let work = topic.begin(&inputs(target, spectrum, &basis.compared, watched(target)));
        Self { topic, step: target.step(), basis: basis.clone(), work }
    }
}

impl Job for CardJob {
    type Output = CardView;

    fn share(_: &Target<'_>) -> Share {
        Share::OnePartIn(ONE_PART_IN)
    }

    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<CardView>, JobError> {
        let spectrum = target.gallery.comparison.spectrum_so_far();
        let inputs = inputs(target, spectrum, &self.basis.compared, watched(target));
        let card = self.work.advance(&inputs, many)?;
        Ok(card
            .map(|card| CardView { step: self.step, card: card.ok_or_else(|| self.topic.absence(&inputs)) }))
    }
}

/// Every card of a run's family, at once.
pub(in crate::engine) fn all_cards(target: &Target<'_>) -> Result<Vec<Card>, ReadError> {
    let topics = Topic::of(target.recipe);
    let comparison = &target.gallery.comparison;
    let needs_components = topics.iter().any(|topic| topic.needs_components());
    let spectrum = if needs_components { comparison.spectrum() } else { Spectrum::default() };
    let compared = Compared::default();
    let inputs = inputs(target, spectrum, &compared, watched(target));
    let cards = topics.into_iter().map(|topic| topic.card(&inputs));
    Ok(cards.collect::<Result<Vec<Option<Card>>, ReadError>>()?.into_iter().flatten().collect())
}

fn watched(target: &Target<'_>) -> Effort {
    Effort::watched(target.learner.code_size())
}

/// What cards are made from.
pub(super) fn inputs<'a>(
    target: &Target<'a>,
    spectrum: Spectrum<'a>,
    compared: &'a Compared,
    effort: Effort,
) -> CardInputs<'a> {
    CardInputs {
        learner: target.learner,
        recipe: target.recipe,
        examples: &target.gallery.example_pixels,
        sample: &target.gallery.sample_pixels,
        dataset: &target.gallery.dataset,
        effort,
        class_rivals: compared.classes,
        label_rivals: compared.few_labels.each_ref().map(Option::as_deref),
        beside: target.beside,
        findings: compared.health.as_ref().map(|health| &health.findings[..]),
        anomaly_rivals: compared.anomalies.each_ref().map(Option::as_deref),
        pca: spectrum.pca,
        whitened: spectrum.whitened,
        pca_errors: spectrum.sample_errors,
    }
}
