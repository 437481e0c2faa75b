//! How many series have which verdict: the sentence on top of the overview, of a view, a test and a
//! backend, the note of a table, and a badge. One count, so that they all say the same.
//!
//! Every series is counted once, by its verdict; the numbers add up to all of them.
//!
//! Example: `▲ 2 open regressions, ▼ 1 improved, 31 unchanged, 14 too noisy, 12 no recent result.`

use crate::report::phrase::Phrase;
use crate::site::context::SiteContext;
use crate::site::verdict_progress::VerdictProgress;
use detect::Verdict;
use model::text;

/// Series by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VerdictCounts {
    /// Regressions that are open; a series may have several.
    open: u64,
    /// The series that have them.
    regressed: u64,
    suspected: u64,
    accepted: u64,
    improved: u64,
    unchanged: u64,
    infrastructure: u64,
    too_noisy: u64,
    new: u64,
    not_compared: u64,
    missing: u64,
    failed: u64,
    retired: u64,
}

/// The series of one verdict.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountPart {
    pub(crate) count: u64,
    /// Class of its color: `f-w`, ….
    pub(crate) class: &'static str,
    /// `{} unchanged`.
    words: &'static str,
    /// It is listed where there are none, too.
    pub(crate) always: bool,
}

impl CountPart {
    /// `52 unchanged`.
    pub(crate) fn text(&self) -> String {
        self.words.replace("{}", &text::count(self.count))
    }
}

impl VerdictCounts {
    pub(crate) fn of(site: &SiteContext<'_>, members: &[usize]) -> Self {
        let mut counts = Self::default();
        for &series in members {
            let analysis = site.series(series).1;
            counts.open += analysis.open_regressions().count() as u64;
            // Retired comes first: what its last run said was true long ago.
            let count = match analysis.verdict {
                _ if analysis.is_retired => &mut counts.retired,
                Verdict::Regressed => &mut counts.regressed,
                Verdict::Suspected { .. } => &mut counts.suspected,
                Verdict::Accepted => &mut counts.accepted,
                Verdict::Improved => &mut counts.improved,
                Verdict::Unchanged => &mut counts.unchanged,
                Verdict::Infrastructure => &mut counts.infrastructure,
                Verdict::TooNoisy => &mut counts.too_noisy,
                Verdict::New => &mut counts.new,
                Verdict::NotCompared => &mut counts.not_compared,
                Verdict::Missing => &mut counts.missing,
                Verdict::Failed => &mut counts.failed,
            };
            *count += 1;
        }
        counts
    }

    /// All series.
    pub(crate) fn total(&self) -> u64 {
        self.parts().iter().map(|part| part.count).sum()
    }

    /// Series that are measured, and have no verdict yet.
    pub(crate) fn are_all_new(&self) -> bool {
        self.new > 0 && self.new + self.retired == self.total() && self.open == 0
    }

    /// Series that only more runs can judge, and none that is judged.
    fn awaits_runs(&self) -> bool {
        !self.has_verdict() && self.new + self.failed > 0
    }

    /// Series that are judged and as they were, or better, or accepted.
    pub(crate) fn judged_well(&self) -> u64 {
        self.unchanged + self.improved + self.accepted
    }

    /// Series that have a verdict.
    pub(crate) fn judged(&self) -> u64 {
        self.regressed + self.suspected + self.judged_well()
    }

    /// Whether any series can be called regressed or unchanged. One that is too noisy was judged
    /// too: more runs alone do not help it.
    pub(crate) fn has_verdict(&self) -> bool {
        self.judged() + self.open + self.too_noisy + self.infrastructure > 0
    }

    /// Regressions that are open.
    pub(crate) fn open(&self) -> u64 {
        self.open
    }

    /// `5 of 12 active series are too noisy to judge`; none where no series is.
    pub(crate) fn too_noisy_text(&self) -> Option<String> {
        let (noisy, active) = (self.too_noisy, self.active());
        let all = text::count_noun(active, "active series");
        let are = if noisy == 1 { "is" } else { "are" };
        (noisy > 0).then(|| format!("{} of {all} {are} too noisy to judge", text::count(noisy)))
    }

    /// `No recent results: 12 series retired`; none where any series is still measured.
    pub(crate) fn all_retired_text(&self) -> Option<String> {
        let retired = text::count_noun(self.retired, "series");
        let is_over = self.active() == 0 && self.retired > 0;
        is_over.then(|| format!("No recent results: {retired} retired"))
    }

    /// Whether most series that are measured are too noisy to judge.
    pub(crate) fn is_mostly_noise(&self) -> bool {
        2 * self.too_noisy > self.active()
    }

    /// Series that are still measured.
    pub(crate) fn active(&self) -> u64 {
        self.total() - self.retired
    }

    /// Every series once, by verdict, worst first.
    pub(crate) fn parts(&self) -> [CountPart; 12] {
        let part = |count, class, words, always| CountPart { count, class, words, always };
        [
            part(self.regressed, "w", "▲ {} regressed", true),
            part(self.suspected, "s", "{} suspected", false),
            part(self.accepted, "a", "{} accepted", true),
            part(self.improved, "k", "▼ {} improved", true),
            part(self.unchanged, "u", "{} unchanged", true),
            part(self.infrastructure, "a", "{} infrastructure", false),
            part(self.too_noisy, "n", "{} too noisy", true),
            part(self.new, "e", "{} new", true),
            part(self.not_compared, "e", "{} not compared", false),
            part(self.missing, "x", "{} with no recent result", true),
            part(self.failed, "x", "{} failed", false),
            part(self.retired, "x", "{} retired", false),
        ]
    }

    /// `No results yet: 3 series failed`, or `No verdict yet: 2 new, 1 failed`.
    pub(crate) fn without_verdict(&self) -> String {
        if self.failed == self.active() {
            return format!("No results yet: {} failed", text::count_noun(self.failed, "series"));
        }
        let parts = self.parts().into_iter().filter(|part| part.count > 0);
        let parts: Vec<String> = parts.map(|part| part.text()).collect();
        format!("No verdict yet: {}", parts.join(", "))
    }

    /// `worse` where a regression is open, `better` where something is known to be as it was and
    /// nothing is missing, else `note`.
    pub(crate) fn tone(&self) -> &'static str {
        let doubtful = self.suspected + self.missing + self.failed;
        match (self.open, self.unchanged + self.improved + self.accepted, doubtful) {
            (1.., ..) => "worse",
            (0, 1.., 0) => "better",
            _ => "note",
        }
    }

    /// `3 open regressions, 1 suspected`; none where no regression is open or suspected.
    pub(crate) fn open_text(&self) -> Option<String> {
        let open = text::count_noun(self.open, "open regression");
        match (self.open, self.suspected) {
            (0, 0) => None,
            (0, suspected) => Some(text::count_noun(suspected, "suspected regression")),
            (_, 0) => Some(open),
            (_, suspected) => Some(format!("{open}, {} suspected", text::count(suspected))),
        }
    }

    /// The same in a few words, with its tone.
    pub(crate) fn badge(&self) -> (String, &'static str) {
        // A badge is read without its page: "no regressions" over a series that nobody measures any
        // more would be a lie.
        let judged = self.unchanged + self.improved + self.accepted;
        let message = match self.open_text() {
            Some(open) => open,
            None if judged == 0 => "no verdict".to_owned(),
            None => match self.missing + self.failed {
                0 => "no open regressions".to_owned(),
                count => format!("no open regressions, {} without result", text::count(count)),
            },
        };
        (message, self.tone())
    }

    /// All of it in one sentence; `missing` adds what stands for series without a recent result.
    pub(crate) fn sentence(&self, missing: impl Fn(Phrase, String) -> Phrase) -> Phrase {
        let mut phrase = Phrase::new(self.tone());
        phrase = match self.open_text() {
            Some(open) if self.open > 0 => phrase.marked("worse", format!("▲ {open}")),
            Some(suspected) => phrase.text(format!("No open regressions, {suspected}")),
            None if !self.has_verdict() => phrase.text("No verdict yet"),
            None => phrase.text("No open regressions"),
        };
        if self.improved > 0 {
            let improved = format!("▼ {} improved", text::count(self.improved));
            phrase = phrase.text(", ").marked("better", improved);
        }
        let others = [
            (self.accepted, "accepted"),
            (self.unchanged, "unchanged"),
            (self.infrastructure, "infrastructure"),
            (self.too_noisy, "too noisy"),
            (self.new, "new"),
            (self.not_compared, "not compared"),
            (self.failed, "failed"),
            (self.retired, "retired"),
        ];
        for (count, word) in others.into_iter().filter(|(count, _)| *count > 0) {
            phrase = phrase.text(format!(", {} {word}", text::count(count)));
        }
        if self.missing > 0 {
            let words = format!("{} with no recent result", text::count(self.missing));
            phrase = missing(phrase.text(", "), words);
        }
        phrase.text(".")
    }
}

/// The counts of some series in a sentence.
pub(crate) fn verdict_counts(site: &SiteContext<'_>, members: &[usize]) -> Phrase {
    let counts = VerdictCounts::of(site, members);
    let phrase = counts.sentence(|phrase, words| phrase.text(words));
    match VerdictProgress::of(site, members).filter(|_| counts.awaits_runs()) {
        Some(progress) => phrase.text(format!(" {}", progress.sentence())),
        None => phrase,
    }
}
