//! The built-in recipes to choose from: a picture of the network, a plain name, a sentence and the objective of each, by
//! family, searched by any of their words.

use eframe::egui::{
    self, Color32, Context, CornerRadius, Key, Label, Modal, Painter, Pos2, Rect, RichText, ScrollArea,
    Sense, Shape, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::action::Action;
use super::bench_menu::in_place_of;
use super::state::AppState;
use super::theme::{GRID, HALF, RADIUS_SMALL, Theme};
use super::widgets::{formula_line, heading, muted, small_button, text_width};
use crate::engine::MOST_RUNS;
use crate::recipe::formula::formula;
use crate::recipe::{Corruption, Family, Network, Recipe, builtin};

/// How wide a card is at least, and how high.
const CARD: [f32; 2] = [300.0, 104.0];
/// The size of the picture of a network.
const PICTURE: [f32; 2] = [64.0, 40.0];

/// The gallery while it is open.
#[derive(Debug, Default)]
pub struct Gallery {
    search: String,
    /// Whether the recipe that is running was brought into view.
    is_in_view: bool,
    /// Whether Enter was pressed on the words that are searched for: the first recipe that has them is chosen.
    takes_first: bool,
    /// Whether the chosen recipe trains beside the others.
    is_for_adding: bool,
}

impl Gallery {
    /// The gallery as it opens.
    pub fn new(is_for_adding: bool) -> Self {
        Self { is_for_adding, ..Self::default() }
    }
}

/// What came of the gallery in a frame.
pub struct Outcome {
    /// The recipe that was chosen.
    pub chosen: Option<Action>,
    /// Whether it is closed.
    pub is_closed: bool,
}

/// Draws the gallery.
pub fn gallery_ui(ctx: &Context, state: &AppState, theme: &Theme, gallery: &mut Gallery) -> Outcome {
    let mut chosen = None;
    let screen = ctx.content_rect();
    let size = vec2(0.86 * screen.width(), 0.84 * screen.height());
    let frame = egui::Frame::popup(&ctx.global_style()).fill(theme.panel).inner_margin(2.0 * GRID);
    let modal = Modal::new(egui::Id::unique("recipes")).frame(frame).show(ctx, |ui| {
        ui.set_width(size.x);
        ui.set_height(size.y);
        ui.horizontal(|ui| {
            let title = if gallery.is_for_adding {
                "Train next to this one (all start again at step 0)"
            } else {
                "Recipes"
            };
            heading(ui, theme, title);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("Close").clicked() {
                    ui.close();
                }
                let edit = TextEdit::singleline(&mut gallery.search).hint_text("search").desired_width(180.0);
                let response = ui.add(edit);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Search recipes"));
                if !gallery.is_in_view {
                    response.request_focus();
                }
                let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                gallery.takes_first = is_entered && !gallery.search.trim().is_empty();
            });
        });
        ui.add_space(HALF);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            chosen = families_ui(ui, state, theme, gallery);
        });
        gallery.is_in_view = true;
    });
    let is_closed =
        chosen.is_some() || modal.should_close() || ctx.input(|input| input.key_pressed(Key::Escape));
    Outcome { chosen, is_closed }
}

fn families_ui(ui: &mut Ui, state: &AppState, theme: &Theme, gallery: &Gallery) -> Option<Action> {
    let running = state.run().map_or(&state.draft, |run| &run.recipe);
    let mut chosen = None;
    let mut is_first = true;
    // Every built-in recipe is read by a test.
    for (family, recipes) in builtin::by_family().unwrap_or_default() {
        let found: Vec<Recipe> =
            recipes.into_iter().filter(|recipe| matches(recipe, family, &gallery.search)).collect();
        let Some(first) = found.first() else { continue };
        if std::mem::take(&mut is_first) && gallery.takes_first {
            return Some(choice(state, gallery, first));
        }
        ui.add_space(HALF);
        ui.label(RichText::new(family.label()).color(theme.text).strong());
        muted(ui, theme, family.sentence());
        let columns = ((ui.available_width() / (CARD[0] * theme.scale)) as usize).max(1);
        let width = (ui.available_width() - GRID * (columns - 1) as f32) / columns as f32;
        for row in found.chunks(columns) {
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), CARD[1] * theme.scale), Sense::hover());
            for (column, recipe) in row.iter().enumerate() {
                let left = rect.left() + column as f32 * (width + GRID);
                let card = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
                let is_running = running.name == recipe.name;
                if is_running && !gallery.is_in_view {
                    ui.scroll_to_rect(card, Some(egui::Align::Center));
                }
                chosen = card_ui(ui, theme, state, recipe, card, is_running, gallery).or(chosen);
            }
        }
    }
    if is_first {
        muted(ui, theme, "No recipe has all of these words.");
    }
    chosen
}

/// What choosing a recipe does.
fn choice(state: &AppState, gallery: &Gallery, recipe: &Recipe) -> Action {
    let running = state.run().map_or(&state.draft, |run| &run.recipe);
    if gallery.is_for_adding {
        Action::OpenBeside(Box::new(recipe.clone()))
    } else {
        Action::Open(Box::new(in_place_of(recipe.clone(), running)))
    }
}

/// Whether a recipe has all of these words somewhere.
fn matches(recipe: &Recipe, family: Family, search: &str) -> bool {
    let title = builtin::title(&recipe.name).unwrap_or_default();
    let text = format!("{} {title} {} {}", recipe.name, recipe.about, family.label()).to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn card_ui(
    ui: &mut Ui,
    theme: &Theme,
    state: &AppState,
    recipe: &Recipe,
    rect: Rect,
    is_running: bool,
    gallery: &Gallery,
) -> Option<Action> {
    let id = ui.scope_id().with(("recipe", &recipe.name));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_running, &recipe.name));
    let is_pointed_at = response.hovered() || response.has_focus();
    let fill = if is_pointed_at { theme.raised_hover } else { theme.raised };
    let edge = if is_running { Stroke::new(2.0, theme.accent) } else { theme.line_stroke() };
    ui.painter().rect(rect, CornerRadius::same(RADIUS_SMALL), fill, edge, StrokeKind::Inside);
    let inside = rect.shrink(GRID);
    let picture = Rect::from_min_size(inside.min, vec2(PICTURE[0], PICTURE[1]) * theme.scale);
    paint_network(ui.painter(), theme, recipe, picture);
    let words = Rect::from_min_max(pos2(picture.right() + GRID, inside.top()), inside.max);
    let mut action = None;
    let mut beside = ui.new_child(UiBuilder::new().max_rect(words).id_salt(&recipe.name));
    beside.set_clip_rect(words.intersect(ui.clip_rect()));
    words_ui(&mut beside, theme, recipe);
    let foot = Rect::from_min_max(pos2(inside.left(), picture.bottom() + HALF), inside.max);
    let has_room = state.bench.as_ref().is_some_and(|bench| bench.runs.len() < MOST_RUNS);
    if has_room && !gallery.is_for_adding {
        let mut below = ui.new_child(UiBuilder::new().max_rect(foot).id_salt((&recipe.name, "beside")));
        let tip = "Train it next to this one; both start again at step 0";
        if small_button(&mut below, theme, "+ beside", tip).clicked() {
            action = Some(Action::OpenBeside(Box::new(recipe.clone())));
        }
    }
    if response.clicked() && action.is_none() {
        action = Some(choice(state, gallery, recipe));
    }
    action
}

/// What it is called, what it is about, and its objective.
fn words_ui(ui: &mut Ui, theme: &Theme, recipe: &Recipe) {
    let label = |text: RichText| Label::new(text).selectable(false);
    ui.spacing_mut().item_spacing = vec2(GRID, 1.0);
    ui.horizontal(|ui| {
        let title = builtin::title(&recipe.name).unwrap_or(&recipe.name);
        ui.add(label(RichText::new(title).color(theme.text)));
        if text_width(ui, theme, &recipe.name) <= ui.available_width() {
            ui.add(label(RichText::new(&recipe.name).font(theme.small()).color(theme.muted)));
        }
    });
    ui.add(label(RichText::new(&recipe.about).font(theme.small()).color(theme.muted)).wrap());
    formula_line(ui, theme, &formula(recipe), &theme.small());
}

/// The network as an hourglass: a bar for each layer, as high as it is wide, the code in the colour of what acts on it.
fn paint_network(painter: &Painter, theme: &Theme, recipe: &Recipe, rect: Rect) {
    let model = &recipe.model;
    let layers: Vec<usize> = match model.network {
        Network::Dense => model.widths.clone(),
        Network::Conv | Network::UNet => model.channels.iter().map(|channels| 40 * channels).collect(),
        Network::Recurrent => vec![model.hidden; 3],
    };
    let high = |size: usize| {
        let share = ((size as f32).max(1.0).ln() / 1024.0_f32.ln()).clamp(0.12, 1.0);
        share * rect.height()
    };
    let mut bars: Vec<(f32, Color32)> = vec![(rect.height(), theme.muted)];
    bars.extend(layers.iter().map(|size| (high(*size), theme.activation(0.6))));
    bars.push((high(model.code), code_color(theme, recipe)));
    bars.extend(layers.iter().rev().map(|size| (high(*size), theme.activation(0.6))));
    bars.push((rect.height(), theme.muted));
    let step = rect.width() / bars.len() as f32;
    let center = |number: usize| pos2(rect.left() + (number as f32 + 0.5) * step, rect.center().y);
    let outline: Vec<Pos2> =
        bars.iter().enumerate().map(|(k, (high, _))| center(k) - vec2(0.0, 0.5 * high)).collect();
    let mirrored = bars.iter().enumerate().rev().map(|(k, (high, _))| center(k) + vec2(0.0, 0.5 * high));
    let silhouette: Vec<Pos2> = outline.iter().copied().chain(mirrored).collect();
    painter.add(Shape::closed_line(silhouette, Stroke::new(1.0, theme.line)));
    for (number, (high, color)) in bars.iter().enumerate() {
        let bar = Rect::from_center_size(center(number), vec2((0.45 * step).max(2.0), *high));
        painter.rect_filled(bar, CornerRadius::same(1), *color);
    }
    if model.network == Network::UNet && model.skips {
        let (from, to) = (center(1) - vec2(0.0, 0.42 * rect.height()), center(bars.len() - 2));
        let ends = [from, pos2(to.x, from.y)];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(1.5, theme.accent), 3.0, 2.0));
    }
    if recipe.noise.kind != Corruption::None {
        for k in 0..9 {
            let at = center(0)
                + vec2((k % 3) as f32 * 3.0 - 3.0, (k / 3) as f32 * 9.0 - 9.0 + (k % 2) as f32 * 3.0);
            painter.circle_filled(at, 1.2, theme.problem);
        }
    }
}

/// The colour of the term that acts on the code.
fn code_color(theme: &Theme, recipe: &Recipe) -> Color32 {
    if recipe.is_variational() {
        theme.kl
    } else if recipe.objective.sparsity > 0.0 || recipe.model.top_k > 0 {
        theme.sparsity
    } else if recipe.objective.rate > 0.0 {
        theme.rate
    } else if recipe.objective.contractive > 0.0 {
        theme.contractive
    } else {
        theme.accent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_has_a_name_of_its_own_and_is_found_by_its_words() {
        let all = builtin::by_family().expect("built in");
        let mut titles: Vec<&str> = builtin::NAMES.iter().filter_map(|name| builtin::title(name)).collect();
        assert_eq!(titles.len(), builtin::NAMES.len());
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), builtin::NAMES.len(), "two recipes have one name");
        let found = |search: &str| -> Vec<String> {
            let recipes =
                all.iter().flat_map(|(family, recipes)| recipes.iter().map(move |recipe| (*family, recipe)));
            let found = recipes.filter(|(family, recipe)| matches(recipe, *family, search));
            found.map(|(_, recipe)| recipe.name.clone()).collect()
        };
        assert_eq!(found("").len(), builtin::NAMES.len());
        assert_eq!(found("gru"), ["gru-rows"]);
        assert!(found("sparse dictionary").contains(&"article-sparse-codes".to_owned()));
        assert_eq!(found("no such recipe"), Vec::<String>::new());
    }
}
