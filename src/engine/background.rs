//! Threads for work that needs no Burn and nobody waits for.

/// Starts a thread that outlives the caller; a sentence says why there is none.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(|_| ()).map_err(|error| format!("The system gave no thread for {name}: {error}"))
}
