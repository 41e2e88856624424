//! The point of the cloud under the pointer: a ring around it and a card with its image; and the picked points, with the
//! spread of their codes at true scale.

use eframe::egui::{Color32, CornerRadius, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use std::f32::consts::TAU;

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::panels::{WHOLE, host_image, paint_picture};
use crate::app::state::BenchState;
use crate::app::theme::{HALF, RADIUS_SMALL, Theme};
use crate::document::PointStyle;

use super::interaction::MapResponse;
use super::paint::Map;
use super::painters::MapPainters;
use crate::app::panels::latent::cloud::looks::Looks;
use crate::app::panels::latent::cloud::motion::Moving;
use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::{Latent, MapTransform};
use crate::look::short_label;

/// The largest distance from the pointer to a point of the cloud, in points of the screen.
const REACH: f32 = 8.0;
/// How far from the pointer the card is.
const APART: f32 = 14.0;
/// About how large the image on the card is.
const SIDE: f32 = 64.0;
/// Corners of an ellipse.
const CORNERS: usize = 64;

/// Shows what is under the pointer, and picks and selects it where it is clicked with Ctrl held.
pub fn hover_ui(
    ui: &Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    painters: &MapPainters<'_>,
    bench: &BenchState,
    transform: &MapTransform,
    response: &MapResponse,
) -> Option<Action> {
    let (cloud, looks) = (explorer.cache.cloud.as_ref()?, painters.points.last_looks()?);
    let (has_ctrl, is_down) = ui.input(|input| (input.modifiers.command, input.pointer.any_down()));
    let moving = painters.points.motion(cloud, ui.input(|input| input.time));
    // Nothing is shown under a pointer that drags.
    let pointer = response.hover_pos().filter(|_| !is_down);
    let layers = &mut explorer.maps.layers;
    let under = pointer.and_then(|pointer| match layers.points {
        PointStyle::Glyphs => nearest_on_screen(transform, moving, &looks, pointer),
        PointStyle::Thumbnails => painters.thumbnails.at(pointer),
        PointStyle::Hidden => None,
    });
    let image = under.map(|row| cloud.images[row]);
    let is_picked = response.clicked() && has_ctrl;
    if is_picked {
        layers.pick(image);
    }
    let map = Map::new(ui, cx.theme, *transform);
    let selected = cx.state.selected.and_then(|image| cloud.row_of(image));
    if let Some(place) = selected.and_then(|row| moving.at(row)) {
        paint_selected(&map, cx.theme, place);
    }
    for row in layers.picked.iter().filter_map(|image| cloud.row_of(*image)) {
        if let Some(place) = moving.at(row) {
            paint_picked(&map, cx.theme, place, cloud.spread(row));
        }
    }
    if let (Some((row, place)), Some(pointer)) = (under.and_then(|row| Some((row, moving.at(row)?))), pointer)
    {
        ring(&map, cx.theme, transform.screen_from_latent(place));
        card(ui, cx, bench, cloud, row, pointer, transform.rect);
    }
    image.filter(|_| is_picked).map(Action::Select)
}

/// The drawn point nearest to a place on the screen, if it is near enough.
fn nearest_on_screen(
    transform: &MapTransform,
    moving: Moving<'_>,
    looks: &Looks,
    pointer: Pos2,
) -> Option<usize> {
    let distance = |(row, look): (usize, &Option<_>)| {
        look.as_ref()?;
        let away = transform.screen_from_latent(moving.at(row)?).distance_sq(pointer);
        (away <= REACH * REACH).then_some((away, row))
    };
    let near = looks.points.iter().enumerate().filter_map(distance);
    near.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, row)| row)
}

/// Where a card is drawn: beside the pointer, and inside the map.
fn card_rect(pointer: Pos2, size: Vec2, bounds: Rect) -> Rect {
    let right = pointer.x + APART;
    let left = if right + size.x > bounds.right() { pointer.x - APART - size.x } else { right };
    let highest = (bounds.bottom() - size.y).max(bounds.top());
    let top = (pointer.y - 0.5 * size.y).clamp(bounds.top(), highest);
    Rect::from_min_size(pos2(left.max(bounds.left()), top), size)
}

/// The outline of one standard deviation around a code, given its variances and its covariance.
fn ellipse([x, y]: Latent, [across, shared, up]: [f32; 3]) -> Vec<Latent> {
    // A root of the covariance takes the unit circle to the outline.
    let a = across.max(0.0).sqrt();
    let b = if a > 0.0 { shared / a } else { 0.0 };
    let c = (up - b * b).max(0.0).sqrt();
    let corner = |k: usize| {
        let (sin, cos) = (k as f32 / CORNERS as f32 * TAU).sin_cos();
        [x + a * cos, y + b * cos + c * sin]
    };
    (0..CORNERS).map(corner).collect()
}

fn ring(map: &Map<'_>, theme: &Theme, at: Pos2) {
    map.painter().circle_stroke(at, 5.5, Stroke::new(3.5, theme.faded(theme.picture, 0.7)));
    map.painter().circle_stroke(at, 5.5, Stroke::new(1.6, theme.marker));
}

/// A ring around the selected image, with a gap between the two.
fn paint_selected(map: &Map<'_>, theme: &Theme, place: Latent) {
    let at = map.transform().screen_from_latent(place);
    map.painter().circle_stroke(at, 10.0, Stroke::new(4.0, theme.faded(theme.picture, 0.7)));
    map.painter().circle_stroke(at, 10.0, Stroke::new(2.0, theme.kl));
}

/// A picked point, and one standard deviation of its code around it.
fn paint_picked(map: &Map<'_>, theme: &Theme, place: Latent, spread: Option<[f32; 3]>) {
    if let Some(spread) = spread {
        let outline: Vec<Pos2> = ellipse(place, spread)
            .into_iter()
            .map(|corner| map.transform().screen_from_latent(corner))
            .collect();
        let line =
            |width: f32, color: Color32| Shape::closed_line(outline.clone(), Stroke::new(width, color));
        map.painter().add(line(3.5, theme.faded(theme.picture, 0.7)));
        map.painter().add(line(1.6, theme.accent));
    }
    let at = map.transform().screen_from_latent(place);
    map.painter().circle_stroke(at, 5.5, Stroke::new(3.5, theme.faded(theme.picture, 0.7)));
    map.painter().circle_stroke(at, 5.5, Stroke::new(1.8, theme.accent));
}

/// A card with the image, what it shows and how badly it is reconstructed.
fn card(
    ui: &Ui,
    cx: &PanelContext<'_>,
    bench: &BenchState,
    cloud: &Cloud,
    row: usize,
    pointer: Pos2,
    bounds: Rect,
) {
    let theme = cx.theme;
    let image = cloud.images[row];
    let shown = host_image(cx.pictures, bench, "image under the pointer", image);
    let [width, height] = shown.size_px.map(|side| side as f32);
    let picture = vec2(width, height) * (SIDE * theme.scale / width.max(height));
    let class =
        bench.dataset.label(image).and_then(|label| bench.dataset.class_names.get(usize::from(label)));
    let error = cloud.errors.as_ref().and_then(|errors| errors.get(row));
    let hint = cloud.has_spread().then(|| "Ctrl+click: its spread".to_owned());
    let whose = if bench.dataset.split.train.contains(&image) { "training image" } else { "held-out image" };
    let error = error.map(|error| format!("error {}", short_label(*error)));
    let lines = [class.cloned(), Some(whose.to_owned()), error, hint];
    let galleys: Vec<_> = lines
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(k, line)| {
            let (font, color) =
                if k == 0 { (theme.body(), theme.text) } else { (theme.small(), theme.muted) };
            ui.painter().layout_no_wrap(line, font, color)
        })
        .collect();
    let words = galleys
        .iter()
        .fold(Vec2::ZERO, |size, galley| vec2(size.x.max(galley.size().x), size.y + galley.size().y));
    let size = vec2(picture.x.max(words.x), picture.y + words.y + HALF) + Vec2::splat(2.0 * HALF);
    let rect = card_rect(pointer, size, bounds.shrink(HALF));
    let painter = ui.painter_at(bounds);
    painter.rect(
        rect,
        CornerRadius::same(RADIUS_SMALL),
        theme.panel,
        theme.line_stroke(),
        StrokeKind::Outside,
    );
    let middle = rect.center_top() + vec2(-0.5 * picture.x, HALF);
    paint_picture(ui, shown, Rect::from_min_size(middle, picture), WHOLE, Color32::WHITE);
    let mut at = rect.left_top() + vec2(HALF, picture.y + 2.0 * HALF);
    for galley in galleys {
        let next = at + vec2(0.0, galley.size().y);
        painter.galley(at, galley, theme.text);
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::latent::cloud::looks::PointLook;
    use crate::document::MapView;

    fn transform() -> MapTransform {
        let rect = Rect::from_min_size(Pos2::ZERO, Vec2::splat(400.0));
        MapTransform::new(MapView { center: [0.0, 0.0], radius: 2.0 }, rect)
    }

    #[test]
    fn the_nearest_drawn_point_is_found_if_it_is_near() {
        let look = Some(PointLook { color: Color32::WHITE, glyph: 0 });
        let looks = Looks { points: vec![look, look, None, look], range: None };
        let places = [[0.0, 0.0], [0.05, 0.0], [0.03, 0.0], [f32::NAN, 0.0]];
        let moving = Moving { before: &places, places: &places, fraction: 1.0 };
        let at = |x: f32| nearest_on_screen(&transform(), moving, &looks, pos2(x, 200.0));
        assert_eq!(
            (at(201.0), at(203.0), at(212.0)),
            (Some(0), Some(1), Some(1)),
            "the hidden one is not found"
        );
        assert_eq!((at(214.0), at(190.0)), (None, None), "too far away");
    }

    #[test]
    fn a_card_stays_on_the_map_and_beside_the_pointer() {
        let bounds = Rect::from_min_size(pos2(20.0, 30.0), vec2(300.0, 200.0));
        let size = vec2(80.0, 100.0);
        for pointer in [pos2(21.0, 31.0), pos2(319.0, 31.0), pos2(170.0, 229.0), pos2(319.0, 229.0)] {
            let card = card_rect(pointer, size, bounds);
            assert!(bounds.contains_rect(card), "{card:?} for {pointer:?}");
            assert!(!card.contains(pointer), "{card:?} covers {pointer:?}");
        }
    }

    #[test]
    fn an_ellipse_has_the_variances_it_was_made_of() {
        let want = [2.25, -0.9, 0.64];
        let corners = ellipse([3.0, -1.0], want);
        // The second moments of a unit circle are one half.
        let n = corners.len() as f32;
        let moment = |f: &dyn Fn(f32, f32) -> f32| {
            2.0 * corners.iter().map(|[x, y]| f(x - 3.0, y + 1.0)).sum::<f32>() / n
        };
        let got = [moment(&|x, _| x * x), moment(&|x, y| x * y), moment(&|_, y| y * y)];
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-4, "got {got}, want {want}");
        }
        // A line has no height.
        assert!(
            ellipse([1.0, 2.0], [0.25, 0.0, 0.0]).iter().all(|[x, y]| (x - 1.0).abs() <= 0.5 && *y == 2.0)
        );
    }
}
