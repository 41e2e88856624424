//! A restricted Boltzmann machine (RBM): visible and hidden units, the energy, and contrastive divergence.
//!
//! Contract: tensor arithmetic without autodiff; random numbers are passed in. Visible units are probabilities between
//! 0 and 1. Hidden units are binary, or Gaussian with variance one (Hinton and Salakhutdinov 2006). The energy of a
//! state is
//! - binary: `E(v, h) = −a·v − b·h − v·W·h`
//! - Gaussian: `E(v, h) = −a·v + ½‖h − b‖² − v·W·h`
//!
//! where a are the biases of the visible units and b those of the hidden units.

use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::{Rng, RngExt as _};
use rand_distr::StandardNormal;

use crate::recipe::random::{Purpose, stream};

/// The standard deviation of the initial weights (Hinton and Salakhutdinov 2006).
const FIRST_WEIGHTS: f32 = 0.1;

/// The kind of hidden units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenUnits {
    /// 0 or 1.
    Binary,
    /// Any number, with variance one: the units of a code.
    Gaussian,
}

/// A restricted Boltzmann machine.
#[derive(Clone, Debug)]
pub struct Rbm {
    /// W. `[visible, hidden]`
    pub weight: Tensor<2>,
    /// a. `[visible]`
    pub visible: Tensor<1>,
    /// b. `[hidden]`
    pub hidden: Tensor<1>,
    /// The kind of the hidden units.
    pub units: HiddenUnits,
}

/// The gradient estimate of contrastive divergence, data minus samples, per image. It points towards higher likelihood.
#[derive(Clone, Debug)]
pub struct RbmGradient {
    /// ⟨v·h⟩ of the data minus that of the samples. `[visible, hidden]`
    pub weight: Tensor<2>,
    /// ⟨v⟩ of the data minus that of the samples. `[visible]`
    pub visible: Tensor<1>,
    /// ⟨h⟩ of the data minus that of the samples. `[hidden]`
    pub hidden: Tensor<1>,
    /// Squared error of the first reconstruction, per image. `[1]`
    pub error: Tensor<1>,
    /// Cross-entropy of the first reconstruction in nats, per image. `[1]`
    pub nats: Tensor<1>,
}

impl Rbm {
    /// An RBM with small weights and biases of zero. `layer` is its number in a stack.
    pub fn new(seed: u64, layer: u64, sizes: [usize; 2], units: HiddenUnits, device: &Device) -> Self {
        let [visible, hidden] = sizes;
        let mut rng = stream(seed, Purpose::Weights, layer);
        let weight: Vec<f32> =
            (0..visible * hidden).map(|_| FIRST_WEIGHTS * rng.sample::<f32, _>(StandardNormal)).collect();
        Self {
            weight: Tensor::from_data(TensorData::new(weight, sizes), device),
            visible: Tensor::zeros([visible], device),
            hidden: Tensor::zeros([hidden], device),
            units,
        }
    }

    /// The numbers of visible and of hidden units.
    pub fn sizes(&self) -> [usize; 2] {
        self.weight.dims()
    }

    /// The energy of each pair of states.
    ///
    /// # Shapes
    /// - v: `[batch, visible]`
    /// - h: `[batch, hidden]`
    /// - output: `[batch]`
    pub fn energy(&self, v: Tensor<2>, h: Tensor<2>) -> Tensor<1> {
        let bound = (v.clone().matmul(self.weight.clone()) * h.clone()).sum_dim(1);
        let visible = (v * self.visible.clone().unsqueeze()).sum_dim(1);
        let b = self.hidden.clone().unsqueeze();
        let hidden = match self.units {
            HiddenUnits::Binary => -(h * b).sum_dim(1),
            HiddenUnits::Gaussian => (h - b).square().sum_dim(1) * 0.5,
        };
        (hidden - visible - bound).squeeze_dim(1)
    }

    /// The free energy: −ln of the sum (or integral) of exp(−E) over all hidden states. The lower it is, the more
    /// likely is the visible state.
    ///
    /// # Shapes
    /// - v: `[batch, visible]`
    /// - output: `[batch]`
    pub fn free_energy(&self, v: Tensor<2>) -> Tensor<1> {
        let x = self.total_input(v.clone());
        let visible = (v * self.visible.clone().unsqueeze()).sum_dim(1);
        let hidden = match self.units {
            // ln(1 + eˣ), in a form that does not overflow.
            HiddenUnits::Binary => x.clone().clamp_min(0.0) + (-x.abs()).exp().log1p(),
            HiddenUnits::Gaussian => {
                let b = self.hidden.clone().unsqueeze::<2>();
                (x.square() - b.square()) * 0.5 + 0.5 * std::f64::consts::TAU.ln()
            }
        };
        (-visible - hidden.sum_dim(1)).squeeze_dim(1)
    }

    /// The mean of the hidden units given the visible ones; for binary units, their probabilities.
    ///
    /// # Shapes
    /// - v: `[batch, visible]`
    /// - output: `[batch, hidden]`
    pub fn up(&self, v: Tensor<2>) -> Tensor<2> {
        let x = self.total_input(v);
        match self.units {
            HiddenUnits::Binary => activation::sigmoid(x),
            HiddenUnits::Gaussian => x,
        }
    }

    /// The probabilities of the visible units given the hidden ones.
    ///
    /// # Shapes
    /// - h: `[batch, hidden]`
    /// - output: `[batch, visible]`
    pub fn down(&self, h: Tensor<2>) -> Tensor<2> {
        let x = h.matmul(self.weight.clone().transpose()) + self.visible.clone().unsqueeze();
        activation::sigmoid(x)
    }

    /// Hidden states drawn around their means, with draws of [`Rbm::draws`].
    ///
    /// # Shapes
    /// - mean, draws, output: `[batch, hidden]`
    pub fn sample(&self, mean: Tensor<2>, draws: Tensor<2>) -> Tensor<2> {
        match self.units {
            HiddenUnits::Binary => draws.lower(mean).float(),
            HiddenUnits::Gaussian => mean + draws,
        }
    }

    /// Random numbers for sampling hidden states: uniform for binary units, standard normal for Gaussian ones.
    ///
    /// # Shapes
    /// - output: `[batch, hidden]`
    pub fn draws(&self, rng: &mut impl Rng, batch: usize) -> Tensor<2> {
        let hidden = self.sizes()[1];
        let count = batch * hidden;
        let draws: Vec<f32> = match self.units {
            HiddenUnits::Binary => (0..count).map(|_| rng.random()).collect(),
            HiddenUnits::Gaussian => (0..count).map(|_| rng.sample(StandardNormal)).collect(),
        };
        Tensor::from_data(TensorData::new(draws, [batch, hidden]), &self.weight.device())
    }

    /// Contrastive divergence with one Gibbs step per tensor of `draws`. Only hidden units are sampled;
    /// reconstructions and the last hidden units are probabilities, which reduces the variance of the estimate.
    ///
    /// # Shapes
    /// - v: `[batch, visible]`
    /// - draws: `[batch, hidden]` each
    pub fn contrastive_divergence(&self, v: Tensor<2>, draws: Vec<Tensor<2>>) -> RbmGradient {
        let count = v.dims()[0] as f64;
        let data = self.up(v.clone());
        let (mut samples, mut hidden) = (v.clone(), data.clone());
        let mut costs = None;
        for draws in draws {
            samples = self.down(self.sample(hidden, draws));
            costs.get_or_insert_with(|| costs_of(&v, &samples));
            hidden = self.up(samples.clone());
        }
        let products = |v: &Tensor<2>, h: &Tensor<2>| v.clone().transpose().matmul(h.clone());
        let mean = |x: Tensor<2>| x.mean_dim(0).squeeze_dim::<1>(0);
        let [error, nats] = costs.unwrap_or_else(|| costs_of(&v, &v));
        RbmGradient {
            weight: (products(&v, &data) - products(&samples, &hidden)) / count,
            visible: mean(v.clone() - samples),
            hidden: mean(data - hidden),
            error,
            nats,
        }
    }

    /// The input of the hidden units.
    fn total_input(&self, v: Tensor<2>) -> Tensor<2> {
        v.matmul(self.weight.clone()) + self.hidden.clone().unsqueeze()
    }
}

/// Squared error and cross-entropy of a reconstruction, per image.
///
/// # Shapes
/// - v, reconstruction: `[batch, visible]`, from 0 to 1
/// - output: `[1]` each
fn costs_of(v: &Tensor<2>, reconstruction: &Tensor<2>) -> [Tensor<1>; 2] {
    let count = v.dims()[0] as f64;
    let squared = (v.clone() - reconstruction.clone()).square().sum();
    // The cross-entropy of a probability of 0 or 1 could be infinite.
    let p = reconstruction.clone().clamp(1e-6, 1.0 - 1e-6);
    let nats = -(v.clone() * p.clone().log() + (-v.clone() + 1.0) * (-p + 1.0).log()).sum();
    [squared / count, nats / count]
}
