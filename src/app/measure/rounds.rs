//! The order of the runs, and when there are enough of them. Knows neither programs nor clocks: the
//! caller hands both in.
//!
//! Example: `--rounds auto --time-limit 10m` with rounds of two minutes. The order is A B, B A,
//! A B, … After the fifth round a sixth would end beyond the limit, so the session ends, unless
//! every series was decided before.

use std::time::Duration;

use crate::app::measure::{MeasureRequest, spent};
use crate::report::side_by_side::{SessionEnding, SideBySideRow};
use model::history::session::Side;
use model::text;

/// Most rounds of a session that ends by itself. With noise as large as the threshold most series
/// are decided in half as many.
const MAX_AUTO_ROUNDS: u32 = 64;
/// Rounds of one side, where nobody says how many.
const ROUNDS_OF_ONE: u32 = 5;
/// The environment is at most so many bytes larger in one round than in another: a page of memory.
const MAX_PADDING: u32 = 4096;
/// Has no divisor in common with the page, so that every size comes up.
const PADDING_STEP: u32 = 997;

/// How many rounds are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoundCount {
    /// Until every series is decided.
    Auto,
    Exactly(u32),
}

/// When a session ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoundPlan {
    max_rounds: u32,
    /// It may end before, once all is decided.
    stops: bool,
    time_limit: Duration,
    rebuild: Option<u32>,
}

/// One round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Round {
    /// From 1.
    pub(super) number: u32,
    /// The number of the build that it measures, from 0.
    pub(super) build: u32,
    /// Both sides are to be set up again before it.
    pub(super) rebuilds: bool,
}

/// What a round left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoundOutcome {
    Open,
    /// Every series is decided.
    Decided,
    /// It was not completed.
    Interrupted,
}

impl RoundPlan {
    pub(super) fn of(request: &MeasureRequest, is_comparison: bool) -> Self {
        let max_rounds = match request.rounds {
            RoundCount::Exactly(rounds) => rounds,
            RoundCount::Auto if is_comparison => MAX_AUTO_ROUNDS,
            RoundCount::Auto => ROUNDS_OF_ONE,
        };
        Self {
            max_rounds,
            // Whoever asks for a number wants that many records, whatever they show.
            stops: request.rounds == RoundCount::Auto && is_comparison,
            time_limit: request.time_limit,
            rebuild: request.rebuild,
        }
    }

    pub(super) fn max_rounds(&self) -> u32 {
        self.max_rounds
    }

    /// Runs rounds until there are enough; how many were complete, and why no more followed.
    ///
    /// # Errors
    /// A round fails.
    pub(super) fn run(
        &self,
        elapsed: &dyn Fn() -> Duration,
        round: &mut dyn FnMut(Round) -> anyhow::Result<RoundOutcome>,
    ) -> anyhow::Result<(u32, SessionEnding)> {
        let mut longest = Duration::ZERO;
        for number in 1..=self.max_rounds {
            let began = elapsed();
            // The length of a round is known from those before it: whoever pays for a machine by
            // the minute wants the limit kept, not noticed.
            if number > 1 && began + longest > self.time_limit {
                return Ok((number - 1, SessionEnding::TimeLimit));
            }
            match round(self.round(number))? {
                RoundOutcome::Interrupted => return Ok((number - 1, SessionEnding::Interrupted)),
                RoundOutcome::Decided if self.stops => {
                    return Ok((number, SessionEnding::Decided));
                }
                RoundOutcome::Decided | RoundOutcome::Open => {}
            }
            longest = longest.max(elapsed().saturating_sub(began));
        }
        Ok((self.max_rounds, SessionEnding::Rounds))
    }

    fn round(&self, number: u32) -> Round {
        let every = self.rebuild.unwrap_or(u32::MAX).max(1);
        let build = (number - 1) / every;
        Round { number, build, rebuilds: number > 1 && (number - 1).is_multiple_of(every) }
    }

    /// `round 5 of at most 64: 31 of 50 decided (2 regressed), 19 open; 4 min 10 s`.
    pub(super) fn progress(&self, number: u32, rows: &[SideBySideRow], time: Duration) -> String {
        let count = |verdict: &str| rows.iter().filter(|row| row.verdict() == verdict).count();
        let compared = rows.iter().filter(|row| row.is_compared()).count();
        let (open, regressed) = (count("too_noisy"), count("regressed"));
        let regressed = match regressed {
            0 => String::new(),
            regressed => format!(" ({} regressed)", text::count(regressed as u64)),
        };
        format!(
            "round {number} of {}{}: {} of {} decided{regressed}, {} open; {}",
            if self.stops { "at most " } else { "" },
            self.max_rounds,
            text::count((compared - open) as u64),
            text::count(compared as u64),
            text::count(open as u64),
            spent(time),
        )
    }

    /// The same of one side, of which nothing is decided.
    pub(super) fn progress_of_one(&self, number: u32) -> String {
        format!("round {number} of {}", self.max_rounds)
    }
}

impl Round {
    /// The sides in the order in which they run: A B, B A, A B, …, so that a machine that becomes
    /// slower and slower is held against neither.
    pub(super) fn order(self) -> [Side; 2] {
        match self.number % 2 {
            1 => [Side::Base, Side::Head],
            _ => [Side::Head, Side::Base],
        }
    }

    /// Bytes by which the environment of this round is larger, the same for both sides.
    pub(super) fn padding(self) -> usize {
        // By the number alone, so that the same session has the same sizes everywhere.
        let bytes = self.number.wrapping_mul(PADDING_STEP) % MAX_PADDING;
        usize::try_from(bytes).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn plan(max_rounds: u32, stops: bool, minutes: u32) -> RoundPlan {
        RoundPlan { max_rounds, stops, time_limit: MINUTE * minutes, rebuild: None }
    }

    /// Runs a plan by a clock that goes on by so much in every round.
    fn run(
        plan: RoundPlan,
        step: Duration,
        outcome: impl Fn(u32) -> RoundOutcome,
    ) -> (u32, SessionEnding) {
        let clock = Cell::new(Duration::ZERO);
        let mut round = |round: Round| {
            clock.set(clock.get() + step);
            Ok(outcome(round.number))
        };
        plan.run(&|| clock.get(), &mut round).unwrap()
    }

    #[test]
    fn no_round_begins_that_would_end_beyond_the_time_limit() {
        let open = |_| RoundOutcome::Open;
        let limit = SessionEnding::TimeLimit;
        assert_eq!(run(plan(64, true, 10), 2 * MINUTE, open), (5, limit));
        assert_eq!(run(plan(64, true, 9), 2 * MINUTE, open), (4, limit));
        // One round is always complete: an answer is worth more than the limit.
        assert_eq!(run(plan(64, true, 1), 2 * MINUTE, open), (1, limit));
    }

    #[test]
    fn a_session_ends_once_all_is_decided_unless_a_number_was_asked_for() {
        let decided = |number| match number {
            0..6 => RoundOutcome::Open,
            _ => RoundOutcome::Decided,
        };
        assert_eq!(run(plan(64, true, 99), MINUTE, decided), (6, SessionEnding::Decided));
        assert_eq!(run(plan(9, false, 99), MINUTE, decided), (9, SessionEnding::Rounds));
    }

    #[test]
    fn an_interrupted_round_does_not_count() {
        let third = |number| match number {
            3 => RoundOutcome::Interrupted,
            _ => RoundOutcome::Open,
        };
        assert_eq!(run(plan(9, false, 99), MINUTE, third), (2, SessionEnding::Interrupted));
    }

    #[test]
    fn each_side_goes_first_as_often_and_the_environment_has_many_sizes() {
        let plan = RoundPlan { rebuild: Some(3), ..plan(8, false, 1) };
        let rounds: Vec<Round> = (1..=8).map(|number| plan.round(number)).collect();
        let first: Vec<Side> = rounds.iter().map(|round| round.order()[0]).collect();
        let [a, b] = [Side::Base, Side::Head];
        assert_eq!(first, [a, b, a, b, a, b, a, b]);
        let sizes: std::collections::BTreeSet<usize> =
            rounds.iter().map(|round| round.padding()).collect();
        assert_eq!(sizes.len(), rounds.len());
        let builds: Vec<u32> = rounds.iter().map(|round| round.build).collect();
        assert_eq!(builds, [0, 0, 0, 1, 1, 1, 2, 2]);
        let rebuilt = rounds.iter().filter(|round| round.rebuilds).map(|round| round.number);
        assert_eq!(rebuilt.collect::<Vec<_>>(), [4, 7]);
    }
}
