//! The ten shapes of data points, one per class: colour alone does not tell classes apart for one reader in twelve,
//! nor on a page printed in grey.
//!
//! An outline is given around the origin, with y pointing down, in units of the radius of a disc that looks as large:
//! the areas of the shapes are alike, not their widths. (The window once had outlines of its own, whose areas differed
//! by 45 %; these differ by 20 %.)

/// The shape of a data point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    TriangleUp,
    /// ◆
    Diamond,
    /// ▼
    TriangleDown,
    /// +
    Plus,
    /// ×
    Cross,
    /// ★
    Star,
    /// ⬟
    Pentagon,
    /// ⬢
    Hexagon,
}

impl Glyph {
    /// All glyphs, in the order of the classes.
    pub const ALL: [Glyph; 10] = [
        Glyph::Circle,
        Glyph::Square,
        Glyph::TriangleUp,
        Glyph::Diamond,
        Glyph::TriangleDown,
        Glyph::Plus,
        Glyph::Cross,
        Glyph::Star,
        Glyph::Pentagon,
        Glyph::Hexagon,
    ];

    /// The distance from the origin that no glyph exceeds: the tips of the star.
    pub const REACH: f64 = STAR_RADII[0];

    /// The glyph of a class. After ten classes the glyphs shift against the colours, so that no two of the first
    /// hundred classes look the same.
    pub fn of_class(class: usize) -> Self {
        let all = Self::ALL.len();
        Self::ALL[(class + class / all) % all]
    }

    /// The corners of the glyph in order. The circle has none: it is the unit disc.
    pub fn outline(self) -> Vec<[f64; 2]> {
        match self {
            Glyph::Circle => Vec::new(),
            Glyph::Square => polygon(4, 1.25, 45.0),
            Glyph::TriangleUp => polygon(3, 1.5, -90.0),
            Glyph::Diamond => polygon(4, 1.3, 0.0),
            Glyph::TriangleDown => polygon(3, 1.5, 90.0),
            Glyph::Plus => cross(0.0),
            Glyph::Cross => cross(45.0),
            Glyph::Star => star(),
            Glyph::Pentagon => polygon(5, 1.15, -90.0),
            Glyph::Hexagon => polygon(6, 1.1, 0.0),
        }
    }

    /// Convex polygons that together cover the outline, for painters that fill no others.
    pub fn convex_parts(self) -> Vec<Vec<[f64; 2]>> {
        let outline = self.outline();
        let corners = |numbers: [usize; 4]| numbers.map(|number| outline[number]).to_vec();
        match self {
            Glyph::Circle => Vec::new(),
            // Two bars across each other; corners 0, 3, 6 and 9 are those where they meet.
            Glyph::Plus | Glyph::Cross => vec![corners([1, 2, 7, 8]), corners([4, 5, 10, 11])],
            // Five kites from the origin to the tips, which are the even corners.
            Glyph::Star => (0..5)
                .map(|tip| {
                    vec![[0.0, 0.0], outline[(2 * tip + 9) % 10], outline[2 * tip], outline[2 * tip + 1]]
                })
                .collect(),
            _ => vec![outline],
        }
    }
}

/// How far the tips and the dents of the star are from the origin.
const STAR_RADII: [f64; 2] = [1.65, 0.7];

fn at(radius: f64, degrees: f64) -> [f64; 2] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [radius * cos, radius * sin]
}

fn polygon(corners: u32, radius: f64, first_degrees: f64) -> Vec<[f64; 2]> {
    let turn = 360.0 / f64::from(corners);
    (0..corners).map(|corner| at(radius, first_degrees + turn * f64::from(corner))).collect()
}

fn star() -> Vec<[f64; 2]> {
    let radius = |corner: usize| STAR_RADII[corner % 2];
    (0..10).map(|corner| at(radius(corner), 36.0 * corner as f64 - 90.0)).collect()
}

/// Two bars across each other.
fn cross(degrees: f64) -> Vec<[f64; 2]> {
    const LONG: f64 = 1.4;
    const HALF_BAR: f64 = 0.36;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let arm = [[HALF_BAR, -HALF_BAR], [LONG, -HALF_BAR], [LONG, HALF_BAR]];
    let turns = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
    let upright = turns.iter().flat_map(|[c, s]| arm.map(|[x, y]| [x * c - y * s, x * s + y * c]));
    upright.map(|[x, y]| [x * cos - y * sin, x * sin + y * cos]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the area of a polygon, by the shoelace formula.
    fn doubled_area(corners: &[[f64; 2]]) -> f64 {
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next).map(|([x, y], [u, v])| x * v - u * y).sum::<f64>().abs()
    }

    /// Whether a point is inside a polygon: an odd number of its edges lie to the right.
    fn is_inside(corners: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
        let next = corners.iter().cycle().skip(1);
        let crossings = corners.iter().zip(next).filter(|([px, py], [qx, qy])| {
            (*py > y) != (*qy > y) && x < (qx - px) * (y - py) / (qy - py) + px
        });
        crossings.count() % 2 == 1
    }

    #[test]
    fn glyphs_cover_about_as_much_as_the_unit_disc() {
        for glyph in &Glyph::ALL[1..] {
            let area = 0.5 * doubled_area(&glyph.outline());
            let ratio = area / std::f64::consts::PI;
            assert!((0.9..1.15).contains(&ratio), "{glyph:?} covers {ratio:.2} of the disc");
        }
    }

    #[test]
    fn no_glyph_reaches_further_than_it_says() {
        let corners = Glyph::ALL.iter().flat_map(|glyph| glyph.outline());
        let furthest = corners.map(|[x, y]| x.hypot(y)).fold(0.0, f64::max);
        assert!((furthest - Glyph::REACH).abs() < 1e-12, "{furthest} and {}", Glyph::REACH);
    }

    #[test]
    fn the_convex_parts_cover_the_outline_and_nothing_else() {
        for glyph in Glyph::ALL {
            let (outline, parts) = (glyph.outline(), glyph.convex_parts());
            // Off the grid of the corners, so that no point lies on an edge.
            let places = (0..81).flat_map(|i| (0..81).map(move |j| [i, j]));
            for place in places.map(|place| place.map(|n| f64::from(n) * 0.04371 - 1.7483)) {
                let in_parts = parts.iter().any(|part| is_inside(part, place));
                assert_eq!(in_parts, is_inside(&outline, place), "{glyph:?} at {place:?}");
            }
        }
    }
}
