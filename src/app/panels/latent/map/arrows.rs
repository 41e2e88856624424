//! Gradients on codes as arrows: where a gradient step on the reconstruction would move the codes of a few images, and
//! where one on the penalties would. All arrows have one scale, so that their lengths can be compared.

use eframe::egui::{Align2, Color32, Pos2, Shape, Stroke, Vec2, pos2, vec2};
use std::sync::Arc;

use crate::app::panels::words_over;
use crate::app::state::RunState;
use crate::app::theme::{GRID, HALF, Theme};
use crate::engine::{ForcesView, LatentPlane, Penalty};
use crate::recipe::Recipe;

use super::paint::Map;
use crate::app::panels::latent::plane::codes::Cloud;
use crate::app::panels::latent::plane::geometry::Latent;

/// The longest arrow, in points of the screen.
const LONGEST: f32 = 130.0;
/// The length of the longer arrow at a code, for at least half of the codes: one long arrow must not make the others dots.
const USUAL: f32 = 36.0;
/// Arrows shorter than this are a dot.
const SHORTEST: f32 = 2.0;
/// Length of an arrow's head.
const HEAD: f32 = 7.0;

/// Two arrows at one code, in latent units: what a gradient step on either term would do to the code.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Arrows {
    at: Latent,
    reconstruction: Latent,
    penalty: Latent,
}

/// Draws the arrows and says at the top of the map what they mean. Returns how far down the words reach, where there are
/// any.
pub fn paint(
    map: &Map<'_>,
    theme: &Theme,
    run: &RunState,
    latent: &LatentPlane,
    cloud: Option<&Cloud>,
) -> Option<f32> {
    let view = run.views.forces.as_deref().filter(|view| view.dimensions == run.recipe.model.code)?;
    let arrows = arrows(view, latent, cloud);
    let scale = scale(&arrows)?;
    let colors = Theme::on_pictures();
    let penalty = penalty(&run.recipe, view.step, &colors);
    for arrows in &arrows {
        let from = map.transform().screen_from_latent(arrows.at);
        map.painter().circle_filled(from, 3.0, theme.marker);
        arrow(map, theme, from, on_screen(arrows.reconstruction, scale), colors.reconstruction);
        if let Some((_, color)) = penalty {
            arrow(map, theme, from, on_screen(arrows.penalty, scale), color);
        }
    }
    let remark = remark(&run.recipe, penalty.is_some());
    Some(legend(map, theme, penalty, remark.as_deref()))
}

/// The arrows at every code, projected onto the plane; codes and gradients that are not finite are left out. Codes of one
/// number are spread over the map, so there an arrow begins where the cloud has its image.
fn arrows(view: &ForcesView, latent: &LatentPlane, cloud: Option<&Cloud>) -> Vec<Arrows> {
    let spread = |image: u32| {
        let cloud = cloud.filter(|_| view.dimensions == 1)?;
        cloud.places.get(cloud.row_of(image)?).map(|[_, up]| *up)
    };
    let rows = |numbers: &Arc<[f32]>| -> Vec<Vec<f32>> {
        numbers.chunks_exact(view.dimensions.max(1)).map(<[f32]>::to_vec).collect()
    };
    let (codes, reconstruction, penalty) =
        (rows(&view.codes), rows(&view.reconstruction), rows(&view.penalty));
    let gradients = codes.iter().zip(reconstruction.iter().zip(&penalty));
    let seen = gradients.zip(&*view.images).map(|((code, (reconstruction, penalty)), image)| {
        let [across, up] = latent.place(code);
        Arrows {
            at: [across, spread(*image).unwrap_or(up)],
            reconstruction: projected(latent, reconstruction),
            penalty: projected(latent, penalty),
        }
    });
    let is_number = |arrows: &Arrows| {
        [arrows.at, arrows.reconstruction, arrows.penalty].concat().iter().all(|z| z.is_finite())
    };
    seen.filter(is_number).collect()
}

/// A direction, projected onto the plane.
fn projected(latent: &LatentPlane, direction: &[f32]) -> Latent {
    let dot = |axis: &[f32]| direction.iter().zip(axis).map(|(a, b)| a * b).sum();
    [dot(&latent.right), dot(&latent.up)]
}

/// Points of the screen per unit of the gradient, one scale for both terms: most arrows are easily seen, none is too long.
fn scale(arrows: &[Arrows]) -> Option<f32> {
    let length = |[x, y]: Latent| x.hypot(y);
    let mut longer: Vec<f32> =
        arrows.iter().map(|arrows| length(arrows.reconstruction).max(length(arrows.penalty))).collect();
    longer.sort_unstable_by(f32::total_cmp);
    let (usual, longest) = (*longer.get(longer.len() / 2)?, *longer.last()?);
    let fits = LONGEST / longest;
    (longest > 0.0).then(|| if usual > 0.0 { fits.min(USUAL / usual) } else { fits })
}

fn on_screen([right, up]: Latent, scale: f32) -> Vec2 {
    vec2(right, -up) * scale
}

/// The penalties that act on codes with the weights of this step: their names, and the colour of the first. `None` where
/// there is none.
fn penalty(recipe: &Recipe, step: u64, theme: &Theme) -> Option<(String, Color32)> {
    let penalties = Penalty::of(recipe).into_iter().filter(|penalty| penalty.is_of_code());
    let acting = penalties.filter(|penalty| penalty.weight(&recipe.objective, step) > 0.0);
    let named: Vec<(&str, Color32)> = acting
        .map(|penalty| {
            let name = if penalty == Penalty::Kl { "KL" } else { penalty.word() };
            (name, theme.parameter(penalty.weight_key()))
        })
        .collect();
    let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
    named.first().map(|(_, color)| (names.join(" + "), *color))
}

/// A remark on arrows that are missing, and on what is held constant while they are computed.
fn remark(recipe: &Recipe, has_penalty: bool) -> Option<String> {
    let absent = match (has_penalty, recipe.objective.contractive > 0.0) {
        (_, true) => Some("the contractive penalty acts on the weights and has no arrow"),
        (false, false) => Some("no penalty acts on the code"),
        (true, false) => None,
    };
    let held = recipe.has_skips().then_some("the skip connections keep the values of each image");
    let all: Vec<&str> = absent.into_iter().chain(held).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn arrow(map: &Map<'_>, theme: &Theme, from: Pos2, along: Vec2, color: Color32) {
    if along.length() < SHORTEST {
        return;
    }
    let (to, direction) = (from + along, along.normalized());
    let side = vec2(-direction.y, direction.x);
    let foot = to - direction * HEAD.min(along.length());
    for (width, color) in [(4.0, theme.faded(theme.picture, 0.7)), (2.0, color)] {
        map.painter().line_segment([from, foot], Stroke::new(width, color));
    }
    let head = vec![to, foot + side * 0.45 * HEAD, foot - side * 0.45 * HEAD];
    map.painter().add(Shape::convex_polygon(head, color, Stroke::new(1.0, theme.faded(theme.picture, 0.7))));
}

/// Which colour is which, at the top of the map, and what has no arrow; where the words end.
fn legend(map: &Map<'_>, theme: &Theme, penalty: Option<(String, Color32)>, remark: Option<&str>) -> f32 {
    let top = map.transform().rect.center_top() + vec2(0.0, HALF);
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

    fn view(codes: &[f32], reconstruction: &[f32], penalty: &[f32]) -> ForcesView {
        let [codes, reconstruction, penalty] = [codes, reconstruction, penalty].map(Arc::from);
        ForcesView {
            version: 1,
            step: 1,
            dimensions: 3,
            images: Arc::new([0, 1]),
            codes,
            reconstruction,
            penalty,
        }
    }

    #[test]
    fn arrows_are_projected_and_share_one_scale() {
        let latent = LatentPlane::of_axes([2, 0], 3, &[]);
        let view = view(
            &[1.0, 9.0, -2.0, f32::NAN, 0.0, 0.0],
            &[3.0, 7.0, 4.0, 1.0, 1.0, 1.0],
            &[-1.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        );
        let got = arrows(&view, &latent, None);
        let want = Arrows { at: [-2.0, 1.0], reconstruction: [4.0, 3.0], penalty: [2.0, -1.0] };
        assert_eq!(got, [want], "the code that is not finite is left out");
        let scale = scale(&got).expect("some gradient");
        assert!((on_screen(want.reconstruction, scale).length() - USUAL).abs() < 1e-3);
        let share = on_screen(want.penalty, scale).length() / USUAL;
        assert!((share - 5.0f32.sqrt() / 5.0).abs() < 1e-5, "got {share}");
        let hard = Arrows { reconstruction: [4000.0, 3000.0], ..want };
        let scale = super::scale(&[want, want, hard]).expect("some gradient");
        assert!((on_screen(hard.reconstruction, scale).length() - LONGEST).abs() < 1e-3);
        assert_eq!(super::scale(&[Arrows { reconstruction: [0.0; 2], penalty: [0.0; 2], ..want }]), None);
        assert!(on_screen([0.0, 1.0], 1.0).y < 0.0, "up is up");
    }

    #[test]
    fn only_penalties_that_act_on_the_code_are_named() {
        let theme = Theme::on_pictures();
        let contractive = Some("the contractive penalty acts on the weights and has no arrow");
        for (name, want, said) in [
            ("vae-2d", Some(("KL", theme.kl)), None),
            ("ae-2d", None, Some("no penalty acts on the code")),
            ("ae-contractive", None, contractive),
            ("ae-sparse", Some(("sparsity", theme.sparsity)), None),
            ("ae-rate", Some(("rate", theme.rate)), None),
            (
                "unet-copy",
                None,
                Some("no penalty acts on the code; the skip connections keep the values of each image"),
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
}
