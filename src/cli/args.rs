//! The command line as data. What each command does stands in its own file.

use std::path::PathBuf;

use crate::gpu::DeviceChoice;
use crate::look::ColorMap;
use crate::recipe::{Recipe, Value};

use super::failure::Failure;
use super::window::{Size, Theme};

/// Passes over the training images where nothing says when to stop.
pub(super) const USUAL_EPOCHS: u64 = 20;

/// Train autoencoders live, and drag through latent space while they learn.
///
/// Without a command, the window opens. Where there is no display, the tour runs instead.
#[derive(Debug, clap::Parser)]
#[command(name = "hourglass", bin_name = "hourglass", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) order: Option<Order>,
    #[command(flatten)]
    pub(super) window: WindowArgs,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Order {
    /// Trains a recipe and writes what came of it
    Train(TrainArgs),
    /// Lists the built-in recipes
    Recipes(RecipesArgs),
    /// Says what a data set holds, and draws a contact sheet of it
    Data(DataArgs),
    /// Lists the devices, and which one auto would take
    Devices,
    /// Trains the default recipe for 20 seconds and writes the figures
    Tour(TourArgs),
    /// Measures how fast each recipe learns and decodes here
    Bench(BenchmarkArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct WindowArgs {
    /// Opens with this recipe instead of the one it was left with
    #[arg(long, value_name = "RECIPE")]
    pub(super) recipe: Option<String>,
    /// Trains this recipe beside it, on the same batches; may be given up to three times
    #[arg(long, value_name = "RECIPE")]
    pub(super) beside: Vec<String>,
    /// Where the window's runs train: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Saves what the window shows as a PNG, and exits
    #[arg(long, value_name = "FILE")]
    pub(super) screenshot: Option<PathBuf>,
    /// How long to wait between the first picture of the run and the screenshot
    #[arg(long, value_name = "SECONDS", default_value_t = 6.0, requires = "screenshot", value_parser = positive)]
    pub(super) after: f64,
    /// Size of the window, such as 1280x800
    #[arg(long, value_name = "WxH")]
    pub(super) size: Option<Size>,
    /// Colours of the window
    #[arg(long, value_enum)]
    pub(super) theme: Option<Theme>,
    /// Few controls in large type, for a class
    #[arg(long)]
    pub(super) simple: bool,
    /// Writes a row for every frame as CSV: its time, and what it showed
    #[arg(long, value_name = "FILE")]
    pub(super) frame_log: Option<PathBuf>,
    /// Writes the first moments as CSV: when the window opened, when pictures appeared
    #[arg(long, value_name = "FILE")]
    pub(super) trace: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct TrainArgs {
    /// Name of a built-in recipe, or a recipe file
    recipe: String,
    /// Images: digits, shapes, an IDX file, or a folder with MNIST's files
    #[arg(long, value_name = "PATH|NAME")]
    data: Option<String>,
    /// Changes a parameter; `hourglass recipes --parameters` lists them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Stops after so many passes over the training images
    #[arg(long, value_name = "N", group = "length")]
    epochs: Option<u64>,
    /// Stops after so many steps
    #[arg(long, value_name = "N", group = "length")]
    steps: Option<u64>,
    /// Stops after so many seconds of training
    #[arg(long, value_name = "S", group = "length")]
    seconds: Option<f64>,
    /// Where to train: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Where the weights, the order of the images and ε come from
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Receives recipe.toml, history.csv, summary.json, model.safetensors and the figures
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Colours of grey images in the figures: grey, viridis or magma
    #[arg(long, value_name = "NAME", default_value = "grey")]
    pub(super) colors: ColorMap,
    /// Prints one JSON object per line, the summary last
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RecipesArgs {
    /// Lists every parameter a recipe can have instead
    #[arg(long)]
    pub(super) parameters: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DataArgs {
    /// digits, shapes, an IDX file, or a folder with MNIST's files
    #[arg(value_name = "NAME|PATH")]
    pub(super) set: String,
    /// Draws a contact sheet into this PNG or SVG file
    #[arg(long, value_name = "FILE")]
    pub(super) sheet: Option<PathBuf>,
    /// Changes how a built-in set is drawn, such as data.count=2000
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) settings: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct TourArgs {
    /// Receives the figures
    #[arg(long, value_name = "DIR", default_value = super::tour::FOLDER)]
    pub(super) out: PathBuf,
    /// Where to train: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Trains for so long
    #[arg(long, value_name = "S", value_parser = positive, hide = true)]
    pub(super) seconds: Option<f64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct BenchmarkArgs {
    /// Families or recipes to measure, with commas between; all built-in recipes if left out
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) families: Vec<String>,
    /// What to measure: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Prints one JSON object per line
    #[arg(long)]
    pub(super) json: bool,
    /// Measures each recipe for so long
    #[arg(long, value_name = "S", value_parser = positive, default_value_t = 5.0, hide = true)]
    pub(super) seconds: f64,
}

impl TrainArgs {
    /// The recipe with everything the command line changes in it.
    pub(super) fn recipe(&self) -> Result<Recipe, Failure> {
        let mut recipe = Recipe::open(&self.recipe)?;
        if let Some(set) = &self.data {
            recipe.set("data.set", &Value::Word(set.clone()))?;
        }
        if let Some(seed) = self.seed {
            recipe.set("seed", &Value::Integer(seed))?;
        }
        let lengths = [
            ("training.epochs", self.epochs.map(Value::Integer)),
            ("training.steps", self.steps.map(Value::Integer)),
            ("training.seconds", self.seconds.map(Value::Number)),
        ];
        // A length asked for here takes the place of the recipe's own.
        if lengths.iter().any(|(_, length)| length.is_some()) {
            for (key, length) in lengths {
                recipe.set(key, &length.unwrap_or(Value::Integer(0)))?;
            }
        }
        for setting in &self.settings {
            recipe.set_from_text(setting)?;
        }
        recipe.validate()?;
        Ok(recipe)
    }
}

/// Whether a recipe says when to stop.
pub(super) fn has_an_end(recipe: &Recipe) -> bool {
    let training = &recipe.training;
    let counted = training.epochs > 0 || training.steps > 0 || training.patience > 0;
    counted || training.seconds > 0.0 || training.target > 0.0
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("it takes a number of seconds above 0".to_owned()),
    }
}
