//! What kinds of problems `doctor` finds.

use model::coded_enum;

coded_enum! {
    /// The kind of a finding.
    pub(crate) enum FindingKind {
        Policy = "policy",
        /// No record has the fields that identify a runner.
        Runner = "runner",
        /// Different machines count as one.
        Machines = "machines",
        Direction = "direction",
        Unit = "unit",
        Rejected = "rejected",
        Ignored = "ignored",
        /// A file beside the records.
        File = "file",
        Empty = "empty",
        Demo = "demo",
        Conflict = "conflict",
        Sparse = "sparse",
        Field = "field",
        Noisy = "noisy",
        Retired = "retired",
        Missing = "missing",
        Renamed = "renamed",
        /// Too few runs for a verdict.
        FirstRuns = "first_runs",
        Gap = "gap",
        Expired = "expired",
        Unused = "unused",
        Audit = "audit",
    }
}
