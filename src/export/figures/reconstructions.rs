//! What goes in, what comes out, and the difference, image below image.

use super::page::{Layout, NOMINAL_WIDTH, Page, Sizes};
use super::{Caption, Figure};
use crate::chart::pixels::{atlas, broken, difference, images};
use crate::chart::scene::{Area, PixelLayout, Pixels, Scene};
use crate::data::ImageShape;
use crate::export::font;
use crate::look::{ColorScheme, Rgb, colormap};

/// Space between two images.
const GAP: f64 = 4.0;

/// Inputs over outputs, with what the network was given in between and their difference, where these are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstructions {
    /// What it is; none is drawn when empty.
    pub title: String,
    /// The images that go in, 0 to 1.
    pub inputs: Vec<f32>,
    /// The corrupted images that the network was given instead, where it is trained with noise.
    pub corrupted: Option<Vec<f32>>,
    /// The images that come out, 0 to 1.
    pub outputs: Vec<f32>,
    /// Output minus input, −1 to 1; `None` leaves the row out. Small differences are shown in full colour,
    /// and the key says which difference that is.
    pub residual: Option<Vec<f32>>,
    /// Shape of one image.
    pub shape: ImageShape,
    /// Images beside each other; more continue below.
    pub columns: usize,
}

/// A row of images.
struct Row<'a> {
    name: &'static str,
    values: &'a [f32],
    is_difference: bool,
}

/// Where everything goes.
struct Plan {
    /// Images shown.
    count: usize,
    /// Images beside each other.
    columns: usize,
    /// Rows that belong together.
    rows: usize,
    /// Size of one image on the page.
    tile: [f64; 2],
    /// Space between images.
    gap: f64,
    /// Width of the row names.
    names: f64,
    /// Size of all of it.
    content: [f64; 2],
    /// Height of the key to the colours of the difference.
    key: f64,
    /// Measures.
    sizes: Sizes,
}

/// How differences become colours.
struct Key {
    /// The difference at the ends of the colours.
    most: f32,
    scheme: ColorScheme,
}

impl Figure for Reconstructions {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        let Some(plan) = self.plan() else {
            return Page::nothing(&self.title, caption, theme);
        };
        let notes = self.notes();
        let layout = Layout {
            title: &self.title,
            caption,
            notes: &notes,
            content: plan.content,
            sizes: plan.sizes,
            theme,
        };
        let mut page = Page::new(&layout);
        let key = Key::new(self.residual.as_deref().unwrap_or_default(), theme);
        for (number, row) in self.rows().into_iter().enumerate() {
            draw_names(&mut page, &plan, number, row.name);
            for (index, image) in images(row.values, self.shape).enumerate().take(plan.count) {
                let pixels = if row.is_difference {
                    difference(image, self.shape, |value| key.color(value))
                } else {
                    atlas(image, self.shape, 1)
                };
                let area = plan.tile_area(&page, number, index);
                let edge = page.hairline(page.palette.line);
                page.scene.outline(area.grown(0.5 * edge.width), 0.0, edge);
                page.scene.image(area, pixels);
            }
        }
        if self.residual.is_some() {
            draw_key(&mut page, &plan, &key);
        }
        page.scene
    }
}

impl Reconstructions {
    /// The rows from the top.
    fn rows(&self) -> Vec<Row<'_>> {
        let row = |name, values| Row { name, values, is_difference: false };
        let corrupted = self.corrupted.as_deref().map(|values| row("corrupted", values));
        let residual = self.residual.as_deref();
        let residual = residual.map(|values| Row { is_difference: true, ..row("difference", values) });
        let all = [Some(row("input", &self.inputs)), corrupted, Some(row("output", &self.outputs)), residual];
        all.into_iter().flatten().collect()
    }

    /// The layout, or none when there is no whole pair of images.
    fn plan(&self) -> Option<Plan> {
        let fewest = self.inputs.len().min(self.outputs.len());
        let count = self.shape.images_in(fewest);
        let columns = self.columns.clamp(1, count.max(1));
        if count == 0 {
            return None;
        }
        let rows = self.rows();
        let room = NOMINAL_WIDTH / columns as f64 - GAP;
        let zoom = (room / self.shape.width as f64).round().max(1.0);
        let tile = [self.shape.width, self.shape.height].map(|side| side as f64 * zoom);

        let sizes = Sizes::for_width(columns as f64 * (tile[0] + GAP));
        let gap = (GAP * sizes.unit).round();
        let widest = rows.iter().map(|row| font::width(row.name, sizes.label)).fold(0.0, f64::max);
        let names = (widest + sizes.label).ceil();
        let key = if self.residual.is_some() { 2.6 * sizes.small } else { 0.0 };
        let rows = rows.len();
        let bands = count.div_ceil(columns) as f64;
        let width = names + columns as f64 * (tile[0] + gap) - gap;
        let height = bands * rows as f64 * (tile[1] + gap) + (bands - 1.0) * 4.0 * gap - gap + key;
        Some(Plan { count, columns, rows, tile, gap, names, content: [width, height], key, sizes })
    }

    fn notes(&self) -> Vec<String> {
        let remark = |row: &Row<'_>| Some(format!("{}: {}", row.name, broken(row.values)?));
        self.rows().iter().filter_map(remark).collect()
    }
}

impl Plan {
    /// The top of a row, from the top of the content.
    fn row_top(&self, band: usize, row: usize) -> f64 {
        let rows_above = (band * self.rows + row) as f64;
        rows_above * (self.tile[1] + self.gap) + band as f64 * 4.0 * self.gap
    }

    fn tile_area(&self, page: &Page, row: usize, index: usize) -> Area {
        let (band, column) = (index / self.columns, index % self.columns);
        let x = page.content.x + self.names + column as f64 * (self.tile[0] + self.gap);
        Area::new(x, page.content.y + self.row_top(band, row), self.tile[0], self.tile[1])
    }
}

impl Key {
    /// A key whose ends are a round number that no difference exceeds, so that small differences are not
    /// lost.
    fn new(differences: &[f32], scheme: ColorScheme) -> Self {
        let largest = differences
            .iter()
            .filter(|value| value.is_finite())
            .fold(0.0, |most: f32, value| most.max(value.abs()));
        let most = [0.02, 0.05, 0.1, 0.2, 0.5].into_iter().find(|most| largest <= *most).unwrap_or(1.0);
        Self { most, scheme }
    }

    fn color(&self, value: f32) -> Rgb {
        colormap::difference(value / self.most, self.scheme)
    }
}

/// The name of a row, at every band.
fn draw_names(page: &mut Page, plan: &Plan, row: usize, name: &str) {
    let style = page.label(page.palette.text).end();
    let x = page.content.x + plan.names - page.sizes.label;
    for band in 0..plan.count.div_ceil(plan.columns) {
        let middle = page.content.y + plan.row_top(band, row) + plan.tile[1] / 2.0;
        page.scene.text([x, middle + 0.35 * page.sizes.label], name, style);
    }
}

/// The key to the colours of the difference.
fn draw_key(page: &mut Page, plan: &Plan, key: &Key) {
    const STEPS: u32 = 128;
    let (sizes, palette) = (page.sizes, page.palette);
    let bytes = (0..STEPS).map(|step| 2.0 * step as f32 / (STEPS - 1) as f32 - 1.0);
    let bytes = bytes.flat_map(|share| colormap::difference(share, key.scheme)).collect();
    let top = page.content.bottom() - plan.key + 1.6 * sizes.small;
    let left = page.content.x + plan.names;
    let bar = Area::new(left, top.round(), f64::from(STEPS) * sizes.unit, 0.6 * sizes.small);
    let baseline = bar.y + 0.65 * sizes.small;
    let style = page.small(palette.muted);
    let low = format!("−{} darker", key.most);
    let shift = font::width(&low, sizes.small) + 8.0 * sizes.unit;
    let bar = Area { x: bar.x + shift, ..bar };
    page.scene.text([left, baseline], low, style);
    page.scene.image(bar, Pixels::new(STEPS, 1, PixelLayout::Rgb, bytes));
    let edge = page.hairline(palette.line);
    page.scene.outline(bar.grown(0.5 * edge.width), 0.0, edge);
    page.scene.text(
        [bar.right() + 8.0 * sizes.unit, baseline],
        format!("+{} lighter than the input", key.most),
        style,
    );
}
