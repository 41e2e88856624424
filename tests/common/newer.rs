//! What tests of views share: waiting for the next one.

use std::sync::Arc;

use hourglass::engine::Worker;

use crate::workers::turn_until_there;

/// Turns the worker until a view is published that is not the one that is there now.
pub fn turn_until_newer<T>(worker: &mut Worker, latest: impl Fn() -> Option<Arc<T>>) -> Arc<T> {
    let before = latest();
    let is_newer = |view: &Arc<T>| before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, view));
    turn_until_there(worker, || latest().filter(is_newer))
}
