//! A history into the tables: COPY into a temporary table, then an upsert, all in one transaction.

use std::collections::HashMap;
use std::io::Write as _;

use anyhow::Context;
use postgres::Transaction;
use postgres::types::ToSql;
use serde_json::Value;

use crate::database::copy_row::CopyRow;
use crate::database::migrations;
use crate::database::url::DatabaseUrl;
use model::hex;

/// One record of a history.
pub(crate) struct ResultRow<'a> {
    /// RFC 3339.
    pub(crate) timestamp: String,
    pub(crate) benchmark_name: &'a str,
    pub(crate) commit: &'a str,
    pub(crate) branch: Option<&'a str>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) pull: Option<u64>,
    pub(crate) suite: &'a str,
    pub(crate) backend: &'a str,
    pub(crate) mode: &'a str,
    pub(crate) parallel: bool,
    pub(crate) n: Option<u64>,
    pub(crate) params: &'a str,
    /// Its line.
    pub(crate) record: &'a str,
    pub(crate) source_file: &'a str,
    pub(crate) source_line: u32,
}

/// A regression of a series and what to do about it.
pub(crate) struct InsightRow {
    pub(crate) key: String,
    pub(crate) description: String,
    pub(crate) severity: Option<String>,
    pub(crate) state: String,
    pub(crate) recommendations: Vec<String>,
    /// The result that it begins with.
    pub(crate) commit: String,
    pub(crate) suite: String,
    pub(crate) benchmark_name: String,
    pub(crate) backend: String,
    pub(crate) mode: String,
    pub(crate) n: Option<u64>,
}

/// A line that is no record.
pub(crate) struct RejectedLineRow {
    pub(crate) source_file: String,
    pub(crate) source_line: u32,
    pub(crate) line: Vec<u8>,
}

/// A file beside the records.
pub(crate) struct FileRow {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenRows {
    /// Records of the history.
    pub(crate) records: u64,
    /// Those that the database did not have.
    pub(crate) added: u64,
}

/// Takes one record after the other; fails where the database does.
pub(crate) type ResultSink<'a> = dyn FnMut(ResultRow<'_>) -> anyhow::Result<()> + 'a;

/// Hands each record of a history to a sink, and returns the lines that are none.
pub(crate) type ResultSource<'a> =
    dyn FnMut(&mut ResultSink<'_>) -> anyhow::Result<Vec<RejectedLineRow>> + 'a;

const STAGE: &str = "CREATE TEMPORARY TABLE benchpages_stage
    (LIKE benchmark_results INCLUDING DEFAULTS) ON COMMIT DROP;
    ALTER TABLE benchpages_stage DROP COLUMN id";
const COLUMNS: &str = "timestamp, benchmark_name, commit_sha, branch, results, environment, pull, \
                       suite, backend, mode, parallel, n, params, record, record_sha, occurrence, \
                       source_file, source_line";
/// Files and lines move when a history is rotated; nothing else of a record can change.
const ON_CONFLICT: &str = "ON CONFLICT (record_sha, occurrence) DO UPDATE SET
    source_file = excluded.source_file, source_line = excluded.source_line
    WHERE (benchmark_results.source_file, benchmark_results.source_line)
        IS DISTINCT FROM (excluded.source_file, excluded.source_line)";

/// Writes a history. Records that are already there stay; everything else is replaced.
///
/// # Errors
/// The database cannot be reached or does not take it; then it is as it was before.
pub(crate) fn write(
    url: &DatabaseUrl,
    results: &mut ResultSource<'_>,
    files: &[FileRow],
    insights: &[InsightRow],
) -> anyhow::Result<WrittenRows> {
    let mut client = url.connect()?;
    let failure = || format!("cannot write to {url}");
    let mut transaction = client.transaction().with_context(failure)?;
    let written = write_all(&mut transaction, results, files, insights).with_context(failure)?;
    transaction.commit().with_context(failure)?;
    Ok(written)
}

fn write_all(
    transaction: &mut Transaction<'_>,
    results: &mut ResultSource<'_>,
    files: &[FileRow],
    insights: &[InsightRow],
) -> anyhow::Result<WrittenRows> {
    migrations::apply(transaction)?;
    transaction.batch_execute(STAGE)?;
    let (records, rejected) = copy_results(transaction, results)?;
    let count = "SELECT count(*) FROM benchmark_results";
    let before: i64 = transaction.query_one(count, &[])?.get(0);
    // The temporary table has no keys, so COPY never fails on what is already there.
    let upsert = format!(
        "INSERT INTO benchmark_results ({COLUMNS}) SELECT {COLUMNS} FROM benchpages_stage \
         {ON_CONFLICT}"
    );
    transaction.execute(&upsert, &[])?;
    let after: i64 = transaction.query_one(count, &[])?.get(0);
    write_rejected(transaction, &rejected)?;
    write_files(transaction, files)?;
    write_insights(transaction, insights)?;
    Ok(WrittenRows { records, added: (after - before).max(0).unsigned_abs() })
}

fn copy_results(
    transaction: &mut Transaction<'_>,
    results: &mut ResultSource<'_>,
) -> anyhow::Result<(u64, Vec<RejectedLineRow>)> {
    let copy = format!("COPY benchpages_stage ({COLUMNS}) FROM STDIN");
    let mut writer = transaction.copy_in(&copy)?;
    // A history may have the same line twice: both are records.
    let mut occurrences: HashMap<String, u64> = HashMap::new();
    let rejected = results(&mut |row| {
        let sha = hex::sha256(row.record, 64);
        let occurrence = occurrences.entry(sha.clone()).or_default();
        let line = copy_row(&row, &sha, *occurrence)?;
        *occurrence += 1;
        writer.write_all(line.as_bytes()).map_err(anyhow::Error::from)
    })?;
    Ok((writer.finish()?, rejected))
}

fn copy_row(row: &ResultRow<'_>, sha: &str, occurrence: u64) -> anyhow::Result<String> {
    let mut results: Value = serde_json::from_str(row.record)?;
    replace_nul(&mut results);
    let row = CopyRow::default()
        .text(Some(&row.timestamp))
        .text(Some(row.benchmark_name))
        .text(Some(row.commit))
        .text(row.branch)
        .text(Some(&results.to_string()))
        .text(row.environment)
        .integer(row.pull)
        .text(Some(row.suite))
        .text(Some(row.backend))
        .text(Some(row.mode))
        .boolean(row.parallel)
        .integer(row.n)
        .text(Some(row.params))
        .text(Some(row.record))
        .text(Some(sha))
        .integer(Some(occurrence))
        .text(Some(row.source_file))
        .integer(Some(u64::from(row.source_line)));
    Ok(row.end())
}

/// JSONB takes no NUL, not even an escaped one.
fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(fields) => {
            let entries = std::mem::take(fields).into_iter();
            *fields = entries
                .map(|(name, mut value)| {
                    replace_nul(&mut value);
                    (name.replace('\0', "\u{fffd}"), value)
                })
                .collect();
        }
        _ => {}
    }
}

fn write_rejected(
    transaction: &mut Transaction<'_>,
    rows: &[RejectedLineRow],
) -> anyhow::Result<()> {
    transaction.execute("DELETE FROM benchpages_rejected_line", &[])?;
    let insert = transaction.prepare(
        "INSERT INTO benchpages_rejected_line (source_file, source_line, line) VALUES ($1, $2, $3)",
    )?;
    for row in rows {
        let line = i64::from(row.source_line);
        transaction.execute(&insert, &[&row.source_file, &line, &row.line])?;
    }
    Ok(())
}

fn write_files(transaction: &mut Transaction<'_>, files: &[FileRow]) -> anyhow::Result<()> {
    // A file that the directory no longer has must not come back.
    transaction.execute("DELETE FROM benchpages_file", &[])?;
    let insert =
        transaction.prepare("INSERT INTO benchpages_file (path, content) VALUES ($1, $2)")?;
    for file in files {
        transaction.execute(&insert, &[&file.path, &file.content])?;
    }
    Ok(())
}

const INSERT_INSIGHT: &str = "INSERT INTO performance_insights
    (benchmark_result_id, insight_type, description, severity, recommendations, state, insight_key)
    SELECT (SELECT id FROM benchmark_results
            WHERE commit_sha = $1 AND suite = $2 AND benchmark_name = $3 AND backend = $4
                AND mode = $5 AND n IS NOT DISTINCT FROM $6::text::numeric
            ORDER BY timestamp, id LIMIT 1),
        'regression', $7, $8, $9::text::jsonb, $10, $11
    ON CONFLICT (insight_key) DO UPDATE SET
        benchmark_result_id = excluded.benchmark_result_id, description = excluded.description,
        severity = excluded.severity, recommendations = excluded.recommendations,
        state = excluded.state";

fn write_insights(transaction: &mut Transaction<'_>, rows: &[InsightRow]) -> anyhow::Result<()> {
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    transaction
        .execute("DELETE FROM performance_insights WHERE insight_key <> ALL ($1)", &[&keys])?;
    // One statement for all: it is planned once.
    let insert = transaction.prepare(INSERT_INSIGHT)?;
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    for row in rows {
        let n = row.n.map(|n| n.to_string());
        let mut recommendations = Value::from(row.recommendations.clone());
        replace_nul(&mut recommendations);
        let texts = [&row.commit, &row.suite, &row.benchmark_name, &row.backend, &row.mode];
        let [commit, suite, name, backend, mode] = texts.map(|text| clean(text));
        let (description, key) = (clean(&row.description), clean(&row.key));
        let recommendations = recommendations.to_string();
        let values: [&(dyn ToSql + Sync); 11] = [
            &commit,
            &suite,
            &name,
            &backend,
            &mode,
            &n,
            &description,
            &row.severity,
            &recommendations,
            &row.state,
            &key,
        ];
        transaction.execute(&insert, &values)?;
    }
    Ok(())
}
