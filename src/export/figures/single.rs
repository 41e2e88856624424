//! One image, large: what the decoder makes of one point.

use super::page::{Layout, Page, Sizes};
use super::{Caption, Figure};
use crate::chart::pixels::{atlas, broken};
use crate::chart::scene::{Area, Scene};
use crate::data::ImageShape;
use crate::look::ColorScheme;

/// About how large the picture is drawn.
const SIDE: usize = 336;

/// One image with a title.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleImage {
    /// The values of the image, 0 to 1.
    pub pixels: Vec<f32>,
    /// Its shape.
    pub shape: ImageShape,
    /// What it is, such as `z = (−0.62, 1.05)`.
    pub title: String,
}

impl Figure for SingleImage {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        if self.shape.images_in(self.pixels.len()) == 0 {
            return Page::nothing(&self.title, caption, theme);
        }
        let image = &self.pixels[..self.shape.values()];
        let zoom = (SIDE / self.shape.width.max(self.shape.height)).max(1);
        let [width, height] = [self.shape.width, self.shape.height].map(|side| (side * zoom) as f64);
        // A tall picture still leaves the caption room.
        let content = [width.max(SIDE as f64 * 0.75), height];
        let notes: Vec<String> = broken(image).into_iter().collect();
        let mut page = Page::new(&Layout {
            title: &self.title,
            caption,
            notes: &notes,
            content,
            sizes: Sizes::for_width(content[0]),
            theme,
        });
        let area = Area::new(page.content.x, page.content.y, width, height);
        let edge = page.hairline(page.palette.line);
        page.scene.outline(area.grown(0.5 * edge.width), 0.0, edge);
        page.scene.image(area, atlas(image, self.shape, 1));
        page.scene
    }
}
