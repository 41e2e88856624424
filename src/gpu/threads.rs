//! The processor's threads: how many train, and who goes first where the processor draws the window too.

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Of 99, and below the middle on every system: a nice value of 7 on Linux, below normal on Windows.
const BEHIND_THE_WINDOW: u8 = 28;

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

/// Lets other threads go before this one and before the CPU backend's. Where the processor draws the window, a frame
/// and a training step want the same cores at the same time, and a hand that drags notices who comes second.
pub fn go_behind_the_window() {
    give_way();
    rayon::broadcast(|_| give_way());
}

fn give_way() {
    let Ok(value) = ThreadPriorityValue::try_from(BEHIND_THE_WINDOW) else { return };
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(value)) {
        log::info!("this system lets no thread go before another: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_gives_way_and_others_stay() {
        let before = thread_nice();
        let thread = std::thread::Builder::new().name("behind".to_owned()).spawn(|| {
            give_way();
            thread_nice()
        });
        let behind = thread.expect("a thread").join().expect("gave way");
        assert!(behind > before, "{behind} is not after {before}");
        assert_eq!(thread_nice(), before);
    }

    /// The nice value of this thread: the 19th word of its line in `/proc`, the 17th behind the name in brackets.
    fn thread_nice() -> i64 {
        let line = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux says");
        let (_, rest) = line.rsplit_once(')').expect("a name");
        rest.split_whitespace().nth(16).and_then(|word| word.parse().ok()).expect("a number")
    }
}
