//! The notes of a history with their times, and which of them are about a series.

use crate::site::commits::CommitLookup;
use crate::site::input::SiteInput;
use model::filter::ChangeAges;
use model::note::Note;
use model::record::time::Timestamp;
use model::series::Series;

/// A note with its time.
#[derive(Clone, Copy)]
pub(crate) struct DatedNote<'a> {
    pub(crate) time: Timestamp,
    pub(crate) note: &'a Note,
}

/// The notes that have a time.
pub(crate) struct DatedNotes<'a>(Vec<DatedNote<'a>>);

impl<'a> DatedNotes<'a> {
    /// A note without a date has the time of its commit. One about a commit that is not in the
    /// history has no time, so it has no place on any chart and is left out.
    pub(crate) fn of(input: &SiteInput<'a>, commits: &CommitLookup<'_>) -> Self {
        let notes = input.notes.iter();
        // The date in the note wins: a note may be about a day, not about when its commit was made.
        let dated = notes.filter_map(|note| {
            let commit = || commits.by_id(note.commit.as_deref()?);
            let time = note
                .date
                .or_else(|| commit().map(|at| input.history.commits[at.0 as usize].time))?;
            Some(DatedNote { time, note })
        });
        Self(dated.collect())
    }

    pub(crate) fn all(&self) -> &[DatedNote<'a>] {
        &self.0
    }

    /// The notes that concern a series.
    pub(crate) fn about<'s>(
        &'s self,
        series: &'s Series,
        ages: ChangeAges,
    ) -> impl Iterator<Item = DatedNote<'a>> + 's {
        let subject = series.key.subject(&series.tags);
        self.0.iter().copied().filter(move |dated| dated.note.matches.holds(subject, ages))
    }
}
