//! How a recurrent network writes an image row by row, and how it completes one of which it sees only the first rows.

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images};
use crate::train::read::{ReadError, read};

/// How many stages of an image are shown, the last one complete.
const STAGES: usize = 7;
/// Images whose writing is shown, one under the other.
const WRITTEN: usize = 4;
/// Images whose completion is shown; each takes two rows.
const COMPLETED: usize = 3;

/// Reconstructions after more and more rows. A row depends only on the code and on the rows before it, so a row that is
/// written never changes.
pub(super) fn written(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let (learner, dims) = (inputs.learner, inputs.learner.dims());
    let pixels = learner.pixels();
    let shown = inputs.first_examples(WRITTEN);
    let rebuilt = read(learner.model().reconstruct(learner.images(shown, learner.device())))?;
    let stages = stages(dims[1]);
    let mut images = Vec::new();
    let mut captions = Vec::new();
    for (image, rebuilt) in shown.chunks(pixels).zip(rebuilt.chunks(pixels)) {
        images.extend_from_slice(image);
        captions.push("input".to_owned());
        for &rows in &stages {
            images.extend(first_rows(rebuilt, dims, rows));
            captions.push(format!("{rows} rows"));
        }
    }
    let meaning = format!(
        "The image on the left is encoded as {} numbers. From them the decoder writes {} rows from the top, each given \
         the rows above it; none is changed later.",
        learner.code_size(),
        dims[1]
    );
    let images = Images {
        shape: learner.shape(),
        columns: stages.len() + 1,
        pixels: images.into(),
        captions,
        keeps_rows: true,
        ..Images::default()
    };
    Ok(Card::new(Topic::Written.title(), meaning, images))
}

/// Images of which the network sees only the first rows, and its reconstructions.
pub(super) fn completed(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let (learner, dims) = (inputs.learner, inputs.learner.dims());
    let (pixels, height) = (learner.pixels(), dims[1]);
    let images = inputs.examples;
    let count = images.len() / pixels;
    let stages = stages(height);
    // Stage by stage, all images of each.
    let given: Vec<f32> = stages
        .iter()
        .flat_map(|&rows| images.chunks(pixels).flat_map(move |image| first_rows(image, dims, rows)))
        .collect();
    let rebuilt = read(learner.model().reconstruct(learner.images(&given, learner.device())))?;
    let output = |stage: usize, image: usize| &rebuilt[(stage * count + image) * pixels..][..pixels];
    let mut shown = Vec::new();
    let mut names = Vec::new();
    for (number, image) in images.chunks(pixels).enumerate().take(COMPLETED) {
        stages.iter().for_each(|&rows| shown.extend(first_rows(image, dims, rows)));
        (0..stages.len()).for_each(|stage| shown.extend_from_slice(output(stage, number)));
        names.extend(["input", "output"].map(str::to_owned));
    }
    let error = |stage: usize| {
        let all = images.chunks(pixels).enumerate();
        let sum: f32 = all.map(|(number, image)| squared_distance(image, output(stage, number))).sum();
        sum / count.max(1) as f32
    };
    let (middle, last) = (stages.len() / 2, stages.len().saturating_sub(1));
    let meaning = format!(
        "Given {} of {height} rows, the others blank, its squared error to the whole image is {:.0}; given all rows it \
         is {:.0}. It was never trained to complete images; what it fills in, it learned from whole ones.",
        stages[middle],
        error(middle),
        error(last)
    );
    let images = Images {
        shape: learner.shape(),
        columns: stages.len(),
        pixels: shown.into(),
        rows: names,
        ..Images::default()
    };
    Ok(Card::new(Topic::Completed.title(), meaning, images))
}

/// The numbers of rows at which an image is shown: evenly spread, the last one all of them.
fn stages(height: usize) -> Vec<usize> {
    let mut stages: Vec<usize> = (1..=STAGES).map(|stage| (stage * height).div_ceil(STAGES)).collect();
    stages.dedup();
    stages
}

/// The first rows of an image in tensor order; the others blank.
fn first_rows(image: &[f32], [_, height, width]: [usize; 3], rows: usize) -> Vec<f32> {
    let row = |index: usize| index / width.max(1) % height.max(1);
    image.iter().enumerate().map(|(index, value)| if row(index) < rows { *value } else { 0.0 }).collect()
}

fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_is_the_whole_image_and_none_comes_twice() {
        assert_eq!(stages(28), [4, 8, 12, 16, 20, 24, 28]);
        assert_eq!(stages(3), [1, 2, 3]);
        assert_eq!(stages(16), [3, 5, 7, 10, 12, 14, 16]);
    }

    #[test]
    fn the_first_rows_of_every_channel_are_kept() {
        let image: Vec<f32> = (1..=12).map(|n| n as f32).collect();
        let want = [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 7.0, 8.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(first_rows(&image, [2, 3, 2], 1), want);
        assert_eq!(first_rows(&image, [2, 3, 2], 3), image);
    }
}
