//! Statistics as metrics: a percentile that a tool reports beside a value, or that the samples
//! give, becomes a series of its own.
//!
//! ```text
//! response_time 40 ms, p95 90 ms, p99 120 ms     response_time      40 ms
//!                                                response_time_p95  90 ms
//!                                                response_time_p99 120 ms
//! ```
//!
//! The policy says which (`metrics: {response_time: {judge: [p50, p95]}}`); without it p95 and p99,
//! where they are reported. A metric that is recorded under such a name is left as it is.

use std::collections::BTreeSet;

use crate::history::details::DetailStore;
use crate::history::{BranchId, History, MeasurementRow, RecordedKey, SeriesColumn};
use crate::policy::{DEFAULT_STATISTICS, Policy};
use crate::record::detail::RunDetailRef;
use crate::record::{OptionalF64, Statistic, median};

/// Adds the columns of the statistics that are judged. Rows have the details of the value that they
/// belong to.
pub fn add_columns(history: &mut History, policy: &Policy) {
    let details = &history.details;
    // Most histories have none: a look at a few lists instead of one at each row.
    if !details.has_numbers() {
        return;
    }
    let derived: Vec<SeriesColumn> = history
        .columns
        .iter()
        .flat_map(|column| derived_columns(column, details, policy))
        .collect();
    // Sorting a history of a million records for nothing would cost as much as grouping it.
    if derived.is_empty() {
        return;
    }
    let recorded: BTreeSet<&RecordedKey> =
        history.columns.iter().map(|column| &column.key).collect();
    let is_recorded = |column: &SeriesColumn| {
        recorded.contains(&RecordedKey { statistic: None, ..column.key.clone() })
    };
    let new: Vec<SeriesColumn> = derived.into_iter().filter(|it| !is_recorded(it)).collect();
    history.columns.extend(new);
    history.columns.sort_by(|a, b| a.key.cmp(&b.key));
}

/// The columns of the statistics of one column.
fn derived_columns(
    column: &SeriesColumn,
    details: &DetailStore,
    policy: &Policy,
) -> Vec<SeriesColumn> {
    // Most histories have neither statistics nor samples.
    let has_any = |row: &MeasurementRow| {
        let detail = details.get(row.detail);
        detail.is_some_and(|it| !it.statistics.is_empty() || !it.samples.is_empty())
    };
    if !column.rows.iter().any(has_any) {
        return Vec::new();
    }
    let chosen = policy.judged_statistics(&column.key.metric);
    let judged = chosen.clone().unwrap_or_else(|| DEFAULT_STATISTICS.to_vec());
    let burn_in = if policy.warmup.enabled { policy.warmup.burn_in_runs as usize } else { 0 };
    // Samples are for what the policy asks for: everything else would judge every benchmark twice.
    let samples_from = chosen.map(|_| burn_in);
    let columns = judged.into_iter().map(|it| derived_column(column, it, samples_from, details));
    columns.filter(|column| column.rows.iter().any(|row| row.value.is_some())).collect()
}

fn derived_column(
    column: &SeriesColumn,
    statistic: Statistic,
    samples_from: Option<usize>,
    details: &DetailStore,
) -> SeriesColumn {
    let row = |row: &MeasurementRow| {
        if row.value.is_none() {
            return Some(*row);
        }
        let detail = details.get(row.detail)?;
        let of_samples = || of_samples(statistic, samples_after(detail, samples_from?));
        let value = reported(statistic, detail).or_else(of_samples)?;
        let is_possible = value >= 0.0 || !column.unit.forbids_negative();
        let value = Some(value).filter(|value| value.is_finite() && is_possible)?;
        Some(MeasurementRow { value: value.into(), std: OptionalF64::NONE, ..*row })
    };
    let rows: Vec<MeasurementRow> = column.rows.iter().filter_map(row).collect();
    let metric = format!("{}_{}", column.key.metric, statistic.name());
    let key = RecordedKey { metric, statistic: Some(statistic), ..column.key.clone() };
    let is_value_of_main =
        |row: &MeasurementRow| row.branch == BranchId::MAIN && row.value.is_some();
    SeriesColumn {
        key,
        unit: column.unit.clone(),
        direction: column.direction,
        tags: column.tags.clone(),
        is_on_main: rows.iter().any(is_value_of_main),
        rows,
    }
}

/// What the tool reported; the median goes by two names.
fn reported(statistic: Statistic, detail: RunDetailRef<'_>) -> Option<f64> {
    let of = |wanted: Statistic| detail.statistics.get(wanted);
    match statistic {
        Statistic::P50 => of(Statistic::P50).or_else(|| of(Statistic::Median)),
        Statistic::Median => of(Statistic::Median).or_else(|| of(Statistic::P50)),
        other => of(other),
    }
}

fn samples_after(detail: RunDetailRef<'_>, burn_in: usize) -> &[f64] {
    let samples = detail.samples;
    &samples[burn_in.min(samples.len().saturating_sub(1))..]
}

/// A statistic of samples; none for a quantile of which no sample is expected beyond it, since the
/// largest of 20 samples says nothing of the 99th percentile, and none for a bound of confidence.
fn of_samples(statistic: Statistic, samples: &[f64]) -> Option<f64> {
    let count = samples.len() as f64;
    let share = match statistic {
        Statistic::Min => return samples.iter().copied().min_by(f64::total_cmp),
        Statistic::Max => return samples.iter().copied().max_by(f64::total_cmp),
        Statistic::Mean if samples.is_empty() => return None,
        Statistic::Mean => return Some(samples.iter().map(|sample| sample / count).sum()),
        Statistic::Median | Statistic::P50 => return median(samples),
        Statistic::P25 => 0.25,
        Statistic::P75 => 0.75,
        Statistic::P90 => 0.9,
        Statistic::P95 => 0.95,
        Statistic::P99 => 0.99,
        Statistic::P999 => 0.999,
        Statistic::Lower | Statistic::Upper => return None,
    };
    let is_within = count * f64::min(share, 1.0 - share) >= 0.999_999;
    is_within.then(|| quantile(samples, share)).flatten()
}

/// The quantile by linear interpolation between the order statistics: definition 7 of Hyndman and
/// Fan, "Sample Quantiles in Statistical Packages" (1996), the default of R and NumPy.
fn quantile(samples: &[f64], share: f64) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = (sorted.len().checked_sub(1)?) as f64 * share;
    let (below, above) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
    let part = place.fract();
    Some(below * (1.0 - part) + above * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r_and_numpy() {
        let samples: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(of_samples(Statistic::P95, &samples), Some(95.05));
        assert_eq!(of_samples(Statistic::P25, &samples), Some(25.75));
        assert_eq!(of_samples(Statistic::P50, &samples), Some(50.5));
        assert_eq!(of_samples(Statistic::Mean, &samples).map(f64::round), Some(51.0));
        assert_eq!(of_samples(Statistic::Max, &samples), Some(100.0));
    }

    #[test]
    fn a_tail_that_the_samples_do_not_reach_has_no_value() {
        let samples: Vec<f64> = (1..=20).map(f64::from).collect();
        assert!(of_samples(Statistic::P95, &samples).is_some());
        assert_eq!(of_samples(Statistic::P99, &samples), None);
        assert_eq!(of_samples(Statistic::P95, &samples[1..]), None);
        for statistic in Statistic::ALL.map(|(_, statistic)| statistic) {
            assert_eq!(of_samples(statistic, &[]), None, "{statistic:?}");
        }
    }
}
