//! Which pixels of an image move its code: integrated gradients (Sundararajan and others 2017), and occlusion.

use burn::tensor::{Tensor, TensorData};

use super::card_work::{CardWork, Slice};
use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values, signed_each};
use crate::look::decimal_label;
use crate::model::Autoencoder;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Numbers of the code whose pixels are shown: those that are furthest from their values for a black image.
const NUMBERS: usize = 4;
/// Images whose pixels are shown.
const IMAGES: usize = 6;
/// Steps of the path from a black image to the image.
const STEPS: usize = 96;
/// Images that are occluded.
const OCCLUDED: usize = 10;
/// The side of the patch that covers a part of the image, as a share of the image, and its step.
const PATCH: (usize, usize) = (5, 14);

/// The integrated gradients of a number of the code of an image.
#[derive(Debug)]
struct Attribution {
    /// One for each pixel: what the pixel contributes to the change from a black image.
    pixels: Vec<f32>,
    /// The sum over pixels.
    sum: f64,
    /// The change of the number from a black image to the image, which the sum should be.
    change: f64,
}

impl Attribution {
    /// The sum, and what it should be.
    fn caption(&self) -> String {
        format!("{} of {}", decimal_label(self.sum, 2), decimal_label(self.change, 2))
    }
}

/// How far each image moves a number of the code away from its value for a black image.
#[derive(Debug)]
struct Changes {
    number: usize,
    of_images: Vec<f64>,
}

/// The gradients under way, of one network: one number of the code of one image in a slice.
#[derive(Debug)]
pub struct GradientsWork {
    model: Autoencoder,
    images: Vec<f32>,
    /// The numbers that are shown, and how far each image moves each of them; nothing before the first slice.
    changes: Option<Vec<Changes>>,
    done: Vec<Attribution>,
}

impl CardWork for GradientsWork {
    fn advance(&mut self, inputs: &CardInputs<'_>, _: usize) -> Slice {
        let learner = inputs.learner;
        let pixels = learner.pixels();
        if matches!(learner.stage(), Stage::Layer(_)) || self.images.is_empty() {
            return Ok(Some(None));
        }
        let Some(changes) = &self.changes else {
            self.changes = changes(inputs, &self.images)?;
            return Ok(if self.changes.is_none() { Some(None) } else { None });
        };
        let count = self.images.len() / pixels;
        let (row, image) = (self.done.len() / count, self.done.len() % count);
        if let Some(Changes { number, of_images }) = changes.get(row) {
            let x = &self.images[image * pixels..(image + 1) * pixels];
            self.done.push(attribution(inputs, &self.model, x, *number, of_images[image])?);
            return Ok(None);
        }
        Ok(Some(self.card(inputs)))
    }
}

impl GradientsWork {
    pub(super) fn new(inputs: &CardInputs<'_>) -> Self {
        let images = inputs.first_examples(IMAGES).to_vec();
        Self { model: inputs.learner.learning_model(), images, changes: None, done: Vec::new() }
    }

    /// The contributions drawn over the images.
    fn card(&self, inputs: &CardInputs<'_>) -> Option<Card> {
        let learner = inputs.learner;
        let numbers: Vec<usize> = self.changes.iter().flatten().map(|changes| changes.number).collect();
        let shown: Vec<f32> =
            self.done.iter().flat_map(|one| signed_each(&one.pixels, one.pixels.len())).collect();
        if shown.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let off = |one: &Attribution| (one.sum - one.change).abs() / one.change.abs().max(0.1);
        let meaning = format!(
            "What each pixel contributes to a number of the code on the way from a black image to this one (integrated \
             gradients). Below each image the sum over pixels and the change of the number: they should be equal, and \
             differ by at most {:.0}\u{a0}% here.",
            100.0 * self.done.iter().map(off).fold(0.0, f64::max)
        );
        let images = Images {
            shape: learner.shape(),
            columns: self.images.len() / learner.pixels(),
            pixels: shown.into(),
            under: Some(self.images.clone().into()),
            values: Values::Signed,
            rows: numbers.iter().map(|number| format!("z{}", number + 1)).collect(),
            captions: self.done.iter().map(Attribution::caption).collect(),
            ..Images::default()
        };
        Some(Card::new(Topic::Gradients.title(), meaning, images))
    }
}

/// The numbers of the code that images move most away from those of a black image, and by how much each image does;
/// nothing where codes are not finite.
fn changes(inputs: &CardInputs<'_>, images: &[f32]) -> Result<Option<Vec<Changes>>, ReadError> {
    let learner = inputs.learner;
    let (size, pixels) = (learner.code_size(), learner.pixels());
    let mut with_black = images.to_vec();
    with_black.resize(images.len() + pixels, 0.0);
    let codes = read(learner.model().encode(learner.images(&with_black, learner.device())).code)?;
    if codes.iter().any(|z| !z.is_finite()) {
        return Ok(None);
    }
    let (codes, black) = codes.split_at(codes.len() - size);
    let of_number = |number: usize| {
        let change = |code: &[f32]| f64::from(code[number] - black[number]);
        Changes { number, of_images: codes.chunks_exact(size).map(change).collect() }
    };
    let mut all: Vec<Changes> = (0..size).map(of_number).collect();
    let strength = |changes: &[f64]| changes.iter().map(|change| change * change).sum::<f64>();
    all.sort_by(|a, b| strength(&b.of_images).total_cmp(&strength(&a.of_images)));
    all.truncate(NUMBERS);
    Ok(Some(all))
}

/// The gradient of a number along the path, by autodiff, integrated over the path and multiplied by the image. The path is
/// α·x with α = u³ and equal steps of u: where features are normalised, a code changes most right after black.
fn attribution(
    inputs: &CardInputs<'_>,
    model: &Autoencoder,
    image: &[f32],
    number: usize,
    change: f64,
) -> Result<Attribution, ReadError> {
    let learner = inputs.learner;
    let pixels = image.len();
    let middle = |step: usize| (step as f32 + 0.5) / STEPS as f32;
    let path: Vec<f32> =
        (0..STEPS).flat_map(|step| image.iter().map(move |x| x * middle(step).powi(3))).collect();
    let device = learner.device().clone().autodiff();
    let path = Tensor::<2>::from_data(TensorData::new(path, [STEPS, pixels]), &device).require_grad();
    let code = model.encode(path.clone()).code;
    let gradients = code.narrow(1, number, 1).sum().backward();
    let Some(gradient) = path.grad(&gradients) else {
        return Ok(Attribution { pixels: vec![0.0; pixels], sum: 0.0, change });
    };
    let mut parts = vec![0.0_f32; pixels];
    for (step, gradient) in read(gradient)?.chunks_exact(pixels).enumerate() {
        let width = 3.0 * middle(step).powi(2) / STEPS as f32;
        parts.iter_mut().zip(gradient).for_each(|(part, gradient)| *part += width * gradient);
    }
    let pixels: Vec<f32> = parts.iter().zip(image).map(|(gradient, x)| gradient * x).collect();
    let sum = pixels.iter().map(|part| f64::from(*part)).sum();
    Ok(Attribution { pixels, sum, change })
}

/// How far the code moves when a patch covers a part of the image, drawn over the image.
pub(super) fn occlusion(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let learner = inputs.learner;
    let (shape, size, pixels) = (learner.shape(), learner.code_size(), learner.pixels());
    let images = inputs.first_examples(OCCLUDED);
    if matches!(learner.stage(), Stage::Layer(_)) || images.is_empty() {
        return Ok(None);
    }
    let cells = [shape.height, shape.width].map(|side| side.min(PATCH.1));
    let patch = [shape.height, shape.width].map(|side| side.div_ceil(PATCH.0).max(1));
    let (mut shown, mut largest) = (Vec::new(), 0.0_f32);
    for image in images.chunks_exact(pixels) {
        let mut covered = image.to_vec();
        for row in 0..cells[0] {
            for column in 0..cells[1] {
                covered.extend(cover(image, shape.dims(), [row, column], cells, patch));
            }
        }
        let codes = read(learner.model().encode(learner.images(&covered, learner.device())).code)?;
        let (own, others) = codes.split_at(size);
        let distance = |code: &[f32]| {
            let squares: f32 = code.iter().zip(own).map(|(a, b)| (a - b).powi(2)).sum();
            squares.sqrt()
        };
        let distances: Vec<f32> = others.chunks_exact(size).map(distance).collect();
        largest = distances.iter().fold(largest, |most, distance| most.max(*distance));
        let of_pixel = |place: usize| {
            let (row, column) = (place / shape.width, place % shape.width);
            distances[row * cells[0] / shape.height * cells[1] + column * cells[1] / shape.width]
        };
        let map: Vec<f32> = (0..shape.height * shape.width).map(of_pixel).collect();
        (0..shape.channels).for_each(|_| shown.extend_from_slice(&map));
    }
    if shown.iter().any(|x| !x.is_finite()) {
        return Ok(None);
    }
    let meaning = format!(
        "How far the code moves when a dark patch of {} by {} pixels covers a part of the image: by up to {largest:.2}. Where \
         the map is dark the network does not look.",
        patch[0], patch[1]
    );
    let count = images.len() / pixels;
    let images = Images {
        shape,
        columns: count.min(5),
        pixels: signed_each(&shown, pixels).into(),
        under: Some(images.into()),
        values: Values::Signed,
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Occlusion.title(), meaning, images)))
}

/// The image with a dark patch around the middle of a cell.
fn cover(
    image: &[f32],
    [_, height, width]: [usize; 3],
    [row, column]: [usize; 2],
    cells: [usize; 2],
    patch: [usize; 2],
) -> Vec<f32> {
    let middle = [(2 * row + 1) * height / (2 * cells[0]), (2 * column + 1) * width / (2 * cells[1])];
    let is_covered = |place: usize, axis: usize| {
        let from = middle[axis].saturating_sub(patch[axis] / 2);
        (from..from + patch[axis]).contains(&place)
    };
    let mut covered = image.to_vec();
    for (place, pixel) in covered.iter_mut().enumerate() {
        let (row, column) = (place / width % height, place % width);
        if is_covered(row, 0) && is_covered(column, 1) {
            *pixel = 0.0;
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_covers_its_cell_in_all_channels() {
        let covered = cover(&[1.0; 2 * 4 * 4], [2, 4, 4], [0, 1], [2, 2], [2, 2]);
        let dark: Vec<usize> = (0..32).filter(|place| covered[*place] == 0.0).collect();
        assert_eq!(dark, [2, 3, 6, 7, 18, 19, 22, 23]);
    }
}
