//! The controls of a sum of codes, a − b + c: each term is a pin or the mean of a class.

use eframe::egui::{ComboBox, RichText, Ui};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::plane::statistics;
use crate::app::state::ShownRun;
use crate::app::theme::HALF;
use crate::app::widgets::{muted, small_button};
use crate::document::SumTerm;
use crate::document::interpolation;

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

/// Draws the sum; its button moves the point there.
pub fn sum_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    shown: ShownRun<'_>,
) -> Option<Action> {
    let names = &shown.bench.dataset.class_names;
    ui.spacing_mut().item_spacing.x = HALF;
    let run = &*explorer.run;
    let terms = run.sum.terms(&run.pins, names.len());
    for (index, sign) in ["", "−", "+"].into_iter().enumerate() {
        muted(ui, cx.theme, sign);
        term_ui(ui, cx, explorer, index, terms[index], names);
    }
    let tip = "move the point to this sum of codes; P pins it there";
    if !small_button(ui, cx.theme, "= go", tip).clicked() {
        return None;
    }
    let [a, b, c] = terms.map(|term| term.and_then(|term| code(term, explorer, shown)));
    let (Some(a), Some(b), Some(c)) = (a, b, c) else {
        return Some(Action::Say("A class in this sum has no codes yet: choose another.".to_owned()));
    };
    let now_secs = ui.input(|input| input.time);
    explorer.go_to(interpolation::sum(&a, &b, &c), now_secs);
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
