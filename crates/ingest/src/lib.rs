//! Output and histories of other benchmark tools become records. Texts and folders go in, lines of
//! history come out; this crate opens no files and knows no clock.
//!
//! Each tool has an adapter; [`formats`] is the table of them. An adapter yields the neutral
//! [`entry::BenchmarkEntry`], and [`mod@line`] writes it as a record. [`import`] does the same for
//! whole histories. Names, units, times and numbers are read by one kit (`parse`), so that an
//! imported history continues when the same benchmarks are ingested.
//!
//! `BenchmarkFib/n=20-8  100  12.5 ns/op` becomes the entry test `Fib`, n 20, `gomaxprocs=8`,
//! metric `time` of 12.5 in the unit `ns/op`; a record is that entry with a commit and a time.
//!
//! An adapter averages nothing and guesses no commit. Values keep the tool's unit, samples and
//! bounds stay beside them, and a part that cannot be read is rejected with its place.

pub mod entry;
pub mod format;
pub mod formats;
pub mod import;
pub mod line;
pub mod naming;
pub mod sink;
pub mod source;
pub mod unsupported;

mod ab;
mod artillery;
mod asv;
mod benchmark_ips;
mod benchmarkdotnet;
mod benchmarkjs;
mod bmf;
mod cargo_criterion;
mod catch2;
mod chrome_perf;
mod criterion;
mod criterion_text;
mod csv_table;
mod custom;
mod declared;
mod dart;
mod deno;
mod divan;
mod exported;
mod gatling;
mod gnu_time;
mod go;
mod google;
mod gungraun;
mod hey;
mod httperf;
mod hyperfine;
mod hyperfine_table;
mod jmeter;
mod jmh;
mod js_time;
mod json;
mod json_stream;
mod julia;
mod junit;
mod k6;
mod kpi;
mod lean_metrics;
mod libtest;
mod llama_bench;
mod lnt;
mod log_lines;
mod luau;
mod markdown;
mod nanobench;
mod ndjson;
mod netperf;
mod otava;
mod parse;
mod perf_collect;
mod perf_stat;
mod perfherder;
mod pgbench;
mod phpbench;
mod pyperf;
mod pytest_benchmark;
mod redis_benchmark;
mod requests;
mod ruby_benchmark;
mod siege;
mod sandmark;
mod skia_perf;
mod stress_ng;
mod swift;
mod sysbench;
mod taurus;
mod tinybench;
mod tracemalloc;
mod vegeta;
mod vitest;
mod wrk;
mod xml;
mod ycsb;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod test_support;

use crate::entry::BenchmarkEntry;
use crate::format::Format;
use crate::sink::{EntrySink, InputError, RejectedPart};
use crate::source::{Folder, Text};

/// What is read, once it is found.
pub enum IngestInput {
    Text(Text),
    Folder(Box<dyn Folder>),
}

/// What was read of an input.
#[derive(Debug, Default)]
pub struct IngestReport {
    pub entries: usize,
    pub rejected: Vec<RejectedPart>,
    pub remarks: Vec<String>,
}

impl IngestInput {
    /// As messages name it.
    pub fn name(&self) -> String {
        match self {
            Self::Text(text) => text.name.clone(),
            Self::Folder(folder) => folder.name().to_owned(),
        }
    }

    /// The formats that recognize it.
    pub fn formats(&self) -> Vec<&'static Format> {
        match self {
            Self::Text(text) => formats::recognizing_text(text),
            Self::Folder(folder) => formats::recognizing_folder(&**folder),
        }
    }

    /// Reads it as a format; entries go to `take` as they are found.
    ///
    /// # Errors
    /// It is not of this format, or broken as a whole; what was taken before stays taken.
    pub fn read(
        &self,
        format: &Format,
        take: &mut dyn FnMut(BenchmarkEntry),
    ) -> Result<IngestReport, InputError> {
        let mut sink = EntrySink::new(take);
        sink.begin_file(&self.name());
        match self {
            Self::Text(text) => {
                // Whoever names the format has not had it recognized.
                text.look_within();
                format.read_text(text, &mut sink)?;
            }
            Self::Folder(folder) => format.read_folder(&**folder, &mut sink)?,
        }
        Ok(IngestReport {
            entries: sink.entry_count,
            rejected: sink.rejected,
            remarks: sink.remarks,
        })
    }
}
