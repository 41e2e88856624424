//! The strip below the map, shown while there are pins: their decoded images, the images along the path between two of
//! them, and sums of codes.

use eframe::egui::{
    Align, Align2, Color32, ComboBox, CornerRadius, EventFilter, Key, Layout, Modifiers, PointerButton, Rect,
    Response, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo,
    accesskit::{Action as Asked, ActionData, Role},
    pos2, vec2,
};

use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::glyph::Sign;
use crate::app::panels::{WHOLE, paint_picture, picture_frame, words_over};
use crate::app::pictures::Shown;
use crate::app::state::{BenchState, RunState, ShownRun};
use crate::app::theme::{HALF, RADIUS_SMALL};
use crate::app::widgets::{export_button, muted, quiet_sign, switch};
use crate::document::{MOST_PINS, Pins};
use crate::engine::{Sheet, WantedSheet};
use crate::export::run::SheetWords;
use crate::look::DataColor;

use super::pins::{badge, is_delete_pressed};
use super::sum;
use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::sheets::Arrived;

/// Height of the line of controls, and of an image.
const CONTROLS: f32 = 24.0;
const IMAGE: f32 = 40.0;
/// Images along a path: enough to see where one thing becomes another.
const PATH_IMAGES: usize = 15;
/// Side of the × of an image, and of its number.
const CORNER: f32 = 13.0;

/// The height of the strip; zero without pins, unless a sum is shown. Each run has its own images along the path.
pub fn height(pins: usize, runs: usize, has_sum: bool, scale: f32) -> f32 {
    let rows = match pins {
        0 => 0.0,
        1 => 1.0,
        _ => 1.0 + runs as f32,
    };
    let images = if pins == 0 { 0.0 } else { (CONTROLS + rows * IMAGE) * scale + (rows + 1.0) * HALF };
    images + if has_sum { sum::height(scale) } else { 0.0 }
}

/// The size of an image so that `count` of them, with gaps, are no wider than the strip.
fn image_size(width: f32, count: usize, gap: f32, aspect: f32, scale: f32) -> Vec2 {
    let widest = (width - gap * (count as f32 - 1.0)) / count as f32;
    let high = (IMAGE * scale).min(widest / aspect);
    vec2(high * aspect, high)
}

/// The images along the shown path; `None` with fewer than two pins.
pub fn wanted_path(pins: &Pins) -> Option<WantedSheet> {
    let points = pins.path(PATH_IMAGES)?.into();
    Some(WantedSheet { sheet: Sheet::Path, columns: PATH_IMAGES, rows: 1, points })
}

/// The shown path as a figure; `None` with fewer than two pins.
pub fn exported(pins: &Pins) -> Option<(WantedSheet, SheetWords)> {
    let [from, to] = pins.ends()?;
    let wanted = wanted_path(pins)?;
    let curve = if pins.is_arc { "an arc about the origin" } else { "a straight line" };
    let captions = (0..PATH_IMAGES).map(|image| match image {
        0 => format!("pin {from}"),
        last if last + 1 == PATH_IMAGES => format!("pin {to}"),
        _ => String::new(),
    });
    let words = SheetWords {
        title: format!("The path from pin {from} to pin {to}"),
        meaning: format!("Images decoded from codes at equal steps along {curve}."),
        columns: PATH_IMAGES,
        rows: Vec::new(),
        captions: captions.collect(),
    };
    Some((wanted, words))
}

/// Says at the foot of the map that there is no room for the strip. The map may still have room for the images.
pub fn no_room_ui(ui: &Ui, cx: &PanelContext<'_>, explorer: &Explorer<'_>, map: Rect, has_images: bool) {
    let what = match (explorer.run.pins.pins().len(), has_images) {
        (0, _) => "the sum of codes".to_owned(),
        (1, false) => "the image of the pin".to_owned(),
        (1, true) => "what can be done with the pin".to_owned(),
        (many, false) => format!("the images of the {many} pins"),
        (_, true) => "the path between the pins".to_owned(),
    };
    let words = format!("this panel is too small to show {what}: make it larger");
    let at = pos2(map.center().x, map.bottom() - 2.0 * CONTROLS * cx.theme.scale);
    let (painter, font) = (ui.painter_at(map), cx.theme.small());
    let rect = words_over(&painter, cx.theme, at, Align2::CENTER_BOTTOM, &words, font);
    let note = ui.interact(rect, ui.scope_id().with("no room for pins"), Sense::hover());
    note.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
}

/// Draws the strip.
pub fn strip_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    shown: ShownRun<'_>,
    space: Rect,
) -> Vec<Action> {
    let mut actions = Vec::new();
    let layout = Layout::top_down(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(space).layout(layout).id_salt("below the map"), |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        if sum::is_shown(explorer.run, shown.bench) {
            actions.extend(sum::sum_ui(ui, cx, explorer, shown));
        }
        if explorer.run.pins.pins().is_empty() {
            return;
        }
        let line = vec2(ui.available_width(), CONTROLS * cx.theme.scale);
        ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(line);
            path_ui(ui, cx, &mut explorer.run.pins, &mut actions);
        });
        let aspect = shown.bench.dataset.shape.aspect();
        images_ui(ui, cx, explorer, shown.run, aspect);
        if explorer.run.pins.ends().is_some() {
            path_images_ui(ui, cx, explorer, shown.bench, aspect);
        }
    });
    actions
}

/// Which path is shown, its shape, and the tour.
fn path_ui(ui: &mut Ui, cx: &PanelContext<'_>, pins: &mut Pins, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = HALF;
    let Some(mut ends) = pins.ends() else {
        muted(ui, cx.theme, "one more pin makes a path");
        return;
    };
    let before = ends;
    let numbers: Vec<usize> = pins.pins().iter().map(|pin| pin.number).collect();
    for (end, name) in ends.iter_mut().zip(["path from", "path to"]) {
        let text = RichText::new(format!("pin {end}")).font(cx.theme.small());
        let combo = ComboBox::from_id_salt(name).selected_text(text).width(44.0 * cx.theme.scale);
        let response = combo.show_ui(ui, |ui| {
            for number in &numbers {
                ui.selectable_value(end, *number, format!("pin {number}"));
            }
        });
        response.response.accessible_name(name).on_hover_text(name);
        if name == "path from" {
            muted(ui, cx.theme, "to");
        }
    }
    if ends != before {
        pins.choose_ends(ends);
    }
    let tip = "an arc about the origin, at a steady distance from it, in place of a straight line";
    switch(ui, cx.theme, "arc", &mut pins.is_arc, tip);
    let is_touring = pins.is_touring();
    let (sign, name) = if is_touring {
        (Sign::Pause, "stop the tour")
    } else {
        (Sign::Play, "tour all pins in their order")
    };
    if quiet_sign(ui, cx.theme, sign, name).clicked() {
        if is_touring { pins.stop_tour() } else { pins.start_tour() }
    }
    export_button(ui, cx.theme, Figure::Path, "Export path", actions);
}

/// The images of the pins, each with its number; a click goes there.
fn images_ui(ui: &mut Ui, cx: &PanelContext<'_>, explorer: &mut Explorer<'_>, run: &RunState, aspect: f32) {
    let size = image_size(ui.available_width(), MOST_PINS, HALF, aspect, cx.theme.scale);
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), IMAGE * cx.theme.scale), Sense::hover());
    let arrived = Arrived::of(cx, run, Sheet::Pins);
    let pins = explorer.run.pins.pins().to_vec();
    for (index, pin) in pins.into_iter().enumerate() {
        let left = row.left() + index as f32 * (size.x + HALF);
        let rect = Rect::from_min_size(pos2(left, row.top()), size);
        let part = arrived
            .as_ref()
            .and_then(|arrived| Some((arrived.shown, arrived.part_of_code(&pin.code, index)?)));
        let (image, close) = image_ui(ui, cx, rect, pin.number, part);
        if close.clicked() || (image.has_focus() && is_delete_pressed(ui)) {
            explorer.run.pins.remove(pin.number);
        } else if image.clicked() {
            let now_secs = ui.input(|input| input.time);
            explorer.go_to(pin.code, now_secs);
        }
        image.on_hover_text(format!("pin {}: a click goes there, Delete removes it", pin.number));
    }
}

/// The image of one pin, with its number and a cross to remove it; both as they are clicked.
fn image_ui(
    ui: &Ui,
    cx: &PanelContext<'_>,
    rect: Rect,
    number: usize,
    part: Option<(Shown, Rect)>,
) -> (Response, Response) {
    let name = format!("image of pin {number}");
    let image = ui.interact(rect, ui.scope_id().with(("card", number)), Sense::click());
    image.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    picture_frame(ui, cx.theme, rect);
    if let Some((shown, part)) = part {
        paint_picture(ui, shown, rect, part, Color32::WHITE);
    }
    let corner = Vec2::splat(CORNER * cx.theme.scale);
    badge(ui.painter(), cx.theme, Rect::from_min_size(rect.min, corner), number);
    let cross = Rect::from_min_size(pos2(rect.right() - corner.x, rect.top()), corner);
    let close = ui.interact(cross, image.id.with("remove"), Sense::click());
    close.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("remove pin {number}")));
    let is_lit = image.hovered() || image.has_focus() || close.hovered() || close.has_focus();
    if is_lit {
        paint_cross(ui, cx, cross);
        let stroke = Stroke::new(1.5, cx.theme.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS_SMALL), stroke, StrokeKind::Outside);
    }
    (image, close)
}

fn paint_cross(ui: &Ui, cx: &PanelContext<'_>, rect: Rect) {
    ui.painter().rect_filled(rect, CornerRadius::same(4), cx.theme.faded(cx.theme.picture, 0.8));
    let inside = rect.shrink(0.3 * rect.width());
    let stroke = Stroke::new(1.4, cx.theme.marker);
    ui.painter().line_segment([inside.left_top(), inside.right_bottom()], stroke);
    ui.painter().line_segment([inside.right_top(), inside.left_bottom()], stroke);
}

/// The images along the path, one row for each run. They are a slider too: the point goes where they are pressed.
fn path_images_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    bench: &BenchState,
    aspect: f32,
) {
    // Where there are several rows, a line in the colour of the run is before each.
    let count = bench.runs.len() as f32;
    let edge = if bench.runs.len() > 1 { HALF + 3.0 } else { 0.0 };
    let size = image_size(ui.available_width() - edge, PATH_IMAGES, 0.0, aspect, cx.theme.scale);
    let whole = vec2(edge + size.x * PATH_IMAGES as f32, count * size.y + (count - 1.0) * HALF);
    let (rect, slider) = ui.allocate_exact_size(whole, Sense::click_and_drag());
    for (place, run) in bench.runs.iter().enumerate() {
        let top = rect.top() + place as f32 * (size.y + HALF);
        let row = Rect::from_x_y_ranges(rect.left() + edge..=rect.right(), top..=top + size.y);
        picture_frame(ui, cx.theme, row);
        if let Some(arrived) = Arrived::of(cx, run, Sheet::Path) {
            paint_picture(ui, arrived.shown, row, WHOLE, Color32::WHITE);
        }
        if edge > 0.0 {
            let color = cx.theme.data(DataColor::of_run(place));
            ui.painter().vline(rect.left() + 1.5, row.y_range(), Stroke::new(3.0, color));
        }
    }
    let rect = Rect::from_min_max(rect.min + vec2(edge, 0.0), rect.max);
    // The ends of the path are in the middle of the first and of the last image.
    let range = rect.x_range().shrink(0.5 * size.x);
    let pins = &mut explorer.run.pins;
    let mut wanted = position_by_keys(ui, &slider, pins.position);
    let is_pressed = slider.is_pointer_button_down_on() || slider.dragged_by(PointerButton::Primary);
    if let Some(pointer) = slider.interact_pointer_pos().filter(|_| is_pressed || slider.clicked()) {
        slider.request_focus();
        wanted = Some((pointer.x - range.min) / range.span().max(1.0));
    }
    if let Some(position) = wanted {
        pins.position = position.clamp(0.0, 1.0);
        let now_secs = ui.input(|input| input.time);
        if let Some(code) = pins.at(pins.position) {
            explorer.go_along_path(code, now_secs);
        }
    }
    let position = explorer.run.pins.position;
    paint_slider(ui, cx, &slider, range.min + position * range.span());
    describe_slider(ui, &slider, position);
    let tip = "the path from one pin to the other: drag to move the point along it, or use the arrow keys, fine with Shift";
    slider.on_hover_text(tip);
}

/// The position on the path as a line.
fn paint_slider(ui: &Ui, cx: &PanelContext<'_>, slider: &Response, x: f32) {
    let rect = slider.rect;
    ui.painter().vline(x, rect.y_range(), Stroke::new(3.0, cx.theme.faded(cx.theme.picture, 0.7)));
    ui.painter().vline(x, rect.y_range(), Stroke::new(1.4, cx.theme.marker));
    ui.painter().circle_filled(pos2(x, rect.top()), 3.0, cx.theme.marker);
    if slider.has_focus() {
        let stroke = Stroke::new(1.5, cx.theme.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS_SMALL), stroke, StrokeKind::Outside);
    }
}

/// The position on the path for screen readers.
fn describe_slider(ui: &Ui, slider: &Response, position: f32) {
    let percent = 100.0 * position;
    slider.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{percent:.0} %")),
        ..WidgetInfo::slider(true, f64::from(percent), "along the path")
    });
    ui.ctx().accesskit_node_builder(slider.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        for action in [Asked::SetValue, Asked::Increment, Asked::Decrement] {
            node.add_action(action);
        }
    });
}

/// The position that the arrow keys or a screen reader ask for; `None` where they do nothing.
fn position_by_keys(ui: &Ui, slider: &Response, position: f32) -> Option<f32> {
    // Read before the input is locked: this takes the same lock.
    let has_focus = slider.has_focus();
    if has_focus {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|state| state.set_focus_lock_filter(slider.id, filter));
    }
    let step = 1.0 / (PATH_IMAGES - 1) as f32;
    ui.input_mut(|input| {
        let set = input.accesskit_action_requests(slider.id, Asked::SetValue).last();
        if let Some(ActionData::NumericValue(percent)) = set.and_then(|request| request.data.clone()) {
            return Some(0.01 * percent as f32);
        }
        let count = |action: Asked| input.num_accesskit_action_requests(slider.id, action) as f32;
        let mut steps = count(Asked::Increment) - count(Asked::Decrement);
        if has_focus {
            let mut count = |key: Key| {
                // A press with Shift matches the plain pattern too, so the fine ones are taken out first.
                let fine = input.count_and_consume_key(Modifiers::SHIFT, key) as f32;
                0.1 * fine + input.count_and_consume_key(Modifiers::NONE, key) as f32
            };
            steps += count(Key::ArrowRight) - count(Key::ArrowLeft);
        }
        (steps != 0.0).then_some(position + steps * step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strip_is_there_while_there_are_pins() {
        let height = |pins| height(pins, 1, false, 1.0);
        assert_eq!(height(0), 0.0);
        assert!(height(1) > 60.0 && height(2) > height(1) + 40.0);
        assert_eq!(height(2), height(12));
        assert!(super::height(2, 3, false, 1.0) > height(2) + 80.0, "a row for each run");
        assert_eq!(super::height(0, 3, true, 1.0), sum::height(1.0), "a sum of class means needs no pins");
    }

    #[test]
    fn all_images_fit_whatever_their_shape() {
        for (width, aspect, scale) in
            [(668.0, 1.0, 1.0), (300.0, 1.0, 1.4), (668.0, 4.0, 1.0), (668.0, 0.3, 1.4)]
        {
            let size = image_size(width, 12, 4.0, aspect, scale);
            assert!(12.0 * size.x + 11.0 * 4.0 <= width + 0.1, "{size:?} in {width}");
            assert!(size.y <= IMAGE * scale + 0.1 && (size.x / size.y - aspect).abs() < 1e-3, "{size:?}");
        }
    }
}
