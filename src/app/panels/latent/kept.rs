//! What is kept of the runs of a bench whose maps are not shown: each has a code, a plane and a zoom of its own.

use std::collections::BTreeMap;

use crate::engine::RunId;

use super::plane::geometry::View;
use super::plane::slice::Slice;
use super::walks::formula::Formula;
use super::walks::walk::Walk;

/// What is one run's own.
#[derive(Clone, Debug)]
pub struct Own {
    /// The point that is decoded.
    pub point: Vec<f32>,
    /// Which plane is shown.
    pub slice: Slice,
    /// Pins, and the ways between them.
    pub walk: Walk,
    /// What was chosen for sums of codes.
    pub formula: Formula,
    /// What was looked at, where somebody had chosen it.
    pub view: Option<View>,
}

impl Own {
    /// Where every run begins.
    pub fn new(dimensions: usize, is_variational: bool) -> Self {
        Self {
            point: vec![0.0; dimensions],
            slice: Slice::new(dimensions, is_variational),
            walk: Walk::default(),
            formula: Formula::default(),
            view: None,
        }
    }

    /// What a run takes over from another one whose code is as long: everything but the zoom, for its codes lie
    /// elsewhere.
    fn after(&self, is_variational: bool) -> Self {
        Self { slice: self.slice.for_another(is_variational), view: None, ..self.clone() }
    }

    /// Takes over the point, the pins and the axes of the run that was shown until now: where codes are as long, there
    /// is one cursor for all runs of a bench.
    fn take_over(&mut self, shown: &Self) {
        let is_held_by_hand = !shown.slice.follows_codes();
        let view = self.view.filter(|_| self.slice.axes() == shown.slice.axes());
        *self = Self { view, ..shown.after(self.slice.is_variational()) };
        if is_held_by_hand {
            self.slice.pass_through(&self.point);
        }
    }

    fn dimensions(&self) -> usize {
        self.point.len()
    }
}

/// What belongs to each run of the bench that is not shown.
#[derive(Debug, Default)]
pub struct Kept(BTreeMap<RunId, Own>);

impl Kept {
    /// Keeps what belongs to the run that was shown until now, drops what belongs to runs that have left the bench, and
    /// gives out what belongs to the run that is shown from now on. Runs are given by name, length of the code and
    /// whether that is Gaussian.
    pub fn change(
        &mut self,
        before: Option<(RunId, Own)>,
        shown: (RunId, usize, bool),
        bench: &[(RunId, usize, bool)],
    ) -> Own {
        let is_on_bench = |id: RunId| bench.iter().any(|(other, ..)| *other == id);
        let was_shown = before.as_ref().map(|(id, _)| *id);
        self.0.extend(before);
        let last = was_shown.and_then(|id| self.0.get(&id).cloned());
        // A run that is new goes on where one with a code as long was, best the one looked at last: it is often the same
        // recipe, restarted.
        for (id, dimensions, is_variational) in bench {
            if !self.0.contains_key(id) {
                let mut heirs = last.iter().chain(self.0.values());
                let own = heirs.find(|own| own.dimensions() == *dimensions);
                let own = own.map(|own| own.after(*is_variational));
                self.0.insert(*id, own.unwrap_or_else(|| Own::new(*dimensions, *is_variational)));
            }
        }
        self.0.retain(|id, _| is_on_bench(*id));
        let (id, dimensions, is_variational) = shown;
        let mut own = self.0.remove(&id).unwrap_or_else(|| Own::new(dimensions, is_variational));
        let on_bench = was_shown.is_some_and(is_on_bench);
        if let Some(last) = last.filter(|last| on_bench && last.dimensions() == own.dimensions()) {
            own.take_over(&last);
        }
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::latent::plane::slice::{Axes, Rest};

    /// A person looks at one run after the other, and leaves something behind at each.
    struct Person {
        kept: Kept,
        shown: Option<(RunId, Own)>,
    }

    impl Person {
        fn look_at(&mut self, id: u64, bench: &[(u64, usize)]) -> &mut Own {
            let bench: Vec<_> =
                bench.iter().map(|(id, dimensions)| (RunId(*id), *dimensions, true)).collect();
            let run = bench.iter().find(|(other, ..)| other.0 == id).expect("on the bench");
            let own = self.kept.change(self.shown.take(), *run, &bench);
            &mut self.shown.insert((RunId(id), own)).1
        }
    }

    fn person() -> Person {
        Person { kept: Kept::default(), shown: None }
    }

    const VIEW: View = View { center: [1.0, 2.0], radius: 0.5 };

    #[test]
    fn a_run_with_another_code_leaves_pins_plane_and_zoom_as_they_were() {
        let bench = [(1, 5), (2, 2)];
        let mut person = person();
        let own = person.look_at(1, &bench);
        own.point = vec![1.0, 2.0, 3.0, 4.0, 5.0];
        own.slice.choose_axes(Axes::Pair([3, 4]));
        own.slice.pass_through(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        own.walk.drop_pin(vec![0.5; 5]).expect("room");
        own.view = Some(VIEW);
        let other = person.look_at(2, &bench);
        assert_eq!((other.point.len(), other.walk.pins().len(), other.view), (2, 0, None));
        let own = person.look_at(1, &bench);
        assert_eq!((own.walk.pins().len(), own.view), (1, Some(VIEW)));
        assert_eq!((own.slice.axes(), own.slice.rest()), (Axes::Pair([3, 4]), Rest::Hand));
        assert_eq!(own.slice.plane().at([4.0, 5.0]), own.point);
    }

    #[test]
    fn runs_whose_codes_are_as_long_share_the_cursor_but_not_the_zoom() {
        let bench = [(1, 2), (2, 2)];
        let mut person = person();
        person.look_at(1, &bench).view = Some(VIEW);
        let other = person.look_at(2, &bench);
        assert_eq!(other.view, None);
        other.point = vec![0.5, 0.25];
        other.walk.drop_pin(vec![1.0, 1.0]).expect("room");
        let own = person.look_at(1, &bench);
        assert_eq!((own.point.as_slice(), own.walk.pins().len()), (&[0.5, 0.25][..], 1));
        assert_eq!(own.view, Some(VIEW));
    }

    #[test]
    fn restarted_recipes_go_on_where_they_were_and_the_old_runs_are_forgotten() {
        let mut person = person();
        let own = person.look_at(1, &[(1, 3), (2, 2)]);
        own.slice.choose_axes(Axes::Pair([2, 0]));
        own.walk.drop_pin(vec![1.0; 3]).expect("room");
        person.look_at(2, &[(1, 3), (2, 2)]).point = vec![7.0, 8.0];
        let again = [(3, 3), (4, 2)];
        assert_eq!(person.look_at(4, &again).point, [7.0, 8.0]);
        assert_eq!(person.kept.0.keys().copied().collect::<Vec<_>>(), [RunId(3)]);
        let own = person.look_at(3, &again);
        assert_eq!((own.slice.axes(), own.walk.pins().len()), (Axes::Pair([2, 0]), 1));
    }
}
