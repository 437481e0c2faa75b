//! One grammar of filters for presets, rules, budgets, URLs and the command line.
//!
//! `key: value`, `key: [a, b]`, `key: {min, max}`, globs in strings, `days`, `regression`, `not`.
//! All clauses of a filter must hold. What a filter is asked about is a [`FilterSubject`]; the two
//! clauses that need a verdict (`days`, `regression`) are answered by the caller through
//! [`ChangeAges`]. Names compare exactly, letter case too.

mod arguments;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text;

/// A set of series. An empty filter holds for every series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Suite, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<Names>,
    /// Test, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Names>,
    /// Backend, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<Names>,
    /// Mode, by name or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Names>,
    /// Metric, by name or glob; its percentiles too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<Names>,
    /// Further parameters (`key=value, key=value`), by text or glob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<Names>,
    /// Tag of a record (`micro`, `macro`, `chaos`), by name or glob: one match is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Names>,
    /// Only parallel (`true`) or only sequential (`false`) benchmarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<bool>,
    /// Input size: one, several, or `{min, max}` (both inclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<Sizes>,
    /// Only series that changed within this many days before the build's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub days: Option<u32>,
    /// Only series with (`true`) or without (`false`) a regression (within `days`, where given).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regression: Option<bool>,
    /// Not the series that this filter holds for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Filter>>,
}

/// One name or several; `*` stands for any characters, `?` for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Names {
    One(String),
    Many(#[schemars(length(min = 1))] Vec<String>),
}

/// Input sizes: one, several, or an inclusive range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Sizes {
    One(u64),
    Many(#[schemars(length(min = 1))] Vec<u64>),
    Range(SizeRange),
}

/// An inclusive range of input sizes; an end left out is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SizeRange {
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The smallest size.
    pub min: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The largest size.
    pub max: Option<u64>,
}

/// What a filter is asked about: the comparability key of one series, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct FilterSubject<'a> {
    pub suite: &'a str,
    pub test: &'a str,
    pub backend: &'a str,
    pub mode: &'a str,
    pub metric: &'a str,
    /// The metric of which `metric` is a statistic, else `metric` itself.
    pub base_metric: &'a str,
    pub params: &'a str,
    pub tags: &'a [String],
    pub parallel: bool,
    pub n: Option<u64>,
}

/// What the verdict clauses of a filter are asked about: the ages, in days before the build's time,
/// of the newest change and of the newest regression of one series; none where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeAges {
    pub changed_days: Option<f64>,
    pub regressed_days: Option<f64>,
}

impl Filter {
    /// Whether every clause holds. `days` beside `regression` says how long ago the regression may
    /// be; alone it asks for any change. A series without `n` fails every clause on `n`.
    pub fn holds(&self, subject: FilterSubject<'_>, recent: ChangeAges) -> bool {
        // The cheap clauses first; `not` last, since it repeats all of them.
        let named = |names: &Option<Names>, value| names.as_ref().is_none_or(|n| n.holds(value));
        named(&self.suite, subject.suite)
            && named(&self.test, subject.test)
            && named(&self.backend, subject.backend)
            && named(&self.mode, subject.mode)
            && (named(&self.metric, subject.metric) || named(&self.metric, subject.base_metric))
            && named(&self.params, subject.params)
            && self.tags.as_ref().is_none_or(|names| subject.tags.iter().any(|t| names.holds(t)))
            && self.parallel.is_none_or(|parallel| parallel == subject.parallel)
            && self.n.as_ref().is_none_or(|sizes| subject.n.is_some_and(|n| sizes.holds(n)))
            && self.holds_for_changes(recent)
            && self.not.as_ref().is_none_or(|not| !not.holds(subject, recent))
    }

    fn holds_for_changes(&self, recent: ChangeAges) -> bool {
        let within = |age: Option<f64>| {
            age.is_some_and(|age| self.days.is_none_or(|days| age <= f64::from(days)))
        };
        match (self.regression, self.days) {
            // `days: 7, regression: true` is one question, a regression within 7 days, not a
            // regression at any time and any change within 7 days.
            (Some(wanted), _) => within(recent.regressed_days) == wanted,
            (None, Some(_)) => within(recent.changed_days),
            (None, None) => true,
        }
    }

    /// Whether the filter has no clause, and so holds for every series.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The clauses on names, with their keys.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &Names)> {
        let clauses = [
            ("suite", &self.suite),
            ("test", &self.test),
            ("backend", &self.backend),
            ("mode", &self.mode),
            ("metric", &self.metric),
            ("params", &self.params),
            ("tags", &self.tags),
        ];
        clauses.into_iter().filter_map(|(key, names)| Some((key, names.as_ref()?)))
    }

    fn names_mut(&mut self, key: &str) -> Option<&mut Option<Names>> {
        Some(match key {
            "suite" => &mut self.suite,
            "test" => &mut self.test,
            "backend" => &mut self.backend,
            "mode" => &mut self.mode,
            "metric" => &mut self.metric,
            "params" => &mut self.params,
            "tags" => &mut self.tags,
            _ => return None,
        })
    }

    /// One filter for each clause, in the order of [`Filter`]; all of them hold exactly where the
    /// whole does. `days` and `regression` together are one clause.
    pub fn clauses(&self) -> Vec<Self> {
        let mut clauses = Vec::new();
        for (key, names) in self.names() {
            let mut clause = Self::default();
            if let Some(slot) = clause.names_mut(key) {
                *slot = Some(names.clone());
            }
            clauses.push(clause);
        }
        let (days, regression) = (self.days, self.regression);
        // Days and regression stay together: apart they would ask for something else.
        clauses.extend([
            Self { parallel: self.parallel, ..Self::default() },
            Self { n: self.n.clone(), ..Self::default() },
            Self { days, regression, ..Self::default() },
            Self { not: self.not.clone(), ..Self::default() },
        ]);
        clauses.retain(|clause| !clause.is_empty());
        clauses
    }

    /// Each clause in prose, in the order of [`Self::clauses`]: `backend julia or rust`,
    /// `n ≥ 1,000,000`. Names stand as they are: escape them.
    pub fn describe(&self) -> Vec<String> {
        self.clauses().iter().map(Self::describe_clause).collect()
    }

    fn describe_clause(&self) -> String {
        if let Some((key, names)) = self.names().next() {
            let key = if key == "tags" { "tag" } else { key };
            return format!("{key} {}", join_or(names.as_slice()));
        }
        let last = self.days.map(|days| match days {
            1 => "in the last day".to_owned(),
            days => format!("in the last {}", text::count_noun(u64::from(days), "day")),
        });
        match (self.parallel, &self.n, self.regression, &self.not) {
            (Some(parallel), ..) => if parallel { "parallel" } else { "sequential" }.to_owned(),
            (_, Some(sizes), ..) => sizes.describe(),
            (_, _, Some(wanted), _) => {
                let with = if wanted { "with" } else { "without" };
                let last = last.map_or(String::new(), |last| format!(" {last}"));
                format!("{with} a regression{last}")
            }
            (.., Some(not)) if not.is_empty() => "not (every series)".to_owned(),
            (.., Some(not)) => format!("not ({})", not.describe().join(", ")),
            _ => last.map_or(String::new(), |last| format!("changed {last}")),
        }
    }
}

impl Names {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }

    /// Whether the value is one of the names, exactly or by glob; letter case counts.
    fn holds(&self, value: &str) -> bool {
        self.as_slice().iter().any(|name| glob(name, value))
    }
}

impl Sizes {
    fn holds(&self, n: u64) -> bool {
        match self {
            Self::One(size) => *size == n,
            Self::Many(sizes) => sizes.contains(&n),
            Self::Range(SizeRange { min, max }) => {
                min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max)
            }
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::One(size) => format!("n = {}", text::count(*size)),
            Self::Many(sizes) => {
                let sizes: Vec<String> = sizes.iter().map(|size| text::count(*size)).collect();
                format!("n = {}", join_or(&sizes))
            }
            Self::Range(SizeRange { min, max }) => match (min, max) {
                (Some(min), Some(max)) => {
                    format!("n from {} to {}", text::count(*min), text::count(*max))
                }
                (Some(min), None) => format!("n ≥ {}", text::count(*min)),
                (None, Some(max)) => format!("n ≤ {}", text::count(*max)),
                (None, None) => "any n".to_owned(),
            },
        }
    }
}

fn join_or(items: &[String]) -> String {
    match items {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// The pattern that is the text, else the one with the most letters whose glob matches it; of
/// several, the first.
pub(crate) fn most_specific<'a>(
    patterns: impl Iterator<Item = &'a str>,
    text: &str,
) -> Option<&'a str> {
    let letters = |pattern: &str| pattern.chars().filter(|c| !matches!(c, '*' | '?')).count();
    let matching = patterns.filter(|pattern| *pattern == text || glob(pattern, text));
    let mut best: Option<&str> = None;
    for pattern in matching {
        let rank = |pattern: &str| (pattern == text, letters(pattern));
        if best.is_none_or(|best| rank(pattern) > rank(best)) {
            best = Some(pattern);
        }
    }
    best
}

/// Whether the whole text matches the pattern; `*` stands for any characters, `?` for one. Only the
/// last `*` is ever tried again, so the work is at most the product of the lengths.
pub fn glob(pattern: &str, text: &str) -> bool {
    // Backtracking to the last `*` alone is enough: what an earlier one took can only grow, and the
    // last one can take that as well.
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (before, mut after) = (text.clone(), text.clone());
        let (wanted, found) = (pattern.next(), after.next());
        match (wanted, found) {
            (Some('*'), _) => retry = Some((pattern.clone(), before)),
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => text = after,
            (None, None) => return true,
            _ => {
                let Some((rest, from)) = &mut retry else { return false };
                if from.next().is_none() {
                    return false;
                }
                (pattern, text) = (rest.clone(), from.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(json: serde_json::Value) -> Filter {
        serde_json::from_value(json).unwrap()
    }

    fn subject<'a>(tags: &'a [String]) -> FilterSubject<'a> {
        FilterSubject {
            suite: "core",
            test: "sum_even",
            backend: "julia",
            mode: "loops",
            metric: "time",
            base_metric: "time",
            params: "skew=0.5",
            tags,
            parallel: true,
            n: Some(1_000_000),
        }
    }

    #[test]
    fn a_filter_holds_where_all_its_clauses_do() {
        let tags = ["micro".to_owned(), "smoke".to_owned()];
        let holds = |json| filter(json).holds(subject(&tags), ChangeAges::default());
        for yes in [
            serde_json::json!({}),
            serde_json::json!({"backend": "julia", "parallel": true}),
            serde_json::json!({"backend": ["rust", "julia"], "n": {"min": 1_000_000}}),
            serde_json::json!({"test": "sum_*", "params": "skew=0.?", "tags": "m*o"}),
            serde_json::json!({"not": {"backend": "rust"}, "n": [1, 1_000_000]}),
            serde_json::json!({"not": {"backend": "julia", "mode": "broadcast"}}),
        ] {
            assert!(holds(yes.clone()), "{yes}");
        }
        for no in [
            serde_json::json!({"backend": "Julia"}),
            serde_json::json!({"backend": "julia", "parallel": false}),
            serde_json::json!({"backend": []}),
            serde_json::json!({"n": {"max": 999_999}}),
            serde_json::json!({"tags": "macro"}),
            serde_json::json!({"not": {}}),
            serde_json::json!({"days": 7}),
        ] {
            assert!(!holds(no.clone()), "{no}");
        }
        let sizeless = FilterSubject { n: None, ..subject(&tags) };
        assert!(!filter(serde_json::json!({"n": {}})).holds(sizeless, ChangeAges::default()));
    }

    #[test]
    fn days_and_regression_ask_one_question_together() {
        let asks = |json, changed, regressed| {
            let recent = ChangeAges { changed_days: changed, regressed_days: regressed };
            filter(json).holds(subject(&[]), recent)
        };
        let recent = serde_json::json!({"days": 7, "regression": true});
        assert!(asks(recent.clone(), Some(1.0), Some(7.0)));
        assert!(!asks(recent.clone(), Some(1.0), Some(7.1)), "improved lately, regressed long ago");
        assert!(!asks(recent, Some(1.0), None));
        assert!(asks(serde_json::json!({"days": 7}), Some(1.0), None));
        assert!(asks(serde_json::json!({"regression": true}), None, Some(400.0)));
        assert!(!asks(serde_json::json!({"regression": false}), None, Some(400.0)));
        let clean = serde_json::json!({"days": 7, "regression": false});
        assert!(asks(clean, None, Some(400.0)), "none within 7 days");
    }

    #[test]
    fn clauses_are_described_in_words() {
        let all = filter(serde_json::json!({
            "backend": ["julia", "rust"], "tags": "micro", "parallel": true,
            "n": {"min": 1_000_000}, "days": 7, "regression": true, "not": {"mode": "l*", "n": 5},
        }));
        assert_eq!(
            all.describe(),
            [
                "backend julia or rust",
                "tag micro",
                "parallel",
                "n ≥ 1,000,000",
                "with a regression in the last 7 days",
                "not (mode l*, n = 5)",
            ]
        );
        let alone = |json| filter(json).describe().concat();
        assert_eq!(alone(serde_json::json!({"days": 1})), "changed in the last day");
        assert_eq!(alone(serde_json::json!({"regression": true})), "with a regression");
        assert_eq!(alone(serde_json::json!({"regression": false})), "without a regression");
        assert_eq!(alone(serde_json::json!({"parallel": false})), "sequential");
        assert_eq!(alone(serde_json::json!({"n": {"min": 1, "max": 2000}})), "n from 1 to 2,000");
        assert_eq!(alone(serde_json::json!({"n": [1, 2, 3]})), "n = 1, 2 or 3");
    }

    #[test]
    fn a_glob_that_almost_matches_ends_soon() {
        let pattern = "*a".repeat(500) + "b";
        assert!(!glob(&pattern, &"a".repeat(4000)));
        assert!(glob("日?語*", "日本語テスト"));
        assert!(!glob("?", ""));
        assert!(glob("**", ""));
    }

    /// The definition of a glob, exponential: what the fast one must agree with.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                slow(rest, text) || (!text.is_empty() && slow(pattern, &text[1..]))
            }
            (['?', rest @ ..], [_, tail @ ..]) => slow(rest, tail),
            ([one, rest @ ..], [other, tail @ ..]) => one == other && slow(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn globs_agree_with_their_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let (p, t): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
            prop_assert_eq!(glob(&pattern, &text), slow(&p, &t));
        }

        #[test]
        fn a_filter_holds_exactly_where_each_clause_does(
            backend in proptest::option::of("j*|rust"),
            parallel in proptest::option::of(any::<bool>()),
            size in proptest::option::of(0_u64..2_000_000),
            days in proptest::option::of(1_u32..30),
            regression in proptest::option::of(any::<bool>()),
            changed in proptest::option::of(0.0..40.0_f64),
            regressed in proptest::option::of(0.0..40.0_f64),
        ) {
            let n = size.map(|min| Sizes::Range(SizeRange { min: Some(min), max: None }));
            let backend = backend.map(Names::One);
            let all = Filter { backend, parallel, n, days, regression, ..Filter::default() };
            let recent = ChangeAges { changed_days: changed, regressed_days: regressed };
            let clauses = all.clauses();
            let each = clauses.iter().all(|clause| clause.holds(subject(&[]), recent));
            prop_assert_eq!(all.holds(subject(&[]), recent), each);
            prop_assert_eq!(all.describe().len(), clauses.len());
            prop_assert_eq!(all.is_empty(), clauses.is_empty());
        }
    }
}
