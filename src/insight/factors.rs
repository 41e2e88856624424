//! Known factors of variation and the code: which number follows which factor, and how well they agree.

use super::card_work::{CardWork, Slice};
use super::code_statistics::Codes;
use super::disentanglement::{Columns, Scores, correlations};
use super::encoding::Encoding;
use super::{CardInputs, Topic};
use crate::chart::cards::{Bars, Card, Matrix};
use crate::train::Stage;

/// Held-out images that are looked at.
const IMAGES: usize = 2_000;
/// Numbers of the code that are scored, and that are shown: those that vary most.
const SCORED: usize = 64;
const SHOWN: usize = 24;

/// Codes and factors of held-out images, under way.
#[derive(Debug)]
pub struct FactorsWork {
    topic: Topic,
    encoding: Encoding,
}

impl CardWork for FactorsWork {
    /// Encodes some images; at the end, works out the scores.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let learner = inputs.learner;
        let is_early = matches!(learner.stage(), Stage::Layer(_));
        if is_early || inputs.dataset.factors.is_empty() || self.encoding.images().is_empty() {
            return Ok(Some(None));
        }
        if self.encoding.advance(inputs, many)? {
            return Ok(None);
        }
        Ok(Some(match self.topic {
            Topic::Factors => self.matrix(inputs),
            _ => self.bars(inputs),
        }))
    }

    fn turn_to(&mut self, topic: Topic) -> bool {
        let is_of_factors = matches!(topic, Topic::Factors | Topic::Disentanglement);
        if is_of_factors {
            self.topic = topic;
        }
        is_of_factors
    }
}

impl FactorsWork {
    pub(super) fn new(topic: Topic, inputs: &CardInputs<'_>) -> Self {
        let split = &inputs.dataset.split;
        let images = if inputs.effort.of_test { &split.test } else { &split.validation };
        Self { topic, encoding: Encoding::new(inputs, &images[..IMAGES.min(images.len())]) }
    }

    /// The factors of the images, one column each.
    fn factors(&self, inputs: &CardInputs<'_>) -> Columns {
        let values =
            |image: &u32, values: &[f32]| values.get(*image as usize).map_or(f64::NAN, |x| f64::from(*x));
        let factors = inputs.dataset.factors.iter();
        factors
            .map(|factor| self.encoding.images().iter().map(|image| values(image, &factor.values)).collect())
            .collect()
    }

    /// Which number follows which factor.
    fn matrix(&self, inputs: &CardInputs<'_>) -> Option<Card> {
        let (mut places, columns) = most_varied(self.encoding.codes(), inputs.learner.code_size(), SHOWN)?;
        places.iter_mut().for_each(|place| *place += 1);
        let factors = self.factors(inputs);
        let mut values = correlations(&factors, &columns);
        values.iter_mut().for_each(|value| *value = (1e3 * *value).round() / 1e3);
        let names: Vec<String> = inputs.dataset.factors.iter().map(|factor| factor.name.to_owned()).collect();
        let strongest = |factor: usize| {
            let of = |number: &usize| values[factor * places.len() + number];
            let most = (0..places.len()).max_by(|a, b| of(a).abs().total_cmp(&of(b).abs()))?;
            Some(format!("{} z{} ({:.2})", names[factor], places[most], of(&most)))
        };
        let told: Vec<String> = (0..names.len()).filter_map(strongest).collect();
        let which = if places.len() < inputs.learner.code_size() {
            format!(" Shown are the {} numbers that vary most.", places.len())
        } else {
            String::new()
        };
        let meaning = format!(
            "The correlation of each number of the code with each known factor over {} held-out images; red is negative. \
             The number that follows each factor most: {}. A factor that moves the code along a curve, as an angle does, \
             can matter without a correlation.{which}",
            self.encoding.images().len(),
            told.join(", ")
        );
        let matrix = Matrix {
            x: "number of the code".to_owned(),
            y: String::new(),
            rows: names,
            columns: places.iter().map(|place| format!("z{place}")).collect(),
            values,
        };
        Some(Card::new(Topic::Factors.title(), meaning, matrix))
    }

    /// How well numbers and factors agree, beside principal components.
    fn bars(&self, inputs: &CardInputs<'_>) -> Option<Card> {
        let (numbers, factors) = (inputs.learner.code_size(), self.factors(inputs));
        let scores = |codes: &[f32], numbers| {
            let (_, columns) = most_varied(codes, numbers, SCORED)?;
            Scores::new(&columns, &factors, inputs.recipe.seed)
        };
        let of_code = scores(self.encoding.codes(), numbers)?;
        let of_components = inputs.pca.and_then(|pca| {
            let pca = pca.first(numbers);
            scores(&pca.project(&self.encoding.pixels(inputs)), pca.k)
        });
        let rows = |scores: &Scores| {
            let explained = scores.explained.iter().sum::<f64>() / scores.explained.len().max(1) as f64;
            [scores.gap(), scores.votes, scores.disentanglement, scores.completeness, explained]
        };
        let (mut names, mut values, mut highlighted) = (Vec::new(), Vec::new(), Vec::new());
        let of_components = of_components.as_ref().map(rows);
        for (place, name) in ["MIG", "FactorVAE", "D of DCI", "C of DCI", "I of DCI"].into_iter().enumerate()
        {
            let rivals = of_components.map(|rows| (format!("{name}, PCA"), rows[place], false));
            for (name, value, is_code) in
                std::iter::once((name.to_owned(), rows(&of_code)[place], true)).chain(rivals)
            {
                names.push(name);
                values.push(value as f32);
                highlighted.push(is_code);
            }
        }
        let meaning = format!(
            "How well single numbers of the code stand for single factors ({}), by {} held-out images; 1 is best. MIG: the \
             lead of the most informative number over the next. FactorVAE: right votes of the number that varies least \
             while a factor is fixed. D and C: one factor per number and one number per factor in a linear model; I: what \
             that model explains in other images. Another seed can change these scores as much as another method does \
             (Locatello et al. 2019), so compare several runs.",
            inputs.dataset.factors.iter().map(|factor| factor.name).collect::<Vec<_>>().join(", "),
            self.encoding.images().len()
        );
        let x = match &of_components {
            Some(_) => format!("grey: {numbers} principal components"),
            None => String::new(),
        };
        let bars = Bars { x, y: "0 to 1".to_owned(), values, names, highlighted, ..Bars::default() };
        Some(Card::new(Topic::Disentanglement.title(), meaning, bars))
    }
}

/// The places of the numbers that vary most, in order, and their columns; `None` where a number is not finite.
fn most_varied(codes: &[f32], numbers: usize, most: usize) -> Option<(Vec<usize>, Columns)> {
    if numbers == 0 || codes.iter().any(|z| !z.is_finite()) {
        return None;
    }
    let codes = Codes { numbers: codes.to_vec(), size: numbers };
    let mut places = codes.most_varied(most);
    places.sort_unstable();
    let columns = places.iter().map(|place| codes.column(*place).collect()).collect();
    Some((places, columns))
}
