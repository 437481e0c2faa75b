//! Targets, rules and presets that no series of a history matches: a name that is mistyped, or of a
//! benchmark that is gone.
//!
//! A target that matches nothing watches nothing, and nobody would notice: an error. A rule or a
//! preset without series is a warning. The place is that of the clause that no series meets, and
//! the nearest name among those that there are is suggested.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::filter::{ChangeAges, Filter, FilterSubject};
use crate::policy::Policy;
use crate::policy::diagnostic::{Diagnostic, DiagnosticLevel, LocationCursor, PolicyFaultKind};
use crate::policy::hint;
use crate::policy::tree::{self, PathStep, YamlNode};
use crate::record::{Statistic, shorten};

use PathStep::{Item, Key};

/// Names that a help lists.
const MAX_NAMES: usize = 8;

/// What an entry of the policy selects.
struct Selector<'a> {
    level: DiagnosticLevel,
    /// `budgets[0] (Startup)`.
    label: String,
    path: Vec<PathStep<'a>>,
    filter: &'a Filter,
    /// The key of the entry's own filter.
    filter_key: &'static str,
    /// The metrics of which a series must have one; empty for any.
    metrics: Vec<&'a str>,
    /// The key that names them.
    metric_key: &'static str,
}

/// Everything that selects no series. `text` is the file that the policy was read from, `file` its
/// name in places.
pub fn find_unmatched(
    policy: &Policy,
    text: &str,
    file: &str,
    series: &[FilterSubject<'_>],
) -> Vec<Diagnostic> {
    let Ok(root) = tree::parse(text) else { return Vec::new() };
    let mut entries: Vec<UnmatchedEntry<'_>> = Vec::new();
    for selector in selectors(policy) {
        if series.iter().any(|subject| selector.holds(*subject)) {
            continue;
        }
        let clause = selector.fault(series);
        entries.push(UnmatchedEntry { span: selector.span(&root, &clause), selector, clause });
    }
    entries.sort_by_key(|entry| (entry.span.start, entry.selector.level));
    let mut cursor = LocationCursor::new(text, file);
    let diagnostic = |entry: UnmatchedEntry<'_>| Diagnostic {
        level: entry.selector.level,
        kind: PolicyFaultKind::NoMatch,
        message: format!("{} matches no series: {}", entry.selector.label, entry.clause.reason),
        location: cursor.location(entry.span.start),
        span: entry.span,
        help: entry.clause.help,
    };
    entries.into_iter().map(diagnostic).collect()
}

/// Why a filter holds for no series: the clause, the nearest name, and the names that there are.
/// None where it holds for one, where there are no series, or where it asks for changes.
pub fn filter_fault(filter: &Filter, series: &[FilterSubject<'_>]) -> Option<String> {
    let selector = Selector::of_target("filter", 0, filter);
    let asks_for_changes = filter.days.is_some() || filter.regression.is_some();
    let holds = || series.iter().any(|subject| selector.holds(*subject));
    if series.is_empty() || asks_for_changes || holds() {
        return None;
    }
    let UnmatchedClause { key, reason, help, .. } = selector.fault(series);
    let listed = key.and_then(|key| names_that_exist(key, &values_of(key, series)));
    let help = help.filter(|help| Some(help) != listed.as_ref());
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    let separator = if help.ends_with('?') { " " } else { "; " };
    let listed = listed.map(|names| format!("{separator}{names}")).unwrap_or_default();
    Some(format!("{reason}{help}{listed}"))
}

/// An entry that selects no series, with the place of the clause at fault.
struct UnmatchedEntry<'a> {
    selector: Selector<'a>,
    clause: UnmatchedClause,
    span: Range<usize>,
}

/// `budgets[0]` with the name that the entry has.
fn label(key: String, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("`{key}` ({})", shorten(name, hint::MAX_QUOTE_CHARS)),
        None => format!("`{key}`"),
    }
}

/// Budgets, service levels and alerts.
fn target_selectors(policy: &Policy) -> Vec<Selector<'_>> {
    let mut all = Vec::new();
    for (at, budget) in policy.budgets.iter().enumerate() {
        let entry = Selector::of_target("budgets", at, &budget.matches);
        all.push(Selector {
            label: label(format!("budgets[{at}]"), budget.name.as_deref()),
            metrics: vec![&budget.metric],
            metric_key: "metric",
            ..entry
        });
    }
    for (at, sla) in policy.sla.iter().enumerate() {
        let keys: [(&'static str, bool, &[&str]); 5] = [
            ("max_avg_time_ms", sla.max_avg_time_ms.is_some(), &["time"]),
            ("max_total_time_ms", sla.max_total_time_ms.is_some(), &["total_time", "time"]),
            ("min_throughput", sla.min_throughput.is_some(), &["throughput"]),
            ("max_memory_bytes", sla.max_memory_bytes.is_some(), &["memory", "peak_memory"]),
            ("regression_threshold", sla.regression_threshold.is_some(), &[]),
        ];
        for (key, _, metrics) in keys.into_iter().filter(|(_, is_given, _)| *is_given) {
            let entry = Selector::of_target("sla", at, &sla.matches);
            all.push(Selector {
                label: label(format!("sla[{at}].{key}"), sla.name.as_deref()),
                metrics: metrics.to_vec(),
                metric_key: key,
                ..entry
            });
        }
    }
    for (at, alert) in policy.alerts.iter().enumerate() {
        let parsed = alert.when.parsed.as_ref();
        let entry = Selector::of_target("alerts", at, &alert.matches);
        all.push(Selector {
            label: label(format!("alerts[{at}]"), Some(&alert.name)),
            metrics: parsed.map(|when| when.metrics()).unwrap_or_default(),
            metric_key: "when",
            ..entry
        });
    }
    all
}

/// Everything of the policy that selects series.
fn selectors(policy: &Policy) -> Vec<Selector<'_>> {
    let mut all = target_selectors(policy);
    for (at, rule) in policy.regression.rules.iter().enumerate() {
        all.push(Selector {
            level: DiagnosticLevel::Warning,
            label: label(format!("regression.rules[{at}]"), None),
            path: vec![Key("regression"), Key("rules"), Item(at)],
            filter: &rule.matches,
            filter_key: "match",
            metrics: Vec::new(),
            metric_key: "match",
        });
    }
    // A preset of recent changes is empty on a good day.
    let of_names = |filter: &Filter| filter.days.is_none() && filter.regression.is_none();
    for (at, preset) in policy.dashboard_presets.iter().enumerate() {
        if of_names(&preset.filters) {
            all.push(Selector {
                level: DiagnosticLevel::Warning,
                label: label(format!("dashboard_presets[{at}]"), Some(&preset.name)),
                path: vec![Key("dashboard_presets"), Item(at)],
                filter: &preset.filters,
                filter_key: "filters",
                metrics: Vec::new(),
                metric_key: "filters",
            });
        }
    }
    all
}

/// Why nothing matches: the key of the clause, the reason and the remedy.
struct UnmatchedClause {
    key: Option<&'static str>,
    is_metric: bool,
    reason: String,
    help: Option<String>,
}

impl<'a> Selector<'a> {
    /// An entry of a list of targets, by the filter that it has.
    fn of_target(list: &'static str, at: usize, filter: &'a Filter) -> Self {
        Self {
            level: DiagnosticLevel::Error,
            label: label(format!("{list}[{at}]"), None),
            path: vec![Key(list), Item(at)],
            filter,
            filter_key: "match",
            metrics: Vec::new(),
            metric_key: "match",
        }
    }

    fn has_metric(&self, subject: FilterSubject<'_>) -> bool {
        let is_of = |name: &&str| {
            *name == subject.metric
                || Statistic::of_metric(name).is_some_and(|(metric, _)| metric == subject.metric)
        };
        self.metrics.is_empty() || self.metrics.iter().any(is_of)
    }

    fn holds(&self, subject: FilterSubject<'_>) -> bool {
        self.has_metric(subject) && self.filter.holds(subject, ChangeAges::default())
    }

    fn fault(&self, series: &[FilterSubject<'_>]) -> UnmatchedClause {
        for clause in self.filter.clauses() {
            if series.iter().any(|subject| clause.holds(*subject, ChangeAges::default())) {
                continue;
            }
            let Some((key, names)) = clause.names().next() else {
                let words = clause.describe().join(", ");
                let reason = format!("none is {}", shorten(&words, 3 * hint::MAX_QUOTE_CHARS));
                return UnmatchedClause { key: None, is_metric: false, reason, help: None };
            };
            let known = values_of(key, series);
            let written = names.as_slice();
            let reason = format!("none has the {key} {}", written_names(written));
            let help = suggestion(written.first().map_or("", String::as_str), key, &known);
            return UnmatchedClause { key: Some(key), is_metric: false, reason, help };
        }
        if !series.iter().any(|subject| self.has_metric(*subject)) {
            let names: Vec<String> = self.metrics.iter().map(|name| (*name).to_owned()).collect();
            let reason = format!("none has the metric {}", written_names(&names));
            let known = values_of("metric", series);
            let help = suggestion(self.metrics[0], "metric", &known);
            return UnmatchedClause { key: None, is_metric: true, reason, help };
        }
        // Each clause has its series, and all of them together have none.
        let mut words = self.filter.describe();
        words.extend(self.metrics.first().map(|metric| format!("metric {metric}")));
        let words = shorten(&words.join(", "), 3 * hint::MAX_QUOTE_CHARS).into_owned();
        let reason = format!("none is all of {words}");
        let help = Some("leave out a clause, or run `benchpages doctor` for the series".to_owned());
        UnmatchedClause { key: None, is_metric: false, reason, help }
    }

    fn span(&self, root: &YamlNode, fault: &UnmatchedClause) -> Range<usize> {
        let mut path = self.path.clone();
        if fault.is_metric {
            path.push(Key(self.metric_key));
        } else {
            path.push(Key(self.filter_key));
            path.extend(fault.key.map(Key));
        }
        tree::span_of(root, &path)
    }
}

fn written_names(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(MAX_NAMES).map(|name| hint::code(name)).collect();
    quoted.join(" or ")
}

/// The names that the series have for a clause.
fn values_of<'a>(key: &str, series: &[FilterSubject<'a>]) -> BTreeSet<&'a str> {
    let value = |subject: &FilterSubject<'a>| match key {
        "suite" => vec![subject.suite],
        "test" => vec![subject.test],
        "backend" => vec![subject.backend],
        "mode" => vec![subject.mode],
        "metric" => vec![subject.metric],
        "params" => vec![subject.params],
        _ => subject.tags.iter().map(String::as_str).collect(),
    };
    series.iter().flat_map(value).filter(|name| !name.is_empty()).collect()
}

/// `did you mean `startup`?`, else the names that there are.
fn suggestion(written: &str, key: &str, known: &BTreeSet<&str>) -> Option<String> {
    let names: Vec<&str> = known.iter().copied().collect();
    if let Some(near) = hint::nearest(written, &names) {
        return Some(format!("did you mean {}?", hint::code(near)));
    }
    names_that_exist(key, known)
}

/// `test is one of `parse`, `render` and 3 more`.
fn names_that_exist(key: &str, known: &BTreeSet<&str>) -> Option<String> {
    let shown: Vec<String> = known.iter().take(MAX_NAMES).map(|name| hint::code(name)).collect();
    let more = known.len().saturating_sub(MAX_NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("{key} is one of {}{more}", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::read;

    fn subject<'a>(test: &'a str, metric: &'a str) -> FilterSubject<'a> {
        FilterSubject {
            suite: "",
            test,
            backend: "go",
            mode: "default",
            metric,
            base_metric: metric,
            params: "",
            tags: &[],
            parallel: false,
            n: None,
        }
    }

    fn faults(text: &str) -> Vec<(DiagnosticLevel, String, String, Option<String>)> {
        let text = format!("version: '1'\n{text}");
        let parsed = read(&text, "policy.yml");
        let policy = parsed.policy.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics));
        let series = [subject("startup", "time"), subject("render", "response_time")];
        let found = find_unmatched(&policy, &text, "policy.yml", &series);
        found
            .into_iter()
            .map(|it| (it.level, it.message, text[it.span].to_owned(), it.help))
            .collect()
    }

    #[test]
    fn a_target_that_matches_nothing_is_an_error_at_its_clause() {
        let found = faults("budgets:\n  - {name: S, match: {test: strtup}, budget: 5ms}\n");
        let message = "`budgets[0]` (S) matches no series: none has the test `strtup`".to_owned();
        let help = Some("did you mean `startup`?".to_owned());
        assert_eq!(found, [(DiagnosticLevel::Error, message, "strtup".to_owned(), help)]);
        let found = faults("alerts:\n  - {name: A, when: respnse_time_p95 > 5ms}\n");
        assert!(found[0].1.contains("none has the metric `respnse_time_p95`"), "{found:?}");
        let found = faults("sla:\n  - {min_throughput: 5}\n");
        assert_eq!(found[0].2, "5");
        let found = faults("budgets:\n  - {match: {test: render}, budget: 5ms}\n");
        assert!(found[0].1.contains("none is all of test render, metric time"), "{found:?}");
    }

    #[test]
    fn a_filter_without_a_series_is_explained_with_the_names_that_exist() {
        let series = [subject("startup", "time"), subject("render", "time")];
        let fault = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            filter_fault(&Filter::parse_args(&words).expect("a filter"), &series)
        };
        assert_eq!(
            fault(&["test=strtup"]).as_deref(),
            Some(
                "none has the test `strtup`; did you mean `startup`? test is one of `render`, \
                 `startup`"
            )
        );
        assert_eq!(
            fault(&["backend=zig"]).as_deref(),
            Some("none has the backend `zig`; backend is one of `go`")
        );
        assert_eq!(fault(&["test=start*"]), None);
        assert_eq!(filter_fault(&Filter::default(), &[]), None);
    }

    #[test]
    fn what_matches_is_no_fault_and_a_rule_is_a_warning() {
        let good = "budgets:\n  - {match: {test: 'start*'}, budget: 5ms}\nalerts:\n  - {name: A, \
                    when: response_time_p95 > 1s or value > 1}\n";
        assert_eq!(faults(good), []);
        let found = faults("regression: {rules: [{match: {backend: rust}, threshold: 0.2}]}\n");
        assert_eq!(found[0].0, DiagnosticLevel::Warning);
        assert_eq!(found[0].3.as_deref(), Some("backend is one of `go`"));
    }
}
