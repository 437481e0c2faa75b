//! `benchpages init`: shows the files a repository needs for its own history, and writes those that
//! are not there.

use std::io::{BufRead, IsTerminal, Write};

use crate::cli::args::{GlobalArgs, InitArgs, SiteArgs};
use crate::cli::build;
use crate::cli::ui::{self, Reporter};
use crate::init::{self, InitPlan, ProjectFacts, ProposalState};
use crate::vcs::git;
use model::text;

pub(crate) fn run(global: &GlobalArgs, args: &InitArgs, talk: &Reporter) -> anyhow::Result<u8> {
    if !args.directory.is_dir() {
        anyhow::bail!("{} is no directory", args.directory.display());
    }
    let facts = project_facts(global, args)?;
    let plan = init::plan(&facts)?;
    print_proposals(&plan, talk);
    let new = plan.proposals.iter().filter(|one| one.state == ProposalState::New).count();
    if new == 0 {
        talk.info("Nothing to write");
        return Ok(0);
    }
    if !args.yes && !confirm(new)? {
        ui::print(proposals_json(&plan).as_bytes())?;
        talk.info(&format!(
            "Nothing was written; `benchpages init{} --yes` writes the {}",
            if args.hooks { " --hooks" } else { "" },
            text::count_noun(new as u64, "new file")
        ));
        return Ok(0);
    }
    let written = init::write(&facts.root, &plan)?;
    talk.info(&format!("Wrote {}. Next:", text::count_noun(written.len() as u64, "file")));
    print_next_steps(args, talk);
    Ok(0)
}

fn project_facts(global: &GlobalArgs, args: &InitArgs) -> anyhow::Result<ProjectFacts> {
    let site = SiteArgs {
        out: std::path::PathBuf::new(),
        base_url: None,
        audience: None,
        with_archive: false,
        explicit_index: false,
    };
    let options = build::load_options(global, &site)?;
    let root = args.directory.clone();
    let (branch, remote) = git::origin(&root);
    Ok(ProjectFacts {
        root,
        repository: remote.as_deref().and_then(repository),
        branch: branch.filter(|name| init::is_branch(name)).unwrap_or_else(|| "main".to_owned()),
        hooks: args.hooks,
        now: options.now.unwrap_or(options.clock),
    })
}

/// `owner/name` of an address on GitHub.
fn repository(remote: &str) -> Option<String> {
    let (_, path) = remote.split_once("github.com")?;
    let path = path.trim_start_matches([':', '/']).trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    init::is_repository(path).then(|| path.to_owned())
}

/// What is proposed, what is there, and how that differs.
fn print_proposals(plan: &InitPlan, talk: &Reporter) {
    let tools: Vec<String> = plan.tools.iter().map(|name| (*name).to_owned()).collect();
    if tools.is_empty() {
        talk.info(
            "No benchmark tool was recognised: .github/benchmarks.sh says what it must write",
        );
    } else {
        talk.info(&format!("Found {}", text::join_and(&tools)));
    }
    for one in &plan.proposals {
        match &one.state {
            ProposalState::New => talk.info(&format!("new    {}: {}", one.path, one.purpose)),
            ProposalState::Unchanged => talk.info(&format!("there  {}", one.path)),
            ProposalState::Differs(there) => talk.info(&format!(
                "kept   {}, which differs from what is proposed (- there, + proposed)\n{}",
                one.path,
                init::difference(there, &one.text).trim_end()
            )),
        }
    }
}

/// The text of each new file.
fn proposals_json(plan: &InitPlan) -> String {
    let new = plan.proposals.iter().filter(|one| one.state == ProposalState::New);
    new.map(|one| format!("==> {} <==\n{}\n", one.path, one.text)).collect()
}

/// Asks on a terminal; elsewhere the answer is no.
fn confirm(new: usize) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let mut err = std::io::stderr().lock();
    write!(err, "Write the {}? [y/N] ", text::count_noun(new as u64, "new file"))?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What nobody but the user can do.
fn print_next_steps(args: &InitArgs, talk: &Reporter) {
    talk.info("  1. see that .github/benchmarks.sh measures what you want, and commit the files");
    talk.info("  2. Settings → Pages → Source: GitHub Actions");
    talk.info("  3. make the check `benchmarks` required, and reviews by code owners");
    if args.hooks {
        talk.info("  4. git config core.hooksPath .githooks  (or: pre-commit install)");
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
