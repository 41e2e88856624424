//! The menus at the right end of the bar: what is exported, and how the window looks.

use eframe::egui::{Popup, PopupCloseBehavior, Ui};

use super::action::{Action, Figure};
use super::context::PanelContext;
use super::glyph::Sign;
use super::layout::Layout;
use super::segmented::{Segment, choice_title, segmented_ui};
use super::theme::{ColorScheme, HALF, Theme};
use super::widgets::{sign_button, small_button, word_button};
use crate::document::{ExportStyle, LEAST_ZOOM, MOST_ZOOM, Magnify, Window};
use crate::look::ColorMap;
use crate::recipe::NetworkPart;

/// Every figure with its name in the menu.
const FIGURES: [(Figure, &str); 6] = [
    (Figure::Curves, "Curves…"),
    (Figure::Reconstructions, "Held-out images and reconstructions…"),
    (Figure::Cloud, "Map of codes…"),
    (Figure::Lattice, "Decoded plane…"),
    (Figure::Decoded, "Decoded image…"),
    (Figure::Card, "Insight…"),
];

/// How much larger or smaller one click makes the window.
const ZOOM_STEP: f32 = 0.1;

/// The export button and its menu.
pub fn export_ui(ui: &mut Ui, cx: &PanelContext<'_>, window: &mut Window<Layout>, actions: &mut Vec<Action>) {
    let button = sign_button(ui, cx.theme, Sign::Export, "Export", "Export figures, weights or the recipe");
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| export_menu(ui, cx.theme, window, actions));
}

fn export_menu(ui: &mut Ui, theme: &Theme, window: &mut Window<Layout>, actions: &mut Vec<Action>) {
    ui.set_min_width(250.0 * theme.scale);
    for (figure, name) in FIGURES {
        choose(ui, name, Action::Export(figure), actions);
    }
    look_of_figures(ui, theme, window);
    ui.separator();
    choose(ui, "Weights, as safetensors…", Action::SaveWeights, actions);
    ui.menu_button("Start from weights…", |ui| {
        for (part, name) in [
            (NetworkPart::Whole, "Whole network…"),
            (NetworkPart::Encoder, "Encoder only…"),
            (NetworkPart::Decoder, "Decoder only…"),
        ] {
            choose(ui, name, Action::StartFrom(part), actions);
        }
    });
    choose(ui, "Recipe with its live changes…", Action::SaveRecipe, actions);
}

/// A line of the menu, which closes it.
fn choose(ui: &mut Ui, name: &str, action: Action, actions: &mut Vec<Action>) {
    if ui.button(name).clicked() {
        actions.push(action);
        Popup::close_all(ui.ctx());
    }
}

/// How exported figures look; remembered.
fn look_of_figures(ui: &mut Ui, theme: &Theme, window: &mut Window<Layout>) {
    choice_title(ui, theme, "Figures");
    let styles = [
        Segment::new(ExportStyle::Clean, "clean figure", "drawn anew, with a title and a caption"),
        Segment::new(ExportStyle::Screen, "as on screen", "the panel as you see it, as PNG"),
    ];
    segmented_ui(ui, theme, &mut window.export_style, &styles);
    let only_clean = (window.export_style == ExportStyle::Screen)
        .then_some("a picture of the screen has the colours and the size of the screen");
    choice_title(ui, theme, "Background");
    let papers = [
        Segment::new(false, "as the window", "light or dark, as the window is").unless(only_clean),
        Segment::new(true, "white for paper", "light, whatever the window is").unless(only_clean),
    ];
    segmented_ui(ui, theme, &mut window.is_paper_white, &papers);
    choice_title(ui, theme, "Size of PNG files");
    let mut scale = window.export_scale();
    let words: Vec<String> = Window::<Layout>::export_scales().map(|scale| format!("{scale}×")).collect();
    let scales = Window::<Layout>::export_scales().zip(&words);
    let scales: Vec<Segment<'_, u32>> = scales
        .map(|(scale, word)| Segment::new(scale, word, "times the size on paper").unless(only_clean))
        .collect();
    if segmented_ui(ui, theme, &mut scale, &scales) {
        window.export_scale = scale;
    }
}

/// The button *View* and its menu.
pub fn view_ui(ui: &mut Ui, cx: &PanelContext<'_>, window: &Window<Layout>, actions: &mut Vec<Action>) {
    let button = word_button(ui, cx.theme, "View", "Layout, theme, zoom, full screen, colours of images");
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| view_menu(ui, cx, window, actions));
}

fn view_menu(ui: &mut Ui, cx: &PanelContext<'_>, window: &Window<Layout>, actions: &mut Vec<Action>) {
    let theme = cx.theme;
    ui.set_min_width(200.0 * theme.scale);
    choice_title(ui, theme, "Layout");
    let mut is_simple = window.simple;
    let layouts = [
        Segment::new(false, "Full", "every panel"),
        Segment::new(true, "Simple", "few controls and large type, for a class"),
    ];
    if segmented_ui(ui, theme, &mut is_simple, &layouts) {
        actions.push(Action::ToggleSimple);
    }
    choice_title(ui, theme, "Theme");
    let mut scheme = theme.scheme;
    let schemes = [
        Segment::new(ColorScheme::Dark, "Dark", "light on dark"),
        Segment::new(ColorScheme::Light, "Light", "dark on light, for a bright room"),
    ];
    if segmented_ui(ui, theme, &mut scheme, &schemes) {
        actions.push(Action::ToggleTheme);
    }
    images_ui(ui, cx, actions);
    zoom_ui(ui, theme, actions);
    ui.separator();
    if ui.button("Full screen (F)").on_hover_text("Esc leaves it").clicked() {
        actions.push(Action::ToggleFullScreen);
        ui.close();
    }
    if ui.button("Put the panels back").clicked() {
        actions.push(Action::ResetLayout);
        ui.close();
    }
}

/// How images look, everywhere in the window.
fn images_ui(ui: &mut Ui, cx: &PanelContext<'_>, actions: &mut Vec<Action>) {
    let before = cx.pictures.look();
    let mut look = before;
    choice_title(ui, cx.theme, "Colours of images");
    let has_colors = cx.state.bench.as_ref().is_some_and(|bench| bench.dataset.shape.channels > 1);
    let reason = has_colors.then_some("colour images keep their own colours");
    let tip = "for every image in the window and in exported figures";
    let tints = ColorMap::OF_IMAGES.map(|tint| Segment::new(tint, tint.name(), tip).unless(reason));
    segmented_ui(ui, cx.theme, &mut look.tint, &tints);
    choice_title(ui, cx.theme, "Magnified pixels");
    let ways = [
        Segment::new(Magnify::Squares, "squares", "as the network sees them"),
        Segment::new(Magnify::Smoothly, "smooth", "interpolated"),
    ];
    segmented_ui(ui, cx.theme, &mut look.magnify, &ways);
    if look != before {
        actions.push(Action::DrawImages(look));
    }
}

fn zoom_ui(ui: &mut Ui, theme: &Theme, actions: &mut Vec<Action>) {
    choice_title(ui, theme, "Zoom");
    let zoom = ui.ctx().zoom_factor();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = HALF;
        let mut step = |ui: &mut Ui, word: &str, tip: &str, to: f32| {
            if small_button(ui, theme, word, tip).clicked() {
                actions.push(Action::Zoom(to.clamp(LEAST_ZOOM, MOST_ZOOM)));
            }
        };
        step(ui, "−", "Smaller (Ctrl+−)", zoom - ZOOM_STEP);
        let percent = format!("{:.0} %", 100.0 * zoom);
        step(ui, &percent, "Back to the usual size (Ctrl+0)", 1.0);
        step(ui, "+", "Larger (Ctrl++)", zoom + ZOOM_STEP);
    });
}
