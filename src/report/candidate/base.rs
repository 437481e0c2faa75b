//! Which commit a candidate is compared with: the requested one, that of its session, its nearest
//! measured ancestor, or the newest run of the main line before it.

use super::CandidateRequest;
use crate::report::session::{CandidateSession, SessionRequest};
use model::history::{BranchId, History};
use model::text;

/// Names of the newest measured commit, where no repository knows better.
pub(super) const MAIN_NAMES: [&str; 3] = ["main", "master", "latest"];

/// The newest commit of the main line, before another one where one is given.
pub(super) fn newest_on_main(history: &History, before: Option<usize>) -> Option<usize> {
    let end = before.unwrap_or(history.commits.len());
    history.commits[..end].iter().rposition(|commit| commit.main_line)
}

/// The requested base, and how it was resolved; none where none was requested.
pub(super) fn requested_base(
    history: &History,
    request: &CandidateRequest<'_>,
) -> Result<Option<(usize, String)>, String> {
    let Some(name) = &request.base else { return Ok(None) };
    let named = history.commit_names().find(name).map_err(|error| error.to_string())?;
    if let Some(at) = named.filter(|at| history.commits[*at].main_line) {
        return Ok(Some((at, "as requested".to_owned())));
    }
    if let Some(found) = nearest_measured(history, &(request.ancestors)(name)) {
        return Ok(Some(found));
    }
    if MAIN_NAMES.contains(&name.as_str())
        && let Some(at) = newest_on_main(history, None)
    {
        return Ok(Some((at, "the newest measured commit of the main line".to_owned())));
    }
    Err(format!(
        "base `{name}`: not a measured commit of the main line, and no measured ancestor of it is \
         known here; name a measured commit, or fetch the whole history (fetch-depth: 0)"
    ))
}

/// The first of these commits that was measured on the main line.
pub(super) fn nearest_measured(history: &History, ancestors: &[String]) -> Option<(usize, String)> {
    let names = history.commit_names();
    let measured = |id: &String| {
        // Ids of git are whole: one that means several recorded commits means none for sure.
        let at = names.find(id).ok().flatten()?;
        history.commits[at].main_line.then_some(at)
    };
    let (back, at) =
        ancestors.iter().enumerate().find_map(|(back, id)| Some((back, measured(id)?)))?;
    let why = match back {
        0 => "measured".to_owned(),
        back => {
            format!("nearest measured ancestor, {} back", text::count_noun(back as u64, "commit"))
        }
    };
    Some((at, why))
}

/// What a pull request is compared with.
pub(super) struct PullBase {
    pub(super) session: Option<CandidateSession>,
    /// The measured commit of the main line, and how it was chosen.
    pub(super) main: Option<(usize, String)>,
    /// A requested base that is not that of the session.
    unused: Option<String>,
}

impl PullBase {
    /// Chooses the base of a pull request's head.
    ///
    /// # Errors
    /// A requested base is not known, and no session says it.
    pub(super) fn of(
        history: &History,
        request: &CandidateRequest<'_>,
        branch: BranchId,
        head: usize,
    ) -> Result<Self, String> {
        let named = request.base.as_ref();
        let named = named.and_then(|name| history.commit_names().find(name).ok().flatten());
        let place = SessionRequest { head, branch, base: named };
        let session = CandidateSession::find(history, request.policy, place);
        let requested = match (requested_base(history, request), &session) {
            (Ok(requested), _) => requested,
            // The name may be of a commit that only this session measured.
            (Err(_), Some(_)) => None,
            (Err(error), None) => return Err(error),
        };
        // Parents are stronger than clocks: a branch may be older than the newest run of the main
        // line. Where git knows nothing (a shallow clone, an export), the order of measurement has
        // to do.
        let by_ancestry = || {
            let parents = (request.ancestors)(&history.commits[head].id);
            nearest_measured(history, &parents).filter(|(at, _)| *at != head)
        };
        let by_time = || {
            let why = "the newest measured commit of the main line before it";
            newest_on_main(history, Some(head)).map(|at| (at, why.to_owned()))
        };
        // The session's base is often an ancestor of the branch that a job names.
        let is_used = |name: &&String| {
            session.as_ref().is_none_or(|session| {
                let id = &history.commits[session.base].id;
                named == Some(session.base) || (request.ancestors)(name).contains(id)
            })
        };
        let unused = request.base.as_ref().filter(|name| !is_used(name)).cloned();
        let main = requested.or_else(by_ancestry).or_else(by_time);
        Ok(Self { session, main, unused })
    }

    /// The commit that pages compare with: that of the session, if the main line measured it.
    pub(super) fn of_pages(&self, history: &History) -> Option<usize> {
        let of_session = self.session.as_ref().map(|session| session.base);
        let of_session = of_session.filter(|base| history.commits[*base].main_line);
        of_session.or(self.main.as_ref().map(|(base, _)| *base))
    }

    /// The commit that the candidate is compared with, and why.
    pub(super) fn compared(&self) -> (Option<usize>, String) {
        match (&self.session, &self.main) {
            (Some(session), _) => {
                let unused = self.unused.as_ref();
                let unused = unused.map(|name| format!("; base `{name}` is not used"));
                (Some(session.base), session.base_reason() + &unused.unwrap_or_default())
            }
            (None, Some((base, why))) => (Some(*base), why.clone()),
            (None, None) => (None, String::new()),
        }
    }
}
