//! The controls that choose what the map shows of a code of more than two numbers: its two axes, and where the rest is
//! held.

use std::ops::RangeInclusive;

use eframe::egui::{
    ComboBox, Popup, PopupCloseBehavior, RichText, ScrollArea, Slider, SliderClamping, Ui, WidgetInfo,
    accesskit::Role,
};

use crate::app::context::PanelContext;
use crate::app::state::RunState;
use crate::app::theme::HALF;
use crate::app::widgets::{muted, small_button};
use crate::engine::CloudView;
use crate::look::count_label;

use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::plane::range::Range;
use crate::app::panels::latent::plane::statistics;
use crate::document::{Axes, PlaneChoice, Rest};

/// A list of more sliders than this is too long to read: of a longer code only the most informative numbers have one.
const MOST_SLIDERS: usize = 64;
/// How far a slider reaches at least: where nearly all of a prior lies.
const REACH: f32 = 4.0;
/// Standard deviations of the codes that it reaches beyond their mean.
const SPREADS: f32 = 3.0;

/// Draws the choice of axes and, above it, that of the rest. `images` are the picked one and the nearest.
pub fn axes_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    sliders: &mut Vec<usize>,
    run: &RunState,
    images: [Option<u32>; 2],
) {
    let now_secs = ui.input(|input| input.time);
    let view = run.views.cloud.as_deref();
    let axes = pair_ui(ui, cx, explorer.run.plane.axes, explorer.dimensions());
    explorer.choose_axes(axes, view, now_secs);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        if let Some(rest) = rest_ui(ui, cx, explorer.rest(), images) {
            explorer.choose_rest(rest, view, now_secs);
        }
        sliders_ui(ui, cx, explorer, sliders, run, view);
    });
}

/// What the first list says where it shows no number.
fn name_of(axes: Axes, direction: usize) -> String {
    match axes {
        Axes::Pair(pair) => format!("z{}", pair[direction] + 1),
        Axes::Principal => "principal axes".to_owned(),
    }
}

fn pair_ui(ui: &mut Ui, cx: &PanelContext<'_>, axes: Axes, dimensions: usize) -> Axes {
    let mut chosen = axes;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        axis_ui(ui, cx, &mut chosen, 0, dimensions);
        if axes != Axes::Principal {
            muted(ui, cx.theme, "×");
            axis_ui(ui, cx, &mut chosen, 1, dimensions);
        }
    });
    // Choosing the other's axis swaps the two.
    match (chosen, axes) {
        (Axes::Pair([a, b]), Axes::Pair([right, up])) if a == b => Axes::Pair([up, right]),
        _ => chosen,
    }
}

fn axis_ui(ui: &mut Ui, cx: &PanelContext<'_>, axes: &mut Axes, direction: usize, dimensions: usize) {
    let word = ["across", "up"][direction];
    let width = if *axes == Axes::Principal { 104.0 } else { 40.0 } * cx.theme.scale;
    let combo = ComboBox::from_id_salt(("latent axis", direction))
        .selected_text(RichText::new(name_of(*axes, direction)).font(cx.theme.small()))
        .width(width);
    let response = combo.show_ui(ui, |ui| {
        ui.selectable_value(axes, Axes::Principal, "principal axes");
        let pair = match *axes {
            Axes::Pair(pair) => pair,
            Axes::Principal => [0, 1],
        };
        for number in 0..dimensions {
            // From the principal axes back: the chosen number, and its neighbour.
            let other =
                if *axes == Axes::Principal { (number + 1) % dimensions } else { pair[1 - direction] };
            let wanted = if direction == 0 { [number, other] } else { [other, number] };
            ui.selectable_value(axes, Axes::Pair(wanted), format!("z{}", number + 1));
        }
    });
    let response = response.response.accessible_name(format!("axis {word}"));
    response.on_hover_text(
        "the number of the code on this axis, or the two directions along which codes vary most",
    );
}

/// Draws where the rest is held; returns what was chosen in this frame. `images` are the picked one and the nearest.
fn rest_ui(ui: &mut Ui, cx: &PanelContext<'_>, rest: Rest, images: [Option<u32>; 2]) -> Option<Rest> {
    let word = match rest {
        Rest::Mean => "rest: mean",
        Rest::Zero => "rest: zero",
        Rest::Image(_) => "rest: image",
        Rest::Point => "rest: from the point",
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
        "the values of the numbers that are not on the axes; Ctrl+click on a point of the map picks its image",
    );
    chosen
}

/// How far the slider of every number reaches to either side: as far as nearly all codes.
fn reaches(view: &CloudView) -> Vec<f32> {
    let mean = statistics::mean_of(view).unwrap_or_else(|| vec![0.0; view.dimensions]);
    let reach = |(mean, variance): (&f32, f32)| (mean.abs() + SPREADS * variance.sqrt()).max(REACH);
    mean.iter().zip(statistics::variances(view)).map(reach).collect()
}

/// The ends of a slider that reaches so far to either side, within the range of the encoder. A value outside extends its
/// own slider.
fn ends(reach: f32, range: Range, value: f32) -> RangeInclusive<f32> {
    range.clamp(-reach).min(value)..=range.clamp(reach).max(value)
}

/// The numbers that have sliders, in their order: of a long code those with the most KL or the most variance. Before the
/// codes are known, the first.
fn with_sliders(choice: &PlaneChoice, dimensions: usize, view: Option<&CloudView>) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..dimensions).filter(|number| !choice.is_shown(*number)).collect();
    if dimensions > MOST_SLIDERS {
        let worth =
            view.map(|view| statistics::divergences(view).unwrap_or_else(|| statistics::variances(view)));
        let known = |number: usize| worth.as_ref().and_then(|worth| worth.get(number)).copied();
        let of = |number: &usize| known(*number).filter(|worth| worth.is_finite()).unwrap_or(-1.0);
        numbers.sort_by(|a, b| of(b).total_cmp(&of(a)));
        numbers.truncate(MOST_SLIDERS);
        numbers.sort_unstable();
    }
    numbers
}

/// Which numbers have sliders, where not all have: one line.
fn which_words(dimensions: usize, view: Option<&CloudView>) -> Option<String> {
    if dimensions <= MOST_SLIDERS {
        return None;
    }
    let all = count_label(dimensions as u64);
    Some(match view.map(|view| statistics::divergences(view).is_some()) {
        Some(true) => format!("the {MOST_SLIDERS} numbers of {all} with the most KL"),
        Some(false) => format!("the {MOST_SLIDERS} numbers of {all} that differ most"),
        None => format!("the first {MOST_SLIDERS} numbers of {all}: no codes are known yet"),
    })
}

/// A button, and below it sliders for the numbers that are not on the axes.
fn sliders_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    numbers: &mut Vec<usize>,
    run: &RunState,
    view: Option<&CloudView>,
) {
    let button = small_button(ui, cx.theme, "…", "sliders for the numbers that are not on the axes");
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "sliders"));
    let mut moved = None;
    let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let shown = popup.show(|ui| {
        ui.spacing_mut().slider_width = 150.0 * cx.theme.scale;
        let dimensions = explorer.dimensions();
        let view = view.filter(|view| view.dimensions == dimensions);
        if let Some(words) = which_words(dimensions, view) {
            muted(ui, cx.theme, words);
        }
        let choice = &explorer.run.plane;
        // While the list is open it stays as it is, or a slider would move away from under the pointer that drags it.
        if numbers.is_empty() || view.is_none() {
            *numbers = with_sliders(choice, dimensions, view);
        }
        let (reaches, range) = (view.map(reaches).unwrap_or_default(), Range::of(&run.recipe.model));
        ScrollArea::vertical().max_height(320.0 * cx.theme.scale).show(ui, |ui| {
            for number in numbers.iter().copied().filter(|number| !choice.is_shown(*number)) {
                let mut value = explorer.point()[number];
                let ends = ends(reaches.get(number).copied().unwrap_or(REACH), range, value);
                // A slider that nobody touches must not round its value: the rest would be held at the point from then on.
                let slider = Slider::new(&mut value, ends)
                    .clamping(SliderClamping::Edits)
                    .text(format!("z{}", number + 1))
                    .fixed_decimals(2);
                if ui.add(slider).changed() {
                    let mut code = explorer.point().to_vec();
                    code[number] = value;
                    moved = Some(code);
                }
            }
        });
    });
    if shown.is_none() {
        numbers.clear();
    }
    let now_secs = ui.input(|input| input.time);
    if let Some(code) = moved {
        explorer.go_to(code, now_secs);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::app::panels::latent::tests::{bench, explorer};
    use crate::recipe::{Activation, CodeKind, Recipe};

    #[test]
    fn of_a_long_code_the_most_informative_numbers_have_sliders() {
        let choice = PlaneChoice::new(100);
        // Variances grow with the number, and the σ make the first ones the farthest from the prior.
        let codes: Vec<f32> =
            [1.0, -1.0].into_iter().flat_map(|side| (0..100).map(move |k| side * k as f32)).collect();
        let plain = CloudView::of_codes(1, 100, codes.into());
        let wide: Vec<f32> = (0..200).map(|k| 1e6 / (1.0 + (k % 100) as f32).powi(3)).collect();
        let gaussian = plain.clone().with_spreads(wide.into());
        let numbers = |view| with_sliders(&choice, 100, view);
        assert_eq!(numbers(Some(&plain)), (36..100).collect::<Vec<_>>());
        assert_eq!(numbers(Some(&gaussian))[..5], [2, 3, 4, 5, 6], "the axes have none");
        assert_eq!(numbers(None), (2..66).collect::<Vec<_>>());
        assert_eq!(with_sliders(&PlaneChoice::new(5), 5, None), [2, 3, 4]);
        let words = |dimensions, view| which_words(dimensions, view).unwrap_or_default();
        assert_eq!(words(1000, Some(&plain)), "the 64 numbers of 1,000 that differ most");
        assert_eq!(words(100, Some(&gaussian)), "the 64 numbers of 100 with the most KL");
        assert_eq!(words(64, Some(&plain)), "");
    }

    #[test]
    fn a_thousand_numbers_are_held_on_sliders_that_stay_where_they_are_while_they_are_open() {
        let mut state = bench(1000);
        let run = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()).expect("a run");
        // The numbers from 900 on differ, and no others; no code is below zero.
        let one = (0..1000).map(|k| f32::from(u8::from(k >= 900)) / 3.0);
        let codes = (0..1000).map(|_| 0.0).chain(one).collect();
        run.views.cloud = Some(CloudView::of_codes(0, 1000, codes).into());
        run.recipe.model.code_kind = CodeKind::Plain;
        run.recipe.model.code_activation = Activation::Relu;
        let mut harness = explorer(state);
        harness.get_by_label("sliders").click();
        harness.run_steps(3);
        let rest = harness.state().run().plane.rest(false);
        assert_eq!(rest, Rest::Mean, "sliders that nobody touched have rounded the point");
        let said = "the 64 numbers of 1,000 that differ most";
        assert!(harness.query_all_by_value(said).next().is_some(), "it is not said");
        let open = harness.state().cache.side.sliders.clone();
        assert!(open.len() == MOST_SLIDERS && open.iter().all(|number| *number >= 900), "{open:?}");
        let run =
            harness.state_mut().state.bench.as_mut().and_then(|bench| bench.runs.first_mut()).expect("a run");
        run.views.cloud =
            Some(CloudView::of_codes(1, 1000, (0..2000).map(|k| (k % 999) as f32).collect()).into());
        harness.run_steps(3);
        assert_eq!(harness.state().cache.side.sliders, open, "they ran away");
        harness.key_press(eframe::egui::Key::Escape);
        harness.run_steps(3);
        assert!(harness.state().cache.side.sliders.is_empty(), "closed, they are forgotten");
    }

    #[test]
    fn sliders_end_where_codes_end_but_never_before_the_point() {
        let sigmoid = Range::of(&Recipe::open("ae-rate").expect("built in").model);
        assert_eq!(ends(4.0, sigmoid, 0.5), 0.0..=1.0);
        assert_eq!(ends(4.0, sigmoid, -2.0), -2.0..=1.0);
        assert_eq!(ends(4.0, Range::default(), 7.0), -4.0..=7.0);
    }

    #[test]
    fn sliders_reach_where_the_codes_are() {
        // Means 10 and 0, standard deviations 5 and 0.5; a third number that is always zero.
        let codes = [15.0, 0.5, 0.0, 5.0, -0.5, 0.0];
        let got = reaches(&CloudView::of_codes(1, 3, codes.into()));
        assert_eq!(got, [25.0, REACH, REACH]);
        assert_eq!(reaches(&CloudView::of_codes(1, 1, [f32::NAN].into())), [REACH]);
    }
}
