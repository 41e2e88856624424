//! An insight card as a figure: its picture and its sentence on a page of their own.

use super::page::{Layout, NOMINAL_WIDTH, Page, Sizes};
use super::{Caption, Figure};
use crate::chart::cards::{Card, Content, Scaling, Style, Values};
use crate::chart::pixels::broken;
use crate::chart::scene::{Area, Scene};
use crate::export::font;
use crate::look::ColorScheme;

/// A sentence needs some width, however few the images: this share of the nominal width.
const NARROWEST: f64 = 0.6;

/// A card on paper.
#[derive(Clone, Debug, PartialEq)]
pub struct CardFigure {
    /// The card.
    pub card: Card,
}

impl Figure for CardFigure {
    fn scene(&self, caption: &Caption, scheme: ColorScheme) -> Scene {
        let Card { title, meaning, content } = &self.card;
        let palette = scheme.palette();
        let style = |type_size: f64| Style { palette, type_size, text_width: &font::width, signed: scheme };
        let size = |sizes: &Sizes| content.size(NOMINAL_WIDTH, &style(sizes.small));
        // A page that is wider than usual has larger type.
        let nominal = Sizes::for_width(NOMINAL_WIDTH);
        let sizes = size(&nominal).map(|[width, _]| Sizes::for_width(width));
        let Some((sizes, [width, height])) = sizes.and_then(|sizes| Some((sizes, size(&sizes)?))) else {
            return Page::nothing(title, caption, scheme);
        };
        let width = width.max(NARROWEST * NOMINAL_WIDTH);
        let sentence = font::wrap(meaning, sizes.label, width);
        let line = 1.4 * sizes.label;
        let above = if sentence.is_empty() { 0.0 } else { sentence.len() as f64 * line + sizes.label };
        let notes = self.notes();
        let content_size = [width, above.round() + height];
        let layout = Layout { title, caption, notes: &notes, content: content_size, sizes, theme: scheme };
        let mut page = Page::new(&layout);
        for (number, words) in sentence.into_iter().enumerate() {
            let at = [page.content.x, page.content.y + (number as f64 + 0.7) * line];
            page.scene.text(at, words, page.label(palette.text));
        }
        let area = Area::new(page.content.x, page.content.y + above.round(), width, height);
        let scaling = Scaling::Whole { width: NOMINAL_WIDTH };
        content.draw(&mut page.scene, area, scaling, &style(sizes.small));
        page.scene
    }
}

impl CardFigure {
    fn notes(&self) -> Vec<String> {
        let Content::Images(images) = &self.card.content else { return Vec::new() };
        let mut notes: Vec<String> = broken(&images.pixels).into_iter().collect();
        if images.values == Values::Signed {
            notes.push("red: above zero, blue: below".to_owned());
        }
        notes
    }
}
