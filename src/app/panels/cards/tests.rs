//! The panel, driven by label without a window: cards of every kind, made by hand.

use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::app::pictures::Pictures;
use crate::app::state::AppState;
use crate::app::testing::state_of;
use crate::app::theme::{ColorScheme, Theme};
use crate::engine::CardsView;
use crate::engine::card::{Bars, Images, Lines};

struct Shown {
    state: AppState,
    theme: Theme,
    pictures: Pictures,
    actions: Vec<Action>,
}

fn card(title: &str, content: Content) -> Card {
    Card { title: title.to_owned(), meaning: format!("What {title} means."), content }
}

/// One card of each kind.
fn cards() -> Vec<Card> {
    let images = Images {
        dims: [1, 4, 4],
        columns: 3,
        pixels: vec![0.5; 6 * 16].into(),
        ink: Ink::Signed,
        rows: ["clean", "corrupted"].map(str::to_owned).to_vec(),
        captions: vec!["a".to_owned(); 6],
    };
    let bars = Bars {
        x: "unit".to_owned(),
        y: "share".to_owned(),
        values: vec![0.5, f32::NAN, 1.0],
        names: Vec::new(),
        counted: vec![true, false, true],
        level: Some(("dead below".to_owned(), 0.1)),
    };
    let lines = Lines {
        x: "atoms".to_owned(),
        y: "error".to_owned(),
        series: vec![("codes".to_owned(), vec![[1.0, 3.0], [2.0, f32::INFINITY], [3.0, 1.0]])],
        level: None,
    };
    vec![
        card("Pictures", Content::Images(images)),
        card("Activity", Content::Bars(bars)),
        card("Error", Content::Lines(lines)),
    ]
}

fn state(recipe: &str, cards: Option<Vec<Card>>) -> AppState {
    state_of(recipe, |views| {
        if let Some(cards) = cards {
            views.cards.put(CardsView { step: 1200, cards: cards.into() });
        }
    })
}

fn panel(state: AppState, size: [f32; 2]) -> Harness<'static, Shown> {
    let theme = Theme::new(ColorScheme::Light, false);
    let shown =
        Shown { state, theme, pictures: Pictures::new(Default::default(), None), actions: Vec::new() };
    Harness::builder().with_size(vec2(size[0], size[1])).build_ui_state(
        |ui, shown: &mut Shown| {
            let Shown { state, theme, pictures, actions } = shown;
            let cx = PanelContext { state, theme, pictures };
            actions.extend(cards_ui(ui, &cx, &mut CardsMemory::default()));
        },
        shown,
    )
}

#[test]
fn a_card_is_shown_with_its_title_and_its_meaning_and_another_can_be_chosen() {
    let mut panel = panel(state("ae-sparse", Some(cards())), [700.0, 500.0]);
    panel.step();
    panel.get_by_label("card Pictures");
    panel.get_by_label("What Pictures means. Red is above zero, blue below.");
    panel.get_by_label("Error").click();
    panel.step();
    panel.step();
    assert!(panel.state().actions.contains(&Action::ShowCard("Error".to_owned())));
    panel.state_mut().state.card = Some("Error".to_owned());
    panel.step();
    panel.get_by_label("card Error");
    panel.get_by_label("What Error means.");
}

#[test]
fn every_kind_of_card_is_drawn_in_a_large_and_in_a_tiny_panel() {
    for size in [[900.0, 700.0], [160.0, 90.0]] {
        for title in ["Pictures", "Activity", "Error"] {
            let mut state = state("ae-sparse", Some(cards()));
            state.card = Some(title.to_owned());
            let mut panel = panel(state, size);
            panel.step();
            panel.get_by_label(&format!("card {title}"));
        }
    }
}

#[test]
fn a_family_without_cards_says_so() {
    let mut panel = panel(state("ae-2d", Some(Vec::new())), [700.0, 400.0]);
    panel.step();
    panel.get_by_label_contains("there is no picture beside them");
}
