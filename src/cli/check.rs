//! `benchpages check`: the gate. The report goes to stdout, and to the files in which a job of
//! GitHub Actions looks for it.

mod job;
mod next;
#[cfg(feature = "serve")]
mod watch;

use std::path::Path;

use crate::app::check::{CheckRequest, CheckRun, check};
use crate::cli::actions;
use crate::cli::args::check::{CheckArgs, ReportFormat};
use crate::cli::args::published::PublishedArgs;
use crate::cli::args::{GlobalArgs, SiteArgs};
use crate::cli::check::job::{CheckJob, JobActor};
use crate::cli::load_options::load_options;
use crate::cli::ui::{self, Reporter};
use crate::report::candidate::CandidateRef;
use crate::report::{annotations, gcc, json, junit, markdown, sarif, terminal};

pub(crate) fn run(
    global: &GlobalArgs,
    args: &CheckArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let request = request(global, args, reporter)?;
    #[cfg(feature = "serve")]
    if args.watch {
        return watch::run(&request, global, args.format, reporter);
    }
    let run = check(&request, reporter)?;
    reporter.end_progress();
    // The files of the job before stdout: a reader of the pipe that leaves early must not cost the
    // job its summary.
    actions::write_summary(&run.outcome, run.comment_template.as_deref(), reporter)?;
    if args.format == ReportFormat::Text {
        actions::warn_of_first_runs(&run.outcome)?;
    }
    print(&run, args.format, &request.options.data, reporter)?;
    if args.format == ReportFormat::Text {
        next::suggest(&run.outcome, global, reporter);
    }
    Ok(run.outcome.exit_code())
}

fn request(
    global: &GlobalArgs,
    args: &CheckArgs,
    reporter: &Reporter,
) -> anyhow::Result<CheckRequest> {
    let site = SiteArgs {
        published: PublishedArgs::at(args.base_url.clone()),
        with_archive: args.with_archive,
        ..SiteArgs::default()
    };
    let actor = JobActor { name: args.actor.as_deref(), is_unverified: args.actor_unverified };
    let job = CheckJob::of_environment(actor, reporter);
    let named = args.candidate.clone().map(CandidateRef::Commit);
    let named = named.or(args.pull.map(CandidateRef::Pull));
    Ok(CheckRequest {
        options: load_options(global, &site)?,
        candidate: named.or(job.candidate).unwrap_or(CandidateRef::Newest),
        base: args.base.clone(),
        base_branch: job.base_branch,
        // Somebody at work has nothing to override.
        override_request: job.override_request.filter(|_| !args.is_watching()),
        trust_checkout: args.trust_checkout,
        allow_first_runs: args.allow_first_runs,
        artifact: args.artifact.clone(),
    })
}

/// Prints the report of a check in a format; `data` is the history directory.
fn print(
    run: &CheckRun,
    format: ReportFormat,
    data: &Path,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let outcome = &run.outcome;
    match format {
        ReportFormat::Text => ui::print(&terminal::render(outcome, reporter.palette())),
        ReportFormat::Json => ui::print(&json::render(outcome)),
        ReportFormat::Markdown => {
            ui::print(&markdown::render(outcome, run.comment_template.as_deref())?)
        }
        ReportFormat::Github => ui::print(&annotations::render(outcome)),
        ReportFormat::Sarif => ui::print(&sarif::render(outcome)),
        ReportFormat::Junit => ui::print(&junit::render(outcome)),
        ReportFormat::Gcc => ui::print(&gcc::render(outcome, data)),
    }
}
