//! `benchpages accept`: shows which regressions an entry would cover, then writes it.

use anyhow::Context;

use crate::app::accept::{AcceptRequest, Acceptance, prepare};
use crate::cli::args::GlobalArgs;
use crate::cli::args::accept::AcceptArgs;
use crate::cli::load_options::{internal_load_options, user};
use crate::cli::ui::{self, Reporter};
use crate::regressions::SeriesRegression;
use crate::store;
use model::text::terminal::TerminalText;
use model::text::{self, UnitScale};

/// Lines of each list; the others are counted.
const MAX_ROWS: usize = 20;

pub(crate) fn run(
    global: &GlobalArgs,
    args: &AcceptArgs,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let options = internal_load_options(global)?;
    let acceptance = prepare(
        &options,
        &AcceptRequest {
            series: args.series.clone(),
            commit: args.commit.clone(),
            reason: args.reason.clone(),
            by: args.by.clone().or_else(user).context("who accepts it? use --by NAME")?,
            max_change: args.max_change,
            expires: args.expires,
        },
    )?;
    ui::print(&summary(&acceptance))?;
    let path = store::reviewed_file::ACCEPTED.path(&global.data).display().to_string();
    if args.dry_run {
        let added = acceptance.added_text();
        let preview = format!("\nwould be appended to {path}:\n{added}");
        return ui::print(&TerminalText::lines(&preview));
    }
    acceptance.write(&options)?;
    reporter.info(&format!("Added one entry to {path}; commit it for review"));
    reporter.next(global, &["check"]);
    Ok(0)
}

/// What the entry covers, in one screen.
fn summary(acceptance: &Acceptance) -> TerminalText {
    let entry = &acceptance.entry;
    // Sizes are rounded where they are written; a hair above the limit is not beyond it.
    let is_covered = |it: &&SeriesRegression| it.change.abs() <= entry.max_change + 1e-9;
    let (covered, larger): (Vec<&SeriesRegression>, Vec<&SeriesRegression>) =
        acceptance.regressions.iter().partition(is_covered);
    let mut out = TerminalText::text(&format!(
        "accepts {} of up to {} at {} in {} of {}",
        text::count_noun(covered.len() as u64, "regression"),
        text::percent(entry.max_change),
        text::short_commit(&entry.commit),
        text::count_noun(covered.len() as u64, "series"),
        text::count(acceptance.matching as u64),
    ));
    out.push("\n");
    push_rows(&mut out, acceptance, &covered);
    if !larger.is_empty() {
        out.push("does not accept ").push(larger.len()).push(", larger than that\n");
        push_rows(&mut out, acceptance, &larger);
    }
    out
}

fn push_rows(out: &mut TerminalText, acceptance: &Acceptance, regressions: &[&SeriesRegression]) {
    for regression in regressions.iter().take(MAX_ROWS) {
        let series = &acceptance.project.series[regression.series];
        let (before, after) = (regression.before, regression.after);
        let levels = UnitScale::for_values([before, after], &series.unit).arrow(before, after);
        let change = text::percent_change(regression.change);
        out.push("  ").push_text(&series.key.name()).push("  ").push_text(&levels);
        out.push("  ").push_text(&change).push("\n");
    }
    if regressions.len() > MAX_ROWS {
        out.push("  and ").push(regressions.len() - MAX_ROWS).push(" more\n");
    }
}
