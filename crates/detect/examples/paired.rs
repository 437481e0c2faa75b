//! Prints the figures of paired judgement that docs/measure.md and docs/accuracy.md state, from
//! synthetic sessions.
//!
//! `cargo run --release -p benchpages-detect --features bench --example paired -- 2000`

use benchpages_detect::paired::{
    SessionEnd,
    simulate::{SessionPlan, simulate},
};

/// Prints a row for each kind of session.
#[allow(clippy::print_stdout)]
fn main() {
    let sessions = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(1000);
    let quiet = SessionPlan { has_history: true, ..SessionPlan::QUIET };
    println!("false blocks, no change:");
    for has_history in [false, true] {
        for (name, plan) in [
            ("noise 1 %", quiet),
            ("noise 3 %", SessionPlan { sigma: 0.03, ..quiet }),
            ("noise 1-10 %", SessionPlan { noise_ratio: 10.0, ..quiet }),
            ("noise 1-3 %", SessionPlan { noise_ratio: 3.0, ..quiet }),
            ("noise 2 % today 1.5x", SessionPlan { sigma: 0.02, today: 1.5, ..quiet }),
            ("noise 2 % today 3x", SessionPlan { sigma: 0.02, today: 3.0, ..quiet }),
            ("5 % spikes", SessionPlan { spikes: 0.05, ..quiet }),
            ("one series", SessionPlan { series: 1, ..quiet }),
            ("five series", SessionPlan { series: 5, ..quiet }),
        ] {
            let it = simulate(SessionPlan { has_history, ..plan }, sessions, 1, false);
            println!("  {name}, history {has_history}: {} of {sessions}", it.false_blocks);
        }
    }
    println!("changes found:");
    for (has_history, factor) in [(false, 1.6), (true, 1.0)] {
        for (sigma, change, max_rounds) in
            [(0.01, 0.03, 8), (0.01, 0.05, 8), (0.03, 0.07, 12), (0.05, 0.12, 12)]
        {
            let change = change * factor;
            let plan = SessionPlan { sigma, change, max_rounds, has_history, ..quiet };
            let found = simulate(plan, sessions, 2, false).detected;
            let running = SessionPlan { end: SessionEnd::Running, ..plan };
            let early = simulate(running, sessions, 2, false).detected;
            let plan = format!(
                "noise {sigma}, change {change:.3}, {max_rounds} rounds, history {has_history}"
            );
            println!("  {plan}: {found} of {sessions}, {early} where more rounds may follow");
        }
    }
    println!("rounds until all is decided, nothing changed:");
    for (threshold, max_rounds) in [(0.01, 40), (0.01, 64), (0.02, 40), (0.05, 40)] {
        for has_history in [false, true] {
            let plan = SessionPlan { threshold, max_rounds, has_history, ..quiet };
            let it = simulate(plan, sessions.min(200), 3, true);
            let (mean, blocks) = (it.mean_rounds(), it.false_blocks);
            let plan = format!("threshold {threshold}, history {has_history}");
            println!("  {plan}: {mean:.1} of {max_rounds}, {blocks} blocks");
        }
    }
}
