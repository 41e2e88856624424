//! Draws the images of a card, with the names of their rows and their captions.

use super::card::{Images, Scaling, Style, Values};
use super::grid::{Grid, Wanted};
use crate::chart::pixels::{atlas, difference, images, overlay};
use crate::chart::scene::{Area, Scene, Stroke, TextStyle};
use crate::chart::text::{elided, wrapped};
use crate::look::colormap;

/// The names of rows are at most this wide, as a multiple of the type's size, and at most this share of the area;
/// longer ones are wrapped.
const WIDEST_NAMES: f64 = 9.5;
/// The largest share of the width that the names of rows take.
const NAMES_SHARE: f64 = 0.4;
/// Space between the names of rows and the images, as a multiple of the type's size.
const NAMES_GAP: f64 = 1.0;
/// Distance of two lines of text, as a multiple of the type's size.
const LINE: f64 = 1.35;
/// From where the middle of a line of text is its baseline, as a multiple of the type's size.
const MIDDLE: f64 = 0.35;
/// Names and captions are left out where images would have a smaller side than this multiple of the type's size.
const SMALLEST_SIDE: f64 = 1.1;
/// Captions are left out where one would need more than this multiple of its room: what is left of them says little.
const LONGEST_CAPTION: f64 = 1.3;

/// The names of rows and captions that there is room for, and the grid beside them.
struct Plan {
    grid: Grid,
    /// The width of the names of rows and the gap beside them.
    names: f64,
    has_captions: bool,
}

/// The size of the images with their names in a figure that is about `width` wide; `None` where there are no images.
pub(super) fn size(card: &Images, width: f64, style: &Style<'_>) -> Option<[f64; 2]> {
    let page = Area::new(0.0, 0.0, width, f64::INFINITY);
    let plan = plan(card, page, Scaling::Whole { width }, style)?;
    Some(plan.grid.size(plan.names))
}

pub(super) fn draw(card: &Images, scene: &mut Scene, area: Area, scaling: Scaling, style: &Style<'_>) {
    let Some(plan) = plan(card, area, scaling, style) else { return };
    let edge = Stroke::solid(style.palette.line, 1.0);
    for (index, image) in images(&card.pixels, card.shape).enumerate() {
        let tile = plan.grid.tile(index);
        scene.outline(tile.grown(0.5), 0.0, edge);
        let pixels = match card.values {
            Values::Intensity => atlas(image, card.shape, 1),
            Values::Signed => {
                let color = |value| colormap::difference(value, style.signed);
                let under = card.under.as_deref().and_then(|under| {
                    let count = card.shape.images_in(under.len()).max(1);
                    images(under, card.shape).nth(index % count)
                });
                match under {
                    Some(under) => overlay(image, under, card.shape, color),
                    None => difference(image, card.shape, color),
                }
            }
        };
        scene.image(tile, pixels);
        if let Some(hint) = hint(card, index) {
            scene.hint(tile, hint);
        }
        let caption = card.captions.get(index).filter(|_| plan.has_captions);
        let room = plan.grid.caption_room();
        if let Some(caption) = caption.and_then(|text| elided(text, style.type_size, room, style.text_width))
        {
            let at = [tile.x + 0.5 * tile.width, tile.bottom() + style.type_size];
            scene.text(at, caption, TextStyle::new(style.type_size, style.palette.muted).middle());
        }
    }
    if plan.names > 0.0 {
        draw_names(card, scene, &plan, style);
    }
}

/// The arrangement with as many names and captions as leave room for the images.
fn plan(card: &Images, area: Area, scaling: Scaling, style: &Style<'_>) -> Option<Plan> {
    if card.count() == 0 {
        return None;
    }
    let room = names_room(area.width, style);
    let lines = card.rows.iter().flat_map(|name| wrapped(name, style.type_size, room, style.text_width));
    let names = widest(&lines.collect::<Vec<String>>(), style);
    let names = if names > 0.0 { (names + NAMES_GAP * style.type_size).ceil() } else { 0.0 };
    let captions = if card.captions.is_empty() { 0.0 } else { (1.3 * style.type_size).ceil() };
    let with = |names: f64, captions: f64| {
        let wanted = Wanted {
            size: [card.shape.width, card.shape.height],
            count: card.count(),
            columns: card.columns,
            has_rows: !card.rows.is_empty() || card.keeps_rows,
            names,
            captions,
        };
        Plan { grid: Grid::fit(area, &wanted, scaling), names, has_captions: captions > 0.0 }
    };
    let widest_caption = widest(&card.captions, style);
    let has_room = |plan: &Plan| {
        let is_large = plan.grid.tile.iter().all(|side| *side >= SMALLEST_SIDE * style.type_size);
        is_large && (!plan.has_captions || widest_caption <= LONGEST_CAPTION * plan.grid.caption_room())
    };
    let plans = [with(names, captions), with(names, 0.0)];
    Some(plans.into_iter().find(has_room).unwrap_or_else(|| with(0.0, 0.0)))
}

/// The width of the widest of some texts.
fn widest(texts: &[String], style: &Style<'_>) -> f64 {
    texts.iter().map(|text| (style.text_width)(text, style.type_size)).fold(0.0, f64::max)
}

fn names_room(width: f64, style: &Style<'_>) -> f64 {
    (WIDEST_NAMES * style.type_size).min(NAMES_SHARE * width)
}

/// The name of each row, beside its first image in every band; as many lines of it as the row is high.
fn draw_names(card: &Images, scene: &mut Scene, plan: &Plan, style: &Style<'_>) {
    let room = plan.names - NAMES_GAP * style.type_size;
    let text = TextStyle::new(style.type_size, style.palette.text);
    let line_height = LINE * style.type_size;
    for (row, name) in card.rows.iter().enumerate().take(plan.grid.rows) {
        let mut lines = wrapped(name, style.type_size, room + 0.5, style.text_width);
        lines.truncate(((plan.grid.tile[1] / line_height) as usize).max(1));
        let above = 0.5 * (lines.len() as f64 - 1.0) * line_height;
        for start in plan.grid.starts(row) {
            let first = start.y + 0.5 * start.height - above + MIDDLE * style.type_size;
            for (number, line) in lines.iter().enumerate() {
                let baseline = first + number as f64 * line_height;
                scene.text([start.x - plan.names, baseline], line.as_str(), text);
            }
        }
    }
}

/// What an image is: its row and its caption, as far as there are any.
fn hint(card: &Images, index: usize) -> Option<String> {
    let row = card.rows.get(index / card.columns.max(1)).filter(|row| !row.is_empty());
    let caption = card.captions.get(index).filter(|caption| !caption.is_empty());
    match (row, caption) {
        (Some(row), Some(caption)) => Some(format!("{row}: {caption}")),
        (row, caption) => row.or(caption).cloned(),
    }
}
