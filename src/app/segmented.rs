//! Words side by side of which one is chosen. For the keyboard they are one control: the arrow keys choose.

use eframe::egui::{
    Align2, CornerRadius, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, vec2,
};

use super::focus::{arrow, keep_arrows};
use super::theme::{HALF, RADIUS_SMALL, Theme};

/// One of the words.
#[derive(Clone, Debug)]
pub struct Segment<'a, T> {
    /// What it stands for.
    pub value: T,
    /// The word.
    pub word: &'a str,
    /// What it means; or why it cannot be chosen.
    pub tip: &'a str,
    /// Whether it can be chosen.
    pub is_enabled: bool,
}

impl<'a, T> Segment<'a, T> {
    /// A word that can be chosen.
    pub fn new(value: T, word: &'a str, tip: &'a str) -> Self {
        Self { value, word, tip, is_enabled: true }
    }

    /// The same word; where there is a reason against it, it cannot be chosen.
    pub fn unless(self, reason: Option<&'a str>) -> Self {
        match reason {
            Some(tip) => Self { tip, is_enabled: false, ..self },
            None => self,
        }
    }
}

/// Draws the words, wrapped where they do not fit. Returns whether another one was chosen.
pub fn segmented_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    theme: &Theme,
    chosen: &mut T,
    segments: &[Segment<'_, T>],
) -> bool {
    let enabled: Vec<usize> = (0..segments.len()).filter(|at| segments[*at].is_enabled).collect();
    let current = enabled.iter().position(|at| segments[*at].value == *chosen);
    // The one that takes the keyboard: the chosen one, or the first where none is.
    let stop = enabled.get(current.unwrap_or(0)).copied();
    let mut next = None;
    let responses: Vec<Response> = ui
        .horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(2.0);
            let one = |(at, segment): (usize, &Segment<'_, T>)| {
                let response = segment_ui(ui, theme, segment, *chosen == segment.value, stop == Some(at));
                if response.clicked() && segment.is_enabled {
                    next = Some(at);
                }
                response
            };
            segments.iter().enumerate().map(one).collect()
        })
        .inner;
    if let Some(at) = stop.filter(|at| responses[*at].has_focus()) {
        keep_arrows(ui, responses[at].id);
        let place = current.unwrap_or(0);
        let step = arrow(ui);
        let to = place.saturating_add_signed(step).min(enabled.len() - 1);
        if step != 0 && to != place {
            next = Some(enabled[to]);
            responses[enabled[to]].request_focus();
        }
    }
    let Some(next) = next.filter(|at| segments[*at].value != *chosen) else { return false };
    *chosen = segments[next].value;
    true
}

fn segment_ui<T>(
    ui: &mut Ui,
    theme: &Theme,
    segment: &Segment<'_, T>,
    is_chosen: bool,
    takes_keyboard: bool,
) -> Response {
    let font = theme.small();
    let galley = ui.painter().layout_no_wrap(segment.word.to_owned(), font.clone(), theme.text);
    let size = vec2(galley.size().x + 14.0, 20.0 * theme.scale);
    let sense = match (segment.is_enabled, takes_keyboard) {
        (false, _) => Sense::hover(),
        (true, true) => Sense::click(),
        (true, false) => Sense::CLICK,
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response
        .widget_info(|| WidgetInfo::selected(Role::RadioButton, segment.is_enabled, is_chosen, segment.word));
    if ui.is_rect_visible(rect) {
        let corner = CornerRadius::same(RADIUS_SMALL);
        let (fill, edge) = match (is_chosen, response.hovered() && segment.is_enabled) {
            (true, _) => (theme.faded(theme.accent, 0.3), theme.accent),
            (false, true) => (theme.raised_hover, theme.line),
            (false, false) => (theme.raised, theme.line),
        };
        let (fill, edge) = match segment.is_enabled {
            true => (fill, edge),
            false => (theme.panel, theme.faded(theme.line, 0.6)),
        };
        ui.painter().rect(rect, corner, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        let color = if segment.is_enabled { theme.text } else { theme.faded(theme.muted, 0.7) };
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, segment.word, font, color);
    }
    response.on_hover_text(segment.tip)
}

/// A line above words to choose from.
pub fn choice_title(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.add_space(HALF);
    super::widgets::muted(ui, theme, words);
}
