//! Promises of weights in files: what is saved is loaded again to the last bit, whole or in part; files of PyTorch are
//! matched by order; what does not fit is refused by name and changes nothing; a frozen part does not learn.

use std::collections::BTreeMap;

use burn::tensor::Device;
use hourglass::recipe::{NetworkPart, Recipe};
use hourglass::train::weights::save_weights;
use hourglass::train::{Checkpoint, InitialWeights, Learner};
use safetensors::tensor::{Dtype, TensorView};

use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::{grey, normal};

const DIMS: [usize; 3] = [1, 8, 8];

fn recipe(settings: &[&str]) -> Recipe {
    with(Recipe::default(), ["model.widths=12", "model.code=3"].iter().chain(settings))
}

fn learner(recipe: &Recipe, seed: u64) -> Learner {
    Learner::new(&Recipe { seed, ..recipe.clone() }, DIMS, 10, &Device::flex())
}

/// A safetensors file of 32-bit floats.
fn file(tensors: &[(&str, &[usize], Vec<f32>)]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(.., values)| values.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("as many bytes as it says"))
    });
    safetensors::serialize(views, None).expect("a file")
}

/// What a network makes of some images, and its codes.
fn outputs(learner: &Learner) -> [Vec<f32>; 2] {
    let images = learner.images(&grey(7, 5 * 64), learner.device());
    let model = learner.model();
    [numbers(model.encode(images.clone()).code), numbers(model.reconstruct(images))]
}

fn saved(learner: &Learner, recipe: &Recipe) -> InitialWeights {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.safetensors");
    save_weights(learner, recipe, &path).expect("saved");
    InitialWeights::open(&path).expect("read")
}

#[test]
fn what_was_saved_is_loaded_again_for_every_kind_of_network() {
    for settings in [
        &[][..],
        &["model.code_kind=gaussian"],
        &["model.tied=true"],
        &["model.network=conv", "model.channels=3-4", "model.norm=batch"],
        &["model.network=u-net", "model.channels=2-3-4", "model.norm=group"],
        &["model.network=recurrent", "model.hidden=6"],
        &["model.network=recurrent", "model.hidden=6", "model.cell=lstm"],
    ] {
        let recipe = recipe(settings);
        let (mut first, mut second) = (learner(&recipe, 1), learner(&recipe, 2));
        (0..3).for_each(|step| drop(first.step(&grey(step, 16 * 64), &recipe)));
        assert_ne!(outputs(&first), outputs(&second), "{settings:?}");
        let count = saved(&first, &recipe).load_into(&mut second, NetworkPart::Whole).expect("it fits");
        assert!(count >= 6, "{settings:?}: only {count} tensors");
        assert_eq!(outputs(&first), outputs(&second), "{settings:?}");
        // Training goes on from these weights, and not from adapted ones.
        second.step(&grey(5, 16 * 64), &recipe);
    }
}

#[test]
fn a_part_is_loaded_alone() {
    let recipe = recipe(&[]);
    let (first, mut second) = (learner(&recipe, 1), learner(&recipe, 2));
    let before = outputs(&second);
    let weights = saved(&first, &recipe);
    weights.load_into(&mut second, NetworkPart::Encoder).expect("it fits");
    assert_eq!(outputs(&second)[0], outputs(&first)[0], "the encoder is the file's");
    assert_ne!(outputs(&second)[1], outputs(&first)[1], "the decoder is its own");
    let mut third = learner(&recipe, 2);
    weights.load_into(&mut third, NetworkPart::Decoder).expect("it fits");
    assert_eq!(outputs(&third)[0], before[0], "the encoder is its own");
}

/// The tensors of `nn.Sequential(Linear, ReLU, Linear)` twice, as PyTorch names and lays them out.
fn sequential() -> Vec<(&'static str, &'static [usize], Vec<f32>)> {
    let draw = |number: u64, shape: &[usize]| -> Vec<f32> {
        normal(number, shape.iter().product()).into_iter().map(|x| 0.2 * x).collect()
    };
    let layers: [(&str, &[usize]); 8] = [
        ("encoder.0.weight", &[12, 64]),
        ("encoder.0.bias", &[12]),
        ("encoder.2.weight", &[3, 12]),
        ("encoder.2.bias", &[3]),
        ("decoder.0.weight", &[12, 3]),
        ("decoder.0.bias", &[12]),
        ("decoder.2.weight", &[64, 12]),
        ("decoder.2.bias", &[64]),
    ];
    (20..).zip(layers).map(|(number, (name, shape))| (name, shape, draw(number, shape))).collect()
}

/// x·Wᵀ + b of one row, as `nn.Linear` has it.
fn linear(x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let row = |k: usize| &weight[k * x.len()..(k + 1) * x.len()];
    (0..bias.len()).map(|k| bias[k] + x.iter().zip(row(k)).map(|(x, w)| x * w).sum::<f32>()).collect()
}

#[test]
fn a_sequential_network_of_pytorch_is_matched_by_order() {
    let recipe = recipe(&["model.output=linear"]);
    let tensors = sequential();
    let weights = InitialWeights::read("net.safetensors".to_owned(), &file(&tensors)).expect("a file");
    let mut learner = learner(&recipe, 1);
    assert_eq!(weights.load_into(&mut learner, NetworkPart::Whole).expect("it fits"), 8);
    let relu = |x: Vec<f32>| -> Vec<f32> { x.into_iter().map(|x| x.max(0.0)).collect() };
    let [codes, images] = outputs(&learner);
    for (row, x) in grey(7, 5 * 64).chunks(64).enumerate() {
        let hidden = relu(linear(x, &tensors[0].2, &tensors[1].2));
        let code = linear(&hidden, &tensors[2].2, &tensors[3].2);
        let hidden = relu(linear(&code, &tensors[4].2, &tensors[5].2));
        let image = linear(&hidden, &tensors[6].2, &tensors[7].2);
        for (got, want) in codes[row * 3..].iter().zip(&code).chain(images[row * 64..].iter().zip(&image)) {
            assert!((got - want).abs() < 1e-5 * want.abs().max(1.0), "got {got}, want {want} within 1e-5");
        }
    }
}

#[test]
fn two_layers_of_a_gaussian_code_are_joined_whatever_they_are_called() {
    let recipe = recipe(&["model.code_kind=gaussian"]);
    let values = |count: usize, start: f32| (0..count).map(|i| start + i as f32 * 1e-3).collect::<Vec<f32>>();
    for [down, mean, variance, up, out] in [
        ["fc1", "fc21", "fc22", "fc3", "fc4"],
        ["encoder.0", "fc_mu", "fc_logvar", "decoder.0", "decoder.2"],
        ["encoder.net.0", "encoder.mean", "encoder.log_variance", "decoder.net.0", "decoder.out"],
    ] {
        let shapes: [(&str, [usize; 2], f32); 5] = [
            (down, [12, 64], 0.1),
            (mean, [3, 12], 0.2),
            (variance, [3, 12], 0.3),
            (up, [12, 3], 0.4),
            (out, [64, 12], 0.5),
        ];
        let named: Vec<(String, Vec<usize>, Vec<f32>)> = shapes
            .iter()
            .flat_map(|(name, [outputs, inputs], start)| {
                [
                    (format!("{name}.weight"), vec![*outputs, *inputs], values(outputs * inputs, *start)),
                    (format!("{name}.bias"), vec![*outputs], values(*outputs, -start)),
                ]
            })
            .collect();
        let tensors: Vec<(&str, &[usize], Vec<f32>)> = named
            .iter()
            .map(|(name, shape, values)| (name.as_str(), shape.as_slice(), values.clone()))
            .collect();
        let weights = InitialWeights::read("vae.safetensors".to_owned(), &file(&tensors)).expect("a file");
        for part in [NetworkPart::Whole, NetworkPart::Encoder, NetworkPart::Decoder] {
            let mut learner = learner(&recipe, 1);
            weights.load_into(&mut learner, part).unwrap_or_else(|error| panic!("{down}: {error}"));
            let loaded = Checkpoint::take(&learner).expect("the CPU answers").weights().clone();
            let has = |name: &str| {
                let end = loaded.iter().find(|(path, _)| path.ends_with(name));
                end.map(|(_, values)| values.clone()).expect("a parameter")
            };
            if part != NetworkPart::Decoder {
                assert_eq!(has("code.head.bias"), [values(3, -0.2), values(3, -0.3)].concat(), "{mean}");
            }
            if part != NetworkPart::Encoder {
                assert_eq!(has("decoder.Dense.output.linear.bias"), values(64, -0.5), "{out}");
            }
        }
    }
}

#[test]
fn weights_that_do_not_fit_are_refused_by_name_and_change_nothing() {
    let recipe = recipe(&[]);
    let mut learner = learner(&recipe, 1);
    let before = outputs(&learner);
    let read = |bytes: &[u8]| InitialWeights::read("net.safetensors".to_owned(), bytes);
    let mut refused = |tensors: &[(&str, &[usize], Vec<f32>)], part: NetworkPart| {
        let weights = read(&file(tensors)).expect("a file");
        weights.load_into(&mut learner, part).expect_err("must be refused").to_string()
    };
    let mut narrow = sequential();
    narrow[2] = ("encoder.2.weight", &[2, 12], vec![0.1; 24]);
    let sentence = refused(&narrow, NetworkPart::Whole);
    assert!(sentence.contains("encoder.2.weight of net.safetensors is 2x12"), "{sentence}");
    assert!(sentence.contains("3x12 for code.head.weight"), "{sentence}");
    let sentence = refused(&sequential()[..4], NetworkPart::Whole);
    assert!(sentence.contains("has no tensor decoder.hidden.layers.0.linear.weight of 12x3"), "{sentence}");
    assert!(sentence.contains("encoder.0.bias (12)"), "what is there is listed: {sentence}");
    assert_eq!(outputs(&learner), before, "nothing was changed");
    let mut broken = sequential();
    broken[1].2[3] = f32::NAN;
    let sentence = read(&file(&broken)).expect_err("must be refused").to_string();
    assert!(
        sentence.contains("encoder.0.bias of net.safetensors holds numbers that are not finite"),
        "{sentence}"
    );
    let sentence = read(b"PK\x03\x04 a zip").expect_err("must be refused").to_string();
    assert!(sentence.contains("net.safetensors is no safetensors file"), "{sentence}");
    let sentence = InitialWeights::open(std::path::Path::new("no/such.safetensors"));
    assert!(
        sentence.expect_err("must be refused").to_string().contains("such.safetensors could not be read")
    );
}

#[test]
fn a_frozen_part_does_not_learn_and_the_other_does() {
    for (frozen, other) in [("encoder", "decoder"), ("decoder", "encoder")] {
        for network in [&["model.network=dense"][..], &["model.network=conv", "model.channels=3-4"]] {
            let setting = format!("training.freeze={frozen}");
            let decay = ["training.weight_decay=0.1", "training.optimizer=adamw"];
            let recipe = recipe(&[network, &decay, &[&setting]].concat());
            let mut learner = learner(&recipe, 1);
            // The bias of a convolutional output is adapted to the first images.
            learner.step(&grey(0, 16 * 64), &recipe);
            let weights = |learner: &Learner| -> BTreeMap<String, Vec<f32>> {
                Checkpoint::take(learner).expect("the CPU answers").weights().clone()
            };
            let before = weights(&learner);
            (1..4).for_each(|step| drop(learner.step(&grey(step, 16 * 64), &recipe)));
            for (path, after) in weights(&learner) {
                let is_of_decoder = path.starts_with("decoder");
                let is_frozen = is_of_decoder == (frozen == "decoder");
                assert_eq!(after == before[&path], is_frozen, "{frozen} frozen, {other} not: {path}");
            }
        }
    }
    let mut tied = recipe(&["model.tied=true"]);
    tied.set_from_text("training.freeze=encoder").expect("valid");
    let sentence = tied.validate().expect_err("must be refused").to_string();
    assert!(sentence.contains("neither can be frozen alone"), "{sentence}");
}
