//! What the problems of a history mean: findings of `doctor`, and rejected records.

use crate::doctor::finding_kind::FindingKind;
use crate::explain::Advice;
use model::record::problem_kind::ProblemKind;

/// A finding of `doctor`.
pub(super) fn finding(kind: FindingKind) -> Advice {
    match kind {
        FindingKind::Policy => POLICY,
        FindingKind::Runner => RUNNER,
        FindingKind::Machines => MACHINES,
        FindingKind::Direction => DIRECTION,
        FindingKind::Unit => UNIT,
        FindingKind::Rejected => REJECTED,
        FindingKind::Ignored => IGNORED,
        FindingKind::File => FILE,
        FindingKind::Empty => EMPTY,
        FindingKind::Demo => DEMO,
        FindingKind::Conflict => CONFLICT,
        FindingKind::Sparse => SPARSE,
        FindingKind::Field => FIELD,
        FindingKind::Noisy => NOISY,
        FindingKind::Retired => RETIRED,
        FindingKind::Missing => MISSING,
        FindingKind::Renamed => RENAMED,
        FindingKind::FirstRuns => FIRST_RUNS,
        FindingKind::Gap => GAP,
        FindingKind::Expired => EXPIRED,
        FindingKind::Unused => UNUSED,
        FindingKind::Audit => AUDIT,
    }
}

const POLICY: Advice = Advice {
    meaning: "The policy has an error, or says something that is probably not meant.",
    cause: "A key, a value or a selector is wrong; the finding has its line and column.",
    remedy: "Correct it. The word in brackets says which kind of fault it is.",
    commands: &["benchpages policy check"],
    chapter: "docs/troubleshooting.md",
};

const RUNNER: Advice = Advice {
    meaning: "No record has the fields that identify a runner.",
    cause: "The job does not record its machine, so a new runner looks like a change of the \
         code.",
    remedy: "Record the fields, or track fields that are recorded.",
    commands: &["benchpages policy show", "benchpages ingest FILE --set runner_image=NAME"],
    chapter: "docs/troubleshooting.md",
};

const MACHINES: Advice = Advice {
    meaning: "Machines with different fields share one series and differ in level.",
    cause: "A field that identifies machines is recorded and not tracked.",
    remedy: "Add the field to `runner_fingerprinting.track_fields`.",
    commands: &["benchpages policy check"],
    chapter: "docs/troubleshooting.md",
};

const DIRECTION: Advice = Advice {
    meaning: "Nobody says whether lower or higher values of a metric are better.",
    cause: "The name and the unit of the metric are not known. Its changes are shown, but never \
         called better or worse.",
    remedy: "Add the metric to `metrics` of the policy with its direction.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/metrics.md",
};

const UNIT: Advice = Advice {
    meaning: "A unit has no known scale, so its values stay as they were recorded.",
    cause: "The name of the unit is new or misspelled.",
    remedy: "Correct the unit, or leave it: comparisons work without a scale.",
    commands: &["benchpages doctor"],
    chapter: "docs/metrics.md",
};

const REJECTED: Advice = Advice {
    meaning: "A record could not be read and is kept in quarantine/. The other records count.",
    cause: "The finding has the place and the reason, and the word in brackets its kind.",
    remedy: "Correct the line, or the job that wrote it, and build again.",
    commands: &["benchpages doctor", "benchpages build"],
    chapter: "docs/reliability.md",
};

const IGNORED: Advice = Advice {
    meaning: "A field of a record is ignored, because another place decides it.",
    cause: "A pull request says something that only the main line may say.",
    remedy: "Remove the field where the record is written.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const FILE: Advice = Advice {
    meaning: "A file beside the records cannot be used.",
    cause: "It is damaged, too large, or no plain file.",
    remedy: "Correct the file. Until then nothing in it counts.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const EMPTY: Advice = Advice {
    meaning: "The history has no records.",
    cause: "Nothing was recorded yet, or --data names another folder.",
    remedy: "Record a first run.",
    commands: &["benchpages ingest FILE", "benchpages measure -- COMMAND"],
    chapter: "docs/troubleshooting.md",
};

const DEMO: Advice = Advice {
    meaning: "The history has demo records, or mixes them with real ones.",
    cause: "The demo was written to the folder of a real history, or --demo is missing.",
    remedy: "Remove the demo records, or pass --demo if all are demo records.",
    commands: &["benchpages serve --data demo/data --demo"],
    chapter: "docs/troubleshooting.md",
};

const CONFLICT: Advice = Advice {
    meaning: "Records with the same series, commit, runner and time have different values.",
    cause: "A job was repeated with the time of its first run, or two jobs share a time.",
    remedy: "Give each repeat its own time. Until then both count.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const SPARSE: Advice = Advice {
    meaning: "Days with fewer records than the policy asks for.",
    cause: "Some benchmarks did not run on these days.",
    remedy: "Look at the jobs of these days, or lower `data_quality.min_records_per_day`.",
    commands: &["benchpages policy show"],
    chapter: "docs/troubleshooting.md",
};

const FIELD: Advice = Advice {
    meaning: "A field of the records looks like a misspelling of one that has a meaning.",
    cause: "A typing error, or a field of your own with a similar name.",
    remedy: "Correct the name where the records are written, or give your field another name.",
    commands: &["benchpages doctor"],
    chapter: "docs/formats.md",
};

const NOISY: Advice = Advice {
    meaning: "The noise of a series hides changes of its threshold.",
    cause: "The benchmark is short, shares its machine, or depends on something that changes.",
    remedy: "Make it less noisy, or raise its threshold to what can be detected.",
    commands: &["benchpages measure --base main -- COMMAND"],
    chapter: "docs/noise.md",
};

const RETIRED: Advice = Advice {
    meaning: "The series has had no run for longer than `max_age_days`.",
    cause: "The benchmark was removed, or its job no longer runs.",
    remedy: "Nothing to do if it was removed. Otherwise run it again.",
    commands: &["benchpages rotate --dry-run"],
    chapter: "docs/retention.md",
};

const MISSING: Advice = Advice {
    meaning: "A run of the series was due and is not there.",
    cause: "The benchmark was removed or renamed, or its job failed.",
    remedy: "Run it again, or leave it out by `ignore`.",
    commands: &["benchpages doctor"],
    chapter: "docs/troubleshooting.md",
};

const RENAMED: Advice = Advice {
    meaning: "A series ended where another began at the same level.",
    cause: "The benchmark was renamed, so its history is cut in two.",
    remedy: "Add an alias to the policy, and both become one series.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/troubleshooting.md",
};

const FIRST_RUNS: Advice = Advice {
    meaning: "The series have too few runs for a verdict.",
    cause: "The history is new, or holds pull requests alone.",
    remedy: "Measure the main branch; verdicts come by themselves.",
    commands: &["benchpages ingest FILE", "benchpages measure -- COMMAND"],
    chapter: "docs/getting-started.md",
};

const GAP: Advice = Advice {
    meaning: "Days without any record.",
    cause: "The job did not run, or did not upload its results.",
    remedy: "Look at the jobs of these days.",
    commands: &["benchpages doctor"],
    chapter: "docs/troubleshooting.md",
};

const EXPIRED: Advice = Advice {
    meaning: "An entry of accepted.yml has expired, and its regression counts again.",
    cause: "The date of the entry is past.",
    remedy: "Fix the regression, renew the entry, or remove it.",
    commands: &["benchpages check", "benchpages accept --series GLOB --commit SHA --reason TEXT"],
    chapter: "docs/troubleshooting.md",
};

const UNUSED: Advice = Advice {
    meaning: "An entry of accepted.yml covers nothing.",
    cause: "Its series or commit matches nothing, or the change is larger than it allows.",
    remedy: "Correct the entry, or remove it.",
    commands: &["benchpages accept --series GLOB --commit SHA --reason TEXT --dry-run"],
    chapter: "docs/troubleshooting.md",
};

const AUDIT: Advice = Advice {
    meaning: "The audit log was changed: a line does not prove the one before.",
    cause: "Somebody edited audit.ndjson, or a merge dropped lines.",
    remedy: "Find the change in version control, and restore the file from before.",
    commands: &["benchpages audit verify", "benchpages audit show"],
    chapter: "docs/privacy.md",
};

/// Why something is not in the history.
pub(super) fn problem(kind: ProblemKind) -> Advice {
    match kind {
        ProblemKind::NotJson => PROBLEM_NOT_JSON,
        ProblemKind::NotUtf8 => PROBLEM_NOT_UTF8,
        ProblemKind::WrongField => PROBLEM_WRONG_FIELD,
        ProblemKind::WrongValue => PROBLEM_WRONG_VALUE,
        ProblemKind::OverLimit => PROBLEM_OVER_LIMIT,
        ProblemKind::NoPullNumber => PROBLEM_NO_PULL_NUMBER,
        ProblemKind::UnitConflict => PROBLEM_UNIT_CONFLICT,
        ProblemKind::IgnoredField => PROBLEM_IGNORED_FIELD,
        ProblemKind::BrokenArchive => PROBLEM_BROKEN_ARCHIVE,
        ProblemKind::NotAFile => PROBLEM_NOT_A_FILE,
        ProblemKind::FileTooLarge => PROBLEM_FILE_TOO_LARGE,
        ProblemKind::UnreadableFile => PROBLEM_UNREADABLE_FILE,
        ProblemKind::CommitLine => PROBLEM_COMMIT_LINE,
        ProblemKind::AcceptedEntry => PROBLEM_ACCEPTED_ENTRY,
        ProblemKind::PinnedBaseline => PROBLEM_PINNED_BASELINE,
        ProblemKind::NoteHead => PROBLEM_NOTE_HEAD,
        ProblemKind::RejectedPart => PROBLEM_REJECTED_PART,
        ProblemKind::IncompleteResult => PROBLEM_INCOMPLETE_RESULT,
    }
}

const PROBLEM_NOT_JSON: Advice = Advice {
    meaning: "The line is no JSON object.",
    cause: "The writer was interrupted, wrote several lines for one record, or wrote something \
         else.",
    remedy: "Write one complete JSON object a line.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const PROBLEM_NOT_UTF8: Advice = Advice {
    meaning: "The line is not UTF-8.",
    cause: "The writer used the code page of its system.",
    remedy: "Write the file as UTF-8.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const PROBLEM_WRONG_FIELD: Advice = Advice {
    meaning: "A required field is missing, or a field has the wrong type.",
    cause: "A record needs `commit`, `timestamp`, `test`, `backend`, and a value or an error.",
    remedy: "Add or correct the field, then build again.",
    commands: &["benchpages ingest FILE --dry-run", "benchpages doctor"],
    chapter: "docs/formats.md",
};

const PROBLEM_WRONG_VALUE: Advice = Advice {
    meaning: "A number of the record cannot be a measurement.",
    cause: "It is negative, not finite, or out of the range of its unit.",
    remedy: "Correct the value, or record the run as failed with `error`.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const PROBLEM_OVER_LIMIT: Advice = Advice {
    meaning: "A line, a name, a list or a packed file is larger than `limits` of the policy \
         allows.",
    cause: "A file without line ends, a broken writer, or an unusually large history.",
    remedy: "Split or correct the file, or raise the limit that the message names.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/reliability.md",
};

const PROBLEM_NO_PULL_NUMBER: Advice = Advice {
    meaning: "A file below pulls/ has no number as its name.",
    cause: "The number of the pull request was empty where the file was written.",
    remedy: "Name the file pulls/NUMBER.ndjson.",
    commands: &["benchpages ingest FILE --pull NUMBER"],
    chapter: "docs/reliability.md",
};

const PROBLEM_UNIT_CONFLICT: Advice = Advice {
    meaning: "The record has another unit than its series.",
    cause: "The tool changed its unit, or two tools write one series.",
    remedy: "Write all records of the series in one unit, or give the other ones another name.",
    commands: &["benchpages doctor"],
    chapter: "docs/metrics.md",
};

const PROBLEM_IGNORED_FIELD: Advice = Advice {
    meaning: "A field is ignored, because another place decides it.",
    cause: "A pull request says something that only the main line may say.",
    remedy: "Remove the field where the record is written.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const PROBLEM_BROKEN_ARCHIVE: Advice = Advice {
    meaning: "A packed file cannot be unpacked.",
    cause: "It was cut off while it was written or copied.",
    remedy: "Pack it again, whole. Until then none of its records count.",
    commands: &["benchpages doctor"],
    chapter: "docs/retention.md",
};

const PROBLEM_NOT_A_FILE: Advice = Advice {
    meaning: "A link, a folder or a device stands where a file should be.",
    cause: "Links are not followed, so that a history never reads files outside of its folder.",
    remedy: "Replace it by a plain file, or pass --follow-links if you trust the folder.",
    commands: &["benchpages build --follow-links"],
    chapter: "docs/reliability.md",
};

const PROBLEM_FILE_TOO_LARGE: Advice = Advice {
    meaning: "A file is larger than it may be.",
    cause: "The limits keep a broken or hostile file from filling the memory.",
    remedy: "Split the file, or raise the limit that the message names.",
    commands: &["benchpages policy show --reference"],
    chapter: "docs/reliability.md",
};

const PROBLEM_UNREADABLE_FILE: Advice = Advice {
    meaning: "The system does not let the program read a file.",
    cause: "Its permissions, its owner, or a fault of the disk.",
    remedy: "Make it readable for this user.",
    commands: &["benchpages doctor"],
    chapter: "docs/reliability.md",
};

const PROBLEM_COMMIT_LINE: Advice = Advice {
    meaning: "A line of commits.ndjson cannot be read.",
    cause: "It is no JSON object, or a field has the wrong type.",
    remedy: "Write `commit`, `parents`, `author_time` and `subject`.",
    commands: &["benchpages doctor"],
    chapter: "docs/formats.md",
};

const PROBLEM_ACCEPTED_ENTRY: Advice = Advice {
    meaning: "accepted.yml has an error, so no change counts as accepted.",
    cause: "An entry lacks a field, or the file is no YAML.",
    remedy: "Correct the entry that the message names, or write it with the command.",
    commands: &["benchpages accept --series GLOB --commit SHA --reason TEXT --dry-run"],
    chapter: "docs/troubleshooting.md",
};

const PROBLEM_PINNED_BASELINE: Advice = Advice {
    meaning: "baselines.json has an error, so no pinned baseline counts.",
    cause: "The file was edited by hand or merged badly.",
    remedy: "Correct the file, or pin the baselines again.",
    commands: &["benchpages baseline show", "benchpages baseline set --series GLOB --reason TEXT"],
    chapter: "docs/targets.md",
};

const PROBLEM_NOTE_HEAD: Advice = Advice {
    meaning: "A note has no head that can be read, so it is not shown.",
    cause: "The file must begin with `---`, `date: YYYY-MM-DD` and `---`.",
    remedy: "Correct the head of the note.",
    commands: &["benchpages doctor"],
    chapter: "docs/troubleshooting.md",
};

const PROBLEM_REJECTED_PART: Advice = Advice {
    meaning: "A part of another tool's output cannot be a record.",
    cause: "A failed request, a value that is no number, or a part of another format.",
    remedy: "Read the reason. Correct the output, or name its format.",
    commands: &["benchpages ingest --list", "benchpages ingest FILE --format NAME --dry-run"],
    chapter: "docs/formats.md",
};

const PROBLEM_INCOMPLETE_RESULT: Advice = Advice {
    meaning: "A result lacks something that every record needs.",
    cause: "The tool does not write the commit, the time or the name.",
    remedy: "Add what is missing by an option.",
    commands: &["benchpages ingest FILE --commit SHA --timestamp TIME --dry-run"],
    chapter: "docs/formats.md",
};
