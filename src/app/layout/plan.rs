//! Where the panels of a layout are until somebody rearranges them: pure arithmetic, and the tree of tiles made of it.

use eframe::egui::{self, Vec2};
use egui_tiles::{Linear, LinearDir, Tabs, TileId, Tiles, Tree};

use super::pane::Pane;
use crate::app::theme::{GRID, SIDE_WIDTH};

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
pub const SHARED: [Pane; 5] = [Pane::Latent, Pane::Insight, Pane::Dimensions, Pane::Samples, Pane::Kept];

/// Columns of panels with their sizes in points.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub name: &'static str,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub width: f32,
    pub panes: Vec<(Pane, f32)>,
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
    pub fn full(size: Vec2, contents: Contents) -> Self {
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
    pub fn simple(size: Vec2, contents: Contents) -> Self {
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

    pub fn tree(&self, front: Pane) -> Tree<Pane> {
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

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

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
}
