//! What a repository needs to keep its own history: proposed files, made from templates, and how
//! each compares with what is there already. Overwrites nothing, and runs no program.
//!
//! For a Rust repository with Criterion: `data/policy.yml`, `.github/benchmarks.sh` with a part
//! that runs `cargo bench`, four workflows, and CODEOWNERS. What they do is in `templates/init/`.

mod detect;
pub(crate) mod difference;
pub(crate) mod host;
mod ignored;
mod language;
pub(crate) mod pinned_program;
pub(crate) mod schedule;
mod set_up;
pub(crate) mod summary;
pub(crate) mod systems;
mod templates;
mod tools;

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::init::host::{CiSystem, HostedRepository};
use crate::init::language::Language;
use crate::init::pinned_program::PinnedProgram;
use crate::init::schedule::Schedule;
use crate::init::systems::MeasuredSystem;
use crate::init::templates::FileTemplate;
use model::record::time::Timestamp;
use model::text;

/// What the proposals depend on.
#[derive(Clone, Debug)]
pub(crate) struct ProjectFacts {
    pub(crate) root: PathBuf,
    /// Where the remote of the repository is hosted.
    pub(crate) repository: Option<HostedRepository>,
    pub(crate) ci: CiSystem,
    /// The branches whose pushes are measured, the main one first.
    pub(crate) branches: Vec<String>,
    pub(crate) branch_source: BranchSource,
    /// What runs on a schedule.
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) systems: Vec<MeasuredSystem>,
    pub(crate) hooks: bool,
    pub(crate) program: PinnedProgram,
    pub(crate) now: Timestamp,
}

/// What the name of the main branch follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BranchSource {
    /// The user named it.
    Named,
    /// The default branch of the remote.
    Remote,
    /// The branch that is checked out.
    Current,
    /// Nothing: it is the usual name.
    Assumed,
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
#[derive(Clone)]
pub(crate) struct InitPlan {
    pub(crate) proposals: Vec<Proposal>,
    /// The recognized benchmark tools.
    tools: Vec<NamedFile>,
    /// The language, and the file that names it.
    language: Option<(&'static Language, String)>,
}

/// A name, and the file that it follows from.
#[derive(Clone)]
struct NamedFile {
    name: &'static str,
    file: String,
}

/// Site with the schema that editors check a policy with, for a repository without a site.
const OUR_SITE: &str = "https://benchpages.github.io/benchpages/";

/// Looks at a repository and proposes what it needs.
///
/// # Errors
/// A file that is proposed exists and cannot be read.
pub(crate) fn plan(facts: &ProjectFacts) -> anyhow::Result<InitPlan> {
    let tools = detect::detect_tools(&facts.root);
    let language = language::detect_language(&facts.root);
    // Hooks are opt-in: they run on the machine of everyone who commits.
    let hooks = templates::HOOKS.iter().filter(|_| facts.hooks);
    let propose = |template: &FileTemplate, text: String| -> anyhow::Result<Proposal> {
        let path = present_place(facts, template.path);
        let state = state(&facts.root.join(path), &text)?;
        Ok(Proposal { path, purpose: template.purpose, text, state })
    };
    let image = language.as_ref().map_or(language::PLAIN_IMAGE, |(language, _)| language.image);
    let mut proposals = Vec::new();
    for template in facts.ci.templates().chain(hooks) {
        let mut text = fill_template(template.text, facts).replace("__IMAGE__", image);
        // The only file whose content depends on the code of the repository.
        if template.name == templates::MEASURE {
            text = text.replace("__SETUP__\n", &set_up::script(&facts.root, &tools));
            text.extend(detect::fragments(&facts.root, &tools));
        }
        proposals.push(propose(template, text)?);
    }
    // Other systems keep schedules in their settings, not in files.
    for schedule in facts.schedules.iter().filter(|_| facts.ci == CiSystem::Github) {
        for template in schedule.templates() {
            let text = schedule.fill(&fill_template(template.text, facts));
            proposals.push(propose(&template, text)?);
        }
    }
    proposals.extend(ignored::proposal(&facts.root)?);
    let name_file = |detected: &detect::DetectedTool| NamedFile {
        name: detected.tool.name,
        file: detected.path_from(""),
    };
    Ok(InitPlan { proposals, tools: tools.iter().map(name_file).collect(), language })
}

/// The place of a file, or another one that it already has. A second file of code owners would
/// replace the first, without a word.
fn present_place(facts: &ProjectFacts, path: &'static str) -> &'static str {
    let places = facts.ci.owner_places();
    if !places.contains(&path) {
        return path;
    }
    places.into_iter().find(|place| facts.root.join(place).is_file()).unwrap_or(path)
}

/// A template with the names of the repository filled in.
fn fill_template(template: &str, facts: &ProjectFacts) -> String {
    let repository = facts.repository.as_ref();
    let site = repository.and_then(HostedRepository::pages_url);
    // A policy that names no branch takes the one that is called main or master.
    let main_line = match facts.branch_source {
        BranchSource::Named => format!("  branch: \"{}\"\n", facts.branches[0]),
        _ => String::new(),
    };
    let schema = format!("{}api/v2/policy.schema.json", site.as_deref().unwrap_or(OUR_SITE));
    let name = repository.map_or("Benchmarks", |repository| repository.name.as_str());
    let text = facts.program.fill(template);
    text.replace("__BRANCHES__", &facts.branches.join(", "))
        .replace("__ROWS__\n", &systems::rows(&facts.systems))
        .replace("__MAIN_LINE__\n", &main_line)
        .replace("__SCHEMA__", &schema)
        .replace("__DAY__", &text::iso_date(facts.now))
        .replace("__TITLE__", name)
        .replace("__OWNER__", &owner(facts))
        .replace("__SITE__", &site_lines(facts))
}

/// The lines of the policy with the addresses of site and repository.
fn site_lines(facts: &ProjectFacts) -> String {
    // Without the address the line stays as a comment, ready to be filled in.
    let site = facts.repository.as_ref().and_then(HostedRepository::pages_url);
    let site = match (site, facts.ci) {
        (Some(site), _) => format!("  base_url: \"{site}\""),
        (None, CiSystem::Gitlab) => {
            "  # The job `pages` passes the address of the site to `build --base-url`.".to_owned()
        }
        (None, _) => "  # base_url: \"https://owner.github.io/name/\"".to_owned(),
    };
    let repository = match &facts.repository {
        Some(repository) => format!("  repo_url: \"{}\"", repository.url()),
        None => "  # repo_url: \"https://github.com/owner/name\"".to_owned(),
    };
    format!("{site}\n{repository}")
}

/// Who accepts a regression. An owner that does not exist is shown by GitHub as an error in
/// CODEOWNERS, which is the reminder.
fn owner(facts: &ProjectFacts) -> String {
    let owner = facts.repository.as_ref().map(|repository| format!("@{}", repository.owner));
    owner.unwrap_or_else(|| "@your-team".to_owned())
}

fn state(path: &Path, text: &str) -> anyhow::Result<ProposalState> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(ProposalState::New),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        Ok(bytes) if bytes == text.as_bytes() => Ok(ProposalState::Unchanged),
        Ok(bytes) => Ok(ProposalState::Differs(String::from_utf8_lossy(&bytes).into_owned())),
    }
}

/// The text of a file that something is added to.
pub(crate) fn present_text(root: &Path, proposal: &Proposal) -> String {
    let bytes = std::fs::read(root.join(proposal.path)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
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

/// The branches of `--branches`.
///
/// # Errors
/// A name could do harm in a workflow.
pub(crate) fn check_branches(named: &[String]) -> anyhow::Result<()> {
    // All of them at once: `${{ … }}` in a branch would be an expression of the workflow.
    let odd: Vec<&str> = named.iter().map(String::as_str).filter(|name| !is_branch(name)).collect();
    if !odd.is_empty() {
        anyhow::bail!(
            "--branches {}: write names of letters, digits, `.`, `_`, `/` and `-`, each beginning \
             with a letter",
            odd.join(",")
        );
    }
    Ok(())
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
    fn only_harmless_names_of_branches_reach_a_file() {
        assert!(is_branch("release/1.0"));
        for hostile in ["", "a b", "a]", "${{x}}", "-x", "a\nb", "1.0"] {
            assert!(!is_branch(hostile), "{hostile}");
        }
    }
}
