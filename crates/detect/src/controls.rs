//! Controls: what the other tests did where all backends of one benchmark moved together.
//!
//! A slow machine is slow for every test of one unit, a change of the code only for those that run
//! it. So before a shift of all backends counts as infrastructure, the tests of that unit on the
//! same backends vote. Each test has one vote, by the median of its series. The benchmark's own
//! test has one too: where most of its other inputs stayed quiet, it speaks against the machine. A
//! test votes only if 0.7 of the shift would stand out from its noise; the spread of its newest
//! levels counts as noise, so a test whose level is unsettled has no vote. Only tests of the same
//! job vote: measured within hours, as most tests of the commit were. A test moved along if it
//! made 0.4 of the shift the same way, otherwise it was quiet.
//!
//! The shift is infrastructure if no test was quiet, if more tests moved along than stayed quiet,
//! or if at least four moved by the same amount: a slow disk slows only the tests that use it. In
//! all other cases it is the code's. A project with fewer backends than the policy asks for has
//! only its tests: there at least five must vote, and the policy's share of them must have moved by
//! the same amount.
//!
//! Example: eight tests on three backends, and `parse` is 20 % slower on all three. Seven tests
//! were quiet and one moved, so `parse` has regressed in three series. Had `load`, `save` and
//! `copy` also become 20 % slower, it would be infrastructure.

use super::ablation::{InnerPart, is_on};
use super::commit_batches::NewRuns;
use super::stats::median_in_place;

/// Share of the shift that a test must have been able to see, and the score from which on it does.
const VISIBLE_SHARE: f64 = 0.7;
const MIN_VISIBLE_Z: f64 = 2.5;
/// Share of the shift that a test must have made to have moved along.
const MIN_SHARE_OF_SHIFT: f64 = 0.4;
/// Share of the shift by which amounts may differ and still be the same.
const SAME_AMOUNT: f64 = 1.0 / 3.0;
/// Tests that move by the same amount from which on they are a class of their own.
const MIN_CLASS: usize = 4;
/// Fewest tests that stand in for backends.
pub(crate) const MIN_TESTS: u32 = 5;
/// The median of several varies by this much more than their mean.
const MEDIAN_FACTOR: f64 = 1.253;

/// What one series of a control did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ControlShift {
    /// Its runs, by its place in the group of the unit.
    pub new_runs: NewRuns,
    /// Number of its test.
    pub test: usize,
    /// Level of the newest runs over the level just before, up is worse.
    pub shift: f64,
    /// Whether the standard deviation of that shift is below [`max_clear_noise`] for certain.
    pub is_clear: bool,
}

/// The noise below which a series sees a shift of this size for certain, alone or with others.
pub(crate) fn max_clear_noise(size: f64) -> f64 {
    VISIBLE_SHARE / MIN_VISIBLE_Z * size.abs()
}

/// How the tests of one unit answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ControlVotes {
    pub moved: usize,
    pub quiet: usize,
    /// Those of the moved ones that moved by the same amount.
    pub alike: usize,
}

impl ControlVotes {
    /// The votes on a shift of this size. `noise` is the standard deviation of what a series did:
    /// it costs a sort, and most votes are clear without it.
    pub(crate) fn count(
        mut shifts: Vec<ControlShift>,
        size: f64,
        noise: impl Fn(&ControlShift) -> f64,
    ) -> Self {
        shifts.sort_by_key(|it| it.test);
        let mut votes = Self::default();
        for of_test in shifts.chunk_by(|a, b| a.test == b.test) {
            let shift = typical(of_test, |it| it.shift);
            let has_moved = size.signum() * shift >= MIN_SHARE_OF_SHIFT * size.abs();
            let (difference, same) = ((shift - size).abs(), SAME_AMOUNT * size.abs());
            // The median of the noise is below what more than half of its series are below.
            let is_clear = 2 * of_test.iter().filter(|it| it.is_clear).count() > of_test.len();
            let is_settled =
                !has_moved || difference <= same || difference > same + max_clear_noise(size);
            let is_alike = if is_clear && is_settled {
                difference <= same
            } else {
                let factor = match of_test.len() {
                    1 => 1.0,
                    series => MEDIAN_FACTOR / (series as f64).sqrt(),
                };
                let noise = factor.min(1.0) * typical(of_test, &noise);
                if VISIBLE_SHARE * size.abs() <= MIN_VISIBLE_Z * noise {
                    continue;
                }
                difference <= same + noise
            };
            votes.moved += usize::from(has_moved);
            votes.quiet += usize::from(!has_moved);
            votes.alike += usize::from(has_moved && is_alike);
        }
        votes
    }

    /// Whether a shift of all backends is the code's.
    pub(crate) fn veto_backends(&self) -> bool {
        let is_outvoted = self.quiet > 0 && self.moved <= self.quiet && self.alike < MIN_CLASS;
        is_outvoted && is_on(InnerPart::Controls)
    }

    /// Whether no test but the benchmark's own could have seen the shift.
    pub(crate) fn are_silent(&self) -> bool {
        self.moved + self.quiet < 2
    }

    /// Whether a shift of all tests of too few backends may be the code's.
    pub(crate) fn veto_tests(&self, ratio: f64) -> bool {
        let voters = self.moved + self.quiet;
        let are_few = (self.alike as f64) + 1e-9 < ratio * voters as f64;
        (voters < MIN_TESTS as usize || are_few) && is_on(InnerPart::Controls)
    }
}

/// The median of one number of the series of a test.
fn typical(of_test: &[ControlShift], number: impl Fn(&ControlShift) -> f64) -> f64 {
    match of_test {
        [one] => number(one),
        many => median_in_place(&mut many.iter().map(number).collect::<Vec<f64>>()).unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn control(test: usize, shift: f64) -> ControlShift {
        let new_runs = NewRuns { member: test, from: 0, to: 1 };
        ControlShift { new_runs, test, shift, is_clear: false }
    }

    /// The votes of tests with one series each, on a shift of 20 %.
    fn votes(shifts: &[f64], noise: f64) -> ControlVotes {
        let shifts = shifts.iter().enumerate();
        let shifts = shifts.map(|(test, shift)| control(test, *shift));
        ControlVotes::count(shifts.collect(), 0.2, |_| noise)
    }

    proptest! {
        #[test]
        fn a_clear_vote_is_the_vote_with_its_noise(
            series in prop::collection::vec((0..4_usize, -0.5..0.5_f64, 0.0..0.2_f64), 0..12),
            size in -0.4..0.4_f64,
        ) {
            let series: Vec<(usize, f64, f64)> = series;
            let vote = |may_be_clear: bool| {
                let shift = |(member, it): (usize, &(usize, f64, f64))| ControlShift {
                    new_runs: NewRuns { member, from: 0, to: 1 },
                    is_clear: may_be_clear && it.2 < max_clear_noise(size) * 0.99,
                    ..control(it.0, it.1)
                };
                let shifts = series.iter().enumerate().map(shift).collect();
                ControlVotes::count(shifts, size, |it| series[it.new_runs.member].2)
            };
            prop_assert_eq!(vote(true), vote(false));
        }
    }

    #[test]
    fn quiet_tests_outvote_one_that_moved_but_not_several_that_moved_alike() {
        for (shifts, veto) in [
            (&[0.2, 0.0, 0.0, 0.0] as &[f64], true),
            (&[0.2, 0.0], true),
            (&[0.2, -0.2], true),
            (&[0.2], false),
            (&[0.2, 0.3, 0.0], false),
            (&[0.2, 0.1, 0.4, 0.0, 0.0, 0.0], true),
            // Four of nine by the same amount are a class, by other amounts they are not.
            (&[0.2, 0.21, 0.19, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0], false),
            (&[0.2, 0.4, 0.1, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0], true),
        ] {
            assert_eq!(votes(shifts, 0.01).veto_backends(), veto, "{shifts:?}");
        }
    }

    #[test]
    fn who_could_not_have_seen_the_shift_has_no_vote() {
        assert_eq!(votes(&[0.0; 7], 0.055), ControlVotes { moved: 0, quiet: 7, alike: 0 });
        assert_eq!(votes(&[0.0; 7], 0.057), ControlVotes::default());
        // Three series of a test see more than one does.
        let three = vec![control(3, 0.0); 3];
        assert_eq!(ControlVotes::count(three, 0.2, |_| 0.07).quiet, 1);
    }

    #[test]
    fn tests_stand_in_for_backends_where_nearly_all_move_by_the_same_amount() {
        for (shifts, veto) in [
            (&[0.2, 0.2, 0.2, 0.2, 0.2] as &[f64], false),
            (&[0.2, 0.2, 0.2, 0.2, 0.0], false),
            (&[0.2, 0.2, 0.2, 0.2], true),
            (&[0.2, 0.2, 0.2, 0.0, 0.0], true),
            (&[0.2, 0.4, 0.1, 0.5, 0.2], true),
        ] {
            assert_eq!(votes(shifts, 0.01).veto_tests(0.8), veto, "{shifts:?}");
        }
    }
}
