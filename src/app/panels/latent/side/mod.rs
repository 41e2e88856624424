//! The column beside the map: the decoded image, where it is, the nearest image, and what can be switched.

pub mod axes;
pub mod run_strip;
pub mod typed;

use eframe::egui::{Align, Layout, RichText, Ui, UiBuilder, vec2};

use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::panels::{host_image, picture};
use crate::app::state::{BenchState, RunState, ShownRun};
use crate::app::theme::HALF;
use crate::app::widgets::{export_button, has_line, muted, muted_where_it_fits, small_button, switch};
use crate::document::{Link, MapSettings};
use crate::engine::Picture;
use crate::recipe::{ModelRecipe, Network};

use super::explorer::Explorer;
use super::nearest::{Nearest, NearestCache};
use super::part::Part;
use super::paths::sum;
use typed::TypedCoordinates;

/// Height of a row of controls at the foot of the column.
const CONTROL: f32 = 26.0;

/// What the column keeps between frames.
#[derive(Debug, Default)]
pub struct SideCache {
    /// The numbers that have sliders, while their list is open.
    pub sliders: Vec<usize>,
    /// Coordinates that are being typed.
    typed: TypedCoordinates,
}

/// The image that was picked last on the map, where the cloud has it.
fn picked(explorer: &Explorer<'_>) -> Option<Nearest> {
    let image = *explorer.maps.layers.picked.last()?;
    let row = explorer.cache.cloud.as_ref()?.row_of(image)?;
    Some(Nearest { row, image })
}

/// Draws the column.
pub fn side_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    cache: &mut SideCache,
    search: &mut NearestCache,
    part: Part<'_>,
) -> Vec<Action> {
    let Part { shown, rect, nearest } = part;
    let ShownRun { bench, run } = shown;
    let mut actions = Vec::new();
    let layout = Layout::top_down(Align::Min);
    // Controls keep their place at the foot; words above them give way.
    let rows = if explorer.dimensions() > 2 { 4.0 } else { 2.0 };
    let cut = (rect.bottom() - rows * CONTROL * cx.theme.scale).max(rect.top());
    let (above, foot) = rect.split_top_bottom_at_y(cut);
    ui.scope_builder(UiBuilder::new().max_rect(above).layout(layout).id_salt("beside the map"), |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        decoded_ui(ui, cx, explorer, &mut cache.typed, shown, &mut actions);
        ui.add_space(HALF);
        nearest_ui(ui, cx, search, shown, nearest);
    });
    let layout = Layout::bottom_up(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(foot).layout(layout).id_salt("below the image"), |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        map_ui(ui, cx, explorer, bench, &mut actions);
        point_ui(ui, cx, explorer, run, nearest, &mut actions);
        if explorer.dimensions() > 2 {
            let images = [picked(explorer), nearest].map(|found| found.map(|found| found.image));
            axes::axes_ui(ui, cx, explorer, &mut cache.sliders, run, images);
        }
    });
    actions
}

/// What dragging the point means where the decoder sees more than the code, or sees it at every step: a few words and a
/// sentence.
fn dragging(model: &ModelRecipe) -> Option<(&'static str, &'static str)> {
    match model.network {
        Network::Recurrent => Some((
            "the code begins every row",
            "the image is decoded row by row from one recurrent state: the code sets the initial state and is an input \
             at every row, so dragging changes all rows at once",
        )),
        Network::UNet if model.skips => Some((
            "the skips are fed zeros",
            "a dragged code comes from no image, so there are no feature maps for the skip connections: the decoder \
             is fed zeros in their place, and shows what the code alone contains",
        )),
        Network::Dense | Network::Conv | Network::UNet => None,
    }
}

fn decoded_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    typed: &mut TypedCoordinates,
    shown_run: ShownRun<'_>,
    actions: &mut Vec<Action>,
) {
    let ShownRun { bench, run } = shown_run;
    let aspect = bench.dataset.shape.aspect();
    // A tall image must leave room for the words and the nearest image below it.
    let width = ui.available_width().min(0.5 * ui.available_height() * aspect);
    let shown = cx.pictures.get(run.info.id, Picture::Decoded);
    if bench.runs.len() > 1 {
        let height = 0.5 * ui.available_height();
        actions.extend(run_strip::run_strip_ui(ui, cx, shown_run, explorer.maps.link, height));
        link_ui(ui, cx, explorer.maps);
    } else {
        picture(ui, cx.theme, shown, vec2(width, width / aspect), "decoded image");
    }
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export_button(ui, cx.theme, Figure::Decoded, "Export decoded image", actions);
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                typed::coordinates_ui(ui, cx, explorer, typed);
            });
        });
    });
    if explorer.dimensions() > 2 {
        muted_where_it_fits(ui, cx.theme, &explorer.cache.plane.words(&explorer.run.plane));
    }
    if let Some((words, tip)) = whereabouts(explorer.point(), run).filter(|_| has_line(ui, cx.theme)) {
        ui.label(RichText::new(words).font(cx.theme.small()).color(cx.theme.kl)).on_hover_text(tip);
    }
    if let Some((words, tip)) = dragging(&run.recipe.model).filter(|_| has_line(ui, cx.theme)) {
        muted(ui, cx.theme, words).on_hover_text(tip);
    }
    if shown.is_none() {
        muted_where_it_fits(ui, cx.theme, "waiting for the first image");
    } else {
        muted_where_it_fits(ui, cx.theme, "drag, click, or arrow keys");
    }
}

/// What the points of several runs have in common, and whether each of them has a map.
fn link_ui(ui: &mut Ui, cx: &PanelContext<'_>, MapSettings { link, shows_one, .. }: &mut MapSettings) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        muted(ui, cx.theme, "same");
        for (choice, word, tip) in [
            (Link::Image, "image", "each run's point is at its own code of the same image"),
            (Link::Code, "code", "all points are the same numbers, which mean something else in each run"),
        ] {
            let mut is_chosen = *link == choice;
            switch(ui, cx.theme, word, &mut is_chosen, tip);
            if is_chosen {
                *link = choice;
            }
        }
    });
    switch(ui, cx.theme, "one map", shows_one, "the map of one run, large; the others follow it");
}

/// What is special about where the point is: a few words and a sentence.
fn whereabouts(point: &[f32], run: &RunState) -> Option<(&'static str, &'static str)> {
    if run.recipe.is_variational() && point.iter().any(|z| z.abs() > 3.0) {
        return Some(("beyond 3σ of the prior", "codes drawn from the prior almost never lie here"));
    }
    let summary = &run.views.cloud.as_deref()?.summary;
    let is_outside = point.iter().zip(&summary.ranges).any(|(z, [low, high])| z < low || z > high);
    is_outside.then_some((
        "outside all codes",
        "no image on the map has a code so far out, so the decoder has not learned what to draw here",
    ))
}

/// What can be done with the map: keep everything in view, show sums of codes below it, export it.
fn map_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    bench: &BenchState,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let follows_already = explorer.run.view.is_none();
        let mut follows = follows_already;
        let tip = "keep all codes in view (Home, or a double click); wheel zooms, right drag pans";
        switch(ui, cx.theme, "fit", &mut follows, tip);
        match (follows_already, follows) {
            (false, true) => explorer.fit(),
            (true, false) => explorer.keep_view(),
            _ => {}
        }
        let run = &mut *explorer.run;
        if sum::can_be_shown(run, bench) {
            let tip =
                "sums of codes, such as the mean of one class minus that of a second plus that of a third";
            switch(ui, cx.theme, "a − b + c", &mut run.sum.is_open, tip);
        }
        export_button(ui, cx.theme, Figure::Lattice, "Export lattice", actions);
    });
}

/// What can be done with the point: let it follow the pointer, pin it, sample around an image.
fn point_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    run: &RunState,
    nearest: Option<Nearest>,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let tip = "decode the place under the pointer, without pressing";
        switch(ui, cx.theme, "hover", &mut explorer.maps.follows_pointer, tip);
        if small_button(ui, cx.theme, "pin", "pin this point: P, or a double click with Alt").clicked() {
            actions.extend(explorer.add_pin());
        }
        let view = run.views.cloud.as_deref().filter(|view| view.spreads.is_some());
        let picked = picked(explorer);
        if let (Some(view), Some(image)) = (view, picked.or(nearest)) {
            let tip = match picked {
                Some(_) => "another sample μ + σ·ε around the picked image, as in training",
                None => {
                    "another sample μ + σ·ε around the nearest image, as in training; Ctrl+click on a point picks \
                     another image"
                }
            };
            if small_button(ui, cx.theme, "new ε", tip).clicked() {
                let now_secs = ui.input(|input| input.time);
                explorer.sample_around(image.row, view, run.recipe.seed, now_secs);
            }
        }
    });
}

/// The nearest image, its class, and how the decoded image differs from it.
fn nearest_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    search: &mut NearestCache,
    ShownRun { bench, run }: ShownRun<'_>,
    nearest: Option<Nearest>,
) {
    // What was compared with the decoded image that is shown, so that the three belong together.
    let compared = run.views.decoded.as_deref().and_then(|decoded| decoded.compared_with);
    let Some(image) = compared.or(nearest.map(|nearest| nearest.image)) else { return };
    let aspect = bench.dataset.shape.aspect();
    let room = ui.available_height() - 18.0 * cx.theme.scale;
    let width = (0.47 * ui.available_width()).min(room * aspect);
    if width < 20.0 {
        return;
    }
    let class =
        bench.dataset.label(image).and_then(|label| bench.dataset.class_names.get(usize::from(label)));
    let [whose, which] = if search.is_training_image(image, &bench.dataset) {
        ["training", "the nearest training image among the points of the map"]
    } else {
        [
            "held-out",
            "there is no training image among the points of the map: choose them, or both, under \"show\"",
        ]
    };
    let words = class.map_or(String::new(), |class| format!(": {class}"));
    let whole = format!("nearest {whose} image{words}");
    let galley = ui.painter().layout_no_wrap(whole.clone(), cx.theme.small(), cx.theme.muted);
    let is_room = galley.size().x <= ui.available_width();
    let title = if is_room { whole } else { format!("nearest {whose}{words}") };
    muted(ui, cx.theme, title).on_hover_text(format!(
        "{which}; on the right: the decoded image minus this one, red where it is brighter"
    ));
    let shown = host_image(cx.pictures, bench, "nearest image", image);
    let size = vec2(width, width / aspect);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        picture(ui, cx.theme, Some(shown), size, "nearest image");
        let difference = cx.pictures.get(run.info.id, Picture::Difference).filter(|_| compared.is_some());
        picture(ui, cx.theme, difference, size, "decoded minus nearest");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Recipe;

    #[test]
    fn what_dragging_means_is_said_where_the_decoder_sees_more_than_the_code() {
        let said =
            |name: &str| dragging(&Recipe::open(name).expect("built in").model).map(|(words, _)| words);
        assert_eq!(said("gru-rows"), Some("the code begins every row"));
        assert_eq!(said("unet-copy"), Some("the skips are fed zeros"));
        assert_eq!((said("vae-2d"), said("conv-16")), (None, None));
        let mut plain = Recipe::open("unet-copy").expect("built in").model;
        plain.skips = false;
        assert_eq!(dragging(&plain), None, "nothing skips");
    }
}
