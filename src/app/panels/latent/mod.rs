//! The latent explorer: the codes of images as a cloud on a map, what the decoder makes of every place on
//! it, and a point that can be dragged through it while the network learns.
//!
//! `model` remembers, `kept` what belongs to runs that are not shown, `asking` says when to ask the trainer, `plane` lays
//! codes onto the shown plane and that onto the screen, `map` draws the layers and follows the hand, `cloud` draws the
//! points, `legend` names their classes, `side` is the column beside the map, `walks` are pins and the ways between them,
//! `sheets` the tables of decoded codes; this file is the way in.

mod asking;
mod cloud;
mod kept;
mod legend;
mod map;
mod model;
#[cfg(test)]
mod picture_tests;
mod plane;
mod sheets;
mod side;
#[cfg(test)]
mod tests;
mod walks;

pub use model::LatentMemory;
pub use sheets::dimensions::dimensions_ui;
pub use sheets::samples::samples_ui;

use std::time::Duration;

use eframe::egui::{Sense, Ui};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::theme::GRID;
use crate::app::widgets::{card, export_button};

use asking::{Wish, carry};
use map::layers;
use model::REST_SECS;
use plane::geometry;
use plane::slice::Axes;
use side::Nearest;
use walks::{beside, strip};

/// Draws the latent explorer under a title, which is empty where it stands elsewhere.
pub fn latent_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LatentMemory, title: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        card(ui, cx.theme, title, |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return actions;
    };
    memory.reset_for(bench, run);
    let mut asked = Vec::from_iter(memory.layers.wish(memory.slice.axes() == Axes::Principal));
    let trailing = |ui: &mut Ui| {
        export_button(ui, cx.theme, Figure::Cloud, "Export codes", &mut actions);
        asked.extend(layers::menu_ui(ui, cx, &mut memory.layers, bench));
        if let Some(range) = memory.value_range() {
            layers::value_scale_ui(ui, cx.theme, range);
        }
        legend::legend_ui(ui, cx, memory, bench);
    };
    // The legend and the map use the memory one after the other.
    card(ui, cx.theme, title, trailing, |_| {});
    let space = ui.available_rect_before_wrap();
    let now_secs = ui.input(|input| input.time);
    let mut places = geometry::places(space, cx.theme.scale, GRID);
    let has_sum = memory.formula.is_open && !bench.dataset.class_names.is_empty();
    let height = strip::height(memory.walk.pins().len(), has_sum, places.map.width(), cx.theme.scale);
    let strip = geometry::cut_strip(&mut places.map, height, GRID);
    let nearest = Nearest::find(memory, (bench, run), now_secs);
    if memory.nearest.as_ref().is_some_and(|found| found.is_rough) {
        // All codes are looked at when the point rests.
        ui.ctx().request_repaint_after(Duration::from_secs_f64(REST_SECS));
    }
    if memory.compare(nearest.map(|nearest| nearest.image)) {
        actions.push(Action::CompareWith(memory.compared));
    }
    asked.extend(map::map_ui(ui, cx, memory, (bench, run), (places.map, nearest)));
    asked.extend(side::side_ui(ui, cx, memory, (bench, run), (places.side, nearest)));
    let mut wish = Wish::default();
    let has_images = beside::has_room(places.map.size(), cx.theme.scale);
    if let Some(strip) = strip {
        asked.extend(strip::strip_ui(ui, cx, memory, (bench, run), strip));
    } else if height > 0.0 {
        strip::no_room_ui(ui, cx, memory, (places.map, has_images));
    }
    strip::ask(memory, run, now_secs, (has_images, strip.is_some()), &mut wish);
    actions.extend(carry(ui, wish));
    if memory.is_point_sought {
        // The map moves to it in the next frame.
        ui.ctx().request_repaint();
    }
    ui.allocate_rect(space, Sense::hover());
    actions.extend(asked);
    actions
}
