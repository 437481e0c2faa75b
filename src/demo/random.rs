//! Randomness that is the same on every platform and forever: PCG (O'Neill, 2014) with
//! distributions of our own, since those of a library may change with its version.
//!
//! Nothing here reads a clock or the system's entropy, and no function of the platform's math
//! library is called: `libm` computes in software, so no digit depends on the machine.

use rand_core::RngCore as _;
use rand_pcg::Pcg64;

/// The stream of PCG that demo data is drawn from; any fixed odd-looking number will do.
const STREAM: u128 = 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96;

/// A source of numbers: the same seed gives the same numbers.
pub(super) struct DemoRandom(Pcg64);

impl DemoRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(Pcg64::new(u128::from(seed), STREAM))
    }

    /// Uniform in `[0, 1)`, in steps of 2⁻⁵³.
    pub(super) fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / 9_007_199_254_740_992.0; // 2⁻⁵³
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// Uniform in `[low, high)`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number in `0..below`; 0 where `below` is 0.
    pub(super) fn below(&mut self, below: u32) -> u32 {
        (self.uniform() * f64::from(below)) as u32
    }

    /// Standard normal (Box–Muller, one of the pair): always two draws, where a rejection method
    /// would draw as many as it takes and shift all numbers behind it.
    pub(super) fn normal(&mut self) -> f64 {
        let (first, second) = (self.uniform(), self.uniform());
        // One minus a number below one is never zero, whose logarithm is infinite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - first));
        radius * libm::cos(std::f64::consts::TAU * second)
    }

    /// Exponential with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.uniform())
    }

    /// Eight hex digits.
    pub(super) fn hex8(&mut self) -> String {
        format!("{:08x}", self.0.next_u32())
    }
}

/// Rounds to `digits` significant digits, so that printed numbers stay short and stable.
pub(super) fn round_significant(value: f64, digits: usize) -> f64 {
    let precision = digits.saturating_sub(1);
    format!("{value:.precision$e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distributions_have_their_mean_and_spread() {
        let mut random = DemoRandom::new(7);
        let normals: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = normals.iter().sum::<f64>() / 20_000.0;
        let variance = normals.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
        let exponential = (0..20_000).map(|_| random.exponential()).sum::<f64>() / 20_000.0;
        assert!((exponential - 1.0).abs() < 0.03, "{exponential}");
        assert!((0..1000).all(|_| random.below(7) < 7));
    }

    #[test]
    fn rounding_keeps_the_significant_digits() {
        assert_eq!(round_significant(142_109.135_267, 7), 142_109.1);
        assert_eq!(round_significant(0.000_123_456_789, 3), 0.000_123);
        assert_eq!(round_significant(0.0, 7), 0.0);
    }
}
