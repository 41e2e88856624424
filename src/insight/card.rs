//! A card: one picture that makes an idea visible, as plain numbers with a title and a sentence. The window draws it,
//! the figures draw it, and neither knows what it is about.

use std::sync::Arc;

/// One picture with what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What is seen, in a few words.
    pub title: String,
    /// What it means, in one sentence, with the numbers of this moment.
    pub meaning: String,
    /// The picture.
    pub content: Content,
}

/// What a card shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Pictures in rows.
    Images(Images),
    /// One bar per place.
    Bars(Bars),
    /// Lines over an axis.
    Lines(Lines),
}

/// Pictures in rows, all of one size.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    /// Channels, height and width of each picture.
    pub dims: [usize; 3],
    /// Pictures in a row; the last row may be shorter.
    pub columns: usize,
    /// The pictures, one after the other, in tensor order.
    pub pixels: Arc<[f32]>,
    /// What the numbers are.
    pub ink: Ink,
    /// What each row is, where rows differ; otherwise empty.
    pub rows: Vec<String>,
    /// A word under each picture, where there is one; otherwise empty.
    pub captions: Vec<String>,
}

/// What the numbers of pictures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Images, from 0 to 1.
    Grey,
    /// Weights and differences, from −1 to 1 with zero in the middle.
    Signed,
}

/// One bar per place, from zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What the places are.
    pub x: String,
    /// What the heights are.
    pub y: String,
    /// The heights.
    pub values: Vec<f32>,
    /// What each place is called, where that is not its number; otherwise empty.
    pub names: Vec<String>,
    /// Which bars count, in the colour of data; the others are muted. Empty means all.
    pub counted: Vec<bool>,
    /// A level with its name.
    pub level: Option<(String, f32)>,
}

/// Lines over an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// What runs to the right.
    pub x: String,
    /// What runs upwards.
    pub y: String,
    /// Each line with its name.
    pub series: Vec<(String, Vec<[f32; 2]>)>,
    /// A level with its name.
    pub level: Option<(String, f32)>,
}

impl Images {
    /// How many pictures there are.
    pub fn count(&self) -> usize {
        self.pixels.len() / self.dims.iter().product::<usize>().max(1)
    }

    /// How many rows they make.
    pub fn row_count(&self) -> usize {
        self.count().div_ceil(self.columns.max(1))
    }
}

/// Pictures with their signs kept, brought between −1 and 1: all by the same factor, so that they can be compared.
pub fn signed(numbers: &[f32]) -> Vec<f32> {
    let largest = numbers.iter().fold(0.0f32, |most, x| if x.is_finite() { most.max(x.abs()) } else { most });
    let factor = if largest > 0.0 { 1.0 / largest } else { 0.0 };
    numbers.iter().map(|x| x * factor).collect()
}

/// Pictures with their signs kept, each brought between −1 and 1 by a factor of its own, so that all can be read.
pub fn signed_each(numbers: &[f32], pixels: usize) -> Vec<f32> {
    numbers.chunks(pixels.max(1)).flat_map(signed).collect()
}
