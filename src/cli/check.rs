//! `benchpages check`: the gate.

use crate::cli::args::{Check, Global, Report};
use crate::cli::build::{self, in_pool};
use crate::cli::repository;
use crate::cli::talk::{self, Talk};
use crate::gate::decide::Plea;
use crate::gate::scene::{Request, Wanted};
use crate::gate::{Outcome, json, terminal};
use crate::project::{self, Options};

pub(crate) fn run(global: &Global, args: &Check, talk: &Talk) -> anyhow::Result<u8> {
    let options = build::options(global, &site_of(args))?;
    let outcome = in_pool(global, || judge(&options, args, talk))?;
    talk::answer(render(&outcome, args.format).as_bytes())?;
    Ok(outcome.decision.exit())
}

/// What of the arguments says where the history is and where the site will stand.
fn site_of(args: &Check) -> crate::cli::args::Site {
    crate::cli::args::Site {
        out: std::path::PathBuf::new(),
        base_url: args.base_url.clone(),
        audience: None,
        with_archive: args.with_archive,
        explicit_index: false,
    }
}

fn judge(options: &Options, args: &Check, talk: &Talk) -> anyhow::Result<Outcome> {
    let mut opened = project::open(options)?;
    for warning in &opened.warnings {
        talk.warn(warning);
    }
    let fields = opened.policy.runner_fingerprinting.track_fields.clone();
    let request = Request {
        candidate: wanted(args),
        runner_fields: &fields,
        base: args.base.clone(),
        ancestors: &repository::ancestors,
    };
    project::check(&mut opened, options, &request, plea(args))
}

/// The pull request that a job of GitHub Actions runs for, unless something else is named.
fn wanted(args: &Check) -> Wanted {
    if let Some(commit) = &args.candidate {
        return Wanted::Commit(commit.clone());
    }
    let variable = |name| std::env::var(name).unwrap_or_default();
    let of_job = || {
        let name = variable("GITHUB_REF");
        let number = name.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()?;
        (variable("GITHUB_ACTIONS") == "true").then_some(number)
    };
    args.pull.or_else(of_job).map_or(Wanted::Newest, Wanted::Pull)
}

/// Whoever asks to let a failing gate pass.
fn plea(args: &Check) -> Option<Plea> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let allowed = variable("ALLOW_REGRESSION").trim().eq_ignore_ascii_case("true");
    allowed.then(|| Plea {
        reason: variable("OVERRIDE_REASON"),
        actor: args.actor.clone().unwrap_or_else(|| variable("GITHUB_ACTOR")),
    })
}

fn render(outcome: &Outcome, format: Report) -> String {
    match format {
        Report::Text => terminal::render(outcome),
        Report::Json => json::render(outcome),
    }
}
