//! The menu that chooses what the map shows: what is drawn behind the points, the points, what their colours mean, how many
//! there are.

use eframe::egui::{
    Button, Popup, PopupCloseBehavior, RichText, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, vec2,
};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::state::BenchState;
use crate::app::theme::{HALF, RADIUS_SMALL, Theme};
use crate::app::widgets::muted;
use crate::document::{Background, ColorBy, Layers, Magnify, PointStyle};
use crate::engine::{FieldKind, Whose};
use crate::look::{ColorMap, short_label};

use crate::app::panels::latent::cloud::looks::{gradient, value_color};
use crate::app::panels::latent::sheets::GRIDS;

/// How many points can be chosen; the last is all there are, as far as a cloud reaches.
const COUNTS: [(usize, &str); 4] = [(600, "600"), (2_000, "2,000"), (10_000, "10,000"), (60_000, "all")];

/// The button that opens the menu.
pub fn menu_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    layers: &mut Layers,
    bench: &BenchState,
) -> Option<Action> {
    let text = RichText::new("show").font(cx.theme.small()).color(cx.theme.text);
    let face = Button::new(text).corner_radius(RADIUS_SMALL).min_size(vec2(0.0, 18.0 * cx.theme.scale));
    let button = ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(6.0, 1.0);
        ui.add(face).on_hover_text("what the map shows: background, points and their colours")
    });
    let button = button.inner;
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "what the map shows"));
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.set_max_width(260.0 * cx.theme.scale);
        background_ui(ui, cx.theme, layers);
        points_ui(ui, cx.theme, layers, bench);
        ui.add_space(HALF);
        switches_ui(ui, cx.theme, layers);
        images_ui(ui, cx, bench)
    })
    .and_then(|shown| shown.inner)
}

fn background_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers) {
    section(ui, theme, "behind the points");
    let backgrounds = [
        (Background::Plain, "nothing", "the points alone"),
        (Background::Tiles, "tiles", "the image decoded at every place of the map"),
        (Background::Field(FieldKind::Density), "density", "where the codes of held-out images lie"),
        (
            Background::Field(FieldKind::RoundTrip),
            "round trip",
            "the distance from a place to the code of the image decoded there: where it is as large as the distance of \
             codes from their mean, decoded images cannot be trusted; in a VAE it also grows with the distance from 0, \
             where codes may be dense",
        ),
        (
            Background::Field(FieldKind::Stretch),
            "stretch",
            "how much the decoded image changes with a small step",
        ),
    ];
    choices(ui, theme, &mut layers.background, &backgrounds);
    if layers.background == Background::Tiles {
        section(ui, theme, "how many tiles");
        let tip = "the number of tiles in all; more of them take longer to decode";
        let counts = GRIDS.map(|(count, name)| (count, name, tip));
        choices(ui, theme, &mut layers.tiles_across, &counts);
    }
}

fn points_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers, bench: &BenchState) {
    section(ui, theme, "codes of images");
    let styles = [
        (PointStyle::Glyphs, "points", "one point per image"),
        (
            PointStyle::Thumbnails,
            "images",
            "the images themselves, as many as fit without covering each other",
        ),
        (PointStyle::Hidden, "none", "the background alone"),
    ];
    choices(ui, theme, &mut layers.points, &styles);
    section(ui, theme, "colour says");
    choices(ui, theme, &mut layers.color, &color_choices(bench));
    section(ui, theme, "how many points");
    let counts = COUNTS.map(|(count, name)| (count, name, "more points take longer to encode"));
    choices(ui, theme, &mut layers.count, &counts);
    section(ui, theme, "of which images");
    let whose = [
        (
            Whose::Both,
            "both",
            "half held-out images, half training images, as far as there are enough of both",
        ),
        (Whose::HeldOut, "held-out", "images that the network is not trained on"),
        (Whose::TrainedOn, "trained on", "images that the network is trained on"),
    ];
    choices(ui, theme, &mut layers.whose, &whose);
}

fn switches_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers) {
    ui.horizontal(|ui| {
        let tip = "one and two standard deviations of the prior";
        let name = RichText::new("rings of the prior").font(theme.small());
        ui.checkbox(&mut layers.has_rings, name).on_hover_text(tip);
        let tip = "arrows at the codes of the picked images, or of a few: where a gradient step on the reconstruction and \
                   on the penalty would move them; Ctrl+click picks an image";
        let name = RichText::new("gradients at codes").font(theme.small());
        ui.checkbox(&mut layers.has_arrows, name).on_hover_text(tip);
    });
}

/// How images look, everywhere in the window. Colour images keep their own colours.
fn images_ui(ui: &mut Ui, cx: &PanelContext<'_>, bench: &BenchState) -> Option<Action> {
    let before = cx.pictures.look();
    let mut look = before;
    if bench.dataset.shape.channels == 1 {
        section(ui, cx.theme, "colours of images");
        let tip = "for every image in the window and in exported figures";
        choices(ui, cx.theme, &mut look.tint, &ColorMap::OF_IMAGES.map(|tint| (tint, tint.name(), tip)));
    }
    let mut is_smooth = look.magnify == Magnify::Smoothly;
    let name = RichText::new("smooth images").font(cx.theme.small());
    let tip = "magnified pixels are interpolated; otherwise they stay squares, as the network sees them";
    ui.checkbox(&mut is_smooth, name).on_hover_text(tip);
    look.magnify = if is_smooth { Magnify::Smoothly } else { Magnify::Squares };
    (look != before).then_some(Action::DrawImages(look))
}

/// Class, error, and whatever is known of the images.
fn color_choices(bench: &BenchState) -> Vec<(ColorBy, &'static str, &'static str)> {
    let factors = bench.dataset.factors.iter().enumerate();
    let factors =
        factors.map(|(k, f)| (ColorBy::Factor(k), f.name, "a factor that the images were generated with"));
    let first = [
        (ColorBy::Class, "class", "what the image shows"),
        (
            ColorBy::Error,
            "error",
            "reconstruction error: squared error, summed over pixels. The skip connections of a U-Net come from the \
             image here, and are not zero as on the map",
        ),
    ];
    first.into_iter().chain(factors).collect()
}

fn section(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.add_space(HALF);
    muted(ui, theme, words);
}

/// A row of words of which one is chosen.
fn choices<T: Copy + PartialEq>(ui: &mut Ui, theme: &Theme, chosen: &mut T, all: &[(T, &str, &str)]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(2.0);
        for (value, name, tip) in all {
            let text = RichText::new(*name).font(theme.small());
            if ui.selectable_label(chosen == value, text).on_hover_text(*tip).clicked() {
                *chosen = *value;
            }
        }
    });
}

/// The colours of values and the numbers at their ends, in place of the legend of classes.
pub fn value_scale_ui(ui: &mut Ui, theme: &Theme, range: [f32; 2]) {
    let [low, high] = range.map(short_label);
    muted(ui, theme, &high);
    let (rect, response) = ui.allocate_exact_size(vec2(84.0, 9.0) * theme.scale, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("colours from {low} to {high}")));
    ui.painter().add(gradient(rect, value_color));
    muted(ui, theme, &low);
}
