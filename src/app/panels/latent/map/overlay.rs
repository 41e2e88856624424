//! Passes of our own within egui's: how a shader draws onto what egui has drawn so far, in egui's colours; and what all
//! of them need for it: a few numbers that are sent with every frame, and a buffer of what is drawn.

use eframe::egui::Rect;
use eframe::egui::epaint::ViewportInPixels;
use eframe::egui_wgpu::{CallbackResources, ScreenDescriptor};
use wgpu::{BindingType, BufferBindingType, BufferUsages, ShaderStages};

/// What a shader is told with every frame: its first struct, word by word.
pub type Uniform = [u32; 12];

/// The numbers of a uniform as words; what is left is zero.
pub fn words(numbers: &[f32]) -> Uniform {
    let mut words = [0; 12];
    words.iter_mut().zip(numbers).for_each(|(word, number)| *word = number.to_bits());
    words
}

/// The pixels of the screen that egui lets a pass draw on, and how many there are to a point: what is drawn begins at a
/// whole pixel, wherever its rectangle does.
pub fn viewport(rect: &Rect, screen: &ScreenDescriptor) -> (ViewportInPixels, f32) {
    let ppp = screen.pixels_per_point;
    (ViewportInPixels::from_points(rect, ppp, screen.size_in_pixels), ppp)
}

/// What a pass keeps on the GPU from frame to frame.
pub trait Kept: Send + Sync + Sized + 'static {
    /// Everything made ready to draw onto pictures of this format.
    fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self;
    /// Where the shader reads what it is told with every frame.
    fn uniform(&self) -> &wgpu::Buffer;
}

/// Opens a frame: the shader is told what is new. What the pass keeps is made ready for the first one.
pub fn open<'a, K: Kept>(
    (device, queue): (&wgpu::Device, &wgpu::Queue),
    resources: &'a mut CallbackResources,
    format: wgpu::TextureFormat,
    uniform: &Uniform,
) -> &'a mut K {
    let kept = resources.entry::<K>().or_insert_with(|| K::new(device, format));
    queue.write_buffer(kept.uniform(), 0, bytemuck::cast_slice(uniform));
    kept
}

/// A shader.
pub fn module(device: &wgpu::Device, label: &str, source: &str) -> wgpu::ShaderModule {
    let source = wgpu::ShaderSource::Wgsl(source.into());
    device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(label), source })
}

/// A buffer for the uniform.
pub fn uniform_buffer(device: &wgpu::Device, label: &str) -> wgpu::Buffer {
    buffer(device, label, size_of::<Uniform>(), BufferUsages::UNIFORM)
}

/// A buffer for at least so many bytes of what is drawn. It has room to grow, so that it is seldom made anew.
pub fn storage_buffer(device: &wgpu::Device, label: &str, bytes: usize) -> wgpu::Buffer {
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

/// Which stages see the uniform, which the storage; and what else the fragments see.
pub fn bind_layout(
    device: &wgpu::Device,
    label: &str,
    (uniform, storage): (ShaderStages, ShaderStages),
    others: &[BindingType],
) -> wgpu::BindGroupLayout {
    let buffer = |ty| BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    let buffers = [
        (uniform, buffer(BufferBindingType::Uniform)),
        (storage, buffer(BufferBindingType::Storage { read_only: true })),
    ];
    let others = others.iter().map(|ty| (ShaderStages::FRAGMENT, *ty));
    let entries: Vec<_> = (0..)
        .zip(buffers.into_iter().chain(others))
        .map(|(binding, (visibility, ty))| wgpu::BindGroupLayoutEntry {
            binding,
            visibility,
            ty,
            count: None,
        })
        .collect();
    device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries })
}

/// What the shader reads, in the order of the layout.
pub fn bind(
    device: &wgpu::Device,
    label: &str,
    layout: &wgpu::BindGroupLayout,
    resources: &[wgpu::BindingResource<'_>],
) -> wgpu::BindGroup {
    let entries: Vec<_> = (0..)
        .zip(resources)
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
        .collect();
    device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(label), layout, entries: &entries })
}

/// Draws triangles with the vertex shader `corner` and this fragment shader, blended as egui blends: colours are
/// gamma-encoded and multiplied by their opacity.
pub fn pipeline(
    device: &wgpu::Device,
    (module, fragment): (&wgpu::ShaderModule, &str),
    (layout, format): (&wgpu::BindGroupLayout, wgpu::TextureFormat),
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
