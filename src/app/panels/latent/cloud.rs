//! The cloud of codes as one mesh: four corners per point, whatever its glyph.
//!
//! The glyphs are rasterised once into a small texture, exactly as large as they are drawn, each with a thin dark rim
//! that keeps it apart from the tiles and from its neighbours. The triangles are kept while nothing moves, so a resting
//! map costs nothing but the drawing.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::epaint::{Mesh, TessellationOptions, Tessellator};
use eframe::egui::{
    Color32, ColorImage, Context, Pos2, Rect, TextureHandle, TextureOptions, Vec2, pos2, vec2,
};

use crate::app::glyph::CLASS_GLYPHS;
use crate::app::theme::{Look, Theme};

use super::geometry::{Latent, Plane};

/// Radius of a point in points of the screen.
const RADIUS: f32 = 2.4;
/// How far the dark rim reaches beyond it.
const RIM: f32 = 0.9;
/// How dark the rim is.
const RIM_OPACITY: f32 = 0.55;
/// Samples along each side of a texel.
const SAMPLES: usize = 4;

/// What was drawn last, to be drawn again.
#[derive(Default)]
pub struct Drawn {
    version: u64,
    atlas: Option<Atlas>,
    mesh: Option<(Key, Arc<Mesh>)>,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawn").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Everything a mesh depends on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    cloud: u64,
    plane: Plane,
    hidden: BTreeSet<u8>,
    /// Size of a glyph in texels.
    cell: usize,
}

/// What the points are.
pub struct Points<'a> {
    /// The number of this cloud: another one means other places.
    pub version: u64,
    /// One place per point; not finite where there is none.
    pub places: &'a [Latent],
    /// One class per point, or nothing for images without labels.
    pub classes: &'a [u8],
    /// Classes that are not shown.
    pub hidden: &'a BTreeSet<u8>,
}

impl Drawn {
    /// A number no cloud had before.
    pub fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// The points of a cloud on a plane.
    pub fn mesh(&mut self, ctx: &Context, theme: &Theme, plane: &Plane, points: &Points<'_>) -> Arc<Mesh> {
        let pixels_per_point = ctx.pixels_per_point();
        let radius = RADIUS * theme.scale.sqrt();
        let cell = cell_px(radius, pixels_per_point);
        let key = Key { cloud: points.version, plane: *plane, hidden: points.hidden.clone(), cell };
        if let Some((known, mesh)) = &self.mesh
            && *known == key
        {
            return Arc::clone(mesh);
        }
        if self.atlas.as_ref().is_none_or(|atlas| atlas.cell != cell) {
            self.atlas = Some(Atlas::new(ctx, radius, pixels_per_point));
        }
        let mut mesh = Mesh::default();
        if let Some(atlas) = &self.atlas {
            mesh.texture_id = atlas.texture.id();
            let size = Vec2::splat(cell as f32 / pixels_per_point);
            fill(&mut mesh, plane, points, size);
        }
        let mesh = Arc::new(mesh);
        self.mesh = Some((key, Arc::clone(&mesh)));
        mesh
    }
}

/// Adds one quad per shown point, each with its class's glyph and colour.
fn fill(mesh: &mut Mesh, plane: &Plane, points: &Points<'_>, size: Vec2) {
    mesh.reserve_vertices(4 * points.places.len());
    mesh.reserve_triangles(2 * points.places.len());
    let share = 1.0 / CLASS_GLYPHS.len() as f32;
    // Pictures are dark in both looks, and so the points over them wear the colours that stand out on dark.
    let over_picture = Theme::new(Look::Dark, false);
    for (i, place) in points.places.iter().enumerate() {
        let class = points.classes.get(i).copied();
        if !place[0].is_finite() || class.is_some_and(|class| points.hidden.contains(&class)) {
            continue;
        }
        let center = plane.screen_from_latent(*place);
        if !plane.rect.expand(size.x).contains(center) {
            continue;
        }
        let glyph = usize::from(class.unwrap_or(0)) % CLASS_GLYPHS.len();
        let uv = Rect::from_min_size(pos2(glyph as f32 * share, 0.0), vec2(share, 1.0));
        let color = class.map_or(over_picture.accent, |class| over_picture.class(usize::from(class)));
        mesh.add_rect_with_uv(Rect::from_center_size(center, size), uv, color);
    }
}

/// All glyphs side by side, white with a dark rim.
struct Atlas {
    texture: TextureHandle,
    cell: usize,
}

impl Atlas {
    fn new(ctx: &Context, radius: f32, pixels_per_point: f32) -> Self {
        let cell = cell_px(radius, pixels_per_point);
        let image = atlas_image(cell, radius * pixels_per_point, RIM * pixels_per_point);
        Self { texture: ctx.load_texture("class glyphs", image, TextureOptions::LINEAR), cell }
    }
}

fn cell_px(radius: f32, pixels_per_point: f32) -> usize {
    // A triangle reaches 1.35 radii from its centre; one texel stays empty on either side.
    (2.0 * (1.4 * radius + RIM) * pixels_per_point).ceil() as usize + 2
}

fn atlas_image(cell: usize, radius_px: f32, rim_px: f32) -> ColorImage {
    let width = cell * CLASS_GLYPHS.len();
    let mut pixels = vec![Color32::TRANSPARENT; width * cell];
    for (number, glyph) in CLASS_GLYPHS.into_iter().enumerate() {
        let center = Pos2::new(0.5, 0.5) * cell as f32;
        let core = triangles(glyph.shape(center, radius_px, Color32::WHITE));
        let rim = triangles(glyph.shape(center, radius_px + rim_px, Color32::WHITE));
        for y in 0..cell {
            for x in 0..cell {
                let texel = pos2(x as f32, y as f32);
                let dark = Color32::BLACK.gamma_multiply(RIM_OPACITY * coverage(&rim, texel));
                let bright = Color32::WHITE.gamma_multiply(coverage(&core, texel));
                pixels[y * width + number * cell + x] = dark.blend(bright);
            }
        }
    }
    ColorImage::new([width, cell], pixels)
}

fn triangles(shape: eframe::egui::Shape) -> Vec<[Pos2; 3]> {
    let options = TessellationOptions {
        feathering: false,
        prerasterized_discs: false,
        round_rects_to_pixels: false,
        round_line_segments_to_pixels: false,
        ..TessellationOptions::default()
    };
    let mut mesh = Mesh::default();
    Tessellator::new(1.0, options, [1, 1], Vec::new()).tessellate_shape(shape, &mut mesh);
    mesh.triangles().map(|corners| corners.map(|i| mesh.vertices[i as usize].pos)).collect()
}

/// How much of a texel the triangles cover.
fn coverage(triangles: &[[Pos2; 3]], texel: Pos2) -> f32 {
    let sample = |i: usize| (i as f32 + 0.5) / SAMPLES as f32;
    let inside = (0..SAMPLES * SAMPLES)
        .map(|i| texel + vec2(sample(i % SAMPLES), sample(i / SAMPLES)))
        .filter(|point| triangles.iter().any(|triangle| contains(triangle, *point)))
        .count();
    inside as f32 / (SAMPLES * SAMPLES) as f32
}

fn contains([a, b, c]: &[Pos2; 3], point: Pos2) -> bool {
    let side = |from: Pos2, to: Pos2| (to - from).x * (point - from).y - (to - from).y * (point - from).x;
    let (ab, bc, ca) = (side(*a, *b), side(*b, *c), side(*c, *a));
    (ab >= 0.0 && bc >= 0.0 && ca >= 0.0) || (ab <= 0.0 && bc <= 0.0 && ca <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::latent::geometry::View;

    fn plane() -> Plane {
        Plane::new(View::default(), Rect::from_min_size(Pos2::ZERO, Vec2::splat(300.0)))
    }

    #[test]
    fn every_glyph_is_drawn_apart_and_inside_its_cell() {
        let cell = cell_px(RADIUS, 2.0);
        let image = atlas_image(cell, RADIUS * 2.0, RIM * 2.0);
        assert_eq!(image.size, [cell * CLASS_GLYPHS.len(), cell]);
        let alpha = |glyph: usize, x: usize, y: usize| image.pixels[y * image.size[0] + glyph * cell + x].a();
        let cells: Vec<Vec<u8>> = (0..CLASS_GLYPHS.len())
            .map(|glyph| (0..cell * cell).map(|i| alpha(glyph, i % cell, i / cell)).collect())
            .collect();
        for (glyph, pixels) in cells.iter().enumerate() {
            let ink = pixels.iter().filter(|a| **a > 128).count();
            assert!(ink > 12, "glyph {glyph} has {ink} texels of ink");
            let edge = (0..cell)
                .all(|i| pixels[i] == 0 && pixels[i * cell] == 0 && pixels[i * cell + cell - 1] == 0);
            assert!(edge, "glyph {glyph} runs over its cell");
            assert!(cells[..glyph].iter().all(|other| other != pixels), "glyph {glyph} looks like another");
        }
    }

    #[test]
    fn points_that_are_hidden_outside_or_no_numbers_cost_nothing() {
        let places = [[0.0, 0.0], [1.0, 1.0], [f32::NAN, 0.0], [50.0, 0.0]];
        let hidden = BTreeSet::from([1]);
        let points = Points { version: 1, places: &places, classes: &[0, 1, 0, 0], hidden: &hidden };
        let theme = Theme::new(Look::Dark, false);
        let mut mesh = Mesh::default();
        fill(&mut mesh, &plane(), &points, Vec2::splat(8.0));
        assert_eq!((mesh.vertices.len(), mesh.indices.len()), (4, 6));
        assert_eq!(mesh.vertices[0].color, theme.class(0));
        let middle = (mesh.vertices[0].pos.to_vec2() + mesh.vertices[3].pos.to_vec2()) / 2.0;
        assert_eq!(middle, vec2(150.0, 150.0));
    }
}
