//! Insight: questions about the network as it is now, each answered by a card with a picture, its number and a sentence or
//! two. Several cards can be seen side by side; what is not seen is not computed.
//!
//! `list` draws the questions, `model` lays a card out as a scene, `picture` paints it, and `sweep` is the form of a sweep.
//! The panel does not know what a card is about.

mod head;
mod list;
mod model;
mod picture;
mod sweep;
#[cfg(test)]
mod tests;

use eframe::egui::{Label, Rect, RichText, Slider, Ui, UiBuilder, vec2};

use super::{no_run, waiting};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::insight_choice::{Entry, InsightAction};
use crate::app::segmented::{Segment, segmented_ui};
use crate::app::state::RunState;
use crate::app::theme::{GRID, HALF};
use crate::app::widgets::{card, small_button};
use crate::chart::cards::{Card, Content, ImageOrder, Values};
use crate::engine::{CardView, Phase, Question, Topic};
use crate::recipe::Recipe;
use head::head_ui;
pub use picture::InsightMemory;
use picture::content_ui;

/// A card smaller than this has no room for its title and its sentence, in points at ordinary size.
const SMALL: [f32; 2] = [240.0, 170.0];
/// The list of questions is beside the cards from this size on; in a smaller panel it is a menu.
const LIST_FROM: [f32; 2] = [460.0, 170.0];
/// The width of the list as a share of the panel, and its least and largest width.
const LIST: (f32, f32, f32) = (0.27, 150.0, 230.0);

/// Why a card can take long.
const WHILE_TRAINING: &str =
    " It gets a small share of the time while the run trains: pause it to see the card sooner.";

/// The recipe of the autoencoder that learns what principal components are.
const LINEAR: &str = "ae-linear";

/// Draws the questions and the cards that are seen.
pub fn insight_ui(ui: &mut Ui, cx: &PanelContext<'_>, memory: &mut InsightMemory) -> Vec<Action> {
    let Some(run) = cx.state.run() else {
        card(ui, cx.theme, "Insight", |_| {}, |ui| waiting(ui, cx.theme, &no_run(cx.state)));
        return Vec::new();
    };
    let mut actions = Vec::new();
    let offered = Entry::offered(&run.recipe);
    let shown = cx.state.insight.shown(&offered);
    let Some(chosen) = shown.first().copied() else { return actions };
    memory.scenes.retain(|entry, _| shown.contains(entry));
    let cards = shown.iter().filter_map(|entry| match entry {
        Entry::Card(topic) => Some(*topic),
        Entry::Sweep => None,
    });
    cx.want(run.info.id, |wants| wants.cards.extend(cards));
    let mut space = ui.available_rect_before_wrap();
    let scale = cx.theme.scale;
    if space.width() >= LIST_FROM[0] * scale && space.height() >= LIST_FROM[1] * scale {
        let (share, least, most) = LIST;
        let width = (share * space.width()).clamp(least * scale, most * scale);
        let (left, right) = space.split_left_right_at_x(space.left() + width);
        ui.scope_builder(UiBuilder::new().max_rect(left).id_salt("questions"), |ui| {
            actions.extend(list::list_ui(ui, cx, &offered, &shown));
        });
        space = Rect::from_min_max(right.min + vec2(GRID, 0.0), right.max);
    } else {
        ui.scope(|ui| actions.extend(list::menu_ui(ui, cx, &offered, chosen)));
        space = ui.available_rect_before_wrap();
    }
    for (entry, rect) in shown.iter().zip(list::places(space, shown.len(), GRID)) {
        ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt(("card", entry)), |ui| {
            let [width, height] = SMALL.map(|side| side * cx.theme.scale);
            let has_head = ui.available_width() >= width && ui.available_height() >= height;
            match entry {
                Entry::Card(topic) => card_ui(ui, cx, run, *topic, has_head, memory, &mut actions),
                Entry::Sweep => sweep::sweep_ui(ui, cx, run, has_head, memory, &mut actions),
            }
        });
    }
    actions
}

/// A card with its title and its sentence, as far as there is room for them.
fn card_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    run: &RunState,
    topic: Topic,
    has_head: bool,
    memory: &mut InsightMemory,
    actions: &mut Vec<Action>,
) {
    let view = run.views.cards.get(&topic).map(|view| &**view);
    if has_head {
        head_ui(ui, cx, Entry::Card(topic), view, Some(Figure::Card), actions);
    }
    let (step, card) = match view {
        None => {
            let hint = if run.phase == Phase::Playing { WHILE_TRAINING } else { "" };
            return waiting(ui, cx.theme, &format!("This card is being made.{hint}"));
        }
        Some(CardView { card: Err(absence), .. }) => return waiting(ui, cx.theme, absence),
        Some(CardView { step, card: Ok(card) }) => (step, card),
    };
    if has_head {
        ui.add(Label::new(meaning(cx, card)).wrap());
        ui.add_space(HALF);
        if let Content::Scored(scored) = &card.content {
            alarms_ui(ui, cx, scored.alarms, actions);
        }
        if topic.question() == Question::Pca && !Topic::offered(&run.recipe).contains(&Topic::Angles) {
            linear_ui(ui, cx, run, actions);
        }
        if let Content::Images(images) = &card.content
            && !images.orders.is_empty()
        {
            orders_ui(ui, cx, &images.orders, actions);
        }
    }
    let version = model::version(run.info.id.0, *step, topic as usize);
    content_ui(ui, cx, card, Entry::Card(topic), version, memory);
}

/// A slider for the share of false alarms that the threshold allows.
fn alarms_ui(ui: &mut Ui, cx: &PanelContext<'_>, first: f64, actions: &mut Vec<Action>) {
    let before = 100.0 * cx.state.insight.alarms.unwrap_or(first);
    let mut alarms = before;
    ui.horizontal(|ui| {
        ui.label(RichText::new("false alarms").font(cx.theme.small()).color(cx.theme.muted));
        ui.add(Slider::new(&mut alarms, 0.0..=100.0).suffix("\u{a0}%").max_decimals(1));
    });
    if alarms != before {
        actions.push(Action::Insight(InsightAction::AllowAlarms(alarms / 100.0)));
    }
}

/// A button that trains the linear autoencoder with a code of the same size, and shows how near it comes.
fn linear_ui(ui: &mut Ui, cx: &PanelContext<'_>, run: &RunState, actions: &mut Vec<Action>) {
    let tip = "trains one linear layer to a code of this size and one back on the same images, and shows the angles between \
               what it spans and the principal components";
    if small_button(ui, cx.theme, "Train the linear autoencoder and watch it become PCA", tip).clicked()
        && let Ok(mut recipe) = Recipe::open(LINEAR)
    {
        recipe.model.code = run.recipe.model.code;
        actions.extend([
            Action::Open(Box::new(recipe)),
            Action::Insight(InsightAction::Show(Entry::Card(Topic::Angles))),
        ]);
    }
}

/// What images are ordered by.
fn orders_ui(ui: &mut Ui, cx: &PanelContext<'_>, orders: &[ImageOrder], actions: &mut Vec<Action>) {
    let chosen = cx.state.insight.order.filter(|name| orders.iter().any(|order| order.name == *name));
    let mut name = chosen.unwrap_or(orders[0].name);
    ui.horizontal(|ui| {
        ui.label(RichText::new("ordered by").font(cx.theme.small()).color(cx.theme.muted));
        let choices: Vec<Segment<'_, &str>> = orders
            .iter()
            .map(|order| Segment::new(order.name, order.name, "the order of the images"))
            .collect();
        if segmented_ui(ui, cx.theme, &mut name, &choices) {
            actions.push(Action::Insight(InsightAction::Order(name)));
        }
    });
}

/// What the card means, and what its colours mean where that needs saying.
fn meaning(cx: &PanelContext<'_>, card: &Card) -> RichText {
    let is_signed = matches!(&card.content, Content::Images(images) if images.values == Values::Signed);
    let colours = if is_signed { " Red is above zero, blue below." } else { "" };
    RichText::new(format!("{}{colours}", card.meaning)).font(cx.theme.body()).color(cx.theme.muted)
}
