//! The column beside the map: the decoded image, where it is, the nearest image, and what can be switched.

pub mod axes;
pub mod run_strip;
pub mod typed;

use std::collections::HashSet;
use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::panels::{host_image, picture, switch};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::HALF;
use crate::app::widgets::{export_button, muted, small_button};
use crate::engine::Picture;
use crate::recipe::{ModelRecipe, Network};

use super::model::LatentMemory;
use super::plane::geometry;

/// The image whose code is nearest to the point: one of those trained on, where the cloud holds any.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// Which point of the cloud it is.
    pub row: usize,
    /// Its number in the data set.
    pub image: u32,
}

/// What was found nearest to a point among some codes.
#[derive(Debug)]
pub struct Found {
    codes: Arc<[f32]>,
    images: Arc<[u32]>,
    /// Which points of the cloud count.
    counts: Arc<[bool]>,
    point: Vec<f32>,
    nearest: Option<Nearest>,
    /// Whether only some codes were looked at.
    pub is_rough: bool,
}

impl Nearest {
    /// Looks among the codes of the cloud, in all of their dimensions; no oftener than they or the point change.
    /// While the point moves, every so many-th of very many codes must do; when it rests, all are looked at.
    pub fn find(
        memory: &mut LatentMemory,
        (bench, run): (&BenchState, &RunState),
        now_secs: f64,
    ) -> Option<Self> {
        let cloud = run.seen.cloud.as_ref().filter(|cloud| cloud.dimensions == memory.dimensions())?;
        let stride = memory.search_stride(cloud.codes.len(), now_secs);
        let is_known = |found: &&Found| {
            let is_enough = stride > 1 || !found.is_rough;
            is_enough && Arc::ptr_eq(&found.codes, &cloud.codes) && found.point == memory.point
        };
        if let Some(found) = memory.nearest.as_ref().filter(is_known) {
            return found.nearest;
        }
        let has_same_images = |found: &&Found| found.images == cloud.images;
        let counts = match memory.nearest.as_ref().filter(has_same_images) {
            Some(found) => Arc::clone(&found.counts),
            None => counted(&cloud.images, &bench.dataset.split.train),
        };
        let row = geometry::nearest(&cloud.codes, &memory.point, |row| {
            row % stride == 0 && counts.get(row) == Some(&true)
        });
        let nearest = row.and_then(|row| Some(Self { row, image: *cloud.images.get(row)? }));
        let (codes, images) = (Arc::clone(&cloud.codes), Arc::clone(&cloud.images));
        let (point, is_rough) = (memory.point.clone(), stride > 1);
        memory.nearest = Some(Found { codes, images, counts, point, nearest, is_rough });
        nearest
    }
}

/// The image that was picked last on the map, where the cloud has it.
fn picked(memory: &LatentMemory) -> Option<Nearest> {
    let image = *memory.layers.picked.last()?;
    let row = memory.cloud.as_ref()?.row_of(image)?;
    Some(Nearest { row, image })
}

/// Which images count as neighbours: those trained on, and all where there is none of them.
fn counted(images: &[u32], trained_on: &[u32]) -> Arc<[bool]> {
    let trained_on: HashSet<u32> = trained_on.iter().copied().collect();
    let counts: Vec<bool> = images.iter().map(|image| trained_on.contains(image)).collect();
    if counts.contains(&true) { counts.into() } else { vec![true; images.len()].into() }
}

/// Draws the column.
pub fn side_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    (space, nearest): (Rect, Option<Nearest>),
) -> Vec<Action> {
    let mut actions = Vec::new();
    let layout = Layout::top_down(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(space).layout(layout).id_salt("beside the map"), |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        decoded_ui(ui, cx, memory, bench, run, &mut actions);
        ui.add_space(HALF);
        nearest_ui(ui, cx, memory, (bench, run), nearest);
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
            map_ui(ui, cx, memory, bench, &mut actions);
            point_ui(ui, cx, memory, run, nearest, &mut actions);
            if memory.dimensions() > 2 {
                let picked = picked(memory).map(|found| found.image);
                actions.extend(axes::axes_ui(ui, cx, memory, (run, nearest, picked)));
            }
        });
    });
    actions
}

/// What dragging the point means where the code is not all that the decoder of a network sees, or is seen again and
/// again: a few words and a sentence.
fn dragging(model: &ModelRecipe) -> Option<(&'static str, &'static str)> {
    match model.network {
        Network::Recurrent => Some((
            "the code begins every row",
            "the image is written row by row from one memory: the code sets that memory at the start and is fed to \
             it again at every row, so dragging changes all rows at once",
        )),
        Network::UNet if model.skips => Some((
            "the skips are fed zeros",
            "a dragged code comes from no image, so there are no feature maps that could skip past it: the decoder \
             is fed zeros in their place, and shows what the code alone knows",
        )),
        Network::Dense | Network::Conv | Network::UNet => None,
    }
}

fn decoded_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    bench: &BenchState,
    run: &RunState,
    actions: &mut Vec<Action>,
) {
    let shape = bench.dataset.shape;
    let aspect = shape.height as f32 / shape.width as f32;
    // A tall image must leave room for the words and the nearest image below it.
    let width = ui.available_width().min(0.46 * ui.available_height() / aspect);
    let shown = cx.pictures.get(run.info.id, Picture::Decoded);
    if bench.runs.len() > 1 {
        let height = 0.62 * ui.available_height();
        actions.extend(run_strip::run_strip_ui(ui, cx, (bench, run), height));
    } else {
        picture(ui, cx.theme, shown, vec2(width, width * aspect), "decoded image");
    }
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export_button(ui, cx.theme, Figure::Decoded, "Export decoded image", actions);
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                actions.extend(typed::coordinates_ui(ui, cx, memory));
            });
        });
    });
    if memory.dimensions() > 2 {
        muted(ui, cx.theme, memory.slice.words());
    }
    if let Some((words, tip)) = dragging(&run.recipe.model) {
        muted(ui, cx.theme, words).on_hover_text(tip);
    }
    if shown.is_none() {
        muted(ui, cx.theme, "waiting for the first image");
    } else {
        muted(ui, cx.theme, "drag, click, or arrow keys");
    }
}

/// What can be done with the map: keep everything in view, add codes up below it, export it.
fn map_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    bench: &BenchState,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let follows_already = !memory.is_view_chosen;
        let mut follows = follows_already;
        let tip = "keep all codes in view (Home, or a double click); wheel zooms, right drag pans";
        switch(ui, cx.theme, "fit", &mut follows, tip);
        match (follows_already, follows) {
            (false, true) => memory.fit(),
            (true, false) => memory.is_view_chosen = true,
            _ => {}
        }
        // With pins the sum stands beside them anyway.
        if memory.walk.pins().is_empty() && !bench.dataset.class_names.is_empty() {
            let tip =
                "sums of codes below the map, such as the mean of one class minus another's plus a third's";
            switch(ui, cx.theme, "a − b + c", &mut memory.formula.is_open, tip);
        }
        export_button(ui, cx.theme, Figure::Lattice, "Export lattice", actions);
    });
}

/// What can be done with the point: let it follow the pointer, draw around an image, pin it.
fn point_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    run: &RunState,
    nearest: Option<Nearest>,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let tip = "decode wherever the pointer is, without pressing";
        switch(ui, cx.theme, "hover", &mut memory.follows_pointer, tip);
        if small_button(ui, cx.theme, "pin", "keep this point: P, or a double click with Alt").clicked() {
            actions.extend(memory.drop_pin());
        }
        let view = run.seen.cloud.as_ref().filter(|view| view.spreads.is_some());
        let picked = picked(memory);
        if let (Some(view), Some(image)) = (view, picked.or(nearest)) {
            let tip = match picked {
                Some(_) => "another draw μ + σ·ε around the picked image, as training draws them",
                None => {
                    "another draw μ + σ·ε around the nearest image, as training draws them; Ctrl+click on a point \
                     picks another image"
                }
            };
            if small_button(ui, cx.theme, "new ε", tip).clicked() {
                let now_secs = ui.input(|input| input.time);
                actions.extend(memory.draw_around(image.row, view, run.recipe.seed, now_secs));
            }
        }
    });
}

/// The nearest image, its class, and how the decoded image differs from it.
fn nearest_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    nearest: Option<Nearest>,
) {
    // What was compared with the decoded image that is shown, so that the three belong together.
    let compared = run.seen.decoded.as_ref().and_then(|seen| seen.against);
    let Some(image) = compared.or(nearest.map(|nearest| nearest.image)) else { return };
    let shape = bench.dataset.shape;
    let aspect = shape.height as f32 / shape.width as f32;
    let room = ui.available_height() - 64.0 * cx.theme.scale;
    let width = (0.47 * ui.available_width()).min(room / aspect);
    if width < 20.0 {
        return;
    }
    let class =
        bench.dataset.label(image).and_then(|label| bench.dataset.class_names.get(usize::from(label)));
    let [whose, which] = if memory.is_trained_on(image, &bench.dataset) {
        ["training", "the nearest of the images trained on that are among the points of the map"]
    } else {
        [
            "held-out",
            "no image trained on is among the points of the map: choose them, or both, under \"show\"",
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
    let size = vec2(width, width * aspect);
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
    fn images_trained_on_count_as_neighbours_where_there_are_any() {
        assert_eq!(counted(&[7, 3, 5], &[5, 3])[..], [false, true, true]);
        assert_eq!(counted(&[7, 9], &[5, 3])[..], [true, true], "a cloud of held-out images");
    }

    #[test]
    fn what_dragging_means_is_said_where_the_code_is_not_all() {
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
