//! The arrangement of the panels: a tree of tiles for each of the two layouts, rearranged by dragging the title line of a
//! panel.
//!
//! Until it is rearranged, a layout is planned anew for every size of the window, so that the side columns keep their width
//! and the middle takes the rest. The plan is pure arithmetic and tested without a window.

mod edges;
mod pane;

use eframe::egui::{self, Rect, Ui, Vec2, vec2};
use egui_tiles::{
    Behavior, Container, EditAction, Linear, LinearDir, SimplificationOptions, TabState, Tabs, Tile, TileId,
    Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use super::action::Figure;
use super::theme::{GRID, SIDE_WIDTH, Theme};
use edges::{TabSpace, paint_around_tabs, paint_edge, paint_margin, tab_ui, title_line};
use pane::{PADDING, TAB_HEIGHT};

pub use pane::Pane;

/// Height of the title line of the live panel with its edges, and of each slider in the full and in the simple layout.
const LIVE_HEAD: [f32; 2] = [46.0, 58.0];
const LIVE_SLIDER: [f32; 2] = [43.0, 60.0];

/// What the sizes of panels depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Sliders of the live panel.
    pub sliders: usize,
    /// Whether a line below them shows and hides the others.
    pub has_more_sliders: bool,
    /// Rows of held-out images.
    pub held_out_rows: usize,
}

impl Default for Contents {
    fn default() -> Self {
        Self { sliders: 2, has_more_sliders: false, held_out_rows: 3 }
    }
}

/// Panels that share one place, one of them in front.
const SHARED: [Pane; 5] = [Pane::Latent, Pane::Cards, Pane::Dimensions, Pane::Samples, Pane::Kept];

/// The panels drawn in this frame, and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visible(Vec<(Pane, Rect)>);

impl Visible {
    /// The panel under a point.
    pub fn at(&self, point: egui::Pos2) -> Option<Pane> {
        self.0.iter().find(|(_, rect)| rect.contains(point)).map(|(pane, _)| *pane)
    }

    /// Where a panel is.
    pub fn rect(&self, pane: Pane) -> Option<Rect> {
        self.0.iter().find(|(other, _)| *other == pane).map(|(_, rect)| *rect)
    }

    /// Where the panel that exports a figure is.
    pub fn of(&self, figure: Figure) -> Option<Rect> {
        self.0.iter().find(|(pane, _)| pane.shows(figure)).map(|(_, rect)| *rect)
    }
}

/// The two layouts as they were arranged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Layout {
    full: Arrangement,
    simple: Arrangement,
    /// Of the panels that share a place, the one in front.
    #[serde(default = "first_in_front")]
    front: Pane,
    /// Whether somebody has chosen it.
    #[serde(skip)]
    is_front_chosen: bool,
}

fn first_in_front() -> Pane {
    Pane::Latent
}

impl Default for Layout {
    fn default() -> Self {
        let size = vec2(1264.0, 710.0);
        Self {
            full: Arrangement::planned(Plan::full(size, Contents::default()), Pane::Latent),
            simple: Arrangement::planned(Plan::simple(size, Contents::default()), Pane::Latent),
            front: Pane::Latent,
            is_front_chosen: false,
        }
    }
}

impl Layout {
    /// Draws the panels of the layout in use on a surface that has the colour of the panels already.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        simple: bool,
        contents: Contents,
        draw: &mut dyn FnMut(&mut Ui, Pane, bool),
    ) -> Visible {
        let space = ui.available_rect_before_wrap();
        paint_margin(ui, space, theme);
        let size = space.shrink(GRID).size();
        let (arrangement, plan) = match simple {
            true => (&mut self.simple, Plan::simple(size, contents)),
            false => (&mut self.full, Plan::full(size, contents)),
        };
        arrangement.fit(plan, self.front);
        let tabs = arrangement.tabs();
        let visible = Visible::default();
        let tab_space = arrangement.tab_space(ui, theme);
        let mut panels =
            Panels { theme, draw, visible, tabs, tab_space, was_edited: false, was_turned: false };
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(space.shrink(GRID)));
        arrangement.tree.ui(&mut panels, &mut inside);
        arrangement.is_by_hand |= panels.was_edited;
        let Panels { visible, was_turned, .. } = panels;
        if was_turned && let Some(front) = arrangement.front() {
            self.front = front;
            self.is_front_chosen = true;
        }
        visible
    }

    /// Shows one of the panels that share a place, unless somebody has chosen which.
    pub fn suggest(&mut self, pane: Pane) {
        if !self.is_front_chosen {
            self.bring_forward(pane);
        }
    }

    /// Shows one of the panels that share a place.
    pub fn bring_forward(&mut self, pane: Pane) {
        self.front = pane;
        for arrangement in [&mut self.full, &mut self.simple] {
            arrangement.tree.make_active(|_, tile| matches!(tile, Tile::Pane(at) if *at == pane));
        }
    }
}

/// One layout.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Arrangement {
    tree: Tree<Pane>,
    /// Whether it was rearranged, so that its proportions are kept.
    is_by_hand: bool,
    #[serde(skip)]
    plan: Option<Plan>,
}

impl Arrangement {
    fn planned(plan: Plan, front: Pane) -> Self {
        Self { tree: plan.tree(front), is_by_hand: false, plan: Some(plan) }
    }

    fn fit(&mut self, plan: Plan, front: Pane) {
        // An arrangement of an earlier version lacks the newer panels, and they could not be reached.
        let is_complete = self.is_by_hand && SHARED.iter().all(|pane| self.has(*pane));
        if !is_complete && self.plan.as_ref() != Some(&plan) {
            *self = Self::planned(plan, front);
        }
    }

    fn has(&self, pane: Pane) -> bool {
        self.tree.tiles.tiles().any(|tile| matches!(tile, Tile::Pane(at) if *at == pane))
    }

    /// The tiles that are shown in tabs.
    fn tabs(&self) -> Vec<TileId> {
        let of = |tile: &Tile<Pane>| match tile {
            Tile::Container(Container::Tabs(tabs)) => tabs.children.clone(),
            _ => Vec::new(),
        };
        self.tree.tiles.tiles().flat_map(of).collect()
    }

    /// How much room there is around the names of the tabs, as wide as their panel was in the last frame.
    fn tab_space(&self, ui: &Ui, theme: &Theme) -> TabSpace {
        let tiles = &self.tree.tiles;
        let is_tabs = |id: &TileId| matches!(tiles.get(*id), Some(Tile::Container(Container::Tabs(_))));
        let width = tiles.tile_ids().filter(is_tabs).find_map(|id| Some(tiles.rect(id)?.width()));
        width.map_or_else(TabSpace::default, |width| TabSpace::of(ui, theme, &SHARED, width))
    }

    /// The panel in front of those that share a place.
    fn front(&self) -> Option<Pane> {
        self.tree.tiles.tiles().find_map(|tile| match tile {
            Tile::Container(Container::Tabs(tabs)) => match self.tree.tiles.get(tabs.active?)? {
                Tile::Pane(pane) if SHARED.contains(pane) => Some(*pane),
                _ => None,
            },
            _ => None,
        })
    }
}

/// Columns of panels with their sizes in points.
#[derive(Clone, Debug, PartialEq)]
struct Plan {
    name: &'static str,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
struct Column {
    width: f32,
    panes: Vec<(Pane, f32)>,
}

impl Column {
    /// Panels of these heights; the one without a height takes what is left.
    fn new(width: f32, height: f32, panes: &[(Pane, Option<f32>)]) -> Self {
        let taken: f32 = panes.iter().filter_map(|(_, height)| *height).sum();
        let gaps = GRID * (panes.len() as f32 - 1.0);
        let rest = (height - taken - gaps).max(6.0 * GRID);
        Self { width, panes: panes.iter().map(|(pane, height)| (*pane, height.unwrap_or(rest))).collect() }
    }
}

/// The height for as many whole sliders as there is room for above the form; where there are more, the name of the next is
/// visible.
fn live_height(Contents { sliders, has_more_sliders, .. }: Contents, layout: usize, most: f32) -> f32 {
    let (head, each) = (LIVE_HEAD[layout], LIVE_SLIDER[layout]);
    let more = if has_more_sliders { 0.5 * each } else { 0.0 };
    let most = most - more;
    let fitting = ((most - head) / each).floor().max(2.0);
    let shown = (sliders.max(1) as f32).min(fitting);
    let peek = if sliders as f32 > fitting { 0.5 * each } else { 0.0 };
    head + shown * each + peek + more
}

impl Plan {
    /// Everything: the recipe on the left, the network and its latent space in the middle, curves and images on the right.
    fn full(size: Vec2, contents: Contents) -> Self {
        let side = SIDE_WIDTH.min(0.22 * size.x);
        let right = (0.272 * size.x).clamp(240.0, 460.0);
        let middle = (size.x - side - right - 2.0 * GRID).max(240.0);
        let network = (0.231 * size.y).clamp(120.0, 210.0);
        // Rows of ten square tiles as wide as the panel, and a line above them.
        let rows = contents.held_out_rows as f32;
        let held_out = (0.1 * rows * (right - 24.0) + 56.0).min(size.y * (0.21 + 0.03 * rows).min(0.4));
        // Curves come first where there is little room.
        let objective = (0.24 * size.y).clamp(84.0, 200.0);
        let least = 0.32 * size.y + 2.0 * GRID;
        let objective = objective.min((size.y - held_out - least).max(64.0));
        let live = live_height(contents, 0, (0.37 * size.y).max(130.0));
        let columns = vec![
            Column::new(side, size.y, &[(Pane::Live, Some(live)), (Pane::Recipe, None)]),
            Column::new(middle, size.y, &[(Pane::Hourglass, Some(network)), (Pane::Latent, None)]),
            Column::new(
                right,
                size.y,
                &[(Pane::Curves, None), (Pane::HeldOut, Some(held_out)), (Pane::Objective, Some(objective))],
            ),
        ];
        Self { name: "full layout", columns }
    }

    /// For a class: the network and its latent space, two sliders, one curve, images and reconstructions.
    fn simple(size: Vec2, contents: Contents) -> Self {
        let side = (0.34 * size.x).clamp(280.0, 620.0);
        let middle = (size.x - side - GRID).max(240.0);
        let live = live_height(contents, 1, (0.35 * size.y).max(150.0));
        let network = (0.2 * size.y).clamp(110.0, 230.0);
        let rows = contents.held_out_rows as f32;
        let held_out = (0.1 * rows * (side - 24.0) + 60.0).min(0.3 * size.y);
        let columns = vec![
            Column::new(middle, size.y, &[(Pane::Hourglass, Some(network)), (Pane::Latent, None)]),
            Column::new(
                side,
                size.y,
                &[(Pane::Live, Some(live)), (Pane::Curves, None), (Pane::HeldOut, Some(held_out))],
            ),
        ];
        Self { name: "simple layout", columns }
    }

    fn tree(&self, front: Pane) -> Tree<Pane> {
        let mut tiles = Tiles::default();
        let columns: Vec<(TileId, f32)> =
            self.columns.iter().map(|column| (column.insert_into(&mut tiles, front), column.width)).collect();
        let root = insert_linear(&mut tiles, LinearDir::Horizontal, &columns);
        Tree::new(egui::Id::unique(self.name), root, tiles)
    }
}

impl Column {
    fn insert_into(&self, tiles: &mut Tiles<Pane>, front: Pane) -> TileId {
        let panes: Vec<(TileId, f32)> =
            self.panes.iter().map(|(pane, height)| (insert_pane(tiles, *pane, front), *height)).collect();
        match panes.as_slice() {
            [(only, _)] => *only,
            _ => insert_linear(tiles, LinearDir::Vertical, &panes),
        }
    }
}

/// The latent explorer shares its place with the other panels about codes.
fn insert_pane(tiles: &mut Tiles<Pane>, pane: Pane, front: Pane) -> TileId {
    if pane != Pane::Latent {
        return tiles.insert_pane(pane);
    }
    let shared = SHARED.map(|pane| tiles.insert_pane(pane));
    let mut tabs = Tabs::new(shared.to_vec());
    let first = SHARED.iter().position(|pane| *pane == front).unwrap_or(0);
    tabs.set_active(shared[first]);
    tiles.insert_container(tabs)
}

fn insert_linear(tiles: &mut Tiles<Pane>, direction: LinearDir, children: &[(TileId, f32)]) -> TileId {
    let mut linear = Linear::new(direction, children.iter().map(|(id, _)| *id).collect());
    for (id, share) in children {
        linear.shares.set_share(*id, *share);
    }
    tiles.insert_container(linear)
}

/// The look and the behaviour of tiles.
struct Panels<'a> {
    theme: &'a Theme,
    /// Draws a panel, given whether a tab shows its name.
    draw: &'a mut dyn FnMut(&mut Ui, Pane, bool),
    visible: Visible,
    /// The tiles that are shown in tabs.
    tabs: Vec<TileId>,
    tab_space: TabSpace,
    /// Whether panels were moved or resized.
    was_edited: bool,
    /// Whether another tab was chosen.
    was_turned: bool,
}

impl Behavior<Pane> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile_id: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        let is_tab = self.tabs.contains(&tile_id);
        if is_tab {
            paint_around_tabs(ui, rect, self.theme);
        }
        self.visible.0.push((*pane, rect));
        paint_edge(ui, rect, self.theme);
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        let handle = title_line(ui, rect, *pane, self.theme);
        let mut inside =
            ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(PADDING)).id_salt(pane.title()));
        (self.draw)(&mut inside, *pane, is_tab);
        if handle.drag_started() { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.title().into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: egui::Id,
        tile_id: TileId,
        state: &TabState,
    ) -> egui::Response {
        let name = match tiles.get(tile_id) {
            Some(Tile::Pane(pane)) => [pane.title(), pane.short_title()],
            _ => ["Panels"; 2],
        };
        tab_ui(ui, self.theme, id, name, self.tab_space, state.active)
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        TAB_HEIGHT * self.theme.scale
    }

    fn tab_bar_hline_stroke(&self, _visuals: &egui::Visuals) -> egui::Stroke {
        egui::Stroke::NONE
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        GRID
    }

    fn min_size(&self) -> f32 {
        12.0 * GRID
    }

    fn tab_bar_color(&self, _visuals: &egui::Visuals) -> egui::Color32 {
        self.theme.ground
    }

    fn resize_stroke(&self, _style: &egui::Style, state: egui_tiles::ResizeState) -> egui::Stroke {
        match state {
            egui_tiles::ResizeState::Idle => egui::Stroke::NONE,
            egui_tiles::ResizeState::Hovering => egui::Stroke::new(2.0, self.theme.line),
            egui_tiles::ResizeState::Dragging => egui::Stroke::new(2.0, self.theme.accent),
        }
    }

    fn drag_preview_stroke(&self, _visuals: &egui::Visuals) -> egui::Stroke {
        egui::Stroke::new(1.0, self.theme.accent)
    }

    fn drag_preview_color(&self, _visuals: &egui::Visuals) -> egui::Color32 {
        self.theme.faded(self.theme.accent, 0.25)
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: false, ..SimplificationOptions::default() }
    }

    fn on_edit(&mut self, edit: EditAction) {
        // A drag that ends where it began changes nothing, and choosing another tab moves nothing.
        self.was_turned |= edit == EditAction::TabSelected;
        self.was_edited |= !matches!(edit, EditAction::TileDragged | EditAction::TabSelected);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(sliders: usize) -> Contents {
        Contents { sliders, ..Contents::default() }
    }

    fn sizes(plan: &Plan) -> (Vec<f32>, Vec<f32>) {
        let heights = |column: &Column| column.panes.iter().map(|(_, height)| height).sum::<f32>();
        let gaps = |column: &Column| GRID * (column.panes.len() as f32 - 1.0);
        let widths = plan.columns.iter().map(|column| column.width).collect();
        (widths, plan.columns.iter().map(|column| heights(column) + gaps(column)).collect())
    }

    #[test]
    fn a_plan_fills_the_window_at_both_usual_sizes() {
        for size in [vec2(1264.0, 710.0), vec2(1904.0, 990.0)] {
            for plan in [Plan::full(size, Contents::default()), Plan::simple(size, contents(6))] {
                let (widths, heights) = sizes(&plan);
                let total = widths.iter().sum::<f32>() + GRID * (widths.len() as f32 - 1.0);
                assert!((total - size.x).abs() < 0.5, "{}: {total} wide, want {}", plan.name, size.x);
                for height in heights {
                    assert!((height - size.y).abs() < 0.5, "{}: {height} high, want {}", plan.name, size.y);
                }
            }
        }
    }

    #[test]
    fn side_columns_keep_their_width_and_the_middle_takes_the_rest() {
        let (small, large) =
            (Plan::full(vec2(1264.0, 710.0), contents(2)), Plan::full(vec2(1904.0, 990.0), contents(2)));
        assert_eq!(small.columns[0].width, SIDE_WIDTH);
        assert_eq!(large.columns[0].width, SIDE_WIDTH);
        assert!(large.columns[1].width > small.columns[1].width + 300.0);
    }

    #[test]
    fn a_small_window_still_gives_every_panel_some_room() {
        let plan = Plan::full(vec2(700.0, 380.0), contents(6));
        for (pane, height) in plan.columns.iter().flat_map(|column| &column.panes) {
            assert!(*height >= 6.0 * GRID, "{pane:?} has {height} points");
        }
    }

    #[test]
    fn cards_share_the_place_of_the_latent_space_and_come_forward() {
        let mut layout = Layout::default();
        assert_eq!(layout.full.front(), Some(Pane::Latent));
        layout.bring_forward(Pane::Cards);
        assert_eq!((layout.full.front(), layout.simple.front()), (Some(Pane::Cards), Some(Pane::Cards)));
        layout.full.fit(Plan::full(vec2(1500.0, 900.0), contents(3)), layout.front);
        assert_eq!(layout.full.front(), Some(Pane::Cards), "another size of the window turned the tab");
    }

    #[test]
    fn an_arrangement_that_lacks_a_panel_is_planned_anew() {
        let mut old = Arrangement::planned(Plan::full(vec2(1264.0, 710.0), contents(2)), Pane::Latent);
        old.is_by_hand = true;
        let lost = old.tree.tiles.find_pane(&Pane::Cards).expect("there");
        old.tree.tiles.remove(lost);
        old.plan = None;
        old.fit(Plan::full(vec2(1264.0, 710.0), contents(2)), Pane::Latent);
        assert!(old.has(Pane::Cards));
    }

    #[test]
    fn the_panel_under_a_point_is_found() {
        let rect = Rect::from_min_size(egui::pos2(10.0, 10.0), vec2(20.0, 20.0));
        let visible = Visible(vec![(Pane::Curves, rect)]);
        assert_eq!(visible.at(egui::pos2(15.0, 15.0)).and_then(Pane::figure), Some(Figure::Curves));
        assert_eq!(visible.at(egui::pos2(5.0, 15.0)), None);
        let tables = [Pane::Dimensions, Pane::Samples].map(Pane::figure);
        assert_eq!(tables, [Some(Figure::Dimensions), Some(Figure::Samples)]);
    }
}
