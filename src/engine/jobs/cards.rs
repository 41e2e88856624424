//! The insight cards of a run that somebody looks at, each made again on its own as the network learns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cadence;
use super::fresh::{Fresh, RunTurn};
use super::job::{Job, JobError, Share};
use super::throttle::Throttle;
use crate::chart::cards::Card;
use crate::engine::target::Target;
use crate::engine::view::CardView;
use crate::insight::class_rivals::{ClassRivals, Labelled};
use crate::insight::{CardInputs, CardWork, Question, Topic};
use crate::train::read::ReadError;

/// Beside training, cards take at most one part in so many of the time.
const ONE_PART_IN: u32 = 10;

/// The cards of a run.
#[derive(Debug, Default)]
pub(super) struct Cards {
    /// Each with what it is compared with: once that is measured, the card is made again.
    jobs: BTreeMap<Topic, Fresh<Rivals, CardJob>>,
    throttle: Throttle,
    /// The topic whose turn it is, so that no card keeps the others from being made.
    next: usize,
}

type Rivals = Option<ClassRivals>;

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
            let code = turn.target.learner.code_size();
            let rivals = (topic.question() == Question::Use)
                .then(|| comparison.class_rivals(code, Labelled::watched(code)));
            let job = self.jobs.entry(topic).or_default();
            if !job.has_work(&rivals, cadence::CARDS, turn) {
                continue;
            }
            let begin = |target: &Target<'_>, rivals: &Rivals| Ok(CardJob::new(topic, *rivals, target));
            let card = job.turn(Some(&rivals), cadence::CARDS, turn, &mut self.throttle, begin)?;
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
    step: u64,
    rivals: Rivals,
    work: CardWork,
}

impl CardJob {
    fn new(topic: Topic, rivals: Rivals, target: &Target<'_>) -> Self {
        let work = CardWork::new(topic, &inputs(target, &[], rivals, watched(target)));
        Self { step: target.step(), rivals, work }
    }
}

impl Job for CardJob {
    type Output = CardView;

    fn share(_: &Target<'_>) -> Share {
        Share::OnePartIn(ONE_PART_IN)
    }

    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<CardView>, JobError> {
        let pca_errors = target.gallery.comparison.pca_errors_so_far();
        let card = self.work.advance(&inputs(target, pca_errors, self.rivals, watched(target)), many)?;
        Ok(card.map(|card| CardView { step: self.step, card }))
    }
}

/// Every card of a run's family, at once.
pub(in crate::engine) fn all_cards(target: &Target<'_>) -> Result<Vec<Card>, ReadError> {
    let topics = Topic::of(target.recipe);
    let wants_pca = topics.contains(&Topic::Size);
    let pca_errors = if wants_pca { target.gallery.comparison.pca_errors() } else { &[] };
    let inputs = inputs(target, pca_errors, None, watched(target));
    let cards = topics.into_iter().map(|topic| topic.card(&inputs));
    Ok(cards.collect::<Result<Vec<Option<Card>>, ReadError>>()?.into_iter().flatten().collect())
}

fn watched(target: &Target<'_>) -> Labelled {
    Labelled::watched(target.learner.code_size())
}

/// What cards are made from.
pub(super) fn inputs<'a>(
    target: &Target<'a>,
    pca_errors: &'a [f64],
    rivals: Option<ClassRivals>,
    labelled: Labelled,
) -> CardInputs<'a> {
    CardInputs {
        learner: target.learner,
        recipe: target.recipe,
        examples: &target.gallery.example_pixels,
        sample: &target.gallery.sample_pixels,
        dataset: &target.gallery.dataset,
        labelled,
        class_rivals: rivals.unwrap_or_default(),
        pca_errors,
    }
}
