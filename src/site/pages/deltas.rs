//! The series of a comparison in the order of its page: the largest regression first.
//!
//! Example: of +12.8% suspected, −14% improved and +2.5% unchanged, the first row is the suspicion,
//! since what may need somebody comes before what is good.

use crate::report::delta::SeriesDelta;
use crate::report::phrase::Phrase;
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::answers::{self, Answer};
use crate::site::cards;
use crate::site::compared_verdict::{ComparedVerdict, VerdictWords};
use crate::site::context::SiteContext;
use crate::site::markdown::Markup;
use crate::site::pairs::{CommitPair, ComparedSeries, PairKind};
use crate::site::verdict_progress::VerdictProgress;
use detect::Verdict;
use detect::compare::Delta;
use model::text::{self, UnitScale};

/// A series of a comparison.
pub(super) struct DiffRow {
    pub(super) href: String,
    pub(super) anchor: String,
    pub(super) test: String,
    pub(super) key: String,
    pub(super) tone: &'static str,
    pub(super) change: String,
    /// Level and spread: `30.8 ±0.2 ms`.
    pub(super) before: String,
    pub(super) after: String,
    pub(super) noise: String,
    pub(super) threshold: String,
    pub(super) confidence: String,
    pub(super) verdict: &'static str,
    /// The page of the change that begins here.
    pub(super) event: Option<String>,
    pub(super) bar: Markup,
}

/// A comparison in the order of the page.
pub(super) struct SortedDeltas<'p> {
    /// Worst first, then the best.
    pub(super) changed: Vec<&'p ComparedSeries>,
    pub(super) unchanged: Vec<&'p ComparedSeries>,
    pub(super) not_compared: Vec<(usize, &'p str)>,
    counts: VerdictWords,
}

impl<'p> SortedDeltas<'p> {
    pub(super) fn of(site: &SiteContext<'_>, compared: Vec<&'p ComparedSeries>) -> Self {
        let mut sorted = Self {
            changed: Vec::new(),
            unchanged: Vec::new(),
            not_compared: Vec::new(),
            counts: VerdictWords::of(compared.iter().map(|entry| entry.verdict)),
        };
        for entry in compared {
            match &entry.delta {
                SeriesDelta::NotCompared(reason) => {
                    sorted.not_compared.push((entry.series, reason))
                }
                _ if entry.verdict.is_change() => sorted.changed.push(entry),
                _ => sorted.unchanged.push(entry),
            }
        }
        let severity = |entry: &ComparedSeries| match &entry.delta {
            SeriesDelta::Delta(delta) => {
                let threshold = site.series(entry.series).1.threshold.max(1e-9);
                let rank = match entry.verdict {
                    verdict if verdict.is_open() => 0,
                    ComparedVerdict::Suspected => 1,
                    ComparedVerdict::Regression(_) => 2,
                    _ => 3,
                };
                (rank, -(delta.change.abs() / threshold))
            }
            SeriesDelta::Outlier(_) | SeriesDelta::NotCompared(_) => (4, 0.0),
        };
        // By size in units of the threshold: 6% is news for a series with 2%, not for one with 10%.
        for part in [&mut sorted.changed, &mut sorted.unchanged] {
            part.sort_by(|a, b| {
                let (a, b) = (severity(a), severity(b));
                a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
            });
        }
        sorted
    }

    pub(super) fn verdict(&self, site: &SiteContext<'_>, pair: &CommitPair) -> Phrase {
        let compared = self.changed.len() + self.unchanged.len();
        if compared == 0 {
            let not = text::count_noun(self.not_compared.len() as u64, "series");
            return Phrase::new("note").text(format!(
                "Nothing could be compared: {not} not compared, see the reasons below."
            ));
        }
        if let Some(waits) = self.waiting(site, pair) {
            return Phrase::new("note").text(format!("Numbers only. {waits}"));
        }
        let phrase = self.counts.phrase();
        self.worst(site, phrase.text("."))
    }

    /// What follows of numbers alone: `No verdict yet. The first verdict needs 3 more runs.` None
    /// where any series has a verdict. A pull request measured side by side has one without runs of
    /// the main line.
    fn waiting(&self, site: &SiteContext<'_>, pair: &CommitPair) -> Option<String> {
        let compared = self.changed.iter().chain(&self.unchanged);
        let members: Vec<usize> = compared.map(|entry| entry.series).collect();
        let is_new = |series: &usize| site.series(*series).1.verdict == Verdict::New;
        let is_pull = matches!(pair.kind, PairKind::Pull(_));
        if is_pull || !members.iter().all(is_new) {
            return None;
        }
        let progress = VerdictProgress::of(site, &members)?;
        Some(format!("No verdict yet. {}", progress.sentence()))
    }

    /// Adds the worst change, linked to its row.
    fn worst(&self, site: &SiteContext<'_>, phrase: Phrase) -> Phrase {
        let Some(first) = self.changed.first() else { return phrase };
        let SeriesDelta::Delta(delta) = &first.delta else { return phrase };
        let series = site.series(first.series).0;
        let worse = !first.verdict.is_better();
        let row = format!("#{}", site.series_anchor(first.series));
        let size = wording::change_size(series, delta.change, worse);
        let name = site.names.title(&series.key);
        phrase
            .text(if worse { " Largest: " } else { " Largest improvement: " })
            .link(row, name)
            .text(format!(", {size}."))
    }

    /// The four answers: of the largest change where there is one.
    pub(super) fn answers(
        &self,
        site: &SiteContext<'_>,
        root: LinkRoot,
        pair: &CommitPair,
    ) -> Vec<Answer> {
        let head = site.commit(pair.head);
        let (when, on) = match pair.kind {
            PairKind::Pull(_) => ("This pull request".to_owned(), "not on main".to_owned()),
            _ => (text::date(head.time), "head measured".to_owned()),
        };
        let plain = |words: String| Phrase::new("").text(words);
        let mut answers = Vec::new();
        let (mut sure, mut of) =
            (plain("–".to_owned()), plain("no change to be sure of".to_owned()));
        // One number answers for all: the largest, which is also the first row.
        match self.largest() {
            Some((entry, delta)) => {
                let (series, analysis) = site.series(entry.series);
                let is_worse = !entry.verdict.is_better();
                let size = wording::change_size(series, delta.change, is_worse);
                let tone = entry.verdict.tone();
                let words = format!("{} {size}", wording::arrow(delta.change));
                let row = format!("#{}", site.series_anchor(entry.series));
                let note = Phrase::new("").link(row, site.names.title(&series.key));
                let answer = Phrase::new("").marked(tone, words);
                let question = answers::question(series, is_worse);
                answers.push(Answer::new(question, answer, note).tone(tone));
                sure = plain(text::percent(delta.confidence));
                let threshold = text::percent(analysis.threshold);
                let noise = analysis.noise.map(cards::noise_text);
                let noise = noise.map_or_else(String::new, |noise| format!(", noise {noise}"));
                of = plain(format!("{}, threshold {threshold}{noise}", entry.verdict.label()));
            }
            None => {
                let compared = self.unchanged.len() as u64;
                let note = format!("{} compared", text::count_noun(compared, "series"));
                let unjudged = self.counts.unjudged();
                let answer = match (self.counts.unchanged(), self.waiting(site, pair)) {
                    (0, _) | (_, Some(_)) => "Not known yet".to_owned(),
                    (_, None) if unjudged == 0 => "No".to_owned(),
                    (same, None) => {
                        format!("No in {}, unknown in {}", text::count(same), text::count(unjudged))
                    }
                };
                answers.push(Answer::new("Slower?", plain(answer), plain(note)));
            }
        }
        answers.push(Answer::new("Since when?", plain(when), plain(on)));
        answers.push(Answer::new("How sure?", sure, of));
        let whose = site.with_commit(Phrase::new(""), root, &head.id);
        let author = site.commit(pair.head).author.as_deref();
        let base = cards::with_author(Phrase::new(""), author);
        let base = base.text(if author.is_some() { ", against " } else { "against " });
        let base = site.with_commit(base, root, &site.commit(pair.base).id);
        answers.push(Answer::new("Whose change?", whose, base));
        answers
    }

    fn largest(&self) -> Option<(&'p ComparedSeries, &'p Delta)> {
        let first = self.changed.first()?;
        match &first.delta {
            SeriesDelta::Delta(delta) => Some((first, delta)),
            _ => None,
        }
    }

    /// Why series were not compared, at most so many.
    pub(super) fn reasons(
        &self,
        site: &SiteContext<'_>,
        root: LinkRoot,
        most: usize,
    ) -> Vec<Phrase> {
        let listed = self.not_compared.iter().take(most).map(|(index, reason)| {
            let key = &site.series(*index).0.key;
            Phrase::new("")
                .link(root.to(&site.series_path(*index)), &key.test)
                .text(" ")
                .name(wording::series_label(key))
                .text(format!(": {reason}"))
        });
        listed.collect()
    }

    /// The rows of a table, at most so many.
    pub(super) fn rows(
        &self,
        site: &SiteContext<'_>,
        root: LinkRoot,
        pair: &CommitPair,
        compared: &[&ComparedSeries],
        most: usize,
    ) -> Vec<DiffRow> {
        let with_delta = compared.iter().filter_map(|entry| match &entry.delta {
            SeriesDelta::Delta(delta) | SeriesDelta::Outlier(delta) => Some((*entry, delta)),
            SeriesDelta::NotCompared(_) => None,
        });
        with_delta.take(most).map(|(entry, delta)| row(site, root, pair, entry, delta)).collect()
    }
}

fn row(
    site: &SiteContext<'_>,
    root: LinkRoot,
    pair: &CommitPair,
    entry: &ComparedSeries,
    delta: &Delta,
) -> DiffRow {
    let index = entry.series;
    let (series, analysis) = site.series(index);
    let scale = UnitScale::for_values([delta.before, delta.after], &series.unit);
    let with_spread = |value: f64, spread: Option<f64>| match spread.filter(|it| it.is_finite()) {
        Some(spread) if !scale.number(spread).trim_matches(['0', '.']).is_empty() => {
            let symbol = scale.quantity(value)[scale.number(value).len()..].to_owned();
            format!("{} {}{symbol}", scale.number(value), text::spread(spread, &scale))
        }
        _ => scale.quantity(value),
    };
    // The spread around the level at the base: a single run there need not report one.
    let near = entry.position.main_index();
    let base_run = site.commits.newest_run(index, pair.base, near);
    let tone = entry.verdict.tone();
    DiffRow {
        href: root.to(&site.series_path(index)),
        anchor: site.series_anchor(index),
        test: series.key.test.clone(),
        key: wording::series_label(&series.key),
        tone,
        change: match tone {
            "worse" | "better" | "warn" => {
                let mark = wording::arrow(delta.change);
                format!("{mark} {}", text::percent_change(delta.change))
            }
            _ => text::percent_change(delta.change),
        },
        before: with_spread(delta.before, base_run.and_then(|run| analysis.spread.get(run))),
        after: with_spread(delta.after, entry.position.run_in(series).std.get()),
        noise: analysis.noise.map_or_else(|| "–".to_owned(), cards::noise_text),
        threshold: text::percent(analysis.threshold),
        confidence: match delta.confidence {
            sure if sure > 0.0 => text::percent(sure),
            _ => "–".to_owned(),
        },
        verdict: entry.verdict.label(),
        event: event_between(site, index, pair).map(|id| root.to(&urls::event(id))),
        bar: chart::bar::change_bar(delta.change, analysis.threshold, series.direction).into(),
    }
}

/// The newest change of a series that begins between two commits: what the verdict is about.
fn event_between<'s>(
    site: &'s SiteContext<'_>,
    index: usize,
    pair: &CommitPair,
) -> Option<&'s str> {
    let (series, analysis) = site.series(index);
    let at = analysis.changes.iter().rposition(|change| {
        let first = series.runs[change.first_after].commit;
        first > pair.base && first <= pair.head
    })?;
    Some(site.events.id(index, at))
}
