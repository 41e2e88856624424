//! What is set up in the latent explorer, for every run of a bench; and what a reset, a restart or a look at another
//! run keeps of it.
//!
//! Each run has a point, a plane, pins and a view of its own. Runs with as many numbers per code share one cursor: the
//! run that is shown next takes over the point, the pins and the axes, but not the view, for its codes lie elsewhere.
//! What the map shows, layer by layer, is the same for all of them.

use serde::{Deserialize, Serialize};

use super::layers::{Layers, MapView};
use super::pins::Pins;
use super::plane::{CodeAxes, PlaneChoice};
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

    /// Takes over the point, the pins and the axes of the run that was shown before.
    fn take_over(&mut self, shown: &Self, code: CodeTraits) {
        let view = self.view.filter(|_| self.plane.axes == shown.plane.axes);
        *self = Self { view, ..shown.for_another(code.run) };
        if !shown.plane.follows_codes() {
            self.plane.pass_through(&self.point, &CodeAxes::unknown(code.dimensions, code.is_variational));
        }
    }

    /// Numbers per code.
    pub fn dimensions(&self) -> usize {
        self.point.len()
    }
}

/// What is set up in the latent explorer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exploration {
    /// The run that is shown.
    pub run: RunExploration,
    /// The other runs of the bench, in the order of their numbers.
    others: Vec<RunExploration>,
    /// What the map shows, whichever run is shown.
    pub layers: Layers,
    /// How codes are sampled.
    pub samples: SampleChoice,
    /// Whether the point follows the pointer over the map.
    pub follows_pointer: bool,
}

/// Where the state of the run comes from that is shown from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The run was shown already.
    Unchanged,
    /// The run has the state that it had when it was shown last, or one of its own to begin with.
    Own,
    /// The run has taken over the state of the one that was shown before.
    TakenOver,
}

impl Exploration {
    /// The exploration of a single run.
    pub fn of(run: RunExploration) -> Self {
        Self { run, ..Self::default() }
    }

    /// Shows one of the runs of a bench. Runs that have left the bench are forgotten; new ones begin where a run with as
    /// many numbers per code was, preferably the one that was shown last: it is often the same recipe, restarted.
    pub fn show(&mut self, shown: CodeTraits, bench: &[CodeTraits]) -> Origin {
        if self.run.run == Some(shown.run) {
            return Origin::Unchanged;
        }
        let last = std::mem::take(&mut self.run);
        let last = last.run.is_some().then_some(last);
        if let Some(last) = &last {
            self.keep(last.clone());
        }
        for code in bench {
            if self.other(code.run).is_none() {
                let mut earlier = last.iter().chain(&self.others);
                let earlier = earlier.find(|earlier| earlier.dimensions() == code.dimensions);
                let state = earlier.map(|earlier| earlier.for_another(code.run));
                self.keep(state.unwrap_or_else(|| RunExploration::new(*code)));
            }
        }
        let is_on_bench = |run: Option<RunId>| bench.iter().any(|code| Some(code.run) == run);
        self.others.retain(|other| is_on_bench(other.run));
        self.run = match self.other(shown.run) {
            Some(index) => self.others.remove(index),
            None => RunExploration::new(shown),
        };
        let last = last.filter(|last| is_on_bench(last.run) && last.dimensions() == self.run.dimensions());
        let Some(last) = last else { return Origin::Own };
        self.run.take_over(&last, shown);
        Origin::TakenOver
    }

    /// The index of a run that is not shown.
    fn other(&self, run: RunId) -> Option<usize> {
        self.others.iter().position(|other| other.run == Some(run))
    }

    /// Keeps the state of a run that is not shown.
    fn keep(&mut self, state: RunExploration) {
        self.others.retain(|other| other.run != state.run);
        let index = self.others.partition_point(|other| other.run < state.run);
        self.others.insert(index, state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Axes, Rest};

    /// A person who shows one run after the other and leaves something at each. Runs are given by number and by the
    /// length of their code.
    #[derive(Default)]
    struct Person(Exploration);

    impl Person {
        fn show(&mut self, run: u64, bench: &[(u64, usize)]) -> &mut RunExploration {
            let traits = |(run, dimensions): &(u64, usize)| CodeTraits {
                run: RunId(*run),
                dimensions: *dimensions,
                is_variational: true,
            };
            let bench: Vec<_> = bench.iter().map(traits).collect();
            let shown = bench.iter().find(|code| code.run.0 == run).expect("on the bench");
            self.0.show(*shown, &bench);
            &mut self.0.run
        }
    }

    fn pass_through(state: &mut RunExploration, code: &[f32]) {
        state.plane.pass_through(code, &CodeAxes::unknown(code.len(), true));
    }

    const VIEW: MapView = MapView { center: [1.0, 2.0], radius: 0.5 };

    #[test]
    fn a_run_with_another_code_leaves_pins_plane_and_view_as_they_were() {
        let bench = [(1, 5), (2, 2)];
        let mut person = Person::default();
        let own = person.show(1, &bench);
        own.point = vec![1.0, 2.0, 3.0, 4.0, 5.0];
        own.plane.choose_axes(Axes::Pair([3, 4]));
        pass_through(own, &[1.0, 2.0, 3.0, 4.0, 5.0]);
        own.pins.add(vec![0.5; 5]).expect("room");
        own.view = Some(VIEW);
        let other = person.show(2, &bench);
        assert_eq!((other.point.len(), other.pins.pins().len(), other.view), (2, 0, None));
        let own = person.show(1, &bench);
        assert_eq!((own.pins.pins().len(), own.view), (1, Some(VIEW)));
        assert_eq!((own.plane.axes, own.plane.rest), (Axes::Pair([3, 4]), Some(Rest::Point)));
        assert_eq!(own.plane.plane(&CodeAxes::unknown(5, true)).at([4.0, 5.0]), own.point);
    }

    #[test]
    fn runs_whose_codes_are_as_long_share_the_cursor_but_not_the_view() {
        let bench = [(1, 2), (2, 2)];
        let mut person = Person::default();
        person.show(1, &bench).view = Some(VIEW);
        let other = person.show(2, &bench);
        assert_eq!(other.view, None);
        other.point = vec![0.5, 0.25];
        other.pins.add(vec![1.0, 1.0]).expect("room");
        let own = person.show(1, &bench);
        assert_eq!((own.point.as_slice(), own.pins.pins().len()), (&[0.5, 0.25][..], 1));
        assert_eq!(own.view, Some(VIEW));
    }

    #[test]
    fn restarted_recipes_go_on_where_they_were_and_the_old_runs_are_forgotten() {
        let mut person = Person::default();
        let own = person.show(1, &[(1, 3), (2, 2)]);
        own.plane.choose_axes(Axes::Pair([2, 0]));
        own.pins.add(vec![1.0; 3]).expect("room");
        person.show(2, &[(1, 3), (2, 2)]).point = vec![7.0, 8.0];
        let again = [(3, 3), (4, 2)];
        assert_eq!(person.show(4, &again).point, [7.0, 8.0]);
        let others: Vec<_> = person.0.others.iter().map(|other| other.run).collect();
        assert_eq!(others, [Some(RunId(3))]);
        let own = person.show(3, &again);
        assert_eq!((own.plane.axes, own.pins.pins().len()), (Axes::Pair([2, 0]), 1));
    }

    #[test]
    fn a_plane_through_the_point_of_one_run_goes_through_it_in_the_next() {
        let bench = [(1, 3), (2, 3)];
        let mut person = Person::default();
        let own = person.show(1, &bench);
        own.point = vec![1.0, 2.0, 3.0];
        pass_through(own, &[1.0, 2.0, 3.0]);
        let other = person.show(2, &bench);
        assert_eq!(
            (other.plane.rest, other.plane.held.as_slice()),
            (Some(Rest::Point), &[1.0, 2.0, 3.0][..])
        );
        // Held at the code of an image, the rest is held at the point of the next run: the image has another code there.
        other.plane.rest = Some(Rest::Image(7));
        assert_eq!(person.show(1, &bench).plane.rest, Some(Rest::Point));
    }
}
