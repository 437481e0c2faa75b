//! Lines of a file become records in a builder, until a limit of the policy is met.

use crate::store::fast_parser::LineScanner;
use crate::store::walk::FileOwner;
use crate::store::{json_line, walk};
use model::history::build::HistoryBuilder;
use model::limits::Limits;
use model::record::problem_kind::ProblemKind;
use model::record::{Problem, Record, SourceLocation};
use model::text;

/// Why no record of a file below `pulls/` without a number is read.
const NO_PULL_NUMBER: &str =
    "the name of the file does not begin with the number of a pull request";
const PULL_FILE_REMEDY: &str = "name the file pulls/NUMBER.ndjson";
/// What helps where a record names another pull request than its file.
const OTHER_PULL_REMEDY: &str =
    "move the record to the file of its pull request, or leave out `pull`";

/// How reading lines ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    All,
    /// A limit was met; the rest of the file is not read.
    Cut,
}

/// Reads records of one file, one after another.
pub(super) struct RecordReader<'a> {
    file: &'a walk::RecordFile,
    /// The file in the builder.
    number: u32,
    builder: &'a mut HistoryBuilder,
    scanner: LineScanner,
    /// Records of this file that were rejected before.
    rejected_before: u64,
    rejected_at_start: usize,
}

impl<'a> RecordReader<'a> {
    pub(super) fn new(
        file: &'a walk::RecordFile,
        rejected_before: u64,
        builder: &'a mut HistoryBuilder,
    ) -> Self {
        let number = builder.add_file(&file.name);
        let rejected_at_start = builder.rejected_records().len();
        let scanner = LineScanner::default();
        Self { file, number, builder, scanner, rejected_before, rejected_at_start }
    }

    /// Reads one record; it is rejected where it cannot be read.
    pub(super) fn read(&mut self, text: &[u8], line: u32) -> Lines {
        if self.builder.has_too_many_series() {
            return Lines::Cut;
        }
        if let Some(reason) = self.exhausted_limit(line) {
            self.builder.reject(reason);
            return Lines::Cut;
        }
        let mut record =
            match parse(text, line, self.file, &mut self.scanner, self.builder.limits()) {
                Ok(record) => record,
                Err(problem) => {
                    self.builder.reject(problem);
                    return Lines::All;
                }
            };
        if let FileOwner::Pull(number) = self.file.owner {
            self.ignore_other_pull(&record, number, line);
            record.pull = Some(number);
        }
        self.builder.push(&record, self.number, line);
        Lines::All
    }

    /// Reports a record that names another pull request than its file.
    fn ignore_other_pull(&mut self, record: &Record<'_>, number: u64, line: u32) {
        let Some(claimed) = record.pull.filter(|claimed| *claimed != number) else { return };
        let reason = format!(
            "`pull: {claimed}` is ignored: the file holds the records of pull request {number}"
        );
        self.builder.ignore_field(problem(
            self.file,
            line,
            1,
            reason,
            OTHER_PULL_REMEDY,
            ProblemKind::IgnoredField,
        ));
    }

    /// Why the rest of the file is not read.
    fn exhausted_limit(&self, line: u32) -> Option<Problem> {
        let limits = self.builder.limits();
        let rejected = self.builder.rejected_records().len() - self.rejected_at_start;
        let (what, limit, key) = if u64::from(line) > limits.records_per_file {
            ("lines", limits.records_per_file, "limits.records_per_file")
        } else if self.rejected_before + rejected as u64 >= limits.rejected_per_file {
            ("rejected records", limits.rejected_per_file, "limits.rejected_per_file")
        } else {
            return None;
        };
        let reason = format!(
            "the file has more than {} {what}; from this line on it is not read",
            text::count(limit)
        );
        let remedy = format!("split or correct the file, or raise `{key}` in policy.yml");
        Some(problem(self.file, line, 1, reason, &remedy, ProblemKind::OverLimit))
    }
}

fn parse<'t>(
    text: &'t [u8],
    line: u32,
    file: &walk::RecordFile,
    scanner: &mut LineScanner,
    limits: &Limits,
) -> Result<Record<'t>, Problem> {
    // A file without line ends must not become one record of any size.
    if text.len() as u64 > limits.line_bytes {
        return Err(long_line(file, line, text.len() as u64, limits));
    }
    if file.owner == FileOwner::UnknownPull {
        let (reason, kind) = (NO_PULL_NUMBER.to_owned(), ProblemKind::NoPullNumber);
        return Err(problem(file, line, 1, reason, PULL_FILE_REMEDY, kind));
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        let column = u32::try_from(error.valid_up_to() + 1).unwrap_or(u32::MAX);
        let (reason, kind) = ("not UTF-8".to_owned(), ProblemKind::NotUtf8);
        problem(file, line, column, reason, "write the file as UTF-8", kind)
    })?;
    let record = json_line::parse(text, scanner).map_err(|error| {
        problem(file, line, error.column, error.reason, error.remedy, error.kind)
    })?;
    match exceeded_limit(&record, limits) {
        None => Ok(record),
        Some((reason, key)) => {
            let remedy = format!("shorten the record, or raise `{key}` in policy.yml");
            Err(problem(file, line, 1, reason, &remedy, ProblemKind::OverLimit))
        }
    }
}

/// The problem of a line with more bytes than one may have.
pub(super) fn long_line(
    file: &walk::RecordFile,
    line: u32,
    bytes: u64,
    limits: &Limits,
) -> Problem {
    let limit = limits.line_bytes;
    let limit = match limit % (1 << 20) {
        0 => format!("{} MiB", limit >> 20),
        _ => format!("{limit} bytes"),
    };
    let reason = format!("line of {bytes} bytes; the limit is {limit}");
    let remedy =
        "split the record, leave out its samples, or raise `limits.line_bytes` in policy.yml";
    problem(file, line, 1, reason, remedy, ProblemKind::OverLimit)
}

/// What a record has too much of, and the key of that limit.
fn exceeded_limit(record: &Record<'_>, limits: &Limits) -> Option<(String, &'static str)> {
    let metrics = record.measurements.len() as u64;
    if metrics > limits.metrics_per_record {
        let limit = limits.metrics_per_record;
        let reason = format!("{metrics} metrics; the limit is {limit}");
        return Some((reason, "limits.metrics_per_record"));
    }
    let names = [
        ("commit", &*record.commit),
        ("suite", &*record.suite),
        ("test", &*record.test),
        ("backend", &*record.backend),
        ("mode", record.mode.as_deref().unwrap_or_default()),
        ("params", &*record.params),
    ];
    let metrics = record.measurements.iter().flat_map(|measurement| {
        [
            ("metric", &*measurement.metric),
            ("unit", measurement.unit.as_deref().unwrap_or_default()),
        ]
    });
    let is_long = |name: &(&str, &str)| name.1.len() as u64 > limits.name_bytes;
    let (field, name) = names.into_iter().chain(metrics).find(is_long)?;
    let (bytes, limit) = (name.len(), limits.name_bytes);
    Some((format!("`{field}` of {bytes} bytes; the limit is {limit}"), "limits.name_bytes"))
}

fn problem(
    file: &walk::RecordFile,
    line: u32,
    column: u32,
    reason: String,
    remedy: &str,
    kind: ProblemKind,
) -> Problem {
    let location = SourceLocation { file: file.name.clone(), line, column };
    Problem { location, reason, remedy: remedy.to_owned(), kind }
}
