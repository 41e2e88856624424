//! Hourglass: train autoencoders live, and drag through latent space while they learn.
//!
//! The house has a room for everything, and no arrow points back:
//!
//! ```text
//! recipe, look <- data, chart <- model <- train <- insight <- document, engine <- export <- cli, app <- main
//!         look <- gpu <- engine, app, cli
//! ```
//!
//! How a number becomes a picture:
//!
//! ```text
//!             Recipe ─────────────────────────────────────────────┐
//!  files/built-in ─> Dataset (bytes) ─> Feed: batch as f32 ─> Learner::step ─> losses (still tensors)
//!                      thread "trainer": engine::Worker owns all of this line
//!    Command ─(bounded, never waits)─> worker ──> History (shared, bounded)   curves: never a queue
//!    live values ─(latest wins)──────> worker ──(bounded channel)─> Event     rare facts; progress coalesces
//!    Request ─(a slot per run and purpose, latest wins)─> worker: decode -> tensor -> WGSL pass -> texture
//!    wanted views ───────────────────> worker ─(slot per run and kind)─> View  only what a visible panel asked for
//!                                          └─ wake()   a closure: the engine never sees the window
//!  window:   App::logic = poll -> AppState::apply(Event);  App::ui = panels(&AppState) -> Vec<Action> -> one dispatch
//!  headless: the same Engine with a wake that does nothing
//! ```

#[cfg(feature = "gui")]
pub mod app;
pub mod chart;
pub mod cli;
pub mod data;
pub mod document;
pub mod engine;
pub mod export;
pub mod gpu;
pub mod insight;
pub mod look;
pub mod model;
pub mod recipe;
pub mod train;
