//! Arrays with names, of which some are images and some are labels.

use super::assembled::{assembled, square};
use super::numbers::{Numbers, classes};
use super::options::ReadOptions;
use super::reader::Found;
use crate::data::error::DataError;
use crate::data::shape::ImageShape;

/// Names of arrays of labels, the usual ones first.
const LABEL_NAMES: [&str; 6] = ["labels", "label", "target", "targets", "y", "classes"];

/// An array of a file.
#[derive(Clone, Debug)]
pub(super) struct Array {
    pub(super) name: String,
    /// Its dimensions, the slowest first.
    pub(super) shape: Vec<usize>,
    /// Its numbers, the last dimension fastest.
    pub(super) numbers: Numbers,
}

/// How an array of images is laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layout {
    shape: ImageShape,
    is_channels_first: bool,
}

impl Array {
    /// How it can be read as images: by rows and columns, with channels last or first, or as rows of pixels whose number is
    /// a square.
    fn layout(&self) -> Option<Layout> {
        let layout = |height: usize, width: usize, channels: usize, is_channels_first: bool| Layout {
            shape: ImageShape { height, width, channels },
            is_channels_first,
        };
        match self.shape[..] {
            [_, height, width, channels @ (1 | 3)] => Some(layout(height, width, channels, false)),
            [_, channels @ (1 | 3), height, width] => Some(layout(height, width, channels, true)),
            [_, height, width] => Some(layout(height, width, 1, false)),
            [_, pixels] => square(pixels).map(|shape| Layout { shape, is_channels_first: false }),
            _ => None,
        }
    }

    /// Its labels, where it can be read as one for each of `count` images.
    fn labels(&self, count: usize) -> Option<Vec<f32>> {
        let is_column = matches!(self.shape[..], [rows] | [rows, 1] if rows == count);
        is_column.then(|| self.numbers.iter().collect())
    }

    /// In words, such as `images: 60000x28x28`.
    fn words(&self) -> String {
        let sides: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        format!("{}: {}", self.name, sides.join("x"))
    }

    /// The images that it can be read as, with channels last.
    fn images(self) -> Option<(ImageShape, Numbers)> {
        let Layout { shape, is_channels_first } = self.layout()?;
        let ImageShape { height, width, channels } = shape;
        if !is_channels_first || channels == 1 {
            return Some((shape, self.numbers));
        }
        let (plane, all) = (height * width, self.numbers.len());
        let from = |at: usize| {
            let (image, within) = (at / (plane * channels), at % (plane * channels));
            image * plane * channels + (within % channels) * plane + within / channels
        };
        Some((shape, self.numbers.reordered((0..all).map(from))))
    }
}

/// The images and the labels among the arrays of a file.
pub(super) fn found(file: &str, arrays: Vec<Array>, options: &ReadOptions<'_>) -> Result<Found, DataError> {
    let ambiguous = || {
        let arrays: Vec<String> = arrays.iter().map(Array::words).collect();
        DataError::WhichArray { name: file.to_owned(), arrays: arrays.join(", ") }
    };
    let (train, test) = chosen(&arrays, options.array).ok_or_else(ambiguous)?;
    let of_parts = || std::iter::once(train).chain(test);
    let labels: Vec<Vec<f32>> = of_parts().map(|at| labels_of(&arrays, at).unwrap_or_default()).collect();
    let known = classes(&labels.iter().map(Vec::as_slice).collect::<Vec<&[f32]>>());
    let mut arrays: Vec<Option<Array>> = arrays.into_iter().map(Some).collect();
    let parts = of_parts().filter_map(|at| arrays[at].take()?.images()).collect();
    assembled(file, parts, known, options)
}

/// The places of the array with the training images and of that with the test images; `None` where that cannot be told.
fn chosen(arrays: &[Array], key: Option<&str>) -> Option<(usize, Option<usize>)> {
    let has_images = |array: &Array| array.layout().is_some();
    if let Some(key) = key {
        return Some((arrays.iter().position(|array| array.name == key && has_images(array))?, None));
    }
    let dimensions = arrays.iter().filter(|array| has_images(array)).map(|array| array.shape.len()).max()?;
    let is_candidate = |array: &Array| array.shape.len() == dimensions && has_images(array);
    let candidates: Vec<usize> = (0..arrays.len()).filter(|at| is_candidate(&arrays[*at])).collect();
    match candidates[..] {
        [one] => Some((one, None)),
        [one, other] => match [one, other].map(|at| is_for_test(&arrays[at].name)) {
            [false, true] => Some((one, Some(other))),
            [true, false] => Some((other, Some(one))),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an array is for the test, by its name.
fn is_for_test(name: &str) -> bool {
    let name = name.to_lowercase();
    ["test", "val"].iter().any(|word| name.contains(word))
}

/// The labels of the images at a place, where there are any.
fn labels_of(arrays: &[Array], images: usize) -> Option<Vec<f32>> {
    let (count, is_test) = (*arrays[images].shape.first()?, is_for_test(&arrays[images].name));
    let of = |at: &usize| *at != images && arrays[*at].labels(count).is_some();
    let candidates: Vec<usize> = (0..arrays.len()).filter(of).collect();
    let rank = |at: &usize| {
        let name = arrays[*at].name.to_lowercase();
        let of_part = is_for_test(&name) == is_test;
        let usual =
            LABEL_NAMES.iter().position(|usual| name.split(['_', '/', '.']).any(|word| word == *usual));
        (!of_part, usual.unwrap_or(LABEL_NAMES.len()))
    };
    arrays[candidates.into_iter().min_by_key(rank)?].labels(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(name: &str, shape: &[usize]) -> Array {
        let count = shape.iter().product::<usize>();
        let numbers = Numbers::Bytes((0..count).map(|k| (k % 251) as u8).collect());
        Array { name: name.to_owned(), shape: shape.to_vec(), numbers }
    }

    fn read(arrays: Vec<Array>, key: Option<&str>) -> Result<Found, DataError> {
        found("a.npz", arrays, &ReadOptions { array: key, ..ReadOptions::default() })
    }

    #[test]
    fn images_and_labels_are_found_by_shape_and_name() {
        let keras = vec![
            array("x_test", &[3, 5, 5]),
            array("x_train", &[4, 5, 5]),
            array("y_train", &[4]),
            array("y_test", &[3]),
        ];
        let found = read(keras, None).expect("a set");
        assert_eq!((found.train.count(), found.train.labels.as_slice()), (4, &[0, 1, 2, 3][..]));
        let test = found.test.expect("test images");
        assert_eq!((test.count(), test.labels.as_slice()), (3, &[0, 1, 2][..]));
        let digits = vec![array("data", &[6, 64]), array("images", &[6, 8, 8]), array("target", &[6, 1])];
        let found = read(digits, None).expect("a set");
        assert_eq!((found.train.shape.width, found.class_names.len()), (8, 6));
        let two = vec![array("a", &[6, 8, 8]), array("b", &[6, 8, 8])];
        let refused = read(two.clone(), None).expect_err("two").to_string();
        assert!(refused.contains("a: 6x8x8, b: 6x8x8") && refused.contains("data.array=a"), "{refused}");
        assert_eq!(read(two, Some("b")).expect("chosen").train.count(), 6);
        assert!(read(vec![array("rows", &[6, 65])], None).is_err(), "65 is no square");
    }

    #[test]
    fn channels_come_last_wherever_they_are() {
        // Two images of 2 × 2 pixels in three channels, each channel of its own value.
        let first: Vec<u8> = [10, 20, 30, 40, 50, 60].into_iter().flat_map(|x| [x; 4]).collect();
        let array = Array { name: "x".to_owned(), shape: vec![2, 3, 2, 2], numbers: Numbers::Bytes(first) };
        let found = read(vec![array], None).expect("a set");
        let pixel = |at: usize| found.train.pixels.bytes(3 * at..3 * at + 3).into_owned();
        assert_eq!((pixel(0), pixel(3), pixel(4)), (vec![10, 20, 30], vec![10, 20, 30], vec![40, 50, 60]));
    }
}
