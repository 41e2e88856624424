//! The column beside the map: the decoded image, where it is, the nearest image, and what can be switched.

use eframe::egui::{Align, ComboBox, Layout, Rect, RichText, Ui, UiBuilder, vec2};

use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::panels::{host_image, picture, switch};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::HALF;
use crate::app::widgets::{bold, export_button, muted};
use crate::engine::Picture;

use super::geometry;
use super::model::{LatentMemory, coordinates};

/// The image whose code is nearest to the point.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// Which point of the cloud it is.
    pub row: usize,
    /// Its number in the data set.
    pub image: u32,
}

impl Nearest {
    /// Looks among the codes of the cloud, in all of their dimensions.
    pub fn find(memory: &LatentMemory, run: &RunState) -> Option<Self> {
        let cloud = run.seen.cloud.as_ref().filter(|cloud| cloud.dimensions == memory.dimensions())?;
        let row = geometry::nearest(&cloud.codes, &memory.point)?;
        Some(Self { row, image: *cloud.images.get(row)? })
    }
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
        nearest_ui(ui, cx, bench, nearest);
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = HALF;
                let mut follows = !memory.is_view_chosen;
                switch(
                    ui,
                    cx.theme,
                    "fit",
                    &mut follows,
                    "keep all codes in view (double-click); wheel zooms, right drag pans",
                );
                memory.is_view_chosen = !follows;
                export_button(ui, cx.theme, Figure::Lattice, "Export lattice", &mut actions);
            });
            if memory.dimensions() > 2 {
                actions.extend(axes_ui(ui, cx, memory));
            }
        });
    });
    actions
}

fn decoded_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &LatentMemory,
    bench: &BenchState,
    run: &RunState,
    actions: &mut Vec<Action>,
) {
    let shape = bench.dataset.shape;
    let aspect = shape.height as f32 / shape.width as f32;
    // A tall image must leave room for the words and the nearest image below it.
    let width = ui.available_width().min(0.46 * ui.available_height() / aspect);
    let shown = cx.pictures.get(run.info.id, Picture::Decoded);
    picture(ui, cx.theme, shown, vec2(width, width * aspect), "decoded image");
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        let text = format!("z = {}", coordinates(memory.place(), memory.dimensions()));
        bold(ui, &text, cx.theme.body(), cx.theme.text);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export_button(ui, cx.theme, Figure::Decoded, "Export decoded image", actions);
        });
    });
    if memory.dimensions() > 2 {
        let [across, up] = memory.axes.map(|axis| axis + 1);
        muted(ui, cx.theme, format!("z{across} and z{up}, the rest at zero"));
    }
    if shown.is_none() {
        muted(ui, cx.theme, "waiting for the first image");
    } else {
        muted(ui, cx.theme, "drag, click, or arrow keys");
    }
}

fn nearest_ui(ui: &mut Ui, cx: &PanelContext<'_>, bench: &BenchState, nearest: Option<Nearest>) {
    let Some(nearest) = nearest else { return };
    let shape = bench.dataset.shape;
    let aspect = shape.height as f32 / shape.width as f32;
    let room = ui.available_height() - 64.0 * cx.theme.scale;
    let width = (0.47 * ui.available_width()).min(room / aspect);
    if width < 20.0 {
        return;
    }
    muted(ui, cx.theme, "nearest image");
    let shown = host_image(cx.pictures, bench, "nearest image", nearest.image);
    let name = bench
        .dataset
        .label(nearest.image)
        .and_then(|label| bench.dataset.class_names.get(usize::from(label)));
    ui.horizontal(|ui| {
        picture(ui, cx.theme, Some(shown), vec2(width, width * aspect), "nearest image");
        if let Some(name) = name {
            ui.label(RichText::new(name).font(cx.theme.large()).color(cx.theme.text));
        }
    });
}

/// Chooses which two numbers of a longer code are the axes.
fn axes_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LatentMemory) -> Option<Action> {
    let now_secs = ui.input(|input| input.time);
    let mut axes = memory.axes;
    let dimensions = memory.dimensions();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let [across, up] = &mut axes;
        axis_ui(ui, cx, across, dimensions, "across");
        muted(ui, cx.theme, "×");
        axis_ui(ui, cx, up, dimensions, "up");
    });
    // Choosing the other's axis swaps the two.
    if axes[0] == axes[1] {
        axes = [memory.axes[1], memory.axes[0]];
    }
    memory.choose_axes(axes, now_secs)
}

fn axis_ui(ui: &mut Ui, cx: &PanelContext<'_>, axis: &mut usize, dimensions: usize, way: &str) {
    let chosen = RichText::new(format!("z{}", *axis + 1)).font(cx.theme.small());
    let combo =
        ComboBox::from_id_salt(("latent axis", way)).selected_text(chosen).width(40.0 * cx.theme.scale);
    let response = combo.show_ui(ui, |ui| {
        for candidate in 0..dimensions {
            ui.selectable_value(axis, candidate, format!("z{}", candidate + 1));
        }
    });
    let response = response.response.accessible_name(format!("axis {way}"));
    response.on_hover_text(format!("which number of the code runs {way}"));
}
