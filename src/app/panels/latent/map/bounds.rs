//! The limits of codes: lines on the map that no code of an encoder with a bounded output can be beyond.

use eframe::egui::{Align2, Pos2, Shape, Stroke, Vec2, pos2, vec2};

use super::paint::Map;
use crate::app::panels::latent::plane::geometry::MapTransform;
use crate::app::panels::latent::plane::range::{Range, number};
use crate::app::panels::words_over;
use crate::app::theme::Theme;
use crate::document::Axes;

/// How long the dashes of a line are, and the gaps between them.
const DASHES: [f32; 2] = [6.0, 4.0];
/// How far the words are from their line.
const APART: f32 = 5.0;
/// The room that words need to the edge of the map, across and up; where there is less, they are on the other side of the
/// line.
const ROOM: [f32; 2] = [150.0, 24.0];

/// Room along the edges of the map that is left to the axes.
const EDGES: Vec2 = vec2(34.0, 26.0);

/// A line that no code is beyond.
#[derive(Clone, Debug, PartialEq)]
struct Bound {
    /// From one edge of the map to the other.
    ends: [Pos2; 2],
    /// Where its words are anchored: on the side where codes are, if there is room.
    at: Pos2,
    anchor: Align2,
    words: String,
}

/// The lines that are in view. There are none along principal axes, which are not the axes of the numbers of the code.
fn in_view(transform: &MapTransform, axes: Axes, range: Range, is_line: bool) -> Vec<Bound> {
    if axes == Axes::Principal {
        return Vec::new();
    }
    let axes = if is_line { 1 } else { 2 };
    let mut bounds = Vec::new();
    for (axis, [from, to]) in transform.bounds().into_iter().enumerate().take(axes) {
        for (end, is_low) in range.ends().into_iter().zip([true, false]) {
            if (from..=to).contains(&end) {
                bounds.push(bound(transform, axis, end, is_low));
            }
        }
    }
    bounds
}

/// The line at an end of the range. Its words are off the middle of the map, and at another place for each axis, so that
/// they cover neither each other nor the point where it is at first.
fn bound(transform: &MapTransform, axis: usize, end: f32, is_low: bool) -> Bound {
    let rect = transform.rect;
    let on_screen = transform.screen_from_latent([end; 2]);
    let words = format!("no code can be {} {}", if is_low { "below" } else { "above" }, number(end));
    if axis == 0 {
        let (x, y) = (on_screen.x, rect.top() + 0.3 * rect.height());
        let is_right = if is_low { x < rect.right() - ROOM[0] } else { x < rect.left() + ROOM[0] };
        let (x_words, anchor) =
            if is_right { (x + APART, Align2::LEFT_CENTER) } else { (x - APART, Align2::RIGHT_CENTER) };
        let ends = [pos2(x, rect.top()), pos2(x, rect.bottom())];
        return Bound { ends, at: pos2(x_words, y), anchor, words };
    }
    let (x, y) = (rect.left() + 0.6 * rect.width(), on_screen.y);
    let is_above = if is_low { y > rect.top() + ROOM[1] } else { y > rect.bottom() - ROOM[1] };
    let (y_words, anchor) =
        if is_above { (y - APART, Align2::CENTER_BOTTOM) } else { (y + APART, Align2::CENTER_TOP) };
    let ends = [pos2(rect.left(), y), pos2(rect.right(), y)];
    Bound { ends, at: pos2(x, y_words), anchor, words }
}

/// Draws the lines, and says at each what it is.
pub fn paint(map: &Map<'_>, theme: &Theme, axes: Axes, range: Range, is_line: bool) {
    let stroke = Stroke::new(1.2, theme.faded(theme.over_picture, 0.9));
    let [dash, gap] = DASHES;
    // Numbers and names of the axes are along the edges.
    let mut free = map.transform().rect.shrink2(EDGES * theme.scale);
    for bound in in_view(map.transform(), axes, range, is_line) {
        map.painter().extend(Shape::dashed_line(&bound.ends, stroke, dash, gap));
        let galley = map.painter().layout_no_wrap(bound.words.clone(), theme.small(), theme.over_picture);
        let rect = bound.anchor.anchor_size(bound.at, galley.size());
        if free.contains_rect(rect) {
            words_over(map.painter(), theme, bound.at, bound.anchor, &bound.words, theme.small());
            // The next words are below these.
            free.min.y = rect.bottom() + APART;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::MapView;
    use crate::recipe::Recipe;
    use eframe::egui::{Rect, vec2};

    /// What is said at the lines of a recipe's map, and where these are: `x` or `y` of the screen.
    fn said(recipe: &str, axes: Axes, view: MapView, is_line: bool) -> Vec<(String, f32)> {
        let rect = Rect::from_min_size(pos2(40.0, 20.0), vec2(600.0, 400.0));
        let range = Range::of(&Recipe::open(recipe).expect("built in").model);
        let bounds = in_view(&MapTransform::new(view, rect), axes, range, is_line);
        let place = |bound: &Bound| {
            let [a, b] = bound.ends;
            let said = bound.anchor.anchor_size(bound.at, vec2(130.0, 14.0));
            assert!(rect.contains_rect(said), "{bound:?} is said beside the map");
            (if a.x == b.x { a.x } else { a.y }).round()
        };
        bounds.iter().map(|bound| (bound.words.clone(), place(bound))).collect()
    }

    #[test]
    fn lines_are_at_the_limits_of_the_codes_and_nowhere_else() {
        let (pair, whole) = (Axes::Pair([3, 7]), MapView { center: [0.5, 0.5], radius: 1.0 });
        let below = "no code can be below 0".to_owned();
        let above = "no code can be above 1".to_owned();
        // 200 points of the screen for one unit, (0.5, 0.5) in the middle at (340, 220).
        let relu = [(below.clone(), 240.0), (below.clone(), 320.0)];
        assert_eq!(said("ae-sparse", pair, whole, false), relu);
        let sigmoid =
            [(below.clone(), 240.0), (above.clone(), 440.0), (below, 320.0), (above.clone(), 120.0)];
        assert_eq!(said("ae-rate", pair, whole, false), sigmoid);
        let near = MapView { center: [0.9, 0.5], radius: 0.2 };
        assert_eq!(said("ae-rate", pair, near, false), [(above, 440.0)], "the others are out of view");
        let edge = MapView { center: [-0.9, -0.9], radius: 1.0 };
        assert_eq!(said("ae-sparse", pair, edge, false).len(), 2, "words at the edge stay on the map");
        assert_eq!(said("ae-rate", Axes::Pair([0, 0]), whole, true).len(), 2, "a line has no height");
        assert_eq!(said("ae-rate", Axes::Principal, whole, false), []);
        assert_eq!(said("ae-2d", pair, whole, false), []);
        assert_eq!(said("vae-2d", pair, whole, false), []);
    }
}
