//! What a data set may be at most, checked before memory is allocated.

use super::error::DataError;
use super::shape::ImageShape;

/// The largest data set that is loaded.
#[derive(Clone, Copy, Debug)]
pub struct SizeLimits {
    /// The longest side of an image, in pixels.
    pub side: u32,
    /// The most bytes of pixels.
    pub bytes: u64,
}

impl Default for SizeLimits {
    /// Sides of up to 128 pixels, and 2 GiB of pixels: what a student's laptop has to spare.
    fn default() -> Self {
        Self { side: 128, bytes: 2 << 30 }
    }
}

impl SizeLimits {
    /// The shape of images of this size, or why they are refused. `name` is the file that promises them.
    pub fn shape(&self, name: &str, height: u32, width: u32, channels: u32) -> Result<ImageShape, DataError> {
        let name = || name.to_owned();
        if height > self.side || width > self.side {
            return Err(DataError::Size { name: name(), height, width, most: self.side });
        }
        if channels != 1 && channels != 3 {
            return Err(DataError::Channels { name: name(), channels });
        }
        Ok(ImageShape { height: height as usize, width: width as usize, channels: channels as usize })
    }

    /// Refuses `count` images where that is none, or more than memory should hold.
    pub fn check_memory(
        &self,
        name: &str,
        count: u64,
        shape: ImageShape,
        bytes_per_value: u64,
    ) -> Result<(), DataError> {
        if count == 0 || shape.values() == 0 {
            return Err(DataError::Empty { name: name.to_owned() });
        }
        // Images are numbered with 32 bits.
        let needed = count.saturating_mul(shape.values() as u64).saturating_mul(bytes_per_value);
        if needed > self.bytes || u32::try_from(count).is_err() {
            let (needed, most) = (gibibytes(needed), gibibytes(self.bytes));
            return Err(DataError::TooLarge { name: name.to_owned(), count, shape, needed, most });
        }
        Ok(())
    }
}

/// An amount of memory in words, such as `2.5 GiB`.
fn gibibytes(bytes: u64) -> String {
    let exact = bytes as f64 / (1_u64 << 30) as f64;
    if exact.fract() == 0.0 { format!("{exact} GiB") } else { format!("{exact:.1} GiB") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_with_the_memory_it_would_take() {
        let limits = SizeLimits::default();
        let shape = ImageShape { height: 128, width: 128, channels: 3 };
        assert!(limits.check_memory("a", 40_000, shape, 1).is_ok());
        let sentence = limits.check_memory("a", 40_000, shape, 4).expect_err("7 GiB").to_string();
        assert!(sentence.contains("40000 images of 128x128x3") && sentence.contains("7.3 GiB"), "{sentence}");
        assert!(sentence.contains("2 GiB"), "{sentence}");
        let pixel = ImageShape { height: 1, width: 1, channels: 1 };
        assert!(limits.check_memory("a", 1 << 33, pixel, 1).is_err());
        assert!(limits.check_memory("a", u64::MAX, shape, 4).is_err());
        assert!(limits.check_memory("a", 0, shape, 1).is_err());
    }
}
