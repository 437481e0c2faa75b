//! Sentences and short texts about a check's result, for everyone who holds its JSON.
//!
//! The comment on a pull request, the issues, the message to Slack and the terminal say the same
//! thing in the same words, because they ask here. The texts hold names as the data has them:
//! whoever writes one escapes it for the place where it will stand.

use crate::report::decision::Decision;
use crate::report::outcome_text::NOTHING_TO_DO;
use crate::report::regression_view::{CulpritView, RegressionGroupView};
use crate::report::target_view::{self, TargetView};
use crate::report::wire::{
    CheckFile, FieldChangeView, FindingView, InfrastructureView, NotComparedView, ViolationView,
};
use crate::report::wording;
use model::record::{Direction, TIME_METRIC, Unit, shorten};
use model::text::{self, UnitScale};

/// Characters of the values of a changed field.
const FIELD_CHARS: usize = 60;

impl CheckFile {
    /// Confirmed regressions, as the check ordered them.
    pub(crate) fn regressions(&self) -> impl Iterator<Item = &FindingView> {
        self.findings.iter().filter(|finding| finding.is_regression())
    }

    /// What `bisect` found of the regression of a series; none where nobody searched.
    pub(crate) fn culprit_of(&self, series: &str) -> Option<&CulpritView> {
        let mut groups = self.regressions.iter();
        let is_of = |group: &&RegressionGroupView| {
            group.members.iter().any(|member| member.series == series)
        };
        groups.find(is_of)?.culprit.as_ref()
    }

    fn improvements(&self) -> impl Iterator<Item = &FindingView> {
        self.findings.iter().filter(|finding| finding.is_improvement())
    }

    /// All findings: regressions, improvements, the others.
    pub(crate) fn ordered_findings(&self) -> impl Iterator<Item = &FindingView> {
        // Regressions first whatever their order in the file: short forms cut the end off.
        let is_other = |it: &&FindingView| !it.is_regression() && !it.is_improvement();
        let others = self.findings.iter().filter(is_other);
        self.regressions().chain(self.improvements()).chain(others)
    }

    /// Whether there is nothing that the author of a change should hear of.
    pub(crate) fn is_clean(&self) -> bool {
        self.is_quiet() && self.infrastructure.is_none() && !self.has_next_step()
    }

    /// Whether a reader should do something. Older results may have no such sentence.
    fn has_next_step(&self) -> bool {
        !self.next_step.is_empty() && self.next_step != NOTHING_TO_DO
    }

    /// Whether there is nothing that the maintainers should hear of. A shift of all backends counts
    /// only once it lasts.
    pub(crate) fn is_quiet(&self) -> bool {
        let has_findings = !self.findings.is_empty() || !self.violations.is_empty();
        let has_findings = has_findings || self.noted_targets().next().is_some();
        self.verdict == Decision::Pass && !has_findings && self.alert().is_none()
    }

    /// Targets that somebody should hear of and that fail no check: drifting ones, firing alerts.
    pub(crate) fn noted_targets(&self) -> impl Iterator<Item = &TargetView> {
        // What nobody measures is a mistake in the policy, and no news of a run.
        let is_news = |it: &&TargetView| it.is_news() && it.state != "not_measured";
        self.targets.iter().filter(is_news)
    }

    /// The infrastructure anomaly, where it is time to alert.
    pub(crate) fn alert(&self) -> Option<&InfrastructureView> {
        self.infrastructure.as_ref().filter(|it| it.alert)
    }

    /// Series that were compared and have nothing to report.
    pub(crate) fn unchanged(&self) -> u64 {
        let counted = self.counts.get("unchanged").copied();
        counted.unwrap_or_else(|| self.compared.saturating_sub(self.findings.len())) as u64
    }

    /// `▲ 1 slower, 1 suspected, ▼ 1 faster, 34 unchanged`; the outcome first where the numbers do
    /// not tell it.
    pub(crate) fn counts_text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        match self.verdict {
            Decision::NothingCompared if self.first_runs.is_some() => {
                return "no verdict yet".to_owned();
            }
            Decision::NothingCompared => return "nothing to compare".to_owned(),
            Decision::Overridden => parts.push("overridden".to_owned()),
            Decision::ApprovalNeeded => parts.push("approval needed".to_owned()),
            Decision::Pass | Decision::Fail => {}
        }
        let count = |is: &dyn Fn(&FindingView) -> bool, word: &str| {
            let count = self.findings.iter().filter(|it| is(it)).count();
            (count > 0).then(|| format!("{} {word}", text::count(count as u64)))
        };
        let is_worse = |it: &FindingView| it.is_regression() || it.is_accepted() && it.blocks;
        parts.extend(self.count_of_one_kind(&is_worse, "worse"));
        parts.extend(count(&|it| it.verdict == "suspected", "suspected"));
        parts.extend(count(&|it| it.is_accepted() && !it.blocks, "accepted"));
        parts.extend(self.count_of_one_kind(&FindingView::is_improvement, "better"));
        if let Some(it) = &self.infrastructure {
            let series = text::count_noun(it.series as u64, "series");
            parts.push(format!("infrastructure ({series} excluded)"));
        }
        if !self.violations.is_empty() {
            parts.push(text::count_noun(self.violations.len() as u64, "target") + " missed");
        }
        parts.extend(target_view::noted_counts(&self.targets));
        parts.push(format!("{} unchanged", text::count(self.unchanged())));
        parts.join(", ")
    }

    /// `▲ 2 slower`, with a plain word where findings of several units are among them.
    fn count_of_one_kind(&self, is: &dyn Fn(&FindingView) -> bool, plain: &str) -> Option<String> {
        let findings: Vec<&FindingView> = self.findings.iter().filter(|it| is(it)).collect();
        let first = findings.first()?;
        let word = first.comparative();
        let word = if findings.iter().all(|it| it.comparative() == word) { word } else { plain };
        Some(format!("{} {} {word}", first.symbol(), text::count(findings.len() as u64)))
    }

    /// The outcome in words, for a sentence that begins with it.
    pub(crate) fn headline(&self) -> &'static str {
        match self.verdict {
            Decision::NothingCompared if self.first_runs.is_some() => "no verdict yet",
            Decision::NothingCompared => "nothing to compare",
            Decision::Fail => "failed",
            Decision::ApprovalNeeded => "approval needed",
            Decision::Overridden => "passed by an override",
            Decision::Pass if self.infrastructure.is_some() => "infrastructure anomaly",
            Decision::Pass if self.noted_targets().next().is_some() => "passed, targets to watch",
            Decision::Pass if self.findings.is_empty() => "no change",
            Decision::Pass => "passed",
        }
    }
}

/// `4 of 5 backends 27% worse at once`, and for how many days where it lasts.
pub(crate) fn infrastructure(it: &InfrastructureView) -> String {
    let word = if it.direction == "better" { "better" } else { "worse" };
    let size = it.change.filter(|change| change.is_finite());
    let size = size.map(|change| format!("{} ", text::percent(change.abs())));
    let days = if it.days > 1 { format!(", day {} in a row", it.days) } else { String::new() };
    let peers = match it.tests_active {
        0 => format!("{} of {} backends", it.backends_shifted, it.backends_active),
        active => format!("{} of {active} tests", it.tests_shifted),
    };
    format!("{peers} {}{word} at once{days}", size.unwrap_or_default())
}

/// `cpu AMD EPYC → Intel Xeon, in 13 series`.
pub(crate) fn field_change(it: &FieldChangeView) -> String {
    let cut = |text: &str| shorten(text, FIELD_CHARS).into_owned();
    let series = text::count_noun(it.series as u64, "series");
    format!("{} {} → {}, in {series}", cut(&it.field), cut(&it.before), cut(&it.after))
}

impl NotComparedView {
    /// The series as people read it; older results have no titles.
    pub(crate) fn display_name(&self) -> &str {
        first_name([&self.title, &self.name, &self.series])
    }
}

impl ViolationView {
    /// The target's name; older results have its key alone.
    pub(crate) fn display_name(&self) -> &str {
        first_name([&self.name, &self.rule, &self.rule])
    }
}

fn first_name(names: [&String; 3]) -> &str {
    names.into_iter().find(|name| !name.trim().is_empty()).map_or("", String::as_str)
}

impl FindingView {
    pub(crate) fn is_regression(&self) -> bool {
        self.verdict == "regressed"
    }

    pub(crate) fn is_improvement(&self) -> bool {
        self.verdict == "improved"
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.verdict == "accepted"
    }

    /// The series as people read it; older results have no titles.
    pub(crate) fn display_name(&self) -> &str {
        first_name([&self.title, &self.name, &self.series])
    }

    /// `slower`, `faster`, `larger`, …: by unit, and by which way is worse, which follows from how
    /// the value went and whether that was for the worse.
    pub(crate) fn comparative(&self) -> &'static str {
        let worse = self.direction != "better" && !self.is_improvement();
        // A metric's direction is not written; with the way the value went it follows.
        let rose = self.change.map_or(worse, |change| change > 0.0);
        let direction = if rose == worse { Direction::Lower } else { Direction::Higher };
        text::comparative(&self.base_unit(), direction, worse)
    }

    fn base_unit(&self) -> Unit {
        Unit::parse(&self.unit).0
    }

    /// Whether the value is a time.
    pub(crate) fn is_time(&self) -> bool {
        self.base_unit() == Unit::of_metric(TIME_METRIC)
    }

    /// `13.9% slower`.
    pub(crate) fn size_text(&self) -> String {
        wording::size_text(self.change.unwrap_or(f64::NAN), self.comparative())
    }

    /// `+13.9%`, or `n/a` where nothing was compared.
    pub(crate) fn change_text(&self) -> String {
        let change = self.change.filter(|change| change.is_finite());
        change.map_or_else(|| "n/a".to_owned(), text::percent_change)
    }

    /// The verdict, where the mark before a finding does not tell it: `suspected`, else nothing.
    pub(crate) fn verdict_text(&self) -> &str {
        let is_told = self.is_regression() || self.is_improvement();
        if is_told { "" } else { &self.verdict }
    }

    /// `▲` or `▼` as the value went, `~` where that is not known.
    pub(crate) fn symbol(&self) -> &'static str {
        self.change.map_or("~", wording::arrow)
    }

    /// The scale that suits both levels; none where the unit is not a base unit, which `check`
    /// never writes.
    fn scale(&self) -> Option<UnitScale> {
        let (unit, factor) = Unit::parse(&self.unit);
        let levels = self.before.into_iter().chain(self.after);
        (factor == 1.0).then(|| UnitScale::for_values(levels, &unit))
    }

    /// `83.9 → 95.6 µs`.
    pub(crate) fn levels_text(&self) -> Option<String> {
        let (before, after) = (self.before?, self.after?);
        Some(self.scale()?.arrow(before, after))
    }

    /// `83.9 µs ±1.6`; empty where there is no old level.
    pub(crate) fn before_text(&self) -> String {
        self.level_text(self.before, self.spread_before)
    }

    /// The same of the new level.
    pub(crate) fn after_text(&self) -> String {
        self.level_text(self.after, self.spread_after)
    }

    fn level_text(&self, level: Option<f64>, spread: Option<f64>) -> String {
        let (Some(level), Some(scale)) = (level, self.scale()) else { return String::new() };
        let spread = spread.map_or_else(String::new, |std| text::spread(std, &scale));
        // A spread that rounds to zero beside the value says nothing.
        let shows = spread.contains(|c: char| ('1'..='9').contains(&c));
        let value = scale.quantity(level);
        if shows { format!("{value} {spread}") } else { value }
    }

    /// `12%`.
    pub(crate) fn threshold_text(&self) -> Option<String> {
        self.threshold.filter(|share| share.is_finite()).map(text::percent)
    }
}
