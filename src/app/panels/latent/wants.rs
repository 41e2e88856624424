//! What the latent explorer wants to see of the runs: it follows from the document, the shown plane and the size of the
//! map.

use crate::app::context::PanelContext;
use crate::app::state::ShownRun;
use crate::document::{Axes, Background, ColorBy, Layers, MOST_PINS, Pins};
use crate::engine::{Sheet, WantedCloud, WantedForces, WantedLattice, WantedPoint, WantedSheet};

use super::explorer::Explorer;
use super::map::field;
use super::paths::strip::wanted_path;
use super::paths::sum;
use super::plane::geometry::{self, MapTransform};

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// The map, where it is large enough to be drawn.
    pub map: Option<&'a MapTransform>,
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
    let layers = &explorer.maps.layers;
    cx.want(shown.run.info.id, |wants| {
        wants.cloud = Some(wanted_cloud(layers, Some(explorer.run.plane.axes)));
        let pins = wanted_pins(&explorer.run.pins).filter(|_| room.has_pin_images || room.has_strip);
        let path = wanted_path(&explorer.run.pins).filter(|_| room.has_strip);
        let is_shown = cx.state.run().is_some_and(|run| run.info.id == shown.run.info.id);
        let sum = (room.has_strip && is_shown).then(|| sum::wanted(explorer, shown)).flatten();
        pins.into_iter().chain(path).chain(sum).for_each(|sheet| wants.add_sheet(sheet));
        let Some(map) = room.map else { return };
        match layers.background {
            Background::Plain => {}
            Background::Tiles => {
                wants.lattice = Some(wanted_lattice(explorer, map, shown.bench.dataset.shape.aspect()));
            }
            Background::Field(kind) => {
                wants.field = Some(field::wanted_field(kind, map, explorer.plane().clone()));
            }
        }
        wants.forces = layers.has_arrows.then(|| wanted_forces(layers, shown));
        wants.point = Some(WantedPoint { point: explorer.point().to_vec(), compared_with: nearest });
    });
}

/// The cloud to be encoded; along its principal axes too, where these are shown.
pub fn wanted_cloud(layers: &Layers, axes: Option<Axes>) -> WantedCloud {
    let Layers { count, whose, color, .. } = *layers;
    let projection = axes == Some(Axes::Principal);
    WantedCloud { count, whose, errors: color == ColorBy::Error, groups: color == ColorBy::Group, projection }
}

/// The gradients on the codes of the picked images, or of the examples where none is picked.
fn wanted_forces(layers: &Layers, shown: ShownRun<'_>) -> WantedForces {
    let images: &[u32] = if layers.picked.is_empty() { &shown.bench.examples } else { &layers.picked };
    WantedForces { images: images.into() }
}

/// The images of all pins; none without pins.
fn wanted_pins(pins: &Pins) -> Option<WantedSheet> {
    if pins.pins().is_empty() {
        return None;
    }
    let codes: Vec<f32> = pins.pins().iter().flat_map(|pin| pin.code.iter().copied()).collect();
    Some(WantedSheet { sheet: Sheet::Pins, columns: MOST_PINS, rows: 1, points: codes.into() })
}

/// The tiles that cover the map, for images that are `aspect` times as wide as high.
pub fn wanted_lattice(explorer: &Explorer<'_>, map: &MapTransform, aspect: f32) -> WantedLattice {
    let (columns, rows) = map.tiles(aspect, explorer.maps.layers.tiles_across);
    let [x, y] = map.bounds();
    let (y, rows) = match explorer.dimensions() {
        0 | 1 => ([0.0, 0.0], 1),
        _ => (geometry::part_centers(y, rows), rows),
    };
    let x = geometry::part_centers(x, columns);
    WantedLattice { plane: explorer.plane().clone(), x, y, columns, rows }
}
