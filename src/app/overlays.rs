//! What is drawn in front of the panels: the gallery, the help, the tour, a path to be typed, and the meaning of a word.

use eframe::egui::Context;

use super::action::Action;
use super::dropped::dropped_ui;
use super::help::{TourOutcome, help_ui, hint_ui, tour_ui};
use super::{App, gallery};

impl App {
    /// Whether something covers all that keys act on.
    pub(super) fn is_covered(&self) -> bool {
        self.screen.help.is_some() || self.screen.gallery.is_some() || self.files.dialogs.is_typing()
    }

    /// Draws what is in front, and gathers what was asked for there.
    pub(super) fn draw_in_front(&mut self, ctx: &Context) -> Vec<Action> {
        let mut actions: Vec<Action> = self.files.dialogs.typed_ui(ctx, &self.theme).into_iter().collect();
        if let Some(gallery) = &mut self.screen.gallery {
            let outcome = gallery::gallery_ui(ctx, &self.state, &self.theme, gallery);
            actions.extend(outcome.chosen);
            if outcome.is_closed {
                self.screen.gallery = None;
            }
        }
        if let Some(help) = &mut self.screen.help {
            let outcome = help_ui(ctx, &self.theme, help);
            if outcome.is_closed {
                self.screen.help = None;
            }
            actions.extend(outcome.starts_tour.then_some(Action::StartTour));
        }
        actions.extend(dropped_ui(ctx, &self.theme));
        self.draw_tour(ctx);
        hint_ui(ctx, &self.theme);
        self.screen.keyboard.ring_ui(ctx, &self.theme, self.screen.visible.panels());
        actions
    }

    /// The tour comes by itself the first time the window is opened, once there are points to show.
    fn draw_tour(&mut self, ctx: &Context) {
        let has_points = self.state.run().is_some_and(|run| run.views.cloud.is_some());
        if self.screen.tour_is_due && has_points {
            self.start_tour();
        }
        if self.is_covered() {
            return;
        }
        let Some(tour) = &mut self.screen.tour else { return };
        match tour_ui(ctx, &self.state, &self.theme, &self.screen.visible, tour) {
            TourOutcome::Shown => {}
            TourOutcome::Turned => self.window.layout.bring_forward(tour.pane()),
            TourOutcome::Over => self.screen.tour = None,
        }
    }

    /// Begins the tour. It has been seen then, and does not come back by itself.
    pub(super) fn start_tour(&mut self) {
        self.screen.tour = Some(Default::default());
        self.screen.tour_is_due = false;
        self.window.has_seen_tour = true;
    }
}
