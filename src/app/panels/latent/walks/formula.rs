//! Sums of codes: a − b + c, each a pin or the mean of a class. What the sum is decoded to shows what directions in
//! latent space mean.

use eframe::egui::{ComboBox, RichText, Ui};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::{BenchState, RunState};
use crate::app::theme::HALF;
use crate::app::widgets::{muted, small_button};

use super::walk::{self, Walk};
use crate::app::panels::latent::model::LatentMemory;
use crate::app::panels::latent::plane::statistics;

/// One of the three codes of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The pin of this number.
    Pin(usize),
    /// The mean of the codes of a class.
    Mean(u8),
}

/// A sum of three terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Formula {
    /// The terms, as far as somebody has chosen them.
    terms: [Option<Term>; 3],
    /// Whether it is shown while there are no pins; with pins it always is.
    pub is_open: bool,
}

impl Formula {
    /// A term as it stands: the one chosen while its pin is there; else the first class means, or pins without classes.
    pub fn term(&self, place: usize, walk: &Walk, classes: usize) -> Option<Term> {
        let is_there = |term: &Term| match term {
            Term::Pin(number) => walk.pin(*number).is_some(),
            Term::Mean(class) => usize::from(*class) < classes,
        };
        let usual = || {
            let pins = walk.pins();
            if (place == 0 && !pins.is_empty()) || classes == 0 {
                return pins.get(place % pins.len().max(1)).map(|pin| Term::Pin(pin.number));
            }
            u8::try_from(place.min(classes - 1)).ok().map(Term::Mean)
        };
        self.terms.get(place).copied().flatten().filter(is_there).or_else(usual)
    }
}

/// The code of a term.
fn code(term: Term, memory: &LatentMemory, bench: &BenchState, run: &RunState) -> Option<Vec<f32>> {
    match term {
        Term::Pin(number) => memory.walk.pin(number).map(|pin| pin.code.clone()),
        Term::Mean(class) => {
            let view = run.seen.cloud.as_ref().filter(|view| view.dimensions == memory.dimensions())?;
            let class_of = |row: usize| view.images.get(row).and_then(|image| bench.dataset.label(*image));
            statistics::class_mean(view, class_of, class)
        }
    }
}

fn words(term: Option<Term>, names: &[String]) -> String {
    match term {
        Some(Term::Pin(number)) => format!("pin {number}"),
        Some(Term::Mean(class)) => {
            let name = names.get(usize::from(class)).map_or("?", String::as_str);
            format!("mean of {name}")
        }
        None => "–".to_owned(),
    }
}

/// Draws the formula; its button brings the point to the sum.
pub fn formula_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
) -> Option<Action> {
    let names = &bench.dataset.class_names;
    ui.spacing_mut().item_spacing.x = HALF;
    let terms = [0, 1, 2].map(|place| memory.formula.term(place, &memory.walk, names.len()));
    for (place, sign) in ["", "−", "+"].into_iter().enumerate() {
        muted(ui, cx.theme, sign);
        term_ui(ui, cx, memory, (place, terms[place]), names);
    }
    let tip = "bring the point to this sum of codes; P pins it there";
    if !small_button(ui, cx.theme, "= go", tip).clicked() {
        return None;
    }
    let [a, b, c] = terms.map(|term| term.and_then(|term| code(term, memory, bench, run)));
    let (Some(a), Some(b), Some(c)) = (a, b, c) else {
        return Some(Action::Say("A class in this sum has no codes yet: choose another.".to_owned()));
    };
    let now_secs = ui.input(|input| input.time);
    memory.go_to(walk::sum(&a, &b, &c), now_secs)
}

fn term_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    (place, term): (usize, Option<Term>),
    names: &[String],
) {
    let text = RichText::new(words(term, names)).font(cx.theme.small());
    let combo = ComboBox::from_id_salt(("term of the sum", place)).selected_text(text);
    let response = combo.width(66.0 * cx.theme.scale).show_ui(ui, |ui| {
        let pins = memory.walk.pins().iter().map(|pin| Term::Pin(pin.number));
        let means = (0..names.len()).filter_map(|class| u8::try_from(class).ok()).map(Term::Mean);
        let mut chosen = None;
        for choice in pins.chain(means) {
            if ui.selectable_label(term == Some(choice), words(Some(choice), names)).clicked() {
                chosen = Some(choice);
            }
        }
        if chosen.is_some()
            && let Some(slot) = memory.formula.terms.get_mut(place)
        {
            *slot = chosen;
        }
    });
    let name = ["first", "taken away", "added"][place];
    let response = response.response.accessible_name(format!("code that is {name}"));
    response.on_hover_text("a pin, or the mean of the codes of a class");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_those_chosen_while_they_are_there() {
        let mut walk = Walk::default();
        for _ in 0..2 {
            walk.drop_pin(vec![0.0]).expect("room");
        }
        let terms = [Some(Term::Pin(2)), None, Some(Term::Mean(4))];
        let formula = Formula { terms, is_open: false };
        assert_eq!(formula.term(0, &walk, 10), Some(Term::Pin(2)));
        assert_eq!(formula.term(1, &walk, 10), Some(Term::Mean(1)));
        assert_eq!(formula.term(2, &walk, 10), Some(Term::Mean(4)));
        assert_eq!(formula.term(2, &walk, 3), Some(Term::Mean(2)), "there is no class 4");
        assert_eq!(formula.term(1, &walk, 0), Some(Term::Pin(2)), "images without classes");
        walk.remove(2);
        assert_eq!(formula.term(0, &walk, 10), Some(Term::Pin(1)));
        walk.remove(1);
        assert_eq!(formula.term(0, &walk, 10), Some(Term::Mean(0)), "class means need no pins");
    }

    #[test]
    fn terms_have_names() {
        let names = ["zero".to_owned()];
        assert_eq!(words(Some(Term::Mean(0)), &names), "mean of zero");
        assert_eq!(words(Some(Term::Pin(3)), &names), "pin 3");
    }
}
