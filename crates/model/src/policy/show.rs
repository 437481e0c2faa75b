//! The policy in force, every default filled in, for people (YAML) and for scripts (JSON).
//!
//! Both read back to the same policy. Comments of the file it came from are not kept.

use crate::policy::Policy;
use crate::policy::semantics::url_fault;

/// Every key with its default and what it means: the reference of `policy.yml`.
pub const REFERENCE: &str = include_str!("reference.yml");

/// The policy as YAML. Where the site's address is known, the first line tells editors where its
/// schema stands.
pub fn to_yaml(policy: &Policy) -> String {
    let address = policy.site.base_url.as_deref().filter(|url| url_fault(url).is_none());
    let head = address.map_or(String::new(), |url| {
        let base = url.trim_end_matches('/');
        format!("# yaml-language-server: $schema={base}/api/v2/policy.schema.json\n")
    });
    // The types hold nothing that YAML cannot say; JSON, which is YAML too, stands in regardless.
    let body = serde_saphyr::to_string(policy).unwrap_or_else(|_| to_json(policy));
    head + &body
}

/// The policy as pretty JSON with sorted keys, ending in a newline.
pub fn to_json(policy: &Policy) -> String {
    serde_json::to_value(policy).map_or_else(|_| "null\n".to_owned(), |json| format!("{json:#}\n"))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::filter::{Filter, Names, SizeRange, Sizes};
    use crate::policy::amount::Amount;
    use crate::policy::read::read;
    use crate::policy::target::{Alert, AlertCondition, Budget, Sla};
    use crate::policy::{Annotation, MetricPolicy, Preset, RegressionRule, schema};
    use crate::record::{Direction, Unit};

    #[test]
    fn the_reference_says_the_defaults() {
        let reading = read(REFERENCE, "reference.yml");
        assert_eq!(reading.diagnostics, []);
        assert_eq!(reading.policy, Some(Policy::default()));
    }

    /// The reference with its examples in place of the empty values above them.
    fn with_examples() -> String {
        let mut out: Vec<String> = Vec::new();
        for line in REFERENCE.lines() {
            match line.split_once("#| ") {
                Some((indent, example)) => {
                    if let Some(last) = out.last_mut() {
                        let empty = last.strip_suffix(": []").or(last.strip_suffix(": {}"));
                        if let Some(key) = empty {
                            *last = format!("{key}:");
                        }
                    }
                    out.push(format!("{indent}{example}"));
                }
                None => out.push(line.to_owned()),
            }
        }
        out.join("\n")
    }

    #[test]
    fn the_examples_of_the_reference_are_a_policy_with_every_key_of_the_schema() {
        let text = with_examples();
        let reading = read(&text, "reference.yml");
        let told: Vec<&str> = reading.diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(told, [""; 0], "{text}");
        let schema = schema::schema_value();
        let shown: Value = serde_json::from_str(&to_json(&reading.policy.unwrap())).unwrap();
        let mut seen = BTreeSet::new();
        collect(&shown, schema, schema, "", &mut seen);
        let types = schema["$defs"].as_object().unwrap().iter();
        for (name, rule) in types.map(|(name, rule)| (name.as_str(), rule)).chain([("", schema)]) {
            for key in rule["properties"].as_object().into_iter().flat_map(|keys| keys.keys()) {
                assert!(seen.contains(&format!("{name}.{key}")), "`{key}` of {name} is not shown");
            }
        }
    }

    /// The keys of each type that a value uses, as `Type.key`.
    fn collect(
        value: &Value,
        rule: &Value,
        schema: &Value,
        name: &str,
        seen: &mut BTreeSet<String>,
    ) {
        if let Some(target) = rule.get("$ref").and_then(Value::as_str) {
            let name = target.rsplit('/').next().unwrap();
            return collect(value, &schema["$defs"][name], schema, name, seen);
        }
        for part in rule.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            collect(value, part, schema, name, seen);
        }
        for item in value.as_array().into_iter().flatten() {
            collect(item, &rule["items"], schema, name, seen);
        }
        for (key, value) in value.as_object().into_iter().flatten() {
            match rule["properties"].get(key) {
                Some(rule) => {
                    seen.insert(format!("{name}.{key}"));
                    collect(value, rule, schema, name, seen);
                }
                None => collect(value, &rule["additionalProperties"], schema, name, seen),
            }
        }
    }

    #[test]
    fn the_first_line_names_the_schema_only_where_the_address_is_known() {
        let mut policy = Policy::default();
        assert!(to_yaml(&policy).starts_with("version:"));
        policy.site.base_url = Some("https://example.org/bench/".to_owned());
        let first = "# yaml-language-server: $schema=\
                     https://example.org/bench/api/v2/policy.schema.json\n";
        assert!(to_yaml(&policy).starts_with(first));
        policy.site.base_url = Some("https://example.org/\nversion: stolen".to_owned());
        assert!(to_yaml(&policy).starts_with("version:"));
    }

    #[test]
    fn json_has_sorted_keys() {
        let json = to_json(&Policy::default());
        let keys: Vec<&str> = json.lines().filter_map(|l| l.strip_prefix("  \"")).collect();
        assert!(keys.is_sorted() && keys.len() > 10, "{keys:?}");
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            proptest::sample::select(vec![
                "~",
                "null",
                "yes",
                "on",
                "1.0",
                "010",
                "0x1F",
                "1e5",
                ".inf",
                "- a",
                "a: b",
                "# c",
                "&a",
                "*a",
                "!t",
                "|",
                ">",
                "%",
                "@x",
                "`",
                "'",
                "\"",
                "{",
                "[",
                ",",
                "<<",
                "true",
                " a ",
                "a #b",
                "a\n b\n",
                "\t",
                "=",
                "日本",
                "\u{1b}[31m",
                "\u{85}",
                "\u{feff}x",
                "--- a",
                "2025-01-01",
            ])
            .prop_map(str::to_owned),
            "\\PC{1,20}",
            "[ -~\n\t]{1,20}".prop_filter("blank", |text| !text.trim().is_empty()),
        ]
        .prop_filter("names are not blank", |text| !text.trim().is_empty())
    }

    prop_compose! {
        fn filter()(
            test in proptest::option::of(text().prop_map(Names::One)),
            tags in proptest::collection::vec(text(), 0..3),
            parallel in proptest::option::of(any::<bool>()),
            min in proptest::option::of(any::<u64>()),
            not in proptest::option::of(text()),
        ) -> Filter {
            let not = not.map(|mode| {
                Box::new(Filter { mode: Some(Names::One(mode)), ..Filter::default() })
            });
            let n = Some(Sizes::Range(SizeRange { min, max: None }));
            let tags = (!tags.is_empty()).then_some(Names::Many(tags));
            Filter { test, tags, parallel, n, not, ..Filter::default() }
        }
    }

    prop_compose! {
        fn policy()(
            version in text(),
            per_backend in proptest::collection::btree_map(text(), 0.0..10.0_f64, 0..4),
            matches in filter(),
            threshold in proptest::option::of(0.0..10.0_f64),
            absolute in proptest::option::of(0.0..1e300_f64),
            filters in filter(),
            remark in text(),
            old in text(),
            title in text(),
            budget in 0.0..1e12_f64,
            better in proptest::option::of(Just(Direction::Higher)),
        ) -> Policy {
            let mut policy = Policy { version, ..Policy::default() };
            policy.regression.per_backend = per_backend;
            let matching = matches.clone();
            let rule = RegressionRule {
                matches: matching,
                threshold,
                absolute,
                ..RegressionRule::default()
            };
            policy.regression.rules = vec![rule];
            policy.dashboard_presets = vec![Preset { name: remark.clone(), filters }];
            let alert = Alert {
                name: remark.clone(),
                matches: matches.clone(),
                when: AlertCondition::from(format!("level > {budget} or change > 5%")),
                message: Some(title.clone()),
                ..Alert::default()
            };
            policy.alerts = vec![alert];
            policy.sla = vec![Sla { max_memory_bytes: Some(budget), ..Sla::default() }];
            policy.site.redact = vec![old.clone()];
            let amount = Some(Amount { number: budget, unit: Some(Unit::of_metric("time")) });
            let tolerant = Budget { tolerance: threshold, budget: amount, ..Budget::default() };
            let goal = Some(budget.into());
            policy.budgets = vec![Budget { matches, goal, ..Budget::default() }, tolerant];
            let unit = Some(remark.clone());
            let metric = MetricPolicy { unit, better, ..MetricPolicy::default() };
            policy.metrics = BTreeMap::from([(old.clone(), metric)]);
            policy.aliases = BTreeMap::from([(old, "a name that no one else has".to_owned())]);
            let date = "2025-02-28".to_owned();
            policy.annotations =
                vec![Annotation { date, text: remark, ..Annotation::default() }];
            policy.site.title = title;
            policy
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_as_the_same_policy(policy in policy()) {
            for text in [to_yaml(&policy), to_json(&policy)] {
                let reading = read(&text, "policy.yml");
                prop_assert_eq!(reading.policy.as_ref(), Some(&policy), "{}\n{:?}", text, reading);
            }
        }
    }
}
