//! The legend of the map: the mark of every class. A click hides or shows a class, a double click shows it alone.

use eframe::egui::{
    Popup, PopupCloseBehavior, Rect, ScrollArea, Ui, Vec2, WidgetInfo, accesskit::Role, vec2,
};

use crate::app::context::PanelContext;
use crate::app::focus::Group;
use crate::app::glyph::glyph_shape;
use crate::app::theme::Theme;
use crate::app::widgets::small_button;
use crate::document::Layers;
use crate::look::Glyph;

/// Space between two classes.
const GAP: f32 = 2.0;
/// The height at which the list of further classes begins to scroll.
const LIST: f32 = 320.0;

/// Draws the legend from right to left: as many classes as fit from the first one on, and a button with a list of the
/// rest. While colours mean values, only glyphs differ between classes.
pub fn legend_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    layers: &mut Layers,
    names: &[String],
    colors_are_values: bool,
) {
    ui.spacing_mut().item_spacing.x = GAP;
    let wide =
        |words: &str| ui.painter().layout_no_wrap(words.to_owned(), cx.theme.small(), cx.theme.text).size().x;
    let widths: Vec<f32> = names.iter().map(|name| entry_size(cx.theme, wide(name)).x).collect();
    // A button has a frame around its words.
    let button = wide(&format!("+{}", names.len())) + 14.0;
    let shown = fitting(&widths, button, ui.available_width());
    if shown < names.len() {
        let left = names.len() - shown;
        let more =
            small_button(ui, cx.theme, &format!("+{left}"), "the classes for which there is no room here");
        more.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{left} more classes")));
        let list = Popup::menu(&more).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        list.show(|ui| {
            ScrollArea::vertical().max_height(LIST * cx.theme.scale).show(ui, |ui| {
                let mut group = Group::new(ui, "further classes", names.len());
                for class in shown..names.len() {
                    entry_ui(ui, cx, layers, class, names, colors_are_values, &mut group);
                }
            });
        });
    }
    let mut group = Group::new(ui, "classes", shown);
    for class in (0..shown).rev() {
        entry_ui(ui, cx, layers, class, names, colors_are_values, &mut group);
    }
}

/// How many entries of these widths fit from the first one on; where not all do, beside a button for the rest.
fn fitting(widths: &[f32], button: f32, room: f32) -> usize {
    let mut end = 0.0;
    let ends: Vec<f32> = widths
        .iter()
        .map(|width| {
            end += width + GAP;
            end
        })
        .collect();
    if end - GAP <= room {
        return widths.len();
    }
    ends.iter().take_while(|end| *end + button <= room).count()
}

/// Radius of a mark.
fn radius(theme: &Theme) -> f32 {
    3.4 * theme.scale
}

/// Width of the space for a mark. Marks have the colours of the map, which is dark in both themes, so a light panel draws
/// them on a dark background.
fn mark_width(theme: &Theme) -> f32 {
    radius(theme) * if theme.is_dark() { 4.0 } else { 5.0 }
}

fn entry_size(theme: &Theme, words: f32) -> Vec2 {
    vec2(mark_width(theme) + words + 2.0, 18.0 * theme.scale)
}

/// A class: its mark and its name.
fn entry_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    layers: &mut Layers,
    class: usize,
    names: &[String],
    colors_are_values: bool,
    group: &mut Group,
) {
    let (Ok(number), Some(name)) = (u8::try_from(class), names.get(class)) else { return };
    let theme = cx.theme;
    let is_shown = !layers.hidden.contains(&number);
    let color = if is_shown { theme.text } else { theme.faded(theme.muted, 0.6) };
    let galley = ui.painter().layout_no_wrap(name.clone(), theme.small(), color);
    let (rect, response) = ui.allocate_exact_size(entry_size(theme, galley.size().x), group.sense(class));
    group.note(ui, class, &response);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_shown, format!("class {name}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4, theme.raised_hover);
    }
    let on_map = Theme::on_pictures();
    let dot = match (is_shown, colors_are_values) {
        (false, _) => on_map.faded(on_map.muted, 0.45),
        (true, true) => on_map.muted,
        (true, false) => on_map.class(class),
    };
    let center = rect.left_center() + vec2(2.0 * radius(theme), 0.0);
    if !theme.is_dark() {
        let ground = Rect::from_center_size(center, Vec2::splat(4.0 * radius(theme)));
        ui.painter().rect_filled(ground, 3, theme.faded(theme.picture, if is_shown { 1.0 } else { 0.3 }));
    }
    ui.painter().add(glyph_shape(Glyph::of_class(class), center, radius(theme), dot));
    let words = rect.left_center() + vec2(mark_width(theme), -0.5 * galley.size().y);
    ui.painter().galley(words, galley, color);
    if response.clicked() {
        layers.toggle_class(number);
    }
    if response.double_clicked() {
        // The two clicks have hidden it and shown it again, or the reverse.
        layers.show_class_alone(number, names.len());
    }
    response.on_hover_text("click hides or shows, double click shows it alone");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use eframe::egui::{Color32, Shape};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::app::panels::latent::latent_ui;
    use crate::app::panels::latent::tests::{Shown, bench};
    use crate::app::theme::ColorScheme;

    /// The explorer of images of 26 classes, in a window this wide.
    fn explorer(width: f32, look: ColorScheme) -> Harness<'static, Shown> {
        let mut state = bench(2);
        let bench = state.bench.as_mut().expect("a bench");
        let mut dataset = bench.dataset.as_ref().clone();
        dataset.class_names = ('a'..='z').map(|letter| letter.to_string()).collect();
        bench.dataset = Arc::new(dataset);
        let mut shown = Shown::of(state);
        shown.theme = Theme::new(look, false);
        let mut harness = Harness::builder()
            .with_size(vec2(width, 420.0))
            .build_ui_state(|ui, shown: &mut Shown| shown.draw(ui, latent_ui), shown);
        harness.run_steps(3);
        harness
    }

    #[test]
    fn classes_fit_from_the_first_one_on() {
        let widths = [20.0, 20.0, 30.0];
        assert_eq!(fitting(&widths, 25.0, 74.0), 3, "70 and two gaps");
        assert_eq!(fitting(&widths, 25.0, 73.0), 2, "two with their gaps, and the button");
        assert_eq!(fitting(&widths, 25.0, 68.0), 1);
        assert_eq!(fitting(&widths, 25.0, 30.0), 0);
        assert_eq!(fitting(&[], 25.0, 0.0), 0);
    }

    #[test]
    fn classes_without_room_are_listed_behind_a_button() {
        let mut harness = explorer(520.0, ColorScheme::Dark);
        assert!(harness.query_by_label("class a").is_some(), "the first class comes first");
        assert!(harness.query_by_label("class z").is_none(), "there is room for all of them");
        harness.get_by_label_contains("more classes").click();
        harness.run_steps(3);
        harness.get_by_label("class z").click();
        harness.run_steps(3);
        assert_eq!(harness.state().document.maps.layers.hidden.iter().copied().collect::<Vec<_>>(), [25]);
        harness.get_by_label("class z").click();
        harness.run_steps(3);
        assert!(harness.state().document.maps.layers.hidden.is_empty(), "the list is still open");
        let all: Vec<char> =
            ('a'..='z').filter(|name| harness.query_by_label(&format!("class {name}")).is_none()).collect();
        assert!(all.is_empty(), "{all:?} are neither beside the button nor in its list");
    }

    #[test]
    fn a_class_that_was_hidden_before_the_window_shrank_can_be_brought_back() {
        let mut harness = explorer(1100.0, ColorScheme::Dark);
        assert!(harness.query_by_label_contains("more classes").is_none());
        harness.get_by_label("class y").click();
        harness.run_steps(3);
        harness.set_size(vec2(520.0, 420.0));
        harness.run_steps(3);
        harness.get_by_label_contains("more classes").click();
        harness.run_steps(3);
        harness.get_by_label("class y").click();
        harness.run_steps(3);
        assert!(harness.state().document.maps.layers.hidden.is_empty());
    }

    #[test]
    fn marks_have_the_colours_of_the_map_in_both_themes() {
        for look in [ColorScheme::Dark, ColorScheme::Light] {
            let harness = explorer(700.0, look);
            let entry = harness.get_by_label("class a").rect();
            let fill = |shape: &Shape| -> Option<Color32> {
                let Shape::Circle(circle) = shape else { return None };
                entry.contains(circle.center).then_some(circle.fill)
            };
            let marks: Vec<_> =
                harness.output().shapes.iter().filter_map(|drawn| fill(&drawn.shape)).collect();
            assert_eq!(marks, [Theme::new(ColorScheme::Dark, false).class(0)], "{look:?}");
        }
    }
}
