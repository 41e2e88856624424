//! Numbers as they stand in a file, and what they mean as pixels and as labels.

use std::collections::BTreeMap;

use crate::data::error::DataError;
use crate::data::pixels::PixelData;

/// Letters of a file's own words in a sentence.
const LONGEST: usize = 80;
/// The values that count as white where no pixel is larger, smallest first: pixels are 0 and 1, or 0 to 16 as in
/// scikit-learn's digits, or bytes, or words of 16 bits.
const WHITES: [f32; 4] = [1.0, 16.0, 255.0, 65_535.0];
/// Labels are counted with one byte.
const MOST_CLASSES: usize = 256;

/// Words of a file as they are shown in a sentence: on one line, and not too many.
pub(super) fn shown(words: &str) -> String {
    words.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

/// Numbers of a file: bytes as long as all of them are, otherwise f32.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Numbers {
    /// Whole numbers from 0 to 255.
    Bytes(Vec<u8>),
    /// Any numbers.
    Floats(Vec<f32>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Numbers {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Floats(floats) => floats.len(),
        }
    }

    pub(super) fn push(&mut self, number: f32) {
        let is_byte = (0.0..=255.0).contains(&number) && number.fract() == 0.0;
        match self {
            Self::Bytes(bytes) if is_byte => bytes.push(number as u8),
            Self::Bytes(bytes) => {
                let mut floats: Vec<f32> = bytes.iter().copied().map(f32::from).collect();
                floats.push(number);
                *self = Self::Floats(floats);
            }
            Self::Floats(floats) => floats.push(number),
        }
    }

    pub(super) fn get(&self, at: usize) -> f32 {
        match self {
            Self::Bytes(bytes) => bytes.get(at).copied().map_or(f32::NAN, f32::from),
            Self::Floats(floats) => floats.get(at).copied().unwrap_or(f32::NAN),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f32> + '_ {
        let (bytes, floats) = match self {
            Self::Bytes(bytes) => (&bytes[..], &[][..]),
            Self::Floats(floats) => (&[][..], &floats[..]),
        };
        bytes.iter().copied().map(f32::from).chain(floats.iter().copied())
    }

    /// The same numbers in another order.
    pub(super) fn reordered(&self, order: impl Iterator<Item = usize>) -> Self {
        match self {
            Self::Bytes(bytes) => Self::Bytes(order.map(|at| bytes[at]).collect()),
            Self::Floats(floats) => Self::Floats(order.map(|at| floats[at]).collect()),
        }
    }

    /// The largest number.
    pub(super) fn largest(&self) -> f32 {
        self.iter().fold(f32::NEG_INFINITY, f32::max)
    }

    /// Pixels, of which `white` is the lightest. Whole numbers become bytes.
    pub(super) fn pixels(self, white: f32) -> PixelData {
        let is_whole = self.iter().all(|number| number.fract() == 0.0);
        match self {
            Self::Bytes(bytes) if white == 255.0 => PixelData::Bytes(bytes),
            numbers if is_whole && white <= 255.0 => {
                PixelData::Bytes(numbers.iter().map(|x| (x * 255.0 / white).round() as u8).collect())
            }
            numbers => PixelData::Floats(numbers.iter().map(|x| x / white).collect()),
        }
    }
}

/// The value of white in a file `name` with these numbers, the training images before the test images.
pub(super) fn white(name: &str, parts: &[&Numbers]) -> Result<f32, DataError> {
    let invalid = parts.iter().flat_map(|numbers| numbers.iter()).find(|x| !x.is_finite() || *x < 0.0);
    if let Some(value) = invalid {
        return Err(DataError::Value { name: name.to_owned(), value });
    }
    let largest = parts.iter().map(|numbers| numbers.largest()).fold(0.0, f32::max);
    let white = WHITES.into_iter().find(|white| largest <= *white);
    white.ok_or_else(|| DataError::Value { name: name.to_owned(), value: largest })
}

/// The classes of the images of one or two parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Classes {
    /// The class of every image, part by part; nothing where they have none.
    pub(super) labels: Vec<Vec<u8>>,
    /// A name per class.
    pub(super) names: Vec<String>,
}

/// Labels as classes from 0 on. Whole numbers from 0 to 255 are their own classes; others are numbered in their order. `None`
/// where there are too many different ones: then they are measurements and not classes.
pub(super) fn classes(labels: &[&[f32]]) -> Option<Classes> {
    let is_class = |x: &f32| x.fract() == 0.0 && (0.0..MOST_CLASSES as f32).contains(x);
    let all = || labels.iter().flat_map(|labels| labels.iter());
    if all().all(is_class) {
        let count = all().fold(-1.0, |most: f32, x| most.max(*x)) as i32 + 1;
        let numbered = labels.iter().map(|labels| labels.iter().map(|x| *x as u8).collect()).collect();
        return Some(Classes {
            labels: numbered,
            names: (0..count).map(|class| class.to_string()).collect(),
        });
    }
    let mut values: Vec<f32> = all().copied().collect();
    values.sort_unstable_by(f32::total_cmp);
    values.dedup();
    let words = |labels: &&[f32]| labels.iter().map(ToString::to_string).collect();
    let words: Vec<Vec<String>> = labels.iter().map(words).collect();
    numbered(&words, values.iter().map(ToString::to_string).collect())
}

/// Labels that are words as classes in the order of `names`; `None` where there are too many.
pub(super) fn numbered(labels: &[Vec<String>], names: Vec<String>) -> Option<Classes> {
    if names.len() > MOST_CLASSES {
        return None;
    }
    let places: BTreeMap<&String, u8> = names.iter().zip(0..=u8::MAX).collect();
    let of = |labels: &Vec<String>| labels.iter().filter_map(|word| places.get(word).copied()).collect();
    let labels = labels.iter().map(of).collect();
    Some(Classes { labels, names })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_the_smallest_usual_maximum() {
        let white_of = |numbers: &[f32]| white("a", &[&Numbers::Floats(numbers.to_vec())]).ok();
        assert_eq!(white_of(&[0.0, 0.5]), Some(1.0));
        assert_eq!(white_of(&[0.0, 16.0]), Some(16.0));
        assert_eq!(white_of(&[0.0, 17.0]), Some(255.0));
        assert_eq!(white_of(&[0.0, 300.0]), Some(65_535.0));
        assert_eq!(white_of(&[0.0, -1.0]), None);
        assert_eq!(white_of(&[f32::NAN]), None);
        assert_eq!(white_of(&[1e9]), None);
    }

    #[test]
    fn whole_numbers_become_bytes_and_others_stay() {
        assert_eq!(Numbers::Floats(vec![0.0, 8.0, 16.0]).pixels(16.0), PixelData::Bytes(vec![0, 128, 255]));
        assert_eq!(Numbers::Bytes(vec![0, 7]).pixels(255.0), PixelData::Bytes(vec![0, 7]));
        assert_eq!(Numbers::Floats(vec![0.25]).pixels(1.0), PixelData::Floats(vec![0.25]));
        let mut numbers = Numbers::default();
        [3.0, 255.0].into_iter().for_each(|x| numbers.push(x));
        assert_eq!(numbers, Numbers::Bytes(vec![3, 255]));
        numbers.push(0.5);
        assert_eq!(numbers, Numbers::Floats(vec![3.0, 255.0, 0.5]));
    }

    #[test]
    fn labels_are_numbered_in_their_order() {
        let of = |labels: &[&[f32]]| classes(labels).map(|classes| (classes.labels, classes.names.join(" ")));
        assert_eq!(of(&[&[2.0, 0.0]]), Some((vec![vec![2, 0]], "0 1 2".to_owned())));
        assert_eq!(of(&[&[10.0, -1.5], &[9.0]]), Some((vec![vec![2, 0], vec![1]], "-1.5 9 10".to_owned())));
        assert_eq!(of(&[&[], &[]]), Some((vec![vec![], vec![]], String::new())));
        let many: Vec<f32> = (0..300).map(|k| k as f32 + 0.5).collect();
        assert_eq!(of(&[&many]), None);
    }
}
