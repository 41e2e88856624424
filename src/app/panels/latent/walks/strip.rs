//! The strip below the map, there while there are pins: their decoded images, the film of the way between two of them,
//! and sums of codes.

use eframe::egui::{
    Align, Align2, Color32, ComboBox, CornerRadius, EventFilter, Key, Layout, Modifiers, PointerButton, Rect,
    Response, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo,
    accesskit::{Action as Asked, ActionData, Role},
    pos2, vec2,
};

use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::glyph::Sign;
use crate::app::panels::{WHOLE, paint_picture, picture_frame, switch, words_over};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::{HALF, RADIUS_SMALL};
use crate::app::widgets::{export_button, muted, quiet_sign};
use crate::engine::{Sheet, SheetAsk};
use crate::export::run::SheetWords;

use super::formula;
use super::pins::{badge, removes};
use super::walk::{MOST_PINS, Walk};
use crate::app::panels::latent::asking::Wish;
use crate::app::panels::latent::model::LatentMemory;
use crate::app::panels::latent::sheets::Arrived;

/// Height of the line of controls, and of an image.
const CONTROLS: f32 = 24.0;
const IMAGE: f32 = 40.0;
/// Images of a film: enough to see where one thing becomes another.
const FILM: usize = 15;
/// Side of the × of a card, and of its number.
const CORNER: f32 = 13.0;

/// Width of all controls on one line.
const LINE: f32 = 536.0;

/// Whether all controls stand on one line.
fn is_one_line(width: f32, scale: f32) -> bool {
    width >= LINE * scale
}

/// How high the strip is; nothing without pins, unless a sum of class means is wanted.
pub fn height(pins: usize, has_sum: bool, width: f32, scale: f32) -> f32 {
    let rows = match pins {
        0 if has_sum => return CONTROLS * scale,
        0 => return 0.0,
        1 => 1.0,
        _ => 2.0,
    };
    let lines = if is_one_line(width, scale) { 1.0 } else { 2.0 };
    (lines * CONTROLS + rows * IMAGE) * scale + (rows + lines) * HALF
}

/// The size of an image so that so many of them, with gaps, are no wider than the strip.
fn image_size(width: f32, count: usize, gap: f32, aspect: f32, scale: f32) -> Vec2 {
    let widest = (width - gap * (count as f32 - 1.0)) / count as f32;
    let high = (IMAGE * scale).min(widest / aspect);
    vec2(high * aspect, high)
}

/// Asks for the images of the pins where they are missing or out of date, if they are shown on the map or in the strip;
/// for the film if the strip is there.
pub fn ask(
    memory: &mut LatentMemory,
    run: &RunState,
    now_secs: f64,
    (has_images, has_strip): (bool, bool),
    wish: &mut Wish,
) {
    if memory.walk.pins().is_empty() || !(has_images || has_strip) {
        return;
    }
    let codes: Vec<f32> = memory.walk.pins().iter().flat_map(|pin| pin.code.iter().copied()).collect();
    let pins = SheetAsk { sheet: Sheet::Pins, columns: MOST_PINS, rows: 1, points: codes.into() };
    memory.sheets.ask(&pins, run, now_secs, wish);
    if let Some(film) = memory.walk.film(FILM).filter(|_| has_strip) {
        let path = SheetAsk { sheet: Sheet::Path, columns: FILM, rows: 1, points: film.into() };
        memory.sheets.ask(&path, run, now_secs, wish);
    }
}

/// The shown way as a figure; none with fewer than two pins.
pub fn exported(walk: &Walk) -> Option<(SheetAsk, SheetWords)> {
    let [from, to] = walk.ends()?;
    let ask = SheetAsk { sheet: Sheet::Path, columns: FILM, rows: 1, points: walk.film(FILM)?.into() };
    let way = if walk.is_arc { "an arc about the origin" } else { "a straight line" };
    let captions = (0..FILM).map(|image| match image {
        0 => format!("pin {from}"),
        last if last + 1 == FILM => format!("pin {to}"),
        _ => String::new(),
    });
    let words = SheetWords {
        title: format!("The way from pin {from} to pin {to}"),
        meaning: format!("What the decoder makes of codes at equal steps along {way}."),
        columns: FILM,
        rows: Vec::new(),
        captions: captions.collect(),
    };
    Some((ask, words))
}

/// Says at the foot of the map that there is no room for the strip, where there is none. The map may have room for the
/// images yet.
pub fn no_room_ui(ui: &Ui, cx: &PanelContext<'_>, memory: &LatentMemory, (map, has_images): (Rect, bool)) {
    let what = match (memory.walk.pins().len(), has_images) {
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
    memory: &mut LatentMemory,
    (bench, run): (&BenchState, &RunState),
    space: Rect,
) -> Vec<Action> {
    let mut actions = Vec::new();
    let layout = Layout::top_down(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(space).layout(layout).id_salt("below the map"), |ui| {
        ui.spacing_mut().item_spacing.y = HALF;
        let line = vec2(ui.available_width(), CONTROLS * cx.theme.scale);
        let row = Layout::left_to_right(Align::Center);
        if memory.walk.pins().is_empty() {
            ui.allocate_ui_with_layout(line, row, |ui| {
                actions.extend(formula::formula_ui(ui, cx, memory, (bench, run)));
            });
            return;
        }
        let is_one_line = is_one_line(line.x, cx.theme.scale);
        ui.allocate_ui_with_layout(line, row, |ui| {
            ui.set_min_size(line);
            way_ui(ui, cx, memory, &mut actions);
            if is_one_line {
                actions.extend(formula::formula_ui(ui, cx, memory, (bench, run)));
            }
        });
        if !is_one_line {
            ui.allocate_ui_with_layout(line, row, |ui| {
                ui.set_min_size(line);
                actions.extend(formula::formula_ui(ui, cx, memory, (bench, run)));
            });
        }
        let shape = bench.dataset.shape;
        let aspect = shape.width as f32 / shape.height as f32;
        actions.extend(cards_ui(ui, cx, memory, run, aspect));
        if memory.walk.ends().is_some() {
            actions.extend(film_ui(ui, cx, memory, run, aspect));
        }
    });
    actions
}

/// Which way is shown, how it runs, and the tour.
fn way_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut LatentMemory, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = HALF;
    let Some(mut ends) = memory.walk.ends() else {
        muted(ui, cx.theme, "one more pin makes a path");
        return;
    };
    let before = ends;
    let numbers: Vec<usize> = memory.walk.pins().iter().map(|pin| pin.number).collect();
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
        memory.walk.choose_ends(ends);
    }
    let tip = "a path that bends about the origin, at a steady distance from it, in place of a straight one";
    switch(ui, cx.theme, "arc", &mut memory.walk.is_arc, tip);
    let is_touring = memory.walk.is_touring();
    let (sign, name) = if is_touring {
        (Sign::Pause, "stop the tour")
    } else {
        (Sign::Play, "tour all pins in their order")
    };
    if quiet_sign(ui, cx.theme, sign, name).clicked() {
        if is_touring { memory.walk.stop_tour() } else { memory.walk.start_tour() }
    }
    export_button(ui, cx.theme, Figure::Path, "Export path", actions);
}

/// The pins' images, each with its number; a click goes there.
fn cards_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    run: &RunState,
    aspect: f32,
) -> Vec<Action> {
    let size = image_size(ui.available_width(), MOST_PINS, HALF, aspect, cx.theme.scale);
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), IMAGE * cx.theme.scale), Sense::hover());
    let arrived = Arrived::of(cx, run, Sheet::Pins);
    let mut actions = Vec::new();
    let mut removed = None;
    let pins = memory.walk.pins().to_vec();
    for (place, pin) in pins.into_iter().enumerate() {
        let left = row.left() + place as f32 * (size.x + HALF);
        let rect = Rect::from_min_size(pos2(left, row.top()), size);
        let name = format!("image of pin {}", pin.number);
        let card = ui.interact(rect, ui.scope_id().with(("card", pin.number)), Sense::click());
        card.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        picture_frame(ui, cx.theme, rect);
        if let Some(arrived) = &arrived
            && let Some(part) = arrived.part(tile_of(&arrived.view.ask, &pin.code, place))
        {
            paint_picture(ui, arrived.shown, rect, part, Color32::WHITE);
        }
        let corner = Vec2::splat(CORNER * cx.theme.scale);
        badge(ui.painter(), cx.theme, Rect::from_min_size(rect.min, corner), pin.number);
        let cross = Rect::from_min_size(pos2(rect.right() - corner.x, rect.top()), corner);
        let close = ui.interact(cross, card.id.with("remove"), Sense::click());
        close.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("remove pin {}", pin.number)));
        let is_lit = card.hovered() || card.has_focus() || close.hovered() || close.has_focus();
        if is_lit {
            paint_cross(ui, cx, cross);
            let stroke = Stroke::new(1.5, cx.theme.accent);
            ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS_SMALL), stroke, StrokeKind::Outside);
        }
        if close.clicked() || (card.has_focus() && removes(ui)) {
            removed = Some(pin.number);
        } else if card.clicked() {
            let now_secs = ui.input(|input| input.time);
            actions.extend(memory.go_to(pin.code, now_secs));
        }
        card.on_hover_text(format!("pin {}: a click goes there, Delete removes it", pin.number));
    }
    if let Some(number) = removed {
        memory.walk.remove(number);
    }
    actions
}

/// Which image of a sheet shows a code: where one was removed, the others stand elsewhere until the next sheet comes.
pub fn tile_of(ask: &SheetAsk, code: &[f32], place: usize) -> usize {
    ask.points.chunks_exact(code.len().max(1)).position(|known| known == code).unwrap_or(place)
}

fn paint_cross(ui: &Ui, cx: &PanelContext<'_>, rect: Rect) {
    ui.painter().rect_filled(rect, CornerRadius::same(4), cx.theme.faded(cx.theme.picture, 0.8));
    let inside = rect.shrink(0.3 * rect.width());
    let stroke = Stroke::new(1.4, cx.theme.marker);
    ui.painter().line_segment([inside.left_top(), inside.right_bottom()], stroke);
    ui.painter().line_segment([inside.right_top(), inside.left_bottom()], stroke);
}

/// The way as a film. It is a slider too: where it is pressed, the point goes.
fn film_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    memory: &mut LatentMemory,
    run: &RunState,
    aspect: f32,
) -> Option<Action> {
    let size = image_size(ui.available_width(), FILM, 0.0, aspect, cx.theme.scale);
    let (rect, film) = ui.allocate_exact_size(vec2(size.x * FILM as f32, size.y), Sense::click_and_drag());
    picture_frame(ui, cx.theme, rect);
    if let Some(arrived) = Arrived::of(cx, run, Sheet::Path) {
        paint_picture(ui, arrived.shown, rect, WHOLE, Color32::WHITE);
    }
    // The ends of the way lie in the middle of the first and of the last image.
    let way = rect.x_range().shrink(0.5 * size.x);
    let mut moved = None;
    let mut wanted = pushed(ui, &film, memory.walk.along);
    let is_pressed = film.is_pointer_button_down_on() || film.dragged_by(PointerButton::Primary);
    if let Some(pointer) = film.interact_pointer_pos().filter(|_| is_pressed || film.clicked()) {
        film.request_focus();
        wanted = Some((pointer.x - way.min) / way.span().max(1.0));
    }
    if let Some(share) = wanted {
        memory.walk.along = share.clamp(0.0, 1.0);
        let now_secs = ui.input(|input| input.time);
        moved = memory.walk.at(memory.walk.along).and_then(|code| memory.go_to(code, now_secs));
    }
    let x = way.min + memory.walk.along * way.span();
    let top = pos2(x, rect.top());
    ui.painter().vline(x, rect.y_range(), Stroke::new(3.0, cx.theme.faded(cx.theme.picture, 0.7)));
    ui.painter().vline(x, rect.y_range(), Stroke::new(1.4, cx.theme.marker));
    ui.painter().circle_filled(top, 3.0, cx.theme.marker);
    if film.has_focus() {
        let stroke = Stroke::new(1.5, cx.theme.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(RADIUS_SMALL), stroke, StrokeKind::Outside);
    }
    let percent = 100.0 * memory.walk.along;
    film.widget_info(|| WidgetInfo {
        current_text_value: Some(format!("{percent:.0} %")),
        ..WidgetInfo::slider(true, f64::from(percent), "along the path")
    });
    ui.ctx().accesskit_node_builder(film.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        for action in [Asked::SetValue, Asked::Increment, Asked::Decrement] {
            node.add_action(action);
        }
    });
    let tip =
        "what lies on the way from one pin to the other: drag to go along it, or arrow keys, fine with Shift";
    film.on_hover_text(tip);
    moved
}

/// Where on the way the arrow keys or a screen reader bring a slider that was at `along`; none where they do nothing.
fn pushed(ui: &Ui, film: &Response, along: f32) -> Option<f32> {
    // Asked before the input is held: the answer takes the same lock.
    let has_focus = film.has_focus();
    if has_focus {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|state| state.set_focus_lock_filter(film.id, filter));
    }
    let step = 1.0 / (FILM - 1) as f32;
    ui.input_mut(|input| {
        let set = input.accesskit_action_requests(film.id, Asked::SetValue).last();
        if let Some(ActionData::NumericValue(percent)) = set.and_then(|request| request.data.clone()) {
            return Some(0.01 * percent as f32);
        }
        let count = |action: Asked| input.num_accesskit_action_requests(film.id, action) as f32;
        let mut steps = count(Asked::Increment) - count(Asked::Decrement);
        if has_focus {
            let mut push = |key: Key| {
                // A press with Shift matches the plain pattern too, so the fine ones are taken out first.
                let fine = input.count_and_consume_key(Modifiers::SHIFT, key) as f32;
                0.1 * fine + input.count_and_consume_key(Modifiers::NONE, key) as f32
            };
            steps += push(Key::ArrowRight) - push(Key::ArrowLeft);
        }
        (steps != 0.0).then_some(along + steps * step)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strip_is_there_while_there_are_pins() {
        let height = |pins, width| height(pins, false, width, 1.0);
        assert_eq!(height(0, 600.0), 0.0);
        assert!(height(1, 600.0) > 60.0 && height(2, 600.0) > height(1, 600.0) + 40.0);
        assert_eq!(height(2, 600.0), height(12, 600.0));
        assert!(height(2, 300.0) > height(2, 600.0), "the controls take a second line");
        assert_eq!(super::height(0, true, 600.0, 1.0), CONTROLS, "a sum of class means needs one line");
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

    #[test]
    fn an_image_is_found_by_its_code_while_the_sheet_is_an_old_one() {
        let ask = SheetAsk { sheet: Sheet::Pins, columns: 12, rows: 1, points: [1.0, 2.0, 3.0, 4.0].into() };
        assert_eq!(tile_of(&ask, &[3.0, 4.0], 0), 1, "the first pin was removed");
        assert_eq!(tile_of(&ask, &[9.0, 9.0], 1), 1, "a pin under way");
    }
}
