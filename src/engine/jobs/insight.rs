//! Insight cards that somebody asked for once, for a file or a terminal, one after the other. What they are compared with is
//! waited for.

use std::collections::VecDeque;
use std::time::Duration;

use super::cards::{Compared, inputs};
use super::job::{Job, JobError, Share};
use crate::engine::message::Answer;
use crate::engine::references::Spectrum;
use crate::engine::target::Target;
use crate::insight::class_rivals::Effort;
use crate::insight::{CardWork, Topic};

/// How long a turn waits for what is measured in other threads.
const NAP: Duration = Duration::from_millis(5);

/// Cards under way.
#[derive(Debug)]
pub(in crate::engine) struct InsightJob {
    left: VecDeque<Topic>,
    effort: Effort,
    /// The card under way, or the last one that was made.
    work: Option<(Topic, Box<dyn CardWork>)>,
    cards: Vec<Answer>,
}

impl InsightJob {
    /// Begins cards of these topics; where classes are concerned, on so many images.
    pub(in crate::engine) fn new(topics: Vec<Topic>, effort: Effort) -> Self {
        Self { left: topics.into(), effort, work: None, cards: Vec::new() }
    }
}

impl Job for InsightJob {
    type Output = Vec<Answer>;

    fn share(_: &Target<'_>) -> Share {
        Share::Slice
    }

    fn slice(&mut self, target: &Target<'_>, many: usize) -> Result<Option<Self::Output>, JobError> {
        let Some(topic) = self.left.front().copied() else {
            return Ok(Some(std::mem::take(&mut self.cards)));
        };
        let comparison = &target.gallery.comparison;
        let compared = Compared::of(topic, target, self.effort);
        if comparison.is_measuring() {
            std::thread::sleep(NAP);
            return Ok(None);
        }
        let spectrum = if topic.needs_components() { comparison.spectrum() } else { Spectrum::default() };
        let inputs = inputs(target, spectrum, &compared, self.effort);
        let before = self.work.take();
        let goes_on =
            |(of, mut work): (Topic, Box<dyn CardWork>)| (of == topic || work.turn_to(topic)).then_some(work);
        let mut work = before.and_then(goes_on).unwrap_or_else(|| topic.begin(&inputs));
        if let Some(card) = work.advance(&inputs, many)? {
            self.cards.push((topic, card.ok_or_else(|| topic.absence(&inputs))));
            self.left.pop_front();
        }
        self.work = Some((topic, work));
        Ok(None)
    }
}
