//! JMeter's log as CSV, with or without a heading, for any separator that JMeter is told to use.
//!
//! Without a heading the columns stand in JMeter's own order: time stamp, elapsed time, label,
//! code, message, thread, kind of data, success. Rows of another length are rejected: they are cut
//! off, or a quotation mark was not closed.

use csv::{ReaderBuilder, StringRecord};

use crate::jmeter::values::{is_failure_code, one_line, time_stamp};
use crate::parse::table;
use crate::requests::{Request, RequestLog};
use crate::sink::{EntrySink, InputError};
use crate::source::Text;

/// Where in a row each value stands.
pub(super) struct LogColumns {
    delimiter: u8,
    has_heading: bool,
    time_stamp: usize,
    elapsed: usize,
    label: usize,
    code: Option<usize>,
    message: Option<usize>,
    success: Option<usize>,
}

/// The order in which JMeter writes columns, as far as every version agrees on it.
const USUAL: [&str; 8] = [
    "timeStamp",
    "elapsed",
    "label",
    "responseCode",
    "responseMessage",
    "threadName",
    "dataType",
    "success",
];
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const REMEDY: &str = "write the log again, or delete the row";

impl LogColumns {
    /// The columns of a log; none where it is none of JMeter's.
    pub(super) fn of(text: &str) -> Option<Self> {
        DELIMITERS.iter().find_map(|delimiter| {
            let mut reader = ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(*delimiter)
                .from_reader(text.as_bytes());
            let row = reader.records().next()?.ok()?;
            let cells: Vec<&str> = row.iter().map(str::trim).collect();
            if Self::is_heading(&cells) {
                return Self::named(*delimiter, true, &cells);
            }
            Self::is_usual_row(&cells).then(|| Self::named(*delimiter, false, &USUAL))?
        })
    }

    fn is_heading(cells: &[&str]) -> bool {
        let has = |name: &str| cells.contains(&name);
        has("timeStamp") && has("elapsed") && has("label")
    }

    /// A row of a log without heading: two numbers, and a kind of data before `true` or `false`.
    fn is_usual_row(cells: &[&str]) -> bool {
        let [time, elapsed, _, _, _, _, kind, success, _, ..] = cells else { return false };
        time_stamp(time).is_some()
            && elapsed.parse::<u64>().is_ok()
            && ["text", "bin", ""].contains(kind)
            && ["true", "false"].contains(success)
    }

    fn named(delimiter: u8, has_heading: bool, names: &[&str]) -> Option<Self> {
        let place = |name: &str| names.iter().position(|cell| *cell == name);
        Some(Self {
            delimiter,
            has_heading,
            time_stamp: place("timeStamp")?,
            elapsed: place("elapsed")?,
            label: place("label")?,
            code: place("responseCode"),
            message: place("responseMessage"),
            success: place("success"),
        })
    }

    /// The request of a row, or why it is none.
    fn add_to(&self, log: &mut RequestLog, row: &StringRecord) -> Result<(), String> {
        let cell = |place: usize| row.get(place).unwrap_or_default().trim();
        let optional = |place: Option<usize>| place.map(cell).filter(|text| !text.is_empty());
        let (stamp, elapsed) = (cell(self.time_stamp), cell(self.elapsed));
        let Some(start) = time_stamp(stamp) else {
            return Err(format!("`{stamp}` is no time"));
        };
        let Ok(duration) = elapsed.parse::<u64>() else {
            return Err(format!("`{elapsed}` is no number of milliseconds"));
        };
        // Labels with line breaks would not fit into a table of benchmarks.
        let label = one_line(cell(self.label));
        if label.is_empty() {
            return Err("the sample has no label".to_owned());
        }
        let code = optional(self.code);
        let succeeded = match optional(self.success) {
            Some(flag) if flag.eq_ignore_ascii_case("true") => true,
            Some(flag) if flag.eq_ignore_ascii_case("false") => false,
            Some(flag) => return Err(format!("success is `{flag}`, neither true nor false")),
            // Without `success` nothing but the code says whether the sample failed.
            None => code.is_some_and(|code| !is_failure_code(code)),
        };
        let reason = [code, optional(self.message)].into_iter().flatten().collect::<Vec<_>>();
        let reason = one_line(&reason.join(" "));
        log.add(&Request {
            label: &label,
            start: Some(start),
            duration: Some(duration as f64),
            failure: (!succeeded).then_some(reason.as_str()),
        });
        Ok(())
    }
}

pub(super) fn read(
    text: &Text,
    log: &mut RequestLog,
    sink: &mut EntrySink<'_>,
) -> Result<(), InputError> {
    let Some(columns) = LogColumns::of(&text.text) else {
        return Err(InputError::whole("no heading and no rows of JMeter's log"));
    };
    if columns.success.is_none() && columns.code.is_none() {
        return Err(InputError::whole(
            "no column `success` or `responseCode`: nothing says which samples failed",
        ));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(columns.delimiter)
        .from_reader(text.text.as_bytes());
    let (mut row, mut width) = (StringRecord::new(), 0);
    loop {
        match reader.read_record(&mut row) {
            Ok(false) => return Ok(()),
            Err(error) => {
                let line = table::line_at(&text.text, error.position());
                sink.reject(line, &error.to_string(), REMEDY, "");
                continue;
            }
            Ok(true) => {}
        }
        // JMeter writes all rows of a file with the same columns.
        let is_first = width == 0;
        width = if is_first { row.len() } else { width };
        // Logs that were joined have a heading in their middle too.
        if columns.has_heading && row.get(columns.elapsed).map(str::trim) == Some("elapsed") {
            continue;
        }
        let fault = if row.len() == width {
            columns.add_to(log, &row).err()
        } else {
            Some(format!("{} columns instead of {width}", row.len()))
        };
        if let Some(reason) = fault {
            let line = table::line_at(&text.text, row.position());
            let source = row.iter().collect::<Vec<_>>().join(",");
            sink.reject(line, &reason, REMEDY, &source);
        }
    }
}
