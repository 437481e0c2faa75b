//! `benchpages init`: shows the files that a repository needs for its own history, and writes those
//! that do not exist yet.

use crate::cli::args::init::InitArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::init::pinned_program::PinnedProgram;
use crate::init::{self, InitPlan, ProjectFacts, ProposalState};
use crate::vcs::git;
use model::text;

pub(crate) fn run(global: &GlobalArgs, args: &InitArgs, reporter: &Reporter) -> anyhow::Result<u8> {
    if !args.directory.is_dir() {
        anyhow::bail!("{} is not a directory", args.directory.display());
    }
    let facts = project_facts(global, args)?;
    let plan = init::plan(&facts)?;
    print_proposals(&plan, reporter);
    // Existing files are shown with their difference and never written: they may hold secrets'
    // names and steps that nobody here knows of.
    let new = plan.proposals.iter().filter(|it| it.is_pending()).count();
    let new_files = text::count_noun(new as u64, "file");
    if new == 0 {
        reporter.info("Nothing to write");
        return Ok(0);
    }
    if !args.yes && !ui::confirm(&format!("Write the {new_files}?"), false)? {
        ui::print_file(new_files_text(&plan).as_bytes())?;
        reporter.info(&format!(
            "Nothing was written; the same command with --yes writes the {new_files}"
        ));
        return Ok(0);
    }
    let written = init::write(&facts.root, &plan)?;
    reporter.info(&format!("Wrote {}. Next:", text::count_noun(written.len() as u64, "file")));
    print_next_steps(args, reporter);
    Ok(0)
}

fn project_facts(global: &GlobalArgs, args: &InitArgs) -> anyhow::Result<ProjectFacts> {
    let options = load_options(global, &SiteArgs::default())?;
    let root = args.directory.clone();
    let (branch, remote) = git::origin(&root);
    let branches = init::branches(&args.branches, branch)?;
    Ok(ProjectFacts {
        root,
        repository: remote.as_deref().and_then(repository),
        is_branch_named: !args.branches.is_empty(),
        branches,
        schedules: args.schedules(),
        systems: args.measured_systems(),
        hooks: args.hooks,
        program: PinnedProgram::new(args.checksums.as_deref())?,
        now: options.time(),
    })
}

/// `owner/name` of an address on GitHub.
fn repository(remote: &str) -> Option<String> {
    let (_, path) = remote.split_once("github.com")?;
    let path = path.trim_start_matches([':', '/']).trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    init::is_repository(path).then(|| path.to_owned())
}

/// The proposed files, and how existing ones differ from them.
fn print_proposals(plan: &InitPlan, reporter: &Reporter) {
    let tools: Vec<String> = plan.tools.iter().map(|name| (*name).to_owned()).collect();
    if tools.is_empty() {
        reporter.info(
            "No benchmark tool recognized: .github/benchmarks.sh describes what it must write",
        );
    } else {
        reporter.info(&format!("Found {}", text::join_and(&tools)));
    }
    for proposal in &plan.proposals {
        let path = &proposal.path;
        match &proposal.state {
            ProposalState::New => reporter.info(&format!("new     {path}: {}", proposal.purpose)),
            ProposalState::Additions => {
                reporter.info(&format!("adds    {path}: {}", proposal.purpose));
            }
            ProposalState::Unchanged => reporter.info(&format!("exists  {path}")),
            ProposalState::Differs(existing) => reporter.info(&format!(
                "kept    {path}, which differs from the proposal (- existing, + proposed)\n{}",
                init::difference(existing, &proposal.text).trim_end()
            )),
        }
    }
}

/// The text of each new file, and what is added to others.
fn new_files_text(plan: &InitPlan) -> String {
    let new = plan.proposals.iter().filter(|it| it.is_pending());
    new.map(|new| format!("==> {} <==\n{}\n", new.path, new.text)).collect()
}

/// What only the user can do.
fn print_next_steps(args: &InitArgs, reporter: &Reporter) {
    reporter.info(
        "  1. check that .github/benchmarks.sh installs and measures what you want, and commit the \
         files",
    );
    reporter.info("  2. Settings → Pages → Source: GitHub Actions");
    reporter.info("  3. require the check `benchmarks` and reviews by code owners");
    if args.hooks {
        reporter.info("  4. git config core.hooksPath .githooks  (or: pre-commit install)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_github_give_owner_and_name() {
        for remote in [
            "https://github.com/ada/engine.git",
            "git@github.com:ada/engine.git",
            "ssh://git@github.com/ada/engine/",
            "https://x-token@github.com/ada/engine",
        ] {
            assert_eq!(repository(remote).as_deref(), Some("ada/engine"), "{remote}");
        }
        for other in ["https://example.org/ada/engine", "https://github.com/ada", "x", ""] {
            assert_eq!(repository(other), None, "{other}");
        }
    }
}
