//! The edges of panels: the background between them, their round corners, their tabs, and the strip to drag them by.

use eframe::egui::{self, CursorIcon, Rect, Sense, Ui, vec2};

use super::pane::{PADDING, Pane, TAB_HEIGHT};
use crate::app::focus;
use crate::app::theme::{GRID, HALF, RADIUS, Theme};

/// Fills the margin around the panels. Their own colour is there already, so that a software adapter fills few pixels
/// twice.
pub(super) fn paint_margin(ui: &Ui, rect: Rect, theme: &Theme) {
    let inside = rect.shrink(GRID);
    let strips = [
        rect.with_max_y(inside.top()),
        rect.with_min_y(inside.bottom()),
        rect.with_max_x(inside.left()),
        rect.with_min_x(inside.right()),
    ];
    for strip in strips {
        ui.painter().rect_filled(strip, 0.0, theme.ground);
    }
}

/// Room around the names of tabs, and whether short names are needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct TabSpace {
    padding: f32,
    is_short: bool,
}

impl Default for TabSpace {
    fn default() -> Self {
        Self { padding: 3.0 * GRID, is_short: false }
    }
}

impl TabSpace {
    /// The space that the tabs of these panels have in so many points: first they move closer together, then they get
    /// shorter names.
    pub(super) fn of(ui: &Ui, theme: &Theme, panes: &[Pane], width: f32) -> Self {
        let padding = |name: fn(Pane) -> &'static str| {
            let wide = |pane: &Pane| {
                let words = name(*pane).to_owned();
                ui.painter().layout_no_wrap(words, theme.body(), theme.text).size().x + 1.0
            };
            let words: f32 = panes.iter().map(wide).sum();
            ((width - words) / panes.len() as f32 - 2.0).min(3.0 * GRID)
        };
        let long = padding(Pane::title);
        if long >= GRID {
            return Self { padding: long, is_short: false };
        }
        Self { padding: padding(Pane::short_title).max(HALF), is_short: true }
    }
}

/// A tab: a word on the background; the active one is over a line in the accent colour. The name is long and short.
pub(super) fn tab_ui(
    ui: &mut Ui,
    theme: &Theme,
    id: egui::Id,
    [title, short]: [&str; 2],
    TabSpace { padding, is_short }: TabSpace,
    is_active: bool,
) -> egui::Response {
    let words = if is_short { short } else { title };
    let color = if is_active { theme.text } else { theme.muted };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme.body(), color);
    let (_, rect) = ui.allocate_space(vec2(galley.size().x + padding, ui.available_height()));
    // Tab goes to the active one, the arrow keys to the others.
    let sense = if is_active { Sense::click_and_drag() } else { Sense::CLICK | Sense::DRAG };
    let response = ui.interact(rect, id, sense);
    response.widget_info(|| egui::WidgetInfo::selected(egui::accesskit::Role::Tab, true, is_active, title));
    let face = rect.with_max_y(rect.bottom() - HALF - 1.0);
    let is_pointed_at = response.hovered() || response.has_focus();
    let color = if is_pointed_at { theme.text } else { color };
    let at = face.center() - 0.5 * galley.size();
    ui.painter().galley_with_override_text_color(at, galley.clone(), color);
    if is_active {
        ui.painter().galley_with_override_text_color(
            at + vec2(1.0 / ui.pixels_per_point(), 0.0),
            galley,
            color,
        );
        let line = face.shrink2(vec2((0.5 * padding).min(GRID), 0.0));
        ui.painter().hline(line.x_range(), face.bottom() - 1.0, egui::Stroke::new(2.0, theme.accent));
    }
    response
}

/// Fills the gaps around a line of tabs.
pub(super) fn paint_around_tabs(ui: &Ui, rect: Rect, theme: &Theme) {
    let bar = rect.with_min_y(rect.top() - TAB_HEIGHT * theme.scale).with_max_y(rect.top());
    let reach = HALF + 1.0;
    let painter = ui.painter().with_clip_rect(bar.expand(reach));
    let strips = [
        Rect::from_min_max(bar.min - vec2(reach, reach), bar.right_top() + vec2(reach, 0.0)),
        Rect::from_min_max(bar.min - vec2(reach, 0.0), bar.left_bottom()),
        Rect::from_min_max(bar.right_top(), bar.max + vec2(reach, 0.0)),
    ];
    for strip in strips {
        painter.rect_filled(strip, 0.0, theme.ground);
    }
}

/// The round edge of a panel, and beyond it the background up to the middle of the gap.
pub(super) fn paint_edge(ui: &Ui, rect: Rect, theme: &Theme) {
    let corner = egui::CornerRadius::same(RADIUS);
    // A point more than half the gap, so that the halves of two neighbours leave no seam.
    let ground = egui::Stroke::new(HALF + 1.0, theme.ground);
    let painter = ui.painter().with_clip_rect(rect.expand(HALF + 1.0));
    painter.rect_stroke(rect, corner, ground, egui::StrokeKind::Outside);
    painter.rect_stroke(rect, corner, theme.line_stroke(), egui::StrokeKind::Inside);
}

/// The strip by which a panel is dragged; what the panel draws there senses the pointer first. It senses clicks so that a
/// drag begins with a movement: one that began with the press would cover every button on it.
pub(super) fn title_line(ui: &Ui, rect: Rect, pane: Pane, theme: &Theme) -> egui::Response {
    let height = PADDING.y + 20.0 * theme.scale;
    let strip = Rect::from_min_size(rect.min, vec2(rect.width(), height.min(rect.height())));
    let response = ui.interact(strip, focus::anchor(pane), focus::anchor_sense(ui, pane));
    if response.dragged() { response.on_hover_cursor(CursorIcon::Grabbing) } else { response }
}
