//! What every panel is made of: a card with a title line, buttons with a painted sign, and text in the three sizes of
//! type.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    self, Align, Button, Color32, CornerRadius, FontId, Layout, Response, RichText, Sense, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::action::{Action, Figure};
use super::focus::following;
use super::glyph::Sign;
use super::theme::{BUTTON_HEIGHT, GRID, PANEL_PADDING, RADIUS_SMALL, Theme};
use crate::look::DataColor;
use crate::recipe::formula::{FormulaPart, FormulaTerm};

/// A title line with something at its right end, and the content below it. The background is drawn by the tile around it.
pub fn card<R>(
    ui: &mut Ui,
    theme: &Theme,
    title: &str,
    trailing: impl FnOnce(&mut Ui),
    content: impl FnOnce(&mut Ui) -> R,
) -> R {
    ui.horizontal(|ui| {
        ui.set_min_height(18.0 * theme.scale);
        heading(ui, theme, title);
        ui.with_layout(Layout::right_to_left(Align::Center), trailing);
    });
    ui.add_space(2.0);
    content(ui)
}

/// The title of a panel.
pub fn heading(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    bold(ui, text, theme.body(), theme.text)
}

/// Bold text on one line. The font of the window has one weight only, so it is drawn twice, one pixel apart.
pub fn bold(ui: &mut Ui, text: &str, font: FontId, color: Color32) -> Response {
    let response = ui.label(RichText::new(text).font(font.clone()).color(color));
    if ui.is_rect_visible(response.rect) {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
        let top = response.rect.center().y - galley.size().y / 2.0;
        ui.painter().galley(egui::pos2(response.rect.left(), top) + one_pixel(ui), galley, color);
    }
    response
}

/// One pixel of the screen to the right, in points.
fn one_pixel(ui: &Ui) -> egui::Vec2 {
    egui::vec2(1.0 / ui.pixels_per_point(), 0.0)
}

/// Small text that explains something.
pub fn muted(ui: &mut Ui, theme: &Theme, text: impl Into<String>) -> Response {
    ui.label(RichText::new(text).font(theme.small()).color(theme.muted))
}

/// A list that scrolls; its scroll bar is in the margin of the panel, beside the values.
pub fn scrolled(ui: &mut Ui, list: impl FnOnce(&mut Ui)) {
    let width = ui.available_width();
    let mut rect = ui.available_rect_before_wrap();
    rect.max.x += PANEL_PADDING - 2.0;
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            following(ui, list);
        });
    });
}

/// A word that is on or off.
pub fn switch(ui: &mut Ui, theme: &Theme, word: &str, is_on: &mut bool, tip: &str) {
    let color = if *is_on { theme.text } else { theme.muted };
    let text = RichText::new(word).font(theme.small()).color(color);
    let button = Button::selectable(*is_on, text)
        .corner_radius(RADIUS_SMALL)
        .min_size(egui::Vec2::new(0.0, 18.0 * theme.scale));
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = egui::vec2(6.0, 1.0);
        ui.add(button)
    });
    if response.inner.on_hover_text(tip).clicked() {
        *is_on = !*is_on;
    }
}

/// A box to be ticked, with an edge that is seen.
pub fn checkbox(
    ui: &mut Ui,
    theme: &Theme,
    is_enabled: bool,
    is_on: &mut bool,
    words: impl Into<egui::WidgetText>,
) -> Response {
    let tick = egui::Checkbox::new(is_on, words.into());
    let edged = |ui: &mut Ui| {
        let visuals = &mut ui.visuals_mut().widgets;
        visuals.inactive.bg_stroke.color = theme.muted;
        visuals.noninteractive.bg_stroke.color = theme.muted;
        ui.add_enabled(is_enabled, tick)
    };
    ui.scope(edged).inner
}

/// A formula, each part in the colour of its term.
pub fn formula_line(ui: &mut Ui, theme: &Theme, parts: &[FormulaPart], font: &FontId) {
    let mut job = LayoutJob::default();
    append_formula(&mut job, theme, parts, font);
    ui.add(egui::Label::new(job).wrap());
}

/// Adds a formula to a text, each part in the colour of its term.
pub fn append_formula(job: &mut LayoutJob, theme: &Theme, parts: &[FormulaPart], font: &FontId) {
    for FormulaPart { text, term } in parts {
        let color: Color32 = match term {
            FormulaTerm::Sum => theme.data(DataColor::Objective),
            FormulaTerm::Reconstruction => theme.reconstruction,
            FormulaTerm::Weighted(key) => theme.parameter(key),
        };
        job.append(text, 0.0, TextFormat::simple(font.clone(), color));
    }
}

/// Width of small text on one line.
pub fn text_width(ui: &Ui, theme: &Theme, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme.small(), theme.muted).size().x
}

/// Whether there is room for another line of small text.
pub fn has_line(ui: &Ui, theme: &Theme) -> bool {
    ui.available_height() >= 15.0 * theme.scale
}

/// Small text that explains something, where there is room for it: on one line of a row, or wrapped in a column.
pub fn muted_where_it_fits(ui: &mut Ui, theme: &Theme, text: &str) {
    let is_row = ui.layout().main_dir().is_horizontal();
    let fits = if is_row { text_width(ui, theme, text) <= ui.available_width() } else { has_line(ui, theme) };
    if fits {
        muted(ui, theme, text);
    }
}

/// The one big button of the window.
pub fn primary_button(ui: &mut Ui, theme: &Theme, sign: Option<Sign>, label: &str) -> Response {
    let galley = ui.painter().layout_no_wrap(label.to_owned(), theme.large(), theme.on_accent);
    let sign_width = if sign.is_some() { 24.0 * theme.scale } else { 0.0 };
    let width = (galley.size().x + sign_width + 28.0).max(96.0 * theme.scale);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(width, 28.0 * theme.scale), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    if ui.is_rect_visible(rect) {
        let fill = if response.is_pointer_button_down_on() {
            theme.accent.lerp_to_gamma(theme.ground, 0.2)
        } else if response.hovered() {
            theme.accent.lerp_to_gamma(theme.text, 0.15)
        } else {
            theme.accent
        };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS_SMALL), fill);
        let content = galley.size().x + sign_width;
        let left = rect.center().x - content / 2.0;
        if let Some(sign) = sign {
            let center = egui::pos2(left + 7.0 * theme.scale, rect.center().y);
            sign.paint(ui.painter(), center, 14.0 * theme.scale, theme.on_accent);
        }
        let text = egui::pos2(left + sign_width, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(text, galley.clone(), theme.on_accent);
        ui.painter().galley(text + one_pixel(ui), galley, theme.on_accent);
    }
    response
}

/// A square button with a sign; its name is for screen readers, tests and the tooltip.
pub fn sign_button(ui: &mut Ui, theme: &Theme, sign: Sign, name: &str, tip: &str) -> Response {
    let size = egui::vec2(30.0, BUTTON_HEIGHT) * theme.scale;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    paint_button(ui, theme, &response, |painter, color| {
        sign.paint(painter, rect.center(), 13.0 * theme.scale, color);
    });
    response.on_hover_text(tip)
}

/// A small sign without a background, for the corner of a panel.
pub fn quiet_sign(ui: &mut Ui, theme: &Theme, sign: Sign, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(18.0 * theme.scale), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let color = if response.hovered() || response.has_focus() { theme.text } else { theme.muted };
        sign.paint(ui.painter(), rect.center(), 12.0 * theme.scale, color);
    }
    response.on_hover_text(name)
}

/// The export sign of a panel; pressing it asks where the figure goes.
pub fn export_button(ui: &mut Ui, theme: &Theme, figure: Figure, name: &str, actions: &mut Vec<Action>) {
    if quiet_sign(ui, theme, Sign::Export, name).clicked() {
        actions.push(Action::Export(figure));
    }
}

/// A button with a word on it.
pub fn word_button(ui: &mut Ui, theme: &Theme, word: &str, tip: &str) -> Response {
    let galley = ui.painter().layout_no_wrap(word.to_owned(), theme.body(), theme.text);
    let width = (galley.size().x + 2.0 * GRID).max(30.0 * theme.scale);
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(width, BUTTON_HEIGHT * theme.scale), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), word));
    paint_button(ui, theme, &response, |painter, color| {
        painter.galley_with_override_text_color(rect.center() - galley.size() / 2.0, galley, color);
    });
    response.on_hover_text(tip)
}

/// The background of an ordinary button, and what is on it in the colour of its state.
fn paint_button(ui: &Ui, theme: &Theme, response: &Response, sign: impl FnOnce(&egui::Painter, Color32)) {
    if !ui.is_rect_visible(response.rect) {
        return;
    }
    let fill = if response.is_pointer_button_down_on() || response.hovered() {
        theme.raised_hover
    } else {
        theme.raised
    };
    ui.painter().rect_filled(response.rect, CornerRadius::same(RADIUS_SMALL), fill);
    sign(ui.painter(), if ui.is_enabled() { theme.text } else { theme.muted });
}

/// A button with a word on it, as small as a switch.
pub fn small_button(ui: &mut Ui, theme: &Theme, word: &str, tip: &str) -> Response {
    let text = RichText::new(word).font(theme.small()).color(theme.text);
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(6.0, 1.0);
        ui.add(Button::new(text).corner_radius(RADIUS_SMALL).min_size(vec2(0.0, 18.0 * theme.scale)))
    });
    response.inner.on_hover_text(tip)
}
