//! `devices`: what there is to train on, and what `auto` would take.

use std::fmt::Write as _;

use super::failure::Failure;
use super::output::say;
use crate::gpu::Adapter;
use crate::gpu::adapter::adapters;

/// Lists the devices.
pub(super) fn run() -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    say(&list(&adapters(), cores))
}

/// The list as text: a line per device, then what `auto` means here.
fn list(adapters: &[Adapter], cores: usize) -> String {
    let mut lines = vec![["cpu".to_owned(), format!("the processor, {cores} {}", plural(cores, "thread"))]];
    for (number, adapter) in adapters.iter().enumerate() {
        let Adapter { name, backend, driver, is_software } = adapter;
        let software = if *is_software { "; a processor in disguise, slower than cpu" } else { "" };
        lines.push([format!("gpu:{number}"), format!("{name} ({backend}, {driver}{software})")]);
    }
    let width = lines.iter().map(|[name, _]| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for [name, about] in &lines {
        let _ = writeln!(text, "{name:width$}  {about}");
    }
    let first_real = adapters.iter().position(|adapter| !adapter.is_software);
    let _ = match (first_real, adapters) {
        (Some(number), _) => writeln!(text, "\nauto takes gpu:{number}, {}", adapters[number].name),
        (None, []) => writeln!(text, "\nauto takes cpu: there is no graphics adapter that can compute"),
        (None, _) => writeln!(text, "\nauto takes cpu: there is no real graphics card"),
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
    fn auto_takes_the_first_real_card() {
        let text = list(&[adapter("llvmpipe", true), adapter("Card A", false), adapter("Card B", false)], 8);
        assert!(text.ends_with("\nauto takes gpu:1, Card A\n"), "{text}");
        assert!(text.contains("gpu:0  llvmpipe (vulkan, driver 1; a processor in disguise"), "{text}");
    }

    #[test]
    fn without_a_real_card_auto_takes_the_processor_and_says_why() {
        assert!(
            list(&[], 1)
                .contains("cpu  the processor, 1 thread\n\nauto takes cpu: there is no graphics adapter")
        );
        assert!(
            list(&[adapter("llvmpipe", true)], 2).contains("auto takes cpu: there is no real graphics card")
        );
    }
}
