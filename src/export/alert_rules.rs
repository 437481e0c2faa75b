//! Alerting rules for Prometheus: a rule for each budget, service level and alert of the policy,
//! one for open regressions and one for a history without new results.
//!
//! The rules compare what [`metrics`](crate::site::metrics) says, so that Prometheus, the gate and
//! the pages agree: `for 3 runs` is counted in runs, which no duration of Prometheus can. A target
//! is found by its kind and name, so that the order of the policy has no influence.

use std::collections::BTreeSet;

use crate::report::escape::prometheus::{PrometheusText, QuotedYamlText, RuleAnnotationText};
use crate::site::metrics::STALE_DAYS;
use detect::targets::TargetKind;
use detect::targets::declared::{DeclaredTarget, declared};
use model::escaped;
use model::policy::Policy;
use model::record::time::DAY_US;

/// What a rule needs.
struct AlertRule {
    name: String,
    expression: PrometheusText,
    severity: &'static str,
    summary: RuleAnnotationText,
    description: RuleAnnotationText,
    /// Path of the page below the address of the site.
    page: &'static str,
}

/// The series of an alert as people read it, or that it is about several.
const SUBJECT: &str = "{{ with $labels.test }}{{ . }}{{ else }}all series{{ end }}\
                       {{ with $labels.backend }} {{ . }}{{ end }}\
                       {{ with $labels.metric }} ({{ . }}){{ end }}";

/// The rules of a policy; `base_url` is where the site is, with a trailing slash.
pub(super) fn document(policy: &Policy, base_url: Option<&str>) -> QuotedYamlText {
    let mut out = QuotedYamlText::from(
        "# Rules for Prometheus, written by `benchpages export alert-rules`.\n\
         groups:\n  - name: benchpages\n    rules:\n",
    );
    let mut rules = vec![open_regression(), stale_history()];
    // In the order of the policy, so that a change of it is a small diff of the rules.
    let mut written = BTreeSet::new();
    for target in declared(policy) {
        // Two targets of one name have their samples under one name, and one rule.
        if written.insert((target.kind, target.name.clone())) {
            rules.push(of_target(&target));
        }
    }
    rules.iter().for_each(|rule| push_rule(&mut out, rule, base_url));
    out
}

fn open_regression() -> AlertRule {
    AlertRule {
        name: "BenchmarkRegressionOpen".to_owned(),
        expression: PrometheusText::from("benchpages_series_open_regressions > 0"),
        severity: "warning",
        summary: escaped![SUBJECT, " has an open regression"],
        description: RuleAnnotationText::from(
            "A confirmed regression beyond the threshold is neither fixed nor accepted.",
        ),
        page: "event/",
    }
}

fn stale_history() -> AlertRule {
    let days = STALE_DAYS.unsigned_abs();
    let seconds = days * DAY_US.unsigned_abs() / 1_000_000;
    AlertRule {
        name: "BenchmarkHistoryStale".to_owned(),
        expression: escaped!["time() - benchpages_newest_result_timestamp_seconds > ", seconds],
        severity: "warning",
        summary: escaped!["No benchmark result for more than ", days, " days"],
        description: RuleAnnotationText::from(
            "The newest result is {{ $value | humanizeDuration }} old.",
        ),
        page: "health/",
    }
}

fn of_target(target: &DeclaredTarget) -> AlertRule {
    let name = PrometheusText::text(&target.name);
    let shown = RuleAnnotationText::text(&target.name);
    let (kind, summary) = match target.kind {
        TargetKind::Budget => ("budget", escaped!["Budget ", shown, " violated: ", SUBJECT]),
        TargetKind::Sla => ("sla", escaped!["Service level ", shown, " violated: ", SUBJECT]),
        _ => ("alert", escaped![shown, ": ", SUBJECT]),
    };
    let labels: PrometheusText = escaped!["kind=\"", kind, "\",name=\"", name, "\""];
    let expression = if target.kind == TargetKind::Alert {
        // An alert of severity `info` that fires is drifting.
        escaped!["benchpages_target_state{", labels, ",state=~\"drifting|violated\"} == 1"]
    } else {
        escaped![
            "benchpages_target_used_ratio{",
            &labels,
            "} and ignoring(state) benchpages_target_state{",
            &labels,
            ",state=\"violated\"} == 1"
        ]
    };
    AlertRule {
        name: target.name.clone(),
        expression,
        severity: target.severity.as_str(),
        summary,
        description: description(target),
        page: "health/#targets",
    }
}

/// What the policy says of a target, and of a level how much of its limit is used.
fn description(target: &DeclaredTarget) -> RuleAnnotationText {
    let mut sentences: Vec<RuleAnnotationText> = Vec::new();
    sentences.extend(target.description.as_deref().map(RuleAnnotationText::text));
    match &target.condition {
        Some(condition) => {
            sentences.push(escaped!["Fires at: ", RuleAnnotationText::text(condition)])
        }
        None => sentences
            .push(RuleAnnotationText::from("{{ $value | humanizePercentage }} of it used.")),
    }
    sentences.extend(target.message.as_deref().map(RuleAnnotationText::text));
    RuleAnnotationText::join(sentences.into_iter().filter(|text| !text.is_empty()), " ")
}

fn push_rule(out: &mut QuotedYamlText, rule: &AlertRule, base_url: Option<&str>) {
    out.push("      - alert: ").push_text(&rule.name);
    out.push("\n        expr: ").push_text(&rule.expression);
    out.push("\n        labels:\n          severity: ").push(rule.severity);
    out.push("\n        annotations:\n          summary: ").push_text(&rule.summary);
    out.push("\n          description: ").push_text(&rule.description);
    if let Some(base_url) = base_url {
        let mut link = RuleAnnotationText::text(base_url);
        link.push(rule.page);
        out.push("\n          link: ").push_text(&link);
    }
    out.push("\n");
}
