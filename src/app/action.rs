//! What a panel can ask for. Panels read the state and return actions; one dispatch carries them out.

use std::path::PathBuf;

use super::insight_choice::InsightAction;
use super::sweeps::SweepAction;
use crate::document::ImageLook;
use crate::engine::RunId;
use crate::recipe::{NetworkPart, Recipe, Value};

/// Something a person did, to be carried out after the panels are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Train, or rest.
    PlayPause,
    /// One step, then rest.
    StepBatch,
    /// To the end of the epoch, then rest.
    StepEpoch,
    /// Begin again from the same weights.
    Reset,
    /// Begin again from other weights.
    NewSeed,
    /// Go back to the last good weights of a run that failed.
    Restore(RunId),
    /// Show the recipes to choose from: in place of the shown run, or to train beside the others.
    OpenGallery {
        /// Whether the chosen one trains beside the others.
        is_for_adding: bool,
    },
    /// Put this recipe on the bench.
    Open(Box<Recipe>),
    /// Put this recipe beside those on the bench: all begin again, in lock step.
    OpenBeside(Box<Recipe>),
    /// Show this run's pictures and curves.
    Focus(RunId),
    /// End this run; the others go on.
    EndRun(RunId),
    /// Change a parameter of the draft in the form; it waits for the restart button.
    Draft(&'static str, Value),
    /// Put the draft on the bench.
    StartDraft,
    /// Forget the draft's changes.
    DropDraft,
    /// Move a live parameter of the running recipe. A gesture is one press of a slider: it leaves one stamp.
    Tune {
        /// Key of the parameter.
        key: &'static str,
        /// The new value.
        value: f64,
        /// Whether the slider was let go with this value.
        done: bool,
    },
    /// Take back the last live change.
    Undo,
    /// Say this in the bottom line.
    Say(String),
    /// Say in the bottom line that something went wrong.
    Complain(String),
    /// Select an image of the data set, by its number: it is marked wherever it is shown.
    Select(u32),
    /// Move the point to the code of an image.
    GoToImage(u32),
    /// Export a figure: asks where, then writes.
    Export(Figure),
    /// Write the weights: asks where, then writes.
    SaveWeights,
    /// Write the recipe with every live change, so that it replays the lesson: asks where, then writes.
    SaveRecipe,
    /// Begin again with weights of a file in this part of the network: asks which file.
    StartFrom(NetworkPart),
    /// The file with the weights.
    StartFromFile(NetworkPart, PathBuf),
    /// Train on other images: asks which folder.
    OpenImageFolder,
    /// Train on other images: asks which file.
    OpenImageFile,
    /// Train on the images of this file or folder, or on a built-in set of this name.
    OpenImagesAt(PathBuf),
    /// Where a dialog or a typed path says a figure goes.
    ExportTo(Figure, PathBuf),
    /// Where the weights go.
    SaveWeightsTo(PathBuf),
    /// Where the recipe goes.
    SaveRecipeTo(PathBuf),
    /// Light or dark.
    ToggleTheme,
    /// Few controls and large type, or everything.
    ToggleSimple,
    /// Draw images in this way.
    DrawImages(ImageLook),
    /// Fill the screen, or stop filling it.
    ToggleFullScreen,
    /// Show or hide the help.
    ToggleHelp,
    /// Give the keyboard to the next panel, or to the one before.
    FocusPanel {
        /// Whether it goes backwards.
        is_back: bool,
    },
    /// Give the keyboard to the panel with this number, from 0.
    FocusPanelNumber(usize),
    /// Show the window in four steps.
    StartTour,
    /// Put the panels back where they were on the first day.
    ResetLayout,
    /// Make everything in the window so many times its usual size.
    Zoom(f32),
    /// Leave the full screen.
    LeaveFullScreen,
    /// Show a folder in the file manager of the system.
    OpenFolder(PathBuf),
    /// Change what is seen in Insight.
    Insight(InsightAction),
    /// Sweep a parameter.
    Sweep(SweepAction),
    /// Set a copy of a run aside, as it is now.
    Keep(RunId),
    /// Go on with a run that was set aside.
    BringBack(RunId),
    /// Forget a run that was set aside.
    RemoveKept(RunId),
    /// Show, or hide, the curves and images of a run that was set aside.
    ShowKept(RunId, bool),
    /// Hide those of all runs that were set aside.
    HideKept,
}

/// The figures a panel can export; each is drawn by the export room, not copied from the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Figure {
    /// The curves.
    Curves,
    /// Inputs over reconstructions.
    Reconstructions,
    /// The cloud of codes.
    Cloud,
    /// The decoded plane.
    Lattice,
    /// The image at the pointer.
    Decoded,
    /// The card of the family that is shown.
    Card,
    /// The errors of the sweep.
    Sweep,
    /// Every number of the code as a row of decoded images.
    Dimensions,
    /// Images decoded from codes that were drawn.
    Samples,
    /// The way from one pin to another.
    Path,
}

impl Figure {
    /// A file name without its ending.
    pub fn stem(self) -> &'static str {
        match self {
            Self::Curves => "curves",
            Self::Reconstructions => "reconstructions",
            Self::Cloud => "map",
            Self::Lattice => "lattice",
            Self::Decoded => "decoded",
            Self::Card => "card",
            Self::Sweep => "sweep",
            Self::Dimensions => "dimensions",
            Self::Samples => "samples",
            Self::Path => "path",
        }
    }

    /// Whether it shows codes decoded side by side.
    pub fn is_sheet(self) -> bool {
        matches!(self, Self::Dimensions | Self::Samples | Self::Path)
    }

    /// Whether the figure is drawn from lines, so that SVG is offered.
    pub fn is_vector(self) -> bool {
        matches!(self, Self::Curves | Self::Cloud | Self::Card | Self::Sweep)
    }
}
