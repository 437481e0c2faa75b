//! What the gate says of a series in a comparison of two commits, in words: the same on the pages
//! of comparisons and of commits, and in their JSON. [`super::gate_verdict`] finds it.

use crate::report::delta::{self, SeriesDelta};
use crate::report::phrase::{ChangeCell, Phrase};
use model::series::Series;
use model::text;

/// What the gate says of one compared series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComparedVerdict {
    /// A regression begins between the two commits, in this state (`wording::state`).
    Regression(&'static str),
    /// An improvement begins between them.
    Improvement,
    /// Beyond the threshold and the noise, not confirmed yet.
    Suspected,
    /// Better in the same way.
    ImprovedOnce,
    /// Worse by one run, and later runs did not confirm it.
    NotConfirmed,
    Outlier,
    Unchanged,
    /// Beyond the threshold, within the noise.
    TooNoisy,
    /// Too few runs for a verdict, and an anomaly of the machine: only a check says these.
    New,
    Infrastructure,
    NotCompared,
}

impl ComparedVerdict {
    /// The word for JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Regression("open") => "regressed",
            Self::Regression(state) => state,
            Self::Improvement | Self::ImprovedOnce => "improved",
            Self::Suspected => "suspected",
            Self::NotConfirmed => "not_confirmed",
            Self::Outlier => "outlier",
            Self::Unchanged => "unchanged",
            Self::TooNoisy => "too_noisy",
            Self::New => "new",
            Self::Infrastructure => "infrastructure",
            Self::NotCompared => "not_compared",
        }
    }

    /// The word for people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Regression("open") => "regressed",
            Self::Regression(state) => state,
            Self::Improvement => "improved",
            Self::ImprovedOnce => "improved, not confirmed",
            Self::Suspected => "suspected",
            Self::NotConfirmed => "not confirmed",
            Self::Outlier => "outlier",
            Self::Unchanged => "unchanged",
            Self::TooNoisy => "too noisy",
            Self::New => "new",
            Self::Infrastructure => "infrastructure",
            Self::NotCompared => "not compared",
        }
    }

    /// Class of its word.
    pub(crate) fn tone(self) -> &'static str {
        match self {
            Self::Regression("open") => "worse",
            Self::Improvement => "better",
            Self::Suspected => "warn",
            _ => "note",
        }
    }

    /// Whether a reader should see it among the changes.
    pub(crate) fn is_change(self) -> bool {
        matches!(
            self,
            Self::Regression(_) | Self::Improvement | Self::Suspected | Self::ImprovedOnce
        )
    }

    /// An open regression.
    pub(crate) fn is_open(self) -> bool {
        self == Self::Regression("open")
    }

    pub(crate) fn is_better(self) -> bool {
        matches!(self, Self::Improvement | Self::ImprovedOnce)
    }
}

/// The cell of a compared series: its size, and what the gate says of it.
pub(crate) fn cell(
    series: &Series,
    compared: &SeriesDelta,
    verdict: ComparedVerdict,
) -> ChangeCell {
    let plain = delta::delta_cell(series, compared);
    // Without its color: orange is for what is open.
    let with = |words: &str| ChangeCell {
        tone: "note",
        words: format!("{}, {words}", plain.words),
        ..plain.clone()
    };
    match verdict {
        ComparedVerdict::Regression("open")
        | ComparedVerdict::Improvement
        | ComparedVerdict::Outlier
        | ComparedVerdict::Unchanged
        | ComparedVerdict::TooNoisy
        | ComparedVerdict::New
        | ComparedVerdict::Infrastructure
        | ComparedVerdict::NotCompared => plain,
        ComparedVerdict::Regression(state) => with(state),
        ComparedVerdict::Suspected => with("suspected"),
        ComparedVerdict::ImprovedOnce | ComparedVerdict::NotConfirmed => with("not confirmed"),
    }
}

/// How many compared series have which verdict.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VerdictWords {
    regressed: u64,
    suspected: u64,
    accepted: u64,
    /// Regressions that are explained, fixed, closed or withdrawn.
    settled: u64,
    improved: u64,
    unchanged: u64,
    too_noisy: u64,
    new: u64,
    infrastructure: u64,
    not_compared: u64,
}

impl VerdictWords {
    pub(crate) fn of(all: impl Iterator<Item = ComparedVerdict>) -> Self {
        let mut words = Self::default();
        for verdict in all {
            let count = match verdict {
                ComparedVerdict::Regression("open") => &mut words.regressed,
                ComparedVerdict::Regression("accepted") => &mut words.accepted,
                ComparedVerdict::Regression(_) => &mut words.settled,
                ComparedVerdict::Suspected => &mut words.suspected,
                ComparedVerdict::Improvement | ComparedVerdict::ImprovedOnce => &mut words.improved,
                ComparedVerdict::TooNoisy => &mut words.too_noisy,
                ComparedVerdict::New => &mut words.new,
                ComparedVerdict::Infrastructure => &mut words.infrastructure,
                ComparedVerdict::NotCompared => &mut words.not_compared,
                ComparedVerdict::Unchanged
                | ComparedVerdict::NotConfirmed
                | ComparedVerdict::Outlier => &mut words.unchanged,
            };
            *count += 1;
        }
        words
    }

    /// `▲ 4 regressed, ▼ 2 improved`; `no change` where every series is as it was, `no change in 3
    /// of 15` where the others could not be judged.
    pub(crate) fn short(&self) -> Phrase {
        let parts = [
            (self.regressed, "worse", "▲ ", "regressed"),
            (self.suspected, "warn", "", "suspected"),
            (self.accepted, "note", "", "accepted"),
            (self.settled, "note", "", "regressed, no longer open"),
            (self.improved, "better", "▼ ", "improved"),
        ];
        let mut phrase = Phrase::new("");
        for (count, class, mark, word) in parts.into_iter().filter(|(count, ..)| *count > 0) {
            let separator = if phrase.spans.is_empty() { "" } else { ", " };
            let words = format!("{mark}{} {word}", text::count(count));
            phrase = phrase.text(separator).marked(class, words);
        }
        if !phrase.spans.is_empty() {
            return phrase;
        }
        let words = match (self.unchanged, self.unjudged()) {
            (0, 0) => "nothing compared".to_owned(),
            (0, _) => "nothing judged".to_owned(),
            (_, 0) => "no change".to_owned(),
            (same, open) => {
                format!("no change in {} of {}", text::count(same), text::count(same + open))
            }
        };
        phrase.marked("note", words)
    }

    /// Series seen to be as they were.
    pub(crate) fn unchanged(&self) -> u64 {
        self.unchanged
    }

    /// Series that were compared, but in which no change could have been seen.
    pub(crate) fn unjudged(&self) -> u64 {
        self.too_noisy + self.new + self.infrastructure
    }

    /// `▲ 1 regressed, 1 suspected, ▼ 2 improved, 31 unchanged`, without a full stop.
    pub(crate) fn phrase(&self) -> Phrase {
        // Blue only where something was seen to be as it was: a page of noise is no good news.
        let tone = match (self.regressed, self.suspected, self.unchanged + self.improved) {
            (1.., ..) => "worse",
            (0, 0, 1..) => "better",
            _ => "note",
        };
        let parts = [
            (self.regressed, "worse", "▲ ", "regressed"),
            (self.suspected, "", "", "suspected"),
            (self.accepted, "", "", "accepted"),
            (self.settled, "", "", "regressed and no longer open"),
            (self.improved, "better", "▼ ", "improved"),
            (self.unchanged, "", "", "unchanged"),
            (self.infrastructure, "", "", "infrastructure"),
            (self.too_noisy, "", "", "too noisy"),
            (self.new, "", "", "new"),
            (self.not_compared, "", "", "not compared"),
        ];
        let mut phrase = Phrase::new(tone);
        for (at, (count, class, mark, word)) in
            parts.into_iter().filter(|(count, ..)| *count > 0).enumerate()
        {
            let words = format!("{mark}{} {word}", text::count(count));
            phrase = phrase.text(if at == 0 { "" } else { ", " }).marked(class, words);
        }
        phrase
    }
}
