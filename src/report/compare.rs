//! Two commits side by side: a row for each series, and the geometric mean of each metric. Says the
//! same as the page of the pair, and never fails a build.

use std::collections::BTreeMap;

use crate::report::SeriesRef;
use crate::report::delta::SeriesDelta;
use crate::report::escape::json::{JsonText, pretty};
use crate::report::escape::markdown::{MarkdownText, cut, link};
use crate::report::finite;
use crate::report::links::{ReportLinks, row_path};
use crate::report::markdown::MAX_BYTES;
use crate::report::terminal::TerminalPage;
use crate::report::wire::{CompareFile, LeftOutView, MeanView, RowView, Word};
use crate::report::wording;
use detect::compare::{Delta, DeltaVerdict, geomean};
use detect::{Analysis, Verdict};
use model::escaped;
use model::record::{Direction, Unit, shorten};
use model::series::Series;
use model::text::terminal::{Palette, TerminalText};
use model::text::{self, UnitScale};

/// Rows of the text and of the Markdown table; JSON has all.
const MAX_ROWS: usize = 100;
/// Where the numbers are no verdicts.
const YOUNG: &str = "Numbers only, no verdicts: the series have too few runs. `benchpages doctor` \
                     says how many are missing.";
/// Characters of a name.
const NAME_CHARS: usize = 150;

/// The commits of a comparison, by their ids, and the series that its results speak of.
pub(crate) struct ComparisonInput<'a> {
    pub(crate) base: String,
    pub(crate) head: String,
    pub(crate) series: &'a [Series],
    /// Of each series, in their order.
    pub(crate) analyses: &'a [Analysis],
    pub(crate) links: ReportLinks,
}

/// Two commits compared.
pub(crate) struct CommitComparison {
    pub(crate) base: String,
    pub(crate) head: String,
    /// What is worse first, then what is better, then what is not clear, each by size.
    rows: Vec<ComparisonRow>,
    not_compared: Vec<(SeriesRef, String)>,
    means: Vec<GeometricMean>,
    /// No compared series has the runs that a verdict needs.
    is_young: bool,
    links: ReportLinks,
}

struct ComparisonRow {
    subject: SeriesRef,
    delta: Delta,
    threshold: f64,
    /// Its series has too few runs for a verdict.
    is_new: bool,
    outlier: bool,
    unit: Unit,
    size: String,
}

/// The geometric mean of one metric's ratios.
struct GeometricMean {
    metric: String,
    ratio: f64,
    series: usize,
    /// `slower`, `faster`: by the way the mean went.
    word: &'static str,
}

impl ComparisonRow {
    fn verdict(&self) -> &'static str {
        match self.delta.verdict {
            _ if self.is_new => "new",
            _ if self.outlier => "outlier",
            DeltaVerdict::Regressed => "regressed",
            DeltaVerdict::Improved => "improved",
            DeltaVerdict::Unchanged => "unchanged",
            DeltaVerdict::Inconclusive => "too_noisy",
        }
    }

    /// The verdict for people.
    fn label(&self) -> &'static str {
        match self.verdict() {
            "too_noisy" => "too noisy",
            "new" => "no verdict yet",
            verdict => verdict,
        }
    }

    fn rank(&self) -> u8 {
        match self.verdict() {
            "regressed" => 0,
            "improved" => 1,
            _ => 2,
        }
    }

    fn mark(&self) -> &'static str {
        if self.rank() < 2 { wording::arrow(self.delta.change) } else { "~" }
    }

    /// `83.9 → 95.6 µs`.
    fn levels(&self) -> String {
        let (before, after) = (self.delta.before, self.delta.after);
        UnitScale::for_values([before, after], &self.unit).arrow(before, after)
    }
}

impl CommitComparison {
    /// The comparison of two commits from the result of each series, by its index.
    pub(crate) fn of(compared: Vec<(usize, SeriesDelta)>, input: ComparisonInput<'_>) -> Self {
        let ComparisonInput { base, head, series, analyses, links } = input;
        let (mut rows, mut not_compared) = (Vec::new(), Vec::new());
        let mut is_young = true;
        let mut ratios: BTreeMap<(&str, Direction), Vec<(f64, &Series)>> = BTreeMap::new();
        for (at, outcome) in compared {
            let one = &series[at];
            let subject = SeriesRef::of(&one.key);
            let (delta, outlier) = match outcome {
                SeriesDelta::NotCompared(reason) => {
                    not_compared.push((subject, reason));
                    continue;
                }
                SeriesDelta::Outlier(delta) => (delta, true),
                SeriesDelta::Delta(delta) => (delta, false),
            };
            let is_new = analyses[at].verdict == Verdict::New;
            is_young &= is_new;
            // One outlier can move a mean of few series by more than all real changes together.
            if let Some(ratio) = delta.ratio.filter(|_| !outlier) {
                ratios.entry((&one.key.metric_name, one.direction)).or_default().push((ratio, one));
            }
            let worse = one.direction.is_worse(delta.change);
            let size = wording::change_size(one, delta.change, worse);
            let (unit, threshold) = (one.unit.clone(), analyses[at].threshold);
            rows.push(ComparisonRow { subject, delta, threshold, is_new, outlier, unit, size });
        }
        let weight = |row: &ComparisonRow| row.delta.change.abs() / row.threshold.max(1e-9);
        rows.sort_by(|a, b| {
            let by_weight = weight(b).total_cmp(&weight(a));
            a.rank()
                .cmp(&b.rank())
                .then(by_weight)
                .then_with(|| a.subject.stem.cmp(&b.subject.stem))
        });
        // A mean for each metric and direction: a ratio of times and a ratio of rates cancel out.
        let means = ratios.into_iter().filter_map(|((metric, better), all)| {
            let each: Vec<f64> = all.iter().map(|(ratio, _)| *ratio).collect();
            let ratio = geomean(&each)?;
            let worse = better.is_worse(ratio - 1.0);
            let word = text::comparative(&all[0].1.unit, better, worse);
            Some(GeometricMean { metric: metric.to_owned(), ratio, series: each.len(), word })
        });
        is_young &= !rows.is_empty();
        Self { base, head, rows, not_compared, means: means.collect(), is_young, links }
    }

    /// Whether no series could be compared.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `1 regressed, 2 improved, 61 unchanged, 3 too noisy, 1 not compared`.
    fn counts(&self) -> String {
        let count = |label| self.rows.iter().filter(|row| row.label() == label).count();
        let always = ["regressed", "improved", "unchanged"].map(|label| (count(label), label));
        let others = ["outlier", "too noisy", "no verdict yet"].map(|label| (count(label), label));
        let not_compared = (self.not_compared.len(), "not compared");
        let others = others.into_iter().chain([not_compared]).filter(|(count, _)| *count > 0);
        let judged = always.into_iter().filter(|_| !self.is_young);
        let parts = judged.chain(others);
        let parts = parts.map(|(count, label)| format!("{} {label}", text::count(count as u64)));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// `abc1234 → 1234567: 1 regressed, 2 improved, 61 unchanged.`
    pub(crate) fn headline(&self) -> String {
        let (base, head) = (text::short_commit(&self.base), text::short_commit(&self.head));
        format!("{base} → {head}: {}.", self.counts())
    }

    /// For a terminal of 80 columns.
    pub(crate) fn text(&self, palette: Palette) -> TerminalText {
        let mut page = TerminalPage::new(palette);
        page.write_text(0, &self.headline());
        for mean in &self.means {
            page.write_text(0, &mean.describe());
        }
        if self.is_young {
            page.write_text(0, YOUNG);
        }
        if !self.rows.is_empty() {
            page.blank_line();
        }
        for row in self.rows.iter().take(MAX_ROWS) {
            let title = TerminalText::text(&shorten(&row.subject.title, NAME_CHARS));
            let label: TerminalText = escaped![row.mark(), " ", row.label()];
            let line = escaped![&label, ": ", title];
            page.write_toned(&line, label.len(), wording::verdict_tone(row.verdict()));
            let change = text::percent_change(row.delta.change);
            let threshold = text::percent(row.threshold);
            page.write_text(
                4,
                &format!("{}, {change} ({}), threshold {threshold}", row.levels(), row.size),
            );
        }
        if self.rows.len() > MAX_ROWS {
            let more = text::count((self.rows.len() - MAX_ROWS) as u64);
            page.write_text(0, &format!("… and {more} more: see --format json."));
        }
        if !self.not_compared.is_empty() {
            page.blank_line();
            page.write_text(0, "Not compared:");
        }
        for (subject, reason) in self.not_compared.iter().take(MAX_ROWS) {
            let title = TerminalText::text(&shorten(&subject.title, NAME_CHARS));
            page.write(2, &escaped![title, ": ", TerminalText::text(reason)]);
        }
        page.text
    }

    /// A table, short enough for a comment.
    pub(crate) fn markdown(&self) -> MarkdownText {
        let name = |id: &str| cut(&text::short_commit(id), NAME_CHARS);
        let counts = MarkdownText::text(&self.counts());
        let mut out =
            escaped!["### ", name(&self.base), " → ", name(&self.head), ": ", counts, "\n\n"];
        for mean in &self.means {
            out.push(cut(&mean.describe(), NAME_CHARS)).push("\n");
        }
        if self.is_young {
            out.push(MarkdownText::text(YOUNG)).push("\n");
        }
        if !self.rows.is_empty() {
            out.push("\n| | Series | Before → after | Change | Threshold |\n|-|:-|-:|-:|-:|\n");
        }
        for (at, row) in self.rows.iter().enumerate() {
            let line = self.markdown_row(row);
            if at == MAX_ROWS || out.len() + line.len() > MAX_BYTES {
                let more = MarkdownText::text(&text::count((self.rows.len() - at) as u64));
                out.push("\n… and ").push(more).push(" more.\n");
                break;
            }
            out.push(line);
        }
        if let Some((_, reason)) = self.not_compared.first() {
            let series = text::count_noun(self.not_compared.len() as u64, "series");
            out.push("\n").push_text(&series).push(" not compared, the first because: ");
            out.push(cut(reason, NAME_CHARS)).push("\n");
        }
        out
    }

    fn markdown_row(&self, row: &ComparisonRow) -> MarkdownText {
        let title = cut(&row.subject.title, NAME_CHARS);
        let title = match (&self.links.base_url, &self.links.diff_path) {
            (Some(_), Some(diff)) => {
                link(title, &self.links.target_of(&row_path(diff, &row.subject)))
            }
            _ => title,
        };
        let change = MarkdownText::text(&text::percent_change(row.delta.change));
        let change = if row.rank() == 0 { escaped!["**", change, "**"] } else { change };
        let levels = cut(&row.levels(), NAME_CHARS);
        let threshold = MarkdownText::text(&text::percent(row.threshold));
        let mut out = escaped!["| ", row.mark(), " | ", title, " | ", levels, " | "];
        out.push(change).push(" | ").push(threshold).push(" |\n");
        out
    }

    /// Everything, for scripts.
    pub(crate) fn json(&self) -> JsonText {
        let row = |row: &ComparisonRow| RowView {
            after: finite(row.delta.after),
            before: finite(row.delta.before),
            change: finite(row.delta.change),
            confidence: row.delta.confidence,
            name: row.subject.name.clone(),
            ratio: row.delta.ratio,
            series: row.subject.stem.clone(),
            threshold: finite(row.threshold),
            unit: row.unit.as_str().to_owned(),
            verdict: Word::Borrowed(row.verdict()),
        };
        let not = |(subject, reason): &(SeriesRef, String)| LeftOutView {
            name: subject.name.clone(),
            reason: reason.clone(),
            series: subject.stem.clone(),
        };
        let mean = |it: &GeometricMean| MeanView {
            metric: it.metric.clone(),
            ratio: it.ratio,
            series: it.series,
        };
        let whole = CompareFile {
            base: self.base.clone(),
            compared: self.rows.iter().map(row).collect(),
            geomean: self.means.iter().map(mean).collect(),
            head: self.head.clone(),
            not_compared: self.not_compared.iter().map(not).collect(),
            schema: Word::Borrowed("schema/compare.json"),
            url: self.links.diff_path.as_deref().map(|path| self.links.url_of(path)),
        };
        pretty(&whole)
    }
}

impl GeometricMean {
    /// `Geometric mean, time: 1.02× slower over 64 series.`
    fn describe(&self) -> String {
        let factor = if self.ratio >= 1.0 { self.ratio } else { 1.0 / self.ratio };
        // Below half of the last digit that is shown: "+0.0%, slower" would contradict itself.
        let size = if (factor - 1.0).abs() < 0.0005 {
            "no change".to_owned()
        } else if factor < 2.0 {
            let change = text::percent_change(self.ratio - 1.0);
            format!("{change}, {}", self.word)
        } else {
            format!("{} {}", text::ratio(factor), self.word)
        };
        let series = text::count_noun(self.series as u64, "series");
        format!("Geometric mean, {}: {size} over {series}.", self.metric)
    }
}
