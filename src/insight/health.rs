//! What the doctor says about a run, over how far the next step moves the weights of each layer.

use super::doctor::{Evidence, Finding, ImageFacts, Vitals, diagnose};
use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Level};
use crate::train::read::ReadError;

/// The change at the foot of the bars.
const FOOT: f32 = 1e-8;
/// The change per step that is usual.
const USUAL: f32 = 1e-3;

/// The findings, over the relative change of every layer on a logarithmic scale.
pub(super) fn card(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let Some(vitals) = Vitals::of(inputs.learner, inputs.recipe, inputs.sample)? else { return Ok(None) };
    let measured: Vec<Finding>;
    let findings = match inputs.findings {
        Some(findings) => findings,
        None => {
            measured = diagnose(&Evidence {
                recipe: inputs.recipe,
                evaluations: &[],
                checks: std::slice::from_ref(&vitals),
                references: None,
                images: ImageFacts::of(inputs.dataset),
            });
            &measured
        }
    };
    let said: Vec<String> = findings.iter().map(Finding::words).collect();
    let said = match said.is_empty() {
        true => "Nothing is wrong as far as the doctor can see.".to_owned(),
        false => said.join(" "),
    };
    let changes = vitals.updates.iter().map(|update| update.change);
    let bars = Bars {
        x: "layer, from input to output".to_owned(),
        y: "change of the weights per step, relative to their size".to_owned(),
        values: changes.collect(),
        foot: Some(FOOT),
        names: (1..=vitals.updates.len()).map(|layer| layer.to_string()).collect(),
        level: Some(Level { name: "usual".to_owned(), value: USUAL }),
        ..Bars::default()
    };
    Ok(Some(Card::new(Topic::Health.title(), said, bars)))
}
