//! A dictionary learns: the objective falls, atoms stay within length one, and a planted dictionary is found.

use hourglass::recipe::random::{Purpose, stream};
use hourglass::train::Dictionary;
use hourglass::train::sparse::{Convergence, ShrinkageMethod};
use rand::RngExt as _;
use rand::seq::index::sample;
use rand_distr::StandardNormal;

const DIM: usize = 16;
const ATOMS: usize = 24;

/// Atoms of length one, and samples that are sums of three of them each, with a little noise.
fn planted(count: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = stream(seed, Purpose::Probes, 0);
    let mut normal = |n: usize| (0..n).map(|_| rng.sample(StandardNormal)).collect::<Vec<f64>>();
    let mut atoms = normal(ATOMS * DIM);
    for atom in atoms.chunks_exact_mut(DIM) {
        let length = atom.iter().map(|x| x * x).sum::<f64>().sqrt();
        atom.iter_mut().for_each(|x| *x /= length);
    }
    let mut rng = stream(seed, Purpose::Probes, 1);
    let mut samples = Vec::new();
    for _ in 0..count {
        let mut z = vec![0.0; DIM];
        for k in sample(&mut rng, ATOMS, 3) {
            let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
            let size: f64 = sign * (1.0 + rng.random::<f64>());
            z.iter_mut().zip(&atoms[k * DIM..]).for_each(|(z, d)| *z += size * d);
        }
        samples.extend(z.into_iter().map(|z| z + 0.01 * rng.sample::<f64, _>(StandardNormal)));
    }
    (atoms, samples)
}

/// The share of planted atoms that some learned atom points along.
fn recovered(planted: &[f64], learned: &Dictionary) -> f64 {
    let cosine = |a: &[f64], b: &[f64]| {
        let dot: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        dot.abs() / b.iter().map(|x| x * x).sum::<f64>().sqrt()
    };
    let found = planted
        .chunks_exact(DIM)
        .filter(|atom| learned.atoms().chunks_exact(DIM).any(|other| cosine(atom, other) > 0.98));
    found.count() as f64 / ATOMS as f64
}

fn lengths(dictionary: &Dictionary) -> impl Iterator<Item = f64> + '_ {
    dictionary.atoms().chunks_exact(dictionary.dim()).map(|d| d.iter().map(|x| x * x).sum::<f64>().sqrt())
}

#[test]
fn the_objective_never_rises_on_a_fixed_set_and_atoms_stay_within_length_one() {
    let (_, samples) = planted(400, 1);
    let lambda = 0.2;
    let mut rng = stream(1, Purpose::Atoms, 0);
    let mut dictionary = Dictionary::from_samples(&samples, DIM, ATOMS, &mut rng);
    let exact = Convergence { iterations: 5000, tolerance: 1e-9 };
    let mut codes = vec![0.0; 400 * ATOMS];
    let (mut first, mut last) = (f64::NAN, f64::INFINITY);
    for round in 0..40 {
        let coder = dictionary.coder();
        codes = coder.code_from(codes, &samples, lambda, exact, ShrinkageMethod::Fista);
        let objective: f64 = coder.objectives(&samples, &codes, lambda).iter().sum();
        assert!(objective <= last + 1e-6, "round {round}: {objective} after {last}");
        (first, last) = (if round == 0 { objective } else { first }, objective);
        // Only this round's codes count, so every move is downhill for them.
        dictionary.learn(&samples, &codes, 0.0, &mut rng);
        for (k, length) in lengths(&dictionary).enumerate() {
            assert!(length <= 1.0 + 1e-6, "round {round}: atom {k} has length {length}");
        }
    }
    println!("objective {first:.2} to {last:.2}");
    assert!(last < 0.8 * first, "it fell from {first} to {last} only");
}

#[test]
fn a_planted_dictionary_is_found() {
    let (atoms, samples) = planted(2000, 2);
    // One of three seeds is enough, so the others are tried only when it fails.
    let mut shares = Vec::new();
    for seed in 1..=3 {
        let mut rng = stream(seed, Purpose::Atoms, 0);
        let mut dictionary = Dictionary::from_samples(&samples, DIM, ATOMS, &mut rng);
        for step in 0..600 {
            let batch = &samples[(step % 10) * 200 * DIM..][..200 * DIM];
            let codes = dictionary.coder().code(batch, 0.2, Convergence::DEFAULT);
            let keep = (step as f64 / (step + 1) as f64).min(0.9);
            dictionary.learn(batch, &codes, keep, &mut rng);
        }
        shares.push(recovered(&atoms, &dictionary));
        if shares.last() >= Some(&0.9) {
            break;
        }
    }
    let best = shares.iter().copied().fold(0.0, f64::max);
    assert!(best >= 0.9, "the shares of planted atoms found are {shares:?}, want one of at least 0.9");
    // Drawn directions are not found by chance.
    let mut rng = stream(9, Purpose::Atoms, 0);
    let drawn = Dictionary::from_samples(&[], DIM, ATOMS, &mut rng);
    assert!(recovered(&atoms, &drawn) < 0.2, "the measure is too easy");
}

#[test]
fn unused_atoms_are_drawn_again() {
    let (_, samples) = planted(200, 3);
    let mut rng = stream(3, Purpose::Atoms, 0);
    // The second atom is never of use: it is at a right angle to every sample.
    let samples: Vec<f64> = samples.chunks_exact(DIM).flat_map(|z| z.iter().copied().chain([0.0])).collect();
    let dim = DIM + 1;
    let mut atoms = vec![0.0; 2 * dim];
    atoms[0] = 1.0;
    atoms[2 * dim - 1] = 1.0;
    let mut dictionary = Dictionary::new(atoms, dim);
    let codes = dictionary.coder().code(&samples, 0.2, Convergence::DEFAULT);
    assert!(codes.chunks_exact(2).all(|a| a[1] == 0.0), "the second atom was of use");
    dictionary.learn(&samples, &codes, 0.0, &mut rng);
    let second = &dictionary.atoms()[dim..];
    assert_eq!(second[dim - 1], 0.0, "the unused atom stayed: {second:?}");
    let codes = dictionary.coder().code(&samples, 0.2, Convergence::DEFAULT);
    assert!(codes.chunks_exact(2).any(|a| a[1] != 0.0), "the new atom is of no use either");
}

#[test]
fn samples_without_a_direction_do_not_become_atoms() {
    let mut rng = stream(4, Purpose::Atoms, 0);
    let dictionary = Dictionary::from_samples(&[0.0; 5 * DIM], DIM, 8, &mut rng);
    for (k, length) in lengths(&dictionary).enumerate() {
        assert!((length - 1.0).abs() < 1e-9, "atom {k} has length {length}");
    }
}
