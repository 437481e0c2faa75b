//! The numbers that several methods need. Empty slices have no median; nothing here panics on them.

/// Sorted copy.
pub fn sorted(x: &[f64]) -> Vec<f64> {
    let mut copy = x.to_vec();
    copy.sort_by(f64::total_cmp);
    copy
}

/// Quantile of a sorted slice, interpolated; 0 of an empty one.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = q * last as f64;
    let low = at as usize;
    let high = sorted[(low + 1).min(last)];
    sorted[low] + (at - low as f64) * (high - sorted[low])
}

pub fn median(x: &[f64]) -> f64 {
    quantile(&sorted(x), 0.5)
}

/// 1.4826 × median absolute deviation from `centre`.
pub fn mad(x: &[f64], centre: f64) -> f64 {
    let off: Vec<f64> = x.iter().map(|value| (value - centre).abs()).collect();
    1.4826 * median(&off)
}

/// Standard deviation of one run from the differences of neighbours: steps barely touch it.
/// Where most differences are nothing (a coarse clock), their mean.
pub fn noise(x: &[f64]) -> f64 {
    let off: Vec<f64> = x.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let robust = median(&off) / 0.6745 / std::f64::consts::SQRT_2;
    if robust > 0.0 { robust } else { mean(&off).max(1e-9) }
}

pub fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / (x.len().max(1)) as f64
}

/// Unbiased variance; 0 of fewer than two.
pub fn variance(x: &[f64]) -> f64 {
    let centre = mean(x);
    let sum: f64 = x.iter().map(|value| (value - centre).powi(2)).sum();
    if x.len() < 2 { 0.0 } else { sum / (x.len() - 1) as f64 }
}

/// P(Z > z) of the normal distribution.
pub fn normal_above(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// P(T > t) of Student's distribution, `t` ≥ 0, through the incomplete beta function.
pub fn student_above(t: f64, freedom: f64) -> f64 {
    0.5 * beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5)
}

/// Regularised incomplete beta function by its continued fraction (Lentz), Numerical Recipes 6.4.
fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(1.0 - x, b, a);
    }
    let gammas = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    let front = (gammas + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let safe = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / safe(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..200 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for step in [even, odd] {
            d = 1.0 / safe(1.0 + step * d);
            c = safe(1.0 + step / c);
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-12 {
            break;
        }
    }
    front * fraction
}

/// One-sided p of Welch's test that `after` is larger than `before`.
pub fn welch(before: &[f64], after: &[f64]) -> f64 {
    let (a, b) = (
        variance(before) / before.len().max(1) as f64,
        variance(after) / after.len().max(1) as f64,
    );
    let off = mean(after) - mean(before);
    if off <= 0.0 {
        return 1.0;
    }
    if a + b <= 0.0 {
        return 0.0;
    }
    let own = |part: f64, n: usize| part * part / (n.max(2) - 1) as f64;
    let freedom = (a + b).powi(2) / (own(a, before.len()) + own(b, after.len()));
    student_above(off / (a + b).sqrt(), freedom)
}

/// One-sided p of the Mann-Whitney test that `after` is larger than `before`: normal
/// approximation with the correction for ties.
pub fn mann_whitney(before: &[f64], after: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = before.iter().map(|value| (*value, false)).collect();
    all.extend(after.iter().map(|value| (*value, true)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut ranks, mut ties, mut at) = (0.0, 0.0, 0);
    while at < all.len() {
        let same = all[at..].iter().take_while(|one| one.0 == all[at].0).count();
        let rank = at as f64 + (same + 1) as f64 / 2.0;
        ranks += rank * all[at..at + same].iter().filter(|one| one.1).count() as f64;
        ties += (same as f64).powi(3) - same as f64;
        at += same;
    }
    let (n, m) = (before.len() as f64, after.len() as f64);
    let u = ranks - m * (m + 1.0) / 2.0;
    let var = n * m / 12.0 * (n + m + 1.0 - ties / ((n + m) * (n + m - 1.0)));
    if var <= 0.0 { 1.0 } else { normal_above((u - n * m / 2.0) / var.sqrt()) }
}
