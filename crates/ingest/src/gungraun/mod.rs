//! gungraun, formerly iai-callgrind, and iai before: counts of Valgrind's tools, by name. Its JSON
//! and what it prints give the same benchmarks and metrics, so that a history may change from one
//! to the other.

pub(crate) mod json;
pub(crate) mod text;

use crate::entry::{BenchmarkEntry, MeasurementExt, metric};
use crate::parse::name;
use model::record::{Direction, Measurement};

/// Names in JSON whose words cannot be told by their letters, or that are printed otherwise.
const NAMES: [(&str, &str); 12] = [
    ("Ir", "instructions"),
    ("L1hits", "l1_hits"),
    ("LLhits", "ll_hits"),
    ("TotalRW", "total_read_write"),
    ("LLHitRate", "ll_hit_rate"),
    ("LLMissRate", "ll_miss_rate"),
    ("AtTEndBlocks", "at_t_end_blocks"),
    ("AtTEndBytes", "at_t_end_bytes"),
    ("AtTGmaxBlocks", "at_t_gmax_blocks"),
    ("AtTGmaxBytes", "at_t_gmax_bytes"),
    ("AcCost1", "accost1"),
    ("AcCost2", "accost2"),
];
/// Tools that count errors: their names stand before the metric's.
const CHECKERS: [&str; 3] = ["memcheck", "helgrind", "drd"];

/// Adds a number of a tool; a later one of the same name counts, for totals stand last.
fn add_metric(entry: &mut BenchmarkEntry, tool: &str, label: &str, value: f64) {
    let tool = tool.to_lowercase();
    let name = match metric_name(label) {
        name if CHECKERS.contains(&tool.as_str()) => format!("{tool}_{name}"),
        name => name,
    };
    let told = measurement(&name, value);
    match entry.metrics.iter_mut().find(|it| it.metric == name) {
        Some(known) => *known = told,
        None => entry.metrics.push(told),
    }
}

fn measurement(name: &str, value: f64) -> Measurement<'static> {
    let unit = match name {
        _ if name.ends_with("_rate") => "%",
        _ if name.ends_with("bytes") => "B",
        // Its unit is an option of callgrind that is not in the output.
        "sys_time" | "sys_cpu_time" => "",
        _ => "count",
    };
    let told = metric(name, unit, value);
    if name == "l1_hit_rate" { told.direction(Direction::Higher) } else { told }
}

/// `L1 Hit Rate` and `L1HitRate` are `l1_hit_rate`; `DLdmr` is `dldmr`.
fn metric_name(label: &str) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(written, _)| *written == label) {
        return (*name).to_owned();
    }
    let mut parted = String::new();
    let mut before = ' ';
    for c in label.chars() {
        let rises = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if rises && label.len() > 5 {
            parted.push(' ');
        }
        parted.extend(c.to_lowercase());
        before = c;
    }
    name::snake_case(&parted)
}

/// The benchmark of a path and an id: `crate::group::function`, `short`, its arguments `10`.
fn entry_named(path: &str, id: &str, arguments: &str) -> BenchmarkEntry {
    let (suite, test) = name::split_path(path, "::");
    let mut entry = BenchmarkEntry::of(suite, test);
    let rest = [id, arguments].map(str::trim);
    entry.name = match rest {
        ["", ""] => path.to_owned(),
        ["", arguments] => format!("{path} {arguments}"),
        [id, ""] => format!("{path} {id}"),
        [id, arguments] => format!("{path} {id}:{arguments}"),
    };
    let [id, arguments] = rest;
    if !id.is_empty() {
        entry = entry.param("id", id);
    }
    match arguments {
        whole if name::is_whole(whole) => entry.param("n", whole),
        "" => entry,
        // Always a parameter: one id may stand for several arguments, and whether it does is known
        // from the other benchmarks of the file only.
        other => entry.param("arguments", other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_names_and_names_in_json_are_the_same() {
        for (printed, json, one) in [
            ("Instructions", "Ir", "instructions"),
            ("L1 Hits", "L1hits", "l1_hits"),
            ("L1 Hit Rate", "L1HitRate", "l1_hit_rate"),
            ("LLi Miss Rate", "LLiMissRate", "lli_miss_rate"),
            ("LL Hit Rate", "LLHitRate", "ll_hit_rate"),
            ("RAM Hits", "RamHits", "ram_hits"),
            ("Total read+write", "TotalRW", "total_read_write"),
            ("Estimated Cycles", "EstimatedCycles", "estimated_cycles"),
            ("At t-gmax bytes", "AtTGmaxBytes", "at_t_gmax_bytes"),
            ("SysCpuTime", "SysCpuTime", "sys_cpu_time"),
            ("DLdmr", "DLdmr", "dldmr"),
            ("Suppressed Errors", "SuppressedErrors", "suppressed_errors"),
            ("AcCost1", "AcCost1", "accost1"),
        ] {
            assert_eq!((metric_name(printed).as_str(), metric_name(json).as_str()), (one, one));
        }
    }
}
