//! What asv knows of its benchmarks (`benchmarks.json`), and the names that follow from it: the
//! class or module is the suite, the function the test, the product of parameters one record each.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{BenchmarkEntry, MEMORY};
use crate::parse::name;
use crate::sink::InputError;
use crate::source::Text;
use model::record::direction::direction_of_unit;
use model::record::{Measurement, TIME_METRIC, Unit};

/// More combinations of parameters than this are rejected as one benchmark: a product of lists
/// in a broken file must not fill the memory.
const MAX_COMBINATIONS: usize = 100_000;

/// A benchmark of `benchmarks.json`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct AsvBenchmark {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    param_names: Vec<String>,
    #[serde(default)]
    pub params: Vec<Vec<String>>,
}

/// Benchmarks by name.
pub(crate) type AsvBenchmarks = BTreeMap<String, AsvBenchmark>;

/// Reads `benchmarks.json`. Keys that hold no benchmark (`version`) are passed over.
///
/// # Errors
/// It is no JSON object.
pub(crate) fn read(text: &Text) -> Result<AsvBenchmarks, InputError> {
    let all: BTreeMap<String, Value> = text.parse()?;
    Ok(from_json(all))
}

/// The benchmarks in an object of them.
pub(crate) fn from_json(all: BTreeMap<String, Value>) -> AsvBenchmarks {
    let one = |(name, value): (String, Value)| {
        AsvBenchmark::deserialize(value).ok().map(|benchmark| (name, benchmark))
    };
    all.into_iter().filter_map(one).collect()
}

impl AsvBenchmark {
    /// A benchmark that the list no longer has: its kind by the beginning of its name, as asv does.
    pub(crate) fn unlisted(name: &str) -> Self {
        let function = name.rsplit('.').next().unwrap_or(name);
        let kind = ["timeraw", "time", "mem", "peakmem", "track"]
            .into_iter()
            .find(|kind| function.to_lowercase().starts_with(kind))
            .unwrap_or_default();
        let (kind, unit) = match kind {
            "time" | "timeraw" => ("time", "seconds"),
            "mem" => ("memory", "bytes"),
            "peakmem" => ("peakmemory", "bytes"),
            _ => ("track", "unit"),
        };
        Self { kind: kind.to_owned(), unit: unit.to_owned(), ..Self::default() }
    }

    /// An entry of this benchmark, without parameters and values.
    pub(crate) fn entry(name: &str) -> BenchmarkEntry {
        BenchmarkEntry::split(name, ".")
    }

    /// A value as a metric: `seconds` are time, `bytes` memory, anything else is `value` in the
    /// unit of the benchmark; `runtime (s)` is `runtime` in seconds.
    ///
    /// asv calls every larger value worse. A unit that is a rate (`gflopss`, `x/s`) is better when
    /// higher.
    pub(crate) fn metric(&self, value: f64) -> Measurement<'static> {
        let told = self.unit.trim();
        let bracketed = told.strip_suffix(')').and_then(|it| it.rsplit_once(" ("));
        let bracketed =
            bracketed.filter(|(_, unit)| Unit::parse(unit).0.as_str() != *unit || *unit == "ns");
        let (name, unit) = match (self.kind.as_str(), bracketed) {
            ("time" | "timeraw", _) => (TIME_METRIC.to_owned(), told),
            ("memory", _) => (MEMORY.to_owned(), told),
            ("peakmemory", _) => ("peak_memory".to_owned(), told),
            (_, Some((name, unit))) => (name::metric_name(name), unit),
            (_, None) => ("value".to_owned(), if told == "unit" { "" } else { told }),
        };
        Measurement {
            direction: direction_of_unit(unit),
            ..crate::entry::metric(&name, unit, value)
        }
    }

    /// The parameters of one combination, in the order of Python's `itertools.product`: the last
    /// list turns fastest.
    pub(crate) fn with_params(
        &self,
        mut entry: BenchmarkEntry,
        params: &[Vec<String>],
        at: usize,
    ) -> BenchmarkEntry {
        let mut rest = at;
        for (axis, values) in params.iter().enumerate().rev() {
            if let Some(value) = values.get(rest % values.len().max(1)) {
                let name = self.param_names.get(axis).filter(|name| !name.is_empty());
                let name = name.cloned().unwrap_or_else(|| format!("param{}", axis + 1));
                entry = entry.param(&name, displayed_repr(value));
            }
            rest /= values.len().max(1);
        }
        entry
    }
}

/// How many combinations lists of parameters have; none where they are more than anyone measures.
pub(crate) fn combinations(params: &[Vec<String>]) -> Option<usize> {
    let product =
        params.iter().try_fold(1_usize, |product, values| product.checked_mul(values.len()));
    product.filter(|product| *product <= MAX_COMBINATIONS)
}

/// Python's `repr` as people read it: text without its quotes, an object without the address that
/// is another one in each run.
fn displayed_repr(repr: &str) -> String {
    for quote in ['\'', '"'] {
        let inner = repr.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
        if let Some(inner) = inner.filter(|it| !it.contains([quote, '\\'])) {
            return inner.to_owned();
        }
    }
    let mut out = String::new();
    let mut rest = repr;
    while let Some((before, after)) = rest.split_once(" at 0x") {
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out.push_str(rest);
    out
}
