//! Sessions: base and head of a change measured side by side, in turns, on one machine.
//!
//! A record of a session has these fields more: `session` (an id), `side` (`base` or `head`),
//! `round` from 1, `planned_rounds` where their number was fixed before, and, where the sides were
//! built more than once, `build` from 0. Such records are
//! compared within their session. Those of the base say nothing about the day on which their commit
//! was merged, and their machine is the pull request's: they belong to no main line, wherever their
//! file lies. Those of the head belong to their pull request, if they name one.
//!
//! ```text
//! {"commit":"1a2b3c4","session":"s-20260102-030405-1a2b","side":"base","round":"1", …}
//! {"commit":"9f8e7d6","session":"s-20260102-030405-1a2b","side":"head","round":"1", …}
//! ```

use crate::history::Environment;

/// The id of a session, `s-…`.
pub const SESSION: &str = "session";
/// Which of the two a record measures: `base` or `head`.
pub const SIDE: &str = "side";
/// Number of the round, from 1.
pub const ROUND: &str = "round";
/// Number of the build that was measured, from 0.
pub const BUILD: &str = "build";
/// How many rounds were to be measured, whatever they show.
pub const PLANNED_ROUNDS: &str = "planned_rounds";
/// All fields of a session.
pub const FIELDS: [&str; 5] = [SESSION, SIDE, ROUND, BUILD, PLANNED_ROUNDS];

/// One of the two that a session compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    Base,
    Head,
}

impl Side {
    /// As records name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
        }
    }
}

/// Where a record stands in its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionPlace<'a> {
    pub session: &'a str,
    pub side: Side,
    pub round: u32,
    pub build: u32,
    pub planned_rounds: Option<u32>,
}

impl<'a> SessionPlace<'a> {
    /// None for a run that belongs to no session, or does not say where in it.
    pub(crate) fn of(environment: &'a Environment) -> Option<Self> {
        let field = |name: &str| environment.fields.get(name).map(String::as_str);
        Some(Self {
            session: field(SESSION)?,
            side: side_of(field)?,
            round: field(ROUND)?.parse().ok()?,
            build: field(BUILD).and_then(|build| build.parse().ok()).unwrap_or(0),
            planned_rounds: field(PLANNED_ROUNDS).and_then(|rounds| rounds.parse().ok()),
        })
    }
}

impl Environment {
    /// Whether its runs were measured within a session.
    pub fn is_of_session(&self) -> bool {
        SessionPlace::of(self).is_some()
    }
}

/// The side that the fields of a record name; none outside of a session, where a field of the same
/// name may mean anything.
pub(super) fn side_of<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Option<Side> {
    field(SESSION)?;
    [Side::Base, Side::Head].into_iter().find(|side| field(SIDE) == Some(side.as_str()))
}
