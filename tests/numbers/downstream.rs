//! What codes are good for is measured as scikit-learn measures it (`tests/golden/downstream.py`).

use std::collections::BTreeMap;

use super::range_coder::{Decoder, Encoder};
use hourglass::data::ImageShape;
use hourglass::insight::Pca;
use hourglass::insight::clusters::adjusted_rand_index;
use hourglass::insight::disentanglement::{Columns, Scores};
use hourglass::insight::neighbours::{NEIGHBOURS, Neighbours};
use hourglass::insight::probe::Probe;
use hourglass::insight::quality::{peak_signal_to_noise, structural_similarity};
use hourglass::insight::quantise::Quantiser;
use hourglass::insight::ranking::Ranking;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    digits: Digits,
    neighbours: Votes,
    probe: Fitted,
    detector: Detector,
    groups: Groups,
    disentanglement: Disentanglement,
    quantised: Vec<Rate>,
    quality: Quality,
}

#[derive(Deserialize)]
struct Digits {
    side: usize,
    white: f32,
    train: usize,
    pixels: Vec<f32>,
    labels: Vec<u8>,
}

#[derive(Deserialize)]
struct Votes {
    k: usize,
    predicted: Vec<u8>,
}

#[derive(Deserialize)]
struct Fitted {
    predicted: Vec<u8>,
    training_nats: f64,
    held_out_nats: f64,
    half_squared_weights: f64,
}

#[derive(Deserialize)]
struct Detector {
    scores: Vec<f32>,
    is_wrong: Vec<u8>,
    auc: f64,
    auc_reversed: f64,
    auc_constant: f64,
}

#[derive(Deserialize)]
struct Rate {
    bits: u32,
    coded: f64,
    squared_error: f64,
}

#[derive(Deserialize)]
struct Quality {
    size: [usize; 2],
    image: Vec<f32>,
    changed: Vec<Vec<f32>>,
    ssim: Vec<f64>,
    psnr: Vec<f64>,
}

#[derive(Deserialize)]
struct Disentanglement {
    sizes: Vec<f64>,
    factors: Vec<f64>,
    rotation: Vec<f64>,
    noise: Vec<f64>,
    mig: BTreeMap<String, f64>,
    factor_vae: BTreeMap<String, f64>,
    dci: BTreeMap<String, [f64; 3]>,
}

#[derive(Deserialize)]
struct Groups {
    one: Vec<u8>,
    other: Vec<u8>,
    ari: f64,
}

/// Numbers in the codes of the golden file.
const CODE: usize = 8;

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/downstream.json")).expect("the golden file")
}

/// Codes of the digits for training and held out, by principal components.
fn codes(digits: &Digits) -> [Vec<f32>; 2] {
    let pixels: Vec<f32> = digits.pixels.iter().map(|grey| grey / digits.white).collect();
    let dim = digits.side * digits.side;
    let (train, held_out) = pixels.split_at(digits.train * dim);
    let pca = Pca::fit(train, dim, CODE);
    [train, held_out].map(|rows| pca.project(rows))
}

fn assert_close(what: &str, got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{what}: got {got}, want {want}, tolerance {tolerance}");
}

#[test]
fn the_nearest_neighbours_vote_as_those_of_an_independent_program() {
    let Golden { digits, neighbours, .. } = golden();
    let [train, held_out] = codes(&digits);
    assert_eq!(neighbours.k, NEIGHBOURS);
    let known = Neighbours::new(&train, &digits.labels[..digits.train], CODE);
    assert_eq!(known.classes(&held_out), neighbours.predicted);
}

#[test]
fn a_linear_probe_is_that_of_an_independent_program() {
    let Golden { digits, probe: want, .. } = golden();
    let [train, held_out] = codes(&digits);
    let (of_train, of_held_out) = digits.labels.split_at(digits.train);
    let probe = Probe::new(&train, of_train, CODE, 10).fit(1e-6, 2_000);
    assert_close("nats on training images", probe.nats(&train, of_train), want.training_nats, 1e-4);
    assert_close("nats on held-out images", probe.nats(&held_out, of_held_out), want.held_out_nats, 1e-4);
    assert_close("½‖W‖²", probe.half_squared_weights(), want.half_squared_weights, 1e-3);
    assert_eq!(probe.classes(&held_out), want.predicted);
    let again = Probe::new(&train, of_train, CODE, 10).beginning_with(&probe).fit(1e-4, 1);
    assert_eq!(again.classes(&held_out), want.predicted, "it begins where the first one ended");
}

#[test]
fn the_area_under_the_curve_and_the_rand_index_are_those_of_an_independent_program() {
    let Golden { detector, groups, .. } = golden();
    let is_wrong: Vec<bool> = detector.is_wrong.iter().map(|wrong| *wrong != 0).collect();
    let is_right: Vec<bool> = is_wrong.iter().map(|wrong| !wrong).collect();
    let area = |scores: &[f32], is_wrong: &[bool]| Ranking::new(scores, is_wrong).expect("two kinds").area;
    assert_close("AUC with ties", area(&detector.scores, &is_wrong), detector.auc, 1e-12);
    assert_close("AUC reversed", area(&detector.scores, &is_right), detector.auc_reversed, 1e-12);
    assert_close("AUC of a constant", area(&[0.0; 200], &is_wrong), detector.auc_constant, 1e-12);
    assert_close("ARI", adjusted_rand_index(&groups.one, &groups.other), groups.ari, 1e-12);
}

#[test]
fn rounded_codes_take_the_bits_and_have_the_error_that_an_independent_program_finds() {
    let Golden { digits, quantised, .. } = golden();
    let [train, held_out] = codes(&digits);
    let pixels: Vec<f32> = digits.pixels.iter().map(|grey| grey / digits.white).collect();
    let dim = digits.side * digits.side;
    let (known, asked) = pixels.split_at(digits.train * dim);
    let pca = Pca::fit(known, dim, CODE);
    let count = (held_out.len() / CODE) as f64;
    for want in quantised {
        let quantiser = Quantiser::new(&train, CODE, want.bits);
        let symbols = quantiser.symbols(&held_out);
        let what = format!("{} bits", want.bits);
        assert_close(&what, quantiser.bits(&symbols) / count, want.coded, 1e-3);
        let decoded = pca.rebuild(&quantiser.codes(&symbols));
        let error: f64 = decoded.iter().zip(asked).map(|(x, y)| f64::from(x - y).powi(2)).sum();
        assert_close(&what, error / count, want.squared_error, 1e-3);
    }
}

#[test]
fn the_size_of_rounded_codes_is_what_a_range_coder_needs() {
    let Golden { digits, quantised, .. } = golden();
    let [train, held_out] = codes(&digits);
    for want in quantised {
        let quantiser = Quantiser::new(&train, CODE, want.bits);
        let symbols = quantiser.symbols(&held_out);
        let mut encoder = Encoder::new();
        for (at, symbol) in symbols.iter().enumerate() {
            encoder.write(quantiser.counts(at % CODE), *symbol as usize);
        }
        let bytes = encoder.finish();
        let promised = quantiser.bits(&symbols) / 8.0;
        let ratio = bytes.len() as f64 / promised;
        // The last bytes cost up to five, of about a hundred with one bit.
        let most = 1.03 + 5.0 / promised;
        assert!(
            (0.97..most).contains(&ratio),
            "{} bits: {} bytes, promised {promised}",
            want.bits,
            bytes.len()
        );
        let mut decoder = Decoder::new(&bytes);
        let read: Vec<u32> =
            (0..symbols.len()).map(|at| decoder.read(quantiser.counts(at % CODE)) as u32).collect();
        assert_eq!(read, symbols, "{} bits", want.bits);
    }
}

#[test]
fn similarity_and_noise_ratio_of_images_are_those_of_an_independent_program() {
    let Quality { size: [height, width], image, changed, ssim, psnr } = golden().quality;
    let shape = ImageShape { height, width, channels: 1 };
    for (number, other) in changed.iter().enumerate() {
        assert_close("SSIM", structural_similarity(&image, other, shape), ssim[number], 1e-6);
        assert_close("PSNR", peak_signal_to_noise(&image, other), psnr[number], 1e-4);
    }
}

#[test]
fn codes_are_disentangled_as_far_as_an_independent_program_says() {
    let golden = golden().disentanglement;
    let many = golden.sizes.len();
    let column =
        |rows: &[f64], place: usize| rows.iter().skip(place).step_by(many).copied().collect::<Vec<f64>>();
    let columns = |rows: &[f64]| -> Columns { (0..many).map(|place| column(rows, place)).collect() };
    let factors = columns(&golden.factors);
    let perfect: Columns = factors
        .iter()
        .zip(&golden.sizes)
        .map(|(factor, size)| factor.iter().map(|x| x / size).collect())
        .collect();
    let turned = |place: usize| -> Vec<f64> {
        let to = column(&golden.rotation, place);
        let images = perfect.first().map_or(0, Vec::len);
        (0..images).map(|image| perfect.iter().zip(&to).map(|(code, to)| code[image] * to).sum()).collect()
    };
    let rotated = (0..many).map(turned).collect();
    for (name, codes) in
        [("perfect", perfect.clone()), ("rotated", rotated), ("noise", columns(&golden.noise))]
    {
        let scores = Scores::new(&codes, &factors, 1).expect("codes that vary");
        assert_close(&format!("{name}: MIG"), scores.gap(), golden.mig[name], 1e-3);
        // Votes are drawn: the standard error of a share of 2,000 is at most 0.011.
        assert_close(&format!("{name}: FactorVAE"), scores.votes, golden.factor_vae[name], 0.03);
        let [disentanglement, completeness, explained] = golden.dci[name];
        assert_close(&format!("{name}: D"), scores.disentanglement, disentanglement, 1e-3);
        assert_close(&format!("{name}: C"), scores.completeness, completeness, 1e-3);
        let ours = scores.explained.iter().sum::<f64>() / many as f64;
        assert_close(&format!("{name}: I"), ours, explained, 1e-3);
    }
}
