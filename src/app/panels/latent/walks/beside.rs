//! Where the decoded images of pins stand on the map: each beside its flag, inside the map, and where that can be on
//! nothing that belongs to another pin. Pure.
//!
//! The sides of a flag are tried in one order, and the pins have their turn in the order in which they were dropped:
//! the same pins always give the same places, so that an image changes its side only where it has to.

use eframe::egui::{Pos2, Rect, Vec2, vec2};

use crate::app::panels::latent::map::paint::POINT_RADIUS;

/// The longer side of an image: large enough to tell what it shows, and a small part of the map.
const SIDE: f32 = 34.0;
/// How wide and how high a map with room for images is at least; on a smaller one they would hide it.
const ROOM: f32 = 200.0;
/// How far an image stands from its own pin, and what is kept clear around the others: room for a frame.
const GAP: f32 = 3.0;
const CLEAR: f32 = 2.5;
/// What it costs to stand on the point, measured by what it costs to stand on a pin: the point's ring is drawn over
/// images and can be seen there.
const POINT_COST: f32 = 0.25;
/// The sides of a flag in the order in which they are tried, y downwards: beside it, above and below the pin, and
/// then beside it again, but half as high or as low as an image.
const SIDES: [Vec2; 8] = [
    vec2(1.0, 0.0),
    vec2(-1.0, 0.0),
    vec2(0.0, -1.0),
    vec2(0.0, 1.0),
    vec2(1.0, -1.0),
    vec2(-1.0, -1.0),
    vec2(1.0, 1.0),
    vec2(-1.0, 1.0),
];

/// A pin as it stands on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Where its code is.
    pub place: Pos2,
    /// The flag above that.
    pub flag: Rect,
}

impl Standing {
    /// Everything of the pin but its image.
    fn whole(&self) -> Rect {
        self.flag.union(ring(self.place))
    }

    /// An image of this size on one of the sides.
    fn beside(&self, side: Vec2, size: Vec2) -> Rect {
        let whole = self.whole();
        let away = 0.5 * (whole.size() + size) + Vec2::splat(GAP);
        let at = if side.x == 0.0 {
            whole.center() + side * away
        } else {
            self.flag.center() + side * vec2(away.x, 0.5 * size.y)
        };
        Rect::from_center_size(at, size)
    }
}

/// What the ring of the point covers where it is.
fn ring(at: Pos2) -> Rect {
    Rect::from_center_size(at, Vec2::splat(2.0 * POINT_RADIUS))
}

/// Whether a map of this size has room for images.
pub fn has_room(map: Vec2, scale: f32) -> bool {
    map.min_elem() >= ROOM * scale
}

/// The size of an image that is `aspect` times as wide as high.
pub fn image_size(aspect: f32, scale: f32) -> Vec2 {
    vec2(aspect.min(1.0), (1.0 / aspect).min(1.0)) * SIDE * scale
}

/// Where the images of the pins stand; none for a pin outside of the map. The point, too, is left free where that can
/// be. An image that finds no free place stands where it covers least.
pub fn places(pins: &[Standing], size: Vec2, map: Rect, point: Pos2) -> Vec<Option<Rect>> {
    let mut taken: Vec<Rect> = pins.iter().map(|pin| pin.whole().expand(CLEAR)).collect();
    let inside = map.shrink(GAP);
    let mut place = |pin: &Standing| {
        if !map.contains(pin.place) {
            return None;
        }
        let mut best: Option<(f32, Rect)> = None;
        for side in SIDES {
            let rect = kept_inside(pin.beside(side, size), inside);
            let covered: f32 = taken.iter().map(|other| shared(rect, *other)).sum();
            let cost = covered + POINT_COST * shared(rect, ring(point));
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, rect));
            }
        }
        let (_, rect) = best?;
        taken.push(rect.expand(CLEAR));
        Some(rect)
    };
    pins.iter().map(&mut place).collect()
}

/// The rectangle pushed back over the edges that it crosses.
fn kept_inside(rect: Rect, inside: Rect) -> Rect {
    let low = (inside.min - rect.min).max(Vec2::ZERO);
    let high = (inside.max - rect.max).min(Vec2::ZERO);
    rect.translate(low + high)
}

/// The area that two rectangles share.
fn shared(a: Rect, b: Rect) -> f32 {
    let both = a.intersect(b);
    if both.is_positive() { both.area() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::pos2;

    const MAP: Rect = Rect::from_min_max(pos2(10.0, 20.0), pos2(410.0, 320.0));
    const SIZE: Vec2 = Vec2::splat(34.0);
    const FAR_AWAY: Pos2 = pos2(-500.0, -500.0);

    fn pin(x: f32, y: f32) -> Standing {
        let place = pos2(x, y);
        Standing { place, flag: Rect::from_center_size(place - vec2(0.0, 19.5), Vec2::splat(15.0)) }
    }

    /// Images inside of the map that cover no pin and each other not.
    fn assert_free(pins: &[Standing], point: Pos2) -> Vec<Rect> {
        let images: Vec<Rect> =
            places(pins, SIZE, MAP, point).into_iter().map(|image| image.expect("in view")).collect();
        for (i, image) in images.iter().enumerate() {
            assert!(MAP.contains_rect(*image), "{i}: {image} is not inside {MAP}");
            assert_eq!(image.size(), SIZE, "{i}");
            for (k, pin) in pins.iter().enumerate() {
                let covered = shared(*image, pin.whole());
                assert_eq!(covered, 0.0, "image {i} at {image} covers pin {k}: {pin:?}");
            }
            for (k, other) in images[..i].iter().enumerate() {
                assert_eq!(shared(*image, *other), 0.0, "images {k} and {i}: {other} and {image}");
            }
            assert_eq!(shared(*image, ring(point)), 0.0, "image {i} at {image} covers the point at {point}");
        }
        images
    }

    #[test]
    fn an_image_stands_to_the_right_of_its_flag_where_nothing_is_in_the_way() {
        let pin = pin(200.0, 150.0);
        // A pin is dropped at the point, which stays there.
        for point in [FAR_AWAY, pin.place] {
            let image = assert_free(&[pin], point)[0];
            let away = image.left() - pin.flag.right();
            assert!((0.0..8.0).contains(&away), "{away} from the flag");
            assert_eq!(image.center().y, pin.flag.center().y);
        }
    }

    #[test]
    fn images_stay_inside_and_off_their_own_pin_at_every_edge_and_corner() {
        for x in [10.0, 12.0, 210.0, 404.0, 410.0] {
            for y in [20.0, 30.0, 170.0, 310.0, 320.0] {
                assert_free(&[pin(x, y)], FAR_AWAY);
            }
        }
    }

    #[test]
    fn images_cover_no_other_pin_no_image_and_not_the_point() {
        let point = pos2(230.0, 180.0);
        let pins = [(200.0, 150.0), (222.0, 150.0), (200.0, 200.0), (130.0, 150.0), (206.0, 90.0)];
        let pins = pins.map(|(x, y)| pin(x, y));
        let images = assert_free(&pins, point);
        let is_right = |i: usize| images[i].left() > pins[i].flag.right();
        let sides = [0, 1, 2, 3, 4].map(is_right);
        // In the way to the right: another pin; the point; the image of the first.
        assert_eq!(sides, [false, true, false, false, true], "{images:?}");
        // Two pins at one place.
        assert_free(&[pin(100.0, 100.0), pin(100.0, 100.0)], FAR_AWAY);
    }

    #[test]
    fn while_a_pin_is_dragged_its_image_goes_with_it_and_seldom_changes_sides() {
        let others = [pin(120.0, 150.0), pin(250.0, 160.0), pin(330.0, 140.0)];
        let mut changes = 0;
        let mut before: Option<Vec2> = None;
        for step in 0..=380 {
            let dragged = pin(20.0 + step as f32, 152.0);
            let pins = [others[0], others[1], others[2], dragged];
            let images = places(&pins, SIZE, MAP, FAR_AWAY);
            assert_eq!(images, places(&pins, SIZE, MAP, FAR_AWAY), "the same pins, other places");
            let beside = images[3].expect("in view").center() - dragged.place;
            changes += usize::from(before.is_some_and(|before| (before - beside).length() > 1.5));
            before = Some(beside);
        }
        // Past each of three pins it goes out of the way and comes back, some sides being taken on the way.
        assert!(changes <= 12, "{changes} jumps in 381 steps");
    }

    #[test]
    fn where_nothing_is_free_the_least_is_covered() {
        // A wall of pins around one; only to its lower left a little more is left.
        let around = (-3..=3).flat_map(|i| (-3..=3).map(move |k| (i, k)));
        let wall = around.filter(|(i, k)| (*i, *k) != (0, 0) && (*i, *k) != (-1, 1));
        let wall = wall.map(|(i, k)| pin(200.0 + 20.0 * i as f32, 170.0 + 30.0 * k as f32));
        let pins: Vec<Standing> = [pin(200.0, 170.0)].into_iter().chain(wall).collect();
        let image = places(&pins, SIZE, MAP, FAR_AWAY)[0].expect("in view");
        assert!(MAP.contains_rect(image), "{image}");
        let covered =
            |rect: Rect| pins.iter().map(|pin| shared(rect, pin.whole().expand(CLEAR))).sum::<f32>();
        let least =
            SIDES.map(|side| covered(pins[0].beside(side, SIZE))).into_iter().fold(f32::MAX, f32::min);
        assert!(least > 0.0, "something was free");
        assert_eq!(covered(image), least, "{image}");
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
