//! What `init` reports: what it detected, one line for each file, and what to do next. The texts
//! of the files are shown on request only, as a patch.

use std::collections::BTreeSet;

use crate::init::difference;
use crate::init::host::CiSystem;
use crate::init::{BranchSource, InitPlan, ProjectFacts, Proposal, ProposalState};
use model::text;

/// What was detected, and what happens to each file.
pub(crate) fn summary(facts: &ProjectFacts, plan: &InitPlan) -> String {
    let mut out = "Detected:\n".to_owned();
    for (label, value) in detected(facts, plan) {
        out.push_str(&format!("  {label:<11} {value}\n"));
    }
    out.push_str("Files:\n");
    let width = plan.proposals.iter().map(|proposal| proposal.path.len()).max().unwrap_or(0);
    for proposal in &plan.proposals {
        let (state, purpose) = match proposal.state {
            ProposalState::New => ("new", proposal.purpose),
            ProposalState::Additions => ("adds", proposal.purpose),
            ProposalState::Unchanged => ("exists", proposal.purpose),
            ProposalState::Differs(_) => ("differs", "stays as it is; --diff shows the proposal"),
        };
        out.push_str(&format!("  {state:<8} {:<width$}  {purpose}\n", proposal.path));
    }
    out
}

/// Label and value of everything that the files depend on.
fn detected(facts: &ProjectFacts, plan: &InitPlan) -> Vec<(&'static str, String)> {
    let repository = match &facts.repository {
        Some(repository) => format!("{} on {}", repository.path(), repository.host),
        None => "unknown: no remote names a host".to_owned(),
    };
    let ci = match facts.ci {
        CiSystem::Github => "GitHub Actions",
        CiSystem::Gitlab => "GitLab CI/CD",
        CiSystem::Other => "other: scripts only (--ci github or --ci gitlab writes jobs)",
    };
    let branch_source = match facts.branch_source {
        BranchSource::Named => "named",
        BranchSource::Remote => "the default branch of the remote",
        BranchSource::Current => "the branch that is checked out",
        BranchSource::Assumed => "assumed; --branches names another one",
    };
    let owner = match &facts.repository {
        Some(_) => format!("{} (owner of the repository)", super::owner(facts)),
        None => "unknown: replace @your-team in the file of code owners".to_owned(),
    };
    let mut lines = vec![
        ("repository", repository),
        ("CI", ci.to_owned()),
        ("branch", format!("{} ({branch_source})", facts.branches.join(", "))),
        ("owner", owner),
    ];
    if let Some((language, file)) = &plan.language {
        lines.push(("language", format!("{} ({file})", language.name)));
    }
    lines.push(("benchmarks", benchmarks(facts, plan)));
    lines.extend(further_systems(facts).map(|line| ("systems", line)));
    lines
}

/// What to do for `--systems` where no workflow has a matrix.
fn further_systems(facts: &ProjectFacts) -> Option<String> {
    let all: Vec<&str> = facts.systems.iter().map(|system| system.name()).collect();
    let is_plain = all == ["linux"];
    (facts.ci != CiSystem::Github && !is_plain).then(|| {
        format!(
            "--systems {} is for GitHub Actions only; elsewhere add a job on each further system \
             that runs {} with SYSTEM=NAME",
            all.join(","),
            facts.ci.measure_script()
        )
    })
}

fn benchmarks(facts: &ProjectFacts, plan: &InitPlan) -> String {
    if !plan.tools.is_empty() {
        let tools = plan.tools.iter().map(|tool| format!("{} ({})", tool.name, tool.file));
        return text::join_and(&tools.collect::<Vec<_>>());
    }
    match &plan.language {
        Some((language, _)) => format!("no tool recognized; {}", language.tool_hint),
        None => format!("no tool recognized; {} says what to write", facts.ci.measure_script()),
    }
}

/// What would be written, and how it differs from what is there.
pub(crate) fn patch(plan: &InitPlan, existing: impl Fn(&Proposal) -> String) -> String {
    let mut out = String::new();
    for proposal in &plan.proposals {
        out.push_str(&match &proposal.state {
            ProposalState::New => difference::patch(proposal.path, None, &proposal.text),
            ProposalState::Unchanged => String::new(),
            ProposalState::Differs(present) => {
                difference::patch(proposal.path, Some(present), &proposal.text)
            }
            ProposalState::Additions => {
                let present = existing(proposal);
                let gap = if present.is_empty() || present.ends_with('\n') { "" } else { "\n" };
                let after = format!("{present}{gap}{}", proposal.text);
                difference::patch(proposal.path, Some(&present), &after)
            }
        });
    }
    out
}

/// What only the user can do, as commands and addresses.
pub(crate) fn next_steps(facts: &ProjectFacts, plan: &InitPlan) -> String {
    let script = facts.ci.measure_script();
    let mut steps = Vec::new();
    if plan.tools.is_empty() {
        steps.push(format!("Put your benchmarks into {script}; its comments say how."));
    }
    let files: BTreeSet<&str> = plan.proposals.iter().map(|file| added_path(file.path)).collect();
    let files = files.into_iter().collect::<Vec<_>>().join(" ");
    // The records name a commit, so there has to be one.
    steps.push(format!("Commit the files:\n  git add {files}\n  git commit -m \"Add benchpages\""));
    steps.push(format!(
        "Measure once and look at your dashboard:\n  bash {script} --setup\n  mkdir -p data/results\
         \n  bash {script} data/results/$(git rev-parse --short HEAD).ndjson\n  benchpages serve"
    ));
    steps.extend(match facts.ci {
        CiSystem::Github => github_steps(facts),
        CiSystem::Gitlab => gitlab_steps(facts, plan),
        CiSystem::Other => other_steps(facts),
    });
    if facts.hooks {
        let hooks = "Turn the hooks on:\n  git config core.hooksPath .githooks";
        steps.push(hooks.to_owned());
    }
    let number =
        |(at, step): (usize, &String)| format!("  {}. {}\n", at + 1, step.replace('\n', "\n     "));
    steps.iter().enumerate().map(number).collect()
}

/// The path of a file for `git add`: its folder where everything in it is for CI.
fn added_path(path: &str) -> &str {
    match path.split_once('/') {
        Some((folder, _)) if folder.starts_with('.') => folder,
        // Other folders hold files of the project, too.
        _ => path,
    }
}

fn github_steps(facts: &ProjectFacts) -> Vec<String> {
    let settings = |page: &str, title: &str| match &facts.repository {
        Some(repository) => format!("  {}/settings/{page}", repository.url()),
        None => format!("  Settings → {title}, once the repository is on GitHub"),
    };
    let branch = &facts.branches[0];
    vec![
        format!("Choose Source: GitHub Actions:\n{}", settings("pages", "Pages")),
        format!(
            "Push, then open a pull request; it passes with a warning until {branch} has enough \
             runs:\n  git push origin HEAD"
        ),
        format!("Require the check `benchmarks` and code owners:\n{}", settings("rules", "Rules")),
    ]
}

fn gitlab_steps(facts: &ProjectFacts, plan: &InitPlan) -> Vec<String> {
    let settings = |page: &str, path: &str| match &facts.repository {
        Some(repository) => format!("  {}/-/settings/{page}", repository.url()),
        None => format!("  Settings → {path}"),
    };
    let mut steps = Vec::new();
    let includes = |file: &&Proposal| {
        let has_include = |present: &String| present.contains(".gitlab/benchpages.yml");
        file.path == ".gitlab-ci.yml"
            && matches!(&file.state, ProposalState::Differs(present) if !has_include(present))
    };
    if plan.proposals.iter().any(|file| includes(&file)) {
        steps.push(
            "Add to .gitlab-ci.yml:\n  include:\n    - local: .gitlab/benchpages.yml".to_owned(),
        );
    }
    let job_token = settings("ci_cd", "CI/CD → Job token permissions");
    steps.push(format!(
        "Job token permissions: allow Git push requests to the repository:\n{job_token}"
    ));
    steps.push(format!(
        "Push, then open a merge request; it passes with a warning until {} has enough runs:\n  \
         git push origin HEAD",
        facts.branches[0]
    ));
    let required = settings("merge_requests", "Merge requests");
    steps.push(format!("Merge checks: pipelines must succeed:\n{required}"));
    if !facts.schedules.is_empty() {
        steps.push(
            "Build → Pipeline schedules: add the schedules of --schedule there, with the variable \
             BENCH_SET=capacity or BENCH_SET=chaos; GitLab reads none from files, and rotation is \
             a job of your own that runs `benchpages rotate`."
                .to_owned(),
        );
    }
    steps
}

fn other_steps(facts: &ProjectFacts) -> Vec<String> {
    let branch = &facts.branches[0];
    let mut steps = vec![
        format!(
            "In the job of {branch}, after the benchmarks:\n  export DATA_BRANCH=benchmark-data\n  \
             bash ci/benchmarks.sh records.ndjson\n  \
             bash ci/benchpages-keep.sh records.ndjson \
             \"results/$(date -u +%F)-$(git rev-parse --short=12 HEAD).ndjson\"\n  \
             git fetch origin \"+refs/heads/$DATA_BRANCH:refs/remotes/origin/$DATA_BRANCH\"\n  \
             bash ci/benchpages-history.sh\n  benchpages build --out site"
        ),
        format!(
            "In the job of pull request $PULL, after the same fetch and history:\n  \
             benchpages measure --pull \"$PULL\" --base origin/{branch} --head HEAD \\\n    \
             --setup \"bash '$PWD/ci/benchmarks.sh' --setup\" \\\n    \
             --collect out.ndjson -- bash \"$PWD/ci/benchmarks.sh\" out.ndjson || true\n  \
             benchpages check --pull \"$PULL\" --allow-first-runs"
        ),
    ];
    if !facts.schedules.is_empty() {
        steps.push(
            "Add the schedules of --schedule to your CI: the job of the main branch, with the \
             variable BENCH_SET=capacity or BENCH_SET=chaos; rotation is a job of your own that \
             runs `benchpages rotate`."
                .to_owned(),
        );
    }
    steps
}
