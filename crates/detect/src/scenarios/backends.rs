//! The backends of one benchmark: what all do together, and what some do alone.

use model::policy::Policy;
use model::series::Series;

use super::{at_end, noisy_history, series};
use crate::*;

/// Five backends of one test; `shifted` of them step by 30 % at run 40 for `days` runs.
pub(super) fn backends(shifted: usize, days: usize, runs: usize) -> Vec<Series> {
    (0..5)
        .map(|backend| {
            let steps =
                if backend < shifted { vec![(40, 1.3), (40 + days, 1.0 / 1.3)] } else { vec![] };
            let mut it = series(&noisy_history(runs, &steps, 0.01, backend));
            it.key.backend = format!("b{backend}");
            it
        })
        .collect()
}

#[test]
fn what_all_backends_do_together_is_infrastructure() {
    for (days, runs) in [(2, 42), (2, 60), (100, 42), (100, 60)] {
        let all = backends(5, days, runs);
        let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
        assert!(!found.infrastructure_days.is_empty());
        assert_eq!(found.infrastructure_days[0].day, 40);
        assert!(found.infrastructure_days[0].is_degradation);
        for it in &found.by_series {
            assert!(it.changes.is_empty(), "{days} {runs} {:?}", it.changes);
            assert!(it.flags[40].infrastructure);
            let expected = if runs == 42 { Verdict::Infrastructure } else { Verdict::Unchanged };
            assert_eq!(it.verdict, expected);
        }
    }
}

#[test]
fn what_two_of_five_backends_do_is_theirs() {
    let all = backends(2, 100, 46);
    let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
    assert!(found.infrastructure_days.is_empty());
    let verdicts: Vec<Verdict> = found.by_series.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts[..2], [Verdict::Regressed; 2]);
    assert_eq!(verdicts[2..], [Verdict::Unchanged; 3]);
}

#[test]
fn a_series_without_runs_on_the_days_of_a_lasting_shift_restarts_too() {
    let mut all = backends(5, 100, 70);
    let mut rare = series(&noisy_history(70, &[(40, 1.3)], 0.01, 9));
    rare.key.test = "rare".to_owned();
    rare.runs.retain(|run| !(39..46).contains(&run.commit.0));
    all.push(rare);
    let found = analyze_all(&all, &Policy::default(), &at_end(&all[0]));
    assert!(found.infrastructure_days[0].is_lasting);
    assert!(found.by_series[5].changes.is_empty(), "{:?}", found.by_series[5].changes);
}
