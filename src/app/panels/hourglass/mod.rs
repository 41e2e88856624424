//! The network as an hourglass: an image on the left, the layers of the encoder, the code in the middle, the layers of the
//! decoder, and the output on the right, with the activations of every layer.
//!
//! `layout` computes where everything is; this file draws it and is the entry.

mod layout;
mod maps;
mod top_images;

use eframe::egui::epaint::Mesh;
use eframe::egui::{
    Align2, Color32, CornerRadius, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2,
};

use super::{WHOLE, host_image, no_run, paint_picture, picture_frame, waiting};
use crate::app::action::Action;
use crate::app::context::PanelContext;
use crate::app::images::Paint;
use crate::app::pictures::{Pictures, Shown, image_tiles};
use crate::app::state::{BenchState, RunState};
use crate::app::theme::{RADIUS, Theme};
use crate::engine::{LayerActivity, LayerRole, LayersView};
use crate::look::decimal_label;

use layout::{Cells, DOTS_MOST, Places, WORDS_HEIGHT};
use maps::{Maps, largest};

/// A number of a Gaussian code beyond this has the brightest colour: two and a half standard deviations of the prior.
const LARGE_CODE: f32 = 2.5;

/// By how much words may be wider than what they stand below.
const WIDER: f32 = 2.0;

/// The layers by their roles.
struct Parts<'a> {
    encoder: Vec<&'a LayerActivity>,
    code: Option<&'a LayerActivity>,
    spread: Option<&'a LayerActivity>,
    decoder: Vec<&'a LayerActivity>,
}

impl<'a> Parts<'a> {
    fn of(view: &'a LayersView) -> Self {
        let all = |role: LayerRole| view.layers.iter().filter(move |layer| layer.role == role);
        Self {
            encoder: all(LayerRole::Encoder).collect(),
            code: all(LayerRole::Code).next(),
            spread: all(LayerRole::Spread).next(),
            decoder: all(LayerRole::Decoder).collect(),
        }
    }
}

/// Draws the hourglass.
pub fn hourglass_ui(ui: &mut Ui, cx: &PanelContext<'_>) -> Vec<Action> {
    let (Some(bench), Some(run)) = (&cx.state.bench, cx.state.run()) else {
        waiting(ui, cx.theme, &no_run(cx.state));
        return Vec::new();
    };
    cx.want(run.info.id, |wants| wants.layers = cx.state.selected_image());
    let Some(view) = &run.views.layers else {
        waiting(ui, cx.theme, "waiting for the first activations");
        return Vec::new();
    };
    let parts = Parts::of(view);
    let (space, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let aspect = bench.dataset.shape.aspect();
    let layers = [parts.encoder.len(), parts.decoder.len()];
    let places = layout::places(space, aspect, layers, view.corrupted.is_some(), cx.theme.scale);
    let version = (run.info.id.0 << 44).wrapping_add(view.step << 10).wrapping_add(u64::from(view.image));
    let foot = space.bottom() - WORDS_HEIGHT * cx.theme.scale;
    let painting = Painting { ui, theme: cx.theme, pictures: cx.pictures, version, foot };
    painting.glass(&places);
    let code = parts.encoder.len();
    for (number, (layer, area)) in parts.encoder.iter().zip(&places.areas).enumerate() {
        painting.layer(layer, *area, "encoder", number);
    }
    for (number, (layer, area)) in parts.decoder.iter().zip(&places.areas[code + 1..]).enumerate() {
        painting.layer(layer, *area, "decoder", code + number);
    }
    if let Some(layer) = parts.code {
        let color = code_color(cx.theme, run);
        let (response, unit) = painting.code(layer, parts.spread, places.areas[code], color);
        top_images::top_images_ui(cx, bench, run, &response, unit);
    }
    ends(&painting, cx, bench, view, &places)
}

/// The colour of the term that acts on the code.
fn code_color(theme: &Theme, run: &RunState) -> Color32 {
    if run.recipe.is_variational() {
        theme.kl
    } else if run.recipe.objective.sparsity > 0.0 {
        theme.sparsity
    } else if run.recipe.objective.rate > 0.0 {
        theme.rate
    } else if run.recipe.objective.contractive > 0.0 {
        theme.contractive
    } else {
        theme.accent
    }
}

/// The images at both ends.
fn ends(
    painting: &Painting<'_>,
    cx: &PanelContext<'_>,
    bench: &BenchState,
    view: &LayersView,
    places: &Places,
) -> Vec<Action> {
    let shape = bench.dataset.shape;
    let size = format!("{} × {}", shape.width, shape.height);
    let clean = host_image(cx.pictures, bench, "hourglass input", view.image);
    let version = painting.version;
    let input = match &view.corrupted {
        Some(corrupted) => {
            let tiles = image_tiles(bench);
            cx.pictures.host("hourglass corrupted", version, tiles, Paint::Image, || corrupted.to_vec())
        }
        None => clean,
    };
    if let Some(rect) = places.clean {
        painting.image(clean, rect);
        painting.words(rect, "image", &size);
    }
    let name = match places.clean {
        None => "input",
        // Where there is no room for the longer word.
        Some(rect) if rect.width() < 52.0 * cx.theme.scale => "noisy",
        Some(_) => "corrupted",
    };
    let output = cx
        .pictures
        .host("hourglass output", version, image_tiles(bench), Paint::Image, || view.output.to_vec());
    painting.image(input, places.input);
    painting.image(output, places.output);
    painting.words(places.input, name, &size);
    painting.words(places.output, "output", &size);
    let id = painting.ui.scope_id();
    let output = painting.ui.interact(places.output, id.with("output"), Sense::hover());
    output.widget_info(|| WidgetInfo::labeled(Role::Image, true, "hourglass output"));
    let response = painting.ui.interact(places.input, id.with("input"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "next example"));
    if response.hovered() || response.has_focus() {
        let stroke = Stroke::new(1.5, cx.theme.accent);
        painting.ui.painter().rect_stroke(places.input.expand(1.0), 5, stroke, StrokeKind::Outside);
    }
    if response.on_hover_text("click for the next example").clicked() {
        return next_example(bench, view.image).map(Action::Select).into_iter().collect();
    }
    Vec::new()
}

/// The example after this image; the first after one that is no example.
fn next_example(bench: &BenchState, image: u32) -> Option<u32> {
    let number = bench.examples.iter().position(|example| *example == image).map_or(0, |number| number + 1);
    bench.examples.get(number).or(bench.examples.first()).copied()
}

/// Draws the parts of the hourglass.
struct Painting<'a> {
    ui: &'a Ui,
    theme: &'a Theme,
    pictures: &'a Pictures,
    /// Changes whenever the activations do.
    version: u64,
    /// Where the words below begin.
    foot: f32,
}

impl Painting<'_> {
    /// The silhouette: two trapezoids that meet at the code.
    fn glass(&self, places: &Places) {
        for half in &places.glass {
            let fill = self.theme.faded(self.theme.raised, 0.75);
            self.ui.painter().add(Shape::convex_polygon(half.to_vec(), fill, self.theme.line_stroke()));
        }
    }

    fn image(&self, shown: Shown, rect: Rect) {
        picture_frame(self.ui, self.theme, rect);
        paint_picture(self.ui, shown, rect, WHOLE, Color32::WHITE);
    }

    /// A layer as a grid of cells, each as bright as the activation of its unit. Feature maps are pictures.
    fn layer(&self, layer: &LayerActivity, area: Rect, name: &str, number: usize) {
        if let Some(maps) = layer.maps.filter(|maps| maps.iter().product::<usize>() == layer.values.len()) {
            return self.maps(layer, maps, area, name, number);
        }
        let cells = Cells::fit(area, layer.values.len());
        self.ui.painter().add(Shape::mesh(self.cells(&cells, layer)));
        self.words(area, &layer.values.len().to_string(), layer.activation);
        let response =
            self.ui.interact(cells.rect, self.ui.scope_id().with((name, area.left() as i32)), Sense::hover());
        let words = format!("{name} layer, {} units, {}", layer.values.len(), layer.activation);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        self.describe(response, &cells, layer, &words);
    }

    fn maps(&self, layer: &LayerActivity, shape: [usize; 3], area: Rect, name: &str, number: usize) {
        let [channels, height, width] = shape;
        let maps = Maps::fit(area, channels, [height, width]);
        maps::paint(self.ui, self.pictures, layer, &maps, shape, number, self.version);
        let id = self.ui.scope_id().with((name, area.left() as i32));
        let response = self.ui.interact(maps.bounds(), id, Sense::hover());
        let shown = maps::words(shape);
        let words = format!("{name} layer, {shown}, {}", layer.activation);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        self.words(area, &shown, layer.activation);
        let rest =
            if maps.count < channels { format!("\n{} of them shown", maps.count) } else { String::new() };
        response.on_hover_text(format!("{words}{rest}"));
    }

    fn cells(&self, cells: &Cells, layer: &LayerActivity) -> Mesh {
        let largest = largest(&layer.values);
        // Below three points a gap would leave nothing of the cell.
        let gap = if cells.size >= 3.0 { 0.5 } else { 0.0 };
        let mut mesh = Mesh::default();
        mesh.reserve_vertices(4 * layer.values.len());
        mesh.reserve_triangles(2 * layer.values.len());
        for (unit, value) in layer.values.iter().enumerate() {
            mesh.add_colored_rect(cells.cell(unit).shrink(gap), self.color(*value, largest));
        }
        mesh
    }

    fn color(&self, value: f32, largest: f32) -> Color32 {
        let strength = (value.abs() / largest).min(1.0);
        if !value.is_finite() {
            self.theme.problem
        } else if value < 0.0 {
            self.theme.activation_negative(strength)
        } else {
            self.theme.activation(strength)
        }
    }

    /// The activation of the unit under the pointer.
    fn describe(&self, response: Response, cells: &Cells, layer: &LayerActivity, words: &str) {
        let Some(at) = response.hover_pos() else { return };
        let unit = cells.unit(at, layer.values.len());
        let text = match unit.and_then(|unit| Some((unit, *layer.values.get(unit)?))) {
            Some((unit, value)) => format!("{words}\nunit {}: {}", unit + 1, number(value)),
            None => words.to_owned(),
        };
        response.on_hover_text_at_pointer(text);
    }

    /// The code: dots where it is short, a grid where it is long. Returns as well the unit under the pointer.
    fn code(
        &self,
        code: &LayerActivity,
        spread: Option<&LayerActivity>,
        area: Rect,
        color: Color32,
    ) -> (Response, Option<usize>) {
        let count = code.values.len();
        let (above, below) = match spread {
            Some(_) => ("μ, σ".to_owned(), format!("{count} + {count}")),
            None => (format!("code, {count}"), code.activation.to_owned()),
        };
        self.words(area, &above, &below);
        let rect = if count <= DOTS_MOST {
            self.dots(&code.values, spread.map(|layer| layer.values.as_slice()), area, color)
        } else {
            let cells = layout::code_cells(area, count);
            self.waist(cells.rect.expand(6.0), color);
            self.ui.painter().add(Shape::mesh(self.cells(&cells, code)));
            cells.rect
        };
        let response = self.ui.interact(rect, self.ui.scope_id().with("code"), Sense::click());
        let words = values_in_words(&code.values, spread.map(|layer| layer.values.as_slice()));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("code of {count} numbers")));
        let unit = response.hover_pos().and_then(|at| layout::code_unit(at, area, count, self.theme.scale));
        if response.has_focus() {
            let stroke = Stroke::new(1.5, self.theme.accent);
            self.ui.painter().rect_stroke(rect.expand(2.0), RADIUS, stroke, StrokeKind::Outside);
        }
        let words = format!("{words}\nclick a unit to see the images that activate it most");
        (response.on_hover_text(words), unit)
    }

    fn dots(&self, values: &[f32], spread: Option<&[f32]>, area: Rect, color: Color32) -> Rect {
        let (centers, pitch) = layout::dots(area, values.len(), self.theme.scale);
        let edge = 0.95 * pitch;
        let bounds = centers.iter().fold(Rect::NOTHING, |rect, center| {
            rect.union(Rect::from_center_size(*center, eframe::egui::Vec2::ZERO))
        });
        let rect = bounds.expand(edge).intersect(area.expand2(eframe::egui::vec2(0.0, 2.0)));
        self.waist(rect, color);
        let largest = if spread.is_some() { LARGE_CODE } else { largest(values) };
        for (i, (value, center)) in values.iter().zip(&centers).enumerate() {
            let strength = (value.abs() / largest).min(1.0);
            let fill = self.theme.raised.lerp_to_gamma(color, 0.15 + 0.85 * strength);
            self.ui.painter().circle_filled(*center, 0.3 * pitch, fill);
            // A ring as wide as the spread: σ = 1, the prior's, reaches the neighbours.
            if let Some(sigma) = spread.and_then(|spread| spread.get(i)) {
                let radius = (0.3 + 0.18 * sigma.clamp(0.0, 1.0)) * pitch;
                self.ui.painter().circle_stroke(
                    *center,
                    radius,
                    Stroke::new(1.0, self.theme.faded(color, 0.6)),
                );
            }
        }
        rect
    }

    /// The box around the code.
    fn waist(&self, rect: Rect, color: Color32) {
        let corner = CornerRadius::same(RADIUS);
        self.ui.painter().rect(rect, corner, self.theme.panel, Stroke::new(1.5, color), StrokeKind::Outside);
    }

    /// Two lines of words below an area, each where it is not wider than that: what is pointed at says the same.
    fn words(&self, area: Rect, above: &str, below: &str) {
        let at = |y: f32| pos2(area.center().x, self.foot + y * self.theme.scale);
        let painter = self.ui.painter();
        let line = |at: Pos2, text: &str, color: Color32| {
            let galley = painter.layout_no_wrap(text.to_owned(), self.theme.small(), color);
            if galley.size().x <= area.width() + WIDER {
                painter.galley(Align2::CENTER_TOP.anchor_size(at, galley.size()).min, galley, color);
            }
        };
        line(at(3.0), above, self.theme.text);
        line(at(17.0), below, self.theme.muted);
    }
}

/// The activation with the brightest colour: the absolute value that only one unit in fifty exceeds, so that a single large
/// The numbers of a code, a line each, as many as a tooltip can hold.
fn values_in_words(values: &[f32], spread: Option<&[f32]>) -> String {
    const LINES: usize = 16;
    let line = |(i, value): (usize, &f32)| match spread.and_then(|spread| spread.get(i)) {
        Some(sigma) => format!("z{}: μ {}, σ {}", i + 1, number(*value), number(*sigma)),
        None => format!("z{}: {}", i + 1, number(*value)),
    };
    let mut lines: Vec<String> = values.iter().enumerate().take(LINES).map(line).collect();
    if values.len() > LINES {
        lines.push(format!("and {} more", values.len() - LINES));
    }
    lines.join("\n")
}

fn number(value: f32) -> String {
    decimal_label(f64::from(value), 3)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use eframe::egui::{Key, vec2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::app::testing::state_of;
    use crate::app::theme::ColorScheme;
    use crate::engine::{RunId, Wants};

    fn layer(role: LayerRole, maps: Option<[usize; 3]>, count: usize) -> LayerActivity {
        let values = (0..count).map(|unit| unit as f32 / count as f32).collect();
        LayerActivity { role, activation: "ReLU", maps, values }
    }

    #[test]
    fn a_picked_unit_wants_its_images_until_escape_is_pressed() {
        let layers = vec![layer(LayerRole::Code, None, 2)];
        let view = LayersView { step: 3, image: 0, corrupted: None, layers, output: vec![0.5].into() };
        let state = state_of("ae-2d", |views| views.publish(|views, _| views.layers = Some(view.into())));
        let (theme, pictures) =
            (Theme::new(ColorScheme::Dark, false), Pictures::new(Default::default(), None));
        let wants = Rc::new(RefCell::new(Wants::default()));
        let declared = Rc::clone(&wants);
        let mut panel = Harness::builder().with_size(vec2(690.0, 400.0)).build_ui(move |ui| {
            *declared.borrow_mut() = Wants::default();
            let cx = PanelContext { state: &state, theme: &theme, pictures: &pictures, wants: &declared };
            hourglass_ui(ui, &cx);
        });
        let wanted = || wants.borrow().run(RunId(1)).and_then(|wants| wants.top_images);
        panel.step();
        assert_eq!(wanted(), None);
        for unit in [0, 1] {
            panel.get_by_label("code of 2 numbers").click_accesskit();
            panel.run_steps(2);
            assert_eq!(wanted(), Some(unit));
        }
        panel.key_press(Key::Escape);
        panel.run_steps(2);
        assert_eq!(wanted(), None);
    }

    #[test]
    fn feature_maps_are_pictures_and_units_are_cells() {
        let layers = vec![
            layer(LayerRole::Encoder, Some([16, 28, 28]), 16 * 28 * 28),
            layer(LayerRole::Encoder, Some([1, 28, 64]), 28 * 64),
            layer(LayerRole::Code, None, 16),
            layer(LayerRole::Decoder, None, 128),
            // A layer whose numbers do not make whole maps is drawn as units rather than wrongly.
            layer(LayerRole::Decoder, Some([16, 28, 28]), 100),
        ];
        let view = LayersView { step: 3, image: 0, corrupted: None, layers, output: vec![0.5].into() };
        let state = state_of("ae-32", |views| views.publish(|views, _| views.layers = Some(view.into())));
        let (theme, pictures) =
            (Theme::new(ColorScheme::Dark, false), Pictures::new(Default::default(), None));
        let wants = Default::default();
        let mut panel = Harness::builder().with_size(vec2(690.0, 160.0)).build_ui(move |ui| {
            let cx = PanelContext { state: &state, theme: &theme, pictures: &pictures, wants: &wants };
            hourglass_ui(ui, &cx);
        });
        panel.step();
        let maps = panel.get_by_label("encoder layer, 16 of 28×28, ReLU").rect();
        assert!(maps.width() > 30.0 && maps.height() > 30.0, "{maps}");
        panel.get_by_label("encoder layer, 28 rows of 64, ReLU");
        panel.get_by_label("decoder layer, 128 units, ReLU");
        panel.get_by_label("decoder layer, 100 units, ReLU");
    }

    #[test]
    fn one_large_activation_does_not_make_the_others_dark() {
        let mut values = vec![1.0; 99];
        values.push(1000.0);
        assert_eq!(largest(&values), 1.0);
        assert_eq!(largest(&[0.0, 0.0, 0.0, 4.0]), 4.0);
        assert!(largest(&[]) > 0.0 && largest(&[0.0, f32::NAN]) > 0.0);
    }

    #[test]
    fn the_tooltip_of_a_code_lists_its_numbers_with_their_spread_and_is_bounded() {
        assert_eq!(
            values_in_words(&[-0.5, 2.0], Some(&[0.1, 1.0])),
            "z1: μ −0.500, σ 0.100\nz2: μ 2.000, σ 1.000"
        );
        let long = values_in_words(&[0.0; 100], None);
        assert_eq!(long.lines().count(), 17);
        assert!(long.ends_with("and 84 more"));
    }
}
