//! The cloud on the GPU: the points lie in a buffer there, and to pan, to zoom or to move from one cloud to the next
//! only a few numbers are sent. The shader is `shaders/points.wgsl`.

use std::sync::Arc;

use eframe::egui::epaint::PaintCallbackInfo;
use eframe::egui::{ColorImage, Painter};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use crate::app::pictures::Plotting;

use crate::app::panels::latent::map::overlay;
use crate::app::panels::latent::plane::geometry::Plane;

/// The shader, behind what it needs.
const SHADER: &str = concat!(
    include_str!("../../../../../shaders/overlay.wgsl"),
    include_str!("../../../../../shaders/points.wgsl")
);

/// The name of the buffer of points.
const POINTS: &str = "points of the cloud";

/// The points as the shader reads them.
#[derive(Debug, PartialEq)]
pub struct Instances {
    /// Another number means other points.
    pub version: u64,
    /// Of every point: its place, the place before, its colour and its glyph.
    pub words: Vec<[u32; 6]>,
}

/// Everything one frame of the cloud depends on.
pub struct PointsPaint {
    /// The points.
    pub instances: Arc<Instances>,
    /// All glyphs side by side; none where points are dots.
    pub atlas: Option<Arc<ColorImage>>,
    /// Where they are drawn.
    pub plane: Plane,
    /// How far they have moved from the place before to their place, 0 to 1.
    pub share: f32,
    /// Side of a glyph or a dot, in pixels.
    pub side_px: f32,
    /// What they are drawn onto.
    pub plotting: Plotting,
}

impl PointsPaint {
    /// Adds the points to what is drawn.
    pub fn add_to(self, painter: &Painter) {
        painter.add(Callback::new_paint_callback(self.plane.rect, self));
    }

    /// Corners per point: a glyph is two triangles, a dot is cut out of one.
    fn corners(&self) -> u32 {
        if self.atlas.is_some() { 6 } else { 3 }
    }

    /// What the shader is told anew with every frame.
    fn uniform(&self, screen: &ScreenDescriptor) -> overlay::Uniform {
        let Plane { rect, center, scale } = self.plane;
        let (viewport, ppp) = overlay::viewport(&rect, screen);
        let origin = rect.center() * ppp;
        let mut words = overlay::words(&[
            center[0],
            center[1],
            origin.x - viewport.left_px as f32,
            origin.y - viewport.top_px as f32,
            viewport.width_px as f32,
            viewport.height_px as f32,
            scale * ppp,
            self.side_px,
            self.share,
        ]);
        words[9] = self.corners();
        words
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
        let (format, uniform) = (self.plotting.format, self.uniform(screen));
        let kept: &mut Kept = overlay::open((device, queue), resources, format, &uniform);
        kept.take_points(device, queue, &self.instances);
        if let Some(atlas) = &self.atlas {
            kept.take_atlas(device, queue, atlas);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(kept) = resources.get::<Kept>() else { return };
        let count = self.instances.words.len() as u32;
        if count == 0 {
            return;
        }
        pass.set_pipeline(if self.atlas.is_some() { &kept.glyphs } else { &kept.dots });
        pass.set_bind_group(0, &kept.group, &[]);
        // Not one instance per point: adapters have a price per instance that is higher than that of its corners.
        pass.draw(0..self.corners() * count, 0..1);
    }
}

/// What stays on the GPU from frame to frame.
struct Kept {
    glyphs: wgpu::RenderPipeline,
    dots: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
    points: wgpu::Buffer,
    version: u64,
    atlas: (Option<Arc<ColorImage>>, wgpu::TextureView),
    sampler: wgpu::Sampler,
    group: wgpu::BindGroup,
}

impl overlay::Kept for Kept {
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = overlay::module(device, "points", SHADER);
        let texture = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        let stages = (wgpu::ShaderStages::VERTEX, wgpu::ShaderStages::VERTEX);
        let layout = overlay::bind_layout(device, "cloud", stages, &[texture, sampler]);
        let [glyphs, dots] =
            ["glyph", "dot_of"].map(|entry| overlay::pipeline(device, (&module, entry), (&layout, format)));
        let uniform = overlay::uniform_buffer(device, "view of the cloud");
        let points = overlay::storage_buffer(device, POINTS, size_of::<[u32; 6]>());
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..wgpu::SamplerDescriptor::default()
        });
        let blank = atlas_texture(device, [1, 1]).create_view(&wgpu::TextureViewDescriptor::default());
        let group = bind(device, &layout, (&uniform, &points), (&blank, &sampler));
        Self { glyphs, dots, layout, uniform, points, version: 0, atlas: (None, blank), sampler, group }
    }

    fn uniform(&self) -> &wgpu::Buffer {
        &self.uniform
    }
}

impl Kept {
    /// Sends the points to the GPU, if they are others than those that are there.
    fn take_points(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, instances: &Instances) {
        if self.version == instances.version || instances.words.is_empty() {
            return;
        }
        let bytes: &[u8] = bytemuck::cast_slice(instances.words.as_flattened());
        if self.points.size() < bytes.len() as u64 {
            self.points = overlay::storage_buffer(device, POINTS, bytes.len());
            self.rebind(device);
        }
        queue.write_buffer(&self.points, 0, bytes);
        self.version = instances.version;
    }

    fn take_atlas(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, image: &Arc<ColorImage>) {
        if self.atlas.0.as_ref().is_some_and(|known| Arc::ptr_eq(known, image)) {
            return;
        }
        let [width, height] = image.size.map(|side| side as u32);
        let texture = atlas_texture(device, [width, height]);
        let rows =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * width), rows_per_image: None };
        queue.write_texture(texture.as_image_copy(), image.as_raw(), rows, texture.size());
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        self.atlas = (Some(Arc::clone(image)), view);
        self.rebind(device);
    }

    fn rebind(&mut self, device: &wgpu::Device) {
        let (buffers, texture) = ((&self.uniform, &self.points), (&self.atlas.1, &self.sampler));
        self.group = bind(device, &self.layout, buffers, texture);
    }
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

fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    (uniform, points): (&wgpu::Buffer, &wgpu::Buffer),
    (view, sampler): (&wgpu::TextureView, &wgpu::Sampler),
) -> wgpu::BindGroup {
    let resources = [
        uniform.as_entire_binding(),
        points.as_entire_binding(),
        wgpu::BindingResource::TextureView(view),
        wgpu::BindingResource::Sampler(sampler),
    ];
    overlay::bind(device, "cloud", layout, &resources)
}
