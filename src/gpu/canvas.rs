//! A texture of the window's and how tiles are laid out on it.

use crate::look::ColorMap;

/// A texture that the window owns and samples, and the trainer thread paints.
#[derive(Clone, Debug)]
pub struct Canvas {
    /// `Rgba8Unorm` with `STORAGE_BINDING | TEXTURE_BINDING`, as large as [`Tiles::size`] says.
    pub texture: wgpu::Texture,
    /// The colours of images with one channel.
    pub colors: ColorMap,
}

/// Equal tiles in rows and columns, in texture pixels, one texel per image pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Tiles to the right.
    pub columns: u32,
    /// Tiles downwards.
    pub rows: u32,
    /// Width of a tile.
    pub width: u32,
    /// Height of a tile.
    pub height: u32,
    /// Values per pixel, 1 or 3; channels lie one after the other, as in tensors.
    pub channels: u32,
}

impl Tiles {
    /// One image.
    pub fn single(height: usize, width: usize, channels: usize) -> Self {
        Self { columns: 1, rows: 1, width: width as u32, height: height as u32, channels: channels as u32 }
    }

    /// Many images of the same shape.
    pub fn grid(self, columns: usize, rows: usize) -> Self {
        Self { columns: columns as u32, rows: rows as u32, ..self }
    }

    /// Width and height of the whole, in texture pixels.
    pub fn size(&self) -> [u32; 2] {
        [self.columns * self.width, self.rows * self.height]
    }

    /// How many tiles there are.
    pub fn count(&self) -> usize {
        (self.columns * self.rows) as usize
    }

    /// Numbers in one tile.
    pub fn values(&self) -> usize {
        (self.width * self.height * self.channels) as usize
    }
}
