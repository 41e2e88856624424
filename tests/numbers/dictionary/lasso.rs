//! Sparse codes are the Lasso's: scikit-learn's objective, the conditions of an optimum, and where codes are zero.

use hourglass::train::Dictionary;
use hourglass::train::sparse::{Coder, Convergence, ShrinkageMethod, nonzeros};
use serde::Deserialize;

/// A problem and its solution, made by `tests/golden/lasso.py`.
#[derive(Deserialize)]
struct Golden {
    made_by: String,
    dimensions: usize,
    lambda: f64,
    atoms: Vec<f64>,
    samples: Vec<f64>,
    objectives: Vec<f64>,
    nonzeros: Vec<usize>,
}

fn golden() -> (Golden, Dictionary) {
    let golden: Golden =
        serde_json::from_str(include_str!("../../golden/lasso.json")).expect("the golden file");
    let dictionary = Dictionary::new(golden.atoms.clone(), golden.dimensions);
    (golden, dictionary)
}

fn patience(iterations: usize) -> Convergence {
    Convergence { iterations, tolerance: 0.0 }
}

/// How far the mean objective is above the reference after so many steps.
fn gap(golden: &Golden, coder: &Coder<'_>, method: ShrinkageMethod, iterations: usize) -> f64 {
    let start = vec![0.0; golden.objectives.len() * 40];
    let codes = coder.code_from(start, &golden.samples, golden.lambda, patience(iterations), method);
    let got: f64 = coder.objectives(&golden.samples, &codes, golden.lambda).iter().sum();
    (got - golden.objectives.iter().sum::<f64>()) / golden.objectives.len() as f64
}

#[test]
fn fista_reaches_the_objective_of_a_reference_solver() {
    let (golden, dictionary) = golden();
    let coder = dictionary.coder();
    let codes = coder.code(&golden.samples, golden.lambda, patience(5000));
    let got = coder.objectives(&golden.samples, &codes, golden.lambda);
    for (sample, (got, want)) in got.iter().zip(&golden.objectives).enumerate() {
        assert!(
            (got - want).abs() < 1e-10 * want,
            "sample {sample}: got {got}, want {want} ± 1e-10 of it ({})",
            golden.made_by
        );
    }
    for (sample, (a, want)) in codes.chunks_exact(40).zip(&golden.nonzeros).enumerate() {
        let got = a.iter().filter(|x| x.abs() > 1e-9).count();
        assert_eq!(got, *want, "sample {sample}: numbers other than zero");
    }
}

#[test]
fn the_conditions_of_an_optimum_hold_and_fail_elsewhere() {
    let (golden, dictionary) = golden();
    let coder = dictionary.coder();
    let mut codes = coder.code(&golden.samples, golden.lambda, patience(5000));
    for (sample, got) in coder.violations(&golden.samples, &codes, golden.lambda).iter().enumerate() {
        assert!(*got < 1e-12, "sample {sample} violates the conditions by {got}, want less than 1e-12");
    }
    // A code that is moved, and the code of another λ, do not pass.
    let other = coder.violations(&golden.samples, &codes, golden.lambda / 2.0);
    assert!(other.iter().all(|got| *got > 0.1), "λ/2 passes for λ: {other:?}");
    codes[0] += 0.01;
    let moved = coder.violations(&golden.samples, &codes, golden.lambda)[0];
    assert!(moved > 1e-3, "a moved code passes: {moved}");
}

#[test]
fn the_usual_patience_is_within_a_ten_thousandth_of_the_optimum() {
    let (golden, dictionary) = golden();
    let coder = dictionary.coder();
    let codes = coder.code(&golden.samples, golden.lambda, Convergence::DEFAULT);
    let got = coder.objectives(&golden.samples, &codes, golden.lambda);
    for (sample, (got, want)) in got.iter().zip(&golden.objectives).enumerate() {
        assert!((got - want).abs() < 1e-4, "sample {sample}: got {got}, want {want} ± 1e-4");
    }
}

#[test]
fn momentum_reaches_the_optimum_sooner() {
    let (golden, dictionary) = golden();
    let coder = dictionary.coder();
    let ista = [100, 200, 500].map(|n| gap(&golden, &coder, ShrinkageMethod::Ista, n));
    let fista = [100, 200, 500].map(|n| gap(&golden, &coder, ShrinkageMethod::Fista, n));
    println!("gap after 100, 200 and 500 steps: ISTA {ista:?}, FISTA {fista:?}");
    assert!(ista[0] > ista[1] && ista[1] > ista[2], "every step of ISTA goes down: {ista:?}");
    for (ista, fista) in ista.iter().zip(&fista) {
        assert!(*ista > 10.0 * fista, "ISTA is {ista} off and FISTA {fista}, want a tenth at most");
    }
    assert!(fista[2] < 1e-6, "FISTA is {} off after 500 steps, want 1e-6", fista[2]);
}

#[test]
fn a_code_is_zero_exactly_from_the_largest_product_on() {
    let (golden, dictionary) = golden();
    let coder = dictionary.coder();
    for sample in golden.samples.chunks_exact(golden.dimensions) {
        let silencing = coder.silencing(sample);
        let silent = coder.code(sample, silencing, patience(500));
        assert!(silent.iter().all(|x| *x == 0.0), "λ = ‖Dᵀz‖∞ = {silencing} leaves {silent:?}");
        let codes = coder.code(sample, silencing * 0.999, patience(500));
        assert_eq!(nonzeros(&codes, 40), 1.0, "just below {silencing} one atom is used");
    }
}

#[test]
fn nan_gives_nan_and_leaves_other_samples_alone() {
    let (golden, dictionary) = golden();
    let coder = dictionary.coder();
    let good = coder.code(&golden.samples, golden.lambda, patience(50));
    let mut samples = golden.samples.clone();
    samples[3] = f64::NAN;
    let codes = coder.code(&samples, golden.lambda, patience(50));
    assert!(codes[..40].iter().all(|x| x.is_nan()), "the code of NaN is {:?}", &codes[..40]);
    assert_eq!(codes[40..], good[40..]);
}
