//! What people wrote: accepted changes and notes.

use model::policy::Policy;
use model::record::time::Timestamp;
use model::series::{CommitIndex, Series};

use super::{analyze, at, at_end, history, series};
use crate::*;

#[test]
fn an_accepted_change_is_approved_until_it_grows_or_expires() {
    let it = series(&history(46, &[(40, 1.2)]));
    let now = it.runs[45].time;
    let verdict = |max_change: f64, commit: u32, expires: Option<Timestamp>| {
        let entries = move |_: &Series| {
            let (reason, accepted_by) = ("safer".to_owned(), "ada".to_owned());
            vec![ResolvedAcceptance {
                commit: CommitIndex(commit),
                max_change,
                reason,
                accepted_by,
                expires,
            }]
        };
        let context = AnalysisContext { accepted: &entries, ..at(now, Some(now)) };
        analyze(&it, &Policy::default(), &context).verdict
    };
    assert_eq!(verdict(0.3, 40, None), Verdict::Accepted);
    assert_eq!(verdict(0.1, 40, None), Verdict::Regressed);
    assert_eq!(verdict(0.3, 39, None), Verdict::Regressed);
    assert_eq!(verdict(0.3, 40, Some(it.runs[44].time)), Verdict::Regressed);
}

#[test]
fn a_note_on_its_day_or_on_its_commit_explains_a_change() {
    let it = series(&history(46, &[(40, 1.2)]));
    let status = |it: &Series, explanation: Explanation| {
        let notes = move |_: &Series| vec![explanation];
        let context = AnalysisContext { explanations: &notes, ..at_end(it) };
        let found = analyze(it, &Policy::default(), &context);
        assert_eq!(found.changes[0].first_after, 40);
        found.changes[0].status.clone()
    };
    let day = |index: usize| Explanation::Day(it.runs[index].time);
    let commit = |index: u32| Explanation::Commit(CommitIndex(index));
    for explanation in [day(39), day(40), day(41), commit(40)] {
        assert_eq!(status(&it, explanation), ChangeStatus::Explained, "{explanation:?}");
    }
    for explanation in [day(38), day(42), commit(39), commit(41)] {
        assert_eq!(status(&it, explanation), ChangeStatus::Open, "{explanation:?}");
    }
    let fixed = series(&history(70, &[(40, 1.3), (56, 1.0 / 1.3)]));
    assert_eq!(status(&fixed, commit(40)), ChangeStatus::Fixed { run: Some(56) });
}

#[test]
fn an_acceptance_outweighs_a_note() {
    let it = series(&history(46, &[(40, 1.2)]));
    let entries = |_: &Series| {
        let (reason, accepted_by) = ("safer".to_owned(), "ada".to_owned());
        vec![ResolvedAcceptance {
            commit: CommitIndex(40),
            max_change: 0.3,
            reason,
            accepted_by,
            expires: None,
        }]
    };
    let notes = |_: &Series| vec![Explanation::Commit(CommitIndex(40))];
    let context = AnalysisContext { accepted: &entries, explanations: &notes, ..at_end(&it) };
    let found = analyze(&it, &Policy::default(), &context);
    assert!(matches!(found.changes[0].status, ChangeStatus::Accepted { .. }));
}
