//! Draws maps of the same images side by side: points coloured and shaped by class.

use super::card::{PointMap, PointMaps, Style};
use crate::chart::scene::{Area, Scene, Shape, Stroke, TextStyle};
use crate::chart::square::{Square, shuffled};
use crate::chart::text::elided;
use crate::look::Glyph;

/// Height of a line of text, as a multiple of the type's size.
const LINE: f64 = 1.6;
/// Space between two maps, as a multiple of the type's size.
const APART: f64 = 1.2;
/// Maps smaller than this multiple of the type's size have no words around them.
const LEAST: f64 = 6.0;
/// Room for the sign of a class in the legend, and half the size of the sign, as multiples of the type's size.
const SIGN: f64 = 1.3;
const SIGN_RADIUS: f64 = 0.38;

pub(super) fn draw(maps: &PointMaps, scene: &mut Scene, area: Area, style: &Style<'_>) {
    let size = style.type_size;
    let count = maps.maps.len().max(1) as f64;
    let mut classes = legend(maps, area, style);
    let below = classes.last().map_or(0.0, |entry| (entry.line + 1) as f64 * LINE * size);
    let gap = APART * size;
    // One above the other where that leaves more room for each.
    let side_of = |[columns, rows]: [f64; 2], words: f64, below: f64| {
        let width = (area.width - (columns - 1.0) * gap) / columns;
        width.min((area.height - below - (rows - 1.0) * gap) / rows - words)
    };
    let fitted = |words: f64, below: f64| {
        let [row, column] = [[count, 1.0], [1.0, count]].map(|table| side_of(table, words, below));
        (row >= column, row.max(column))
    };
    let (mut words, (mut is_row, mut side)) = (LINE * size, fitted(LINE * size, below));
    if side < LEAST * size {
        (words, (is_row, side)) = (0.0, fitted(0.0, 0.0));
        classes.clear();
    }
    if side < 1.0 {
        return;
    }
    let mut foot = area.y;
    for (number, map) in maps.maps.iter().enumerate() {
        let step = number as f64 * (side + gap);
        let at =
            if is_row { [area.x + step, area.y] } else { [area.x, area.y + step + number as f64 * words] };
        let frame = Area::new(at[0], at[1] + words, side, side);
        let name = elided(&map.name, size, side, style.text_width);
        if let Some(name) = name.filter(|_| words > 0.0) {
            scene.text([frame.x, at[1] + size], name, TextStyle::new(size, style.palette.text));
        }
        draw_map(map, maps, scene, frame, style);
        foot = frame.bottom();
    }
    for Entry { class, name, line, left } in classes {
        let middle = foot + (line as f64 + 0.6) * LINE * size;
        let center = [area.x + left + 0.5 * SIGN * size, middle];
        scene.marker(Glyph::of_class(class), center, SIGN_RADIUS * size, style.palette.class(class));
        let at = [area.x + left + SIGN * size, middle + 0.35 * size];
        scene.text(at, name, TextStyle::new(size, style.palette.muted));
    }
}

fn draw_map(map: &PointMap, maps: &PointMaps, scene: &mut Scene, frame: Area, style: &Style<'_>) {
    scene.outline(frame, 0.0, Stroke::solid(style.palette.line, 1.0));
    let points: Vec<[f64; 2]> = map.points.iter().map(|point| point.map(f64::from)).collect();
    let Some(square) = Square::around(&points, 0.0) else { return };
    let scale = frame.width / (2.0 * square.half);
    let mut order: Vec<usize> = (0..points.len()).filter(|index| square.holds(points[*index])).collect();
    order.sort_by_key(|index| shuffled(*index));
    let radius = (0.006 * frame.width).clamp(1.2, 3.5);
    for index in order {
        let [x, y] = [0, 1].map(|axis| (points[index][axis] - square.center[axis]) * scale);
        let center = [frame.x + 0.5 * frame.width + x, frame.y + 0.5 * frame.height - y];
        let (glyph, color) = match maps.classes.get(index).copied().map(usize::from) {
            Some(class) => (Glyph::of_class(class), style.palette.class(class)),
            None => (Glyph::Circle, style.palette.accent),
        };
        scene.add(Shape::Marker { glyph, center, radius, color, opacity: 0.85 });
    }
}

/// A class below the maps.
struct Entry {
    class: usize,
    name: String,
    line: usize,
    left: f64,
}

/// The classes in as many lines as they take; none where they would take more than a quarter of the height.
fn legend(maps: &PointMaps, area: Area, style: &Style<'_>) -> Vec<Entry> {
    if maps.classes.is_empty() {
        return Vec::new();
    }
    let size = style.type_size;
    let (mut entries, mut left, mut line) = (Vec::new(), 0.0, 0);
    for (class, name) in maps.class_names.iter().enumerate() {
        let width = SIGN * size + (style.text_width)(name, size);
        if left > 0.0 && left + width > area.width {
            (left, line) = (0.0, line + 1);
        }
        entries.push(Entry { class, name: name.clone(), line, left });
        left += width + size;
    }
    if (line + 1) as f64 * LINE * size > 0.25 * area.height {
        return Vec::new();
    }
    entries
}
