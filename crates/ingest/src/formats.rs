//! The one table of formats: what each is called, how it is recognized, what it yields. Adding a
//! format is a file beside this one and a row here.
//!
//! Recognition looks at content alone. A text that two formats recognize is no format's: the user
//! is asked.

use crate::format::{Format, Reader};
use crate::source::{Folder, Text};
use crate::{
    artillery, asv, benchmark_ips, benchmarkdotnet, benchmarkjs, bmf, cargo_criterion, catch2,
    chrome_perf, criterion, criterion_text, csv_table, custom, dart, deno, divan, exported, go,
    google, gungraun, hyperfine, jmh, js_time, julia, k6, kpi, lean_metrics, libtest, lnt, locust,
    luau, ndjson, oha, otava, perf_collect, perfherder, pgbench, pyperf, pytest_benchmark,
    redis_benchmark, ruby_benchmark, sandmark, skia_perf, swift, tinybench, tracemalloc, vitest,
    wrk,
};

/// Every format, sorted by name.
pub const FORMATS: &[&Format] = &[
    &artillery::FORMAT,
    &asv::format::FORMAT,
    &asv::text::FORMAT,
    &benchmark_ips::FORMAT,
    &benchmarkdotnet::FORMAT,
    &benchmarkjs::FORMAT,
    &luau::FORMAT,
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
    &go::FORMAT,
    &google::json::FORMAT,
    &google::console::FORMAT,
    &gungraun::json::FORMAT,
    &gungraun::text::FORMAT,
    &hyperfine::FORMAT,
    &jmh::FORMAT,
    &js_time::FORMAT,
    &julia::FORMAT,
    &k6::FORMAT,
    &kpi::FORMAT,
    &lean_metrics::FORMAT,
    &libtest::FORMAT,
    &lnt::FORMAT,
    &locust::FORMAT,
    &ndjson::FORMAT,
    &oha::FORMAT,
    &otava::FORMAT,
    &perf_collect::FORMAT,
    &perfherder::FORMAT,
    &pgbench::FORMAT,
    &pyperf::FORMAT,
    &pytest_benchmark::FORMAT,
    &redis_benchmark::FORMAT,
    &ruby_benchmark::FORMAT,
    &sandmark::FORMAT,
    &skia_perf::FORMAT,
    &swift::FORMAT,
    &tinybench::FORMAT,
    &tracemalloc::FORMAT,
    &vitest::FORMAT,
    &wrk::FORMAT,
];

/// The format of this name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// The formats that recognize a text.
pub fn recognizing_text(text: &Text) -> Vec<&'static Format> {
    let is = |format: &&Format| match format.reader {
        Reader::Text { recognizes, .. } => recognizes(text),
        Reader::Folder { .. } => false,
    };
    FORMATS.iter().copied().filter(is).collect()
}

/// The formats that recognize a folder.
pub fn recognizing_folder(folder: &dyn Folder) -> Vec<&'static Format> {
    let is = |format: &&Format| match format.reader {
        Reader::Folder { recognizes, .. } => recognizes(folder),
        Reader::Text { .. } => false,
    };
    FORMATS.iter().copied().filter(is).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::EntrySink;

    #[test]
    fn names_are_sorted_and_typeable() {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        assert!(names.is_sorted(), "{names:?}");
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
            for format in FORMATS {
                if let Reader::Text { recognizes, read } = format.reader {
                    let _ = recognizes(&text);
                    let mut take = |_| {};
                    let _ = read(&text, &mut EntrySink::new(&mut take));
                }
            }
        }
    }
}
