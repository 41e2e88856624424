//! Numbers as colours: grey, viridis and magma for quantities, diverging maps for differences.
//!
//! Every map takes 0 to 1; what lies outside takes the nearest end, and what is not a number takes the low
//! end (the middle, in a diverging map), so that a broken pixel never panics.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::style::Rgb;

/// The colours of images that have one number per pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tint {
    /// Black to white, as the data set has them.
    #[default]
    Grey,
    /// Dark blue over green to yellow.
    Viridis,
    /// Black over purple to cream.
    Magma,
}

impl Tint {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Grey, Self::Viridis, Self::Magma];

    /// Its name, in the window and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Viridis => "viridis",
            Self::Magma => "magma",
        }
    }

    /// The colour of a value from 0 to 1.
    pub fn color(self, value: f32) -> Rgb {
        match self {
            Self::Grey => grey(value),
            Self::Viridis => viridis(value),
            Self::Magma => magma(value),
        }
    }
}

impl FromStr for Tint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|tint| tint.name() == text);
        known.ok_or_else(|| format!("`{text}` are no colours; use grey, viridis or magma"))
    }
}

/// Black to white.
pub fn grey(value: f32) -> Rgb {
    [(unit(value, 0.0) * 255.0).round() as u8; 3]
}

/// Dark blue over green to yellow; even steps look even, also printed in grey.
pub fn viridis(value: f32) -> Rgb {
    between(&VIRIDIS, unit(value, 0.0))
}

/// Black over purple to cream; even steps look even, also printed in grey.
pub fn magma(value: f32) -> Rgb {
    between(&MAGMA, unit(value, 0.0))
}

/// Blue over black to red, for a dark page: 0.5, no difference, disappears.
pub fn diverging_on_dark(value: f32) -> Rgb {
    between(&BLUE_BLACK_RED, unit(value, 0.5))
}

/// Blue over white to red, for a white page: 0.5, no difference, disappears.
pub fn diverging_on_light(value: f32) -> Rgb {
    between(&BLUE_WHITE_RED, unit(value, 0.5))
}

/// Every sixteenth colour of matplotlib's viridis (Nathaniel Smith and Stéfan van der Walt, CC0); in between,
/// a straight line is within 6 of 255 of the full table.
const VIRIDIS: [Rgb; 17] = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 129, 142],
    [33, 144, 140],
    [31, 159, 136],
    [40, 174, 128],
    [62, 188, 116],
    [93, 201, 99],
    [130, 211, 76],
    [171, 220, 50],
    [213, 226, 26],
    [253, 231, 37],
];

/// Every sixteenth colour of matplotlib's magma (the same authors, CC0); within 3 of 255 of the full table.
const MAGMA: [Rgb; 17] = [
    [0, 0, 4],
    [10, 8, 34],
    [29, 17, 70],
    [54, 16, 106],
    [80, 18, 124],
    [105, 28, 129],
    [130, 38, 129],
    [156, 46, 127],
    [182, 55, 121],
    [207, 65, 112],
    [230, 81, 99],
    [245, 105, 92],
    [251, 135, 97],
    [254, 165, 113],
    [254, 195, 135],
    [253, 224, 162],
    [252, 253, 191],
];

/// Both ends equally bright, so that neither sign of a difference looks larger.
const BLUE_BLACK_RED: [Rgb; 5] = [[92, 160, 255], [36, 88, 214], [0, 0, 0], [200, 48, 32], [255, 116, 92]];

/// Both ends equally dark, for the same reason.
const BLUE_WHITE_RED: [Rgb; 5] =
    [[24, 68, 150], [102, 158, 214], [255, 255, 255], [232, 128, 104], [168, 28, 36]];

/// The value in 0 to 1, or `instead` where it is not a number.
fn unit(value: f32, instead: f32) -> f32 {
    if value.is_nan() { instead } else { value.clamp(0.0, 1.0) }
}

/// The colour at a place from 0 to 1 along evenly spaced stops.
fn between(stops: &[Rgb], place: f32) -> Rgb {
    let last = stops.len() - 1;
    let along = place * last as f32;
    let first = (along as usize).min(last);
    let next = (first + 1).min(last);
    let share = along - first as f32;
    std::array::from_fn(|channel| {
        let (from, to) = (f32::from(stops[first][channel]), f32::from(stops[next][channel]));
        (from + share * (to - from)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_colours_come_out() {
        // Entries 0, 64, 100, 200 and 255 of the published tables of 256.
        let viridis_table =
            [(0, [68, 1, 84]), (100, [42, 118, 142]), (200, [112, 207, 87]), (255, [253, 231, 37])];
        let magma_table =
            [(0, [0, 0, 4]), (100, [137, 40, 129]), (200, [253, 152, 105]), (255, [252, 253, 191])];
        for (map, table) in [(viridis as fn(f32) -> Rgb, viridis_table), (magma, magma_table)] {
            for (entry, want) in table {
                let got = map(entry as f32 / 255.0);
                let apart = got.iter().zip(want).map(|(got, want): (&u8, u8)| got.abs_diff(want)).max();
                assert!(apart <= Some(6), "entry {entry}: got {got:?}, want {want:?}");
            }
        }
    }

    #[test]
    fn colours_are_read_by_the_names_they_have() {
        for tint in Tint::ALL {
            assert_eq!(tint.name().parse(), Ok(tint));
        }
        assert_eq!("jet".parse::<Tint>(), Err("`jet` are no colours; use grey, viridis or magma".to_owned()));
    }

    #[test]
    fn sequential_maps_only_grow_lighter() {
        for map in [grey, viridis, magma] {
            let lightness: Vec<f32> = (0..=100)
                .map(|step| {
                    let [r, g, b] = map(step as f32 / 100.0).map(f32::from);
                    0.2126 * r + 0.7152 * g + 0.0722 * b
                })
                .collect();
            for (step, pair) in lightness.windows(2).enumerate() {
                assert!(pair[1] >= pair[0] - 0.75, "step {step}: {} then {}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn no_difference_disappears_and_nothing_panics() {
        assert_eq!(diverging_on_dark(0.5), [0, 0, 0]);
        assert_eq!(diverging_on_light(0.5), [255, 255, 255]);
        assert_eq!(diverging_on_light(f32::NAN), [255, 255, 255]);
        for map in [grey, viridis, magma, diverging_on_dark, diverging_on_light] {
            assert_eq!(map(f32::INFINITY), map(1.0));
            assert_eq!(map(f32::NEG_INFINITY), map(0.0));
        }
    }
}
