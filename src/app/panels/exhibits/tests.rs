//! The panel, driven by label without a window: plates of every kind, made by hand.

use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::app::pictures::Pictures;
use crate::app::state::AppState;
use crate::app::testing::state_of;
use crate::app::theme::{Look, Theme};
use crate::engine::ExhibitsView;
use crate::engine::plate::{Bars, Images, Lines};

struct Shown {
    state: AppState,
    theme: Theme,
    pictures: Pictures,
    actions: Vec<Action>,
}

fn plate(title: &str, content: Content) -> Plate {
    Plate { title: title.to_owned(), meaning: format!("What {title} means."), content }
}

/// One plate of each kind.
fn plates() -> Vec<Plate> {
    let images = Images {
        dims: [1, 4, 4],
        columns: 3,
        pixels: vec![0.5; 6 * 16].into(),
        ink: Ink::Signed,
        rows: ["clean", "spoilt"].map(str::to_owned).to_vec(),
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
        plate("Pictures", Content::Images(images)),
        plate("Activity", Content::Bars(bars)),
        plate("Error", Content::Lines(lines)),
    ]
}

fn state(recipe: &str, plates: Option<Vec<Plate>>) -> AppState {
    state_of(recipe, |views| {
        if let Some(plates) = plates {
            views.exhibits.put(ExhibitsView { step: 1200, plates: plates.into() });
        }
    })
}

fn panel(state: AppState, size: [f32; 2]) -> Harness<'static, Shown> {
    let theme = Theme::new(Look::Light, false);
    let shown =
        Shown { state, theme, pictures: Pictures::new(Default::default(), None), actions: Vec::new() };
    Harness::builder().with_size(vec2(size[0], size[1])).build_ui_state(
        |ui, shown: &mut Shown| {
            let Shown { state, theme, pictures, actions } = shown;
            let cx = PanelContext { state, theme, pictures };
            actions.extend(exhibits_ui(ui, &cx, &mut ExhibitsMemory::default()));
        },
        shown,
    )
}

#[test]
fn a_plate_is_shown_with_its_title_and_its_meaning_and_another_can_be_chosen() {
    let mut panel = panel(state("ae-sparse", Some(plates())), [700.0, 500.0]);
    panel.step();
    panel.get_by_label("plate Pictures");
    panel.get_by_label("What Pictures means. Red is above zero, blue below.");
    panel.get_by_label("Error").click();
    panel.step();
    panel.step();
    assert!(panel.state().actions.contains(&Action::ShowPlate("Error".to_owned())));
    panel.state_mut().state.plate = Some("Error".to_owned());
    panel.step();
    panel.get_by_label("plate Error");
    panel.get_by_label("What Error means.");
}

#[test]
fn every_kind_of_plate_is_drawn_in_a_large_and_in_a_tiny_panel() {
    for size in [[900.0, 700.0], [160.0, 90.0]] {
        for title in ["Pictures", "Activity", "Error"] {
            let mut state = state("ae-sparse", Some(plates()));
            state.plate = Some(title.to_owned());
            let mut panel = panel(state, size);
            panel.step();
            panel.get_by_label(&format!("plate {title}"));
        }
    }
}

#[test]
fn a_family_without_plates_says_so() {
    let mut panel = panel(state("ae-2d", Some(Vec::new())), [700.0, 400.0]);
    panel.step();
    panel.get_by_label_contains("there is no picture beside them");
}
