//! The cloud of codes: where the encoder puts each image, coloured and shaped by class.

use super::axes::{self, Axis, MARKS_APART};
use super::page::{Layout, Page, Sizes};
use super::{Caption, Figure};
use crate::chart::scene::{Area, Scene, Shape};
use crate::chart::square::{Square, shuffled};
use crate::export::font;
use crate::look::{ColorScheme, Glyph, count_label, mixed};

/// Side of the square the cloud is drawn in.
const SIDE: f64 = 500.0;

/// Codes of images in a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// What it is; none is drawn when empty.
    pub title: String,
    /// The codes.
    pub points: Vec<[f32; 2]>,
    /// The class of each code; empty when the images have none.
    pub classes: Vec<u8>,
    /// Names of the classes, for the legend.
    pub class_names: Vec<String>,
    /// Names of the axes, such as z1 and z2.
    pub axis_names: [String; 2],
    /// Whether to draw where one and two standard deviations of a standard Gaussian prior lie.
    pub prior_rings: bool,
}

impl Figure for Cloud {
    fn scene(&self, caption: &Caption, theme: ColorScheme) -> Scene {
        let finite: Vec<usize> = (0..self.points.len())
            .filter(|index| self.points[*index].iter().all(|z| z.is_finite()))
            .collect();
        let points: Vec<[f64; 2]> = finite.iter().map(|index| self.point(*index)).collect();
        let Some(square) = Square::around(&points, if self.prior_rings { 2.0 } else { 0.0 }) else {
            return Page::nothing(&self.title, caption, theme);
        };
        let mut shown: Vec<usize> =
            finite.iter().copied().filter(|index| square.holds(self.point(*index))).collect();
        // In the order of the data, classes that come last would cover the others.
        shown.sort_by_key(|index| shuffled(*index));
        let notes = self.notes(finite.len(), shown.len());

        let sizes = Sizes::for_width(SIDE);
        let (left, top) = (44.0, (2.0 * sizes.label).round());
        let legend = self.legend_width(&sizes);
        let content = [left + SIDE + legend, top + SIDE + axes::height_below(&sizes)];
        let mut page =
            Page::new(&Layout { title: &self.title, caption, notes: &notes, content, sizes, theme });
        let frame = Area::new(page.content.x + left, page.content.y + top, SIDE, SIDE);
        let [x, y] = axes_over(square, frame);

        draw_ground(&mut page, frame, [&x, &y]);
        self.draw_points(&mut page, [&x, &y], &shown);
        if self.prior_rings {
            draw_rings(&mut page, [&x, &y]);
        }
        axes::draw_frame(&mut page, frame);
        axes::draw_below(&mut page, frame, &x, MARKS_APART);
        axes::draw_left(&mut page, frame, &y, MARKS_APART);
        axes::draw_names(&mut page, frame, &self.axis_names);
        self.draw_legend(&mut page, frame);
        page.scene
    }
}

impl Cloud {
    fn point(&self, index: usize) -> [f64; 2] {
        self.points[index].map(f64::from)
    }

    fn notes(&self, finite: usize, shown: usize) -> Vec<String> {
        let mut notes = Vec::new();
        let of = count_label(self.points.len() as u64);
        if finite < self.points.len() {
            let count = count_label((self.points.len() - finite) as u64);
            notes.push(format!("left out as not finite: {count} of {of} codes"));
        }
        if shown < finite {
            let count = count_label((finite - shown) as u64);
            notes.push(format!("outside the frame: {count} of {of} codes, far from the others"));
        }
        notes
    }

    /// The class of a point; those without one are drawn alike.
    fn class(&self, index: usize) -> Option<usize> {
        self.classes.get(index).map(|class| usize::from(*class))
    }

    fn draw_points(&self, page: &mut Page, [x, y]: [&Axis; 2], shown: &[usize]) {
        let radius = marker_radius(shown.len());
        for index in shown {
            let [across, up] = self.point(*index);
            let center = [x.place(across), y.place(up)];
            let (glyph, color) = match self.class(*index) {
                Some(class) => (Glyph::of_class(class), page.palette.class(class)),
                None => (Glyph::Circle, page.palette.accent),
            };
            page.scene.add(Shape::Marker { glyph, center, radius, color, opacity: 0.85 });
        }
    }

    fn legend_width(&self, sizes: &Sizes) -> f64 {
        let names = self.class_names.iter().map(|name| font::width(name, sizes.label));
        if self.classes.is_empty() || self.class_names.is_empty() {
            0.0
        } else {
            44.0 + names.fold(0.0, f64::max).ceil()
        }
    }

    fn draw_legend(&self, page: &mut Page, frame: Area) {
        if self.classes.is_empty() {
            return;
        }
        let (palette, label) = (page.palette, page.sizes.label);
        // With very many classes the rows move together instead of running off the page.
        let row = (frame.height / self.class_names.len().max(1) as f64).min(1.75 * label);
        for (class, name) in self.class_names.iter().enumerate() {
            let middle = frame.y + row * (class as f64 + 0.5);
            let center = [frame.right() + 26.0, middle];
            page.scene.marker(Glyph::of_class(class), center, 4.5, palette.class(class));
            let style = page.label(palette.text);
            page.scene.text([frame.right() + 40.0, middle + 0.35 * label], name.as_str(), style);
        }
    }
}

/// The axes of a square over a square frame, so that a circle stays a circle.
fn axes_over(square: Square, frame: Area) -> [Axis; 2] {
    let [x, y] = square.ranges();
    [Axis::linear(x, [frame.x, frame.right()]), Axis::linear(y, [frame.bottom(), frame.y])]
}

/// The lines through zero.
fn draw_ground(page: &mut Page, frame: Area, [x, y]: [&Axis; 2]) {
    let palette = page.palette;
    let line = page.hairline(palette.line);
    let zero = [x.place(0.0), y.place(0.0)];
    if (frame.x..=frame.right()).contains(&zero[0]) {
        page.scene.line([zero[0], frame.y], [zero[0], frame.bottom()], line);
    }
    if (frame.y..=frame.bottom()).contains(&zero[1]) {
        page.scene.line([frame.x, zero[1]], [frame.right(), zero[1]], line);
    }
}

/// One and two standard deviations of the prior, over the points, which would hide them.
fn draw_rings(page: &mut Page, [x, y]: [&Axis; 2]) {
    let (palette, small) = (page.palette, page.sizes.small);
    let zero = [x.place(0.0), y.place(0.0)];
    let ink = mixed(palette.text, palette.page, 0.3);
    for sigmas in [1.0, 2.0] {
        let radius = x.place(sigmas) - zero[0];
        page.scene.ring(zero, radius, page.hairline(ink).dashed(4.0, 4.0));
        // On the upper left of the ring, on a patch of ground.
        let text = format!("{sigmas}σ");
        let [middle, height] = [zero[0] - radius / 2f64.sqrt(), zero[1] - radius / 2f64.sqrt()];
        let half = [font::width(&text, small) / 2.0 + 4.0, 0.65 * small];
        let patch = Area::new(middle - half[0], height - half[1], 2.0 * half[0], 2.0 * half[1]);
        page.scene.rect(patch, 4.0, palette.page);
        let style = page.small(palette.text).middle();
        page.scene.text([middle, height + 0.35 * small], text, style);
    }
}

/// Half the size of a marker: smaller where there are many.
fn marker_radius(count: usize) -> f64 {
    (7.5 / (count.max(1) as f64).powf(0.14)).clamp(1.6, 5.0)
}
