//! Promises of recurrent networks: PyTorch's formulas, gradients, shapes, and a decoder that sees the code alone.

use burn::store::{ModuleSnapshot as _, PyTorchToBurnAdapter, SafetensorsStore};
use burn::tensor::{Device, Tensor};
use hourglass::chart::cards::{Card, Content};
use hourglass::insight::Topic;
use hourglass::model::{Autoencoder, Decoder, Encoder, Pass};
use hourglass::recipe::Recipe;
use hourglass::train::Learner;
use safetensors::SafeTensors;

use crate::cards::inputs_of;
use crate::objectives::with;
use crate::read::numbers;
use crate::tensors::{assert_close, grey, matrix, normal};
use crate::training::figures_of;

const CELLS: [&str; 2] = ["model.cell=gru", "model.cell=lstm"];

fn recipe(settings: &[&str]) -> Recipe {
    let small = ["model.network=recurrent", "model.hidden=4", "model.code=3"];
    with(Recipe::default(), small.iter().chain(settings))
}

#[test]
fn images_of_every_size_come_back_in_their_size() {
    let device = Device::flex();
    for cell in CELLS {
        for [height, width] in [[16, 16], [28, 28], [32, 32], [64, 64], [20, 28]] {
            for channels in [1, 3] {
                let dims = [channels, height, width];
                let model = Autoencoder::new(&recipe(&[cell]), dims, &device);
                let pixels = channels * height * width;
                let x = matrix(grey(1, 2 * pixels), pixels, &device);
                let trace = model.activations(x.clone());
                assert_eq!(trace.encoded.code.dims(), [2, 3], "{cell} {dims:?}");
                assert_eq!(trace.pixels.dims(), [2, pixels], "{cell} {dims:?}");
                for (traced, side) in [(&trace.encoder, "encoder"), (&trace.decoder, "decoder")] {
                    assert_eq!(traced.len(), 1, "{cell} {dims:?} {side}");
                    assert_eq!(traced[0].values.dims(), [2, height * 4], "{cell} {dims:?} {side}");
                    assert_eq!(traced[0].maps, Some([1, height, 4]), "{cell} {dims:?} {side}");
                }
                let by_row = model.encode_by_row(x).expect("it reads rows");
                assert_eq!(by_row.len(), height, "{cell} {dims:?}");
                let last = numbers(by_row[height - 1].clone());
                assert_eq!(last, numbers(trace.encoded.code), "{cell} {dims:?}");
            }
        }
    }
}

/// What PyTorch made, and our network with its weights.
fn golden(kind: &str, dims: [usize; 3], hidden: usize, code: usize) {
    let path = format!("{}/tests/golden/recurrent-{kind}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).expect("the golden file");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let stored = |name: &str| -> Vec<f32> {
        let tensor = file.tensor(name).expect(name);
        tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    };
    let settings =
        [format!("model.cell={kind}"), format!("model.hidden={hidden}"), format!("model.code={code}")];
    let recipe = recipe(&settings.each_ref().map(String::as_str));
    let device = Device::flex();
    let mut model = Autoencoder::new(&recipe, dims, &device);
    let mut store = SafetensorsStore::from_bytes(Some(bytes.clone()))
        .with_from_adapter(PyTorchToBurnAdapter)
        .skip_enum_variants(true);
    let loaded = model.load_from(&mut store).expect("weights that fit");
    assert_eq!((loaded.applied.len(), loaded.missing.len()), (16, 0), "{loaded:?}");
    let x = matrix(stored("x"), dims.iter().product(), &device);
    let encoded = model.encode(x);
    assert_close(&format!("{kind} code"), &numbers(encoded.code.clone()), &stored("code"), 1e-5);
    let raw = model.decode_raw(encoded.code, &[], &mut Pass::default());
    assert_close(&format!("{kind} output"), &numbers(raw), &stored("raw"), 1e-5);
}

#[test]
fn a_gru_computes_what_pytorch_computes() {
    golden("gru", [1, 7, 5], 6, 3);
}

#[test]
fn an_lstm_computes_what_pytorch_computes() {
    golden("lstm", [3, 4, 6], 5, 2);
}

const DIMS: [usize; 3] = [1, 4, 3];

/// The weights of a cell from its state to its gates, and the bias of its input part.
fn first_weights(cell: &str) -> (Vec<f32>, Vec<f32>) {
    let model = Autoencoder::new(&recipe(&[cell, "model.hidden=12"]), DIMS, &Device::flex());
    let Encoder::Recurrent(reader) = model.encoder else { panic!("{cell} reads no rows") };
    let bias = reader.cell.input.bias.expect("a bias");
    (numbers(reader.cell.hidden.weight.val()), numbers(bias.val()))
}

#[test]
fn every_gate_begins_orthogonal_and_the_forget_gate_of_an_lstm_begins_at_one() {
    for (cell, gates) in CELLS.into_iter().zip([3, 4]) {
        let (weights, bias) = first_weights(cell);
        let wide = gates * 12;
        for gate in 0..gates {
            let row = |r: usize| &weights[r * wide + gate * 12..][..12];
            for (a, b) in (0..12).flat_map(|a| (0..12).map(move |b| (a, b))) {
                let got: f32 = row(a).iter().zip(row(b)).map(|(x, y)| x * y).sum();
                let want = if a == b { 1.0 } else { 0.0 };
                assert!(
                    (got - want).abs() < 1e-5,
                    "{cell} gate {gate} rows {a}, {b}: got {got}, want {want}"
                );
            }
        }
        for (unit, got) in bias.into_iter().enumerate() {
            let want = if cell.ends_with("lstm") && unit / 12 == 1 { 1.0 } else { 0.0 };
            assert_eq!(got, want, "{cell} bias {unit}");
        }
    }
}

#[test]
fn two_images_with_the_same_code_are_written_the_same() {
    let device = Device::flex();
    for cell in CELLS {
        let mut model = Autoencoder::new(&recipe(&[cell]), [1, 6, 5], &device);
        let x = matrix(grey(4, 60), 30, &device);
        let two = numbers(model.reconstruct(x.clone()));
        assert_ne!(two[..30], two[30..], "{cell}: two images are told apart");
        let decoded = numbers(model.decode(model.encode(x.clone()).code));
        assert_eq!(decoded, two, "{cell}: the code alone gives the reconstruction");
        model.code.head.weight = model.code.head.weight.map(|weight| weight.zeros_like());
        let two = numbers(model.reconstruct(x));
        assert_eq!(two[..30], two[30..], "{cell}: something went past the code");
    }
}

#[test]
fn a_code_read_half_way_knows_every_row_so_far_and_none_that_follows() {
    let device = Device::flex();
    for cell in CELLS {
        let model = Autoencoder::new(&recipe(&[cell]), [1, 6, 5], &device);
        let image = grey(5, 30);
        let codes = |image: Vec<f32>| -> Vec<Vec<f32>> {
            let rows = model.encode_by_row(matrix(image, 30, &device)).expect("it reads rows");
            rows.into_iter().map(numbers).collect()
        };
        let before = codes(image.clone());
        for row in 0..6 {
            let mut changed = image.clone();
            changed[row * 5 + 2] = 1.0 - changed[row * 5 + 2] + 0.3;
            for (k, (now, then)) in codes(changed).iter().zip(&before).enumerate() {
                assert_eq!(now == then, k < row, "{cell}: row {row} changed, the code after row {k}");
            }
        }
    }
}

#[test]
fn one_batch_is_memorised() {
    for cell in CELLS {
        let recipe = recipe(&[cell, "model.hidden=32", "model.code=8", "training.learning_rate=1e-2"]);
        let batch: Vec<f32> = normal(8, 8 * 36).iter().map(|x| if *x > 0.0 { 1.0 } else { 0.0 }).collect();
        let mut learner = Learner::new(&recipe, [1, 6, 6], 10, &Device::flex());
        let mut error = || {
            let cost = learner.step(&batch, &recipe);
            figures_of(cost).reconstruction
        };
        let first = error();
        let last = (0..300).map(|_| error()).last().expect("steps");
        assert!(last < 0.1 * first, "{cell}: {first} fell to {last}, which is not a tenth");
    }
}

#[test]
fn the_cards_of_a_recurrent_network_end_with_the_reconstruction() {
    let recipe = recipe(&["model.hidden=6"]);
    let learner = Learner::new(&recipe, [3, 10, 6], 10, &Device::flex());
    let examples = grey(9, 5 * 180);
    let inputs = inputs_of(&learner, &recipe, &examples, &examples);
    assert_eq!(Topic::of(&recipe), [Topic::Written, Topic::Completed, Topic::Sensitivity, Topic::Steps]);
    let pixels_of = |topic: Topic| {
        let Card { content, meaning, .. } = topic.card(&inputs).expect("read").expect("a card");
        let Content::Images(images) = content else { panic!("{topic:?} has no images") };
        assert!(meaning.ends_with('.') && images.pixels.iter().all(|x| x.is_finite()), "{meaning}");
        (images.columns, images.row_count(), images.pixels)
    };
    let want = numbers(learner.model().reconstruct(learner.images(&examples, learner.device())));
    let (columns, rows, written) = pixels_of(Topic::Written);
    assert_eq!((columns, rows), (8, 4));
    assert_close("written", &written[7 * 180..8 * 180], &want[..180], 1e-5);
    assert!(written[180 + 2 * 6..180 + 60].iter().all(|x| *x == 0.0), "rows not written yet are blank");
    let (columns, rows, guessed) = pixels_of(Topic::Completed);
    assert_eq!((columns, rows), (7, 6));
    assert_close("guessed", &guessed[13 * 180..14 * 180], &want[..180], 1e-5);
}

#[test]
fn a_contractive_penalty_is_refused_with_the_reason() {
    let mut recipe = Recipe::open("gru-rows").expect("built in");
    recipe.set_from_text("objective.contractive=1").expect("a number in range");
    let sentence = recipe.validate().expect_err("it is not offered").to_string();
    for part in ["not available for a recurrent network", "objective.contractive = 0"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    let model = Autoencoder::new(&recipe, [1, 28, 28], &Device::flex());
    let x = Tensor::<2>::zeros([1, 784], &Device::flex());
    assert!(model.encode_tangent(x.clone(), x).is_none(), "it claims a tangent");
    assert!(matches!(model.decoder, Decoder::Recurrent(_)));
}
