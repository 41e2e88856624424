//! The figures of a tiny run without an engine have the right numbers under the right names.

use super::*;
use crate::data::{ImageShape, Split};
use crate::engine::{LatentPlane, SharedHistory, Snapshot, StagePlan, WantedLattice};
use crate::export::figures::Figure as _;
use crate::look::ColorScheme;
use crate::recipe::Recipe;

/// Three grey images of two pixels, the first without a use.
fn dataset() -> Dataset {
    Dataset {
        name: "tiny".to_owned(),
        shape: ImageShape { height: 1, width: 2, channels: 1 },
        images: vec![0_u8, 255, 255, 0, 128, 128].into(),
        labels: vec![0, 1, 0],
        class_names: vec!["left".to_owned(), "right".to_owned()],
        factors: Vec::new(),
        split: Split { train: vec![0], validation: vec![1, 2], ..Split::default() },
        notes: Vec::new(),
    }
}

/// Two codes of three numbers, shown along the first and the third.
fn snapshot() -> Snapshot {
    Snapshot {
        step: 40,
        dimensions: 3,
        codes: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        inputs: vec![1.0, 0.0, 0.5, 0.5],
        corrupted: None,
        outputs: vec![0.75, 0.25, 0.5, 1.0],
        lattice: WantedLattice {
            plane: LatentPlane::of_axes([0, 2], 3, &[]),
            x: [-2.0, 2.0],
            y: [-1.0, 3.0],
            columns: 2,
            rows: 1,
        },
        tiles: vec![0.0, 0.1, 0.2, 0.3],
        point: vec![-0.62, 1.05, 0.0],
        decoded: vec![0.5, 0.5],
        sheet: vec![0.0, 0.25, 0.5, 0.75],
        cards: Vec::new(),
    }
}

fn recipe(settings: &[&str]) -> Recipe {
    let mut recipe = Recipe::open("vae-2d").expect("built in");
    for setting in settings {
        recipe.set_from_text(setting).expect("a valid setting");
    }
    recipe
}

fn change(step: u64, value: f64) -> Change {
    Change { step, key: "objective.beta".to_owned(), value }
}

/// Hands the figures of a run to a test.
fn with_run<T>(recipe: &Recipe, changes: &[Change], test: impl Fn(RunFigures) -> T) -> T {
    let (history, dataset) = (SharedHistory::default(), dataset());
    let plan = StagePlan::new(recipe, 10);
    let record = RunRecord {
        recipe,
        changes,
        history: &history,
        references: None,
        plan: &plan,
        pixels: 2,
        color: None,
        others: &[],
    };
    test(RunFigures { record, dataset: &dataset, cloud: &[1, 2] })
}

#[test]
fn the_caption_says_what_was_in_force_at_a_step() {
    let drag = [change(10, 1.5), change(20, 4.0), change(900, 4.0)];
    let start = recipe(&["objective.beta=1"]);
    let captions = with_run(&start, &drag, |run| [10, 11, 40, 1000].map(|step| run.caption(step).text));
    let ends =
        ["step 10", "step 11 · 1 live change", "step 40 · 1 live change", "step 1000 · 2 live changes"];
    for ((caption, beta), end) in captions.iter().zip(["β 1 ", "β 1.5 ", "β 4 ", "β 4 "]).zip(ends) {
        assert!(caption.contains(beta) && caption.ends_with(end), "`{caption}` lacks `{beta}` or `{end}`");
    }
}

#[test]
fn pictures_show_the_plane_of_the_lattice() {
    with_run(&recipe(&[]), &[], |run| {
        let snapshot = snapshot();
        let cloud = run.cloud(&snapshot);
        assert_eq!(cloud.points, [[1.0, 3.0], [4.0, 6.0]]);
        assert_eq!((cloud.classes, cloud.axis_names), (vec![1, 0], ["z1", "z3"].map(str::to_owned)));
        assert!(cloud.prior_rings);
        let lattice = run.lattice(&snapshot);
        assert_eq!(
            (lattice.x_range, lattice.y_range),
            ([-2.0, 2.0], [1.0, 1.0]),
            "one row lies in the middle"
        );
        assert_eq!((lattice.columns, lattice.rows, lattice.tiles), (2, 1, snapshot.tiles.clone()));
        assert!(lattice.title.ends_with("a line of codes"), "{}", lattice.title);
        let pairs = run.reconstructions(&snapshot);
        assert_eq!(pairs.residual, Some(vec![-0.25, 0.25, 0.0, 0.5]));
        assert_eq!((pairs.shape.height, pairs.shape.width, pairs.shape.channels), (1, 2, 1));
        assert_eq!(run.decoded(&snapshot).title, "z = (−0.62, 1.05, 0.00)");
    });
}

#[test]
fn codes_side_by_side_keep_their_words_and_their_pixels() {
    with_run(&recipe(&[]), &[], |run| {
        let words = SheetWords {
            title: "Every number of the code".to_owned(),
            meaning: "Each row moves one number.".to_owned(),
            columns: 1,
            rows: vec!["z3  1.20 nats".to_owned(), "z1  0.10 nats".to_owned()],
            captions: Vec::new(),
        };
        let figure = run.sheet(&snapshot(), &words);
        let svg = figure.scene(&run.caption(40), ColorScheme::Light).to_svg();
        for want in ["Every number of the code", "z3  1.20 nats", "z1  0.10 nats", "seed", "step 40"] {
            assert!(svg.contains(want), "`{want}` is missing");
        }
        assert_eq!(svg.matches("<image").count(), 2, "two images of two pixels");
        let nothing = run.sheet(&Snapshot { sheet: Vec::new(), ..snapshot() }, &words);
        let svg = nothing.scene(&run.caption(40), ColorScheme::Light).to_svg();
        assert!(svg.contains("nothing to show yet"));
    });
}

#[test]
fn a_code_of_one_number_lies_on_a_line() {
    with_run(&recipe(&[]), &[], |run| {
        let mut snapshot = snapshot();
        snapshot.dimensions = 1;
        snapshot.codes = vec![1.0, 4.0];
        snapshot.lattice.plane = LatentPlane::of_axes([0, 0], 1, &[]);
        snapshot.point = vec![0.0; 32];
        let cloud = run.cloud(&snapshot);
        assert_eq!(cloud.points[..2], [[1.0, 0.0], [4.0, 0.0]]);
        assert_eq!(cloud.axis_names, ["z1", ""].map(str::to_owned));
        assert_eq!(run.decoded(&snapshot).title, "z = (0.00, 0.00, 0.00, 0.00, …)");
    });
}
