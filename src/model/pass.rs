//! What happens on the way through a network besides the numbers: units and connections dropped while it learns,
//! outputs kept for the picture of the hourglass.

use burn::tensor::{Tensor, TensorData};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// One way through a network.
#[derive(Debug, Default)]
pub struct Pass {
    drops: Option<Drops>,
    trace: Option<Vec<Traced>>,
    slopes: Option<Vec<Tensor<2>>>,
}

/// What one layer gave.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Its output. `[batch, units]`
    pub values: Tensor<2>,
    /// Channels, height and width, where the units are feature maps.
    pub maps: Option<[usize; 3]>,
    /// What follows the layer, in a word.
    pub activation: &'static str,
}

/// Shares of units and connections that are dropped, and the draws that say which.
#[derive(Debug)]
pub struct Drops {
    /// Share of units, drawn anew for every image.
    pub units: f64,
    /// Share of connections, drawn once for the batch.
    pub connections: f64,
    /// Where the draws come from.
    pub rng: ChaCha8Rng,
}

impl Pass {
    /// A way through that drops units and connections.
    pub fn dropping(drops: Option<Drops>) -> Self {
        Self { drops, ..Self::default() }
    }

    /// A way through that keeps what every layer gives.
    pub fn tracing() -> Self {
        Self { trace: Some(Vec::new()), ..Self::default() }
    }

    /// What was kept since it was last taken.
    pub fn take_trace(&mut self) -> Vec<Traced> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether outputs are kept, where making one up for the picture costs something.
    pub fn is_tracing(&self) -> bool {
        self.trace.is_some()
    }

    /// Keeps a layer's output where that is wanted.
    pub fn keep(&mut self, values: &Tensor<2>, maps: Option<[usize; 3]>, activation: &'static str) {
        self.keep_with(|| values.clone(), maps, activation);
    }

    /// Keeps a layer's output that is made only where that is wanted.
    pub fn keep_with(
        &mut self,
        values: impl FnOnce() -> Tensor<2>,
        maps: Option<[usize; 3]>,
        activation: &'static str,
    ) {
        if let Some(trace) = &mut self.trace {
            trace.push(Traced { values: values(), maps, activation });
        }
    }

    /// Begins to keep how steep dense layers are, from the next one on.
    pub fn keep_slopes(&mut self) {
        self.slopes = Some(Vec::new());
    }

    /// Ends keeping slopes and gives those of the layers passed meanwhile, `[batch, units]` each.
    pub fn take_slopes(&mut self) -> Vec<Tensor<2>> {
        self.slopes.take().unwrap_or_default()
    }

    /// Keeps how steep a layer is where that is wanted.
    pub fn keep_slope(&mut self, slope: impl FnOnce() -> Tensor<2>) {
        if let Some(slopes) = &mut self.slopes {
            slopes.push(slope());
        }
    }

    /// Whether anything is dropped.
    pub fn drops(&self) -> bool {
        self.drops.as_ref().is_some_and(|drops| drops.units > 0.0 || drops.connections > 0.0)
    }

    /// Drops units: some become zero, the others grow so that the mean stays.
    ///
    /// # Shapes
    /// - units: `[batch, units]`
    pub fn drop_units(&mut self, units: Tensor<2>) -> Tensor<2> {
        match &mut self.drops {
            Some(Drops { units: share, rng, .. }) if *share > 0.0 => dropped(units, *share, rng),
            _ => units,
        }
    }

    /// Whether connections are dropped.
    pub fn drops_connections(&self) -> bool {
        self.drops.as_ref().is_some_and(|drops| drops.connections > 0.0)
    }

    /// Drops connections: some weights become zero, the others grow so that the mean stays.
    ///
    /// # Shapes
    /// - weights: `[inputs, outputs]`
    pub fn drop_connections(&mut self, weights: Tensor<2>) -> Tensor<2> {
        match &mut self.drops {
            Some(Drops { connections: share, rng, .. }) if *share > 0.0 => dropped(weights, *share, rng),
            _ => weights,
        }
    }
}

fn dropped(values: Tensor<2>, share: f64, rng: &mut ChaCha8Rng) -> Tensor<2> {
    let kept = (1.0 / (1.0 - share)) as f32;
    let shape = values.dims();
    let share = share as f32;
    let mask = (0..shape[0] * shape[1]).map(|_| if rng.random::<f32>() < share { 0.0 } else { kept });
    let mask = Tensor::from_data(TensorData::new(mask.collect::<Vec<f32>>(), shape), &values.device());
    values * mask
}
