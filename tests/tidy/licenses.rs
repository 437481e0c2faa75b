//! Licenses of all crates that this platform compiles, against `deny.toml`.
//!
//! cargo-deny does the same for every platform, but compiles for longer than all tests run. It runs
//! on GitHub; this test runs wherever the program is changed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Packages whose license is not allowed.
fn faults(metadata: &Value, allowed: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let license = package["license"].as_str().unwrap_or("no license");
        if !is_allowed(license, allowed) {
            faults.push(format!("{} {}: {license}", package["name"], package["version"]));
        }
    }
    faults
}

/// Whether some choice of an SPDX expression is allowed. `AND` binds tighter than `OR`; older
/// crates write `/` for `OR`.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = ExpressionReader { words: &words, allowed };
    reader.any() == Some(true) && reader.words.is_empty()
}

/// Reads an expression from its first word on; none where it is malformed.
struct ExpressionReader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl ExpressionReader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        self.words = &self.words[usize::from(is_next)..];
        is_next
    }

    fn word(&mut self) -> Option<String> {
        let (word, rest) = self.words.split_first()?;
        self.words = rest;
        Some((*word).to_owned())
    }

    fn any(&mut self) -> Option<bool> {
        let mut holds = self.all()?;
        while self.take("OR") {
            holds |= self.all()?;
        }
        Some(holds)
    }

    fn all(&mut self) -> Option<bool> {
        let mut holds = self.license()?;
        while self.take("AND") {
            holds &= self.license()?;
        }
        Some(holds)
    }

    fn license(&mut self) -> Option<bool> {
        if self.take("(") {
            let holds = self.any()?;
            return self.take(")").then_some(holds);
        }
        let mut license = self.word()?;
        if self.take("WITH") {
            license = format!("{license} WITH {}", self.word()?);
        }
        Some(self.allowed.contains(&license.as_str()))
    }
}

/// The list `allow` of the table `[licenses]`.
fn allowed_licenses(rules: &str) -> Vec<&str> {
    let table = rules.split("\n[licenses]\n").nth(1).unwrap_or_default();
    let list = table.split("allow = [").nth(1).unwrap_or_default();
    let list = list.split(']').next().unwrap_or_default();
    list.split(',').map(|item| item.trim().trim_matches('"')).collect()
}

#[test]
fn every_license_is_allowed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let version = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Crates of other platforms are not on this disk, and a test uses no network.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        .args(["--filter-platform", host])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(metadata["packages"].as_array().unwrap().len() > 100);
    let rules = std::fs::read_to_string(root.join("deny.toml")).unwrap();
    let faults = faults(&metadata, &allowed_licenses(&rules));
    assert!(faults.is_empty(), "not allowed by deny.toml:\n  {}", faults.join("\n  "));
}

#[test]
fn a_license_is_allowed_if_one_of_its_choices_is() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"];
    for expression in [
        "MIT",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "MIT AND (MIT OR GPL-3.0)",
        "GPL-3.0 AND X OR MIT",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(expression, &allowed), "{expression}");
    }
    for expression in
        ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT)", "MIT WITH x", "MIT OR", "Apache-2.0"]
    {
        assert!(!is_allowed(expression, &allowed), "{expression}");
    }
}

#[test]
fn a_package_without_an_allowed_license_is_named() {
    let metadata = serde_json::json!({"packages": [
        {"name": "a", "version": "1.0.0", "license": "MIT"},
        {"name": "b", "version": "2.0.0", "license": "GPL-3.0"},
        {"name": "c", "version": "3.0.0", "license": null},
    ]});
    let expected = ["\"b\" \"2.0.0\": GPL-3.0", "\"c\" \"3.0.0\": no license"];
    assert_eq!(
        faults(&metadata, &allowed_licenses("\n[licenses]\nallow = [\n  \"MIT\",\n]\n")),
        expected
    );
}
