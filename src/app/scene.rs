//! Paints a [`Scene`] with egui.
//!
//! All images of a scene are parts of one texture. Those with one number per pixel get the colours that were chosen for
//! images, and all are magnified as was chosen.

use eframe::egui::epaint::{CircleShape, Mesh};
use eframe::egui::{
    self, Color32, ColorImage, CornerRadius, FontId, Pos2, Rect, Shape, StrokeKind, Ui, Vec2, pos2, vec2,
};

use super::glyph::glyph_shape;
use super::pictures::{Pictures, Shown};
use super::theme;
use crate::chart::scene::{Anchor, Area, PixelLayout, Pixels, Scene, Shape as SceneShape, Stroke, TextStyle};
use crate::look::ColorMap;

/// The width of a text in the font of the window, for whoever lays out a scene.
pub fn text_width(ui: &Ui) -> impl Fn(&str, f64) -> f64 + '_ {
    |text, size| {
        let font = FontId::proportional(size as f32);
        f64::from(ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x)
    }
}

/// The texture with the images of a scene. `version` changes whenever they do.
#[derive(Clone, Copy, Debug)]
pub struct ImageTexture {
    /// Tells the textures of different panels apart.
    pub name: &'static str,
    /// Changes whenever the images do.
    pub version: u64,
}

/// Paints a scene with its corner at `origin`; its background is not painted.
pub fn paint_scene(ui: &Ui, pictures: &Pictures, scene: &Scene, origin: Pos2, texture: ImageTexture) {
    let images: Vec<&Pixels> = scene.shapes().iter().filter_map(pixels_of).collect();
    let atlas = Atlas::of(&images);
    let shown = (!images.is_empty()).then(|| {
        pictures.host_image(texture.name, texture.version, atlas.size(), |tint| atlas.image(&images, tint))
    });
    let mut painter = ScenePainter { ui, origin: origin.to_vec2(), bars: Mesh::default() };
    let mut images_before = 0;
    for shape in scene.shapes() {
        if let (SceneShape::Image { area, .. }, Some(shown)) = (shape, shown) {
            painter.image(shown, atlas.part(images[images_before], images_before), area);
            images_before += 1;
        } else {
            painter.shape(shape);
        }
    }
    painter.flush();
}

fn pixels_of(shape: &SceneShape) -> Option<&Pixels> {
    if let SceneShape::Image { pixels, .. } = shape { Some(pixels) } else { None }
}

struct ScenePainter<'a> {
    ui: &'a Ui,
    origin: Vec2,
    /// Plain rectangles in a row: as one mesh, since anti-aliasing each would make thin ones pale.
    bars: Mesh,
}

impl ScenePainter<'_> {
    fn shape(&mut self, shape: &SceneShape) {
        if let SceneShape::Rect { area, rounding, fill: Some(fill), stroke: None } = shape
            && *rounding == 0.0
        {
            self.bars.add_colored_rect(self.rect(area), theme::color(*fill));
            return;
        }
        self.flush();
        match shape {
            SceneShape::Rect { area, rounding, fill, stroke } => {
                let fill = fill.map_or(Color32::TRANSPARENT, theme::color);
                let stroke = stroke.map_or(egui::Stroke::NONE, solid);
                let corner = CornerRadius::same(rounding.round() as u8);
                self.ui.painter().rect(self.rect(area), corner, fill, stroke, StrokeKind::Middle);
            }
            SceneShape::Polyline { points, stroke } => self.polyline(points, *stroke),
            SceneShape::Circle { center, radius, fill, stroke } => {
                self.ui.painter().add(CircleShape {
                    center: self.at(*center),
                    radius: *radius as f32,
                    fill: fill.map_or(Color32::TRANSPARENT, theme::color),
                    stroke: stroke.map_or(egui::Stroke::NONE, solid),
                });
            }
            SceneShape::Marker { glyph, center, radius, color, opacity } => {
                let color = theme::color(*color).gamma_multiply(*opacity as f32);
                self.ui.painter().add(glyph_shape(*glyph, self.at(*center), *radius as f32, color));
            }
            SceneShape::Text { at, text, style } => self.text(*at, text, *style),
            // Painted from the texture that holds all of them.
            SceneShape::Image { .. } => {}
        }
    }

    fn flush(&mut self) {
        if !self.bars.is_empty() {
            self.ui.painter().add(Shape::mesh(std::mem::take(&mut self.bars)));
        }
    }

    fn polyline(&self, points: &[[f64; 2]], stroke: Stroke) {
        let path: Vec<Pos2> = points.iter().map(|point| self.at(*point)).collect();
        match stroke.dash {
            Some([dash, gap]) => {
                let dashes = Shape::dashed_line(&path, solid(stroke), dash as f32, gap as f32);
                self.ui.painter().extend(dashes);
            }
            None => {
                self.ui.painter().add(Shape::line(path, solid(stroke)));
            }
        }
    }

    fn text(&self, at: [f64; 2], text: &str, style: TextStyle) {
        let font = FontId::proportional(style.size as f32);
        let galley = self.ui.painter().layout_no_wrap(text.to_owned(), font, theme::color(style.color));
        let Some(row) = galley.rows.first() else { return };
        let baseline = row.pos.y + row.glyphs.first().map_or(0.0, |glyph| glyph.pos.y);
        let left = match style.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => 0.5 * galley.size().x,
            Anchor::End => galley.size().x,
        };
        let corner = self.at(at) - vec2(left, baseline);
        self.ui.painter().galley(corner, galley, theme::color(style.color));
    }

    fn image(&mut self, shown: Shown, part: Rect, area: &Area) {
        self.flush();
        let mut mesh = Mesh::with_texture(shown.id);
        mesh.add_rect_with_uv(self.rect(area), part, Color32::WHITE);
        self.ui.painter().add(Shape::mesh(mesh));
    }

    fn at(&self, [x, y]: [f64; 2]) -> Pos2 {
        pos2(x as f32, y as f32) + self.origin
    }

    fn rect(&self, area: &Area) -> Rect {
        Rect::from_min_size(self.at([area.x, area.y]), vec2(area.width as f32, area.height as f32))
    }
}

/// A stroke as egui has it, without its dashes.
fn solid(stroke: Stroke) -> egui::Stroke {
    egui::Stroke::new(stroke.width as f32, theme::color(stroke.color))
}

/// Images side by side in one texture, each in a cell as large as the largest of them.
struct Atlas {
    columns: usize,
    rows: usize,
    cell: [usize; 2],
}

impl Atlas {
    fn of(images: &[&Pixels]) -> Self {
        let columns = (images.len() as f64).sqrt().ceil().max(1.0) as usize;
        let largest =
            |side: fn(&Pixels) -> u32| images.iter().map(|image| side(image)).max().unwrap_or(0) as usize;
        let rows = images.len().div_ceil(columns);
        Self { columns, rows, cell: [largest(Pixels::width), largest(Pixels::height)] }
    }

    fn size(&self) -> [usize; 2] {
        [self.columns * self.cell[0], self.rows * self.cell[1]]
    }

    /// The corner of an image, in pixels.
    fn corner(&self, index: usize) -> [usize; 2] {
        [index % self.columns * self.cell[0], index / self.columns * self.cell[1]]
    }

    /// The part of the texture that is an image.
    fn part(&self, image: &Pixels, index: usize) -> Rect {
        let [width, height] = self.size().map(|side| side.max(1) as f32);
        let [x, y] = self.corner(index).map(|at| at as f32);
        let size = vec2(image.width() as f32 / width, image.height() as f32 / height);
        Rect::from_min_size(pos2(x / width, y / height), size)
    }

    fn image(&self, images: &[&Pixels], tint: ColorMap) -> ColorImage {
        let [width, height] = self.size();
        let mut texels = vec![Color32::BLACK; width * height];
        for (index, image) in images.iter().enumerate() {
            let [left, top] = self.corner(index);
            let color = |bytes: &[u8]| match (image.layout(), bytes) {
                (PixelLayout::Rgb, &[r, g, b]) => theme::color([r, g, b]),
                _ => theme::color(tint.color(f32::from(bytes[0]) / 255.0)),
            };
            let depth = if image.layout() == PixelLayout::Rgb { 3 } else { 1 };
            let across = (image.width() as usize).max(1);
            for (row, bytes) in image.bytes().chunks_exact(across * depth).enumerate() {
                let from = (top + row) * width + left;
                let texels = &mut texels[from..from + across];
                texels
                    .iter_mut()
                    .zip(bytes.chunks_exact(depth))
                    .for_each(|(texel, bytes)| *texel = color(bytes));
            }
        }
        ColorImage::new([width, height], texels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_has_its_part_of_the_texture() {
        let grey = Pixels::new(2, 1, PixelLayout::Grey, vec![0, 255]);
        let red = Pixels::new(1, 2, PixelLayout::Rgb, vec![255, 0, 0, 255, 0, 0]);
        let images = [&grey, &red, &grey];
        let atlas = Atlas::of(&images);
        let texture = atlas.image(&images, ColorMap::Grey);
        assert_eq!(texture.size, [4, 4]);
        let at = |image: &Pixels, index: usize, x: f32, y: f32| {
            let part = atlas.part(image, index);
            let place = part.min + vec2(x, y) * part.size();
            texture.pixels[(place.y * 4.0) as usize * 4 + (place.x * 4.0) as usize]
        };
        for (index, image) in [(0, &grey), (2, &grey)] {
            assert_eq!(at(image, index, 0.25, 0.5), Color32::BLACK, "left half of image {index}");
            assert_eq!(at(image, index, 0.75, 0.5), Color32::WHITE, "right half of image {index}");
        }
        for y in [0.25, 0.75] {
            assert_eq!(at(&red, 1, 0.5, y), Color32::RED, "the coloured image at {y}");
        }
    }

    #[test]
    fn images_of_one_number_take_the_chosen_colours_and_others_keep_theirs() {
        let grey = Pixels::new(1, 1, PixelLayout::Grey, vec![128]);
        let red = Pixels::new(1, 1, PixelLayout::Rgb, vec![255, 0, 0]);
        let images = [&grey, &red];
        let texture = Atlas::of(&images).image(&images, ColorMap::Viridis);
        let [r, g, b] = ColorMap::Viridis.color(128.0 / 255.0);
        assert_eq!(texture.pixels[0].to_array(), [r, g, b, 255]);
        assert_eq!(texture.pixels[1], Color32::RED);
    }
}
