//! A group of regressions in words: one sentence for pages, feeds, `check` and messages.
//!
//! Example: `csharp groupby_topN is 12.1–14.0% slower in 4 series since 18 Aug 2025, suspect commit
//! b4ff633, confidence 92%`.

use crate::report::regression_groups::{Regression, RegressionGroup, RegressionKind};
use crate::report::{SeriesRef, wording};
use model::history::History;
use model::series::Series;
use model::series::names::SeriesNames;
use model::text;

impl RegressionGroup {
    /// `csharp groupby_topN is 12.1–14.0% slower (gradual)`: the heading of a card or a page. What
    /// all series have in common is left out.
    pub(crate) fn headline(&self, names: &SeriesNames, series: &[Series]) -> String {
        let first = &self.members[0];
        let subject = match self.members.len() {
            1 => names.subject(&series[first.series].key),
            count => self.shared_name(names, count as u64),
        };
        let gradual = if first.kind == RegressionKind::Gradual { " (gradual)" } else { "" };
        let is_over = matches!(self.state(), "fixed" | "closed" | "withdrawn");
        let verb = match (is_over, subject.ends_with(" series")) {
            (false, false) => "is",
            (false, true) => "are",
            (true, false) => "was",
            (true, true) => "were",
        };
        format!("{subject} {verb} {}{gradual}", self.size_range())
    }

    /// Backend and test as far as all members share them, else how many series there are.
    fn shared_name(&self, names: &SeriesNames, count: u64) -> String {
        let shared = |part: fn(&SeriesRef) -> &str| {
            let first = part(&self.members[0].subject);
            let is_same = self.members.iter().all(|it| part(&it.subject) == first);
            is_same.then(|| first.to_owned())
        };
        let backend = shared(|it| &it.backend).filter(|_| names.backend);
        let series = || text::count_noun(count, "series");
        match (backend, shared(|it| &it.test)) {
            (Some(backend), Some(test)) => format!("{backend} {test}"),
            (None, Some(test)) => test,
            (Some(backend), None) => format!("{backend}: {}", series()),
            (None, None) => series(),
        }
    }

    /// `csharp groupby_topN is 12.1–14.0% slower in 4 series since 18 Aug 2025, suspect commits
    /// a1b2c3d..b3c4d5e, confidence 92%`, and the culprit where it is known.
    pub(crate) fn sentence(&self, history: &History) -> String {
        let regression = self.regression_sentence(history);
        match &self.culprit {
            Some(culprit) => format!("{regression}. {}", wording::culprit(culprit)),
            None => regression,
        }
    }

    fn regression_sentence(&self, history: &History) -> String {
        let first = &self.members[0];
        let count = self.members.len() as u64;
        let subject = match count {
            1 => format!("{} {}", first.subject.backend, first.subject.title_without_backend()),
            _ => self.common_name(),
        };
        let series = match count {
            1 => String::new(),
            _ => format!(" in {}", text::count_noun(count, "series")),
        };
        let confidence = self.confidence().map_or_else(String::new, |confidence| {
            format!(", confidence {}", text::percent(confidence))
        });
        let since = text::date(self.since());
        match (first.kind, first.per_day) {
            (RegressionKind::Gradual, Some(per_day)) => {
                let rate = text::percent_rate(per_day.abs());
                let rate = rate.trim_start_matches('+');
                let way = if per_day > 0.0 { "rose" } else { "fell" };
                let (threshold, crossed) =
                    (text::percent(first.threshold), text::date(first.crossed));
                format!(
                    "{subject} {way} {rate} a day{series} from {since} on, passed the \
                     {threshold} threshold on {crossed}, now {}{confidence}",
                    self.size_range()
                )
            }
            (RegressionKind::Gradual, None) => {
                format!(
                    "{subject} is {} (gradual){series} since {since}{confidence}",
                    self.size_range()
                )
            }
            _ => {
                let (size, suspects) = (self.size_range(), self.suspects(history));
                format!("{subject} is {size}{series} since {since}, {suspects}{confidence}")
            }
        }
    }

    /// `suspect commits a1b2c3d..b3c4d5e`, or the one that is left.
    fn suspects(&self, history: &History) -> String {
        let id = |at: u32| text::short_commit(&history.commits[at as usize].id);
        let (last, first) = (self.last_good.0, self.first_bad.0);
        match first.saturating_sub(last) {
            0 | 1 => format!("suspect commit {}", id(first)),
            _ => format!("suspect commits {}..{}", id(last + 1), id(first)),
        }
    }

    /// `12.1–14.0% slower`, or `1.16–2.07× slower` from double on.
    pub(crate) fn size_range(&self) -> String {
        let sizes = || self.members.iter().map(|it| it.change.abs());
        let (low, high) =
            sizes().fold((f64::INFINITY, 0.0_f64), |(low, high), it| (low.min(it), high.max(it)));
        let first = &self.members[0];
        // Times are slower and sizes larger: of both together only "worse" or "better" is true.
        let is_same = self.members.iter().all(|it| it.word == first.word);
        let word = match is_same {
            true => first.word,
            false => wording::tone(first.is_regression),
        };
        let factors = || {
            let factor = |it: &Regression| wording::factor(it.change);
            let smallest =
                self.members.iter().min_by(|a, b| a.change.abs().total_cmp(&b.change.abs()))?;
            Some((factor(smallest)?, factor(first)?))
        };
        let range = match factors().filter(|_| high >= 1.0) {
            Some(factors) => factors,
            None => (text::percent(low), text::percent(high)),
        };
        let (low_text, high_text) = range;
        if low_text == high_text || !high.is_finite() {
            return wording::size_text(first.change, word);
        }
        format!("{}–{high_text} {word}", low_text.trim_end_matches(['%', '×']))
    }

    /// Backend and test, as far as all members share them.
    fn common_name(&self) -> String {
        let first = &self.members[0].subject;
        let same = |part: fn(&SeriesRef) -> &str| {
            let is_same = self.members.iter().all(|it| part(&it.subject) == part(first));
            is_same.then(|| part(first).to_owned())
        };
        let parts = [same(|it| &it.backend), same(|it| &it.test)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "the code".to_owned() } else { parts.join(" ") }
    }
}
