//! The field on the GPU: its values lie in a storage buffer and become colours pixel by pixel.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use eframe::egui::epaint::PaintCallbackInfo;
use eframe::egui::{Painter, Rect};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use wgpu::ShaderStages;

use crate::app::pictures::Plotting;
use crate::look::{ColorMap, ColorStops};

use super::render::{self, OfRuns, PassDescriptor, PassResources};

/// The shader, after what it includes.
const SHADER: &str = concat!(
    include_str!("../../../../../shaders/overlay.wgsl"),
    include_str!("../../../../../shaders/colors.wgsl"),
    include_str!("../../../../../shaders/field.wgsl")
);

/// The value that the shader takes for a place without a finite one; see there.
const NOT_FINITE: f32 = -1.0;

/// Everything that one frame of a field depends on.
pub struct FieldPaint {
    /// The values, row by row from the top.
    pub values: Arc<[f32]>,
    /// Columns and rows of values.
    pub grid: [u32; 2],
    /// Where the field lies.
    pub rect: Rect,
    /// The part of the screen that is drawn at all.
    pub map: Rect,
    /// The values at the ends of the colour scale.
    pub span: [f32; 2],
    /// Its colours.
    pub colors: ColorMap,
    /// Its opacity.
    pub opacity: f32,
    /// What it is drawn onto.
    pub plotting: Plotting,
}

/// The uniform of the shader; see `Field` there.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct FieldUniform {
    origin: [f32; 2],
    size: [f32; 2],
    viewport: [f32; 2],
    grid: [u32; 2],
    low: f32,
    high: f32,
    opacity: f32,
    padding: f32,
    colors: ColorStops,
}

impl FieldPaint {
    /// Adds the field to what is drawn.
    pub fn add_to(self, painter: &Painter) {
        painter.add(Callback::new_paint_callback(self.map, self));
    }

    fn uniform(&self, screen: &ScreenDescriptor) -> FieldUniform {
        let (viewport, ppp) = render::viewport(&self.map, screen);
        let corner = self.rect.min * ppp;
        let size = self.rect.size() * ppp;
        FieldUniform {
            origin: [corner.x - viewport.left_px as f32, corner.y - viewport.top_px as f32],
            size: [size.x, size.y],
            viewport: [viewport.width_px as f32, viewport.height_px as f32],
            grid: self.grid,
            low: self.span[0],
            high: self.span[1],
            opacity: self.opacity,
            padding: 0.0,
            colors: self.colors.stops(),
        }
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
        let of_runs = resources.entry::<OfRuns<FieldResources>>().or_insert_with(OfRuns::default);
        let resources = of_runs.of(self.plotting.place, || FieldResources::new(device, self.plotting.format));
        resources.pass.write_uniform(queue, &self.uniform(screen));
        resources.write_values(device, queue, &self.values);
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let of_runs = resources.get::<OfRuns<FieldResources>>();
        if let Some(resources) = of_runs.and_then(|of_runs| of_runs.get(self.plotting.place)) {
            resources.pass.draw(pass, 0, 3);
        }
    }
}

/// What stays on the GPU between frames.
struct FieldResources {
    pass: PassResources,
    /// The values that are there.
    written: Option<Arc<[f32]>>,
}

impl FieldResources {
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let descriptor = PassDescriptor {
            label: "field",
            shader: SHADER,
            fragments: &["height"],
            uniform_stages: ShaderStages::VERTEX_FRAGMENT,
            uniform_bytes: size_of::<FieldUniform>(),
            storage_stages: ShaderStages::FRAGMENT,
            others: &[],
        };
        Self { pass: PassResources::new(device, format, &descriptor, &[]), written: None }
    }

    /// Writes the values, unless they are there already.
    fn write_values(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, values: &Arc<[f32]>) {
        if self.written.as_ref().is_some_and(|written| Arc::ptr_eq(written, values)) {
            return;
        }
        let finite = |value: &f32| if value.is_finite() { *value } else { NOT_FINITE };
        let numbers: Vec<f32> = values.iter().map(finite).collect();
        self.pass.write_storage(device, queue, bytemuck::cast_slice(&numbers), &[]);
        self.written = Some(Arc::clone(values));
    }
}
