//! What every point of the cloud looks like: hidden or not, which glyph, which colour; and the size of points. Pure.

use std::collections::BTreeSet;

use eframe::egui::{Color32, Mesh, Rect, pos2};

use crate::app::theme::{self, Theme};
use crate::data::Dataset;
use crate::document::ColorBy;
use crate::look::{ColorMap, Glyph};

use crate::app::panels::latent::plane::codes::Cloud;

/// Radius of a point where there is room, in points of the screen.
const RADIUS: f32 = 2.4;
/// The smallest radius: below it a point is no longer seen.
const RADIUS_LEAST: f32 = 0.8;
/// All points together cover at most about this fraction of the map, so that sixty thousand cost little more to draw
/// than six hundred, and still show where they are dense.
const INK: f32 = 0.3;
/// More points than this are too small for glyphs, and are drawn as dots.
const GLYPHS_MOST: usize = 8000;
/// The fraction of values beyond either end of a colour scale: otherwise outliers would take most of its colours.
const OUTLIERS: f32 = 0.02;

/// Segments of a colour scale; each is interpolated.
const PIECES: usize = 24;

/// How one point looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointLook {
    /// Its colour.
    pub color: Color32,
    /// Which of the class glyphs it is.
    pub glyph: u8,
}

/// How all points look.
#[derive(Clone, Debug, PartialEq)]
pub struct Looks {
    /// One look per point; none for those that are hidden.
    pub points: Vec<Option<PointLook>>,
    /// The values at the ends of the colours, where colours are values.
    pub range: Option<[f32; 2]>,
}

impl Looks {
    /// How the points of a cloud look. Colours mean classes while the values they should mean are not known yet.
    pub fn new(cloud: &Cloud, dataset: &Dataset, by: ColorBy, hidden: &BTreeSet<u8>) -> Self {
        let classes: Vec<Option<u8>> = cloud.images.iter().map(|image| dataset.label(*image)).collect();
        let values = values(cloud, dataset, by);
        let range = values.as_deref().map(range);
        let groups = cloud.groups.as_deref().filter(|_| by == ColorBy::Group);
        let on_map = Theme::on_pictures();
        let look = |(row, class): (usize, &Option<u8>)| {
            if class.is_some_and(|class| hidden.contains(&class)) {
                return None;
            }
            let color = match (&values, range) {
                (Some(values), Some(range)) => value_color(share(values[row], range)),
                _ => match groups.map_or(*class, |groups| groups.get(row).copied()) {
                    Some(colored) => on_map.class(usize::from(colored)),
                    None => on_map.accent,
                },
            };
            let glyph = Glyph::of_class(usize::from(class.unwrap_or(0)));
            Some(PointLook { color, glyph: glyph as u8 })
        };
        Self { points: classes.iter().enumerate().map(look).collect(), range }
    }
}

/// The values that colours mean, one per point; `None` where they mean classes, or where values are not known.
fn values(cloud: &Cloud, dataset: &Dataset, by: ColorBy) -> Option<Vec<f32>> {
    let values: Vec<f32> = match by {
        ColorBy::Class | ColorBy::Group => return None,
        ColorBy::Error => cloud.errors.as_ref()?.to_vec(),
        ColorBy::Factor(number) => {
            let factor = dataset.factors.get(number)?;
            let of = |image: &u32| factor.values.get(*image as usize).copied().unwrap_or(f32::NAN);
            cloud.images.iter().map(of).collect()
        }
    };
    (values.len() == cloud.images.len()).then_some(values)
}

/// The colour of a value between 0 and 1: viridis without its darkest part, which is lost on black.
pub fn value_color(share: f32) -> Color32 {
    theme::color(ColorMap::Viridis.color(0.16 + 0.84 * share))
}

/// A value as a fraction of a range.
fn share(value: f32, [low, high]: [f32; 2]) -> f32 {
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
}

/// The range of the values without outliers and without values that are not finite.
pub fn range(values: &[f32]) -> [f32; 2] {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let out = (OUTLIERS * sorted.len() as f32) as usize;
    match (sorted.get(out), sorted.get(sorted.len().wrapping_sub(1 + out))) {
        (Some(low), Some(high)) => [*low, *high],
        _ => [0.0, 1.0],
    }
}

/// The size of points, and whether they are glyphs or dots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointSize {
    /// Radius in points of the screen.
    pub radius: f32,
    /// Whether glyphs would be too small to be recognised.
    pub is_dot: bool,
}

impl PointSize {
    /// The size of so many points on a map of this area, for type of this scale.
    pub fn new(count: usize, area: f32, scale: f32) -> Self {
        let most = RADIUS * scale.sqrt();
        let enough = (INK * area / (std::f32::consts::PI * count.max(1) as f32)).sqrt();
        // In steps, so that a panel that is resized does not make new glyphs with every pixel.
        let radius = ((enough * 10.0).round() / 10.0).clamp(RADIUS_LEAST, most);
        Self { radius, is_dot: count > GLYPHS_MOST }
    }
}

/// A colour scale from left to right.
pub fn gradient(rect: Rect, color: impl Fn(f32) -> Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for piece in 0..=PIECES {
        let share = piece as f32 / PIECES as f32;
        let x = rect.left() + share * rect.width();
        mesh.colored_vertex(pos2(x, rect.top()), color(share));
        mesh.colored_vertex(pos2(x, rect.bottom()), color(share));
        if piece > 0 {
            let last = 2 * piece as u32 + 1;
            mesh.add_triangle(last - 3, last - 2, last - 1);
            mesh.add_triangle(last - 2, last - 1, last);
        }
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Source, load};
    use crate::engine::{CloudView, LatentPlane};

    fn cloud(count: usize) -> (Cloud, Dataset) {
        let source =
            Source { set: "digits", count, messiness: 0.5, held_out: 0.1, seed: 1, ..Source::default() };
        let codes: Vec<f32> = (0..2 * count).map(|i| i as f32).collect();
        let mut view = CloudView::of_codes(1, 2, codes.into());
        view.errors = Some((0..count).map(|i| i as f32).collect());
        (Cloud::new(&view, &LatentPlane::of_axes([0, 1], 2, &[]), 1), load(&source).unwrap())
    }

    #[test]
    fn hidden_classes_have_no_look_and_the_others_that_of_their_class() {
        let (cloud, dataset) = cloud(60);
        let looks = Looks::new(&cloud, &dataset, ColorBy::Class, &BTreeSet::from([3]));
        let dark = Theme::on_pictures();
        for (row, look) in looks.points.iter().enumerate() {
            let class = dataset.label(row as u32).unwrap();
            let want = PointLook { color: dark.class(class.into()), glyph: class };
            assert_eq!(*look, (class != 3).then_some(want), "row {row} of class {class}");
        }
        assert_eq!(looks.range, None);
    }

    #[test]
    fn errors_and_factors_become_colours_along_one_scale() {
        let (cloud, dataset) = cloud(100);
        let looks = Looks::new(&cloud, &dataset, ColorBy::Error, &BTreeSet::new());
        assert_eq!(looks.range, Some([2.0, 97.0]));
        let color = |row: usize| looks.points[row].unwrap().color;
        assert_eq!((color(0), color(99)), (value_color(0.0), value_color(1.0)));
        assert_ne!(color(30), color(60));
        assert!(!dataset.factors.is_empty());
        let by_factor = Looks::new(&cloud, &dataset, ColorBy::Factor(0), &BTreeSet::new());
        let [low, high] = by_factor.range.unwrap();
        assert!(low < high);
        // For a factor that does not exist colours mean classes.
        let unknown = Looks::new(&cloud, &dataset, ColorBy::Factor(99), &BTreeSet::new());
        assert_eq!(unknown, Looks::new(&cloud, &dataset, ColorBy::Class, &BTreeSet::new()));
    }

    #[test]
    fn groups_have_colours_and_marks_keep_the_shape_of_their_class() {
        let (mut cloud, dataset) = cloud(60);
        let looks = |cloud: &Cloud| Looks::new(cloud, &dataset, ColorBy::Group, &BTreeSet::new());
        let by_class = Looks::new(&cloud, &dataset, ColorBy::Class, &BTreeSet::new());
        assert_eq!(looks(&cloud), by_class, "while the groups are not known");
        cloud.groups = Some((0..60).map(|row| row / 10).collect());
        let dark = Theme::on_pictures();
        for (row, look) in looks(&cloud).points.iter().enumerate() {
            let class = dataset.label(row as u32).unwrap();
            assert_eq!(*look, Some(PointLook { color: dark.class(row / 10), glyph: class }));
        }
        assert_eq!(looks(&cloud).range, None);
    }

    #[test]
    fn a_range_leaves_out_outliers_and_values_that_are_not_finite() {
        let mut values: Vec<f32> = (0..100).map(|i| i as f32).collect();
        values.extend([1e9, f32::NAN, f32::INFINITY]);
        assert_eq!(range(&values), [2.0, 98.0]);
        assert_eq!(range(&[f32::NAN]), [0.0, 1.0]);
        assert_eq!(range(&[3.0]), [3.0, 3.0]);
        assert_eq!(share(3.0, [3.0, 3.0]), 0.5);
    }

    #[test]
    fn many_points_cover_no_more_of_the_map_than_few() {
        let area = 520.0 * 480.0;
        let few = PointSize::new(600, area, 1.0);
        assert_eq!((few.radius, few.is_dot), (RADIUS, false));
        let mut last = few.radius;
        for count in [2_000, 10_000, 60_000] {
            let size = PointSize::new(count, area, 1.0);
            assert!(size.radius <= last && size.radius >= RADIUS_LEAST, "{count}: {size:?}");
            let ink = size.radius * size.radius * std::f32::consts::PI * count as f32;
            let least = RADIUS_LEAST * RADIUS_LEAST * std::f32::consts::PI * count as f32;
            assert!(ink <= (1.1 * INK * area).max(least), "{count}: ink {ink}");
            last = size.radius;
        }
        assert!(PointSize::new(60_000, area, 1.0).is_dot);
    }
}
