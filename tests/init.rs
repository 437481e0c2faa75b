//! What `init` proposes: the right files, what is there kept, workflows that hold to the rules.
//! Their shell is run in `workflows`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{NOW, files, run};

const WORKFLOWS: [&str; 8] = [
    "benchmarks",
    "benchpages-comment",
    "benchpages-site",
    "benchpages",
    "benchpages-daily",
    "benchpages-weekly",
    "benchpages-monthly",
    "benchpages-rotation",
];

/// A repository, and the bare one that it was cloned from.
pub struct Repository {
    pub folder: TempDir,
}

impl Repository {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn file(&self, path: &str, text: &str) -> &Self {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    pub fn init(&self, more: &[&str]) -> (i32, String, String) {
        std::fs::create_dir_all(self.root()).unwrap();
        let root = self.root().display().to_string();
        let answer = run(&[&["init", &root, "--now", NOW], more].concat());
        (answer.status, answer.out, answer.err)
    }

    /// A workflow that was written, as data.
    pub fn workflow(&self, name: &str) -> Value {
        serde_saphyr::from_str(&self.read(&format!(".github/workflows/{name}.yml"))).unwrap()
    }
}

pub fn written() -> Repository {
    let repository = Repository::new();
    let schedule = "daily,weekly,monthly,rotation";
    let (status, _, err) = repository.init(&["--yes", "--hooks", "--schedule", schedule]);
    assert_eq!(status, 0, "{err}");
    repository
}

/// Every step of a workflow or an action, with the name of its job.
pub fn steps(workflow: &Value) -> Vec<(String, Value)> {
    let jobs = workflow["jobs"].as_object().into_iter().flatten();
    let of_jobs = jobs.flat_map(|(name, job)| {
        let steps = job["steps"].as_array().cloned().unwrap_or_default();
        steps.into_iter().map(move |step| (name.clone(), step))
    });
    let own = workflow["runs"]["steps"].as_array().cloned().unwrap_or_default();
    of_jobs.chain(own.into_iter().map(|step| (String::new(), step))).collect()
}

/// A file that gives a tool away, what it says, the tool's name, and a line of the script.
const TOOLS: [(&str, &str, &str, &str); 29] = [
    ("Cargo.toml", "[dev-dependencies]\ncriterion = \"0.8\"\n", "Criterion", "target/criterion"),
    ("engine/Cargo.toml", "criterion = { workspace = true }", "Criterion", "\n  cd engine\n"),
    ("Cargo.toml", "divan = \"0.1\"", "Divan", "--format divan divan.txt"),
    ("Cargo.toml", "iai-callgrind = \"0.16\"", "Gungraun", "--format gungraun"),
    ("benches/x.rs", "#![feature(test)]", "cargo bench", "--format libtest"),
    ("go.mod", "module example.org/x\n", "go test -bench", "go test -run"),
    ("package.json", "{\"devDependencies\": {\"vitest\": \"3\"}}", "Vitest", "--format vitest"),
    ("package.json", "{\"benchmark\": \"2\"}", "Benchmark.js", "--format benchmarkjs"),
    ("package.json", "{\"tinybench\": \"2\"}", "Tinybench", "--format tinybench"),
    ("src/x_bench.ts", "Deno.bench(\"x\", f)", "deno bench", "--format deno deno-bench.json"),
    ("load/t.js", "import http from 'k6/http'", "k6", "k6.json load/t.js\n"),
    ("pyproject.toml", "dev = ['pytest-benchmark']", "pytest-benchmark", "--benchmark-json"),
    ("requirements-dev.txt", "pytest-benchmark==5", "pytest-benchmark", "--benchmark-json"),
    ("bench/b.py", "import pyperf", "pyperf", "python3 bench/b.py --output"),
    ("asv.conf.json", "{}", "asv", "--format asv .asv/results"),
    ("locustfile.py", "", "Locust", "--locustfile locustfile.py"),
    ("CMakeLists.txt", "find_package(benchmark REQUIRED)", "Google", "--format google-benchmark"),
    ("CMakeLists.txt", "target_link_libraries(b benchmark::benchmark)", "Google", "cmake -S"),
    ("tests/b.cpp", "#include <catch2/benchmark/catch_benchmark.hpp>", "Catch2", "catch2.xml"),
    ("pom.xml", "<artifactId>jmh-core</artifactId>", "JMH", "-rff jmh.json"),
    ("build.gradle.kts", "id(\"me.champeau.jmh\")", "JMH (Gradle)", "./gradlew jmh"),
    ("Bench/Bench.csproj", "Include=\"BenchmarkDotNet\"", "BenchmarkDotNet", "--project Bench/Be"),
    ("benchmark/benchmarks.jl", "using BenchmarkTools", "BenchmarkTools.jl", "--format julia"),
    ("bench/s.rb", "require 'benchmark/ips'", "benchmark-ips", "ruby bench/s.rb"),
    ("Package.swift", "ordo-one/package-benchmark", "Swift Benchmark", "--format swift"),
    ("scripts/speed.sh", "hyperfine --warmup 3", "Hyperfine", "bash scripts/speed.sh"),
    ("db.sh", "pgbench -T 60", "pgbench", "bash db.sh | tee"),
    ("CMakeLists.txt", "project(x)", "", "no benchmarks yet"),
    ("a b/$(x).sh", "hyperfine --warmup 3", "", "no benchmarks yet"),
];

#[test]
fn what_is_proposed_follows_the_tools_that_the_repository_names() {
    for (path, text, told, script) in TOOLS {
        let repository = Repository::new();
        repository.file(path, text);
        let (status, out, err) = repository.init(&["--yes"]);
        assert_eq!(status, 0, "{err}");
        let found = out.lines().find(|line| line.starts_with("  benchmarks ")).unwrap();
        let wanted = if told.is_empty() { "no tool recognized" } else { told };
        assert!(found.contains(wanted), "{path} {text}: {out}");
        let measured = repository.read(".github/benchmarks.sh");
        assert!(measured.contains(script), "{path} {text}: {measured}");
        let own = measured.split_once("\n}\n").unwrap().1;
        assert!(!own.contains("FILE"), "{measured}");
        let written = repository.root().join(".github/benchmarks.sh");
        if let Ok(output) = std::process::Command::new("bash").arg("-n").arg(written).output() {
            let fault = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{path}: {fault}\n{measured}");
        }
    }
    let both = Repository::new();
    both.file("go.mod", "module x").file("Cargo.toml", "criterion");
    let found = "benchmarks  Criterion (Cargo.toml) and go test -bench (go.mod)\n";
    assert!(both.init(&["--yes"]).1.contains(found));
    let workspace = Repository::new();
    workspace.file("Cargo.toml", "[workspace]").file("engine/Cargo.toml", "criterion");
    assert_eq!(workspace.init(&["--yes"]).0, 0);
    let script = workspace.read(".github/benchmarks.sh");
    assert!(!script.contains("cd engine"), "a workspace is measured from its root: {script}");
}

/// Files of a repository, and a line of `benchmarks.sh --setup` that follows from them.
const SET_UPS: [(&[(&str, &str)], &str); 13] = [
    (
        &[(
            "pyproject.toml",
            "[project]\n[project.optional-dependencies]\n\
            docs = ['sphinx']\nperf = [\n  'pytest-benchmark>=4',\n]\n",
        )],
        ".venv/bin/python -m pip install --quiet -e '.[perf]' pytest pytest-benchmark\n",
    ),
    (
        &[("pyproject.toml", "[build-system]\n[dependency-groups]\ndev = ['pytest-benchmark']\n")],
        "--quiet -e . --group dev pytest pytest-benchmark\n",
    ),
    (
        &[("requirements-dev.txt", "pytest-benchmark"), ("requirements.txt", "numpy")],
        "--quiet -r requirements-dev.txt -r requirements.txt pytest pytest-benchmark\n",
    ),
    (
        &[("pyproject.toml", "pytest-benchmark"), ("uv.lock", "")],
        "uv sync --frozen --all-extras --all-groups\n",
    ),
    (&[("setup.cfg", "pytest-benchmark"), ("poetry.lock", "")], " poetry install --all-extras\n"),
    (&[("bench/b.py", "import pyperf"), ("setup.py", "")], "--quiet -e . pyperf\n"),
    (&[("package.json", "\"vitest\""), ("package-lock.json", "{}")], "\n  npm ci\n"),
    (&[("web/package.json", "\"vitest\""), ("web/pnpm-lock.yaml", "")], "    cd web\n"),
    (&[("package.json", "\"tinybench\""), ("yarn.lock", "")], "yarn install --frozen-lockfile\n"),
    (&[("go.mod", "module x")], "\n  go mod download\n"),
    (&[("Cargo.toml", "criterion = \"1\"")], "\n  cargo fetch\n"),
    (&[("pom.xml", "jmh-core")], "\n  mvn --batch-mode"),
    (&[("CMakeLists.txt", "find_package(benchmark REQUIRED)")], "packages libbenchmark-dev\n"),
];

#[test]
fn a_job_installs_what_the_benchmarks_need_before_it_measures() {
    for (present, expected) in SET_UPS {
        let repository = Repository::new();
        present.iter().for_each(|(path, text)| {
            repository.file(path, text);
        });
        assert_eq!(repository.init(&["--yes"]).0, 0);
        let script = repository.read(".github/benchmarks.sh");
        let (_, set_up) = script.split_once("= --setup ]; then\n").unwrap();
        let (set_up, measured) = set_up.split_once("\n  exit 0\nfi\n").unwrap();
        let set_up = format!("\n{set_up}\n");
        assert!(set_up.contains(expected), "{present:?}: {set_up}");
        assert!(!measured.contains("npm ci") && !measured.contains("pip install"), "{measured}");
    }
    let repository = written();
    let steps = steps(&repository.workflow("benchpages"));
    let names: Vec<_> = steps.iter().filter_map(|(_, step)| step["name"].as_str()).collect();
    let at = |name: &str| names.iter().position(|it| *it == name).unwrap();
    assert!(at("Set up") < at("Measure"), "{names:?}");
}

#[test]
fn thousands_of_samples_of_each_benchmark_stay_out_of_the_history() {
    let repository = Repository::new();
    repository.file("pyproject.toml", "pytest-benchmark").file("package.json", "\"vitest\"");
    assert_eq!(repository.init(&["--yes"]).0, 0);
    let script = repository.read(".github/benchmarks.sh");
    assert!(script.contains("--format pytest-benchmark --no-samples "), "{script}");
    assert!(script.contains("--format vitest --no-samples "), "{script}");
}

#[test]
fn an_unpacked_history_is_ignored_and_lines_of_others_are_kept() {
    let lines = "# The history of benchpages has a branch of its own.\n\
                 /data/results/\n/data/pulls/\n";
    assert_eq!(written().read(".gitignore"), lines);
    let repository = Repository::new();
    repository.file(".gitignore", "go.txt");
    let (_, out, _) = repository.init(&[]);
    assert!(out.contains("  adds     .gitignore"), "{out}");
    assert_eq!(repository.read(".gitignore"), "go.txt");
    assert_eq!(repository.init(&["--yes"]).0, 0);
    assert_eq!(repository.read(".gitignore"), format!("go.txt\n{lines}"));
    assert!(repository.init(&["--yes"]).2.contains("Nothing to write"));
    for present in ["data/\n", "/data/results\ndata/pulls/*\n"] {
        repository.file(".gitignore", present);
        assert!(repository.init(&["--yes"]).1.contains("exists   .gitignore"), "{present}");
        assert_eq!(repository.read(".gitignore"), present);
    }
    let own = Repository::new();
    own.file("data/results/a.ndjson", "");
    assert_eq!(own.init(&["--yes"]).0, 0);
    assert!(!own.root().join(".gitignore").exists(), "its history is on the main branch");
}

#[test]
fn owners_review_whatever_decides_what_passes() {
    let owners = written().read(".github/CODEOWNERS");
    for path in files(&written().root()) {
        let is_owned = owners.lines().any(|line| {
            let pattern = line.split(' ').next().unwrap_or_default();
            pattern.strip_prefix('/').is_some_and(|it| path == it || path.starts_with(it))
        });
        let decides = path.starts_with("data/") || path.starts_with(".github/");
        assert_eq!(is_owned, decides, "{path}");
    }
    let elsewhere = Repository::new();
    elsewhere.file("CODEOWNERS", "* @ada\n");
    let (_, out, _) = elsewhere.init(&["--yes"]);
    assert!(out.contains("  differs  CODEOWNERS  "), "{out}");
    assert!(!elsewhere.root().join(".github/CODEOWNERS").exists(), "it would replace the other");
    assert_eq!(elsewhere.read("CODEOWNERS"), "* @ada\n");
}

/// What restores the program in a job that can write must not have been saved by code that nobody
/// reviewed.
#[test]
fn jobs_that_run_code_of_the_project_have_a_cache_apart_and_save_it_before_that_code_runs() {
    let repository = written();
    let (mut measured, mut trusted) = (0, 0);
    for name in WORKFLOWS {
        let workflow = repository.workflow(name);
        for (job, of_job) in workflow["jobs"].as_object().unwrap() {
            let measures = of_job.to_string().contains("benchmarks.sh");
            let expected = if measures { "measured" } else { "trusted" };
            let steps: Vec<&Value> = of_job["steps"].as_array().into_iter().flatten().collect();
            let position = |text: &str| steps.iter().position(|it| it.to_string().contains(text));
            let restores = steps.iter().filter(|step| step["id"] == "built");
            for step in restores {
                let key = step["with"]["key"].as_str().unwrap();
                let prefix = format!("benchpages-{expected}-${{{{");
                assert!(key.starts_with(&prefix), "{name} {job}: {key}");
                *(if measures { &mut measured } else { &mut trusted }) += 1;
                let save = position("actions/cache/save@").unwrap();
                assert!(position("benchmarks.sh").is_none_or(|at| save < at), "{name} {job}");
            }
            // This one saves at the end of the job, after all that has run in it.
            let saves_last = steps.iter().any(|step| {
                step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/cache@"))
            });
            assert!(!(measures && saves_last), "{name} {job}");
        }
    }
    assert_eq!((measured, trusted), (2, 4));
}

#[test]
fn every_job_installs_the_program_by_the_same_steps() {
    let repository = written();
    let mut texts = std::collections::BTreeSet::new();
    for name in WORKFLOWS {
        for (job, step) in steps(&repository.workflow(name)) {
            let run = step["run"].as_str().unwrap_or_default();
            assert!(!run.contains("cargo install"), "{name} {job}: {run}");
            if step["name"] == "Install benchpages" {
                texts.insert(step.to_string());
            }
        }
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts.pop_first().unwrap().contains("bash .github/benchpages-install.sh download"));
}

#[test]
fn nothing_is_written_without_a_yes_and_what_is_there_is_kept() {
    let repository = Repository::new();
    repository.file("data/policy.yml", "version: '1'\n# mine\n");
    for more in [&[][..], &["--dry-run"], &["--dry-run", "--yes"], &["--diff"]] {
        let (status, out, err) = repository.init(more);
        assert_eq!(status, 0);
        assert_eq!(files(&repository.root()), ["data/policy.yml"], "{more:?}");
        assert!(out.len() + err.len() < 2500 || more == ["--diff"], "a summary, no texts: {out}");
        let summary = if more == ["--diff"] { &err } else { &out };
        assert!(summary.contains("  new      .github/workflows/benchmarks.yml  "), "{summary}");
        assert!(summary.contains("  differs  data/policy.yml  "), "{summary}");
        assert!(err.contains("Nothing was written"), "{err}");
    }
    let (_, patch, _) = repository.init(&["--diff"]);
    assert!(patch.contains("+++ b/data/policy.yml\n@@ -1,2 +1,"), "{patch}");
    assert!(patch.contains("\n-# mine\n"), "{patch}");
    assert_eq!(repository.init(&["--yes"]).0, 0);
    assert_eq!(repository.read("data/policy.yml"), "version: '1'\n# mine\n");
    let before = files(&repository.root());
    let (_, out, err) = repository.init(&["--yes"]);
    assert!(out.contains("exists   .github/CODEOWNERS"), "{out}");
    assert!(err.contains("Nothing to write"), "{err}");
    assert_eq!(files(&repository.root()), before);
    assert_eq!(repository.init(&["--yes", "--hooks"]).0, 0);
    let hooks = files(&repository.root()).len() - before.len();
    assert_eq!(hooks, 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let hook = repository.root().join(".githooks/pre-push");
        assert_eq!(std::fs::metadata(hook).unwrap().permissions().mode() & 0o100, 0o100);
    }
    let nowhere = run(&["init", "no/such/folder"]);
    assert_eq!(nowhere.status, 2);
}

#[test]
fn the_proposed_policy_is_good_and_names_its_schema_first() {
    let repository = written();
    let path = repository.root().join("data/policy.yml").display().to_string();
    let answer = run(&["policy", "check", &path]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.ends_with(": no errors\n"), "{}", answer.err);
    let first = repository.read("data/policy.yml");
    let first = first.lines().next().unwrap();
    assert!(first.starts_with("# yaml-language-server: $schema=https://"), "{first}");
    assert!(first.ends_with("/api/v2/policy.schema.json"), "{first}");
}

#[test]
fn no_placeholder_is_left_and_no_name_of_the_machine_gets_in() {
    let repository = written();
    for path in files(&repository.root()) {
        let text = repository.read(&path);
        assert!(!text.contains("__"), "{path}");
        assert!(!text.contains(&repository.root().display().to_string()), "{path}");
    }
}

/// Why a workflow is not as safe as it could be.
fn faults(name: &str, text: &str) -> Vec<String> {
    let workflow: Value = serde_saphyr::from_str(text).unwrap();
    let mut faults = Vec::new();
    let mut tell = |fault: &str, of: &Value| faults.push(format!("{name}: {fault}: {of}"));
    let action = workflow.get("runs").is_some();
    if !action && workflow["permissions"] != json!({}) {
        tell("permissions that are not of a job", &workflow["permissions"]);
    }
    for (_, job) in workflow["jobs"].as_object().into_iter().flatten() {
        if job["permissions"].as_object().is_none_or(serde_json::Map::is_empty) {
            tell("a job without permissions of its own", &job["name"]);
        }
        if job.get("steps").is_some() && job.get("timeout-minutes").is_none() {
            tell("a job that may run for ever", &job["name"]);
        }
        let text = job.to_string();
        let strange = text.contains("benchmarks.sh");
        let permissions = job["permissions"].as_object().into_iter().flatten();
        if strange && permissions.into_iter().any(|(_, right)| right != "read") {
            tell("code that was not reviewed meets a token that can write", &job["name"]);
        }
        let writes =
            ["keep", "rotate"].iter().any(|it| text.contains(&format!("benchpages-{it}.sh")));
        let checkout = text.contains("actions/checkout");
        if checkout && !writes && !text.contains("\"persist-credentials\":false") {
            tell("a token that is left on disk", &job["name"]);
        }
    }
    for (_, step) in steps(&workflow) {
        if let Some(uses) = step["uses"].as_str() {
            let pinned = uses.rsplit('@').next().unwrap_or_default();
            if pinned.len() != 40 || !pinned.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                tell("an action that is not pinned", &step["uses"]);
            }
            if step["with"].get("ref").is_some() {
                tell("a checkout of something else", &step["with"]);
            }
        }
        if step["run"].as_str().is_some_and(|script| script.contains("${{")) {
            tell("a value that becomes shell", &step["run"]);
        }
    }
    faults
}

#[test]
fn workflows_have_least_rights_pinned_actions_and_no_value_in_their_shell() {
    let repository = written();
    for name in WORKFLOWS {
        let text = repository.read(&format!(".github/workflows/{name}.yml"));
        assert_eq!(faults(name, &text), Vec::<String>::new());
    }
    let action = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    assert_eq!(faults("action", &std::fs::read_to_string(action).unwrap()), Vec::<String>::new());
    let on = |name: &str| repository.workflow(name)["on"].clone();
    assert_eq!(on("benchmarks"), json!({"pull_request": null, "merge_group": null}));
    assert_eq!(on("benchpages-comment")["workflow_run"]["workflows"], json!(["benchmarks"]));
    assert_eq!(repository.workflow("benchmarks")["name"], "benchmarks");
    let bad = "on: push\njobs: {a: {permissions: {contents: write}, steps: [{uses: a/b@v1}, \
               {run: 'bash benchmarks.sh ${{ github.head_ref }}'}]}}\n";
    assert_eq!(faults("bad", bad).len(), 5, "{:?}", faults("bad", bad));
}

/// The actions that this project's own workflows use, and the one it needs beyond them.
#[test]
fn the_same_action_is_pinned_to_the_same_commit_everywhere() {
    let repository = written();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    let own = files(&own).into_iter().map(|name| std::fs::read_to_string(own.join(name)).unwrap());
    let made =
        WORKFLOWS.iter().map(|name| repository.read(&format!(".github/workflows/{name}.yml")));
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    for text in own.chain(made) {
        for line in text.lines().filter_map(|line| line.split_once("uses: actions/")) {
            let (action, pin) = line.1.split_once('@').unwrap();
            let known = pins.entry(action.to_owned()).or_insert_with(|| pin.to_owned());
            assert_eq!(known, pin, "{action}");
        }
    }
    assert!(pins.len() >= 7, "{pins:?}");
}

#[cfg(feature = "net")]
/// Commands of this program in a script, each as it would be typed.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in joined.lines().filter(|line| !line.trim_start().starts_with('#')) {
        for (at, word) in line.match_indices("benchpages ") {
            let before = line[..at].trim_end();
            let starts = before.is_empty()
                || before.ends_with(['\'', '|', ';'])
                || before.ends_with("run:")
                || before.ends_with("entry:");
            if starts {
                found.push(format!("{word}{}", &line[at + word.len()..]));
            }
        }
    }
    found
}

#[cfg(feature = "net")]
#[test]
fn every_command_in_the_proposed_files_can_be_typed() {
    let repository = written();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<(String, String)> = files(&repository.root())
        .into_iter()
        .map(|path| (path.clone(), repository.read(&path)))
        .collect();
    for name in ["action.yml", ".pre-commit-hooks.yaml"] {
        texts.push((name.to_owned(), std::fs::read_to_string(root.join(name)).unwrap()));
    }
    let mut seen = 0;
    for (path, text) in texts {
        for command in commands(&text) {
            let words: Vec<&str> = command.split_whitespace().skip(1).collect();
            seen += 1;
            let sub = words.iter().take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()));
            let sub: Vec<&str> = sub.take(2).copied().collect();
            let help = run(&[&sub[..], &["--help"]].concat());
            assert_eq!(help.status, 0, "{path}: {command}");
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.out.contains(option), "{path}: {option} in {command}");
            }
        }
    }
    assert!(seen >= 6, "only {seen} commands were found");
}

/// What the proposed scripts hand on is read by `ingest` under the name they give it.
#[test]
fn every_format_in_the_proposed_scripts_is_one_that_ingest_reads() {
    let list = crate::support::run(&["ingest", "--list"]).out;
    let known: Vec<&str> = list.lines().filter(|line| !line.starts_with(' ')).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = std::fs::read_to_string(root.join("src/init/tools.rs")).unwrap();
    let named: Vec<&str> = tools.split("records --format ").skip(1).collect();
    assert!(named.len() > 20, "{}", named.len());
    for rest in named {
        let name = rest.split_whitespace().next().unwrap_or_default();
        assert!(known.contains(&name), "{name}");
    }
}
