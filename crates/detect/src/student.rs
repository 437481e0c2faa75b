//! The laws of Student and Fisher, for tests on few values, and the gamma function's derivatives.
//!
//! Both laws are tails of the regularized incomplete beta function, by its continued fraction
//! (Press et al. 2007, section 6.4). The relative error is below 10⁻⁶ up to a thousand degrees of
//! freedom, also far out: a session of many series asks for probabilities of 10⁻⁶. Degrees of
//! freedom need not be whole numbers.
//!
//! Example: with 7 degrees of freedom a value above 1.895 has the probability 0.05.

/// Steps of the continued fraction. It converges in `O(√max(a, b))` of them.
const MAX_STEPS: u32 = 500;
/// What stands for a zero in a denominator.
const TINY: f64 = 1e-300;
/// Halvings of an interval until a quantile is exact to the last digits that matter.
const HALVINGS: u32 = 80;

/// Probability of more than `t` under Student's law.
pub(crate) fn t_tail(t: f64, freedom: f64) -> f64 {
    let outer = 0.5 * incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    if t >= 0.0 { outer } else { 1.0 - outer }
}

/// The value that Student's law exceeds with probability `tail`, at most 0.5.
pub(crate) fn t_quantile(tail: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // The law has heavy tails: with one degree of freedom a quantile may be in the thousands.
    while t_tail(high, freedom) > tail && high < 1e9 {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if t_tail(middle, freedom) > tail { low = middle } else { high = middle }
    }
    high
}

/// Probability of more than `ratio` under Fisher's law of the ratio of two variances.
pub(crate) fn f_tail(ratio: f64, numerator: f64, denominator: f64) -> f64 {
    let x = denominator / (denominator + numerator * ratio.max(0.0));
    incomplete_beta(denominator / 2.0, numerator / 2.0, x)
}

/// The regularized incomplete beta function.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let log_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (-x).ln_1p();
    // The fraction converges fast on one side of the mean; the other side is its mirror image.
    if x < (a + 1.0) / (a + b + 2.0) {
        log_front.exp() * beta_fraction(a, b, x) / a
    } else {
        1.0 - log_front.exp() * beta_fraction(b, a, 1.0 - x) / b
    }
}

/// The continued fraction of the incomplete beta function (Lentz 1976).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..=MAX_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / safe(1.0 + term * d);
            c = safe(1.0 + term / c);
            factor = c * d;
            fraction *= factor;
        }
        if (factor - 1.0).abs() < 1e-14 {
            break;
        }
    }
    fraction
}

/// From here on the asymptotic series of the derivatives are exact enough.
const ASYMPTOTIC: f64 = 10.0;

/// Logarithmic derivative of the gamma function.
pub(crate) fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    // The recurrence moves the argument to where the series holds.
    while x < ASYMPTOTIC {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    sum + x.ln() - 0.5 / x - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0))
}

/// Derivative of [`digamma`]: the variance of the logarithm of a gamma variable.
pub(crate) fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < ASYMPTOTIC {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    sum + 1.0 / x + square / 2.0 + square / x * (1.0 / 6.0 - square * (1.0 / 30.0 - square / 42.0))
}

/// Where [`trigamma`] has this value, by bisection on a logarithmic scale.
pub(crate) fn trigamma_inverse(value: f64) -> f64 {
    let (mut low, mut high) = (1e-6, 1e7);
    for _ in 0..HALVINGS {
        let middle = f64::sqrt(low * high);
        if trigamma(middle) > value { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn student_s_law_is_that_of_tables() {
        // R: pt(q, df, lower.tail = FALSE)
        is_near(t_tail(1.894_578_605, 7.0), 0.05);
        is_near(t_tail(0.0, 3.0), 0.5);
        is_near(t_tail(1.0, 1.0), 0.25);
        is_near(t_tail(-1.0, 1.0), 0.75);
        is_near(t_tail(4.0, 100.0), 6.076_182_215e-5);
        is_near(t_quantile(0.025, 10.0), 2.228_138_852);
        is_near(t_quantile(0.05, 2.0), 2.919_985_580);
    }

    #[test]
    fn fisher_s_law_is_that_of_tables() {
        is_near(f_tail(3.787_043_54, 7.0, 7.0), 0.05);
        // A t squared is a Fisher variable.
        is_near(f_tail(4.0, 1.0, 12.0), 2.0 * t_tail(2.0, 12.0));
        is_near(f_tail(0.0, 3.0, 4.0), 1.0);
    }

    #[test]
    fn the_derivatives_of_the_gamma_function_are_those_of_tables() {
        let euler = 0.577_215_664_9;
        is_near(digamma(1.0), -euler);
        is_near(trigamma(1.0), std::f64::consts::PI.powi(2) / 6.0);
        for value in [0.01, 0.3, 2.0, 50.0] {
            is_near(trigamma(trigamma_inverse(value)), value);
        }
    }
}
