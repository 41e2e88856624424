//! The data of insight cards: images, bars or lines, with their names, and how they may be drawn.

use std::sync::Arc;

use crate::chart::text::TextWidth;
use crate::data::ImageShape;
use crate::look::{ColorScheme, Palette};

/// One picture and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What it shows, in a few words.
    pub title: String,
    /// What it means, in a sentence or two, with the current numbers.
    pub meaning: String,
    /// The picture.
    pub content: Content,
}

impl Card {
    /// A card with this title, sentence and picture.
    pub fn new(title: impl Into<String>, meaning: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { title: title.into(), meaning: meaning.into(), content: content.into() }
    }

    /// The card with its images in the order of this name, where it has it.
    pub fn ordered_by(&self, name: Option<&str>) -> Self {
        let mut card = self.clone();
        if let Content::Images(images) = &mut card.content
            && let Some(order) = images.orders.iter().find(|order| Some(order.name) == name)
        {
            (images.pixels, images.captions) = (Arc::clone(&order.pixels), order.captions.clone());
        }
        card
    }

    /// The card with a threshold that allows this share of false alarms, where it has one.
    pub fn with_alarms(&self, alarms: Option<f64>) -> Self {
        let mut card = self.clone();
        if let (Content::Scored(scored), Some(alarms)) = (&mut card.content, alarms) {
            scored.alarms = alarms;
        }
        card
    }
}

/// What a card shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Images in rows.
    Images(Images),
    /// One bar per item.
    Bars(Bars),
    /// Lines over an axis.
    Lines(Lines),
    /// A table of numbers, as colours.
    Matrix(Matrix),
    /// Images of two kinds by a score.
    Scored(Scored),
    /// Maps of the same images.
    Maps(PointMaps),
}

impl From<PointMaps> for Content {
    fn from(maps: PointMaps) -> Self {
        Self::Maps(maps)
    }
}

impl From<Scored> for Content {
    fn from(scored: Scored) -> Self {
        Self::Scored(scored)
    }
}

impl From<Matrix> for Content {
    fn from(matrix: Matrix) -> Self {
        Self::Matrix(matrix)
    }
}

impl From<Images> for Content {
    fn from(images: Images) -> Self {
        Self::Images(images)
    }
}

impl From<Bars> for Content {
    fn from(bars: Bars) -> Self {
        Self::Bars(bars)
    }
}

impl From<Lines> for Content {
    fn from(lines: Lines) -> Self {
        Self::Lines(lines)
    }
}

/// Images in rows, all of one shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// The shape of each image.
    pub shape: ImageShape,
    /// Images in a row; the last row may be shorter.
    pub columns: usize,
    /// The images, one after the other, in tensor order.
    pub pixels: Arc<[f32]>,
    /// Intensities beneath signed values, image by image: a picture on which they are drawn as colours. Where there are
    /// fewer, they begin again.
    pub under: Option<Arc<[f32]>>,
    /// What the numbers are.
    pub values: Values,
    /// A name for each row, where rows differ; otherwise empty.
    pub rows: Vec<String>,
    /// Whether the images of a row belong together although it has no name; otherwise rows without names may be of any
    /// length.
    pub keeps_rows: bool,
    /// A caption under each image, where there is one; otherwise empty.
    pub captions: Vec<String>,
    /// The same kind of images in other orders, the present one first; empty where there is one order only.
    pub orders: Vec<ImageOrder>,
}

/// Images in an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageOrder {
    /// What they are ordered by, in a word.
    pub name: &'static str,
    /// The images.
    pub pixels: Arc<[f32]>,
    /// A caption under each.
    pub captions: Vec<String>,
}

/// What the numbers of an image are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// Intensities, from 0 to 1.
    #[default]
    Intensity,
    /// Weights, derivatives and differences, from −1 to 1 with zero in the middle.
    Signed,
}

/// One bar per item, from zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// What the items are.
    pub x: String,
    /// What the heights are.
    pub y: String,
    /// The heights.
    pub values: Vec<f32>,
    /// The value at the foot of the bars where equal heights are equal ratios; otherwise they begin at zero.
    pub foot: Option<f32>,
    /// The name of each item, where that is not its number; otherwise empty.
    pub names: Vec<String>,
    /// Which bars are highlighted; the others are muted. Empty means all.
    pub highlighted: Vec<bool>,
    /// A line across.
    pub level: Option<Level>,
}

/// Lines over an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// What the horizontal axis is.
    pub x: String,
    /// What the vertical axis is.
    pub y: String,
    /// Whether equal distances on the horizontal axis are equal ratios: for counts such as 1, 10, 100.
    pub are_ratios: bool,
    /// The lines.
    pub series: Vec<Line>,
    /// A line across.
    pub level: Option<Level>,
}

/// A table of numbers, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// What the columns are.
    pub x: String,
    /// What the rows are.
    pub y: String,
    /// The name of each row.
    pub rows: Vec<String>,
    /// The name of each column.
    pub columns: Vec<String>,
    /// The numbers, one row after the other.
    pub values: Vec<f32>,
}

/// Images of two kinds by a score, with a threshold that tells them apart as well as it can.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// The shape of each image.
    pub shape: ImageShape,
    /// What the score is.
    pub score: String,
    /// What the kinds are called.
    pub kinds: [String; 2],
    /// The score of every image, the lowest first.
    pub scores: Vec<f32>,
    /// Whether each image is of the second kind.
    pub is_second: Vec<bool>,
    /// The images that can be shown, by their places.
    pub shown: Vec<usize>,
    /// Their pixels, one image after the other, in tensor order.
    pub pixels: Arc<[f32]>,
    /// The share of the images of the first kind above the threshold.
    pub alarms: f64,
}

/// Maps of the same images side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointMaps {
    /// The maps.
    pub maps: Vec<PointMap>,
    /// The class of each image; empty where the images have none.
    pub classes: Vec<u8>,
    /// The names of the classes.
    pub class_names: Vec<String>,
}

/// Where images lie on a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointMap {
    /// What the map shows.
    pub name: String,
    /// A point for each image.
    pub points: Vec<[f32; 2]>,
}

/// One line of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its name in the legend; none when empty.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<[f32; 2]>,
    /// How uncertain each point is, as half the height of a bar through it; empty where that is not known.
    pub errors: Vec<f32>,
}

/// A value that others are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// What it is.
    pub name: String,
    /// The value.
    pub value: f32,
}

impl Images {
    /// How many images there are.
    pub fn count(&self) -> usize {
        self.shape.images_in(self.pixels.len())
    }

    /// How many rows they make.
    pub fn row_count(&self) -> usize {
        self.count().div_ceil(self.columns.max(1))
    }
}

impl Lines {
    /// The points of all lines, as far as they are finite.
    pub(super) fn points(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.series.iter().flat_map(Line::finite)
    }
}

impl Line {
    /// The lower and upper ends of the bars through the points, as far as they are finite.
    pub(super) fn bars(&self) -> impl Iterator<Item = [[f64; 2]; 2]> + '_ {
        let bars =
            self.points.iter().zip(&self.errors).map(|([x, y], error)| [[*x, y - error], [*x, y + error]]);
        let finite = bars.filter(|ends| ends.as_flattened().iter().all(|value| value.is_finite()));
        finite.map(|ends| ends.map(|end| end.map(f64::from)))
    }

    /// The points that are finite.
    pub(super) fn finite(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        let finite = self.points.iter().filter(|point| point.iter().all(|value| value.is_finite()));
        finite.map(|point| point.map(f64::from))
    }
}

/// How the cards of a window or a figure look.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Colours.
    pub palette: &'a Palette,
    /// Size of the type.
    pub type_size: f64,
    /// How wide a text is in the font it will be drawn with.
    pub text_width: TextWidth<'a>,
    /// The scheme of signed values, in which zero is black or white.
    pub signed: ColorScheme,
}

/// How images may be scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling {
    /// To fit a given area, for the window: by a whole number of screen pixels where that does not waste much space.
    Fit {
        /// Width of a screen pixel in units of the scene.
        pixel: f64,
    },
    /// By a whole number, with the card's own columns, for a figure whose images are about this wide together.
    Whole {
        /// Width of a row of images.
        width: f64,
    },
}

/// Signed images scaled to −1 to 1, all by the same factor, so that they can be compared.
pub fn signed(numbers: &[f32]) -> Vec<f32> {
    let largest = numbers.iter().fold(0.0f32, |most, x| if x.is_finite() { most.max(x.abs()) } else { most });
    let factor = if largest > 0.0 { 1.0 / largest } else { 0.0 };
    numbers.iter().map(|x| x * factor).collect()
}

/// Signed images scaled to −1 to 1, each by a factor of its own, so that all can be seen.
pub fn signed_each(numbers: &[f32], pixels: usize) -> Vec<f32> {
    numbers.chunks(pixels.max(1)).flat_map(signed).collect()
}
