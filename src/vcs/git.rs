//! What the git repository here knows, from the plumbing commands of `git` itself: a library would
//! have to follow every format of a repository, from alternates to reftables.
//!
//! What git cannot answer is `None`, since a history need not lie in a repository. Names that look
//! like options are rejected, for they come from strangers. Nothing is written or fetched, and
//! nobody is asked for a password.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::vcs::object;
use model::history::CommitFacts;
use model::text;

/// Commits among which a measured ancestor is searched.
const MAX_ANCESTORS: &str = "--max-count=2000";
/// Bytes of a commit object that are read: 1 MiB holds any head and subject.
const MAX_OBJECT_BYTES: u64 = 1 << 20;

/// First parents of a name, itself first; empty where git does not know it.
pub(crate) fn ancestors(name: &str) -> Vec<String> {
    let Some(commit) = resolve(Path::new("."), name) else { return Vec::new() };
    let arguments =
        ["rev-list", "--first-parent", MAX_ANCESTORS, "--end-of-options", &commit, "--"];
    let output = git_output(Path::new("."), &arguments).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().map(str::to_owned).collect()
}

/// The commits that a measured commit may be compared with, nearest first: its first parents,
/// itself first. Where the checkout is a merge of it into the branch it is for, as jobs of pull
/// requests have it, what was measured is the merge: then those of the merge's first parent.
pub(crate) fn bases_of_checkout(name: &str) -> Vec<String> {
    let here = Path::new(".");
    let measured = resolve(here, name);
    let is_merged = measured.is_some() && resolve(here, "HEAD^2") == measured;
    ancestors(if is_merged { "HEAD^1" } else { name })
}

/// A file of a folder, as it stands on the base of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileAtBase {
    /// No repository tracks the folder, so there is no base.
    Untracked,
    /// The folder is tracked, but git cannot say what it holds at the base: it knows none of the
    /// names, as in a shallow clone, or has not fetched the file.
    UnknownBase,
    /// The base has no such file.
    Absent,
    Text(String),
}

/// A file of a folder at the first of these names of the base that git knows.
pub(crate) fn file_at_base(folder: &Path, names: &[String], file: &str) -> FileAtBase {
    if git_output(folder, &["rev-parse", "--git-dir"]).is_none() {
        return FileAtBase::Untracked;
    }
    let base = base_commit(folder, names);
    let list = |commit: &str, path: &str| git_output(folder, &["ls-tree", commit, "--", path]);
    let has_folder = |commit: &str| list(commit, "./").is_some_and(|list| !list.is_empty());
    // At the base too: a pull request that removes the folder from git does not make it untracked.
    if !base.as_deref().into_iter().chain(["HEAD"]).any(has_folder) {
        return FileAtBase::Untracked;
    }
    let Some(base) = base else { return FileAtBase::UnknownBase };
    let path = format!("./{file}");
    match list(&base, &path) {
        Some(entry) if entry.is_empty() => FileAtBase::Absent,
        Some(_) => match git_output(folder, &["cat-file", "blob", &format!("{base}:{path}")]) {
            Some(text) => FileAtBase::Text(String::from_utf8_lossy(&text).into_owned()),
            None => FileAtBase::UnknownBase,
        },
        None => FileAtBase::UnknownBase,
    }
}

/// The commit on which the files of a folder are reviewed: the first of these names that git knows.
fn base_commit(folder: &Path, names: &[String]) -> Option<String> {
    let base = names.iter().find_map(|name| resolve(folder, name))?;
    // A branch that holds nothing but the history shares no commit with the code. No pull request
    // of the code changes it, so it is its own base. In a shallow clone a missing common commit
    // proves nothing.
    let is_related = || git_output(folder, &["merge-base", "HEAD", &base]).is_some();
    let is_own_branch = is_shallow(folder) == Some(false) && !is_related();
    if is_own_branch { resolve(folder, "HEAD") } else { Some(base) }
}

/// The full id of the one commit that a name stands for; none where git knows no such commit.
pub(crate) fn resolve(folder: &Path, name: &str) -> Option<String> {
    // A name that looks like an option is none, and one like a path is no commit.
    if name.is_empty() || name.starts_with(['-', '.']) {
        return None;
    }
    let commit = format!("{name}^{{commit}}");
    let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
    // Some versions repeat the option in their answer.
    git_line(folder, &arguments).filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What a pull request is compared with: the newest commit that both names have in common, where
/// `name` is a branch; else the commit itself. None where git does not know it, or no such commit.
pub(crate) fn comparison_base(folder: &Path, name: &str, head: &str) -> Option<String> {
    let commit = resolve(folder, name)?;
    let full = git_line(folder, &["rev-parse", "--symbolic-full-name", "--end-of-options", name]);
    let is_branch = full.is_some_and(|full| {
        ["refs/heads/", "refs/remotes/"].iter().any(|start| full.starts_with(start))
    });
    // A branch goes on: what others merged there since is nothing that the head did.
    if is_branch { git_line(folder, &["merge-base", &commit, head]) } else { Some(commit) }
}

/// Where a folder lies in its repository, with a slash at the end; empty at its top. None outside
/// of a repository.
pub(crate) fn place_in_repository(folder: &Path) -> Option<String> {
    let output = git_output(folder, &["rev-parse", "--show-prefix"])?;
    Some(String::from_utf8_lossy(&output).trim_end_matches(['\n', '\r']).to_owned())
}

/// The branch that is checked out; none where there is none (a detached head), or no repository.
pub(crate) fn branch(folder: &Path) -> Option<String> {
    git_line(folder, &["symbolic-ref", "--quiet", "--short", "HEAD"])
}

/// What a clone says of its server, and which branch it has checked out.
pub(crate) struct Upstream {
    /// Of `origin`, or of the only remote.
    pub(crate) address: Option<String>,
    /// The main branch, as the server named it when it was cloned.
    pub(crate) default_branch: Option<String>,
    /// None where a commit is checked out instead.
    pub(crate) current_branch: Option<String>,
}

/// The server that a repository was cloned from or pushes to. Asks no server.
pub(crate) fn upstream(folder: &Path) -> Upstream {
    let names = git_output(folder, &["remote"]).unwrap_or_default();
    let names = String::from_utf8_lossy(&names).into_owned();
    let mut names = names.lines();
    let remote = match (names.next(), names.next()) {
        (Some(only), None) => only.to_owned(),
        _ => "origin".to_owned(),
    };
    Upstream {
        address: git_line(folder, &["remote", "get-url", &remote]),
        default_branch: default_branch(folder, &remote),
        // Also of a repository without a commit.
        current_branch: git_line(folder, &["symbolic-ref", "--quiet", "--short", "HEAD"]),
    }
}

/// The main branch as a remote names it.
pub(crate) fn default_branch(folder: &Path, remote: &str) -> Option<String> {
    let reference = format!("refs/remotes/{remote}/HEAD");
    let head = git_line(folder, &["symbolic-ref", "--quiet", "--short", &reference])?;
    head.strip_prefix(&format!("{remote}/")).map(ToOwned::to_owned)
}

/// Whether the clone was cut off; none where there is no repository.
pub(crate) fn is_shallow(folder: &Path) -> Option<bool> {
    git_line(folder, &["rev-parse", "--is-shallow-repository"]).map(|answer| answer == "true")
}

/// Whether tracked files differ from the commit; none where git cannot say.
pub(crate) fn is_dirty(folder: &Path) -> Option<bool> {
    // Untracked files are what benchmarks leave behind; they change nothing that was measured.
    let arguments = ["status", "--porcelain", "-z", "--untracked-files=no"];
    git_output(folder, &arguments).map(|changed| !changed.is_empty())
}

/// What git knows of one commit, without its tags; `id` is a full one.
pub(crate) fn commit(folder: &Path, id: &str) -> Option<CommitFacts> {
    let bytes = git_output(folder, &["cat-file", "commit", &resolve(folder, id)?])?;
    Some(object::parse_commit(id, &bytes))
}

/// Names of tags by the full id of their commit, sorted.
pub(crate) fn tags(folder: &Path) -> BTreeMap<String, Vec<String>> {
    // Neither an id nor the name of a ref holds a space or a line break.
    let format = "--format=%(objectname) %(*objectname) %(refname:strip=2)";
    let output = git_output(folder, &["for-each-ref", format, "refs/tags"]).unwrap_or_default();
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output).lines() {
        let mut words = line.splitn(3, ' ');
        if let (Some(object), Some(peeled), Some(name)) = (words.next(), words.next(), words.next())
        {
            // An annotated tag is an object of its own, which points to the commit.
            let commit = if peeled.is_empty() { object } else { peeled };
            tags.entry(commit.to_owned()).or_default().push(name.to_owned());
        }
    }
    tags.values_mut().for_each(|names| names.sort_unstable());
    tags
}

/// At most `max_commits` first parents of a name, itself first, without their tags; empty where git
/// does not know it. A shallow clone ends early, but its last commit names its parents.
pub(crate) fn first_parents(folder: &Path, name: &str, max_commits: u32) -> Vec<CommitFacts> {
    let Some(head) = resolve(folder, name) else { return Vec::new() };
    let count = format!("--max-count={max_commits}");
    let list = ["rev-list", "--first-parent", &count, "--end-of-options", &head, "--"];
    let Ok(mut ids) = git_command(folder, &list).stdout(Stdio::piped()).spawn() else {
        return Vec::new();
    };
    // The ids go from one program straight into the other, and one object at a time comes out: two
    // processes for any number of commits, and no list of objects in memory. `git log` would be
    // one, but its formats hide the parents of a commit at which a shallow clone ends.
    let facts = ids.stdout.take().and_then(|ids| {
        let mut reader = git_command(folder, &["cat-file", "--batch"]);
        let mut objects = reader.stdin(ids).stdout(Stdio::piped()).spawn().ok()?;
        let read = objects.stdout.take().map(|out| read_batch(&mut BufReader::new(out)));
        reap(objects);
        read
    });
    reap(ids);
    facts.unwrap_or_default()
}

/// The parents of these commits and of all that lie before them along first parents, by id: a
/// commit that is asked for by an abbreviation keeps it. Commits that git does not know have none;
/// names that are no ids are left out.
pub(crate) fn parents<'a>(
    folder: &Path,
    ids: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, Vec<String>> {
    let ids: BTreeSet<&str> = ids.filter(|id| text::is_sha(id)).collect();
    let (mut full, short): (BTreeSet<&str>, BTreeSet<&str>) =
        ids.iter().copied().partition(|id| matches!(id.len(), 40 | 64));
    let resolved = full_ids(folder, &short);
    // An id that is recorded in full is never called by an abbreviation.
    let abbreviations: BTreeMap<&str, &str> =
        resolved.iter().map(|(short, id)| (id.as_str(), *short)).collect();
    let name = |id: &str| match abbreviations.get(id) {
        Some(short) if !ids.contains(id) => (*short).to_owned(),
        _ => id.to_owned(),
    };
    full.extend(resolved.iter().map(|(_, id)| id.as_str()));
    let list = ["rev-list", "--first-parent", "--parents", "--ignore-missing", "--stdin"];
    let output = git_answer(folder, &list, full.into_iter()).unwrap_or_default();
    let commits = output.lines().filter_map(|line| {
        let mut ids = line.split_whitespace().map(name);
        Some((ids.next()?, ids.collect()))
    });
    commits.collect()
}

/// Abbreviations of commits with their full ids; those of no commit, or of several, are left out.
fn full_ids<'a>(folder: &Path, short: &BTreeSet<&'a str>) -> Vec<(&'a str, String)> {
    let names = short.iter().copied();
    let output = git_answer(folder, &["cat-file", "--batch-check"], names).unwrap_or_default();
    let full = output.lines().map(|line| line.split_once(" commit ").map(|(id, _)| id.to_owned()));
    short.iter().zip(full).filter_map(|(short, id)| Some((*short, id?))).collect()
}

/// What git answers to these lines; none where there are none, or where git fails.
fn git_answer<'a>(
    folder: &Path,
    arguments: &[&str],
    lines: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let input: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut command = git_command(folder, arguments);
    if input.is_empty() {
        return None;
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // On a thread of its own: git may answer before it has read everything, and would wait for
        // its answer to be read. Where there is no repository, nobody reads the input.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    })
}

/// Waits for a program whose output was read, however it ended: without it, a zombie stays.
fn reap(mut child: Child) {
    // An error means that there is nothing left to wait for.
    drop(child.wait());
}

/// The commits in the output of `cat-file --batch`: `<id> commit <size>`, the object, a line break.
fn read_batch(output: &mut impl BufRead) -> Vec<CommitFacts> {
    let mut commits = Vec::new();
    let mut head = String::new();
    while output.by_ref().take(256).read_line(&mut head).is_ok_and(|length| length > 0) {
        let mut words = head.split_whitespace();
        let (id, kind) = (words.next().unwrap_or_default(), words.next());
        let Some(size) = words.next().and_then(|size| size.parse::<u64>().ok()) else { break };
        let mut object = Vec::new();
        let read = output.by_ref().take(size.min(MAX_OBJECT_BYTES)).read_to_end(&mut object);
        // The end of a huge object is skipped, and with it the line break behind every object.
        let surplus = size.saturating_sub(MAX_OBJECT_BYTES) + 1;
        let skipped = std::io::copy(&mut output.by_ref().take(surplus), &mut std::io::sink());
        if read.is_err() || skipped.is_err() {
            break;
        }
        if kind == Some("commit") {
            commits.push(object::parse_commit(id, &object));
        }
        head.clear();
    }
    commits
}

/// The last line of git's answer.
fn git_line(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = String::from_utf8(git_output(folder, arguments)?).ok()?;
    output.lines().last().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// What git writes to stdout; none where there is no git, no repository, or git fails.
pub(super) fn git_output<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Option<Vec<u8>> {
    let output = git_command(folder, arguments).output().ok()?;
    output.status.success().then_some(output.stdout)
}

fn git_command<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new("git");
    // A repository may come from a stranger: its fsmonitor is a program of its choice, and a
    // replaced object is not the commit that was measured.
    command.arg("-C").arg(folder).args(["--no-replace-objects", "-c", "core.fsmonitor=false"]);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    // No lock that a command of the reader would trip over, no prompt, no fetch of a partial clone.
    for (name, value) in
        [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_NO_LAZY_FETCH", "1")]
    {
        command.env(name, value);
    }
    command
}
