//! What the latent explorer wants to see of the runs: it follows from the document, the shown plane and the size of the
//! map.

use crate::app::context::PanelContext;
use crate::app::state::ShownRun;
use crate::document::{Axes, Background, ColorBy, Exploration, Layers, MOST_PINS, Pins};
use crate::engine::{CloudWish, DecodeAsk, ForcesAsk, LatticeAsk, Sheet, SheetAsk};

use super::explorer::Explorer;
use super::map::field;
use super::paths::strip::path_ask;
use super::plane::geometry::{self, Plane};

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

/// Adds what the explorer wants to see. `nearest` is the image with the code nearest to the point: the decoded image is
/// compared with it.
pub fn add(
    cx: &PanelContext<'_>,
    explorer: &Explorer<'_>,
    shown: ShownRun<'_>,
    room: Room<'_>,
    nearest: Option<u32>,
) {
    let document = &*explorer.document;
    let layers = &document.layers;
    cx.want(shown.run.info.id, |wants| {
        wants.cloud = Some(cloud_wish(document));
        let pins = pins_ask(&document.run.pins).filter(|_| room.has_pin_images || room.has_strip);
        let path = path_ask(&document.run.pins).filter(|_| room.has_strip);
        pins.into_iter().chain(path).for_each(|sheet| wants.add_sheet(sheet));
        let Some(map) = room.map else { return };
        match layers.background {
            Background::Plain => {}
            Background::Tiles => {
                wants.lattice = Some(lattice_ask(explorer, map, shown.bench.dataset.shape.aspect()));
            }
            Background::Field(kind) => {
                wants.field = Some(field::field_ask(kind, map, explorer.plane().clone()));
            }
        }
        wants.forces = layers.has_arrows.then(|| forces_ask(layers, shown));
    });
    if room.map.is_none() {
        return;
    }
    // Every run decodes the same place; only the shown image is compared.
    for run in &shown.bench.runs {
        let against = nearest.filter(|_| run.info.id == shown.run.info.id);
        let point = Some(DecodeAsk { point: explorer.point().to_vec(), against });
        cx.want(run.info.id, |wants| wants.point = point);
    }
}

/// The cloud to be encoded; along its principal axes too, where these are shown.
pub fn cloud_wish(document: &Exploration) -> CloudWish {
    let Layers { count, whose, color, .. } = document.layers;
    let projection = document.run.plane.axes == Axes::Principal;
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
