//! A window's state made by hand, for tests that drive a panel without a window.

use std::sync::Arc;

use crate::app::state::AppState;
use crate::engine::{BenchInfo, Event, RunId, RunInfo, RunViews, SharedHistory, StagePlan};
use crate::recipe::Recipe;

/// A bench of four images of one pixel with a run of this built-in recipe, which has seen what `fill` puts into its
/// slots.
pub fn state_of(recipe: &str, fill: impl FnOnce(&RunViews)) -> AppState {
    let dataset = crate::data::Dataset {
        name: "nothing".to_owned(),
        shape: crate::data::ImageShape { height: 1, width: 1, channels: 1 },
        images: vec![0_u8; 4].into(),
        labels: Vec::new(),
        class_names: Vec::new(),
        factors: Vec::new(),
        split: crate::data::Split {
            train: vec![0, 1],
            validation: vec![2],
            test: vec![3],
            ..Default::default()
        },
        notes: Vec::new(),
    };
    let views = Arc::new(RunViews::default());
    fill(&views);
    let recipe = Recipe::open(recipe).expect("built in");
    let plan = StagePlan::new(&recipe, 10);
    let history = SharedHistory::default();
    let run = RunInfo { id: RunId(1), recipe, history, views, parameters: 1, plan };
    let mut state = AppState::default();
    state.apply(Event::Opened(BenchInfo {
        dataset: Arc::new(dataset),
        examples: Arc::new([2]),
        cloud: Arc::new([2]),
        steps_per_epoch: 10,
        device: "CPU".to_owned(),
        runs: vec![run],
    }));
    state.collect_views();
    state
}
