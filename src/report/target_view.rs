//! Targets as every surface shows them: their JSON, and the sentences about all of them.
//!
//! Example: of seven budgets five hold, one drifts and one is violated: `5 of 7 within budget, 1
//! drifting, 1 violated`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::{SeriesRef, finite};
use detect::targets::{CrossingForecast, TargetKind, TargetResult, TargetState, TargetTrend};
use model::text;

/// One target at one series. Numbers are in base units, fractions for shares, and null where
/// nothing was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TargetView {
    /// It makes the check fail.
    pub(crate) blocks: bool,
    pub(crate) description: Option<String>,
    pub(crate) forecast: Option<ForecastView>,
    /// Its place in the policy: `budgets[0]`.
    pub(crate) key: String,
    /// `budget`, `sla`, `alert`, `warning` or `goal`.
    pub(crate) kind: Cow<'static, str>,
    pub(crate) limit: Option<f64>,
    pub(crate) measured: Option<f64>,
    pub(crate) message: String,
    /// Its own name, else its place.
    pub(crate) name: String,
    /// Id of the series; null where the target is for several together.
    pub(crate) series: Option<String>,
    /// `info`, `warning`, `error` or `critical`.
    pub(crate) severity: Cow<'static, str>,
    /// How much of the limit is used: 1 is exactly on it.
    pub(crate) share: Option<f64>,
    /// Since when it is in this state; null where it passes.
    pub(crate) since: Option<String>,
    /// `passing`, `drifting`, `violated` or `not_measured`.
    pub(crate) state: Cow<'static, str>,
    /// The series as people read it; null where the target is for several together.
    pub(crate) title: Option<String>,
    /// Relative change of the level in two weeks; null without a clear trend.
    pub(crate) two_weeks: Option<f64>,
    /// Older words for `state`: `pass`, `drift` or `violation`; `not_measured` has none.
    pub(crate) verdict: Cow<'static, str>,
}

/// When a level is expected to cross its limit: days, with the 95 % interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ForecastView {
    pub(crate) days: f64,
    pub(crate) earliest: f64,
    /// Null where it is more than a year away.
    pub(crate) latest: Option<f64>,
    pub(crate) sentence: String,
}

/// How many targets of a kind are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TargetCountsView {
    pub(crate) drifting: u64,
    pub(crate) not_measured: u64,
    pub(crate) passing: u64,
    pub(crate) violated: u64,
}

impl TargetCountsView {
    fn total(self) -> u64 {
        self.drifting + self.not_measured + self.passing + self.violated
    }

    fn add(&mut self, state: &str) {
        match state {
            "passing" => self.passing += 1,
            "drifting" => self.drifting += 1,
            "violated" => self.violated += 1,
            _ => self.not_measured += 1,
        }
    }
}

/// The kinds, in the order in which they are counted.
const KINDS: [(TargetKind, &str); 6] = [
    (TargetKind::Budget, "budget"),
    (TargetKind::Sla, "sla"),
    (TargetKind::Alert, "alert"),
    (TargetKind::Warning, "warning"),
    (TargetKind::Goal, "goal"),
    (TargetKind::Baseline, "baseline"),
];

impl TargetView {
    pub(crate) fn of(target: &TargetResult, subject: Option<&SeriesRef>) -> Self {
        let kind = KINDS.iter().find(|(kind, _)| *kind == target.kind).map_or("", |(_, word)| word);
        let clear = target.trend.filter(|trend| trend.is_clear);
        Self {
            blocks: false,
            description: target.description.clone(),
            forecast: target.trend.and_then(|trend| forecast(&trend)),
            key: target.key.clone(),
            kind: Cow::Borrowed(kind),
            limit: finite(target.limit),
            measured: finite(target.measured),
            message: target.message.clone(),
            name: target.name.clone(),
            series: subject.map(|subject| subject.stem.clone()),
            severity: Cow::Borrowed(target.severity.as_str()),
            share: target.share.and_then(finite),
            since: target.since.map(|time| time.to_string()),
            state: Cow::Borrowed(target.state.as_str()),
            title: subject.map(|subject| subject.title.clone()),
            two_weeks: clear.and_then(|trend| finite(trend.two_weeks)),
            verdict: Cow::Borrowed(match target.state {
                TargetState::Passing => "pass",
                TargetState::Drifting => "drift",
                TargetState::Violated => "violation",
                TargetState::NotMeasured => "not_measured",
            }),
        }
    }

    pub(crate) fn is_violated(&self) -> bool {
        self.state == "violated"
    }

    /// Whether somebody should hear of it: all but what passes, and goals, which are only shown.
    pub(crate) fn is_noted(&self) -> bool {
        self.kind != "goal" && self.state != "passing"
    }

    /// Whether it is noted and fails no check. What a pull request did not miss is only counted:
    /// the list of what was missed before would hide what is new.
    pub(crate) fn is_news(&self) -> bool {
        let can_block = matches!(self.kind.as_ref(), "budget" | "sla");
        self.is_noted() && !self.blocks && !(can_block && self.is_violated())
    }

    /// What it is in a sentence: `target drifting`, `alert firing`, `target not measured`.
    pub(crate) fn label(&self) -> &'static str {
        match (self.kind.as_ref(), self.state.as_ref()) {
            ("alert", "violated" | "drifting") => "alert firing",
            ("alert", "passing") => "alert quiet",
            ("warning", _) => "warning",
            ("goal", "passing") => "goal reached",
            ("goal", "drifting") => "goal not reached",
            (_, "violated") => "target missed",
            (_, "drifting") => "target drifting",
            (_, "passing") => "target met",
            _ => "target not measured",
        }
    }

    /// The series and what was measured: `parse · rust: 1.27 ms, 110% of its budget of 1.15 ms`.
    pub(crate) fn sentence(&self) -> String {
        match (self.title.as_deref(), self.state.as_ref()) {
            (Some(title), _) => format!("{title}: {}", self.message),
            (None, "not_measured") => self.message.clone(),
            (None, _) => format!("all together: {}", self.message),
        }
    }
}

/// `5 of 7 within budget, 1 drifting, 1 violated; 1 of 3 alerts firing`; none without targets.
pub(crate) fn overview(targets: &[TargetView]) -> Option<String> {
    let counts = counts(targets);
    let of = |kind: &str| counts.get(kind).copied().filter(|counts| counts.total() > 0);
    let mut parts: Vec<String> = Vec::new();
    let others = |counts: TargetCountsView| {
        let named = [
            (counts.drifting, "drifting"),
            (counts.violated, "violated"),
            (counts.not_measured, "not measured"),
        ];
        let named = named.into_iter().filter(|(count, _)| *count > 0);
        named.map(|(count, word)| format!(", {} {word}", text::count(count))).collect::<String>()
    };
    if let Some(counts) = of("budget") {
        let (passing, total) = (text::count(counts.passing), text::count(counts.total()));
        parts.push(format!("{passing} of {total} within budget{}", others(counts)));
    }
    if let Some(counts) = of("sla") {
        let (passing, total) = (text::count(counts.passing), text::count(counts.total()));
        parts.push(format!("{passing} of {total} service levels met{}", others(counts)));
    }
    if let Some(counts) = of("alert") {
        let firing = counts.violated + counts.drifting;
        let mut words = match firing {
            0 => "no alert firing".to_owned(),
            firing => format!("{} firing", text::count_noun(firing, "alert")),
        };
        if counts.not_measured > 0 {
            words.push_str(&format!(", {} not measured", text::count(counts.not_measured)));
        }
        parts.push(words);
    }
    if let Some(counts) = of("warning") {
        parts.push(text::count_noun(counts.total(), "change") + " below the threshold");
    }
    if let Some(counts) = of("goal") {
        let (passing, total) = (text::count(counts.passing), text::count(counts.total()));
        parts.push(format!("{passing} of {total} goals reached"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// How many targets of each kind are in each state.
pub(crate) fn counts(targets: &[TargetView]) -> BTreeMap<Cow<'static, str>, TargetCountsView> {
    let mut counts: BTreeMap<Cow<'static, str>, TargetCountsView> = BTreeMap::new();
    for target in targets {
        counts.entry(target.kind.clone()).or_default().add(&target.state);
    }
    counts
}

/// `1 alert firing`, `2 targets drifting`: what fails no check.
pub(crate) fn noted_counts(targets: &[TargetView]) -> Vec<String> {
    let count = |label: &str, noun: &str, word: &str| {
        let noted = targets.iter().filter(|it| it.label() == label && !it.blocks);
        let count = noted.count() as u64;
        (count > 0).then(|| format!("{} {word}", text::count_noun(count, noun)))
    };
    let counts = [
        count("target missed", "target", "missed before"),
        count("alert firing", "alert", "firing"),
        count("target drifting", "target", "drifting"),
        count("warning", "warning", "below the threshold"),
    ];
    counts.into_iter().flatten().collect()
}

/// What a reader should do about targets that fail no check; none where there is nothing.
pub(crate) fn next_step(targets: &[TargetView]) -> Option<String> {
    let count = |label: &str| targets.iter().filter(|it| it.label() == label).count() as u64;
    let firing = count("alert firing");
    if firing > 0 {
        return Some(format!(
            "Look at {} firing, listed below.",
            text::count_noun(firing, "alert")
        ));
    }
    let drifting = count("target drifting");
    (drifting > 0).then(|| {
        let targets = text::count_noun(drifting, "drifting target");
        format!("Merging is allowed, but watch {targets}.")
    })
}

/// `+2.1% in 2 weeks`, or that there is no clear trend.
pub(crate) fn drift_text(trend: &TargetTrend) -> String {
    match trend.is_clear {
        true => format!("{} in 2 weeks", text::percent_rate(trend.two_weeks)),
        false => "no clear trend".to_owned(),
    }
}

fn forecast(trend: &TargetTrend) -> Option<ForecastView> {
    let crossing = trend.crossing?;
    let CrossingForecast { days, earliest, latest } = crossing;
    Some(ForecastView { days, earliest, latest, sentence: forecast_sentence(&crossing) })
}

/// `At this trend it is violated in 23 days (9–60).`
fn forecast_sentence(crossing: &CrossingForecast) -> String {
    let whole = |days: f64| days.round().max(0.0) as u64;
    let days = text::count_noun(whole(crossing.days), "day");
    let earliest = text::count(whole(crossing.earliest));
    let interval = match crossing.latest {
        Some(latest) => format!("{earliest}–{}", text::count(whole(latest))),
        None => format!("{earliest} or more"),
    };
    format!("At this trend it is violated in {days} ({interval}).")
}
