//! The tug of war at a code: where the reconstruction pulls the codes of a few images, and where the penalties do, as
//! arrows of one scale, so that their lengths can be compared.

use eframe::egui::{Align2, Color32, Pos2, Shape, Stroke, Vec2, pos2, vec2};
use std::sync::Arc;

use crate::app::action::Action;
use crate::app::panels::words_over;
use crate::app::state::{BenchState, RunState};
use crate::app::theme::{GRID, HALF, Theme};
use crate::engine::{ForcesAsk, ForcesView, LatentPlane, Penalty};
use crate::recipe::{Network, ObjectiveRecipe, Recipe};

use super::paint::Map;
use crate::app::panels::latent::asking::{Answer, Asked, Pace, Wish};
use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::Latent;

/// Seconds between two looks: as often as tiles.
const EVERY_SECS: f64 = 0.34;
/// The longest arrow, in points of the screen.
const LONGEST: f32 = 130.0;
/// The longer arrow at a code, at half of the codes at least: one code that is pulled hard must not make the others dots.
const USUAL: f32 = 36.0;
/// Arrows shorter than this are a dot.
const SHORTEST: f32 = 2.0;
/// Length of an arrow's head.
const HEAD: f32 = 7.0;

/// What is remembered of the arrows.
#[derive(Debug, Default)]
pub struct Pull {
    /// Whether they are drawn.
    pub is_shown: bool,
    /// Together with what was minimised then: a slider moves the arrows of a run that rests.
    asked: Asked<(ForcesAsk, ObjectiveRecipe)>,
}

/// Two arrows at one place, in latent units: what a step downhill on either term would do to the code.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tug {
    at: Latent,
    reconstruction: Latent,
    penalty: Latent,
}

impl Pull {
    /// Asks for the pull on the picked images, or on the shown examples where none is picked, where arrows are shown and
    /// missing or out of date.
    pub fn ask(
        &mut self,
        (bench, run): (&BenchState, &RunState),
        picked: &[u32],
        now_secs: f64,
        wish: &mut Wish,
    ) {
        if !self.is_shown {
            return;
        }
        let images: Arc<[u32]> = if picked.is_empty() { &bench.examples } else { picked }.into();
        let answer = Answer::of(run, run.seen.forces.as_ref().map(|seen| (seen.request, seen.step)));
        let pace = Pace { now_secs, every_secs: EVERY_SECS };
        let question = (ForcesAsk { images }, run.recipe.objective.clone());
        self.asked.ask(&question, &answer, pace, wish, |(ask, _)| Action::AskForces(ask));
    }

    /// Draws the arrows and says at the top of the map what they are. Down to where, if anything is said.
    pub fn paint(
        &self,
        map: &Map<'_>,
        theme: &Theme,
        (run, latent): (&RunState, &LatentPlane),
        cloud: Option<&Cloud>,
    ) -> Option<f32> {
        let view = run.seen.forces.as_ref().filter(|view| view.dimensions == run.recipe.model.code);
        let tugs = tugs(view.filter(|_| self.is_shown)?, latent, cloud);
        let scale = scale(&tugs)?;
        let colors = Theme::on_pictures();
        let penalty = penalty(&run.recipe, view?.step, &colors);
        for tug in &tugs {
            let from = map.plane().screen_from_latent(tug.at);
            map.painter().circle_filled(from, 3.0, theme.marker);
            arrow(map, theme, from, on_screen(tug.reconstruction, scale), colors.reconstruction);
            if let Some((_, color)) = penalty {
                arrow(map, theme, from, on_screen(tug.penalty, scale), color);
            }
        }
        let remark = remark(&run.recipe, penalty.is_some());
        Some(legend(map, theme, penalty, remark.as_deref()))
    }
}

/// The pull on every code as seen on the plane; codes and pulls that are no numbers are left out. Codes of one number are
/// spread over the map, so there an arrow begins where the cloud has its image.
fn tugs(view: &ForcesView, latent: &LatentPlane, cloud: Option<&Cloud>) -> Vec<Tug> {
    let spread = |image: u32| {
        let cloud = cloud.filter(|_| view.dimensions == 1)?;
        cloud.places.get(cloud.row_of(image)?).map(|[_, up]| *up)
    };
    let rows = |numbers: &Arc<[f32]>| -> Vec<Vec<f32>> {
        numbers.chunks_exact(view.dimensions.max(1)).map(<[f32]>::to_vec).collect()
    };
    let (codes, reconstruction, penalty) =
        (rows(&view.codes), rows(&view.reconstruction), rows(&view.penalty));
    let pulls = codes.iter().zip(reconstruction.iter().zip(&penalty));
    let seen = pulls.zip(&*view.images).map(|((code, (reconstruction, penalty)), image)| {
        let [across, up] = latent.place(code);
        Tug {
            at: [across, spread(*image).unwrap_or(up)],
            reconstruction: along(latent, reconstruction),
            penalty: along(latent, penalty),
        }
    });
    let is_number =
        |tug: &Tug| [tug.at, tug.reconstruction, tug.penalty].concat().iter().all(|z| z.is_finite());
    seen.filter(is_number).collect()
}

/// A direction as seen on the plane.
fn along(latent: &LatentPlane, direction: &[f32]) -> Latent {
    let dot = |axis: &[f32]| direction.iter().zip(axis).map(|(a, b)| a * b).sum();
    [dot(&latent.right), dot(&latent.up)]
}

/// Points of the screen per unit of pull, one scale for both terms: most arrows are easily seen, none is too long.
fn scale(tugs: &[Tug]) -> Option<f32> {
    let length = |[x, y]: Latent| x.hypot(y);
    let mut longer: Vec<f32> =
        tugs.iter().map(|tug| length(tug.reconstruction).max(length(tug.penalty))).collect();
    longer.sort_unstable_by(f32::total_cmp);
    let (usual, longest) = (*longer.get(longer.len() / 2)?, *longer.last()?);
    let fits = LONGEST / longest;
    (longest > 0.0).then(|| if usual > 0.0 { fits.min(USUAL / usual) } else { fits })
}

fn on_screen([right, up]: Latent, scale: f32) -> Vec2 {
    vec2(right, -up) * scale
}

/// The penalties that pull on codes with the weights of this step: their names, and the colour of the first. None where
/// no penalty does: the contractive one is about the weights before the code.
fn penalty(recipe: &Recipe, step: u64, theme: &Theme) -> Option<(String, Color32)> {
    let penalties = Penalty::of(recipe).into_iter().filter(|penalty| *penalty != Penalty::Contractive);
    let pulling = penalties.filter(|penalty| penalty.weight(&recipe.objective, step) > 0.0);
    let named: Vec<(&str, Color32)> = pulling
        .map(|penalty| {
            let name = if penalty == Penalty::Kl { "KL" } else { penalty.word() };
            (name, theme.parameter(penalty.weight_key()))
        })
        .collect();
    let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    named.first().map(|(_, color)| (names.join(" + "), *color))
}

/// What is to be said of arrows that are not there, and of what is held while they are worked out.
fn remark(recipe: &Recipe, has_penalty: bool) -> Option<String> {
    let absent = match (has_penalty, recipe.objective.contractive > 0.0) {
        (_, true) => Some("the contractive penalty acts on the weights and has no arrow"),
        (false, false) => Some("no penalty pulls on the code"),
        (true, false) => None,
    };
    let has_skips = recipe.model.network == Network::UNet && recipe.model.skips;
    let held = has_skips.then_some("what skips past the code stays as each image has it");
    let all: Vec<&str> = absent.into_iter().chain(held).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn arrow(map: &Map<'_>, theme: &Theme, from: Pos2, along: Vec2, color: Color32) {
    if along.length() < SHORTEST {
        return;
    }
    let (to, way) = (from + along, along.normalized());
    let side = vec2(-way.y, way.x);
    let foot = to - way * HEAD.min(along.length());
    for (width, color) in [(4.0, theme.faded(theme.picture, 0.7)), (2.0, color)] {
        map.painter().line_segment([from, foot], Stroke::new(width, color));
    }
    let head = vec![to, foot + side * 0.45 * HEAD, foot - side * 0.45 * HEAD];
    map.painter().add(Shape::convex_polygon(head, color, Stroke::new(1.0, theme.faded(theme.picture, 0.7))));
}

/// Which colour is which, at the top of the map, and what has no arrow; where the words end.
fn legend(map: &Map<'_>, theme: &Theme, penalty: Option<(String, Color32)>, remark: Option<&str>) -> f32 {
    let top = map.plane().rect.center_top() + vec2(0.0, HALF);
    let font = theme.small();
    let words = "where each term would move a code; one scale for all arrows";
    let above = words_over(map.painter(), theme, top, Align2::CENTER_TOP, words, font.clone());
    let (arrow_width, gap) = (30.0, 2.0 * GRID);
    let width =
        |name: &str| map.painter().layout_no_wrap(name.to_owned(), font.clone(), theme.over_picture).size().x;
    let names: Vec<(String, Color32)> = [("reconstruction".to_owned(), Theme::on_pictures().reconstruction)]
        .into_iter()
        .chain(penalty)
        .collect();
    let all: f32 = names.iter().map(|(name, _)| arrow_width + HALF + width(name)).sum();
    let gaps = gap * (names.len() - 1) as f32;
    let mut from = above.center_bottom() + vec2(-0.5 * (all + gaps), HALF + 0.5 * font.size);
    for (name, color) in names {
        arrow(map, theme, from, vec2(arrow_width, 0.0), color);
        from.x += arrow_width + HALF;
        words_over(map.painter(), theme, from, Align2::LEFT_CENTER, &name, font.clone());
        from.x += width(&name) + gap;
    }
    let below = pos2(top.x, from.y + 0.5 * font.size + HALF);
    remark.map_or(below.y, |remark| {
        words_over(map.painter(), theme, below, Align2::CENTER_TOP, remark, font).bottom()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::state_of;

    fn view(codes: &[f32], reconstruction: &[f32], penalty: &[f32]) -> ForcesView {
        let [codes, reconstruction, penalty] = [codes, reconstruction, penalty].map(Arc::from);
        ForcesView {
            request: 1,
            step: 1,
            dimensions: 3,
            images: Arc::new([0, 1]),
            codes,
            reconstruction,
            penalty,
        }
    }

    #[test]
    fn arrows_are_seen_from_above_and_share_one_scale() {
        let latent = LatentPlane::of_axes([2, 0], 3, &[]);
        let view = view(
            &[1.0, 9.0, -2.0, f32::NAN, 0.0, 0.0],
            &[3.0, 7.0, 4.0, 1.0, 1.0, 1.0],
            &[-1.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        );
        let tugs = tugs(&view, &latent, None);
        let want = Tug { at: [-2.0, 1.0], reconstruction: [4.0, 3.0], penalty: [2.0, -1.0] };
        assert_eq!(tugs, [want], "the code that is no number is left out");
        let scale = scale(&tugs).expect("something pulls");
        assert!((on_screen(want.reconstruction, scale).length() - USUAL).abs() < 1e-3);
        let share = on_screen(want.penalty, scale).length() / USUAL;
        assert!((share - 5.0f32.sqrt() / 5.0).abs() < 1e-5, "got {share}");
        let hard = Tug { reconstruction: [4000.0, 3000.0], ..want };
        let scale = super::scale(&[want, want, hard]).expect("something pulls");
        assert!((on_screen(hard.reconstruction, scale).length() - LONGEST).abs() < 1e-3);
        assert_eq!(super::scale(&[Tug { reconstruction: [0.0; 2], penalty: [0.0; 2], ..want }]), None);
        assert!(on_screen([0.0, 1.0], 1.0).y < 0.0, "up is up");
    }

    #[test]
    fn only_penalties_that_pull_on_the_code_are_named() {
        let theme = Theme::on_pictures();
        let contractive = Some("the contractive penalty acts on the weights and has no arrow");
        for (name, want, said) in [
            ("vae-2d", Some(("KL", theme.kl)), None),
            ("ae-2d", None, Some("no penalty pulls on the code")),
            ("ae-contractive", None, contractive),
            ("ae-sparse", Some(("sparsity", theme.sparsity)), None),
            ("ae-rate", Some(("rate", theme.rate)), None),
            (
                "unet-copy",
                None,
                Some("no penalty pulls on the code; what skips past the code stays as each image has it"),
            ),
        ] {
            let recipe = Recipe::open(name).expect("built in");
            let got = penalty(&recipe, 10_000, &theme);
            let want = want.map(|(name, color)| (name.to_owned(), color));
            assert_eq!(got, want, "{name}");
            assert_eq!(remark(&recipe, got.is_some()).as_deref(), said, "{name}");
        }
        let mut weightless = Recipe::open("vae-2d").expect("built in");
        weightless.objective.beta = 0.0;
        assert_eq!(penalty(&weightless, 10_000, &theme), None);
    }

    #[test]
    fn nothing_is_asked_unless_arrows_are_shown_and_then_once() {
        let state = state_of("vae-2d", |_| ());
        let (bench, run) = (state.bench.as_ref().expect("a bench"), state.run().expect("a run"));
        let mut pull = Pull::default();
        let ask = |pull: &mut Pull, picked: &[u32], now_secs| {
            let mut wish = Wish::default();
            pull.ask((bench, run), picked, now_secs, &mut wish);
            wish.actions
        };
        assert_eq!(ask(&mut pull, &[], 0.0), []);
        pull.is_shown = true;
        let asked = |images: &[u32]| [Action::AskForces(ForcesAsk { images: images.into() })];
        assert_eq!(ask(&mut pull, &[], 0.0), asked(&bench.examples), "examples where nothing was chosen");
        assert_eq!(ask(&mut pull, &[], 0.01), [], "the answer is on its way");
        assert_eq!(ask(&mut pull, &[3, 1], 9.0), asked(&[3, 1]), "those that were chosen, and no others");
    }

    #[test]
    fn a_slider_moves_the_arrows_of_a_run_that_rests() {
        let mut state = state_of("vae-2d", |_| ());
        let mut pull = Pull { is_shown: true, ..Pull::default() };
        let mut ask = |state: &crate::app::state::AppState, now_secs| {
            let (bench, run) = (state.bench.as_ref().expect("a bench"), state.run().expect("a run"));
            let mut wish = Wish::default();
            pull.ask((bench, run), &[1], now_secs, &mut wish);
            wish.actions.len()
        };
        assert_eq!(ask(&state, 0.0), 1);
        let run = &mut state.bench.as_mut().expect("a bench").runs[0];
        let step = run.progress.step;
        run.seen.forces = Some(ForcesView { step, ..view(&[0.0; 6], &[0.0; 6], &[0.0; 6]) });
        assert_eq!(ask(&state, 5.0), 0, "nothing has changed");
        state.bench.as_mut().expect("a bench").runs[0].recipe.objective.beta = 10.0;
        assert_eq!(ask(&state, 5.0), 1, "β pulls ten times as hard");
    }
}
