//! Where the panels stand: a tree of tiles for each of the two layouts, rearranged by dragging a panel's title line.
//!
//! Until somebody rearranges it, a layout is planned anew for every size of the window, so that the side columns keep
//! their width and the middle takes the rest. The plan is pure arithmetic and tested without a window.

use eframe::egui::{self, CursorIcon, Rect, Sense, Ui, Vec2, vec2};
use egui_tiles::{
    Behavior, EditAction, Linear, LinearDir, SimplificationOptions, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use super::action::Figure;
use super::theme::{GRID, HALF, PANEL_PADDING, RADIUS, SIDE_WIDTH, Theme};

/// Space between a panel's edge and what it holds; the title line has room of its own above and below.
const PADDING: Vec2 = vec2(PANEL_PADDING, 7.0);

/// A panel of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// Sliders that act at once.
    Live,
    /// The recipe as a form.
    Recipe,
    /// The network and what goes through it.
    Hourglass,
    /// The latent explorer.
    Latent,
    /// The learning curves.
    Curves,
    /// Held-out images and their reconstructions.
    HeldOut,
    /// The objective as a formula.
    Objective,
}

impl Pane {
    /// Its name on a tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Recipe => "Recipe",
            Self::Hourglass => "Hourglass",
            Self::Latent => "Latent space",
            Self::Curves => "Curves",
            Self::HeldOut => "Held-out images",
            Self::Objective => "Objective",
        }
    }

    /// What E exports while the pointer is over it.
    pub fn figure(self) -> Option<Figure> {
        match self {
            Self::Latent => Some(Figure::Cloud),
            Self::Curves | Self::Objective => Some(Figure::Curves),
            Self::HeldOut => Some(Figure::Reconstructions),
            Self::Live | Self::Recipe | Self::Hourglass => None,
        }
    }
}

/// The panels drawn in this frame, and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visible(Vec<(Pane, Rect)>);

impl Visible {
    /// Whether a panel was drawn, and not behind another tab.
    pub fn contains(&self, pane: Pane) -> bool {
        self.0.iter().any(|(drawn, _)| *drawn == pane)
    }

    /// The panel under a point.
    pub fn at(&self, point: egui::Pos2) -> Option<Pane> {
        self.0.iter().find(|(_, rect)| rect.contains(point)).map(|(pane, _)| *pane)
    }
}

/// The two layouts, each as it was left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Layout {
    full: Arrangement,
    simple: Arrangement,
}

impl Default for Layout {
    fn default() -> Self {
        let size = vec2(1264.0, 710.0);
        Self {
            full: Arrangement::planned(Plan::full(size)),
            simple: Arrangement::planned(Plan::simple(size)),
        }
    }
}

impl Layout {
    /// Draws the panels of the layout in use on a surface that has the panels' colour already.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        simple: bool,
        draw: &mut dyn FnMut(&mut Ui, Pane),
    ) -> Visible {
        let space = ui.available_rect_before_wrap();
        paint_margin(ui, space, theme);
        let size = space.shrink(GRID).size();
        let (arrangement, plan) = match simple {
            true => (&mut self.simple, Plan::simple(size)),
            false => (&mut self.full, Plan::full(size)),
        };
        arrangement.fit(plan);
        let mut panels = Panels { theme, draw, visible: Visible::default(), was_edited: false };
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(space.shrink(GRID)));
        arrangement.tree.ui(&mut panels, &mut inside);
        arrangement.is_by_hand |= panels.was_edited;
        panels.visible
    }
}

/// One layout.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Arrangement {
    tree: Tree<Pane>,
    /// Somebody rearranged it, so its proportions are theirs.
    is_by_hand: bool,
    #[serde(skip)]
    plan: Option<Plan>,
}

impl Arrangement {
    fn planned(plan: Plan) -> Self {
        Self { tree: plan.tree(), is_by_hand: false, plan: Some(plan) }
    }

    fn fit(&mut self, plan: Plan) {
        if !self.is_by_hand && self.plan.as_ref() != Some(&plan) {
            *self = Self::planned(plan);
        }
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

impl Plan {
    /// Everything: the recipe left, the network and its latent space in the middle, what comes out of it right.
    fn full(size: Vec2) -> Self {
        let side = SIDE_WIDTH.min(0.22 * size.x);
        let right = (0.272 * size.x).clamp(240.0, 460.0);
        let middle = (size.x - side - right - 2.0 * GRID).max(240.0);
        let network = (0.231 * size.y).clamp(120.0, 210.0);
        // Three rows of ten square tiles as wide as the panel, and a line above them.
        let held_out = (0.3 * (right - 24.0) + 56.0).min(0.3 * size.y);
        let objective = (0.24 * size.y).clamp(110.0, 200.0);
        let live = (0.21 * size.y).clamp(130.0, 160.0);
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

    /// For a class: the sliders, the latent space, the curves.
    fn simple(size: Vec2) -> Self {
        let side = (0.34 * size.x).clamp(280.0, 620.0);
        let middle = (size.x - side - GRID).max(240.0);
        let live = (0.3 * size.y).clamp(190.0, 260.0);
        let columns = vec![
            Column::new(middle, size.y, &[(Pane::Latent, None)]),
            Column::new(side, size.y, &[(Pane::Live, Some(live)), (Pane::Curves, None)]),
        ];
        Self { name: "simple layout", columns }
    }

    fn tree(&self) -> Tree<Pane> {
        let mut tiles = Tiles::default();
        let columns: Vec<(TileId, f32)> =
            self.columns.iter().map(|column| (column.insert_into(&mut tiles), column.width)).collect();
        let root = insert_linear(&mut tiles, LinearDir::Horizontal, &columns);
        Tree::new(egui::Id::unique(self.name), root, tiles)
    }
}

impl Column {
    fn insert_into(&self, tiles: &mut Tiles<Pane>) -> TileId {
        let panes: Vec<(TileId, f32)> =
            self.panes.iter().map(|(pane, height)| (tiles.insert_pane(*pane), *height)).collect();
        match panes.as_slice() {
            [(only, _)] => *only,
            _ => insert_linear(tiles, LinearDir::Vertical, &panes),
        }
    }
}

fn insert_linear(tiles: &mut Tiles<Pane>, direction: LinearDir, children: &[(TileId, f32)]) -> TileId {
    let mut linear = Linear::new(direction, children.iter().map(|(id, _)| *id).collect());
    for (id, share) in children {
        linear.shares.set_share(*id, *share);
    }
    tiles.insert_container(linear)
}

/// How tiles look and behave.
struct Panels<'a> {
    theme: &'a Theme,
    draw: &'a mut dyn FnMut(&mut Ui, Pane),
    visible: Visible,
    was_edited: bool,
}

impl Behavior<Pane> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile_id: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        self.visible.0.push((*pane, rect));
        paint_edge(ui, rect, self.theme);
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        let handle = title_line(ui, rect, *pane, self.theme);
        let mut inside =
            ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(PADDING)).id_salt(pane.title()));
        (self.draw)(&mut inside, *pane);
        if handle.drag_started() { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.title().into()
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        GRID
    }

    fn min_size(&self) -> f32 {
        8.0 * GRID
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
        // A drag that is let go where it began changed nothing yet.
        self.was_edited |= edit != EditAction::TileDragged;
    }
}

/// Fills what lies between the panels and the edge of the space they are given. Their own colour is there already,
/// so that a processor that draws the window fills few points twice.
fn paint_margin(ui: &Ui, rect: Rect, theme: &Theme) {
    let inside = rect.shrink(GRID);
    let strips = [
        rect.with_max_y(inside.top()),
        rect.with_min_y(inside.bottom()),
        rect.with_max_x(inside.left()),
        rect.with_min_x(inside.right()),
    ];
    for strip in strips {
        ui.painter().rect_filled(strip, 0.0, theme.ground);
    }
}

/// A panel's round edge, and beyond it the ground, out to the middle of the gap.
fn paint_edge(ui: &Ui, rect: Rect, theme: &Theme) {
    let corner = egui::CornerRadius::same(RADIUS);
    // A point more than half the gap, so that the halves of two neighbours leave no seam.
    let ground = egui::Stroke::new(HALF + 1.0, theme.ground);
    let painter = ui.painter().with_clip_rect(rect.expand(HALF + 1.0));
    painter.rect_stroke(rect, corner, ground, egui::StrokeKind::Outside);
    painter.rect_stroke(rect, corner, theme.line_stroke(), egui::StrokeKind::Inside);
}

/// The strip by which a panel is dragged; whatever the panel puts there takes the pointer first.
fn title_line(ui: &Ui, rect: Rect, pane: Pane, theme: &Theme) -> egui::Response {
    let height = PADDING.y + 20.0 * theme.scale;
    let strip = Rect::from_min_size(rect.min, vec2(rect.width(), height.min(rect.height())));
    let response = ui.interact(strip, ui.scope_id().with(("title line", pane)), Sense::drag());
    if response.dragged() { response.on_hover_cursor(CursorIcon::Grabbing) } else { response }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(plan: &Plan) -> (Vec<f32>, Vec<f32>) {
        let heights = |column: &Column| column.panes.iter().map(|(_, height)| height).sum::<f32>();
        let gaps = |column: &Column| GRID * (column.panes.len() as f32 - 1.0);
        let widths = plan.columns.iter().map(|column| column.width).collect();
        (widths, plan.columns.iter().map(|column| heights(column) + gaps(column)).collect())
    }

    #[test]
    fn a_plan_fills_the_window_at_both_usual_sizes() {
        for size in [vec2(1264.0, 710.0), vec2(1904.0, 990.0)] {
            for plan in [Plan::full(size), Plan::simple(size)] {
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
        let (small, large) = (Plan::full(vec2(1264.0, 710.0)), Plan::full(vec2(1904.0, 990.0)));
        assert_eq!(small.columns[0].width, SIDE_WIDTH);
        assert_eq!(large.columns[0].width, SIDE_WIDTH);
        assert!(large.columns[1].width > small.columns[1].width + 300.0);
    }

    #[test]
    fn a_small_window_still_gives_every_panel_some_room() {
        let plan = Plan::full(vec2(700.0, 380.0));
        for (pane, height) in plan.columns.iter().flat_map(|column| &column.panes) {
            assert!(*height >= 6.0 * GRID, "{pane:?} has {height} points");
        }
    }

    #[test]
    fn the_panel_under_a_point_is_found() {
        let rect = Rect::from_min_size(egui::pos2(10.0, 10.0), vec2(20.0, 20.0));
        let visible = Visible(vec![(Pane::Curves, rect)]);
        assert_eq!(visible.at(egui::pos2(15.0, 15.0)).and_then(Pane::figure), Some(Figure::Curves));
        assert_eq!(visible.at(egui::pos2(5.0, 15.0)), None);
    }
}
