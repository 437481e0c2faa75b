//! The shell of the workflows that `init` writes, run here: a bare repository is the server, a
//! stand-in answers for `gh`. Where bash, git, jq or unzip are missing it says so and passes; CI
//! goes not without them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::init::{Repository, steps, written};
use crate::support::{lines, program, record, with};

/// Whether the shell of the workflows can run here.
pub fn have_tools() -> bool {
    let missing: Vec<&str> = ["bash", "git", "jq", "unzip"]
        .into_iter()
        .filter(|name| Command::new(name).arg("--help").output().is_err())
        .collect();
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(missing.is_empty() || !required, "missing: {missing:?}");
    if !missing.is_empty() {
        let missing = missing.join(", ");
        let _ = writeln!(std::io::stderr(), "the workflows' shell was not run: no {missing}");
    }
    missing.is_empty()
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with the proposed files, its server, and what a job finds around it.
pub struct Server {
    pub repository: Repository,
}

impl Server {
    fn new() -> Self {
        Self::of(written())
    }

    /// The server of a repository to which `init` has written its files.
    pub fn of(repository: Repository) -> Self {
        let server = Self { repository };
        let (root, origin) = (server.repository.root(), server.path("origin.git"));
        git(
            server.repository.folder.path(),
            &["init", "--quiet", "--bare", origin.to_str().unwrap()],
        );
        git(&root, &["init", "--quiet", "--initial-branch=main"]);
        git(&root, &["remote", "add", "origin", origin.to_str().unwrap()]);
        std::fs::create_dir(server.path("bin")).unwrap();
        server.program("gh", GH);
        server.program("curl", CURL);
        server
    }

    /// A stand-in for a program of the machine.
    pub fn program(&self, name: &str, script: &str) {
        let stand_in = self.path("bin").join(name);
        std::fs::write(&stand_in, script).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&stand_in, mode).unwrap();
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.repository.folder.path().join(name)
    }

    /// A commit on main, pushed; its id.
    pub fn commit(&self, subject: &str) -> String {
        let root = self.repository.root();
        git(&root, &["add", "--all"]);
        let who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"];
        let commit = ["commit", "--quiet", "--allow-empty", "-m", subject];
        git(&root, &[&who[..], &commit[..]].concat());
        git(&root, &["push", "--quiet", "origin", "main"]);
        git(&root, &["rev-parse", "HEAD"])
    }

    /// What a job begins with.
    pub fn clone(&self) -> TempDir {
        let job = tempfile::tempdir_in(self.repository.folder.path()).unwrap();
        let origin = self.path("origin.git").display().to_string();
        git(job.path(), &["clone", "--quiet", "--branch", "main", &origin, "work"]);
        job
    }

    /// Runs the shell of a step as a job would, in a fresh clone.
    pub fn step(&self, workflow: &str, name: &str, environment: &[(&str, &str)]) -> Output {
        self.step_in(&self.clone(), workflow, (name, environment))
    }

    pub fn step_in(
        &self,
        job: &TempDir,
        workflow: &str,
        (name, environment): (&str, &[(&str, &str)]),
    ) -> Output {
        let steps = steps(&self.repository.workflow(workflow));
        let step = steps.iter().find(|(_, step)| step["name"] == name);
        let script =
            step.unwrap_or_else(|| panic!("{workflow}: no {name}")).1["run"].as_str().unwrap();
        let binary = Path::new(env!("CARGO_BIN_EXE_benchpages")).parent().unwrap().display();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", script]).current_dir(job.path().join("work"));
        command.env("PATH", format!("{}:{binary}:{path}", self.path("bin").display()));
        command.env("DATA_BRANCH", "benchmark-data").env("STUB", self.path("stub"));
        command.env("SOURCE_DATE_EPOCH", "1758888000").env("COLUMNS", "100");
        command.envs(environment.iter().copied()).output().unwrap()
    }

    /// Paths on the history's branch.
    pub fn history(&self) -> Vec<String> {
        let origin = self.path("origin.git");
        let names = git(&origin, &["ls-tree", "-r", "--name-only", "benchmark-data"]);
        names.lines().map(str::to_owned).collect()
    }

    pub fn stub(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.path("stub")).unwrap();
        std::fs::write(self.path("stub").join(name), bytes).unwrap();
    }
}

/// Answers as `gh` does, from files; the filters of the workflows are run by jq itself.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
case "$1 $2" in
"run download")
  [ -e "$STUB/$5/records.ndjson" ] && from=$STUB/$5 || from=$STUB
  mkdir -p "${@: -1}" && cp "$from/records.ndjson" "${@: -1}/" && exit
  ;;
esac
filter=. url=
while [ $# -gt 0 ]; do
  case $1 in --jq) filter=$2; shift ;; repos/*) url=$1 ;; esac
  shift
done
case $url in
*/pulls?*) jq -r "$filter" "$STUB/pulls.json" ;;
*/artifacts?name=benchpages-records) jq -r "$filter" "$STUB/artifacts.json" ;;
*/artifacts?per_page=100) jq -r "$filter" "$STUB/more.json" 2> /dev/null || true ;;
*/artifacts?name=benchpages-check) jq -r "$filter" "$STUB/check.json" ;;
*/labels?*) jq -r "$filter" "$STUB/labels.json" ;;
*/events?*) jq -r "$filter" "$STUB/events.json" ;;
*/artifacts/6/zip) cat "$STUB/more.zip" ;;
*/zip) cat "$STUB/records.zip" ;;
*) echo "no such address: $url" >&2; exit 1 ;;
esac
"#;

/// Answers as `curl` does where the site is published: from a file; before that there is none.
const CURL: &str = "#!/usr/bin/env bash\nexec cat \"$STUB/health.json\"\n";

pub fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn a_history_that_was_not_fetched_is_no_pass() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    server.commit("first");
    server.commit("second");
    let output = server.path("output").display().to_string();
    let environment = [("PULL", "7"), ("GITHUB_OUTPUT", &*output)];
    let complete = server.step("benchmarks", "History", &environment);
    assert!(complete.status.success() && told(&complete).contains("No history yet"));
    let job = server.clone();
    let work = job.path().join("work");
    let origin = format!("file://{}", server.path("origin.git").display());
    std::fs::remove_dir_all(&work).unwrap();
    git(job.path(), &["clone", "--quiet", "--depth", "1", "--branch", "main", &origin, "work"]);
    let shallow = server.step_in(&job, "benchmarks", ("History", &environment));
    assert!(!shallow.status.success(), "{shallow:?}");
    assert!(told(&shallow).contains("fetch-depth: 0"), "{}", told(&shallow));
    git(&server.repository.root(), &["push", "--quiet", "origin", "main:benchmark-data"]);
    std::fs::remove_dir_all(&work).unwrap();
    git(job.path(), &["clone", "--quiet", "--single-branch", "--branch", "main", &origin, "work"]);
    let single = server.step_in(&job, "benchmarks", ("History", &environment));
    assert!(!single.status.success(), "{single:?}");
    assert!(told(&single).contains("fetch the branch benchmark-data"), "{}", told(&single));
}

#[test]
fn jobs_that_push_to_the_history_at_once_all_get_through() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    let commit = server.commit("first");
    server.stub("records.ndjson", lines(&[record(&commit, "2025-09-20T06:00:00Z", 100.0)]));
    let add = |job: usize| {
        let folder = server.path(&format!("records-{job}")).display().to_string();
        let (id, commit) = (job.to_string(), commit.as_str());
        server.step(
            "benchpages",
            "Add the records to the history",
            &[
                ("FOLDER", &folder),
                ("GITHUB_RUN_ID", &id),
                ("GITHUB_RUN_ATTEMPT", "1"),
                ("GITHUB_SHA", commit),
            ],
        )
    };
    // The first of them makes the branch; none of them knows that it is there.
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..4).map(|job| scope.spawn(move || add(job))).collect();
        for job in jobs {
            let output = job.join().unwrap();
            assert!(output.status.success(), "{}", told(&output));
        }
    });
    let history = server.history();
    assert_eq!(history.len(), 4, "{history:?}");
    assert!(history.iter().all(|path| path.starts_with("results/")), "{history:?}");
    assert!(add(2).status.success(), "the same again changes nothing");
    assert_eq!(git(&server.path("origin.git"), &["rev-list", "--count", "benchmark-data"]), "4");
    server.stub("records.ndjson", "{}\n");
    assert!(!add(3).status.success(), "a file that is there is never overwritten");
}

#[test]
fn the_log_on_the_histories_branch_only_grows() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    server.commit("first");
    let keep = |log: &str| {
        let (job, file) = (server.clone(), server.path("log"));
        std::fs::write(&file, log).unwrap();
        let mut command = Command::new("bash");
        command.current_dir(job.path().join("work")).env("DATA_BRANCH", "benchmark-data");
        command.arg(".github/benchpages-keep.sh").arg(&file).arg("audit.ndjson");
        command.output().unwrap()
    };
    for log in ["{}\n", "{}\n{\"second\": 1}\n"] {
        let output = keep(log);
        assert!(output.status.success(), "{}", told(&output));
        let origin = server.path("origin.git");
        let kept = git(&origin, &["show", "benchmark-data:audit.ndjson"]);
        assert_eq!(kept.trim(), log.trim());
    }
    for log in ["{}\n", "{\"another\": 1}\n{\"second\": 1}\n{}\n"] {
        assert!(!keep(log).status.success(), "what was logged is never taken back: {log}");
    }
}

#[test]
fn the_site_is_built_from_the_history_and_what_git_knows() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    for day in 0..6 {
        let commit = server.commit(&format!("change \"{day}\" <b>"));
        let time = format!("2025-09-2{day}T06:00:00Z");
        server.stub("records.ndjson", lines(&[record(&commit, &time, 100.0)]));
        let (folder, id) = (server.path("records").display().to_string(), day.to_string());
        let environment = [
            ("FOLDER", &*folder),
            ("GITHUB_RUN_ID", &id),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_SHA", &commit),
        ];
        let output = server.step("benchpages", "Add the records to the history", &environment);
        assert!(output.status.success(), "{}", told(&output));
    }
    let job = server.clone();
    let environment = [("BASE_URL", "https://example.org/x")];
    let output = server.step_in(&job, "benchpages-site", ("Build the site", &environment));
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("1 series from 6 records"), "{}", told(&output));
    let work = job.path().join("work");
    let commits = std::fs::read_to_string(work.join("data/commits.ndjson")).unwrap();
    let first: Value = serde_json::from_str(commits.lines().last().unwrap()).unwrap();
    assert_eq!((&first["subject"], &first["parents"]), (&json!("change \"0\" <b>"), &json!([])));
    let page = std::fs::read_to_string(work.join("site/index.html")).unwrap();
    assert!(page.contains("https://example.org/x/"), "{page}");
}

#[test]
fn a_log_without_lines_that_the_published_site_knows_stops_the_next_site() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    let commit = server.commit("first");
    server.stub("records.ndjson", lines(&[record(&commit, "2025-09-20T06:00:00Z", 100.0)]));
    let folder = server.path("records").display().to_string();
    let environment = [
        ("FOLDER", &*folder),
        ("GITHUB_RUN_ID", "1"),
        ("GITHUB_RUN_ATTEMPT", "1"),
        ("GITHUB_SHA", &commit),
    ];
    let output = server.step("benchpages", "Add the records to the history", &environment);
    assert!(output.status.success(), "{}", told(&output));
    for (entries, digit) in [(0, "0"), (2, "a")] {
        let audit = json!({"entries": entries, "head": digit.repeat(64), "intact": true});
        server.stub("health.json", json!({"audit": audit}).to_string());
        let (job, environment) = (server.clone(), [("BASE_URL", "https://example.org/x")]);
        let output = server.step_in(&job, "benchpages-site", ("Build the site", &environment));
        assert_eq!(output.status.success(), entries == 0, "{}", told(&output));
        assert_eq!(job.path().join("work/site").exists(), entries == 0);
        let fault = "stdin knows 2 lines: lines were cut off or removed";
        assert_eq!(told(&output).contains(fault), entries == 2, "{}", told(&output));
    }
}

/// A stored (not packed) archive of these files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut table) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let (sum, size) = (crc.sum().to_le_bytes(), (bytes.len() as u32).to_le_bytes());
        let start = (out.len() as u32).to_le_bytes();
        let facts = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &sum, &size, &size].concat();
        let length = (name.len() as u16).to_le_bytes();
        out.extend([b"PK\x03\x04", &facts[..], &length, &[0, 0], name.as_bytes(), bytes].concat());
        table.extend(
            [b"PK\x01\x02\x14\x00", &facts[..], &length, &[0; 12], &start, name.as_bytes()]
                .concat(),
        );
    }
    let count = (files.len() as u16).to_le_bytes();
    let (size, start) = ((table.len() as u32).to_le_bytes(), (out.len() as u32).to_le_bytes());
    out.extend(table);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &start, &[0, 0]].concat());
    out
}

#[test]
fn an_artifact_of_strangers_is_checked_and_told_whose_it_is() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    server.commit("first");
    let head = "feedface".repeat(5);
    let pull = |number: u64, sha: &str| json!({"number": number, "head": {"sha": sha}});
    server.stub("pulls.json", json!([pull(6, "0"), pull(7, &head), pull(8, "1")]).to_string());
    let output = server.path("output");
    let temp = |name: &str| server.path(name).display().to_string();
    let environment: Vec<(&str, String)> = vec![
        ("REPO", "ada/engine".into()),
        ("SHA", head.clone()),
        ("RUN", "1".into()),
        ("PULL", "7".into()),
        ("GITHUB_OUTPUT", output.display().to_string()),
        ("ARCHIVE", temp("records.zip")),
        ("RAW", temp("raw")),
        ("RECORDS", temp("taken.ndjson")),
        ("MOST", "4000".into()),
        ("GITHUB_RUN_ID", "11".into()),
        ("GITHUB_RUN_ATTEMPT", "1".into()),
    ];
    let environment: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (*k, &**v)).collect();
    let step = |name: &str| server.step("benchpages-comment", name, &environment);
    assert!(step("Find the pull request").status.success());
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "pull=7\n");
    server.stub("pulls.json", "[]");
    let none = step("Find the pull request");
    assert!(
        none.status.success() && told(&none).contains("No open pull request"),
        "{}",
        told(&none)
    );
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "pull=7\n", "nothing is said twice");

    let offer = |files: &[(&str, &[u8])]| {
        let bytes = archive(files);
        let size = bytes.len().min(3000);
        server.stub(
            "artifacts.json",
            json!({"artifacts": [{"id": 5, "size_in_bytes": size}]}).to_string(),
        );
        server.stub("records.zip", bytes);
        step("Download the records")
    };
    let hostile = with(
        record("someone-else", "2025-09-21T06:00:00Z", 140.0),
        json!({"pull": 1, "branch": "main", "test": "<script>`$(touch x)`"}),
    );
    let good = offer(&[("records.ndjson", lines(&[hostile]).as_bytes())]);
    assert!(good.status.success(), "{}", told(&good));
    let taken: Value =
        serde_json::from_str(&std::fs::read_to_string(temp("taken.ndjson")).unwrap()).unwrap();
    assert_eq!((&taken["commit"], &taken["pull"]), (&json!(head), &json!(7)));
    assert_eq!((&taken["branch"], &taken["test"]), (&Value::Null, &json!("<script>`$(touch x)`")));
    assert!(step("Add the records to the history").status.success());
    assert_eq!(server.history(), ["pulls/7.feedfacefeed-11-1.ndjson"]);

    let line = b"{\"a\":1}\n".as_slice();
    let large = line.repeat(1000);
    type Files<'a> = Vec<(&'a str, &'a [u8])>;
    let cases: [(&str, Files<'_>); 8] = [
        ("other files", vec![("records.ndjson", line), (".github/benchmarks.sh", line)]),
        ("other files", vec![("../records.ndjson", line)]),
        ("other files", vec![("records.ndjson", line), ("records.ndjson", line)]),
        ("other files", vec![]),
        ("too large", vec![("records.ndjson", &large)]),
        ("not NDJSON", vec![("records.ndjson", b"not json")]),
        ("not NDJSON", vec![("records.ndjson", b"[1]\n")]),
        ("empty", vec![("records.ndjson", b"\n")]),
    ];
    for (reason, files) in cases {
        let refused = offer(&files);
        assert!(!refused.status.success(), "{reason}");
        assert!(
            told(&refused).contains("Artifact benchpages-records rejected"),
            "{reason}: {}",
            told(&refused)
        );
        assert!(told(&refused).contains(reason), "{reason}: {}", told(&refused));
    }
    server.stub("artifacts.json", json!({"artifacts": []}).to_string());
    assert!(told(&step("Download the records")).contains("does not exist"));
    assert!(!server.path("../records.ndjson").exists());
}

/// Runs `benchmarks.sh` of a repository that names a tool, with stand-ins for programs.
fn measured(
    mark: (&str, &str),
    programs: &[(&str, &str)],
    made: &[(&str, Value)],
) -> (Repository, String) {
    let repository = Repository::new();
    repository.file(mark.0, mark.1).file("data/results/.keep", "");
    assert_eq!(repository.init(&["--yes"]).0, 0);
    for (path, value) in made {
        repository.file(path, &value.to_string());
    }
    for (name, script) in programs {
        repository.file(&format!("bin/{name}"), &format!("#!/usr/bin/env bash\n{script}\n"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = repository.root().join("bin").join(name);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let own = Path::new(env!("CARGO_BIN_EXE_benchpages")).parent().unwrap().display();
    let usual = std::env::var("PATH").unwrap();
    let output = Command::new("bash")
        .args([".github/benchmarks.sh", "data/results/out.ndjson"])
        .current_dir(repository.root())
        .env("PATH", format!("{}/bin:{own}:{usual}", repository.root().display()))
        .env("COMMIT", "c0ffee1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{mark:?}: {}", told(&output));
    let text = repository.read("data/results/out.ndjson");
    (repository, text)
}

#[test]
fn results_of_a_tool_become_records_that_are_read() {
    if !have_tools() {
        return;
    }
    let point = |value: f64| {
        json!({"point_estimate": value, "standard_error": 0.1, "confidence_interval":
            {"confidence_level": 0.95, "lower_bound": value, "upper_bound": value}})
    };
    let estimates = json!({"mean": point(1234.5), "median": point(1234.5), "std_dev": point(2.5),
        "median_abs_dev": point(1.5), "slope": null});
    let benchmark = json!({"group_id": "g", "function_id": "f", "value_str": "1000",
        "throughput": null, "full_id": "g/f/1000", "directory_name": "g/f/1000",
        "title": "g/f/1000"});
    let made = [
        ("target/criterion/g/f/1000/new/estimates.json", estimates),
        ("target/criterion/g/f/1000/new/benchmark.json", benchmark),
    ];
    let (repository, text) = measured(("Cargo.toml", "criterion"), &[("cargo", "exit 0")], &made);
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), 1, "{text}");
    assert_eq!((&found[0]["commit"], &found[0]["backend"]), (&json!("c0ffee1"), &json!("rust")));
    let (data, site) = (repository.root().join("data"), repository.root().join("site"));
    let mut build = program();
    build.arg("build").arg("--data").arg(data).arg("--out").arg(site).args(["--format", "json"]);
    let built: Value = serde_json::from_slice(&build.output().unwrap().stdout).unwrap();
    assert_eq!((&built["rejected"], &built["records"]), (&json!(0), &json!(1)));
}

/// What each tool writes is handed on where it is written, in the folder where it is run.
#[test]
fn results_are_handed_on_from_where_their_tool_left_them() {
    if !have_tools() {
        return;
    }
    // Tells what it was called with, and whether what it should read is there.
    let stand_in = "shift 5; for last; do :; done; test -e \"$last\"; echo \"$* in ${PWD##*/}\"";
    let made = |mark: (&str, &str), program: &str, script: &str| {
        let programs = [("benchpages", stand_in), (program, script)];
        measured(mark, &programs, &[]).1
    };
    let text = made(("engine/go.mod", "module x"), "go", "echo PASS");
    assert_eq!(text, "--format go go.txt in engine\n");
    let text = made(("bench/b.py", "import pyperf"), "python3", "touch \"$3\"");
    assert_eq!(text, "--format pyperf pyperf.json in work\n");
    let script = "mkdir -p target/gungraun/a; touch target/gungraun/a/summary.json";
    let text = made(("Cargo.toml", "gungraun = \"0.17\""), "cargo", script);
    assert_eq!(text, "--format gungraun target/gungraun/a/summary.json in work\n");
    let script = "[ \"$1\" != -S ] || exit 0; mkdir -p build\n\
                  printf '#!/bin/sh\\ntouch google.json\\n' > build/my_bench\n\
                  chmod +x build/my_bench";
    let text = made(("CMakeLists.txt", "benchmark::benchmark"), "cmake", script);
    assert_eq!(text, "--format google-benchmark --suite my_bench google.json in work\n");
}

#[test]
fn the_hooks_stop_a_broken_policy_before_it_is_committed() {
    if !have_tools() {
        return;
    }
    let server = Server::new();
    let root = server.repository.root();
    git(&root, &["config", "core.hooksPath", ".githooks"]);
    git(&root, &["add", "--all"]);
    let commit = || {
        let binary = Path::new(env!("CARGO_BIN_EXE_benchpages")).parent().unwrap().display();
        Command::new("git")
            .arg("-C")
            .arg(&root)
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-m", "x"])
            .env("PATH", format!("{binary}:{}", std::env::var("PATH").unwrap()))
            .output()
            .unwrap()
    };
    assert!(commit().status.success());
    server.repository.file("data/policy.yml", "regresion: {}\n");
    git(&root, &["add", "--all"]);
    let refused = commit();
    assert!(
        !refused.status.success() && told(&refused).contains("regression"),
        "{}",
        told(&refused)
    );
    server.repository.file("data/policy.yml", "version: '1'\n").file("data/audit.ndjson", "{}\n");
    git(&root, &["add", "--all"]);
    assert!(!commit().status.success(), "a broken audit log is stopped too");
}

/// A history in which pull request 7 is 30 % slower, and `boss` may override.
fn slower_pull_request() -> Server {
    let server = Server::new();
    let policy = server.repository.read("data/policy.yml");
    let approvers = "emergency_override_approvers: [\"boss\"]";
    let policy = policy.replace("emergency_override_approvers: []", approvers);
    server.repository.file("data/policy.yml", &policy);
    let mut records = Vec::new();
    for day in 1..=20 {
        let commit = server.commit(&format!("change {day}"));
        let value = 100.0 + f64::from(day % 3) / 10.0;
        records.push(record(&commit, &format!("2025-09-{day:02}T06:00:00Z"), value));
    }
    let slow = |hour: u32| {
        let slow = record(&"feedface".repeat(5), &format!("2025-09-21T0{hour}:00:00Z"), 130.0);
        with(slow, json!({"pull": 7}))
    };
    let (job, root) = (server.clone(), server.repository.root());
    let work = job.path().join("work");
    git(&work, &["checkout", "--quiet", "--orphan", "benchmark-data"]);
    git(&work, &["rm", "--quiet", "-r", "--force", "."]);
    for (path, text) in
        [("results/a.ndjson", lines(&records)), ("pulls/7.ndjson", lines(&[1, 2, 3].map(slow)))]
    {
        std::fs::create_dir_all(work.join(path).parent().unwrap()).unwrap();
        std::fs::write(work.join(path), text).unwrap();
    }
    git(&work, &["add", "--all"]);
    let who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"];
    git(&work, &[&who[..], &["commit", "--quiet", "-m", "history"]].concat());
    git(&work, &["push", "--quiet", "origin", "benchmark-data"]);
    git(&root, &["fetch", "--quiet", "origin"]);
    for name in ["labels.json", "events.json"] {
        server.stub(name, "[]");
    }
    server.stub("check.json", json!({"artifacts": []}).to_string());
    server
}

/// What the commenting job, which runs no code of the pull request, says and logs.
fn commented(server: &Server, environment: &[(&str, &str)]) -> (Value, Vec<Value>) {
    let path = |name: &str| server.path(name).display().to_string();
    let (result, comment, archive) = (path("result.json"), path("comment.md"), path("check.zip"));
    let fixed = [
        ("RESULT", &*result),
        ("COMMENT", &*comment),
        ("ARCHIVE", &*archive),
        ("PULL", "7"),
        ("SHA", "feedfacefeedfacefeedfacefeedfacefeedface"),
        ("MOST", "100000"),
        ("REPO", "ada/engine"),
        ("GITHUB_REPOSITORY", "ada/engine"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_EVENT_NAME", "workflow_run"),
        ("RUN", "1"),
        ("CONCLUSION", "success"),
        ("ALLOW_REGRESSION", ""),
        ("OVERRIDE_REASON", ""),
        ("ACTOR", ""),
    ];
    let output = server.step("benchpages-comment", "Check", &[&fixed[..], environment].concat());
    assert!(output.status.success(), "{}", told(&output));
    let result = serde_json::from_str(&std::fs::read_to_string(result).unwrap()).unwrap();
    let log = match server.history().iter().any(|path| path == "audit.ndjson") {
        true => git(&server.path("origin.git"), &["show", "benchmark-data:audit.ndjson"]),
        false => String::new(),
    };
    (result, log.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn what_the_pull_request_accepts_counts_in_the_comment_as_in_its_own_job() {
    if !have_tools() {
        return;
    }
    let server = slower_pull_request();
    let root = server.repository.root();
    git(&root, &["checkout", "--quiet", "-b", "change"]);
    let entry = "- series: '*'\n  commit: 'feedface'\n  max_change: 0.4\n  reason: 'bounds checks'\n  \
                 by: 'boss'\n";
    server.repository.file("data/accepted.yml", entry);
    let sha = server.commit("accept it");
    git(&root, &["push", "--quiet", "origin", "change"]);
    git(&root, &["checkout", "--quiet", "main"]);
    let (found, _) = commented(&server, &[]);
    assert_eq!(found["verdict"], json!("approval_needed"), "{found}");
    let (found, _) = commented(&server, &[("SHA", &sha)]);
    assert_eq!(found["verdict"], json!("pass"), "{found}");
}

#[test]
fn an_override_is_logged_on_the_histories_branch_and_reported_on_each_use() {
    if !have_tools() {
        return;
    }
    let server = slower_pull_request();
    let allowed = [("ALLOW_REGRESSION", "true"), ("OVERRIDE_REASON", "hotfix for login")];
    let as_actor = |actor: &'static str| [&allowed[..], &[("ACTOR", actor)]].concat();
    let (found, log) = commented(&server, &[]);
    assert_eq!((&found["verdict"], log.len()), (&json!("approval_needed"), 0), "{found}");
    let (found, log) = commented(&server, &as_actor("eve"));
    assert_eq!((&found["verdict"], log.len()), (&json!("approval_needed"), 0), "{found}");
    let failed = [&as_actor("boss")[..], &[("CONCLUSION", "failure")]].concat();
    let (found, log) = commented(&server, &failed);
    assert_eq!((&found["verdict"], log.len()), (&json!("approval_needed"), 0), "{found}");
    for uses in 1..=2 {
        let (found, log) = commented(&server, &as_actor("boss"));
        assert_eq!((&found["verdict"], log.len()), (&json!("overridden"), uses), "{found}");
        let last = log.last().unwrap();
        assert_eq!((&last["actor"], &last["kind"]), (&json!("boss"), &json!("override")));
        assert_eq!(last["reason"], json!("hotfix for login"));
        let notices = found["notices"].to_string();
        assert!(notices.contains("ALLOW_REGRESSION is set"), "{notices}");
        assert_eq!(notices.contains("its reason was used 1 time before"), uses == 2, "{notices}");
        let comment = std::fs::read_to_string(server.path("comment.md")).unwrap();
        assert!(comment.contains("**Overridden by boss:** hotfix for login"), "{comment}");
    }
}

#[test]
fn an_actor_whom_only_the_job_names_is_logged_as_not_verified() {
    if !have_tools() {
        return;
    }
    let server = slower_pull_request();
    let line = json!({"actor": "boss", "kind": "override"}).to_string();
    server.stub("records.zip", archive(&[("x/data/audit.ndjson", line.as_bytes())]));
    server.stub("check.json", json!({"artifacts": [{"id": 5, "size_in_bytes": 9}]}).to_string());
    let allowed = [("ALLOW_REGRESSION", "true"), ("OVERRIDE_REASON", "hotfix for login")];
    let (found, log) = commented(&server, &allowed);
    assert_eq!(found["verdict"], json!("overridden"), "{found}");
    assert_eq!(log[0]["actor"], json!("boss (not verified)"));
    let known = [&allowed[..], &[("ACTOR", "eve")]].concat();
    let (found, log) = commented(&server, &known);
    assert_eq!(
        (&found["verdict"], log.len()),
        (&json!("approval_needed"), 1),
        "GitHub knows better"
    );
}

#[test]
fn a_label_overrides_where_a_permitted_person_set_it() {
    if !have_tools() {
        return;
    }
    let server = slower_pull_request();
    let label = json!({"name": "performance-override"});
    let event = |event: &str, label: &str, login: &str| {
        let (label, actor) = (json!({"name": label}), json!({"login": login}));
        json!({"event": event, "label": label, "actor": actor})
    };
    let set = "performance-override";
    for (labels, events, verdict) in [
        (json!([label]), json!([event("labeled", set, "eve")]), "approval_needed"),
        (json!([]), json!([event("labeled", set, "boss")]), "approval_needed"),
        (
            json!([label]),
            json!([event("labeled", set, "boss"), event("labeled", set, "eve")]),
            "approval_needed",
        ),
        (json!([label]), json!([event("labeled", "bug", "boss")]), "approval_needed"),
        (
            json!([label]),
            json!([
                event("labeled", set, "eve"),
                event("labeled", set, "boss"),
                event("labeled", "bug", "eve")
            ]),
            "overridden",
        ),
    ] {
        server.stub("labels.json", labels.to_string());
        server.stub("events.json", events.to_string());
        let (found, log) = commented(&server, &[("ACTOR", "eve")]);
        assert_eq!(found["verdict"], json!(verdict), "{labels} {events}: {found}");
        assert_eq!(log.len(), usize::from(verdict == "overridden"), "{events}");
        if let Some(last) = log.last() {
            assert_eq!(last["actor"], json!("boss"));
            assert_eq!(last["reason"], json!("label performance-override on pull request 7"));
            assert!(!found["notices"].to_string().contains("ALLOW_REGRESSION"), "{found}");
        }
    }
}
