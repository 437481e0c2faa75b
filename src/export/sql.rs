//! SQL that SQLite and PostgreSQL both take: a table, and its rows in one transaction. Times are
//! text in RFC 3339, which sorts as time; fields beside the measurement are JSON in text.

use std::fmt::{self, Write};

use crate::export::{ExportPoint, points};
use model::history::{History, SeriesColumn};

/// Rows of one statement: far below what either database refuses.
const ROWS_PER_INSERT: usize = 200;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS benchpages_point (
  commit_id TEXT NOT NULL, timestamp TEXT NOT NULL, commit_time TEXT, branch TEXT, pull INTEGER,
  suite TEXT NOT NULL, test TEXT NOT NULL, backend TEXT NOT NULL, mode TEXT NOT NULL,
  parallel BOOLEAN NOT NULL, n NUMERIC, params TEXT NOT NULL, metric TEXT NOT NULL,
  unit TEXT NOT NULL, better TEXT, value DOUBLE PRECISION, std DOUBLE PRECISION,
  error TEXT, version TEXT, environment TEXT NOT NULL
);
";

pub(super) fn write(
    history: &History,
    columns: &[&SeriesColumn],
    out: &mut dyn Write,
) -> fmt::Result {
    out.write_str("BEGIN;\n")?;
    out.write_str(TABLE)?;
    let mut row = 0;
    for column in columns {
        for point in points(history, column) {
            let begins = row % ROWS_PER_INSERT == 0;
            if begins && row > 0 {
                out.write_str(";\n")?;
            }
            out.write_str(if begins { "INSERT INTO benchpages_point VALUES\n" } else { ",\n" })?;
            write!(out, "({})", values(&point).join(", "))?;
            row += 1;
        }
    }
    out.write_str(if row > 0 { ";\nCOMMIT;\n" } else { "COMMIT;\n" })
}

fn values(point: &ExportPoint<'_>) -> Vec<String> {
    let (key, commit, environment) = (&point.column.key, point.commit, point.environment);
    let number = |value: Option<f64>| value.map_or_else(|| "NULL".to_owned(), |it| it.to_string());
    let whole = |value: Option<u64>| value.map_or_else(|| "NULL".to_owned(), |it| it.to_string());
    let optional = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), quoted);
    let fields = serde_json::to_string(&environment.fields).unwrap_or_default();
    let commit_time = commit.author_time.map(|time| time.to_string());
    vec![
        quoted(&commit.id),
        quoted(&point.row.time.to_string()),
        optional(commit_time.as_deref()),
        optional(environment.branch.as_deref()),
        whole(point.pull().map(u64::from)),
        quoted(&key.suite),
        quoted(&key.test),
        quoted(&key.backend),
        quoted(&key.mode),
        if key.parallel { "TRUE" } else { "FALSE" }.to_owned(),
        whole(key.n),
        quoted(&key.params),
        quoted(&key.metric),
        quoted(point.column.unit.as_str()),
        optional(point.column.direction.map(|better| better.as_str())),
        number(point.value()),
        number(point.std()),
        optional(point.error()),
        optional(environment.version.as_deref()),
        quoted(&fields),
    ]
}

/// Text as a literal. Neither database takes a NUL in text.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "\u{fffd}").replace('\'', "''"))
}
