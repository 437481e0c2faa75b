//! The verdict of one series in a sentence, with links to the rules that gave it.

use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::context::SiteContext;
use detect::{Analysis, ChangeKind, ChangeStatus, Verdict};
use model::record::time::{DAY_US, Timestamp};
use model::series::Series;
use model::text;

/// The answer to the page's question in one sentence, with the rule that gave it.
pub(crate) fn sentence(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    let rule = |anchor: &str| root.to(&format!("about/#{anchor}"));
    let threshold = format!("threshold {}", text::percent(analysis.threshold));
    let valued = series.runs.iter().filter(|run| run.value.is_some()).count();
    if let (true, Some(last)) = (analysis.is_retired, series.runs.last()) {
        return retired(last.time, rule("rule-gaps"));
    }
    match analysis.verdict {
        Verdict::Regressed | Verdict::Improved | Verdict::Accepted => {
            change_sentence(site, root, index)
        }
        Verdict::Suspected { runs_needed } => Phrase::new("note")
            .marked("strong", "Suspected: ")
            .text(level_text(analysis))
            .text(format!(". {} needed to confirm (", wording::more_runs(runs_needed)))
            .link(rule("rule-confirmation"), "confirmation")
            .text(", ")
            .link(rule("thresholds"), threshold)
            .text(")."),
        Verdict::Infrastructure => Phrase::new("note")
            .marked("strong", "Infrastructure: ")
            .text("most backends shifted together. A machine problem, not the code. ")
            .text("Not counted as a regression (")
            .link(rule("rule-infrastructure"), "infrastructure anomaly")
            .text(")."),
        Verdict::NotCompared if wording::is_newest_below_resolution(series) => Phrase::new("note")
            .marked("strong", "Not compared: ")
            .text(format!("{}.", wording::BELOW_RESOLUTION)),
        Verdict::NotCompared => Phrase::new("note")
            .marked("strong", "Not compared: ")
            .text("the runner changed and has too few runs so far (")
            .link(rule("rule-runner"), "runner fingerprint")
            .text(")."),
        Verdict::TooNoisy => Phrase::new("note")
            .marked("strong", "Too noisy")
            .text(format!(" for a {} threshold", text::percent(analysis.threshold)))
            .text(analysis.detectable_change_90.map_or_else(String::new, |detectable| {
                format!(": only changes above {} would be detected", text::percent(detectable))
            }))
            .text(" (")
            .link(rule("rule-noise"), "noise")
            .text(")."),
        Verdict::New => new_series(site, root, series),
        Verdict::Failed if valued == 0 => {
            let reason = match series.runs.len() {
                1 => "the only run failed".to_owned(),
                runs => format!("all {} runs failed", text::count(runs as u64)),
            };
            Phrase::new("worse").marked("strong", "No results: ").text(format!("{reason}."))
        }
        Verdict::Failed => Phrase::new("worse")
            .marked("strong", "Failed: ")
            .text("the newest run has an error or no value."),
        Verdict::Missing => Phrase::new("worse")
            .marked("strong", "No recent result: ")
            .text("no run where one was due (")
            .link(rule("rule-gaps"), "gaps")
            .text(")."),
        Verdict::Unchanged => Phrase::new("better")
            .marked("strong", "Unchanged.")
            .text(format!(" {} ", capitalized(level_text(analysis))))
            .text("(")
            .link(rule("thresholds"), threshold)
            .text(")."),
    }
}

/// `Retired: no run since 3 Mar 2025 (…).`
fn retired(last_run: Timestamp, gaps: String) -> Phrase {
    Phrase::new("note")
        .marked("strong", "Retired: ")
        .text(format!("no run since {} (", text::date(last_run)))
        .link(gaps, "gaps")
        .text(").")
}

/// `New: 3 runs. A verdict needs 5; grace period until 29 Sep 2025 (…).`
fn new_series(site: &SiteContext<'_>, root: LinkRoot, series: &Series) -> Phrase {
    let policy = &site.input.policy.regression;
    let valued = series.runs.iter().filter(|run| run.value.is_some()).count() as u64;
    let runs = text::count_noun(valued, "run");
    Phrase::new("note")
        .marked("strong", "New: ")
        .text(format!("{runs}. A verdict needs {}", policy.min_sample_size))
        .text(grace_text(series, policy.grace_period_days))
        .text(" (")
        .link(root.to("about/#rule-grace"), "new series")
        .text(").")
}

/// `; grace period until 29 Sep 2025`, where the newest run is younger than that.
fn grace_text(series: &Series, days: u32) -> String {
    let (Some(first), Some(last)) = (series.runs.first(), series.runs.last()) else {
        return String::new();
    };
    let length = i64::from(days).saturating_mul(DAY_US);
    let end = Timestamp::from_micros(first.time.micros().saturating_add(length));
    // By the latest run, not by the clock of the build: no run, no progress towards a verdict.
    if last.time < end {
        format!("; grace period until {}", text::date(end))
    } else {
        String::new()
    }
}

/// `latest median is 1.2% above the 20-run baseline`.
fn level_text(analysis: &Analysis) -> String {
    let Some(baseline) = analysis.baseline else { return "no baseline yet".to_owned() };
    let baseline = format!("the {}-run baseline", text::count(u64::from(baseline.runs)));
    match analysis.latest_change {
        // Below what a percentage with one decimal shows, the two levels read as equal.
        Some(change) if change.abs() >= 0.0005 => {
            let side = if change > 0.0 { "above" } else { "below" };
            format!("latest median is {} {side} {baseline}", text::percent(change.abs()))
        }
        _ => format!("latest median is at {baseline}"),
    }
}

fn capitalized(words: String) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// `▲ 13.9% slower since 30 Jul 2025 (83.9 → 95.6 µs, 1.14×). Threshold for julia: 12%. First …`.
fn change_sentence(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Phrase {
    let (series, analysis) = site.series(index);
    let Some(change) = analysis.verdict_change() else {
        return Phrase::new("note").text(level_text(analysis));
    };
    let run = &series.runs[change.first_after];
    let since = wording::since(series, change);
    let tone = wording::tone(change.is_regression);
    let size = wording::change_size(series, change.change, change.is_regression);
    let factor = wording::factor(change.change);
    let factor = factor.map_or_else(String::new, |factor| format!(", {factor}"));
    let mut phrase = Phrase::new(if analysis.verdict == Verdict::Accepted { "note" } else { tone })
        .marked(tone, format!("{} {size}", wording::arrow(change.change)))
        .text(format!(
            " since {} ({}{factor}). ",
            text::date(since),
            wording::levels(series, change)
        ));
    if let ChangeStatus::Accepted { reason, accepted_by: by } = &change.status {
        phrase = phrase.marked("strong", "Accepted").text(" by ").name(by).text(": ").name(reason);
        phrase = phrase.text(" ");
    }
    let thresholds = root.to("about/#thresholds");
    phrase = phrase
        .text("Threshold for ")
        .name(&series.key.backend)
        .text(": ")
        .link(thresholds, text::percent(analysis.threshold))
        .text(". ");
    // A first run would accuse a commit that is only one of many.
    if change.kind == ChangeKind::Drift {
        let rate = wording::rate_sentence(series, analysis.threshold, change);
        let rate = rate.map_or_else(String::new, |rate| rate + " ");
        return phrase.text(format!("{rate}Gradual change: no single commit."));
    }
    let commit = site.commit(run.commit);
    // "Slow" is right for a time; of throughput or memory it would be wrong.
    let is_slow = change.is_regression && series.unit.as_str() == "ns";
    phrase
        .text(if is_slow { "First slow run: " } else { "First run on the new level: " })
        .code_link(root.to(&urls::commit(&commit.id)), text::short_commit(&commit.id))
        .text(".")
}
