//! Principal components: orthonormal, complete, and calm about odd inputs.

use super::{assert_close, pixels, source};
use hourglass::data::load;
use hourglass::insight::pca::Pca;

#[test]
fn principal_components_are_orthonormal_and_account_for_the_variance() {
    let shapes = load(&source("shapes", 1500)).unwrap();
    let rows = pixels(&shapes, &shapes.split.train);
    let pca = Pca::fit(&rows, 784, 5);
    assert!(pca.variances.is_sorted_by(|a, b| a >= b));
    let component = |k: usize| &pca.components[k * 784..][..784];
    for a in 0..5 {
        let largest = component(a).iter().fold(0.0_f32, |l, &x| if x.abs() > l.abs() { x } else { l });
        assert!(largest > 0.0, "component {a} has its sign wrong");
        for b in 0..5 {
            let dot: f64 = component(a).iter().zip(component(b)).map(|(x, y)| f64::from(x * y)).sum();
            assert_close(&format!("component {a} times {b}"), dot, f64::from(u8::from(a == b)), 1e-5);
        }
    }
    let left: f64 = pca.variances[5..].iter().map(|&v| f64::from(v)).sum();
    assert_close("squared error is the variance left out", pca.squared_error(&rows), left, 1e-3);
    let codes = pca.project(&rows);
    assert_eq!(codes.len(), rows.len() / 784 * 5);
    for k in 0..5 {
        let along: Vec<f64> = codes.iter().skip(k).step_by(5).map(|&c| f64::from(c)).collect();
        let variance = along.iter().map(|c| c * c).sum::<f64>() / along.len() as f64;
        assert_close("variance of a code", variance, f64::from(pca.variances[k]), 1e-3);
    }
}

#[test]
fn principal_components_of_odd_inputs_do_not_panic() {
    let line = [1.0, 2.0, 2.0, 4.0, 3.0, 6.0];
    let pca = Pca::fit(&line, 2, 9);
    assert_eq!(pca.k, 2);
    assert_close("slope", f64::from(pca.components[1] / pca.components[0]), 2.0, 1e-5);
    assert_close("second variance", f64::from(pca.variances[1]), 0.0, 1e-6);
    assert_eq!(Pca::fit(&[], 3, 2).squared_error(&[]), 0.0);
    assert_eq!(Pca::fit(&line, 2, 0).project(&line).len(), 0);
    assert!(Pca::fit(&[f32::NAN, 1.0, 2.0, 3.0], 2, 1).components[0].is_nan());
}
