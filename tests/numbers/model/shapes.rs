//! Shapes for every size and number of channels, and refusal where a size cannot be halved.

use burn::tensor::Device;
use hourglass::model::{Autoencoder, fits};
use hourglass::recipe::Recipe;

use super::{images, recipe};
use crate::read::numbers;

/// Encodes, decodes and traces, and looks at every shape on the way.
fn check(recipe: &Recipe, dims: [usize; 3], halvings: &[usize]) {
    let (device, code, pixels) = (Device::flex(), recipe.model.code, dims.iter().product());
    let model = Autoencoder::new(recipe, dims, &device);
    let x = images(2, dims, &device);
    let encoded = model.encode(x.clone());
    assert_eq!(encoded.code.dims(), [2, code], "code of {dims:?}");
    assert_eq!(model.reconstruct(x.clone()).dims(), [2, pixels], "reconstruction of {dims:?}");
    assert_eq!(model.decode(encoded.code).dims(), [2, pixels], "image of a code alone, {dims:?}");
    let trace = model.activations(x);
    let maps: Vec<_> = trace.encoder.iter().map(|traced| traced.maps.expect("feature maps")).collect();
    let want = recipe.model.channels.iter().zip(halvings);
    let want: Vec<_> = want.map(|(c, h)| [*c, dims[1] >> h, dims[2] >> h]).collect();
    assert_eq!(maps, want, "the encoder's maps of {dims:?}");
    for traced in trace.encoder.iter().chain(&trace.decoder) {
        let maps: usize = traced.maps.expect("feature maps").iter().product();
        assert_eq!(traced.values.dims(), [2, maps], "a layer of {dims:?}");
    }
    assert!(numbers(trace.pixels).iter().all(|x| (0.0..=1.0).contains(x)), "pixels of {dims:?}");
}

#[test]
fn convolutional_networks_keep_their_shapes_at_every_size() {
    for (down, up) in
        [("strided", "resize"), ("strided", "transposed"), ("pooled", "resize"), ("pooled", "transposed")]
    {
        for norm in ["none", "batch", "group"] {
            let settings = [
                "model.network=conv",
                "model.channels=3-5",
                "model.code=4",
                &format!("model.down={down}"),
                &format!("model.up={up}"),
                &format!("model.norm={norm}"),
            ];
            let recipe = recipe(&settings);
            for size in [16, 28, 32, 64] {
                for channels in [1, 3] {
                    check(&recipe, [channels, size, size], &[1, 2]);
                }
            }
            check(&recipe, [1, 12, 20], &[1, 2]);
        }
    }
}

#[test]
fn u_nets_keep_their_shapes_at_every_size_and_depth() {
    for (depth, stages) in [(2, "2-3-5"), (3, "2-3-4-5"), (4, "2-3-3-4-5")] {
        for up in ["resize", "transposed"] {
            for skips in ["true", "false"] {
                let settings = [
                    "model.network=u-net",
                    &format!("model.channels={stages}"),
                    &format!("model.up={up}"),
                    &format!("model.skips={skips}"),
                ];
                let recipe = recipe(&settings);
                for dims in [[1, 16, 16], [3, 28, 28], [1, 32, 32], [3, 64, 64]] {
                    match fits(&recipe, dims) {
                        Ok(()) => check(&recipe, dims, &(0..=depth).collect::<Vec<_>>()),
                        Err(_) => assert!(dims[1] == 28 && depth > 2, "{stages} was refused on {dims:?}"),
                    }
                }
            }
        }
    }
}

#[test]
fn a_size_that_cannot_be_halved_is_refused_with_what_to_do() {
    let conv = |channels: &str| recipe(&["model.network=conv", &format!("model.channels={channels}")]);
    let unet = |channels: &str| recipe(&["model.network=u-net", &format!("model.channels={channels}")]);
    let cases = [
        (unet("4-8-16"), [1, 10, 10], "10x10", "model.network = \"conv\""),
        (unet("4-8-16-32"), [1, 28, 28], "divisible by 8", "such as 4-8-16,"),
        (conv("8-16"), [1, 10, 10], "twice", "1 numbers, such as 8,"),
        (conv("8-16-32"), [1, 28, 32], "28x32", "such as 8-16,"),
        (conv("8"), [3, 9, 16], "9x16", "model.network = \"dense\""),
    ];
    for (recipe, dims, first, second) in cases {
        let sentence = fits(&recipe, dims).expect_err("a size that does not fit");
        assert!(
            sentence.contains(first) && sentence.contains(second),
            "{dims:?} was answered with: {sentence}"
        );
    }
    for (recipe, dims) in
        [(unet("4-8-16"), [1, 28, 28]), (conv("2-2-2-2"), [1, 16, 48]), (conv("8"), [1, 10, 10])]
    {
        assert_eq!(fits(&recipe, dims), Ok(()), "{dims:?}");
    }
}
