//! Numbers as colours: grey, viridis and magma for quantities, blue and red for signed differences.
//!
//! Each colour map is a short table with straight lines in between. Shaders are handed the table of the map that they use
//! ([`ColorStops`]); `tests/gpu_cpu/pictures.rs` holds their colours equal to these. What lies outside a map takes the
//! nearest end, and what is not a number takes the low end (the middle, for a difference), so that a broken pixel never
//! panics.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::palette::{ColorScheme, Rgb};

/// How numbers become colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorMap {
    /// 0 is black, 1 is white, as the data set has them.
    #[default]
    Grey,
    /// 0 is dark violet, 1 is yellow; even steps look even.
    Viridis,
    /// 0 is black, 1 is pale yellow; even steps look even.
    Magma,
    /// −1 is blue, 0 is black, 1 is red: a signed difference, on a dark ground.
    Difference,
}

impl ColorMap {
    /// Those that can be chosen for images with one number per pixel.
    pub const OF_IMAGES: [Self; 3] = [Self::Grey, Self::Viridis, Self::Magma];

    /// Its name, in the window and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Viridis => "viridis",
            Self::Magma => "magma",
            Self::Difference => "difference",
        }
    }

    /// The colour of a number: from 0 to 1, or from −1 to 1 for a difference.
    pub fn color(self, value: f32) -> Rgb {
        match self {
            Self::Grey => [(unit(value, 0.0) * 255.0).round() as u8; 3],
            Self::Viridis => between(&VIRIDIS, unit(value, 0.0)),
            Self::Magma => between(&MAGMA, unit(value, 0.0)),
            Self::Difference => difference(value, ColorScheme::Dark),
        }
    }
}

/// The colours of a map as a shader reads them: `ColorStops` in `shaders/colors.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
pub struct ColorStops {
    /// Red, green and blue from 0 to 1, evenly spaced; the fourth number is unused.
    stops: [[f32; 4]; MOST_STOPS],
    /// The value of the first colour; that of the last one is 1.
    low: f32,
    /// The number of the last colour.
    last: f32,
    padding: [f32; 2],
}

/// The most colours of a map.
const MOST_STOPS: usize = 17;

impl ColorMap {
    /// The colours as a shader reads them.
    pub fn stops(self) -> ColorStops {
        let (table, low): (&[Rgb], f32) = match self {
            Self::Grey => (&BLACK_WHITE, 0.0),
            Self::Viridis => (&VIRIDIS, 0.0),
            Self::Magma => (&MAGMA, 0.0),
            Self::Difference => (&BLUE_BLACK_RED, -1.0),
        };
        let mut stops = [[0.0; 4]; MOST_STOPS];
        for (stop, color) in stops.iter_mut().zip(table) {
            stop.iter_mut().zip(color).for_each(|(channel, byte)| *channel = f32::from(*byte) / 255.0);
        }
        ColorStops { stops, low, last: (table.len() - 1) as f32, padding: [0.0; 2] }
    }
}

impl FromStr for ColorMap {
    type Err = String;

    /// Reads the name of one that can be chosen for images.
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::OF_IMAGES.into_iter().find(|map| map.name() == text);
        known.ok_or_else(|| format!("`{text}` is no colour map; use grey, viridis or magma"))
    }
}

/// The colour of a signed difference from −1 to 1: blue below zero, red above. No difference disappears into the page:
/// it is black in the dark scheme and white in the light one.
///
/// Half of a difference already has the full hue, and the other half makes it brighter (on white, darker). Colours in
/// proportion to the value, which one shader had, hide a difference of a tenth; colours in proportion to its square
/// root, which the window had, show noise as loudly as data.
pub fn difference(value: f32, scheme: ColorScheme) -> Rgb {
    let stops = match scheme {
        ColorScheme::Dark => &BLUE_BLACK_RED,
        ColorScheme::Light => &BLUE_WHITE_RED,
    };
    between(stops, unit(0.5 + 0.5 * value, 0.5))
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

const BLACK_WHITE: [Rgb; 2] = [[0; 3], [255; 3]];

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
        for (map, table) in [(ColorMap::Viridis, viridis_table), (ColorMap::Magma, magma_table)] {
            for (entry, want) in table {
                let got = map.color(entry as f32 / 255.0);
                let apart = got.iter().zip(want).map(|(got, want): (&u8, u8)| got.abs_diff(want)).max();
                assert!(apart <= Some(6), "entry {entry} of {map:?}: got {got:?}, want {want:?}");
            }
        }
    }

    #[test]
    fn colours_are_read_by_the_names_they_have() {
        for map in ColorMap::OF_IMAGES {
            assert_eq!(map.name().parse(), Ok(map));
        }
        let refused = "`jet` is no colour map; use grey, viridis or magma";
        assert_eq!("jet".parse::<ColorMap>(), Err(refused.to_owned()));
        assert!("difference".parse::<ColorMap>().is_err(), "images are no differences");
    }

    #[test]
    fn sequential_maps_only_grow_lighter() {
        for map in ColorMap::OF_IMAGES {
            let lightness: Vec<f32> = (0..=100)
                .map(|step| {
                    let [r, g, b] = map.color(step as f32 / 100.0).map(f32::from);
                    0.2126 * r + 0.7152 * g + 0.0722 * b
                })
                .collect();
            for (step, pair) in lightness.windows(2).enumerate() {
                assert!(pair[1] >= pair[0] - 0.75, "{map:?}, step {step}: {} then {}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn no_difference_disappears_and_nothing_panics() {
        let page = |scheme| if scheme == ColorScheme::Dark { [0; 3] } else { [255; 3] };
        for scheme in [ColorScheme::Dark, ColorScheme::Light] {
            assert_eq!(difference(0.0, scheme), page(scheme));
            assert_eq!(difference(f32::NAN, scheme), page(scheme));
            assert_eq!(difference(f32::INFINITY, scheme), difference(1.0, scheme));
            assert_eq!(difference(f32::NEG_INFINITY, scheme), difference(-1.0, scheme));
        }
        for map in ColorMap::OF_IMAGES {
            assert_eq!(map.color(f32::INFINITY), map.color(1.0));
            assert_eq!(map.color(f32::NEG_INFINITY), map.color(0.0));
            assert_eq!(map.color(f32::NAN), map.color(0.0));
        }
    }
}
