//! Hourglass: train autoencoders live and explore their latent space while they learn.
//!
//! # Modules
//!
//! ```text
//! recipe    what an experiment is: plain serde data; every parameter declared once
//! data      images in: built-in sets, one reader per file format, splits, batches, corruption
//! model     networks, the code layer, the terms of the objective                          (Burn)
//! train     steps, optimisers, pretraining, evaluation, checkpoints                        (Burn)
//! insight   measurements of a model or a data set, one file each                           (Burn)
//! look      how things look, as data: palette, glyphs, colour maps, ticks, number formats
//! chart     what a chart shows, as data: curves, references, ranges, thinning, labels
//! document  what a person makes and can save: recipes, live changes, explorer state, layout
//! engine    the trainer thread: messages, views, worker, runs, jobs                        (Burn)
//! gpu       one wgpu device shared by egui and Burn; tensors to textures             (wgpu, Burn)
//! sweep     a recipe trained at several values of a parameter, in programs of their own
//! export    figures as SVG and PNG, CSV, weights
//! cli       the headless commands
//! app       the window                                                                     (egui)
//! ```
//!
//! Imports point in one direction: `recipe, look <- data, chart <- model <- train <- insight <- document, engine <- sweep,
//! export <- {cli, app} <- main`; `gpu` is imported by `engine`, `app` and `cli`. Files do not import each other in a circle.
//! `tests/architecture.rs` checks this.
//!
//! # Data flow
//!
//! ```text
//!            Recipe ─────────────────────────────────────────────┐
//! files/built-in ─> Dataset ─> Feed: batch as f32 ─> Learner::step ─> losses (still tensors)
//!                     the thread "trainer" owns all of this line
//!   Command ─(bounded channel)──> worker ──> History (shared, bounded)
//!   live values ─(latest wins)──> worker ──(bounded channel)─> Event: rare facts; progress coalesces
//!   wants ─(the whole set, latest wins)─> worker: jobs with a time budget ─> views (latest value)
//!                                                 images: tensor ─> WGSL pass ─> texture
//!                                                 wake(): a closure; the engine never sees egui
//! window:   App::logic = poll -> AppState::apply(Event);  App::ui = panels(&AppState) -> Vec<Action> -> one dispatch
//! headless: the same Engine with a wake that does nothing
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
pub mod sweep;
pub mod train;
