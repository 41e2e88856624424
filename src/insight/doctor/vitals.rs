//! A check: how a network is on a few held-out images.

use burn::tensor::Tensor;

use crate::data::ImageShape;
use crate::model::objective::kl_per_dimension;
use crate::model::{Activations, LayerOutput};
use crate::recipe::Recipe;
use crate::train::read::{ReadError, read};
use crate::train::updates::{LayerUpdate, updates};
use crate::train::{Learner, Stage};

/// Images that a check looks at.
pub const IMAGES: usize = 128;
/// An activation this near to an end of its range, as a share of the range, is saturated.
const NEAR_END: f32 = 0.05;
/// A number of a Gaussian code further from zero than this lies where the prior has next to nothing.
const OUTSIDE: f32 = 3.0;
/// An activation, or a deviation, smaller than this is zero.
const ZERO: f32 = 1e-6;

/// A hidden layer on a few images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HiddenLayer {
    /// The share of its units that are zero for all images; zero for activations that are never exactly zero.
    pub dead: f64,
    /// The share of its outputs at the ends of the activation's range; zero for activations without ends.
    pub saturated: f64,
}

/// A network on a few held-out images.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vitals {
    /// Updates made.
    pub step: u64,
    /// The learning rate.
    pub learning_rate: f64,
    /// How far the next update would move each layer.
    pub updates: Vec<LayerUpdate>,
    /// The hidden layers, from input to output.
    pub hidden: Vec<HiddenLayer>,
    /// Squared error per image.
    pub error: f64,
    /// Squared error per image of predicting their mean.
    pub variance: f64,
    /// The largest standard deviation of a number of the code.
    pub code_spread: f64,
    /// The KL of a Gaussian code, in nats.
    pub kl: Option<f64>,
    /// The share of the numbers of a Gaussian code that lie where the prior has next to nothing.
    pub outside: Option<f64>,
    /// How steep reconstructions are, as a share of how steep images are: the mean difference of neighbouring pixels.
    pub sharpness: f64,
}

impl Vitals {
    /// Checks the network that learns now; nothing while layers are pretrained or a dictionary is learned.
    pub fn of(learner: &Learner, recipe: &Recipe, sample: &[f32]) -> Result<Option<Self>, ReadError> {
        let pixels = learner.pixels();
        let images = &sample[..sample.len().min(IMAGES * pixels)];
        if learner.stage() != Stage::Training || images.is_empty() {
            return Ok(None);
        }
        let tensor = learner.images(images, learner.device());
        let model = learner.model();
        let Activations { encoder, encoded, decoder, pixels: rebuilt } = model.activations(tensor);
        let layers: Vec<_> = encoder.into_iter().chain(decoder).collect();
        let hidden = layers.iter().map(hidden_layer);
        let hidden = hidden.collect::<Result<Vec<HiddenLayer>, ReadError>>()?;
        let kl = encoded
            .log_variance
            .clone()
            .map(|log_variance| kl_per_dimension(encoded.code.clone(), log_variance).sum_dim(1).mean());
        let is_gaussian = kl.is_some();
        let code = encoded.code;
        let spread = (code.clone() - code.clone().mean_dim(0)).square().mean_dim(0).sqrt().max();
        let outside = code.abs().greater_elem(OUTSIDE).float().mean();
        let measured: Vec<Tensor<1>> = [spread, outside].into_iter().chain(kl).collect();
        let numbers = read(Tensor::cat(measured, 0))?;
        let rebuilt = read(rebuilt)?;
        let count = (images.len() / pixels).max(1) as f64;
        let square = |a: &f32, b: &f32| f64::from(a - b).powi(2);
        let error = images.iter().zip(&rebuilt).map(|(x, y)| square(x, y)).sum::<f64>() / count;
        Ok(Some(Self {
            step: learner.step_number(),
            learning_rate: recipe.training.learning_rate,
            updates: updates(learner, recipe, images)?,
            hidden,
            error,
            variance: variance(images, pixels),
            code_spread: f64::from(numbers[0]),
            kl: numbers.get(2).copied().map(f64::from),
            outside: is_gaussian.then_some(f64::from(numbers[1])),
            sharpness: steepness(&rebuilt, learner.shape())
                / steepness(images, learner.shape()).max(f64::MIN_POSITIVE),
        }))
    }
}

/// The ends of a hidden activation, by its name; nothing where it has none.
fn ends(activation: &str) -> Option<[f32; 2]> {
    match activation {
        "sigmoid" => Some([0.0, 1.0]),
        "tanh" => Some([-1.0, 1.0]),
        _ => None,
    }
}

fn hidden_layer(layer: &LayerOutput) -> Result<HiddenLayer, ReadError> {
    let values = &layer.values;
    if let Some([low, high]) = ends(layer.activation) {
        let near = NEAR_END * (high - low);
        let is_near =
            values.clone().lower_elem(low + near).float() + values.clone().greater_elem(high - near).float();
        let share = read(is_near.mean())?;
        return Ok(HiddenLayer { dead: 0.0, saturated: f64::from(share[0]) });
    }
    if layer.activation != "ReLU" {
        return Ok(HiddenLayer { dead: 0.0, saturated: 0.0 });
    }
    // Of feature maps, a channel is a unit: its corners may be dark in all images.
    let [images, units] = values.dims();
    let channels = layer.maps.map_or(units, |[channels, ..]| channels);
    let by_channel = values.clone().reshape([images, channels, units / channels.max(1)]);
    let largest = by_channel.max_dim(2).max_dim(0);
    let share = read(largest.lower_elem(ZERO).float().mean())?;
    Ok(HiddenLayer { dead: f64::from(share[0]), saturated: 0.0 })
}

/// Squared error per image of predicting the mean of some images.
fn variance(images: &[f32], pixels: usize) -> f64 {
    let count = (images.len() / pixels).max(1) as f64;
    let (mut sums, mut squares) = (vec![0.0_f64; pixels], 0.0);
    for image in images.chunks_exact(pixels) {
        for (sum, x) in sums.iter_mut().zip(image) {
            *sum += f64::from(*x);
            squares += f64::from(*x).powi(2);
        }
    }
    (squares - sums.iter().map(|sum| sum * sum / count).sum::<f64>()) / count
}

/// The mean difference of pixels that are neighbours in a row or in a column.
fn steepness(images: &[f32], shape: ImageShape) -> f64 {
    let (height, width) = (shape.height, shape.width);
    let mut sum = 0.0;
    for plane in images.chunks_exact((height * width).max(1)) {
        for row in plane.chunks_exact(width.max(1)) {
            sum += row.windows(2).map(|pair| f64::from((pair[1] - pair[0]).abs())).sum::<f64>();
        }
        let below = plane.iter().zip(plane.iter().skip(width));
        sum += below.map(|(a, b)| f64::from((b - a).abs())).sum::<f64>();
    }
    sum / images.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_edge_is_less_steep_only_where_it_is_spread() {
        let shape = ImageShape { height: 1, width: 5, channels: 1 };
        assert!((steepness(&[0.0, 0.0, 1.0, 0.0, 0.0], shape) - 0.4).abs() < 1e-9);
        assert!((steepness(&[0.0, 0.25, 0.5, 0.25, 0.0], shape) - 0.2).abs() < 1e-6);
    }

    #[test]
    fn the_variance_is_the_error_of_the_mean() {
        assert!((variance(&[0.0, 1.0, 1.0, 1.0], 2) - 0.25).abs() < 1e-9);
    }
}
