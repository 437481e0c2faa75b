//! Prints the figures of bisection that docs/bisect.md states, from synthetic histories.
//!
//! `cargo run --release -p benchpages-detect --features bench --example bisection -- 300`

use benchpages_detect::bisection::simulate::{HistoryPlan, SearchFigures, halve, search};

/// Prints a row for each kind of history.
#[allow(clippy::print_stdout)]
fn main() {
    let tries = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(300);
    let stated = HistoryPlan::STATED;
    println!("| history | right | measurements | most | builds |");
    println!("|---|--:|--:|--:|--:|");
    for (name, plan) in [
        ("64 commits, noise 2 %, step 5 %", stated),
        ("the noise is known", HistoryPlan { has_history: true, ..stated }),
        ("half of the step was recorded", HistoryPlan { recorded: Some(0.5), ..stated }),
        ("twice the step was recorded", HistoryPlan { recorded: Some(2.0), ..stated }),
        ("no step was recorded", HistoryPlan { recorded: None, ..stated }),
        ("5 % of runs take a fifth longer", HistoryPlan { spikes: 0.05, ..stated }),
        ("a quarter of the commits do not build", HistoryPlan { broken: 0.25, ..stated }),
        ("noise 1 %", HistoryPlan { noise: 0.01, ..stated }),
        ("noise 5 %, step 12 %", HistoryPlan { noise: 0.05, step: 0.12, ..stated }),
        ("16 commits", HistoryPlan { commits: 16, ..stated }),
        ("256 commits", HistoryPlan { commits: 256, ..stated }),
    ] {
        print_row(name, search(plan, tries, 1));
    }
    let quiet = HistoryPlan { step: 0.0, ..stated };
    let found = search(quiet, tries, 2);
    println!("not reproduced where nothing changed: {} of {tries}", found.not_reproduced);
    println!("  {:.1} measurements on average", found.mean_measurements());
    let found = search(stated, tries, 1);
    println!("not reproduced although it is there: {} of {tries}", found.not_reproduced);
    println!("plain halving, 10 measurements of each commit:");
    print_row("64 commits, noise 2 %, step 5 %", halve(stated, 10, tries, 1));
    let spikes = HistoryPlan { spikes: 0.05, ..stated };
    print_row("5 % of runs take a fifth longer", halve(spikes, 10, tries, 1));
}

#[allow(clippy::print_stdout)]
fn print_row(name: &str, it: SearchFigures) {
    let right = f64::from(it.right) / f64::from(it.tries);
    let (mean, builds) = (it.mean_measurements(), it.mean_builds());
    println!("| {name} | {right:.3} | {mean:.1} | {} | {builds:.1} |", it.most);
}
