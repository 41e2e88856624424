//! What skips do: how many weights a U-Net has, what is lost when they are cut, and whether the code still learns.

use burn::module::Module as _;
use burn::optim::GradientsParams;
use burn::tensor::Device;
use hourglass::model::{Autoencoder, Decoder, objective};
use hourglass::recipe::Recipe;

use super::{images, recipe};
use crate::read::numbers;

fn u_net(channels: &str, skips: bool) -> Recipe {
    recipe(&["model.network=u-net", &format!("model.channels={channels}"), &format!("model.skips={skips}")])
}

/// Weights and biases of convolutions of 3 by 3.
fn three(inputs: usize, outputs: usize) -> usize {
    9 * inputs * outputs + outputs
}

#[test]
fn a_u_net_has_as_many_weights_as_its_formula_says() {
    for (channels, image, size) in [("8-16-32", 1, 28), ("3-5-7-9", 3, 32)] {
        for skips in [true, false] {
            let recipe = u_net(channels, skips);
            let c = recipe.model.channels.clone();
            let halvings = c.len() - 1;
            let flat = c[halvings] * (size >> halvings) * (size >> halvings);
            let down: usize = (0..c.len()).map(|k| three(if k == 0 { image } else { c[k - 1] }, c[k])).sum();
            let beside = if skips { 2 } else { 1 };
            let up: usize = (0..halvings).map(|k| three(c[k + 1], c[k]) + three(beside * c[k], c[k])).sum();
            let code = recipe.model.code;
            let want = down + (flat + 1) * code + (code + 1) * flat + up + (c[0] + 1) * image;
            let model = Autoencoder::new(&recipe, [image, size, size], &Device::flex());
            assert_eq!(model.num_params(), want, "{channels}, skips {skips}");
        }
    }
}

#[test]
fn cutting_the_skips_changes_the_image_only_where_there_are_any() {
    let device = Device::flex();
    for skips in [true, false] {
        let model = Autoencoder::new(&u_net("3-4-5", skips), [1, 16, 16], &device);
        let encoded = model.encode(images(2, [1, 16, 16], &device));
        assert_eq!(encoded.skips.len(), if skips { 2 } else { 0 });
        let whole = numbers(model.decode_beside(encoded.code.clone(), &encoded.skips));
        let cut = numbers(model.decode(encoded.code));
        let far = whole.iter().zip(&cut).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
        assert_eq!(far > 1e-3, skips, "skips {skips}: the images are {far} apart");
    }
}

#[test]
fn gradients_reach_the_code_past_the_skips() {
    let device = Device::flex().autodiff();
    let model = Autoencoder::new(&u_net("3-4-5", true), [1, 16, 16], &device);
    let x = images(4, [1, 16, 16], &device);
    let loss = objective::squared_error(x.clone(), model.reconstruct(x)).mean();
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let Decoder::UNet(decoder) = &model.decoder else { panic!("a U-Net") };
    for (name, weight) in [("into", &model.code.head.weight), ("out of", &decoder.open.linear.weight)] {
        let gradient = numbers(gradients.get::<2>(weight.id).expect("a gradient"));
        let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
        assert!(length > 1e-4, "{name} the code: the gradient is {length} long");
    }
}
