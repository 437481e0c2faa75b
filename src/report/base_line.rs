//! The line of development that a pull request is compared with: the main line, a release branch
//! with records of its own, or the branch of the pull request that it is stacked on.
//!
//! Example: `main` runs at 1000 ns, `release/1.x` at 1500, each with a `branch` field. A pull
//! request for `release/1.x` at 1500 is unchanged. Against `main` it would be 50 % slower.

use model::history::{BranchId, History, MeasurementRow};

/// A line of development other than the main one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BaseLine {
    branch: String,
    /// Only pull requests measured it: it continues the main line, which stays.
    is_stacked: bool,
}

/// The line that a pull request is compared with; none for the main line. It is that of the
/// requested base, else the branch that the pull request is to be merged into, where it was
/// measured.
pub(super) fn of_pull(
    history: &History,
    base: Option<&str>,
    base_branch: Option<&str>,
    own: BranchId,
) -> Option<BaseLine> {
    let branch_of = |row: &MeasurementRow| {
        let environment = &history.environments[row.environment as usize];
        environment.branch.as_deref().filter(|_| !environment.is_of_session())
    };
    let rows = || history.columns.iter().flat_map(|column| &column.rows);
    let is_elsewhere = |row: &&MeasurementRow| row.branch != BranchId::MAIN && row.branch != own;
    let branch = match base {
        Some(name) => {
            let at = history.commit_names().find(name).ok().flatten()?;
            let is_base = |row: &&MeasurementRow| row.commit as usize == at;
            let mut measured = rows().filter(is_elsewhere).filter(is_base);
            let branch = measured.find_map(branch_of)?;
            (!history.commits[at].main_line).then_some(branch)?
        }
        None => base_branch?,
    };
    let is_of_branch = |row: &&MeasurementRow| branch_of(row) == Some(branch);
    // Where few records name the main line, one is enough to know it.
    if rows().filter(is_of_branch).any(|row| row.branch == BranchId::MAIN) {
        return None;
    }
    let mut measured = rows().filter(is_elsewhere).filter(is_of_branch).peekable();
    measured.peek()?;
    let is_stacked = measured.all(|row| row.branch != BranchId::OTHER);
    Some(BaseLine { branch: branch.to_owned(), is_stacked })
}

/// Makes a line the main one of a history, behind the main line or instead of it.
pub(super) fn make_main(history: &mut History, line: &BaseLine, own: BranchId) {
    let History { columns, environments, commits, .. } = history;
    commits.iter_mut().for_each(|commit| commit.main_line &= line.is_stacked);
    for column in columns {
        for row in column.rows.iter_mut().filter(|row| row.branch != own) {
            let environment = &environments[row.environment as usize];
            let is_of_branch = environment.branch.as_deref() == Some(line.branch.as_str())
                && !environment.is_of_session();
            let stays = line.is_stacked && row.branch == BranchId::MAIN;
            row.branch = if is_of_branch || stays { BranchId::MAIN } else { BranchId::OTHER };
            commits[row.commit as usize].main_line |= is_of_branch;
        }
        column.is_on_main =
            column.rows.iter().any(|row| row.branch == BranchId::MAIN && row.value.is_some());
    }
}
