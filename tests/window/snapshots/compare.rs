//! How a picture is compared with the accepted one: coarsely where it is full, and by its changed pixels where it shows
//! thin lines.

use std::path::Path;

use egui_kittest::{SnapshotOptions, try_image_snapshot_options};
use image::RgbaImage;

/// Another processor rounds differently and another adapter draws edges differently: pixels are alike up to this
/// distance of colours, which is a few grey levels.
const ALIKE: f32 = 20.0;
/// One pixel of so many may be further apart.
const SHARE: usize = 100;
/// A channel further apart than this is visible.
const FAR: u8 = 24;
/// Fewer pixels than this are hardly visible.
const LEAST_INK: usize = 60;

/// A picture, and how much of it may have changed.
pub struct Picture {
    name: &'static str,
    image: RgbaImage,
    without: Option<RgbaImage>,
}

impl Picture {
    /// A picture that is full of what it shows.
    pub fn full(name: &'static str, image: RgbaImage) -> Self {
        Self { name, image, without: None }
    }

    /// A picture of something that has little ink: the same place with it and without it.
    pub fn thin(name: &'static str, image: RgbaImage, without: RgbaImage) -> Self {
        Self { name, image, without: Some(without) }
    }

    /// How many pixels may be far from what they were: less than makes a picture another one.
    fn allowed(&self) -> usize {
        match &self.without {
            Some(without) => far(&self.image, without) / 2,
            None => self.image.pixels().len() / SHARE,
        }
    }

    /// What is wrong with it.
    fn complaints(&self) -> Vec<String> {
        let file = format!("explorer {}", self.name).replace(' ', "_");
        let (name, allowed) = (self.name, self.allowed());
        let options = SnapshotOptions::new().threshold(ALIKE).max_failed_pixels(allowed);
        if let Err(error) = try_image_snapshot_options(&self.image, &file, &options) {
            return vec![error.to_string()];
        }
        // That comparison passes over what looks like a smoothed edge, which thin lines are from end to end.
        let golden = golden(&file);
        let changed = far(&golden, &self.image);
        eprintln!("{name}: {changed} pixels changed, {allowed} may");
        let mut complaints = Vec::new();
        if changed > allowed {
            complaints.push(format!("{name}: {changed} pixels changed, want at most {allowed}"));
        }
        if let Some(without) = &self.without {
            let missed = far(&golden, without);
            if missed < LEAST_INK || missed <= allowed {
                complaints
                    .push(format!("{name}: it could vanish unnoticed, only {missed} pixels would change"));
            }
        }
        complaints
    }
}

/// Every picture looks as it looked, and not like any other of its size.
pub fn assert_alike(pictures: &[Picture]) {
    let mut unlike: Vec<String> = pictures.iter().flat_map(Picture::complaints).collect();
    for (at, one) in pictures.iter().enumerate() {
        for other in &pictures[at + 1..] {
            let allowed = one.allowed().max(other.allowed());
            let is_like = one.image.dimensions() == other.image.dimensions()
                && far(&one.image, &other.image) <= 2 * allowed;
            if is_like {
                unlike.push(format!("{} and {} look the same", one.name, other.name));
            }
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

/// How many pixels of two pictures of one size are far apart.
fn far(one: &RgbaImage, other: &RgbaImage) -> usize {
    assert_eq!(one.dimensions(), other.dimensions());
    let pairs = one.pixels().zip(other.pixels());
    pairs.filter(|(a, b)| (0..3).any(|channel| a.0[channel].abs_diff(b.0[channel]) > FAR)).count()
}

/// The accepted picture.
fn golden(file: &str) -> RgbaImage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/snapshots/{file}.png"));
    image::open(path).expect("it was just compared with").to_rgba8()
}
