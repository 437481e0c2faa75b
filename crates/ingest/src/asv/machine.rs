//! Machine and environment of asv's results, and what of them makes series of their own.
//!
//! A machine and what is installed on it are different series, as asv draws them: parameters
//! `machine`, `python`, and each requirement with a version (`numpy=1.8`). Requirements without a
//! version (the newest) are one parameter, `with=numpy+scipy`. It stands in every name, also where
//! all environments of a history have the same: whether it does must not depend on what other
//! environments were ever measured.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::entry::BenchmarkEntry;

/// Facts of a machine: asv's name of each, and the field's.
const FACTS: [(&str, &str); 5] = [
    ("os", "os"),
    ("cpu", "cpu"),
    ("ram", "memory_total"),
    ("num_cpu", "cpu_count"),
    ("arch", "arch"),
];

/// Where and with what a file of results was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AsvSetting {
    pub machine: String,
    pub branch: Option<String>,
    facts: Vec<(&'static str, String)>,
    /// What makes series of their own.
    params: BTreeMap<String, String>,
    /// Requirements without a version.
    unpinned: BTreeSet<String>,
}

impl AsvSetting {
    /// From asv's `params` of a file or graph, and the file's own word on requirements.
    pub(crate) fn of(
        params: &BTreeMap<String, Value>,
        requirements: Option<&BTreeMap<String, Value>>,
    ) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        let mut setting = Self::default();
        for (asv, ours) in FACTS {
            let told = params.get(asv).and_then(text).filter(|it| !it.is_empty());
            let told = told.map(|told| if asv == "ram" { rounded_memory(&told) } else { told });
            setting.facts.extend(told.map(|told| (ours, told)));
        }
        setting.machine = params.get("machine").and_then(text).unwrap_or_default();
        setting.branch = params.get("branch").and_then(text).filter(|it| !it.is_empty());
        let known = |name: &str| {
            name == "machine" || name == "branch" || FACTS.iter().any(|(asv, _)| *asv == name)
        };
        let more = params.iter().filter(|(name, _)| !known(name));
        for (name, value) in requirements.into_iter().flatten().chain(more) {
            match text(value).filter(|it| !it.is_empty()) {
                Some(version) => {
                    setting.params.insert(name.clone(), version);
                }
                None => {
                    setting.unpinned.insert(name.clone());
                }
            }
        }
        if !setting.machine.is_empty() {
            setting.params.insert("machine".to_owned(), setting.machine.clone());
        }
        setting
    }

    /// Adds the setting to an entry.
    pub(crate) fn apply_to(&self, mut entry: BenchmarkEntry) -> BenchmarkEntry {
        for (name, value) in &self.facts {
            entry = entry.field(name, value.as_str());
        }
        let newest: Vec<&str> = self.unpinned.iter().map(String::as_str).collect();
        entry = entry.field("requirements", newest.join(" "));
        entry.params.extend(self.params.clone());
        if !newest.is_empty() {
            entry.params.insert("with".to_owned(), newest.join("+"));
        }
        entry
    }
}

/// A bare number below this counts KiB: 4·10⁹ KiB are more than any machine has, 4·10⁹ bytes less
/// than most.
const MAX_KIB: f64 = 4e9;
const GIB: f64 = 1_073_741_824.0;

/// A machine's memory in whole GiB, below two in quarters. asv asked for KiB in older versions and
/// for bytes in newer ones, and a kernel's share differs from one start to the next: neither is
/// another machine. Text (`8GB`) stays.
fn rounded_memory(memory_text: &str) -> String {
    let Ok(number) = memory_text.parse::<u64>() else { return memory_text.to_owned() };
    let number = number as f64;
    let gib = if number < MAX_KIB { number * 1024.0 / GIB } else { number / GIB };
    let rounded = if gib < 2.0 { (gib * 4.0).round() / 4.0 } else { gib.round() };
    format!("{rounded} GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(requirements: &[(&str, &str)]) -> AsvSetting {
        let requirements =
            requirements.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
        let params = [("machine", "m"), ("python", "3.12"), ("ram", "8GB")];
        let params = params.map(|(k, v)| (k.to_owned(), Value::from(v))).into();
        AsvSetting::of(&params, Some(&requirements))
    }

    fn params(setting: &AsvSetting) -> String {
        let entry = setting.apply_to(BenchmarkEntry::named("x"));
        let pairs: Vec<String> = entry.params.iter().map(|(k, v)| format!("{k}={v}")).collect();
        pairs.join(",")
    }

    #[test]
    fn an_update_of_asv_or_of_a_kernel_is_no_other_machine() {
        for told in ["395591828", "405086031872", "405085999104"] {
            assert_eq!(rounded_memory(told), "377 GiB");
        }
        assert_eq!(rounded_memory("8GB"), "8GB");
    }

    #[test]
    fn an_environment_is_named_by_itself_alone() {
        let both = setting(&[("numpy", ""), ("foo", "")]);
        assert_eq!(params(&both), "machine=m,python=3.12,with=foo+numpy");
        assert_eq!(params(&setting(&[("numpy", "1.8")])), "machine=m,numpy=1.8,python=3.12");
    }
}
