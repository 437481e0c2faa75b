//! The verdict of one series in a sentence, with links to the rules that gave it.

use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use crate::site::view::Phrase;
use detect::{Analysis, ChangeKind, ChangeStatus, Verdict};
use model::record::Direction;
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;
use model::text;

/// The answer to the page's question in one sentence, with the rule that gave it.
pub(crate) fn sentence(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    let rule = |anchor: &str| root.to(&format!("about/#{anchor}"));
    let limit = format!("limit {}", text::percent(analysis.threshold));
    let valued = series.runs.iter().filter(|run| run.value.is_some()).count();
    match analysis.verdict {
        Verdict::Regressed | Verdict::Improved | Verdict::Accepted => {
            change_sentence(site, root, index)
        }
        Verdict::Suspected { runs_needed } => Phrase::new("note")
            .marked("strong", "Suspected: ")
            .text(level_text(series, analysis))
            .text(format!(
                ". {} more needed to be sure",
                text::count_noun(u64::from(runs_needed), "run")
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
        Verdict::NotCompared => Phrase::new("note")
            .marked("strong", "Not compared: ")
            .text("the runner changed and has too few runs yet (")
            .link(rule("rule-runner"), "runner fingerprint")
            .text(")."),
        Verdict::TooNoisy => Phrase::new("note")
            .text(format!("Too noisy to be judged at its {limit}"))
            .text(analysis.detectable_change_90.map_or_else(String::new, |least| {
                format!(": changes under {} are invisible here", text::percent(least))
            }))
            .text(" (")
            .link(rule("rule-noise"), "noise")
            .text(")."),
        Verdict::New => new_series(site, root, series),
        Verdict::Missing if valued == 0 => {
            let failed = text::count_noun(series.runs.len() as u64, "run");
            Phrase::new("worse").text(format!("No result: {failed}, all failed."))
        }
        Verdict::Missing => Phrase::new("worse")
            .marked("strong", "No newest result: ")
            .text("the last run failed or did not happen (")
            .link(rule("rule-gaps"), "gaps")
            .text(")."),
        Verdict::Unchanged => Phrase::new("better")
            .marked("strong", "No clear change.")
            .text(format!(" {} ", level_text(series, analysis)))
            .text("(")
            .link(rule("limits"), limit)
            .text(")."),
    }
}

/// `New: 3 runs. A verdict needs 5; grace period until 29 Sep 2025 (…).`
fn new_series(site: &SiteContext<'_>, root: LinkRoot, series: &Series) -> Phrase {
    let policy = &site.input.policy.regression;
    let valued = series.runs.iter().filter(|run| run.value.is_some()).count() as u64;
    let runs = text::count_noun(valued, "run");
    Phrase::new("note")
        .text(format!("New: {runs}. A verdict needs {}", policy.min_sample_size))
        .text(grace_text(series, policy.grace_period_days))
        .text(" (")
        .link(root.to("about/#rule-grace"), "grace period and minimum sample size")
        .text(").")
}

/// `; grace period until 29 Sep 2025`, where the newest run is younger than that.
fn grace_text(series: &Series, days: u32) -> String {
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
fn level_text(series: &Series, analysis: &Analysis) -> String {
    match (analysis.latest_change, analysis.baseline) {
        (Some(change), Some(baseline)) if change.abs() >= 0.0005 => {
            let worse = (change > 0.0) == (series.direction == Direction::Lower);
            let after = baseline.value * (1.0 + change);
            let size = wording::change_size(series, baseline.value, after, worse);
            format!("Newest level {size} than the baseline of {}", run_count(baseline.runs))
        }
        (_, Some(baseline)) => {
            format!("Newest level on the baseline of {}", run_count(baseline.runs))
        }
        _ => "No baseline yet".to_owned(),
    }
}

fn run_count(runs: u32) -> String {
    text::count_noun(u64::from(runs), "run")
}

/// `▲ 13.9% slower since 30 Jul 2025 (83.9 → 95.6 µs, 1.14×). Limit for julia: 12%. First …`.
fn change_sentence(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    let Some(change) = analysis.changes.last() else {
        return Phrase::new("note").text(level_text(series, analysis));
    };
    let run = &series.runs[change.first_after];
    let tone = wording::tone(change.is_regression);
    let size = wording::change_size(series, change.before, change.after, change.is_regression);
    let factor = wording::factor(change.before, change.after);
    let factor = factor.map_or_else(String::new, |factor| format!(", {factor}"));
    let mut phrase = Phrase::new(if analysis.verdict == Verdict::Accepted { "note" } else { tone })
        .marked(tone, format!("{} {size}", wording::arrow(change.change)))
        .text(format!(
            " since {} ({}{factor}). ",
            text::date(run.time),
            wording::levels(series, change)
        ));
    if let ChangeStatus::Accepted { reason, accepted_by: by } = &change.status {
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
    let slow = change.is_regression && series.unit.as_str() == "ns";
    phrase
        .text(if slow { "First slow run: " } else { "First run on the new level: " })
        .code_link(root.to(&urls::commit(&commit.id)), text::short_commit(&commit.id))
        .text(".")
}
