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
pub const LEGEND: [LegendEntry; 20] = [
    entry("run", "dot", "One run."),
    entry("outlier", "hollow square", "An outlier: one run off its level, excluded."),
    entry(
        "infrastructure",
        "hollow circle",
        "A run on a day with an infrastructure anomaly, excluded.",
    ),
    entry("clamped", "filled square at the edge", "A run outside the range of the axis."),
    entry("failed", "×", "A failed run. It has no value."),
    entry("level", "line", "The level: the median of 7 runs. Lines break at changes and gaps."),
    entry("point", "dot on a line", "The latest value at one input size."),
    entry("band", "shaded band", "The usual spread of runs around the level."),
    entry(
        "extent",
        "thin bar",
        "A chart with many runs: the lowest to the highest run of a column.",
    ),
    entry("middle", "thick bar", "A chart with many runs: the middle 80% of the runs of a column."),
    entry(
        "threshold",
        "dashed horizontal line",
        "The threshold: the level from which a change counts.",
    ),
    entry("regression", "orange vertical line", "A regression: the first run on a worse level."),
    entry("improvement", "blue vertical line", "An improvement: the first run on a better level."),
    entry("accepted", "dashed orange vertical line", "A regression that was accepted."),
    entry(
        "gradual",
        "dashed gray vertical line",
        "A gradual change: the first run beyond the threshold.",
    ),
    entry("runner", "dotted vertical line", "The runner or the version of the benchmark changed."),
    entry("gap", "bracket on the axis", "A gap: no runs."),
    entry("note", "◆", "A note by the maintainers of the benchmarks."),
    entry("tag", "◇", "A tag or release."),
    entry("grid", "gray line", "A grid line, an axis tick, or the link from a line to its name."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::backend::MarkRole;
    use crate::input::NoteKind;

    /// The id of the entry for the marks of a role.
    fn id_of_role(role: MarkRole) -> &'static str {
        match role {
            MarkRole::Grid => "grid",
            MarkRole::Band => "band",
            MarkRole::ColumnExtent => "extent",
            MarkRole::ColumnMiddle => "middle",
            MarkRole::Run => "run",
            MarkRole::Level(_) => "level",
            MarkRole::Point(_) => "point",
            MarkRole::Threshold => "threshold",
            MarkRole::Regression => "regression",
            MarkRole::Accepted => "accepted",
            MarkRole::Improvement => "improvement",
            MarkRole::Drift => "gradual",
            MarkRole::RunnerChange => "runner",
            MarkRole::Gap => "gap",
            MarkRole::Outlier => "outlier",
            MarkRole::Infrastructure => "infrastructure",
            MarkRole::Clamped => "clamped",
        }
    }

    /// The id of the entry for notes of a kind.
    fn id_of_note(kind: NoteKind) -> &'static str {
        match kind {
            NoteKind::Remark => "note",
            NoteKind::Tag => "tag",
        }
    }

    const ROLES: [MarkRole; 17] = [
        MarkRole::Grid,
        MarkRole::Band,
        MarkRole::ColumnExtent,
        MarkRole::ColumnMiddle,
        MarkRole::Run,
        MarkRole::Level(0),
        MarkRole::Point(1),
        MarkRole::Threshold,
        MarkRole::Regression,
        MarkRole::Accepted,
        MarkRole::Improvement,
        MarkRole::Drift,
        MarkRole::RunnerChange,
        MarkRole::Gap,
        MarkRole::Outlier,
        MarkRole::Infrastructure,
        MarkRole::Clamped,
    ];

    #[test]
    fn every_mark_has_an_entry_and_every_entry_a_mark() {
        // The two matches above fail to compile when a role or a kind of note is added.
        let roles = ROLES.map(id_of_role).into_iter();
        let notes = [NoteKind::Remark, NoteKind::Tag].map(id_of_note);
        // A failed run is a text, not a mark of the drawing.
        let drawn: BTreeSet<&str> = roles.chain(notes).chain(["failed"]).collect();
        let entries: BTreeSet<&str> = LEGEND.iter().map(|entry| entry.id).collect();
        assert_eq!(drawn, entries);
        assert_eq!(entries.len(), LEGEND.len(), "an id stands twice");
    }
}
