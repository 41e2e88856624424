//! The pixels of a data set in memory: bytes where the source has bytes, f32 where it has real numbers.
//!
//! Both mean numbers from 0 to 1. Bytes stay bytes, at a quarter of the memory: 60,000 MNIST images take 47 MB. A
//! source of real numbers is not rounded to grey levels. Every reader of a data set goes through [`PixelData::levels`]
//! or [`PixelData::write_f32`], so nothing else has to know which of the two it is.

use std::borrow::Cow;
use std::ops::Range;

/// All pixels of a data set, image after image, row-major, channels last.
#[derive(Clone, Debug, PartialEq)]
pub enum PixelData {
    /// One byte per value, 255 for 1.
    Bytes(Vec<u8>),
    /// One number per value, finite and from 0 to 1.
    Floats(Vec<f32>),
}

impl From<Vec<u8>> for PixelData {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<f32>> for PixelData {
    fn from(floats: Vec<f32>) -> Self {
        Self::Floats(floats)
    }
}

impl PixelData {
    /// The number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Floats(floats) => floats.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory per value.
    pub fn bytes_per_value(&self) -> u64 {
        match self {
            Self::Bytes(_) => 1,
            Self::Floats(_) => 4,
        }
    }

    /// The first value that is not a number from 0 to 1.
    pub fn invalid(&self) -> Option<f32> {
        match self {
            Self::Bytes(_) => None,
            Self::Floats(floats) => floats.iter().copied().find(|x| !(0.0..=1.0).contains(x)),
        }
    }

    /// Appends the values of another store. Where only one of the two holds bytes, both become f32.
    pub fn append(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Bytes(all), Self::Bytes(more)) => all.extend(more),
            (Self::Floats(all), Self::Floats(more)) => all.extend(more),
            (Self::Floats(all), Self::Bytes(more)) => all.extend(more.into_iter().map(level)),
            (Self::Bytes(all), Self::Floats(more)) => {
                let floats = all.iter().copied().map(level).chain(more).collect();
                *self = Self::Floats(floats);
            }
        }
    }

    /// The values at `range`, from 0 to 1.
    pub fn levels(&self, range: Range<usize>) -> impl Iterator<Item = f64> + '_ {
        let (bytes, floats) = match self {
            Self::Bytes(bytes) => (&bytes[range], &[][..]),
            Self::Floats(floats) => (&[][..], &floats[range]),
        };
        bytes.iter().map(|byte| f64::from(*byte) / 255.0).chain(floats.iter().copied().map(f64::from))
    }

    /// The values at `range` as bytes, rounded where they are real numbers: for display.
    pub fn bytes(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(&bytes[range]),
            Self::Floats(floats) => floats[range].iter().map(|x| (x * 255.0).round() as u8).collect(),
        }
    }

    /// Some images of so many values each.
    pub fn images(&self, images: &[usize], values: usize) -> Self {
        let range = |image: &usize| image * values..(image + 1) * values;
        match self {
            Self::Bytes(bytes) => {
                Self::Bytes(images.iter().flat_map(|at| &bytes[range(at)]).copied().collect())
            }
            Self::Floats(floats) => {
                Self::Floats(images.iter().flat_map(|at| &floats[range(at)]).copied().collect())
            }
        }
    }

    /// Appends the values of one image to `out` as f32, channel by channel.
    ///
    /// # Shapes
    /// - range: one image of `[height, width, channels]`
    /// - out: grows by `[channels, height, width]`
    pub fn write_f32(&self, range: Range<usize>, channels: usize, out: &mut Vec<f32>) {
        for channel in 0..channels {
            match self {
                Self::Bytes(bytes) => {
                    let plane = bytes[range.clone()].iter().skip(channel).step_by(channels);
                    out.extend(plane.map(|byte| level(*byte)));
                }
                Self::Floats(floats) => {
                    out.extend(floats[range.clone()].iter().skip(channel).step_by(channels));
                }
            }
        }
    }
}

/// A byte as a number from 0 to 1.
fn level(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_the_same_levels_as_f32_are_the_same_pixels() {
        let bytes: Vec<u8> = (0..=255).collect();
        let floats: Vec<f32> = bytes.iter().copied().map(level).collect();
        let (bytes, floats) = (PixelData::from(bytes), PixelData::from(floats));
        let written = |pixels: &PixelData| {
            let mut out = Vec::new();
            pixels.write_f32(30..42, 3, &mut out);
            out
        };
        assert_eq!(written(&bytes), written(&floats));
        assert_eq!(written(&bytes)[1], level(33), "the second value is red of the second pixel");
        assert_eq!(bytes.bytes(0..256), floats.bytes(0..256));
        assert_eq!((bytes.bytes_per_value(), floats.bytes_per_value()), (1, 4));
        for (byte, float) in bytes.levels(0..256).zip(floats.levels(0..256)) {
            assert!((byte - float).abs() < 1e-7, "{byte} and {float}");
        }
    }

    #[test]
    fn stores_of_two_kinds_become_one_of_real_numbers() {
        let mut pixels = PixelData::from(vec![0_u8, 255]);
        pixels.append(PixelData::from(vec![51_u8]));
        assert_eq!(pixels, PixelData::Bytes(vec![0, 255, 51]));
        pixels.append(PixelData::from(vec![0.3_f32]));
        pixels.append(PixelData::from(vec![255_u8]));
        assert_eq!(pixels, PixelData::Floats(vec![0.0, 1.0, 0.2, 0.3, 1.0]));
    }

    #[test]
    fn numbers_outside_of_0_to_1_are_found() {
        assert_eq!(PixelData::from(vec![0.0_f32, 1.0]).invalid(), None);
        assert_eq!(PixelData::from(vec![0.0_f32, 1.5]).invalid(), Some(1.5));
        assert!(PixelData::from(vec![f32::NAN]).invalid().is_some_and(f32::is_nan));
    }
}
