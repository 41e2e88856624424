//! Checks whether a network can be built for images of a given size.

use crate::recipe::{Network, Recipe};

/// Checks whether the network of a recipe can take images of `[channels, height, width]`. The error is a sentence that
/// says why not, and what to do.
pub fn fits(recipe: &Recipe, dims: [usize; 3]) -> Result<(), String> {
    let stages = recipe.model.channels.len();
    let (name, halvings, fewest) = match recipe.model.network {
        Network::Conv => ("a convolutional network", stages, 1),
        Network::UNet => ("a U-Net", stages.saturating_sub(1), 2),
        Network::Dense | Network::Recurrent => return Ok(()),
    };
    let [_, height, width] = dims;
    let possible = times_halved(height).min(times_halved(width));
    if halvings <= possible {
        return Ok(());
    }
    let cure = if possible >= fewest {
        let numbers = stages - (halvings - possible);
        let kept = recipe.model.channels[..numbers].iter().map(ToString::to_string);
        format!("set model.channels to {numbers} numbers, such as {}", kept.collect::<Vec<_>>().join("-"))
    } else if possible >= 1 {
        "set model.network = \"conv\" with one number in model.channels".to_owned()
    } else {
        "set model.network = \"dense\"".to_owned()
    };
    Err(format!(
        "{} does not fit images of {height}x{width}: {name} with {stages} stages halves them {}, so both sides must be \
         divisible by {}; {cure}, or use other images",
        recipe.name,
        times(halvings),
        1usize << halvings,
    ))
}

/// How often a side can be halved without a remainder.
fn times_halved(side: usize) -> usize {
    side.trailing_zeros() as usize
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}
