//! The command line as data: commands, options and their help. What each command does is in its own file.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::failure::Failure;
use crate::data;
use crate::document::run_folder;
use crate::gpu::DeviceChoice;
use crate::look::ColorMap;
use crate::recipe::{NetworkPart, Recipe, Value};

/// Training images whose classes are known, unless another number is given: twenty times as many change the third figure.
const KNOWN: usize = 20_000;
/// Test images whose likelihood is estimated, and importance samples of each, unless other numbers are given: the standard
/// error is about half a nat.
const ESTIMATED: usize = 2_000;
const SAMPLES: usize = 200;
/// The folder of the tour's figures, unless another one is given.
pub(super) const TOUR_FOLDER: &str = "hourglass-tour";

/// Train autoencoders live and explore their latent space while they learn.
///
/// Without a command, the window opens. Without a display, the tour runs instead.
#[derive(Debug, clap::Parser)]
#[command(name = "hourglass", bin_name = "hourglass", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) subcommand: Option<Subcommand>,
    #[command(flatten)]
    pub(super) window: WindowArgs,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommand {
    /// Trains a recipe and writes the results
    Train(TrainArgs),
    /// Answers questions about a trained network with cards
    Insight(InsightArgs),
    /// Trains a recipe at several values of a parameter, with cross-validation
    Sweep(SweepArgs),
    /// Lists the built-in recipes
    Recipes(RecipesArgs),
    /// Describes a data set and draws a contact sheet of it
    Data(DataArgs),
    /// Lists the devices, and which one auto selects
    Devices,
    /// Trains the default recipe for 20 seconds and writes figures
    Tour(TourArgs),
    /// Measures how fast each recipe trains and decodes on this machine
    Bench(BenchmarkArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct WindowArgs {
    /// Recipe to open instead of the last one
    #[arg(long, value_name = "RECIPE")]
    pub(super) recipe: Option<String>,
    /// Another recipe to train beside it, on the same batches; up to three times
    #[arg(long, value_name = "RECIPE")]
    pub(super) beside: Vec<String>,
    /// Device to train on: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Saves a picture of the window as PNG, then exits
    #[arg(long, value_name = "FILE")]
    pub(super) screenshot: Option<PathBuf>,
    /// Seconds from the first picture of the run to the screenshot
    #[arg(long, value_name = "SECONDS", default_value_t = 6.0, requires = "screenshot", value_parser = positive)]
    pub(super) after: f64,
    /// Size of the window, such as 1280x800
    #[arg(long, value_name = "WxH")]
    pub(super) size: Option<WindowSize>,
    /// Colour theme of the window
    #[arg(long, value_enum)]
    pub(super) theme: Option<WindowTheme>,
    /// Simple layout: few controls in large type, for a class
    #[arg(long)]
    pub(super) simple: bool,
    /// Writes the time and the contents of every frame as CSV
    #[arg(long, value_name = "FILE")]
    pub(super) frame_log: Option<PathBuf>,
    /// Writes when the window opened and when pictures first appeared as CSV
    #[arg(long, value_name = "FILE")]
    pub(super) trace: Option<PathBuf>,
}

/// A recipe, and what the command line sets in it.
#[derive(Debug, clap::Args)]
pub(super) struct RecipeArgs {
    /// Name of a built-in recipe, a recipe file, or a folder that `train` wrote
    pub(super) recipe: String,
    #[arg(long, value_name = "PATH|NAME", help = format!("Images: {}", data::accepted()))]
    data: Option<String>,
    /// Sets a parameter; `hourglass recipes --parameters` lists them
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Stops after this many passes over the training images
    #[arg(long, value_name = "N", group = "length")]
    epochs: Option<u64>,
    /// Stops after this many steps
    #[arg(long, value_name = "N", group = "length")]
    steps: Option<u64>,
    /// Stops after this many seconds of training
    #[arg(long, value_name = "S", group = "length")]
    seconds: Option<f64>,
    /// Device to train on: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Seed of the weights, the order of the images and ε
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Begins with the weights of this safetensors file, from `--out` or from PyTorch
    #[arg(long, value_name = "FILE")]
    pub(super) init: Option<PathBuf>,
    /// Part of the network that takes them: all, encoder or decoder
    #[arg(long, value_name = "PART", default_value = "all", requires = "init", value_parser = part)]
    pub(super) init_part: NetworkPart,
    /// Folder for recipe.toml, history.csv, summary.json, model.safetensors and the figures
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Colour map of grey images in the figures: grey, viridis or magma
    #[arg(long, value_name = "NAME", default_value = "grey")]
    pub(super) colors: ColorMap,
    /// Trains without the checks that look for trouble
    #[arg(long)]
    pub(super) no_doctor: bool,
    /// Prints one JSON object per line, the summary last
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Parameter and its values, such as model.code=1,2,4,8
    #[arg(long, value_name = "KEY=VALUE,VALUE")]
    pub(super) over: String,
    /// Parts of the images, each of which is for validation once
    #[arg(long, value_name = "K", default_value_t = 5)]
    pub(super) folds: usize,
    /// Trainings at the same time
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) jobs: usize,
    /// Folder for the trainings, results.csv, results.json and the figure; what is there already is not trained again
    #[arg(long, value_name = "DIR", default_value = "sweep")]
    pub(super) out: PathBuf,
    /// Prints one command for each training, for other machines, and trains nothing
    #[arg(long, conflicts_with = "collect")]
    pub(super) plan: bool,
    /// Only joins what the commands of --plan wrote
    #[arg(long)]
    pub(super) collect: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct InsightArgs {
    #[command(flatten)]
    pub(super) recipe: RecipeArgs,
    /// Cards to make, separated by commas; all that the recipe has by default
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    pub(super) what: Vec<String>,
    /// Another recipe to train beside it, for cards that compare two runs
    #[arg(long, value_name = "RECIPE")]
    pub(super) beside: Option<String>,
    /// Training images whose classes are known where classes are told from codes
    #[arg(long, value_name = "N", default_value_t = KNOWN)]
    pub(super) labelled: usize,
    /// Test images whose likelihood is estimated
    #[arg(long, value_name = "N", default_value_t = ESTIMATED)]
    pub(super) estimated: usize,
    /// Importance samples of each of them
    #[arg(long, value_name = "N", default_value_t = SAMPLES)]
    pub(super) samples: usize,
    /// Folder for the cards as PNG and SVG, and insight.json
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Prints one JSON object per line
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RecipesArgs {
    /// Lists the parameters of recipes instead
    #[arg(long)]
    pub(super) parameters: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DataArgs {
    #[arg(value_name = "NAME|PATH", help = format!("Images: {}", data::accepted()))]
    pub(super) set: String,
    /// Draws a contact sheet into this PNG or SVG file
    #[arg(long, value_name = "FILE")]
    pub(super) sheet: Option<PathBuf>,
    /// Sets a parameter of the data, such as data.count=2000
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) settings: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct TourArgs {
    /// Folder for the figures
    #[arg(long, value_name = "DIR", default_value = TOUR_FOLDER)]
    pub(super) out: PathBuf,
    /// Device to train on: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Seconds of training
    #[arg(long, value_name = "S", value_parser = positive, hide = true)]
    pub(super) seconds: Option<f64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct BenchmarkArgs {
    /// Families or recipes to measure, separated by commas; all built-in recipes by default
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) families: Vec<String>,
    /// Device to measure: auto, cpu, gpu or gpu:N
    #[arg(long, default_value = "auto")]
    pub(super) device: DeviceChoice,
    /// Prints one JSON object per line
    #[arg(long)]
    pub(super) json: bool,
    /// Seconds per recipe
    #[arg(long, value_name = "S", value_parser = positive, default_value_t = 5.0, hide = true)]
    pub(super) seconds: f64,
}

/// The colour theme of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WindowTheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The size of the window in points, written as 1280x800.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WindowSize(pub(super) [f32; 2]);

impl FromStr for WindowSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side =
            |text: &str| text.parse::<u16>().ok().filter(|side| (200..=16_384).contains(side)).map(f32::from);
        let sides = text.split_once(['x', 'X', '×']).and_then(|(w, h)| Some(Self([side(w)?, side(h)?])));
        sides.ok_or_else(|| {
            format!("`{text}` is not a size; write width x height in points, such as 1280x800")
        })
    }
}

impl RecipeArgs {
    /// The recipe with everything that the command line sets.
    pub(super) fn recipe(&self) -> Result<Recipe, Failure> {
        let mut recipe = match self.folder() {
            Some(folder) => {
                let file = folder.join(run_folder::RECIPE);
                if !file.is_file() {
                    let folder = folder.display();
                    let name = run_folder::RECIPE;
                    return Err(Failure::Usage(format!(
                        "the folder {folder} has no {name}; use one that `hourglass train --out` wrote"
                    )));
                }
                Recipe::open(&file.to_string_lossy())?
            }
            None => Recipe::open(&self.recipe)?,
        };
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
        // A limit on the command line replaces the recipe's own.
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

    /// The same words again, for another `hourglass`.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec![self.recipe.clone()];
        let mut add = |name: &str, value: Option<String>| {
            words.extend(value.into_iter().flat_map(|value| [format!("--{name}"), value]));
        };
        add("data", self.data.clone());
        add("epochs", self.epochs.map(|epochs| epochs.to_string()));
        add("steps", self.steps.map(|steps| steps.to_string()));
        add("seconds", self.seconds.map(|seconds| seconds.to_string()));
        add("seed", self.seed.map(|seed| seed.to_string()));
        add("device", Some(self.device.to_string()));
        self.settings.iter().for_each(|setting| add("set", Some(setting.clone())));
        words
    }

    /// The folder that was given in place of a recipe.
    pub(super) fn folder(&self) -> Option<&Path> {
        Some(Path::new(&self.recipe)).filter(|path| path.is_dir())
    }
}

fn part(text: &str) -> Result<NetworkPart, String> {
    let sentence = || format!("`{text}` is not a part of a network; use all, encoder or decoder");
    NetworkPart::from_word(text).ok_or_else(sentence)
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("it takes a number of seconds above 0".to_owned()),
    }
}
