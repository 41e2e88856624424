//! A card under way: work that is done slice by slice, so that nobody waits for it.

use std::fmt::{Debug, Formatter};

use super::card_inputs::CardInputs;
use super::topic::Topic;
use crate::chart::cards::Card;
use crate::train::read::ReadError;

/// What a slice of work gives: nothing yet, or in the end a card or none where there is nothing to show.
pub type Slice = Result<Option<Option<Card>>, ReadError>;

/// A card under way.
pub trait CardWork: Debug + Send {
    /// Does the next slice, of about so many images.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice;

    /// Once its card is made: goes on to another one that needs the same measurements, so that they are not made twice.
    /// Whether it can.
    fn turn_to(&mut self, _topic: Topic) -> bool {
        false
    }
}

/// A card that takes one slice.
pub(super) struct AtOnce(pub(super) fn(&CardInputs<'_>) -> Result<Option<Card>, ReadError>);

impl Debug for AtOnce {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("AtOnce")
    }
}

impl CardWork for AtOnce {
    fn advance(&mut self, inputs: &CardInputs<'_>, _: usize) -> Slice {
        (self.0)(inputs).map(Some)
    }
}
