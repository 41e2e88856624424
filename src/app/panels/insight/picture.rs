//! The picture of an entry of Insight.

use std::collections::BTreeMap;

use eframe::egui::{Sense, Ui, WidgetInfo, accesskit::Role};

use super::model;
use crate::app::context::PanelContext;
use crate::app::insight_choice::Entry;
use crate::app::scene::{ImageTexture, paint_scene, text_width};
use crate::app::theme::GRID;
use crate::chart::cards::Card;
use crate::chart::scene::Scene;

/// The scenes of the cards that were drawn last, as long as they fit.
#[derive(Debug, Default)]
pub struct InsightMemory {
    pub(super) scenes: BTreeMap<Entry, (model::Key, Scene)>,
}

/// The picture of a card, in all the space that is left. Returns the part that is clicked on, by its number.
pub fn content_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    card: &Card,
    entry: Entry,
    version: u64,
    memory: &mut InsightMemory,
) -> Option<usize> {
    let space = ui.available_rect_before_wrap();
    let sense = if entry == Entry::Sweep { Sense::click() } else { Sense::hover() };
    let response = ui.allocate_rect(space, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("card {}", card.title)));
    if space.width() < GRID || space.height() < 2.0 * GRID {
        return None;
    }
    let key = model::Key {
        version,
        size: space.size().into(),
        scheme: cx.theme.scheme,
        type_size: cx.theme.small().size,
        pixel: 1.0 / ui.pixels_per_point(),
        alarms: cx.state.insight.alarms,
        order: cx.state.insight.order,
    };
    if memory.scenes.get(&entry).is_none_or(|(known, _)| *known != key) {
        memory.scenes.insert(entry, (key, model::scene(card, &key, &text_width(ui))));
    }
    let (_, scene) = memory.scenes.get(&entry)?;
    paint_scene(ui, cx.pictures, scene, space.min, ImageTexture { name: entry.title(), version });
    let [x, y] = (response.hover_pos()? - space.min).into();
    let (part, hint) = scene.hint_at([f64::from(x), f64::from(y)])?;
    let is_clicked = response.clicked();
    response.on_hover_text_at_pointer(hint);
    is_clicked.then_some(part)
}
