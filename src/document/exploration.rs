//! What is set up in the latent explorer, for every run of a bench; and what a reset or a restart keeps of it.
//!
//! Each run has a point, a plane, pins and a view of its own. What the maps show, layer by layer, is the same for all
//! of them. How the points of several runs follow each other is decided in `follow`.

use serde::{Deserialize, Serialize};

use super::layers::{Layers, MapView};
use super::link::{Cursor, Link};
use super::pins::Pins;
use super::plane::PlaneChoice;
use super::samples::SampleChoice;
use super::sum::CodeSum;
use crate::recipe::{Recipe, RunId};

/// A run, and what kind of code it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeTraits {
    /// The run.
    pub run: RunId,
    /// Numbers per code.
    pub dimensions: usize,
    /// Whether the code is Gaussian, so that it has a prior.
    pub is_variational: bool,
}

impl CodeTraits {
    /// The code of a run with this recipe.
    pub fn of(run: RunId, recipe: &Recipe) -> Self {
        Self { run, dimensions: recipe.model.code.max(1), is_variational: recipe.is_variational() }
    }
}

/// What is set up for one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunExploration {
    /// Which run; none before the first one.
    pub run: Option<RunId>,
    /// The code that is decoded.
    pub point: Vec<f32>,
    /// Which plane is shown.
    pub plane: PlaneChoice,
    /// Pins, and the path between two of them.
    pub pins: Pins,
    /// The sum of codes.
    pub sum: CodeSum,
    /// Which part of the plane is shown, where that was chosen; otherwise the view follows the codes.
    pub view: Option<MapView>,
}

impl RunExploration {
    /// The state that every run begins with.
    pub fn new(code: CodeTraits) -> Self {
        Self {
            run: Some(code.run),
            point: vec![0.0; code.dimensions],
            plane: PlaneChoice::new(code.dimensions),
            ..Self::default()
        }
    }

    /// What another run with as many numbers per code takes over from this one: everything but the view.
    fn for_another(&self, run: RunId) -> Self {
        Self { run: Some(run), plane: self.plane.for_another_network(), view: None, ..self.clone() }
    }

    /// Numbers per code.
    pub fn dimensions(&self) -> usize {
        self.point.len()
    }
}

/// What is the same on the maps of all runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MapSettings {
    /// What the maps show.
    pub layers: Layers,
    /// How codes are sampled.
    pub samples: SampleChoice,
    /// Whether the point follows the pointer over a map.
    pub follows_pointer: bool,
    /// Whether the map of one run is shown large, in place of the maps of all of them.
    pub shows_one: bool,
    /// How the points of several runs belong together.
    pub link: Link,
    /// Which run's point was moved last, and what the others follow.
    pub cursor: Cursor,
    /// The image that the point is to be moved to as soon as its code is known.
    pub sought: Option<u32>,
}

/// What is set up in the latent explorer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exploration {
    /// The runs of the bench, in its order.
    runs: Vec<RunExploration>,
    /// What is the same for all of them.
    pub maps: MapSettings,
}

impl Exploration {
    /// The exploration of a single run.
    pub fn of(run: RunExploration) -> Self {
        Self { runs: vec![run], ..Self::default() }
    }

    /// The runs of the bench, in its order.
    pub fn runs(&self) -> &[RunExploration] {
        &self.runs
    }

    /// The state of a run.
    pub fn run(&self, run: RunId) -> Option<&RunExploration> {
        self.runs.iter().find(|state| state.run == Some(run))
    }

    /// The state of a run to be changed, and what all runs share.
    pub fn open(&mut self, run: RunId) -> Option<(&mut RunExploration, &mut MapSettings)> {
        let state = self.runs.iter_mut().find(|state| state.run == Some(run))?;
        Some((state, &mut self.maps))
    }

    /// All runs to be changed, and what they share.
    pub(super) fn parts(&mut self) -> (&mut [RunExploration], &mut MapSettings) {
        (&mut self.runs, &mut self.maps)
    }

    /// Makes these the runs of the bench. Those that have left it are forgotten; a new one begins where the run in its
    /// place was, which is often the same recipe, restarted, or else where any run with as many numbers per code was.
    pub fn show_bench(&mut self, bench: &[CodeTraits]) {
        let is_known = bench.len() == self.runs.len()
            && bench.iter().zip(&self.runs).all(|(code, state)| state.run == Some(code.run));
        if is_known {
            return;
        }
        let before = std::mem::take(&mut self.runs);
        let of = |(place, code): (usize, &CodeTraits)| {
            let known = before.iter().find(|state| state.run == Some(code.run));
            let mut earlier = before.get(place).into_iter().chain(&before);
            let earlier = earlier.find(|state| state.run.is_some() && state.dimensions() == code.dimensions);
            known
                .cloned()
                .or_else(|| earlier.map(|earlier| earlier.for_another(code.run)))
                .unwrap_or_else(|| RunExploration::new(*code))
        };
        self.runs = bench.iter().enumerate().map(of).collect();
        let new = |run: RunId| {
            let is_still_there = bench.iter().any(|code| code.run == run);
            let place = before.iter().position(|state| state.run == Some(run));
            is_still_there.then_some(run).or_else(|| Some(bench.get(place?)?.run))
        };
        self.runs.iter_mut().for_each(|state| state.pins.rename_runs(new));
        self.maps.cursor.leader = self.maps.cursor.leader.and_then(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Axes, CodeAxes, Rest};

    /// A person who leaves something at every run. Runs are given by number and by the length of their code.
    #[derive(Default)]
    struct Person(Exploration);

    impl Person {
        fn bench(&mut self, bench: &[(u64, usize)]) {
            let traits = |(run, dimensions): &(u64, usize)| CodeTraits {
                run: RunId(*run),
                dimensions: *dimensions,
                is_variational: true,
            };
            self.0.show_bench(&bench.iter().map(traits).collect::<Vec<_>>());
        }

        fn run(&mut self, run: u64) -> &mut RunExploration {
            self.0.open(RunId(run)).expect("on the bench").0
        }
    }

    const VIEW: MapView = MapView { center: [1.0, 2.0], radius: 0.5 };

    #[test]
    fn each_run_has_its_own_point_plane_pins_and_view() {
        let mut person = Person::default();
        person.bench(&[(1, 5), (2, 2)]);
        let own = person.run(1);
        own.point = vec![1.0, 2.0, 3.0, 4.0, 5.0];
        own.plane.choose_axes(Axes::Pair([3, 4]));
        own.plane.pass_through(&[1.0, 2.0, 3.0, 4.0, 5.0], &CodeAxes::unknown(5, true));
        own.pins.add(vec![0.5; 5], None, None).expect("room");
        own.view = Some(VIEW);
        let before = own.clone();
        let other = person.run(2);
        assert_eq!((other.point.len(), other.pins.pins().len(), other.view), (2, 0, None));
        other.point = vec![9.0, 9.0];
        person.bench(&[(1, 5), (2, 2)]);
        assert_eq!(*person.run(1), before);
        person.bench(&[(2, 2)]);
        assert_eq!((person.0.runs().len(), person.run(2).point.as_slice()), (1, &[9.0, 9.0][..]));
    }

    #[test]
    fn restarted_recipes_go_on_where_they_were_and_the_old_runs_are_forgotten() {
        let mut person = Person::default();
        person.bench(&[(1, 3), (2, 3), (3, 2)]);
        let own = person.run(2);
        own.plane.choose_axes(Axes::Pair([2, 0]));
        own.pins.add(vec![1.0; 3], None, Some(RunId(2))).expect("room");
        own.view = Some(VIEW);
        person.run(3).point = vec![7.0, 8.0];
        person.0.maps.cursor.leader = Some(RunId(2));
        person.bench(&[(4, 3), (5, 3), (6, 2)]);
        assert_eq!(person.run(6).point, [7.0, 8.0]);
        let own = person.run(5);
        assert_eq!(
            (own.plane.axes, own.pins.pins()[0].run, own.view),
            (Axes::Pair([2, 0]), Some(RunId(5)), None)
        );
        assert_eq!(person.run(4).pins.pins().len(), 0, "the first one had none");
        assert_eq!(person.0.maps.cursor.leader, Some(RunId(5)));
        // A run with another code has nothing to take over, unless another run had such a code.
        person.bench(&[(7, 2), (8, 9)]);
        assert_eq!(person.run(7).point, [7.0, 8.0]);
        assert_eq!(person.run(8).point.len(), 9);
    }

    #[test]
    fn a_plane_through_an_image_means_nothing_in_another_network() {
        let mut person = Person::default();
        person.bench(&[(1, 3)]);
        person.run(1).plane.rest = Some(Rest::Image(7));
        person.bench(&[(2, 3)]);
        assert_eq!(person.run(2).plane.rest, None);
    }
}
