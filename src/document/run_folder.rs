//! The files that `hourglass train` writes into a folder, and that other commands and the window open again.

/// The recipe that replays the training.
pub const RECIPE: &str = "recipe.toml";
/// The weights at its end.
pub const WEIGHTS: &str = "model.safetensors";
/// What it measured.
pub const SUMMARY: &str = "summary.json";
