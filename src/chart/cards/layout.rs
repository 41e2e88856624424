//! Lays out the content of a card as shapes of a scene.

use super::card::{Content, Scaling, Style};
use super::{bars, images, lines, maps, matrix, scored};
use crate::chart::scene::{Area, Scene};

/// Height of a chart in a figure, as a multiple of its width.
const CHART_HEIGHT: f64 = 0.56;
/// The same with images below the chart.
const TWO_CHARTS_HEIGHT: f64 = 0.75;

impl Content {
    /// The size in which a figure about `width` wide shows it; `None` where there is nothing to show.
    pub fn size(&self, width: f64, style: &Style<'_>) -> Option<[f64; 2]> {
        let has_values = match self {
            Self::Images(images) => return images::size(images, width, style),
            Self::Bars(bars) => bars.values.iter().any(|value| value.is_finite()),
            Self::Lines(lines) => lines.points().next().is_some(),
            Self::Matrix(matrix) => matrix.values.iter().any(|value| value.is_finite()),
            Self::Scored(scored) => scored.scores.iter().any(|score| score.is_finite()),
            Self::Maps(maps) => maps.maps.iter().any(|map| !map.points.is_empty()),
        };
        let height = if matches!(self, Self::Scored(_)) { TWO_CHARTS_HEIGHT } else { CHART_HEIGHT };
        has_values.then_some([width, height * width])
    }

    /// Lays it out within an area of a scene. Names and numbers give way where there is no room for them.
    pub fn draw(&self, scene: &mut Scene, area: Area, scaling: Scaling, style: &Style<'_>) {
        match self {
            Self::Images(images) => images::draw(images, scene, area, scaling, style),
            Self::Bars(bars) => bars::draw(bars, scene, area, style),
            Self::Lines(lines) => lines::draw(lines, scene, area, style),
            Self::Matrix(matrix) => matrix::draw(matrix, scene, area, style),
            Self::Scored(scored) => scored::draw(scored, scene, area, style),
            Self::Maps(maps) => maps::draw(maps, scene, area, style),
        }
    }
}
