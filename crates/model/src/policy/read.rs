//! Reads `policy.yml`: the policy in force, or everything that is wrong with the file at once.
//!
//! Three passes: YAML to a tree (`tree`; its first error ends the reading), the tree against the
//! schema (`check`), and what of it has no fault against itself (`meaning`). An empty file is the
//! default policy. A policy with warnings holds.

use serde::Deserialize;

use crate::policy::Policy;
use crate::policy::check::{self, PolicyFinding};
use crate::policy::diagnostic::{Diagnostic, DiagnosticLevel, LocationCursor, PolicyFaultKind};
use crate::policy::schema;
use crate::policy::semantics;
use crate::policy::tree::{self, YamlNode, YamlValue};

/// What came of reading: a policy exactly where no diagnostic is an error.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedPolicy {
    pub policy: Option<Policy>,
    /// In the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a policy. `file` is the name that places carry.
pub fn read(text: &str, file: &str) -> ParsedPolicy {
    let (policy, findings) = parse_and_check(text);
    ParsedPolicy { policy, diagnostics: to_diagnostics(findings, text, file) }
}

/// What was found in a text, with its places, in the order of the file.
pub(crate) fn to_diagnostics(
    mut findings: Vec<(DiagnosticLevel, PolicyFinding)>,
    text: &str,
    file: &str,
) -> Vec<Diagnostic> {
    // As people correct the file; errors before warnings at one place.
    findings.sort_by_key(|(level, finding)| (finding.span.start, *level));
    let mut cursor = LocationCursor::new(text, file);
    let with_location = |(level, finding): (DiagnosticLevel, PolicyFinding)| Diagnostic {
        level,
        kind: finding.kind,
        location: cursor.location(finding.span.start),
        message: finding.message,
        span: finding.span,
        help: finding.help,
    };
    findings.into_iter().map(with_location).collect()
}

fn parse_and_check(text: &str) -> (Option<Policy>, Vec<(DiagnosticLevel, PolicyFinding)>) {
    let root = match tree::parse(text) {
        Ok(root) => root,
        Err(tree::SyntaxError { message, help, span }) => {
            let kind = PolicyFaultKind::Syntax;
            let finding = PolicyFinding { kind, message, span, help };
            return (None, vec![(DiagnosticLevel::Error, finding)]);
        }
    };
    if root.value == YamlValue::Null {
        return (Some(Policy::default()), Vec::new());
    }
    // By the schema and not by serde, which stops at the first fault and knows no places. The same
    // schema completes keys in editors, so that both accept the same files.
    let faults = check::check_schema(&root, schema::schema_value(), text);
    if !faults.is_empty() {
        return (None, add_semantic_errors(faults, root, text));
    }
    match Policy::deserialize(root.to_json()) {
        Ok(mut policy) => {
            expand_shorthands(&mut policy, &root);
            let found = semantics::check_semantics(&policy, &root, text);
            let holds = found.iter().all(|(level, _)| *level != DiagnosticLevel::Error);
            (holds.then_some(policy), found)
        }
        Err(error) => {
            let span = root.span.start..root.span.start;
            (
                None,
                vec![(
                    DiagnosticLevel::Error,
                    PolicyFinding {
                        kind: PolicyFaultKind::WrongValue,
                        message: error.to_string(),
                        span,
                        help: None,
                    },
                )],
            )
        }
    }
}

/// The faults, and the errors among what stands beside them. Warnings are left out: the values they
/// would weigh may be the ones at fault.
fn add_semantic_errors(
    faults: Vec<PolicyFinding>,
    mut root: YamlNode,
    text: &str,
) -> Vec<(DiagnosticLevel, PolicyFinding)> {
    // Contradictions in the rest of the file are worth reporting at once with the faults; the
    // faulty parts must not take part in them.
    root.prune(&faults.iter().map(|fault| (fault.span.start, fault.span.end)).collect());
    let mut found = match Policy::deserialize(root.to_json()) {
        Ok(mut policy) => {
            expand_shorthands(&mut policy, &root);
            semantics::check_semantics(&policy, &root, text)
        }
        Err(_) => Vec::new(), // a fault above the root's entries: nothing is left to examine
    };
    found.retain(|(level, _)| *level == DiagnosticLevel::Error);
    found.extend(faults.into_iter().map(|fault| (DiagnosticLevel::Error, fault)));
    found
}

/// Gives every shorthand its long form: the tolerance of a budget that names no `violation_at`.
fn expand_shorthands(policy: &mut Policy, root: &YamlNode) {
    let budgets = root.get("budgets");
    for (index, budget) in policy.budgets.iter_mut().enumerate() {
        let written = budgets.and_then(|budgets| budgets.item(index));
        if let Some(tolerance) = budget.tolerance
            && written.is_some_and(|written| written.get("violation_at").is_none())
        {
            budget.violation_at = 1.0 + tolerance;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::policy::{diagnostic, schema, show};

    const SEED: &str = include_str!("../../../../tests/cases/policy/seed.yml");

    /// Each `broken/<claim>.yml` is told exactly as `<claim>.txt` beside it; a `.txt` that is
    /// missing or wrong is written anew and the test fails once, so that the change is reviewed.
    #[test]
    fn broken_policies_are_reported_as_expected() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/policy/broken");
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        names.retain(|path| path.extension().is_some_and(|extension| extension == "yml"));
        names.sort();
        assert!(names.len() >= 12, "only {} cases", names.len());
        let mut changed = Vec::new();
        for path in names {
            let text = fs::read_to_string(&path).unwrap();
            let reading = read(&text, "policy.yml");
            assert!(reading.policy.is_none(), "{} was accepted", path.display());
            let told = diagnostic::render(&reading.diagnostics, &text, false);
            let expectation = path.with_extension("txt");
            if fs::read_to_string(&expectation).unwrap_or_default() != told.as_str() {
                fs::write(&expectation, told.as_str()).unwrap();
                changed.push(format!("{}:\n{told}", path.display()));
            }
        }
        assert!(changed.is_empty(), "{}", changed.join("\n"));
    }

    #[test]
    fn the_seed_policy_is_read_without_a_word_and_every_key_kept() {
        let reading = read(SEED, "policy.yml");
        assert_eq!(reading.diagnostics, []);
        let kept = serde_json::to_value(reading.policy.unwrap()).unwrap();
        let said = tree::parse(SEED).unwrap().to_json();
        assert_contains(&kept, &said, "");
    }

    /// Every key and value of `said` stands in `kept`.
    fn assert_contains(kept: &serde_json::Value, said: &serde_json::Value, path: &str) {
        match (kept, said) {
            (serde_json::Value::Object(kept), serde_json::Value::Object(said)) => {
                for (key, value) in said {
                    let path = format!("{path}.{key}");
                    assert_contains(kept.get(key).expect(&path), value, &path);
                }
            }
            (serde_json::Value::Array(kept), serde_json::Value::Array(said)) => {
                assert_eq!(kept.len(), said.len(), "{path}");
                for (kept, said) in kept.iter().zip(said) {
                    assert_contains(kept, said, path);
                }
            }
            _ => assert_eq!(kept, said, "{path}"),
        }
    }

    #[test]
    fn an_empty_file_is_the_default_policy() {
        for text in ["", "\n# nothing yet\n", "---\n", "{}", "\u{feff}"] {
            let reading = read(text, "policy.yml");
            assert_eq!(reading.policy, Some(Policy::default()), "{text:?}");
            assert_eq!(reading.diagnostics, [], "{text:?}");
        }
    }

    #[test]
    fn anchors_and_merge_keys_work_across_sections() {
        let text = "version: '1'\nregression:\n  rules:\n    - match: &go {backend: go}\n      \
                    threshold: 0.2\ndashboard_presets:\n  - name: Go\n    filters: {<<: *go, \
                    parallel: true}\n";
        let reading = read(text, "policy.yml");
        assert_eq!(reading.diagnostics, []);
        let filters = reading.policy.unwrap().dashboard_presets.remove(0).filters;
        assert_eq!(filters.describe(), ["backend go", "parallel"]);
    }

    #[test]
    fn a_warning_does_not_reject_the_policy() {
        let text = "regression:\n  max_regression_ratio: 0.1\n  per_backend: {go: 0.3}\n  \
                    rules:\n    - match: {backend: go}\n";
        let reading = read(text, "policy.yml");
        assert!(reading.policy.is_some());
        let told = diagnostic::render(&reading.diagnostics, text, false);
        for words in [
            "warning[doubtful_value]: the policy has no `version`",
            "`go` has a threshold of 30%, but a change of 10% is already critical",
            "policy.yml:3:21",
            "this rule has no effect",
            "no regression can be accepted",
        ] {
            assert!(told.contains(words), "{words}\n{told}");
        }
        assert!(!told.contains("error"), "{told}");
    }

    #[test]
    fn a_tolerance_is_the_violation_share_unless_one_is_given() {
        let text = "version: '1'\nbudgets:\n  - {budget: 5, tolerance: 0.25}\n  - {budget: 5, \
                    tolerance: 0.25, violation_at: 2}\n  - {budget: 5}\n";
        let reading = read(text, "policy.yml");
        assert_eq!(reading.diagnostics, []);
        let budgets = reading.policy.unwrap().budgets;
        let shares: Vec<f64> = budgets.iter().map(|budget| budget.violation_at).collect();
        assert_eq!(shares, [1.25, 2.0, 1.1]);
    }

    #[test]
    fn notify_is_read_and_a_webhook_address_is_checked() {
        let text = "version: '1'\nnotify:\n  slack: {channel: '#perf', mention: ['@a']}\n  \
                    webhook: {url: 'https://h/?token=1'}\n  github: {comment: always, issues: \
                    true, labels: [perf]}\n";
        let reading = read(text, "policy.yml");
        assert!(reading.policy.is_some());
        assert_eq!(reading.diagnostics, []);
        let text = text.replace("https://", "ftp://");
        assert!(read(&text, "policy.yml").policy.is_none());
        let empty = read("version: '1'\nnotify: {}\n", "policy.yml");
        assert_eq!(empty.diagnostics, []);
    }

    #[test]
    fn default_and_seed_agree_with_the_schema() {
        for policy in [Policy::default(), read(SEED, "policy.yml").policy.unwrap()] {
            let text = show::to_json(&policy);
            let root = tree::parse(&text).unwrap();
            assert_eq!(check::check_schema(&root, schema::schema_value(), &text), []);
        }
    }

    /// Reads, and holds what every reading must.
    fn read_any(text: &str) -> Result<ParsedPolicy, TestCaseError> {
        let reading = read(text, "policy.yml");
        let errors =
            reading.diagnostics.iter().filter(|d| d.level == DiagnosticLevel::Error).count();
        prop_assert_eq!(reading.policy.is_none(), errors > 0);
        for diagnostic in &reading.diagnostics {
            let (line, column) = (diagnostic.location.line, diagnostic.location.column);
            let lines: Vec<&str> = text.split('\n').collect();
            prop_assert!(
                line >= 1 && (line as usize) <= lines.len(),
                "line {} of {:?}",
                line,
                text
            );
            let length = lines[line as usize - 1].chars().count();
            prop_assert!(column >= 1 && column as usize <= length + 1, "column {}", column);
            prop_assert!(text.get(diagnostic.span.clone()).is_some());
        }
        let told = diagnostic::render(&reading.diagnostics, text, false);
        prop_assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", told);
        Ok(reading)
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read_any(&String::from_utf8_lossy(&bytes))?;
        }

        #[test]
        fn no_yaml_like_text_makes_it_panic(
            text in "(\u{feff})?([a-c:&*!?|>%@`{},\\[\\]'\"#<~\\-\t\r\n 0-9.\u{1b}é日]\
                     |regression|: |\n  |- |<<: ){0,60}"
        ) {
            read_any(&text)?;
        }

        #[test]
        fn no_change_of_the_seed_makes_it_panic(
            at in 0_usize..2500,
            cut in 0_usize..40,
            put in "[a-z:&*{},\\[\\]'\"#\\-\t\n 0-9.%é]{0,6}",
        ) {
            let characters: Vec<char> = SEED.chars().collect();
            let at = at.min(characters.len());
            let end = (at + cut).min(characters.len());
            let text: String = characters[..at].iter().copied().chain(put.chars())
                .chain(characters[end..].iter().copied()).collect();
            read_any(&text)?;
        }

        #[test]
        fn every_misspelt_key_is_found_at_its_place(pick in any::<proptest::sample::Index>()) {
            let free = SEED.find("per_backend:").unwrap()..SEED.find("grace_period_days:").unwrap();
            let keys: Vec<usize> = SEED.match_indices(": ").map(|(at, _)| at)
                .filter(|at| !SEED[..*at].rsplit('\n').next().unwrap_or("").contains(['#', '"']))
                .filter(|at| !free.contains(at))
                .collect();
            let at = *pick.get(&keys);
            let text = format!("{}x{}", &SEED[..at], &SEED[at..]);
            let reading = read_any(&text)?;
            let line = text[..at].matches('\n').count() + 1;
            let found = reading.diagnostics.iter().any(|diagnostic| {
                let help = diagnostic.help.as_deref().unwrap_or("");
                diagnostic.location.line as usize == line && help.contains("did you mean")
            });
            prop_assert!(found, "{:?}", reading.diagnostics);
        }
    }
}
