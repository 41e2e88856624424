//! The latent explorer: the codes of images as a cloud on a map, what the decoder makes of every place on
//! it, and a point that can be dragged through it while the network learns.
//!
//! `model` remembers, `kept` what belongs to runs that are not shown, `asking` says when to ask the trainer, `plane` lays
//! codes onto the shown plane and that onto the screen, `map` draws the layers and follows the hand, `cloud` draws the
//! points, `side` is the column beside the map, `walks` are pins and the ways between them, `sheets` the tables of decoded
//! codes; this file is the way in.

mod asking;
mod cloud;
mod kept;
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

use eframe::egui::{Response, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::glyph::Glyph;
use crate::app::state::BenchState;
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
    memory.meet(bench, run);
    let mut asked = Vec::from_iter(memory.layers.wish(memory.slice.axes() == Axes::Principal));
    let trailing = |ui: &mut Ui| {
        export_button(ui, cx.theme, Figure::Cloud, "Export codes", &mut actions);
        asked.extend(layers::menu_ui(ui, cx, &mut memory.layers, bench));
        if let Some(range) = memory.value_range() {
            layers::value_scale_ui(ui, cx.theme, range);
        }
        legend_ui(ui, cx, memory, bench);
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

/// Classes with their colours and glyphs; a click hides or shows one, a double click shows it alone. While colours are
/// values, glyphs alone tell classes apart.
fn legend_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LatentMemory, bench: &BenchState) {
    let names = &bench.dataset.class_names;
    let has_values = memory.value_range().is_some();
    ui.spacing_mut().item_spacing.x = 2.0;
    for (class, name) in names.iter().enumerate().rev() {
        let Ok(number) = u8::try_from(class) else { continue };
        let is_shown = !memory.hidden.contains(&number);
        let color = if is_shown { cx.theme.text } else { cx.theme.faded(cx.theme.muted, 0.6) };
        let galley = ui.painter().layout_no_wrap(name.clone(), cx.theme.small(), color);
        let radius = 3.4 * cx.theme.scale;
        let size = vec2(4.0 * radius + galley.size().x + 2.0, 18.0 * cx.theme.scale);
        if size.x > ui.available_width() {
            break;
        }
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response
            .widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_shown, format!("class {name}")));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 4, cx.theme.raised_hover);
        }
        let dot = match (is_shown, has_values) {
            (false, _) => cx.theme.faded(cx.theme.muted, 0.45),
            (true, true) => cx.theme.muted,
            (true, false) => cx.theme.class(class),
        };
        let center = rect.left_center() + vec2(2.0 * radius, 0.0);
        ui.painter().add(Glyph::of_class(class).shape(center, radius, dot));
        ui.painter().galley(rect.left_center() + vec2(4.0 * radius, -0.5 * galley.size().y), galley, color);
        filter(&response, memory, number, names.len());
        response.on_hover_text("click hides or shows, double click shows it alone");
    }
}

fn filter(response: &Response, memory: &mut LatentMemory, class: u8, count: usize) {
    if response.clicked() && !memory.hidden.remove(&class) {
        memory.hidden.insert(class);
    }
    if response.double_clicked() {
        // The first of the two clicks has hidden or shown it, and this one has taken that back.
        let others =
            (0..count).filter_map(|other| u8::try_from(other).ok()).filter(|other| *other != class).collect();
        // Asked for alone when it is alone already: everybody comes back.
        memory.hidden = if memory.hidden == others { Default::default() } else { others };
    }
}
