//! What a repository needs to keep its own history: proposed files, made from templates, and how
//! each compares with what is there already. Overwrites nothing, and runs no program.
//!
//! For a Rust repository with Criterion: `data/policy.yml`, `.github/benchmarks.sh` with a part
//! that runs `cargo bench`, four workflows, and CODEOWNERS. What they do is in `templates/init/`.

mod detect;
mod ignored;
pub(crate) mod pinned_program;
pub(crate) mod schedule;
mod set_up;
pub(crate) mod systems;
mod tools;

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::init::pinned_program::PinnedProgram;
use crate::init::schedule::Schedule;
use crate::init::systems::MeasuredSystem;
use model::record::time::Timestamp;
use model::text;

/// What the proposals depend on.
#[derive(Clone, Debug)]
pub(crate) struct ProjectFacts {
    pub(crate) root: PathBuf,
    /// `owner/name` on GitHub.
    pub(crate) repository: Option<String>,
    /// The branches whose pushes are measured, the main one first.
    pub(crate) branches: Vec<String>,
    /// The user named them.
    pub(crate) is_branch_named: bool,
    /// What runs on a schedule.
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) systems: Vec<MeasuredSystem>,
    pub(crate) hooks: bool,
    pub(crate) program: PinnedProgram,
    pub(crate) now: Timestamp,
}

/// A file that is proposed.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    /// From the root of the repository, with `/`.
    pub(crate) path: &'static str,
    /// One line on its use.
    pub(crate) purpose: &'static str,
    pub(crate) text: String,
    pub(crate) state: ProposalState,
}

/// How a proposal compares with the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProposalState {
    New,
    /// The same file is there.
    Unchanged,
    /// A file is there, and the text is added at its end.
    Additions,
    /// Another file is there, with this text.
    Differs(String),
}

impl Proposal {
    /// Whether [`write()`] writes it.
    pub(crate) fn is_pending(&self) -> bool {
        matches!(self.state, ProposalState::New | ProposalState::Additions)
    }
}

/// Everything proposed for a repository.
#[derive(Clone, Debug)]
pub(crate) struct InitPlan {
    pub(crate) proposals: Vec<Proposal>,
    /// Names of the recognized benchmark tools.
    pub(crate) tools: Vec<&'static str>,
}

/// A template, the place of its file in the repository, and the use of that file.
struct FileTemplate {
    name: &'static str,
    text: &'static str,
    path: &'static str,
    purpose: &'static str,
}

macro_rules! template {
    ($name:literal, $path:literal, $purpose:literal) => {
        FileTemplate {
            name: $name,
            text: include_str!(concat!("../../templates/", $name)),
            path: $path,
            purpose: $purpose,
        }
    };
}

const TEMPLATES: [FileTemplate; 11] = [
    template!("init/policy.yml", "data/policy.yml", "which changes are regressions"),
    template!("init/measure.sh", ".github/benchmarks.sh", "runs the benchmarks and writes records"),
    template!(
        "init/install.sh",
        ".github/benchpages-install.sh",
        "installs the pinned version of benchpages, verified"
    ),
    template!(
        "init/keep.sh",
        ".github/benchpages-keep.sh",
        "adds files to the branch with the history, even when several jobs do so at once"
    ),
    template!(
        "init/history.sh",
        ".github/benchpages-history.sh",
        "puts the history from its branch into data/"
    ),
    template!(
        "init/override.sh",
        ".github/benchpages-override.sh",
        "says who set the label performance-override on a pull request"
    ),
    template!(
        "init/benchmarks.yml",
        ".github/workflows/benchmarks.yml",
        "pull requests and merge queue: measures and checks, with a read-only token"
    ),
    template!(
        "init/benchpages-comment.yml",
        ".github/workflows/benchpages-comment.yml",
        "comments on pull requests, forks included, without running their code"
    ),
    template!(
        "init/benchpages.yml",
        ".github/workflows/benchpages.yml",
        "main branch: measures, adds to the history, publishes the site and reports regressions"
    ),
    template!(
        "init/benchpages-site.yml",
        ".github/workflows/benchpages-site.yml",
        "builds the site and publishes it on GitHub Pages"
    ),
    template!("init/codeowners", ".github/CODEOWNERS", "who may accept a regression"),
];

const HOOKS: [FileTemplate; 3] = [
    template!(
        "init/pre-commit-config.yaml",
        ".pre-commit-config.yaml",
        "the same hooks for pre-commit"
    ),
    template!("init/pre-commit.sh", ".githooks/pre-commit", "checks the policy before a commit"),
    template!("init/pre-push.sh", ".githooks/pre-push", "checks local results before a push"),
];

/// Site with the schema that editors check a policy with, for a repository without a site.
const OUR_SITE: &str = "https://benchpages.github.io/benchpages/";

/// Looks at a repository and proposes what it needs.
///
/// # Errors
/// A file that is proposed exists and cannot be read.
pub(crate) fn plan(facts: &ProjectFacts) -> anyhow::Result<InitPlan> {
    let tools = detect::detect_tools(&facts.root);
    // Hooks are opt-in: they run on the machine of everyone who commits.
    let hooks = HOOKS.iter().filter(|_| facts.hooks);
    let propose = |template: &FileTemplate, text: String| -> anyhow::Result<Proposal> {
        let path = present_place(&facts.root, template.path);
        let state = state(&facts.root.join(path), &text)?;
        Ok(Proposal { path, purpose: template.purpose, text, state })
    };
    let mut proposals = Vec::new();
    for template in TEMPLATES.iter().chain(hooks) {
        let mut text = fill_template(template.text, facts);
        // The only file whose content depends on the code of the repository.
        if template.name == "init/measure.sh" {
            text = text.replace("__SETUP__\n", &set_up::script(&facts.root, &tools));
            text.extend(detect::fragments(&facts.root, &tools));
        }
        proposals.push(propose(template, text)?);
    }
    for schedule in &facts.schedules {
        for template in schedule.templates() {
            let text = schedule.fill(&fill_template(template.text, facts));
            proposals.push(propose(&template, text)?);
        }
    }
    proposals.extend(ignored::proposal(&facts.root)?);
    Ok(InitPlan { proposals, tools: tools.iter().map(|detected| detected.tool.name).collect() })
}

/// Places of code owners, the one that counts first.
const OWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// The place of a file, or another one that it already has. A second file of code owners would
/// replace the first for GitHub, without a word.
fn present_place(root: &Path, path: &'static str) -> &'static str {
    if path != OWNERS[0] {
        return path;
    }
    OWNERS.into_iter().find(|place| root.join(place).is_file()).unwrap_or(path)
}

/// A template with the names of the repository filled in.
fn fill_template(template: &str, facts: &ProjectFacts) -> String {
    let (owner, name) = facts
        .repository
        .as_deref()
        .and_then(|repository| repository.split_once('/'))
        .map_or((None, "Benchmarks"), |(owner, name)| (Some(owner), name));
    let site = owner.map(|owner| pages_url(owner, name));
    // Without a repository on GitHub the lines stay as comments, ready to be filled in.
    let site_lines = match (owner, &site) {
        (Some(owner), Some(site)) => {
            format!("  base_url: \"{site}\"\n  repo_url: \"https://github.com/{owner}/{name}\"")
        }
        _ => "  # base_url: \"https://owner.github.io/name/\"\n  \
              # repo_url: \"https://github.com/owner/name\""
            .to_owned(),
    };
    // A policy that names no branch takes the one that is called main or master.
    let main_line = match facts.is_branch_named {
        true => format!("  branch: \"{}\"\n", facts.branches[0]),
        false => String::new(),
    };
    let schema = format!("{}api/v2/policy.schema.json", site.as_deref().unwrap_or(OUR_SITE));
    // An owner that does not exist is shown by GitHub as an error in CODEOWNERS, which is the
    // reminder.
    let owner = owner.map_or_else(|| "@your-team".to_owned(), |owner| format!("@{owner}"));
    let text = facts.program.fill(template);
    text.replace("__BRANCHES__", &facts.branches.join(", "))
        .replace("__ROWS__\n", &systems::rows(&facts.systems))
        .replace("__MAIN_LINE__\n", &main_line)
        .replace("__SCHEMA__", &schema)
        .replace("__DAY__", &text::iso_date(facts.now))
        .replace("__TITLE__", name)
        .replace("__OWNER__", &owner)
        .replace("__SITE__", &site_lines)
}

/// The URL of a repository on GitHub Pages. The repository `owner.github.io` is the root of its
/// host.
fn pages_url(owner: &str, name: &str) -> String {
    let owner = owner.to_ascii_lowercase();
    let host = format!("{owner}.github.io");
    if name.eq_ignore_ascii_case(&host) {
        format!("https://{host}/")
    } else {
        format!("https://{host}/{name}/")
    }
}

fn state(path: &Path, text: &str) -> anyhow::Result<ProposalState> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(ProposalState::New),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        Ok(bytes) if bytes == text.as_bytes() => Ok(ProposalState::Unchanged),
        Ok(bytes) => Ok(ProposalState::Differs(String::from_utf8_lossy(&bytes).into_owned())),
    }
}

/// Writes the proposals that are new, and returns their paths.
///
/// # Errors
/// A file cannot be written, or was added since [`plan`] looked: it is left as it is.
pub(crate) fn write(root: &Path, plan: &InitPlan) -> anyhow::Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for proposal in plan.proposals.iter().filter(|proposal| proposal.is_pending()) {
        let path = root.join(proposal.path);
        let context = || format!("cannot write {}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(context)?;
        }
        if proposal.state == ProposalState::Additions {
            append(&path, &proposal.text).with_context(context)?;
            written.push(proposal.path);
            continue;
        }
        let mut options = std::fs::OpenOptions::new();
        // `create_new`: a file that somebody added in the meantime must not be lost.
        options.write(true).create_new(true);
        #[cfg(unix)]
        // Hooks and scripts run only where they are executable.
        if proposal.text.starts_with("#!") {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
        }
        let mut file = options.open(&path).with_context(context)?;
        file.write_all(proposal.text.as_bytes()).with_context(context)?;
        written.push(proposal.path);
    }
    Ok(written)
}

/// Adds lines at the end of a file, after a line end.
fn append(path: &Path, text: &str) -> std::io::Result<()> {
    let present = std::fs::read(path)?;
    let gap = if present.is_empty() || present.ends_with(b"\n") { "" } else { "\n" };
    let mut file = std::fs::OpenOptions::new().append(true).open(path)?;
    file.write_all(format!("{gap}{text}").as_bytes())
}

/// How a proposed text differs from the present one: the lines between their common start and their
/// common end, `-` for present ones and `+` for proposed ones, after the number of the first.
///
/// `a b c d` and `a x y d` give `- b`, `- c`, `+ x`, `+ y` from line 2 on. Not the shortest
/// difference, which takes a library: most files differ in one place, where this is the same.
pub(crate) fn difference(present: &str, proposed: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (present.lines().collect(), proposed.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    // The start may not count again as the end: `a a` and `a` have one line in common.
    let max_end = old.len().min(new.len()) - start;
    let same_from_end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b);
    let end = same_from_end.count().min(max_end);
    let mut out = format!("  from line {} on:\n", start + 1);
    for (mark, lines) in [('-', &old[start..old.len() - end]), ('+', &new[start..new.len() - end])]
    {
        for line in lines {
            out.push_str(&format!("  {mark} {line}\n"));
        }
    }
    out
}

/// Whether a name is `owner/name` as GitHub has it, so that it is harmless in a workflow.
pub(crate) fn is_repository(text: &str) -> bool {
    let word = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !part.is_empty() && part.len() <= 100 && part.chars().all(plain)
    };
    text.split_once('/').is_some_and(|(owner, name)| word(owner) && word(name))
}

/// The branches that are measured: those that were named, else the default branch of origin.
///
/// # Errors
/// A name could do harm in a workflow.
pub(crate) fn branches(named: &[String], default: Option<String>) -> anyhow::Result<Vec<String>> {
    // All of them at once: `${{ … }}` in a branch would be an expression of the workflow.
    let odd: Vec<&str> = named.iter().map(String::as_str).filter(|name| !is_branch(name)).collect();
    if !odd.is_empty() {
        anyhow::bail!(
            "--branches {}: write names of letters, digits, `.`, `_`, `/` and `-`, each beginning \
             with a letter",
            odd.join(",")
        );
    }
    let default = || default.filter(|name| is_branch(name)).unwrap_or_else(|| "main".to_owned());
    Ok(if named.is_empty() { vec![default()] } else { named.to_vec() })
}

/// Whether the name of a branch is harmless in a workflow. Stricter than git: `${{ … }}` in a
/// branch would be an expression there.
pub(crate) fn is_branch(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    !text.is_empty() && text.chars().all(plain) && text.starts_with(|c: char| c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_present_and_proposed_lines() {
        let text = difference("a\nb\nc\nd\n", "a\nx\ny\nd\n");
        assert_eq!(text, "  from line 2 on:\n  - b\n  - c\n  + x\n  + y\n");
        assert_eq!(difference("a\na\n", "a\n"), "  from line 2 on:\n  - a\n");
        assert_eq!(difference("", "a\n"), "  from line 1 on:\n  + a\n");
    }

    #[test]
    fn only_harmless_names_reach_a_file() {
        assert!(is_repository("rust-lang/rust.git") && is_branch("release/1.0"));
        for hostile in ["a/b\"c", "a/${{x}}", "a", "/b", "a/b/c", "a/b c"] {
            assert!(!is_repository(hostile), "{hostile}");
        }
        for hostile in ["", "a b", "a]", "${{x}}", "-x", "a\nb", "1.0"] {
            assert!(!is_branch(hostile), "{hostile}");
        }
    }

    #[test]
    fn pages_urls_are_those_of_github() {
        assert_eq!(pages_url("Ada", "engine"), "https://ada.github.io/engine/");
        assert_eq!(pages_url("Ada", "Ada.github.io"), "https://ada.github.io/");
    }
}
