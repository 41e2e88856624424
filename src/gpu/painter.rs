//! Paints images into textures of the window, without ever reading them back.
//!
//! A tensor on the GPU is resolved to the piece of memory it occupies and bound where it is; pixels of the host are
//! uploaded into a buffer of our own. The same shader draws both. Everything is submitted on the queue that the
//! window uses too, so the window's next frame sees the whole picture or the one before, never half of it.

use burn::tensor::Tensor;
use burn_cubecl::cubecl::wgpu::{AutoCompiler, WgpuServer};
use burn_wgpu::{CubeBackend, Wgpu};
use std::sync::Arc;

use super::adapter::Graphics;
use super::canvas::{Canvas, Tiles};
use crate::look::{ColorMap, ColorStops};

/// Bytes uploaded at once. A device takes 128 MiB in a binding where it is least, and a sheet of large colour images is
/// four times that.
const UPLOAD: usize = 16 << 20;
/// Threads of a workgroup in each direction, as the shader says.
const WORKGROUP: u32 = 8;
/// The shader, behind the colours that it needs.
const SHADER: &str =
    concat!(include_str!("../../shaders/colors.wgsl"), include_str!("../../shaders/image_grid.wgsl"));

/// Where on a canvas images go, and in which colours.
#[derive(Clone, Copy, Debug)]
pub struct Placement {
    /// Where the first cell begins in the texture.
    pub origin: [u32; 2],
    /// The cells.
    pub tiles: Tiles,
    /// The cell of the first image.
    pub first: u32,
    /// How many images there are.
    pub count: u32,
    /// Colours of one-channel images, and of differences of any: then channels are averaged.
    pub colors: ColorMap,
}

impl Placement {
    /// Images that fill the cells from the first on.
    pub fn all(tiles: Tiles, colors: ColorMap) -> Self {
        Self { origin: [0, 0], tiles, first: 0, count: tiles.count() as u32, colors }
    }

    /// The rows of texels that are painted: those above the row of the first cell, and how many follow.
    fn rows_px(&self) -> [u32; 2] {
        let (columns, height) = (self.tiles.columns.max(1), self.tiles.height);
        let above = self.first / columns * height;
        [above, (self.first + self.count).div_ceil(columns) * height - above]
    }
}

/// What the shader reads with every pass: `Layout` in `image_grid.wgsl`, field by field.
#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
struct LayoutUniform {
    origin: [u32; 2],
    tile: [u32; 2],
    columns: u32,
    count: u32,
    channels: u32,
    first: u32,
    above: u32,
    /// The colours begin at a multiple of 16 bytes.
    padding: [u32; 3],
    colors: ColorStops,
}

impl From<&Placement> for LayoutUniform {
    fn from(place: &Placement) -> Self {
        let Placement { origin, tiles, first, count, colors } = *place;
        let Tiles { columns, rows: _, width, height, channels } = tiles;
        let [above, _] = place.rows_px();
        Self {
            origin,
            tile: [width, height],
            columns,
            count,
            channels,
            first,
            above,
            padding: [0; 3],
            colors: colors.stops(),
        }
    }
}

/// Why a tensor could not be painted where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a picture could not be drawn on the GPU ({0}); restart with --device cpu")]
pub struct PaintError(String);

/// The pass that paints, made once per device.
#[derive(Debug)]
pub struct Painter {
    graphics: Arc<Graphics>,
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::Buffer,
    upload: Option<wgpu::Buffer>,
}

impl Painter {
    /// A painter, where the device can run its shader.
    pub fn new(graphics: &Arc<Graphics>) -> Option<Self> {
        if !graphics.can_compute() {
            return None;
        }
        graphics.log_errors();
        let module = graphics.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("image grid"),
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let pipeline = graphics.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("image grid"),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        let layout = graphics.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("image grid layout"),
            size: size_of::<LayoutUniform>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Some(Self { graphics: Arc::clone(graphics), pipeline, layout, upload: None })
    }

    /// Paints images that lie in a GPU tensor, from where they are.
    ///
    /// # Shapes
    /// - images: `[count, pixels]`, or more rows than are placed
    pub fn paint_tensor(
        &self,
        canvas: &Canvas,
        place: Placement,
        images: Tensor<2>,
    ) -> Result<(), PaintError> {
        let failed = |what: &dyn std::fmt::Debug| PaintError(format!("{what:?}"));
        let primitive = images.try_into_primitive::<Wgpu>().map_err(|e| failed(&e))?;
        let client = primitive.client.clone();
        // Fused work that was only planned is carried out here; nobody waits for it.
        let resolved = client.resolve_tensor_float::<CubeBackend>(primitive);
        let contiguous = burn_cubecl::kernel::into_contiguous(resolved);
        let resource = contiguous
            .client
            .get_resource::<WgpuServer<AutoCompiler>>(contiguous.handle.clone())
            .map_err(|e| failed(&e))?;
        // The tensor is a slice of a shared page, so it is bound with its offset and size. The guard keeps it in
        // place until the pass is submitted; later writes are later in the same queue.
        self.paint(canvas, place, resource.resource().as_wgpu_bind_resource());
        drop(resource);
        Ok(())
    }

    /// Paints images that lie on the host, in tensor order.
    pub fn paint_pixels(&mut self, canvas: &Canvas, place: Placement, pixels: &[f32]) {
        let values = place.tiles.values().max(1);
        let at_once = (UPLOAD / (values * size_of::<f32>())).max(1);
        for (k, part) in pixels.chunks(at_once * values).enumerate() {
            let done = (k * at_once) as u32;
            let left = place.count.saturating_sub(done);
            let count = left.min(part.len().div_ceil(values) as u32);
            self.upload(canvas, Placement { first: place.first + done, count, ..place }, part);
        }
    }

    fn upload(&mut self, canvas: &Canvas, place: Placement, pixels: &[f32]) {
        let bytes: &[u8] = bytemuck::cast_slice(pixels);
        let size = bytes.len() as u64;
        let buffer = match self.upload.take() {
            Some(buffer) if buffer.size() >= size => buffer,
            _ => self.graphics.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("image grid upload"),
                size: size.next_power_of_two(),
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        self.graphics.queue.write_buffer(&buffer, 0, bytes);
        self.paint(canvas, place, buffer.as_entire_binding());
        self.upload = Some(buffer);
    }

    fn paint(&self, canvas: &Canvas, place: Placement, source: wgpu::BindingResource<'_>) {
        let Graphics { device, queue, .. } = &*self.graphics;
        queue.write_buffer(&self.layout, 0, bytemuck::bytes_of(&LayoutUniform::from(&place)));
        let view = canvas.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("image grid"),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &[
                entry(0, source),
                entry(1, self.layout.as_entire_binding()),
                entry(2, wgpu::BindingResource::TextureView(&view)),
            ],
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &group, &[]);
            let ([width, _], [_, height]) = (place.tiles.size(), place.rows_px());
            pass.dispatch_workgroups(width.div_ceil(WORKGROUP), height.div_ceil(WORKGROUP), 1);
        }
        queue.submit([encoder.finish()]);
    }
}
