//! Reconstruction against the size of the code: a network beside principal components, the best that lines can do.

use super::ablation::squared_error;
use super::card::{Card, Content, Lines};
use super::pca::Pca;
use super::topic::CardInputs;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Numbers of components on the ladder.
const RUNGS: [usize; 15] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];
/// How far the ladder goes on beyond the code, so that it can be seen what the code is worth.
const BEYOND: usize = 6;

/// The squared error of principal components on some rows, for more and more of them: `[components, error]`.
/// Components are nested, so one fit serves every rung.
pub fn ladder(pca: &Pca, rows: &[f32]) -> Vec<[f32; 2]> {
    let dim = pca.mean.len();
    let count = (rows.len() / dim.max(1)).max(1) as f64;
    let all = pca.squared_error(rows);
    let codes = pca.project(rows);
    // What component j explains of these rows, on average.
    let explained =
        |j: usize| codes.iter().skip(j).step_by(pca.k).map(|&c| f64::from(c).powi(2)).sum::<f64>();
    let mut left = all;
    let mut errors = vec![left];
    for j in (0..pca.k).rev() {
        left += explained(j) / count;
        errors.push(left);
    }
    errors.reverse();
    RUNGS.iter().filter(|&&k| k <= pca.k).map(|&k| [k as f32, errors[k] as f32]).collect()
}

/// The most components that a ladder has rungs for.
pub const MOST: usize = RUNGS[RUNGS.len() - 1];

/// The network's error at its own size beside principal components of every size.
pub(super) fn line(inputs: &CardInputs<'_>) -> Result<Option<Card>, ReadError> {
    let CardInputs { learner, sample, components, .. } = inputs;
    let (size, pixels) = (learner.code_size(), learner.pixels());
    let within = |rung: &&[f32; 2]| rung[0] <= (BEYOND * size).max(8) as f32;
    let rungs: Vec<[f32; 2]> = components.iter().filter(within).copied().collect();
    // While a machine is pretrained there is no code yet.
    let has_code = !matches!(learner.stage(), Stage::Layer(_));
    if rungs.len() < 2 || sample.is_empty() || !has_code {
        return Ok(None);
    }
    let error = squared_error(
        sample,
        &read(learner.model().reconstruct(learner.images(sample, learner.device())))?,
        pixels,
    );
    let beside = at(&rungs, size as f32);
    let worth = rungs.iter().find(|rung| rung[1] <= error).map(|rung| rung[0]);
    let worth = match worth {
        Some(k) if k <= 1.0 => "one principal component does as well".to_owned(),
        Some(k) => format!("{k} principal components are needed for that"),
        None => format!("not even {} principal components reach that", rungs[rungs.len() - 1][0]),
    };
    let numbers = if size == 1 { "1 number".to_owned() } else { format!("{size} numbers") };
    let meaning = format!("Squared error {error:.1} with {numbers}: {worth}, and {size} leave {beside:.1}.");
    let own = vec![[size as f32, beside], [size as f32, error]];
    let lines = Lines {
        x: "numbers in the code".to_owned(),
        y: "squared error per image".to_owned(),
        series: vec![("principal components".to_owned(), rungs), (format!("this network, {numbers}"), own)],
        level: Some(("this network".to_owned(), error)),
    };
    Ok(Some(Card { title: "What a number is worth".to_owned(), meaning, content: Content::Lines(lines) }))
}

/// The ladder's error at a size between its rungs.
fn at(rungs: &[[f32; 2]], size: f32) -> f32 {
    let above = rungs.iter().position(|rung| rung[0] >= size).unwrap_or(rungs.len() - 1);
    let ([x0, y0], [x1, y1]) = (rungs[above.saturating_sub(1)], rungs[above]);
    if x1 <= x0 { y1 } else { y0 + (y1 - y0) * ((size - x0) / (x1 - x0)).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rung_is_the_error_of_a_fit_of_its_own() {
        let mut rng = crate::recipe::random::stream(1, crate::recipe::random::Purpose::Prior, 0);
        let rows: Vec<f32> =
            (0..60 * 9).map(|k| rand::RngExt::random::<f32>(&mut rng) * (1.0 + (k % 9) as f32)).collect();
        let (train, test) = rows.split_at(40 * 9);
        let rungs = ladder(&Pca::fit(train, 9, 9), test);
        assert_eq!(rungs.iter().map(|rung| rung[0] as usize).collect::<Vec<_>>(), [1, 2, 3, 4, 6, 8]);
        for [k, got] in rungs {
            let want = Pca::fit(train, 9, k as usize).squared_error(test) as f32;
            assert!((got - want).abs() < 1e-3 * want.max(1.0), "{k} components: got {got}, want {want}");
        }
    }

    #[test]
    fn between_rungs_the_error_is_on_the_line() {
        let rungs = [[1.0, 10.0], [3.0, 4.0]];
        assert_eq!([1.0, 2.0, 3.0, 9.0].map(|size| at(&rungs, size)), [10.0, 7.0, 4.0, 4.0]);
    }
}
