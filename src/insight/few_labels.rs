//! How many labels a classifier needs: a linear probe trained on one to a hundred labelled images of each class, several
//! times, with the spread over which images those are.
//!
//! On the host, no tensors.

use rand::seq::SliceRandom as _;

use super::probe::{Probe, STEPS, TOLERANCE, share_right};
use crate::recipe::random::{Purpose, stream};

/// Labelled images of each class.
const PER_CLASS: [usize; 7] = [1, 2, 5, 10, 20, 50, 100];
/// How often images are drawn.
const DRAWS: usize = 5;
/// The seed of the draws: the same images for codes and for what they are compared with.
const SEED: u64 = 0;

/// How well classes are told with so many labels of each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelPoint {
    /// Labelled images of each class.
    pub per_class: usize,
    /// The share of images whose class is told right, over all draws.
    pub mean: f64,
    /// The standard deviation over draws.
    pub spread: f64,
}

impl LabelPoint {
    /// The mean and the standard deviation of one share per draw.
    pub(super) fn new(per_class: usize, shares: &[f64]) -> Self {
        let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
        let squares: f64 = shares.iter().map(|share| (share - mean).powi(2)).sum();
        let spread = (squares / shares.len().saturating_sub(1).max(1) as f64).sqrt();
        Self { per_class, mean, spread }
    }
}

/// Images with their classes, as codes or as pixels: those that are labelled, and those whose classes are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// So many numbers for each image, and their classes.
    pub known: (&'a [f32], &'a [u8]),
    /// The same of the images that are asked for.
    pub asked: (&'a [f32], &'a [u8]),
    /// Numbers of an image.
    pub numbers: usize,
    /// Classes there are.
    pub classes: usize,
}

/// The search under way.
#[derive(Debug, Default)]
pub struct LabelSearch {
    size: usize,
    shares: Vec<f64>,
    probe: Option<Probe>,
    steps: usize,
    points: Vec<LabelPoint>,
}

impl LabelSearch {
    /// All of it, however long it takes.
    pub fn run(images: Labelled<'_>) -> Vec<LabelPoint> {
        let mut search = Self::default();
        loop {
            if let Some(points) = search.advance(images) {
                return points;
            }
        }
    }

    /// Takes one step of a probe. What was found once there is no more to do.
    pub fn advance(&mut self, images: Labelled<'_>) -> Option<Vec<LabelPoint>> {
        let Labelled { asked, numbers, classes, .. } = images;
        let Some(per_class) = PER_CLASS.get(self.size).copied() else {
            return Some(std::mem::take(&mut self.points));
        };
        let Some(probe) = &mut self.probe else {
            let draw = (self.size * DRAWS + self.shares.len()) as u64;
            let Some((codes, labels)) = drawn(images, per_class, draw) else {
                return Some(std::mem::take(&mut self.points));
            };
            (self.probe, self.steps) = (Some(Probe::new(&codes, &labels, numbers, classes)), 0);
            return None;
        };
        self.steps += 1;
        if self.steps <= STEPS && !probe.step(TOLERANCE) {
            return None;
        }
        self.shares.push(share_right(&probe.classes(asked.0), asked.1));
        self.probe = None;
        if self.shares.len() == DRAWS {
            self.points.push(LabelPoint::new(per_class, &std::mem::take(&mut self.shares)));
            self.size += 1;
        }
        None
    }
}

/// The codes and the classes of so many images of each class, drawn at random; `None` where a class has fewer.
fn drawn(images: Labelled<'_>, per_class: usize, draw: u64) -> Option<(Vec<f32>, Vec<u8>)> {
    let (codes, labels) = images.known;
    let mut chosen = (Vec::new(), Vec::new());
    for row in drawn_rows(labels, images.classes, per_class, draw)? {
        chosen.0.extend_from_slice(codes.get(row * images.numbers..(row + 1) * images.numbers)?);
        chosen.1.push(labels[row]);
    }
    Some(chosen)
}

/// The places of so many images of each class, drawn at random; `None` where a class has fewer.
pub(super) fn drawn_rows(labels: &[u8], classes: usize, per_class: usize, draw: u64) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.shuffle(&mut stream(SEED, Purpose::FewLabels, draw));
    // Classes that are left out of training have no images.
    let mut has_images = vec![false; classes];
    labels.iter().for_each(|label| has_images[usize::from(*label)] = true);
    let mut counts = vec![0_usize; classes];
    let mut rows = Vec::new();
    for row in order {
        let count = counts.get_mut(usize::from(labels[row]))?;
        if *count < per_class {
            *count += 1;
            rows.push(row);
        }
    }
    counts.iter().zip(has_images).all(|(count, has)| !has || *count == per_class).then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_labels_help_and_a_class_with_few_images_ends_the_curve() {
        // Two classes that overlap a little, 30 images of each.
        let labels: Vec<u8> = (0..60).map(|i| i % 2).collect();
        let code = |i: usize| f32::from(labels[i]) + (i as f32 * 1.7).sin() * 0.8;
        let codes: Vec<f32> = (0..60).map(code).collect();
        let images = Labelled { known: (&codes, &labels), asked: (&codes, &labels), numbers: 1, classes: 2 };
        let points = LabelSearch::run(images);
        let sizes: Vec<usize> = points.iter().map(|point| point.per_class).collect();
        assert_eq!(sizes, [1, 2, 5, 10, 20], "there are no 50 images of a class");
        assert!(points[4].mean > points[0].mean && points[0].spread > points[4].spread, "{points:?}");
        assert_eq!(LabelSearch::run(images), points, "the same draws each time");
    }

    #[test]
    fn draws_are_balanced_and_without_repetition() {
        let labels: Vec<u8> = (0..90).map(|i| i % 3).collect();
        let codes: Vec<f32> = (0..90).map(|i| i as f32).collect();
        let images = Labelled { known: (&codes, &labels), asked: (&codes, &labels), numbers: 1, classes: 3 };
        let (rows, classes) = drawn(images, 5, 3).expect("enough images");
        assert_eq!([0, 1, 2].map(|class| classes.iter().filter(|c| **c == class).count()), [5; 3]);
        let different: std::collections::BTreeSet<u32> = rows.iter().map(|row| *row as u32).collect();
        assert_eq!(different.len(), 15);
        assert_eq!(drawn(images, 31, 0), None, "there are 30 of each");
    }
}
