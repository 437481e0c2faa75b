//! Sandmark's `.bench` files, as `orun` writes them for OCaml: a line of JSON a run with time,
//! memory and the counts of the garbage collector. Lines of one name are repeats.
//!
//! Words of the heap are counted, not scaled. A line without a time is rejected.

use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY, metric};
use crate::format::{Format, Reader};
use crate::json::{number, pairs, text as word};
use crate::parse::name::metric_name;
use crate::parse::repeats::RepeatMerger;
use crate::sink::{EntrySink, InputError};
use crate::source::Text;
use model::record::TIME_METRIC;

pub(crate) const FORMAT: Format = Format {
    name: "sandmark",
    tool: "Sandmark's .bench files (orun)",
    signature: "lines of `name`, `time_secs`, `maxrss_kB` and `gc`",
    yields: "time, user_time, system_time, memory, code_size, counts of the garbage collector; \
             version of OCaml, arch, os",
    backend: "ocaml",
    reader: Reader::Text { recognizes, read },
};

/// Values beside the name: key, our metric, unit.
const METRICS: [(&str, &str, &str); 5] = [
    ("time_secs", TIME_METRIC, "s"),
    ("user_time_secs", "user_time", "s"),
    ("sys_time_secs", "system_time", "s"),
    // The kernel counts in KiB, whatever the key says.
    ("maxrss_kB", MEMORY, "KiB"),
    ("codesize", "code_size", "B"),
];

fn recognizes(text: &Text) -> bool {
    let first = text.lines().find(|(_, line)| !line.trim().is_empty());
    let first = first.and_then(|(_, line)| serde_json::from_str::<Value>(line).ok());
    first.is_some_and(|run| {
        ["name", "time_secs", "maxrss_kB", "gc"].iter().all(|key| run.get(key).is_some())
    })
}

fn read(text: &Text, sink: &mut EntrySink<'_>) -> Result<(), InputError> {
    let mut repeats = RepeatMerger::default();
    for (place, line) in text.lines().filter(|(_, line)| !line.trim().is_empty()) {
        let remedy = "the other lines were read; run this benchmark again";
        match serde_json::from_str::<Value>(line) {
            Ok(run) if number(&run, "time_secs").is_some() => repeats.add(entry(&run)),
            Ok(_) => sink.reject(place, "no number `time_secs`", remedy, line),
            Err(error) => {
                let reason = InputError::from(error).reason;
                sink.reject(place, &format!("not JSON: {reason}"), remedy, line);
            }
        }
    }
    repeats.entries().into_iter().for_each(|entry| sink.entry(entry));
    Ok(())
}

fn entry(run: &Value) -> BenchmarkEntry {
    let ocaml = run.get("ocaml").unwrap_or(&Value::Null);
    let name = word(run, "name");
    // The name of a program without arguments ends with the separator.
    let mut entry = BenchmarkEntry::named(name.strip_suffix('.').unwrap_or(name))
        .field("command", word(run, "command"))
        .field("ocaml", word(ocaml, "version"))
        .field("arch", word(ocaml, "architecture"))
        .field("os", word(ocaml, "system"));
    for (key, name, unit) in METRICS {
        entry.metrics.extend(number(run, key).map(|value| metric(name, unit, value)));
    }
    for (key, _) in run.get("gc").into_iter().flat_map(pairs) {
        let count = run.get("gc").and_then(|gc| number(gc, key));
        let name = format!("gc_{}", metric_name(key));
        entry.metrics.extend(count.map(|count| metric(&name, "count", count)));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::read_text;

    const LINE: &str = r#"{"name":"fft.","command":"./fft.exe","time_secs":4.5,"user_time_secs":4.1,
        "sys_time_secs":0.07,"maxrss_kB":156792,"ocaml":{"version":"4.12.0","architecture":"amd64",
        "system":"linux"},"gc":{"minor_words":264241272,"compactions":0},"codesize":33004.0}"#;

    #[test]
    fn times_memory_and_counts_are_metrics() {
        let line = LINE.replace('\n', " ");
        let entry = &read_text(&FORMAT, &line)[0];
        assert_eq!((entry.test.as_str(), &entry.fields["ocaml"]), ("fft", &"4.12.0".into()));
        let metrics: Vec<_> = entry
            .metrics
            .iter()
            .map(|it| (&*it.metric, it.value.get().unwrap(), it.unit.as_deref().unwrap()))
            .collect();
        let expected = [
            (TIME_METRIC, 4.5, "s"),
            ("user_time", 4.1, "s"),
            ("system_time", 0.07, "s"),
            (MEMORY, 156_792.0, "KiB"),
            ("code_size", 33_004.0, "B"),
            ("gc_compactions", 0.0, "count"),
            ("gc_minor_words", 264_241_272.0, "count"),
        ];
        assert_eq!(metrics, expected);
    }

    #[test]
    fn lines_of_one_name_are_repeats() {
        let line = LINE.replace('\n', " ");
        let entries = read_text(&FORMAT, &format!("{line}\n{}\n", line.replace("4.5", "4.7")));
        assert_eq!((entries.len(), &entries[0].metrics[0].samples[..]), (1, &[4.5, 4.7][..]));
    }
}
