//! The keyboard focus: which panel it goes to, groups of controls that it takes as one, the ring around the control that has
//! it, and lists that scroll to it.

use eframe::egui::{
    self, Context, CornerRadius, EventFilter, Id, Key, LayerId, Modifiers, Order, Rect, Response, Sense,
    Stroke, StrokeKind, Ui,
};

use super::layout::Pane;
use super::theme::{RADIUS, RADIUS_SMALL, Theme};

/// Width of the ring, in points.
const RING: f32 = 2.0;

/// The place of a panel from which Tab goes to its first control. Tab alone does not stop there.
pub fn anchor(pane: Pane) -> Id {
    Id::unique(("panel", pane))
}

/// What the anchor of a panel senses: it can have the focus, and does not get it from Tab.
pub fn anchor_sense(ui: &Ui, pane: Pane) -> Sense {
    let can_have = ui.memory(|memory| memory.has_focus(anchor(pane)));
    let sense = Sense::CLICK | Sense::DRAG;
    if can_have { sense | Sense::FOCUSABLE } else { sense }
}

/// Gives the focus to a panel.
pub fn go_to(ctx: &Context, pane: Pane) {
    ctx.memory_mut(|memory| memory.request_focus(anchor(pane)));
}

/// Of the panels that are drawn, the number of the one in which something has the focus.
pub fn panel(ctx: &Context, panels: &[(Pane, Rect)]) -> Option<usize> {
    let id = ctx.memory(|memory| memory.focused())?;
    let at = ctx.read_response(id)?.rect.center();
    let is_anchor = |(pane, _): &(Pane, Rect)| anchor(*pane) == id;
    panels.iter().position(is_anchor).or_else(|| panels.iter().position(|(_, rect)| rect.contains(at)))
}

/// The arrow keys stay with the control that has the focus.
pub fn keep_arrows(ui: &Ui, id: Id) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
}

/// One step back or on, by an arrow key.
pub fn arrow(ui: &Ui) -> isize {
    ui.input_mut(|input| {
        let mut any =
            |keys: [Key; 2]| keys.map(|key| input.consume_key(Modifiers::NONE, key)).contains(&true);
        isize::from(any([Key::ArrowRight, Key::ArrowDown])) - isize::from(any([Key::ArrowLeft, Key::ArrowUp]))
    })
}

/// Controls that Tab takes as one: the arrow keys go from one to the next.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    id: Id,
    count: usize,
    state: GroupState,
}

#[derive(Clone, Copy, Debug, Default)]
struct GroupState {
    /// The control that Tab goes to.
    current: usize,
    /// The control that is to get the focus.
    next: Option<usize>,
}

impl Group {
    /// A group of so many controls.
    pub fn new(ui: &Ui, name: &'static str, count: usize) -> Self {
        let id = ui.scope_id().with(("group", name));
        let state: GroupState = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let current = state.current.min(count.saturating_sub(1));
        Self { id, count, state: GroupState { current, ..state } }
    }

    /// What the control with this number senses.
    pub fn sense(&self, number: usize) -> Sense {
        if number == self.state.current { Sense::click() } else { Sense::CLICK }
    }

    /// Moves the focus where an arrow key was pressed.
    pub fn note(&mut self, ui: &Ui, number: usize, response: &Response) {
        if self.state.next == Some(number) {
            response.request_focus();
            self.state = GroupState { current: number, next: None };
        } else if response.has_focus() {
            keep_arrows(ui, response.id);
            let step = arrow(ui);
            self.state.current = number;
            if step != 0 {
                self.state.next = Some(number.saturating_add_signed(step).min(self.count - 1));
                ui.ctx().request_repaint();
            }
        }
        ui.data_mut(|data| data.insert_temp(self.id, self.state));
    }
}

/// Draws a list that scrolls, and scrolls it to the control that has just got the focus, where that is in it.
pub fn following<R>(ui: &mut Ui, list: impl FnOnce(&mut Ui) -> R) -> R {
    let ctx = ui.ctx().clone();
    let key = ui.scope_id().with("focus before");
    let focused = ctx.memory(|memory| memory.focused());
    let before: Option<Id> = ctx.data_mut(|data| {
        let before = data.get_temp(key).flatten();
        data.insert_temp(key, focused);
        before
    });
    let is_drawn =
        |id: Id| ctx.viewport(|viewport| viewport.this_pass.widgets.get(id).map(|widget| widget.rect));
    let new = focused.filter(|id| before != Some(*id) && is_drawn(*id).is_none());
    let result = list(ui);
    if let Some(rect) = new.and_then(is_drawn)
        && !ui.clip_rect().contains_rect(rect)
    {
        ui.scroll_to_rect(rect, None);
    }
    result
}

/// Whether the focus was moved with the keyboard: a click needs no ring.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keyboard {
    is_used: bool,
}

impl Keyboard {
    /// Draws a ring around the control, or the panel, that has the focus.
    pub fn ring_ui(&mut self, ctx: &Context, theme: &Theme, panels: &[(Pane, Rect)]) {
        const MOVES: [Key; 6] =
            [Key::Tab, Key::F6, Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown];
        let (is_pressed, moves) = ctx.input(|input| {
            let moves = |event: &egui::Event| match event {
                egui::Event::Key { key, pressed: true, modifiers, .. } => {
                    MOVES.contains(key) || modifiers.command
                }
                _ => false,
            };
            (input.pointer.any_pressed(), input.events.iter().any(moves))
        });
        self.is_used = (self.is_used || moves) && !is_pressed;
        let focused = ctx.memory(|memory| memory.focused()).filter(|_| self.is_used);
        let Some(response) = focused.and_then(|id| ctx.read_response(id)) else { return };
        let stroke = Stroke::new(RING, theme.accent);
        let panel = panels.iter().find(|(pane, _)| anchor(*pane) == response.id);
        let (rect, radius) = match panel {
            Some((_, panel)) => (*panel, RADIUS),
            None => (response.interact_rect.expand(1.0), RADIUS_SMALL),
        };
        let order = response.layer_id.order.max(Order::Foreground);
        let layer = LayerId::new(order, Id::unique("focus ring"));
        let painter = ctx.layer_painter(layer);
        painter.rect_stroke(rect, CornerRadius::same(radius), stroke, StrokeKind::Outside);
    }
}
