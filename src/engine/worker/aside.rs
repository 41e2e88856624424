//! What the worker does with runs that are set aside: another bench takes their place, somebody keeps them or ends them,
//! and they come back.

use std::sync::Arc;

use super::Worker;
use crate::engine::bench::{Bench, report_phase};
use crate::engine::message::{Event, Phase};
use crate::engine::opening::check;
use crate::engine::parked::Parked;
use crate::engine::wants::RunId;
use crate::recipe::Recipe;

impl Worker {
    /// Reports the bench and what its runs are doing.
    pub(super) fn report_bench(&mut self) {
        let (Some(bench), Some(station)) = (&self.bench, &self.station) else { return };
        self.outbox.report(Event::Opened(bench.description(&station.compute)));
        for run in &bench.runs {
            report_phase(run, &mut self.outbox);
        }
    }

    /// Sets the bench aside whose place another takes, unless nothing was trained on it.
    pub(super) fn set_bench_aside(&mut self) {
        let Some(mut bench) = self.bench.take() else { return };
        let told = bench.set_aside();
        if !told.is_empty() {
            let (source, start) = (self.source.take(), self.start_of_bench.take());
            self.parking.park(Parked { bench, is_ended: false, source, start });
        }
        told.into_iter().for_each(|told| self.outbox.report(Event::SetAside(Box::new(told))));
    }

    /// Sets a copy of a run aside.
    pub(super) fn keep(&mut self, id: RunId) {
        let Some(bench) = &self.bench else { return };
        match bench.copy_of(id, RunId(self.next_run)) {
            Ok(Some((bench, told))) => {
                self.next_run += 1;
                let source = self.source.clone();
                self.parking.park(Parked { bench, is_ended: false, source, start: self.start.clone() });
                self.outbox.report(Event::SetAside(Box::new(told)));
            }
            Ok(None) => {
                let sentence = "There is nothing to keep yet: the run has not trained";
                self.outbox.report(Event::Refused(sentence.to_owned()));
            }
            Err(sentence) => self.outbox.report(Event::Refused(sentence)),
        }
    }

    /// Goes on with a run that was set aside.
    pub(super) fn bring_back(&mut self, id: RunId) {
        let Some(mut parked) = self.parking.take(id) else {
            let sentence = "This run is no longer kept: later ones have taken its place";
            return self.outbox.report(Event::Refused(sentence.to_owned()));
        };
        let playing = self.bench.iter().flat_map(|bench| &bench.runs).any(|run| run.phase == Phase::Playing);
        if playing {
            parked.bench.runs.iter_mut().for_each(|run| run.play(None));
        }
        if let Some(bench) = self.bench.as_mut().filter(|bench| parked.is_ended && returns_to(&parked, bench))
        {
            bench.runs.append(&mut parked.bench.runs);
            return self.report_bench();
        }
        let known = self.bench.as_ref().is_some_and(|old| has_same_images(old, &parked.bench));
        self.set_bench_aside();
        if !known {
            self.references = parked.bench.gallery.comparison.begin().ok();
        }
        (self.source, self.start) = (parked.source, parked.start.clone());
        self.start_of_bench = parked.start;
        self.bench = Some(parked.bench);
        self.report_bench();
    }

    /// Takes one of several runs off the bench.
    pub(super) fn end(&mut self, id: RunId) {
        let Some(bench) = &mut self.bench else { return };
        if bench.runs.len() < 2 {
            let sentence = "The only run cannot be ended; open another recipe in its place";
            return self.outbox.report(Event::Refused(sentence.to_owned()));
        }
        let Some(place) = bench.runs.iter().position(|run| run.id == id) else { return };
        let run = bench.runs.remove(place);
        let mut ended = bench.beside_these(vec![run]);
        if let Some(told) = ended.set_aside().pop() {
            self.outbox.report(Event::SetAside(Box::new(told)));
            let source = self.source.clone();
            self.parking.park(Parked { bench: ended, is_ended: true, source, start: None });
        }
        self.outbox.report(Event::Ended(id));
    }
}

/// Whether a run that was taken away from a bench can return to it.
fn returns_to(parked: &Parked, bench: &Bench) -> bool {
    let runs = || parked.bench.runs.iter().chain(&bench.runs);
    let recipes: Vec<Recipe> = runs().map(|run| run.recipe.clone()).collect();
    has_same_images(&parked.bench, bench) && check(&recipes).is_ok()
}

fn has_same_images(a: &Bench, b: &Bench) -> bool {
    Arc::ptr_eq(&a.gallery.dataset, &b.gallery.dataset)
}
