//! The feature maps of a convolutional network for one image, stage by stage.

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Values, signed_each};
use crate::data::ImageShape;
use crate::recipe::Network;
use crate::train::read::{ReadError, read};

/// Maps beside each other; of a stage with more, these are the first.
const COLUMNS: usize = 12;

/// Feature maps of the first example, a row for each stage on the way to the code, all drawn as large as the image.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, examples, .. } = inputs;
    let shape = learner.shape();
    let Some(image) = examples.get(..learner.pixels()) else { return Ok(None) };
    let trace = learner.model().activations(learner.images(image, learner.device()));
    let stages: Vec<_> =
        trace.encoder.into_iter().filter_map(|traced| Some((traced.maps?, traced))).collect();
    // The same number of each stage, so that no row has a gap.
    let Some(fewest) = stages.iter().map(|(maps, _)| maps[0]).min() else { return Ok(None) };
    let columns = fewest.min(COLUMNS);
    let (mut pixels, mut rows) = (Vec::new(), Vec::new());
    let (mut inactive, mut shown) = (0, 0);
    for (number, ([channels, height, width], traced)) in stages.into_iter().enumerate() {
        let numbers = read(traced.values)?;
        let maps = signed_each(&numbers, height * width);
        for map in maps.chunks(height * width).take(columns) {
            inactive += usize::from(map.iter().all(|x| *x == 0.0));
            pixels.extend(enlarged(map, [height, width], shape));
        }
        shown += columns;
        rows.push(format!("stage {}: {columns} of {channels} maps of {height}x{width}", number + 1));
    }
    // The first stage of a U-Net works at the resolution of the image.
    let halving = match recipe.model.network {
        Network::UNet => "Every stage after the first",
        _ => "Every stage",
    };
    let meaning = format!(
        "Each map shows where in the image one learned filter responds. {halving} halves the resolution and covers \
         larger patterns. Zero everywhere for this image: {inactive} of {shown} maps.",
    );
    let images = Images {
        shape: ImageShape { channels: 1, ..shape },
        columns,
        pixels: pixels.into(),
        values: Values::Signed,
        rows,
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::Maps.title(), meaning, images)))
}

/// A map with every value repeated until it is as large as the image.
fn enlarged(map: &[f32], [height, width]: [usize; 2], image: ImageShape) -> impl Iterator<Item = f32> {
    let at = move |p: usize| {
        let (row, column) = (p / image.width, p % image.width);
        map[row * height / image.height * width + column * width / image.width]
    };
    (0..image.height * image.width).map(at)
}
