//! A run under the doctor's eyes: when it is checked, what holds now, and what was said.

use std::sync::Arc;

use super::gallery::Gallery;
use super::view::{HealthView, RunViews};
use crate::insight::doctor::{Doctor, Evidence, Vitals};
use crate::recipe::Recipe;
use crate::train::history::{Remark, SharedHistory};

/// Steps between two checks: one costs about as much as two steps.
const STEPS_APART: u64 = 100;

/// The doctor of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    doctor: Doctor,
    /// The step from which on costs can be compared with the present ones.
    comparable_from: u64,
    /// Remarks that were not reported yet.
    news: Vec<Remark>,
}

impl Watch {
    /// Whether the evaluation at a step should be followed by a check.
    pub(super) fn is_due(&self, step: u64) -> bool {
        self.doctor.last_check().is_none_or(|last| step >= last + STEPS_APART)
    }

    /// Costs after this step are other costs.
    pub(super) fn costs_changed(&mut self, step: u64) {
        self.comparable_from = step;
    }

    /// Takes in a check.
    pub(super) fn examine(
        &mut self,
        vitals: Vitals,
        recipe: &Recipe,
        gallery: &Gallery,
        history: &SharedHistory,
        views: &RunViews,
    ) {
        let step = vitals.step;
        let mut history = history.lock();
        let all = history.evaluations();
        let from = all.iter().position(|evaluation| evaluation.step >= self.comparable_from);
        let evidence = Evidence {
            recipe,
            evaluations: &all[from.unwrap_or(all.len())..],
            checks: &[],
            references: gallery.comparison.references_so_far(),
            images: *gallery.facts(),
        };
        let (findings, remarks) = self.doctor.examine(vitals.clone(), evidence);
        for remark in remarks {
            self.news.push(remark.clone());
            history.push_remark(remark);
        }
        drop(history);
        let view = Arc::new(HealthView { step, findings, vitals });
        views.publish(|views, _| views.health = Some(view));
    }

    /// Says something that needs no check.
    pub(super) fn say(&mut self, remark: Remark, history: &SharedHistory) {
        self.news.push(remark.clone());
        history.lock().push_remark(remark);
    }

    /// What was said since the last call.
    pub(super) fn take_news(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.news)
    }
}
