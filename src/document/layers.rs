//! What the map of the latent explorer shows, layer by layer, and which part of the plane.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::insight::cloud::Whose;
use crate::insight::field::FieldKind;

/// How many images can be picked: more arrows could not be distinguished.
const MOST_PICKED: usize = 12;

/// What is drawn behind the points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Background {
    /// Nothing.
    Plain,
    /// A grid of decoded images.
    #[default]
    Tiles,
    /// A measurement at every place.
    Field(FieldKind),
}

/// How the points are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointStyle {
    /// As the glyphs of their classes, or as dots where they are many.
    #[default]
    Glyphs,
    /// As the images they stand for.
    Thumbnails,
    /// Not at all.
    Hidden,
}

/// What the colour of a point means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColorBy {
    /// The class; the glyph means the same.
    #[default]
    Class,
    /// The reconstruction error of the image.
    Error,
    /// The group that the code is sorted into without its class.
    Group,
    /// The factor of the data set with this index.
    Factor(usize),
}

/// A part of the plane, whatever the size of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapView {
    /// The place in the middle.
    pub center: [f32; 2],
    /// From the middle to the nearer pair of edges, in latent units.
    pub radius: f32,
}

impl Default for MapView {
    /// Three standard deviations of a prior: where the first codes are most likely to be.
    fn default() -> Self {
        Self { center: [0.0, 0.0], radius: 3.0 }
    }
}

/// What the map shows; the same for every run of a bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layers {
    /// Behind the points.
    pub background: Background,
    /// About how many tiles across and down; without a number as many as can be recognised.
    pub tiles_across: Option<usize>,
    /// How the points are drawn.
    pub points: PointStyle,
    /// What the colour of a point means.
    pub color: ColorBy,
    /// The number of points.
    pub count: usize,
    /// Which images they stand for.
    pub whose: Whose,
    /// Classes that are hidden.
    pub hidden: BTreeSet<u8>,
    /// Whether the prior's rings are drawn, where there is a prior.
    pub has_rings: bool,
    /// Whether the gradients on codes are drawn as arrows.
    pub has_arrows: bool,
    /// Picked images, the latest last: the spread of their codes is drawn, and their arrows.
    pub picked: Vec<u32>,
}

impl Default for Layers {
    fn default() -> Self {
        Self {
            background: Background::default(),
            tiles_across: None,
            points: PointStyle::default(),
            color: ColorBy::default(),
            // Enough to see the shape of the cloud, and few enough to be encoded between two steps.
            count: 2000,
            whose: Whose::default(),
            hidden: BTreeSet::new(),
            has_rings: true,
            has_arrows: false,
            picked: Vec::new(),
        }
    }
}

impl Layers {
    /// Drops what belongs to the images of one data set: other images have other classes, numbers and factors.
    pub fn reset_for_other_images(&mut self) {
        self.hidden.clear();
        self.picked.clear();
        self.color = ColorBy::default();
    }

    /// Switches off what was laid over the map to look at one network: another one is first seen as it is.
    pub fn reset_for_another_recipe(&mut self) {
        self.has_arrows = false;
        if matches!(self.background, Background::Field(_)) {
            self.background = Background::default();
        }
    }

    /// Picks an image, or releases it if it was picked; `None` releases all of them.
    pub fn pick(&mut self, image: Option<u32>) {
        let Some(image) = image else { return self.picked.clear() };
        let was_picked = self.picked.contains(&image);
        self.picked.retain(|other| *other != image);
        if !was_picked {
            self.picked.push(image);
            self.picked.drain(..self.picked.len().saturating_sub(MOST_PICKED));
        }
    }

    /// Hides a class, or shows it if it was hidden.
    pub fn toggle_class(&mut self, class: u8) {
        if !self.hidden.remove(&class) {
            self.hidden.insert(class);
        }
    }

    /// Shows one class of `count` alone; all of them where it was alone already.
    pub fn show_class_alone(&mut self, class: u8, count: usize) {
        let others: BTreeSet<u8> =
            (0..count).filter_map(|other| u8::try_from(other).ok()).filter(|other| *other != class).collect();
        self.hidden = if self.hidden == others { BTreeSet::new() } else { others };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_picked_and_released_and_the_first_gives_way_to_the_thirteenth() {
        let mut layers = Layers::default();
        (0..13).for_each(|image| layers.pick(Some(image)));
        assert_eq!(layers.picked, (1..13).collect::<Vec<_>>());
        layers.pick(Some(5));
        assert!(!layers.picked.contains(&5));
        layers.pick(None);
        assert!(layers.picked.is_empty());
    }

    #[test]
    fn another_recipe_is_first_seen_without_overlays() {
        let background = Background::Field(FieldKind::Stretch);
        let mut layers = Layers { background, has_arrows: true, count: 600, ..Layers::default() };
        layers.reset_for_another_recipe();
        assert_eq!(layers, Layers { count: 600, ..Layers::default() });
        layers.background = Background::Plain;
        layers.reset_for_another_recipe();
        assert_eq!(layers.background, Background::Plain, "what is behind the points by choice stays");
    }

    #[test]
    fn a_class_is_shown_alone_and_then_all_are_shown_again() {
        let mut layers = Layers::default();
        layers.show_class_alone(1, 3);
        assert_eq!(layers.hidden, BTreeSet::from([0, 2]));
        layers.show_class_alone(1, 3);
        assert!(layers.hidden.is_empty());
        layers.toggle_class(2);
        layers.show_class_alone(2, 3);
        assert_eq!(layers.hidden, BTreeSet::from([0, 1]), "a hidden class is shown alone too");
    }
}
