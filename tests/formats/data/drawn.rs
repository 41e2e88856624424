//! The built-in sets: statistics like those of handwriting, no repeated images, frozen bytes, and correct factors.

use super::{assert_within, pixels, source};
use hourglass::data::{Dataset, Source, load};
use hourglass::insight::pca::Pca;
use std::collections::HashSet;

#[test]
fn digits_have_the_statistics_of_handwriting() {
    // 10,000 images to fit and 10,000 to test: the same sizes as in the measurements of MNIST that they are compared with.
    let digits = load(&Source { held_out: 0.25, ..source("digits", 20_000) }).unwrap();
    let train = pixels(&digits, &digits.split.train);
    let held: Vec<u32> = [&digits.split.validation[..], &digits.split.test].concat();

    let mean = train.iter().map(|&x| f64::from(x)).sum::<f64>() / train.len() as f64;
    assert_within("mean grey level", mean, 0.12, 0.14);

    let pca = Pca::fit(&train, 784, 32);
    let total: f64 = pca.variances.iter().map(|&v| f64::from(v)).sum();
    for (share, want) in [(0.5, 11.0), (0.8, 45.0), (0.9, 85.0), (0.95, 141.0)] {
        let what = format!("components for {share} of the variance");
        assert_within(&what, components_for(&pca, share * total) as f64, 0.9 * want, 1.1 * want);
    }
    let squares: f64 = pca.variances.iter().map(|&v| f64::from(v).powi(2)).sum();
    assert_within("participation ratio", total * total / squares, 28.0, 33.0);
    assert_within("squared error of 32 components", pca.squared_error(&pixels(&digits, &held)), 12.3, 14.0);

    let cost = digits.mean_image_cost(&held);
    assert_within("cross-entropy of the mean image", cost.cross_entropy, 195.0, 206.0);
    let judged = &digits.split.validation;
    assert_within("nearest neighbours", nearest_neighbour_accuracy(&digits, judged), 0.93, 0.955);
}

fn components_for(pca: &Pca, variance: f64) -> usize {
    let mut sum = 0.0;
    let below = |&&v: &&f32| {
        sum += f64::from(v);
        sum < variance
    };
    pca.variances.iter().take_while(below).count() + 1
}

/// The share of `judged` images whose class the five nearest training images elect.
fn nearest_neighbour_accuracy(dataset: &Dataset, judged: &[u32]) -> f64 {
    let dim = dataset.shape.values();
    let train = &dataset.split.train;
    let rows = pixels(dataset, train);
    let norms: Vec<f32> = rows.chunks(dim).map(|row| row.iter().map(|x| x * x).sum()).collect();
    let rows = faer::MatRef::from_row_major_slice(&rows, train.len(), dim);
    let mut right = 0;
    for block in judged.chunks(500) {
        let queries = pixels(dataset, block);
        let products = rows * faer::MatRef::from_row_major_slice(&queries, block.len(), dim).transpose();
        for (column, &query) in products.col_iter().zip(block) {
            let distance = |(&norm, &product): (&f32, &f32)| norm - 2.0 * product;
            let mut near: Vec<(f32, u32)> =
                norms.iter().zip(column.iter()).map(distance).zip(train.iter().copied()).collect();
            near.select_nth_unstable_by(5, |a, b| a.0.total_cmp(&b.0));
            let mut votes = [0; 10];
            near[..5].iter().for_each(|&(_, i)| votes[usize::from(dataset.labels[i as usize])] += 1);
            let elected = (0..10_u8).max_by_key(|&class| votes[usize::from(class)]);
            right += usize::from(elected == dataset.label(query));
        }
    }
    right as f64 / judged.len() as f64
}

#[test]
fn drawn_images_are_balanced_distinct_and_not_blank() {
    for (set, classes, least_ink) in [("digits", 10, 30), ("shapes", 3, 20)] {
        let dataset = load(&source(set, 12_000)).unwrap();
        assert_eq!(dataset.class_names.len(), classes);
        for class in 0..classes as u8 {
            let share = dataset.labels.iter().filter(|&&label| label == class).count() as f64 / 12_000.0;
            assert_within("share of a class", share * classes as f64, 0.9, 1.1);
        }
        let all: Vec<Vec<u8>> = (0..12_000).map(|i| dataset.image_bytes(i).into_owned()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "{set} repeats an image");
        for (i, image) in all.iter().enumerate() {
            // A tenth of full ink is the faintest that an eye sees on black.
            let ink = image.iter().filter(|&&byte| byte > 25).count();
            assert!(ink >= least_ink, "{set} {i} has only {ink} pixels of ink, want {least_ink}");
        }
    }
}

#[test]
fn drawn_sets_depend_on_the_seed_and_not_on_threads() {
    for set in ["digits", "shapes"] {
        let drawn_on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| load(&source(set, 500)).unwrap())
        };
        let (one, three) = (drawn_on(1), drawn_on(3));
        assert_eq!(one.images, three.images);
        assert_eq!(one.split, three.split);
        let more = load(&source(set, 700)).unwrap();
        assert!(
            more.images.bytes(0..one.images.len()) == one.images.bytes(0..one.images.len()),
            "image i of {set} must not depend on how many there are"
        );
        let other = load(&Source { seed: 2, ..source(set, 500) }).unwrap();
        assert!(
            (0..500).all(|i| one.image_bytes(i) != other.image_bytes(i)),
            "a seed must change every image of {set}"
        );
        assert_ne!(one.split, other.split);
    }
}

#[test]
fn drawn_sets_never_change() {
    // Frozen: a saved experiment names its data by (set, seed, messiness), so these may never change.
    let golden = |set| checksum(&every_byte(&load(&source(set, 200)).unwrap()));
    assert_eq!(golden("digits"), GOLDEN_DIGITS, "digits");
    assert_eq!(golden("shapes"), GOLDEN_SHAPES, "shapes");
}

const GOLDEN_DIGITS: u64 = 16_764_424_908_944_270_951;
const GOLDEN_SHAPES: u64 = 5_519_853_784_938_686_003;

/// What can be read off the pixels of one image: how much ink, its middle, and how far it leans to the right.
struct Ink {
    mass: f64,
    middle: [f64; 2],
    lean: f64,
}

fn ink(dataset: &Dataset, i: u32) -> Ink {
    let image = dataset.image_bytes(i);
    let inked = || {
        let place = |p: usize| [(p % 28) as f64 - 13.5, (p / 28) as f64 - 13.5];
        image.iter().enumerate().map(move |(p, &byte)| (place(p), f64::from(byte) / 255.0))
    };
    let mass: f64 = inked().map(|(_, ink)| ink).sum();
    let middle = [0, 1].map(|axis| inked().map(|(at, ink)| ink * at[axis]).sum::<f64>() / mass);
    let moment = |axis: usize| -> f64 {
        inked().map(|(at, ink)| ink * (at[axis] - middle[axis]) * (at[1] - middle[1])).sum()
    };
    Ink { mass, middle, lean: -moment(0) / moment(1) }
}

/// The values of one factor for some images.
fn factor(dataset: &Dataset, name: &str, images: &[u32]) -> Vec<f64> {
    let known = dataset.factors.iter().filter(|factor| factor.name == name);
    let values: Vec<f64> =
        known.flat_map(|factor| images.iter().map(|&i| f64::from(factor.values[i as usize]))).collect();
    assert_eq!(values.len(), images.len(), "there must be one factor {name}");
    values
}

#[test]
fn factors_of_shapes_describe_their_images() {
    let shapes = load(&source("shapes", 3000)).unwrap();
    let all: Vec<u32> = (0..3000).collect();
    let seen: Vec<Ink> = all.iter().map(|&i| ink(&shapes, i)).collect();
    let pick = |of: fn(&Ink) -> f64| -> Vec<f64> { seen.iter().map(of).collect() };
    let of = |name| factor(&shapes, name, &all);
    assert_within("x", correlation(&of("x"), &pick(|ink| ink.middle[0])), 0.98, 1.0);
    assert_within("y", correlation(&of("y"), &pick(|ink| ink.middle[1])), 0.98, 1.0);
    assert_within("size", correlation(&of("size"), &pick(|ink| ink.mass.sqrt())), 0.8, 1.0);
    assert!(of("kind").iter().zip(&shapes.labels).all(|(&kind, &label)| kind == f64::from(label)));

    let spread = |v: Vec<f64>| v.iter().map(|x| x * x).sum::<f64>();
    assert!(spread(of("x")) > 2.0 * spread(of("y")), "x must vary more than y");
    let ellipses: Vec<u32> = all.iter().copied().filter(|i| i % 3 == 1).collect();
    // Clockwise on paper whose y points down is a lean to the left.
    let tilt: Vec<f64> = ellipses.iter().map(|&i| -ink(&shapes, i).lean).collect();
    assert_within("angle", correlation(&factor(&shapes, "angle", &ellipses), &tilt), 0.9, 1.0);
    let upright = load(&Source { messiness: 0.0, ..source("shapes", 30) }).unwrap();
    assert!(factor(&upright, "angle", &(0..30).collect::<Vec<_>>()).iter().all(|&angle| angle == 0.0));
}

#[test]
fn factors_of_digits_describe_their_images() {
    let digits = load(&source("digits", 5000)).unwrap();
    let ones: Vec<u32> = (0..5000).filter(|&i| digits.label(i) == Some(1)).collect();
    let seen: Vec<Ink> = ones.iter().map(|&i| ink(&digits, i)).collect();
    let of = |name| factor(&digits, name, &ones);
    let lean: Vec<f64> = of("slant").iter().zip(of("rotation")).map(|(s, r)| s + r).collect();
    let seen_lean: Vec<f64> = seen.iter().map(|ink| ink.lean).collect();
    assert_within("slant and rotation", correlation(&lean, &seen_lean), 0.8, 1.0);
    let mass: Vec<f64> = seen.iter().map(|ink| ink.mass).collect();
    assert_within("thickness", correlation(&of("thickness"), &mass), 0.8, 1.0);
    assert_eq!(of("variant").iter().map(|&v| v as u8).collect::<HashSet<_>>(), HashSet::from([0, 1, 2]));

    let zeros: Vec<u32> = (0..5000).filter(|&i| digits.label(i) == Some(0)).collect();
    let width = |i: u32| {
        let image = digits.image_bytes(i);
        (0..28).filter(|column| image.iter().skip(*column).step_by(28).any(|&b| b > 25)).count() as f64
    };
    let widths: Vec<f64> = zeros.iter().map(|&i| width(i)).collect();
    assert_within("aspect", correlation(&factor(&digits, "aspect", &zeros), &widths), 0.5, 1.0);
}

fn every_byte(dataset: &Dataset) -> Vec<u8> {
    dataset.images.bytes(0..dataset.images.len()).into_owned()
}

/// FNV-1a, so that a golden set is one number.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let cross = |u: &[f64], mu: f64, v: &[f64], mv: f64| -> f64 {
        u.iter().zip(v).map(|(x, y)| (x - mu) * (y - mv)).sum()
    };
    cross(a, ma, b, mb) / (cross(a, ma, a, ma) * cross(b, mb, b, mb)).sqrt()
}
