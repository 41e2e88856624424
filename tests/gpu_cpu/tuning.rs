//! What kernel tuning finds out is written down, so that the next start need not find it out again.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use hourglass::train::read::read;

use super::gpu;

/// Set in the child that tunes.
const CHILD: &str = "HOURGLASS_TEST_TUNES_HERE";

#[test]
fn what_tuning_found_out_is_written_down() {
    let Some(gpu) = gpu() else { return };
    if std::env::var_os(CHILD).is_none() {
        return in_a_child();
    }
    let ones = |rows: usize, columns: usize| Tensor::<2>::ones([rows, columns], &gpu.device);
    let product = read(ones(37, 53).matmul(ones(53, 41))).expect("the device answers");
    assert!(product.iter().all(|x| (x - 53.0).abs() < 1e-3));
    let folders = directories::ProjectDirs::from("", "", "hourglass").expect("a home");
    let folder = folders.cache_dir().join("kernels");
    // The tuner writes in its own time.
    let start = Instant::now();
    while !holds(&folder, b"autotune") {
        let waited = start.elapsed() < Duration::from_secs(120);
        assert!(waited, "nothing about tuning was written into {}", folder.display());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Runs the test in a process of its own whose cache folder is new: what an earlier run wrote down proves nothing.
fn in_a_child() {
    let cache = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("this program");
    let tests = ["--exact", "tuning::what_tuning_found_out_is_written_down", "--nocapture"];
    let mut child = Command::new(program);
    // The folder of the cache on Linux, and the home that it lies in on other systems.
    child.args(tests).env(CHILD, "1").env("XDG_CACHE_HOME", cache.path()).env("HOME", cache.path());
    let output = child.output().expect("a child");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    if cfg!(target_os = "linux") {
        assert!(holds(&cache.path().join("hourglass/kernels"), b"autotune"), "it was written somewhere else");
    }
}

/// Whether a file in a folder holds these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let contents = files.filter_map(|file| std::fs::read(file.path()).ok());
    contents.into_iter().any(|content| content.windows(bytes.len()).any(|window| window == bytes))
}
