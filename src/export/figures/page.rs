//! The page every figure is drawn on: margins, title, caption, and the one scale of type.
//!
//! A figure says how large its content is; the page adds the rest around it, so all figures share one look.

use super::{Caption, NOTHING_YET};
use crate::chart::scene::{Area, Scene, Stroke, TextStyle};
use crate::export::font;
use crate::look::{ColorScheme, Palette};

/// Width of content for which the type has its nominal size; wider pages grow their type with them, so that
/// it stays readable when the figure is fitted to a slide or a column.
pub(super) const NOMINAL_WIDTH: f64 = 640.0;

/// The measures of a figure, all from one unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// 1 on a page of nominal width.
    pub unit: f64,
    /// Type of the title.
    pub title: f64,
    /// Type of names and labels.
    pub label: f64,
    /// Type of numbers, units and the caption.
    pub small: f64,
    /// Space around everything.
    pub margin: f64,
}

impl Sizes {
    /// The measures for content of a width.
    pub fn for_width(content: f64) -> Self {
        let unit = (content / NOMINAL_WIDTH).max(1.0);
        let margin = (24.0 * unit).round();
        Self { unit, title: 17.0 * unit, label: 13.0 * unit, small: 12.0 * unit, margin }
    }

    /// Distance of two baselines of small text.
    pub fn line_height(&self) -> f64 {
        1.4 * self.small
    }
}

/// What a page is made from.
pub(super) struct Layout<'a> {
    /// Title above the content; none when empty.
    pub title: &'a str,
    /// The line below it.
    pub caption: &'a Caption,
    /// Remarks that belong to this picture, such as how many points were left out; each a sentence without
    /// its stop.
    pub notes: &'a [String],
    /// Size of the content.
    pub content: [f64; 2],
    /// The measures the content was laid out with.
    pub sizes: Sizes,
    /// Colours.
    pub theme: ColorScheme,
}

/// A page with its title and caption, waiting for its content.
pub(super) struct Page {
    /// The page.
    pub scene: Scene,
    /// Where the content goes; its corner lies on whole pixels.
    pub content: Area,
    /// Colours.
    pub palette: &'static Palette,
    /// Measures.
    pub sizes: Sizes,
}

impl Page {
    /// Lays out the page.
    pub fn new(layout: &Layout<'_>) -> Self {
        let [width, height] = layout.content;
        let sizes = layout.sizes;
        let palette = layout.theme.palette();
        let title = font::wrap(layout.title, sizes.title, width);
        let foot = foot_lines(layout, &sizes, width);

        let title_height =
            if title.is_empty() { 0.0 } else { title.len() as f64 * 1.3 * sizes.title + 0.8 * sizes.title };
        let content = Area::new(sizes.margin, (sizes.margin + title_height).round(), width, height);
        let foot_top = content.bottom() + sizes.small;
        let foot_height =
            if foot.is_empty() { 0.0 } else { foot.len() as f64 * sizes.line_height() + sizes.small };
        let size = [width + 2.0 * sizes.margin, content.bottom() + foot_height + sizes.margin];

        let mut scene = Scene::new(size[0].ceil() as u32, size[1].ceil() as u32, palette.page);
        scene.title = layout.title.to_owned();
        for (line, text) in title.into_iter().enumerate() {
            let baseline = sizes.margin + sizes.title * (0.8 + 1.3 * line as f64);
            scene.text([content.x, baseline], text, TextStyle::new(sizes.title, palette.text).strong());
        }
        for (line, text) in foot.into_iter().enumerate() {
            let baseline = foot_top + sizes.line_height() * (line as f64 + 1.0);
            scene.text([content.x, baseline], text, TextStyle::new(sizes.small, palette.muted));
        }
        Self { scene, content, palette, sizes }
    }

    /// A whole page that only says that there is nothing yet.
    pub fn nothing(title: &str, caption: &Caption, theme: ColorScheme) -> Scene {
        let content = [400.0, 160.0];
        let mut page = Self::new(&Layout {
            title,
            caption,
            notes: &[],
            content,
            sizes: Sizes::for_width(content[0]),
            theme,
        });
        let area = page.content;
        page.scene.outline(area, 8.0, Stroke::solid(page.palette.line, 1.0));
        let middle = [area.x + area.width / 2.0, area.y + area.height / 2.0 + 0.35 * page.sizes.label];
        page.scene.text(middle, NOTHING_YET, page.label(page.palette.muted).middle());
        page.scene
    }

    /// Text for names.
    pub fn label(&self, color: [u8; 3]) -> TextStyle {
        TextStyle::new(self.sizes.label, color)
    }

    /// Text for numbers and units.
    pub fn small(&self, color: [u8; 3]) -> TextStyle {
        TextStyle::new(self.sizes.small, color)
    }

    /// A thin line.
    pub fn hairline(&self, color: [u8; 3]) -> Stroke {
        Stroke::solid(color, self.sizes.unit)
    }
}

/// Caption and notes, wrapped: the notes are sentences that follow the caption on lines of their own.
fn foot_lines(layout: &Layout<'_>, sizes: &Sizes, room: f64) -> Vec<String> {
    let notes = layout.notes.iter().map(String::as_str);
    std::iter::once(layout.caption.text.as_str())
        .chain(notes)
        .flat_map(|text| font::wrap(text, sizes.small, room))
        .collect()
}
