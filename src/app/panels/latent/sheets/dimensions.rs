//! Every number of the code as a row of decoded images: the effect of changing it alone, and its KL or its variance.

use std::sync::Arc;

use eframe::egui::{
    Align, Align2, Color32, Layout, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::Arrived;
use super::bands::{Bands, COLUMNS, NAMES};
use crate::app::action::{Action, Figure};
use crate::app::context::PanelContext;
use crate::app::panels::latent::explorer::Explorer;
use crate::app::panels::latent::plane::cache::PlaneCache;
use crate::app::panels::latent::plane::range::Range;
use crate::app::panels::latent::plane::statistics;
use crate::app::panels::picture_frame;
use crate::app::state::{RunState, ShownRun};
use crate::app::theme::{GRID, HALF};
use crate::app::widgets::{card, export_button, muted};
use crate::document::Rest;
use crate::engine::{CloudView, Sheet, WantedSheet};
use crate::export::run::SheetWords;

/// Rows that are decoded at most.
const MOST_ROWS: usize = 64;
/// From one end of a row to the middle, in standard deviations.
const REACH: f32 = 3.0;
/// While the network learns, rows change places only when the value of one exceeds that of the one above by this factor.
const SLACK: f32 = 1.15;

/// The table as it is wanted, and as it is shown.
#[derive(Debug, Default)]
pub struct DimensionsCache {
    codes: Option<Arc<[f32]>>,
    /// The value by which each number of the code is sorted: its KL, or its variance.
    worth: Vec<f32>,
    has_divergences: bool,
    is_gaussian: bool,
    /// The range of the encoder.
    range: Range,
    /// The middle of each row and the standard deviation that its steps are counted in.
    middles: Vec<[f32; 2]>,
    /// The numbers of the code, sorted.
    order: Vec<usize>,
    held: Vec<f32>,
    /// Whether the network learns, so that rows keep their places for a while.
    may_lag: bool,
    wanted: Option<(WantedSheet, Vec<usize>)>,
    /// The numbers of the rows that are shown.
    shown: Vec<usize>,
}

impl DimensionsCache {
    /// Takes in the codes as they are now and where the other numbers are held.
    pub fn take_in(&mut self, view: &CloudView, plane: &PlaneCache, is_playing: bool) {
        let held = plane.held();
        let is_known = self.codes.as_ref().is_some_and(|codes| Arc::ptr_eq(codes, &view.codes));
        if is_known && self.held == held && self.may_lag == is_playing && self.wanted.is_some() {
            return;
        }
        let variances = statistics::variances(view);
        let divergences = statistics::divergences(view);
        self.has_divergences = divergences.is_some();
        self.is_gaussian = plane.is_variational();
        self.middles = match (self.is_gaussian, statistics::mean_of(view)) {
            (false, Some(mean)) => {
                mean.iter().zip(&variances).map(|(mean, variance)| [*mean, variance.sqrt()]).collect()
            }
            _ => vec![[0.0, 1.0]; view.dimensions],
        };
        self.worth = divergences.unwrap_or(variances);
        self.order = reordered(&self.order, &self.worth, if is_playing { SLACK } else { 1.0 });
        self.codes = Some(Arc::clone(&view.codes));
        self.held = held.to_vec();
        self.may_lag = is_playing;
        let rows = self.order.len().min(MOST_ROWS);
        let numbers = self.order[..rows].to_vec();
        let mut points = Vec::with_capacity(rows * COLUMNS * view.dimensions);
        numbers.iter().flat_map(|number| self.row(*number)).for_each(|code| points.extend_from_slice(&code));
        let wanted = WantedSheet { sheet: Sheet::Dimensions, columns: COLUMNS, rows, points: points.into() };
        self.wanted = Some((wanted, numbers));
    }

    /// The sheet that is wanted, once there are codes.
    pub fn wanted(&self) -> Option<&WantedSheet> {
        self.wanted.as_ref().map(|(wanted, _)| wanted)
    }

    /// The codes of a row.
    fn row(&self, number: usize) -> impl Iterator<Item = Vec<f32>> {
        let [middle, spread] = self.middles.get(number).copied().unwrap_or([0.0, 1.0]);
        steps().map(move |step| {
            let mut code = self.held.clone();
            if let Some(z) = code.get_mut(number) {
                *z = self.range.clamp(middle + step * spread);
            }
            code
        })
    }

    /// The value of a row, in words.
    fn worth(&self, number: usize) -> String {
        let worth = self.worth.get(number).copied().unwrap_or(f32::NAN);
        if self.has_divergences { format!("{worth:.2} nats") } else { format!("var {worth:.2}") }
    }

    /// The table as a figure; none before it was asked for.
    pub fn exported(&self, rest: Rest) -> Option<(WantedSheet, SheetWords)> {
        let (wanted, numbers) = self.wanted.clone()?;
        let row = |number: &usize| format!("z{}  {}", number + 1, self.worth(*number));
        let words = SheetWords {
            title: "Every number of the code".to_owned(),
            meaning: self.words(rest),
            columns: wanted.columns,
            rows: numbers.iter().map(row).collect(),
            captions: Vec::new(),
        };
        Some((wanted, words))
    }

    /// What the table shows, in words.
    fn words(&self, rest: Rest) -> String {
        let rest = match rest {
            Rest::Mean => "at the mean",
            Rest::Zero => "at zero",
            Rest::Image(_) => "as of an image",
            Rest::Point => "as of the point",
        };
        let range = if self.is_gaussian {
            "from −3 to 3"
        } else {
            "three standard deviations from its mean either way"
        };
        let within = self.range.words().map_or(String::new(), |words| format!(", {words}"));
        let by = if self.has_divergences { "KL" } else { "variance" };
        let lag = if self.may_lag { ", and rows change places once one is clearly ahead" } else { "" };
        let left = self.order.len().saturating_sub(MOST_ROWS);
        let out = match left {
            0 => String::new(),
            n => format!(" {n} more with the least {by} are left out."),
        };
        format!(
            "Each row moves one number of the code {range}{within}, the rest {rest}; sorted by {by}{lag}.{out}"
        )
    }
}

/// The places along a row, in standard deviations.
fn steps() -> impl Iterator<Item = f32> {
    (0..COLUMNS).map(|k| REACH * (2.0 * k as f32 / (COLUMNS - 1) as f32 - 1.0))
}

/// The numbers sorted by their values, the largest first. Those sorted before keep their places unless the lower one is
/// `slack` times as large: a table whose rows jump cannot be read.
fn reordered(before: &[usize], worth: &[f32], slack: f32) -> Vec<usize> {
    let of = |number: usize| worth.get(number).copied().filter(|worth| worth.is_finite()).unwrap_or(-1.0);
    let mut order = before.to_vec();
    if order.len() != worth.len() {
        order = (0..worth.len()).collect();
        order.sort_by(|a, b| of(*b).total_cmp(&of(*a)));
        return order;
    }
    for end in 1..order.len() {
        let mut at = end;
        while at > 0 && of(order[at]) > slack * of(order[at - 1]) {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
    order
}

/// Draws the table under a title, which is empty where a tab shows it.
pub fn table_panel_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    explorer: &mut Explorer<'_>,
    ShownRun { bench, run }: ShownRun<'_>,
    view: &CloudView,
    table: &mut DimensionsCache,
    title: &str,
) -> Vec<Action> {
    table.range = Range::of(&run.recipe.model);
    table.take_in(view, &explorer.cache.plane, cx.state.is_playing());
    let mut actions = Vec::new();
    let words = table.words(explorer.rest());
    if !title.is_empty() {
        card(ui, cx.theme, title, |_| {}, |_| {});
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            export_button(ui, cx.theme, Figure::Dimensions, "Export dimensions", &mut actions);
            ui.with_layout(Layout::top_down(Align::Min), |ui| muted(ui, cx.theme, words));
        });
    });
    ui.add_space(HALF);
    if let Some(code) = table_ui(ui, cx, table, run, bench.dataset.shape.aspect()) {
        let now_secs = ui.input(|input| input.time);
        explorer.go_to(code, now_secs);
    }
    actions
}

/// Draws the rows; returns the code of the image that was clicked.
fn table_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    table: &mut DimensionsCache,
    run: &RunState,
    aspect: f32,
) -> Option<Vec<f32>> {
    let arrived = Arrived::of(cx, run, Sheet::Dimensions);
    let view = run.views.sheets.get(&Sheet::Dimensions);
    if let (Some(view), Some((wanted, order))) = (view, &table.wanted)
        && Arc::ptr_eq(&view.wanted.points, &wanted.points)
    {
        table.shown.clone_from(order);
    }
    let table = &*table;
    let order = if table.shown.is_empty() { &table.order } else { &table.shown };
    let numbers: Vec<usize> = order.iter().copied().take(MOST_ROWS).collect();
    let head = 16.0 * cx.theme.scale;
    let room = ui.available_size() - vec2(GRID, head + GRID);
    let bands = Bands::fit(room, numbers.len(), aspect, cx.theme.scale);
    let names = NAMES * cx.theme.scale;
    head_ui(ui, cx, table, bands, ui.cursor().left() + names, head);
    let mut moved = None;
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let wide = bands.pitch * (bands.count - 1) as f32 + names + bands.image.x * COLUMNS as f32;
        let (rect, _) = ui.allocate_exact_size(vec2(wide, bands.image.y * bands.rows as f32), Sense::hover());
        for band in numbers.chunks(bands.rows.max(1)).enumerate() {
            let corner = rect.min + bands.corner(band.0 * bands.rows) + vec2(names, 0.0);
            let size = bands.image * vec2(COLUMNS as f32, band.1.len() as f32);
            picture_frame(ui, cx.theme, Rect::from_min_size(corner, size));
        }
        for (place, number) in numbers.iter().enumerate() {
            let corner = rect.min + bands.corner(place);
            let size = vec2(names + bands.image.x * COLUMNS as f32, bands.image.y);
            let rect = Rect::from_min_size(corner, size);
            if !ui.is_rect_visible(rect) {
                continue;
            }
            let row = Row { number: *number, place, rect, images: rect.with_min_x(corner.x + names) };
            moved = row_ui(ui, cx, table, row, arrived).or(moved.take());
        }
    });
    moved
}

/// The steps above the columns of every band.
fn head_ui(
    ui: &mut Ui,
    cx: &PanelContext<'_>,
    table: &DimensionsCache,
    bands: Bands,
    left: f32,
    height: f32,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let columns = steps().enumerate().filter(|(column, _)| column % 2 == 0);
    let all = columns.flat_map(|(column, step)| (0..bands.count).map(move |band| (band, column, step)));
    for (band, column, step) in all {
        let left = left + band as f32 * bands.pitch;
        let at = pos2(left + (column as f32 + 0.5) * bands.image.x, rect.center().y);
        let unit = if table.is_gaussian { "" } else { "σ" };
        let words = if step == 0.0 && !table.is_gaussian {
            "mean".to_owned()
        } else {
            format!("{step:.0}{unit}").replace('-', "−")
        };
        ui.painter().text(at, Align2::CENTER_CENTER, words, cx.theme.small(), cx.theme.muted);
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The number of the code that it changes.
    number: usize,
    /// Its place among the rows, from the top of the first band.
    place: usize,
    rect: Rect,
    /// The part of it with the images.
    images: Rect,
}

/// Draws a row; returns the code of the image that was clicked.
fn row_ui(
    ui: &Ui,
    cx: &PanelContext<'_>,
    table: &DimensionsCache,
    row: Row,
    arrived: Option<Arrived<'_>>,
) -> Option<Vec<f32>> {
    let Row { number, place, rect, images } = row;
    let name = format!("z{}", number + 1);
    let at = rect.left_center();
    let font = cx.theme.small();
    ui.painter().text(at, Align2::LEFT_CENTER, &name, font.clone(), cx.theme.text);
    let worth_at = pos2(images.left() - GRID, at.y);
    ui.painter().text(worth_at, Align2::RIGHT_CENTER, table.worth(number), font, cx.theme.muted);
    if let Some(part) = arrived.and_then(|arrived| part_of(&arrived, place))
        && let Some(arrived) = arrived
    {
        ui.painter().image(arrived.shown.id, images, part, Color32::WHITE);
    }
    let response = ui.interact(images, ui.scope_id().with(("row", number)), Sense::click());
    let words = format!("row of {name}, {}", table.worth(number));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    let pressed = response.interact_pointer_pos().filter(|_| response.clicked());
    response.on_hover_text(format!("{name}: a click moves the point there"));
    let column = (pressed?.x - images.left()) / images.width() * COLUMNS as f32;
    table.row(number).nth(column.clamp(0.0, COLUMNS as f32 - 1.0) as usize)
}

/// The part of the texture that holds a whole row.
fn part_of(arrived: &Arrived<'_>, row: usize) -> Option<Rect> {
    let first = arrived.part(row * arrived.view.wanted.columns)?;
    Some(first.with_max_x(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::PlaneChoice;
    use crate::recipe::Recipe;

    /// A plane that holds the rest at a code.
    fn held_at(code: &[f32], is_variational: bool) -> PlaneCache {
        let mut choice = PlaneChoice::new(code.len());
        let mut plane = PlaneCache::new(&choice, code.len(), is_variational);
        let view = CloudView::of_codes(1, code.len(), code.into());
        plane.choose_rest(&mut choice, Rest::Image(0), Some(&view));
        plane
    }

    fn view(spreads: Option<&[f32]>) -> CloudView {
        let codes = [1.0, 4.0, -1.0, 8.0].into();
        let view = CloudView::of_codes(1, 2, codes);
        spreads.map_or(view.clone(), |spreads| view.with_spreads(spreads.into()))
    }

    #[test]
    fn a_gaussian_code_goes_from_minus_three_to_three_around_what_is_held() {
        let mut table = DimensionsCache::default();
        table.take_in(&view(Some(&[1.0; 4])), &held_at(&[0.5, 0.25], true), false);
        assert_eq!(table.order, [1, 0], "the second number is farther from the prior");
        let (wanted, _) = table.wanted.as_ref().expect("a question");
        assert_eq!((wanted.columns, wanted.rows), (13, 2));
        let row: Vec<&[f32]> = wanted.points.chunks(2).take(13).collect();
        assert_eq!([row[0], row[6], row[12]], [[0.5, -3.0], [0.5, 0.0], [0.5, 3.0]]);
        assert_eq!(table.worth(0), "0.50 nats", "the mean of ½(1 + 1 − 0 − 1) twice");
        assert!(table.words(Rest::Zero).contains("sorted by KL"), "{}", table.words(Rest::Zero));
    }

    #[test]
    fn a_plain_code_goes_three_standard_deviations_from_its_mean() {
        let mut table = DimensionsCache::default();
        table.take_in(&view(None), &held_at(&[0.0, 6.0], false), false);
        let (wanted, order) = table.wanted.as_ref().expect("a question");
        assert_eq!(order, &[1, 0], "a variance of 4 before one of 1");
        assert_eq!((&wanted.points[..2], &wanted.points[24..26]), (&[0.0, 0.0][..], &[0.0, 12.0][..]));
        assert_eq!(table.worth(1), "var 4.00");
    }

    #[test]
    fn rows_stay_within_the_range_of_the_encoder() {
        let recipe = Recipe::open("ae-rate").expect("built in");
        let mut table = DimensionsCache { range: Range::of(&recipe.model), ..DimensionsCache::default() };
        // Means of 0.5 and 0.25, standard deviations of 0.5 and 0.05.
        let view = CloudView::of_codes(1, 2, [0.0, 0.2, 1.0, 0.3].into());
        table.take_in(&view, &held_at(&[0.5, 0.25], false), false);
        let (wanted, order) = table.wanted.as_ref().expect("a question");
        assert_eq!(order, &[0, 1]);
        let row = |place: usize| -> Vec<f32> {
            wanted
                .points
                .chunks(2)
                .skip(place * COLUMNS)
                .take(COLUMNS)
                .map(|code| code[order[place]])
                .collect()
        };
        let want = [0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0];
        for (got, want) in row(0).into_iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "got {got}, want {want}, tolerance 1e-6");
        }
        assert!((row(1)[0] - 0.1).abs() < 1e-6 && (row(1)[12] - 0.4).abs() < 1e-6, "{:?}", row(1));
        assert!(table.words(Rest::Mean).contains("within what this encoder can give, 0 to 1, the rest"));
        assert!(!DimensionsCache::default().words(Rest::Mean).contains("this encoder"));
    }

    #[test]
    fn the_same_codes_are_not_computed_again() {
        let mut table = DimensionsCache::default();
        let view = view(None);
        table.take_in(&view, &held_at(&[0.0, 0.0], false), true);
        let first = table.wanted.clone().expect("a question").0.points;
        table.take_in(&view, &held_at(&[0.0, 0.0], false), true);
        assert!(Arc::ptr_eq(&first, &table.wanted.clone().expect("a question").0.points));
        table.take_in(&view, &held_at(&[1.0, 0.0], false), true);
        assert!(!Arc::ptr_eq(&first, &table.wanted.clone().expect("a question").0.points));
    }

    #[test]
    fn rows_change_places_only_when_one_is_clearly_ahead() {
        assert_eq!(reordered(&[], &[1.0, 3.0, f32::NAN, 2.0], SLACK), [1, 3, 0, 2]);
        assert_eq!(reordered(&[0, 1, 2], &[1.0, 1.1, 0.5], SLACK), [0, 1, 2]);
        assert_eq!(reordered(&[0, 1, 2], &[1.0, 1.1, 0.5], 1.0), [1, 0, 2]);
        assert_eq!(reordered(&[0, 1, 2], &[1.0, 0.9, 5.0], SLACK), [2, 0, 1]);
        assert_eq!(reordered(&[0, 1], &[1.0, 2.0, 3.0], SLACK), [2, 1, 0], "another network");
    }

    #[test]
    fn the_words_do_not_call_rows_sorted_that_keep_their_places() {
        let codes = |first: f32| CloudView::of_codes(1, 2, [first, 1.0, -first, -1.0].into());
        let plane = held_at(&[0.0, 0.0], false);
        let mut table = DimensionsCache::default();
        table.take_in(&codes(1.02), &plane, true);
        assert_eq!(table.order, [0, 1]);
        let later = codes(0.98);
        table.take_in(&later, &plane, true);
        assert_eq!(table.order, [0, 1], "the second is hardly ahead");
        assert!(table.words(Rest::Zero).contains("change places once one is clearly ahead"));
        table.take_in(&later, &plane, false);
        assert_eq!(table.order, [1, 0], "at rest the table is sorted");
        assert!(table.words(Rest::Zero).ends_with("sorted by variance."), "{}", table.words(Rest::Zero));
    }

    #[test]
    fn the_words_say_how_many_rows_are_left_out() {
        let mut table = DimensionsCache::default();
        let codes: Vec<f32> = (0..300).map(|i| (i as f32).sin()).collect();
        table.take_in(&CloudView::of_codes(1, 100, codes.into()), &held_at(&[0.0; 100], false), false);
        assert_eq!(table.wanted.as_ref().map(|(wanted, _)| wanted.rows), Some(64));
        assert!(table.words(Rest::Mean).contains("36 more"), "{}", table.words(Rest::Mean));
    }
}
