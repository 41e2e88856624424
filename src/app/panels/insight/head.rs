//! The head of an entry of Insight.

use eframe::egui::{Align, Layout, Ui};

use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::insight_choice::{Entry, InsightAction};
use crate::app::theme::HALF;
use crate::app::widgets::{export_button, heading, muted_where_it_fits, switch};
use crate::engine::CardView;
use crate::look::count_label;

/// The title of an entry, when its card was made, and what can be done with it.
pub fn head_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    entry: Entry,
    view: Option<&CardView>,
    exported: Option<Figure>,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.set_min_height(18.0 * cx.theme.scale);
        heading(ui, cx.theme, entry.title());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = HALF;
            let mut exports = Vec::new();
            if let Some(figure) = exported {
                export_button(ui, cx.theme, figure, &format!("Export {}", entry.title()), &mut exports);
            }
            if !exports.is_empty() {
                // The card that is chosen is exported.
                actions.push(Action::Insight(InsightAction::Show(entry)));
                actions.extend(exports);
            }
            let was_pinned = cx.state.insight.pinned.contains(&entry);
            let mut is_pinned = was_pinned;
            switch(ui, cx.theme, "keep", &mut is_pinned, "stays when another card is chosen, up to four");
            if is_pinned != was_pinned {
                actions.push(Action::Insight(InsightAction::Pin(entry)));
            }
            if let Some(view) = view {
                muted_where_it_fits(ui, cx.theme, &format!("step {}", count_label(view.step)));
            }
        });
    });
}
