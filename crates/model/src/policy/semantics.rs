//! What single values cannot show: the faults of a policy whose every value has its type.
//!
//! Errors are contradictions (a range that is empty, two presets with one URL, aliases in a ring);
//! warnings are rules that will not do what they seem to say. Needs the tree only for places.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::filter::{Filter, Names, SizeRange, Sizes};
use crate::policy::Policy;
use crate::policy::chaos::read_chaos_end;
use crate::policy::check::{MAX_FINDINGS, PolicyFinding};
use crate::policy::diagnostic::{DiagnosticLevel, PolicyFaultKind};
use crate::policy::hint;
use crate::policy::target::Budget;
use crate::policy::threshold::preset_slug;
use crate::policy::tree::{self, PathStep, YamlNode};
use crate::record::Unit;
use crate::record::time::Timestamp;
use crate::text;

use PathStep::{Item, Key};

struct SemanticCheck<'a> {
    root: &'a YamlNode,
    /// The file, for places inside a value.
    text: &'a str,
    findings: Vec<(DiagnosticLevel, PolicyFinding)>,
}

/// Every fault of what the policy says, errors and warnings. `root` is the tree it was read from,
/// `text` the file.
pub(crate) fn check_semantics(
    policy: &Policy,
    root: &YamlNode,
    text: &str,
) -> Vec<(DiagnosticLevel, PolicyFinding)> {
    let mut examination = SemanticCheck { root, text, findings: Vec::new() };
    examination.check_version(policy);
    examination.check_thresholds(policy);
    examination.check_filters(policy);
    examination.check_presets(policy);
    examination.check_budgets(policy);
    examination.check_targets(policy);
    examination.check_dates(policy);
    examination.check_aliases(policy);
    examination.check_links(policy);
    examination.check_keep(policy);
    examination.check_notify(policy);
    examination.findings
}

impl SemanticCheck<'_> {
    fn check_version(&mut self, policy: &Policy) {
        // An empty file is the default policy and needs no version.
        let has_keys = *policy != Policy::default() || self.root.key("regression").is_some();
        if has_keys && self.root.key("version").is_none() {
            let help = "add `version: \"1.0\"`; pages show it beside every verdict";
            self.warn(&[], "the policy has no `version`", Some(help.to_owned()));
        }
    }

    fn check_thresholds(&mut self, policy: &Policy) {
        let regression = &policy.regression;
        let most = regression.max_regression_ratio;
        let too_much = |name: &str, threshold: f64| {
            format!(
                "{name} has a threshold of {}, but a change of {} is already critical",
                text::percent(threshold),
                text::percent(most)
            )
        };
        let raise = |threshold: f64| {
            // Whoever writes 10 means percent.
            let percent = threshold > 1.0;
            Some(match percent {
                true => {
                    format!("thresholds are shares: write {} for {threshold}%", threshold / 100.0)
                }
                false => "raise `regression.max_regression_ratio`, or lower this".to_owned(),
            })
        };
        for (backend, threshold) in regression.per_backend.iter().filter(|(_, t)| **t > most) {
            let path = [Key("regression"), Key("per_backend"), Key(backend)];
            self.warn(&path, &too_much(&hint::code(backend), *threshold), raise(*threshold));
        }
        if regression.default_threshold > most {
            let path = [Key("regression"), Key("default_threshold")];
            let message = too_much("`default_threshold`", regression.default_threshold);
            self.warn(&path, &message, raise(regression.default_threshold));
        }
        for (index, rule) in regression.rules.iter().enumerate() {
            let path = [Key("regression"), Key("rules"), Item(index)];
            let says = rule.threshold.is_some() || rule.absolute.is_some();
            let says = says || rule.direction.is_some() || rule.severity.is_some();
            let says = says || rule.confirmations.is_some();
            if !says && !rule.report_only {
                let help = "give it a `threshold`, `absolute`, `confirmations`, `direction`, `severity` \
                     or `report_only`";
                self.warn(&path, "this rule has no effect", Some(help.to_owned()));
            }
        }
        if policy.governance.require_approval_threshold > most {
            let path = [Key("governance"), Key("require_approval_threshold")];
            let message =
                "no regression can be accepted: each one that needs it is already critical";
            let threshold = policy.governance.require_approval_threshold;
            self.warn(&path, message, raise(threshold));
        }
    }

    fn check_filters(&mut self, policy: &Policy) {
        for (index, preset) in policy.dashboard_presets.iter().enumerate() {
            let path = [Key("dashboard_presets"), Item(index), Key("filters")];
            self.check_filter(&path, &preset.filters, true);
        }
        for (index, rule) in policy.regression.rules.iter().enumerate() {
            let path = [Key("regression"), Key("rules"), Item(index), Key("match")];
            self.check_filter(&path, &rule.matches, false);
        }
        for (index, budget) in policy.budgets.iter().enumerate() {
            self.check_filter(&[Key("budgets"), Item(index), Key("match")], &budget.matches, false);
        }
        for (index, sla) in policy.sla.iter().enumerate() {
            self.check_filter(&[Key("sla"), Item(index), Key("match")], &sla.matches, false);
        }
        for (index, alert) in policy.alerts.iter().enumerate() {
            self.check_filter(&[Key("alerts"), Item(index), Key("match")], &alert.matches, false);
        }
        for (index, filter) in policy.ignore.iter().enumerate() {
            self.check_filter(&[Key("ignore"), Item(index)], filter, false);
        }
        for (index, annotation) in policy.annotations.iter().enumerate() {
            let path = [Key("annotations"), Item(index), Key("match")];
            self.check_filter(&path, &annotation.matches, false);
        }
    }

    /// `after_verdicts`: whether the filter is asked once verdicts are known.
    fn check_filter(&mut self, path: &[PathStep<'_>], filter: &Filter, after_verdicts: bool) {
        let at = |key| [path, &[Key(key)]].concat();
        if let Some(Sizes::Range(SizeRange { min: Some(min), max: Some(max) })) = filter.n
            && min > max
        {
            let message =
                format!("no `n` is at least {} and at most {}", text::count(min), text::count(max));
            self.error(&at("n"), &message, Some("swap `min` and `max`".to_owned()));
        }
        for (key, names) in filter.names() {
            if let Names::Many(names) = names
                && let Some(empty) = names.iter().position(String::is_empty)
            {
                let path = [path, &[Key(key), Item(empty)]].concat();
                self.warn(&path, "an empty name matches no series", None);
            }
        }
        let verdict =
            [("days", filter.days.is_some()), ("regression", filter.regression.is_some())];
        for (key, _) in verdict.into_iter().filter(|(_, given)| *given && !after_verdicts) {
            let message = format!("`{key}` can only be used in presets");
            let help = "it needs verdicts, and this filter is applied before there are any";
            self.fault(PolicyFaultKind::UnknownKey, &at(key), &message, help);
        }
        if let Some(not) = &filter.not {
            if not.is_empty() {
                self.warn(&at("not"), "`not` of an empty filter leaves no series", None);
            }
            self.check_filter(&at("not"), not, after_verdicts);
        }
    }

    fn check_presets(&mut self, policy: &Policy) {
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        for (index, preset) in policy.dashboard_presets.iter().enumerate() {
            let slug = preset_slug(&preset.name);
            if let Some(other) = taken.get(slug.as_str()) {
                let other = hint::code(other);
                let message =
                    format!("the page `/view/{slug}/` already belongs to the preset {other}");
                let path = [Key("dashboard_presets"), Item(index), Key("name")];
                self.error(&path, &message, Some("give one of them another name".to_owned()));
            } else {
                taken.insert(slug, &preset.name);
            }
        }
    }

    fn check_budgets(&mut self, policy: &Policy) {
        for (index, budget) in policy.budgets.iter().enumerate() {
            self.check_amounts(index, budget);
            if budget.violation_at < budget.drift_at {
                let message = format!(
                    "`violation_at` ({}) is below `drift_at` ({})",
                    text::percent(budget.violation_at),
                    text::percent(budget.drift_at)
                );
                let key = "violation_at";
                let path = [Key("budgets"), Item(index), Key(key)];
                self.error(
                    &path,
                    &message,
                    Some("lower `drift_at`, or raise `violation_at`".to_owned()),
                );
            }
        }
    }

    /// A budget needs an amount, in the unit of its metric.
    fn check_amounts(&mut self, index: usize, budget: &Budget) {
        if budget.budget.is_none() && budget.goal.is_none() {
            let path = [Key("budgets"), Item(index)];
            let message = format!("`budgets[{index}].budget` is missing");
            let help = "give it a `budget` (`0.85ms`), or a `goal`, which never fails a check";
            self.fault(PolicyFaultKind::MissingKey, &path, &message, help);
        }
        let unit = Unit::of_metric(&budget.metric);
        for (key, amount) in [("budget", &budget.budget), ("goal", &budget.goal)] {
            let Some(other) = amount.as_ref().and_then(|it| it.unit.as_ref()) else { continue };
            // Rates have many names, and a metric of the user's own may have any unit.
            let is_settled = ["ns", "B"].contains(&unit.as_str());
            if is_settled && *other != unit {
                let message = format!(
                    "the {key} is in {}, but {} is measured in {}",
                    other.as_str(),
                    hint::code(&budget.metric),
                    unit.as_str()
                );
                let help = "name the `metric` that it is for, or write its unit".to_owned();
                self.error(&[Key("budgets"), Item(index), Key(key)], &message, Some(help));
            }
        }
    }

    fn check_targets(&mut self, policy: &Policy) {
        for (index, _) in policy.sla.iter().enumerate().filter(|(_, sla)| sla.is_empty()) {
            let help = "give it a `max_avg_time_ms`, `max_total_time_ms`, `min_throughput`, \
                        `max_memory_bytes` or `regression_threshold`";
            let message = "this service level has no target";
            self.fault(PolicyFaultKind::MissingKey, &[Key("sla"), Item(index)], message, help);
        }
        for (index, alert) in policy.alerts.iter().enumerate() {
            if let (Some(text), Some(key)) = (alert.when.runs, alert.runs)
                && text != key
            {
                let message = format!(
                    "`when` says `for {text} runs`, and `for` says {key}: keep one of them"
                );
                self.error(&[Key("alerts"), Item(index), Key("for")], &message, None);
            }
            let Err(fault) = &alert.when.parsed else { continue };
            let whole = self.span_of(&[Key("alerts"), Item(index), Key("when")]);
            let span = span_within(self.text, &whole, &alert.when.text, &fault.span);
            let message = format!("`alerts[{index}].when`: {}", fault.message);
            self.findings.push((
                DiagnosticLevel::Error,
                PolicyFinding {
                    kind: PolicyFaultKind::WrongValue,
                    message,
                    span,
                    help: fault.help.clone(),
                },
            ));
        }
    }

    fn check_notify(&mut self, policy: &Policy) {
        let url = policy.notify.webhook.as_ref().and_then(|webhook| webhook.url.as_deref());
        // Other than an address of the site, this one may have a query.
        let address = url.map(|url| url.split(['?', '#']).next().unwrap_or(url));
        if let Some(fault) = address.and_then(url_fault) {
            let path = [Key("notify"), Key("webhook"), Key("url")];
            self.error(&path, &format!("`notify.webhook.url` {fault}"), None);
        }
    }

    fn check_dates(&mut self, policy: &Policy) {
        if !policy.last_updated.is_empty() {
            self.check_date(&[Key("last_updated")], &policy.last_updated);
        }
        for (index, annotation) in policy.annotations.iter().enumerate() {
            self.check_date(&[Key("annotations"), Item(index), Key("date")], &annotation.date);
            let first = Timestamp::parse(&format!("{}T00:00:00Z", annotation.date)).ok();
            let last = annotation.chaos_until.as_deref();
            // A first day that is none is reported above.
            if let (Some(_), Some(Err(fault))) = (first, last.map(|it| read_chaos_end(first, it))) {
                let path = [Key("annotations"), Item(index), Key("chaos_until")];
                self.error(&path, &fault, Some("write `YYYY-MM-DD`".to_owned()));
            }
        }
    }

    fn check_date(&mut self, path: &[PathStep<'_>], date: &str) {
        let digits = date.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if date.len() != 10 || !digits || date.parse::<jiff::civil::Date>().is_err() {
            let message = format!("{} is not a date", hint::code(date));
            self.error(path, &message, Some("write `YYYY-MM-DD`".to_owned()));
        }
    }

    /// Follows each alias to its end; a ring is told once, at the first of its names.
    fn check_aliases(&mut self, policy: &Policy) {
        // 0 is unseen; each walk marks with its own number, so a ring is met by its own mark.
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (walk, start) in policy.aliases.keys().enumerate() {
            let mut name = start.as_str();
            while let Some(next) = policy.aliases.get(name) {
                match seen.insert(name, walk) {
                    None => name = next,
                    Some(mark) if mark == walk => {
                        let message = format!("{} is an alias of itself", hint::code(name));
                        let help = "map each old name to the name in use".to_owned();
                        self.error(&[Key("aliases"), Key(name)], &message, Some(help));
                        break;
                    }
                    Some(mark) => {
                        seen.insert(name, mark);
                        break;
                    }
                }
            }
        }
    }

    fn check_links(&mut self, policy: &Policy) {
        let links = [("base_url", &policy.site.base_url), ("repo_url", &policy.site.repo_url)];
        for (key, url) in links {
            let Some(fault) = url.as_deref().and_then(url_fault) else { continue };
            self.error(&[Key("site"), Key(key)], &format!("`site.{key}` {fault}"), None);
        }
    }

    fn check_keep(&mut self, policy: &Policy) {
        for (index, name) in policy.site.keep.iter().enumerate() {
            // The marker says which files a build wrote; it is never anybody else's.
            if is_plain_name(name) && name != ".benchpages" {
                continue;
            }
            let path = [Key("site"), Key("keep"), Item(index)];
            let message = format!("{} is not a name to keep", hint::code(name));
            let help = "write the name of one file or folder at the top of the site, without `/`";
            self.error(&path, &message, Some(help.to_owned()));
        }
    }

    /// An error in a value.
    fn error(&mut self, path: &[PathStep<'_>], message: &str, help: Option<String>) {
        let kind = PolicyFaultKind::WrongValue;
        self.add_finding(DiagnosticLevel::Error, kind, path, message, help);
    }

    /// An error of another kind.
    fn fault(&mut self, kind: PolicyFaultKind, path: &[PathStep<'_>], message: &str, help: &str) {
        self.add_finding(DiagnosticLevel::Error, kind, path, message, Some(help.to_owned()));
    }

    fn warn(&mut self, path: &[PathStep<'_>], message: &str, help: Option<String>) {
        let kind = PolicyFaultKind::Doubtful;
        self.add_finding(DiagnosticLevel::Warning, kind, path, message, help);
    }

    /// An error is always noted, since a policy holds only where there is none.
    fn add_finding(
        &mut self,
        level: DiagnosticLevel,
        kind: PolicyFaultKind,
        path: &[PathStep<'_>],
        message: &str,
        help: Option<String>,
    ) {
        if self.findings.len() < MAX_FINDINGS
            || (level == DiagnosticLevel::Error && !self.has_error())
        {
            let (message, span) = (message.to_owned(), self.span_of(path));
            let finding = PolicyFinding { kind, message, span, help };
            self.findings.push((level, finding));
        }
    }

    fn has_error(&self) -> bool {
        self.findings.iter().any(|(level, _)| *level == DiagnosticLevel::Error)
    }

    fn span_of(&self, path: &[PathStep<'_>]) -> Range<usize> {
        tree::span_of(self.root, path)
    }
}

/// Where a part of a value stands in the file, where the value stands there as it is (not folded,
/// not escaped); else the whole value. A part that is empty is the place behind it.
fn span_within(text: &str, whole: &Range<usize>, value: &str, part: &Range<usize>) -> Range<usize> {
    let written = text.get(whole.clone()).unwrap_or("");
    match written.find(value).filter(|_| !value.is_empty()) {
        Some(offset) => whole.start + offset + part.start..whole.start + offset + part.end,
        None => whole.clone(),
    }
}

/// Whether a text names a file or folder in a folder, on every system.
fn is_plain_name(name: &str) -> bool {
    let is_forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    !name.is_empty() && name != "." && name != ".." && !name.contains(is_forbidden)
}

/// Why a text is no address of a web page that may be published; none where it is.
pub fn url_fault(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Some("must start with `https://` or `http://`");
    };
    let host = rest.split('/').next().unwrap_or("");
    let foreign = |byte: u8| !byte.is_ascii_graphic() || b"\"'<>\\^`{|}".contains(&byte);
    if url.bytes().any(foreign) {
        Some("contains a character that a URL may not have; percent-encode it")
    } else if host.contains('@') {
        Some("contains a user name or password, which would be published")
    } else if url.contains(['?', '#']) {
        Some("must not have a query or a fragment: paths are appended to it")
    } else if host.is_empty() || host.starts_with(':') {
        Some("has no host")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_may_be_published_are_links() {
        for url in [
            "https://a.b/c",
            "http://localhost:8080",
            "https://example.org/日".trim_end_matches('日'),
        ] {
            assert_eq!(url_fault(url), None, "{url}");
        }
        for url in [
            "",
            "a.b",
            "ftp://a",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://u:p@h/",
            "https://a b",
            "https://a/\"><script>",
            "https://a/?q",
            "https://a/#f",
            "https://日本/",
            "https://a\n",
            "HTTPS://a",
        ] {
            assert!(url_fault(url).is_some(), "{url:?}");
        }
    }

    #[test]
    fn only_names_at_the_top_of_the_site_can_be_kept() {
        let faults = |name: &str| {
            let text = format!("version: '1'\nsite: {{keep: [CNAME, '{name}']}}\n");
            crate::policy::read::read(&text, "policy.yml").diagnostics.len()
        };
        for name in ["blog", ".git", "a b", "..x"] {
            assert_eq!(faults(name), 0, "{name}");
        }
        for name in ["", ".", "..", "a/b", "/", "../x", "a\\b", "c:x", ".benchpages"] {
            assert_eq!(faults(name), 1, "{name}");
        }
    }

    #[test]
    fn a_ring_of_aliases_is_reported_once_and_a_chain_never() {
        let told = |aliases: &[(&str, &str)]| {
            let text: String =
                aliases.iter().map(|(old, new)| format!("  {old}: {new}\n")).collect();
            let text = format!("version: '1'\naliases:\n{text}");
            crate::policy::read::read(&text, "policy.yml").diagnostics.len()
        };
        assert_eq!(told(&[("a", "b"), ("b", "c"), ("d", "c")]), 0);
        assert_eq!(told(&[("a", "b"), ("b", "a"), ("d", "a"), ("x", "x")]), 2);
    }
}
