//! The field on the GPU: its values lie in a buffer there and become colours pixel by pixel.

use std::sync::Arc;

use eframe::egui::epaint::PaintCallbackInfo;
use eframe::egui::{Painter, Rect};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use crate::app::pictures::Plotting;

use super::overlay;

/// The shader, behind what it needs.
const SHADER: &str = concat!(
    include_str!("../../../../../shaders/overlay.wgsl"),
    include_str!("../../../../../shaders/colors.wgsl"),
    include_str!("../../../../../shaders/field.wgsl")
);

/// The name of the buffer of values.
const VALUES: &str = "values of the field";
/// What the shader is sent for a place that gave no number; see there.
const NO_NUMBER: f32 = -1.0;

/// Everything one frame of a field depends on.
pub struct FieldPaint {
    /// The values, row by row from the top.
    pub values: Arc<[f32]>,
    /// Places to the right and downwards.
    pub grid: [u32; 2],
    /// Where the field lies.
    pub rect: Rect,
    /// What is drawn at all.
    pub map: Rect,
    /// The values at the ends of the colours.
    pub span: [f32; 2],
    /// Whether colours are magma; else they are viridis.
    pub is_magma: bool,
    /// How bright it is.
    pub opacity: f32,
    /// What it is drawn onto.
    pub plotting: Plotting,
}

impl FieldPaint {
    /// Adds the field to what is drawn.
    pub fn add_to(self, painter: &Painter) {
        painter.add(Callback::new_paint_callback(self.map, self));
    }

    fn uniform(&self, screen: &ScreenDescriptor) -> overlay::Uniform {
        let (viewport, ppp) = overlay::viewport(&self.map, screen);
        let size = self.rect.size() * ppp;
        let mut words = overlay::words(&[
            self.rect.min.x * ppp - viewport.left_px as f32,
            self.rect.min.y * ppp - viewport.top_px as f32,
            size.x,
            size.y,
            viewport.width_px as f32,
            viewport.height_px as f32,
        ]);
        [words[6], words[7]] = self.grid;
        [words[8], words[9]] = self.span.map(f32::to_bits);
        words[10] = u32::from(self.is_magma);
        words[11] = self.opacity.to_bits();
        words
    }
}

impl CallbackTrait for FieldPaint {
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
        kept.take(device, queue, self);
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(kept) = resources.get::<Kept>() else { return };
        pass.set_pipeline(&kept.pipeline);
        pass.set_bind_group(0, &kept.group, &[]);
        pass.draw(0..3, 0..1);
    }
}

/// What stays on the GPU from frame to frame.
struct Kept {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
    values: wgpu::Buffer,
    shown: Option<Arc<[f32]>>,
    group: wgpu::BindGroup,
}

impl overlay::Kept for Kept {
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let module = overlay::module(device, "field", SHADER);
        let stages = (wgpu::ShaderStages::VERTEX_FRAGMENT, wgpu::ShaderStages::FRAGMENT);
        let layout = overlay::bind_layout(device, "field", stages, &[]);
        let pipeline = overlay::pipeline(device, (&module, "height"), (&layout, format));
        let uniform = overlay::uniform_buffer(device, "where the field lies");
        let values = overlay::storage_buffer(device, VALUES, size_of::<f32>());
        let group = bind(device, &layout, (&uniform, &values));
        Self { pipeline, layout, uniform, values, shown: None, group }
    }

    fn uniform(&self) -> &wgpu::Buffer {
        &self.uniform
    }
}

impl Kept {
    /// Sends the values to the GPU, if they are others than those that are there.
    fn take(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, field: &FieldPaint) {
        if self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, &field.values)) {
            return;
        }
        let numbers: Vec<f32> =
            field.values.iter().map(|value| if value.is_finite() { *value } else { NO_NUMBER }).collect();
        if self.values.size() < size_of_val(numbers.as_slice()) as u64 {
            self.values = overlay::storage_buffer(device, VALUES, size_of_val(numbers.as_slice()));
            self.group = bind(device, &self.layout, (&self.uniform, &self.values));
        }
        queue.write_buffer(&self.values, 0, bytemuck::cast_slice(&numbers));
        self.shown = Some(Arc::clone(&field.values));
    }
}

fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    (uniform, values): (&wgpu::Buffer, &wgpu::Buffer),
) -> wgpu::BindGroup {
    overlay::bind(device, "field", layout, &[uniform.as_entire_binding(), values.as_entire_binding()])
}
