//! What it shows: the cards that make the idea of a family visible, of the network as it is now.
//!
//! `model` says which card is shown and lays it out as a scene, which this file paints, with its title and its sentence
//! where there is room for them. The panel does not know what a card is about.

mod model;
#[cfg(test)]
mod tests;

use eframe::egui::{self, Align, Label, Layout, RichText, Sense, Ui, WidgetInfo, accesskit::Role};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::scene::{ImageTexture, paint_scene, text_width};
use crate::app::theme::{GRID, HALF};
use crate::app::widgets::{card, export_button, heading, muted, switch};
use crate::chart::cards::{Card, Content, Values};
use crate::chart::scene::Scene;
use crate::look::count_label;
use crate::recipe::Family;

/// A panel smaller than this has no room for the titles of all cards, in points at ordinary size.
const SMALL: [f32; 2] = [240.0, 170.0];

/// The scene of the card that was drawn last, as long as it fits.
#[derive(Debug, Default)]
pub struct CardsMemory {
    scene: Option<(model::Key, Scene)>,
}

/// Draws the card that was chosen among those of the family.
pub fn cards_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut CardsMemory) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some(run) = cx.state.run() else {
        card(ui, cx.theme, "What it shows", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return actions;
    };
    cx.want(run.info.id, |wants| wants.cards = true);
    let view = run.views.cards.as_deref().filter(|view| !view.cards.is_empty());
    let Some(view) = view else {
        let family = Family::of(&run.recipe);
        card(ui, cx.theme, family.label(), |_| {}, |ui| waiting(ui, cx.theme, &model::absence(run)));
        return actions;
    };
    let number = model::chosen(&view.cards, cx.state.card.as_deref());
    let Some(card) = view.cards.get(number) else { return actions };
    let [width, height] = SMALL.map(|side| side * cx.theme.scale);
    let is_small = ui.available_width() < width || ui.available_height() < height;
    if is_small {
        menu_ui(ui, cx, &view.cards, number, &mut actions);
    } else {
        head_ui(ui, cx, &view.cards, number, view.step, &mut actions);
        ui.add(Label::new(meaning(cx, card)).wrap());
        ui.add_space(HALF);
    }
    let version = model::version(run.info.id.0, view.step, number);
    content_ui(ui, cx, card, version, memory);
    actions
}

/// The picture of a card, in all the space that is left.
fn content_ui(ui: &mut Ui, cx: &PanelContext<'_>, card: &Card, version: u64, memory: &mut CardsMemory) {
    let space = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(space, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("card {}", card.title)));
    if space.width() < GRID || space.height() < 2.0 * GRID {
        return;
    }
    let key = model::Key {
        version,
        size: space.size().into(),
        scheme: cx.theme.scheme,
        type_size: cx.theme.small().size,
        pixel: 1.0 / ui.pixels_per_point(),
    };
    if memory.scene.as_ref().is_none_or(|(known, _)| *known != key) {
        memory.scene = Some((key, model::scene(card, &key, &text_width(ui))));
    }
    let Some((_, scene)) = &memory.scene else { return };
    paint_scene(ui, cx.pictures, scene, space.min, ImageTexture { name: "card", version });
    let pointer = response.hover_pos().map(|at| (at - space.min).into());
    let hint = pointer.and_then(|[x, y]: [f32; 2]| scene.hint_at([x.into(), y.into()]));
    if let Some(hint) = hint {
        response.on_hover_text_at_pointer(hint);
    }
}

/// The titles of all cards, the shown one selected; a single one is a heading.
fn head_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    cards: &[Card],
    shown: usize,
    step: u64,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.set_min_height(18.0 * cx.theme.scale);
        let room = ui.available_width() - 120.0 * cx.theme.scale;
        ui.allocate_ui_with_layout(
            egui::vec2(room.max(80.0), 18.0 * cx.theme.scale),
            Layout::left_to_right(Align::Center).with_main_wrap(true),
            |ui| {
                ui.spacing_mut().item_spacing.x = HALF;
                match cards {
                    [only] => {
                        heading(ui, cx.theme, &only.title);
                    }
                    _ => chips_ui(ui, cx, cards, shown, actions),
                }
            },
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            export_button(ui, cx.theme, Figure::Card, "Export card", actions);
            muted(ui, cx.theme, format!("step {}", count_label(step)));
        });
    });
}

fn chips_ui(ui: &mut Ui, cx: &PanelContext<'_>, cards: &[Card], shown: usize, actions: &mut Vec<Action>) {
    for (number, card) in cards.iter().enumerate() {
        let mut is_shown = number == shown;
        let was_shown = is_shown;
        // A title that does not fit into what is left of the line begins the next one; it is never broken.
        let title = ui.painter().layout_no_wrap(card.title.clone(), cx.theme.small(), cx.theme.text);
        if title.size().x + 2.0 * GRID > ui.available_size_before_wrap().x {
            ui.end_row();
        }
        switch(ui, cx.theme, &card.title, &mut is_shown, &card.meaning);
        if is_shown && !was_shown {
            actions.push(Action::ShowCard(card.title.clone()));
        }
    }
}

/// The title of the shown card in one line, which opens a menu of all; its sentence is a tooltip.
fn menu_ui(ui: &mut Ui, cx: &PanelContext<'_>, cards: &[Card], shown: usize, actions: &mut Vec<Action>) {
    let title = RichText::new(&cards[shown].title).font(cx.theme.small()).color(cx.theme.text);
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
    let menu = ui.menu_button(title, |ui| {
        for card in cards {
            if ui.selectable_label(card.title == cards[shown].title, card.title.as_str()).clicked() {
                actions.push(Action::ShowCard(card.title.clone()));
            }
        }
    });
    menu.response.on_hover_text(meaning(cx, &cards[shown]));
}

/// What the card means, and what its colours mean where that needs saying.
fn meaning(cx: &PanelContext<'_>, card: &Card) -> RichText {
    let is_signed = matches!(&card.content, Content::Images(images) if images.values == Values::Signed);
    let colours = if is_signed { " Red is above zero, blue below." } else { "" };
    RichText::new(format!("{}{colours}", card.meaning)).font(cx.theme.body()).color(cx.theme.muted)
}
