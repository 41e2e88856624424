//! A linear probe: multinomial logistic regression from codes to classes, which tells what a code says about the class
//! that can be read off with one linear layer.
//!
//! On the host, no tensors. What is minimised is Σ −log p(class | code) + ½‖W‖², biases left out: scikit-learn's
//! `LogisticRegression` with C = 1. By L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5), in f64.

use std::collections::VecDeque;

use faer::linalg::matmul;
use faer::{Accum, Mat, MatRef, Par};

/// Steps that L-BFGS remembers; between 3 and 20 are usual.
const REMEMBERED: usize = 10;
/// A step is taken if the cost falls by this share of what the slope promises (Armijo; the usual value).
const SUFFICIENT: f64 = 1e-4;
/// How often a step is halved before there is none.
const HALVINGS: usize = 30;

/// The probe is fitted until no slope is larger than this, for a sum over all images: shares of right classes stay the same
/// to a thousandth.
pub(super) const TOLERANCE: f64 = 0.05;
/// Steps of the probe at most.
pub(super) const STEPS: usize = 300;

/// A probe that is being fitted, or is.
#[derive(Clone, Debug)]
pub struct Probe {
    rows: Mat<f64>,
    labels: Vec<u8>,
    classes: usize,
    weights: Vec<f64>,
    cost: f64,
    gradient: Vec<f64>,
    /// The latest changes of the weights and of the gradient.
    steps: VecDeque<[Vec<f64>; 2]>,
    is_done: bool,
}

impl Probe {
    /// A probe of codes of so many numbers each, with a class below `classes` for every code; all weights are zero.
    pub fn new(codes: &[f32], labels: &[u8], dimensions: usize, classes: usize) -> Self {
        let count = (codes.len() / dimensions.max(1)).min(labels.len());
        let number = |row: usize, column: usize| codes[row * dimensions + column];
        // The last column is for the bias. A code that is not finite tells nothing.
        let rows = Mat::from_fn(count, dimensions + 1, |row, column| match column == dimensions {
            true => 1.0,
            false => Some(number(row, column)).filter(|z| z.is_finite()).map_or(0.0, f64::from),
        });
        let weights = vec![0.0; (dimensions + 1) * classes];
        let labels = labels[..count].to_vec();
        let mut probe = Self {
            rows,
            labels,
            classes,
            weights,
            cost: 0.0,
            gradient: Vec::new(),
            steps: VecDeque::new(),
            is_done: count == 0 || classes < 2,
        };
        (probe.cost, probe.gradient) = probe.cost_at(&probe.weights);
        probe
    }

    /// The same, beginning with the weights of another probe: codes that have changed little need few steps.
    pub fn beginning_with(mut self, other: &Self) -> Self {
        if other.weights.len() == self.weights.len() {
            let (cost, gradient) = self.cost_at(&other.weights);
            if cost < self.cost {
                (self.weights, self.cost, self.gradient) = (other.weights.clone(), cost, gradient);
            }
        }
        self
    }

    /// Fits it until no element of the gradient is larger than `tolerance`, in at most so many steps.
    pub fn fit(mut self, tolerance: f64, most: usize) -> Self {
        for _ in 0..most {
            if self.step(tolerance) {
                break;
            }
        }
        self
    }

    /// Takes one step; whether it is fitted.
    pub fn step(&mut self, tolerance: f64) -> bool {
        self.is_done |= self.gradient.iter().all(|slope| slope.abs() <= tolerance);
        if self.is_done {
            return true;
        }
        let mut direction = self.direction();
        let mut slope = dot(&direction, &self.gradient);
        if slope >= 0.0 {
            self.steps.clear();
            direction = self.gradient.iter().map(|slope| -slope).collect();
            slope = -dot(&self.gradient, &self.gradient);
        }
        // Without memory the gradient has no scale: the first step is as long as one code.
        let first =
            if self.steps.is_empty() { 1.0 / dot(&direction, &direction).sqrt().max(1.0) } else { 1.0 };
        let found = (0..HALVINGS).map(|halving| first * 0.5_f64.powi(halving as i32)).find_map(|length| {
            let weights: Vec<f64> =
                self.weights.iter().zip(&direction).map(|(w, d)| w + length * d).collect();
            let (cost, gradient) = self.cost_at(&weights);
            (cost <= self.cost + SUFFICIENT * length * slope).then_some((weights, cost, gradient))
        });
        let Some((weights, cost, gradient)) = found else {
            self.is_done = true;
            return true;
        };
        let change = difference(&weights, &self.weights);
        let turn = difference(&gradient, &self.gradient);
        if dot(&change, &turn) > 0.0 {
            if self.steps.len() == REMEMBERED {
                self.steps.pop_front();
            }
            self.steps.push_back([change, turn]);
        }
        (self.weights, self.cost, self.gradient) = (weights, cost, gradient);
        false
    }

    /// The most probable class of each code.
    pub fn classes(&self, codes: &[f32]) -> Vec<u8> {
        self.told(codes).into_iter().map(|(class, _)| class).collect()
    }

    /// The most probable class of each code, and how probable it is.
    pub fn told(&self, codes: &[f32]) -> Vec<(u8, f64)> {
        let logits = self.logits(codes);
        let of_row = |row: usize| {
            let largest = (0..self.classes)
                .max_by(|a, b| logits[(row, *a)].total_cmp(&logits[(row, *b)]).then(b.cmp(a)))
                .unwrap_or(0);
            let norm = log_sum_exp((0..self.classes).map(|class| logits[(row, class)]));
            (u8::try_from(largest).unwrap_or(u8::MAX), (logits[(row, largest)] - norm).exp())
        };
        (0..logits.nrows()).map(of_row).collect()
    }

    /// The mean of −log p(class | code), in nats.
    pub fn nats(&self, codes: &[f32], labels: &[u8]) -> f64 {
        let logits = self.logits(codes);
        let cost = |(row, label): (usize, &u8)| {
            log_sum_exp((0..self.classes).map(|class| logits[(row, class)]))
                - logits[(row, usize::from(*label))]
        };
        labels.iter().enumerate().map(cost).sum::<f64>() / labels.len().max(1) as f64
    }

    /// Half the sum of the squared weights, without biases.
    pub fn half_squared_weights(&self) -> f64 {
        let penalised = &self.weights[..self.weights.len() - self.classes];
        0.5 * dot(penalised, penalised)
    }

    fn logits(&self, codes: &[f32]) -> Mat<f64> {
        let dimensions = self.rows.ncols() - 1;
        let weight = |input: usize, class: usize| self.weights[input * self.classes + class];
        Mat::from_fn(codes.len() / dimensions.max(1), self.classes, |row, class| {
            let code = &codes[row * dimensions..(row + 1) * dimensions];
            let sum = |(input, z): (usize, &f32)| f64::from(*z) * weight(input, class);
            code.iter().enumerate().map(sum).sum::<f64>() + weight(dimensions, class)
        })
    }

    /// The cost of some weights, and its gradient.
    fn cost_at(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let (inputs, classes, count) = (self.rows.ncols(), self.classes, self.rows.nrows());
        let matrix = MatRef::from_row_major_slice(weights, inputs, classes);
        let mut errors = Mat::<f64>::zeros(count, classes);
        matmul::matmul(&mut errors, Accum::Replace, &self.rows, matrix, 1.0, Par::Seq);
        let mut cost = 0.0;
        for (row, label) in self.labels.iter().enumerate() {
            let label = usize::from(*label);
            let norm = log_sum_exp((0..classes).map(|class| errors[(row, class)]));
            cost += norm - errors[(row, label)];
            (0..classes).for_each(|class| errors[(row, class)] = (errors[(row, class)] - norm).exp());
            errors[(row, label)] -= 1.0;
        }
        let mut slopes = Mat::<f64>::zeros(inputs, classes);
        matmul::matmul(&mut slopes, Accum::Replace, self.rows.transpose(), &errors, 1.0, Par::Seq);
        let mut gradient = vec![0.0; weights.len()];
        for (place, slope) in gradient.iter_mut().enumerate() {
            let (input, class) = (place / classes.max(1), place % classes.max(1));
            let penalty = if input + 1 < inputs { weights[place] } else { 0.0 };
            cost += 0.5 * penalty * penalty;
            *slope = slopes[(input, class)] + penalty;
        }
        (cost, gradient)
    }

    /// Minus the gradient, scaled by what the latest steps tell of the curvature.
    fn direction(&self) -> Vec<f64> {
        let mut direction: Vec<f64> = self.gradient.iter().map(|slope| -slope).collect();
        let mut shares = Vec::with_capacity(self.steps.len());
        for [change, turn] in self.steps.iter().rev() {
            let share = dot(change, &direction) / dot(change, turn);
            add(&mut direction, turn, -share);
            shares.push(share);
        }
        if let Some([change, turn]) = self.steps.back() {
            let scale = dot(change, turn) / dot(turn, turn);
            direction.iter_mut().for_each(|d| *d *= scale);
        }
        for ([change, turn], share) in self.steps.iter().zip(shares.into_iter().rev()) {
            let back = dot(turn, &direction) / dot(change, turn);
            add(&mut direction, change, share - back);
        }
        direction
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn add(to: &mut [f64], what: &[f64], times: f64) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

fn log_sum_exp(logits: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + logits.map(|logit| (logit - largest).exp()).sum::<f64>().ln()
}

/// The share of classes that are told right.
pub(super) fn share_right(told: &[u8], labels: &[u8]) -> f64 {
    let right = told.iter().zip(labels).filter(|(told, label)| told == label).count();
    right as f64 / labels.len().max(1) as f64
}
