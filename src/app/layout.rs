//! The arrangement of the panels: a tree of tiles for each of the two layouts, rearranged by dragging the title line of a
//! panel.
//!
//! Until it is rearranged, a layout is planned anew for every size of the window, so that the side columns keep their width
//! and the middle takes the rest. The plan is pure arithmetic and tested without a window.

mod edges;
mod pane;
mod plan;

use eframe::egui::{self, Rect, Ui, vec2};
use egui_tiles::{
    Behavior, Container, EditAction, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use super::action::Figure;
use super::focus;
use super::theme::{GRID, Theme};
use edges::{TabSpace, paint_around_tabs, paint_edge, paint_margin, tab_ui, title_line};
use pane::{PADDING, TAB_HEIGHT};

pub use pane::Pane;
pub use plan::Contents;
use plan::{Plan, SHARED};

/// The panels drawn in this frame, and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visible(Vec<(Pane, Rect)>);

impl Visible {
    /// The panel under a point.
    pub fn at(&self, point: egui::Pos2) -> Option<Pane> {
        self.0.iter().find(|(_, rect)| rect.contains(point)).map(|(pane, _)| *pane)
    }

    /// The panels, in the order of the keyboard.
    pub fn panels(&self) -> &[(Pane, Rect)] {
        &self.0
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
    /// Whether it was chosen with the keyboard, which goes on to its tab.
    #[serde(skip)]
    is_tab_sought: bool,
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
            is_tab_sought: false,
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
        let is_tab_sought = std::mem::take(&mut self.is_tab_sought);
        let tab_space = arrangement.tab_space(ui, theme);
        let mut panels = Panels {
            theme,
            draw,
            visible,
            tabs,
            tab_space,
            is_tab_sought,
            turn_to: None,
            was_edited: false,
            was_turned: false,
        };
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(space.shrink(GRID)));
        arrangement.tree.ui(&mut panels, &mut inside);
        arrangement.is_by_hand |= panels.was_edited;
        let Panels { visible, mut was_turned, turn_to, .. } = panels;
        if let Some(tab) = turn_to {
            was_turned |= arrangement.tree.make_active(|id, _| id == tab);
            self.is_tab_sought = true;
            ui.ctx().request_repaint();
        }
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

/// The look and the behaviour of tiles.
struct Panels<'a> {
    theme: &'a Theme,
    /// Draws a panel, given whether a tab shows its name.
    draw: &'a mut dyn FnMut(&mut Ui, Pane, bool),
    visible: Visible,
    /// The tiles that are shown in tabs.
    tabs: Vec<TileId>,
    tab_space: TabSpace,
    /// Whether the active tab is to get the keyboard focus.
    is_tab_sought: bool,
    /// The tab that an arrow key goes to.
    turn_to: Option<TileId>,
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
        let response = tab_ui(ui, self.theme, id, name, self.tab_space, state.active);
        if state.active && self.is_tab_sought {
            response.request_focus();
        }
        if response.has_focus() {
            focus::keep_arrows(ui, response.id);
            self.turn_to = neighbour(tiles, tile_id, focus::arrow(ui)).or(self.turn_to);
        }
        response
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

/// The tab so many places after one.
fn neighbour(tiles: &Tiles<Pane>, tab: TileId, step: isize) -> Option<TileId> {
    let Tile::Container(Container::Tabs(tabs)) = tiles.get(tiles.parent_of(tab)?)? else { return None };
    let at = tabs.children.iter().position(|other| *other == tab)?;
    tabs.children.get(at.checked_add_signed(step)?).copied().filter(|other| *other != tab)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(sliders: usize) -> Contents {
        Contents { sliders, ..Contents::default() }
    }

    #[test]
    fn cards_share_the_place_of_the_latent_space_and_come_forward() {
        let mut layout = Layout::default();
        assert_eq!(layout.full.front(), Some(Pane::Latent));
        layout.bring_forward(Pane::Insight);
        assert_eq!((layout.full.front(), layout.simple.front()), (Some(Pane::Insight), Some(Pane::Insight)));
        layout.full.fit(Plan::full(vec2(1500.0, 900.0), contents(3)), layout.front);
        assert_eq!(layout.full.front(), Some(Pane::Insight), "another size of the window turned the tab");
    }

    #[test]
    fn an_arrangement_that_lacks_a_panel_is_planned_anew() {
        let mut old = Arrangement::planned(Plan::full(vec2(1264.0, 710.0), contents(2)), Pane::Latent);
        old.is_by_hand = true;
        let lost = old.tree.tiles.find_pane(&Pane::Insight).expect("there");
        old.tree.tiles.remove(lost);
        old.plan = None;
        old.fit(Plan::full(vec2(1264.0, 710.0), contents(2)), Pane::Latent);
        assert!(old.has(Pane::Insight));
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
