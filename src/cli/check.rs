//! `benchpages check`: the gate. What was typed and what the job's environment says become a
//! request; the outcome goes to stdout, and to where a job of GitHub Actions looks for it.

mod watch;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::actions;
use crate::cli::args::{Check, Global, Report, Site};
use crate::cli::build;
use crate::cli::talk::{self, Talk};
use crate::context::git;
use crate::gate::decide::{Decision, Plea};
use crate::gate::scene::{self, Request, Scene, Wanted};
use crate::gate::{
    Accepted, Finding, Outcome, annotations, gcc, json as json_report, junit, markdown, sarif,
    snapshot, terminal,
};
use crate::project::{self, Opened, Options};
use crate::site::redact;
use crate::store;
use model::audit::Entry;
use model::history::History;
use model::policy::{AcceptFrom, Audience, accepted};

/// Findings that a line of the audit log names.
const AUDITED: usize = 20;

pub(crate) fn run(global: &Global, args: &Check, talk: &Talk) -> anyhow::Result<u8> {
    if args.watch {
        return watch::run(global, args, talk);
    }
    let options = build::options(global, &site(args))?;
    let judged = judge(&options, args, talk)?;
    let outcome = &judged.outcome;
    if outcome.decision == Decision::Overridden {
        audit(&options.data, &judged)?;
    }
    if outcome.scene.pull.is_none() {
        audit_approvals(&options.data, &judged)?;
    }
    let own = own_comment(&judged.opened);
    let text = report(outcome, args.format, (own, &options.data))?;
    if let Some(folder) = &args.artifact {
        keep(folder, &judged)?;
    }
    actions::write(outcome, own, talk)?;
    talk::answer(text.as_bytes())?;
    Ok(outcome.decision.exit())
}

/// The user's own form of the comment, where the history has one.
fn own_comment(opened: &Opened) -> Option<&str> {
    let own = opened.contents.templates.iter().find(|(name, _)| name == "comment.md");
    own.map(|(_, text)| text.as_str())
}

/// An outcome as it was asked for; `own` is the user's form of the comment, `data` the history
/// directory.
fn report(
    outcome: &Outcome,
    format: Report,
    (own, data): (Option<&str>, &Path),
) -> anyhow::Result<String> {
    Ok(match format {
        Report::Text => terminal::render(outcome),
        Report::Json => json_report::render(outcome),
        Report::Markdown => markdown::render(outcome, own)?,
        Report::Github => annotations::render(outcome),
        Report::Sarif => sarif::render(outcome),
        Report::Junit => junit::render(outcome),
        Report::Gcc => gcc::render(outcome, data),
    })
}

/// What of the arguments says where the history is and where the site will stand.
fn site(args: &Check) -> Site {
    Site {
        out: std::path::PathBuf::new(),
        base_url: args.base_url.clone(),
        audience: None,
        with_archive: args.with_archive,
        explicit_index: false,
    }
}

/// An outcome with what it was made from.
struct Judged {
    outcome: Outcome,
    opened: Opened,
    /// As it was read; kept for a snapshot only.
    history: Option<History>,
}

fn judge(options: &Options, args: &Check, talk: &Talk) -> anyhow::Result<Judged> {
    let mut opened = project::open(options, &talk.meter())?;
    for warning in &opened.warnings {
        talk.warn(warning);
    }
    let mut history = args.artifact.as_ref().map(|_| opened.history.clone());
    if let Some(history) = &mut history
        && opened.policy.site.audience == Audience::Public
    {
        redact::redact(history, &mut [], &opened.policy.site.redact);
    }
    let fields = opened.policy.runner_fingerprinting.track_fields.clone();
    let request = Request {
        candidate: wanted(args),
        runner_fields: &fields,
        base: args.base.clone(),
        ancestors: &git::ancestors,
    };
    let scene = scene::stage(&mut opened.history, &request).map_err(anyhow::Error::msg)?;
    believe(&mut opened, &scene, (options, args), talk);
    let plea = plea(args, talk);
    talk.meter()("analysing", 0, 0);
    let outcome = project::check(&mut opened, options, scene, plea);
    talk.end_progress();
    build::stages(talk, &opened.stages);
    Ok(Judged { outcome, opened, history })
}

/// What is named, else what a job of GitHub Actions runs for: its pull request, or the commit that
/// a merge queue made. The newest run of the main line would be green for someone else's work.
fn wanted(args: &Check) -> Wanted {
    let named = args.candidate.clone().map(Wanted::Commit).or(args.pull.map(Wanted::Pull));
    let of_job = || {
        let name = variable("GITHUB_REF");
        if name.starts_with("refs/heads/gh-readonly-queue/") {
            return Some(Wanted::Commit(variable("GITHUB_SHA")));
        }
        let number = name.strip_prefix("refs/pull/")?.split('/').next()?;
        number.parse().ok().map(Wanted::Pull)
    };
    let job = variable("GITHUB_ACTIONS") == "true";
    named.or_else(|| job.then(of_job).flatten()).unwrap_or(Wanted::Newest)
}

/// Whoever asks to let a failing gate pass.
fn plea(args: &Check, talk: &Talk) -> Option<Plea> {
    let said = variable("ALLOW_REGRESSION");
    let allowed = said.trim().eq_ignore_ascii_case("true");
    if !allowed && !["", "false", "0"].contains(&said.trim()) {
        talk.warn(&format!("ALLOW_REGRESSION={said} is not `true`: nothing is overridden"));
    }
    allowed.then(|| Plea {
        reason: variable("OVERRIDE_REASON"),
        actor: args.actor.clone().unwrap_or_else(|| variable("GITHUB_ACTOR")),
    })
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Where the policy believes only what stands on the base branch, the entries of `accepted.yml`
/// are read from there. A repository that does not know the base is no reason to believe more.
fn believe(opened: &mut Opened, scene: &Scene, from: (&Options, &Check), talk: &Talk) {
    if opened.policy.governance.accept_from == AcceptFrom::Change || scene.pull.is_none() {
        return;
    }
    let (options, args) = from;
    let branch = variable("GITHUB_BASE_REF");
    let named = (!branch.is_empty()).then(|| [format!("origin/{branch}"), branch.clone()]);
    let names: Vec<String> = args
        .base
        .iter()
        .cloned()
        .chain(named.into_iter().flatten())
        .chain(scene.base.clone())
        .collect();
    let Some(of_base) = git::file(&options.data, &names, "accepted.yml") else {
        talk.warn("no git repository here: the entries of accepted.yml count as they stand");
        return;
    };
    opened.contents.accepted = match of_base {
        Ok(text) => accepted::read(&text).unwrap_or_else(|error| {
            talk.warn(&format!("accepted.yml of the base is at fault: {}", error.reason));
            Vec::new()
        }),
        Err(()) => {
            talk.warn(
                "the base is not known to git here, so that no entry of accepted.yml counts; \
                 fetch the history (fetch-depth: 0)",
            );
            Vec::new()
        }
    };
}

/// Tells the audit log who let what through. Without that line nobody is let through.
fn audit(data: &Path, judged: &Judged) -> anyhow::Result<()> {
    let outcome = &judged.outcome;
    let Some(granted) = &outcome.overriding else { return Ok(()) };
    let blocking = outcome.findings.iter().filter(|it| it.block.is_some());
    let findings: Vec<_> = blocking.take(AUDITED).map(audited).collect();
    let details = json!({
        "of": granted.of.as_str(),
        "base": outcome.scene.base,
        "pull": outcome.scene.pull,
        "findings": findings,
        "policy_sha": outcome.facts.policy_sha,
    });
    let entry = Entry {
        time: judged.opened.now,
        kind: "override".to_owned(),
        actor: granted.actor.clone(),
        reason: granted.reason.clone(),
        commit: outcome.scene.candidate.clone(),
        details: details.as_object().cloned().unwrap_or_default(),
    };
    store::audit::append(data, &entry)
        .context("the override could not be written to the audit log, so it is not granted")?;
    Ok(())
}

/// Tells the audit log which approvals the main line rests on: each once for a commit, however
/// often it is checked. A pull request is not there yet; its job keeps no log.
fn audit_approvals(data: &Path, judged: &Judged) -> anyhow::Result<()> {
    let outcome = &judged.outcome;
    let mut used: BTreeMap<(&Accepted, &str), Vec<&Finding>> = BTreeMap::new();
    for it in &outcome.findings {
        if let Some(accepted) = it.rests_on() {
            used.entry((accepted, &it.commit)).or_default().push(it);
        }
    }
    for ((accepted, commit), findings) in used {
        let findings: Vec<_> = findings.iter().take(AUDITED).map(|it| audited(it)).collect();
        let details = json!({
            "base": outcome.scene.base,
            "candidate": outcome.scene.candidate,
            "findings": findings,
            "policy_sha": outcome.facts.policy_sha,
        });
        let entry = Entry {
            time: judged.opened.now,
            kind: "approval_used".to_owned(),
            actor: accepted.by.clone(),
            reason: accepted.reason.clone(),
            commit: Some(commit.to_owned()),
            details: details.as_object().cloned().unwrap_or_default(),
        };
        store::audit::append_once(data, &entry)
            .context("the use of an approval could not be written to the audit log")?;
    }
    Ok(())
}

/// A finding as a line of the audit log names it.
fn audited(it: &Finding) -> Value {
    json!({"series": it.subject.stem, "change": it.change})
}

/// Writes the snapshot beside others in a folder.
fn keep(folder: &Path, judged: &Judged) -> anyhow::Result<()> {
    let Some(history) = &judged.history else { return Ok(()) };
    let opened = &judged.opened;
    let into = folder.join(snapshot::name(&judged.outcome, opened.now));
    let files =
        snapshot::files(&judged.outcome, history, &opened.policy, &opened.contents.accepted);
    for (name, text) in files {
        let path = into.join(name);
        let parent = path.parent().unwrap_or(&into);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
