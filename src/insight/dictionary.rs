//! What a dictionary learned: its atoms as images, images built from few of them, and the error of few atoms, in the
//! space of codes and in that of raw pixels.

use super::{CardInputs, Topic};
use crate::chart::cards::{Card, Images, Level, Line, Lines, Values, signed_each};
use crate::model::Autoencoder;
use crate::recipe::parameter::short_number;
use crate::train::read::{ReadError, read};
use crate::train::sparse::{Convergence, ShrinkageMethod, nonzeros};
use crate::train::{Dictionaries, Dictionary, Learner};

/// Atoms beside each other.
const COLUMNS: usize = 16;
/// Examples beside each other.
const EXAMPLES: usize = 10;
/// Images for the statistics of a card: few, since a visible card is made again and again.
const SAMPLE: usize = 96;
/// Numbers of atoms that an image is built from; then all of them.
const PARTS: [usize; 4] = [1, 2, 3, 5];
/// Values of λ at which errors are compared, as multiples of the recipe's, largest first.
const LAMBDAS: [f64; 7] = [4.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.04];
/// Images rebuilt at once.
const CHUNK: usize = 128;

/// The result of sparse coding at one value of λ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rebuilt {
    /// λ.
    pub lambda: f64,
    /// Atoms used, per image.
    pub nonzeros: f64,
    /// Squared error of the rebuilt image.
    pub squared_error: f64,
}

/// The results of sparse coding in the space of codes, and in that of pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseCoding {
    /// The recipe's λ, one of those compared.
    pub lambda: f64,
    /// Squared error of the network's own reconstructions: sparse codes are not expected to do better.
    pub floor: f64,
    /// Images decoded from sums of atoms of codes, largest λ first.
    pub codes: Vec<Rebuilt>,
    /// Images that are sums of atoms of pixels; empty where there is no such dictionary.
    pub pixels: Vec<Rebuilt>,
}

/// A measurement in progress, of the network and the dictionaries with which it began.
#[derive(Debug)]
pub struct Measuring {
    model: Autoencoder,
    dictionaries: Dictionaries,
    sum: SparseCoding,
    count: usize,
}

impl Measuring {
    /// Starts one; nothing before a dictionary is learned.
    pub fn new(learner: &Learner, lambda: f64) -> Option<Self> {
        let dictionaries = learner.dictionaries()?.clone();
        let sum = SparseCoding { lambda, ..SparseCoding::default() };
        Some(Self { model: learner.model(), dictionaries, sum, count: 0 })
    }

    /// Adds some images, best no more than a hundred or so at once.
    pub fn add(&mut self, learner: &Learner, images: &[f32]) -> Result<(), ReadError> {
        let lambdas = LAMBDAS.map(|times| times * self.sum.lambda);
        let Self { model, dictionaries, sum, count } = self;
        sum.add(&SparseCoding::of_chunk(learner, model, dictionaries, images, &lambdas)?);
        *count += images.len() / learner.pixels().max(1);
        Ok(())
    }

    /// The means over all images; nothing of no images.
    pub fn done(self) -> Option<SparseCoding> {
        (self.count > 0).then(|| self.sum.divided(self.count as f64))
    }
}

impl SparseCoding {
    /// Rebuilds images from their sparse codes at values around λ. Nothing before a dictionary is learned.
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
        let by_codes = rebuilt(&dictionaries.codes, &wide(&codes), lambdas, |rebuilt| {
            Ok(squared(images, &read(model.decode(learner.codes(&narrow(&rebuilt))))?))
        })?;
        let by_pixels = match &dictionaries.pixels {
            Some(dictionary) => {
                rebuilt(dictionary, &wide(images), lambdas, |rebuilt| Ok(squared(images, &narrow(&rebuilt))))?
            }
            None => Vec::new(),
        };
        Ok(Self { lambda: 0.0, floor, codes: by_codes, pixels: by_pixels })
    }

    /// The result with atoms of codes at the recipe's λ.
    pub fn codes_here(&self) -> Option<Rebuilt> {
        self.codes.iter().find(|point| point.lambda == self.lambda).copied()
    }

    /// The result with atoms of pixels at the recipe's λ.
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

/// Sums over samples at falling values of λ; each starts with the codes of the one before.
fn rebuilt(
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
    let samples = encoded(learner, inputs.first_sampled(SAMPLE))?;
    let codes = dictionary.coder().code(&samples, recipe.dictionary.lambda, Convergence::DEFAULT);
    let many = (samples.len() / dictionary.dim().max(1)).max(1);
    let length = (samples.iter().map(|x| x * x).sum::<f64>() / many as f64).sqrt();
    let mut scaled = Vec::with_capacity(dictionary.atoms().len());
    for k in by_use(dictionary) {
        // Coefficients have either sign; the atom is shown with the sign that is used more.
        let balance: f64 = codes.iter().skip(k).step_by(dictionary.count()).sum();
        let scale = if balance < 0.0 { -length } else { length };
        let place = k * dictionary.dim()..(k + 1) * dictionary.dim();
        scaled.extend(dictionary.atoms()[place].iter().map(|x| (x * scale) as f32));
    }
    let pixels = read(learner.model().decode(learner.codes(&scaled)))?;
    let meaning = format!(
        "Each atom alone, scaled to the typical norm of a code, {length:.1}, and decoded; the most used come first. An \
         image needs {:.1} of the {} at λ {}.",
        nonzeros(&codes, dictionary.count()),
        dictionary.count(),
        short_number(recipe.dictionary.lambda)
    );
    Ok(Some(Card::new(Topic::DictionaryAtoms.title(), meaning, grid(learner, pixels, Values::Intensity))))
}

/// Every atom of pixels, as it is.
pub(super) fn pixel_atoms(inputs: &CardInputs<'_>) -> Option<Card> {
    let CardInputs { learner, recipe, .. } = inputs;
    let dictionary = learner.dictionaries()?.pixels.as_ref()?;
    let samples = wide(inputs.first_sampled(SAMPLE));
    let codes = dictionary.coder().code(&samples, recipe.dictionary.lambda, Convergence::DEFAULT);
    let width = dictionary.dim();
    let in_order = by_use(dictionary).into_iter();
    let pixels: Vec<f64> =
        in_order.flat_map(|k| dictionary.atoms()[k * width..(k + 1) * width].iter().copied()).collect();
    let meaning = format!(
        "Learned on raw pixels, an atom is a stroke or a whole shape. An image needs {:.1} of the {} at the same λ, and \
         is approximated by their weighted sum.",
        nonzeros(&codes, dictionary.count()),
        dictionary.count()
    );
    let pixels = signed_each(&narrow(&pixels), width);
    Some(Card::new(Topic::DictionaryPixels.title(), meaning, grid(learner, pixels, Values::Signed)))
}

/// A few images, rebuilt from their largest atoms.
pub(super) fn parts(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let Some(dictionary) = learner.dictionaries().map(|both| &both.codes) else { return Ok(None) };
    let images = inputs.first_examples(EXAMPLES);
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
        "Each code rebuilt from only its largest atoms, then from all of them ({:.1} on average), and decoded; last, \
         the network's own reconstruction.",
        nonzeros(&codes, dictionary.count())
    );
    let content = Images {
        shape: learner.shape(),
        columns: images.len() / learner.pixels().max(1),
        pixels: [images, &decoded].concat().into(),
        rows,
        ..Images::default()
    };
    Ok(Some(Card::new(Topic::DictionaryParts.title(), meaning, content)))
}

/// The error of rebuilt images against the number of atoms they need, in codes and in pixels.
pub(super) fn errors(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, recipe, .. } = inputs;
    let lambda = recipe.dictionary.lambda;
    let Some(found) = SparseCoding::measure(learner, inputs.first_sampled(SAMPLE), lambda)? else {
        return Ok(None);
    };
    let line = |name: &str, results: &[Rebuilt]| {
        let points = results.iter().map(|p| [p.nonzeros as f32, p.squared_error as f32]);
        Line { name: name.to_owned(), points: points.collect(), ..Line::default() }
    };
    let words = |name: &str, at: Option<Rebuilt>| {
        at.map(|p| format!(" {:.1} with {:.1} atoms of {name},", p.squared_error, p.nonzeros))
            .unwrap_or_default()
    };
    let meaning = format!(
        "Squared error at λ {}:{}{} {:.1} for the network itself. A smaller λ uses more atoms. Atoms of codes hardly \
         get below the network's own error; atoms of pixels can.",
        short_number(lambda),
        words("codes", found.codes_here()),
        words("pixels", found.pixels_here()),
        found.floor
    );
    let mut series = vec![line("atoms of codes, decoded", &found.codes)];
    if !found.pixels.is_empty() {
        series.push(line("atoms of pixels", &found.pixels));
    }
    let content = Lines {
        x: "atoms used per image".to_owned(),
        y: "squared error per image".to_owned(),
        are_ratios: false,
        series,
        level: Some(Level { name: "network".to_owned(), value: found.floor as f32 }),
    };
    Ok(Some(Card::new(Topic::DictionaryErrors.title(), meaning, content)))
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

/// Codes in which all but the largest numbers of each are set to zero.
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

fn grid(learner: &Learner, pixels: Vec<f32>, values: Values) -> Images {
    Images { shape: learner.shape(), columns: COLUMNS, pixels: pixels.into(), values, ..Images::default() }
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
    fn only_the_largest_numbers_of_every_code_are_kept() {
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
