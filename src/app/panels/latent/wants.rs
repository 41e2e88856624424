//! What the latent explorer wants to see of the shown run: a pure function of the document, of the shown plane and of
//! the size of the map.

use crate::app::state::ShownRun;
use crate::document::{Background, ColorBy, Layers, MOST_PINS, Pins};
use crate::engine::{CloudWish, DecodeAsk, FieldAsk, ForcesAsk, LatticeAsk, Sheet, SheetAsk};

use super::explorer::Explorer;
use super::map::field;
use super::plane::geometry::{self, Plane};
use super::walks::strip::path_ask;
use crate::document::Axes;

/// Everything the explorer wants to see.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentWants {
    /// The codes of images.
    pub cloud: CloudWish,
    /// The image at the point; the other runs of the bench decode it too.
    pub point: Option<DecodeAsk>,
    /// The grid of decoded images behind the points.
    pub lattice: Option<LatticeAsk>,
    /// The measurement behind the points.
    pub field: Option<FieldAsk>,
    /// The gradients on codes.
    pub forces: Option<ForcesAsk>,
    /// The images of the pins.
    pub pins: Option<SheetAsk>,
    /// The images along the path between two pins.
    pub path: Option<SheetAsk>,
}

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// The map, where it is large enough to be drawn.
    pub map: Option<&'a Plane>,
    /// Whether the images of pins are shown on the map.
    pub has_pin_images: bool,
    /// Whether the strip below the map is shown.
    pub has_strip: bool,
}

impl LatentWants {
    /// What an explorer wants; `nearest` is the image with the code nearest to the point.
    pub fn of(explorer: &Explorer<'_>, shown: ShownRun<'_>, room: Room<'_>, nearest: Option<u32>) -> Self {
        let document = &*explorer.document;
        let point = || DecodeAsk { point: explorer.point().to_vec(), against: nearest };
        let lattice = room.map.map(|map| lattice_ask(explorer, map, shown.bench.dataset.shape.aspect()));
        let layers = &document.layers;
        let field = match (layers.background, room.map) {
            (Background::Field(kind), Some(map)) => {
                Some(field::field_ask(kind, map, explorer.plane().clone()))
            }
            _ => None,
        };
        let has_arrows = layers.has_arrows && room.map.is_some();
        Self {
            cloud: cloud_wish(layers, document.run.plane.axes == Axes::Principal),
            point: room.map.map(|_| point()),
            lattice: lattice.filter(|_| layers.background == Background::Tiles),
            field,
            forces: has_arrows.then(|| forces_ask(layers, shown)),
            pins: pins_ask(&document.run.pins).filter(|_| room.has_pin_images || room.has_strip),
            path: path_ask(&document.run.pins).filter(|_| room.has_strip),
        }
    }
}

/// The cloud to be encoded; along its principal axes too, where these are shown.
fn cloud_wish(layers: &Layers, projection: bool) -> CloudWish {
    let Layers { count, whose, color, .. } = *layers;
    CloudWish { count, whose, errors: color == ColorBy::Error, projection }
}

/// The gradients on the codes of the picked images, or of the examples where none is picked.
fn forces_ask(layers: &Layers, shown: ShownRun<'_>) -> ForcesAsk {
    let images: &[u32] = if layers.picked.is_empty() { &shown.bench.examples } else { &layers.picked };
    ForcesAsk { images: images.into() }
}

/// The images of all pins; none without pins.
fn pins_ask(pins: &Pins) -> Option<SheetAsk> {
    if pins.pins().is_empty() {
        return None;
    }
    let codes: Vec<f32> = pins.pins().iter().flat_map(|pin| pin.code.iter().copied()).collect();
    Some(SheetAsk { sheet: Sheet::Pins, columns: MOST_PINS, rows: 1, points: codes.into() })
}

/// The tiles that cover the map, for images that are `aspect` times as wide as high.
pub fn lattice_ask(explorer: &Explorer<'_>, map: &Plane, aspect: f32) -> LatticeAsk {
    let (columns, rows) = map.tiles(aspect, explorer.document.layers.tiles_across);
    let [x, y] = map.bounds();
    let (y, rows) = match explorer.dimensions() {
        0 | 1 => ([0.0, 0.0], 1),
        _ => (geometry::part_centers(y, rows), rows),
    };
    let x = geometry::part_centers(x, columns);
    LatticeAsk { plane: explorer.plane().clone(), x, y, columns, rows }
}
