//! One figure of each kind, small, with data whose every value is known.

use hourglass::chart::cards::{Bars, Card, Content, Images, Level, Line, Lines, Values};
use hourglass::chart::{Chart, Curve, CurveKind, Curves, Reference, Stamp};
use hourglass::data::ImageShape;
use hourglass::export::figures::{
    Caption, CardFigure, Cloud, CurvesFigure, Figure, Lattice, Reconstructions, SingleImage,
};
use hourglass::look::{ColorScheme, DataColor};

pub const THEMES: [ColorScheme; 2] = [ColorScheme::Light, ColorScheme::Dark];
pub const SHAPE: ImageShape = ImageShape { height: 5, width: 4, channels: 1 };

pub fn caption() -> Caption {
    Caption { text: "vae-2d · digits · β 1 → 2 · seed 7".into() }
}

/// Values from 0 to 1 that differ from pixel to pixel and from image to image.
pub fn values(count: usize) -> Vec<f32> {
    (0..count).map(|index| ((index * 37 + 11) % 256) as f32 / 255.0).collect()
}

pub fn names(list: [&str; 2]) -> [String; 2] {
    list.map(String::from)
}

pub fn curves() -> CurvesFigure {
    let line = |scale: f64, step: usize| -> Vec<[f64; 2]> {
        (0..2000).step_by(step).map(|at| [at as f64, 100.0 + scale * (-(at as f64) / 300.0).exp()]).collect()
    };
    let stamp = |step: f64, label: &str| Stamp { step, label: label.into() };
    let chart = |title: &str| Chart {
        title: title.into(),
        unit: "nats per image".into(),
        color: DataColor::Reconstruction,
        is_from_zero: false,
        curves: vec![
            Curve::whole("held out", CurveKind::HeldOut, line(84.0, 100)),
            Curve::whole("training", CurveKind::Training, line(80.0, 1)),
        ],
        references: [("mean image", 190.0), ("floor", 12.0)]
            .map(|(label, value)| Reference { label: label.into(), value })
            .to_vec(),
    };
    let curves = Curves {
        charts: vec![chart("Reconstruction"), chart("Objective")],
        changes: vec![stamp(900.0, "β 1 to 2")],
        stages: vec![stamp(0.0, "layer 1 of 2"), stamp(600.0, "fine-tuning")],
        is_log: false,
    };
    CurvesFigure { title: "Learning curves".into(), curves }
}

pub fn cloud() -> Cloud {
    let point = |index: usize| {
        let turn = index as f32 * 0.7;
        [turn.cos() * (0.2 + 0.01 * index as f32), turn.sin() * 1.5]
    };
    Cloud {
        title: "Codes".into(),
        points: (0..120).map(point).collect(),
        classes: (0..120).map(|index| (index % 3) as u8).collect(),
        class_names: ["zero", "one", "two"].map(String::from).to_vec(),
        axis_names: names(["z1", "z2"]),
        prior_rings: true,
    }
}

pub fn lattice() -> Lattice {
    Lattice {
        title: "Plane".into(),
        tiles: values(6 * 4 * SHAPE.values()),
        columns: 6,
        rows: 4,
        shape: SHAPE,
        x_range: [-3.0, 3.0],
        y_range: [-2.0, 2.0],
        axis_names: names(["z1", "z2"]),
    }
}

pub fn reconstructions() -> Reconstructions {
    let count = 7 * SHAPE.values();
    Reconstructions {
        title: "Held-out images".into(),
        inputs: values(count),
        corrupted: None,
        outputs: values(count).into_iter().rev().collect(),
        residual: Some(values(count).into_iter().map(|value| value - 0.5).collect()),
        shape: SHAPE,
        columns: 4,
    }
}

pub fn single() -> SingleImage {
    SingleImage { pixels: values(SHAPE.values()), shape: SHAPE, title: "z = (−0.62, 1.05)".into() }
}

/// Two rows of three images, a caption under each.
pub fn card_of_images() -> CardFigure {
    let images = Images {
        shape: SHAPE,
        columns: 3,
        pixels: values(6 * SHAPE.values()).into(),
        values: Values::Intensity,
        rows: ["clean", "corrupted"].map(String::from).to_vec(),
        captions: (1..=6).map(|number| format!("no. {number}")).collect(),
        ..Images::default()
    };
    card_of("Noise in, clean out", images)
}

pub fn card_of_bars() -> CardFigure {
    let bars = Bars {
        x: "dimension".into(),
        y: "nats".into(),
        values: vec![3.0, 0.0, 1.5, 0.2],
        highlighted: vec![true, false, true, false],
        level: Some(Level { name: "counts from".into(), value: 0.5 }),
        ..Bars::default()
    };
    card_of("KL of every dimension", bars)
}

pub fn card_of_lines() -> CardFigure {
    let line = |name: &str, scale: f32| Line {
        name: name.into(),
        points: (1..30).map(|n| [n as f32, scale / n as f32]).collect(),
        errors: Vec::new(),
    };
    let lines = Lines {
        x: "atoms used".into(),
        y: "squared error".into(),
        are_ratios: false,
        series: vec![line("codes", 30.0), line("pixels", 50.0)],
        level: None,
    };
    card_of("Error against atoms", lines)
}

pub fn card_of(title: &str, content: impl Into<Content>) -> CardFigure {
    CardFigure { card: Card::new(title, "What it means, in one sentence.", content) }
}

pub fn all_figures() -> Vec<(&'static str, Box<dyn Figure>)> {
    vec![
        ("curves", Box::new(curves())),
        ("cloud", Box::new(cloud())),
        ("lattice", Box::new(lattice())),
        ("reconstructions", Box::new(reconstructions())),
        ("single", Box::new(single())),
        ("card of images", Box::new(card_of_images())),
        ("card of bars", Box::new(card_of_bars())),
        ("card of lines", Box::new(card_of_lines())),
    ]
}
