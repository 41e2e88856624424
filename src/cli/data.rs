//! `data`: describes a data set in words and as a contact sheet.

use std::fmt::Write as _;

use super::args::DataArgs;
use super::failure::Failure;
use super::output::{OutputFolder, print};
use crate::chart::scene::{Area, PixelLayout, Pixels, Scene, TextStyle};
use crate::data::{Dataset, Split, load};
use crate::export::save_figure;
use crate::look::{ColorScheme, count_label, value_label};
use crate::recipe::{Recipe, Value};

/// Images per row of the contact sheet.
const COLUMNS: usize = 20;
/// Rows of a contact sheet without classes.
const ROWS: usize = 10;
/// Pixels of the page per pixel of an image, for images of up to 64 pixels.
const ZOOM: f64 = 2.0;

/// Describes a data set, and draws its contact sheet if a file is given for it.
pub(super) fn run(args: &DataArgs) -> Result<(), Failure> {
    let mut recipe = Recipe::default();
    recipe.set("data.set", &Value::Word(args.set.clone()))?;
    for setting in &args.settings {
        recipe.set_from_text(setting)?;
    }
    let dataset = load(&(&recipe.data).into())?;
    let mut text = description(&dataset);
    if let Some(file) = &args.sheet {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Removes a folder that it created if the sheet cannot be drawn.
        let _folder = folder.map(OutputFolder::open).transpose()?;
        save_figure(&sheet(&dataset), file, 1)?;
        let _ = writeln!(text, "contact sheet  {}", file.display());
    }
    print(&text)
}

/// A data set in words, a line per fact.
fn description(dataset: &Dataset) -> String {
    let facts = [
        ("images", Some(size(dataset))),
        ("split", Some(split(dataset))),
        ("mean pixel", Some(brightness(dataset))),
        ("mean image", Some(bounds(dataset))),
        ("classes", classes(dataset)),
        ("factors", factors(dataset)),
    ];
    let mut text = format!("{}\n", dataset.name);
    for (name, fact) in facts {
        if let Some(fact) = fact {
            let _ = writeln!(text, "{name:15}{fact}");
        }
    }
    for note in &dataset.notes {
        let _ = writeln!(text, "{:15}{note}", "note");
    }
    text
}

fn size(dataset: &Dataset) -> String {
    let (shape, images) = (dataset.shape, count_label(dataset.len() as u64));
    let kind = if shape.channels == 1 { "grey" } else { "colour" };
    format!("{images} of {}x{} pixels, {kind}", shape.height, shape.width)
}

fn split(dataset: &Dataset) -> String {
    let Split { train, validation, test, left_out } = &dataset.split;
    let [training, held_out, testing] = [train, validation, test].map(|part| count_label(part.len() as u64));
    let left_out = match left_out.validation.len() + left_out.test.len() {
        0 => String::new(),
        count => format!("; {} held-out images of other classes", count_label(count as u64)),
    };
    format!("{training} training, {held_out} validation, {testing} test images{left_out}")
}

fn brightness(dataset: &Dataset) -> String {
    let mean = dataset.mean_image();
    let level = mean.iter().map(|x| f64::from(*x)).sum::<f64>() / mean.len().max(1) as f64;
    format!("{level:.4} over the training images, from 0 (black) to 1 (white)")
}

/// The cost of predicting the mean image, and the entropy floor of the cross-entropy.
fn bounds(dataset: &Dataset) -> String {
    let test = &dataset.split.test;
    let cost = dataset.mean_image_cost(test);
    let [squared, crossed] = [cost.squared_error, cost.cross_entropy].map(value_label);
    let floor = value_label(dataset.entropy_floor(test));
    format!(
        "predicting it costs {squared} squared error or {crossed} nats per test image; the minimum is {floor} nats"
    )
}

fn classes(dataset: &Dataset) -> Option<String> {
    let classes = class_counts(dataset).map(|(name, n)| format!("{name}: {}", count_label(n as u64)));
    let classes: Vec<String> = classes.collect();
    (!classes.is_empty()).then(|| classes.join(", "))
}

fn factors(dataset: &Dataset) -> Option<String> {
    let factors = dataset.factors.iter().map(|f| format!("{} {}", f.name, range(&f.values)));
    let factors: Vec<String> = factors.collect();
    (!factors.is_empty()).then(|| factors.join(", "))
}

fn class_counts(dataset: &Dataset) -> impl Iterator<Item = (&str, usize)> {
    let mut counts = vec![0; dataset.class_names.len()];
    for label in &dataset.labels {
        if let Some(count) = counts.get_mut(usize::from(*label)) {
            *count += 1;
        }
    }
    dataset.class_names.iter().map(String::as_str).zip(counts)
}

fn range(values: &[f32]) -> String {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    format!("{} to {}", value_label(f64::from(low)), value_label(f64::from(high)))
}

/// The contact sheet: a row of images per class, or the first images of a set without classes.
fn sheet(dataset: &Dataset) -> Scene {
    let rows = rows(dataset);
    let palette = ColorScheme::Light.palette();
    let zoom = if dataset.shape.width > 64 { 1.0 } else { ZOOM };
    let [across, down] = [dataset.shape.width, dataset.shape.height].map(|side| side as f64 * zoom);
    let (margin, gap, type_size) = (16.0, 4.0, 13.0);
    // An upper bound: letters are at most as wide as they are high.
    let longest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let names = if longest == 0 { 0.0 } else { (0.7 * type_size * longest as f64 + 12.0).min(160.0) };
    let width = 2.0 * margin + names + COLUMNS as f64 * (across + gap) - gap;
    let height = 2.0 * margin + rows.len() as f64 * (down + gap) - gap;
    let mut scene = Scene::new(width.ceil() as u32, height.ceil() as u32, palette.page);
    scene.title = format!("Contact sheet of {}", dataset.name);
    for (row, (name, images)) in rows.iter().enumerate() {
        let top = margin + row as f64 * (down + gap);
        let baseline = top + down / 2.0 + 0.35 * type_size;
        scene.text([margin, baseline], *name, TextStyle::new(type_size, palette.text));
        for (column, image) in images.iter().enumerate() {
            let left = margin + names + column as f64 * (across + gap);
            scene.image(Area::new(left.round(), top, across, down), picture(dataset, *image));
        }
    }
    scene
}

/// The name and the images of each row.
fn rows(dataset: &Dataset) -> Vec<(&str, Vec<u32>)> {
    let all = 0..dataset.len() as u32;
    if dataset.class_names.is_empty() {
        let images: Vec<u32> = all.take(ROWS * COLUMNS).collect();
        return images.chunks(COLUMNS).map(|row| ("", row.to_vec())).collect();
    }
    let of_class =
        |class: usize| all.clone().filter(move |i| dataset.label(*i).map(usize::from) == Some(class));
    let names = dataset.class_names.iter().map(String::as_str).enumerate();
    names.map(|(class, name)| (name, of_class(class).take(COLUMNS).collect())).collect()
}

fn picture(dataset: &Dataset, image: u32) -> Pixels {
    let layout = if dataset.shape.channels == 3 { PixelLayout::Rgb } else { PixelLayout::Grey };
    Pixels::new(
        dataset.shape.width as u32,
        dataset.shape.height as u32,
        layout,
        dataset.image_bytes(image).into_owned(),
    )
}
