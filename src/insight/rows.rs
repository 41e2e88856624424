//! What a recurrent network does from row to row: the image as far as it is written, and what it
//! makes of an image of which only the first rows are there.

use super::card::{Card, Content, Images, Ink};
use super::topic::CardInputs;
use crate::train::read::{ReadError, read};

/// Looks at an image on its way, the last one at the end.
const LOOKS: usize = 7;
/// Images whose writing is shown, one under the other.
const WRITTEN: usize = 4;
/// Images whose reading is shown; each takes two rows of pictures.
const GUESSED: usize = 3;

/// Reconstructions as far as they are written after so many rows. A row depends on the code and on the rows before it
/// only, so what stands is final.
pub(super) fn written(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let (learner, dims) = (inputs.learner, inputs.learner.dims());
    let pixels = learner.pixels();
    let shown = &inputs.examples[..inputs.examples.len().min(WRITTEN * pixels)];
    let drawn = read(learner.model().reconstruct(learner.images(shown, learner.device())))?;
    let looks = looks(dims[1]);
    let mut pictures = Vec::new();
    let mut captions = Vec::new();
    for (image, drawn) in shown.chunks(pixels).zip(drawn.chunks(pixels)) {
        pictures.extend_from_slice(image);
        captions.push("read".to_owned());
        for &rows in &looks {
            pictures.extend(cut(drawn, dims, rows));
            captions.push(format!("{rows} rows"));
        }
    }
    let code = learner.code_size();
    let meaning = format!(
        "Of the image on the left only {code} numbers are kept; from them alone {} rows are written, from the top, and \
         none is changed later.",
        dims[1]
    );
    let images = Images {
        dims,
        columns: looks.len() + 1,
        pixels: pictures.into(),
        ink: Ink::Grey,
        rows: Vec::new(),
        captions,
    };
    Ok(Card { title: "Written row by row".to_owned(), meaning, content: Content::Images(images) })
}

/// Images of which only the first rows were written, and what the network makes of them.
pub(super) fn guessed(inputs: &CardInputs<'_>) -> Result<Card, ReadError> {
    let (learner, dims) = (inputs.learner, inputs.learner.dims());
    let (pixels, height) = (learner.pixels(), dims[1]);
    let images = inputs.examples;
    let count = images.len() / pixels;
    let looks = looks(height);
    // Look by look, all images of each.
    let read_so_far: Vec<f32> = looks
        .iter()
        .flat_map(|&rows| images.chunks(pixels).flat_map(move |image| cut(image, dims, rows)))
        .collect();
    let guesses = read(learner.model().reconstruct(learner.images(&read_so_far, learner.device())))?;
    let guess = |look: usize, image: usize| &guesses[(look * count + image) * pixels..][..pixels];
    let mut pictures = Vec::new();
    let mut names = Vec::new();
    for (number, image) in images.chunks(pixels).enumerate().take(GUESSED) {
        looks.iter().for_each(|&rows| pictures.extend(cut(image, dims, rows)));
        (0..looks.len()).for_each(|look| pictures.extend_from_slice(guess(look, number)));
        names.extend(["read", "guess"].map(str::to_owned));
    }
    let miss = |look: usize| {
        let all = images.chunks(pixels).enumerate();
        let sum: f32 = all.map(|(number, image)| distance(image, guess(look, number))).sum();
        sum / count.max(1) as f32
    };
    let (middle, last) = (looks.len() / 2, looks.len().saturating_sub(1));
    let meaning = format!(
        "With {} of {height} rows, the others blank, its guess misses by {:.0} in squared error, with all by {:.0}: it \
         was never asked to guess, but what it knows of digits fills in what is likely.",
        looks[middle],
        miss(middle),
        miss(last)
    );
    let images = Images {
        dims,
        columns: looks.len(),
        pixels: pictures.into(),
        ink: Ink::Grey,
        rows: names,
        captions: Vec::new(),
    };
    Ok(Card { title: "Guessed from the first rows".to_owned(), meaning, content: Content::Images(images) })
}

/// After how many rows it is looked at: evenly spread, the last look after the last row.
fn looks(height: usize) -> Vec<usize> {
    let mut looks: Vec<usize> = (1..=LOOKS).map(|look| (look * height).div_ceil(LOOKS)).collect();
    looks.dedup();
    looks
}

/// The first rows of an image in tensor order; the others blank.
fn cut(image: &[f32], [_, height, width]: [usize; 3], rows: usize) -> Vec<f32> {
    let row = |index: usize| index / width.max(1) % height.max(1);
    image.iter().enumerate().map(|(index, value)| if row(index) < rows { *value } else { 0.0 }).collect()
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_look_is_after_the_last_row_and_none_comes_twice() {
        assert_eq!(looks(28), [4, 8, 12, 16, 20, 24, 28]);
        assert_eq!(looks(3), [1, 2, 3]);
        assert_eq!(looks(16), [3, 5, 7, 10, 12, 14, 16]);
    }

    #[test]
    fn a_cut_keeps_the_first_rows_of_every_channel() {
        let image: Vec<f32> = (1..=12).map(|n| n as f32).collect();
        assert_eq!(cut(&image, [2, 3, 2], 1), [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 7.0, 8.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(cut(&image, [2, 3, 2], 3), image);
    }
}
