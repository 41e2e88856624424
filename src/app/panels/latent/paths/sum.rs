//! A sum of codes, a − b + c, as an equation of images: each term is a pin or the mean of a class.

use eframe::egui::{Align2, Color32, ComboBox, RichText, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::plane::statistics;
use crate::app::panels::latent::sheets::Arrived;
use crate::app::panels::{paint_picture, picture_frame};
use crate::app::state::{BenchState, ShownRun};
use crate::app::theme::HALF;
use crate::app::widgets::small_button;
use crate::document::interpolation;
use crate::document::{RunExploration, SumTerm};
use crate::engine::{Sheet, WantedSheet};

/// Height of an image, of what is below it, and width of a sign between two.
const IMAGE: f32 = 48.0;
const CONTROLS: f32 = 24.0;
const SIGN: f32 = 14.0;

/// The code of a term; `None` where a class has no codes yet.
fn code(term: SumTerm, explorer: &Explorer<'_>, ShownRun { bench, run }: ShownRun<'_>) -> Option<Vec<f32>> {
    match term {
        SumTerm::Pin(number) => explorer.run.pins.pin(number).map(|pin| pin.code.clone()),
        SumTerm::ClassMean(class) => {
            let view = run.views.cloud.as_deref().filter(|view| view.dimensions == explorer.dimensions())?;
            let class_of = |row: usize| view.images.get(row).and_then(|image| bench.dataset.label(*image));
            statistics::class_mean(view, class_of, class)
        }
    }
}

fn words(term: Option<SumTerm>, names: &[String]) -> String {
    match term {
        Some(SumTerm::Pin(number)) => format!("pin {number}"),
        Some(SumTerm::ClassMean(class)) => {
            let name = names.get(usize::from(class)).map_or("?", String::as_str);
            format!("mean of {name}")
        }
        None => "–".to_owned(),
    }
}

/// Whether the sum of a run is shown: where somebody wants it and there is something to add.
pub fn is_shown(run: &RunExploration, bench: &BenchState) -> bool {
    run.sum.is_open && can_be_shown(run, bench)
}

/// Whether there is something to add: pins, or classes whose codes have a mean.
pub fn can_be_shown(run: &RunExploration, bench: &BenchState) -> bool {
    !run.pins.pins().is_empty() || !bench.dataset.class_names.is_empty()
}

/// The height of the sum: images, and what is below each of them.
pub fn height(scale: f32) -> f32 {
    (IMAGE + CONTROLS) * scale + HALF
}

/// The three terms and their sum; `None` where a class has no codes yet.
fn codes(explorer: &Explorer<'_>, shown: ShownRun<'_>) -> Option<[Vec<f32>; 4]> {
    let terms = explorer.run.sum.terms(&explorer.run.pins, shown.bench.dataset.class_names.len());
    let [a, b, c] = terms.map(|term| code(term?, explorer, shown));
    let (a, b, c) = (a?, b?, c?);
    let sum = interpolation::sum(&a, &b, &c);
    Some([a, b, c, sum])
}

/// The images of the terms and of their sum.
pub fn wanted(explorer: &Explorer<'_>, shown: ShownRun<'_>) -> Option<WantedSheet> {
    let codes = codes(explorer, shown).filter(|_| is_shown(explorer.run, shown.bench))?;
    Some(WantedSheet { sheet: Sheet::Sum, columns: codes.len(), rows: 1, points: codes.concat().into() })
}

/// Draws the equation: the images of its terms, with the choice of each below, and that of the sum, with a button that moves
/// the point there.
pub fn sum_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    shown: ShownRun<'_>,
) -> Option<Action> {
    let names = &shown.bench.dataset.class_names;
    let terms = explorer.run.sum.terms(&explorer.run.pins, names.len());
    let codes = codes(explorer, shown);
    let arrived = Arrived::of(cx, shown.run, Sheet::Sum);
    let aspect = shown.bench.dataset.shape.aspect();
    let high = IMAGE * cx.theme.scale;
    let image = |ui: &mut Ui, index: usize, name: &str| {
        let (rect, response) = ui.allocate_exact_size(vec2(high * aspect, high), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
        picture_frame(ui, cx.theme, rect);
        let code = codes.as_ref().map(|codes| &codes[index]);
        let part = arrived
            .as_ref()
            .zip(code)
            .and_then(|(arrived, code)| Some((arrived.shown, arrived.part_of_code(code, index)?)));
        if let Some((shown, part)) = part {
            paint_picture(ui, shown, rect, part, Color32::WHITE);
        }
    };
    let sign_ui = |ui: &mut Ui, sign: &str| {
        let (rect, _) = ui.allocate_exact_size(vec2(SIGN * cx.theme.scale, high), Sense::hover());
        let at = rect.center();
        ui.painter().text(at, Align2::CENTER_CENTER, sign, cx.theme.large(), cx.theme.text);
    };
    let mut is_asked = false;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        for (index, (sign, place)) in
            [("", "first"), ("−", "taken away"), ("+", "added")].into_iter().enumerate()
        {
            if !sign.is_empty() {
                sign_ui(ui, sign);
            }
            ui.vertical(|ui| {
                image(ui, index, &format!("image of the code that is {place}"));
                term_ui(ui, cx, explorer, index, terms[index], names);
            });
        }
        sign_ui(ui, "=");
        ui.vertical(|ui| {
            image(ui, 3, "image of the sum");
            let tip = "the point goes to the sum of the codes; P pins it there";
            is_asked = small_button(ui, cx.theme, "Move the point here", tip).clicked();
        });
    });
    if !is_asked {
        return None;
    }
    let Some([.., sum]) = codes else {
        return Some(Action::Say("A class in this sum has no codes yet: choose another.".to_owned()));
    };
    let now_secs = ui.input(|input| input.time);
    explorer.go_to(sum, now_secs);
    None
}

fn term_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    index: usize,
    term: Option<SumTerm>,
    names: &[String],
) {
    let run = &mut *explorer.run;
    let text = RichText::new(words(term, names)).font(cx.theme.small());
    let combo = ComboBox::from_id_salt(("term of the sum", index)).selected_text(text);
    let response = combo.width(66.0 * cx.theme.scale).show_ui(ui, |ui| {
        let pins = run.pins.pins().iter().map(|pin| SumTerm::Pin(pin.number));
        let means = (0..names.len()).filter_map(|class| u8::try_from(class).ok()).map(SumTerm::ClassMean);
        let mut chosen = None;
        for choice in pins.chain(means) {
            if ui.selectable_label(term == Some(choice), words(Some(choice), names)).clicked() {
                chosen = Some(choice);
            }
        }
        if let Some(chosen) = chosen {
            run.sum.choose(index, chosen);
        }
    });
    let name = ["first", "taken away", "added"][index];
    let response = response.response.accessible_name(format!("code that is {name}"));
    response.on_hover_text("a pin, or the mean of the codes of a class");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_names() {
        let names = ["zero".to_owned()];
        assert_eq!(words(Some(SumTerm::ClassMean(0)), &names), "mean of zero");
        assert_eq!(words(Some(SumTerm::Pin(3)), &names), "pin 3");
    }
}
