//! What no output of the program holds: redacted values in a public site, e-mail addresses, and
//! secrets in reasons. Whole outputs, every file of them.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::check::{NOW as CHECKED, POLICY, Project, one};
use crate::support::{
    Answer, History, NOW, SERIES, answer, commit, days, lines, program, run, with,
};

const KEY: &str = "correct horse battery staple";
/// A value that stands nowhere else, for each field that can be redacted: of the runner, of the
/// environment, with a name of its own, and in a failed and in a rejected record.
const REDACTED: [(&str, &str); 7] = [
    ("runner_image", "zq-runner"),
    ("hostname", "zq-host"),
    ("login", "zq-login"),
    ("version", "zq-version"),
    ("branch", "main"),
    ("url", "https://ci.example/zq-url"),
    ("error", "zq-error"),
];

/// Twelve days, the second half twice as slow on another runner, with every redactable field.
fn history(policy: &str) -> History {
    let values: Vec<f64> = (0..14).map(|day| if day < 7 { 1e4 } else { 2e4 }).collect();
    let mut records = days(&values);
    for (day, record) in records.iter_mut().enumerate() {
        for (field, value) in &REDACTED[..5] {
            let value = if *field == "branch" {
                (*value).to_owned()
            } else {
                format!("{value}-{}", day / 7)
            };
            record[*field] = json!(value);
        }
        record["url"] = json!(REDACTED[5].1);
    }
    let failed = json!({"error": "zq-error at zq-host-0", "mean_ns": null, "commit": commit(14)});
    let mut failed = with(records[13].clone(), failed);
    failed.as_object_mut().unwrap().remove("mean_ns");
    failed["timestamp"] = json!("2025-09-20T06:00:00Z");
    let rejected = with(records[0].clone(), json!({"n": "zq-host-0 ` zq-login-1"}));
    records.extend([failed, rejected]);
    let history = History::new();
    let redact = "[runner_*, hostname, login, version, branch, url, error]";
    let policy = format!(
        "version: '1'\nrunner_fingerprinting: {{track_fields: [runner_image]}}\n\
         site: {{audience: public, branch: main, redact: {redact}{policy}}}\n"
    );
    history.records(&records).file("policy.yml", policy);
    history
}

fn build(history: &History, variables: &[(&str, &str)]) -> Answer {
    let mut command = program();
    command.arg("build").arg("--data").arg(history.data()).arg("--out").arg(history.out());
    answer(command.args(["--now", NOW]).envs(variables.iter().copied()))
}

/// Every file below a folder, hidden ones too, by its path; a compressed one unpacked as well.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for path in crate::support::files(folder) {
        let mut bytes = std::fs::read(folder.join(&path)).unwrap();
        if path.ends_with(".gz") {
            let packed = std::mem::take(&mut bytes);
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
        }
        files.insert(path, bytes);
    }
    files
}

fn holding(files: &BTreeMap<String, Vec<u8>>, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    files
        .iter()
        .filter(|(path, bytes)| path.contains(text) || holds(bytes))
        .map(|(path, _)| path.clone())
        .collect()
}

#[test]
fn a_public_site_holds_no_redacted_value_in_any_file_numbered_or_hashed() {
    let internal = history("");
    assert_eq!(internal.build(&["--audience", "internal"]).status, 0);
    let shown = everything(&internal.out());
    for field in ["runner_image", "hostname", "version", "error"] {
        let (_, value) = REDACTED.iter().find(|(name, _)| *name == field).unwrap();
        assert!(!holding(&shown, value).is_empty(), "{field} is shown where it may be");
    }
    for (policy, variables) in
        [("", &[][..]), (", redact_as: hash", &[("BENCHPAGES_REDACT_KEY", KEY)])]
    {
        let history = history(policy);
        let built = build(&history, variables);
        assert_eq!(built.status, 0, "{}", built.err);
        let files = everything(history.out().parent().unwrap());
        let files = files.into_iter().filter(|(path, _)| !path.starts_with("data/")).collect();
        for value in ["zq-", KEY] {
            assert_eq!(holding(&files, value), Vec::<String>::new(), "{value} {policy}");
        }
        assert!(!holding(&files, "redacted ").is_empty());
    }
}

#[test]
fn a_hash_is_the_same_in_every_build_with_the_same_key_and_a_missing_key_is_an_error() {
    let history = history(", redact_as: hash");
    let runners = |variables: &[(&str, &str)]| {
        let built = build(&history, variables);
        assert_eq!(built.status, 0, "{}", built.err);
        let series = format!("site/api/v2/series/{}.json", SERIES.replace('/', "."));
        let series = std::fs::read_to_string(history.out().parent().unwrap().join(series)).unwrap();
        let series: Value = serde_json::from_str(&series).unwrap();
        series["segments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|segment| segment["runner"]["runner_image"].as_str().unwrap().to_owned())
            .collect::<Vec<String>>()
    };
    let key = history.data().with_file_name("key");
    std::fs::write(&key, format!("{KEY}\n")).unwrap();
    let hashed = runners(&[("BENCHPAGES_REDACT_KEY", KEY)]);
    assert!(hashed.len() == 2 && hashed[0] != hashed[1], "{hashed:?}");
    assert!(hashed.iter().all(|hash| hash.len() == "redacted ".len() + 12), "{hashed:?}");
    assert_eq!(runners(&[("BENCHPAGES_REDACT_KEY_FILE", key.to_str().unwrap())]), hashed);
    assert_ne!(runners(&[("BENCHPAGES_REDACT_KEY", "another key of 25 letters")]), hashed);
    for (variables, fault) in [
        (&[][..], "site.redact_as is hash, and there is no key: set BENCHPAGES_REDACT_KEY"),
        (&[("BENCHPAGES_REDACT_KEY", "short")], "the key has 5 bytes"),
        (&[("BENCHPAGES_REDACT_KEY_FILE", "no/such/key")], "cannot read no/such/key"),
    ] {
        let failed = build(&history, variables);
        assert!(failed.status == 2 && failed.err.contains(fault), "{}", failed.err);
    }
}

/// Every format that a check can write.
const FORMATS: [&str; 7] = ["text", "json", "markdown", "github", "sarif", "junit", "gcc"];

#[test]
fn a_public_check_shows_no_redacted_value_in_any_format_or_snapshot() {
    let history = history("");
    let data = history.data().display().to_string();
    let saved = history.data().with_file_name("saved");
    for format in FORMATS {
        let check = run(&[
            "check",
            "--data",
            &data,
            "--now",
            NOW,
            "--format",
            format,
            "--artifact",
            saved.to_str().unwrap(),
        ]);
        assert!(!check.out.is_empty() && !check.out.contains("zq-"), "{format}: {}", check.out);
    }
    assert_eq!(holding(&everything(&saved), "zq-"), Vec::<String>::new());
    assert!(!everything(&saved).is_empty());
}

#[test]
fn no_output_holds_an_address_of_an_author() {
    let mail = "zq.ada@mail.example";
    let person = format!("Ada <{mail}>");
    let history = History::new();
    let fields = json!({"author": person, "runner_image": mail, "url": format!("mailto:{mail}")});
    let records: Vec<Value> =
        days(&[1e4; 12]).into_iter().map(|record| with(record, fields.clone())).collect();
    let commits: Vec<Value> = (0..12)
        .map(|at| {
            json!({"commit": commit(at),
        "subject": format!("parse: faster (Co-authored-by: {person})")})
        })
        .collect();
    let policy = format!(
        "version: '1'\nrunner_fingerprinting: {{track_fields: [runner_image]}}\n\
         governance: {{emergency_override_approvers: ['{person}']}}\n\
         annotations: [{{date: '2025-09-03', text: 'see {mail}'}}]\n"
    );
    let accepted = format!(
        "- series: x\n  commit: abc\n  max_change: 1\n  reason: ask {mail}\n  \
         by: '{person}'\n"
    );
    history
        .records(&records)
        .file("commits.ndjson", lines(&commits))
        .file("policy.yml", policy)
        .file("accepted.yml", accepted)
        .file("notes/a.md", format!("---\ndate: 2025-09-04\ntitle: {mail}\n---\nBy {person}.\n"));
    let data = history.data().display().to_string();
    let rotated = run(&[
        "accept",
        "--data",
        &data,
        "--now",
        NOW,
        "--by",
        &person,
        "--series",
        "*",
        "--commit",
        &commit(5),
        "--reason",
        "see <mailto:zq.ada@mail.example>",
        "--max-change",
        "9%",
    ]);
    assert_eq!(rotated.status, 0, "{}", rotated.err);
    let log = std::fs::read_to_string(history.data().join("audit.ndjson")).unwrap();
    assert!(log.contains("\"actor\":\"Ada\"") && !log.contains(mail), "{log}");
    assert_eq!(history.build(&[]).status, 0);
    let files = everything(&history.out());
    assert_eq!(holding(&files, mail), Vec::<String>::new());
    assert!(!holding(&files, "Co-authored-by: Ada").is_empty(), "the name stays");
    let saved = history.data().with_file_name("saved");
    let artifact = ["--artifact", saved.to_str().unwrap()];
    for arguments in FORMATS
        .map(|format| [&["check", "--format", format][..], &artifact].concat())
        .into_iter()
        .chain(["csv", "json", "sql"].map(|format| vec!["export", format]))
        .chain([vec!["doctor"], vec!["audit", "show"]])
    {
        let shown = run(&[&arguments[..], &["--data", &data, "--now", NOW]].concat());
        assert!(!shown.out.contains(mail) && !shown.err.contains(mail), "{arguments:?}");
    }
    let saved = everything(&saved);
    assert!(saved.len() > 3 && holding(&saved, mail).is_empty(), "{:?}", holding(&saved, mail));
}

#[test]
fn a_secret_in_a_reason_reaches_neither_the_log_nor_a_report() {
    let policy = format!("{POLICY}governance: {{emergency_override_approvers: [ada]}}\n");
    let mut project = Project::new(20, &policy);
    (20..24).for_each(|day| project.day(day, &one("go", 1.6), &json!({})));
    project.write();
    let token = format!("gh{}_{}", "p", "zq".repeat(18));
    let reason =
        format!("outage, {token} and password=zq-word at https://ada:zq-pass@ci.example/x");
    for format in FORMATS {
        let mut command = project.command(&["--format", format, "--now", CHECKED]);
        command.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", &reason);
        let answer = answer(command.env("GITHUB_ACTOR", "ada"));
        assert_eq!(answer.status, 0, "{format}: {}", answer.err);
        assert!(!answer.out.contains("zq") && !answer.err.contains("zq"), "{}", answer.out);
    }
    let log = std::fs::read_to_string(project.history.data().join("audit.ndjson")).unwrap();
    let masked = "outage, *** and password=*** at https://***@ci.example/x";
    assert!(log.contains(masked) && !log.contains("zq"), "{log}");
    let data = project.history.data().display().to_string();
    let accept = run(&[
        "accept",
        "--data",
        &data,
        "--now",
        CHECKED,
        "--series",
        "parse/go/*",
        "--commit",
        &crate::check::main(20),
        "--by",
        "ada",
        "--reason",
        &reason,
    ]);
    let yaml = std::fs::read_to_string(project.history.data().join("accepted.yml"));
    assert!(yaml.is_ok_and(|yaml| yaml.contains(masked) && !yaml.contains("zq")), "{}", accept.err);
}
