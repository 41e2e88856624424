//! What it shows: the one or two pictures that make the idea of a family visible, of the network as it is now.
//!
//! `model` says which card is shown, `layout` where its pictures stand, `paint` draws pictures and `chart` draws bars
//! and lines; this file is the way in. None of them knows what a card is about.

mod chart;
mod layout;
mod model;
mod paint;
#[cfg(test)]
mod tests;

use eframe::egui::{self, Align, Label, Layout, Rect, RichText, Sense, Ui, WidgetInfo, accesskit::Role};

use super::{no_run, switch, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::theme::{GRID, HALF};
use crate::app::widgets::{card, export_button, heading, muted};
use crate::engine::Card;
use crate::engine::card::{Content, Ink};
use crate::look::count_label;
use crate::recipe::Family;

/// What stays from frame to frame: nothing, so far.
#[derive(Debug, Default)]
pub struct CardsMemory {}

/// Draws the card that was chosen among those of the family.
pub fn cards_ui(ui: &mut Ui, cx: &PanelContext<'_>, _memory: &mut CardsMemory) -> Vec<Action> {
    let mut actions = Vec::new();
    let Some(run) = cx.state.run() else {
        card(ui, cx.theme, "What it shows", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return actions;
    };
    let view = run.seen.cards.as_ref().filter(|view| !view.cards.is_empty());
    let Some(view) = view else {
        let family = Family::of(&run.recipe);
        card(ui, cx.theme, family.label(), |_| {}, |ui| waiting(ui, cx.theme, &model::absence(run)));
        return actions;
    };
    let number = model::chosen(&view.cards, cx.state.card.as_deref());
    let Some(card) = view.cards.get(number) else { return actions };
    head_ui(ui, cx, &view.cards, number, view.step, &mut actions);
    meaning_ui(ui, cx, card);
    ui.add_space(HALF);
    let space = ui.available_rect_before_wrap();
    let version = model::version(run.info.id.0, view.step, number);
    let response = ui.interact(space, ui.scope_id().with("card"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("card {}", card.title)));
    if space.height() > 2.0 * GRID {
        draw(ui, cx, card, version, space, &response);
    }
    ui.allocate_rect(space, Sense::hover());
    actions
}

fn draw(ui: &Ui, cx: &PanelContext<'_>, card: &Card, version: u64, space: Rect, at: &egui::Response) {
    match &card.content {
        Content::Images(images) => paint::images(ui, cx, images, version, space, at),
        Content::Bars(bars) => chart::bars(ui, cx.theme, bars, space, at),
        Content::Lines(lines) => chart::lines(ui, cx.theme, lines, space, at),
    }
}

/// The titles of all cards, the shown one in force; a single one is a heading.
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

/// What the card means, in one sentence, and what its colours do where that is not plain.
fn meaning_ui(ui: &mut Ui, cx: &PanelContext<'_>, card: &Card) {
    let is_signed = matches!(&card.content, Content::Images(images) if images.ink == Ink::Signed);
    let colours = if is_signed { " Red is above zero, blue below." } else { "" };
    let words =
        RichText::new(format!("{}{colours}", card.meaning)).font(cx.theme.body()).color(cx.theme.muted);
    ui.add(Label::new(words).wrap());
}
