//! How a level moves toward its limit, and when it would cross it.
//!
//! The trend is that of the series (Theil–Sen, 95 % interval) over the policy's trend window, taken
//! as a constant relative change a day. Without a clear trend nothing is forecast.
//!
//! Example: 96 % of a violation limit, rising 0.1 % a day: ln(1/0.96) ÷ ln(1.001) = 41 days.

use crate::analysis::TrendEstimate;

/// Days of the drift that is shown.
const DRIFT_DAYS: f64 = 14.0;
/// Days beyond which no date is named: a trend of weeks says nothing of years.
const MAX_DAYS: f64 = 365.0;

/// How a level moves.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TargetTrend {
    /// Relative change of the level in two weeks, signed as the value moves.
    pub two_weeks: f64,
    /// The interval of the slope does not hold zero.
    pub is_clear: bool,
    /// It moves toward the limit.
    pub is_approaching: bool,
    /// When it would violate the target; none where it does already, or would not within a year.
    pub crossing: Option<CrossingForecast>,
}

/// Days until the limit is crossed.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CrossingForecast {
    pub days: f64,
    /// The 95 % interval; no latest day where that is more than a year away.
    pub earliest: f64,
    pub latest: Option<f64>,
}

impl TargetTrend {
    /// The trend of a level that uses this share of its limit and violates it at another share.
    pub(super) fn of(
        trend: &TrendEstimate,
        share: f64,
        violated_at: f64,
        is_upper: bool,
    ) -> Option<Self> {
        // As levels of the share: a limit from below is approached by a falling value.
        let sign = if is_upper { 1.0 } else { -1.0 };
        let slope = |per_day: f64| sign * per_day.ln_1p();
        let (middle, a, b) = (slope(trend.per_day), slope(trend.low), slope(trend.high));
        if !middle.is_finite() {
            return None;
        }
        let (slowest, fastest) = (a.min(b), a.max(b));
        let distance = (violated_at / share).ln();
        let days = |slope: f64| distance / slope;
        let is_ahead = trend.is_significant && middle > 0.0 && distance > 0.0;
        let crossing = (is_ahead && days(middle) <= MAX_DAYS).then(|| CrossingForecast {
            days: days(middle),
            earliest: days(fastest),
            latest: Some(days(slowest)).filter(|it| slowest > 0.0 && *it <= MAX_DAYS),
        });
        Some(Self {
            two_weeks: (DRIFT_DAYS * trend.per_day.ln_1p()).exp_m1(),
            is_clear: trend.is_significant,
            is_approaching: middle > 0.0,
            crossing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::record::time::Timestamp;

    #[test]
    fn a_crossing_is_the_distance_over_the_slope_with_its_interval() {
        let trend = TrendEstimate {
            per_day: 0.001,
            low: 0.0005,
            high: 0.002,
            r_squared: 0.9,
            is_significant: true,
            runs: 30,
            from: Timestamp::from_micros(0),
            to: Timestamp::from_micros(0),
        };
        let rising = TargetTrend::of(&trend, 0.96, 1.0, true).unwrap();
        let crossing = rising.crossing.unwrap();
        assert!((crossing.days - 40.84).abs() < 0.1, "{crossing:?}");
        assert!(crossing.earliest < 21.0 && crossing.latest.unwrap() > 81.0, "{crossing:?}");
        assert!((rising.two_weeks - 0.014_09).abs() < 1e-4);
        let from_below = TargetTrend::of(&trend, 0.96, 1.0, false).unwrap();
        assert_eq!((from_below.crossing, from_below.is_approaching), (None, false));
        let unclear = TrendEstimate { is_significant: false, ..trend };
        assert_eq!(TargetTrend::of(&unclear, 0.96, 1.0, true).unwrap().crossing, None);
        assert_eq!(TargetTrend::of(&trend, 1.2, 1.1, true).unwrap().crossing, None);
    }
}
