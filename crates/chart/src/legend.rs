//! The legend of all charts: every mark with its name and its meaning, for a reader's glossary.
//!
//! A chart names only the marks that it shows (see [`crate::describe`]); this is the whole list.
//! Example: a hollow square is an outlier, "one run off its level, excluded from levels and
//! verdicts".

/// A mark of the charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegendEntry {
    /// Unique among the entries; letters and hyphens, so that it can be part of an id in HTML.
    pub id: &'static str,
    /// What it looks like.
    pub mark: &'static str,
    /// What it stands for: one or two sentences of plain text.
    pub meaning: &'static str,
}

const fn entry(id: &'static str, mark: &'static str, meaning: &'static str) -> LegendEntry {
    LegendEntry { id, mark, meaning }
}

/// All marks: first the runs, then levels, then changes, then the rest.
pub const LEGEND: [LegendEntry; 24] = [
    entry("run", "dot", "One run."),
    entry(
        "runs",
        "small to large dot",
        "A chart of many runs: 1, 2–3 or more runs close together.",
    ),
    entry(
        "span",
        "upright stroke",
        "A small chart of many runs: from the lowest to the highest of a few days, without \
         outliers.",
    ),
    entry("outlier", "hollow circle", "An outlier: one run off its level, excluded."),
    entry(
        "infrastructure",
        "hollow square",
        "A run on a day with an infrastructure anomaly, excluded.",
    ),
    entry("clipped", "tick at the edge", "A run outside the range of the chart."),
    entry("failed", "×", "A failed run. It has no value."),
    entry("pull", "filled square", "A run of a pull request."),
    entry(
        "level",
        "line",
        "The level of the runs from one change to the next: their median. A slope is a gradual \
         change. Lines break at gaps.",
    ),
    entry("now", "thick line with a dot at its end", "The newest level."),
    entry("median", "thin line", "A comparison of backends: the median of 7 runs."),
    entry("point", "dot on a line", "The latest value at one input size."),
    entry("bar", "bar", "How many runs, in a time or of a size."),
    entry("baseline", "dotted horizontal line", "The baseline: the level to compare with."),
    entry(
        "threshold",
        "dashed horizontal line",
        "The threshold: the level from which a change counts.",
    ),
    entry("cost", "filled area", "An open regression: from the baseline to the level since."),
    entry("regression", "red vertical line", "An open regression: its first run."),
    entry("improvement", "blue vertical line", "An improvement: the first run on a better level."),
    entry(
        "closed",
        "gray vertical line",
        "A regression that was fixed, accepted, explained or withdrawn: its first run. On the page \
         of an infrastructure anomaly: its day.",
    ),
    entry("runner", "dotted vertical line", "The runner or the version of the benchmark changed."),
    entry("gap", "shaded band", "A gap: no runs."),
    entry("note", "◆", "A note by the maintainers of the benchmarks."),
    entry("tag", "◇", "A tag or release."),
    entry("grid", "gray line", "A grid line, an axis tick, or the link from a line to its name."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::backend::{MarkRole, Tone};
    use crate::input::NoteKind;

    /// The id of the entry for the marks of a role.
    fn id_of_role(role: MarkRole) -> &'static str {
        match role {
            MarkRole::Grid => "grid",
            MarkRole::GapBand => "gap",
            MarkRole::Cost => "cost",
            MarkRole::Density(_) => "runs",
            MarkRole::Run => "run",
            MarkRole::Pull => "pull",
            MarkRole::Bar => "bar",
            MarkRole::Level(_) => "median",
            MarkRole::Point(_) => "point",
            MarkRole::Baseline => "baseline",
            MarkRole::Threshold => "threshold",
            MarkRole::Change(Tone::Worse) => "regression",
            MarkRole::Change(Tone::Better) => "improvement",
            MarkRole::Change(Tone::Neutral) => "closed",
            MarkRole::RunnerChange => "runner",
            MarkRole::Outlier => "outlier",
            MarkRole::Infrastructure => "infrastructure",
            MarkRole::Clipped => "clipped",
            MarkRole::LevelPiece | MarkRole::LevelThen(_) => "level",
            MarkRole::Span => "span",
            MarkRole::LevelNow(_) | MarkRole::LevelEnd(_) => "now",
        }
    }

    /// The id of the entry for notes of a kind.
    fn id_of_note(kind: NoteKind) -> &'static str {
        match kind {
            NoteKind::Remark => "note",
            NoteKind::Tag => "tag",
        }
    }

    const ROLES: [MarkRole; 23] = [
        MarkRole::Grid,
        MarkRole::GapBand,
        MarkRole::Cost,
        MarkRole::Density(1),
        MarkRole::Run,
        MarkRole::Span,
        MarkRole::Pull,
        MarkRole::Bar,
        MarkRole::Level(1),
        MarkRole::Point(1),
        MarkRole::Baseline,
        MarkRole::Threshold,
        MarkRole::Change(Tone::Worse),
        MarkRole::Change(Tone::Better),
        MarkRole::Change(Tone::Neutral),
        MarkRole::RunnerChange,
        MarkRole::Outlier,
        MarkRole::Infrastructure,
        MarkRole::Clipped,
        MarkRole::LevelPiece,
        MarkRole::LevelThen(Tone::Neutral),
        MarkRole::LevelNow(Tone::Neutral),
        MarkRole::LevelEnd(Tone::Neutral),
    ];

    #[test]
    fn every_mark_has_an_entry_and_every_entry_a_mark() {
        // The two matches above fail to compile when a role or a kind of note is added.
        let roles = ROLES.map(id_of_role);
        let notes = [NoteKind::Remark, NoteKind::Tag].map(id_of_note);
        // A failed run is a text, not a mark of the drawing.
        let drawn: BTreeSet<&str> = roles.into_iter().chain(notes).chain(["failed"]).collect();
        let entries: BTreeSet<&str> = LEGEND.iter().map(|entry| entry.id).collect();
        assert_eq!(drawn, entries);
        assert_eq!(entries.len(), LEGEND.len(), "an id stands twice");
    }
}
