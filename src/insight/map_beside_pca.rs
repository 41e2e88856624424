//! The map of codes beside the map of principal components, of the same images.

use super::card_work::{CardWork, Slice};
use super::encoding::Encoding;
use super::neighbours::{NEIGHBOURS, nearest_of_same_class};
use super::pca::{Covariance, Pca};
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, PointMap, PointMaps};
use crate::look::count_label;
use crate::train::Stage;

/// Held-out images on each map.
const IMAGES: usize = 1_000;

/// Both maps, under way.
#[derive(Debug)]
pub struct MapsWork(Encoding);

impl CardWork for MapsWork {
    /// Encodes some images; draws both maps at the end.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let is_early = matches!(inputs.learner.stage(), Stage::Layer(_));
        if is_early || self.0.images().is_empty() || inputs.pca.is_none() {
            return Ok(Some(None));
        }
        if self.0.advance(inputs, many)? {
            return Ok(None);
        }
        Ok(Some(self.card(inputs)))
    }
}

impl MapsWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let split = &inputs.dataset.split;
        let images = if inputs.effort.of_test { &split.test } else { &split.validation };
        Self(Encoding::new(inputs, &images[..IMAGES.min(images.len())]))
    }

    fn card(&self, inputs: &CardInputs<'_>) -> Option<Card> {
        let (dataset, size) = (inputs.dataset, inputs.learner.code_size());
        let codes = self.0.codes();
        if codes.iter().any(|z| !z.is_finite()) {
            return None;
        }
        let of_components = inputs.pca?.first(2).project(&self.0.pixels(inputs));
        let (name, of_code) = match size {
            1 => ("the code, on a line", codes.iter().flat_map(|z| [*z, 0.0]).collect()),
            2 => ("the code", codes.to_vec()),
            _ => {
                let axes = Pca::of(Covariance::of_rows(codes, size), 2);
                ("the code, along the two axes on which it varies most", axes.project(codes))
            }
        };
        let labels = |image: &u32| dataset.labels.get(*image as usize).copied();
        let classes: Vec<u8> = self.0.images().iter().filter_map(labels).collect();
        let classes = if classes.len() == self.0.images().len() { classes } else { Vec::new() };
        let told = if classes.is_empty() {
            String::new()
        } else {
            let share = |points: &[f32]| 100.0 * nearest_of_same_class(points, &classes, 2);
            format!(
                " Of the {NEIGHBOURS} nearest neighbours of an image, {:.0}\u{a0}% are of its class on the map of the code \
                 and {:.0}\u{a0}% on that of PCA.",
                share(&of_code),
                share(&of_components)
            )
        };
        let meaning = format!(
            "The same {} held-out images twice: where the encoder puts them, and where the first two principal components \
             of their pixels do.{told}",
            count_label(self.0.images().len() as u64)
        );
        let map = |name: &str, numbers: &[f32]| PointMap {
            name: name.to_owned(),
            points: numbers.chunks_exact(2).map(|point| [point[0], point[1]]).collect(),
        };
        let maps = PointMaps {
            maps: vec![map(name, &of_code), map("the first two principal components", &of_components)],
            class_names: if classes.is_empty() { Vec::new() } else { dataset.class_names.clone() },
            classes,
        };
        Some(Card::new(Topic::MapBesidePca.title(), meaning, maps))
    }
}
