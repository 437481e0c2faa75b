//! `api/v1/`: the same facts as JSON. Fields are only ever added; base units, RFC 3339, sorted keys
//! (fields stand in alphabetical order), no NaN. Each type is its own JSON Schema.

mod events;
pub(crate) mod replay;
mod series;
pub(crate) mod json_types;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::delta::{ComparedSeries, SeriesDelta};
use crate::report::wire::{CheckFile, CompareFile};
use crate::report::{urls, wording};
use crate::site::api::json_types::{
    BuiltFrom, CommitFile, DeltaView, DiffFile, DiffHead, DiffsFile, EventsFile, HealthFile,
    IndexFile, PointView, PointsFile, PolicyFile, RejectedView, SeriesView, TrendView,
    UncomparedView,
};
use crate::site::api::replay::ReplayFile;
use crate::site::context::SiteContext;
use crate::site::pages::commit;
use crate::site::pairs::{CommitPair, PairKind};
use crate::site::targets;
use crate::site::{RenderError, RenderJob, audit, health};
use detect::TrendEstimate;
use detect::compare::DeltaVerdict;
use model::policy;

const SCHEMA_NAMES: [&str; 11] = [
    "check", "commit", "compare", "diff", "diffs", "events", "health", "index", "points", "replay",
    "series",
];

/// The files, and answers of the program, that have a schema under `schema/`.
pub(crate) fn schema_names() -> Vec<&'static str> {
    SCHEMA_NAMES.to_vec()
}

pub(crate) fn jobs<'a>(site: &'a SiteContext<'a>, jobs: &mut Vec<(String, RenderJob<'a>)>) {
    let mut add = |path: String, job: RenderJob<'a>| jobs.push((format!("api/v1/{path}"), job));
    add("index.json".into(), Box::new(|| json(&index_file(site))));
    add("events.json".into(), Box::new(|| json(&events::file(site))));
    add("health.json".into(), Box::new(|| json(&health_file(site))));
    add("diffs.json".into(), Box::new(|| json(&diffs_file(site))));
    add("policy.json".into(), Box::new(|| json(&policy_file(site))));
    let schema = || Ok(policy::schema::schema_json().into_bytes());
    add("policy.schema.json".into(), Box::new(schema));
    for name in SCHEMA_NAMES {
        add(format!("schema/{name}.json"), Box::new(move || json(schema_of(name).as_value())));
    }
    for series in site.series_indices() {
        let stem = &site.stems[series];
        let parts = series::parts(site.series(series).0);
        let newest = parts.newest;
        let file = move || series::file(site, series, newest);
        add(format!("series/{stem}.json"), Box::new(file));
        for part in parts.older {
            let path = format!("series/{stem}/{}.json", part.year);
            add(path, Box::new(move || series::part_file(site, series, &part)));
        }
        if site.has_page(series) {
            add(format!("series/{stem}.csv"), Box::new(move || Ok(series::csv(site, series))));
        }
    }
    for at in commit::measured(site) {
        let slug = urls::commit_slug(&site.commit(at).id);
        let file = move || json(&commit_file(site, at));
        add(format!("commit/{slug}.json"), Box::new(file));
    }
}

/// The file of a pair: made beside its pages.
pub(crate) fn diff_job<'a>(
    site: &'a SiteContext<'a>,
    pair: &'a CommitPair,
) -> (String, RenderJob<'a>) {
    let file = move || json(&diff_file(site, pair, &pair.compared(site)));
    (format!("api/v1/diff/{}.json", pair.slug), Box::new(file))
}

pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    // As much as most files take, so that they are not moved while they grow.
    let mut bytes = Vec::with_capacity(32 << 10);
    serde_json::to_writer(&mut bytes, value).map_err(|error| RenderError::Template {
        template: "api".to_owned(),
        reason: error.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn schema_of(name: &str) -> schemars::Schema {
    match name {
        "check" => schemars::schema_for!(CheckFile),
        "commit" => schemars::schema_for!(CommitFile<'static>),
        "compare" => schemars::schema_for!(CompareFile),
        "diff" => schemars::schema_for!(DiffFile<'static>),
        "diffs" => schemars::schema_for!(DiffsFile),
        "events" => schemars::schema_for!(EventsFile),
        "health" => schemars::schema_for!(HealthFile),
        "index" => schemars::schema_for!(IndexFile),
        "points" => schemars::schema_for!(PointsFile<'static>),
        "replay" => schemars::schema_for!(ReplayFile),
        _ => schemars::schema_for!(SeriesView<Vec<PointView<'static>>>),
    }
}

fn built_from(site: &SiteContext<'_>) -> BuiltFrom {
    let history = site.input.history;
    BuiltFrom {
        newest: history.newest.map(|time| time.to_string()),
        policy_sha: site.input.policy_sha.clone(),
        records: history.counts.records,
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// JSON has no NaN and no infinity.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn series_view<P>(site: &SiteContext<'_>, index: usize, points: P) -> SeriesView<P> {
    let (series, analysis) = site.series(index);
    let key = &series.key;
    SeriesView {
        backend: key.backend.clone(),
        baseline: analysis.baseline.and_then(|baseline| finite(baseline.value)),
        better: series.direction.as_str(),
        built_from: None,
        change: analysis.latest_change.and_then(finite),
        detectable: analysis.detectable_change_90.and_then(finite),
        detectable_surely: analysis.detectable_change_99.and_then(finite),
        events: None,
        id: site.stems[index].clone(),
        latest: analysis.latest_run.and_then(|run| series.runs[run].value.get()),
        metric: key.metric.clone(),
        mode: key.mode.clone(),
        n: key.n,
        noise: analysis.noise.and_then(finite),
        parallel: key.parallel,
        params: key.params.clone(),
        parts: None,
        points,
        schema: None,
        segments: None,
        suite: key.suite.clone(),
        test: key.test.clone(),
        threshold: analysis.threshold,
        trend: analysis.trend.as_ref().map(trend_view),
        unit: series.unit.as_str().to_owned(),
        url: site.series_path(index),
        verdict: wording::verdict_name(analysis.verdict),
    }
}

fn trend_view(trend: &TrendEstimate) -> TrendView {
    TrendView {
        clear: trend.is_significant,
        from: trend.from.to_string(),
        high: trend.high,
        low: trend.low,
        per_day: trend.per_day,
        r_squared: trend.r_squared,
        runs: trend.runs,
        to: trend.to.to_string(),
    }
}

fn index_file(site: &SiteContext<'_>) -> IndexFile {
    IndexFile {
        built_from: built_from(site),
        schema: "schema/index.json",
        series: site
            .series_indices()
            .map(|one| series_view(site, one, site.series(one).0.runs.len()))
            .collect(),
    }
}

fn health_file(site: &SiteContext<'_>) -> HealthFile {
    let history = site.input.history;
    HealthFile {
        audit: audit::view(site),
        built_from: built_from(site),
        conflicting: history.counts.conflicting,
        duplicates: history.counts.duplicates,
        failed: history.counts.failed,
        findings: health::findings(site).into_iter().map(|(_, text)| text).collect(),
        not_covered: site.input.not_covered.to_vec(),
        refused: history
            .rejected_records
            .iter()
            .map(|problem| RejectedView {
                column: problem.location.column,
                file: problem.location.file.clone(),
                line: problem.location.line,
                reason: problem.reason.clone(),
                remedy: problem.remedy.clone(),
            })
            .collect(),
        schema: "schema/health.json",
        state: health::state(site).as_str(),
        targets: targets::views(site),
    }
}

fn policy_file(site: &SiteContext<'_>) -> PolicyFile {
    let text = policy::show::to_json(site.input.policy);
    let mut policy: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    // Who knows the address of a webhook can write to it.
    if let Some(url) = policy.pointer_mut("/notify/webhook/url") {
        *url = "redacted".into();
    }
    PolicyFile { built_from: built_from(site), policy, schema: "policy.schema.json" }
}

fn diffs_file(site: &SiteContext<'_>) -> DiffsFile {
    let diffs = site.pairs.iter().map(|pair| DiffHead {
        base: urls::commit_slug(&site.commit(pair.base).id),
        head: urls::commit_slug(&site.commit(pair.head).id),
        kind: match pair.kind {
            PairKind::Pull(_) => "pull",
            PairKind::Tags => "tags",
            PairKind::Consecutive => "consecutive",
            PairKind::Event => "event",
        },
        pull: match pair.kind {
            PairKind::Pull(pull) => Some(pull),
            _ => None,
        },
        url: urls::diff(&pair.slug),
    });
    DiffsFile { built_from: built_from(site), diffs: diffs.collect(), schema: "schema/diffs.json" }
}

fn diff_file<'a>(
    site: &'a SiteContext<'_>,
    pair: &'a CommitPair,
    outcomes: &'a [ComparedSeries],
) -> DiffFile<'a> {
    let (mut compared, mut not_compared) = (Vec::new(), Vec::new());
    for one in outcomes {
        let series = site.stems[one.series].as_str();
        let outlier = matches!(one.delta, SeriesDelta::Outlier(_));
        match &one.delta {
            SeriesDelta::NotCompared(reason) => {
                not_compared.push(UncomparedView { reason, series })
            }
            SeriesDelta::Outlier(delta) | SeriesDelta::Delta(delta) => compared.push(DeltaView {
                after: delta.after,
                before: delta.before,
                change: finite(delta.change),
                confidence: delta.confidence,
                series,
                verdict: match delta.verdict {
                    _ if outlier => "outlier",
                    DeltaVerdict::Regressed => "regressed",
                    DeltaVerdict::Improved => "improved",
                    DeltaVerdict::Unchanged => "steady",
                    DeltaVerdict::Inconclusive => "noisy",
                },
            }),
        }
    }
    DiffFile {
        base: site.commit(pair.base).id.clone(),
        built_from: built_from(site),
        compared,
        head: site.commit(pair.head).id.clone(),
        not_compared,
        schema: "schema/diff.json",
    }
}

fn commit_file<'a>(site: &'a SiteContext<'_>, at: model::series::CommitIndex) -> CommitFile<'a> {
    let commit = site.commit(at);
    let mut values = BTreeMap::new();
    for run in &site.pull_runs[at.0 as usize] {
        let series = &site.input.series[run.series as usize];
        let value = series.pulls[run.run as usize].run.value.get();
        values.insert(site.stems[run.series as usize].as_str(), value);
    }
    for run in &site.main_runs[at.0 as usize] {
        let series = &site.input.series[run.series as usize];
        let value = series.runs[run.run as usize].value.get();
        values.insert(site.stems[run.series as usize].as_str(), value);
    }
    CommitFile {
        built_from: built_from(site),
        commit: commit.id.clone(),
        main_line: commit.main_line,
        schema: "schema/commit.json",
        timestamp: commit.time.to_string(),
        values,
    }
}
