//! `devices`: lists the devices, and which one `auto` selects.

use std::fmt::Write as _;

use super::failure::Failure;
use super::output::print;
use crate::gpu::Adapter;
use crate::gpu::adapter::adapters;

/// Lists the devices.
pub(super) fn run() -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    print(&list(&adapters(), cores))
}

/// The list as text: a line per device, then what `auto` selects.
fn list(adapters: &[Adapter], cores: usize) -> String {
    let mut lines = vec![["cpu".to_owned(), format!("the processor, {cores} {}", plural(cores, "thread"))]];
    for (number, adapter) in adapters.iter().enumerate() {
        let Adapter { name, backend, driver, is_software } = adapter;
        let software = if *is_software { "; software rendering, slower than cpu" } else { "" };
        lines.push([format!("gpu:{number}"), format!("{name} ({backend}, {driver}{software})")]);
    }
    let width = lines.iter().map(|[name, _]| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for [name, about] in &lines {
        let _ = writeln!(text, "{name:width$}  {about}");
    }
    let first_hardware = adapters.iter().position(|adapter| !adapter.is_software);
    let _ = match (first_hardware, adapters) {
        (Some(number), _) => writeln!(text, "\nauto selects gpu:{number}, {}", adapters[number].name),
        (None, []) => writeln!(text, "\nauto selects cpu: no graphics adapter was found"),
        (None, _) => writeln!(text, "\nauto selects cpu: the graphics adapters are software"),
    };
    text
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(name: &str, is_software: bool) -> Adapter {
        Adapter {
            name: name.to_owned(),
            backend: "vulkan".to_owned(),
            driver: "driver 1".to_owned(),
            is_software,
        }
    }

    #[test]
    fn auto_selects_the_first_hardware_adapter() {
        let text = list(&[adapter("llvmpipe", true), adapter("Card A", false), adapter("Card B", false)], 8);
        assert!(text.ends_with("\nauto selects gpu:1, Card A\n"), "{text}");
        assert!(text.contains("gpu:0  llvmpipe (vulkan, driver 1; software rendering"), "{text}");
    }

    #[test]
    fn without_a_hardware_adapter_auto_selects_the_cpu_and_says_why() {
        assert!(
            list(&[], 1)
                .contains("cpu  the processor, 1 thread\n\nauto selects cpu: no graphics adapter was found")
        );
        assert!(
            list(&[adapter("llvmpipe", true)], 2)
                .contains("auto selects cpu: the graphics adapters are software")
        );
    }
}
