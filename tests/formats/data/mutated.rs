//! Damaged files: whatever stands in a file, a reader gives images or a sentence, and never panics.
//!
//! The suite tries some thousand files of each kind; `HOURGLASS_CASES=100000 cargo test --release --test formats damaged`
//! tries as many of each.

use hourglass::data::SizeLimits;
use hourglass::data::readers::{self, Input, ReadOptions};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Damaged files of each kind, unless more are asked for.
const CASES: u64 = 5_000;

/// Whole files of every kind.
fn wholes() -> Vec<(&'static str, Vec<u8>)> {
    let sample = |name: &str| {
        let path = format!("{}/tests/formats/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).expect("a sample")
    };
    let idx = [&[0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 4][..], &[99; 80]].concat();
    vec![
        ("images.idx3-ubyte", idx),
        ("channels-first.npy", sample("channels-first.npy")),
        ("keras.npz", sample("keras.npz")),
        (
            "digits.csv",
            sample("digits.csv").split_inclusive(|byte| *byte == b'\n').take(20).flatten().copied().collect(),
        ),
        ("kinds.zip", sample("kinds.zip")),
    ]
}

/// A file with some bytes changed, or cut, or a part of it twice; or bytes that were drawn at random behind its first.
fn damaged(whole: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..rng.random_range(1..6) {
        let at = rng.random_range(0..bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        match rng.random_range(0..5) {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            2 => bytes = bytes[..at.min(16)].iter().copied().chain((0..200).map(|_| rng.random())).collect(),
            // Numbers that are often read as lengths.
            3 => {
                let value = *[0_u8, 1, 0x7f, 0x80, 0xff].choose(rng).unwrap_or(&0);
                bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = value);
            }
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = rng.random()),
        }
        if bytes.is_empty() {
            return bytes;
        }
    }
    bytes
}

#[test]
fn damaged_files_give_images_or_a_sentence() {
    let cases = std::env::var("HOURGLASS_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let limits = SizeLimits { bytes: 1 << 24, ..SizeLimits::default() };
    for (name, whole) in wholes() {
        let options = ReadOptions { limits, ..ReadOptions::default() };
        readers::read(&Input::in_memory(name, &whole), &options).expect(name);
        let (mut read, mut refused) = (0_u64, 0_u64);
        for case in 0..cases {
            let bytes = damaged(&whole, &mut ChaCha8Rng::seed_from_u64(case));
            match readers::read(&Input::in_memory(name, &bytes), &options) {
                Ok(found) => {
                    read += 1;
                    assert!(found.train.count() > 0, "{name}, case {case}: no image");
                    let labels = found.train.labels.len();
                    assert!(
                        labels == 0 || labels == found.train.count(),
                        "{name}, case {case}: {labels} labels"
                    );
                }
                Err(error) => {
                    refused += 1;
                    let sentence = error.to_string();
                    assert!(
                        sentence.contains(name) && !sentence.contains('\n'),
                        "{name}, case {case}: {sentence}"
                    );
                }
            }
        }
        println!("{name}: {read} read, {refused} refused");
        assert!(refused > cases / 10, "{name}: {refused} of {cases} refused");
    }
}
