//! Which card is shown, and what is said when there is none.

use crate::app::state::RunState;
use crate::engine::Card;
use crate::recipe::Family;

/// The place of the card with this title; without it, of the most telling one.
pub fn chosen(cards: &[Card], title: Option<&str>) -> usize {
    title.and_then(|title| cards.iter().position(|card| card.title == title)).unwrap_or(0)
}

/// Why there is nothing to see: nothing was made yet, or this family has nothing of its own.
pub fn absence(run: &RunState) -> String {
    let family = Family::of(&run.recipe);
    match run.seen.cards {
        None => "the first pictures are being made".to_owned(),
        Some(_) if family.is_about_the_map() => format!(
            "{} The map of codes and the curves show it best; there is no picture beside them.",
            family.sentence()
        ),
        Some(_) => format!("{} Its pictures come as it learns.", family.sentence()),
    }
}

/// A number that changes whenever what is shown does.
pub fn version(run: u64, step: u64, card: usize) -> u64 {
    (run << 40).wrapping_add(step << 4).wrapping_add(card as u64)
}
