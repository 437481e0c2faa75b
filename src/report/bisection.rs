//! What a search for a culprit found: for a terminal, as JSON, and as the text of its note.

use serde_json::json;

use crate::report::SeriesRef;
use crate::report::escape::json::{self, JsonText};
use crate::report::side_by_side::SessionEnding;
use crate::report::wording;
use model::escaped;
use model::filter::Filter;
use model::note::Culprit;
use model::text;
use model::text::terminal::{Palette, TerminalText, VerdictTone};

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SearchOutcome {
    Found,
    /// The bad commit is as good as the last good one.
    NotReproduced,
    /// Too few measurements.
    Undecided,
}

impl SearchOutcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NotReproduced => "not_reproduced",
            Self::Undecided => "undecided",
        }
    }
}

/// A commit that was measured or skipped.
#[derive(Clone, Debug)]
pub(crate) struct MeasuredCommit {
    pub(crate) id: String,
    pub(crate) measurements: usize,
    /// Median change against the last good commit, relative; signed as the value moved.
    pub(crate) change: Option<f64>,
    pub(crate) is_skipped: bool,
}

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct BisectReport {
    pub(crate) outcome: SearchOutcome,
    pub(crate) ending: SessionEnding,
    pub(crate) series: SeriesRef,
    /// `5.2% slower`: the commits from the most likely culprit on.
    pub(crate) change: Option<String>,
    pub(crate) good: String,
    pub(crate) bad: String,
    /// Commits among which was searched.
    pub(crate) suspects: usize,
    /// Where the culprit is known.
    pub(crate) culprit: Option<Culprit>,
    /// The most likely one.
    pub(crate) likely: Culprit,
    pub(crate) not_reproduced: f64,
    /// Oldest first.
    pub(crate) measured: Vec<MeasuredCommit>,
    /// Holds for the series.
    pub(crate) matches: Filter,
}

impl BisectReport {
    /// 0 found, 1 undecided, 3 not reproduced.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.outcome {
            SearchOutcome::Found => 0,
            SearchOutcome::Undecided => 1,
            SearchOutcome::NotReproduced => 3,
        }
    }

    pub(crate) fn json(&self, note: Option<&str>) -> JsonText {
        let measured = self.measured.iter().map(|it| {
            json!({
                "commit": it.id,
                "measurements": it.measurements,
                "change": it.change,
                "skipped": it.is_skipped,
            })
        });
        json::pretty(&json!({
            "outcome": self.outcome.as_str(),
            "ended_by": self.ending,
            "series": self.series.name,
            "good": self.good,
            "bad": self.bad,
            "suspects": self.suspects,
            "culprit": self.culprit.as_ref().map(|it| &it.commits),
            "most_likely": self.likely.commits,
            "confidence": match self.outcome {
                SearchOutcome::NotReproduced => self.not_reproduced,
                SearchOutcome::Found | SearchOutcome::Undecided => self.likely.confidence,
            },
            "measurements": self.likely.measurements,
            "measured": measured.collect::<Vec<_>>(),
            "note": note,
        }))
    }

    /// The answer in sentences, then what was measured; ends with a line end.
    pub(crate) fn terminal(&self, palette: Palette) -> TerminalText {
        let mut page = TerminalText::new();
        for (at, line) in self.sentences().iter().enumerate() {
            // The first sentence is the outcome.
            let tone = if at == 0 {
                wording::verdict_tone(self.outcome.as_str())
            } else {
                VerdictTone::Neutral
            };
            page.push(TerminalText::text(line).toned(tone, palette)).push("\n");
        }
        // Ids and numbers only, so fixed columns are wide enough.
        page.push("\ncommit   measurements  change\n");
        for it in &self.measured {
            let count = text::count(it.measurements as u64);
            let id = text::short_commit(&it.id);
            let line = format!("{id:<9}{count:<14}{}", it.change_text());
            page.push(escaped![TerminalText::text(&line), "\n"]);
        }
        page
    }

    fn sentences(&self) -> Vec<String> {
        let (good, bad) = (text::short_commit(&self.good), text::short_commit(&self.bad));
        let title = &self.series.title;
        let measurements = text::count_noun(self.likely.measurements, "measurement");
        let change = self.change.as_deref().unwrap_or("worse");
        match self.outcome {
            SearchOutcome::Found => vec![
                format!("{}.", wording::culprit(&self.likely)),
                format!("{title} is {change} from it on."),
            ],
            SearchOutcome::NotReproduced => vec![
                format!(
                    "The regression does not reproduce here ({} confidence, {measurements}).",
                    text::percent(self.not_reproduced)
                ),
                format!("{title} is the same at {bad} and at {good}."),
                "Search on the machine that recorded it, or between other commits: --good COMMIT \
                 --bad COMMIT"
                    .to_owned(),
            ],
            SearchOutcome::Undecided => vec![
                format!("Not decided after {measurements}{}.", self.ending_text()),
                format!("Most likely culprit: {}.", self.likely.text()),
                "Measure more: raise --max-measurements and --time-limit".to_owned(),
            ],
        }
    }

    fn ending_text(&self) -> &'static str {
        match self.ending {
            SessionEnding::TimeLimit => ", at the time limit",
            SessionEnding::Interrupted => ", interrupted",
            SessionEnding::Rounds | SessionEnding::Decided => "",
        }
    }

    /// The text of the note. It holds no names: ids and numbers need no escape.
    pub(crate) fn markdown(&self) -> String {
        let change = self.change.as_deref().unwrap_or("worse");
        let (good, bad) = (text::short_commit(&self.good), text::short_commit(&self.bad));
        let mut out = format!(
            "Found by `benchpages bisect` among {} after {good} up to {bad}; {change} from the \
             culprit on.\n\n| commit | measurements | change |\n|---|--:|--:|\n",
            text::count_noun(self.suspects as u64, "commit")
        );
        for it in &self.measured {
            let (id, change) = (text::short_commit(&it.id), it.change_text());
            out.push_str(&format!("| {id} | {} | {change} |\n", it.measurements));
        }
        out
    }
}

impl MeasuredCommit {
    fn change_text(&self) -> String {
        match self.change {
            Some(change) => text::percent_change(change),
            None => "skipped".to_owned(),
        }
    }
}
