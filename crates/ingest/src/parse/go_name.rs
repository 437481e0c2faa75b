//! The names of Go's benchmarks: `BenchmarkEncode/format=json/n=20-8` of package `example.com/a`.
//!
//! `/k=v` is a parameter, a last part that is a whole number is `n`, and the number behind the
//! last `-` is GOMAXPROCS, a parameter too: two `-cpu` settings of one benchmark are two series.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::BenchmarkEntry;
use crate::parse::name;

/// The parameter that holds the number of processors.
pub(crate) const GOMAXPROCS: &str = "gomaxprocs";

/// The names that one run of one package printed: whether the number behind a name is GOMAXPROCS
/// or part of the name is a fact of the run.
///
/// Go prints the number behind every name, and none at all where GOMAXPROCS is 1. `BenchmarkPlain`
/// without one therefore proves that in the same run `BenchmarkCopy/buf-64` is a whole name, unless
/// `BenchmarkCopy/buf` stands beside it: then the run had several settings (`-cpu 1,64`).
#[derive(Debug, Default)]
pub(crate) struct GoRunNames {
    names: BTreeSet<String>,
    has_plain: bool,
    /// The number that a configuration line of the run states: it beats any guess from names.
    pub(crate) stated: Option<String>,
}

impl GoRunNames {
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut all = Self::default();
        names.into_iter().for_each(|name| all.add(name));
        all
    }

    pub(crate) fn add(&mut self, name: &str) {
        self.has_plain |= split_number(name).is_none();
        self.names.insert(name.to_owned());
    }

    /// A name without the processors, and their number where the name holds it.
    fn split<'n>(&self, name: &'n str) -> (&'n str, Option<&'n str>) {
        let Some((whole, number)) = split_number(name) else { return (name, None) };
        let is_processors = match &self.stated {
            Some(stated) => stated == number,
            None => !self.has_plain || self.names.contains(whole),
        };
        if is_processors { (whole, Some(number)) } else { (name, None) }
    }

    /// The benchmark of a name as `go test` prints it, with or without `Benchmark`.
    pub(crate) fn entry(&self, package: &str, name: &str) -> BenchmarkEntry {
        let (whole, processors) = self.split(name);
        entry(package, whole, processors.or(self.stated.as_deref()))
    }
}

/// `Copy/buf` and `64` of `Copy/buf-64`.
fn split_number(name: &str) -> Option<(&str, &str)> {
    let (whole, number) = name.rsplit_once('-')?;
    (!whole.is_empty() && name::is_whole(number)).then_some((whole, number))
}

/// The benchmark of a name that holds no processors (any more): they are known from elsewhere, or
/// not at all.
pub(crate) fn entry(package: &str, whole: &str, processors: Option<&str>) -> BenchmarkEntry {
    // `Benchmark` alone is a benchmark whose name is empty; a name is needed.
    let plain = whole.strip_prefix("Benchmark").filter(|rest| !rest.is_empty()).unwrap_or(whole);
    let mut params: BTreeMap<&str, &str> = BTreeMap::new();
    let mut parts = Vec::new();
    for part in plain.split('/') {
        match part.split_once('=').filter(|(key, _)| name::is_key(key)) {
            Some((key, value)) if !parts.is_empty() && !params.contains_key(key) => {
                params.insert(key, value);
            }
            _ => parts.push(part),
        }
    }
    let sized = parts.len() > 1
        && !["n", "N"].iter().any(|key| params.contains_key(*key))
        && parts.last().is_some_and(|part| name::is_whole(part));
    let size = if sized { parts.pop() } else { None };
    params.extend(size.map(|size| ("n", size)));
    params.extend(processors.map(|number| (GOMAXPROCS, number)));
    let full_name =
        if plain.len() < whole.len() { whole.to_owned() } else { format!("Benchmark{whole}") };
    let mut entry =
        BenchmarkEntry { name: full_name, ..BenchmarkEntry::of(package, parts.join("/")) };
    for (key, value) in params {
        entry = name::add_parameter(entry, key, value);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(entry: &BenchmarkEntry) -> String {
        let params: Vec<String> = entry.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let n = entry.n.map(|n| format!(" n={n}")).unwrap_or_default();
        format!("{}{n} {}", entry.test, params.join(","))
    }

    #[test]
    fn names_hold_parameters() {
        let run = GoRunNames::default();
        let it = run.entry("a.b/c", "BenchmarkEncode/format=json/part/size=1k/n=20-8");
        assert_eq!(
            (&*it.suite, it.name.as_str()),
            ("a.b/c", "BenchmarkEncode/format=json/part/size=1k/n=20")
        );
        assert_eq!(parts(&it), "Encode/part n=20 format=json,gomaxprocs=8,size=1k");
        let it = run.entry("", "X/run-[]string{\"a=b\"}/100");
        assert_eq!(parts(&it), "X/run-[]string{\"a=b\"} n=100 ");
        assert_eq!(entry("", "Benchmark_a-y", None).test, "_a-y");
        assert_eq!(entry("", "Benchmark", None).test, "Benchmark");
    }

    #[test]
    fn a_name_without_processors_proves_that_there_is_one() {
        let read = |names: &[&str]| -> Vec<String> {
            let run = GoRunNames::of(names.iter().copied());
            names.iter().map(|name| parts(&run.entry("", name)).trim().to_owned()).collect()
        };
        assert_eq!(read(&["Copy/buf-64", "Plain"]), ["Copy/buf-64", "Plain"]);
        assert_eq!(read(&["A", "A-4", "B-8"]), ["A", "A gomaxprocs=4", "B-8"]);
        assert_eq!(read(&["Copy/buf-64-4"]), ["Copy/buf-64 gomaxprocs=4"]);
        let stated = GoRunNames { stated: Some("1".to_owned()), ..GoRunNames::default() };
        assert_eq!(parts(&stated.entry("", "Utf-8")), "Utf-8 gomaxprocs=1");
    }
}
