//! The verdict of one series in a sentence, with links to the rules that gave it.

use crate::site::index::Index;
use crate::site::routes::{self, Root};
use crate::site::view::Phrase;
use crate::site::words;
use detect::{Analysis, ChangeKind, Status, Verdict};
use model::record::Direction;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;
use model::text;

/// The answer to the page's question in one sentence, with the rule that gave it.
pub(crate) fn sentence(site: &Index<'_>, root: Root, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    let rule = |anchor: &str| root.to(&format!("about/#{anchor}"));
    let limit = format!("limit {}", text::percent(analysis.threshold));
    let valued = series.runs.iter().filter(|run| run.value.is_some()).count();
    match analysis.verdict {
        Verdict::Regressed | Verdict::Improved | Verdict::Approved => changed(site, root, index),
        Verdict::Suspected { runs_needed } => Phrase::new("note")
            .marked("strong", "Suspected: ")
            .text(moved(series, analysis))
            .text(format!(
                ". {} more needed to be sure",
                text::counted(u64::from(runs_needed), "run")
            ))
            .text(" (")
            .link(rule("rule-confirmation"), "confirmations")
            .text(", ")
            .link(rule("limits"), limit)
            .text(")."),
        Verdict::Infrastructure => Phrase::new("note")
            .marked("strong", "Infrastructure: ")
            .text("most backends moved together, so this is not held against the code (")
            .link(rule("rule-infrastructure"), "k-anomaly")
            .text(")."),
        Verdict::Suppressed => Phrase::new("note")
            .marked("strong", "Not compared: ")
            .text("the runner changed and has too few runs yet (")
            .link(rule("rule-runner"), "runner fingerprint")
            .text(")."),
        Verdict::Noisy => Phrase::new("note")
            .text(format!("Too noisy to be judged at its {limit}"))
            .text(analysis.detectable.map_or_else(String::new, |least| {
                format!(": changes under {} are invisible here", text::percent(least))
            }))
            .text(" (")
            .link(rule("rule-noise"), "noise")
            .text(")."),
        Verdict::New => young(site, root, series),
        Verdict::Missing if valued == 0 => {
            let failed = text::counted(series.runs.len() as u64, "run");
            Phrase::new("worse").text(format!("No result: {failed}, all failed."))
        }
        Verdict::Missing => Phrase::new("worse")
            .marked("strong", "No newest result: ")
            .text("the last run failed or did not happen (")
            .link(rule("rule-gaps"), "gaps")
            .text(")."),
        Verdict::Steady => Phrase::new("better")
            .marked("strong", "No clear change.")
            .text(format!(" {} ", moved(series, analysis)))
            .text("(")
            .link(rule("limits"), limit)
            .text(")."),
    }
}

/// `New: 3 runs. A verdict needs 5; grace period until 29 Sep 2025 (…).`
fn young(site: &Index<'_>, root: Root, series: &Series) -> Phrase {
    let policy = &site.input.policy.regression;
    let valued = series.runs.iter().filter(|run| run.value.is_some()).count() as u64;
    let runs = text::counted(valued, "run");
    Phrase::new("note")
        .text(format!("New: {runs}. A verdict needs {}", policy.min_sample_size))
        .text(grace(series, policy.grace_period_days))
        .text(" (")
        .link(root.to("about/#rule-grace"), "grace period and minimum sample size")
        .text(").")
}

/// `; grace period until 29 Sep 2025`, where the newest run is younger than that.
fn grace(series: &Series, days: u32) -> String {
    let (Some(first), Some(last)) = (series.runs.first(), series.runs.last()) else {
        return String::new();
    };
    let length = i64::from(days).saturating_mul(DAY_US);
    let end = Timestamp::from_micros(first.time.micros().saturating_add(length));
    if last.time < end {
        format!("; grace period until {}", text::date(end))
    } else {
        String::new()
    }
}

/// `Newest level 1.2% slower than the baseline`.
fn moved(series: &Series, analysis: &Analysis) -> String {
    match (analysis.change, analysis.baseline) {
        (Some(change), Some(baseline)) if change.abs() >= 0.0005 => {
            let worse = (change > 0.0) == (series.better == Direction::Lower);
            let after = baseline.value * (1.0 + change);
            let size = words::sized(series, baseline.value, after, worse);
            format!("Newest level {size} than the baseline of {}", runs_of(baseline.runs))
        }
        (_, Some(baseline)) => {
            format!("Newest level on the baseline of {}", runs_of(baseline.runs))
        }
        _ => "No baseline yet".to_owned(),
    }
}

fn runs_of(runs: u32) -> String {
    text::counted(u64::from(runs), "run")
}

/// `▲ 13.9% slower since 30 Jul 2025 (83.9 → 95.6 µs, 1.14×). Limit for julia: 12%. First …`.
fn changed(site: &Index<'_>, root: Root, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    let Some(change) = analysis.events.last() else {
        return Phrase::new("note").text(moved(series, analysis));
    };
    let run = &series.runs[change.first];
    let tone = words::tone(change.worse);
    let size = words::sized(series, change.before, change.after, change.worse);
    let factor = words::factor(change.before, change.after);
    let factor = factor.map_or_else(String::new, |factor| format!(", {factor}"));
    let mut phrase = Phrase::new(if analysis.verdict == Verdict::Approved { "note" } else { tone })
        .marked(tone, format!("{} {size}", words::mark(change.change)))
        .text(format!(
            " since {} ({}{factor}). ",
            text::date(run.time),
            words::levels(series, change)
        ));
    if let Status::Approved { reason, by } = &change.status {
        phrase = phrase.marked("strong", "Accepted").text(" by ").name(by).text(": ").name(reason);
        phrase = phrase.text(" ");
    }
    let limit = root.to("about/#limits");
    phrase = phrase
        .text("Limit for ")
        .name(&series.key.backend)
        .text(": ")
        .link(limit, text::percent(analysis.threshold))
        .text(". ");
    if change.kind == ChangeKind::Drift {
        return phrase.text("A slow drift, not one commit.");
    }
    let commit = site.commit(run.commit);
    let slow = change.worse && series.unit.as_str() == "ns";
    phrase
        .text(if slow { "First slow run: " } else { "First run on the new level: " })
        .code_link(root.to(&routes::commit(&commit.id)), text::commit(&commit.id))
        .text(".")
}
