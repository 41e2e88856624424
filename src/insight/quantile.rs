//! Quantiles of the normal distribution. Pure.

/// The number below which a standard normal one lies with this probability: −∞ at 0, ∞ at 1.
///
/// Acklam's rational approximation, with a relative error below 1.2e-9.
pub fn normal_quantile(probability: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416];
    /// Below this the tail is approximated separately.
    const TAIL: f64 = 0.02425;
    let over = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, factor| sum * x + factor);
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        over(&C, q) / (over(&D, q) * q + 1.0)
    };
    match probability {
        p if !(0.0..=1.0).contains(&p) => f64::NAN,
        0.0 => f64::NEG_INFINITY,
        1.0 => f64::INFINITY,
        p if p < TAIL => tail(p),
        p if p > 1.0 - TAIL => -tail(1.0 - p),
        p => {
            let q = p - 0.5;
            let r = q * q;
            over(&A, r) * q / (over(&B, r) * r + 1.0)
        }
    }
}

/// The quantiles at the middles of so many equally likely parts, from the lowest.
pub fn normal_steps(count: usize) -> impl Iterator<Item = f32> {
    (0..count).map(move |k| normal_quantile((k as f64 + 0.5) / count as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        let known = [
            (0.5, 0.0),
            (0.841_344_746_068_543, 1.0),
            (0.975, 1.959_963_984_540_054),
            (0.999, 3.090_232_306_167_814),
            (0.01, -2.326_347_874_040_841),
            (1e-6, -4.753_424_308_822_899),
        ];
        for (p, want) in known {
            let got = normal_quantile(p);
            assert!((got - want).abs() < 1e-7, "at {p}: got {got}, want {want}, tolerance 1e-7");
        }
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn steps_are_even_in_probability_and_mirror_each_other() {
        let steps: Vec<f32> = normal_steps(4).collect();
        for (got, want) in steps.iter().zip([-1.150_349_4, -0.318_639_4, 0.318_639_4, 1.150_349_4]) {
            assert!((got - want).abs() < 1e-6, "got {got}, want {want}, tolerance 1e-6");
        }
    }
}
