//! The cloud on the GPU: the points lie in a storage buffer, and to pan, to zoom or to move from one cloud to the next only
//! the uniform is written. The shader is `shaders/points.wgsl`.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use eframe::egui::epaint::PaintCallbackInfo;
use eframe::egui::{ColorImage, Painter};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use wgpu::{BindingResource, ShaderStages};

use crate::app::pictures::Plotting;

use crate::app::panels::latent::map::render::{self, OfRuns, PassDescriptor, PassResources};
use crate::app::panels::latent::plane::geometry::MapTransform;

/// The shader, after what it includes.
const SHADER: &str = concat!(
    include_str!("../../../../../shaders/overlay.wgsl"),
    include_str!("../../../../../shaders/points.wgsl")
);

/// The fragment stages of the shader.
const FRAGMENTS: [&str; 2] = ["glyph", "dot_of"];
/// Their indices.
const GLYPHS: usize = 0;
const DOTS: usize = 1;

/// A point as the shader reads it; see `Point` there.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct PointInstance {
    /// Its place in latent units.
    pub place: [f32; 2],
    /// The place it moves from.
    pub before: [f32; 2],
    /// Red, green, blue and opacity.
    pub color: [u8; 4],
    /// Which glyph of the atlas it is.
    pub glyph: u32,
}

/// The uniform of the shader; see `View` there.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct PointsUniform {
    center: [f32; 2],
    origin: [f32; 2],
    viewport: [f32; 2],
    scale: f32,
    side: f32,
    fraction: f32,
    corners: u32,
    padding: [u32; 2],
}

/// Everything that one frame of the cloud depends on.
pub struct PointsPaint {
    /// The points.
    pub points: Arc<[PointInstance]>,
    /// All glyphs side by side; `None` where points are dots.
    pub atlas: Option<Arc<ColorImage>>,
    /// Where they are drawn.
    pub transform: MapTransform,
    /// How far they have moved from the place before to their place, 0 to 1.
    pub fraction: f32,
    /// Side of a glyph or a dot, in pixels.
    pub side_px: f32,
    /// What they are drawn onto.
    pub plotting: Plotting,
}

impl PointsPaint {
    /// Adds the points to what is drawn.
    pub fn add_to(self, painter: &Painter) {
        painter.add(Callback::new_paint_callback(self.transform.rect, self));
    }

    /// Corners per point: a glyph is two triangles, a dot is cut out of one.
    fn corners(&self) -> u32 {
        if self.atlas.is_some() { 6 } else { 3 }
    }

    fn uniform(&self, screen: &ScreenDescriptor) -> PointsUniform {
        let MapTransform { rect, center, scale } = self.transform;
        let (viewport, ppp) = render::viewport(&rect, screen);
        let origin = rect.center() * ppp;
        PointsUniform {
            center,
            origin: [origin.x - viewport.left_px as f32, origin.y - viewport.top_px as f32],
            viewport: [viewport.width_px as f32, viewport.height_px as f32],
            scale: scale * ppp,
            side: self.side_px,
            fraction: self.fraction,
            corners: self.corners(),
            padding: [0; 2],
        }
    }
}

impl CallbackTrait for PointsPaint {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let of_runs = resources.entry::<OfRuns<PointsResources>>().or_insert_with(OfRuns::default);
        let resources =
            of_runs.of(self.plotting.place, || PointsResources::new(device, self.plotting.format));
        resources.pass.write_uniform(queue, &self.uniform(screen));
        resources.write_points(device, queue, &self.points);
        if let Some(atlas) = &self.atlas {
            resources.write_atlas(device, queue, atlas);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let of_runs = resources.get::<OfRuns<PointsResources>>();
        let Some(resources) = of_runs.and_then(|of_runs| of_runs.get(self.plotting.place)) else { return };
        let count = self.points.len() as u32;
        if count > 0 {
            let fragment = if self.atlas.is_some() { GLYPHS } else { DOTS };
            // Not one instance per point: on some adapters an instance costs more than its corners.
            resources.pass.draw(pass, fragment, self.corners() * count);
        }
    }
}

/// What stays on the GPU between frames.
struct PointsResources {
    pass: PassResources,
    /// The points that are there.
    written: Option<Arc<[PointInstance]>>,
    atlas: Option<Arc<ColorImage>>,
    atlas_view: wgpu::TextureView,
    sampler: wgpu::Sampler,
}

impl PointsResources {
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let texture = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let descriptor = PassDescriptor {
            label: "points of the cloud",
            shader: SHADER,
            fragments: &FRAGMENTS,
            uniform_stages: ShaderStages::VERTEX,
            uniform_bytes: size_of::<PointsUniform>(),
            storage_stages: ShaderStages::VERTEX,
            others: &[texture, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)],
        };
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        let atlas_view = view_of(&atlas_texture(device, [1, 1]));
        let pass = PassResources::new(device, format, &descriptor, &bindings(&atlas_view, &sampler));
        Self { pass, written: None, atlas: None, atlas_view, sampler }
    }

    /// Writes the points, unless they are there already.
    fn write_points(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, points: &Arc<[PointInstance]>) {
        let is_written = self.written.as_ref().is_some_and(|written| Arc::ptr_eq(written, points));
        if is_written || points.is_empty() {
            return;
        }
        let others = bindings(&self.atlas_view, &self.sampler);
        self.pass.write_storage(device, queue, bytemuck::cast_slice(points), &others);
        self.written = Some(Arc::clone(points));
    }

    /// Writes the atlas, unless it is there already.
    fn write_atlas(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, image: &Arc<ColorImage>) {
        if self.atlas.as_ref().is_some_and(|written| Arc::ptr_eq(written, image)) {
            return;
        }
        let [width, height] = image.size.map(|side| side as u32);
        let texture = atlas_texture(device, [width, height]);
        let rows =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * width), rows_per_image: None };
        queue.write_texture(texture.as_image_copy(), image.as_raw(), rows, texture.size());
        self.atlas_view = view_of(&texture);
        self.atlas = Some(Arc::clone(image));
        self.pass.bind(device, &bindings(&self.atlas_view, &self.sampler));
    }
}

/// The resources from binding 2 on.
fn bindings<'a>(view: &'a wgpu::TextureView, sampler: &'a wgpu::Sampler) -> [BindingResource<'a>; 2] {
    [BindingResource::TextureView(view), BindingResource::Sampler(sampler)]
}

fn view_of(texture: &wgpu::Texture) -> wgpu::TextureView {
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

fn atlas_texture(device: &wgpu::Device, [width, height]: [u32; 2]) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("class glyphs"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        // Colours are gamma-encoded, as egui's textures are.
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}
