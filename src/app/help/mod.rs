//! What `?` opens: a tour of the window, the words of the subject, and the keys.

mod glossary;
mod tour;

use eframe::egui::{self, Context, Label, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};

pub use glossary::hint_ui;
pub use tour::{Tour, TourOutcome, tour_ui};

use super::keys::KEYS;
use super::segmented::{Segment, segmented_ui};
use super::theme::{GRID, HALF, Theme};
use super::widgets::{heading, primary_button};
use glossary::TERMS;

/// The pages of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Topic {
    #[default]
    Tour,
    Words,
    Keys,
}

/// The help window while it is open.
#[derive(Debug, Default)]
pub struct Help {
    topic: Topic,
    search: String,
}

/// What came of the window in a frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct HelpOutcome {
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether the tour was asked for.
    pub starts_tour: bool,
}

/// Draws the window over everything else.
pub fn help_ui(ctx: &Context, theme: &Theme, help: &mut Help) -> HelpOutcome {
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(2.0 * GRID).fill(theme.panel);
    let screen = ctx.content_rect().size();
    let size = vec2((560.0 * theme.scale).min(0.9 * screen.x), (440.0 * theme.scale).min(0.8 * screen.y));
    let modal = Modal::new(egui::Id::unique("help")).frame(frame).show(ctx, |ui| {
        ui.set_width(size.x);
        ui.set_height(size.y);
        let mut is_closed = false;
        ui.horizontal(|ui| {
            heading(ui, theme, "Help");
            ui.add_space(GRID);
            let pages = [
                Segment::new(Topic::Tour, "Tour", "the window in four steps"),
                Segment::new(Topic::Words, "Words", "the words of the subject"),
                Segment::new(Topic::Keys, "Keys", "every key and what it does"),
            ];
            segmented_ui(ui, theme, &mut help.topic, &pages);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                is_closed = ui.button("Close").clicked();
            });
        });
        ui.add_space(GRID);
        let mut starts_tour = false;
        match help.topic {
            Topic::Tour => starts_tour = tour_page(ui, theme),
            Topic::Words => words_page(ui, theme, &mut help.search),
            Topic::Keys => keys_page(ui, theme),
        }
        HelpOutcome { is_closed: is_closed || starts_tour, starts_tour }
    });
    HelpOutcome { is_closed: modal.inner.is_closed || modal.should_close(), ..modal.inner }
}

fn tour_page(ui: &mut Ui, theme: &Theme) -> bool {
    ui.label(
        "An autoencoder squeezes an image through a few numbers and learns to reproduce it. Here you can watch it learn, \
         drag through the space of its codes, and change what it is trained for while it trains.",
    );
    ui.add_space(HALF);
    ui.label(
        "Choose a recipe at the top left, or change one in the panel \"Recipe\" and press Restart. The sliders under \"Live\" \
         act at once. \"Run beside\" trains a second network next to the first, to compare the two.",
    );
    ui.add_space(GRID);
    primary_button(ui, theme, None, "Start the tour").clicked()
}

fn words_page(ui: &mut Ui, theme: &Theme, search: &mut String) {
    let field = ui.add(TextEdit::singleline(search).hint_text("search").desired_width(180.0 * theme.scale));
    field.ctx.accesskit_node_builder(field.id, |node| node.set_label("Search words"));
    ui.label(
        RichText::new("A word explains itself too where the pointer rests on it, anywhere in the window.")
            .font(theme.small())
            .color(theme.muted),
    );
    ui.add_space(HALF);
    let wanted = search.to_lowercase();
    let is_found = |term: &&glossary::Term| {
        term.forms.iter().any(|form| form.contains(&wanted)) || term.meaning.to_lowercase().contains(&wanted)
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for term in TERMS.iter().filter(is_found) {
            ui.horizontal_top(|ui| {
                ui.allocate_ui(vec2(130.0 * theme.scale, 0.0), |ui| {
                    ui.set_min_width(130.0 * theme.scale);
                    ui.label(RichText::new(term.forms[0]).color(theme.accent));
                });
                ui.add(Label::new(term.meaning).wrap());
            });
        }
    });
}

fn keys_page(ui: &mut Ui, theme: &Theme) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Grid::new("keys").spacing([3.0 * GRID, HALF]).show(ui, |ui| {
            for (key, what) in KEYS {
                ui.label(RichText::new(key).color(theme.accent));
                ui.label(what);
                ui.end_row();
            }
        });
    });
}
