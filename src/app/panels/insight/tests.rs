//! The panel, driven by label without a window: cards of every kind, made by hand.

use std::cell::RefCell;
use std::collections::BTreeSet;

use eframe::egui::{Rect, Shape, TextureId, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::app::pictures::Pictures;
use crate::app::state::AppState;
use crate::app::testing::state_of;
use crate::app::theme::{ColorScheme, Theme};
use crate::chart::cards::{Bars, Images, Level, Line, Lines, Matrix};
use crate::data::ImageShape;
use crate::engine::Wants;

struct Shown {
    state: AppState,
    theme: Theme,
    pictures: Pictures,
    memory: InsightMemory,
    actions: Vec<Action>,
    /// The cards wanted in the last frame.
    wanted: BTreeSet<Topic>,
}

fn card(title: &str, content: impl Into<Content>) -> Card {
    Card::new(title, format!("What {title} means."), content)
}

/// One card of each kind, and what it is put in place of.
fn cards() -> [Card; 4] {
    let images = Images {
        shape: ImageShape { height: 4, width: 4, channels: 1 },
        columns: 3,
        pixels: vec![0.5; 6 * 16].into(),
        values: Values::Signed,
        rows: ["clean", "corrupted"].map(str::to_owned).to_vec(),
        captions: vec!["a".to_owned(); 6],
        ..Images::default()
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
        are_ratios: false,
        series: vec![Line { name: "codes".to_owned(), points, ..Line::default() }],
        level: None,
    };
    let matrix = Matrix {
        x: "told".to_owned(),
        y: "class".to_owned(),
        rows: ["a", "b"].map(str::to_owned).to_vec(),
        columns: ["a", "b"].map(str::to_owned).to_vec(),
        values: vec![9.0, 1.0, f32::NAN, 7.0],
    };
    [card("Pictures", images), card("Activity", bars), card("Error", lines), card("Table", matrix)]
}

/// The topics of `ae-sparse` that the cards are put under.
const TOPICS: [Topic; 4] = [Topic::Atoms, Topic::Activity, Topic::Units, Topic::Confusions];

fn state(cards: impl IntoIterator<Item = Card>) -> AppState {
    let cards: Vec<Card> = cards.into_iter().collect();
    state_of("ae-sparse", |views| {
        for (topic, card) in TOPICS.into_iter().zip(cards) {
            let view = CardView { step: 1200, card: Ok(card) };
            views.publish(|views, _| _ = views.cards.insert(topic, view.into()));
        }
    })
}

fn panel(state: AppState, size: [f32; 2], is_simple: bool) -> Harness<'static, Shown> {
    let shown = Shown {
        state,
        theme: Theme::new(ColorScheme::Light, is_simple),
        pictures: Pictures::new(Default::default(), None),
        memory: InsightMemory::default(),
        actions: Vec::new(),
        wanted: BTreeSet::new(),
    };
    Harness::builder().with_size(vec2(size[0], size[1])).build_ui_state(
        |ui, shown: &mut Shown| {
            let Shown { state, theme, pictures, memory, actions, wanted } = shown;
            let wants: RefCell<Wants> = RefCell::default();
            let cx = PanelContext { state, theme, pictures, wants: &wants };
            actions.extend(insight_ui(ui, &cx, memory));
            let wants = wants.take();
            *wanted = wants.runs().flat_map(|(_, wants)| wants.cards.iter().copied()).collect();
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
    let mut panel = panel(state(cards()), [900.0, 500.0], false);
    panel.run_steps(2);
    panel.get_by_label("What does this family show?");
    panel.get_by_label("What is the code good for?");
    panel.get_by_label("card Pictures");
    panel.get_by_label("What Pictures means. Red is above zero, blue below.");
    panel.get_by_label("Which units are active").click();
    panel.run_steps(2);
    assert!(panel.state().actions.contains(&Action::Insight(InsightAction::Show(Entry::Card(Topic::Units)))));
    panel.state_mut().state.insight.chosen = Some(Entry::Card(Topic::Units));
    panel.step();
    panel.get_by_label("card Error");
    panel.get_by_label("What Error means.");
    assert!(panel.query_by_label("card Pictures").is_none());
}

#[test]
fn cards_that_are_kept_are_seen_beside_the_chosen_one_and_only_these_are_wanted() {
    let mut panel = panel(state(cards()), [1100.0, 600.0], false);
    panel.state_mut().state.insight.carry_out(InsightAction::Pin(Entry::Card(Topic::Activity)));
    panel.state_mut().state.insight.carry_out(InsightAction::Pin(Entry::Card(Topic::Noise)));
    panel.run_steps(2);
    panel.get_by_label("card Pictures");
    panel.get_by_label("card Activity");
    assert_eq!(panel.state().wanted, [Topic::Atoms, Topic::Activity].into(), "ae-sparse has no noise");
    panel.get_all_by_label("keep").last().expect("a switch").click();
    panel.run_steps(2);
    assert!(
        panel.state().actions.contains(&Action::Insight(InsightAction::Pin(Entry::Card(Topic::Activity))))
    );
    panel.state_mut().state.insight.carry_out(InsightAction::Pin(Entry::Card(Topic::Activity)));
    panel.run_steps(2);
    assert!(panel.query_by_label("card Activity").is_none());
}

#[test]
fn another_card_can_be_chosen_in_a_tiny_panel() {
    let mut panel = panel(state(cards()), [160.0, 120.0], false);
    panel.step();
    panel.get_by_label("What each unit adds").click();
    panel.run_steps(3);
    panel.get_by_label("Which units are active").click();
    panel.run_steps(2);
    assert!(panel.state().actions.contains(&Action::Insight(InsightAction::Show(Entry::Card(Topic::Units)))));
}

#[test]
fn a_card_that_is_not_there_says_why() {
    let mut without_classes = state_of("ae-sparse", |views| {
        let view = CardView { step: 1, card: Err("These images have no labels.".to_owned()) };
        views.publish(|views, _| _ = views.cards.insert(Topic::Classes, view.into()));
    });
    without_classes.insight.chosen = Some(Entry::Card(Topic::Classes));
    let mut panel = panel(without_classes, [900.0, 400.0], false);
    panel.step();
    panel.get_by_label("These images have no labels.");
    panel.state_mut().state.insight.chosen = Some(Entry::Card(Topic::Activity));
    panel.step();
    panel.get_by_label("This card is being made.");
}

#[test]
fn texts_and_images_of_every_card_are_whole_in_a_large_and_in_a_tiny_panel() {
    for size in [[900.0, 1400.0], [420.0, 260.0], [300.0, 190.0], [160.0, 90.0], [120.0, 300.0]] {
        for (title, topic, is_simple) in cards()
            .into_iter()
            .zip(TOPICS)
            .flat_map(|(card, topic)| [false, true].map(|is_simple| (card.title.clone(), topic, is_simple)))
        {
            let mut state = state(cards());
            state.insight.chosen = Some(Entry::Card(topic));
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
                    // A bold word is drawn twice.
                    let is_apart = text == other || !place.shrink(0.25).intersects(*taken);
                    assert!(is_apart, "{name}: {text:?} at {place} covers {other:?} at {taken}");
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
    let mut panel = panel(state(cards()), [700.0, 500.0], false);
    panel.run_steps(2);
    let keys = |panel: &Harness<'_, Shown>| -> Vec<model::Key> {
        panel.state().memory.scenes.values().map(|(key, _)| *key).collect()
    };
    let before = keys(&panel);
    panel.run_steps(2);
    assert_eq!(keys(&panel), before);
    panel.state_mut().state.insight.chosen = Some(Entry::Card(Topic::Units));
    panel.run_steps(2);
    assert_eq!(keys(&panel).len(), 1, "the scene of what is not seen is forgotten");
    assert_ne!(keys(&panel), before);
}

#[test]
fn images_are_shown_in_the_order_that_was_chosen() {
    let order = |name, caption: &str| ImageOrder {
        name,
        pixels: vec![0.5; 16].into(),
        captions: vec![caption.to_owned()],
    };
    let orders = vec![order("use", "12 %"), order("norm", "3.5")];
    let images = Images {
        shape: ImageShape { height: 4, width: 4, channels: 1 },
        columns: 1,
        pixels: orders[0].pixels.clone(),
        captions: orders[0].captions.clone(),
        orders,
        ..Images::default()
    };
    let mut panel = panel(state([card("Pictures", images)]), [900.0, 600.0], false);
    let has = |panel: &Harness<'_, Shown>, words: &str| {
        Painted::of(panel).texts.iter().any(|(text, ..)| text == words)
    };
    panel.run_steps(2);
    assert!(has(&panel, "12 %") && !has(&panel, "3.5"));
    panel.get_by_label("norm").click();
    panel.run_steps(2);
    let chosen = panel.state().actions.iter().find_map(|action| match action {
        Action::Insight(InsightAction::Order(name)) => Some(*name),
        _ => None,
    });
    assert_eq!(chosen, Some("norm"));
    panel.state_mut().state.insight.order = chosen;
    panel.run_steps(2);
    assert!(has(&panel, "3.5") && !has(&panel, "12 %"));
}

#[test]
fn the_linear_autoencoder_is_trained_from_the_cards_about_pca() {
    let mut state = state_of("ae-32", |views| {
        let card = Card::new("Explained variance", "What is explained.".to_owned(), Lines::default());
        let view = CardView { step: 10, card: Ok(card) };
        views.publish(|views, _| _ = views.cards.insert(Topic::Explained, view.into()));
    });
    state.insight.chosen = Some(Entry::Card(Topic::Explained));
    let mut panel = panel(state, [900.0, 600.0], false);
    panel.run_steps(2);
    panel.get_by_label("Train the linear autoencoder and watch it become PCA").click();
    panel.run_steps(2);
    let [Action::Open(recipe), Action::Insight(InsightAction::Show(shown))] = &panel.state().actions[..]
    else {
        panic!("a recipe is opened and a card shown: {:?}", panel.state().actions)
    };
    assert_eq!((recipe.name.as_str(), recipe.model.code), ("ae-linear", 32));
    assert!(*shown == Entry::Card(Topic::Angles) && Entry::offered(recipe).contains(shown));
}
