//! The four answers on top of a page: how much, since when, how sure, whose change?
//!
//! Example: `Slower?` with `▲ 13.9% slower`, and below it `1.59 → 1.81 ms, threshold 10%`.

use crate::report::phrase::Phrase;
use crate::report::severity_name;
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::cards;
use crate::site::changes::EventRef;
use crate::site::context::SiteContext;
use detect::Change;
use model::series::Series;
use model::text;

/// One question with its answer.
pub(crate) struct Answer {
    pub(crate) question: String,
    /// Class of its edge and words: `worse`, `better`, `warn` or empty.
    pub(crate) tone: &'static str,
    pub(crate) answer: Phrase,
    pub(crate) note: Phrase,
}

impl Answer {
    pub(crate) fn new(question: impl Into<String>, answer: Phrase, note: Phrase) -> Self {
        Self { question: question.into(), tone: "", answer, note }
    }

    pub(crate) fn tone(self, tone: &'static str) -> Self {
        Self { tone, ..self }
    }
}

/// `Slower?`, `Smaller?`: the question that a change answers.
pub(crate) fn question(series: &Series, is_worse: bool) -> String {
    let word = text::comparative(&series.unit, series.direction, is_worse);
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}?", first.unwrap_or_default(), letters.as_str())
}

/// The answers of the page of a change.
pub(crate) fn of_event(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Vec<Answer> {
    let (series, analysis, change) = site.change(event);
    // Red is for what is open; a regression that was accepted or fixed needs nobody.
    let is_over = change.is_regression && wording::state(change) != "open";
    let tone = if is_over { "" } else { wording::tone(change.is_regression) };
    let size = wording::change_size(series, change.change, change.is_regression);
    let threshold = text::percent(analysis.threshold);
    let plain = |words: String| Phrase::new("").text(words);
    let levels = Phrase::new("")
        .text(format!("{}, threshold ", wording::levels(series, change)))
        .link(root.to("about/#thresholds"), threshold)
        .text(", severity ")
        .link(root.to("about/#rule-severity"), severity_name(change.severity));
    let sure =
        Phrase::new("").link(root.to("about/#rule-confidence"), text::percent(change.confidence));
    vec![
        Answer::new(
            question(series, change.is_regression),
            Phrase::new("").marked(tone, format!("{} {size}", wording::arrow(change.change))),
            levels,
        )
        .tone(tone),
        Answer::new(
            "Since when?",
            plain(text::date(wording::since(series, change))),
            plain(since_note(series, analysis.threshold, change)),
        )
        .tone(tone),
        Answer::new("How sure?", sure, plain(evidence_note(change))),
        whose(site, root, event),
    ]
}

fn since_note(series: &Series, threshold: f64, change: &Change) -> String {
    match wording::rate_sentence(series, threshold, change) {
        Some(rate) => rate,
        None => "first run on the new level".to_owned(),
    }
}

fn evidence_note(change: &Change) -> String {
    let before = text::count_noun(u64::from(change.runs_before), "run");
    format!("{before} before, {} after", text::count(u64::from(change.runs_after)))
}

fn whose(site: &SiteContext<'_>, root: LinkRoot, event: &EventRef) -> Answer {
    let range = site.change_range(event);
    let commit = site.commit(range.head);
    let answer = site.with_commit(Phrase::new(""), root, &commit.id);
    let subject = match &commit.subject {
        Some(subject) => Phrase::new("").name(subject),
        None => Phrase::new(""),
    };
    let subject = cards::with_author(subject, commit.author.as_deref());
    let Some(group) = site.regressions.of_event(&event.id) else {
        return Answer::new("Whose change?", answer, subject);
    };
    // The card of the cause has the same words.
    let suspect = cards::suspect(site, root, group);
    let mut spans = suspect.spans.into_iter();
    let answer = Phrase { tone: "", spans: spans.by_ref().take(1).collect() };
    let mut note = Phrase { tone: "", spans: spans.collect() };
    // On a line of its own it is no longer the rest of a sentence.
    let is_alone = note.spans.len() == 1;
    if let Some(first) = note.spans.first_mut() {
        let text = first.text.trim_start_matches([';', ' ']);
        let in_brackets = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        first.text = in_brackets.filter(|_| is_alone).unwrap_or(text).to_owned();
    }
    Answer::new("Whose change?", answer, note)
}
