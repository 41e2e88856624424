//! How images look, everywhere in the window: their colours, and what becomes of their pixels when they are drawn large.

use eframe::egui::{Color32, ColorImage, TextureOptions};

use super::theme;
use crate::document::Magnify;
use crate::gpu::Tiles;
use crate::look::ColorMap;

impl Magnify {
    /// For textures that egui uploads.
    pub fn options(self) -> TextureOptions {
        match self {
            Self::Squares => TextureOptions::NEAREST,
            Self::Smoothly => TextureOptions::LINEAR,
        }
    }

    /// For textures of our own. Single images are magnified; tiles that are shrunk as often as not keep their strokes.
    pub fn filter(self, is_shrunk: bool) -> wgpu::FilterMode {
        match self {
            Self::Squares if !is_shrunk => wgpu::FilterMode::Nearest,
            _ => wgpu::FilterMode::Linear,
        }
    }
}

/// How numbers from the host become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// 0 is dark, 1 is bright, in the colours chosen for images; three channels are red, green and blue.
    Image,
    /// −1 is blue, 0 is black, 1 is red; channels are averaged.
    Difference,
    /// 0 is dark violet, 1 is yellow; even steps look even.
    Viridis,
    /// 0 is black, 1 is pale yellow; even steps look even.
    Magma,
}

/// Tiles in tensor order as one image; what is missing stays black.
pub fn image_of(tiles: &Tiles, paint: Paint, tint: ColorMap, values: &[f32]) -> ColorImage {
    let [width, height] = tiles.size().map(|n| n as usize);
    let mut pixels = vec![Color32::BLACK; width * height];
    let (tile_width, tile_height) = (tiles.width as usize, tiles.height as usize);
    let plane = tile_width * tile_height;
    for (number, tile) in values.chunks_exact(tiles.values().max(1)).take(tiles.count()).enumerate() {
        let (column, row) = (number % tiles.columns as usize, number / tiles.columns as usize);
        for i in 0..plane {
            let (x, y) = (column * tile_width + i % tile_width, row * tile_height + i / tile_width);
            pixels[y * width + x] = pixel(paint, tint, tile, i, plane);
        }
    }
    ColorImage::new([width, height], pixels)
}

fn pixel(paint: Paint, tint: ColorMap, tile: &[f32], i: usize, plane: usize) -> Color32 {
    let rgb = match (paint, tile.len() / plane) {
        (Paint::Image, 3) => [tile[i], tile[plane + i], tile[2 * plane + i]].map(byte),
        (Paint::Image, _) => tint.color(tile[i]),
        (Paint::Viridis, _) => ColorMap::Viridis.color(tile[i]),
        (Paint::Magma, _) => ColorMap::Magma.color(tile[i]),
        (Paint::Difference, channels) => {
            let sum: f32 = (0..channels).map(|c| tile[c * plane + i]).sum();
            ColorMap::Difference.color(sum / channels as f32)
        }
    };
    theme::color(rgb)
}

/// A channel from 0 to 1 as a byte; the cast cuts what lies outside and turns NaN into 0.
fn byte(value: f32) -> u8 {
    (value * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_in_rows_from_the_top_left() {
        let tiles = Tiles::single(1, 2, 1).grid(2, 2);
        let image = image_of(&tiles, Paint::Image, ColorMap::Grey, &[0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        let white: Vec<usize> = (0..8).filter(|&i| image.pixels[i] == Color32::WHITE).collect();
        assert_eq!(image.size, [4, 2]);
        assert_eq!(white, [1, 2, 4, 5]);
    }

    #[test]
    fn channels_lie_one_after_the_other() {
        let tiles = Tiles::single(1, 2, 3);
        let image = image_of(&tiles, Paint::Image, ColorMap::Grey, &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!((image.pixels[0], image.pixels[1]), (Color32::RED, Color32::GREEN));
    }

    #[test]
    fn a_short_answer_leaves_black_tiles_rather_than_a_panic() {
        let image = image_of(&Tiles::single(2, 2, 1).grid(2, 1), Paint::Image, ColorMap::Grey, &[1.0; 4]);
        assert_eq!(image.pixels.iter().filter(|p| **p == Color32::BLACK).count(), 4);
    }

    #[test]
    fn grey_images_take_the_colours_that_were_chosen_and_others_keep_theirs() {
        let tiles = Tiles::single(1, 1, 1);
        for tint in ColorMap::OF_IMAGES {
            let [r, g, b] = tint.color(0.5);
            let image = image_of(&tiles, Paint::Image, tint, &[0.5]);
            assert_eq!(image.pixels[0].to_array(), [r, g, b, 255], "{}", tint.name());
            let color = image_of(&Tiles::single(1, 1, 3), Paint::Image, tint, &[1.0, 0.0, 0.0]);
            assert_eq!(color.pixels[0], Color32::RED);
            let difference = image_of(&tiles, Paint::Difference, tint, &[0.0]);
            assert_eq!(difference.pixels[0], Color32::BLACK);
        }
    }
}
