//! DuckDB and pandas read a Parquet export.
//!
//! `.ci/services` installs them and names their Python in `BENCHPAGES_TEST_PYTHON`.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{History, answer, days, program, record, with};
use crate::tools::output;

fn history() -> History {
    let history = History::new();
    let mut records = days(&[100.0, 101.5, 0.1]);
    let full = json!({
        "commit_time": "2025-01-01T00:00:00Z", "branch": "main", "suite": "s", "mode": "fast",
        "parallel": true, "n": 12, "params": {"b": "x, y", "a": 1}, "version": "2",
        "url": "https://example.org/?a=1", "tags": ["micro", "a,b"], "warmup_ns": [3.5, 2.0],
        "runner_image": "'quoted'",
        "metrics": {"throughput": {"value": 2.5, "unit": "ops/s", "better": "higher",
            "std": 0.25, "p99": 3.5, "samples": [2.25, 2.5, 2.75]}},
    });
    records.push(with(record("c0ffee", "2025-06-01T01:02:03.25Z", 1.0), full));
    let failed = json!({"error": "out of memory", "pull": 7, "mean_ns": null, "n": null});
    records.push(with(record("badc0de", "2025-06-02T00:00:00Z", 1.0), failed));
    history.records(&records);
    history
}

/// What a script prints as JSON, about the file of an export.
fn read(history: &History, script: &str) -> Value {
    let python = std::env::var("BENCHPAGES_TEST_PYTHON")
        .unwrap_or_else(|_| panic!("no DuckDB and pandas: run these tests with .ci/services"));
    let file = history.data().with_file_name("history.parquet");
    let mut command = program();
    command.args(["export", "parquet", "--out"]).arg(&file).arg("--data").arg(history.data());
    let written = answer(&mut command);
    assert_eq!(written.status, 0, "{}", written.err);
    let mut command = Command::new(python);
    let printed = output(command.args(["-W", "ignore", "-c", script]).arg(&file));
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

const DUCKDB: &str = r#"
import duckdb, json, sys
file = sys.argv[1]
of = lambda sql: duckdb.sql(sql.format(f"read_parquet('{file}')")).fetchall()
types = {row[0]: row[1] for row in of("DESCRIBE SELECT * FROM {}")}
print(json.dumps({
    "types": types,
    "rows": of("SELECT count(*) FROM {}")[0][0],
    "sum": of("SELECT sum(value) FROM {} WHERE metric = 'time'")[0][0],
    "full": [str(cell) for cell in of("SELECT epoch_us(timestamp), n, tags, samples, p99, \
        better, params, environment FROM {} WHERE metric = 'throughput' AND error IS NULL")[0]],
    "failed": of("SELECT pull, error, value, n, samples, tags FROM {} \
        WHERE error IS NOT NULL AND metric = 'time'")[0],
}))
"#;

#[test]
fn duckdb_reads_every_measurement_in_its_type() {
    let read = read(&history(), DUCKDB);
    assert_eq!(read["rows"], 6, "{read:#}");
    for (column, kind) in [
        ("commit", "VARCHAR"),
        ("timestamp", "TIMESTAMP WITH TIME ZONE"),
        ("parallel", "BOOLEAN"),
        ("n", "UBIGINT"),
        ("value", "DOUBLE"),
        ("samples", "DOUBLE[]"),
        ("tags", "VARCHAR[]"),
        ("p99", "DOUBLE"),
    ] {
        assert_eq!(read["types"][column], kind, "{column}");
    }
    assert_eq!(read["sum"], 202.6);
    let full = [
        "1748739723250000",
        "12",
        "['a,b', 'micro']",
        "[2.25, 2.5, 2.75]",
        "3.5",
        "higher",
        "a=1, b=x, y",
        r#"{"runner_image":"'quoted'"}"#,
    ];
    assert_eq!(read["full"], json!(full));
    assert_eq!(read["failed"], json!([7, "out of memory", null, null, [], []]));
}

const PANDAS: &str = r#"
import json, sys
import pandas
table = pandas.read_parquet(sys.argv[1])
good = table[table["metric"].eq("time") & table["error"].isna()]
print(json.dumps({
    "rows": len(table),
    "values": list(good["value"]),
    "days": [str(time) for time in good["timestamp"]],
    "samples": [list(cell) for cell in table["samples"] if len(cell)],
    "parallel": str(table["parallel"].dtype),
}))
"#;

#[test]
fn pandas_reads_the_same_numbers() {
    let read = read(&history(), PANDAS);
    assert_eq!(read["rows"], 6);
    assert_eq!(read["values"], json!([100.0, 101.5, 0.1, 1.0]));
    assert_eq!(read["days"][0], "2025-09-01 06:00:00+00:00");
    assert_eq!(read["samples"], json!([[2.25, 2.5, 2.75]]));
    assert_eq!(read["parallel"], "bool");
}
