//! What is seen in Insight: cards of the shown run, and the sweep.

use crate::engine::{Question, Topic};
use crate::recipe::Recipe;

/// Entries that are seen at once.
const MOST: usize = 4;

/// What can be chosen in Insight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entry {
    /// A card of the shown run.
    Card(Topic),
    /// Training at several values of a parameter.
    Sweep,
}

impl Entry {
    /// What is offered with a recipe, question by question.
    pub fn offered(recipe: &Recipe) -> Vec<Self> {
        let mut entries: Vec<Self> = Topic::offered(recipe).into_iter().map(Self::Card).collect();
        let at = entries.iter().position(|entry| entry.question() > Self::Sweep.question());
        entries.insert(at.unwrap_or(entries.len()), Self::Sweep);
        entries
    }

    /// The question that it helps to answer.
    pub fn question(self) -> Question {
        match self {
            Self::Card(topic) => topic.question(),
            Self::Sweep => Question::Size,
        }
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Card(topic) => topic.title(),
            Self::Sweep => "Sweep with cross-validation",
        }
    }
}

/// A change of what is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InsightAction {
    /// Show an entry.
    Show(Entry),
    /// Keep an entry when another is shown, or no longer.
    Pin(Entry),
    /// Order the images of cards by this.
    Order(&'static str),
    /// Allow this share of false alarms when unfamiliar images are told by a threshold.
    AllowAlarms(f64),
}

/// What somebody wants to see in Insight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InsightChoice {
    /// What was chosen last; without it, the most telling card.
    pub chosen: Option<Entry>,
    /// What stays when something else is chosen.
    pub pinned: Vec<Entry>,
    /// The share of false alarms that the threshold of unfamiliar images allows; without one, what the card begins with.
    pub alarms: Option<f64>,
    /// What images are ordered by, where a card has several orders.
    pub order: Option<&'static str>,
}

impl InsightChoice {
    /// What is seen, of what a run offers: the chosen entry, then the pinned ones.
    pub fn shown(&self, offered: &[Entry]) -> Vec<Entry> {
        let is_offered = |entry: &Entry| offered.contains(entry);
        let first = self.chosen.filter(is_offered).or(offered.first().copied());
        let others = self.pinned.iter().copied().filter(|entry| is_offered(entry) && Some(*entry) != first);
        first.into_iter().chain(others).take(MOST).collect()
    }

    /// Does what somebody asked for.
    pub fn carry_out(&mut self, action: InsightAction) {
        match action {
            InsightAction::Show(entry) => self.chosen = Some(entry),
            InsightAction::Pin(entry) => match self.pinned.iter().position(|pinned| *pinned == entry) {
                Some(at) => _ = self.pinned.remove(at),
                None => self.pinned.push(entry),
            },
            InsightAction::Order(name) => self.order = Some(name),
            InsightAction::AllowAlarms(share) => self.alarms = Some(share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_in_the_order_of_the_questions() {
        for name in crate::recipe::builtin::NAMES {
            let offered = Entry::offered(&Recipe::open(name).expect("built in"));
            assert!(offered.is_sorted_by_key(|entry| entry.question()), "{name}");
            assert!(offered.contains(&Entry::Sweep));
        }
    }
}
