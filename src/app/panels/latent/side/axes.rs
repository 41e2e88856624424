//! Chooses what the map shows of a code of more than two numbers: its two axes, and where the rest is held.

use eframe::egui::{ComboBox, Popup, PopupCloseBehavior, RichText, ScrollArea, Slider, Ui};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::RunState;
use crate::app::theme::HALF;
use crate::app::widgets::{muted, small_button};
use crate::engine::CloudView;

use super::Nearest;
use crate::app::panels::latent::model::LatentMemory;
use crate::app::panels::latent::plane::slice::{Axes, Rest};
use crate::app::panels::latent::plane::statistics;

/// Beyond this many numbers nobody looks through a list of sliders.
const MOST_SLIDERS: usize = 64;
/// How far a slider reaches at least: where nearly all of a prior lies.
const REACH: f32 = 4.0;
/// Standard deviations of the codes that it reaches beyond their mean.
const SPREADS: f32 = 3.0;

/// Draws the choice of axes and, above it, that of the rest.
pub fn axes_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (run, nearest, picked): (&RunState, Option<Nearest>, Option<u32>),
) -> Vec<Action> {
    let mut actions = Vec::new();
    let now_secs = ui.input(|input| input.time);
    let view = run.seen.cloud.as_ref();
    let axes = pair_ui(ui, cx, memory.slice.axes(), memory.dimensions());
    actions.extend(memory.choose_axes(axes, view, now_secs));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let rest = rest_ui(ui, cx, memory.slice.rest(), [picked, nearest.map(|nearest| nearest.image)]);
        if let Some(rest) = rest {
            actions.extend(memory.choose_rest(rest, view, now_secs));
        }
        if memory.dimensions() <= MOST_SLIDERS {
            actions.extend(sliders_ui(ui, cx, memory, view));
        }
    });
    actions
}

/// What the first list says where it shows no number.
fn name_of(axes: Axes, way: usize) -> String {
    match axes {
        Axes::Pair(pair) => format!("z{}", pair[way] + 1),
        Axes::Principal => "principal axes".to_owned(),
    }
}

fn pair_ui(ui: &mut Ui, cx: &PanelContext<'_>, axes: Axes, dimensions: usize) -> Axes {
    let mut chosen = axes;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        axis_ui(ui, cx, (&mut chosen, 0), dimensions);
        if axes != Axes::Principal {
            muted(ui, cx.theme, "×");
            axis_ui(ui, cx, (&mut chosen, 1), dimensions);
        }
    });
    // Choosing the other's axis swaps the two.
    match (chosen, axes) {
        (Axes::Pair([a, b]), Axes::Pair([right, up])) if a == b => Axes::Pair([up, right]),
        _ => chosen,
    }
}

fn axis_ui(ui: &mut Ui, cx: &PanelContext<'_>, (axes, way): (&mut Axes, usize), dimensions: usize) {
    let word = ["across", "up"][way];
    let width = if *axes == Axes::Principal { 104.0 } else { 40.0 } * cx.theme.scale;
    let combo = ComboBox::from_id_salt(("latent axis", way))
        .selected_text(RichText::new(name_of(*axes, way)).font(cx.theme.small()))
        .width(width);
    let response = combo.show_ui(ui, |ui| {
        ui.selectable_value(axes, Axes::Principal, "principal axes");
        let pair = match *axes {
            Axes::Pair(pair) => pair,
            Axes::Principal => [0, 1],
        };
        for number in 0..dimensions {
            // From the principal axes back: the chosen number, and its neighbour.
            let other = if *axes == Axes::Principal { (number + 1) % dimensions } else { pair[1 - way] };
            let wanted = if way == 0 { [number, other] } else { [other, number] };
            ui.selectable_value(axes, Axes::Pair(wanted), format!("z{}", number + 1));
        }
    });
    let response = response.response.accessible_name(format!("axis {word}"));
    response.on_hover_text(format!("which number of the code runs {word}, or where the codes differ most"));
}

/// Where the rest is held; what was chosen in this frame. The images to choose from are the picked one and the nearest.
fn rest_ui(ui: &mut Ui, cx: &PanelContext<'_>, rest: Rest, images: [Option<u32>; 2]) -> Option<Rest> {
    let word = match rest {
        Rest::Mean => "rest: mean",
        Rest::Zero => "rest: zero",
        Rest::Image(_) => "rest: image",
        Rest::Hand => "rest: by hand",
    };
    let mut chosen = None;
    let combo = ComboBox::from_id_salt("rest of the code")
        .selected_text(RichText::new(word).font(cx.theme.small()))
        .width(74.0 * cx.theme.scale);
    let response = combo.show_ui(ui, |ui| {
        let mut choice = |ui: &mut Ui, value: Rest, is_chosen: bool, words: &str| {
            if ui.selectable_label(is_chosen, words).clicked() {
                chosen = Some(value);
            }
        };
        choice(ui, Rest::Mean, rest == Rest::Mean, "the mean of the codes");
        choice(ui, Rest::Zero, rest == Rest::Zero, "zero");
        for (image, words) in images.into_iter().zip(["as of the picked image", "as of the nearest image"]) {
            if let Some(image) = image {
                choice(ui, Rest::Image(image), rest == Rest::Image(image), words);
            }
        }
    });
    let response = response.response.accessible_name("rest of the code");
    response.on_hover_text(
        "where the numbers of the code are held that are not on the axes; Ctrl+click on a point of the map picks its image",
    );
    chosen
}

/// How far the slider of every number reaches either way: to where nearly all codes lie.
fn reaches(view: &CloudView) -> Vec<f32> {
    let mean = statistics::mean_of(view).unwrap_or_else(|| vec![0.0; view.dimensions]);
    let reach = |(mean, variance): (&f32, f32)| (mean.abs() + SPREADS * variance.sqrt()).max(REACH);
    mean.iter().zip(statistics::variances(view)).map(reach).collect()
}

/// A button, and below it a slider for every number that is not on the axes.
fn sliders_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    view: Option<&CloudView>,
) -> Option<Action> {
    let button = small_button(ui, cx.theme, "…", "a slider for every number that is not on the axes");
    let mut moved = None;
    let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.show(|ui| {
        ui.spacing_mut().slider_width = 150.0 * cx.theme.scale;
        let view = view.filter(|view| view.dimensions == memory.dimensions());
        let reaches = view.map(reaches).unwrap_or_default();
        ScrollArea::vertical().max_height(320.0 * cx.theme.scale).show(ui, |ui| {
            for number in (0..memory.dimensions()).filter(|number| !memory.slice.is_shown(*number)) {
                let mut value = memory.point[number];
                // A number beyond all others stretches its own slider.
                let reach = reaches.get(number).copied().unwrap_or(REACH).max(value.abs());
                let slider = Slider::new(&mut value, -reach..=reach)
                    .text(format!("z{}", number + 1))
                    .fixed_decimals(2);
                if ui.add(slider).changed() {
                    let mut code = memory.point.clone();
                    code[number] = value;
                    moved = Some(code);
                }
            }
        });
    });
    let now_secs = ui.input(|input| input.time);
    moved.and_then(|code| memory.go_to(code, now_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_reach_where_the_codes_are() {
        // Means 10 and 0, standard deviations 5 and 0.5; a third number that is always zero.
        let codes = [15.0, 0.5, 0.0, 5.0, -0.5, 0.0];
        let got = reaches(&CloudView::of_codes(1, 3, codes.into()));
        assert_eq!(got, [25.0, REACH, REACH]);
        assert_eq!(reaches(&CloudView::of_codes(1, 1, [f32::NAN].into())), [REACH]);
    }
}
