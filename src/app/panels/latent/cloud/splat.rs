//! Many small dots as one picture, made on the host. For a software adapter sixty thousand triangles cost far more than
//! sixty thousand times four pixels; and where vertex shaders cannot read storage buffers, they cannot draw the dots at
//! all. Pure.

use eframe::egui::{Color32, ColorImage, Rect};

use super::looks::Looks;
use super::motion::{Moving, between};
use crate::app::panels::latent::plane::geometry::MapTransform;

/// The map in whole pixels: where it begins, and how many it has to the right and downwards.
pub fn pixels(rect: Rect, pixels_per_point: f32) -> ([f32; 2], [usize; 2]) {
    let from = [rect.min.x, rect.min.y].map(|side| (side * pixels_per_point).round());
    let to = [rect.max.x, rect.max.y].map(|side| (side * pixels_per_point).round());
    (from, [0, 1].map(|k| (to[k] - from[k]).max(1.0) as usize))
}

/// A picture as large as the map with a dot of `side_px` pixels for every shown point; later ones cover earlier ones.
pub fn splat(
    transform: &MapTransform,
    moving: Moving<'_>,
    looks: &Looks,
    pixels_per_point: f32,
    side_px: usize,
) -> ColorImage {
    let (from, [width, height]) = pixels(transform.rect, pixels_per_point);
    let mut pixels = vec![Color32::TRANSPARENT; width * height];
    let half = 0.5 * side_px as f32;
    let points = moving.before.iter().zip(moving.places).zip(&looks.points);
    for ((before, place), look) in points {
        let Some(look) = look else { continue };
        let at = transform.screen_from_latent(between(*before, *place, moving.fraction));
        let left = (at.x * pixels_per_point - from[0] - half).round();
        let top = (at.y * pixels_per_point - from[1] - half).round();
        // Dots that cross an edge are left out; so are those whose place is not finite.
        let is_inside = left >= 0.0
            && top >= 0.0
            && left + side_px as f32 <= width as f32
            && top + side_px as f32 <= height as f32;
        if !is_inside {
            continue;
        }
        let first = top as usize * width + left as usize;
        for row in 0..side_px {
            pixels[first + row * width..][..side_px].fill(look.color);
        }
    }
    ColorImage::new([width, height], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::latent::cloud::looks::PointLook;
    use crate::document::MapView;
    use eframe::egui::{pos2, vec2};

    #[test]
    fn dots_lie_where_their_places_are_and_later_ones_cover() {
        let rect = Rect::from_min_size(pos2(10.2, 5.0), vec2(60.0, 40.0));
        let transform = MapTransform::new(MapView { center: [0.0, 0.0], radius: 2.0 }, rect);
        let look = |color| Some(PointLook { color, glyph: 0 });
        let points =
            vec![look(Color32::RED), look(Color32::GREEN), None, look(Color32::RED), look(Color32::BLUE)];
        let looks = Looks { points, range: None };
        let places = [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [99.0, 0.0], [f32::NAN, 0.0]];
        let before = [[0.0, 0.0], [-2.0, 0.0], [0.0; 2], [0.0; 2], [0.0; 2]];
        let ink = |fraction: f32, color: Color32| -> Vec<usize> {
            let image =
                splat(&transform, Moving { before: &before, places: &places, fraction }, &looks, 1.0, 2);
            assert_eq!(image.size, [60, 40]);
            (0..image.pixels.len()).filter(|i| image.pixels[*i] == color).collect()
        };
        let middle = [19 * 60 + 29, 19 * 60 + 30, 20 * 60 + 29, 20 * 60 + 30];
        assert_eq!(ink(1.0, Color32::GREEN), middle, "the later one covers the earlier");
        assert_eq!(ink(1.0, Color32::RED), [0; 0], "covered, or outside");
        assert_eq!(ink(1.0, Color32::BLUE), [0; 0], "nowhere");
        // In the middle of the motion, the second one is ten pixels to the left.
        assert_eq!(ink(0.5, Color32::GREEN), middle.map(|i| i - 10));
        assert_eq!(ink(0.0, Color32::RED), middle, "at the start the fourth lies on the first");
    }
}
