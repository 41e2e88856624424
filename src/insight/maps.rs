//! What a convolutional network sees in an image: the feature maps of every stage.

use super::card::{Card, Content, Images, Ink, signed_each};
use super::topic::CardInputs;
use crate::train::read::{ReadError, read};

/// Maps beside each other; of a stage with more, these are the first.
const COLUMNS: usize = 12;

/// Feature maps of the first example, a row for each stage on the way to the code, all drawn as large as the image.
pub(super) fn rows(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, examples, .. } = inputs;
    let dims = learner.dims();
    let Some(image) = examples.get(..learner.pixels()) else { return Ok(None) };
    let trace = learner.model().activations(learner.images(image, learner.device()));
    let stages: Vec<_> =
        trace.encoder.into_iter().filter_map(|traced| Some((traced.maps?, traced))).collect();
    // As many of each stage, so that no place in a row stays empty.
    let Some(fewest) = stages.iter().map(|(maps, _)| maps[0]).min() else { return Ok(None) };
    let columns = fewest.min(COLUMNS);
    let (mut pixels, mut rows) = (Vec::new(), Vec::new());
    let (mut quiet, mut shown) = (0, 0);
    for (number, ([channels, height, width], traced)) in stages.into_iter().enumerate() {
        let numbers = read(traced.values)?;
        let maps = signed_each(&numbers, height * width);
        for map in maps.chunks(height * width).take(columns) {
            quiet += usize::from(map.iter().all(|x| *x == 0.0));
            pixels.extend(enlarged(map, [height, width], dims));
        }
        shown += columns;
        rows.push(format!("stage {}: {columns} of {channels} maps of {height}x{width}", number + 1));
    }
    let meaning = format!(
        "Each map answers to one pattern wherever it stands in the image; every stage halves the image and answers to \
         larger patterns. {quiet} of these {shown} maps are silent for this image.",
    );
    let images = Images {
        dims: [1, dims[1], dims[2]],
        columns,
        pixels: pixels.into(),
        ink: Ink::Signed,
        rows,
        captions: Vec::new(),
    };
    let title = "What each stage answers to".to_owned();
    Ok(Some(Card { title, meaning, content: Content::Images(images) }))
}

/// A map with every place repeated until it is as large as the image.
fn enlarged(
    map: &[f32],
    [height, width]: [usize; 2],
    [_, tall, wide]: [usize; 3],
) -> impl Iterator<Item = f32> {
    let at = move |p: usize| map[(p / wide) * height / tall * width + (p % wide) * width / wide];
    (0..tall * wide).map(at)
}
