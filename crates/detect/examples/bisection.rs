//! Prints the figures of bisection that docs/bisect.md states, from synthetic histories.
//!
//! `cargo run --release -p benchpages-detect --features bench --example bisection -- 300`

use benchpages_detect::bisection::simulate::{HistoryPlan, SearchFigures, halve, search};

/// Prints a row for each kind of history.
#[allow(clippy::print_stdout)]
fn main() {
    let tries = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(300);
    let stated = HistoryPlan::STATED;
    let spikes = HistoryPlan { spikes: 0.05, ..stated };
    println!("| history | right | measurements | most | builds |");
    println!("|---|--:|--:|--:|--:|");
    print_row("plain halving, 10 measurements of each", halve(stated, 10, tries, 1));
    print_row("the same, 5 % of runs take a fifth longer", halve(spikes, 10, tries, 1));
    // A search that says "not reproduced" names no culprit, so nothing else is right here.
    let quiet = search(HistoryPlan { step: 0.0, ..stated }, tries, 2);
    print_row("nothing changed", SearchFigures { right: quiet.not_reproduced, ..quiet });
    for (name, plan) in [
        ("16 commits", HistoryPlan { commits: 16, ..stated }),
        ("noise 1 %", HistoryPlan { noise: 0.01, ..stated }),
        ("noise 5 %, step 12 %", HistoryPlan { noise: 0.05, step: 0.12, ..stated }),
        ("64 commits, noise 2 %, step 5 %", stated),
        ("the noise is known", HistoryPlan { has_history: true, ..stated }),
        ("half of the step was recorded", HistoryPlan { recorded: Some(0.5), ..stated }),
        ("twice the step was recorded", HistoryPlan { recorded: Some(2.0), ..stated }),
        ("no step was recorded", HistoryPlan { recorded: None, ..stated }),
        ("a quarter of the commits do not build", HistoryPlan { broken: 0.25, ..stated }),
        ("5 % of runs take a fifth longer", spikes),
    ] {
        print_row(name, search(plan, tries, 1));
    }
}

#[allow(clippy::print_stdout)]
fn print_row(name: &str, it: SearchFigures) {
    let right = f64::from(it.right) / f64::from(it.tries);
    let (mean, builds) = (it.mean_measurements(), it.mean_builds());
    println!("| {name} | {right:.3} | {mean:.1} | {} | {builds:.1} |", it.most);
}
