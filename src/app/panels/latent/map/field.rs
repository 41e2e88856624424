//! A measurement of the shown plane as the background of the map: the density of codes, the round-trip error, or the norm of
//! the decoder's derivative. What is wanted, what the colours mean, and how it is drawn. The shader is `shaders/field.wgsl`.

use std::sync::Arc;

use eframe::egui::{Align2, Color32, Mesh, Rect, Shape, pos2, vec2};

use crate::app::images::Paint;
use crate::app::panels::{WHOLE, words_over};
use crate::app::pictures::{HostName, Pictures};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::{self, HALF, Theme};
use crate::engine::{FieldKind, FieldView, LatentPlane, WantedField, WantedLattice};
use crate::gpu::Tiles;
use crate::look::{ColorMap, count_label, short_label};

use super::field_paint::FieldPaint;
use super::paint::Map;
use crate::app::panels::latent::cloud::looks;
use crate::app::panels::latent::cloud::looks::gradient;
use crate::app::panels::latent::plane::geometry::{self, MapTransform};
use crate::app::panels::latent::plane::statistics;

/// About so many places are measured, whatever the shape of the map.
const PLACES: f32 = 1600.0;
/// The opacity of the field: the points come first.
const OPACITY: f32 = 0.72;

/// The measurement of the shown plane.
pub fn wanted_field(kind: FieldKind, transform: &MapTransform, latent: LatentPlane) -> WantedField {
    let size = transform.rect.size();
    let is_line = latent.is_line();
    let columns = if is_line { 160.0 } else { (PLACES * size.x / size.y.max(1.0)).sqrt().clamp(8.0, 160.0) };
    let rows = if is_line { 1.0 } else { (PLACES / columns).clamp(8.0, 160.0) };
    let (columns, rows) = (columns.round() as usize, rows.round() as usize);
    let [x, y] = transform.bounds();
    let y = if is_line { [0.0, 0.0] } else { geometry::part_centers(y, rows) };
    let lattice = WantedLattice { plane: latent, x: geometry::part_centers(x, columns), y, columns, rows };
    WantedField { kind, lattice }
}

/// What is known of the codes that a measurement is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownCodes {
    /// Numbers per code.
    pub dimensions: usize,
    /// The root mean square distance of codes from their mean. `None` where there are none yet, or where they do not vary.
    pub spread: Option<f32>,
    /// The held-out images whose density is measured, whichever are shown as points.
    pub images: usize,
    /// Whether the code has a prior.
    pub is_variational: bool,
}

impl KnownCodes {
    /// What is known of the codes of a run.
    pub fn of(bench: &BenchState, run: &RunState) -> Self {
        let dimensions = run.recipe.model.code;
        let cloud = run.views.cloud.as_deref().filter(|cloud| cloud.dimensions == dimensions);
        let spread = cloud.map(|cloud| statistics::variances(cloud).iter().sum::<f32>().sqrt());
        let spread = spread.filter(|spread| spread.is_finite() && *spread > 0.0);
        let is_variational = run.recipe.is_variational();
        Self { dimensions, spread, images: bench.cloud.len(), is_variational }
    }
}

/// What the colours mean, in one line.
fn words(kind: FieldKind, known: &KnownCodes) -> String {
    match kind {
        FieldKind::Density => {
            let images = count_label(known.images as u64);
            // The other measurements are of places on the plane itself.
            let above = if known.dimensions > 2 { ", all of them projected onto this plane" } else { "" };
            format!("density of the codes of {images} held-out images{above}")
        }
        FieldKind::RoundTrip => {
            let bright = match known.spread {
                Some(_) => "the spread of the codes around their mean",
                None => "the largest here",
            };
            // An optimal linear VAE has encode(decode(z)) − z = −s²z: even where codes are dense, it moves towards zero.
            let shrinks = if known.is_variational { ", nearer to 0 in a VAE" } else { "" };
            format!(
                "round-trip error, the distance from z to encode(decode(z)){shrinks}; brightest: {bright}"
            )
        }
        FieldKind::Stretch => "stretch: how much the decoded image changes with a small step".to_owned(),
    }
}

/// What the colours mean, and at how many places the result is not finite.
fn caption(kind: FieldKind, known: &KnownCodes, values: &[f32]) -> String {
    let words = words(kind, known);
    match values.iter().filter(|value| !value.is_finite()).count() {
        0 => words,
        1 => format!("{words}; 1 place without a finite value"),
        count => format!("{words}; {count} places without a finite value"),
    }
}

/// The values at the ends of the colour scale, which begins at zero. The round-trip error ends at the spread of the codes,
/// whatever part of the plane is shown, so that a bright place is one that comes back as far away as another code. Density
/// ends at its largest value on the map, and stretch nearly there, without outliers.
fn span(kind: FieldKind, known: &KnownCodes, values: &[f32]) -> [f32; 2] {
    let largest = || values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f32::max);
    let high = match (kind, known.spread) {
        (FieldKind::Density, _) => largest(),
        (FieldKind::RoundTrip, Some(spread)) => spread,
        (FieldKind::RoundTrip, None) | (FieldKind::Stretch, _) => looks::range(values)[1],
    };
    [0.0, if high > 0.0 { high } else { 1.0 }]
}

fn colors(kind: FieldKind) -> ColorMap {
    match kind {
        FieldKind::Density => ColorMap::Viridis,
        FieldKind::RoundTrip | FieldKind::Stretch => ColorMap::Magma,
    }
}

/// The colour of a fraction of the range on the scale below the map, as in the shader.
fn color(kind: FieldKind, share: f32) -> Color32 {
    theme::color(colors(kind).color(share))
}

/// Where the measured grid is on the screen, even if the view has changed since. A line has no height of its own and takes
/// that of the map.
fn place(transform: &MapTransform, wanted: &WantedLattice) -> Rect {
    let x = geometry::whole_range(wanted.x, wanted.columns);
    let y = if wanted.plane.is_line() {
        transform.bounds()[1]
    } else {
        geometry::whole_range(wanted.y, wanted.rows)
    };
    transform.screen_rect(x, y)
}

/// Draws the field, and at the foot of the map what its colours mean. Returns the height of those words.
pub fn paint(
    map: &Map<'_>,
    theme: &Theme,
    pictures: &Pictures,
    view: &FieldView,
    known: &KnownCodes,
    run: usize,
) -> f32 {
    let WantedField { kind, lattice } = &view.wanted;
    let is_whole = view.values.len() == lattice.columns * lattice.rows;
    if !is_whole || view.values.is_empty() {
        return 0.0;
    }
    let (rect, span) = (place(map.transform(), lattice), span(*kind, known, &view.values));
    if let Some(plotting) = pictures.plotting(run) {
        let field = FieldPaint {
            values: Arc::clone(&view.values),
            grid: [lattice.columns as u32, lattice.rows as u32],
            rect,
            map: map.transform().rect,
            span,
            colors: colors(*kind),
            opacity: OPACITY,
            plotting,
        };
        field.add_to(map.painter());
    } else {
        let tiles = Tiles::single(lattice.rows, lattice.columns, 1);
        let paint = if colors(*kind) == ColorMap::Magma { Paint::Magma } else { Paint::Viridis };
        let shares = || view.values.iter().map(|value| value / span[1]).collect();
        // The same values have other colours when the spread of the codes has changed.
        let version = view.version ^ (u64::from(span[1].to_bits()) << 32);
        let shown = pictures.host(HostName::of_run("field", run), version, tiles, paint, shares);
        map.painter().image(shown.id, rect, WHOLE, Color32::WHITE.gamma_multiply(OPACITY));
        map.painter().add(Shape::mesh(holes(
            &view.values,
            [lattice.columns, lattice.rows],
            rect,
            theme.picture,
        )));
    }
    legend(map, theme, *kind, &caption(*kind, known, &view.values), span)
}

/// The background again, at every place without a finite value: an image has a colour for every place.
fn holes(values: &[f32], [columns, rows]: [usize; 2], rect: Rect, ground: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    let cell = vec2(rect.width() / columns.max(1) as f32, rect.height() / rows.max(1) as f32);
    for (place, _) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
        let corner = vec2((place % columns) as f32 * cell.x, (place / columns) as f32 * cell.y);
        mesh.add_colored_rect(Rect::from_min_size(rect.min + corner, cell), ground);
    }
    mesh
}

/// The colours with the numbers at their ends, and what they mean.
fn legend(map: &Map<'_>, theme: &Theme, kind: FieldKind, caption: &str, span: [f32; 2]) -> f32 {
    let painter = map.painter();
    let rect = map.transform().rect;
    let font = theme.small();
    let [low, high] = span.map(short_label);
    let foot = pos2(rect.left() + 10.0, rect.bottom() - 26.0 * theme.scale);
    let bar = Rect::from_min_size(foot - vec2(0.0, 8.0 * theme.scale), vec2(96.0, 7.0) * theme.scale);
    let wide = painter.layout_no_wrap(low.clone(), font.clone(), theme.over_picture).size().x;
    let bar = bar.translate(vec2(wide + 8.0, 0.0));
    let middle = bar.center().y;
    words_over(painter, theme, pos2(bar.left() - 6.0, middle), Align2::RIGHT_CENTER, &low, font.clone());
    words_over(painter, theme, pos2(bar.right() + 6.0, middle), Align2::LEFT_CENTER, &high, font.clone());
    painter.add(Shape::mesh(gradient(bar, |share| color(kind, share))));
    let above = pos2(rect.left() + 10.0, bar.top() - 6.0 * theme.scale);
    let words = words_over(painter, theme, above, Align2::LEFT_BOTTOM, caption, font);
    rect.bottom() - words.top() + HALF
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::MapView;
    use crate::engine::CloudView;

    fn transform() -> MapTransform {
        let rect = Rect::from_min_size(pos2(40.0, 20.0), vec2(640.0, 400.0));
        MapTransform::new(MapView { center: [1.0, -1.0], radius: 2.0 }, rect)
    }

    #[test]
    fn the_field_covers_the_map_with_about_as_many_places_whatever_its_shape() {
        let wanted = wanted_field(FieldKind::Stretch, &transform(), LatentPlane::of_axes([0, 1], 2, &[]));
        let WantedLattice { columns, rows, .. } = wanted.lattice;
        assert!((1400..1800).contains(&(columns * rows)) && columns > rows, "{columns} x {rows}");
        let covered = place(&transform(), &wanted.lattice);
        assert!((covered.min - transform().rect.min).length() < 0.1, "{covered:?}");
        assert!((covered.max - transform().rect.max).length() < 0.1, "{covered:?}");
    }

    #[test]
    fn a_line_is_measured_in_one_row_and_shown_over_the_whole_height() {
        let wanted = wanted_field(FieldKind::Density, &transform(), LatentPlane::of_axes([0, 0], 1, &[]));
        assert_eq!((wanted.lattice.rows, wanted.lattice.y), (1, [0.0, 0.0]));
        let covered = place(&transform(), &wanted.lattice);
        assert!((covered.height() - 400.0).abs() < 0.1, "{covered:?}");
    }

    fn known(dimensions: usize, spread: Option<f32>) -> KnownCodes {
        KnownCodes { dimensions, spread, images: 1800, is_variational: false }
    }

    #[test]
    fn colours_of_the_round_trip_error_end_at_the_spread_of_the_codes_whatever_the_view() {
        let codes = known(2, Some(2.5));
        for values in [[0.0, 0.1, 0.2], [3.0, 40.0, f32::NAN]] {
            assert_eq!(span(FieldKind::RoundTrip, &codes, &values), [0.0, 2.5], "{values:?}");
        }
        assert_eq!(span(FieldKind::RoundTrip, &known(2, None), &[0.0, 0.0]), [0.0, 1.0]);
    }

    #[test]
    fn other_colours_end_at_the_largest_value_without_outliers() {
        let mut values: Vec<f32> = (0..1000).map(|i| 1.0 + i as f32 / 1000.0).collect();
        values.extend([1e8, f32::NAN]);
        let codes = known(2, Some(2.5));
        assert_eq!(span(FieldKind::Density, &codes, &values), [0.0, 1e8]);
        let [low, high] = span(FieldKind::Stretch, &codes, &values);
        assert!(low == 0.0 && high > 1.9 && high < 2.0, "{low} to {high}");
        for kind in [FieldKind::Density, FieldKind::Stretch] {
            assert_eq!(span(kind, &codes, &[0.0, 0.0]), [0.0, 1.0]);
        }
    }

    #[test]
    fn the_spread_of_codes_is_their_distance_from_the_mean_in_all_numbers() {
        // At (±3, 0) and (0, ±1) around (2, 2): a mean square of (9 + 9 + 1 + 1) / 4.
        let codes = [5.0, 2.0, -1.0, 2.0, 2.0, 3.0, 2.0, 1.0];
        let mut state = crate::app::testing::state_of("ae-2d", |views| {
            let cloud = CloudView::of_codes(0, 2, codes.into());
            views.publish(|views, _| views.cloud = Some(cloud.into()));
        });
        let bench = state.bench.as_mut().expect("a bench");
        let got = KnownCodes::of(bench, &bench.runs[0]);
        assert!(got.spread.is_some_and(|spread| (spread - 5.0_f32.sqrt()).abs() < 1e-6), "{got:?}, want √5");
        assert_eq!((got.dimensions, got.images), (2, 1));
        bench.runs[0].views.cloud = Some(CloudView::of_codes(0, 2, [1.0; 8].into()).into());
        assert_eq!(KnownCodes::of(bench, &bench.runs[0]).spread, None, "codes that do not differ");
        bench.runs[0].views.cloud = None;
        assert_eq!(KnownCodes::of(bench, &bench.runs[0]).spread, None, "no codes yet");
    }

    #[test]
    fn captions_say_whose_codes_they_are_of_and_what_the_brightest_colour_means() {
        let two = words(FieldKind::Density, &known(2, None));
        assert_eq!(two, "density of the codes of 1,800 held-out images");
        assert!(words(FieldKind::Density, &known(3, None)).contains("projected onto this plane"));
        let [far, unknown] = [Some(2.0), None].map(|spread| words(FieldKind::RoundTrip, &known(2, spread)));
        assert!(far.ends_with("brightest: the spread of the codes around their mean"), "{far}");
        assert!(unknown.ends_with("brightest: the largest here"), "{unknown}");
    }

    #[test]
    fn places_without_a_finite_value_are_counted_in_the_caption() {
        let (kind, codes) = (FieldKind::RoundTrip, known(2, Some(1.0)));
        let caption = |values: &[f32]| caption(kind, &codes, values);
        assert_eq!(caption(&[0.0, 1.0]), words(kind, &codes));
        assert!(caption(&[f32::NAN, 1.0]).ends_with("; 1 place without a finite value"));
        assert!(caption(&[f32::NAN, 1.0, f32::INFINITY]).ends_with("; 2 places without a finite value"));
    }
}
