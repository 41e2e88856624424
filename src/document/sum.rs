//! Sums of codes, a − b + c: what the sum is decoded to shows what directions in latent space mean.

use serde::{Deserialize, Serialize};

use super::pins::Pins;

/// One of the three codes of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SumTerm {
    /// The pin with this number.
    Pin(usize),
    /// The mean of the codes of a class.
    ClassMean(u8),
}

/// A sum of three codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeSum {
    /// The term to begin with, where one was chosen.
    pub first: Option<SumTerm>,
    /// The term that is subtracted.
    pub subtracted: Option<SumTerm>,
    /// The term that is added.
    pub added: Option<SumTerm>,
    /// Whether the sum is shown.
    pub is_open: bool,
}

impl CodeSum {
    /// Chooses the term at index 0, 1 or 2.
    pub fn choose(&mut self, index: usize, term: SumTerm) {
        let slot = match index {
            0 => &mut self.first,
            1 => &mut self.subtracted,
            _ => &mut self.added,
        };
        *slot = Some(term);
    }

    /// The three terms: those chosen whose pin or class exists; by default class means, or pins where images have no
    /// classes.
    pub fn terms(&self, pins: &Pins, classes: usize) -> [Option<SumTerm>; 3] {
        let exists = |term: &SumTerm| match term {
            SumTerm::Pin(number) => pins.pin(*number).is_some(),
            SumTerm::ClassMean(class) => usize::from(*class) < classes,
        };
        let default = |index: usize| {
            let pins = pins.pins();
            if (index == 0 && !pins.is_empty()) || classes == 0 {
                return pins.get(index % pins.len().max(1)).map(|pin| SumTerm::Pin(pin.number));
            }
            u8::try_from(index.min(classes - 1)).ok().map(SumTerm::ClassMean)
        };
        let chosen = [self.first, self.subtracted, self.added];
        [0, 1, 2].map(|index| chosen[index].filter(exists).or_else(|| default(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_terms_are_used_while_their_pin_or_class_exists() {
        let mut pins = Pins::default();
        for _ in 0..2 {
            pins.add(vec![0.0], None, None).expect("room");
        }
        let mut sum = CodeSum::default();
        sum.choose(0, SumTerm::Pin(2));
        sum.choose(2, SumTerm::ClassMean(4));
        let (pin, mean) = (|number| Some(SumTerm::Pin(number)), |class| Some(SumTerm::ClassMean(class)));
        assert_eq!(sum.terms(&pins, 10), [pin(2), mean(1), mean(4)]);
        assert_eq!(sum.terms(&pins, 3)[2], mean(2), "there is no class 4");
        assert_eq!(sum.terms(&pins, 0)[1], pin(2), "images without classes");
        pins.remove(2);
        assert_eq!(sum.terms(&pins, 10)[0], pin(1));
        pins.remove(1);
        assert_eq!(sum.terms(&pins, 10)[0], mean(0), "class means need no pins");
    }
}
