//! The form in which gofiber keeps its `data.js` (version 2): runs, names and units once, and a
//! list of values for each name, one a run, `null` where it was not measured.
//!
//! ```text
//! {"version":2, "runs":[{"id":"0041045…","timestamp":"2026-05-21T13:10:44+02:00", …}, …],
//!  "names":["Benchmark_A (pkg) - ns/op", …], "units":["ns/op", …], "values":[[60.4, null, …], …]}
//! ```
//!
//! Names are the action's for Go. The time of a run is that of its commit, for no other is kept.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::import::github_run::{ActionCommit, ActionRun};
use crate::json_stream::JsonStream;
use crate::sink::InputError;

/// What is read of such a file; other keys are passed over.
#[derive(Default)]
pub(crate) struct GofiberColumns {
    runs: Option<Vec<GofiberRun>>,
    names: Option<Vec<String>>,
    units: Vec<String>,
    values: Option<Vec<Vec<Option<f64>>>>,
}

#[derive(Deserialize)]
struct GofiberRun {
    #[serde(flatten)]
    commit: ActionCommit,
    /// `Ampere-1a (GOMAXPROCS=4)`.
    #[serde(default)]
    cpu: String,
}

impl GofiberColumns {
    /// Reads the value of a key, or passes over it.
    pub(crate) fn take_key(
        &mut self,
        key: &str,
        stream: &mut JsonStream<'_>,
    ) -> Result<(), InputError> {
        fn list<T: for<'de> Deserialize<'de>>(
            stream: &mut JsonStream<'_>,
        ) -> Result<T, InputError> {
            let piece = stream.piece()?;
            serde_json::from_str(&piece.text).map_err(|error| {
                let fault = InputError::from(error);
                let line = u32::try_from(piece.line).unwrap_or(u32::MAX);
                InputError { line: line.saturating_add(fault.line - 1), ..fault }
            })
        }
        match key {
            "runs" => self.runs = Some(list(stream)?),
            "names" => self.names = Some(list(stream)?),
            "units" => self.units = list(stream)?,
            "values" => self.values = Some(list(stream)?),
            _ => stream.skip()?,
        }
        Ok(())
    }

    /// Whether the file has this form.
    pub(crate) fn is_complete(&self) -> bool {
        self.runs.is_some() && self.names.is_some() && self.values.is_some()
    }

    /// Its runs, as the action keeps them.
    ///
    /// # Errors
    /// A name has no list of values, or a list has more values than there are runs.
    pub(crate) fn runs(self) -> Result<impl Iterator<Item = ActionRun>, InputError> {
        let runs = self.runs.unwrap_or_default();
        let (names, values) = (self.names.unwrap_or_default(), self.values.unwrap_or_default());
        if names.len() != values.len() {
            let (names, lists) = (names.len(), values.len());
            return Err(InputError::whole(format!("{names} names, and values of {lists}")));
        }
        if let Some(at) = values.iter().position(|list| list.len() > runs.len()) {
            let (name, runs) = (&names[at], runs.len());
            return Err(InputError::whole(format!("`{name}` has more values than {runs} runs")));
        }
        let units = self.units;
        Ok(runs.into_iter().enumerate().map(move |(place, run)| {
            let processors =
                run.cpu.split_once("(GOMAXPROCS=").and_then(|(_, it)| it.split_once(')'));
            let extra = processors.map(|(count, _)| format!("{count} procs"));
            let measured =
                names.iter().zip(&values).enumerate().filter_map(|(at, (name, list))| {
                    let value = list.get(place).copied().flatten()?;
                    let unit = units.get(at).map_or("", String::as_str);
                    Some(json!({"name": name, "value": value, "unit": unit, "extra": extra}))
                });
            let benches = measured.collect();
            ActionRun { commit: run.commit, date: Value::Null, tool: "go".to_owned(), benches }
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::entry::BenchmarkEntry;
    use crate::import::{ImportOptions, by_name};
    use crate::sink::EntrySink;
    use crate::source::{Source, Text};

    fn read(text: &str) -> (Vec<BenchmarkEntry>, usize) {
        let kind = by_name("github-action-benchmark").unwrap();
        let mut entries = Vec::new();
        let mut take = |entry| entries.push(entry);
        let mut sink = EntrySink::new(&mut take);
        let text = Text::new("data.js", text.as_bytes());
        (kind.read)(Source::File(&text), &ImportOptions::default(), &mut sink).unwrap();
        let rejected = sink.rejected.len();
        (entries, rejected)
    }

    const COLUMNS: &str = r#"window.BENCHMARK_DATA = {"version":2,"lastUpdate":1,"runs":[
        {"id":"004104506f16","timestamp":"2026-05-21T13:10:44+02:00","message":"one"},
        {"id":"1783fe81ac62","timestamp":"2026-09-04T10:49:28+02:00","cpu":"A (GOMAXPROCS=4)"}],
        "names":["Benchmark_A (p/q) - ns/op","Benchmark_A (p/q) - B/op",
         "Benchmark_B (p/q) - ns/op"],
        "units":["ns/op","B/op","ns/op"],"values":[[60.43,5.152],[24,0.0],[null,7]]}"#;

    #[test]
    fn a_column_of_values_becomes_benchmarks_of_runs() {
        let (entries, rejected) = read(COLUMNS);
        let shown: Vec<_> = entries
            .iter()
            .map(|it| (it.run.commit.as_deref().unwrap(), &*it.suite, &*it.test, it.metrics.len()))
            .collect();
        let expected = [
            ("004104506f16", "p/q", "_A", 2),
            ("1783fe81ac62", "p/q", "_A", 2),
            ("1783fe81ac62", "p/q", "_B", 1),
        ];
        assert_eq!((shown.as_slice(), rejected), (&expected[..], 0));
        assert_eq!(entries[0].metrics[0].value, 60.43);
        assert_eq!(entries[0].run.timestamp.unwrap().to_string(), "2026-05-21T11:10:44Z");
        assert_eq!(entries[1].params["gomaxprocs"], "4");
    }

    #[test]
    fn columns_that_do_not_fit_are_rejected() {
        assert_eq!(read(&COLUMNS.replace("[24,0.0],", "")), (Vec::new(), 1));
        assert_eq!(read(&COLUMNS.replace("[24,0.0]", "[24,0.0,1]")), (Vec::new(), 1));
    }

    #[test]
    fn luau_counts_seconds_and_repeats_digits_in_its_units() {
        let text = r#"{"entries":{"callgrind clang":[{"commit":{"id":"d11e8277c2c1"},"date":1636729114,
            "tool":"benchmarkluau","benches":[{"name":"queen","value":"2.322","unit":"2ms",
            "range":"±0.314%","extra":"luau"}]}]}}"#;
        let (entries, _) = read(text);
        let (entry, time) = (&entries[0], &entries[0].metrics[0]);
        assert_eq!(entry.run.timestamp.unwrap().to_string(), "2021-11-12T14:58:34Z");
        assert_eq!((time.value.get(), time.unit.as_deref()), (Some(2.322), Some("ms")));
        assert_eq!(entry.params["driver"], "luau");
    }

    #[test]
    fn what_stands_before_a_cut_is_imported() {
        let run = r#"{"commit":{"id":"aaaaaaa"},"date":1,"tool":"go","benches":[]}"#;
        let text = format!("{{\"entries\":{{\"s\":[{run},{run},{{\"commit\"");
        assert_eq!(read(&text).1, 1);
    }
}
