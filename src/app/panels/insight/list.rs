//! The list of what can be asked: cards under the questions that they help to answer.

use eframe::egui::{
    Align2, CornerRadius, Rect, RichText, ScrollArea, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::focus::Group;
use crate::app::insight_choice::{Entry, InsightAction};
use crate::app::theme::{HALF, RADIUS_SMALL};
use crate::app::widgets::muted;
use crate::engine::Question;

/// Height of an entry, in points at ordinary size.
const ENTRY: f32 = 22.0;

/// Draws the list; the card that was chosen last is marked, those that stay have a dot.
pub fn list_ui(ui: &mut Ui, cx: &PanelContext<'_>, offered: &[Entry], shown: &[Entry]) -> Vec<Action> {
    let mut actions = Vec::new();
    ScrollArea::vertical().id_salt("questions").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let mut group = Group::new(ui, "questions", offered.len());
        let mut question: Option<Question> = None;
        for (number, entry) in offered.iter().enumerate() {
            if question.replace(entry.question()) != Some(entry.question()) {
                ui.add_space(if number == 0 { 0.0 } else { HALF });
                muted(ui, cx.theme, entry.question().words());
            }
            if entry_ui(ui, cx, *entry, shown, number, &mut group) {
                actions.push(Action::Insight(InsightAction::Show(*entry)));
            }
        }
    });
    actions
}

/// One entry; whether it was chosen.
fn entry_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    entry: Entry,
    shown: &[Entry],
    number: usize,
    group: &mut Group,
) -> bool {
    let is_chosen = shown.first() == Some(&entry);
    let color = if is_chosen { cx.theme.text } else { cx.theme.muted };
    let margin = HALF + 2.0;
    let width = ui.available_width();
    let words = entry.title().to_owned();
    let galley = ui.painter().layout(words, cx.theme.small(), color, width - 2.0 * margin);
    let height = (ENTRY * cx.theme.scale).max(galley.size().y + HALF);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), group.sense(number));
    group.note(ui, number, &response);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, entry.title()));
    if !ui.is_rect_visible(rect) {
        return response.clicked();
    }
    if is_chosen || response.hovered() {
        let fill = if is_chosen { cx.theme.faded(cx.theme.accent, 0.3) } else { cx.theme.raised };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS_SMALL), fill);
    }
    let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect.shrink2(vec2(margin, 0.0)));
    ui.painter().galley(at.min, galley, color);
    if shown.contains(&entry) && !is_chosen {
        ui.painter().circle_filled(pos2(rect.left() + 2.0, rect.center().y), 2.0, cx.theme.accent);
    }
    response.clicked()
}

/// The chosen card in one line, which opens a menu of all.
pub fn menu_ui(ui: &mut Ui, cx: &PanelContext<'_>, offered: &[Entry], chosen: Entry) -> Vec<Action> {
    let mut actions = Vec::new();
    let title = RichText::new(chosen.title()).font(cx.theme.small()).color(cx.theme.text);
    ui.style_mut().wrap_mode = Some(eframe::egui::TextWrapMode::Truncate);
    ui.menu_button(title, |ui| {
        ScrollArea::vertical().show(ui, |ui| {
            let mut question: Option<Question> = None;
            for entry in offered {
                if question.replace(entry.question()) != Some(entry.question()) {
                    muted(ui, cx.theme, entry.question().words());
                }
                if ui.selectable_label(*entry == chosen, entry.title()).clicked() {
                    actions.push(Action::Insight(InsightAction::Show(*entry)));
                }
            }
        });
    });
    actions
}

/// Where so many cards go: one takes all, two are side by side or one above the other, more make two rows.
pub fn places(space: Rect, count: usize, gap: f32) -> Vec<Rect> {
    let columns = match count {
        0 | 1 => 1,
        2 if space.width() < space.height() => 1,
        _ => 2,
    };
    let rows = count.div_ceil(columns).max(1);
    let size = vec2(
        (space.width() - gap * (columns - 1) as f32) / columns as f32,
        (space.height() - gap * (rows - 1) as f32) / rows as f32,
    );
    let place = |number: usize| {
        let at = vec2((number % columns) as f32 * (size.x + gap), (number / columns) as f32 * (size.y + gap));
        Rect::from_min_size(space.min + at, size)
    };
    (0..count).map(place).collect()
}

#[cfg(test)]
mod tests {
    use eframe::egui::Pos2;

    use super::*;

    #[test]
    fn cards_share_the_space_without_overlaps() {
        for size in [vec2(800.0, 400.0), vec2(300.0, 600.0)] {
            let space = Rect::from_min_size(Pos2::new(5.0, 7.0), size);
            for count in 1..=4 {
                let places = places(space, count, 8.0);
                assert_eq!(places.len(), count);
                for (k, place) in places.iter().enumerate() {
                    assert!(space.expand(0.01).contains_rect(*place), "{place} in {space}");
                    assert!(places[..k].iter().all(|other| !other.shrink(0.1).intersects(*place)));
                }
            }
        }
        let tall = Rect::from_min_size(Pos2::ZERO, vec2(300.0, 600.0));
        assert_eq!(places(tall, 2, 8.0)[1].left(), 0.0, "one above the other");
    }
}
