//! `benchpages init`: shows what a repository needs for its own history, and writes the files that
//! do not exist yet.

use crate::app::project_setup::{SetupRequest, project_facts};
use crate::cli::args::init::InitArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter, questions};
use crate::init::pinned_program::PinnedProgram;
use crate::init::{self, InitPlan, ProjectFacts, summary};
use model::text;
use model::text::terminal::TerminalText;

pub(crate) fn run(global: &GlobalArgs, args: &InitArgs, reporter: &Reporter) -> anyhow::Result<u8> {
    if !args.directory.is_dir() {
        anyhow::bail!("{} is not a directory", args.directory.display());
    }
    let request = SetupRequest {
        root: args.directory.clone(),
        branches: args.branches.clone(),
        ci: args.ci_system(),
        schedules: args.schedules(),
        systems: args.measured_systems(),
        hooks: args.hooks,
        program: PinnedProgram::new(args.checksums.as_deref())?,
        now: load_options(global, &SiteArgs::default())?.time(),
    };
    let asks = !args.yes && !args.dry_run;
    let ask = |question: &str| if asks { questions::ask(question) } else { Ok(None) };
    let facts = project_facts(request, &ask)?;
    let plan = init::plan(&facts)?;
    if args.diff {
        let patch = summary::patch(&plan, |file| init::present_text(&facts.root, file));
        ui::print(&TerminalText::lines(&patch))?;
    }
    // Beside a patch the summary is no part of the answer, which `git apply` reads.
    let report = TerminalText::lines(&summary::summary(&facts, &plan));
    if args.diff {
        ui::emit(&report)
    } else {
        ui::print(&report).map(drop)?
    }
    write(args, &facts, &plan, reporter)
}

fn write(
    args: &InitArgs,
    facts: &ProjectFacts,
    plan: &InitPlan,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    // Existing files are never written: they may hold secrets' names and steps that nobody here
    // knows of.
    let pending = plan.proposals.iter().filter(|file| file.is_pending()).count();
    let files = text::count_noun(pending as u64, "file");
    if pending == 0 {
        reporter.info("Nothing to write. Look at your dashboard with: benchpages serve");
        return Ok(0);
    }
    let is_confirmed =
        args.yes || !args.dry_run && questions::confirm(&format!("Write {files}?"), false)?;
    if args.dry_run || !is_confirmed {
        reporter.info(&format!(
            "Nothing was written. `benchpages init --yes`, with the same options, writes {files}; \
             --diff shows their text"
        ));
        return Ok(0);
    }
    let written = init::write(&facts.root, plan)?;
    reporter.info(&format!("Wrote {}. Next:", text::count_noun(written.len() as u64, "file")));
    reporter.info(summary::next_steps(facts, plan).trim_end());
    Ok(0)
}
