//! The pictures of a run at one moment: reconstructions, codes, the decoded plane, one decoded image.

use super::RunFigures;
use crate::chart::cards::{Card, Images, Values};
use crate::engine::Snapshot;
use crate::export::figures::{CardFigure, Cloud, Lattice, Reconstructions, SingleImage};
use crate::look::decimal_label;

/// Images beside each other in the figure of reconstructions.
const EXAMPLES_IN_A_ROW: usize = 10;
/// Numbers of a long code that a title has room for.
const NUMBERS_SHOWN: usize = 4;

/// What is written around the images of a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetWords {
    /// What it is.
    pub title: String,
    /// A sentence on what the images show.
    pub meaning: String,
    /// Images beside each other.
    pub columns: usize,
    /// What each row is, where rows differ.
    pub rows: Vec<String>,
    /// A word under each image, where there is one.
    pub captions: Vec<String>,
}

impl RunFigures<'_> {
    /// Inputs over outputs and their difference.
    pub fn reconstructions(&self, snapshot: &Snapshot) -> Reconstructions {
        let Snapshot { inputs, corrupted, outputs, .. } = snapshot;
        Reconstructions {
            title: "Held-out images and their reconstructions".to_owned(),
            inputs: inputs.clone(),
            corrupted: corrupted.clone(),
            outputs: outputs.clone(),
            residual: Some(outputs.iter().zip(inputs).map(|(output, input)| output - input).collect()),
            shape: self.dataset.shape,
            columns: EXAMPLES_IN_A_ROW,
        }
    }

    /// The codes of held-out images in the plane of the snapshot's lattice.
    pub fn cloud(&self, snapshot: &Snapshot) -> Cloud {
        let codes = snapshot.codes.chunks_exact(snapshot.dimensions.max(1));
        let points = codes.map(|code| snapshot.lattice.plane.place(code));
        Cloud {
            title: "Codes of held-out images".to_owned(),
            points: points.collect(),
            classes: self.cloud.iter().filter_map(|image| self.dataset.label(*image)).collect(),
            class_names: self.dataset.class_names.clone(),
            axis_names: snapshot.lattice.plane.names.clone(),
            prior_rings: self.record.recipe.is_variational(),
        }
    }

    /// The plane of decoded images.
    pub fn lattice(&self, snapshot: &Snapshot) -> Lattice {
        let wanted = &snapshot.lattice;
        // A single row stands for no stretch of the second axis.
        let y_range = if wanted.rows > 1 { wanted.y } else { [(wanted.y[0] + wanted.y[1]) / 2.0; 2] };
        Lattice {
            title: format!(
                "The images decoded from a {} of codes",
                if wanted.rows > 1 { "plane" } else { "line" }
            ),
            tiles: snapshot.tiles.clone(),
            columns: wanted.columns,
            rows: wanted.rows,
            shape: self.dataset.shape,
            x_range: wanted.x.map(f64::from),
            y_range: y_range.map(f64::from),
            axis_names: snapshot.lattice.plane.names.clone(),
        }
    }

    /// The image at the snapshot's point.
    pub fn decoded(&self, snapshot: &Snapshot) -> SingleImage {
        let title = point_label(&snapshot.point);
        SingleImage { pixels: snapshot.decoded.clone(), shape: self.dataset.shape, title }
    }

    /// Codes decoded side by side, as the snapshot was asked for them.
    pub fn sheet(&self, snapshot: &Snapshot, words: &SheetWords) -> CardFigure {
        let SheetWords { title, meaning, columns, rows, captions } = words.clone();
        let pixels = snapshot.sheet.as_slice().into();
        let images = Images {
            shape: self.dataset.shape,
            columns,
            pixels,
            values: Values::Intensity,
            rows,
            captions,
            ..Images::default()
        };
        CardFigure { card: Card::new(title, meaning, images) }
    }

    /// A picture of the family.
    pub fn card(&self, card: &Card) -> CardFigure {
        CardFigure { card: card.clone() }
    }
}

/// `z = (−0.62, 1.05)`; a long code by its first numbers.
fn point_label(point: &[f32]) -> String {
    let shown: Vec<String> =
        point.iter().take(NUMBERS_SHOWN).map(|x| decimal_label(f64::from(*x), 2)).collect();
    let more = if point.len() > shown.len() { ", …" } else { "" };
    format!("z = ({}{more})", shown.join(", "))
}
