//! `benchpages check`: the gate. What was typed and what the job's environment says become a
//! request; the outcome goes to stdout, and to where a job of GitHub Actions looks for it.

mod watch;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::app::{self, LoadOptions, LoadedHistory};
use crate::cli::actions;
use crate::cli::args::{CheckArgs, GlobalArgs, ReportFormat, SiteArgs};
use crate::cli::build;
use crate::cli::ui::{self, Reporter};
use crate::report::candidate::{self, Candidate, CandidateRef, CandidateRequest};
use crate::report::decision::{Decision, OverrideRequest};
use crate::report::{
    AcceptedBy, CheckOutcome, SeriesFinding, annotations, gcc, json as json_report, junit,
    markdown, sarif, snapshot, terminal,
};
use crate::site::redact;
use crate::store;
use crate::vcs::git;
use model::audit::AuditEntry;
use model::history::History;
use model::policy::{AcceptFrom, SiteAudience, accepted};

/// Findings that a line of the audit log names.
const MAX_AUDITED_FINDINGS: usize = 20;

pub(crate) fn run(global: &GlobalArgs, args: &CheckArgs, talk: &Reporter) -> anyhow::Result<u8> {
    if args.watch {
        return watch::run(global, args, talk);
    }
    let options = build::load_options(global, &site_args(args))?;
    let judged = run_check(&options, args, talk)?;
    let outcome = &judged.outcome;
    if outcome.decision == Decision::Overridden {
        audit_override(&options.data, &judged)?;
    }
    if outcome.candidate.pull.is_none() {
        audit_accepted(&options.data, &judged)?;
    }
    let own = comment_template(&judged.loaded);
    let text = render_report(outcome, args.format, (own, &options.data))?;
    if let Some(folder) = &args.artifact {
        write_snapshot(folder, &judged)?;
    }
    actions::write_summary(outcome, own, talk)?;
    ui::print(text.as_bytes())?;
    Ok(outcome.decision.exit_code())
}

/// The user's own form of the comment, where the history has one.
fn comment_template(opened: &LoadedHistory) -> Option<&str> {
    let own = opened.contents.templates.iter().find(|(name, _)| name == "comment.md");
    own.map(|(_, text)| text.as_str())
}

/// An outcome as it was asked for; `own` is the user's form of the comment, `data` the history
/// directory.
fn render_report(
    outcome: &CheckOutcome,
    format: ReportFormat,
    (own, data): (Option<&str>, &Path),
) -> anyhow::Result<String> {
    Ok(match format {
        ReportFormat::Text => terminal::render(outcome),
        ReportFormat::Json => json_report::render(outcome),
        ReportFormat::Markdown => markdown::render(outcome, own)?,
        ReportFormat::Github => annotations::render(outcome),
        ReportFormat::Sarif => sarif::render(outcome),
        ReportFormat::Junit => junit::render(outcome),
        ReportFormat::Gcc => gcc::render(outcome, data),
    })
}

/// What of the arguments says where the history is and where the site will stand.
fn site_args(args: &CheckArgs) -> SiteArgs {
    SiteArgs {
        out: std::path::PathBuf::new(),
        base_url: args.base_url.clone(),
        audience: None,
        with_archive: args.with_archive,
        explicit_index: false,
    }
}

/// An outcome with what it was made from.
struct CheckRun {
    outcome: CheckOutcome,
    loaded: LoadedHistory,
    /// As it was read; kept for a snapshot only.
    history: Option<History>,
}

fn run_check(options: &LoadOptions, args: &CheckArgs, talk: &Reporter) -> anyhow::Result<CheckRun> {
    let mut opened = app::load_history(options, &talk.progress())?;
    for warning in &opened.warnings {
        talk.warn(warning);
    }
    let mut history = args.artifact.as_ref().map(|_| opened.history.clone());
    if let Some(history) = &mut history
        && opened.policy.site.audience == SiteAudience::Public
    {
        redact::redact(history, &mut [], &opened.policy.site.redact);
    }
    let fields = opened.policy.runner_fingerprinting.track_fields.clone();
    let request = CandidateRequest {
        candidate: candidate_ref(args),
        runner_fields: &fields,
        base: args.base.clone(),
        ancestors: &git::ancestors,
    };
    let scene = candidate::select(&mut opened.history, &request).map_err(anyhow::Error::msg)?;
    trust_base_approvals(&mut opened, &scene, (options, args), talk);
    let plea = override_request(args, talk);
    talk.progress()("analysing", 0, 0);
    let outcome = app::check(&mut opened, options, scene, plea);
    talk.end_progress();
    build::report_stages(talk, &opened.stages);
    Ok(CheckRun { outcome, loaded: opened, history })
}

/// What is named, else what a job of GitHub Actions runs for: its pull request, or the commit that
/// a merge queue made. The newest run of the main line would be green for someone else's work.
fn candidate_ref(args: &CheckArgs) -> CandidateRef {
    let named =
        args.candidate.clone().map(CandidateRef::Commit).or(args.pull.map(CandidateRef::Pull));
    let of_job = || {
        let name = env_variable("GITHUB_REF");
        if name.starts_with("refs/heads/gh-readonly-queue/") {
            return Some(CandidateRef::Commit(env_variable("GITHUB_SHA")));
        }
        let number = name.strip_prefix("refs/pull/")?.split('/').next()?;
        number.parse().ok().map(CandidateRef::Pull)
    };
    let job = env_variable("GITHUB_ACTIONS") == "true";
    named.or_else(|| job.then(of_job).flatten()).unwrap_or(CandidateRef::Newest)
}

/// Whoever asks to let a failing gate pass.
fn override_request(args: &CheckArgs, talk: &Reporter) -> Option<OverrideRequest> {
    let said = env_variable("ALLOW_REGRESSION");
    let allowed = said.trim().eq_ignore_ascii_case("true");
    if !allowed && !["", "false", "0"].contains(&said.trim()) {
        talk.warn(&format!("ALLOW_REGRESSION={said} is not `true`: nothing is overridden"));
    }
    allowed.then(|| OverrideRequest {
        reason: env_variable("OVERRIDE_REASON"),
        actor: args.actor.clone().unwrap_or_else(|| env_variable("GITHUB_ACTOR")),
    })
}

fn env_variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Where the policy believes only what stands on the base branch, the entries of `accepted.yml`
/// are read from there. A repository that does not know the base is no reason to believe more.
fn trust_base_approvals(
    opened: &mut LoadedHistory,
    scene: &Candidate,
    from: (&LoadOptions, &CheckArgs),
    talk: &Reporter,
) {
    if opened.policy.governance.accept_from == AcceptFrom::Change || scene.pull.is_none() {
        return;
    }
    let (options, args) = from;
    let branch = env_variable("GITHUB_BASE_REF");
    let named = (!branch.is_empty()).then(|| [format!("origin/{branch}"), branch.clone()]);
    let names: Vec<String> = args
        .base
        .iter()
        .cloned()
        .chain(named.into_iter().flatten())
        .chain(scene.base.clone())
        .collect();
    let Some(of_base) = git::file_at(&options.data, &names, "accepted.yml") else {
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
fn audit_override(data: &Path, judged: &CheckRun) -> anyhow::Result<()> {
    let outcome = &judged.outcome;
    let Some(granted) = &outcome.override_decision else { return Ok(()) };
    let blocking = outcome.findings.iter().filter(|it| it.block.is_some());
    let findings: Vec<_> = blocking.take(MAX_AUDITED_FINDINGS).map(audit_finding).collect();
    let details = json!({
        "of": granted.decision.as_str(),
        "base": outcome.candidate.base,
        "pull": outcome.candidate.pull,
        "findings": findings,
        "policy_sha": outcome.provenance.policy_sha,
    });
    let entry = AuditEntry {
        time: judged.loaded.now,
        kind: "override".to_owned(),
        actor: granted.actor.clone(),
        reason: granted.reason.clone(),
        commit: outcome.candidate.commit.clone(),
        details: details.as_object().cloned().unwrap_or_default(),
    };
    store::audit::append(data, &entry)
        .context("the override could not be written to the audit log, so it is not granted")?;
    Ok(())
}

/// Tells the audit log which approvals the main line rests on: each once for a commit, however
/// often it is checked. A pull request is not there yet; its job keeps no log.
fn audit_accepted(data: &Path, judged: &CheckRun) -> anyhow::Result<()> {
    let outcome = &judged.outcome;
    let mut used: BTreeMap<(&AcceptedBy, &str), Vec<&SeriesFinding>> = BTreeMap::new();
    for it in &outcome.findings {
        if let Some(accepted) = it.effective_acceptance() {
            used.entry((accepted, &it.commit)).or_default().push(it);
        }
    }
    for ((accepted, commit), findings) in used {
        let findings: Vec<_> =
            findings.iter().take(MAX_AUDITED_FINDINGS).map(|it| audit_finding(it)).collect();
        let details = json!({
            "base": outcome.candidate.base,
            "candidate": outcome.candidate.commit,
            "findings": findings,
            "policy_sha": outcome.provenance.policy_sha,
        });
        let entry = AuditEntry {
            time: judged.loaded.now,
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
fn audit_finding(it: &SeriesFinding) -> Value {
    json!({"series": it.subject.stem, "change": it.change})
}

/// Writes the snapshot beside others in a folder.
fn write_snapshot(folder: &Path, judged: &CheckRun) -> anyhow::Result<()> {
    let Some(history) = &judged.history else { return Ok(()) };
    let opened = &judged.loaded;
    let into = folder.join(snapshot::folder_name(&judged.outcome, opened.now));
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
