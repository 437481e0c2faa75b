//! About & Methods: how is this decided? Generated from the policy in force.

use askama::Template;
use minijinja::Value;

use crate::site::context::SiteContext;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::markdown;
use crate::site::pages::series::{NoteView, note_view};
use crate::site::view::{Fact, PageFrame, Phrase};
use crate::site::{RenderError, pages};
use model::filter::Filter;
use model::policy::{self, Policy};
use model::text;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: PageFrame,
    verdict: Phrase,
    facts: Vec<Fact>,
    intro: String,
    limits_note: String,
    limits: Vec<LimitRow>,
    rules: Vec<RuleView>,
    measured_note: &'static str,
    measured: Vec<Fact>,
    accuracy: String,
    notes: Vec<NoteView>,
    glossary: Vec<(&'static str, &'static str)>,
    policy_note: Phrase,
    policy_yaml: String,
}

struct LimitRow {
    id: String,
    name: String,
    limit: String,
    source: String,
}

struct RuleView {
    id: String,
    title: String,
    html: String,
    /// `(key of policy.yml, value)`.
    keys: Vec<(String, String)>,
}

/// The shipped prose; a project may replace it by its own `templates/methods.md`.
const METHODS: &str = include_str!("../../../templates/methods.md");

/// What was measured of the detection itself; `make evaluate` writes it.
const ACCURACY: &str = include_str!("accuracy.md");

/// The words, as pages use them.
const GLOSSARY: [(&str, &str); 18] = [
    ("record", "One measurement: a metric of a benchmark at a commit, on a runner, at a time."),
    ("run", "All records of one commit on one runner at one time; repeats become their median."),
    ("benchmark", "What is measured: suite, test, backend, mode, parallel, n, parameters."),
    ("metric", "Time, throughput, memory, …: each with a unit and a direction."),
    ("series", "One metric of one benchmark along the history."),
    ("runner fingerprint", "The tracked fields of the machine; a change starts a new segment."),
    ("segment", "The part of a series that one runner and one version of the benchmark measured."),
    ("baseline", "The level a newest level is compared with: a rolling median."),
    ("change point", "The place where a series' level shifted for good."),
    ("outlier", "A run off its level for once."),
    ("gap", "A run that failed or did not happen; it stays a gap."),
    ("threshold, limit", "The policy's relative size for a backend, or a finer rule."),
    ("noise", "Robust relative standard deviation of one run around its level."),
    ("confidence", "How sure, from 0 to 1."),
    ("severity", "By size: minor, major, critical."),
    (
        "verdict",
        "What the newest runs of a series say: regressed, suspected, improved, steady, new, noisy, \
         suppressed, infrastructure, approved, missing.",
    ),
    ("budget", "An absolute target: pass, drift, violation."),
    ("preset, view", "A named filter with a page of its own."),
];

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "about/");
    let policy = site.input.policy;
    let verdict = Phrase::new("note").text(
        "A change counts when it is larger than its limit, larger than the noise, confirmed by \
         further runs, not the runner's, and not everyone's at once.",
    );
    let page = PageHead {
        path: "about/",
        title: "About & Methods".to_owned(),
        verdict: &verdict,
        section: NavSection::About,
    };
    let (intro, rules) = methods(site)?;
    let mut notes = site.notes.clone();
    notes.sort_by(|a, b| (b.0, &a.1.name).cmp(&(a.0, &b.1.name)));
    let updated = &policy.last_updated;
    let template = AboutPage {
        frame: frame(site, &page),
        facts: vec![
            Fact::new("Policy", policy.version.clone()).note(updated.clone()),
            Fact::new("Hash", site.input.policy_sha.clone()),
            Fact::new("benchpages", env!("CARGO_PKG_VERSION")),
        ],
        intro,
        limits_note: "The change of level that counts, relative to the baseline; the most \
                      specific line that matches a series holds."
            .to_owned(),
        limits: limits(policy),
        rules,
        measured_note: MEASURED,
        measured: measured(site),
        accuracy: markdown::to_html(ACCURACY),
        notes: notes.into_iter().map(|(time, note)| note_view(time, note)).collect(),
        glossary: GLOSSARY.to_vec(),
        policy_note: Phrase::new("")
            .text(format!("Hash {}. ", site.input.policy_sha))
            .link(root.to("api/v1/policy.json"), "As JSON")
            .text(", ")
            .link(root.to("api/v1/policy.schema.json"), "its JSON Schema")
            .text("."),
        policy_yaml: policy::show::to_yaml(policy),
        verdict,
    };
    pages::html(&template)
}

/// What the figures of this history rest on.
const MEASURED: &str = "The gate under this policy, run over every commit of the history with only \
     what was known then, as benchpages policy replay does; held against what the whole history \
     shows now. Kept back: runs beyond the limit against the median of the runs before them, \
     neighbours counted once, that it did not report and that are no change in the whole history.";

fn measured(site: &SiteContext<'_>) -> Vec<Fact> {
    let figures = &site.input.analyses.replay_summary;
    let minutes = site.input.policy.notify.minutes_per_finding;
    let count = |number: usize| text::count(number as u64);
    let rate = if figures.runs == 0 {
        "–".to_owned()
    } else {
        format!("{:.2} in 10,000", 1e4 * figures.false_alarm_rate())
    };
    let delay = figures
        .median_delay_runs
        .map_or_else(|| "–".to_owned(), |runs| text::count_noun(runs.round() as u64, "run"));
    vec![
        Fact::new("Runs judged", count(figures.runs)).note(format!("{} series", figures.series)),
        Fact::new("Regressions reported", count(figures.reported_regressions)),
        Fact::new("Vanished later", count(figures.withdrawn_reports)),
        Fact::new("Marked false alarms", count(figures.marked_false_alarms)).note("by a note"),
        Fact::new("False alarms", rate).note("of the runs"),
        Fact::new("Never reported", count(figures.missed_regressions)),
        Fact::new("Not compared", count(figures.runs_not_compared)).note("new runner"),
        Fact::new("Infrastructure days", count(figures.infrastructure_days)),
        Fact::new("Median delay", delay),
        Fact::new("Kept back", count(figures.avoided_alarms)).note("alarms of a bare limit"),
        Fact::new("Work saved", text::count_noun(figures.minutes_saved(minutes), "minute"))
            .note(format!("at {minutes} an alarm, assumed")),
    ]
}

fn limits(policy: &Policy) -> Vec<LimitRow> {
    let regression = &policy.regression;
    let mut rows = vec![LimitRow {
        id: "limit-default".to_owned(),
        name: "every series".to_owned(),
        limit: text::percent(regression.default_threshold),
        source: "regression.default_threshold".to_owned(),
    }];
    for (at, (backend, threshold)) in regression.per_backend.iter().enumerate() {
        rows.push(LimitRow {
            id: format!("limit-backend-{at}"),
            name: format!("backend {backend}"),
            limit: text::percent(*threshold),
            source: format!("regression.per_backend.{backend}"),
        });
    }
    for (at, rule) in regression.rules.iter().enumerate() {
        let mut limit: Vec<String> = rule.threshold.map(text::percent).into_iter().collect();
        limit.extend(rule.absolute.map(|least| format!("and {least} in base units")));
        limit.extend(rule.severity.map(|severity| format!("always {}", severity.as_str())));
        limit.extend(rule.report_only.then(|| "report only".to_owned()));
        rows.push(LimitRow {
            id: format!("limit-rule-{at}"),
            name: filter_text(&rule.matches),
            limit: limit.join(" "),
            source: format!("regression.rules[{at}]"),
        });
    }
    for (at, sla) in policy.sla.iter().enumerate() {
        let Some(threshold) = sla.regression_threshold else { continue };
        rows.push(LimitRow {
            id: format!("limit-sla-{at}"),
            name: filter_text(&sla.matches),
            limit: text::percent(threshold),
            source: format!("sla[{at}].regression_threshold"),
        });
    }
    rows
}

fn filter_text(filter: &Filter) -> String {
    if filter.is_empty() { "every series".to_owned() } else { filter.describe().join(", ") }
}

/// The prose with the policy's numbers: an introduction, then one section for each `## ` heading
/// of the form `id: title | key, key`.
fn methods(site: &SiteContext<'_>) -> Result<(String, Vec<RuleView>), RenderError> {
    let own = site.input.templates.iter().find(|(name, _)| name == "methods.md");
    let template = own.map_or(METHODS, |(_, text)| text);
    let filled = markdown::render_template("methods.md", template, context(site))?;
    let mut parts = filled.split("\n## ");
    let intro = markdown::to_html(parts.next().unwrap_or_default());
    let json: serde_json::Value =
        serde_json::from_str(&policy::show::to_json(site.input.policy)).unwrap_or_default();
    let rules = parts.map(|part| rule(part, &json)).collect();
    Ok((intro, rules))
}

fn rule(part: &str, policy: &serde_json::Value) -> RuleView {
    let (head, body) = part.split_once('\n').unwrap_or((part, ""));
    let (id, rest) = head.split_once(": ").unwrap_or(("", head));
    let (title, keys) = rest.split_once(" | ").unwrap_or((rest, ""));
    let value = |key: &str| {
        let found = key.split('.').try_fold(policy, |value, name| value.get(name));
        found.map_or_else(|| "not set".to_owned(), ToString::to_string)
    };
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    RuleView {
        id: if id.is_empty() {
            format!("own-{}", model::hex::sha256(head, 6))
        } else {
            format!("rule-{id}")
        },
        title: title.to_owned(),
        html: markdown::to_html(body),
        keys: keys
            .split(", ")
            .filter(|key| !key.is_empty())
            .map(|key| (key.to_owned(), value(key)))
            .collect(),
    }
}

/// What the methods text may name.
fn context(site: &SiteContext<'_>) -> Value {
    let policy = site.input.policy;
    let percent = text::percent;
    minijinja::context! {
        limit => percent(policy.regression.default_threshold),
        grace_days => policy.regression.grace_period_days,
        min_runs => policy.regression.min_sample_size,
        critical => percent(policy.regression.max_regression_ratio),
        approval => percent(policy.governance.require_approval_threshold),
        approvers => policy.governance.emergency_override_approvers.join(", "),
        retention_days => policy.governance.data_retention_days,
        confirmations => policy.detection.confirmations,
        window => policy.detection.window,
        sigma => policy.data_quality.outlier_threshold.to_string(),
        spread => percent(policy.data_quality.variance_warning_ratio),
        max_age_days => policy.data_quality.max_age_days,
        min_records => policy.data_quality.min_records_per_day,
        k_share => percent(policy.k_anomaly.threshold_ratio),
        k_backends => policy.k_anomaly.min_active_backends,
        k_days => policy.k_anomaly.alert_on_consecutive_days,
        fingerprint => policy.runner_fingerprinting.track_fields.join(", "),
        fingerprinting => policy.runner_fingerprinting.enabled
            && policy.runner_fingerprinting.suppress_alerts_on_runner_change,
        warmup => policy.warmup.enabled,
        warmup_runs => policy.warmup.warmup_runs,
        burn_in_runs => policy.warmup.burn_in_runs,
        warmup_recorded => policy.warmup.record_warmup_times,
        matrix => policy.matrix.enabled,
        trend_days => policy.trends.window_days,
        budgets => policy.budgets.len(),
        service_levels => policy.sla.len(),
        alerts => policy.alerts.len(),
        events_only => policy.site.detail == policy::PageDetail::EventsOnly,
        ..markdown::template_facts(site.input)
    }
}
