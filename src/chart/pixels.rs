//! Tensor values as pixels: `[channel, row, column]` of f32 in 0 to 1, into bytes row by row.

use super::scene::{PixelLayout, Pixels};
use crate::data::ImageShape;
use crate::look::{Rgb, count_label, mixed};

/// How bright a picture is under colours.
const FAINT: f32 = 0.6;

/// The images of a tensor, cut apart.
pub fn images(values: &[f32], shape: ImageShape) -> impl Iterator<Item = &[f32]> {
    values.chunks_exact(shape.values().max(1)).take(shape.images_in(values.len()))
}

/// One image, or a rectangle of images without gaps, as pixels: grey stays grey, three channels are colour.
pub fn atlas(values: &[f32], shape: ImageShape, columns: usize) -> Pixels {
    let is_color = shape.channels >= 3;
    if is_color {
        let plane = shape.height * shape.width;
        assemble(values, shape, columns, PixelLayout::Rgb, |image, at| {
            [0, 1, 2].map(|c| byte(image[c * plane + at]))
        })
    } else {
        assemble(values, shape, columns, PixelLayout::Grey, |image, at| [byte(image[at])])
    }
}

/// One difference of two images as pixels, its channels averaged.
pub fn difference(values: &[f32], shape: ImageShape, color: impl Fn(f32) -> Rgb) -> Pixels {
    let plane = shape.height * shape.width;
    assemble(values, shape, 1, PixelLayout::Rgb, |image, at| {
        let mean = image.iter().skip(at).step_by(plane.max(1)).sum::<f32>() / shape.channels as f32;
        color(mean)
    })
}

/// Signed values as colours on a picture: the larger, the less is seen of the picture. Channels are averaged.
pub fn overlay(values: &[f32], under: &[f32], shape: ImageShape, color: impl Fn(f32) -> Rgb) -> Pixels {
    let plane = (shape.height * shape.width).max(1);
    let mean = |of: &[f32], at: usize| of.iter().skip(at).step_by(plane).sum::<f32>() / shape.channels as f32;
    assemble(values, shape, 1, PixelLayout::Rgb, |image, at| {
        let value = mean(image, at);
        let grey = byte(FAINT * mean(under, at));
        mixed([grey; 3], color(value), f64::from(value.abs().min(1.0)))
    })
}

/// Places images row by row into one picture, pixel by pixel.
fn assemble<const BYTES: usize>(
    values: &[f32],
    shape: ImageShape,
    columns: usize,
    layout: PixelLayout,
    color: impl Fn(&[f32], usize) -> [u8; BYTES],
) -> Pixels {
    let columns = columns.max(1);
    let rows = shape.images_in(values.len()).div_ceil(columns);
    let across = columns * shape.width;
    let mut bytes = vec![0; across * rows * shape.height * BYTES];
    for (index, image) in images(values, shape).enumerate() {
        let (left, top) = (index % columns * shape.width, index / columns * shape.height);
        for row in 0..shape.height {
            for column in 0..shape.width {
                let to = ((top + row) * across + left + column) * BYTES;
                bytes[to..to + BYTES].copy_from_slice(&color(image, row * shape.width + column));
            }
        }
    }
    Pixels::new(across as u32, (rows * shape.height) as u32, layout, bytes)
}

/// A value from 0 to 1 as a byte. What is not a number is black, and counted by [`broken`].
fn byte(value: f32) -> u8 {
    // The cast turns NaN into 0 and cuts what lies outside.
    (value * 255.0).round() as u8
}

/// A remark on values that are not finite, if there are any.
pub fn broken(values: &[f32]) -> Option<String> {
    match values.iter().filter(|value| !value.is_finite()).count() {
        0 => None,
        1 => Some("1 pixel is not a number".to_owned()),
        count => Some(format!("{} pixels are not numbers", count_label(count as u64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_atlas_keeps_every_pixel_in_its_place() {
        let shape = ImageShape { height: 2, width: 1, channels: 1 };
        // Three images of two rows, two columns of images: the last place stays black.
        let atlas = atlas(&[0.0, 0.2, 0.4, 0.6, 0.8, 1.0], shape, 2);
        assert_eq!((atlas.width(), atlas.height()), (2, 4));
        assert_eq!(atlas.bytes(), [0, 102, 51, 153, 204, 0, 255, 0]);
    }

    #[test]
    fn channels_become_colour() {
        let shape = ImageShape { height: 1, width: 2, channels: 3 };
        let picture = atlas(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.2], shape, 1);
        assert_eq!(picture.bytes(), [255, 0, 0, 0, 255, 51]);
    }

    #[test]
    fn shapes_without_pixels_hold_no_images() {
        for shape in [(0, 4, 1), (4, 0, 1), (4, 4, 0)] {
            let shape = ImageShape { height: shape.0, width: shape.1, channels: shape.2 };
            assert_eq!(shape.images_in(100), 0);
            assert_eq!(images(&[1.0; 100], shape).count(), 0);
        }
    }
}
