//! Claims about the metadata of a run, against repositories that the tests make.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::vcs::job::EnvVariables;
use crate::vcs::{
    MetadataOverrides, MetadataSources, RunMetadata, add_parents, commits, gather, git,
};
use model::history::CommitFacts;
use model::record::time::Timestamp;

/// A repository of its own with fixed times, and no configuration of whoever runs the tests.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(repository.root()).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch", "main"], 0);
        repository
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn git(&self, arguments: &[&str], day: u32) -> String {
        run_git(&self.root(), arguments, day)
    }

    fn commit(&self, subject: &str, day: u32) -> String {
        std::fs::write(self.root().join("file"), format!("{subject}{day}")).unwrap();
        self.git(&["add", "file"], day);
        self.git(&["commit", "--quiet", "-m", subject], day);
        self.git(&["rev-parse", "HEAD"], day)
    }

    fn clone_of(&self, depth: &str) -> PathBuf {
        let to = self.folder.path().join(format!("clone{depth}"));
        let from = format!("file://{}", self.root().display());
        let to_text = to.display().to_string();
        run_git(self.folder.path(), &["clone", "--quiet", "--depth", depth, &from, &to_text], 0);
        to
    }
}

fn run_git(folder: &Path, arguments: &[&str], day: u32) -> String {
    let time = format!("{} +0200", 1_758_000_000 + u64::from(day) * 86_400);
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@b");
        command.env(format!("GIT_{role}_DATE"), &time);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn gathered(
    folder: &Path,
    overrides: &MetadataOverrides,
    variables: &[(&str, &str)],
) -> RunMetadata {
    let variables: EnvVariables =
        variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let nothing = tempfile::tempdir().unwrap();
    let machine = nothing.path();
    gather(overrides, MetadataSources { variables: &variables, repository: folder, machine })
}

fn field<'a>(metadata: &'a RunMetadata, name: &str) -> Option<&'a str> {
    metadata.environment.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

const GITLAB: (&str, &str) = ("GITLAB_CI", "true");

#[test]
fn a_clean_clone_says_everything_and_warns_of_nothing() {
    let repository = Repository::new();
    let first = repository.commit("one", 1);
    let second = repository.commit("two (#7)", 2);
    let metadata = gathered(&repository.root(), &MetadataOverrides::default(), &[]);
    assert_eq!(metadata.commit.as_deref(), Some(second.as_str()));
    assert_eq!(metadata.parents, [first]);
    assert_eq!(metadata.branch.as_deref(), Some("main"));
    assert_eq!(metadata.commit_time, Timestamp::parse("2025-09-18T05:20:00Z").ok());
    assert_eq!(metadata.subject.as_deref(), Some("two (#7)"));
    assert_eq!(metadata.pull, None, "a pull request that is merged was not measured as one");
    assert_eq!(metadata.warnings, Vec::<String>::new());
}

#[test]
fn a_tree_that_differs_from_its_commit_is_dirty_in_the_records() {
    let repository = Repository::new();
    repository.commit("one", 1);
    std::fs::write(repository.root().join("beside"), "not followed").unwrap();
    assert_eq!(
        field(&gathered(&repository.root(), &MetadataOverrides::default(), &[]), "dirty"),
        None
    );
    std::fs::write(repository.root().join("file"), "changed").unwrap();
    let metadata = gathered(&repository.root(), &MetadataOverrides::default(), &[]);
    assert_eq!(field(&metadata, "dirty"), Some("true"));
    assert!(metadata.warnings[0].contains("files differ"), "{:?}", metadata.warnings);
}

#[test]
fn a_shallow_clone_gives_a_warning_and_still_knows_its_parents() {
    let repository = Repository::new();
    let first = repository.commit("one", 1);
    repository.commit("two", 2);
    let clone = repository.clone_of("1");
    let metadata = gathered(&clone, &MetadataOverrides::default(), &[]);
    assert_eq!(metadata.parents, [first], "the object names them though the clone has them not");
    assert!(metadata.warnings[0].contains("fetch-depth: 0"), "{:?}", metadata.warnings);
    let (line, warnings) = commits(&clone, "HEAD", 100);
    assert_eq!(line.len(), 1);
    assert!(warnings[0].contains("only its 1 commit"), "{warnings:?}");
}

#[test]
fn the_line_follows_first_parents_and_names_tags_and_pull_requests() {
    let repository = Repository::new();
    let first = repository.commit("one", 1);
    repository.git(&["tag", "v1", "-m", "annotated"], 1);
    repository.git(&["tag", "also"], 1);
    repository.git(&["checkout", "--quiet", "-b", "side"], 1);
    let side = repository.commit("beside", 2);
    repository.git(&["checkout", "--quiet", "main"], 3);
    let subject = "Merge pull request #12 from ada/side";
    repository.git(&["merge", "--quiet", "--no-ff", "-m", subject, "side"], 3);
    let (line, warnings) = commits(&repository.root(), "HEAD", 100);
    assert!(warnings.is_empty(), "{warnings:?}");
    let ids: Vec<&str> = line.iter().map(|commit| commit.id.as_str()).collect();
    assert_eq!(ids[1..], [first.as_str()], "newest first, without what was merged");
    assert_eq!(line[0].parents, [first.clone(), side]);
    assert_eq!(line[0].pull, Some(12));
    assert_eq!(line[1].tags, ["also", "v1"]);
    assert_eq!(commits(&repository.root(), "HEAD", 1).0.len(), 1);
    let (none, warnings) = commits(&repository.root(), "--output=x", 100);
    assert!(none.is_empty() && warnings.len() == 1);
}

#[test]
fn a_service_is_stronger_than_git_and_the_command_line_than_both() {
    let repository = Repository::new();
    let first = repository.commit("one", 1);
    let second = repository.commit("two", 2);
    let job = [
        GITLAB,
        ("CI_COMMIT_SHA", first.as_str()),
        ("CI_MERGE_REQUEST_IID", "8"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "faster"),
        ("CI_JOB_URL", "https://ci/9"),
    ];
    let metadata = gathered(&repository.root(), &MetadataOverrides::default(), &job);
    assert_eq!(metadata.commit.as_deref(), Some(first.as_str()));
    assert_eq!((metadata.pull, metadata.branch.as_deref()), (Some(8), Some("faster")));
    assert_eq!(metadata.subject.as_deref(), Some("one"), "the subject of that commit");
    assert!(metadata.warnings[0].contains("is checked out"), "{:?}", metadata.warnings);
    let overrides =
        MetadataOverrides { commit: Some("HEAD".to_owned()), ..MetadataOverrides::default() };
    let metadata = gathered(&repository.root(), &overrides, &job);
    assert_eq!(metadata.commit.as_deref(), Some(second.as_str()));
    assert_eq!(metadata.pull, None, "the job's pull request is another commit's");
    assert_eq!(metadata.branch.as_deref(), Some("main"));
    assert_eq!(metadata.url.as_deref(), Some("https://ci/9"), "but it is the page of this run");
    let fields = [("cpu", "mine"), ("arch", "")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let overrides = MetadataOverrides { pull: Some(3), fields, ..MetadataOverrides::default() };
    let metadata = gathered(&repository.root(), &overrides, &job);
    assert_eq!(metadata.pull, Some(3));
    assert_eq!((field(&metadata, "cpu"), field(&metadata, "arch")), (Some("mine"), None));
}

#[test]
fn the_merge_that_a_service_built_is_kept_beside_the_head() {
    let repository = Repository::new();
    let head = repository.commit("head", 1);
    let merge = repository.commit("merge", 2);
    let job = [
        GITLAB,
        ("CI_COMMIT_SHA", merge.as_str()),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", head.as_str()),
    ];
    let metadata = gathered(&repository.root(), &MetadataOverrides::default(), &job);
    assert_eq!(metadata.commit.as_deref(), Some(head.as_str()));
    assert_eq!(field(&metadata, "merge_commit"), Some(merge.as_str()));
    assert_eq!(metadata.warnings, Vec::<String>::new(), "the job means to check out that merge");
}

#[test]
fn without_a_repository_an_id_is_taken_as_it_is_and_its_lack_gives_a_warning() {
    let nowhere = tempfile::tempdir().unwrap();
    let metadata = gathered(nowhere.path(), &MetadataOverrides::default(), &[]);
    assert_eq!(metadata.commit, None);
    assert!(metadata.warnings[0].contains("--commit"), "{:?}", metadata.warnings);
    for name in ["build-17", "--output=x", ".."] {
        let overrides =
            MetadataOverrides { commit: Some(name.to_owned()), ..MetadataOverrides::default() };
        let metadata = gathered(nowhere.path(), &overrides, &[]);
        assert_eq!(metadata.commit.as_deref(), Some(name));
        assert_eq!(metadata.warnings, Vec::<String>::new());
    }
}

#[test]
fn names_that_look_like_options_or_ranges_are_no_commits() {
    let repository = Repository::new();
    repository.commit("one", 1);
    repository.commit("two", 2);
    for name in ["", "-x", "--all", "HEAD~1..HEAD", ".git", "no-such", "HEAD:file", "a\nb"] {
        assert_eq!(git::resolve(&repository.root(), name), None, "{name}");
    }
    assert!(git::resolve(&repository.root(), "main~1").is_some());
}

#[test]
fn parents_of_measured_commits_come_from_the_first_repository_that_knows_them() {
    let repository = Repository::new();
    let ids: Vec<String> = (0..4).map(|day| repository.commit("work", day)).collect();
    let elsewhere = tempfile::tempdir().unwrap();
    let measured = [&ids[1][..9], &ids[3], "0123456789", "build-17", "--all"];
    let mut facts = vec![CommitFacts { id: ids[2].clone(), ..CommitFacts::default() }];
    add_parents(
        &mut facts,
        measured.into_iter(),
        &[elsewhere.path(), &repository.root(), Path::new("/nowhere")],
    );
    let parents_of = |id: &str| &facts.iter().find(|facts| facts.id == id).unwrap().parents;
    assert_eq!(facts.len(), 4);
    assert_eq!(parents_of(&ids[3]), std::slice::from_ref(&ids[2]));
    assert_eq!(parents_of(&ids[2]), &[ids[1][..9].to_owned()], "an abbreviation stays one");
    assert_eq!(parents_of(&ids[1][..9]), std::slice::from_ref(&ids[0]));
    let known = facts.clone();
    add_parents(&mut facts, measured.into_iter(), &[elsewhere.path()]);
    assert_eq!(facts, known);
}
