//! What a dictionary learned: its atoms as pictures, digits built from few of them, and what few atoms cost, in the
//! space of codes beside that of raw pixels.

use super::card::{Card, Content, Images, Ink, Lines, signed_each};
use super::topic::CardInputs;
use crate::model::Autoencoder;
use crate::train::read::{ReadError, read};
use crate::train::sparse::{Convergence, ShrinkageMethod, nonzeros};
use crate::train::{Dictionaries, Dictionary, Learner};

/// Pictures beside each other.
const COLUMNS: usize = 16;
/// Examples beside each other.
const EXAMPLES: usize = 10;
/// Images that a card counts on: few, since it is made over and over while somebody looks.
const COUNTED: usize = 96;
/// Numbers of atoms that an image is built from; then all of them.
const PARTS: [usize; 4] = [1, 2, 3, 5];
/// Prices of the atoms at which errors are compared, as multiples of the recipe's, dearest first.
const PRICES: [f64; 7] = [4.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.04];
/// Images rebuilt at once.
const CHUNK: usize = 128;

/// What a price of the atoms comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rebuilt {
    /// λ.
    pub lambda: f64,
    /// Atoms used, per image.
    pub nonzeros: f64,
    /// Squared error of the rebuilt image.
    pub squared_error: f64,
}

/// What sparse coding comes to in the space of codes, and in that of pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseCoding {
    /// The recipe's λ, one of the prices.
    pub lambda: f64,
    /// Squared error of the network's own reconstructions: no code of atoms is expected to do better.
    pub floor: f64,
    /// Images decoded from sums of atoms of codes, dearest atoms first.
    pub codes: Vec<Rebuilt>,
    /// Images that are sums of atoms of pixels; empty where there is no such dictionary.
    pub pixels: Vec<Rebuilt>,
}

/// A measurement under way, of the network and the dictionaries that it began with.
#[derive(Debug)]
pub struct Measuring {
    model: Autoencoder,
    dictionaries: Dictionaries,
    sum: SparseCoding,
    count: usize,
}

impl Measuring {
    /// Begins one; nothing before a dictionary is learned.
    pub fn new(learner: &Learner, lambda: f64) -> Option<Self> {
        let dictionaries = learner.dictionaries()?.clone();
        let sum = SparseCoding { lambda, ..SparseCoding::default() };
        Some(Self { model: learner.model(), dictionaries, sum, count: 0 })
    }

    /// Takes in some images, best no more than a hundred or so at once.
    pub fn add(&mut self, learner: &Learner, images: &[f32]) -> Result<(), ReadError> {
        let prices = PRICES.map(|times| times * self.sum.lambda);
        let Self { model, dictionaries, sum, count } = self;
        sum.add(&SparseCoding::of_chunk(learner, model, dictionaries, images, &prices)?);
        *count += images.len() / learner.pixels().max(1);
        Ok(())
    }

    /// What it comes to; nothing of no images.
    pub fn done(self) -> Option<SparseCoding> {
        (self.count > 0).then(|| self.sum.divided(self.count as f64))
    }
}

impl SparseCoding {
    /// Rebuilds images from their sparse codes at prices around λ. Nothing before a dictionary is learned.
    pub fn measure(learner: &Learner, images: &[f32], lambda: f64) -> Result<Option<Self>, ReadError> {
        let Some(mut measuring) = Measuring::new(learner, lambda) else { return Ok(None) };
        for chunk in images.chunks(CHUNK * learner.pixels()) {
            measuring.add(learner, chunk)?;
        }
        Ok(measuring.done())
    }

    /// The sums over a chunk of images.
    fn of_chunk(
        learner: &Learner,
        model: &Autoencoder,
        dictionaries: &Dictionaries,
        images: &[f32],
        lambdas: &[f64],
    ) -> Result<Self, ReadError> {
        let codes = read(model.encode(learner.images(images, learner.device())).code)?;
        let floor = squared(images, &read(model.decode(learner.codes(&codes)))?);
        let by_codes = ladder(&dictionaries.codes, &wide(&codes), lambdas, |rebuilt| {
            Ok(squared(images, &read(model.decode(learner.codes(&narrow(&rebuilt))))?))
        })?;
        let by_pixels = match &dictionaries.pixels {
            Some(dictionary) => {
                ladder(dictionary, &wide(images), lambdas, |rebuilt| Ok(squared(images, &narrow(&rebuilt))))?
            }
            None => Vec::new(),
        };
        Ok(Self { lambda: 0.0, floor, codes: by_codes, pixels: by_pixels })
    }

    /// What atoms of codes come to at the recipe's λ.
    pub fn codes_here(&self) -> Option<Rebuilt> {
        self.codes.iter().find(|point| point.lambda == self.lambda).copied()
    }

    /// What atoms of pixels come to at the recipe's λ.
    pub fn pixels_here(&self) -> Option<Rebuilt> {
        self.pixels.iter().find(|point| point.lambda == self.lambda).copied()
    }

    fn add(&mut self, other: &Self) {
        let Self { lambda: _, floor, codes, pixels } = self;
        *floor += other.floor;
        for (sum, more) in [(codes, &other.codes), (pixels, &other.pixels)] {
            let known = sum.len();
            for (sum, more) in sum.iter_mut().zip(more) {
                sum.nonzeros += more.nonzeros;
                sum.squared_error += more.squared_error;
            }
            sum.extend(more.iter().skip(known).copied());
        }
    }

    fn divided(mut self, by: f64) -> Self {
        self.floor /= by;
        for point in self.codes.iter_mut().chain(&mut self.pixels) {
            point.nonzeros /= by;
            point.squared_error /= by;
        }
        self
    }
}

/// Sums over samples at falling prices; every price begins with the codes of the one before.
fn ladder(
    dictionary: &Dictionary,
    samples: &[f64],
    lambdas: &[f64],
    error: impl Fn(Vec<f64>) -> Result<f64, ReadError>,
) -> Result<Vec<Rebuilt>, ReadError> {
    let (coder, many) = (dictionary.coder(), samples.len() / dictionary.dim().max(1));
    let mut codes = vec![0.0; many * dictionary.count()];
    let mut found = Vec::with_capacity(lambdas.len());
    for &lambda in lambdas {
        codes = coder.code_from(codes, samples, lambda, Convergence::DEFAULT, ShrinkageMethod::Fista);
        let used = nonzeros(&codes, dictionary.count()) * many as f64;
        found.push(Rebuilt { lambda, nonzeros: used, squared_error: error(dictionary.rebuild(&codes))? });
    }
    Ok(found)
}

/// Every atom of codes, decoded.
pub(super) fn atoms(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let Some(dictionary) = learner.dictionaries().map(|both| &both.codes) else { return Ok(None) };
    let samples = encoded(learner, counted(inputs))?;
    let codes = dictionary.coder().code(&samples, recipe.dictionary.lambda, Convergence::DEFAULT);
    let many = (samples.len() / dictionary.dim().max(1)).max(1);
    let length = (samples.iter().map(|x| x * x).sum::<f64>() / many as f64).sqrt();
    let mut scaled = Vec::with_capacity(dictionary.atoms().len());
    for k in by_use(dictionary) {
        // An atom is as often taken away as added; it is shown the way it is taken more.
        let lean: f64 = codes.iter().skip(k).step_by(dictionary.count()).sum();
        let scale = if lean < 0.0 { -length } else { length };
        let place = k * dictionary.dim()..(k + 1) * dictionary.dim();
        scaled.extend(dictionary.atoms()[place].iter().map(|x| (x * scale) as f32));
    }
    let pixels = read(learner.model().decode(learner.codes(&scaled)))?;
    let meaning = format!(
        "Each picture is the decoder's of one atom alone, drawn out to the usual length of a code, {length:.1}; the \
         most used come first. An image takes {:.1} of the {} at λ {}.",
        nonzeros(&codes, dictionary.count()),
        dictionary.count(),
        crate::recipe::parameter::short_number(recipe.dictionary.lambda)
    );
    let title = "The atoms, decoded".to_owned();
    Ok(Some(Card { title, meaning, content: sheet(learner, pixels, Ink::Grey) }))
}

/// Every atom of pixels, as it is.
pub(super) fn pixel_atoms(inputs: &CardInputs<'_>) -> Option<Card> {
    let CardInputs { learner, recipe, .. } = inputs;
    let dictionary = learner.dictionaries()?.pixels.as_ref()?;
    let samples = wide(counted(inputs));
    let codes = dictionary.coder().code(&samples, recipe.dictionary.lambda, Convergence::DEFAULT);
    let width = dictionary.dim();
    let in_order = by_use(dictionary).into_iter();
    let pixels: Vec<f64> =
        in_order.flat_map(|k| dictionary.atoms()[k * width..(k + 1) * width].iter().copied()).collect();
    let meaning = format!(
        "Learned on raw pixels, an atom is a stroke or a whole digit; an image takes {:.1} of the {} at the same λ, \
         and their sum is the image itself.",
        nonzeros(&codes, dictionary.count()),
        dictionary.count()
    );
    let pixels = signed_each(&narrow(&pixels), width);
    let title = "The atoms of raw pixels".to_owned();
    Some(Card { title, meaning, content: sheet(learner, pixels, Ink::Signed) })
}

/// A few images, and what their largest atoms make of them.
pub(super) fn parts(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, examples, .. } = inputs;
    let Some(dictionary) = learner.dictionaries().map(|both| &both.codes) else { return Ok(None) };
    let images = &examples[..examples.len().min(EXAMPLES * learner.pixels())];
    let samples = encoded(learner, images)?;
    let codes = dictionary.coder().code(&samples, recipe.dictionary.lambda, Convergence::DEFAULT);
    let mut rows = vec!["image".to_owned()];
    let mut wanted = Vec::new();
    for most in PARTS {
        rows.push(if most == 1 { "1 atom".to_owned() } else { format!("{most} atoms") });
        wanted.extend(dictionary.rebuild(&largest(&codes, dictionary.count(), most)));
    }
    rows.extend(["all atoms".to_owned(), "network".to_owned()]);
    wanted.extend(dictionary.rebuild(&codes));
    wanted.extend(samples);
    let decoded = read(learner.model().decode(learner.codes(&narrow(&wanted))))?;
    let meaning = format!(
        "The decoder's image of each digit's largest atoms only, then of all {:.1} it takes on average, then of the \
         code itself: few coefficients build a digit.",
        nonzeros(&codes, dictionary.count())
    );
    let content = Images {
        dims: learner.dims(),
        columns: images.len() / learner.pixels().max(1),
        pixels: [images, &decoded].concat().into(),
        ink: Ink::Grey,
        rows,
        captions: Vec::new(),
    };
    let title = "Few atoms build a digit".to_owned();
    Ok(Some(Card { title, meaning, content: Content::Images(content) }))
}

/// The error of rebuilt images over the number of atoms they take, in codes and in pixels.
pub(super) fn errors(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let lambda = recipe.dictionary.lambda;
    let Some(found) = SparseCoding::measure(learner, counted(inputs), lambda)? else { return Ok(None) };
    let line = |points: &[Rebuilt]| {
        points.iter().map(|p| [p.nonzeros as f32, p.squared_error as f32]).collect::<Vec<[f32; 2]>>()
    };
    let said = |name: &str, at: Option<Rebuilt>| {
        at.map(|p| format!(" {:.1} atoms of {name} leave {:.1};", p.nonzeros, p.squared_error))
    };
    let meaning = format!(
        "Squared error at prices around λ {}:{}{} the network's own is {:.1}. Atoms of codes need few, and stop at \
         what the network can do; atoms of pixels go on below it.",
        crate::recipe::parameter::short_number(lambda),
        said("codes", found.codes_here()).unwrap_or_default(),
        said("pixels", found.pixels_here()).unwrap_or_default(),
        found.floor
    );
    let mut series = vec![("atoms of codes, decoded".to_owned(), line(&found.codes))];
    if !found.pixels.is_empty() {
        series.push(("atoms of pixels".to_owned(), line(&found.pixels)));
    }
    let content = Lines {
        x: "atoms used per image".to_owned(),
        y: "squared error per image".to_owned(),
        series,
        level: Some(("the network's own".to_owned(), found.floor as f32)),
    };
    let title = "Error against atoms used".to_owned();
    Ok(Some(Card { title, meaning, content: Content::Lines(content) }))
}

/// The images that a card counts on.
fn counted<'a>(inputs: &CardInputs<'a>) -> &'a [f32] {
    &inputs.sample[..inputs.sample.len().min(COUNTED * inputs.learner.pixels())]
}

fn encoded(learner: &Learner, images: &[f32]) -> Result<Vec<f64>, ReadError> {
    Ok(wide(&read(learner.model().encode(learner.images(images, learner.device())).code)?))
}

/// The numbers of the atoms, the most used first.
fn by_use(dictionary: &Dictionary) -> Vec<usize> {
    let usage = dictionary.usage();
    let mut order: Vec<usize> = (0..dictionary.count()).collect();
    order.sort_by(|a, b| usage[*b].total_cmp(&usage[*a]));
    order
}

/// Codes of which only the largest numbers are left, so many per sample.
fn largest(codes: &[f64], atoms: usize, most: usize) -> Vec<f64> {
    let mut kept = codes.to_vec();
    for code in kept.chunks_exact_mut(atoms.max(1)) {
        let mut sizes: Vec<f64> = code.iter().map(|x| x.abs()).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        if let Some(&bound) = sizes.get(most) {
            code.iter_mut().filter(|x| x.abs() <= bound).for_each(|x| *x = 0.0);
        }
    }
    kept
}

fn sheet(learner: &Learner, pixels: Vec<f32>, ink: Ink) -> Content {
    let (rows, captions) = (Vec::new(), Vec::new());
    Content::Images(Images {
        dims: learner.dims(),
        columns: COLUMNS,
        pixels: pixels.into(),
        ink,
        rows,
        captions,
    })
}

fn squared(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(x, y)| f64::from(x - y).powi(2)).sum()
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

fn narrow(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|x| *x as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_numbers_of_every_code_are_left() {
        let codes = [0.1, -3.0, 0.0, 2.0, 5.0, 0.0, 0.0, 0.0];
        assert_eq!(largest(&codes, 4, 2), [0.0, -3.0, 0.0, 2.0, 5.0, 0.0, 0.0, 0.0]);
        assert_eq!(largest(&codes, 4, 1), [0.0, -3.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0]);
        assert_eq!(largest(&codes, 4, 9), codes);
    }

    #[test]
    fn sums_over_chunks_become_means_over_images() {
        let point = |nonzeros, squared_error| vec![Rebuilt { lambda: 0.5, nonzeros, squared_error }];
        let mut sum = SparseCoding::default();
        sum.add(&SparseCoding { floor: 10.0, codes: point(6.0, 20.0), ..SparseCoding::default() });
        sum.add(&SparseCoding { floor: 2.0, codes: point(3.0, 4.0), ..SparseCoding::default() });
        let want = SparseCoding { floor: 4.0, codes: point(3.0, 8.0), ..SparseCoding::default() };
        assert_eq!(sum.divided(3.0), want);
    }
}
