//! The picture of a card as a scene.

use crate::chart::cards::{Card, Scaling, Style};
use crate::chart::scene::{Area, Scene};
use crate::chart::text::TextWidth;
use crate::look::ColorScheme;

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
    /// The share of false alarms that somebody allows.
    pub alarms: Option<f64>,
    /// The order of images that somebody chose.
    pub order: Option<&'static str>,
}

/// A card as a scene with its corner at the origin. Signed images are on black in both schemes, as all pictures of the
/// window are.
pub fn scene(card: &Card, key: &Key, text_width: TextWidth<'_>) -> Scene {
    let palette = key.scheme.palette();
    let [width, height] = key.size.map(f64::from);
    let mut scene = Scene::new(width as u32, height as u32, palette.panel);
    let style = Style { palette, type_size: f64::from(key.type_size), text_width, signed: ColorScheme::Dark };
    let scaling = Scaling::Fit { pixel: f64::from(key.pixel) };
    card.with_alarms(key.alarms).ordered_by(key.order).content.draw(
        &mut scene,
        Area::new(0.0, 0.0, width, height),
        scaling,
        &style,
    );
    scene
}
