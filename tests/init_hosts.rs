//! What `init` detects of a repository and its server, the patch that it shows, and the commands
//! that it ends with. The pipeline that it writes for GitLab is run here, with a bare repository as
//! the server.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::init::Repository;
use crate::support::files;
use crate::workflows::{git, have_tools};

/// A repository with a remote, which is never contacted.
fn cloned(address: &str) -> Repository {
    let repository = Repository::new();
    repository.file("go.mod", "module x\n");
    let root = repository.root();
    git(&root, &["init", "--quiet", "--initial-branch", "topic"]);
    git(&root, &["remote", "add", "origin", address]);
    repository
}

#[test]
fn what_was_detected_is_reported_with_its_reason() {
    let repository = cloned("git@github.com:ada/engine.git");
    let (_, out, _) = repository.init(&["--dry-run"]);
    for line in [
        "  repository  ada/engine on github.com\n",
        "  CI          GitHub Actions\n",
        "  branch      topic (the branch that is checked out)\n",
        "  owner       @ada (owner of the repository)\n",
        "  language    Go (go.mod)\n",
        "  benchmarks  go test -bench (go.mod)\n",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    let root = repository.root();
    git(&root, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    let (_, out, _) = repository.init(&["--dry-run"]);
    assert!(out.contains("  branch      trunk (the default branch of the remote)\n"), "{out}");
    let (_, out, _) = repository.init(&["--dry-run", "--branches", "develop,trunk"]);
    assert!(out.contains("  branch      develop, trunk (named)\n"), "{out}");
    let nothing = Repository::new();
    let (_, out, _) = nothing.init(&["--dry-run"]);
    assert!(out.contains("  repository  unknown: no remote names a host\n"), "{out}");
    assert!(out.contains("  benchmarks  no tool recognized; .github/benchmarks.sh says"), "{out}");
    let bare = Repository::new();
    bare.file("Cargo.toml", "[package]\n");
    let (_, out, _) = bare.init(&["--dry-run"]);
    assert!(out.contains("no tool recognized; add Criterion: `cargo add --dev"), "{out}");
}

#[test]
fn the_patch_writes_what_init_writes() {
    let repository = cloned("https://github.com/ada/engine");
    repository.file(".gitignore", "target");
    let (_, patch, _) = repository.init(&["--diff", "--dry-run", "--hooks"]);
    let root = repository.root();
    std::fs::write(root.join("patch"), patch).unwrap();
    git(&root, &["apply", "patch"]);
    std::fs::remove_file(root.join("patch")).unwrap();
    let applied = files(&root);
    let (_, out, err) = repository.init(&["--yes", "--hooks"]);
    assert!(err.contains("Nothing to write"), "the patch leaves nothing to do: {out}");
    assert_eq!(files(&root), applied);
    assert!(repository.read(".gitignore").starts_with("target\n# The history"));
    let (_, patch, _) = repository.init(&["--diff", "--dry-run", "--hooks"]);
    assert_eq!(patch, "");
}

#[test]
fn the_last_words_are_commands_and_addresses() {
    let (_, _, err) = cloned("https://github.com/ada/engine").init(&["--yes", "--hooks"]);
    for line in [
        "git add .githooks .github .gitignore .pre-commit-config.yaml data/policy.yml\n",
        "bash .github/benchmarks.sh data/results/$(git rev-parse --short HEAD).ndjson\n",
        "benchpages serve\n",
        "https://github.com/ada/engine/settings/pages\n",
        "git push origin HEAD\n",
        "git config core.hooksPath .githooks\n",
    ] {
        assert!(err.contains(line), "{line}: {err}");
    }
    let (_, _, err) = cloned("https://gitlab.com/team/tools/engine").init(&["--yes"]);
    assert!(err.contains("https://gitlab.com/team/tools/engine/-/settings/ci_cd\n"), "{err}");
    let (_, _, err) = cloned("https://codeberg.org/ada/engine").init(&["--yes"]);
    assert!(err.contains("bash ci/benchpages-keep.sh records.ndjson"), "{err}");
}

#[test]
fn what_an_option_cannot_do_outside_of_github_is_said() {
    let options = ["--dry-run", "--systems", "linux,macos"];
    for (address, script) in [
        ("https://codeberg.org/ada/engine", "ci/benchmarks.sh"),
        ("https://gitlab.com/team/engine", ".gitlab/benchmarks.sh"),
    ] {
        let (_, out, _) = cloned(address).init(&options);
        let line = "  systems     --systems linux,macos is for GitHub Actions only; elsewhere add a \
                    job on each further system";
        assert!(out.contains(line), "{out}");
        assert!(out.contains(&format!("that runs {script} with SYSTEM=NAME\n")), "{out}");
        assert!(!cloned(address).init(&["--dry-run"]).1.contains("--systems"));
        let (_, _, err) = cloned(address).init(&["--yes", "--schedule", "weekly"]);
        assert!(err.contains("BENCH_SET=capacity"), "{err}");
    }
    let (_, out, _) = cloned("https://github.com/ada/engine").init(&options);
    assert!(!out.contains("--systems"), "{out}");
}

#[test]
fn only_github_gets_workflows() {
    let repository = cloned("https://codeberg.org/ada/engine");
    let (_, out, _) = repository.init(&["--yes", "--schedule", "daily"]);
    assert!(out.contains("  CI          other: scripts only (--ci github or --ci gitlab"), "{out}");
    let written = files(&repository.root());
    assert!(!written.iter().any(|path| path.starts_with(".github/")), "{written:?}");
    assert!(written.contains(&"ci/benchmarks.sh".to_owned()), "{written:?}");
    let gitlab = cloned("https://gitlab.example.org/team/tools/engine.git");
    let (_, out, _) = gitlab.init(&["--yes"]);
    assert!(out.contains("  CI          GitLab CI/CD\n"), "{out}");
    let written = files(&gitlab.root());
    assert!(!written.iter().any(|path| path.starts_with(".github/")), "{written:?}");
    assert!(gitlab.read(".gitlab/CODEOWNERS").contains("/.gitlab/ @team/tools\n"));
    let policy = gitlab.read("data/policy.yml");
    assert!(policy.contains("repo_url: \"https://gitlab.example.org/team/tools/engine\""));
    for path in written.iter().filter(|path| !path.starts_with(".git/")) {
        assert!(!gitlab.read(path).contains("__"), "{path}");
        // The script that installs names the workflow that made the release.
        let is_installer = path.ends_with("benchpages-install.sh");
        assert!(is_installer || !gitlab.read(path).contains(".github/"), "{path}");
    }
    let there = cloned("https://gitlab.com/ada/engine");
    there.file(".gitlab-ci.yml", "stages: [test]\n");
    let (_, _, err) = there.init(&["--yes"]);
    assert!(err.contains("Add to .gitlab-ci.yml:\n     "), "{err}");
    assert_eq!(there.read(".gitlab-ci.yml"), "stages: [test]\n");
    let (_, out, _) = cloned("https://gitlab.com/ada/engine").init(&["--ci", "github"]);
    assert!(out.contains(".github/workflows/benchmarks.yml"), "an option outranks the host");
}

/// A project on GitLab whose benchmark prints what the file `speed` names.
struct Gitlab {
    repository: Repository,
}

const GO: &str = "#!/usr/bin/env bash\n[ \"$1\" != mod ] || exit 0\n\
    round=${BENCHPAGES_ROUND:-$(git rev-list --count HEAD)}\n\
    more=$(((round * 37 + ${#BENCHPAGES_SIDE} * 5) % 7))\n\
    echo 'pkg: x'\necho \"BenchmarkParse-2   1000   $(($(cat speed) + more)) ns/op\"\n";

impl Gitlab {
    fn new() -> Self {
        let repository = cloned("https://gitlab.com/ada/engine.git");
        repository.file("speed", "1000\n");
        let (status, _, err) = repository.init(&["--yes"]);
        assert_eq!(status, 0, "{err}");
        let (root, folder) = (repository.root(), repository.folder.path());
        let origin = folder.join("origin.git").display().to_string();
        git(folder, &["init", "--quiet", "--bare", "--initial-branch", "main", &origin]);
        git(&root, &["checkout", "--quiet", "-b", "main"]);
        git(&root, &["remote", "set-url", "origin", &origin]);
        // Whatever address the pipeline sets, the server is the one on disk.
        git(&root, &["config", "user.name", "ada"]);
        git(&root, &["config", "user.email", "ada@example.org"]);
        std::fs::create_dir(folder.join("bin")).unwrap();
        for (name, text) in [("go", GO), ("apt-get", "#!/bin/sh\n")] {
            let program = folder.join("bin").join(name);
            std::fs::write(&program, text).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::Permissions::from_mode(0o755);
                std::fs::set_permissions(&program, mode).unwrap();
            }
        }
        Self { repository }
    }

    fn commit(&self, branch: &str, day: u32, speed: &str) -> String {
        let root = self.repository.root();
        if git(&root, &["branch", "--show-current"]) != branch {
            git(&root, &["checkout", "--quiet", "-B", branch, "main"]);
        }
        self.repository.file("speed", speed);
        git(&root, &["add", "--all"]);
        let date = format!("{} +0000", 1_758_888_000 + day * 86_400);
        let mut command = Command::new("git");
        command.arg("-C").arg(&root).args(["commit", "--quiet", "--allow-empty", "-m", branch]);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", date);
        assert!(command.status().unwrap().success());
        git(&root, &["push", "--quiet", "origin", branch]);
        git(&root, &["rev-parse", "HEAD"])
    }

    /// Runs jobs of the pipeline one after the other in one clone, up to the first that fails.
    fn run(&self, jobs: &[&str], commit: &str, day: u32, more: &[(&str, &str)]) -> Output {
        let folder = self.repository.folder.path();
        let job = tempfile::tempdir_in(folder).unwrap();
        let origin = folder.join("origin.git").display().to_string();
        git(job.path(), &["clone", "--quiet", &origin, "work"]);
        let work = job.path().join("work");
        git(&work, &["checkout", "--quiet", "--detach", commit]);
        // As `git remote set-url` would lead to gitlab.com, git is told where that is.
        let address = "https://gitlab-ci-token:secret@gitlab.com/ada/engine.git";
        git(&work, &["config", &format!("url.{origin}.insteadOf"), address]);
        let pipeline: Value =
            serde_saphyr::from_str(&self.repository.read(".gitlab/benchpages.yml")).unwrap();
        let mut script = String::new();
        let mut variables: Vec<(String, String)> = Vec::new();
        for name in jobs {
            let parts = [&pipeline[".benchpages"]["before_script"], &pipeline[name]["script"]];
            for line in parts.iter().flat_map(|part| part.as_array().unwrap()) {
                script += &format!("{}\n", line.as_str().unwrap());
            }
            for part in [&pipeline[".benchpages"], &pipeline[name]] {
                let values = part["variables"].as_object().into_iter().flatten();
                variables.extend(
                    values.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())),
                );
            }
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_benchpages")).parent().unwrap().display();
        let path = std::env::var("PATH").unwrap();
        let time = (1_758_888_000 + day * 86_400).to_string();
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", &script]).current_dir(&work).envs(variables);
        command.env("PATH", format!("{}:{binary}:{path}", folder.join("bin").display()));
        command.env("SOURCE_DATE_EPOCH", &time).env("COLUMNS", "100").env("ROUNDS", "6");
        command.env("CI", "true").env("CI_DEFAULT_BRANCH", "main").env("CI_JOB_TOKEN", "secret");
        command.env("CI_COMMIT_SHA", commit).env("CI_COMMIT_SHORT_SHA", &commit[..8]);
        command.env("CI_SERVER_URL", "https://gitlab.com").env("CI_PROJECT_PATH", "ada/engine");
        command.env("CI_PIPELINE_ID", &time).env("CI_PAGES_URL", "https://ada.gitlab.io/engine");
        command.envs(more.iter().copied()).output().unwrap()
    }

    fn push(&self, day: u32) -> String {
        let head = self.commit("main", day, "1000\n");
        let jobs = ["benchpages-measure", "benchpages-record"];
        let output = self.run(&jobs, &head, day, &[]);
        assert!(output.status.success(), "{}", said(&output));
        head
    }

    fn merge_request(&self, day: u32, branch: &str, speed: &str) -> Output {
        let base = git(&self.repository.root(), &["rev-parse", "main"]);
        let head = self.commit(branch, day, speed);
        let request =
            [("CI_MERGE_REQUEST_IID", "7"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str())];
        let output = self.run(&["benchmarks"], &head, day, &request);
        git(&self.repository.root(), &["checkout", "--quiet", "main"]);
        output
    }
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_pipeline_of_gitlab_measures_keeps_publishes_and_judges_merge_requests() {
    if !have_tools() {
        return;
    }
    let project = Gitlab::new();
    let head = project.commit("main", 0, "1000\n");
    let first = project.merge_request(0, "early", "1000\n");
    assert!(first.status.success() && said(&first).contains("No history yet"), "{}", said(&first));
    assert!(!head.is_empty());
    let mut newest = head;
    for day in 1..7 {
        newest = project.push(day);
    }
    let publish = project.run(&["pages", "benchpages-report"], &newest, 7, &[]);
    assert!(publish.status.success(), "{}", said(&publish));
    assert!(said(&publish).contains("1 series from 6 records"), "{}", said(&publish));
    let same = project.merge_request(8, "same", "1000\n");
    assert!(same.status.success(), "{}", said(&same));
    let slower = project.merge_request(9, "slower", "1300\n");
    assert!(!slower.status.success(), "{}", said(&slower));
    assert!(said(&slower).contains("1 regressed"), "{}", said(&slower));
}

/// No job of the pipeline that runs code of the project can push, and what installs the program
/// runs none.
#[test]
fn code_of_the_project_meets_no_token_on_gitlab() {
    let repository = cloned("https://gitlab.com/ada/engine.git");
    assert_eq!(repository.init(&["--yes"]).0, 0);
    let text = repository.read(".gitlab/benchpages.yml");
    let pipeline: Value = serde_saphyr::from_str(&text).unwrap();
    for (name, job) in pipeline.as_object().unwrap() {
        let job = job.to_string();
        let runs_project = job.contains("benchmarks.sh");
        assert!(!(runs_project && job.contains("CI_JOB_TOKEN")), "{name}");
        assert!(!(runs_project && job.contains("\"cache\"")), "{name}");
        assert!(name.starts_with('.') || job.contains("\"rules\""), "{name} runs always");
    }
}
