//! `api/v2/`: the same facts as JSON. Fields are only ever added; base units, RFC 3339, sorted keys
//! (fields stand in alphabetical order), no NaN. Each type is its own JSON Schema.
//!
//! No file says when or from how many records it was built: `build.json` does. So a file changes
//! only where what it is about has changed.

mod columns;
pub(crate) mod commit;
pub(crate) mod commits;
mod events;
pub(crate) mod replay;
pub(crate) mod series;
pub(crate) mod json_types;

use serde::Serialize;

use crate::report::delta::SeriesDelta;
use crate::report::finite;
use crate::report::regression_view::group_views;
use crate::report::wire::{self, BuiltFrom, CheckFile, CompareFile, Word};
use crate::report::{target_view, urls, wording};
use crate::site::api::columns::{PointColumns, six_digits};
use crate::site::api::json_types::{
    CommitFile, CommitsFile, DeltaView, DiffFile, DiffHead, DiffsFile, EventsFile, HealthFile,
    IndexFile, PointView, PointsFile, PolicyFile, RegressionsFile, RejectedView, SeriesView,
    TrendView, UncomparedView,
};
use crate::site::api::replay::ReplayFile;
use crate::site::comparison;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::pairs::{CommitPair, ComparedSeries, PairKind};
use crate::site::{audit, health};
use crate::site::{regressions, targets};
use detect::TrendEstimate;
use model::policy;
use model::text::emails::without_emails;

/// The names under `schema/`: files of the site, and answers of the program.
pub(crate) const SCHEMA_NAMES: [&str; 14] = [
    "check",
    "commit",
    "commits",
    "compare",
    "diff",
    "diffs",
    "events",
    "health",
    "index",
    "points",
    "regressions",
    "replay",
    "runs",
    "series",
];

/// Version of the shapes of files, as in their address.
const API_VERSION: u32 = 2;

/// The files that a site has once.
pub(crate) const SITE_FILES: [&str; 7] = [
    "index.json",
    "events.json",
    "regressions.json",
    "health.json",
    "diffs.json",
    "policy.json",
    "policy.schema.json",
];

/// One of [`SITE_FILES`].
pub(crate) fn site_file(site: &SiteContext<'_>, name: &str) -> Result<Vec<u8>, RenderError> {
    match name {
        "index.json" => json(&index_file(site, "schema/index.json")),
        "events.json" => json(&events::file(site)),
        "regressions.json" => json(&regressions_file(site)),
        "health.json" => json(&health_file(site)),
        "diffs.json" => json(&diffs_file(site)),
        "policy.json" => json(&policy_file(site)),
        _ => Ok(policy::schema::schema_json().into_bytes()),
    }
}

/// The list of series at its address before `api/v2/`, where programs of others look for it.
pub(crate) fn first_index(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    json(&index_file(site, "../v2/schema/index.json"))
}

/// The JSON Schema of one of [`SCHEMA_NAMES`].
pub(crate) fn schema(name: &str) -> Result<Vec<u8>, RenderError> {
    json(schema_of(name).as_value())
}

/// The comparison of a pair.
pub(crate) fn pair(site: &SiteContext<'_>, pair: &CommitPair) -> Result<Vec<u8>, RenderError> {
    json(&diff_file(site, pair, &comparison::of_pair(site, pair)))
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
        "check" => wire::schema::<CheckFile>(),
        "commit" => schemars::schema_for!(CommitFile),
        "commits" => schemars::schema_for!(CommitsFile<'static>),
        "compare" => schemars::schema_for!(CompareFile),
        "diff" => schemars::schema_for!(DiffFile<'static>),
        "diffs" => schemars::schema_for!(DiffsFile),
        "events" => schemars::schema_for!(EventsFile),
        "health" => schemars::schema_for!(HealthFile),
        "index" => schemars::schema_for!(IndexFile),
        "points" => schemars::schema_for!(PointsFile<'static>),
        "regressions" => schemars::schema_for!(RegressionsFile),
        "replay" => schemars::schema_for!(ReplayFile),
        "runs" => schemars::schema_for!(SeriesView<Vec<PointView<'static>>>),
        _ => schemars::schema_for!(SeriesView<PointColumns>),
    }
}

/// Regressions by cause, in every state.
fn regressions_file(site: &SiteContext<'_>) -> RegressionsFile {
    let groups = site.regressions.groups();
    RegressionsFile {
        groups: group_views(regressions::group_input(site.input), groups),
        open: site.regressions.open().map(|group| group.members.len()).sum(),
        schema: "schema/regressions.json",
    }
}

fn built_from(site: &SiteContext<'_>) -> BuiltFrom {
    let history = site.input.history;
    BuiltFrom {
        newest: history.newest.map(|time| time.to_string()),
        policy_sha: site.input.policy_sha.clone(),
        records: history.counts.records,
        version: Word::Borrowed(env!("CARGO_PKG_VERSION")),
    }
}

fn series_view<P>(site: &SiteContext<'_>, index: usize, points: P) -> SeriesView<P> {
    let (series, analysis) = site.series(index);
    let key = &series.key;
    let stem = &site.stems[index];
    let file = urls::series_file(stem);
    SeriesView {
        absolute_threshold: analysis.absolute_threshold,
        backend: key.backend.clone(),
        baseline: analysis.baseline.and_then(|baseline| finite(baseline.value)),
        better: series.direction.as_str(),
        change: analysis.latest_change.and_then(finite),
        chaos: None,
        detectable: estimated(analysis.detectable_change_90),
        detectable_99: estimated(analysis.detectable_change_99),
        events: None,
        file: (file != stem.replace('/', ".")).then_some(file),
        growth: None,
        id: stem.clone(),
        latest: analysis.latest_run.and_then(|run| series.runs[run].value.get()),
        levels: None,
        metric: key.metric.clone(),
        mode: key.mode.clone(),
        n: key.n,
        noise: estimated(analysis.noise),
        noise_floor: estimated(analysis.noise_floor),
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
        version: None,
    }
}

/// A statistic with the digits that it has.
fn estimated(value: Option<f64>) -> Option<f64> {
    value.and_then(finite).map(six_digits)
}

fn trend_view(trend: &TrendEstimate) -> TrendView {
    TrendView {
        from: trend.from.to_string(),
        high: six_digits(trend.high),
        low: six_digits(trend.low),
        per_day: six_digits(trend.per_day),
        r_squared: six_digits(trend.r_squared),
        runs: trend.runs,
        significant: trend.is_significant,
        to: trend.to.to_string(),
    }
}

fn index_file(site: &SiteContext<'_>, schema: &'static str) -> IndexFile {
    IndexFile {
        list: site.series_hash.clone(),
        schema,
        series: site
            .series_indices()
            .map(|index| series_view(site, index, site.series(index).0.runs.len()))
            .collect(),
    }
}

fn health_file(site: &SiteContext<'_>) -> HealthFile {
    let history = site.input.history;
    let rejected: Vec<RejectedView> = history
        .rejected_records
        .iter()
        .map(|problem| RejectedView {
            column: problem.location.column,
            file: problem.location.file.clone(),
            line: problem.location.line,
            reason: problem.reason.clone(),
            remedy: problem.remedy.clone(),
        })
        .collect();
    let targets = targets::views(site);
    HealthFile {
        audit: audit::view(site),
        conflicting: history.counts.conflicting,
        duplicates: history.counts.duplicates,
        failed: history.counts.failed,
        findings: health::findings(site).into_iter().map(|finding| finding.text).collect(),
        not_covered: site.input.not_covered.to_vec(),
        refused: rejected.clone(),
        rejected,
        schema: "schema/health.json",
        state: health::state(site).as_str(),
        target_counts: target_view::counts(&targets),
        targets_summary: target_view::overview(&targets).unwrap_or_default(),
        targets,
    }
}

fn policy_file(site: &SiteContext<'_>) -> PolicyFile {
    // Approvers may be written as `Name <mail>`.
    let text = policy::show::to_json(site.input.policy);
    let text = without_emails(&text);
    let mut policy: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    // The address of a webhook is as good as a password.
    if let Some(url) = policy.pointer_mut("/notify/webhook/url") {
        *url = "redacted".into();
    }
    PolicyFile { policy, policy_sha: site.input.policy_sha.clone(), schema: "policy.schema.json" }
}

fn diffs_file(site: &SiteContext<'_>) -> DiffsFile {
    let diffs = site.pairs.all().iter().map(|pair| DiffHead {
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
    DiffsFile { diffs: diffs.collect(), schema: "schema/diffs.json" }
}

fn diff_file<'a>(
    site: &'a SiteContext<'_>,
    pair: &'a CommitPair,
    outcomes: &'a [ComparedSeries],
) -> DiffFile<'a> {
    let (mut compared, mut not_compared) = (Vec::new(), Vec::new());
    for entry in outcomes {
        let series = site.stems[entry.series].as_str();
        match &entry.delta {
            SeriesDelta::NotCompared(reason) => {
                not_compared.push(UncomparedView { reason, series })
            }
            SeriesDelta::Outlier(delta) | SeriesDelta::Delta(delta) => compared.push(DeltaView {
                after: delta.after,
                before: delta.before,
                change: finite(delta.change),
                confidence: delta.confidence,
                series,
                verdict: entry.verdict.as_str(),
            }),
        }
    }
    DiffFile {
        base: site.commit(pair.base).id.clone(),
        compared,
        head: site.commit(pair.head).id.clone(),
        not_compared,
        schema: "schema/diff.json",
    }
}
