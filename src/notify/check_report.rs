//! What `check --format json` found, read as a stranger's text: it may come from a fork's job.
//! Fields that are not known are ignored, so that newer checks are read too. Refuses what is too
//! long, no JSON, or without a verdict that we know.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::notify::NotifyError;
use model::record::Unit;
use model::text::{self, UnitScale};

/// A check of 50,000 series stays below.
pub(crate) const MAX_REPORT_BYTES: u64 = 16 << 20;

/// What a check found.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CheckReport {
    pub(crate) verdict: ReportedDecision,
    #[serde(default, deserialize_with = "reference")]
    pub(crate) base: String,
    #[serde(default, deserialize_with = "reference")]
    pub(crate) candidate: String,
    /// Series that were compared.
    #[serde(default)]
    pub(crate) compared: u64,
    /// Series by verdict, where the check tells it.
    #[serde(default)]
    counts: BTreeMap<String, u64>,
    #[serde(default)]
    pub(crate) findings: Vec<ReportedFinding>,
    #[serde(default)]
    pub(crate) not_compared: Vec<ReportedNotCompared>,
    #[serde(default)]
    pub(crate) violations: Vec<ReportedViolation>,
    #[serde(default)]
    pub(crate) infrastructure: Option<ReportedAnomaly>,
    #[serde(default, rename = "override")]
    pub(crate) overridden: Option<ReportedOverride>,
    /// The page that compares the two commits.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// As it came in, for who reads JSON.
    #[serde(skip)]
    pub(crate) raw: Value,
}

/// The verdict of the whole check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportedDecision {
    Pass,
    Fail,
    Approval,
    Overridden,
    NothingCompared,
}

/// One series worth a person's time. Changes and thresholds are shares (0.1 = 10 %).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReportedFinding {
    pub(crate) series: String,
    /// The series as people read it.
    pub(crate) name: Option<String>,
    pub(crate) verdict: String,
    pub(crate) before: Option<f64>,
    pub(crate) after: Option<f64>,
    pub(crate) change: Option<f64>,
    pub(crate) threshold: Option<f64>,
    pub(crate) confidence: Option<f64>,
    pub(crate) severity: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) hints: Vec<String>,
    /// The unit of `before` and `after`, where the check tells it.
    pub(crate) unit: Option<String>,
    /// `worse` or `better`, where the verdict does not tell.
    pub(crate) direction: Option<String>,
    /// Told, but never a failure.
    pub(crate) report_only: bool,
}

/// A series that was not compared, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReportedNotCompared {
    pub(crate) series: String,
    pub(crate) reason: String,
}

/// A target that is missed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReportedViolation {
    pub(crate) rule: String,
    pub(crate) series: Option<String>,
    pub(crate) reason: String,
}

/// Many backends that moved at once.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ReportedAnomaly {
    #[serde(default)]
    pub(crate) day: String,
    /// Days in a row.
    #[serde(default)]
    pub(crate) days: u64,
    #[serde(default)]
    pub(crate) backends_moved: u64,
    #[serde(default)]
    pub(crate) backends_active: u64,
    #[serde(default)]
    pub(crate) change: Option<f64>,
    #[serde(default)]
    pub(crate) moved: Vec<String>,
    #[serde(default)]
    pub(crate) look_at: Vec<String>,
    /// It has lasted as long as the policy waits before it alerts; told where nothing is said.
    #[serde(default = "yes")]
    pub(crate) alert: bool,
}

/// A gate that was overridden.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReportedOverride {
    pub(crate) granted: Option<bool>,
    pub(crate) actor: String,
    pub(crate) reason: String,
}

fn yes() -> bool {
    true
}

impl CheckReport {
    /// # Errors
    /// The text is not what `check --format json` prints.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotifyError> {
        if bytes.len() as u64 > MAX_REPORT_BYTES {
            let most = MAX_REPORT_BYTES >> 20;
            return Err(NotifyError::Input(format!("the result is longer than {most} MiB")));
        }
        let fault = |error: serde_json::Error| {
            NotifyError::Input(format!(
                "the result is not what `check --format json` prints: {error}"
            ))
        };
        let raw: Value = serde_json::from_slice(bytes).map_err(fault)?;
        let mut outcome = Self::deserialize(&raw).map_err(fault)?;
        outcome.raw = raw;
        Ok(outcome)
    }

    /// Findings that say slower or larger, as the check ordered them.
    pub(crate) fn regressions(&self) -> impl Iterator<Item = &ReportedFinding> {
        self.findings.iter().filter(|finding| finding.is_regression())
    }

    pub(crate) fn improvements(&self) -> impl Iterator<Item = &ReportedFinding> {
        self.findings.iter().filter(|finding| finding.is_improvement())
    }

    /// All findings: what got worse, what got better, the rest.
    pub(crate) fn ordered_findings(&self) -> impl Iterator<Item = &ReportedFinding> {
        let rest = self.findings.iter().filter(|it| !it.is_regression() && !it.is_improvement());
        self.regressions().chain(self.improvements()).chain(rest)
    }

    /// Whether there is nothing that the author of a change should hear of.
    pub(crate) fn is_clean(&self) -> bool {
        self.is_quiet() && self.infrastructure.is_none()
    }

    /// Whether there is nothing that those who look after the project should hear of: what moved
    /// everything at once is told once it lasts.
    pub(crate) fn is_quiet(&self) -> bool {
        let found = !self.findings.is_empty() || !self.violations.is_empty();
        self.verdict == ReportedDecision::Pass && !found && self.alert().is_none()
    }

    /// The infrastructure anomaly, where it is time to alert.
    pub(crate) fn alert(&self) -> Option<&ReportedAnomaly> {
        self.infrastructure.as_ref().filter(|it| it.alert)
    }

    /// `1 slower, 1 faster, 34 unchanged`.
    pub(crate) fn counts_text(&self) -> String {
        let time = |finding: &ReportedFinding| matches!(finding.unit.as_deref(), None | Some("ns"));
        let (worse, better) =
            if self.findings.iter().all(time) { ("slower", "faster") } else { ("worse", "better") };
        let (up, down) = (self.regressions().count() as u64, self.improvements().count() as u64);
        let steady = self.counts.get("steady").copied();
        let rest = steady.unwrap_or_else(|| self.compared.saturating_sub(up + down));
        let mut parts = Vec::new();
        for (mark, number, word) in [("▲ ", up, worse), ("▼ ", down, better)] {
            if number > 0 {
                parts.push(format!("{mark}{} {word}", text::count(number)));
            }
        }
        parts.push(format!("{} unchanged", text::count(rest)));
        parts.join(", ")
    }

    /// The verdict in words.
    pub(crate) fn headline(&self) -> &'static str {
        match self.verdict {
            ReportedDecision::NothingCompared => "nothing could be compared",
            ReportedDecision::Fail => "too slow to pass",
            ReportedDecision::Approval => "a change needs approval",
            ReportedDecision::Overridden => "passed by an override",
            ReportedDecision::Pass if self.infrastructure.is_some() => "an infrastructure anomaly",
            ReportedDecision::Pass if self.findings.is_empty() => "no change",
            ReportedDecision::Pass => "within the limits",
        }
    }
}

impl ReportedAnomaly {
    /// `4 of 5 backends moved at once on 2025-09-26 (+27%), day 2 in a row`.
    pub(crate) fn describe(&self) -> String {
        let change = self.change.filter(|change| change.is_finite()).map(text::percent_change);
        let change = change.map(|change| format!(" ({change})")).unwrap_or_default();
        let day = day_text(&self.day);
        let row =
            if self.days > 1 { format!(", day {} in a row", self.days) } else { String::new() };
        format!(
            "{} of {} backends moved at once{day}{change}{row}",
            self.backends_moved, self.backends_active
        )
    }
}

fn day_text(day: &str) -> String {
    let date = day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if date { format!(" on {day}") } else { String::new() }
}

impl ReportedFinding {
    /// The series as people read it; as the data has it, to be escaped.
    pub(crate) fn display_name(&self) -> &str {
        self.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.series)
    }

    pub(crate) fn is_regression(&self) -> bool {
        self.verdict == "regressed"
    }

    pub(crate) fn is_improvement(&self) -> bool {
        self.verdict == "improved"
    }

    /// `+13.9%`, or a dash where the check tells no change.
    pub(crate) fn change_text(&self) -> String {
        self.change.filter(|change| change.is_finite()).map_or("–".to_owned(), text::percent_change)
    }

    /// The verdict, where the mark before a finding does not tell it: `suspected `, else nothing.
    pub(crate) fn verdict_prefix(&self) -> String {
        let told = self.is_regression() || self.is_improvement() || self.verdict.is_empty();
        if told { String::new() } else { format!("{} ", self.verdict) }
    }

    /// `▲`, `▼`, or a dot where the verdict is neither.
    pub(crate) fn symbol(&self) -> &'static str {
        match (self.is_regression(), self.is_improvement()) {
            (true, _) => "▲",
            (_, true) => "▼",
            _ => "·",
        }
    }

    /// `83.9 → 95.6 µs`, where the check tells values and their unit.
    pub(crate) fn values_text(&self) -> Option<String> {
        let (before, after) = (self.before?, self.after?);
        let (unit, factor) = Unit::parse(self.unit.as_deref()?);
        // The check tells base units: a name that would be converted is none.
        (factor == 1.0).then(|| UnitScale::for_values([before, after], &unit).arrow(before, after))
    }

    /// `12%`.
    pub(crate) fn threshold_text(&self) -> Option<String> {
        self.threshold.filter(|share| share.is_finite()).map(text::percent)
    }
}

/// A commit, told as text or as an object that holds it.
fn reference<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let value = Value::deserialize(input)?;
    let inner = ["commit", "sha", "id", "ref"].iter().find_map(|name| value.get(name)?.as_str());
    Ok(value.as_str().or(inner).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_check_prints_is_read_and_what_is_new_is_ignored() {
        let text = br#"{"verdict": "approval", "exit": 1, "base": "a", "candidate": {"commit":
            "b"}, "compared": 4, "counts": {"steady": 1},
            "findings": [{"series": "s", "verdict": "regressed", "before":
            83900, "after": 95600, "change": 0.139, "threshold": null, "unit": "ns", "new": 1},
            {"series": "t", "verdict": "improved"}], "not_compared": [], "infrastructure": null,
            "override": null, "later": []}"#;
        let outcome = CheckReport::read(text).unwrap();
        assert_eq!((&*outcome.base, &*outcome.candidate), ("a", "b"));
        assert_eq!(outcome.counts_text(), "▲ 1 slower, ▼ 1 faster, 1 unchanged");
        assert_eq!(outcome.findings[0].change_text(), "+13.9%");
        assert_eq!(outcome.findings[0].values_text().unwrap(), "83.9 → 95.6\u{202f}µs");
        assert!(!outcome.is_clean());
    }

    #[test]
    fn what_is_no_result_is_refused() {
        for text in ["", "[]", "{}", "{\"verdict\": \"green\"}", "{\"verdict\": \"pass\"} x"] {
            assert!(
                matches!(CheckReport::read(text.as_bytes()), Err(NotifyError::Input(_))),
                "{text}"
            );
        }
        assert!(CheckReport::read(&vec![b' '; (MAX_REPORT_BYTES + 1) as usize]).is_err());
        assert!(CheckReport::read("[".repeat(100_000).as_bytes()).is_err());
    }
}
