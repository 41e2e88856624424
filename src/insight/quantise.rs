//! Codes as symbols: every number is rounded to one of 2ᵇ steps between the smallest and the largest of the training
//! codes, and what a symbol takes when it is entropy coded follows from how often it occurs in the training codes.
//!
//! On the host, no tensors.

/// Steps for codes of some length, and how often each was seen in training codes.
#[derive(Clone, Debug)]
pub struct Quantiser {
    /// The smallest and the largest training code of each dimension.
    ranges: Vec<[f32; 2]>,
    levels: usize,
    /// How often each symbol is counted, one more than it was seen, dimension by dimension: a symbol that was never seen
    /// can be coded too.
    counts: Vec<u32>,
}

impl Quantiser {
    /// Steps of so many bits for codes like these.
    pub fn new(codes: &[f32], dimensions: usize, bits: u32) -> Self {
        let mut ranges = vec![[f32::INFINITY, f32::NEG_INFINITY]; dimensions];
        for code in codes.chunks_exact(dimensions.max(1)) {
            for ([low, high], z) in ranges.iter_mut().zip(code) {
                (*low, *high) = (low.min(*z), high.max(*z));
            }
        }
        let levels = 1 << bits;
        let mut quantiser = Self { ranges, levels, counts: vec![1; dimensions * levels] };
        for (at, symbol) in quantiser.symbols(codes).into_iter().enumerate() {
            quantiser.counts[at % dimensions * levels + symbol as usize] += 1;
        }
        quantiser
    }

    /// The symbol of every number.
    pub fn symbols(&self, codes: &[f32]) -> Vec<u32> {
        let symbol = |(z, [low, high]): (&f32, &[f32; 2])| {
            let share = f64::from(z - low) / f64::from(high - low).max(f64::MIN_POSITIVE);
            // The cast cuts what lies outside the range.
            ((share * self.levels as f64) as u32).min(self.levels as u32 - 1)
        };
        codes.iter().zip(self.ranges.iter().cycle()).map(symbol).collect()
    }

    /// The numbers in the middle of the steps.
    pub fn codes(&self, symbols: &[u32]) -> Vec<f32> {
        let code = |(symbol, [low, high]): (&u32, &[f32; 2])| {
            let share = (f64::from(*symbol) + 0.5) / self.levels as f64;
            (f64::from(*low) + share * f64::from(high - low)) as f32
        };
        symbols.iter().zip(self.ranges.iter().cycle()).map(code).collect()
    }

    /// How often the symbols of a dimension are counted.
    pub fn counts(&self, dimension: usize) -> &[u32] {
        &self.counts[dimension * self.levels..(dimension + 1) * self.levels]
    }

    /// Bits that the symbols take when they are entropy coded, all together.
    pub fn bits(&self, symbols: &[u32]) -> f64 {
        let dimensions = self.ranges.len().max(1);
        let bits = |(at, symbol): (usize, &u32)| {
            let counts = self.counts(at % dimensions);
            let all: u32 = counts.iter().sum();
            (f64::from(all) / f64::from(counts[*symbol as usize])).log2()
        };
        symbols.iter().enumerate().map(bits).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_steps_of_the_range_and_codes_their_middles() {
        let known = [0.0, 5.0, 4.0, 5.0];
        let quantiser = Quantiser::new(&known, 2, 2);
        assert_eq!(quantiser.symbols(&[-1.0, 5.0, 1.5, 9.0, 99.0, 5.0]), [0, 0, 1, 3, 3, 0]);
        assert_eq!(quantiser.codes(&[0, 0, 3, 0]), [0.5, 5.0, 3.5, 5.0]);
        assert_eq!(quantiser.counts(0), [2, 1, 1, 2]);
        assert!((quantiser.bits(&[0, 0]) - (3.0_f64.log2() + 2.0_f64.log2())).abs() < 1e-12);
        assert_eq!(quantiser.symbols(&[f32::NAN, 0.0]), [0, 0], "no panic");
    }
}
