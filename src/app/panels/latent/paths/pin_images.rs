//! Where the decoded images of pins are on the map: each beside its flag, inside the map, and below or above the point and
//! the images of earlier pins where it would cover them. Pure.
//!
//! The same pins always give the same places. Flags are drawn over images, so only images have to make room for each
//! other.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::app::panels::latent::map::paint::POINT_RADIUS;

/// The longer side of an image: large enough to recognise, and a small part of the map.
const SIDE: f32 = 34.0;
/// The smallest width and height of a map with images; on a smaller one they would hide it.
const SMALLEST_MAP: f32 = 200.0;
/// The space between an image, its flag and other images: room for a frame.
const GAP: f32 = 4.0;

/// A pin on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PinPlace {
    /// Where its code is.
    pub place: Pos2,
    /// The flag above that.
    pub flag: Rect,
}

/// Whether a map of this size has room for images.
pub fn has_room(map: Vec2, scale: f32) -> bool {
    map.min_elem() >= SMALLEST_MAP * scale
}

/// The size of an image that is `aspect` times as wide as high.
pub fn image_size(aspect: f32, scale: f32) -> Vec2 {
    vec2(aspect.min(1.0), (1.0 / aspect).min(1.0)) * SIDE * scale
}

/// Where the images of the pins are; `None` for a pin outside the map. The ring of the point stays free where possible.
pub fn places(pins: &[PinPlace], size: Vec2, map: Rect, point: Pos2) -> Vec<Option<Rect>> {
    let inside = map.shrink(GAP);
    let mut taken = vec![Rect::from_center_size(point, Vec2::splat(2.0 * POINT_RADIUS))];
    let mut place = |pin: &PinPlace| {
        map.contains(pin.place).then(|| {
            let image = stacked(beside(pin.flag, size, inside), &taken, inside);
            taken.push(image.expand(GAP));
            image
        })
    };
    pins.iter().map(&mut place).collect()
}

/// To the right of a flag, or to its left where the map ends, and not above or below the map.
fn beside(flag: Rect, size: Vec2, inside: Rect) -> Rect {
    let right = flag.right() + GAP;
    let left = if right + size.x <= inside.right() { right } else { flag.left() - GAP - size.x };
    let top = (flag.center().y - 0.5 * size.y).min(inside.bottom() - size.y).max(inside.top());
    Rect::from_min_size(pos2(left, top), size)
}

/// The nearest place below what it would cover, or else above that; where it is where neither is inside.
fn stacked(image: Rect, taken: &[Rect], inside: Rect) -> Rect {
    let free = |next: fn(&Rect, f32) -> f32| {
        let mut image = image;
        // Each step passes one of them, so there are no more steps than these.
        for _ in 0..=taken.len() {
            let Some(other) = taken.iter().find(|other| other.intersects(image)) else { return Some(image) };
            let top = next(other, image.height());
            image = image.translate(vec2(0.0, top - image.top()));
            if image.top() < inside.top() || image.bottom() > inside.bottom() {
                return None;
            }
        }
        None
    };
    let below = free(|other, _| other.bottom() + 0.1);
    below.or_else(|| free(|other, height| other.top() - height - 0.1)).unwrap_or(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: Rect = Rect::from_min_max(pos2(10.0, 20.0), pos2(410.0, 320.0));
    const SIZE: Vec2 = Vec2::splat(34.0);
    const FAR_AWAY: Pos2 = pos2(-500.0, -500.0);

    fn pin(x: f32, y: f32) -> PinPlace {
        let place = pos2(x, y);
        PinPlace { place, flag: Rect::from_center_size(place - vec2(0.0, 19.5), Vec2::splat(15.0)) }
    }

    /// Images inside the map that do not cover each other.
    fn assert_free(pins: &[PinPlace], point: Pos2) -> Vec<Rect> {
        let images: Vec<Rect> =
            places(pins, SIZE, MAP, point).into_iter().map(|image| image.expect("in view")).collect();
        for (i, image) in images.iter().enumerate() {
            assert!(MAP.contains_rect(*image), "{i}: {image} is not inside {MAP}");
            assert!((image.size() - SIZE).length() < 1e-3, "{i}: {}", image.size());
            for (k, other) in images[..i].iter().enumerate() {
                assert!(!other.intersects(*image), "images {k} and {i}: {other} and {image}");
            }
            let away = image.distance_to_pos(point);
            assert!(away >= POINT_RADIUS, "image {i} at {image} covers the point at {point}");
        }
        images
    }

    #[test]
    fn an_image_is_to_the_right_of_its_flag_where_there_is_room() {
        let pin = pin(200.0, 150.0);
        // A pin is added at the point, which stays there.
        for point in [FAR_AWAY, pin.place] {
            let image = assert_free(&[pin], point)[0];
            let away = image.left() - pin.flag.right();
            assert!((0.0..8.0).contains(&away), "{away} from the flag");
            assert_eq!(image.center().y, pin.flag.center().y);
        }
    }

    #[test]
    fn images_stay_inside_and_off_their_own_flag_at_every_edge_and_corner() {
        for x in [10.0, 12.0, 210.0, 404.0, 410.0] {
            for y in [20.0, 30.0, 170.0, 310.0, 320.0] {
                let pin = pin(x, y);
                let image = assert_free(&[pin], FAR_AWAY)[0];
                assert!(!image.intersects(pin.flag), "({x}, {y}): {image} covers {}", pin.flag);
            }
        }
    }

    #[test]
    fn images_do_not_cover_each_other_where_there_is_room() {
        let four = [(200.0, 150.0), (222.0, 150.0), (200.0, 160.0), (206.0, 90.0)];
        assert_free(&four.map(|(x, y)| pin(x, y)), pos2(230.0, 140.0));
        // Two pins at one place, and eleven in two heaps.
        assert_free(&[pin(100.0, 100.0), pin(100.0, 100.0)], FAR_AWAY);
        let heap: Vec<PinPlace> = (0..6)
            .map(|k| pin(100.0 + k as f32, 250.0))
            .chain((0..5).map(|k| pin(300.0, 60.0 + k as f32)))
            .collect();
        assert_free(&heap, FAR_AWAY);
        // The first image has no room below.
        assert_free(&[pin(200.0, 318.0), pin(200.0, 318.0)], FAR_AWAY);
    }

    #[test]
    fn where_there_is_no_room_an_image_stays_beside_its_flag() {
        let heap = [pin(200.0, 150.0); 12];
        let images = places(&heap, SIZE, MAP, FAR_AWAY);
        assert_eq!(images[11], images[0], "seven fit above each other");
    }

    #[test]
    fn a_pin_out_of_view_has_no_image() {
        let pins = [pin(9.0, 150.0), pin(200.0, 150.0), pin(200.0, 321.0), pin(f32::NAN, 150.0)];
        let images = places(&pins, SIZE, MAP, FAR_AWAY);
        assert_eq!(images.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false, false]);
    }

    #[test]
    fn images_keep_their_shape_and_need_a_map_with_room() {
        assert_eq!(image_size(1.0, 1.0), Vec2::splat(SIDE));
        assert_eq!(image_size(2.0, 1.0), vec2(SIDE, 0.5 * SIDE));
        assert_eq!(image_size(0.5, 1.4), vec2(0.7 * SIDE, 1.4 * SIDE));
        assert!(has_room(vec2(200.0, 200.0), 1.0) && !has_room(vec2(199.0, 400.0), 1.0));
        assert!(!has_room(vec2(400.0, 199.0), 1.0));
        assert!(!has_room(vec2(200.0, 200.0), 1.4), "everything is larger there but the map");
    }
}
