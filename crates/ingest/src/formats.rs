//! The one table of formats: what each is called, how it is recognized, what it yields. Adding a
//! format is a file in `declared/formats`, or a file of code beside this one and a row here.
//!
//! Recognition looks at content alone. A text that two formats recognize is no format's: the user
//! is asked.

use std::sync::LazyLock;

use crate::declared::{self, built_in};
use crate::format::{Format, Reader};
use crate::source::{Folder, Text};
use crate::{
    ab, artillery, asv, benchmark_ips, benchmarkdotnet, benchmarkjs, bmf, cargo_criterion, catch2,
    chrome_perf, criterion, criterion_text, csv_table, custom, dart, deno, divan, exported,
    gatling, gnu_time, go, google, gungraun, hey, httperf, hyperfine, hyperfine_table, jmeter, jmh,
    js_time, julia, junit, k6, kpi, lean_metrics, libtest, llama_bench, lnt, luau, nanobench,
    ndjson, netperf, otava, perf_collect, perf_stat, perfherder, pgbench, phpbench, pyperf,
    pytest_benchmark, redis_benchmark, ruby_benchmark, sandmark, siege, skia_perf, stress_ng,
    swift, sysbench, taurus, tinybench, tracemalloc, vegeta, vitest, wrk, ycsb,
};
use model::policy::diagnostic::Diagnostic;

/// Every format that is read by code, sorted by name; the others are declared.
const CODED: &[&Format] = &[
    &ab::FORMAT,
    &artillery::FORMAT,
    &asv::format::FORMAT,
    &asv::text::FORMAT,
    &benchmark_ips::FORMAT,
    &benchmarkdotnet::FORMAT,
    &benchmarkjs::FORMAT,
    &luau::FORMAT,
    &go::benchstat::FORMAT,
    &bmf::FORMAT,
    &cargo_criterion::FORMAT,
    &catch2::xml::FORMAT,
    &catch2::text::FORMAT,
    &chrome_perf::FORMAT,
    &criterion::FORMAT,
    &criterion_text::FORMAT,
    &csv_table::FORMAT,
    &custom::BIGGER,
    &custom::SMALLER,
    &dart::FORMAT,
    &deno::FORMAT,
    &divan::FORMAT,
    &exported::FORMAT,
    &gatling::log::FORMAT,
    &gatling::statistics::FORMAT,
    &gnu_time::FORMAT,
    &go::FORMAT,
    &google::json::FORMAT,
    &google::console::FORMAT,
    &gungraun::json::FORMAT,
    &gungraun::text::FORMAT,
    &hey::FORMAT,
    &httperf::FORMAT,
    &hyperfine::FORMAT,
    &hyperfine_table::FORMAT,
    &jmeter::log::FORMAT,
    &jmeter::statistics::FORMAT,
    &jmeter::table::FORMAT,
    &jmh::FORMAT,
    &js_time::FORMAT,
    &julia::FORMAT,
    &junit::FORMAT,
    &k6::FORMAT,
    &kpi::FORMAT,
    &lean_metrics::FORMAT,
    &libtest::FORMAT,
    &llama_bench::FORMAT,
    &lnt::FORMAT,
    &nanobench::FORMAT,
    &ndjson::FORMAT,
    &netperf::FORMAT,
    &otava::FORMAT,
    &perf_collect::FORMAT,
    &perf_stat::table::FORMAT,
    &perfherder::FORMAT,
    &pgbench::FORMAT,
    &phpbench::FORMAT,
    &pyperf::FORMAT,
    &pytest_benchmark::FORMAT,
    &redis_benchmark::FORMAT,
    &ruby_benchmark::FORMAT,
    &sandmark::FORMAT,
    &siege::FORMAT,
    &skia_perf::FORMAT,
    &stress_ng::FORMAT,
    &swift::FORMAT,
    &sysbench::FORMAT,
    &taurus::FORMAT,
    &tinybench::FORMAT,
    &tracemalloc::FORMAT,
    &vegeta::FORMAT,
    &vitest::FORMAT,
    &wrk::FORMAT,
    &ycsb::FORMAT,
];

/// Every format, coded and declared, sorted by name.
pub fn all() -> &'static [&'static Format] {
    static ALL: LazyLock<Vec<&'static Format>> = LazyLock::new(|| {
        // A declaration of the program has no faults; a test reads each.
        let declared = built_in::FILES.iter().filter_map(|(file, text)| declare(text, file).ok());
        let mut all: Vec<&Format> = CODED.iter().copied().chain(declared).collect();
        all.sort_unstable_by_key(|format| format.name);
        all
    });
    &ALL
}

/// The format that a text declares; `file` is the name that places carry. It lives as long as the
/// program: it is one of few.
///
/// # Errors
/// All faults of the declaration.
pub fn declare(text: &str, file: &str) -> Result<&'static Format, Vec<Diagnostic>> {
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let declaration = declared::parse(text, file)?;
    Ok(Box::leak(Box::new(Format {
        name: leak(declaration.name),
        tool: leak(declaration.tool),
        signature: leak(declaration.signature),
        yields: leak(declaration.yields),
        backend: leak(declaration.backend),
        reader: Reader::Declared(declaration.format),
    })))
}

/// The format of this name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    all().iter().copied().find(|format| format.name == name)
}

/// The formats that recognize a text.
pub fn recognizing_text(text: &Text) -> Vec<&'static Format> {
    let fitting =
        || all().iter().copied().filter(|format| format.recognizes_text(text)).collect::<Vec<_>>();
    let whole = fitting();
    // A line of JSON in the output of another tool is no second result of it.
    if whole.is_empty() && text.look_within() { fitting() } else { whole }
}

/// The formats that recognize a folder.
pub fn recognizing_folder(folder: &dyn Folder) -> Vec<&'static Format> {
    all().iter().copied().filter(|format| format.recognizes_folder(folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::EntrySink;

    #[test]
    fn names_are_sorted_and_typeable() {
        let names: Vec<&str> = all().iter().map(|format| format.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        assert!(CODED.iter().map(|format| format.name).is_sorted(), "{names:?}");
        for name in names {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(name.bytes().all(|byte| plain(byte) || byte == b'-'), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_any_format_panic(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        ) {
            let text = Text::new("x", &bytes);
            for format in all() {
                let _ = format.recognizes_text(&text);
                let mut take = |_| {};
                let _ = format.read_text(&text, &mut EntrySink::new(&mut take));
            }
        }
    }
}
