//! Pictures of any size and shape fitted to a square.

use image::imageops::{FilterType, overlay};
use image::{DynamicImage, GenericImageView as _, Rgba, RgbaImage};

use crate::recipe::Fit;

/// What pictures are fitted to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fitting {
    /// The side of the square; without one, pictures stay as they are.
    pub(super) side: Option<u32>,
    /// How a picture that is no square becomes one.
    pub(super) fit: Fit,
}

impl Fitting {
    /// A picture that is opaque and of the wanted size. What is transparent shows white paper.
    pub(super) fn fitted(self, picture: DynamicImage) -> DynamicImage {
        let picture = if picture.color().has_alpha() { on_paper(&picture) } else { picture };
        let Some(side) = self.side else { return picture };
        let (width, height) = picture.dimensions();
        let square = match self.fit {
            Fit::Squash => picture,
            Fit::Crop => {
                let shorter = width.min(height);
                picture.crop_imm((width - shorter) / 2, (height - shorter) / 2, shorter, shorter)
            }
            Fit::Pad => padded(&picture),
        };
        // A filter that takes the mean of many pixels where a picture becomes smaller.
        square.resize_exact(side, side, FilterType::Triangle)
    }
}

/// A picture with transparent parts on white.
fn on_paper(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let mut paper = RgbaImage::from_pixel(width, height, Rgba([255; 4]));
    overlay(&mut paper, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(paper).to_rgb8())
}

/// A picture in the middle of a square of the colour at its edge.
fn padded(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    let mut square = RgbaImage::from_pixel(longer, longer, edge(picture));
    let [left, top] = [(longer - width) / 2, (longer - height) / 2].map(i64::from);
    overlay(&mut square, &picture.to_rgba8(), left, top);
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(square).to_rgb8())
}

/// The median colour of the pixels at the edge.
fn edge(picture: &DynamicImage) -> Rgba<u8> {
    let pixels: Vec<[u8; 4]> = places_at_edge(picture).map(|(x, y)| picture.get_pixel(x, y).0).collect();
    let median = |channel: usize| {
        let mut values: Vec<u8> = pixels.iter().map(|pixel| pixel[channel]).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    };
    Rgba([median(0), median(1), median(2), 255])
}

fn places_at_edge(picture: &DynamicImage) -> impl Iterator<Item = (u32, u32)> {
    let (width, height) = picture.dimensions();
    let across = (0..width).flat_map(move |x| [(x, 0), (x, height.saturating_sub(1))]);
    let down = (0..height).flat_map(move |y| [(0, y), (width.saturating_sub(1), y)]);
    across.chain(down)
}

/// Whether pictures are of dark strokes on light paper: then their edges are lighter than grey.
pub(super) fn is_dark_on_light<'a>(pictures: impl Iterator<Item = &'a DynamicImage>) -> bool {
    let (mut sum, mut count) = (0_u64, 0_u64);
    for picture in pictures {
        for (x, y) in places_at_edge(picture) {
            let Rgba([red, green, blue, _]) = picture.get_pixel(x, y);
            sum += [red, green, blue].map(u64::from).iter().sum::<u64>();
            count += 3;
        }
    }
    count > 0 && sum > 140 * count
}
