//! Compares a GPU with the CPU before it is used: a few steps from the same weights must have the same losses on both.

use burn::tensor::Device;

use crate::data::Feed;
use crate::recipe::Recipe;
use crate::train::read::read;
use crate::train::{Learner, metrics};

/// Steps compared.
const STEPS: u64 = 5;
/// Largest relative difference between the two costs: far above rounding errors, far below the effect of a wrong kernel.
const TOLERANCE: f64 = 1e-3;

/// Compares a device with the CPU on the first steps of a recipe; a sentence says what is wrong. It also makes the
/// device compile and tune the kernels that training needs.
pub(super) fn compare(
    recipe: &Recipe,
    dims: [usize; 3],
    feed: &mut Feed,
    device: &Device,
) -> Result<(), String> {
    let mut on_cpu = Learner::new(recipe, dims, feed.steps_per_epoch(), &Device::flex());
    let mut on_device = Learner::new(recipe, dims, feed.steps_per_epoch(), device);
    for step in 0..STEPS {
        let batch = feed.batch(step).to_vec();
        let want = cost(&mut on_cpu, &batch, recipe)?;
        let got = cost(&mut on_device, &batch, recipe)?;
        let far = (got - want).abs() > TOLERANCE * want.abs().max(1.0);
        if far || !got.is_finite() {
            return Err(format!("its step {step} cost {got} where the CPU's cost {want}"));
        }
    }
    Ok(())
}

fn cost(learner: &mut Learner, batch: &[f32], recipe: &Recipe) -> Result<f64, String> {
    let cost = learner.step(batch, recipe);
    let terms = read(cost.terms).map_err(|error| error.to_string())?;
    Ok(metrics(&cost.penalties, &terms).objective)
}
