//! What is wrong with series: renamed, retired, missing, too noisy, with holes.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::finding_kind::FindingKind;
use crate::doctor::{DoctorFinding, DoctorInput, list_some};
use detect::Verdict;
use model::record::time::Timestamp;
use model::record::{median, shorten};
use model::series::{Series, SeriesKey};
use model::text;

/// Runs at the end of one series and at the start of the other that give their levels.
const EDGE_RUNS: usize = 7;
/// Fewer runs than this make no level worth following.
const MIN_RUNS: usize = 3;
/// Levels further apart than this (ratio) are not those of one benchmark under two names.
const MAX_LEVEL_RATIO: f64 = 1.25;

pub(super) fn examine(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let renamed = renamed_pairs(input);
    let old: BTreeSet<usize> = renamed.iter().map(|(old, _)| *old).collect();
    let mut renames: BTreeMap<_, Vec<(&Series, &Series)>> = BTreeMap::new();
    for (old, new) in renamed {
        let pair = (&input.series[old], &input.series[new]);
        renames.entry(changed_parts(&pair.0.key, &pair.1.key)).or_default().push(pair);
    }
    findings
        .extend(renames.iter().filter_map(|(parts, pairs)| rename_finding(input, parts, pairs)));
    for (at, (series, analysis)) in input.series.iter().zip(input.analyses).enumerate() {
        let name = series.key.name();
        if old.contains(&at) {
            continue;
        }
        if analysis.is_retired {
            findings.push(retired_finding(series, name));
            continue;
        }
        if analysis.verdict.has_no_result() {
            findings.push(missing_finding(series, name.clone()));
        }
        // A short new level detects only large changes too, but that passes with more runs: the
        // verdict says which series are noisy.
        if analysis.verdict == Verdict::TooNoisy {
            let threshold = text::percent(analysis.threshold);
            let cause = analysis.detectable_change_90.map_or_else(
                || format!("too noisy for its threshold of {threshold}"),
                |least| {
                    let least = text::percent(least);
                    format!(
                        "too noisy: detects changes above {least}, its threshold is {threshold}"
                    )
                },
            );
            let remedy = "repeat the benchmark more often a run, use a quieter runner, or give it \
                          a higher threshold (regression.rules, or report_only)";
            findings.push(DoctorFinding::new(FindingKind::Noisy, name).cause(cause).remedy(remedy));
        }
    }
    gap_findings(input, findings);
}

fn retired_finding(series: &Series, name: String) -> DoctorFinding {
    let last = series.runs.last().map_or_else(|| "never".to_owned(), |run| text::date(run.time));
    DoctorFinding::new(FindingKind::Retired, name)
        .cause(format!("no run for longer than max_age_days; newest run: {last}"))
        .remedy("`ignore` it in the policy, or move its records to archive/")
        .note()
}

fn missing_finding(series: &Series, name: String) -> DoctorFinding {
    let last = series.runs.last();
    let finding = DoctorFinding::new(FindingKind::Missing, name);
    match last.and_then(|run| run.error()) {
        Some(error) => finding
            .cause(format!("the newest run failed: {}", shorten(error, 200)))
            .remedy("make the benchmark run again; until then regressions go undetected"),
        None => finding
            .cause(format!(
                "missing from the newest commit; newest run: {}",
                last.map_or_else(|| "never".to_owned(), |run| text::date(run.time))
            ))
            .remedy("find out why it was not measured; if it was removed, `ignore` it"),
    }
}

/// Series that end where another of like level begins: indices of the old and the new one.
fn renamed_pairs(input: &DoctorInput<'_>) -> Vec<(usize, usize)> {
    let all = input.series;
    let measured: BTreeSet<u32> =
        all.iter().flat_map(|series| series.runs.iter().map(|run| run.commit.0)).collect();
    let mut starts: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, series) in all.iter().enumerate() {
        // What begins with the history was not renamed in it.
        let first = series.runs.first().map(|run| run.commit.0);
        if let Some(first) = first.filter(|first| Some(first) != measured.first()) {
            starts.entry(first).or_default().push(at);
        }
    }
    let mut pairs = Vec::new();
    for (old, series) in all.iter().enumerate() {
        let Some(last) = series.runs.last().map(|run| run.commit.0) else { continue };
        let Some(next) = measured.range(last + 1..).next() else { continue };
        let (Some(level), true) = (edge_level(series, true), series.runs.len() >= MIN_RUNS) else {
            continue;
        };
        let begun = [last, *next].into_iter().filter_map(|at| starts.get(&at)).flatten();
        for new in begun.copied().filter(|new| *new != old) {
            let likeness = similarity(series, level, &all[new]);
            pairs.extend(likeness.map(|likeness| (likeness, old, new)));
        }
    }
    // The likest pairs first; each series is in one pair only.
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut taken, mut findings) = (BTreeSet::new(), Vec::new());
    for (_, old, new) in pairs {
        if !taken.contains(&old) && !taken.contains(&new) {
            taken.extend([old, new]);
            findings.push((old, new));
        }
    }
    findings.sort_unstable();
    findings
}

/// The level at one end of a series.
fn edge_level(series: &Series, end: bool) -> Option<f64> {
    let values = series.runs.iter().filter_map(|run| run.value.get());
    let values: Vec<f64> =
        if end { values.rev().take(EDGE_RUNS).collect() } else { values.take(EDGE_RUNS).collect() };
    median(&values).filter(|level| *level > 0.0)
}

/// How much the new series is like the old one, 0–1; none where it cannot be the same benchmark:
/// other metric, unit or size, more than one part of the name changed, or another level.
fn similarity(old: &Series, before: f64, new: &Series) -> Option<f64> {
    let after = edge_level(new, false)?;
    let ratio = (after / before).max(before / after);
    let (a, b) = (&old.key, &new.key);
    let same =
        a.metric == b.metric && old.unit == new.unit && a.n == b.n && ratio <= MAX_LEVEL_RATIO;
    let changed = changed_parts(a, b);
    let names: f64 =
        changed.iter().map(|(_, old, new)| strsim::jaro_winkler(old, new)).sum::<f64>();
    (same && changed.len() == 1).then_some(names / ratio)
}

/// The parts of the key that differ: which, old, new.
fn changed_parts<'a>(
    old: &'a SeriesKey,
    new: &'a SeriesKey,
) -> Vec<(&'static str, &'a str, &'a str)> {
    let word = |parallel: bool| if parallel { "parallel" } else { "sequential" };
    let parts: [(&'static str, &'a str, &'a str); 6] = [
        ("suite", &old.suite, &new.suite),
        ("test", &old.test, &new.test),
        ("backend", &old.backend, &new.backend),
        ("mode", &old.mode, &new.mode),
        ("parallel", word(old.parallel), word(new.parallel)),
        ("params", &old.params, &new.params),
    ];
    parts.into_iter().filter(|(_, old, new)| old != new).collect()
}

/// One finding for all series that the same new name takes along.
fn rename_finding(
    input: &DoctorInput<'_>,
    parts: &[(&'static str, &str, &str)],
    pairs: &[(&Series, &Series)],
) -> Option<DoctorFinding> {
    let (&(part, from, to), &(old, new)) = (parts.first()?, pairs.first()?);
    let line = format!("{}: {}", yaml_scalar(from), yaml_scalar(to));
    let remedy = match part {
        "test" if input.policy.aliases.is_empty() => {
            format!("where it is the same benchmark: `aliases: {{{line}}}` in the policy")
        }
        "test" => format!("where it is the same benchmark: `{line}` under `aliases` in the policy"),
        _ => format!(
            "where it is the same benchmark: record it with `{part}` {from} again, or leave it"
        ),
    };
    let more = match pairs.len() as u64 - 1 {
        0 => String::new(),
        more => format!(" (and {} more like it)", text::count(more)),
    };
    let finding = DoctorFinding::new(FindingKind::Renamed, old.key.name());
    let name = new.key.name();
    Some(
        finding
            .cause(format!("ends where {name} begins at a similar level{more}: renamed?"))
            .remedy(remedy),
    )
}

/// A name as it may stand in YAML: in quotes unless it is a plain word, for JSON's are YAML's too.
fn yaml_scalar(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word);
    // Words that YAML, or an older YAML, reads as something else than text.
    let other = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if plain && !other.contains(&name.to_ascii_lowercase().as_str()) {
        name.to_owned()
    } else {
        serde_json::Value::from(name).to_string()
    }
}

/// Gaps; those of many series at the same time are one finding.
fn gap_findings(input: &DoctorInput<'_>, findings: &mut Vec<DoctorFinding>) {
    let mut spans: BTreeMap<(i64, i64), Vec<String>> = BTreeMap::new();
    for (series, analysis) in input.series.iter().zip(input.analyses) {
        for &after in analysis.gaps.iter().filter(|_| !analysis.is_retired) {
            let Some(before) = after.checked_sub(1) else { continue };
            let day = |at: usize| series.runs[at].time.day();
            spans.entry((day(before), day(after))).or_default().push(series.key.name());
        }
    }
    for ((from, to), names) in spans {
        let at = |day: i64| Timestamp::from_micros(day.saturating_mul(model::record::time::DAY_US));
        let span = text::date_span(at(from + 1), at((to - 1).max(from + 1)));
        let cause = format!(
            "no runs {span} in {}: {}",
            text::count_noun(names.len() as u64, "series"),
            list_some(&names)
        );
        findings.push(
            DoctorFinding::new(FindingKind::Gap, "results/")
                .cause(cause)
                .remedy("import what was measured then; gaps are never filled")
                .note(),
        );
    }
}
