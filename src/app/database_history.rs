//! A history directory into a database, with the regressions that are known of it.

use crate::app::load::{Project, load};
use crate::app::load_options::LoadOptions;
use crate::app::observer::{Observer, Silent};
use crate::database::url::DatabaseUrl;
use crate::database::write::{
    self, FileRow, InsightRow, RejectedLineRow, ResultRow, ResultSink, WrittenRows,
};
use crate::files::{self, SizeLimit};
use crate::report::insight::{Insight, InsightMaker};
use crate::report::regression_groups::{GroupInput, Regression, RegressionGroup};
use crate::store;
use crate::store::record_lines::{HistoryLine, RecordContent, each_line, file_names};
use model::limits::Limits;
use model::record::DEFAULT_MODE;

/// A file beside the records is read whole.
const FILE_LIMIT: SizeLimit = SizeLimit { bytes: 1 << 30, key: None };

/// Writes the history of a directory, archive included, to a database.
///
/// # Errors
/// The history cannot be loaded, or the database cannot be reached or written.
pub(crate) fn export(
    options: &LoadOptions,
    url: &DatabaseUrl,
    observer: &dyn Observer,
) -> anyhow::Result<WrittenRows> {
    let project = load(options, &Silent)?;
    project.data_warnings().for_each(|warning| observer.detail(warning));
    let limits = &project.policy.limits;
    let files = files_beside_records(options, limits)?;
    let directory = options.directory();
    let mut results = |sink: &mut ResultSink<'_>| {
        let mut rejected = Vec::new();
        let mut add = |line: HistoryLine<'_>| match &line.content {
            Some(content) => sink(result_row(&line, content)),
            None => {
                rejected.push(RejectedLineRow {
                    source_file: line.file.to_owned(),
                    source_line: line.line,
                    line: line.bytes.to_vec(),
                });
                Ok(())
            }
        };
        each_line(&directory, limits, &mut add)?;
        Ok(rejected)
    };
    write::write(url, &mut results, &files, &insights(&project))
}

fn result_row<'a>(line: &'a HistoryLine<'_>, content: &'a RecordContent<'_>) -> ResultRow<'a> {
    let record = &content.record;
    let environment = record.environment.iter().find(|(name, _)| name == "environment");
    ResultRow {
        // A record that could be read has a time.
        timestamp: record.timestamp.map(|time| time.to_string()).unwrap_or_default(),
        benchmark_name: &record.test,
        commit: &record.commit,
        branch: record.branch.as_deref(),
        environment: environment.map(|(_, value)| value.as_ref()),
        pull: record.pull,
        suite: &record.suite,
        backend: &record.backend,
        mode: record.mode.as_deref().unwrap_or(DEFAULT_MODE),
        parallel: record.parallel,
        n: record.n,
        params: &record.params,
        record: content.text,
        source_file: line.file,
        source_line: line.line,
    }
}

/// Policy, notes and whatever else a build reads.
fn files_beside_records(options: &LoadOptions, limits: &Limits) -> anyhow::Result<Vec<FileRow>> {
    let directory = options.directory();
    let records = file_names(&directory, limits)?;
    let mut rows = Vec::new();
    for path in store::inputs(&directory)? {
        let Ok(relative) = path.strip_prefix(directory.path()) else { continue };
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        if !records.contains(&name) {
            let content = files::read(&path, directory.links(), FILE_LIMIT)?;
            rows.push(FileRow { path: name, content });
        }
    }
    Ok(rows)
}

/// A row for each regression of a series.
fn insights(project: &Project) -> Vec<InsightRow> {
    let input = GroupInput {
        history: &project.history,
        series: &project.series,
        analyses: &project.analyses.by_series,
        notes: &project.contents.notes,
    };
    let maker = InsightMaker::of(input);
    let of_group = |group| insights_of(project, group, maker.insight(group));
    input.groups().iter().flat_map(of_group).collect()
}

fn insights_of(project: &Project, group: &RegressionGroup, insight: Insight) -> Vec<InsightRow> {
    let history = &project.history;
    let mut recommendations = insight.recommendations;
    // What is over needs no command.
    if matches!(group.state(), "open" | "suspected") {
        recommendations.push(group.compare_command(history));
        recommendations.push(group.accept_command(history));
    }
    let hint = if insight.hint.is_empty() { String::new() } else { format!(". {}", insight.hint) };
    let row = |member: &Regression| {
        let key = &project.series[member.series].key;
        let suspected = || format!("suspected:{}", member.subject.stem);
        InsightRow {
            key: member.event.clone().unwrap_or_else(suspected),
            description: format!("{}: {}{hint}", member.subject.title, group.sentence(history)),
            severity: member.severity.map(str::to_owned),
            state: member.state.to_owned(),
            recommendations: recommendations.clone(),
            commit: history.commits[member.first_bad.0 as usize].id.clone(),
            suite: key.suite.clone(),
            benchmark_name: key.test.clone(),
            backend: key.backend.clone(),
            mode: key.mode.clone(),
            n: key.n,
        }
    };
    group.members.iter().map(row).collect()
}
