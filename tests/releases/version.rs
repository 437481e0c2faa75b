//! What `--version` says: commit and day where the build knows them, and nothing made up.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{VERSION, have_tools, root, text};
use crate::workflows::git;

/// The build script of the program, in a folder of its own.
struct BuildScript {
    folder: TempDir,
    program: PathBuf,
}

impl BuildScript {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("build");
        let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let mut command = Command::new(compiler);
        command.args(["--edition", "2024", "-o"]).arg(&program).arg(root().join("build.rs"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        Self { folder, program }
    }

    fn repository(&self) -> PathBuf {
        let repository = self.folder.path().join("repository");
        std::fs::create_dir(&repository).unwrap();
        git(&repository, &["init", "--quiet", "--initial-branch=main"]);
        git(&repository, &["config", "user.name", "ada"]);
        git(&repository, &["config", "user.email", "ada@example.org"]);
        repository
    }

    fn run(&self, sources: &Path, environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(&self.program);
        command.env_remove("BENCHPAGES_COMMIT").env_remove("BENCHPAGES_COMMIT_DATE");
        command.env("CARGO_MANIFEST_DIR", sources).env("CARGO_PKG_VERSION", "1.2.3");
        command.env("PROFILE", "release").envs(environment.iter().copied()).output().unwrap()
    }

    /// The version of the program that is built from these sources, and the files that are watched.
    fn version(&self, sources: &Path, environment: &[(&str, &str)]) -> (String, Vec<PathBuf>) {
        let output = self.run(sources, environment);
        assert!(output.status.success(), "{}", text(&output));
        let said = text(&output);
        let lines = |start: &'static str| said.lines().filter_map(move |it| it.strip_prefix(start));
        let version = lines("cargo::rustc-env=BENCHPAGES_BUILD_VERSION=").next().unwrap();
        let watched = lines("cargo::rerun-if-changed=").skip(1).map(PathBuf::from).collect();
        (version.to_owned(), watched)
    }
}

fn commit(repository: &Path, day: &str) -> String {
    let date = format!("{day}T23:30:00+0000");
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(["commit", "--quiet", "--allow-empty", "-m", "x"]);
    command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", date);
    assert!(command.status().unwrap().success());
    git(repository, &["rev-parse", "HEAD"])
}

#[test]
fn the_commit_and_its_day_come_from_git_also_in_a_worktree() {
    if !have_tools() {
        return;
    }
    let script = BuildScript::new();
    let repository = script.repository();
    let first = commit(&repository, "2025-09-20");
    let (version, watched) = script.version(&repository, &[]);
    assert_eq!(version, format!("1.2.3 ({} 2025-09-20)", &first[..8]));
    assert!(watched.iter().all(|path| path.exists()), "Cargo would always build: {watched:?}");
    let worktree = script.folder.path().join("worktree");
    git(&repository, &["worktree", "add", "--quiet", "-b", "x", worktree.to_str().unwrap()]);
    let second = commit(&worktree, "2025-09-21");
    let (version, watched) = script.version(&worktree, &[]);
    assert_eq!(version, format!("1.2.3 ({} 2025-09-21)", &second[..8]));
    assert!(!watched.is_empty() && watched.iter().all(|path| path.exists()), "{watched:?}");
    let states = |paths: &[PathBuf]| -> Vec<Vec<u8>> {
        paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
    };
    let before = states(&watched);
    commit(&worktree, "2025-09-22");
    assert_ne!(states(&watched), before, "Cargo notices a new commit");
}

#[test]
fn without_a_repository_of_its_own_the_environment_decides() {
    if !have_tools() {
        return;
    }
    let script = BuildScript::new();
    let repository = script.repository();
    commit(&repository, "2025-09-20");
    // Unpacked in a repository that is somebody else's.
    let sources = repository.join("vendor");
    std::fs::create_dir(&sources).unwrap();
    assert_eq!(script.version(&sources, &[]), ("1.2.3".to_owned(), vec![]));
    let id = "0123456789abcdef0123456789abcdef01234567";
    let given = [("BENCHPAGES_COMMIT", id), ("BENCHPAGES_COMMIT_DATE", "2025-09-26")];
    for sources in [&sources, &repository] {
        assert_eq!(script.version(sources, &given).0, "1.2.3 (01234567 2025-09-26)");
    }
    for wrong in [
        &given[..1],
        &[("BENCHPAGES_COMMIT", "x"), given[1]],
        &[given[0], ("BENCHPAGES_COMMIT_DATE", "today")],
    ] {
        assert!(!script.run(&sources, wrong).status.success(), "{wrong:?}");
    }
    let development = script.version(&repository, &[("PROFILE", "debug")]);
    assert_eq!(development, ("1.2.3".to_owned(), vec![]), "commits do not build it again");
}

#[test]
fn the_version_begins_with_that_of_the_package() {
    let version = crate::support::run(&["--version"]).out;
    let rest = version.strip_prefix(&format!("benchpages {VERSION}")).unwrap();
    assert!(rest == "\n" || (rest.starts_with(" (") && rest.ends_with(")\n")), "{version}");
}
