//! The graphics device: what Burn needs of it, what it is called, and one of our own where there is no window.

use std::sync::Arc;

/// Handles of one wgpu device, shared by all that draw or compute.
#[derive(Clone, Debug)]
pub struct Graphics {
    /// The wgpu instance.
    pub instance: wgpu::Instance,
    /// The adapter the device was made from.
    pub adapter: wgpu::Adapter,
    /// The device.
    pub device: wgpu::Device,
    /// Its only queue.
    pub queue: wgpu::Queue,
}

/// What a list of devices says of one adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as the driver gives it.
    pub name: String,
    /// Vulkan, Metal, DirectX 12 or OpenGL.
    pub backend: String,
    /// The driver and its version.
    pub driver: String,
    /// Whether it is a software adapter, such as Mesa's llvmpipe or WARP.
    pub is_software: bool,
}

/// Why there is no device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphicsError {
    /// wgpu finds no adapter.
    #[error(
        "no graphics adapter was found; install a Vulkan, Metal or DirectX 12 driver, or use --device cpu"
    )]
    NoAdapter,
    /// A number that no adapter has.
    #[error("there is no GPU number {asked}; `hourglass devices` lists {count}")]
    NoSuchAdapter {
        /// The number asked for.
        asked: usize,
        /// How many there are.
        count: usize,
    },
    /// The adapter did not give a device.
    #[error("the graphics adapter {name} gave no device ({message}); use --device cpu")]
    NoDevice {
        /// The adapter's name.
        name: String,
        /// What wgpu said.
        message: String,
    },
}

impl Graphics {
    /// Logs uncaptured errors of the device from now on. The handlers of wgpu and of Burn panic on whichever thread the
    /// error occurs, also for errors of the window.
    pub(super) fn log_errors(&self) {
        self.device.on_uncaptured_error(Arc::new(|error: wgpu::Error| {
            log::error!("the GPU said: {error}");
        }));
    }

    /// A device of our own, for work without a window: the first real GPU, or the one with this number.
    pub fn headless(number: Option<usize>) -> Result<Arc<Self>, GraphicsError> {
        let instance = instance();
        let mut adapters = computing_adapters(&instance);
        let count = adapters.len();
        let chosen = match number {
            Some(asked) if asked < count => asked,
            Some(asked) => return Err(GraphicsError::NoSuchAdapter { asked, count }),
            None => adapters.iter().position(|a| !is_software(a)).unwrap_or(0),
        };
        if adapters.is_empty() {
            return Err(GraphicsError::NoAdapter);
        }
        let adapter = adapters.swap_remove(chosen);
        let descriptor = Self::device_descriptor(&adapter);
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).map_err(|error| {
            GraphicsError::NoDevice { name: adapter.get_info().name, message: error.to_string() }
        })?;
        Ok(Arc::new(Self { instance, adapter, device, queue }))
    }

    /// What a device must be asked for so that Burn's kernels run on it: everything the adapter has. CubeCL reads
    /// the features of the adapter and assumes that the device has enabled them. Left out are features behind `unsafe`, and
    /// mappable primary buffers, which slow discrete GPUs down.
    pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
        let unwanted =
            wgpu::Features::MAPPABLE_PRIMARY_BUFFERS.union(wgpu::Features::all_experimental_mask());
        wgpu::DeviceDescriptor {
            label: Some("hourglass"),
            required_features: adapter.features().difference(unwanted),
            required_limits: adapter.limits(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..Default::default()
        }
    }

    /// Whether it can run our painting pass: compute shaders that write `Rgba8Unorm` textures.
    pub fn can_compute(&self) -> bool {
        let flags = self.adapter.get_downlevel_capabilities().flags;
        let usages = self.adapter.get_texture_format_features(wgpu::TextureFormat::Rgba8Unorm).allowed_usages;
        flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS)
            && usages.contains(wgpu::TextureUsages::STORAGE_BINDING)
    }

    /// Whether it is a software adapter.
    pub fn is_software(&self) -> bool {
        is_software(&self.adapter)
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.adapter.get_info().name
    }
}

/// Every adapter that can compute, in the order of `gpu:N`.
pub fn adapters() -> Vec<Adapter> {
    computing_adapters(&instance()).iter().map(describe).collect()
}

fn describe(adapter: &wgpu::Adapter) -> Adapter {
    let info = adapter.get_info();
    Adapter {
        name: info.name.clone(),
        backend: info.backend.to_string(),
        driver: [info.driver.as_str(), info.driver_info.as_str()].join(" ").trim().to_owned(),
        is_software: is_software(adapter),
    }
}

/// OpenGL is left out: Burn's kernels need more than it has, and the same card would stand in the list a second time.
const BACKENDS: wgpu::Backends = wgpu::Backends::PRIMARY;

fn instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: BACKENDS,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    })
}

fn computing_adapters(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    pollster::block_on(instance.enumerate_adapters(BACKENDS))
}

fn is_software(adapter: &wgpu::Adapter) -> bool {
    let kind = adapter.get_info().device_type;
    !matches!(
        kind,
        wgpu::DeviceType::DiscreteGpu | wgpu::DeviceType::IntegratedGpu | wgpu::DeviceType::VirtualGpu
    )
}
