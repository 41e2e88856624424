//! Tests of the data: the built-in sets have the statistics of handwriting and are the same everywhere, splits and batches
//! are fair, and a bad file gets one sentence. Principal components are tested here too, because they are computed from
//! the same images. Real MNIST is used if it is there.

mod drawn;
mod files;
mod mutated;
mod pca;
mod samples;

use hourglass::data::{Dataset, Feed, ImageShape, PixelData, Source, Split, load};
use hourglass::insight::pca::Pca;
use hourglass::recipe::{Recipe, Splitting};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn source(set: &str, count: usize) -> Source<'_> {
    Source { set, count, messiness: 1.0, held_out: 0.1, seed: 1, ..Source::default() }
}

fn pixels(dataset: &Dataset, indices: &[u32]) -> Vec<f32> {
    let mut out = Vec::new();
    dataset.write_f32(indices, &mut out);
    out
}

fn assert_within(what: &str, got: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&got), "{what}: got {got}, want {low} to {high}");
}

fn assert_close(what: &str, got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{what}: got {got}, want {want} within {tolerance}");
}

#[test]
fn a_split_uses_each_image_exactly_once() {
    let Split { train, validation, test, .. } = load(&source("shapes", 1005)).unwrap().split;
    assert_eq!((train.len(), validation.len(), test.len()), (803, 101, 101));
    let mut all = [train, validation, test].concat();
    all.sort_unstable();
    assert_eq!(all, (0..1005).collect::<Vec<u32>>());
    let none = load(&Source { held_out: 0.0, ..source("shapes", 10) }).unwrap().split;
    assert_eq!((none.train.len(), none.validation.len(), none.test.len()), (10, 0, 0));
}

/// A tiny set of 2x1 images with known pixels: images 0 and 1 to train, 2 and 3 held out.
fn tiny(images: impl Into<PixelData>) -> Dataset {
    Dataset {
        name: "tiny".to_owned(),
        shape: ImageShape { height: 2, width: 1, channels: 1 },
        images: images.into(),
        labels: Vec::new(),
        class_names: Vec::new(),
        factors: Vec::new(),
        split: Split { train: vec![0, 1], validation: vec![2, 3], test: vec![2, 3], ..Split::default() },
        notes: Vec::new(),
    }
}

#[test]
fn reference_lines_agree_with_their_definitions() {
    let bytes = vec![0, 51, 102, 51, 255, 51, 0, 204];
    let floats: Vec<f32> = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
    // f32 holds a grey level within 6e-8, which costs of about 1 keep.
    assert_reference_lines(&tiny(bytes), 1e-12);
    assert_reference_lines(&tiny(floats), 1e-6);
}

fn assert_reference_lines(dataset: &Dataset, tolerance: f64) {
    let mean = dataset.mean_image();
    assert_close("mean of pixel 0", f64::from(mean[0]), 0.2, 1e-7);
    assert_close("mean of pixel 1", f64::from(mean[1]), 0.2, 1e-7);
    let cost = dataset.mean_image_cost(&[2, 3]);
    assert_close(
        "squared error",
        cost.squared_error,
        (0.8 * 0.8 + 0.0 + 0.2 * 0.2 + 0.6 * 0.6) / 2.0,
        tolerance,
    );
    let bce = |x: f64, m: f64| -x * m.ln() - (1.0 - x) * (1.0 - m).ln();
    let want = (bce(1.0, 0.2) + bce(0.2, 0.2) + bce(0.0, 0.2) + bce(0.8, 0.2)) / 2.0;
    assert_close("cross-entropy", cost.cross_entropy, want, tolerance);
    let floor = (0.0 + bce(0.2, 0.2) + 0.0 + bce(0.8, 0.8)) / 2.0;
    assert_close("floor", dataset.entropy_floor(&[2, 3]), floor, tolerance);
    assert_eq!(dataset.entropy_floor(&[]), 0.0);
}

#[test]
fn a_stray_dot_costs_much_but_not_infinitely_much() {
    let stray = tiny(vec![0_u8, 0, 0, 0, 255, 0, 0, 0]).mean_image_cost(&[2]);
    assert!(stray.cross_entropy.is_finite() && stray.cross_entropy > 5.0, "{stray:?}");
}

#[test]
fn a_feed_gives_each_image_at_most_once_an_epoch_for_steps_in_any_order() {
    let dataset = Arc::new(load(&source("shapes", 333)).unwrap());
    let new = |seed| Feed::new(Arc::clone(&dataset), 32, seed).unwrap();
    let mut feed = new(7);
    let per_epoch = feed.steps_per_epoch();
    assert_eq!(per_epoch, 267 / 32);
    let train: HashSet<u32> = dataset.split.train.iter().copied().collect();
    let dealt: Vec<Vec<u32>> = (0..3 * per_epoch).map(|step| feed.indices(step).to_vec()).collect();
    for epoch in dealt.chunks(per_epoch as usize) {
        let seen: HashSet<u32> = epoch.concat().into_iter().collect();
        assert_eq!(seen.len(), 32 * per_epoch as usize, "an image came twice in one epoch");
        assert!(seen.is_subset(&train), "a held-out image was in a batch");
    }
    assert_ne!(dealt[0], dealt[per_epoch as usize], "every epoch has its own order");
    let mut resumed = new(7);
    for step in [20, 3, 11, 8, 0, 23] {
        assert_eq!(resumed.indices(step), dealt[step as usize], "step {step}");
        assert_eq!(resumed.batch(step), pixels(&dataset, &dealt[step as usize]), "step {step}");
        assert_eq!(resumed.batch(step).len(), 32 * 784);
    }
    assert_ne!(new(8).indices(0), dealt[0], "another seed, another order");
}

#[test]
fn a_feed_that_keeps_the_remainder_gives_each_image_once_an_epoch() {
    let dataset = Arc::new(load(&source("shapes", 333)).unwrap());
    let mut recipe = Recipe::default();
    for setting in ["training.batch=32", "training.keep_remainder=true"] {
        recipe.set_from_text(setting).unwrap();
    }
    let mut feed = Feed::of(&recipe, Arc::clone(&dataset)).unwrap();
    assert_eq!(feed.steps_per_epoch(), 9, "267 images are 8 batches and a remainder of 11");
    for epoch in 0..2 {
        let steps = 9 * epoch..9 * (epoch + 1);
        let batches: Vec<Vec<u32>> = steps.map(|step| feed.indices(step).to_vec()).collect();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 32, 32, 32, 32, 32, 32, 11]);
        let (mut dealt, mut train) = (batches.concat(), dataset.split.train.clone());
        dealt.sort_unstable();
        train.sort_unstable();
        assert_eq!(dealt, train, "epoch {epoch}");
    }
    assert_eq!(feed.batch(8).len(), 11 * 784);
}

#[test]
fn impossible_requests_get_a_sentence() {
    let refused = |source: Source| load(&source).unwrap_err().to_string();
    let digits = source("digits", 100);
    assert!(refused(Source { count: 0, ..digits }).contains("holds no images"));
    assert!(refused(Source { count: usize::MAX, ..digits }).contains("use fewer images"));
    assert!(refused(Source { held_out: 0.499, ..digits }).contains("leaves none to train on"));
    for held_out in [0.5, -0.1, f64::NAN] {
        assert!(refused(Source { held_out, ..digits }).contains("held-out fraction"), "{held_out}");
    }
    for messiness in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(refused(Source { messiness, ..digits }).contains("messiness"), "{messiness}");
    }
    let dataset = Arc::new(load(&digits).unwrap());
    for batch in [0, 81] {
        let error = Feed::new(Arc::clone(&dataset), batch, 1).expect_err("must be refused");
        assert!(error.to_string().contains("80 training images"), "{error}");
    }
}

#[test]
fn mnist_has_its_published_statistics() {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mnist");
    if !folder.is_dir() {
        println!("skipped mnist_has_its_published_statistics: no {}", folder.display());
        return;
    }
    let mnist = load(&source(folder.to_str().unwrap(), 0)).unwrap();
    let Split { train, validation, test, .. } = &mnist.split;
    assert_eq!((train.len(), validation.len(), test.len()), (54_000, 6_000, 10_000));
    assert_eq!((mnist.label(0), mnist.label(60_000)), (Some(5), Some(7)));
    let rows = pixels(&mnist, &(0..60_000).collect::<Vec<u32>>());
    let mean = rows.iter().map(|&x| f64::from(x)).sum::<f64>() / rows.len() as f64;
    // Published: 0.13066. Copies made from pictures can be one grey level off on every pixel of ink, 19 % of all.
    assert_close("mean grey level", mean, 0.13066, 0.1913 / 255.0);
    let cost = mnist.mean_image_cost(test);
    assert_close("squared error of the mean image", cost.squared_error, 52.90, 0.01);
    assert_close("cross-entropy of the mean image", cost.cross_entropy, 205.8, 0.1);
    assert_close("floor of the cross-entropy", mnist.entropy_floor(test), 45.53, 0.01);
    let errors = Pca::fit(&rows, 784, 64).squared_errors(&pixels(&mnist, test));
    for (k, want) in [(2, 43.645), (8, 29.354), (16, 21.058), (32, 13.193), (64, 7.093)] {
        assert_close(&format!("squared error of {k} components"), errors[k], want, 0.005 * want);
    }
}

#[test]
fn classes_that_are_left_out_are_held_out_and_never_trained_on() {
    let all = load(&source("digits", 1000)).unwrap();
    let some = load(&Source { classes: "all but 8, 3", ..source("digits", 1000) }).unwrap();
    let is_left_out = |image: &u32| matches!(some.label(*image), Some(3 | 8));
    let Split { train, validation, test, left_out } = &some.split;
    assert!([train, validation, test].iter().all(|part| !part.is_empty() && !part.iter().any(is_left_out)));
    assert!([&left_out.validation, &left_out.test].iter().all(|part| part.iter().all(is_left_out)));
    // Held-out images stay held out, and the order of the others stays as it was.
    let parts =
        [(&all.split.validation, validation, &left_out.validation), (&all.split.test, test, &left_out.test)];
    for (before, kept, others) in parts {
        assert_eq!(before.len(), kept.len() + others.len());
        let still: Vec<u32> = before.iter().copied().filter(|image| !is_left_out(image)).collect();
        assert_eq!(*kept, still);
    }
    assert_eq!(some.kept_classes(), 8);
    let refused = |classes| load(&Source { classes, ..source("digits", 100) }).unwrap_err().to_string();
    assert!(refused("x").contains("no class called \"x\"; their classes are 0, 1, 2"));
    assert!(refused("all but 0,1,2,3,4,5,6,7,8,9").contains("leaves no class"));
}

#[test]
fn foreign_images_of_the_same_size_are_left_out_and_others_are_refused() {
    let plain = load(&source("digits", 300)).unwrap();
    let both = load(&Source { foreign: "shapes", ..source("digits", 300) }).unwrap();
    assert_eq!((both.len(), both.split.train.clone()), (600, plain.split.train));
    let mut foreign = [both.split.left_out.validation.clone(), both.split.left_out.test.clone()].concat();
    foreign.sort_unstable();
    assert_eq!(foreign, (300..600).collect::<Vec<u32>>());
    assert_eq!(both.label(300), None, "they are of no class");
    assert_eq!(pixels(&both, &[300]), pixels(&load(&source("shapes", 300)).unwrap(), &[0]));
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small-idx3-ubyte");
    std::fs::write(&small, [&[0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2][..], &[0; 36]].concat())
        .unwrap();
    let path = small.display().to_string();
    let refused = load(&Source { foreign: &path, ..source("digits", 100) }).unwrap_err().to_string();
    assert!(refused.contains("images of 2x2") && refused.contains("28x28"), "{refused}");
}

#[test]
fn folds_are_for_validation_in_turn_and_the_test_stays_apart() {
    let all = load(&source("digits", 500)).unwrap().split;
    let mut validated = Vec::new();
    for fold in 1..=5 {
        let split = load(&Source { fold: Some([fold, 5]), ..source("digits", 500) }).unwrap().split;
        assert_eq!((split.validation.len(), split.train.len(), &split.test), (90, 360, &all.test));
        let mut both = [split.validation.clone(), split.train].concat();
        both.sort_unstable();
        let mut want = [all.validation.clone(), all.train.clone()].concat();
        want.sort_unstable();
        assert_eq!(both, want);
        validated.extend(split.validation);
    }
    validated.sort_unstable();
    let mut want = [all.validation, all.train].concat();
    want.sort_unstable();
    assert_eq!(validated, want, "every image is for validation once");
    for fold in [[1, 1], [0, 5], [6, 5], [1, 451]] {
        let refused = load(&Source { fold: Some(fold), ..source("digits", 500) }).unwrap_err().to_string();
        assert!(refused.contains("450 images cannot be cut"), "{refused}");
    }
}

#[test]
fn every_class_has_its_share_of_each_part_where_the_split_is_by_class() {
    let split = |split| {
        let set = load(&Source { split, ..source("digits", 470) }).expect("digits");
        let counts = |part: &[u32]| {
            let mut counts = [0_usize; 10];
            part.iter().for_each(|image| counts[usize::from(set.labels[*image as usize])] += 1);
            counts
        };
        let Split { train, validation, test, .. } = &set.split;
        let all: HashSet<u32> = [train.as_slice(), validation, test].concat().into_iter().collect();
        assert_eq!(all.len(), train.len() + validation.len() + test.len(), "no image is in two parts");
        assert!(!validation.is_sorted(), "in random order");
        ([counts(train), counts(validation), counts(test)], all.len())
    };
    let ([train, validation, test], all) = split(Splitting::Stratified);
    assert_eq!((all, validation), (470, test));
    for class in 0..10 {
        let count = train[class] + 2 * validation[class];
        assert_eq!(validation[class], (0.1 * count as f64).round() as usize, "class {class}");
    }
    let ([random, ..], _) = split(Splitting::Random);
    assert_ne!(random, train);
    let ([balanced, held_out, _], all) = split(Splitting::Balanced);
    assert!(balanced.iter().all(|count| count == train.iter().min().expect("classes")), "{balanced:?}");
    assert!(all <= 470 && held_out == validation, "only training images are left out");
}
