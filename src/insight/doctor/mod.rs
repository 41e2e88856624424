//! The doctor: looks at a run after its evaluations and says in one sentence what is wrong, with the evidence, the cause
//! and a cure; silent when all is well.
//!
//! `vitals` measures a network on a few images, `facts` looks at the images once, and `rules` is the table of what is
//! wrong when. A finding counts once two checks in a row agree, so that a moment's noise says nothing.

pub mod facts;
mod findings;
mod rules;
#[cfg(test)]
mod tests;
mod training_rules;
mod vitals;

use crate::train::history::Remark;

pub use facts::ImageFacts;
pub use findings::{Cure, Evidence, Finding, Said, Trouble};
pub use rules::{RULES, Rule};
pub use vitals::Vitals;

/// Checks that are remembered.
const REMEMBERED: usize = 16;

/// What the doctor remembers of a run.
#[derive(Clone, Debug, Default)]
pub struct Doctor {
    /// The last checks, oldest first.
    checks: Vec<Vitals>,
    /// What the last check found.
    last: Vec<Trouble>,
    /// What was said and holds still.
    said: Vec<Trouble>,
}

impl Doctor {
    /// The step of the last check.
    pub fn last_check(&self) -> Option<u64> {
        self.checks.last().map(|vitals| vitals.step)
    }

    /// The last checks, oldest first.
    pub fn checks(&self) -> &[Vitals] {
        &self.checks
    }

    /// Takes in a check. What holds now, the most serious first, and what is new about it.
    pub fn examine(&mut self, vitals: Vitals, evidence: Evidence<'_>) -> (Vec<Finding>, Vec<Remark>) {
        if self.checks.len() == REMEMBERED {
            self.checks.remove(0);
        }
        let step = vitals.step;
        self.checks.push(vitals);
        let found = diagnose(&Evidence { checks: &self.checks, ..evidence });
        let names: Vec<Trouble> = found.iter().map(|finding| finding.trouble).collect();
        let is_confirmed = |finding: &Finding| {
            finding.is_certain || self.last.contains(&finding.trouble) || self.said.contains(&finding.trouble)
        };
        let held: Vec<Finding> = found.into_iter().filter(is_confirmed).collect();
        let new = held.iter().filter(|finding| !self.said.contains(&finding.trouble));
        let mut remarks: Vec<Remark> = new.map(|finding| finding.remark(step)).collect();
        let is_over = |trouble: &&Trouble| !names.contains(trouble);
        remarks.extend(self.said.iter().filter(is_over).map(|trouble| Remark {
            step,
            name: trouble.word(),
            sentence: format!("{} is over.", trouble.title()),
            is_serious: false,
            is_over: true,
        }));
        self.last = names;
        self.said = held.iter().map(|finding| finding.trouble).collect();
        (held, remarks)
    }
}

/// Everything that is found, in the order of the rules. A cause hides what follows from it.
pub fn diagnose(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for rule in RULES {
        let is_explained = found.iter().any(|finding| rule.follows_from.contains(&finding.trouble));
        if is_explained {
            continue;
        }
        if let Some((sentence, cure)) = (rule.check)(evidence, rule.threshold) {
            found.push(Finding {
                trouble: rule.trouble,
                is_serious: rule.is_serious,
                is_certain: rule.is_certain,
                sentence,
                cure,
            });
        }
    }
    found.sort_by_key(|finding| !finding.is_serious);
    found
}
