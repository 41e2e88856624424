//! Draws the cloud of codes: with a shader that reads the points from a storage buffer (`points`), else as one mesh, four
//! corners per point; and very many points as one picture made on the host (`splat`).
//!
//! The mesh is for adapters whose vertex shaders cannot read storage buffers, such as the Intel HD Graphics 3000 of a
//! ThinkPad X220: its OpenGL 3.3 has none. The picture is for them, too, and for software adapters.
//!
//! The glyphs are rasterised once into a small texture, exactly as large as they are drawn, each with a thin dark rim
//! that separates it from the tiles and from its neighbours. What was drawn is cached while nothing moves, so a map at rest
//! costs nothing but the drawing.

pub mod looks;
pub mod motion;
pub mod points;
pub mod splat;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::epaint::{Mesh, TessellationOptions, Tessellator};
use eframe::egui::{
    Color32, ColorImage, Context, Painter, Pos2, Rect, Shape, TextureHandle, TextureOptions, Vec2, pos2, vec2,
};

use crate::app::glyph::glyph_shape;
use crate::app::panels::WHOLE;
use crate::app::pictures::Plotting;
use crate::data::Dataset;
use crate::document::ColorBy;
use crate::look::Glyph;

use super::plane::codes::Cloud;
use super::plane::geometry::{Latent, MapTransform};
use looks::{Looks, PointSize};
use motion::{Motion, Moving, between};
use points::{PointInstance, PointsPaint};

/// How far the dark rim reaches beyond a point.
const RIM: f32 = 0.9;
/// How dark the rim is.
const RIM_OPACITY: f32 = 0.55;
/// Samples along each side of a texel.
const SAMPLES: usize = 4;
/// Where the processor draws, a moving cloud is drawn this often: the rest of its time is the training's.
const SOFTWARE_FRAME: Duration = Duration::from_millis(100);

/// Draws the points, and caches what was drawn last.
#[derive(Default)]
pub struct CloudPainter {
    looks: Option<(LooksKey, Arc<Looks>)>,
    motion: Motion,
    points: Option<(PointsKey, Arc<[PointInstance]>)>,
    atlas: Option<Atlas>,
    mesh: Option<(MeshKey, Arc<Mesh>)>,
    dots: Option<(DotsKey, TextureHandle)>,
}

impl std::fmt::Debug for CloudPainter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CloudPainter").finish_non_exhaustive()
    }
}

/// Everything the looks of points depend on: the version of the cloud, what colours mean, hidden classes.
type LooksKey = (u64, ColorBy, BTreeSet<u8>);

/// Everything the points on the GPU depend on.
type PointsKey = (u64, Arc<Looks>);

/// Everything a picture of dots depends on.
type DotsKey = (u64, MapTransform, f32, Arc<Looks>);

/// Everything a mesh depends on.
#[derive(Clone, Debug, PartialEq)]
struct MeshKey {
    cloud: u64,
    transform: MapTransform,
    looks: LooksKey,
    /// How far points have moved to their places.
    fraction: f32,
    /// Size of a glyph in texels.
    cell: usize,
}

/// What is drawn in one frame, and where.
struct Frame<'a> {
    cloud: &'a Cloud,
    looks: &'a Arc<Looks>,
    transform: &'a MapTransform,
    size: PointSize,
    /// How far points have moved to their places.
    fraction: f32,
}

impl CloudPainter {
    /// How the points of a cloud look.
    pub fn looks(
        &mut self,
        cloud: &Cloud,
        dataset: &Dataset,
        by: ColorBy,
        hidden: &BTreeSet<u8>,
    ) -> Arc<Looks> {
        let key = (cloud.version, by, hidden.clone());
        match &self.looks {
            Some((known, looks)) if *known == key => Arc::clone(looks),
            _ => {
                let looks = Arc::new(Looks::new(cloud, dataset, by, hidden));
                self.looks = Some((key, Arc::clone(&looks)));
                looks
            }
        }
    }

    /// How the points that were drawn last look.
    pub fn last_looks(&self) -> Option<Arc<Looks>> {
        self.looks.as_ref().map(|(_, looks)| Arc::clone(looks))
    }

    /// The values at the ends of the colours drawn last, where colours are values.
    pub fn range(&self) -> Option<[f32; 2]> {
        self.looks.as_ref().and_then(|(_, looks)| looks.range)
    }

    /// Draws the points of a cloud on a plane.
    pub fn paint(
        &mut self,
        painter: &Painter,
        transform: &MapTransform,
        scale: f32,
        cloud: &Cloud,
        looks: &Arc<Looks>,
        plotting: Option<Plotting>,
    ) {
        let size = PointSize::new(cloud.places.len(), transform.rect.area(), scale);
        let ctx = painter.ctx();
        let fraction = self.advance(ctx, cloud, plotting).fraction;
        let frame = Frame { cloud, looks, transform, size, fraction };
        match plotting.filter(|plotting| !(size.is_dot && plotting.is_software)) {
            Some(plotting) => self.plot(painter, &frame, plotting),
            None if size.is_dot => self.dots(painter, &frame),
            None => {
                let mesh = self.mesh(ctx, &frame);
                painter.add(Shape::Mesh(mesh));
            }
        }
    }

    /// Moves the points towards the places of a cloud, and has the window drawn again while they move.
    pub fn advance<'a>(
        &'a mut self,
        ctx: &Context,
        cloud: &'a Cloud,
        plotting: Option<Plotting>,
    ) -> Moving<'a> {
        let is_software = plotting.is_none_or(|plotting| plotting.is_software);
        let now_secs = ctx.input(|input| input.time);
        self.motion.go_to(cloud, now_secs);
        let moving = self.motion(cloud, now_secs);
        if moving.fraction < 1.0 {
            ctx.request_repaint_after(if is_software { SOFTWARE_FRAME } else { Duration::ZERO });
        }
        moving
    }

    /// Where the points are that are drawn now.
    pub fn motion<'a>(&'a self, cloud: &'a Cloud, now_secs: f64) -> Moving<'a> {
        let fraction = if self.motion.is_of(cloud) { self.motion.fraction(now_secs) } else { 1.0 };
        Moving { before: &self.motion.before, places: &cloud.places, fraction }
    }

    /// The points on the GPU.
    fn plot(&mut self, painter: &Painter, frame: &Frame<'_>, plotting: Plotting) {
        let Frame { cloud, looks, transform, size, fraction } = *frame;
        let pixels_per_point = painter.ctx().pixels_per_point();
        let points = self.points(cloud, looks);
        let (atlas, side_px) = if size.is_dot {
            (None, dot_px(size, pixels_per_point) as f32)
        } else {
            let atlas = self.atlas(size.radius, pixels_per_point);
            (Some(Arc::clone(&atlas.image)), atlas.cell as f32)
        };
        PointsPaint { points, atlas, transform: *transform, fraction, side_px, plotting }.add_to(painter);
    }

    /// The points as one picture that is made on the host.
    fn dots(&mut self, painter: &Painter, frame: &Frame<'_>) {
        let Frame { cloud, looks, transform, size, fraction } = *frame;
        let ppp = painter.ctx().pixels_per_point();
        let is_known = self.dots.as_ref().is_some_and(|((version, at, before, known), _)| {
            (*version, *at, *before) == (cloud.version, *transform, fraction) && Arc::ptr_eq(known, looks)
        });
        if !is_known {
            let moving = Moving { before: &self.motion.before, places: &cloud.places, fraction };
            let image = splat::splat(transform, moving, looks, ppp, dot_px(size, ppp));
            let key = (cloud.version, *transform, fraction, Arc::clone(looks));
            let texture = match self.dots.take() {
                Some((_, mut texture)) => {
                    texture.set(image, TextureOptions::NEAREST);
                    texture
                }
                None => painter.ctx().load_texture("points of the cloud", image, TextureOptions::NEAREST),
            };
            self.dots = Some((key, texture));
        }
        if let Some((_, texture)) = &self.dots {
            let (from, _) = splat::pixels(transform.rect, ppp);
            let corner = pos2(from[0], from[1]) / ppp;
            let rect = Rect::from_min_size(corner, texture.size_vec2() / ppp);
            painter.image(texture.id(), rect, WHOLE, Color32::WHITE);
        }
    }

    /// The shown points as the GPU reads them.
    fn points(&mut self, cloud: &Cloud, looks: &Arc<Looks>) -> Arc<[PointInstance]> {
        if let Some(((version, known), points)) = &self.points
            && *version == cloud.version
            && Arc::ptr_eq(known, looks)
        {
            return Arc::clone(points);
        }
        let points: Arc<[PointInstance]> = point_instances(&cloud.places, &self.motion.before, looks).into();
        self.points = Some(((cloud.version, Arc::clone(looks)), Arc::clone(&points)));
        points
    }

    fn atlas(&mut self, radius: f32, pixels_per_point: f32) -> &mut Atlas {
        if self.atlas.as_ref().is_some_and(|atlas| atlas.key != (radius, pixels_per_point)) {
            self.atlas = None;
        }
        self.atlas.get_or_insert_with(|| Atlas::new(radius, pixels_per_point))
    }

    /// The points as triangles for egui.
    fn mesh(&mut self, ctx: &Context, frame: &Frame<'_>) -> Arc<Mesh> {
        let Frame { cloud, looks, transform, size, fraction } = *frame;
        let pixels_per_point = ctx.pixels_per_point();
        let looks_key = self.looks.as_ref().map(|(key, _)| key.clone()).unwrap_or_default();
        let atlas = self.atlas(size.radius, pixels_per_point);
        let (cell, texture) = (atlas.cell, atlas.texture(ctx).id());
        let key = MeshKey { cloud: cloud.version, transform: *transform, looks: looks_key, fraction, cell };
        if let Some((known, mesh)) = &self.mesh
            && *known == key
        {
            return Arc::clone(mesh);
        }
        let mut mesh = Mesh::with_texture(texture);
        let moving = Moving { before: &self.motion.before, places: &cloud.places, fraction };
        fill(&mut mesh, transform, moving, looks, Vec2::splat(cell as f32 / pixels_per_point));
        let mesh = Arc::new(mesh);
        self.mesh = Some((key, Arc::clone(&mesh)));
        mesh
    }
}

/// Side of a dot in pixels.
fn dot_px(size: PointSize, pixels_per_point: f32) -> usize {
    (2.0 * size.radius * pixels_per_point).round().max(1.0) as usize
}

/// The points that are shown. One without a place is left out, and one without a place before does not move.
pub fn point_instances(places: &[Latent], before: &[Latent], looks: &Looks) -> Vec<PointInstance> {
    let points = places.iter().zip(before).zip(&looks.points);
    let shown = points.filter_map(|((place, before), look)| {
        let look = (*look).filter(|_| place[0].is_finite())?;
        let before = if before[0].is_finite() { before } else { place };
        let (color, glyph) = (look.color.to_array(), u32::from(look.glyph));
        Some(PointInstance { place: *place, before: *before, color, glyph })
    });
    shown.collect()
}

/// Adds one quad per shown point, each with its class's glyph and colour.
fn fill(mesh: &mut Mesh, transform: &MapTransform, moving: Moving<'_>, looks: &Looks, size: Vec2) {
    mesh.reserve_vertices(4 * moving.places.len());
    mesh.reserve_triangles(2 * moving.places.len());
    let width = 1.0 / Glyph::ALL.len() as f32;
    for ((before, place), look) in moving.before.iter().zip(moving.places).zip(&looks.points) {
        let Some(look) = (*look).filter(|_| place[0].is_finite()) else { continue };
        let center = transform.screen_from_latent(between(*before, *place, moving.fraction));
        if !transform.rect.expand(size.x).contains(center) {
            continue;
        }
        let uv = Rect::from_min_size(pos2(f32::from(look.glyph) * width, 0.0), vec2(width, 1.0));
        mesh.add_rect_with_uv(Rect::from_center_size(center, size), uv, look.color);
    }
}

/// All glyphs side by side, white with a dark rim.
struct Atlas {
    /// Radius of a point and pixels per point.
    key: (f32, f32),
    /// Side of a glyph in texels.
    cell: usize,
    image: Arc<ColorImage>,
    /// For egui, where the points are its triangles.
    texture: Option<TextureHandle>,
}

impl Atlas {
    fn new(radius: f32, pixels_per_point: f32) -> Self {
        let cell = cell_px(radius, pixels_per_point);
        let image = atlas_image(cell, radius * pixels_per_point, RIM * pixels_per_point);
        Self { key: (radius, pixels_per_point), cell, image: Arc::new(image), texture: None }
    }

    fn texture(&mut self, ctx: &Context) -> &TextureHandle {
        let image = &self.image;
        self.texture.get_or_insert_with(|| {
            ctx.load_texture("class glyphs", Arc::clone(image), TextureOptions::LINEAR)
        })
    }
}

fn cell_px(radius: f32, pixels_per_point: f32) -> usize {
    // One texel stays empty on either side.
    (2.0 * Glyph::REACH as f32 * (radius + RIM) * pixels_per_point).ceil() as usize + 2
}

fn atlas_image(cell: usize, radius_px: f32, rim_px: f32) -> ColorImage {
    let width = cell * Glyph::ALL.len();
    let mut pixels = vec![Color32::TRANSPARENT; width * cell];
    for (number, glyph) in Glyph::ALL.into_iter().enumerate() {
        let center = Pos2::new(0.5, 0.5) * cell as f32;
        let core = triangles(glyph_shape(glyph, center, radius_px, Color32::WHITE));
        let rim = triangles(glyph_shape(glyph, center, radius_px + rim_px, Color32::WHITE));
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
    use super::looks::PointLook;
    use super::*;
    use crate::app::theme::{ColorScheme, Theme};
    use crate::document::MapView;

    /// Radius of a point in these tests.
    const RADIUS: f32 = 2.4;

    fn transform() -> MapTransform {
        MapTransform::new(MapView::default(), Rect::from_min_size(Pos2::ZERO, Vec2::splat(300.0)))
    }

    #[test]
    fn every_glyph_is_drawn_apart_and_inside_its_cell() {
        let cell = cell_px(RADIUS, 2.0);
        let image = atlas_image(cell, RADIUS * 2.0, RIM * 2.0);
        assert_eq!(image.size, [cell * Glyph::ALL.len(), cell]);
        let alpha = |glyph: usize, x: usize, y: usize| image.pixels[y * image.size[0] + glyph * cell + x].a();
        let cells: Vec<Vec<u8>> = (0..Glyph::ALL.len())
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

    /// A point that is shown, one that is hidden, one that is nowhere and one outside.
    fn four() -> ([Latent; 4], Looks) {
        let look = PointLook { color: Theme::new(ColorScheme::Dark, false).class(2), glyph: 2 };
        let points = vec![Some(look), None, Some(look), Some(look)];
        ([[0.0, 0.0], [1.0, 1.0], [f32::NAN, 0.0], [50.0, 0.0]], Looks { points, range: None })
    }

    #[test]
    fn points_that_are_hidden_outside_or_not_finite_are_left_out() {
        let (places, looks) = four();
        let mut mesh = Mesh::default();
        let there = Moving { before: &places, places: &places, fraction: 1.0 };
        fill(&mut mesh, &transform(), there, &looks, Vec2::splat(8.0));
        assert_eq!((mesh.vertices.len(), mesh.indices.len()), (4, 6));
        assert_eq!(mesh.vertices[0].color, Theme::new(ColorScheme::Dark, false).class(2));
        let middle = (mesh.vertices[0].pos.to_vec2() + mesh.vertices[3].pos.to_vec2()) / 2.0;
        assert_eq!(middle, vec2(150.0, 150.0));
        // Half of the distance from one unit to the left, where a unit is 50 points.
        let before = [[-1.0, 0.0]; 4];
        let mut mesh = Mesh::default();
        let half = Moving { before: &before, places: &places, fraction: 0.5 };
        fill(&mut mesh, &transform(), half, &looks, Vec2::splat(8.0));
        let middle = (mesh.vertices[0].pos.to_vec2() + mesh.vertices[3].pos.to_vec2()) / 2.0;
        assert_eq!(middle, vec2(125.0, 150.0), "it is moving");
    }

    #[test]
    fn the_gpu_is_sent_what_is_shown_and_where_it_was() {
        let (places, looks) = four();
        let before = [[-1.0, 2.0], [0.0, 0.0], [0.0, 0.0], [f32::NAN, 0.0]];
        let points = point_instances(&places, &before, &looks);
        let color = Theme::new(ColorScheme::Dark, false).class(2).to_array();
        let point = |place, before| PointInstance { place, before, color, glyph: 2 };
        let want = [point([0.0, 0.0], [-1.0, 2.0]), point([50.0, 0.0], [50.0, 0.0])];
        assert_eq!(points, want, "the hidden one and the one that is nowhere are left out");
    }
}
