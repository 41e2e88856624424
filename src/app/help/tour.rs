//! Four steps that show a newcomer what the window is about. It comes by itself once, and later only when it is asked for.

use eframe::egui::{
    self, Align2, Area, Context, CornerRadius, Id, Key, LayerId, Modifiers, Order, Rect, RichText, Stroke,
    StrokeKind, Vec2, pos2, vec2,
};

use crate::app::layout::{Pane, Visible};
use crate::app::state::AppState;
use crate::app::theme::{GRID, RADIUS, Theme};
use crate::app::widgets::{muted, primary_button};

/// Width of the card, in points.
const WIDTH: f32 = 290.0;
/// About how high it is.
const HEIGHT: f32 = 170.0;

/// The panel that each step is about.
const PANES: [Pane; 4] = [Pane::Hourglass, Pane::Latent, Pane::Latent, Pane::Curves];

/// The tour while it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tour {
    step: usize,
}

/// What came of the tour in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourOutcome {
    /// It goes on.
    Shown,
    /// It goes on with another step.
    Turned,
    /// It is over, or was left.
    Over,
}

impl Tour {
    /// The panel that the step is about.
    pub fn pane(self) -> Pane {
        PANES[self.step]
    }

    /// What the step says.
    fn words(self, state: &AppState) -> [String; 2] {
        let numbers = state.run().map_or(2, |run| run.recipe.model.code.max(1));
        let numbers = match numbers {
            1 => "one number".to_owned(),
            2 => "two numbers".to_owned(),
            many => format!("{many} numbers"),
        };
        let [title, text] = match self.step {
            0 => [
                format!("An image becomes {numbers}"),
                format!(
                    "On the left an image goes in. In the middle it is reduced to {numbers}, its code. On the \
                     right the decoder turns the code back into an image. The network is trained to make the two \
                     images alike."
                ),
            ],
            1 => [
                "Each point is an image".to_owned(),
                "A point is the code of an image; its colour is the class of the image. Similar images end up \
                 close together, although the network is never told what they show."
                    .to_owned(),
            ],
            2 => [
                "Drag here".to_owned(),
                "Drag the white circle across the map. Beside the map you see the image that the network decodes \
                 there."
                    .to_owned(),
            ],
            _ => [
                "Watch this fall".to_owned(),
                "The curve shows the reconstruction error at each step. Move a slider on the left and see what it \
                 does here. The line at the bottom of the window says how training is going, and ? explains words \
                 and keys."
                    .to_owned(),
            ],
        };
        [title, text]
    }
}

/// Draws the step: an edge around its panel, and a card beside it.
pub fn tour_ui(
    ctx: &Context,
    state: &AppState,
    theme: &Theme,
    visible: &Visible,
    tour: &mut Tour,
) -> TourOutcome {
    // The panel may be behind another for a frame.
    let Some(panel) = visible.rect(tour.pane()) else { return TourOutcome::Shown };
    let layer = LayerId::new(Order::Middle, Id::unique("tour edge"));
    let edge = Stroke::new(2.5, theme.accent);
    ctx.layer_painter(layer).rect_stroke(panel, CornerRadius::same(RADIUS), edge, StrokeKind::Outside);
    let size = vec2(WIDTH, HEIGHT) * theme.scale;
    let at = place(panel, ctx.content_rect(), size);
    let before = tour.step;
    let area = Area::new(Id::unique("tour")).order(Order::Foreground).fixed_pos(at).constrain(true);
    let mut is_over = false;
    area.show(ctx, |ui| {
        egui::Frame::popup(ui.style()).stroke(edge).inner_margin(2.0 * GRID).show(ui, |ui| {
            ui.set_width(size.x - 4.0 * GRID);
            let [title, text] = tour.words(state);
            ui.label(RichText::new(title).font(theme.large()).color(theme.text));
            ui.label(RichText::new(text).color(theme.text));
            ui.add_space(GRID);
            ui.horizontal(|ui| {
                let is_last = tour.step + 1 == PANES.len();
                let next = primary_button(ui, theme, None, if is_last { "Start" } else { "Next" });
                if next.clicked() {
                    is_over = is_last;
                    tour.step = (tour.step + 1).min(PANES.len() - 1);
                }
                if tour.step > 0 && ui.button("Back").clicked() {
                    tour.step -= 1;
                }
                if !is_last && ui.button("Skip").on_hover_text("Esc").clicked() {
                    is_over = true;
                }
                muted(ui, theme, format!("{} of {}", tour.step + 1, PANES.len()));
            });
        });
    });
    is_over |= ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    match (is_over, tour.step == before) {
        (true, _) => TourOutcome::Over,
        (false, true) => TourOutcome::Shown,
        (false, false) => TourOutcome::Turned,
    }
}

/// Where the card is: beside its panel where there is room, else below it, else inside.
fn place(panel: Rect, screen: Rect, size: Vec2) -> egui::Pos2 {
    if panel.left() - GRID - size.x >= screen.left() {
        return pos2(panel.left() - GRID - size.x, panel.top() + GRID);
    }
    if panel.bottom() + GRID + size.y <= screen.bottom() {
        return pos2(panel.center().x - 0.5 * size.x, panel.bottom() + GRID);
    }
    if panel.right() + GRID + size.x <= screen.right() {
        return pos2(panel.right() + GRID, panel.top() + GRID);
    }
    Align2::RIGHT_BOTTOM.align_size_within_rect(size, panel.shrink(GRID)).min
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_is_on_the_screen_and_beside_its_panel_where_there_is_room() {
        let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 800.0));
        let size = vec2(290.0, 170.0);
        let panels = [
            Rect::from_min_size(pos2(230.0, 55.0), vec2(690.0, 160.0)),
            Rect::from_min_size(pos2(230.0, 230.0), vec2(690.0, 530.0)),
            Rect::from_min_size(pos2(930.0, 55.0), vec2(340.0, 370.0)),
        ];
        for (panel, is_beside) in panels.into_iter().zip([true, true, true]) {
            let card = Rect::from_min_size(place(panel, screen, size), size);
            assert!(screen.contains_rect(card), "{card:?}");
            assert_eq!(!card.intersects(panel), is_beside, "{panel:?}: {card:?}");
        }
        let card = Rect::from_min_size(place(screen, screen, size), size);
        assert!(screen.contains_rect(card));
    }
}
