//! What `init` has to know of a repository: detected, named by options, or answered by the user.
//! Asks only where detection leaves something open, at most two questions; the third is the
//! command's own, whether to write.

use std::path::PathBuf;

use crate::init::host::{CiSystem, HostedRepository};
use crate::init::pinned_program::PinnedProgram;
use crate::init::schedule::Schedule;
use crate::init::systems::MeasuredSystem;
use crate::init::{self, BranchSource, ProjectFacts};
use crate::vcs::git::{self, Upstream};
use model::record::time::Timestamp;

/// What the user asked for.
pub(crate) struct SetupRequest {
    pub(crate) root: PathBuf,
    /// Empty: detected.
    pub(crate) branches: Vec<String>,
    /// None: that of the host.
    pub(crate) ci: Option<CiSystem>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) systems: Vec<MeasuredSystem>,
    pub(crate) hooks: bool,
    pub(crate) program: PinnedProgram,
    pub(crate) now: Timestamp,
}

/// Asks a question and returns the answer; none where there is nobody to ask, or no answer.
pub(crate) type Ask<'a> = dyn Fn(&str) -> anyhow::Result<Option<String>> + 'a;

/// Names of branches that are a main line wherever they are checked out.
const MAIN_LINES: [&str; 4] = ["main", "master", "trunk", "develop"];

/// The facts of a repository.
///
/// # Errors
/// A name could do harm in a workflow, or the terminal cannot be read.
pub(crate) fn project_facts(request: SetupRequest, ask: &Ask<'_>) -> anyhow::Result<ProjectFacts> {
    init::check_branches(&request.branches)?;
    let upstream = git::upstream(&request.root);
    let (branches, branch_source) = branches(request.branches, &upstream, ask)?;
    let repository = upstream.address.as_deref().and_then(HostedRepository::at);
    let (repository, ci) = host(repository, request.ci, ask)?;
    Ok(ProjectFacts {
        root: request.root,
        repository,
        ci,
        branches,
        branch_source,
        schedules: request.schedules,
        systems: request.systems,
        hooks: request.hooks,
        program: request.program,
        now: request.now,
    })
}

fn branches(
    named: Vec<String>,
    upstream: &Upstream,
    ask: &Ask<'_>,
) -> anyhow::Result<(Vec<String>, BranchSource)> {
    if !named.is_empty() {
        return Ok((named, BranchSource::Named));
    }
    let usable = |name: &Option<String>| name.clone().filter(|name| init::is_branch(name));
    if let Some(name) = usable(&upstream.default_branch) {
        return Ok((vec![name], BranchSource::Remote));
    }
    let current = usable(&upstream.current_branch);
    if let Some(name) = current.clone().filter(|name| MAIN_LINES.contains(&name.as_str())) {
        return Ok((vec![name], BranchSource::Current));
    }
    let (name, source) = match current {
        // A branch of that name may be a feature's: the user knows.
        Some(name) => (name, BranchSource::Current),
        None => ("main".to_owned(), BranchSource::Assumed),
    };
    match ask(&format!("Main branch [{name}]: "))? {
        Some(answer) => {
            init::check_branches(std::slice::from_ref(&answer))?;
            Ok((vec![answer], BranchSource::Named))
        }
        None => Ok((vec![name], source)),
    }
}

/// The repository and its CI, asked where the remote says neither.
fn host(
    repository: Option<HostedRepository>,
    named: Option<CiSystem>,
    ask: &Ask<'_>,
) -> anyhow::Result<(Option<HostedRepository>, CiSystem)> {
    let Some(repository) = repository else {
        let question = "Address of the repository, such as https://github.com/owner/name [later]: ";
        let answer = ask(question)?;
        let repository = answer.as_deref().and_then(HostedRepository::at);
        if let (Some(answer), None) = (&answer, &repository) {
            anyhow::bail!("{answer}: no address such as https://github.com/owner/name");
        }
        let ci = repository.as_ref().map_or(CiSystem::Github, HostedRepository::ci);
        return Ok((repository, named.unwrap_or(ci)));
    };
    let ci = match (named, repository.ci()) {
        (Some(named), _) => named,
        (None, CiSystem::Other) => {
            let question = format!("CI of {}: github, gitlab or other [other]: ", repository.host);
            match ask(&question)?.as_deref() {
                None | Some("other") => CiSystem::Other,
                Some("github") => CiSystem::Github,
                Some("gitlab") => CiSystem::Gitlab,
                Some(answer) => anyhow::bail!("{answer}: answer github, gitlab or other"),
            }
        }
        (None, ci) => ci,
    };
    Ok((Some(repository), ci))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn upstream(default: Option<&str>, current: Option<&str>) -> Upstream {
        let owned = |name: Option<&str>| name.map(ToOwned::to_owned);
        Upstream { address: None, default_branch: owned(default), current_branch: owned(current) }
    }

    /// The branch and its source, with one answer to any question, and the questions asked.
    fn branch(upstream: &Upstream, answer: Option<&str>) -> (String, BranchSource, usize) {
        let questions = RefCell::new(0);
        let ask = |_: &str| {
            *questions.borrow_mut() += 1;
            Ok(answer.map(ToOwned::to_owned))
        };
        let (branches, source) = branches(Vec::new(), upstream, &ask).unwrap();
        (branches[0].clone(), source, questions.into_inner())
    }

    #[test]
    fn only_an_unusual_branch_is_asked_about() {
        for (default, current, answer, expected, source, questions) in [
            (Some("trunk"), Some("topic"), None, "trunk", BranchSource::Remote, 0),
            (None, Some("master"), None, "master", BranchSource::Current, 0),
            (None, Some("topic"), None, "topic", BranchSource::Current, 1),
            (None, Some("topic"), Some("main"), "main", BranchSource::Named, 1),
            (None, None, None, "main", BranchSource::Assumed, 1),
            (Some("a b"), Some("main"), None, "main", BranchSource::Current, 0),
        ] {
            let found = branch(&upstream(default, current), answer);
            assert_eq!(found, (expected.to_owned(), source, questions), "{default:?} {current:?}");
        }
    }

    #[test]
    fn the_host_says_which_ci_runs_and_an_option_outranks_it() {
        let nobody = |_: &str| Ok(None);
        let ci = |address: &str, named: Option<CiSystem>| {
            host(HostedRepository::at(address), named, &nobody).unwrap().1
        };
        assert_eq!(ci("https://gitlab.com/ada/engine", None), CiSystem::Gitlab);
        assert_eq!(ci("https://codeberg.org/ada/engine", None), CiSystem::Other);
        assert_eq!(ci("/srv/engine.git", None), CiSystem::Github);
        let named = Some(CiSystem::Github);
        assert_eq!(ci("https://gitlab.com/ada/engine", named), CiSystem::Github);
        let answer = |_: &str| Ok(Some("https://gitlab.com/ada/engine".to_owned()));
        let (repository, ci) = host(None, None, &answer).unwrap();
        assert_eq!((repository.unwrap().name.as_str(), ci), ("engine", CiSystem::Gitlab));
        let nonsense = |_: &str| Ok(Some("engine".to_owned()));
        assert!(host(None, None, &nonsense).is_err());
    }
}
