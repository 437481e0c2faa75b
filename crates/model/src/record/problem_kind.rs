//! What kind of problem keeps something out of the history.

use crate::coded_enum;

coded_enum! {
    /// The kind of a [`Problem`](crate::record::Problem).
    #[derive(serde::Serialize, serde::Deserialize)]
    pub enum ProblemKind {
        /// A line is no JSON object.
        NotJson = "not_json",
        NotUtf8 = "not_utf8",
        /// A required field is missing, or one has the wrong type.
        WrongField = "wrong_field",
        /// A number cannot be a measurement.
        WrongValue = "unusable_value",
        /// A line, a name, a list or a packed file has more than `limits` of the policy allows.
        OverLimit = "over_limit",
        /// A file below `pulls/` whose name is no number.
        NoPullNumber = "no_pull_number",
        /// A unit that is not the one of the series.
        UnitConflict = "unit_conflict",
        /// A field that another place decides.
        IgnoredField = "ignored_field",
        /// A packed file cannot be unpacked.
        BrokenArchive = "broken_archive",
        /// A link, a socket or a folder where a file should be.
        NotAFile = "not_a_file",
        FileTooLarge = "file_too_large",
        /// The system does not let the program read a file.
        UnreadableFile = "unreadable_file",
        /// A line of `commits.ndjson`.
        CommitLine = "commit_line",
        /// An entry of `accepted.yml`.
        AcceptedEntry = "accepted_entry",
        PinnedBaseline = "pinned_baseline",
        /// The head of a note.
        NoteHead = "note_head",
        /// A part of another tool's output that cannot be a record.
        RejectedPart = "rejected_part",
        /// A result that lacks something a record must have.
        IncompleteResult = "incomplete_result",
    }
}
