//! The line of development that a pull request is compared with: the main line, a release branch
//! with records of its own, or the branch of the pull request that it is stacked on.
//!
//! Example: `main` runs at 1000 ns, `release/1.x` at 1500, each with a `branch` field. A pull
//! request for `release/1.x` at 1500 is unchanged. Against `main` it would be 50 % slower.

use crate::report::candidate::CandidateRequest;
use model::history::{BranchId, History, MeasurementRow};

/// The branch that a pull request is compared with; none for the main line. It is that of the
/// requested base, else the one that the pull request is to be merged into, where it was measured.
pub(super) fn of_pull(
    history: &History,
    request: &CandidateRequest<'_>,
    own: BranchId,
) -> Option<String> {
    let branch_of = |row: &MeasurementRow| {
        let environment = &history.environments[row.environment as usize];
        environment.branch.as_deref().filter(|_| !environment.is_of_session())
    };
    let rows = || history.columns.iter().flat_map(|column| &column.rows);
    let is_elsewhere = |row: &&MeasurementRow| row.branch != BranchId::MAIN && row.branch != own;
    if let Some(name) = &request.base {
        let at = history.commit_names().find(name).ok().flatten()?;
        if history.commits[at].main_line {
            return None;
        }
        let mut measured = rows().filter(is_elsewhere).filter(|row| row.commit as usize == at);
        return measured.find_map(branch_of).map(str::to_owned);
    }
    let target = request.base_branch?;
    let is_target = |row: &MeasurementRow| branch_of(row) == Some(target);
    // The main line may be named by few of its records.
    let is_main = rows().any(|row| row.branch == BranchId::MAIN && is_target(row));
    let is_measured = || rows().filter(is_elsewhere).any(is_target);
    (!is_main && is_measured()).then(|| target.to_owned())
}

/// Makes a branch the main line of a history, and the main line another branch.
pub(super) fn make_main(history: &mut History, line: &str, own: BranchId) {
    let History { columns, environments, commits, .. } = history;
    commits.iter_mut().for_each(|commit| commit.main_line = false);
    for column in columns {
        for row in &mut column.rows {
            let environment = &environments[row.environment as usize];
            let is_line =
                environment.branch.as_deref() == Some(line) && !environment.is_of_session();
            if row.branch == own {
                continue;
            }
            row.branch = if is_line { BranchId::MAIN } else { BranchId::OTHER };
            commits[row.commit as usize].main_line |= is_line;
        }
        column.is_on_main =
            column.rows.iter().any(|row| row.branch == BranchId::MAIN && row.value.is_some());
    }
}
