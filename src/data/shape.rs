//! The size of an image: rows, columns and channels, and what follows from them.

use std::fmt;

/// The size of every image of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageShape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
}

impl ImageShape {
    /// The shape of tensors of `[channels, height, width]`.
    pub fn from_dims([channels, height, width]: [usize; 3]) -> Self {
        Self { height, width, channels }
    }

    /// Channels, height and width, in the order that tensors have them.
    pub fn dims(&self) -> [usize; 3] {
        [self.channels, self.height, self.width]
    }

    /// Values in one image, all channels counted.
    pub fn values(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Values in one channel of an image: its rows times its columns.
    pub fn plane(&self) -> usize {
        self.height * self.width
    }

    /// The number of whole images in `values` values; 0 for a shape without pixels.
    pub fn images_in(&self, values: usize) -> usize {
        values.checked_div(self.values()).unwrap_or(0)
    }

    /// Width over height; 1 for a shape without pixels.
    pub fn aspect(&self) -> f32 {
        if self.plane() == 0 { 1.0 } else { self.width as f32 / self.height as f32 }
    }

    /// Whether the images have colours.
    pub fn is_color(&self) -> bool {
        self.channels >= 3
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.height, self.width, self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_without_pixels_holds_no_images_and_is_square() {
        for (height, width, channels) in [(0, 4, 1), (4, 0, 1)] {
            let shape = ImageShape { height, width, channels };
            assert_eq!((shape.images_in(100), shape.aspect()), (0, 1.0), "{shape}");
        }
        assert_eq!(ImageShape { height: 4, width: 4, channels: 0 }.images_in(100), 0);
        assert_eq!(ImageShape::from_dims([3, 2, 4]), ImageShape { height: 2, width: 4, channels: 3 });
        assert_eq!(ImageShape::from_dims([3, 2, 4]).aspect(), 2.0);
    }
}
