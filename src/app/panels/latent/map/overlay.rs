//! Passes of our own within egui's: how a shader draws onto what egui has drawn so far, in egui's colours.

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
