//! The picture of a card as a scene, and what is said when there is none.

use crate::app::state::{BenchState, RunState};
use crate::chart::cards::{Card, Scaling, Style};
use crate::chart::scene::{Area, Scene};
use crate::chart::text::TextWidth;
use crate::engine::{Question, Topic};
use crate::look::ColorScheme;
use crate::recipe::Family;

/// Why a card is not there: it is being made, or there is nothing to show.
pub fn absence(run: &RunState, topic: Topic, bench: Option<&BenchState>) -> String {
    let has_classes = bench.is_some_and(|bench| bench.dataset.class_names.len() > 1);
    match (run.views.cards.contains_key(&topic), topic.question()) {
        (_, Question::Use) if !has_classes => "These images have no classes that could be told.".to_owned(),
        (false, _) => "This card is being made.".to_owned(),
        (true, Question::Family) => {
            format!("{} There is nothing to show yet.", Family::of(&run.recipe).sentence())
        }
        (true, _) => "There is nothing to show yet.".to_owned(),
    }
}

/// A number that changes whenever the card that is shown does.
pub fn version(run: u64, step: u64, card: usize) -> u64 {
    (run << 40).wrapping_add(step << 4).wrapping_add(card as u64)
}

/// Everything that the scene of a card depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// The card and its step.
    pub version: u64,
    /// Width and height, in points.
    pub size: [f32; 2],
    /// Light or dark.
    pub scheme: ColorScheme,
    /// Size of the type.
    pub type_size: f32,
    /// Width of a screen pixel, in points.
    pub pixel: f32,
}

/// A card as a scene with its corner at the origin. Signed images are on black in both schemes, as all pictures of the
/// window are.
pub fn scene(card: &Card, key: &Key, text_width: TextWidth<'_>) -> Scene {
    let palette = key.scheme.palette();
    let [width, height] = key.size.map(f64::from);
    let mut scene = Scene::new(width as u32, height as u32, palette.panel);
    let style = Style { palette, type_size: f64::from(key.type_size), text_width, signed: ColorScheme::Dark };
    let scaling = Scaling::Fit { pixel: f64::from(key.pixel) };
    card.content.draw(&mut scene, Area::new(0.0, 0.0, width, height), scaling, &style);
    scene
}
