//! A tiny machine by brute force in f64: every state is visited.

use super::{PATTERNS, numbers, rows, tiny_gaussian, vector};
use burn::tensor::Tensor;
use hourglass::model::Rbm;
use hourglass::model::rbm::HiddenUnits;
use hourglass::recipe::random::{Purpose, stream};
use rand::RngExt as _;

use crate::tensors::assert_close;

/// A binary machine in f64 on the host.
#[derive(Clone)]
pub struct Host {
    nv: usize,
    nh: usize,
    /// Weights row by row, then visible, then hidden biases.
    theta: Vec<f64>,
}

impl Host {
    pub fn of(machine: &Rbm) -> Self {
        let [nv, nh] = machine.sizes();
        let mut theta = numbers(machine.weight.clone());
        theta.extend(numbers(machine.visible.clone()));
        theta.extend(numbers(machine.hidden.clone()));
        Self { nv, nh, theta }
    }

    fn w(&self, i: usize, j: usize) -> f64 {
        self.theta[i * self.nh + j]
    }

    fn a(&self, i: usize) -> f64 {
        self.theta[self.nv * self.nh + i]
    }

    fn b(&self, j: usize) -> f64 {
        self.theta[self.nv * self.nh + self.nv + j]
    }

    fn energy(&self, v: &[f64], h: &[f64]) -> f64 {
        let pulled = |i: usize| self.a(i) + (0..self.nh).map(|j| self.w(i, j) * h[j]).sum::<f64>();
        let visible: f64 = v.iter().enumerate().map(|(i, v)| v * pulled(i)).sum();
        -visible - (0..self.nh).map(|j| self.b(j) * h[j]).sum::<f64>()
    }

    /// By summing over every hidden state, not by the formula.
    fn free_energy(&self, v: &[f64]) -> f64 {
        -states(self.nh).iter().map(|h| (-self.energy(v, h)).exp()).sum::<f64>().ln()
    }

    /// The same formula for the other side: over every visible state.
    fn free_energy_of_hidden(&self, h: &[f64]) -> f64 {
        let inputs = (0..self.nv).map(|i| self.a(i) + (0..self.nh).map(|j| self.w(i, j) * h[j]).sum::<f64>());
        let bias: f64 = (0..self.nh).map(|j| self.b(j) * h[j]).sum();
        -bias - inputs.map(|x| x.exp().ln_1p()).sum::<f64>()
    }

    fn log_z(&self) -> f64 {
        states(self.nv).iter().map(|v| (-self.free_energy(v)).exp()).sum::<f64>().ln()
    }

    pub fn log_likelihood(&self, patterns: &[[f32; 6]]) -> f64 {
        let log_z = self.log_z();
        let of = |v: &[f32; 6]| -self.free_energy(&v.map(f64::from)) - log_z;
        patterns.iter().map(of).sum::<f64>() / patterns.len() as f64
    }

    /// ⟨∂(−E)/∂θ⟩ given v, weighted; added to a sum.
    fn add_statistics(&self, v: &[f64], weight: f64, sum: &mut [f64]) {
        let p = |j: usize| {
            let x = self.b(j) + (0..self.nv).map(|i| v[i] * self.w(i, j)).sum::<f64>();
            1.0 / (1.0 + (-x).exp())
        };
        let p: Vec<f64> = (0..self.nh).map(p).collect();
        for i in 0..self.nv {
            for j in 0..self.nh {
                sum[i * self.nh + j] += weight * v[i] * p[j];
            }
            sum[self.nv * self.nh + i] += weight * v[i];
        }
        for j in 0..self.nh {
            sum[self.nv * self.nh + self.nv + j] += weight * p[j];
        }
    }

    /// ⟨vh⟩ of the data minus ⟨vh⟩ of the model, over all states.
    fn exact_gradient(&self, patterns: &[[f32; 6]]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.theta.len()];
        for v in patterns {
            self.add_statistics(&v.map(f64::from), 1.0 / patterns.len() as f64, &mut gradient);
        }
        let log_z = self.log_z();
        for v in states(self.nv) {
            let p = (-self.free_energy(&v) - log_z).exp();
            self.add_statistics(&v, -p, &mut gradient);
        }
        gradient
    }

    /// What one step of contrastive divergence is on average: over every state that the hidden units can be drawn in.
    fn expected_divergence(&self, patterns: &[[f32; 6]]) -> Vec<f64> {
        let mut expected = vec![0.0; self.theta.len()];
        for v in patterns {
            let (v, share) = (v.map(f64::from), 1.0 / patterns.len() as f64);
            self.add_statistics(&v, share, &mut expected);
            for h in states(self.nh) {
                let p = (self.free_energy(&v) - self.energy(&v, &h)).exp();
                let mean = |i: usize| {
                    let x = self.a(i) + (0..self.nh).map(|j| self.w(i, j) * h[j]).sum::<f64>();
                    1.0 / (1.0 + (-x).exp())
                };
                let again: Vec<f64> = (0..self.nv).map(mean).collect();
                self.add_statistics(&again, -share * p, &mut expected);
            }
        }
        expected
    }
}

/// Every state of so many binary units.
fn states(count: usize) -> Vec<Vec<f64>> {
    (0..1usize << count).map(|bits| (0..count).map(|k| f64::from(bits >> k & 1 == 1)).collect()).collect()
}

/// A machine with weights large enough to matter.
fn machine() -> Rbm {
    let mut rng = stream(7, Purpose::Weights, 0);
    let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random_range(-1.0..1.0)).collect() };
    Rbm {
        weight: rows(&(0..6).map(|_| draw(4)).collect::<Vec<_>>()),
        visible: vector(&draw(6)),
        hidden: vector(&draw(4)),
        units: HiddenUnits::Binary,
    }
}

fn single(states: &[Vec<f64>]) -> Tensor<2> {
    rows(&states.iter().map(|state| state.iter().map(|x| *x as f32).collect()).collect::<Vec<_>>())
}

#[test]
fn energies_and_free_energies_are_those_of_every_state_summed_up() {
    let machine = machine();
    let host = Host::of(&machine);
    let visible = states(6);
    let want: Vec<f64> = visible.iter().map(|v| host.free_energy(v)).collect();
    assert_close("free energy of state", &numbers(machine.free_energy(single(&visible))), &want, 1e-5);
    let pairs: Vec<(Vec<f64>, Vec<f64>)> =
        visible.iter().flat_map(|v| states(4).into_iter().map(|h| (v.clone(), h))).collect();
    let want: Vec<f64> = pairs.iter().map(|(v, h)| host.energy(v, h)).collect();
    let (v, h): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    assert_close("energy of pair", &numbers(machine.energy(single(&v), single(&h))), &want, 1e-5);
}

#[test]
fn the_free_energy_of_gaussian_units_is_the_integral_over_them() {
    let machine = tiny_gaussian();
    for v in [[1.0, 0.5], [0.0, 1.0], [0.2, 0.0]] {
        // The hidden mean is within ±1 here, so ±12 leaves nothing out.
        let (from, step, count) = (-12.0f32, 0.01f32, 2401);
        let h: Vec<Vec<f32>> = (0..count).map(|k| vec![from + step * k as f32]).collect();
        let energies = numbers(machine.energy(rows(&vec![v.to_vec(); count]), rows(&h)));
        let want = -(energies.iter().map(|e| (-e).exp()).sum::<f64>() * f64::from(step)).ln();
        let got = numbers(machine.free_energy(rows(&[v.to_vec()])));
        assert_close("free energy", &got, &[want], 1e-4);
    }
}

#[test]
fn the_partition_function_is_the_same_by_visible_hidden_and_joint_states() {
    let host = Host::of(&machine());
    let by_visible = host.log_z();
    let by_hidden = states(4).iter().map(|h| (-host.free_energy_of_hidden(h)).exp()).sum::<f64>().ln();
    let joint = states(6).into_iter().flat_map(|v| states(4).into_iter().map(move |h| (v.clone(), h)));
    let by_pair = joint.map(|(v, h)| (-host.energy(&v, &h)).exp()).sum::<f64>().ln();
    assert_close("ln Z", &[by_hidden, by_pair], &[by_visible; 2], 1e-12);
    let all = states(6).iter().map(|v| (-host.free_energy(v) - by_visible).exp()).sum::<f64>();
    assert_close("Σ p", &[all], &[1.0], 1e-12);
}

#[test]
fn the_exact_gradient_is_the_slope_of_the_likelihood() {
    let host = Host::of(&machine());
    let (got, step) = (host.exact_gradient(&PATTERNS), 1e-5);
    let slope = |k: usize| {
        let at = |change: f64| {
            let mut host = host.clone();
            host.theta[k] += change;
            host.log_likelihood(&PATTERNS)
        };
        (at(step) - at(-step)) / (2.0 * step)
    };
    let want: Vec<f64> = (0..got.len()).map(slope).collect();
    assert_close("∂ log p / ∂θ", &got, &want, 1e-9);
}

/// One update of contrastive divergence, in the order of a host's parameters.
fn divergence(machine: &Rbm, v: &[Vec<f32>], draws: Vec<Tensor<2>>) -> Vec<f64> {
    let contrast = machine.contrastive_divergence(rows(v), draws);
    [numbers(contrast.weight), numbers(contrast.visible), numbers(contrast.hidden)].concat()
}

#[test]
fn contrastive_divergence_over_every_draw_is_its_expectation() {
    let machine = machine();
    let host = Host::of(&machine);
    let mut got = vec![0.0; host.theta.len()];
    for pattern in PATTERNS {
        let v = pattern.map(f64::from);
        for h in states(4) {
            // A unit is on where its draw is below its probability: below all of them, or above.
            let draw = single(&[h.iter().map(|on| 1.0 - on).collect()]);
            let p = (host.free_energy(&v) - host.energy(&v, &h)).exp() / PATTERNS.len() as f64;
            let of_state = divergence(&machine, &[pattern.to_vec()], vec![draw]);
            got.iter_mut().zip(of_state).for_each(|(sum, x)| *sum += p * x);
        }
    }
    assert_close("update", &got, &host.expected_divergence(&PATTERNS), 1e-6);
}

#[test]
fn contrastive_divergence_points_uphill_on_average() {
    let machine = machine();
    let host = Host::of(&machine);
    let (want, expected) = (host.exact_gradient(&PATTERNS), host.expected_divergence(&PATTERNS));
    let many: Vec<Vec<f32>> = (0..16_384).map(|k| PATTERNS[k % 4].to_vec()).collect();
    for gibbs in [1, 5] {
        let mut rng = stream(1, Purpose::Gibbs, gibbs);
        let draws = (0..gibbs).map(|_| machine.draws(&mut rng, many.len())).collect();
        let got = divergence(&machine, &many, draws);
        if gibbs == 1 {
            // Products of numbers up to 1: the error of a mean is below 1/√16,384 = 0.008, half of it in practice.
            assert_close("drawn update", &got, &expected, 0.012);
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let angle = (dot(&got, &want) / (dot(&got, &got) * dot(&want, &want)).sqrt()).acos().to_degrees();
        assert!(angle < 60.0, "CD-{gibbs} is {angle:.1}° away from the gradient, not within 60°");
    }
}

#[test]
fn one_sweep_of_the_hidden_units_leaves_the_binary_model_where_it_is() {
    // p(v') = Σ p(v) p(h|v) p(v'|h), with the conditionals of the tensors.
    let machine = machine();
    let host = Host::of(&machine);
    let (visible, hidden) = (states(6), states(4));
    let log_z = host.log_z();
    let p: Vec<f64> = visible.iter().map(|v| (-host.free_energy(v) - log_z).exp()).collect();
    let up = numbers(machine.up(single(&visible)));
    let down = numbers(machine.down(single(&hidden)));
    let chance = |means: &[f64], state: &[f64]| -> f64 {
        means.iter().zip(state).map(|(m, s)| if *s > 0.5 { *m } else { 1.0 - m }).product()
    };
    let after = |v: &Vec<f64>| -> f64 {
        let of_hidden = |(k, h): (usize, &Vec<f64>)| -> f64 {
            let arrived: f64 = p.iter().zip(up.chunks(4)).map(|(p, means)| p * chance(means, h)).sum();
            arrived * chance(&down[k * 6..(k + 1) * 6], v)
        };
        hidden.iter().enumerate().map(of_hidden).sum()
    };
    let got: Vec<f64> = visible.iter().map(after).collect();
    assert_close("p of state", &got, &p, 1e-6);
}
