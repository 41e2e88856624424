//! Several runs: the image that each of them decodes at its point, side by side. A click shows that run.

use std::cmp::Ordering;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align, Color32, CornerRadius, Layout, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::panels::{WHOLE, paint_picture, picture_frame};
use crate::app::state::{RunState, ShownRun};
use crate::app::theme::{HALF, RADIUS_SMALL};
use crate::app::widgets::{muted, text_width};
use crate::document::Link;
use crate::engine::Picture;
use crate::look::DataColor;

/// The number of columns and the width of an image, where `count` images of this aspect (width over height) are as large
/// as the room allows, each with a line of words below.
fn columns(room: Vec2, count: usize, aspect: f32, line: f32) -> (usize, f32) {
    let width = |columns: usize| {
        let wide = (room.x - HALF * (columns - 1) as f32) / columns as f32;
        let high = room.y / count.div_ceil(columns) as f32 - line;
        wide.min(high * aspect).max(1.0)
    };
    if width(1) >= width(2) { (1, width(1)) } else { (2, width(2)) }
}

/// The decoded images of all runs; the one whose map is shown has an edge around it.
pub fn run_strip_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    ShownRun { bench, run: shown }: ShownRun<'_>,
    link: Link,
    height: f32,
) -> Vec<Action> {
    let mut actions = Vec::new();
    let aspect = bench.dataset.shape.aspect();
    let line = 20.0 * cx.theme.scale;
    let (columns, width) = columns(vec2(ui.available_width(), height), bench.runs.len(), aspect, line);
    let runs: Vec<(usize, &RunState)> = bench.runs.iter().enumerate().collect();
    for row in runs.chunks(columns) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = HALF;
            for &(place, run) in row {
                let size = vec2(width, width / aspect);
                ui.allocate_ui_with_layout(size + vec2(0.0, line), Layout::top_down(Align::Min), |ui| {
                    underline(ui, cx.theme.data(DataColor::of_run(place)), size);
                    actions.extend(run_ui(ui, cx, run, size, shown, link));
                });
            }
        });
    }
    actions
}

/// A line in the colour of a run, below the image that comes next.
fn underline(ui: &Ui, color: Color32, size: Vec2) {
    let y = ui.cursor().top() + size.y + 2.5;
    let x = ui.cursor().left();
    ui.painter().hline(x + 1.0..=x + size.x - 1.0, y, Stroke::new(3.0, color));
}

fn run_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    run: &RunState,
    size: Vec2,
    shown: &RunState,
    link: Link,
) -> Option<Action> {
    let is_shown = run.info.id == shown.info.id;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = &run.title;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("decoded by {name}")));
    picture_frame(ui, cx.theme, rect);
    if let Some(picture) = cx.pictures.get(run.info.id, Picture::Decoded) {
        paint_picture(ui, picture, rect, WHOLE, Color32::WHITE);
    }
    if is_shown || response.hovered() || response.has_focus() {
        let color = if is_shown { cx.theme.accent } else { cx.theme.muted };
        let corner = CornerRadius::same(RADIUS_SMALL);
        ui.painter().rect_stroke(rect, corner, Stroke::new(2.0, color), StrokeKind::Inside);
    }
    ui.add_space(2.0);
    ui.scope(|ui| {
        ui.set_max_width(size.x);
        let other = other_code(run.recipe.model.code, shown.recipe.model.code);
        match other.filter(|_| link == Link::Code) {
            None if text_width(ui, cx.theme, name) > size.x => ui.response(),
            None => muted(ui, cx.theme, name.as_str()),
            Some((words, tip)) => muted(ui, cx.theme, format!("{name}, {words}")).on_hover_text(tip),
        }
    });
    let is_asked = response.on_hover_text(format!("{name}: show this run in the other panels")).clicked();
    (is_asked && !is_shown).then_some(Action::Focus(run.info.id))
}

/// What a run decodes whose code is not as long as the point: a few words and a sentence.
fn other_code(own: usize, point: usize) -> Option<(String, String)> {
    match own.cmp(&point) {
        Ordering::Equal => None,
        Ordering::Less => Some((
            format!("z1 to z{own}"),
            format!("its code has {own} of the point's {point} numbers: it decodes the first {own}"),
        )),
        Ordering::Greater => Some((
            "the rest 0".to_owned(),
            format!("its code has {own} numbers: the first {point} are the point's, the rest are 0"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_another_code_says_what_it_decodes() {
        let words = |own, point| other_code(own, point).map(|(words, _)| words);
        assert_eq!(words(2, 2), None);
        assert_eq!(words(2, 20).as_deref(), Some("z1 to z2"));
        assert_eq!(words(20, 2).as_deref(), Some("the rest 0"));
    }

    #[test]
    fn images_share_the_room_and_none_is_cut_off() {
        let line = 20.0;
        for (count, room, columns) in [
            (2, vec2(140.0, 400.0), 1),
            (2, vec2(140.0, 120.0), 2),
            (3, vec2(140.0, 300.0), 1),
            (4, vec2(140.0, 300.0), 2),
        ] {
            assert_eq!(super::columns(room, count, 1.0, line).0, columns, "{count} images in {room:?}");
            for aspect in [0.5, 1.0, 2.0] {
                let (columns, wide) = super::columns(room, count, aspect, line);
                let rows = count.div_ceil(columns) as f32;
                let across = wide * columns as f32 + HALF * (columns - 1) as f32;
                let down = (wide / aspect + line) * rows;
                assert!(
                    across <= room.x + 0.01 && down <= room.y + 0.01,
                    "{count}: {across} by {down} in {room:?}"
                );
            }
        }
    }
}
