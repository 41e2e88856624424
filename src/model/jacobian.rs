//! The Jacobian ∂h/∂x of the encoder and its squared Frobenius norm ‖∂h/∂x‖², the contractive penalty (Rifai et al.
//! 2011).
//!
//! Everything is computed from one forward pass, so that first-order autodiff is enough to train on it. The Jacobian
//! of a dense encoder is D_k·W_kᵀ ⋯ D_1·W_1ᵀ, where D is diagonal with the derivatives of the activations. One layer
//! has a closed form; more layers are multiplied from the code towards the image. The number of pixels does not enter:
//! for any M, ‖M·W_1ᵀ‖² needs only W_1ᵀ·W_1. For other networks, ‖J·v‖² along a random direction v with independent
//! N(0, 1) entries is an unbiased estimate.

use burn::tensor::Tensor;

use super::autoencoder::Autoencoder;
use super::network::Encoder;
use super::pass::Pass;
use crate::recipe::PixelRange;

/// The most multiplications per image for the exact product: about ten times a dense network's forward pass.
const MOST: usize = 1 << 23;

/// How ‖∂h/∂x‖² is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JacobianMethod {
    /// One layer: its closed form.
    Closed,
    /// Several dense layers: the product of their Jacobians.
    Product,
    /// Any other network: an unbiased estimate from a random direction per image.
    Estimated,
}

impl JacobianMethod {
    /// How it is computed, as part of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Closed => "exact, from the closed form of one layer",
            Self::Product => "exact, from the product of the layers' Jacobians",
            Self::Estimated => "estimated along random directions",
        }
    }
}

impl Autoencoder {
    /// How ‖∂h/∂x‖² of this network is computed.
    pub fn jacobian_method(&self) -> JacobianMethod {
        match self.maps() {
            Some(maps) if maps.len() == 1 => JacobianMethod::Closed,
            Some(maps) if multiplications(&maps) <= MOST => JacobianMethod::Product,
            _ => JacobianMethod::Estimated,
        }
    }

    /// ‖∂h/∂x‖² of every image, exactly, from the derivatives that a pass through a dense encoder recorded; `None` for
    /// other encoders.
    ///
    /// # Shapes
    /// - slopes: `[batch, units]` for each layer, the code's last
    /// - output: `[batch]`
    pub fn contraction(&self, mut slopes: Vec<Tensor<2>>) -> Option<Tensor<1>> {
        let mut maps = self.maps()?;
        if slopes.len() != maps.len() {
            return None;
        }
        let of_code = slopes.pop()?;
        let first = maps.remove(0);
        // The squared norm of each row of the Jacobian, without the derivative of the code. [batch or 1, code]
        let lengths = if maps.is_empty() {
            first.square().sum_dim(0)
        } else {
            let [pixels, units] = first.dims();
            let rows = rows_to_first_layer(&maps, &slopes)?;
            let [batch, code, _] = rows.dims();
            let flat = rows.reshape([batch * code, units]);
            let squares = if units <= pixels {
                flat.clone().matmul(first.clone().transpose().matmul(first)) * flat
            } else {
                flat.matmul(first.transpose()).square()
            };
            squares.sum_dim(1).reshape([batch, code])
        };
        let size = (of_code.square() * lengths).sum_dim(1).squeeze_dim::<1>(1);
        Some(size * self.pixel_scale().powi(2))
    }

    /// ‖J·v‖² of every image along its own direction; `None` for encoders without tangents.
    ///
    /// # Shapes
    /// - x, probes: `[batch, pixels]`
    /// - output: `[batch]`
    pub fn contraction_along(&self, x: Tensor<2>, probes: Tensor<2>) -> Option<Tensor<1>> {
        let (_, along) = self.encode_tangent(x, probes)?;
        Some(along.square().sum_dim(1).squeeze_dim::<1>(1))
    }

    /// The Jacobian of every image; `None` for encoders without tangents.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, code, pixels]`
    pub fn jacobian(&self, x: Tensor<2>) -> Option<Tensor<3>> {
        let [batch, pixels] = x.dims();
        let code = self.code.size();
        let Some(mut maps) = self.maps() else {
            return self.jacobian_by_tangents(x);
        };
        let mut pass = Pass::default();
        pass.record_slopes();
        self.encode_in(x, &mut pass);
        let mut slopes = pass.take_slopes();
        let of_code = slopes.pop()?.unsqueeze_dim::<3>(2);
        let first = maps.remove(0).transpose();
        let rows = if maps.is_empty() {
            first.unsqueeze_dim::<3>(0)
        } else {
            let rows = rows_to_first_layer(&maps, &slopes)?;
            let units = rows.dims()[2];
            rows.reshape([batch * code, units]).matmul(first).reshape([batch, code, pixels])
        };
        Some(rows * of_code * self.pixel_scale())
    }

    /// The Jacobian of every image, column by column.
    fn jacobian_by_tangents(&self, x: Tensor<2>) -> Option<Tensor<3>> {
        let [batch, pixels] = x.dims();
        let directions = Tensor::<2>::eye(pixels, &x.device());
        let each = (0..batch).map(|image| {
            let image = x.clone().narrow(0, image, 1).expand([pixels, pixels]);
            let (_, columns) = self.encode_tangent(image, directions.clone())?;
            Some(columns.transpose().unsqueeze_dim::<3>(0))
        });
        Some(Tensor::cat(each.collect::<Option<Vec<_>>>()?, 0))
    }

    /// The weights from the image to the code, `[inputs, outputs]` each; of a Gaussian code, those of μ.
    fn maps(&self) -> Option<Vec<Tensor<2>>> {
        let Encoder::Dense(mlp) = &self.encoder else { return None };
        let hidden = mlp.layers.iter().map(|layer| layer.linear.weight.val());
        let code = self.code.head.weight.val().narrow(1, 0, self.code.size());
        Some(hidden.chain([code]).collect())
    }

    /// The derivative of the network's pixel range with respect to a pixel.
    fn pixel_scale(&self) -> f64 {
        match self.range {
            PixelRange::Unit => 1.0,
            PixelRange::Signed => 2.0,
        }
    }
}

/// The Jacobian from the first layer's units to the code, without the derivatives of the code's activation.
///
/// # Shapes
/// - maps: every layer but the first, `[inputs, outputs]` each
/// - slopes: every layer but the code, `[batch, units]` each
/// - output: `[batch, code, units of the first layer]`
fn rows_to_first_layer(maps: &[Tensor<2>], slopes: &[Tensor<2>]) -> Option<Tensor<3>> {
    let mut layers = maps.iter().zip(slopes).rev();
    let (map, slope) = layers.next()?;
    let last = map.clone().transpose().unsqueeze_dim::<3>(0) * slope.clone().unsqueeze_dim::<3>(1);
    Some(layers.fold(last, |rows, (map, slope)| {
        let ([batch, code, outputs], inputs) = (rows.dims(), map.dims()[0]);
        let moved = rows.reshape([batch * code, outputs]).matmul(map.clone().transpose());
        moved.reshape([batch, code, inputs]) * slope.clone().unsqueeze_dim::<3>(1)
    }))
}

/// Multiplications per image for the exact product.
fn multiplications(maps: &[Tensor<2>]) -> usize {
    let dims: Vec<[usize; 2]> = maps.iter().map(Tensor::dims).collect();
    let ([pixels, first], [_, code]) = (dims[0], dims[dims.len() - 1]);
    let between: usize = dims[1..dims.len() - 1].iter().map(|[inputs, outputs]| inputs * outputs).sum();
    code * (between + first * first.min(pixels))
}
