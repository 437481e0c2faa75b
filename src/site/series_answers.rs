//! The four answers of a series, which stand together at the top of its page: slower? since when?
//! how sure? whose change?
//!
//! For an open regression they are `18.7% slower`, `31 Aug 2025`, `92%` and its first commit; for
//! a quiet series `No`, `No change`, the detectable change, and nothing to the last one.

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::answers::{self, Answer};
use crate::site::cards;
use crate::site::context::SiteContext;
use detect::{Analysis, Change, ChangeKind, ChangeStatus, Verdict};
use model::record::shorten;
use model::series::Series;
use model::text::{self, UnitScale};

/// Characters of a commit's subject.
const MAX_SUBJECT: usize = 120;

/// An answer in plain words.
fn plain(question: &str, answer: impl Into<String>, note: impl Into<String>) -> Answer {
    Answer::new(question, Phrase::new("").text(answer), Phrase::new("").text(note))
}

/// The answers; `level` is the newest level of the series' chart.
pub(crate) fn of_series(
    site: &SiteContext<'_>,
    root: LinkRoot,
    index: usize,
    level: Option<f64>,
) -> Vec<Answer> {
    let (series, analysis) = site.series(index);
    // The change that the verdict is about, else the newest one.
    let change = analysis.verdict_change().or_else(|| analysis.changes.last());
    let mut answers = vec![slower(series, analysis, level), since(series, change)];
    answers.push(confidence(series, analysis, change));
    answers.extend(change.map(|change| whose(site, root, index, change)));
    answers
}

fn slower(series: &Series, analysis: &Analysis, level: Option<f64>) -> Answer {
    let size = |change: &Change| wording::change_size(series, change.change, change.is_regression);
    let (tone, value) = match (analysis.verdict, analysis.verdict_change()) {
        _ if analysis.is_retired => ("", "Retired".to_owned()),
        (Verdict::Regressed, Some(change)) => ("worse", size(change)),
        (Verdict::Improved, Some(change)) => ("better", size(change)),
        (Verdict::Accepted, Some(change)) => ("", format!("{}, accepted", size(change))),
        (Verdict::Suspected { .. }, _) => ("warn", "Suspected".to_owned()),
        (Verdict::Unchanged, _) => ("", "No".to_owned()),
        (Verdict::TooNoisy, _) => ("", "Too noisy to judge".to_owned()),
        (verdict, _) => ("", sentence_case(wording::verdict_label(verdict))),
    };
    let mut notes: Vec<String> = Vec::new();
    if let Some(level) = level {
        notes.push(UnitScale::for_value(level, &series.unit).quantity(level));
    }
    notes.push(format!("threshold {}", text::percent(analysis.threshold)));
    notes.extend(analysis.noise.map(|noise| format!("noise ±{}", text::percent(noise))));
    plain(&answers::question(series, true), value, notes.join(", ")).tone(tone)
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn since(series: &Series, change: Option<&Change>) -> Answer {
    let question = "Since when?";
    let Some(change) = change else {
        let runs = text::count_noun(series.runs.len() as u64, "run");
        return plain(question, "No lasting change", format!("in {runs}"));
    };
    let start = wording::since(series, change);
    let size = wording::event(series, change).plain();
    let levels = wording::levels(series, change);
    if let ChangeStatus::Fixed { run: Some(run) } = change.status {
        let end = series.runs[run].time;
        let open = text::duration(end.micros() - start.micros());
        let value = format!("Fixed on {}", text::date(end));
        return plain(question, value, format!("{size}, open for {open}")).tone("better");
    }
    let tone = match (change.is_regression, &change.status) {
        (true, ChangeStatus::Open) => "worse",
        (true, _) => "",
        (false, _) => "better",
    };
    plain(question, text::date(start), format!("{size}, {levels}")).tone(tone)
}

fn confidence(series: &Series, analysis: &Analysis, change: Option<&Change>) -> Answer {
    let question = "How sure?";
    let detects = analysis.detectable_change_90.map(|detectable| {
        let worse = text::comparative(&series.unit, series.direction, true);
        format!("detects changes of {} or more ({worse})", text::percent(detectable))
    });
    match (change, detects) {
        (Some(change), _) => {
            let after = series.runs.len().saturating_sub(change.first_after);
            let runs = text::count_noun(after as u64, "run");
            plain(question, text::percent(change.confidence), format!("{runs} since"))
        }
        (None, Some(detects)) => plain(question, "No change to judge", detects),
        (None, None) => plain(question, "Not known yet", "too few runs"),
    }
}

/// The first commit on the new level, or the one that fixed it.
fn whose(site: &SiteContext<'_>, root: LinkRoot, index: usize, change: &Change) -> Answer {
    let question = "Whose change?";
    if change.kind == ChangeKind::Drift {
        return plain(question, "No single commit", "a gradual change");
    }
    let (series, _) = site.series(index);
    let run = match change.status {
        ChangeStatus::Fixed { run: Some(run) } => run,
        _ => change.first_after,
    };
    let commit = site.commit(series.runs[run].commit);
    let value = site.with_commit(Phrase::new(""), root, &commit.id);
    let note = match &commit.subject {
        Some(subject) => {
            let subject = Phrase::new("").name(shorten(subject, MAX_SUBJECT).into_owned());
            cards::with_author(subject, commit.author.as_deref())
        }
        None => {
            let Some(before) = run.checked_sub(1) else {
                return Answer::new(question, value, Phrase::default());
            };
            let before = &site.commit(series.runs[before].commit).id;
            let phrase = Phrase::new("").text("no subject recorded; the run before is ");
            site.with_commit(phrase, root, before)
        }
    };
    Answer::new(question, value, note)
}
