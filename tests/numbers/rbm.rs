//! Promises of Boltzmann machines and of pretraining with them: energies, partition function and gradient by brute
//! force, updates by hand, likelihood that rises, a stack that unrolls correctly and gives better first weights than
//! drawn ones.

mod brute;
mod stack;

use burn::tensor::{Device, Tensor, TensorData};
use hourglass::model::Rbm;
use hourglass::model::rbm::HiddenUnits;
use hourglass::recipe::random::{Purpose, stream};

use crate::tensors::assert_close;

/// Four patterns that a machine can learn.
const PATTERNS: [[f32; 6]; 4] = [[1., 1., 1., 0., 0., 0.], [0., 0., 0., 1., 1., 1.], [1.; 6], [0.; 6]];

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    crate::read::numbers(tensor).into_iter().map(f64::from).collect()
}

fn rows(rows: &[Vec<f32>]) -> Tensor<2> {
    let data = TensorData::new(rows.concat(), [rows.len(), rows[0].len()]);
    Tensor::from_data(data, &Device::flex())
}

fn vector(values: &[f32]) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), &Device::flex())
}

/// A Gaussian machine small enough to compute by hand: two visible units, one hidden.
fn tiny_gaussian() -> Rbm {
    Rbm {
        weight: rows(&[vec![0.5], vec![-1.0]]),
        visible: vector(&[0.1, -0.2]),
        hidden: vector(&[0.3]),
        units: HiddenUnits::Gaussian,
    }
}

#[test]
fn a_code_layer_moves_as_worked_out_by_hand() {
    let machine = tiny_gaussian();
    let v = rows(&[vec![1.0, 0.5]]);
    // b + v·W = 0.3 + 0.5 − 0.5.
    assert_close("mean", &numbers(machine.up(v.clone())), &[0.3], 1e-6);
    // With ε = 0.7 the hidden unit is 1, its reconstruction σ(0.6) and σ(−1.2), and the hidden mean of that 0.391353.
    let contrast = machine.contrastive_divergence(v, vec![rows(&[vec![0.7]])]);
    assert_close("weight", &numbers(contrast.weight), &[0.047320509, 0.059411494], 1e-6);
    assert_close("visible bias", &numbers(contrast.visible), &[0.354343694, 0.268524784], 1e-6);
    assert_close("hidden bias", &numbers(contrast.hidden), &[-0.091352937], 1e-6);
    assert_close("squared error", &numbers(contrast.error), &[0.197665013], 1e-6);
    assert_close("cross-entropy", &numbers(contrast.nats), &[1.300770418], 1e-6);
}

#[test]
fn binary_units_are_on_as_often_as_they_say_and_gaussian_ones_spread_by_one() {
    let mut rng = stream(1, Purpose::Gibbs, 0);
    let count = 20_000;
    let mut machine = tiny_gaussian();
    for (units, want) in [(HiddenUnits::Binary, [0.3, 0.3 * 0.7]), (HiddenUnits::Gaussian, [0.3, 1.0])] {
        machine.units = units;
        let draws = machine.draws(&mut rng, count);
        let drawn = numbers(machine.sample(Tensor::full([count, 1], 0.3, &Device::flex()), draws));
        let mean = drawn.iter().sum::<f64>() / count as f64;
        let spread = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count as f64;
        // Four standard errors of the mean of a unit of variance one.
        assert_close("mean and variance", &[mean, spread], &want, 4.0 * (2.0 / count as f64).sqrt());
    }
}

/// Contrastive divergence with reconstructions as probabilities. With visible units that are drawn too, the likelihood
/// goes on rising for longer (to −2.1 to −2.3 after 5,000 updates); here it turns at about half of that.
#[test]
fn the_likelihood_of_patterns_rises_while_they_are_learned_but_not_for_ever() {
    let mut machine = Rbm::new(1, 0, [6, 4], HiddenUnits::Binary, &Device::flex());
    let patterns = rows(&PATTERNS.map(|p| p.to_vec()));
    let measure = |machine: &Rbm| {
        let again = machine.down(machine.up(patterns.clone()));
        let error = numbers((again - patterns.clone()).square()).iter().sum::<f64>() / 4.0;
        (brute::Host::of(machine).log_likelihood(&PATTERNS), error)
    };
    let mut measured = vec![measure(&machine)];
    for step in 0..5000 {
        let draws = machine.draws(&mut stream(1, Purpose::Gibbs, step), 4);
        let contrast = machine.contrastive_divergence(patterns.clone(), vec![draws]);
        machine.weight = machine.weight + contrast.weight * 0.05;
        machine.visible = machine.visible + contrast.visible * 0.05;
        machine.hidden = machine.hidden + contrast.hidden * 0.05;
        if (step + 1) % 2500 == 0 {
            measured.push(measure(&machine));
        }
    }
    let [before, middle, after] = measured[..] else { panic!("three measurements") };
    assert!(middle.0 > before.0 + 1.5, "log p went from {} to {}, not up by 1.5 nats", before.0, middle.0);
    // Four patterns equally likely are −ln 4, which nothing can beat.
    assert!(middle.0 < -(4.0f64.ln()), "log p of {} is above the optimum", middle.0);
    assert!(after.1 * 10.0 < before.1, "the error went from {} to {}, not to a tenth", before.1, after.1);
    // The reconstruction error is not what is maximised: it goes on falling while the likelihood falls as well.
    assert!(after.1 < middle.1 && after.0 < middle.0, "from {middle:?} to {after:?}");
}
