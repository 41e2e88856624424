//! The panel, driven by label without a window: cards of every kind, made by hand.

use eframe::egui::{Rect, Shape, TextureId, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::app::pictures::Pictures;
use crate::app::state::AppState;
use crate::app::testing::state_of;
use crate::app::theme::{ColorScheme, Theme};
use crate::chart::cards::{Bars, Images, Level, Line, Lines};
use crate::data::ImageShape;
use crate::engine::CardsView;

struct Shown {
    state: AppState,
    theme: Theme,
    pictures: Pictures,
    memory: CardsMemory,
    actions: Vec<Action>,
}

fn card(title: &str, content: impl Into<Content>) -> Card {
    Card::new(title, format!("What {title} means."), content)
}

/// One card of each kind.
fn cards() -> Vec<Card> {
    let images = Images {
        shape: ImageShape { height: 4, width: 4, channels: 1 },
        columns: 3,
        pixels: vec![0.5; 6 * 16].into(),
        values: Values::Signed,
        rows: ["clean", "corrupted"].map(str::to_owned).to_vec(),
        captions: vec!["a".to_owned(); 6],
    };
    let bars = Bars {
        x: "unit".to_owned(),
        y: "share".to_owned(),
        values: vec![0.5, f32::NAN, 1.0],
        highlighted: vec![true, false, true],
        level: Some(Level { name: "dead below".to_owned(), value: 0.1 }),
        ..Bars::default()
    };
    let points = vec![[1.0, 3.0], [2.0, f32::INFINITY], [3.0, 1.0]];
    let lines = Lines {
        x: "atoms".to_owned(),
        y: "error".to_owned(),
        series: vec![Line { name: "codes".to_owned(), points }],
        level: None,
    };
    vec![card("Pictures", images), card("Activity", bars), card("Error", lines)]
}

fn state(recipe: &str, cards: Option<Vec<Card>>) -> AppState {
    state_of(recipe, |views| {
        if let Some(cards) = cards {
            let view = CardsView { step: 1200, cards: cards.into() };
            views.publish(|views, _| views.cards = Some(view.into()));
        }
    })
}

fn panel(state: AppState, size: [f32; 2], is_simple: bool) -> Harness<'static, Shown> {
    let shown = Shown {
        state,
        theme: Theme::new(ColorScheme::Light, is_simple),
        pictures: Pictures::new(Default::default(), None),
        memory: CardsMemory::default(),
        actions: Vec::new(),
    };
    Harness::builder().with_size(vec2(size[0], size[1])).build_ui_state(
        |ui, shown: &mut Shown| {
            let Shown { state, theme, pictures, memory, actions } = shown;
            let wants = Default::default();
            let cx = PanelContext { state, theme, pictures, wants: &wants };
            actions.extend(cards_ui(ui, &cx, memory));
        },
        shown,
    )
}

/// What a frame painted: every text with its place and the clip it has, and the places of images.
#[derive(Default)]
struct Painted {
    texts: Vec<(String, Rect, Rect)>,
    images: Vec<Rect>,
}

impl Painted {
    fn of(panel: &Harness<'_, Shown>) -> Self {
        let mut painted = Self::default();
        for clipped in &panel.output().shapes {
            painted.add(&clipped.shape, clipped.clip_rect);
        }
        painted
    }

    fn add(&mut self, shape: &Shape, clip: Rect) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.add(shape, clip)),
            Shape::Text(text) if !text.galley.text().trim().is_empty() => {
                // The ink, without the space above and below the letters.
                let ink = text.galley.mesh_bounds.translate(text.pos.to_vec2());
                self.texts.push((text.galley.text().to_owned(), ink, clip));
            }
            Shape::Mesh(mesh) if mesh.texture_id != TextureId::default() => {
                self.images.push(mesh.calc_bounds());
            }
            _ => {}
        }
    }
}

#[test]
fn a_card_is_shown_with_its_title_and_its_meaning_and_another_can_be_chosen() {
    let mut panel = panel(state("ae-sparse", Some(cards())), [700.0, 500.0], false);
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
fn another_card_can_be_chosen_in_a_tiny_panel() {
    let mut panel = panel(state("ae-sparse", Some(cards())), [160.0, 90.0], false);
    panel.step();
    panel.get_by_label("Pictures").click();
    panel.run_steps(3);
    panel.get_by_label("Error").click();
    panel.run_steps(2);
    assert!(panel.state().actions.contains(&Action::ShowCard("Error".to_owned())));
}

#[test]
fn texts_and_images_of_every_card_are_whole_in_a_large_and_in_a_tiny_panel() {
    for size in [[900.0, 700.0], [420.0, 260.0], [300.0, 190.0], [160.0, 90.0], [120.0, 300.0]] {
        for (title, is_simple) in
            ["Pictures", "Activity", "Error"].into_iter().flat_map(|title| [(title, false), (title, true)])
        {
            let mut state = state("ae-sparse", Some(cards()));
            state.card = Some(title.to_owned());
            let mut panel = panel(state, size, is_simple);
            panel.run_steps(2);
            panel.get_by_label(&format!("card {title}"));
            let Painted { texts, images } = Painted::of(&panel);
            let name = format!("{title} in {size:?}, simple: {is_simple}");
            assert!(!texts.is_empty(), "{name}: no text at all");
            let whole = Rect::from_min_size(Default::default(), size.into());
            for (k, (text, place, clip)) in texts.iter().enumerate() {
                let room = clip.intersect(whole).expand(0.5);
                assert!(room.contains_rect(*place), "{name}: {text:?} at {place} is cut off by {room}");
                for (other, taken, _) in &texts[..k] {
                    let is_apart = !place.shrink(0.25).intersects(*taken);
                    assert!(is_apart, "{name}: {text:?} covers {other:?}");
                }
            }
            assert_eq!(images.len(), if title == "Pictures" { 6 } else { 0 }, "{name}");
            for (k, image) in images.iter().enumerate() {
                assert!(whole.contains_rect(*image), "{name}: image {k} at {image}");
                assert!(image.width() >= 4.0 && image.height() >= 4.0, "{name}: image {k} at {image}");
                let is_apart = images[..k].iter().all(|other| !other.shrink(0.1).intersects(*image));
                assert!(is_apart, "{name}: image {k} covers another");
            }
        }
    }
}

#[test]
fn a_scene_is_laid_out_again_only_when_what_it_shows_changes() {
    let mut panel = panel(state("ae-sparse", Some(cards())), [700.0, 500.0], false);
    panel.run_steps(2);
    let key = |panel: &Harness<'_, Shown>| panel.state().memory.scene.as_ref().map(|(key, _)| *key);
    let before = key(&panel);
    panel.run_steps(2);
    assert_eq!(key(&panel), before);
    panel.state_mut().state.card = Some("Error".to_owned());
    panel.run_steps(2);
    assert_ne!(key(&panel), before);
}

#[test]
fn a_family_without_cards_says_so() {
    let mut panel = panel(state("ae-2d", Some(Vec::new())), [700.0, 400.0], false);
    panel.step();
    panel.get_by_label_contains("The map of codes and the curves show it best");
}
