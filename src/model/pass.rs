//! The options of a pass through a network: units and connections to drop, and what to record.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// Feature maps of the encoder that skip connections carry past the code, largest first. `[batch, channels, height,
/// width]` each
pub type Skips = Vec<Tensor<4>>;

/// One pass through a network.
#[derive(Debug, Default)]
pub struct Pass {
    drops: Option<Drops>,
    outputs: Option<Vec<LayerOutput>>,
    slopes: Option<Vec<Tensor<2>>>,
}

/// The output of one layer.
#[derive(Clone, Debug)]
pub struct LayerOutput {
    /// The values. `[batch, units]`
    pub values: Tensor<2>,
    /// Channels, height and width, if the units are feature maps.
    pub maps: Option<[usize; 3]>,
    /// The name of the activation.
    pub activation: &'static str,
}

/// The fractions of units and connections to drop, and the generator that selects them.
#[derive(Debug)]
pub struct Drops {
    /// The fraction of units, selected for each image.
    pub units: f64,
    /// The fraction of connections, selected for the batch.
    pub connections: f64,
    /// The random generator.
    pub rng: ChaCha8Rng,
}

impl Pass {
    /// A pass that drops units and connections.
    pub fn dropping(drops: Option<Drops>) -> Self {
        Self { drops, ..Self::default() }
    }

    /// A pass that records the output of every layer.
    pub fn recording() -> Self {
        Self { outputs: Some(Vec::new()), ..Self::default() }
    }

    /// Takes the outputs recorded since the last call.
    pub fn take_outputs(&mut self) -> Vec<LayerOutput> {
        self.outputs.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether outputs are recorded.
    pub fn is_recording(&self) -> bool {
        self.outputs.is_some()
    }

    /// Records the output of a layer, if outputs are recorded.
    pub fn record(&mut self, values: &Tensor<2>, maps: Option<[usize; 3]>, activation: &'static str) {
        self.record_with(|| values.clone(), maps, activation);
    }

    /// Records the output of a layer, which is computed only if outputs are recorded.
    pub fn record_with(
        &mut self,
        values: impl FnOnce() -> Tensor<2>,
        maps: Option<[usize; 3]>,
        activation: &'static str,
    ) {
        if let Some(outputs) = &mut self.outputs {
            outputs.push(LayerOutput { values: values(), maps, activation });
        }
    }

    /// Starts recording the derivatives of the activations of dense layers.
    pub fn record_slopes(&mut self) {
        self.slopes = Some(Vec::new());
    }

    /// Stops recording derivatives, and takes them, `[batch, units]` per layer.
    pub fn take_slopes(&mut self) -> Vec<Tensor<2>> {
        self.slopes.take().unwrap_or_default()
    }

    /// Records the derivative of an activation, if derivatives are recorded.
    pub fn record_slope(&mut self, slope: impl FnOnce() -> Tensor<2>) {
        if let Some(slopes) = &mut self.slopes {
            slopes.push(slope());
        }
    }

    /// Whether anything is dropped.
    pub fn drops(&self) -> bool {
        self.drops.as_ref().is_some_and(|drops| drops.units > 0.0 || drops.connections > 0.0)
    }

    /// Drops units: some become zero, the others are scaled so that the mean stays the same.
    ///
    /// # Shapes
    /// - units: `[batch, units]`
    pub fn drop_units(&mut self, units: Tensor<2>) -> Tensor<2> {
        match &mut self.drops {
            Some(Drops { units: fraction, rng, .. }) if *fraction > 0.0 => dropped(units, *fraction, rng),
            _ => units,
        }
    }

    /// Whether connections are dropped.
    pub fn drops_connections(&self) -> bool {
        self.drops.as_ref().is_some_and(|drops| drops.connections > 0.0)
    }

    /// Drops connections: some weights become zero, the others are scaled so that the mean stays the same.
    ///
    /// # Shapes
    /// - weights: `[inputs, outputs]`
    pub fn drop_connections(&mut self, weights: Tensor<2>) -> Tensor<2> {
        match &mut self.drops {
            Some(Drops { connections: fraction, rng, .. }) if *fraction > 0.0 => {
                dropped(weights, *fraction, rng)
            }
            _ => weights,
        }
    }
}

fn dropped(values: Tensor<2>, fraction: f64, rng: &mut ChaCha8Rng) -> Tensor<2> {
    let scale = (1.0 / (1.0 - fraction)) as f32;
    let shape = values.dims();
    let fraction = fraction as f32;
    let mask = (0..shape[0] * shape[1]).map(|_| if rng.random::<f32>() < fraction { 0.0 } else { scale });
    let mask = Tensor::from_data(TensorData::new(mask.collect::<Vec<f32>>(), shape), &values.device());
    values * mask
}
