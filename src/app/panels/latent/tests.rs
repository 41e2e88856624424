//! The explorer as a person uses it: by label, with pointer and keys, without a device.

use std::sync::Arc;

use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::explorer::MapCache;
use super::plane::geometry::Latent;
use super::*;
use crate::app::pictures::Pictures;
use crate::app::state::AppState;
use crate::app::theme::{ColorScheme, Theme};
use crate::data::{Source, load};
use crate::document::{Axes, Background, Link, MapView, RunExploration};
use crate::engine::{
    BenchInfo, CloudView, Event as Fact, FieldKind, LatentPlane, RunId, RunInfo, RunViews, RunWants,
    SharedHistory, StagePlan, WantedCloud, WantedLattice, Wants,
};
use crate::recipe::{CodeKind, Recipe};

/// What the harness draws.
pub(super) struct Shown {
    pub(super) state: AppState,
    pub(super) theme: Theme,
    pictures: Pictures,
    pub(super) document: Exploration,
    pub(super) cache: LatentCache,
    /// What the panel wants to see in the last frame.
    wants: Wants,
    /// Where the point was, place by place.
    points: Vec<Vec<f32>>,
    last_point: Vec<f32>,
}

/// One of the panels of the explorer.
pub(super) type Panel =
    fn(&mut Ui, &PanelContext<'_>, &mut Exploration, &mut LatentCache, &str) -> Vec<Action>;

/// The explorer in a harness.
pub(super) type Explorer = Harness<'static, Shown>;

impl Shown {
    /// A window with this state.
    pub(super) fn of(state: AppState) -> Self {
        Self {
            state,
            theme: Theme::new(ColorScheme::Dark, false),
            pictures: Pictures::new(Default::default(), None),
            document: Exploration::default(),
            cache: LatentCache::default(),
            wants: Wants::default(),
            points: Vec::new(),
            last_point: Vec::new(),
        }
    }

    /// Draws a panel and keeps what it wants to see.
    pub(super) fn draw(&mut self, ui: &mut Ui, panel: Panel) {
        let Self { state, theme, pictures, document, cache, wants, points, last_point } = self;
        let declared = Default::default();
        let cx = PanelContext { state, theme, pictures, wants: &declared };
        let actions = panel(ui, &cx, document, cache, "Latent space");
        *wants = declared.into_inner();
        for action in actions {
            if let Action::Focus(run) = action {
                state.focus(run);
            }
        }
        let shown = state.run().and_then(|run| document.run(run.info.id));
        if let Some(run) = shown.filter(|run| run.point != *last_point) {
            last_point.clone_from(&run.point);
            points.push(last_point.clone());
        }
    }

    /// What is wanted of a run.
    pub(super) fn wants_of(&self, run: u64) -> RunWants {
        self.wants.run(RunId(run)).cloned().unwrap_or_default()
    }

    /// What is wanted of the first run.
    pub(super) fn wants(&self) -> RunWants {
        self.wants_of(1)
    }

    /// The run that is shown.
    fn id(&self) -> RunId {
        self.state.run().expect("a run").info.id
    }

    /// What is set up for the shown run.
    pub(super) fn run(&self) -> &RunExploration {
        self.document.run(self.id()).expect("it was drawn")
    }

    /// The same, to be changed.
    pub(super) fn run_mut(&mut self) -> &mut RunExploration {
        let id = self.id();
        self.document.open(id).expect("it was drawn").0
    }

    /// What the map of the shown run keeps.
    pub(super) fn map(&self) -> &MapCache {
        self.cache.maps.cache(self.id()).expect("it was drawn")
    }

    /// The explorer of the shown run.
    pub(super) fn explorer(&mut self) -> super::explorer::Explorer<'_> {
        let id = self.id();
        self.cache.maps.open(&mut self.document, id).expect("it was drawn").explorer
    }

    /// Which part of the plane is on the screen.
    pub(super) fn view(&self) -> MapView {
        self.map().camera.view()
    }

    /// Where the point is on the shown plane.
    pub(super) fn place(&self) -> Latent {
        self.map().plane.plane().place(&self.run().point)
    }

    /// Where the point was moved to since this was called last.
    pub(super) fn points(&mut self) -> Vec<Vec<f32>> {
        std::mem::take(&mut self.points)
    }
}

/// A run with codes of so many numbers, paused.
pub(super) fn bench(dimensions: usize) -> AppState {
    bench_of(&[dimensions])
}

/// Runs with codes of so many numbers, paused; the first is shown.
pub(super) fn bench_of(sizes: &[usize]) -> AppState {
    let mut state = AppState::default();
    let ids = (1..).map(RunId);
    open(&mut state, &ids.zip(sizes.iter().copied()).collect::<Vec<_>>());
    state
}

/// Puts runs with codes of so many numbers on the bench.
pub(super) fn open(state: &mut AppState, runs: &[(RunId, usize)]) {
    let source =
        Source { set: "digits", count: 200, messiness: 0.5, held_out: 0.3, seed: 1, ..Source::default() };
    let dataset = match &state.bench {
        Some(bench) => Arc::clone(&bench.dataset),
        None => Arc::new(load(&source).unwrap()),
    };
    let cloud: Arc<[u32]> = dataset.split.validation.clone().into();
    let info = |(id, dimensions): (RunId, usize)| {
        let mut recipe = Recipe::default();
        recipe.model.code = dimensions;
        recipe.model.code_kind = CodeKind::Gaussian;
        let views = Arc::new(RunViews::default());
        let codes = (0..cloud.len() * dimensions).map(|i| 1.5 * (i as f32 * 1.7).sin()).collect();
        let cloud = CloudView::of_codes(0, dimensions, codes);
        views.publish(|views, _| views.cloud = Some(cloud.into()));
        let plan = StagePlan::new(&recipe, 10);
        RunInfo { id, recipe, history: SharedHistory::default(), views, parameters: 10, plan }
    };
    let runs = runs.iter().copied().map(info).collect();
    let examples = cloud[..5].into();
    let device = "CPU".to_owned();
    state.apply(Fact::Opened(BenchInfo { dataset, examples, cloud, steps_per_epoch: 10, device, runs }));
    state.collect_views();
}

/// An explorer of this state, drawn a few times.
pub(super) fn explorer(state: AppState) -> Explorer {
    let mut harness = Harness::builder()
        .with_size(vec2(700.0, 520.0))
        .build_ui_state(|ui, shown: &mut Shown| shown.draw(ui, latent_ui), Shown::of(state));
    harness.run_steps(3);
    harness
}

/// Where the point is on the screen.
pub(super) fn center(harness: &Explorer) -> Pos2 {
    harness.get_by_label("latent point").rect().center()
}

#[test]
fn the_image_at_the_point_and_the_tiles_of_a_new_run_are_wanted() {
    let mut harness = explorer(bench(2));
    harness.run_steps(20);
    let wants = harness.state().wants();
    let RunWants { point, lattice, cloud, field, forces, sheets, .. } = wants.clone();
    assert_eq!(point.expect("an image").point, [0.0, 0.0]);
    let WantedLattice { plane, x, y, columns, rows } = lattice.expect("a lattice");
    assert_eq!(plane, LatentPlane::of_axes([0, 1], 2, &[]));
    assert!(x[0] < x[1] && y[0] < y[1] && columns > 5 && rows > 5);
    assert_eq!((cloud, field, forces), (Some(WantedCloud::default()), None, None));
    assert!(sheets.is_empty(), "there are no pins: {sheets:?}");
    harness.run_steps(5);
    assert_eq!(harness.state().wants(), wants, "the same in every frame while nothing is changed");
}

#[test]
fn runs_side_by_side_have_a_map_each_and_follow_the_same_image_or_the_same_code() {
    let mut harness = explorer(bench_of(&[2, 5]));
    harness.run_steps(3);
    let nearest = harness.state().cache.maps.nearest(RunId(1));
    let image = nearest.expect("there are codes");
    let wanted = |harness: &Explorer| [1, 2].map(|run| harness.state().wants_of(run));
    let points = |harness: &Explorer| wanted(harness).map(|wants| wants.point.expect("an image"));
    let [first, second] = points(&harness);
    assert_eq!([first.compared_with, second.compared_with], [nearest; 2]);
    let code = |run: usize| {
        let runs = &harness.state().state.bench.as_ref().expect("a bench").runs;
        let view = runs[run].views.cloud.clone().expect("codes");
        maps::code_of(&view, image).expect("a code")
    };
    assert_eq!((first.point, second.point), (vec![0.0, 0.0], code(1)), "its own code of the image");
    assert!(wanted(&harness).iter().all(|wants| wants.lattice.is_some()), "both maps are shown");
    harness.state_mut().document.maps.link = Link::Code;
    harness.state_mut().explorer().move_to([0.25, 0.5], 0.0);
    harness.run_steps(2);
    assert_eq!(points(&harness)[1].point, [0.25, 0.5, 0.0, 0.0, 0.0]);
    harness.state_mut().document.maps.shows_one = true;
    harness.run_steps(2);
    assert_eq!(wanted(&harness).map(|wants| wants.lattice.is_some()), [true, false]);
    assert_eq!(points(&harness)[1].point, [0.25, 0.5, 0.0, 0.0, 0.0], "it follows without a map");
}

#[test]
fn a_press_on_the_map_of_another_run_shows_that_run_and_lets_it_lead() {
    let mut harness = explorer(bench_of(&[2, 2]));
    harness.run_steps(3);
    let points: Vec<Pos2> =
        harness.get_all_by_label_contains("latent point").map(|node| node.rect().center()).collect();
    assert_eq!(points.len(), 2);
    assert!(points[1].x > points[0].x + 100.0, "side by side: {points:?}");
    let target = points[1] + vec2(30.0, 20.0);
    harness.hover_at(target);
    harness.step();
    harness.drag_at(target);
    harness.step();
    harness.drop_at(target);
    harness.run_steps(3);
    let shown = harness.state();
    assert_eq!((shown.id(), shown.document.maps.cursor.leader), (RunId(2), Some(RunId(2))));
    let image = shown.cache.maps.nearest(RunId(2)).expect("codes");
    assert_eq!(shown.document.maps.cursor.image, Some(image));
    let runs = &shown.state.bench.as_ref().expect("a bench").runs;
    let code = maps::code_of(runs[0].views.cloud.as_deref().expect("codes"), image);
    assert_eq!(shown.document.run(RunId(1)).map(|run| run.point.clone()), code);
}

#[test]
fn dragging_the_point_decodes_where_it_goes_and_stays_on_the_map() {
    let mut harness = explorer(bench(2));
    harness.state_mut().points();
    let start = center(&harness);
    harness.hover_at(start);
    harness.step();
    harness.drag_at(start);
    harness.step();
    for step in 1..=5 {
        harness.hover_at(start + vec2(16.0, -8.0) * step as f32);
        harness.step();
    }
    let points = harness.state_mut().points();
    let last = points.last().unwrap();
    assert!(last[0] > 0.2 && last[1] > 0.1, "dragged to the upper right: {points:?}");
    assert_eq!(harness.state().wants().point.expect("an image").point, *last);
    harness.step();
    assert!((center(&harness) - (start + vec2(80.0, -40.0))).length() < 1.0);
    harness.hover_at(start + vec2(-5000.0, 5000.0));
    harness.step();
    harness.drop_at(start + vec2(-5000.0, 5000.0));
    harness.step();
    let radius = harness.state().view().radius;
    let points = harness.state_mut().points();
    let last = points.last().unwrap();
    assert!(
        last[0] < -0.9 * radius && last[1] < -0.9 * radius,
        "{last:?} is no corner of a view of ±{radius}"
    );
    assert!(last[0] > -1.5 * radius && last[1] > -1.5 * radius, "{last:?} left a view of ±{radius}");
}

#[test]
fn a_click_brings_the_point_there() {
    let mut harness = explorer(bench(2));
    harness.state_mut().points();
    let target = center(&harness) + vec2(-90.0, 60.0);
    harness.hover_at(target);
    harness.step();
    for pressed in [true, false] {
        harness.event(Event::PointerButton {
            pos: target,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        harness.step();
    }
    assert!((center(&harness) - target).length() < 1.0, "{:?}, want {target:?}", center(&harness));
    assert!(!harness.state_mut().points().is_empty());
}

#[test]
fn arrow_keys_move_the_point_and_with_shift_in_small_steps() {
    let mut harness = explorer(bench(2));
    harness.get_by_label("latent point").focus();
    harness.run_steps(2);
    harness.state_mut().points();
    let pushed = |harness: &mut Harness<'_, Shown>, modifiers: Modifiers, key: Key| {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(2);
        harness.state_mut().points().pop().unwrap_or_default()
    };
    let right = pushed(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(right[0] > 0.01 && right[1] == 0.0, "{right:?}");
    let up = pushed(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert!(up[0] == right[0] && up[1] > 0.01, "{up:?}");
    let fine = pushed(&mut harness, Modifiers::SHIFT, Key::ArrowLeft);
    let step = right[0] - fine[0];
    assert!((step / right[0] - 0.1).abs() < 0.02, "a fine step of {step} after one of {}", right[0]);
    assert!(harness.get_by_label("latent point").is_focused());
}

#[test]
fn the_legend_hides_and_shows_classes() {
    let mut harness = explorer(bench(2));
    harness.get_by_label("class 3").click();
    harness.run_steps(2);
    assert_eq!(harness.state().document.maps.layers.hidden.iter().copied().collect::<Vec<_>>(), [3]);
    harness.get_by_label("class 3").click();
    harness.run_steps(2);
    assert!(harness.state().document.maps.layers.hidden.is_empty());
}

#[test]
fn codes_of_one_and_of_a_thousand_numbers_are_shown() {
    for dimensions in [1, 3, 1000] {
        let mut harness = explorer(bench(dimensions));
        harness.run_steps(3);
        let point = harness.state_mut().points().pop().unwrap();
        assert_eq!(point.len(), dimensions);
        assert_eq!(harness.query_by_label("axis across").is_some(), dimensions > 2, "{dimensions} numbers");
        assert!(harness.get_by_label("latent point").accesskit_node().value().is_some());
    }
}

#[test]
fn nothing_loaded_says_so() {
    let harness = explorer(AppState::default());
    assert!(harness.query_by_value("no images are loaded yet").is_some());
}

#[test]
fn showing_another_run_and_coming_back_keeps_pins_and_view() {
    let mut harness = explorer(bench_of(&[2, 5, 2]));
    let mut explorer = harness.state_mut().explorer();
    explorer.look_at(MapView { center: [0.5, 0.25], radius: 0.75 });
    explorer.add_pin();
    let show = |harness: &mut Explorer, id: u64| {
        harness.state_mut().state.focus(RunId(id));
        harness.run_steps(5);
        let run = harness.state().run();
        (run.dimensions(), run.pins.pins().len(), harness.state().view().radius)
    };
    for other in [2, 3] {
        let pins = show(&mut harness, other).1;
        assert_eq!(pins, 1, "run {other} has the pin at its own code of the image");
        assert!(harness.state().run().view.is_none(), "run {other} has a zoom of its own");
        assert_eq!(show(&mut harness, 1), (2, 1, 0.75), "after a look at run {other}");
    }
}

#[test]
fn the_field_of_the_shown_run_is_wanted_and_images_picked_elsewhere_are_let_go() {
    let mut harness = explorer(bench_of(&[2, 2]));
    harness.state_mut().document.maps.layers.background = Background::Field(FieldKind::Density);
    harness.state_mut().document.maps.layers.picked = vec![3];
    let fields = |harness: &mut Explorer| {
        harness.run_steps(3);
        [1, 2].map(|run| harness.state().wants_of(run).field.is_some())
    };
    assert_eq!(fields(&mut harness), [true, true], "both maps are shown");
    harness.state_mut().document.maps.shows_one = true;
    assert_eq!(fields(&mut harness), [true, false]);
    harness.state_mut().state.focus(RunId(2));
    assert_eq!(fields(&mut harness), [false, true]);
    assert_eq!(harness.state().document.maps.layers.picked, [3], "the images are the same");
    // The same runs again, with images of their own.
    let mut state = bench_of(&[]);
    open(&mut state, &[(RunId(7), 2)]);
    harness.state_mut().state = state;
    harness.run_steps(3);
    assert!(harness.state().document.maps.layers.picked.is_empty(), "there are other images now");
}

#[test]
fn a_click_with_ctrl_picks_a_point_and_leaves_the_decoded_one_where_it_is() {
    let mut harness = explorer(bench(2));
    let origin = center(&harness);
    harness.get_by_label("latent point").focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    let before = center(&harness);
    let scale = (before.x - origin.x) / harness.state().place()[0];
    let cloud = harness.state().map().cloud.as_ref().unwrap();
    let on_screen = |place: &Latent| origin + vec2(place[0], -place[1]) * scale;
    let (row, place) = cloud
        .places
        .iter()
        .map(on_screen)
        .enumerate()
        .find(|(_, at)| (*at - before).length() > 40.0 && (*at - origin).length() < 120.0)
        .unwrap();
    let image = cloud.images[row];
    let click = |harness: &mut Harness<'_, Shown>| {
        harness.event(Event::PointerMoved(place));
        harness.step();
        harness.event(Event::ModifiersChanged(Modifiers::COMMAND));
        for pressed in [true, false] {
            harness.event(Event::PointerButton {
                pos: place,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::COMMAND,
            });
            harness.step();
        }
        harness.event(Event::ModifiersChanged(Modifiers::NONE));
        harness.run_steps(2);
    };
    click(&mut harness);
    assert_eq!(harness.state().document.maps.layers.picked, [image]);
    assert_eq!(center(&harness), before);
    click(&mut harness);
    assert!(harness.state().document.maps.layers.picked.is_empty(), "a second click lets it go");
}

#[test]
fn samples_are_around_the_picked_image_rather_than_the_nearest() {
    let mut state = bench(2);
    let run = state.bench.as_mut().and_then(|bench| bench.runs.first_mut()).expect("a run");
    let view = run.views.cloud.as_mut().map(Arc::make_mut).expect("codes");
    view.spreads = Some(vec![1e-3; view.codes.len()].into());
    let codes = Arc::clone(&view.codes);
    let (first, second) = (view.images[7], view.images[11]);
    let mut harness = explorer(state);
    for (image, row) in [(first, 7), (second, 11)] {
        harness.state_mut().document.maps.layers.picked = vec![image];
        harness.run_steps(2);
        harness.get_by_label("new ε").click();
        harness.run_steps(2);
        let point = &harness.state().run().point;
        for (got, want) in point.iter().zip(&codes[2 * row..]) {
            assert!((got - want).abs() < 0.01, "got {got}, want {want} of the picked image, tolerance 0.01");
        }
    }
}

#[test]
fn the_axes_and_the_rest_of_a_longer_code_are_chosen_by_label() {
    let mut harness = explorer(bench(5));
    let choose = |harness: &mut Harness<'_, Shown>, list: &str, entry: &str| {
        harness.get_by_label(list).click();
        harness.run_steps(3);
        harness.get_by_label(entry).click();
        harness.run_steps(3);
    };
    choose(&mut harness, "axis across", "principal axes");
    assert_eq!(harness.state().run().plane.axes, Axes::Principal);
    assert!(harness.query_by_label("axis up").is_none(), "one list says it all");
    assert!(harness.state().map().plane.plane().names[0].contains("principal axis"));
    choose(&mut harness, "axis across", "z4");
    assert_eq!(harness.state().run().plane.axes, Axes::Pair([3, 4]));
    choose(&mut harness, "rest of the code", "as of the nearest image");
    let point = harness.state_mut().points().pop().unwrap();
    assert!(point[..3].iter().any(|z| *z != 0.0), "{point:?} is still at zero");
    choose(&mut harness, "rest of the code", "zero");
    let point = harness.state_mut().points().pop().unwrap();
    assert_eq!(point[..3], [0.0; 3]);
}
