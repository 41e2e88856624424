//! Forward passes that PyTorch made with the same weights, drawn there or trained here; `tests/golden/conv.py` and
//! `tests/golden/load.py` make the files.

use std::path::Path;

use burn::store::{ModuleSnapshot as _, PyTorchToBurnAdapter, SafetensorsStore};
use burn::tensor::Device;
use hourglass::model::{Autoencoder, Pass};
use hourglass::recipe::{NetworkPart, Recipe};
use hourglass::train::weights::save_weights;
use hourglass::train::{InitialWeights, Learner};
use safetensors::SafeTensors;

use super::recipe;
use crate::read::numbers;
use crate::tensors::{assert_close, matrix};

/// Tensors of a stored forward pass, with their width.
fn stored(bytes: &[u8], name: &str) -> Option<(Vec<f32>, usize)> {
    let file = SafeTensors::deserialize(bytes).expect("safetensors");
    let tensor = file.tensor(name).ok()?;
    let floats = tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    Some((floats.collect(), tensor.shape()[1]))
}

fn compare(what: &str, got: &[f32], want: &[f32]) {
    let spread = want.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    assert!(spread > 0.05, "{what}: nothing to compare, all within {spread}");
    assert_close(what, got, want, 1e-5);
}

fn check(name: &str, dims: [usize; 3], settings: &[&str]) {
    let recipe = recipe(settings);
    let device = Device::flex();
    let bytes = golden(name);
    let mut store = SafetensorsStore::from_bytes(Some(bytes.clone()))
        .with_from_adapter(PyTorchToBurnAdapter)
        .skip_enum_variants(true);
    let mut model = Autoencoder::new(&recipe, dims, &device);
    let result = model.load_from(&mut store).expect("every tensor of the network");
    assert!(result.missing.is_empty() && result.errors.is_empty(), "{name}: {result:?}");
    let unused: Vec<_> = result.unused.iter().filter(|name| !name.starts_with("golden.")).collect();
    assert!(unused.is_empty(), "{name}: not taken: {unused:?}");
    let (x, pixels) = stored(&bytes, "golden.x").expect("the input");
    let encoded = model.encode(matrix(x, pixels, &device));
    compare(name, &numbers(encoded.code.clone()), &stored(&bytes, "golden.code").expect("the code").0);
    let raw = model.decode_raw(encoded.code.clone(), &encoded.skips, &mut Pass::default());
    compare(name, &numbers(raw), &stored(&bytes, "golden.raw").expect("the image").0);
    if let Some((cut, _)) = stored(&bytes, "golden.cut") {
        compare(name, &numbers(model.decode_raw(encoded.code, &[], &mut Pass::default())), &cut);
    }
}

#[test]
fn a_strided_network_gives_what_pytorch_gives() {
    check("conv_strided_resize", [1, 16, 16], &["model.network=conv", "model.channels=4-6", "model.code=3"]);
}

#[test]
fn a_pooled_network_with_group_normalisation_gives_what_pytorch_gives() {
    let settings = [
        "model.network=conv",
        "model.channels=4-6",
        "model.code=3",
        "model.down=pooled",
        "model.up=transposed",
        "model.norm=group",
        "model.activation=silu",
    ];
    check("conv_pooled_transposed_group", [3, 16, 16], &settings);
}

#[test]
fn batch_normalisation_in_evaluation_gives_what_pytorch_gives() {
    let settings = [
        "model.network=conv",
        "model.channels=4-8",
        "model.code=3",
        "model.norm=batch",
        "model.activation=tanh",
    ];
    check("conv_batch", [1, 12, 8], &settings);
}

#[test]
fn u_nets_give_what_pytorch_gives_with_and_without_what_skips() {
    check("unet_resize", [1, 16, 16], &["model.network=u-net", "model.channels=3-4-6", "model.code=3"]);
    let settings = [
        "model.network=u-net",
        "model.channels=3-4-6-8",
        "model.code=3",
        "model.up=transposed",
        "model.norm=group",
    ];
    check("unet_transposed_group", [3, 8, 8], &settings);
}

/// Loads the weights of a file as the program does, and compares code and images with what PyTorch made of them.
fn check_loaded(name: &str, bytes: &[u8], recipe: &Recipe, dims: [usize; 3]) -> Learner {
    let stored = |name: &str| stored(bytes, name).expect("stored by PyTorch");
    let mut learner = Learner::new(recipe, dims, 10, &Device::flex());
    let weights = InitialWeights::read(name.to_owned(), bytes).expect("weights");
    weights.load_into(&mut learner, NetworkPart::Whole).expect("it fits");
    let (x, pixels) = stored("golden.x");
    let model = learner.model();
    let encoded = model.encode(matrix(x, pixels, learner.device()));
    let images = model.decode(encoded.code.clone());
    compare(&format!("{name}: code"), &numbers(encoded.code), &stored("golden.code").0);
    compare(&format!("{name}: pixel"), &numbers(images), &stored("golden.images").0);
    learner
}

fn golden(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.safetensors"));
    std::fs::read(path).expect("a golden file")
}

#[test]
fn networks_saved_here_give_the_same_in_pytorch() {
    // `tests/golden/load.py` trained them with this program and loaded them in PyTorch.
    for name in ["ours-dense", "ours-conv", "ours-recurrent"] {
        let bytes = golden(name);
        let metadata = SafeTensors::read_metadata(&bytes).expect("safetensors").1.metadata().clone();
        let recipe = Recipe::from_toml(&metadata.expect("a recipe")["recipe"]).expect("a recipe");
        let learner = check_loaded(name, &bytes, &recipe, [1, 28, 28]);
        // The file that PyTorch loaded is what this program writes.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.safetensors");
        save_weights(&learner, &recipe, &path).expect("saved");
        let saved = std::fs::read(path).expect("a file");
        let saved = SafeTensors::deserialize(&saved).expect("safetensors");
        let file = SafeTensors::deserialize(&bytes).expect("safetensors");
        for (tensor, view) in file.tensors().iter().filter(|(tensor, _)| !tensor.starts_with("golden.")) {
            let ours = saved.tensor(tensor).expect("a tensor of the same name");
            assert_eq!((ours.shape(), ours.data()), (view.shape(), view.data()), "{name}: {tensor}");
        }
    }
}

#[test]
fn a_sequential_network_of_pytorch_gives_the_same_here() {
    let recipe = recipe(&["model.widths=20-9", "model.code=3"]);
    check_loaded("dense", &golden("dense"), &recipe, [1, 8, 8]);
}
