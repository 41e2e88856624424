//! How the points and pins of all runs follow those of the one that was moved last. Pure.

use super::exploration::{Exploration, RunExploration};
use super::link::{Link, PointOrigin};
use super::pins::{Pin, Pins};
use crate::recipe::RunId;

impl Exploration {
    /// The run that the others follow: the one that was moved last, or else the one that is shown.
    pub fn leader(&self, shown: RunId) -> RunId {
        let leader = self.maps.cursor.leader.filter(|run| self.run(*run).is_some());
        leader.unwrap_or(shown)
    }

    /// Lets the run lead whose pins were changed; `before` are the pins of all runs as they were.
    pub fn lead_by_pins(&mut self, before: &[Pins]) {
        let changed = self.runs().iter().zip(before).find(|(run, pins)| run.pins != **pins);
        if let Some(run) = changed.and_then(|(run, _)| run.run) {
            self.maps.cursor.leader = Some(run);
        }
    }

    /// Gives all other runs the pins of the leader, and returns where their points are to be, and that of the leader where it
    /// was sent to an image. `code_of` is the code of an image in a run, where it is known.
    pub fn follow_leader(
        &mut self,
        leader: RunId,
        code_of: impl Fn(RunId, u32) -> Option<Vec<f32>>,
    ) -> Vec<(RunId, Vec<f32>)> {
        let Some(lead) = self.run(leader).cloned() else { return Vec::new() };
        let (runs, maps) = self.parts();
        let (link, cursor) = (maps.link, maps.cursor);
        let sent = cursor.image.filter(|_| cursor.origin == PointOrigin::Image);
        let own = sent.and_then(|image| code_of(leader, image)).map(|code| (leader, code));
        let others = runs.iter_mut().filter(|state| state.run.is_some_and(|run| run != leader));
        let mut points = Vec::from_iter(own);
        for state in others {
            let Some(run) = state.run else { continue };
            let code_of = |image| code_of(run, image);
            state.follow_pins(&lead, link, code_of);
            let point = match link {
                Link::Code => Some(resized(&lead.point, state.dimensions())),
                Link::Image if cursor.origin == PointOrigin::Path => state.pins.at(lead.pins.position),
                Link::Image => cursor.image.and_then(code_of),
            };
            points.extend(point.map(|point| (run, point)));
        }
        points
    }
}

impl RunExploration {
    /// Takes over the pins of another run: which there are, and which path is shown. A pin that was set in this run stays
    /// where it is.
    fn follow_pins(&mut self, lead: &Self, link: Link, code_of: impl Fn(u32) -> Option<Vec<f32>>) {
        let dimensions = self.dimensions();
        let pin = |lead: &Pin| {
            let known = self.pins.pin(lead.number).filter(|pin| pin.run == lead.run);
            if let Some(own) = known.filter(|own| own.run == self.run) {
                return Some(own.clone());
            }
            let code = match link {
                Link::Code => Some(resized(&lead.code, dimensions)),
                Link::Image => lead.image.and_then(&code_of),
            };
            let code = code.or_else(|| known.map(|pin| pin.code.clone()));
            // Until the code of its image is known, a pin has no place here.
            code.map(|code| Pin { code, ..lead.clone() })
        };
        let pins = lead.pins.pins().iter().filter_map(pin).collect();
        self.pins.follow(&lead.pins, pins);
    }
}

/// A code with as many numbers as another network has.
fn resized(code: &[f32], dimensions: usize) -> Vec<f32> {
    let mut code = code.to_vec();
    code.resize(dimensions, 0.0);
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::CodeTraits;

    const RUNS: [RunId; 2] = [RunId(1), RunId(2)];

    /// Two runs; in the second, the code of image i is (10·i, i, 0).
    fn two() -> Exploration {
        let mut document = Exploration::default();
        let code = |(run, dimensions)| CodeTraits { run, dimensions, is_variational: false };
        document.show_bench(&[(RUNS[0], 2), (RUNS[1], 3)].map(code));
        document
    }

    fn code_of(run: RunId, image: u32) -> Option<Vec<f32>> {
        let z = image as f32;
        (image < 100).then(|| if run == RUNS[0] { vec![z, -z] } else { vec![10.0 * z, z, 0.0] })
    }

    fn lead(document: &mut Exploration) -> &mut RunExploration {
        document.maps.cursor.leader = Some(RUNS[0]);
        document.open(RUNS[0]).expect("a run").0
    }

    #[test]
    fn the_others_go_to_their_own_code_of_the_same_image_or_to_the_same_numbers() {
        let mut document = two();
        lead(&mut document).point = vec![4.5, -4.0];
        let nobody = document.follow_leader(RUNS[0], code_of);
        assert_eq!(nobody, [], "no image is known yet");
        document.maps.cursor.image = Some(4);
        assert_eq!(document.follow_leader(RUNS[0], code_of), [(RUNS[1], vec![40.0, 4.0, 0.0])]);
        document.maps.cursor.origin = PointOrigin::Image;
        let both = [(RUNS[0], vec![4.0, -4.0]), (RUNS[1], vec![40.0, 4.0, 0.0])];
        assert_eq!(document.follow_leader(RUNS[0], code_of), both, "its code has changed since");
        document.maps.cursor.origin = PointOrigin::Moved;
        document.maps.link = Link::Code;
        assert_eq!(document.follow_leader(RUNS[0], code_of), [(RUNS[1], vec![4.5, -4.0, 0.0])]);
    }

    #[test]
    fn pins_are_set_in_every_run_and_the_points_go_along_their_own_path() {
        let mut document = two();
        let own = lead(&mut document);
        own.pins.add(vec![1.1, -1.0], Some(1), Some(RUNS[0])).expect("room");
        own.pins.add(vec![3.1, -3.0], Some(3), Some(RUNS[0])).expect("room");
        own.pins.position = 0.5;
        document.maps.cursor.origin = PointOrigin::Path;
        let points = document.follow_leader(RUNS[0], code_of);
        assert_eq!(points, [(RUNS[1], vec![20.0, 2.0, 0.0])], "the middle of its own path");
        // A pin of the second run stays where it was set, whoever leads.
        let own = document.open(RUNS[1]).expect("a run").0;
        own.pins.add(vec![7.0, 7.0, 7.0], Some(5), Some(RUNS[1])).expect("room");
        document.follow_leader(RUNS[1], code_of);
        let codes = |document: &Exploration, run| -> Vec<Vec<f32>> {
            document.run(run).expect("a run").pins.pins().iter().map(|pin| pin.code.clone()).collect()
        };
        assert_eq!(codes(&document, RUNS[0]), [vec![1.1, -1.0], vec![3.1, -3.0], vec![5.0, -5.0]]);
        document.follow_leader(RUNS[0], code_of);
        assert_eq!(codes(&document, RUNS[1])[2], [7.0, 7.0, 7.0]);
        document.open(RUNS[0]).expect("a run").0.pins.remove(2);
        document.follow_leader(RUNS[0], code_of);
        assert_eq!(codes(&document, RUNS[1]).len(), 2, "a pin that is removed is removed everywhere");
    }
}
