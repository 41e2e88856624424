//! How well the class of an image can be told from its code: by the nearest codes, and by a linear probe. Beside them
//! the same on as many principal components and on raw pixels. The classes are used for nothing else: the network never
//! sees them.

use super::card_work::{CardWork, Slice};
use super::class_rivals::{ClassRivals, images, labels};
use super::clusters::{Clusters, KMeans, SEED, SORTED, adjusted_rand_index};
use super::encoding::Encoding;
use super::few_labels::{LabelPoint, LabelSearch, Labelled};
use super::neighbours::{NEIGHBOURS, Neighbours};
use super::probe::{Probe, STEPS, TOLERANCE, share_right};
use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Images, Level, Line, Lines, Matrix, Values};
use crate::data::Dataset;
use crate::look::{as_sentence, count_label};
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
    /// Shares of images whose class is told right, by the nearest codes and by the probe.
    pub fn shares(&self) -> [f64; 2] {
        [&self.by_neighbours, &self.by_probe].map(|told| share_right(told, &self.labels))
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

    fn card(&self, topic: Topic, inputs: &CardInputs<'_>) -> Option<Card> {
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
        let [pixels, components] = [pixels, components].map(|of| of.map(|of| [of.neighbours, of.probe]));
        let own = Some(("code".to_owned(), self.shares()));
        let of_components = components.map(|of| (format!("PCA {code}"), of));
        let of_pixels = pixels.map(|of| ("pixels".to_owned(), of));
        let all: Vec<(String, [f64; 2])> = [own, of_components, of_pixels].into_iter().flatten().collect();
        let bars = |name: &String, [neighbours, probe]: [f64; 2]| {
            [(format!("{name}, {NEIGHBOURS}-NN"), neighbours), (format!("{name}, probe"), probe)]
        };
        let named: Vec<(String, f64)> = all.iter().flat_map(|(name, of)| bars(name, *of)).collect();
        let [neighbours, probe] = self.shares();
        let of_components = components.map(|of| format!("from {code} principal components {}", pair(of)));
        let of_pixels = pixels.map(|of| format!("from raw pixels {}", pair(of)));
        let beside = match (of_components, of_pixels) {
            (None, None) => "The same from raw pixels is being measured.".to_owned(),
            (Some(one), None) | (None, Some(one)) => as_sentence(&one),
            (Some(one), Some(other)) => as_sentence(&format!("{one}, {other}")),
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
            captions: shown.iter().map(caption).collect(),
            ..Images::default()
        };
        Some(Card::new(Topic::Mistakes.title(), meaning, images))
    }
}

/// The accuracy with few labels, beside that from pixels and from principal components.
fn few_labels_card(points: &[LabelPoint], inputs: &CardInputs<'_>) -> Option<Card> {
    let code = inputs.learner.code_size();
    let line = |name: String, points: &[LabelPoint]| Line {
        name,
        points: points.iter().map(|point| [point.per_class as f32, 100.0 * point.mean as f32]).collect(),
        errors: points.iter().map(|point| 100.0 * point.spread as f32).collect(),
    };
    let [of_pixels, of_components] = inputs.label_rivals;
    let own = Some(line("code".to_owned(), points));
    let of_components = of_components.map(|points| line(format!("PCA {code}"), points));
    let pixels = of_pixels.map(|points| line("pixels".to_owned(), points));
    let middle = points.get(points.len() / 2)?;
    let beside = of_pixels.and_then(|points| points.iter().find(|point| point.per_class == middle.per_class));
    let beside = match beside {
        Some(point) => format!("from raw pixels {}", percent(point)),
        None => "the same from raw pixels is being measured".to_owned(),
    };
    let meaning = format!(
        "A linear probe trained on {} labelled images of each class classifies {} of {} held-out images correctly from the \
         code, {beside}. Bars are standard deviations over draws of the labelled images; a difference smaller than \
         them means nothing.",
        middle.per_class,
        percent(middle),
        count_label(inputs.effort.asked.min(inputs.dataset.len()) as u64)
    );
    let lines = Lines {
        x: "labelled images of each class".to_owned(),
        y: "accuracy on held-out images, %".to_owned(),
        are_ratios: true,
        series: [own, of_components, pixels].into_iter().flatten().collect(),
        level: None,
    };
    Some(Card::new(Topic::FewLabels.title(), meaning, lines))
}

fn percent(point: &LabelPoint) -> String {
    format!("{:.1} ± {:.1}\u{a0}%", 100.0 * point.mean, 100.0 * point.spread)
}

fn pair([neighbours, probe]: [f64; 2]) -> String {
    format!("{:.1} and {:.1}\u{a0}%", 100.0 * neighbours, 100.0 * probe)
}

/// The search for the classes of images, slice by slice, in one network.
#[derive(Debug)]
pub struct ClassesWork {
    topic: Topic,
    model: Autoencoder,
    /// The known images, then those that are asked for.
    encodings: [Encoding; 2],
    labels: [Vec<u8>; 2],
    by_neighbours: Vec<u8>,
    probe: Option<Probe>,
    steps: usize,
    found: Option<Found>,
    search: Option<KMeans>,
    few: LabelSearch,
}

impl CardWork for ClassesWork {
    /// Does a slice. The card once there is no more to do, which is none without classes or without a code.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let classes = inputs.dataset.class_names.len();
        let has_code = !matches!(inputs.learner.stage(), Stage::Layer(_));
        if inputs.dataset.kept_classes() < 2
            || !has_code
            || self.encodings.iter().any(|encoding| encoding.images().is_empty())
        {
            return Ok(Some(None));
        }
        for encoding in &mut self.encodings {
            if encoding.advance(inputs, many)? {
                return Ok(None);
            }
        }
        if self.topic == Topic::FewLabels {
            let [known, asked] = [0, 1].map(|part| (self.encodings[part].codes(), &self.labels[part][..]));
            let numbers = inputs.learner.code_size();
            let points = self.few.advance(Labelled { known, asked, numbers, classes });
            return Ok(points.map(|points| few_labels_card(&points, inputs)));
        }
        if self.topic == Topic::Groups {
            let clusters = self.sort(inputs.learner.code_size(), classes);
            return clusters.map(|clusters| self.groups_card(&clusters, inputs)).transpose();
        }
        if self.found.is_none() {
            self.found = self.find(inputs.learner.code_size(), classes, many);
        }
        Ok(self.found.as_ref().map(|found| found.card(self.topic, inputs)))
    }

    fn turn_to(&mut self, topic: Topic) -> bool {
        let is_about_classes = matches!(
            topic,
            Topic::Classes | Topic::Confusions | Topic::Mistakes | Topic::Groups | Topic::FewLabels
        );
        if is_about_classes {
            self.topic = topic;
        }
        is_about_classes
    }
}

impl ClassesWork {
    pub(super) fn new(topic: Topic, inputs: &CardInputs<'_>) -> Self {
        let labelled = images(inputs.dataset, inputs.effort);
        let labels = [&labelled[0], &labelled[1]].map(|images| labels(inputs.dataset, images));
        Self {
            topic,
            model: inputs.learner.model(),
            encodings: labelled.map(|images| Encoding::new(inputs, &images)),
            labels,
            by_neighbours: Vec::new(),
            probe: None,
            steps: 0,
            found: None,
            search: None,
            few: LabelSearch::default(),
        }
    }

    /// Does a round of sorting codes into groups, once all images are encoded.
    fn sort(&mut self, dimensions: usize, classes: usize) -> Option<Clusters> {
        let known = self.encodings[0].codes();
        let sorted = &known[..known.len().min(SORTED * dimensions)];
        let count = u8::try_from(classes).unwrap_or(u8::MAX);
        let search = self.search.get_or_insert_with(|| KMeans::new(sorted, dimensions, count, SEED));
        search.advance(sorted)
    }

    /// Does a slice of telling classes from codes, once all images are encoded.
    fn find(&mut self, dimensions: usize, classes: usize, many: usize) -> Option<Found> {
        let [known, asked] = [0, 1].map(|part| self.encodings[part].codes());
        let told = self.by_neighbours.len();
        if told < self.labels[1].len() {
            let to = (told + ASKED_AT_ONCE * many).min(self.labels[1].len());
            let near = Neighbours::new(known, &self.labels[0], dimensions);
            self.by_neighbours.extend(near.classes(&asked[told * dimensions..to * dimensions]));
            return None;
        }
        let new = || Probe::new(known, &self.labels[0], dimensions, classes);
        let probe = self.probe.get_or_insert_with(new);
        self.steps += 1;
        if self.steps <= STEPS && !probe.step(TOLERANCE) {
            return None;
        }
        let told = probe.told(asked);
        let (by_probe, certainty) = told.into_iter().unzip();
        Some(Found {
            known: self.encodings[0].images().len(),
            asked: self.encodings[1].images().to_vec(),
            labels: self.labels[1].clone(),
            by_neighbours: std::mem::take(&mut self.by_neighbours),
            by_probe,
            certainty,
        })
    }

    /// The image of each group's mean code, with the class that most of the group has.
    fn groups_card(&self, clusters: &Clusters, inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
        let labels = &self.labels[0][..clusters.groups.len()];
        let (learner, dataset) = (inputs.learner, inputs.dataset);
        let code = learner.code_size();
        let groups = clusters.means.len() / code.max(1);
        let pixels = read(self.model.decode(learner.codes(&clusters.means)))?;
        let caption = |group: usize| {
            let mut counts = [0_usize; 256];
            let members = clusters.groups.iter().zip(labels);
            let members = members.filter(|(of, _)| usize::from(**of) == group);
            members.for_each(|(_, label)| counts[usize::from(*label)] += 1);
            let all: usize = counts.iter().sum();
            let most = counts.iter().enumerate().max_by_key(|(_, count)| **count);
            let Some((class, most)) = most.filter(|(_, most)| **most > 0) else { return "empty".to_owned() };
            let name = dataset.class_names.get(class).map_or("?", String::as_str);
            format!("{name}: {:.0} % of {all}", 100.0 * *most as f64 / all as f64)
        };
        let ClassRivals { pixels: of_pixels, components } = inputs.class_rivals;
        let components = components.map(|of| format!("from {code} principal components {:.2}", of.agreement));
        let of_pixels = of_pixels.map(|of| format!("from raw pixels {:.2}", of.agreement));
        let beside: Vec<String> = components.into_iter().chain(of_pixels).collect();
        let beside =
            if beside.is_empty() { String::new() } else { format!(" {}", as_sentence(&beside.join(", "))) };
        let meaning = format!(
            "k-means sorts {} codes into {groups} groups without knowing their classes. The adjusted Rand index says how \
             well the groups agree with the classes, {:.2}: 1 would be the classes, 0 is chance.{beside} Below each mean \
             code, decoded: the most frequent class of its group.",
            count_label(clusters.groups.len() as u64),
            adjusted_rand_index(&clusters.groups, labels)
        );
        let images = Images {
            shape: dataset.shape,
            columns: groups.min(5),
            pixels: pixels.into(),
            values: Values::Intensity,
            captions: (0..groups).map(caption).collect(),
            ..Images::default()
        };
        Ok(Some(Card::new(Topic::Groups.title(), meaning, images)))
    }
}
