//! Where a run trains: on a real GPU through wgpu, or on the CPU.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use burn::tensor::Device;
use burn_cubecl::cubecl::config::cache::CacheConfig;
use burn_cubecl::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig as _};
use burn_wgpu::WgpuSetup;

use super::adapter::{Graphics, GraphicsError};

/// Commands gathered before they are handed to the GPU: few, so that a picture never waits long behind training.
const TASKS: usize = 32;

/// Where to train, as a person asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A real GPU where there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU, even a software one: the first, or the one with this number.
    Gpu(Option<usize>),
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu(None) => f.write_str("gpu"),
            Self::Gpu(Some(number)) => write!(f, "gpu:{number}"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "cpu" => Ok(Self::Cpu),
            None if text == "gpu" => Ok(Self::Gpu(None)),
            Some(("gpu", number)) if number.parse::<usize>().is_ok() => Ok(Self::Gpu(number.parse().ok())),
            _ => Err(format!("`{text}` is no device; use auto, cpu, gpu or gpu:N")),
        }
    }
}

/// A device to train on.
#[derive(Clone, Debug)]
pub struct Compute {
    /// The device, for Burn.
    pub device: Device,
    /// What it is, in words for a chip.
    pub chip: String,
    /// Whether its tensors live on a GPU.
    pub is_gpu: bool,
}

impl Compute {
    /// The CPU. One core is left to whoever watches, where there are more than two.
    pub fn cpu(reason: &str) -> Self {
        let threads = limit_threads();
        let chip = match (reason, threads) {
            ("", 1) => "CPU".to_owned(),
            ("", n) => format!("CPU · {n} threads"),
            (reason, _) => format!("CPU · {reason}"),
        };
        Self { device: Device::flex(), chip, is_gpu: false }
    }

    /// Registers a graphics device with Burn. Do it once per device: each time makes a new one.
    pub fn gpu(graphics: &Graphics) -> Result<Self, GraphicsError> {
        let info = graphics.adapter.get_info();
        remember_tuning(&format!("{} {}", info.name, info.driver_info));
        let setup = WgpuSetup {
            instance: graphics.instance.clone(),
            adapter: graphics.adapter.clone(),
            device: graphics.device.clone(),
            queue: graphics.queue.clone(),
            backend: info.backend,
        };
        let no_device = |message: String| GraphicsError::NoDevice { name: graphics.name(), message };
        let device = Device::wgpu_options()
            .tasks_max(TASKS)
            .setup(setup)
            .init()
            .map_err(|error| no_device(error.to_string()))?;
        // Burn has just put its own handler there.
        graphics.log_errors();
        Ok(Self { device, chip: info.name, is_gpu: true })
    }

    /// The device a choice stands for. `graphics` is the window's device, where there is a window.
    pub fn choose(choice: DeviceChoice, graphics: Option<&Arc<Graphics>>) -> Result<Self, GraphicsError> {
        match (choice, graphics) {
            (DeviceChoice::Cpu, _) => Ok(Self::cpu("")),
            (DeviceChoice::Gpu(_), Some(graphics)) => Self::gpu(graphics),
            (DeviceChoice::Gpu(number), None) => Self::gpu(&*Graphics::headless(number)?),
            (DeviceChoice::Auto, Some(graphics)) if graphics.is_software() => Ok(Self::cpu("no GPU found")),
            (DeviceChoice::Auto, Some(graphics)) => Self::gpu(graphics),
            (DeviceChoice::Auto, None) => match Graphics::headless(None) {
                Ok(graphics) if !graphics.is_software() => Self::gpu(&graphics),
                _ => Ok(Self::cpu("no GPU found")),
            },
        }
    }
}

/// Bounds the threads of the CPU backend and says how many there are. Only the first call counts, and only before
/// anybody else uses the pool: an engine calls it before all else. On two cores both train.
pub fn limit_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if cores > 2 { cores - 1 } else { cores };
    // Somebody may have set the pool up before, a test for instance; then theirs stays.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|k| format!("cpu {k}"));
    pool.build_global().ok();
    rayon::current_num_threads()
}

/// Keeps what kernel tuning finds out in the user's cache folder, under the name of adapter and driver: timings of
/// one GPU say nothing of another. CubeCL writes them down because its feature `persistence` is on (Cargo.toml).
fn remember_tuning(adapter: &str) {
    let Some(folders) = directories::ProjectDirs::from("", "", "hourglass") else {
        return;
    };
    let mut config = CubeClRuntimeConfig::default().override_from_env();
    config.environment.name = file_name(adapter);
    config.environment.path = CacheConfig::Directory(tuning_folder(folders.cache_dir()));
    // A second device in the same process keeps the first one's place.
    CubeClRuntimeConfig::try_set(config);
}

fn tuning_folder(cache: &Path) -> std::path::PathBuf {
    cache.join("kernels")
}

/// Letters and digits of a name, the rest as dashes.
fn file_name(name: &str) -> String {
    let dashed: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_from_the_command_line() {
        assert_eq!("auto".parse(), Ok(DeviceChoice::Auto));
        assert_eq!("gpu:2".parse(), Ok(DeviceChoice::Gpu(Some(2))));
        for wrong in ["", "cuda", "gpu:", "gpu:x", "cpu:1"] {
            assert!(wrong.parse::<DeviceChoice>().is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn an_adapter_becomes_a_file_name() {
        assert_eq!(
            file_name("llvmpipe (LLVM 15.0.6, 256 bits) Mesa 22.3.6"),
            "llvmpipe-LLVM-15-0-6-256-bits-Mesa-22-3-6"
        );
    }
}
