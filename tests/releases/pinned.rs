//! The steps by which a workflow installs the program: a verified release, its source where there
//! is no release, and an error where a release is not what is pinned.

use std::process::Output;

use tempfile::TempDir;

use super::{Release, VERSION, have_tools, root, script, text};
use crate::init::{Repository, steps};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Says whether GitHub attests: `ATTESTED` is `all`, `other` (of another commit) or nothing.
const GH: &str = r#"#!/usr/bin/env bash
echo "$*" >> gh.log
case "${ATTESTED:-} $*" in
all*) ;;
other*--source-digest*) exit 1 ;;
other*) ;;
*) exit 1 ;;
esac
"#;

/// Builds a program that says so.
const CARGO: &str = r#"#!/usr/bin/env bash
echo "$*" >> cargo.log
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin"
printf '#!/bin/sh\necho built\n' > "$2/bin/benchpages"
chmod +x "$2/bin/benchpages"
"#;

/// A job of a workflow that `init` wrote, on a fresh machine.
struct Job<'a> {
    release: &'a Release,
    repository: Repository,
    temporary: TempDir,
}

/// What the steps of a job did.
#[derive(Debug)]
struct Installed {
    passes: bool,
    says: String,
    /// What `benchpages --version` prints afterwards.
    version: Option<String>,
    /// What the tools were asked.
    gh: String,
    cargo: String,
}

impl<'a> Job<'a> {
    fn new(release: &'a Release, options: &[&str]) -> Self {
        script(&release.path("bin/gh"), GH);
        script(&release.path("bin/cargo"), CARGO);
        let repository = Repository::new();
        let (status, _, err) = repository.init(&[&["--yes"], options].concat());
        assert_eq!(status, 0, "{err}");
        Self { release, repository, temporary: tempfile::tempdir().unwrap() }
    }

    /// Runs a step of the job that comments, as GitHub would.
    fn step(&self, name: &str, environment: &[(&str, &str)]) -> Output {
        let steps = steps(&self.repository.workflow("benchpages-comment"));
        let step = steps.iter().find(|(_, step)| step["name"] == name).unwrap();
        let mut command = self.release.command("bash");
        command.args(["-eo", "pipefail", "-c", step.1["run"].as_str().unwrap()]);
        command.current_dir(self.repository.root()).env("RUNNER_TEMP", self.temporary.path());
        for (name, file) in [("GITHUB_OUTPUT", "output"), ("GITHUB_PATH", "path")] {
            command.env(name, self.temporary.path().join(file));
        }
        command.envs(environment.iter().copied()).output().unwrap()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.temporary.path().join(name)).unwrap_or_default()
    }

    fn run(&self, environment: &[(&str, &str)]) -> Installed {
        let mut output = self.step("Install benchpages", environment);
        let mut says = text(&output);
        // What the conditions of the steps ask for, when the cache has nothing.
        if output.status.success() && self.read("output").contains("build=") {
            output = self.step("Build benchpages", environment);
            says += &text(&output);
        }
        let log = |name: &str| {
            std::fs::read_to_string(self.repository.root().join(name)).unwrap_or_default()
        };
        let program = std::path::PathBuf::from(self.read("path").trim()).join("benchpages");
        let version = std::process::Command::new(program).arg("--version").output().ok();
        Installed {
            passes: output.status.success(),
            says,
            version: version.map(|output| text(&output).trim().to_owned()),
            gh: log("gh.log"),
            cargo: log("cargo.log"),
        }
    }
}

#[test]
fn a_release_with_a_pinned_checksum_is_used_and_nothing_is_built() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let sums = release.path("files/SHA256SUMS").display().to_string();
    let job = Job::new(&release, &["--checksums", &sums]);
    let script = job.repository.read(".github/benchpages-install.sh");
    assert!(script.contains(&release.checksum()) && script.contains(VERSION), "{script}");
    let installed = job.run(&[]);
    assert!(installed.passes, "{installed:?}");
    assert_eq!(installed.version.as_deref(), Some("benchpages stand-in"));
    assert_eq!((&*installed.gh, &*installed.cargo), ("", ""), "neither is asked");
}

#[test]
fn an_archive_that_is_not_the_pinned_one_ends_the_job_and_is_not_replaced_by_a_build() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let sums = release.path("files/SHA256SUMS").display().to_string();
    let job = Job::new(&release, &["--checksums", &sums]);
    release.server.serve(&Release::archive(), b"another file".to_vec());
    let wrong = job.run(&[("ATTESTED", "all")]);
    assert!(!wrong.passes && wrong.says.contains("is not pinned here"), "{wrong:?}");
    release.server.truncate(&Release::archive());
    let cut = Job::new(&release, &["--checksums", &sums]).run(&[]);
    assert!(!cut.passes && cut.says.contains("run this job again"), "{cut:?}");
    release.server.refuse(&Release::archive(), 403);
    let refused = Job::new(&release, &[]).run(&[("ATTESTED", "all")]);
    assert!(!refused.passes && refused.says.contains("answers 403"), "{refused:?}");
    for installed in [wrong, cut, refused] {
        assert_eq!((installed.version, &*installed.cargo), (None, ""), "nothing runs");
    }
}

#[test]
fn a_runner_that_has_exactly_the_pinned_program_downloads_nothing() {
    if !have_tools() {
        return;
    }
    let release = Release::of(&["aarch64-apple-darwin"]);
    let shown = |version: &str| format!("#!/bin/sh\necho 'benchpages {version}'\n");
    let exact = format!("{VERSION} (01234567 2026-11-29)");
    // What the program shows, the pinned commit, and whether it counts.
    let cases = [
        (&*exact, COMMIT, true),
        (VERSION, "", true),
        (VERSION, COMMIT, false),
        (&exact, "", false),
        ("99.0.0 (01234567 2026-11-29)", COMMIT, false),
    ];
    for (version, commit, counts) in cases {
        let pins = &[("BENCHPAGES_COMMIT", commit)];
        let job = Job::new(&release, &[]);
        script(&release.path("bin/benchpages"), &shown(version));
        let installed = job.run(pins);
        assert!(installed.passes, "{version}: {installed:?}");
        assert_eq!(installed.cargo.is_empty(), counts, "{version}: {installed:?}");
        assert_eq!(installed.says.contains("This runner has"), counts, "{version}");
        // A step that is run although it has nothing to do changes nothing.
        assert!(job.step("Build benchpages", pins).status.success());
    }
}

#[test]
fn without_a_release_the_pinned_commit_is_built() {
    if !have_tools() {
        return;
    }
    let release = Release::of(&["aarch64-apple-darwin"]);
    let job = Job::new(&release, &[]);
    let built = job.run(&[("BENCHPAGES_COMMIT", COMMIT), ("ATTESTED", "all")]);
    assert!(built.passes && built.says.contains("does not exist"), "{built:?}");
    assert_eq!(built.version.as_deref(), Some("built"));
    assert!(built.cargo.contains(&format!("--rev {COMMIT}")), "{built:?}");
    assert!(built.cargo.starts_with("install --quiet --locked "), "{built:?}");
    assert_eq!(job.read("output"), format!("build={COMMIT}-Linux-x86_64\n"), "the cache's name");
    let unknown = Job::new(&release, &[]);
    let built = unknown.run(&[("FAKE_MACHINE", "riscv64"), ("BENCHPAGES_COMMIT", "")]);
    assert!(built.cargo.contains(&format!("--tag v{VERSION}")), "{built:?}");
    assert_eq!(unknown.read("output"), format!("build=v{VERSION}-Linux-riscv64\n"));
}

#[test]
fn without_a_checksum_github_must_attest_the_release_for_the_commit() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let attested = [("BENCHPAGES_COMMIT", COMMIT), ("ATTESTED", "all")];
    let installed = Job::new(&release, &[]).run(&attested);
    assert_eq!(installed.version.as_deref(), Some("benchpages stand-in"), "{installed:?}");
    for part in [
        "--repo benchpages/benchpages ",
        "--signer-workflow benchpages/benchpages/.github/workflows/release.yml ",
        &format!("--source-ref refs/tags/v{VERSION} "),
        &format!("--source-digest {COMMIT}"),
        "--deny-self-hosted-runners",
    ] {
        assert!(installed.gh.contains(part), "{part}: {}", installed.gh);
    }
    // A release of another commit is no forgery; the pinned commit is what counts.
    let other = [("BENCHPAGES_COMMIT", COMMIT), ("ATTESTED", "other")];
    let built = Job::new(&release, &[]).run(&other);
    assert_eq!(built.version.as_deref(), Some("built"), "{built:?}");
    let forged = Job::new(&release, &[]).run(&[("BENCHPAGES_COMMIT", COMMIT)]);
    assert!(!forged.passes && forged.says.contains("does not attest"), "{forged:?}");
    assert_eq!((forged.version, &*forged.cargo), (None, ""));
}

#[test]
fn without_gh_nothing_that_is_not_verified_runs() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let job = Job::new(&release, &[]);
    std::fs::remove_file(release.path("bin/gh")).unwrap();
    let tools = [
        "bash",
        "curl",
        "tar",
        "gzip",
        "mktemp",
        "rm",
        "sha256sum",
        "cut",
        "tr",
        "mkdir",
        "cp",
        "chmod",
    ];
    let path = release.only(&tools);
    let built = job.run(&[("PATH", &path), ("BENCHPAGES_COMMIT", COMMIT)]);
    assert_eq!(built.version.as_deref(), Some("built"), "{built:?}");
}

#[test]
fn a_list_without_an_archive_of_this_version_is_an_error() {
    let repository = Repository::new();
    repository.file("sums", "0000  benchpages-99.0.0-x86_64-unknown-linux-musl.tar.gz\n");
    let sums = repository.root().join("sums").display().to_string();
    for (path, cause) in [(&*sums, "no checksum of an archive"), ("no/such/file", "no/such/file")] {
        let (status, _, err) = repository.init(&["--yes", "--checksums", path]);
        assert_eq!(status, 2, "{err}");
        assert!(err.contains(cause), "{err}");
    }
    assert!(!repository.root().join(".github").exists());
}

/// The action of this repository installs by the same script.
#[test]
fn the_action_installs_the_release_of_its_own_commit() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let job = Job::new(&release, &[]);
    let action = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let action: serde_json::Value = serde_saphyr::from_str(&action).unwrap();
    let step = |name: &str| {
        let steps = steps(&action);
        steps.into_iter().find(|(_, step)| step["name"] == name).unwrap().1
    };
    let run = |name: &str, reference: &str, attested: &str| {
        let mut command = release.command("bash");
        command.args(["-eo", "pipefail", "-c", step(name)["run"].as_str().unwrap()]);
        command.current_dir(job.repository.root()).env("RUNNER_TEMP", job.temporary.path());
        for (name, file) in [("GITHUB_OUTPUT", "output"), ("GITHUB_PATH", "path")] {
            command.env(name, job.temporary.path().join(file));
        }
        command
            .env("SOURCE", root())
            .env("BENCHPAGES_SOURCE", root())
            .env("REFERENCE", reference)
            .env("BENCHPAGES_SHA256", "");
        command.env("ATTESTED", attested).output().unwrap()
    };
    let output = run("Install benchpages", COMMIT, "all");
    assert!(output.status.success() && text(&output).contains("verified"), "{}", text(&output));
    let gh = std::fs::read_to_string(job.repository.root().join("gh.log")).unwrap();
    assert!(gh.contains(&format!("--source-digest {COMMIT}")), "{gh}");
    assert_eq!(job.read("output"), "");
    // A branch names no commit: what is checked out is built.
    for (reference, attested) in [("main", "all"), (COMMIT, "other")] {
        let output = run("Install benchpages", reference, attested);
        assert!(output.status.success(), "{}", text(&output));
        assert!(job.read("output").starts_with("build="), "{reference}: {}", text(&output));
    }
    let output = run("Build benchpages", "main", "");
    assert!(output.status.success(), "{}", text(&output));
    let cargo = std::fs::read_to_string(job.repository.root().join("cargo.log")).unwrap();
    assert!(cargo.contains(&format!("--path {}", root().display())), "{cargo}");
}
