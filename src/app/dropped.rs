//! Files that are dropped onto the window: images to train on, a recipe, or weights.

use std::path::Path;

use eframe::egui::{Align2, Context, CornerRadius, Id, LayerId, Order, vec2};

use super::action::Action;
use super::theme::{GRID, RADIUS_SMALL, Theme};
use crate::data;
use crate::look::as_sentence;
use crate::recipe::{NetworkPart, Recipe};

/// What is said while files are over the window.
const INVITATION: &str = "Drop images, a recipe or weights here";

/// Says what can be dropped while files are over the window; what was dropped becomes an action.
pub fn dropped_ui(ctx: &Context, theme: &Theme) -> Option<Action> {
    let (is_over, path) = ctx.input(|input| {
        let first = input.raw.dropped_files.first().map(|file| file.path().to_owned());
        (!input.raw.hovered_files.is_empty(), first)
    });
    if is_over {
        let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("dropped files")));
        let window = ctx.content_rect();
        painter.rect_filled(window, 0.0, theme.faded(theme.ground, 0.85));
        let galley = painter.layout_no_wrap(INVITATION.to_owned(), theme.large(), theme.text);
        let place = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), window);
        let around = place.expand2(vec2(3.0 * GRID, 2.0 * GRID));
        painter.rect_filled(around, CornerRadius::same(RADIUS_SMALL), theme.raised);
        painter.galley(place.min, galley, theme.text);
    }
    path.map(|path| action(&path))
}

/// What is done with a file or a folder.
fn action(path: &Path) -> Action {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("toml") => match Recipe::read(path) {
            Ok(recipe) => Action::Open(Box::new(recipe)),
            Err(error) => Action::Complain(as_sentence(&error)),
        },
        Some("safetensors") => Action::StartFromFile(NetworkPart::Whole, path.to_owned()),
        _ => match data::problem_of(path) {
            None => Action::OpenImagesAt(path.to_owned()),
            Some(problem) => Action::Complain(as_sentence(&problem)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_opened_as_what_it_is_and_what_cannot_be_opened_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("written");
            path
        };
        let recipe = file("mine.toml", Recipe::open("ae-2d").expect("built in").to_toml().as_bytes());
        assert!(matches!(action(&recipe), Action::Open(recipe) if recipe.name == "ae-2d"));
        let weights = file("model.safetensors", b"");
        assert!(matches!(action(&weights), Action::StartFromFile(NetworkPart::Whole, _)));
        let images = file("digits.csv", b"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
        assert_eq!(action(&images), Action::OpenImagesAt(images.clone()));
        for (name, words) in
            [("broken.toml", "not valid TOML"), ("letter.txt", "in no format that can be read")]
        {
            let path = file(name, b"[data\nnothing");
            let Action::Complain(sentence) = action(&path) else { panic!("{name} is not opened") };
            assert!(sentence.contains(words) && sentence.ends_with('.'), "{sentence}");
        }
    }
}
