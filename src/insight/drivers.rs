//! What each number of a code stands for: the held-out images that drive it most and least, how much it varies, its KL, and
//! the number it is correlated with most.

use super::dimensions::dimensions;
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values};
use crate::data::Dataset;
use crate::look::decimal_label;
use crate::recipe::gesture::three_figures;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Numbers of the code that are shown: those that vary most.
const SHOWN: usize = 8;
/// Images at either end.
const IMAGES: usize = 5;

/// The images with the lowest and with the highest values of each number.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, sample, dataset, .. } = inputs;
    let (size, pixels) = (learner.code_size(), learner.pixels());
    let count = sample.len() / pixels.max(1);
    if matches!(learner.stage(), Stage::Layer(_)) || count < 2 * IMAGES {
        return Ok(None);
    }
    let images = learner.images(sample, learner.device());
    let codes = read(learner.model().encode(images.clone()).code)?;
    if codes.iter().any(|z| !z.is_finite()) {
        return Ok(None);
    }
    let all = dimensions(&learner.model(), images)?;
    let column = |number: usize| codes.iter().skip(number).step_by(size).copied();
    let deviation = |number: usize| {
        let mean = column(number).sum::<f32>() / count as f32;
        (column(number).map(|z| (z - mean).powi(2)).sum::<f32>() / count as f32).sqrt()
    };
    let deviations: Vec<f32> = (0..size).map(deviation).collect();
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| deviations[*b].total_cmp(&deviations[*a]));
    let constant = deviations.iter().filter(|deviation| **deviation < 1e-6).count();
    order.truncate(SHOWN);
    let mut shown = Vec::with_capacity(order.len() * 2 * IMAGES * pixels);
    let (mut rows, mut captions) = (Vec::new(), Vec::new());
    for number in &order {
        let mut ranked: Vec<(f32, usize)> = column(*number).zip(0..).collect();
        ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        for (z, image) in ranked[..IMAGES].iter().chain(&ranked[count - IMAGES..]) {
            shown.extend_from_slice(&sample[image * pixels..(image + 1) * pixels]);
            captions.push(decimal_label(f64::from(*z), 1));
        }
        let kl = all.get(*number).map(|dimension| format!(", {:.1} nats", dimension.kl));
        let deviation = three_figures(f64::from(deviations[*number]));
        let factor = strongest_factor(dataset, count, || column(*number));
        rows.push(format!("z{}: sd {deviation}{}{factor}", number + 1, kl.unwrap_or_default()));
    }
    let constant = match constant {
        0 => String::new(),
        1 => " One number is the same for all images.".to_owned(),
        many => format!(" {many} numbers are the same for all images."),
    };
    let meaning = format!(
        "For each number of the code, the held-out images with its lowest values on the left and with its highest on the \
         right. Numbers that vary most come first (sd is the standard deviation over images).{constant}"
    );
    let images = Images {
        shape: learner.shape(),
        columns: 2 * IMAGES,
        pixels: shown.into(),
        values: Values::Intensity,
        rows,
        captions,
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Drivers.title(), meaning, images)))
}

/// `, slant 0.82`: the known factor that a number follows most, with the correlation; nothing where none is known.
fn strongest_factor<I: Iterator<Item = f32>>(
    dataset: &Dataset,
    count: usize,
    column: impl Fn() -> I,
) -> String {
    let images = dataset.split.validation.iter().take(count);
    let of_factor = |values: &[f32]| {
        let pairs: Vec<[f64; 2]> = images
            .clone()
            .filter_map(|image| values.get(*image as usize))
            .zip(column())
            .map(|(factor, z)| [f64::from(*factor), f64::from(z)])
            .collect();
        correlation(&pairs)
    };
    let factors = dataset.factors.iter().map(|factor| (factor.name, of_factor(&factor.values)));
    let most = factors.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
    most.map_or(String::new(), |(name, r)| format!(", {name} {r:.2}"))
}

/// The correlation of pairs; zero where one of them is constant.
pub(super) fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let count = pairs.len().max(1) as f64;
    let mean = [0, 1].map(|side| pairs.iter().map(|pair| pair[side]).sum::<f64>() / count);
    let sum =
        |a: usize, b: usize| pairs.iter().map(|pair| (pair[a] - mean[a]) * (pair[b] - mean[b])).sum::<f64>();
    let length = (sum(0, 0) * sum(1, 1)).sqrt();
    if length > 0.0 { sum(0, 1) / length } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_the_known_ones() {
        assert!((correlation(&[[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]) - 1.0).abs() < 1e-12);
        assert!((correlation(&[[1.0, 3.0], [2.0, 1.0], [3.0, 2.0]]) + 0.5).abs() < 1e-12);
        assert_eq!(correlation(&[[1.0, 3.0], [1.0, 1.0]]), 0.0, "one of them is constant");
    }
}
