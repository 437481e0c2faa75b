//! The rules of a policy decide what counts.

use model::filter::{Filter, Names};
use model::policy::{Policy, RegressionRule};
use model::record::Direction;

use super::{analyze, at_end, history, series};
use crate::*;

fn rule_for(matches: Filter) -> RegressionRule {
    RegressionRule { matches, ..RegressionRule::default() }
}

fn of_backend(name: &str) -> Filter {
    Filter { backend: Some(Names::One(name.to_owned())), ..Filter::default() }
}

#[test]
fn the_rules_of_the_policy_decide_what_counts() {
    let it = series(&history(46, &[(40, 1.2)]));
    let judged = |rule: RegressionRule| {
        let mut policy = Policy::default();
        policy.regression.rules = vec![rule];
        analyze(&it, &policy, &at_end(&it))
    };
    let looser = RegressionRule { threshold: Some(0.4), ..rule_for(of_backend("ru*")) };
    assert_eq!(judged(looser).verdict, Verdict::Unchanged);
    let other = RegressionRule { threshold: Some(0.4), ..rule_for(of_backend("go")) };
    assert_eq!(judged(other).verdict, Verdict::Regressed);
    let small = RegressionRule { absolute: Some(50.0), ..rule_for(of_backend("rust")) };
    assert_eq!(judged(small).verdict, Verdict::Unchanged, "20 % of 100 are fewer than 50");
    let turned =
        RegressionRule { direction: Some(Direction::Higher), ..rule_for(of_backend("rust")) };
    assert_eq!(judged(turned).verdict, Verdict::Improved);
    let analysis = judged(RegressionRule { report_only: true, ..rule_for(of_backend("rust")) });
    assert!(analysis.report_only && analysis.verdict == Verdict::Regressed);
}
