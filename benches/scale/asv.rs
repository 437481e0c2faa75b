//! asv on the same points: its folder of results made from a history of ours, then `asv publish`.
//! Nothing where asv or git is not installed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bed::{self, Bed};
use crate::child::{self, Usage};

/// What asv is told of a record.
#[derive(Deserialize)]
struct Point {
    test: String,
    backend: String,
    mode: String,
    parallel: bool,
    n: u64,
    mean_ns: Option<f64>,
}

impl Point {
    fn benchmark(&self) -> String {
        let Self { test, backend, mode, parallel, n, .. } = self;
        format!("large.{test}_{backend}_{mode}_{parallel}_{n}")
    }
}

/// One run of `asv publish` on the points of a history.
pub fn publish(bed: &Bed, history: &Path) -> anyhow::Result<Option<Usage>> {
    if !(is_there("asv") && is_there("git")) {
        return Ok(None);
    }
    let folder = results(bed, history)?;
    let usage = publish_results(&folder)?;
    bed::remove(&folder)?;
    Ok(Some(usage))
}

/// A folder as asv keeps it, with the points of a history.
pub fn results(bed: &Bed, history: &Path) -> anyhow::Result<PathBuf> {
    let folder = bed.path("asv");
    std::fs::create_dir_all(folder.join("results/made-up"))?;
    write(history, &folder).context("cannot write a folder of results for asv")?;
    Ok(folder)
}

/// One run of `asv publish` in such a folder.
pub fn publish_results(folder: &Path) -> anyhow::Result<Usage> {
    let mut asv = Command::new("asv");
    child::run(asv.arg("publish").arg("--no-pull").current_dir(folder))
}

pub fn is_there(program: &str) -> bool {
    let asked = if program == "hugo" { "version" } else { "--version" };
    let mut command = Command::new(program);
    command.arg(asked).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn write(history: &Path, folder: &Path) -> anyhow::Result<()> {
    let days = bed::days(history)?;
    let commits = commits(&folder.join("repo"), days.len())?;
    let mut known = BTreeMap::new();
    for (day, (commit, time)) in days.iter().zip(&commits) {
        let mut results = BTreeMap::new();
        for line in std::fs::read_to_string(day)?.lines() {
            let point: Point = serde_json::from_str(line)?;
            let name = point.benchmark();
            let seconds = point.mean_ns.map(|it| it / 1e9);
            results.insert(name.clone(), json!([[seconds], [], "1"]));
            known.entry(name.clone()).or_insert_with(|| benchmark(&name));
        }
        let file = format!("results/made-up/{}-virtualenv-py3.11.json", &commit[..8]);
        std::fs::write(folder.join(file), result(commit, *time, results).to_string())?;
    }
    known.insert("version".to_owned(), json!(2));
    std::fs::write(folder.join("results/benchmarks.json"), json!(known).to_string())?;
    std::fs::write(folder.join("results/made-up/machine.json"), machine().to_string())?;
    let settings = json!({"version": 1, "project": "made-up", "repo": "repo", "dvcs": "git",
        "branches": ["main"], "environment_type": "virtualenv", "benchmark_dir": "benchmarks",
        "results_dir": "results", "html_dir": "html"});
    std::fs::write(folder.join("asv.conf.json"), settings.to_string())?;
    Ok(())
}

fn machine() -> Value {
    json!({"arch": "x86_64", "cpu": "4 vCPU", "machine": "made-up", "os": "Linux", "ram": "16",
        "version": 1})
}

fn benchmark(name: &str) -> Value {
    json!({"name": name, "code": "", "param_names": [], "params": [], "timeout": 60.0,
        "type": "time", "unit": "seconds", "version": "1"})
}

fn result(commit: &str, time: i64, results: BTreeMap<String, Value>) -> Value {
    let params = json!({"arch": "x86_64", "cpu": "4 vCPU", "machine": "made-up", "os": "Linux",
        "ram": "16", "python": "3.11"});
    json!({"version": 2, "commit_hash": commit, "env_name": "virtualenv-py3.11",
        "date": time * 1000, "params": params, "python": "3.11", "requirements": {},
        "env_vars": {}, "result_columns": ["result", "params", "version"], "results": results,
        "durations": {}})
}

/// A repository with one empty commit a day: their names and times, oldest first.
fn commits(repo: &Path, count: usize) -> anyhow::Result<Vec<(String, i64)>> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(repo).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    };
    std::fs::create_dir_all(repo)?;
    git(&["init", "--quiet", "--initial-branch", "main"]).status()?;
    let mut import = git(&["fast-import", "--quiet"]).spawn()?;
    let mut stream = import.stdin.take().context("git takes no commits")?;
    for day in 0..count {
        let time = 1_700_000_000 + 86_400 * day;
        writeln!(stream, "commit refs/heads/main\ncommitter a <a@b> {time} +0000\ndata 1\nx\n")?;
    }
    drop(stream);
    import.wait()?;
    let listed = git(&["log", "--reverse", "--format=%H %ct", "main"]).output()?;
    let listed = String::from_utf8(listed.stdout)?;
    let each = listed.lines().filter_map(|line| line.split_once(' '));
    each.map(|(name, time)| Ok((name.to_owned(), time.parse()?))).collect()
}
