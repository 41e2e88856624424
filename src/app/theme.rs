//! The palette as egui has it, and the sizes of the window.
//!
//! Colours are chosen in [`crate::look`], for window and figures alike. Everything sits on a grid of 8 points; there are
//! three sizes of type.

use std::ops::Deref;

use eframe::egui::{self, Color32, FontFamily, FontId, Stroke, TextStyle};

pub use crate::look::ColorScheme;
use crate::look::{DataColor, Palette, Rgb};

/// The step of the layout grid, in points.
pub const GRID: f32 = 8.0;
/// Half a step, for things that belong together.
pub const HALF: f32 = 4.0;
/// How round a panel's corners are.
pub const RADIUS: u8 = 8;
/// How round a button's or a picture's corners are.
pub const RADIUS_SMALL: u8 = 5;
/// Space between a panel's edge and what it holds.
pub const PANEL_PADDING: f32 = 12.0;
/// Height of the bar on top.
pub const TOP_BAR_HEIGHT: f32 = 46.0;
/// Height of the line of words at the bottom.
pub const STATUS_HEIGHT: f32 = 28.0;
/// Height of an ordinary button.
pub const BUTTON_HEIGHT: f32 = 27.0;
/// Width of the left column.
pub const SIDE_WIDTH: f32 = 212.0;

/// How much larger everything is in the simple layout, which is read from the back of a classroom.
const SIMPLE_SCALE: f32 = 1.45;

/// The colours of one scheme as egui has them, and the sizes that go with them.
///
/// A theme derefs to its palette, so that `theme.text` is the colour of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Light or dark.
    pub scheme: ColorScheme,
    /// Text and controls are this many times their ordinary size.
    pub scale: f32,
    palette: Palette<Color32>,
}

impl Deref for Theme {
    type Target = Palette<Color32>;

    fn deref(&self) -> &Palette<Color32> {
        &self.palette
    }
}

impl Theme {
    /// Whether it is that of the simple layout.
    pub fn is_simple(&self) -> bool {
        self.scale > 1.0
    }

    /// The theme of a scheme; the simple layout has larger type.
    pub fn new(scheme: ColorScheme, simple: bool) -> Self {
        let scale = if simple { SIMPLE_SCALE } else { 1.0 };
        Self { scheme, scale, palette: scheme.palette().map(color) }
    }

    /// The colours of what lies over pictures, which are dark in both schemes: those that stand out on dark.
    pub fn on_pictures() -> Self {
        Self::new(ColorScheme::Dark, false)
    }

    /// Whether the ground is dark.
    pub fn is_dark(&self) -> bool {
        self.scheme == ColorScheme::Dark
    }

    /// Type for reading: 12.5 points.
    pub fn body(&self) -> FontId {
        FontId::proportional(12.5 * self.scale)
    }

    /// Type for explaining: 11 points.
    pub fn small(&self) -> FontId {
        FontId::proportional(11.0 * self.scale)
    }

    /// Type for what is read first: 15 points.
    pub fn large(&self) -> FontId {
        FontId::proportional(15.0 * self.scale)
    }

    /// A rule or an edge.
    pub fn line_stroke(&self) -> Stroke {
        Stroke::new(1.0, self.line)
    }

    /// The colour of the term that a live parameter belongs to, or the accent for a parameter of none.
    pub fn parameter(&self, key: &str) -> Color32 {
        self.data(DataColor::of_parameter(key))
    }

    /// A colour between the ground of a panel and an accent, for activations from 0 to 1.
    pub fn activation(&self, strength: f32) -> Color32 {
        self.inactive.lerp_to_gamma(self.accent, strength.clamp(0.0, 1.0))
    }

    /// The same, for an activation below zero.
    pub fn activation_negative(&self, strength: f32) -> Color32 {
        self.inactive.lerp_to_gamma(self.kl, strength.clamp(0.0, 1.0))
    }

    /// A colour that lets what is behind shine through; 1 is solid.
    pub fn faded(&self, color: Color32, opacity: f32) -> Color32 {
        color.gamma_multiply(opacity)
    }

    /// Gives the proportional font the arrows it lacks, from the other font that travels with the program: not every
    /// machine has system fonts.
    pub fn install_fonts(ctx: &egui::Context) {
        let mut fonts = egui::FontDefinitions::default();
        let family = fonts.families.entry(FontFamily::Proportional).or_default();
        let fallback = "Hack".to_owned();
        if !family.contains(&fallback) {
            family.push(fallback);
        }
        ctx.set_fonts(fonts);
    }

    /// Makes egui's own widgets look like the rest.
    pub fn apply(&self, ctx: &egui::Context) {
        let base = if self.is_dark() { egui::Theme::Dark } else { egui::Theme::Light };
        ctx.set_theme(base);
        ctx.all_styles_mut(|style| {
            self.apply_type(style);
            self.apply_spacing(&mut style.spacing);
            self.apply_visuals(&mut style.visuals);
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.4;
        });
    }

    fn apply_type(&self, style: &mut egui::Style) {
        style.text_styles = [
            (TextStyle::Small, self.small()),
            (TextStyle::Body, self.body()),
            (TextStyle::Button, self.body()),
            (TextStyle::Heading, self.large()),
            (TextStyle::Monospace, FontId::new(12.0 * self.scale, FontFamily::Monospace)),
        ]
        .into();
        style.drag_value_text_style = TextStyle::Body;
    }

    fn apply_spacing(&self, spacing: &mut egui::style::Spacing) {
        spacing.item_spacing = egui::vec2(GRID, 6.0);
        spacing.button_padding = egui::vec2(10.0, 4.0);
        spacing.interact_size = egui::vec2(24.0, 22.0 * self.scale);
        spacing.slider_rail_height = 4.0;
        spacing.combo_width = 60.0;
        spacing.tooltip_width = 280.0 * self.scale;
        spacing.menu_margin = egui::Margin::same(6);
        spacing.scroll = egui::style::ScrollStyle { bar_width: 6.0, ..egui::style::ScrollStyle::floating() };
    }

    fn apply_visuals(&self, visuals: &mut egui::Visuals) {
        let corner = egui::CornerRadius::same(RADIUS_SMALL);
        let state = |fill: Color32, edge: Color32, text: Color32| egui::style::WidgetVisuals {
            bg_fill: fill,
            weak_bg_fill: fill,
            bg_stroke: Stroke::new(1.0, edge),
            corner_radius: corner,
            fg_stroke: Stroke::new(1.0, text),
            expansion: 0.0,
        };
        visuals.dark_mode = self.is_dark();
        visuals.widgets.noninteractive = state(self.panel, self.line, self.text);
        visuals.widgets.inactive = state(self.raised, self.raised, self.text);
        visuals.widgets.hovered = state(self.raised_hover, self.line, self.text);
        visuals.widgets.active = state(self.raised_hover, self.accent, self.text);
        visuals.widgets.open = state(self.raised_hover, self.line, self.text);
        visuals.weak_text_color = Some(self.muted);
        visuals.hyperlink_color = self.accent;
        visuals.selection.bg_fill = self.faded(self.accent, 0.3);
        visuals.selection.stroke = Stroke::new(1.0, self.text);
        visuals.panel_fill = self.ground;
        visuals.window_fill = self.panel;
        visuals.window_stroke = self.line_stroke();
        visuals.window_corner_radius = egui::CornerRadius::same(RADIUS);
        visuals.menu_corner_radius = egui::CornerRadius::same(RADIUS);
        visuals.extreme_bg_color = self.ground;
        visuals.faint_bg_color = self.raised;
        visuals.error_fg_color = self.problem;
        visuals.warn_fg_color = self.kl;
        visuals.slider_trailing_fill = true;
        let shade =
            egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: self.faded(Color32::BLACK, 0.35) };
        visuals.popup_shadow = shade;
        visuals.window_shadow = shade;
    }
}

/// A colour as egui has it.
#[expect(clippy::disallowed_methods, reason = "colours come from the palette and the colour maps alone")]
pub fn color([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_has_the_colours_of_the_figures() {
        for scheme in [ColorScheme::Dark, ColorScheme::Light] {
            let opaque = |[r, g, b]: Rgb| [r, g, b, 255];
            let window = Theme::new(scheme, false).palette.map(|color| color.to_array());
            assert_eq!(window, scheme.palette().map(opaque), "{scheme:?}");
        }
    }
}
