//! Every colour and size of the window, light and dark.
//!
//! Chrome is quiet, saturated colour belongs to data. Everything sits on a grid of 8 points; there are three sizes of
//! type. Terms of the objective keep their colour in curve, slider and formula; classes have a colour and a glyph.

use eframe::egui::{self, Color32, FontFamily, FontId, Stroke, TextStyle};

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
const SIMPLE_SCALE: f32 = 1.4;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Look {
    /// Light on dark, for a screen.
    #[default]
    Dark,
    /// Dark on light, for a projector and for print.
    Light,
}

impl Look {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

/// Every colour and size of the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Light or dark.
    pub look: Look,
    /// Text and controls are this many times their ordinary size.
    pub scale: f32,
    /// Behind everything.
    pub ground: Color32,
    /// Of a panel.
    pub panel: Color32,
    /// Of a button or a field.
    pub raised: Color32,
    /// Of a button under the pointer.
    pub raised_hover: Color32,
    /// Edges and rules, one point wide.
    pub line: Color32,
    /// Of text that matters.
    pub text: Color32,
    /// Of text that explains.
    pub muted: Color32,
    /// Of the one thing to press, of stamps and of the selection.
    pub accent: Color32,
    /// Of text on the accent.
    pub on_accent: Color32,
    /// Of what is going well.
    pub good: Color32,
    /// Of what went wrong.
    pub problem: Color32,
    /// The reconstruction term.
    pub reconstruction: Color32,
    /// The KL term and β.
    pub kl: Color32,
    /// Sparsity and its λ.
    pub sparsity: Color32,
    /// The distance from a target rate, its weight and ρ.
    pub rate: Color32,
    /// The contractive penalty and its λ.
    pub contractive: Color32,
    /// The objective, the sum of all terms.
    pub objective: Color32,
    /// Behind pictures, which are grey on black in both looks.
    pub picture: Color32,
    /// Lines, rings and words drawn over a picture.
    pub over_picture: Color32,
    /// The draggable point over a picture.
    pub marker: Color32,
    /// One colour per class; there are as many as class glyphs.
    pub classes: [Color32; 10],
}

impl Theme {
    /// The theme of a look; the simple layout has larger type.
    pub fn new(look: Look, simple: bool) -> Self {
        let theme = match look {
            Look::Dark => Self::dark(),
            Look::Light => Self::light(),
        };
        Self { scale: if simple { SIMPLE_SCALE } else { 1.0 }, ..theme }
    }

    /// The colours of what lies over pictures, which are dark in both looks: those that stand out on dark.
    pub fn on_pictures() -> Self {
        Self::dark()
    }

    fn dark() -> Self {
        Self {
            look: Look::Dark,
            scale: 1.0,
            ground: rgb(0x101317),
            panel: rgb(0x171b21),
            raised: rgb(0x1d222a),
            raised_hover: rgb(0x272e38),
            line: rgb(0x262d37),
            text: rgb(0xdfe5ec),
            muted: rgb(0x8a95a3),
            accent: rgb(0x6aa7ff),
            on_accent: rgb(0xffffff),
            good: rgb(0x37c2b0),
            problem: rgb(0xff7b72),
            reconstruction: rgb(0x37c2b0),
            kl: rgb(0xf0a840),
            sparsity: rgb(0xd77bd0),
            rate: rgb(0xa594f9),
            contractive: rgb(0xf47a8e),
            objective: rgb(0xdfe5ec),
            picture: rgb(0x000000),
            over_picture: rgb(0xb9c2cd),
            marker: rgb(0xffffff),
            // Paul Tol's bright set, with orange, mint and violet to make ten.
            classes: [
                0x4477aa, 0xee6677, 0x228833, 0xccbb44, 0x66ccee, 0xaa3377, 0xbbbbbb, 0xee8866, 0x44bb99,
                0x9988dd,
            ]
            .map(rgb),
        }
    }

    fn light() -> Self {
        Self {
            look: Look::Light,
            scale: 1.0,
            ground: rgb(0xf4f5f7),
            panel: rgb(0xffffff),
            raised: rgb(0xf0f2f5),
            raised_hover: rgb(0xe4e8ed),
            line: rgb(0xdde1e7),
            text: rgb(0x1d232b),
            muted: rgb(0x626d7b),
            accent: rgb(0x1f6fe0),
            on_accent: rgb(0xffffff),
            good: rgb(0x0b8f80),
            problem: rgb(0xc0362c),
            reconstruction: rgb(0x0b8f80),
            kl: rgb(0xb96f00),
            sparsity: rgb(0xa2369b),
            rate: rgb(0x5c4bc4),
            contractive: rgb(0xbe2d50),
            objective: rgb(0x1d232b),
            picture: rgb(0x000000),
            over_picture: rgb(0xc8d0da),
            marker: rgb(0xffffff),
            // The dark look's classes, each deep enough to stand on white.
            classes: [
                0x2f5f91, 0xd9394d, 0x1b6e29, 0xa3920f, 0x2390b8, 0x8c1f5f, 0x6b7280, 0xd0571f, 0x1f8f70,
                0x6a55c2,
            ]
            .map(rgb),
        }
    }

    /// Whether the ground is dark.
    pub fn is_dark(&self) -> bool {
        self.look == Look::Dark
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

    /// The colour of the term that a live parameter weighs, or of the accent for what weighs none.
    pub fn parameter(&self, key: &str) -> Color32 {
        match key {
            "objective.beta" | "objective.free_bits" => self.kl,
            "objective.sparsity" | "dictionary.lambda" => self.sparsity,
            "objective.rate" | "objective.target_rate" => self.rate,
            "objective.contractive" => self.contractive,
            _ => self.accent,
        }
    }

    /// The colour of a class; more than ten begin again, and then the glyph tells them apart.
    pub fn class(&self, class: usize) -> Color32 {
        self.classes[class % self.classes.len()]
    }

    /// A colour between the ground of a panel and an accent, for activations: 0 is silent, 1 is loud.
    pub fn activation(&self, loudness: f32) -> Color32 {
        let silent = if self.is_dark() { self.raised } else { rgb(0xe9edf2) };
        silent.lerp_to_gamma(self.accent, loudness.clamp(0.0, 1.0))
    }

    /// The same, for an activation below zero.
    pub fn activation_negative(&self, loudness: f32) -> Color32 {
        let silent = if self.is_dark() { self.raised } else { rgb(0xe9edf2) };
        silent.lerp_to_gamma(self.kl, loudness.clamp(0.0, 1.0))
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
        let shade = egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: self.faded(rgb(0), 0.35) };
        visuals.popup_shadow = shade;
        visuals.window_shadow = shade;
    }
}

/// A colour from its usual six hexadecimal digits.
#[expect(clippy::disallowed_methods, reason = "this file is where the colours live")]
const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// A grey pixel as a colour, for pictures that come from the host.
#[expect(clippy::disallowed_methods, reason = "this file is where the colours live")]
pub fn grey(value: f32) -> Color32 {
    Color32::from_gray((value.clamp(0.0, 1.0) * 255.0).round() as u8)
}

/// A coloured pixel as a colour.
#[expect(clippy::disallowed_methods, reason = "this file is where the colours live")]
pub fn color(channels: [f32; 3]) -> Color32 {
    let [r, g, b] = channels.map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8);
    Color32::from_rgb(r, g, b)
}

/// A difference from −1 (blue) over 0 (black) to 1 (red), on a dark ground as pictures have.
pub fn difference(value: f32) -> Color32 {
    let loud = value.abs().clamp(0.0, 1.0).sqrt();
    if value < 0.0 {
        color([0.16 * loud, 0.36 * loud, loud])
    } else {
        color([loud, 0.26 * loud, 0.12 * loud])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far apart two colours look, by the weights of red, green and blue in sight.
    fn apart(a: Color32, b: Color32) -> f32 {
        let [r, g, b] = [(a.r(), b.r(), 0.9), (a.g(), b.g(), 1.2), (a.b(), b.b(), 0.7)]
            .map(|(a, b, weight)| weight * (f32::from(a) - f32::from(b)).abs());
        r + g + b
    }

    /// The contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |color: Color32| {
            let linear = [color.r(), color.g(), color.b()].map(|byte| {
                let value = f32::from(byte) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn terms_are_read_on_a_panel_and_told_apart() {
        for look in [Look::Dark, Look::Light] {
            let theme = Theme::new(look, false);
            let terms = [theme.reconstruction, theme.kl, theme.sparsity, theme.rate, theme.contractive];
            for (i, term) in terms.iter().enumerate() {
                let ratio = contrast(*term, theme.panel);
                assert!(ratio >= 3.9, "term {i} in {look:?}: contrast {ratio:.2}");
                for (j, other) in terms.iter().enumerate().skip(i + 1) {
                    let apart = apart(*term, *other);
                    assert!(apart > 45.0, "terms {i} and {j} in {look:?} are only {apart:.0} apart");
                }
            }
        }
    }
}
