//! Insight cards: one picture that makes an idea visible, with a title and a sentence.
//!
//! A card is plain data: a grid of images, bars or lines, with their names. [`Content::draw`] lays it out as shapes of a
//! [`Scene`](super::scene::Scene), once for both the window, which paints the scene, and the figures, which write it to a file. Values that
//! are not finite are left out. Nothing here knows what a card is about.

mod axes;
mod bars;
mod card;
mod grid;
mod images;
mod layout;
mod lines;
mod maps;
mod matrix;
mod scored;
#[cfg(test)]
mod tests;

pub use card::{
    Bars, Card, Content, ImageOrder, Images, Level, Line, Lines, Matrix, PointMap, PointMaps, Scaling,
    Scored, Style, Values, signed, signed_each,
};
