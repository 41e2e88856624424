//! Images decoded from codes sampled from the prior. A plain code has no prior; its codes are sampled from a Gaussian fitted
//! to those of the images, and the panel says so.

use std::sync::Arc;

use eframe::egui::{Color32, ComboBox, Rect, Sense, Slider, Ui, Vec2, WidgetInfo, accesskit::Role, vec2};
use eframe::egui::{Key, RichText};
use rand::RngExt as _;
use rand_distr::StandardNormal;

use super::{Arrived, GRIDS};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::keys;
use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::plane::cache::PlaneCache;
use crate::app::panels::latent::plane::range::Range;
use crate::app::panels::latent::plane::statistics;
use crate::app::panels::{WHOLE, paint_picture, picture_frame, waiting};
use crate::app::state::{RunState, ShownRun};
use crate::app::theme::{GRID, HALF};
use crate::app::widgets::{card, export_button, muted, muted_where_it_fits, small_button, switch};
use crate::document::SampleChoice;
use crate::engine::normal_steps;
use crate::engine::{CloudView, LatentPlane, Sheet, WantedSheet};
use crate::export::run::SheetWords;
use crate::recipe::random::{Purpose, stream};

/// About how wide a sample is, and the fewest and the most across and down.
const IMAGE: f32 = 46.0;
const ACROSS: [usize; 2] = [4, 18];
const DOWN: [usize; 2] = [2, 14];
/// The lowest and the highest temperature.
const TEMPERATURES: [f32; 2] = [0.2, 2.0];
/// So many codes are enough to fit a Gaussian to.
const FITTED: usize = 400;

/// The codes that were sampled last.
#[derive(Debug, Default)]
pub struct SamplesCache {
    /// The range of the encoder.
    range: Range,
    sampled: Option<(Basis, WantedSheet)>,
}

/// Everything the codes depend on.
#[derive(Clone, Debug)]
struct Basis {
    codes: Arc<[f32]>,
    plane: LatentPlane,
    choice: SampleChoice,
    grid: [usize; 2],
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.codes, &other.codes)
            && (&self.plane, self.choice, self.grid) == (&other.plane, other.choice, other.grid)
    }
}

impl SamplesCache {
    /// The codes to decode, sampled anew where something has changed.
    fn wanted(
        &mut self,
        view: &CloudView,
        plane: &PlaneCache,
        choice: SampleChoice,
        seed: u64,
        grid: [usize; 2],
    ) -> WantedSheet {
        let basis = Basis { codes: Arc::clone(&view.codes), plane: plane.plane().clone(), choice, grid };
        if let Some((known, wanted)) = &self.sampled
            && *known == basis
        {
            return wanted.clone();
        }
        let [columns, rows] = grid;
        let SampleChoice { draw, temperature, are_quantiles, .. } = choice;
        let mut points = match (are_quantiles, plane.is_variational()) {
            (true, _) => at_quantiles(view, plane, grid, temperature),
            (_, true) => from_prior(view.dimensions, seed, draw, columns * rows, temperature),
            _ => from_fit(view, seed, draw, columns * rows, temperature),
        };
        points.iter_mut().for_each(|z| *z = self.range.clamp(*z));
        let wanted = WantedSheet { sheet: Sheet::Samples, columns, rows, points: points.into() };
        self.sampled = Some((basis, wanted.clone()));
        wanted
    }

    /// The samples as a figure; `None` before the first ones.
    pub fn exported(&self, choice: SampleChoice, plane: &PlaneCache) -> Option<(WantedSheet, SheetWords)> {
        let (_, wanted) = self.sampled.clone()?;
        let is_default = (choice.temperature - 1.0).abs() < 0.005;
        let temperature =
            if is_default { String::new() } else { format!(" Temperature {:.2}.", choice.temperature) };
        let words = SheetWords {
            title: "Samples".to_owned(),
            meaning: format!("{}{temperature}", self.words(choice, plane)),
            columns: wanted.columns,
            ..SheetWords::default()
        };
        Some((wanted, words))
    }

    /// What is shown, in words.
    fn words(&self, choice: SampleChoice, plane: &PlaneCache) -> String {
        let is_gaussian = plane.is_variational();
        let [across, up] = &plane.plane().names;
        let whose = if is_gaussian { "the prior" } else { "a Gaussian fitted to the codes" };
        let axes = if up.is_empty() { across.clone() } else { format!("{across} and {up}") };
        let within =
            self.range.words().map_or(String::new(), |words| format!("; every number is kept {words}"));
        match (choice.are_quantiles, is_gaussian) {
            (true, _) => {
                format!(
                    "Codes at equally likely steps of {whose} along {axes}, the rest as on the map{within}."
                )
            }
            (_, true) => "Every code was drawn from the prior N(0, 1), none from an image.".to_owned(),
            _ => format!(
                "A plain code has no prior: these were drawn from a Gaussian fitted to the codes of images{within}."
            ),
        }
    }
}

/// Codes from N(0, temperature²).
fn from_prior(dimensions: usize, seed: u64, draw: u64, count: usize, temperature: f32) -> Vec<f32> {
    let mut rng = stream(seed, Purpose::Prior, draw);
    (0..count * dimensions).map(|_| temperature * rng.sample::<f32, _>(StandardNormal)).collect()
}

/// Codes from the Gaussian with the mean and the covariance of a cloud, its standard deviations scaled by the temperature:
/// a sum of its codes with random weights has that covariance, and moves with the codes while the network learns.
fn from_fit(view: &CloudView, seed: u64, draw: u64, count: usize, temperature: f32) -> Vec<f32> {
    let rows: Vec<&[f32]> = statistics::rows(view).map(|(_, row)| row).collect();
    let stride = rows.len().div_ceil(FITTED).max(1);
    let chosen: Vec<&[f32]> = rows.into_iter().step_by(stride).collect();
    let Some(mean) = statistics::mean(chosen.iter().copied(), view.dimensions) else {
        return vec![0.0; count * view.dimensions];
    };
    let share = temperature / (chosen.len() as f32).sqrt();
    let mut rng = stream(seed, Purpose::Prior, draw);
    let mut points = Vec::with_capacity(count * view.dimensions);
    for _ in 0..count {
        let mut code = mean.clone();
        for row in &chosen {
            let weight = share * rng.sample::<f32, _>(StandardNormal);
            for ((z, row), mean) in code.iter_mut().zip(*row).zip(&mean) {
                *z += weight * (row - mean);
            }
        }
        points.extend(code);
    }
    points
}

/// Codes at equally likely steps along the two axes of the map: of the prior, or of a Gaussian fitted to the places of
/// the codes. The highest row comes first.
fn at_quantiles(
    view: &CloudView,
    shown: &PlaneCache,
    [columns, rows]: [usize; 2],
    temperature: f32,
) -> Vec<f32> {
    let plane = shown.plane();
    let [x, y] = match shown.is_variational() {
        true => plane.place(&vec![0.0; view.dimensions]).map(|middle| [middle, 1.0]),
        false => fitted_places(view, plane),
    };
    let at = |[middle, spread]: [f32; 2], step: f32| middle + temperature * spread * step;
    let across: Vec<f32> = normal_steps(columns).collect();
    let up: Vec<f32> = normal_steps(rows).collect();
    let rows = up.into_iter().rev().map(|up| at(y, up));
    rows.flat_map(|y| across.iter().flat_map(move |across| plane.at([at(x, *across), y]))).collect()
}

/// The mean and the standard deviation of the codes along each axis of the map.
fn fitted_places(view: &CloudView, plane: &LatentPlane) -> [[f32; 2]; 2] {
    let places: Vec<[f32; 2]> = statistics::rows(view).map(|(_, row)| plane.place(row)).collect();
    let count = places.len().max(1) as f32;
    [0, 1].map(|axis| {
        let mean = places.iter().map(|place| place[axis]).sum::<f32>() / count;
        let variance = places.iter().map(|place| (place[axis] - mean).powi(2)).sum::<f32>() / count;
        [mean, variance.sqrt()]
    })
}

/// How many samples fill a space, across and down.
fn grid(space: Vec2, aspect: f32, scale: f32) -> [usize; 2] {
    let wide = IMAGE * scale * aspect.sqrt();
    let columns = (space.x / wide) as usize;
    let rows = (space.y / (wide / aspect)) as usize;
    [columns.clamp(ACROSS[0], ACROSS[1]), rows.clamp(DOWN[0], DOWN[1])]
}

/// Draws the samples under a title, which is empty where a tab shows them; returns the sheet that is wanted as well.
pub fn sample_panel_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    ShownRun { bench, run }: ShownRun<'_>,
    view: &CloudView,
    cache: &mut SamplesCache,
    title: &str,
) -> (WantedSheet, Vec<Action>) {
    let mut actions = Vec::new();
    let choice = &mut explorer.maps.samples;
    let trailing = |ui: &mut Ui| {
        export_button(ui, cx.theme, Figure::Samples, "Export samples", &mut actions);
        controls_ui(ui, cx, choice);
    };
    card(ui, cx.theme, title, trailing, |_| {});
    cache.range = Range::of(&run.recipe.model);
    let (choice, plane) = (explorer.maps.samples, &explorer.cache.plane);
    muted(ui, cx.theme, cache.words(choice, plane));
    ui.add_space(HALF);
    let aspect = bench.dataset.shape.aspect();
    let space = ui.available_size() - vec2(0.0, HALF);
    let mut grid = choice.across.map_or_else(|| grid(space, aspect, cx.theme.scale), |across| [across; 2]);
    if explorer.dimensions() < 2 && choice.are_quantiles {
        grid[1] = 1;
    }
    let wanted = cache.wanted(view, plane, choice, run.recipe.seed, grid);
    sheet_ui(ui, cx, run, space, aspect);
    (wanted, actions)
}

fn controls_ui(ui: &mut Ui, cx: &PanelContext<'_>, choice: &mut SampleChoice) {
    ui.spacing_mut().item_spacing.x = GRID;
    let is_pressed = small_button(ui, cx.theme, "draw anew", "sample other codes (D)").clicked();
    if (is_pressed || keys::is_typed(ui.ctx(), Key::D)) && !choice.are_quantiles {
        choice.draw += 1;
    }
    let tip = "codes at equally likely steps along the two axes of the map, in place of random ones";
    switch(ui, cx.theme, "quantiles", &mut choice.are_quantiles, tip);
    counts_ui(ui, cx, choice);
    ui.spacing_mut().slider_width = 90.0 * cx.theme.scale;
    let slider = Slider::new(&mut choice.temperature, TEMPERATURES[0]..=TEMPERATURES[1]).fixed_decimals(2);
    if ui.available_width() < ui.spacing().slider_width + 44.0 * cx.theme.scale {
        ui.spacing_mut().slider_width = (ui.available_width() - 44.0 * cx.theme.scale).max(24.0);
    }
    let response = ui.add(slider).accessible_name("temperature");
    response.on_hover_text("the standard deviation of the codes, relative to that of the prior");
    muted_where_it_fits(ui, cx.theme, "temperature");
}

fn counts_ui(ui: &mut Ui, cx: &PanelContext<'_>, choice: &mut SampleChoice) {
    let name = |across| GRIDS.iter().find(|(count, _)| *count == across).map_or("", |(_, name)| name);
    let chosen = RichText::new(name(choice.across)).font(cx.theme.small());
    let combo = ComboBox::from_id_salt("samples").selected_text(chosen).width(64.0 * cx.theme.scale);
    let response = combo.show_ui(ui, |ui| {
        for (across, name) in GRIDS {
            ui.selectable_value(&mut choice.across, across, name);
        }
    });
    let response = response.response.accessible_name("how many samples");
    response.on_hover_text("more samples take longer to decode");
}

/// The sheet as it came, as large as fits.
fn sheet_ui(ui: &mut Ui, cx: &PanelContext<'_>, run: &RunState, space: Vec2, aspect: f32) {
    let Some(arrived) = Arrived::of(cx, run, Sheet::Samples) else {
        waiting(ui, cx.theme, "waiting for the first samples");
        return;
    };
    let wanted = &arrived.view.wanted;
    let shape = aspect * wanted.columns as f32 / wanted.rows.max(1) as f32;
    let high = space.y.min(space.x / shape).max(1.0);
    let (rect, response) = ui.allocate_exact_size(space.max(Vec2::splat(1.0)), Sense::hover());
    let words = format!("{} samples", wanted.columns * wanted.rows);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    let sheet = Rect::from_center_size(rect.center(), vec2(high * shape, high));
    picture_frame(ui, cx.theme, sheet);
    paint_picture(ui, arrived.shown, sheet, WHOLE, Color32::WHITE);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Axes, PlaneChoice, Rest};
    use crate::recipe::Recipe;

    fn plane(dimensions: usize, is_variational: bool) -> PlaneCache {
        PlaneCache::new(&PlaneChoice::new(dimensions), dimensions, is_variational)
    }

    /// The mean and the standard deviation of one number of codes of two.
    fn moments(points: &[f32], number: usize) -> [f64; 2] {
        let values: Vec<f64> = points.iter().skip(number).step_by(2).map(|z| f64::from(*z)).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        [mean, (values.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count).sqrt()]
    }

    fn cloud() -> CloudView {
        let code = |i: usize| {
            let wave = |k: f32| (std::f32::consts::TAU * k * i as f32 / 200.0).sin() * 2.0_f32.sqrt();
            [5.0 + 3.0 * wave(1.0), -1.0 + wave(1.0) + 0.5 * wave(2.0)]
        };
        CloudView::of_codes(1, 2, (0..200).flat_map(code).collect())
    }

    #[test]
    fn samples_from_the_prior_have_the_standard_deviation_of_the_temperature() {
        for temperature in [0.2, 1.0, 2.0] {
            let points = from_prior(2, 3, 1, 4000, temperature);
            for number in 0..2 {
                let [mean, spread] = moments(&points, number);
                let (mean, spread) = (mean / f64::from(temperature), spread / f64::from(temperature));
                assert!(mean.abs() < 0.07 && (spread - 1.0).abs() < 0.05, "mean {mean}, spread {spread}");
            }
        }
        assert_eq!(from_prior(2, 3, 1, 5, 1.0), from_prior(2, 3, 1, 5, 1.0));
        assert_ne!(from_prior(2, 3, 1, 5, 1.0), from_prior(2, 3, 2, 5, 1.0), "another draw");
    }

    #[test]
    fn samples_from_a_fit_have_the_mean_and_the_covariance_of_the_codes() {
        let points = from_fit(&cloud(), 3, 1, 4000, 1.0);
        for (number, want) in [[5.0, 3.0], [-1.0, 1.25_f64.sqrt()]].into_iter().enumerate() {
            let got = moments(&points, number);
            assert!((got[0] - want[0]).abs() < 0.07 * want[1], "got {got:?}, want {want:?}");
            assert!((got[1] / want[1] - 1.0).abs() < 0.05, "got {got:?}, want {want:?} within 5 %");
        }
        let [[x, _], [y, _]] = [0, 1].map(|number| moments(&points, number));
        let shared =
            points.chunks(2).map(|z| (f64::from(z[0]) - x) * (f64::from(z[1]) - y)).sum::<f64>() / 4000.0;
        assert!((shared - 3.0).abs() < 0.25, "a covariance of {shared}, want 3 within 0.25");
    }

    #[test]
    fn quantiles_lie_on_the_map_from_the_upper_left() {
        let view = CloudView::of_codes(1, 3, [0.0, 0.0, 7.0].into());
        let (mut choice, mut cache) = (PlaneChoice::new(3), plane(3, true));
        cache.choose_axes(&mut choice, Axes::Pair([1, 0]));
        cache.choose_rest(&mut choice, Rest::Image(0), Some(&view));
        let points = at_quantiles(&view, &cache, [2, 2], 1.0);
        let q = 0.674_489_75;
        let want = [q, -q, 7.0, q, q, 7.0, -q, -q, 7.0, -q, q, 7.0];
        for (got, want) in points.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "got {points:?}, want {want}, tolerance 1e-5");
        }
        let plain = at_quantiles(&cloud(), &plane(2, false), [1, 1], 1.0);
        for (got, want) in plain.iter().zip([5.0, -1.0]) {
            assert!((got - want).abs() < 1e-3, "the middle is the mean: got {got}, want {want}");
        }
    }

    #[test]
    fn samples_stay_within_the_range_of_the_encoder() {
        let recipe = Recipe::open("ae-sparse").expect("built in");
        let (view, plane) = (cloud(), plane(2, false));
        for are_quantiles in [false, true] {
            let choice = SampleChoice { are_quantiles, ..SampleChoice::default() };
            let free = SamplesCache::default();
            let kept = SamplesCache { range: Range::of(&recipe.model), ..SamplesCache::default() };
            let [free, kept] = [free, kept].map(|mut cache| {
                (cache.wanted(&view, &plane, choice, 1, [9, 9]).points, cache.words(choice, &plane))
            });
            assert!(free.0.iter().any(|z| *z < 0.0), "nothing is below zero anyway");
            let want: Vec<f32> = free.0.iter().map(|z| z.max(0.0)).collect();
            assert_eq!(kept.0[..], want[..], "quantiles: {are_quantiles}");
            assert!(kept.1.ends_with("is kept within what this encoder can give, 0 or more."), "{}", kept.1);
            assert!(!free.1.contains("is kept"), "{}", free.1);
        }
    }

    #[test]
    fn codes_are_sampled_once_for_each_draw() {
        let (view, plane) = (cloud(), plane(2, false));
        let (mut cache, mut choice) = (SamplesCache::default(), SampleChoice::default());
        let first = cache.wanted(&view, &plane, choice, 1, [4, 2]).points;
        assert!(Arc::ptr_eq(&first, &cache.wanted(&view, &plane, choice, 1, [4, 2]).points));
        choice.draw += 1;
        assert!(cache.wanted(&view, &plane, choice, 1, [4, 2]).points != first);
    }

    #[test]
    fn the_words_say_where_codes_come_from() {
        let [gaussian, plain] = [true, false].map(|is_variational| plane(2, is_variational));
        let (cache, mut choice) = (SamplesCache::default(), SampleChoice::default());
        assert!(cache.words(choice, &gaussian).contains("from the prior"));
        assert!(cache.words(choice, &plain).contains("no prior"));
        choice.are_quantiles = true;
        assert!(cache.words(choice, &gaussian).contains("z1 and z2"));
    }

    #[test]
    fn samples_fill_the_space() {
        for (space, aspect) in [(vec2(650.0, 420.0), 1.0), (vec2(300.0, 900.0), 0.5), (vec2(40.0, 40.0), 1.0)]
        {
            let [columns, rows] = grid(space, aspect, 1.0);
            assert!((ACROSS[0]..=ACROSS[1]).contains(&columns) && (DOWN[0]..=DOWN[1]).contains(&rows));
        }
        assert_eq!(grid(vec2(462.0, 232.0), 1.0, 1.0), [10, 5]);
    }
}
