//! Render passes of our own within egui's: a shader that draws onto what egui has drawn so far, with a uniform that is
//! written in every frame and a storage buffer of what is drawn.

use std::collections::BTreeMap;

use bytemuck::Pod;
use eframe::egui::Rect;
use eframe::egui::epaint::ViewportInPixels;
use eframe::egui_wgpu::ScreenDescriptor;
use wgpu::{BindingResource, BindingType, BufferBindingType, BufferUsages, ShaderStages};

/// What the maps of runs that train side by side keep on the GPU, by the place of the run: all maps of a frame are
/// prepared before the first of them is drawn.
pub struct OfRuns<T>(BTreeMap<usize, T>);

impl<T> Default for OfRuns<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> OfRuns<T> {
    /// What the run at this place keeps, to be written.
    pub fn of(&mut self, place: usize, new: impl FnOnce() -> T) -> &mut T {
        self.0.entry(place).or_insert_with(new)
    }

    /// What the run at this place keeps.
    pub fn get(&self, place: usize) -> Option<&T> {
        self.0.get(&place)
    }
}

/// What a pass consists of.
pub struct PassDescriptor<'a> {
    /// Its name in error messages and debuggers.
    pub label: &'static str,
    /// The shader. Its vertex stage is called `corner`; binding 0 is the uniform, binding 1 the storage buffer.
    pub shader: &'a str,
    /// The fragment stages: one pipeline for each.
    pub fragments: &'a [&'a str],
    /// Which stages read the uniform.
    pub uniform_stages: ShaderStages,
    /// Size of the uniform in bytes.
    pub uniform_bytes: usize,
    /// Which stages read the storage buffer.
    pub storage_stages: ShaderStages,
    /// What else the fragment stages read, from binding 2 on.
    pub others: &'a [BindingType],
}

/// What a pass keeps on the GPU between frames.
pub struct PassResources {
    label: &'static str,
    pipelines: Vec<wgpu::RenderPipeline>,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
    storage: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl PassResources {
    /// A pass that draws onto targets of this format. `others` are the resources from binding 2 on.
    pub fn new(
        device: &wgpu::Device,
        format: wgpu::TextureFormat,
        descriptor: &PassDescriptor<'_>,
        others: &[BindingResource<'_>],
    ) -> Self {
        let source = wgpu::ShaderSource::Wgsl(descriptor.shader.into());
        let label = descriptor.label;
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(label), source });
        let layout = bind_layout(device, descriptor);
        let fragments = descriptor.fragments.iter();
        let pipelines = fragments.map(|fragment| pipeline(device, &module, fragment, &layout, format));
        let pipelines = pipelines.collect();
        let uniform = buffer(device, label, descriptor.uniform_bytes, BufferUsages::UNIFORM);
        let storage = storage_buffer(device, label, 0);
        let group = bind(device, label, &layout, [&uniform, &storage], others);
        Self { label, pipelines, layout, uniform, storage, group }
    }

    /// Writes the uniform of the next frame.
    pub fn write_uniform(&self, queue: &wgpu::Queue, uniform: &impl Pod) {
        queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(uniform));
    }

    /// Writes what is drawn, into a larger buffer where that is necessary.
    pub fn write_storage(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        bytes: &[u8],
        others: &[BindingResource<'_>],
    ) {
        if self.storage.size() < bytes.len() as u64 {
            self.storage = storage_buffer(device, self.label, bytes.len());
            self.bind(device, others);
        }
        queue.write_buffer(&self.storage, 0, bytes);
    }

    /// Binds other resources from binding 2 on.
    pub fn bind(&mut self, device: &wgpu::Device, others: &[BindingResource<'_>]) {
        self.group = bind(device, self.label, &self.layout, [&self.uniform, &self.storage], others);
    }

    /// Draws so many vertices with one of the fragment stages.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'static>, fragment: usize, vertices: u32) {
        let Some(pipeline) = self.pipelines.get(fragment) else { return };
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.draw(0..vertices, 0..1);
    }
}

/// The pixels of the screen that egui lets a pass draw on, and pixels per point: a viewport begins at a whole pixel,
/// wherever its rectangle does.
pub fn viewport(rect: &Rect, screen: &ScreenDescriptor) -> (ViewportInPixels, f32) {
    let ppp = screen.pixels_per_point;
    (ViewportInPixels::from_points(rect, ppp, screen.size_in_pixels), ppp)
}

/// A buffer for at least so many bytes. It has room to grow, so that it is seldom made anew.
fn storage_buffer(device: &wgpu::Device, label: &str, bytes: usize) -> wgpu::Buffer {
    buffer(device, label, bytes.next_power_of_two().max(32), BufferUsages::STORAGE)
}

fn buffer(device: &wgpu::Device, label: &str, bytes: usize, usage: BufferUsages) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes as u64,
        usage: usage | BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

fn bind_layout(device: &wgpu::Device, descriptor: &PassDescriptor<'_>) -> wgpu::BindGroupLayout {
    let buffer = |ty| BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    let buffers = [
        (descriptor.uniform_stages, buffer(BufferBindingType::Uniform)),
        (descriptor.storage_stages, buffer(BufferBindingType::Storage { read_only: true })),
    ];
    let others = descriptor.others.iter().map(|ty| (ShaderStages::FRAGMENT, *ty));
    let entries: Vec<_> = (0..)
        .zip(buffers.into_iter().chain(others))
        .map(|(binding, (visibility, ty))| wgpu::BindGroupLayoutEntry {
            binding,
            visibility,
            ty,
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(descriptor.label),
        entries: &entries,
    })
}

fn bind(
    device: &wgpu::Device,
    label: &str,
    layout: &wgpu::BindGroupLayout,
    buffers: [&wgpu::Buffer; 2],
    others: &[BindingResource<'_>],
) -> wgpu::BindGroup {
    let buffers = buffers.map(wgpu::Buffer::as_entire_binding);
    let entries: Vec<_> = (0..)
        .zip(buffers.iter().chain(others))
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
        .collect();
    device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(label), layout, entries: &entries })
}

/// Triangles with the vertex stage `corner` and this fragment stage, blended as egui blends: colours are gamma-encoded
/// and multiplied by their opacity.
fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    fragment: &str,
    layout: &wgpu::BindGroupLayout,
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(fragment),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    let options = wgpu::PipelineCompilationOptions {
        constants: &[("is_linear", if format.is_srgb() { 1.0 } else { 0.0 })],
        ..wgpu::PipelineCompilationOptions::default()
    };
    let over = wgpu::BlendState {
        color: wgpu::BlendComponent {
            src_factor: wgpu::BlendFactor::One,
            dst_factor: wgpu::BlendFactor::OneMinusSrcAlpha,
            operation: wgpu::BlendOperation::Add,
        },
        alpha: wgpu::BlendComponent {
            src_factor: wgpu::BlendFactor::OneMinusDstAlpha,
            dst_factor: wgpu::BlendFactor::One,
            operation: wgpu::BlendOperation::Add,
        },
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("corner"),
            compilation_options: options.clone(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: options,
            targets: &[Some(wgpu::ColorTargetState {
                format,
                blend: Some(over),
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
