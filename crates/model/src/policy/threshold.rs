//! Which limit of the policy a series is judged by, and the names the policy gives to pages.
//!
//! Of the rules that match, the one with the most clauses wins; of two alike the later one, so that
//! an exception is added at the end. A service level's `regression_threshold` is such a rule, below
//! those of `regression.rules` that are as specific. What the winning rule leaves out comes from
//! the backend's threshold, then from the default.

use unicode_normalization::UnicodeNormalization;

use crate::filter::{ChangeAges, FilterSubject};
use crate::hex;
use crate::policy::severity::RuleSeverity;
use crate::policy::{Policy, RegressionRule};
use crate::record::Direction;

/// What a change must exceed to count, and why so.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Threshold {
    /// Relative change, as a fraction.
    pub relative: f64,
    /// Size of a regression that is reported as a warning; none where there is no such
    /// step, or where it would be no smaller than the threshold.
    pub warn_at: Option<f64>,
    /// Absolute threshold in base units; a change must exceed both.
    pub absolute: Option<f64>,
    /// Runs that confirm a change, where the series' own rule says it.
    pub confirmations: Option<u32>,
    /// Which way is better: the metric's own way, unless a rule says otherwise.
    pub direction: Direction,
    /// Reported, but never fails a check.
    pub report_only: bool,
    pub source: ThresholdSource,
}

/// What in the policy set a limit: pages link there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum ThresholdSource {
    /// `regression.rules`, by index.
    Rule(usize),
    /// `regression_threshold` of an entry of `sla`, by index.
    Sla(usize),
    /// `regression.per_backend`.
    Backend,
    /// `regression.default_threshold`.
    Default,
}

impl Policy {
    /// The limit of one series. `better` is the direction of its metric.
    pub fn threshold_for(&self, subject: FilterSubject<'_>, better: Direction) -> Threshold {
        let regression = &self.regression;
        let (threshold, source) = match regression.per_backend.get(subject.backend) {
            Some(threshold) => (*threshold, ThresholdSource::Backend),
            None => (regression.default_threshold, ThresholdSource::Default),
        };
        let own = Threshold {
            relative: threshold,
            warn_at: regression.warn_at,
            absolute: None,
            confirmations: None,
            direction: better,
            report_only: false,
            source,
        };
        let decided = match self.rule_for(subject) {
            Some(MatchedRule::Rule(index, rule)) => Threshold {
                relative: rule.threshold.unwrap_or(threshold),
                warn_at: rule.warn_at.or(regression.warn_at),
                absolute: rule.absolute,
                confirmations: rule.confirmations,
                direction: rule.direction.unwrap_or(better),
                report_only: rule.report_only,
                source: ThresholdSource::Rule(index),
            },
            Some(MatchedRule::Sla(index, threshold)) => {
                Threshold { relative: threshold, source: ThresholdSource::Sla(index), ..own }
            }
            None => own,
        };
        Threshold { warn_at: decided.warn_at.filter(|share| *share < decided.relative), ..decided }
    }

    /// The severity of every change of one series, where its rule says so; else it goes by size.
    pub fn severity_for(&self, subject: FilterSubject<'_>) -> Option<RuleSeverity> {
        match self.rule_for(subject)? {
            MatchedRule::Rule(_, rule) => rule.severity,
            MatchedRule::Sla(..) => None,
        }
    }

    /// Rules decide verdicts, so no clause of theirs can ask for one: [`ChangeAges`] is empty here.
    fn rule_for(&self, subject: FilterSubject<'_>) -> Option<MatchedRule<'_>> {
        let levels = self.sla.iter().enumerate().filter_map(|(index, sla)| {
            Some((&sla.matches, MatchedRule::Sla(index, sla.regression_threshold?)))
        });
        let rules = self.regression.rules.iter().enumerate();
        let rules = rules.map(|(index, rule)| (&rule.matches, MatchedRule::Rule(index, rule)));
        let holding =
            levels.chain(rules).filter(|(it, _)| it.holds(subject, ChangeAges::default()));
        // The number of clauses is how specific a filter is: a measure that everybody can predict.
        let most = holding.max_by_key(|(it, _)| it.clauses().len()); // the last of several greatest
        most.map(|(_, winner)| winner)
    }
}

/// The rule that decides for a series.
enum MatchedRule<'a> {
    Rule(usize, &'a RegressionRule),
    Sla(usize, f64),
}

/// The first 12 hex digits of the SHA-256 of the policy's text: what records and pages name it by.
/// How lines end is git's choice, and another one on Windows: it is not in the hash.
pub fn policy_sha(text: &str) -> String {
    hex::sha256(&text.replace("\r\n", "\n"), 12)
}

/// Whether Windows takes a file name for a device, with any extension: `con`, `NUL.json`.
pub fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    port.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
        || matches!(&*stem, "con" | "prn" | "aux" | "nul")
}

/// Names that mean another page.
const RESERVED_SLUGS: [&str; 2] = ["index", "all"];

/// The last part of a preset's URL: lower-case ASCII letters and digits, all else one `-`. A name
/// of which nothing is left, or a reserved one, is told apart by 6 hex digits of its hash.
pub fn preset_slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().map(|character| character.to_ascii_lowercase()) {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(64); // as long as every other part of a URL may be
    slug.truncate(slug.trim_end_matches('-').len());
    // A site may be built on Windows.
    if slug.is_empty() || is_device_name(&slug) || RESERVED_SLUGS.contains(&slug.as_str()) {
        let stem = if slug.is_empty() { "x" } else { &slug };
        let name: String = name.nfc().collect();
        return format!("{stem}~{}", hex::sha256(&name, 6));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_do_not_change_the_hash_of_a_policy() {
        assert_eq!(policy_sha("a: 1\r\nb: 2\r\n"), policy_sha("a: 1\nb: 2\n"));
        assert_ne!(policy_sha("a: 1\n"), policy_sha("a: 2\n"));
    }

    #[test]
    fn devices_of_windows_are_no_names_of_files() {
        for name in ["con", "NUL", "aux.ndjson", "Com1.x.y", "lpt9", "prn ."] {
            assert!(is_device_name(name), "{name}");
        }
        for name in ["", "console", "com", "com10", "lpt0", "x.con", "con-1"] {
            assert!(!is_device_name(name), "{name}");
        }
    }
    use crate::policy::read::read;

    fn policy() -> Policy {
        let text = "version: '1'\nregression:\n  default_threshold: 0.1\n  \
                    per_backend: {julia: 0.12}\n  rules:\n    - {match: {}, absolute: 5}\n    \
                    - {match: {backend: julia, test: 'sum_*'}, threshold: 0.3}\n    \
                    - {match: {backend: julia}, report_only: true, direction: higher}\n    \
                    - {match: {test: 'sum_*', mode: loops}, threshold: 0.4}\n";
        read(text, "policy.yml").policy.unwrap()
    }

    fn subject<'a>(backend: &'a str, test: &'a str) -> FilterSubject<'a> {
        FilterSubject {
            suite: "",
            test,
            backend,
            mode: "loops",
            metric: "time",
            base_metric: "time",
            params: "",
            tags: &[],
            parallel: false,
            n: None,
        }
    }

    #[test]
    fn the_most_specific_rule_wins_and_of_two_alike_the_later() {
        let policy = policy();
        let limit = |backend, test| policy.threshold_for(subject(backend, test), Direction::Lower);
        assert_eq!(
            limit("julia", "sum_x").source,
            ThresholdSource::Rule(3),
            "two clauses, as rule 1"
        );
        assert_eq!(limit("julia", "sum_x").relative, 0.4);
        assert_eq!(limit("rust", "sort").source, ThresholdSource::Rule(0));
        assert_eq!(limit("rust", "sort").absolute, Some(5.0));
    }

    #[test]
    fn what_a_rule_leaves_out_comes_from_the_backend_then_the_default() {
        let mut policy = policy();
        let julia = policy.threshold_for(subject("julia", "sort"), Direction::Lower);
        let expected = Threshold {
            relative: 0.12,
            warn_at: None,
            absolute: None,
            confirmations: None,
            direction: Direction::Higher,
            report_only: true,
            source: ThresholdSource::Rule(2),
        };
        assert_eq!(julia, expected);
        policy.regression.rules.clear();
        let limit = |backend| policy.threshold_for(subject(backend, "sort"), Direction::Lower);
        assert_eq!(
            (limit("julia").relative, limit("julia").source),
            (0.12, ThresholdSource::Backend)
        );
        assert_eq!((limit("go").relative, limit("go").source), (0.1, ThresholdSource::Default));
        assert_eq!(limit("go").direction, Direction::Lower);
    }

    #[test]
    fn a_service_level_sets_a_limit_below_rules_as_specific() {
        let text = "version: '1'\nregression:\n  rules:\n    - {match: {backend: julia}, \
                    threshold: 0.3, severity: minor}\nsla:\n  - {match: {backend: julia}, \
                    regression_threshold: 0.05}\n  - {match: {backend: julia, test: sort}, \
                    regression_threshold: 0.02}\n  - {max_avg_time_ms: 5}\n";
        let policy = read(text, "policy.yml").policy.unwrap();
        let limit = |test| policy.threshold_for(subject("julia", test), Direction::Lower);
        assert_eq!((limit("sum").relative, limit("sum").source), (0.3, ThresholdSource::Rule(0)));
        assert_eq!((limit("sort").relative, limit("sort").source), (0.02, ThresholdSource::Sla(1)));
        assert_eq!(policy.severity_for(subject("julia", "sum")), Some(RuleSeverity::Minor));
        assert_eq!(policy.severity_for(subject("julia", "sort")), None);
        let go = policy.threshold_for(subject("go", "sort"), Direction::Lower);
        assert_eq!((go.relative, go.source), (0.1, ThresholdSource::Default));
    }

    #[test]
    fn the_sha_is_the_head_of_the_published_one() {
        // FIPS 180-4 example for the empty message and for "abc".
        assert_eq!(policy_sha(""), "e3b0c44298fc");
        assert_eq!(policy_sha("abc"), "ba7816bf8f01");
    }

    #[test]
    fn presets_have_plain_names_in_urls() {
        for (name, slug) in [
            ("Large N Only", "large-n-only"),
            ("Julia vs Rust", "julia-vs-rust"),
            ("  --a//b..  ", "a-b"),
            ("../../etc", "etc"),
            ("日本語", "x~77710a"),
        ] {
            assert_eq!(preset_slug(name), slug);
        }
        for name in ["Index", "CON", "com7", "all", "", "…"] {
            assert!(preset_slug(name).contains('~'), "{name}");
        }
        assert!(preset_slug(&"a b ".repeat(100)).len() <= 64);
        assert!(!preset_slug(&"aaaaaaa ".repeat(100)).ends_with('-'));
    }
}
