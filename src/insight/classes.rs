//! How well the class of an image can be told from its code: by the nearest codes, and by a linear probe. Beside them
//! the same on as many principal components and on raw pixels. The classes are used for nothing else: the network never
//! sees them.

use std::sync::Arc;

use super::class_rivals::{Accuracy, ClassRivals, STEPS, TOLERANCE, images, labels, share_right};
use super::neighbours::{NEIGHBOURS, Neighbours};
use super::probe::Probe;
use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Images, Level, Matrix, Values};
use crate::data::Dataset;
use crate::look::count_label;
use crate::model::Autoencoder;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Codes asked for in a slice, as a multiple of the images that are encoded in one.
const ASKED_AT_ONCE: usize = 2;
/// Mistakes that are shown.
const MISTAKES: usize = 40;

/// What was found about the classes of images.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many images were known.
    pub known: usize,
    /// The images that were asked for.
    pub asked: Vec<u32>,
    /// Their classes.
    pub labels: Vec<u8>,
    /// The class that the nearest codes have.
    pub by_neighbours: Vec<u8>,
    /// The class that the probe finds most probable.
    pub by_probe: Vec<u8>,
    /// How probable it finds it.
    pub certainty: Vec<f64>,
}

impl Found {
    /// Shares of images whose class is told right.
    pub fn accuracy(&self) -> Accuracy {
        let [neighbours, probe] =
            [&self.by_neighbours, &self.by_probe].map(|told| share_right(told, &self.labels));
        Accuracy { neighbours, probe }
    }

    /// How many images of each class (a row) were taken for each class (a column) by the probe.
    pub fn confusions(&self, classes: usize) -> Vec<u32> {
        let mut table = vec![0; classes * classes];
        for (label, told) in self.labels.iter().zip(&self.by_probe) {
            table[usize::from(*label) * classes + usize::from(*told)] += 1;
        }
        table
    }

    /// The places of the images that the probe tells wrong, the one it is surest of first.
    pub fn mistakes(&self) -> Vec<usize> {
        let mut wrong: Vec<usize> =
            (0..self.labels.len()).filter(|at| self.labels[*at] != self.by_probe[*at]).collect();
        wrong.sort_by(|a, b| self.certainty[*b].total_cmp(&self.certainty[*a]));
        wrong
    }

    pub(super) fn card(&self, topic: Topic, inputs: &CardInputs<'_>) -> Option<Card> {
        let dataset = inputs.dataset;
        match topic {
            Topic::Confusions => Some(self.confusion_card(&dataset.class_names)),
            Topic::Mistakes => self.mistakes_card(dataset),
            _ => Some(self.accuracy_card(inputs)),
        }
    }

    fn accuracy_card(&self, inputs: &CardInputs<'_>) -> Card {
        let code = inputs.learner.code_size();
        let ClassRivals { pixels, components } = inputs.class_rivals;
        let own = Some(("code".to_owned(), self.accuracy()));
        let of_components = components.map(|of| (format!("PCA {code}"), of));
        let of_pixels = pixels.map(|of| ("pixels".to_owned(), of));
        let all: Vec<(String, Accuracy)> = [own, of_components, of_pixels].into_iter().flatten().collect();
        let bars = |name: &String, of: &Accuracy| {
            [(format!("{name}, {NEIGHBOURS}-NN"), of.neighbours), (format!("{name}, probe"), of.probe)]
        };
        let named: Vec<(String, f64)> = all.iter().flat_map(|(name, of)| bars(name, of)).collect();
        let Accuracy { neighbours, probe } = self.accuracy();
        let of_components = components.map(|of| format!("from {code} principal components {}", pair(&of)));
        let of_pixels = pixels.map(|of| format!("from raw pixels {}", pair(&of)));
        let beside = match (of_components, of_pixels) {
            (None, None) => "The same from raw pixels is being measured.".to_owned(),
            (Some(one), None) | (None, Some(one)) => capital(&format!("{one}.")),
            (Some(one), Some(other)) => capital(&format!("{one}, {other}.")),
        };
        let meaning = format!(
            "From the codes of {} labelled training images, the {NEIGHBOURS} nearest classify {:.1}\u{a0}% of {} \
             held-out images correctly, and a linear probe (logistic regression) {:.1}\u{a0}%. {beside}",
            count_label(self.known as u64),
            100.0 * neighbours,
            count_label(self.asked.len() as u64),
            100.0 * probe
        );
        let bars = Bars {
            y: "accuracy on held-out images, %".to_owned(),
            values: named.iter().map(|(_, share)| 100.0 * *share as f32).collect(),
            highlighted: (0..named.len()).map(|bar| bar < 2).collect(),
            names: named.into_iter().map(|(name, _)| name).collect(),
            level: self.most_frequent().map(|share| Level {
                name: "always the most frequent class".to_owned(),
                value: 100.0 * share as f32,
            }),
            ..Bars::default()
        };
        Card::new(Topic::Classes.title(), meaning, bars)
    }

    /// The share of the most frequent class.
    fn most_frequent(&self) -> Option<f64> {
        let mut counts = [0_usize; 256];
        self.labels.iter().for_each(|label| counts[usize::from(*label)] += 1);
        counts.into_iter().max().map(|most| most as f64 / self.labels.len().max(1) as f64)
    }

    fn confusion_card(&self, names: &[String]) -> Card {
        let table = self.confusions(names.len());
        let wrong = (0..table.len()).filter(|place| place / names.len() != place % names.len());
        let most = wrong.max_by_key(|place| table[*place]).filter(|place| table[*place] > 0);
        let most = most.map_or("No image is misclassified.".to_owned(), |place| {
            let [class, told] = [place / names.len(), place % names.len()].map(|class| &names[class]);
            format!("Most often {class} is taken for {told}: {} times.", table[place])
        });
        let meaning = format!(
            "{} held-out images by their class (rows) and the class that a linear probe predicts from the code \
             (columns); correct ones are on the diagonal. {most}",
            count_label(self.asked.len() as u64)
        );
        let matrix = Matrix {
            x: "predicted class".to_owned(),
            y: "true class".to_owned(),
            rows: names.to_vec(),
            columns: names.to_vec(),
            values: table.iter().map(|count| *count as f32).collect(),
        };
        Card::new(Topic::Confusions.title(), meaning, matrix)
    }

    fn mistakes_card(&self, dataset: &Dataset) -> Option<Card> {
        let wrong = self.mistakes();
        let shown = &wrong[..MISTAKES.min(wrong.len())];
        if shown.is_empty() {
            return None;
        }
        let mut pixels = Vec::new();
        let images: Vec<u32> = shown.iter().map(|at| self.asked[*at]).collect();
        dataset.write_f32(&images, &mut pixels);
        let name = |class: u8| dataset.class_names.get(usize::from(class)).map_or("?", String::as_str);
        let caption = |at: &usize| format!("{}, not {}", name(self.labels[*at]), name(self.by_probe[*at]));
        let meaning = format!(
            "Of {} held-out images a linear probe on the code misclassifies {}. These are its most confident mistakes: \
             below each image its class, and the class it was taken for.",
            count_label(self.asked.len() as u64),
            count_label(wrong.len() as u64)
        );
        let images = Images {
            shape: dataset.shape,
            columns: 10,
            pixels: pixels.into(),
            values: Values::Intensity,
            rows: Vec::new(),
            captions: shown.iter().map(caption).collect(),
        };
        Some(Card::new(Topic::Mistakes.title(), meaning, images))
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn pair(of: &Accuracy) -> String {
    format!("{:.1} and {:.1}\u{a0}%", 100.0 * of.neighbours, 100.0 * of.probe)
}

/// The search for the classes of images, slice by slice, in one network.
#[derive(Debug)]
pub struct ClassesWork {
    model: Autoencoder,
    labelled: [Arc<[u32]>; 2],
    labels: [Vec<u8>; 2],
    /// The codes of the known images, then those that are asked for.
    codes: [Vec<f32>; 2],
    by_neighbours: Vec<u8>,
    probe: Option<Probe>,
    steps: usize,
}

impl ClassesWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let labelled = images(inputs.dataset, inputs.effort);
        let labels = [&labelled[0], &labelled[1]].map(|images| labels(inputs.dataset, images));
        Self {
            model: inputs.learner.model(),
            labelled: labelled.map(Arc::from),
            labels,
            codes: Default::default(),
            by_neighbours: Vec::new(),
            probe: None,
            steps: 0,
        }
    }

    /// Does a slice. What was found once there is no more to do, which is nothing without classes or without a code.
    pub(super) fn advance(
        &mut self,
        inputs: &CardInputs<'_>,
        many: usize,
    ) -> Result<Option<Option<Found>>, ReadError> {
        let classes = inputs.dataset.class_names.len();
        let has_code = !matches!(inputs.learner.stage(), Stage::Layer(_));
        if classes < 2 || !has_code || self.labelled.iter().any(|images| images.is_empty()) {
            return Ok(Some(None));
        }
        if self.encode(inputs, many)? {
            return Ok(None);
        }
        let dimensions = inputs.learner.code_size();
        let [known, asked] = &self.codes;
        let told = self.by_neighbours.len();
        if told < self.labels[1].len() {
            let to = (told + ASKED_AT_ONCE * many).min(self.labels[1].len());
            let near = Neighbours::new(known, &self.labels[0], dimensions);
            self.by_neighbours.extend(near.classes(&asked[told * dimensions..to * dimensions]));
            return Ok(None);
        }
        let new = || Probe::new(known, &self.labels[0], dimensions, classes);
        let probe = self.probe.get_or_insert_with(new);
        self.steps += 1;
        if !probe.step(TOLERANCE) && self.steps < STEPS {
            return Ok(None);
        }
        let told = probe.told(asked);
        let (by_probe, certainty) = told.into_iter().unzip();
        Ok(Some(Some(Found {
            known: self.labelled[0].len(),
            asked: self.labelled[1].to_vec(),
            labels: self.labels[1].clone(),
            by_neighbours: std::mem::take(&mut self.by_neighbours),
            by_probe,
            certainty,
        })))
    }

    /// Encodes some more images; whether there were any left.
    fn encode(&mut self, inputs: &CardInputs<'_>, many: usize) -> Result<bool, ReadError> {
        let (learner, dimensions) = (inputs.learner, inputs.learner.code_size());
        for (images, codes) in self.labelled.iter().zip(&mut self.codes) {
            let from = codes.len() / dimensions.max(1);
            let to = (from + many.max(1)).min(images.len());
            if from < to {
                let mut pixels = Vec::new();
                inputs.dataset.write_f32(&images[from..to], &mut pixels);
                codes.extend(read(self.model.encode(learner.images(&pixels, learner.device())).code)?);
                return Ok(true);
            }
        }
        Ok(false)
    }
}
