//! Typed coordinates, in place of dragging the point. What was typed stays until it can be read.

use eframe::egui::{Key, Label, RichText, Sense, TextEdit, Ui};

use crate::app::context::PanelContext;
use crate::app::widgets::muted;

use crate::app::panels::latent::explorer::{Explorer, coordinates, exact_coordinates};
use crate::document::Axes;

/// The coordinates that are being typed, if any.
pub type TypedCoordinates = Option<Typed>;

/// What is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    text: String,
    /// What is wrong with it.
    complaint: Option<String>,
    /// Whether the field has had the keyboard focus.
    is_entered: bool,
}

/// Reads as many numbers as one of the two counts, however they are separated; a sentence where that is not possible.
pub fn read(text: &str, counts: [usize; 2]) -> Result<Vec<f32>, String> {
    let plain = text.trim().trim_start_matches(['z', 'p', ' ', '=']).replace('−', "-");
    let parts = plain.split([',', ';', ' ', '(', ')', '[', ']']).filter(|part| !part.is_empty());
    let mut numbers = Vec::new();
    for part in parts {
        match part.parse::<f32>() {
            Ok(number) if number.is_finite() => numbers.push(number),
            _ => return Err(format!("“{part}” is not a number: type for example 0.5, −1.2")),
        }
    }
    if counts.contains(&numbers.len()) {
        return Ok(numbers);
    }
    let wanted = match counts {
        [1, _] => "one number".to_owned(),
        [2, 2] => "two numbers".to_owned(),
        [few, all] => format!("{few} numbers for the map or {all} for the whole code"),
    };
    Err(format!("Type {wanted}, for example 0.5, −1.2"))
}

/// Draws where the point is; a click lets it be typed.
pub fn coordinates_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    being_typed: &mut TypedCoordinates,
) {
    let dimensions = explorer.dimensions();
    let words = coordinates(explorer.place(), dimensions, explorer.view().radius);
    let Some(mut typed) = being_typed.take() else {
        // Along principal axes the map counts from the mean of the codes, not from their zero.
        let name = if explorer.run.plane.axes == Axes::Principal { "p" } else { "z" };
        let text =
            RichText::new(format!("{name} = {words}")).font(cx.theme.body()).color(cx.theme.text).strong();
        let response = ui.add(Label::new(text).sense(Sense::click()).selectable(false));
        if response.on_hover_text("where the point is on the map: click to type it").clicked() {
            let text = exact_coordinates(explorer.place(), dimensions);
            *being_typed = Some(Typed { text, ..Typed::default() });
        }
        return;
    };
    let edit =
        TextEdit::singleline(&mut typed.text).desired_width(ui.available_width()).font(cx.theme.small());
    let response = ui.add(edit).accessible_name("coordinates of the point");
    if !typed.is_entered {
        response.request_focus();
        typed.is_entered = true;
    }
    let (is_done, is_left) =
        ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    let mut is_read = is_left;
    if response.lost_focus() && is_done {
        let place = dimensions.min(2);
        match read(&typed.text, [place, dimensions]) {
            Ok(numbers) => {
                let now_secs = ui.input(|input| input.time);
                go(explorer, &numbers, now_secs);
                is_read = true;
            }
            Err(sentence) => {
                typed.complaint = Some(sentence);
                response.request_focus();
            }
        }
    } else if response.lost_focus() && typed.complaint.is_none() {
        // Left for something else before anything was wrong: there is nothing to lose.
        is_read = true;
    }
    if let Some(complaint) = &typed.complaint {
        ui.label(RichText::new(complaint).font(cx.theme.small()).color(cx.theme.problem));
    } else {
        muted(ui, cx.theme, "Enter goes there");
    }
    *being_typed = (!is_read).then_some(typed);
}

fn go(explorer: &mut Explorer<'_>, numbers: &[f32], now_secs: f64) {
    match numbers {
        [x] => explorer.move_to([*x, 0.0], now_secs),
        [x, y] => explorer.move_to([*x, *y], now_secs),
        code => explorer.go_to(code.to_vec(), now_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_separated() {
        for text in ["(−0.62, 1.05)", "-0.62 1.05", "z = −0.62; 1.05", " [-0.62,1.05] "] {
            assert_eq!(read(text, [2, 2]), Ok(vec![-0.62, 1.05]), "{text}");
        }
        assert_eq!(read("1.5", [1, 1]), Ok(vec![1.5]));
        assert_eq!(read("1 2 3 4", [2, 4]), Ok(vec![1.0, 2.0, 3.0, 4.0]));
    }

    #[test]
    fn text_that_cannot_be_read_is_answered_in_one_sentence() {
        let cases = [
            ("0.5, x", [2, 2], "“x” is not a number: type for example 0.5, −1.2"),
            ("NaN 1", [2, 2], "“NaN” is not a number: type for example 0.5, −1.2"),
            ("1", [2, 2], "Type two numbers, for example 0.5, −1.2"),
            ("1 2 3", [2, 20], "Type 2 numbers for the map or 20 for the whole code, for example 0.5, −1.2"),
            ("", [1, 1], "Type one number, for example 0.5, −1.2"),
        ];
        for (text, counts, want) in cases {
            assert_eq!(read(text, counts), Err(want.to_owned()), "{text}");
        }
    }
}
