//! About & Methods: how is this decided? Generated from the policy in force.

use askama::Template;
use minijinja::Value;

use crate::report::escape::template::render_markdown;
use crate::report::phrase::Phrase;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::glossary::{self, GlossaryGroup};
use crate::site::markdown::{self, Markup};
use crate::site::pages;
use crate::site::pages::series::{NoteView, note_view};
use crate::site::view::{Fact, PageFrame};
use crate::site::worked_example::{self, WorkedExample};
use model::filter::Filter;
use model::policy::gate::{FailingVerdict, MainGate};
use model::policy::{self, Policy};
use model::text;
use model::text::emails::without_emails;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: PageFrame,
    verdict: Phrase,
    facts: Vec<Fact>,
    intro: Markup,
    example: Option<WorkedExample>,
    thresholds_note: &'static str,
    thresholds: Vec<ThresholdRow>,
    rules: Vec<RuleView>,
    measured_note: &'static str,
    measured: Vec<Fact>,
    accuracy: Markup,
    notes: Vec<NoteView>,
    glossary: Vec<GlossaryGroup>,
    policy_note: Phrase,
    policy_yaml: String,
}

struct ThresholdRow {
    id: String,
    name: String,
    threshold: String,
    source: String,
}

struct RuleView {
    id: String,
    title: String,
    html: Markup,
    /// `(key of policy.yml, value)`.
    keys: Vec<(String, String)>,
}

/// The shipped prose; a project may replace it by its own `templates/methods.md`.
const METHODS: &str = include_str!("../../../templates/methods.md");

/// The measured accuracy of the detection; `make evaluate` writes the file.
const ACCURACY: &str = include_str!("accuracy.md");

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "about/");
    let policy = site.input.policy;
    let verdict = Phrase::new("note").text(
        "A change counts when it exceeds the threshold and the noise, further runs confirm it, the \
         runner did not change, and other backends did not shift at the same time.",
    );
    let page = PageHead {
        path: "about/",
        title: "About & Methods".to_owned(),
        verdict: &verdict,
        section: NavSection::About,
    };
    let (intro, rules) = methods(site)?;
    let mut notes = site.notes.all().to_vec();
    notes.sort_by(|a, b| (b.time, &a.note.name).cmp(&(a.time, &b.note.name)));
    let updated = &policy.last_updated;
    let template = AboutPage {
        frame: frame(site, &page),
        facts: vec![
            Fact::new("Policy", policy.version.clone()).note(updated.clone()),
            Fact::new("Hash", site.input.policy_sha.clone()),
            Fact::new("benchpages", env!("CARGO_PKG_VERSION")),
        ],
        intro,
        example: worked_example::example(policy),
        thresholds_note: "A change of level counts from this size on, relative to the baseline. \
                          The most specific line that matches a series applies.",
        thresholds: thresholds(policy),
        rules,
        measured_note: MEASURED,
        measured: measured(site),
        accuracy: markdown::to_html(ACCURACY),
        notes: notes.into_iter().map(note_view).collect(),
        glossary: glossary::groups(),
        policy_note: Phrase::new("")
            .text(format!("Hash {}. ", site.input.policy_sha))
            .link(root.to("api/v2/policy.json"), "As JSON")
            .text(", ")
            .link(root.to("api/v2/policy.schema.json"), "its JSON Schema")
            .text("."),
        policy_yaml: without_emails(&policy::show::to_yaml(policy)).into_owned(),
        verdict,
    };
    pages::html(&template)
}

/// How the results on this history were obtained.
const MEASURED: &str = "The check was replayed at every commit with only the runs up to that \
     commit (benchpages policy replay) and compared with what the whole history shows now. \
     Prevented alarms are runs beyond the threshold, against the median of the runs before them, \
     that the check did not report and that are no change in the whole history. Neighboring runs \
     count once.";

fn measured(site: &SiteContext<'_>) -> Vec<Fact> {
    let figures = &site.input.analyses.replay_summary;
    let minutes = site.input.policy.notify.minutes_per_finding;
    let count = |number: usize| text::count(number as u64);
    // A rate of nothing is no zero.
    let rate = if figures.runs == 0 {
        "–".to_owned()
    } else {
        format!("{:.2} in 10,000", 1e4 * figures.false_alarm_rate())
    };
    let delay = figures
        .median_delay_runs
        .map_or_else(|| "–".to_owned(), |runs| text::count_noun(runs.round() as u64, "run"));
    vec![
        Fact::new("Runs checked", count(figures.runs))
            .note(format!("in {} series", figures.series)),
        Fact::new("Regressions reported", count(figures.reported_regressions)),
        Fact::new("Withdrawn later", count(figures.withdrawn_reports)),
        Fact::new("Marked as false alarms", count(figures.marked_false_alarms)).note("by a note"),
        Fact::new("False alarms", rate).note("runs"),
        Fact::new("Never reported", count(figures.missed_regressions)),
        Fact::new("Not compared", count(figures.runs_not_compared)).note("new runner"),
        Fact::new("Infrastructure anomalies", count(figures.infrastructure_days)),
        Fact::new("Median delay", delay),
        Fact::new("Prevented alarms", count(figures.avoided_alarms)),
        Fact::new("Time saved", text::count_noun(figures.minutes_saved(minutes), "minute"))
            .note(format!("assuming {minutes} per alarm")),
    ]
}

fn thresholds(policy: &Policy) -> Vec<ThresholdRow> {
    let regression = &policy.regression;
    let mut rows = vec![ThresholdRow {
        id: "threshold-default".to_owned(),
        name: "all series".to_owned(),
        threshold: text::percent(regression.default_threshold),
        source: "regression.default_threshold".to_owned(),
    }];
    for (at, (backend, threshold)) in regression.per_backend.iter().enumerate() {
        rows.push(ThresholdRow {
            id: format!("threshold-backend-{at}"),
            name: format!("backend {backend}"),
            threshold: text::percent(*threshold),
            source: format!("regression.per_backend.{backend}"),
        });
    }
    for (at, rule) in regression.rules.iter().enumerate() {
        let mut parts: Vec<String> = rule.threshold.map(text::percent).into_iter().collect();
        parts.extend(rule.absolute.map(|size| format!("and {size} in base units")));
        parts.extend(rule.severity.map(|severity| format!("always {}", severity.as_str())));
        parts.extend(rule.report_only.then(|| "report only".to_owned()));
        rows.push(ThresholdRow {
            id: format!("threshold-rule-{at}"),
            name: filter_text(&rule.matches),
            threshold: parts.join(" "),
            source: format!("regression.rules[{at}]"),
        });
    }
    for (at, sla) in policy.sla.iter().enumerate() {
        let Some(threshold) = sla.regression_threshold else { continue };
        rows.push(ThresholdRow {
            id: format!("threshold-sla-{at}"),
            name: filter_text(&sla.matches),
            threshold: text::percent(threshold),
            source: format!("sla[{at}].regression_threshold"),
        });
    }
    rows
}

fn filter_text(filter: &Filter) -> String {
    if filter.is_empty() { "all series".to_owned() } else { filter.describe().join(", ") }
}

/// The prose with the policy's numbers: an introduction, then one section for each `## ` heading
/// of the form `id: title | key, key`.
fn methods(site: &SiteContext<'_>) -> Result<(Markup, Vec<RuleView>), RenderError> {
    let custom = site.input.templates.iter().find(|(name, _)| name == "methods.md");
    let template = custom.map_or(METHODS, |(_, text)| text);
    // The shipped text and a custom one get the same variables, so that a project can start from a
    // copy of ours.
    let filled = render_markdown("methods.md", template, context(site))?;
    let mut parts = filled.split("\n## ");
    let intro = markdown::to_html(parts.next().unwrap_or_default());
    let json: serde_json::Value =
        serde_json::from_str(&without_emails(&policy::show::to_json(site.input.policy)))
            .unwrap_or_default();
    let rules = parts.map(|part| rule(part, &json)).collect();
    Ok((intro, rules))
}

fn rule(part: &str, policy: &serde_json::Value) -> RuleView {
    let (head, body) = part.split_once('\n').unwrap_or((part, ""));
    let (id, heading) = head.split_once(": ").unwrap_or(("", head));
    let (title, keys) = heading.split_once(" | ").unwrap_or((heading, ""));
    let value = |key: &str| {
        let value = key.split('.').try_fold(policy, |value, name| value.get(name));
        value.map_or_else(|| "not set".to_owned(), ToString::to_string)
    };
    // The id becomes an anchor; a custom text may hold anything.
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

/// The verdicts that make a check fail, in words.
fn fail_on(policy: &Policy) -> String {
    let word = |verdict: &FailingVerdict| match verdict {
        FailingVerdict::Regressed => "regressed",
        FailingVerdict::Failed => "failed",
        FailingVerdict::Missing => "missing",
        FailingVerdict::TooNoisy => "too noisy",
        FailingVerdict::NotCompared => "not compared",
    };
    let words: Vec<String> =
        policy.gate.fail_on.iter().map(|verdict| word(verdict).to_owned()).collect();
    if words.is_empty() { "none".to_owned() } else { text::join_and(&words) }
}

/// The variables of `methods.md`.
fn context(site: &SiteContext<'_>) -> Value {
    let policy = site.input.policy;
    let percent = text::percent;
    minijinja::context! {
        threshold => percent(policy.regression.default_threshold),
        // The older name, which templates of users may still have.
        limit => percent(policy.regression.default_threshold),
        grace_days => policy.regression.grace_period_days,
        min_runs => policy.regression.min_sample_size,
        critical => percent(policy.regression.max_regression_ratio),
        approval => percent(policy.governance.require_approval_threshold),
        approvers => without_emails(&policy.governance.emergency_override_approvers.join(", ")),
        close_after_days => policy.regression.close_after_days,
        gate_open => policy.gate.main == MainGate::Open,
        fail_on => fail_on(policy),
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
        events_only => site.page_policy.is_reduced(),
        ..markdown::template_facts(site.input)
    }
}
