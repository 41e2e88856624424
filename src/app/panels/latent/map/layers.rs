//! The menu that chooses what the map shows: what is drawn behind the points, the points, what their colours mean, how many
//! there are.

use eframe::egui::{
    Popup, PopupCloseBehavior, RectAlign, RichText, Sense, Ui, WidgetInfo, accesskit::Role, vec2,
};

use crate::app::context::PanelContext;
use crate::app::segmented::{Segment, choice_title, segmented_ui};
use crate::app::state::{BenchState, RunState, ShownRun};
use crate::app::theme::{HALF, Theme};
use crate::app::widgets::{checkbox, muted, small_button};
use crate::document::{Background, ColorBy, Layers, PointStyle};
use crate::engine::{FieldKind, Whose};
use crate::look::short_label;

use crate::app::panels::latent::cloud::looks::{gradient, value_color};
use crate::app::panels::latent::sheets::GRIDS;

/// How many points can be chosen; the last is all there are, as far as a cloud reaches.
const COUNTS: [(usize, &str); 4] = [(600, "600"), (2_000, "2,000"), (10_000, "10,000"), (60_000, "all")];

/// The button that opens the menu. The menu opens to the left of `right`, so that it does not cover the decoded image.
pub fn menu_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    layers: &mut Layers,
    ShownRun { bench, run }: ShownRun<'_>,
    right: f32,
) {
    let button =
        small_button(ui, cx.theme, "show", "What the map shows: background, points and their colours");
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "what the map shows"));
    let anchor = button.rect.translate(vec2((right - button.rect.right()).min(0.0), 0.0));
    let menu = Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .anchor(anchor)
        .align(RectAlign::BOTTOM_END);
    menu.show(|ui| {
        ui.set_max_width(300.0 * cx.theme.scale);
        background_ui(ui, cx.theme, layers);
        points_ui(ui, cx.theme, layers, bench);
        ui.add_space(HALF);
        switches_ui(ui, cx.theme, layers, run);
    });
}

fn background_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers) {
    choice_title(ui, theme, "Behind the points");
    let backgrounds = [
        Segment::new(Background::Plain, "nothing", "the points alone"),
        Segment::new(Background::Tiles, "tiles", "the image decoded at every place of the map"),
        Segment::new(
            Background::Field(FieldKind::Density),
            "density",
            "where the codes of held-out images lie",
        ),
        Segment::new(
            Background::Field(FieldKind::RoundTrip),
            "round trip",
            "the distance from a place to the code of the image decoded there: where it is as large as the distance of \
             codes from their mean, decoded images cannot be trusted; in a VAE it also grows with the distance from 0, \
             where codes may be dense",
        ),
        Segment::new(
            Background::Field(FieldKind::Stretch),
            "stretch",
            "how much the decoded image changes with a small step",
        ),
    ];
    segmented_ui(ui, theme, &mut layers.background, &backgrounds);
    choice_title(ui, theme, "How many tiles");
    let no_tiles =
        (layers.background != Background::Tiles).then_some("no tiles are shown: choose them above");
    let tip = "the number of tiles in all; more of them take longer to decode";
    let counts = GRIDS.map(|(count, name)| Segment::new(count, name, tip).unless(no_tiles));
    segmented_ui(ui, theme, &mut layers.tiles_across, &counts);
}

fn points_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers, bench: &BenchState) {
    choice_title(ui, theme, "Codes of images");
    let styles = [
        Segment::new(PointStyle::Glyphs, "points", "one point per image"),
        Segment::new(
            PointStyle::Thumbnails,
            "images",
            "the images themselves, as many as fit without covering each other",
        ),
        Segment::new(PointStyle::Hidden, "none", "the background alone"),
    ];
    segmented_ui(ui, theme, &mut layers.points, &styles);
    let hidden = (layers.points == PointStyle::Hidden).then_some("no codes are shown: choose them above");
    choice_title(ui, theme, "Colour by");
    let colors: Vec<_> = color_choices(bench).into_iter().map(|color| color.unless(hidden)).collect();
    segmented_ui(ui, theme, &mut layers.color, &colors);
    choice_title(ui, theme, "How many points");
    let counts = COUNTS
        .map(|(count, name)| Segment::new(count, name, "more points take longer to encode").unless(hidden));
    segmented_ui(ui, theme, &mut layers.count, &counts);
    choice_title(ui, theme, "Of which images");
    let whose = [
        Segment::new(
            Whose::Both,
            "both",
            "half held-out images, half training images, as far as there are enough of both",
        ),
        Segment::new(Whose::HeldOut, "held-out", "images that the network is not trained on"),
        Segment::new(Whose::TrainedOn, "trained on", "images that the network is trained on"),
    ];
    segmented_ui(ui, theme, &mut layers.whose, &whose.map(|whose| whose.unless(hidden)));
}

fn switches_ui(ui: &mut Ui, theme: &Theme, layers: &mut Layers, run: &RunState) {
    let has_prior = run.recipe.is_variational();
    let switch = |ui: &mut Ui, is_on: &mut bool, name: &str, tip: &str, reason: Option<&str>| {
        // What does not apply is shown as off, and is on again with a run to which it applies.
        let mut shown = *is_on && reason.is_none();
        let name = RichText::new(name).font(theme.small());
        let response = checkbox(ui, theme, reason.is_none(), &mut shown, name);
        let response = response.on_hover_text(tip).on_disabled_hover_text(reason.unwrap_or_default());
        if response.changed() {
            *is_on = shown;
        }
    };
    ui.horizontal(|ui| {
        let tip = "one and two standard deviations of the prior";
        let reason = (!has_prior).then_some("a plain code has no prior");
        switch(ui, &mut layers.has_rings, "rings of the prior", tip, reason);
        let tip = "arrows at the codes of the picked images, or of a few: where a gradient step on the reconstruction and \
                   on the penalty would move them; Ctrl+click picks an image";
        switch(ui, &mut layers.has_arrows, "gradients at codes", tip, None);
    });
}

/// Class, error, and whatever is known of the images.
fn color_choices(bench: &BenchState) -> Vec<Segment<'_, ColorBy>> {
    let factors = bench.dataset.factors.iter().enumerate();
    let factors = factors.map(|(k, factor)| {
        Segment::new(ColorBy::Factor(k), factor.name, "a factor that the images were generated with")
    });
    let unlabelled = bench.dataset.class_names.is_empty().then_some("these images have no classes");
    let first = [
        Segment::new(ColorBy::Class, "class", "what the image shows").unless(unlabelled),
        Segment::new(
            ColorBy::Error,
            "error",
            "reconstruction error: squared error, summed over pixels. The skip connections of a U-Net come from the \
             image here, and are not zero as on the map",
        ),
    ];
    let first = first.into_iter().chain([Segment::new(
        ColorBy::Group,
        "group",
        "k-means sorts the codes into as many groups as there are classes, without knowing them; each has the colour of the \
         class that it agrees with most, and marks keep the shape of their class",
    )]);
    first.chain(factors).collect()
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
