//! What the gate says of its outcome, in each format: the comment within its limits and safe
//! whatever the names, annotations within GitHub's limits, SARIF and JUnit that parse, what a job
//! finds in its files, and two commits compared.

use serde_json::{Value, json};

use crate::check::{BACKENDS, NOW, POLICY, Project, all, head, main, measured, one};
use crate::support::{Answer, Expected, answer, files, lines, program};

/// Every way a name has been seen to break a report.
pub const HOSTILE: &str = "a|b `c` <script>x</script> [l](http://e.vil) @team #1 **b** \
                       ##[error]x ::error::y\nnew -->\u{202e}gnp www.e.vil";
const URL: &str = "https://o.example/r";

/// A pull request that made rust 25 % slower and go 20 % faster.
fn changed() -> Project {
    let project = Project::new(30, POLICY);
    project.write();
    let mut records = Vec::new();
    for (backend, factor) in [("rust", 1.25), ("go", 0.8), ("ts", 1.0)] {
        for run in 0..3 {
            let time = format!("2025-01-30T{:02}:00:00Z", 8 + run);
            let value = 100_000.0 * factor + 100.0 * f64::from(run);
            records.push(measured(&head(7), &time, backend, value, &json!({})));
        }
    }
    project.history.file("pulls/7.ndjson", lines(&records));
    project
}

fn comment(project: &Project) -> Answer {
    project.check(&["--pull", "7", "--format", "markdown", "--base-url", URL])
}

#[test]
fn reports_are_as_reviewed() {
    let project = changed();
    let mut expected = Expected::of("check");
    for (format, ending) in [
        ("text", "txt"),
        ("json", "json"),
        ("markdown", "md"),
        ("github", "github.txt"),
        ("sarif", "sarif"),
        ("junit", "xml"),
        ("gcc", "gcc.txt"),
    ] {
        let answer = project.check(&["--pull", "7", "--format", format, "--base-url", URL]);
        assert_eq!(answer.status, 1, "{format}: {}", answer.err);
        let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        let text = answer.out.replace(&version, "\"version\": \"VERSION\"");
        let text = text.replace(project.history.data().to_str().unwrap(), "data");
        expected.compare(&format!("pull.{ending}"), &text);
    }
    expected.end();
}

/// File, line, column, level, message and series of each line, as an editor's matcher takes them.
fn problems(out: &str) -> Vec<(String, usize, String, String)> {
    let line = |line: &str| {
        let mut parts = line.splitn(4, ':');
        let mut next = || parts.next().unwrap().to_owned();
        let (file, number, column) = (next(), next().parse().unwrap(), next());
        assert_eq!(column, "1", "{line}");
        let rest = next();
        let (level, message) = rest.trim().split_once(": ").unwrap();
        let (message, series) = message.rsplit_once(" [").unwrap();
        assert!(!message.is_empty());
        (file, number, level.to_owned(), series.trim_end_matches(']').to_owned())
    };
    out.lines().map(line).collect()
}

#[test]
fn editors_are_led_to_the_candidate_s_record() {
    let project = changed();
    let answer = project.check(&["--pull", "7", "--format", "gcc"]);
    assert_eq!(answer.status, 1, "{}", answer.err);
    let found = problems(&answer.out);
    let [(file, line, level, series)] = found.as_slice() else { panic!("{}", answer.out) };
    assert_eq!(level, "error");
    let text = std::fs::read_to_string(file).unwrap();
    let record: Value = serde_json::from_str(text.lines().nth(line - 1).unwrap()).unwrap();
    assert_eq!(record["backend"], "rust");
    assert_eq!(record["commit"], head(7));
    assert!(series.contains("/rust/"), "{series}");
}

#[test]
fn a_hostile_name_is_one_line_for_an_editor() {
    let mut project = Project::new(0, POLICY);
    for day in 0..30 {
        let factor = if day < 25 { 1.0 } else { 1.5 };
        let mut records = Project::new(0, POLICY);
        records.day(day, &[("rust", factor)], &json!({"test": HOSTILE}));
        project.records.extend(records.records);
    }
    let answer = project.write().check(&["--format", "gcc"]);
    assert_eq!(answer.status, 1, "{}", answer.err);
    assert_eq!(answer.out.lines().count(), 1, "{}", answer.out);
    assert!(!answer.out.contains("##[") && !answer.out.contains('\u{202e}'), "{}", answer.out);
}

#[test]
fn where_nothing_was_compared_an_editor_s_log_says_so() {
    let project = Project::new(3, POLICY);
    let answer = project.write().check(&["--format", "gcc"]);
    assert_eq!(answer.status, 3, "{}", answer.err);
    assert!(
        answer.out.starts_with("benchpages: error: FIRST RUNS: the main line has 3 of 5 runs"),
        "{}",
        answer.out
    );
}

#[test]
fn no_change_is_two_lines() {
    let project = Project::new(20, POLICY);
    project.write().pull(7, 19, 3, 1.0, &json!({}));
    let body = comment(&project).out;
    let lines: Vec<&str> = body.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines[0].starts_with("<!-- benchpages:pr v1 sha="), "{body}");
    assert_eq!(lines[1], "### Benchmarks: 1 unchanged");
    assert_eq!(lines[2], "No regressions in 1 series.");
    assert!(!body.contains("|-|"), "{body}");
}

#[test]
fn a_fork_with_hostile_names_is_commented_safely() {
    let mut project = Project::new(0, POLICY);
    let fields = json!({"test": HOSTILE, "mode": HOSTILE, "runner": HOSTILE});
    for day in 0..20 {
        let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
        let value = 100_000.0 + f64::from(day % 3) * 300.0;
        project.records.push(measured(&main(day as usize), &time, HOSTILE, value, &fields));
    }
    project.write();
    let slow = |run: u32| {
        let time = format!("2025-01-20T{:02}:00:00Z", 8 + run);
        measured(HOSTILE, &time, HOSTILE, 140_000.0, &fields)
    };
    project.history.file("pulls/7.ndjson", lines(&(0..3).map(slow).collect::<Vec<_>>()));
    let body = comment(&project).out.replace("`benchpages accept`", "");
    assert!(body.contains("1 slower"), "{body}");
    for bad in ["<script", "`", "@team", "[l]", "(http://", "www.e", "##[", "\u{202e}", " #1"] {
        assert!(!body.contains(bad), "{bad}: {body}");
    }
    assert_eq!(body.matches("-->").count(), 1, "{body}");
    let row = body.lines().find(|line| line.starts_with("| ▲")).unwrap();
    assert_eq!(row.matches('|').count(), 7, "{row}");
    // Every link leads to the site.
    for (at, _) in body.match_indices("](") {
        assert!(body[at + 2..].starts_with(URL), "{}", &body[at..]);
    }
    for format in ["text", "github"] {
        let out = project.check(&["--pull", "7", "--format", format]).out;
        let obeyed = |line: &&str| {
            let line = line.trim_start();
            line.contains("##[") || line.starts_with("::") && format == "text"
        };
        assert_eq!(out.lines().find(obeyed), None, "{out}");
        assert!(!out.contains('\u{202e}') && !out.contains('\u{1b}'), "{out}");
        if format == "github" {
            let command = |line: &str| {
                ["::error title=", "::warning title=", "::notice title="]
                    .iter()
                    .any(|head| line.starts_with(head))
            };
            assert!(out.lines().all(command), "{out}");
        }
    }
    for format in ["json", "sarif"] {
        let out = project.check(&["--pull", "7", "--format", format]).out;
        let log = serde_json::from_str::<Value>(&out).unwrap();
        assert!(!out.contains("##["), "{out}");
        for result in log["runs"][0]["results"].as_array().into_iter().flatten() {
            let text = result["message"]["text"].as_str().unwrap();
            for bad in ["@team", "#1", "http://", "www.e", "["] {
                assert!(!text.contains(bad), "{bad}: {text}");
            }
        }
    }
    cases(&project.check(&["--pull", "7", "--format", "junit"]).out);
}

#[test]
fn a_comment_on_five_thousand_series_is_within_its_limits() {
    let mut records = Vec::new();
    let mut pull = Vec::new();
    for series in 0..5_000 {
        let test = format!("{}{series}", "@|`<#[日".repeat(12));
        let fields = json!({"test": test, "unique": series});
        for day in 0..7 {
            let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
            let value = 100_000.0 + f64::from(day % 3) * 100.0;
            records.push(measured(&main(day as usize), &time, "rust", value, &fields));
        }
        for run in 0..3 {
            let time = format!("2025-01-07T{:02}:00:00Z", 8 + run);
            // By a factor of its own each: by the same one it would be the machine.
            let value = 150_000.0 + 100_000.0 * f64::from(series % 7);
            pull.push(measured(&head(7), &time, "rust", value, &fields));
        }
    }
    let project = Project::new(0, "version: '1'\ndetection: {confirmations: 3}\n");
    project.history.file("results/all.ndjson", lines(&records));
    project.history.file("pulls/7.ndjson", lines(&pull));
    let folder = tempfile::tempdir().unwrap();
    let (summary, outputs) = (folder.path().join("summary"), folder.path().join("outputs"));
    let mut command = project.command(&["--pull", "7", "--format", "github", "--now", NOW]);
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &outputs);
    let annotated = answer(&mut command);
    assert_eq!(annotated.status, 1, "{}", annotated.err);
    let errors: Vec<&str> =
        annotated.out.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 10, "GitHub drops what is more");
    assert!(
        errors[9].starts_with("::error title=4,991 more::".replace(',', "%2C").as_str()),
        "{}",
        errors[9]
    );
    let body = std::fs::read_to_string(&summary).unwrap();
    assert!(body.len() <= 60_000, "{} bytes", body.len());
    assert!(body.contains("5,000 slower") && body.contains("… and 4,990 more."), "{body}");
    assert_eq!(body.lines().filter(|line| line.starts_with("| ▲")).count(), 10);
    assert!(std::fs::metadata(&outputs).unwrap().len() < 1 << 20);
}

#[test]
fn a_template_of_the_project_makes_the_comment() {
    let project = changed();
    project.history.file("templates/comment.md", "{{ heading }} ({{ rows | length }} rows)\n");
    let body = comment(&project).out;
    let (marker, rest) = body.split_once('\n').unwrap();
    assert!(marker.starts_with("<!-- benchpages:pr v1 sha="), "{body}");
    assert_eq!(rest, "Benchmarks: approval needed, ▲ 1 slower, ▼ 1 faster, 1 unchanged (2 rows)\n");
    // A faulty one is told; the verdict is not lost with it.
    project.history.file("templates/comment.md", "{{ nonsense }}");
    assert_eq!(comment(&project).status, 2);
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary");
    let mut command = project.command(&["--pull", "7", "--now", NOW]);
    let answer = answer(command.env("GITHUB_STEP_SUMMARY", &summary));
    assert_eq!(answer.status, 1);
    assert!(answer.err.contains("comment.md"), "{}", answer.err);
    assert!(std::fs::read_to_string(&summary).unwrap().contains("1 slower"));
    // One that writes without end is cut to the limit.
    let endless = "{% for i in range(9000) %}0123456789 {% endfor %}";
    project.history.file("templates/comment.md", endless);
    assert!(comment(&project).out.len() <= 60_000);
}

#[test]
fn a_job_finds_the_outcome_in_its_files() {
    let project = changed();
    let folder = tempfile::tempdir().unwrap();
    let (summary, outputs) = (folder.path().join("summary"), folder.path().join("outputs"));
    std::fs::write(&outputs, "earlier=1\n").unwrap();
    let mut command = project.command(&["--pull", "7", "--now", NOW, "--base-url", URL]);
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &outputs);
    assert_eq!(answer(&mut command).status, 1);
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), comment(&project).out);
    let found = outputs_of(&std::fs::read_to_string(&outputs).unwrap());
    let of = |name: &str| found.iter().find(|(known, _)| known == name).unwrap().1.as_str();
    assert_eq!((of("earlier"), of("verdict"), of("exit")), ("1", "approval_needed", "1"));
    assert_eq!((of("regressions"), of("candidate")), ("1", head(7).as_str()));
    assert_eq!(of("comment").trim(), comment(&project).out.trim());
    let full = "x".repeat(1 << 20);
    std::fs::write(&summary, &full).unwrap();
    let told = answer(&mut command);
    assert!(told.err.contains("summary of this step is full"), "{}", told.err);
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), full);
}

/// Names and values, as a runner of GitHub reads them.
fn outputs_of(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.lines();
    while let Some(line) = rest.next() {
        match line.split_once("<<") {
            Some((name, end)) => {
                let value: Vec<&str> = rest.by_ref().take_while(|line| *line != end).collect();
                found.push((name.to_owned(), value.join("\n")));
            }
            None => {
                let (name, value) = line.split_once('=').unwrap();
                found.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    found
}

#[test]
fn a_snapshot_says_the_same_again() {
    let project = changed();
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    let (status, found) = project.json(&["--pull", "7", "--artifact", into]);
    assert_eq!(status, 1);
    let kept = files(folder.path());
    let name = format!("{}-20250301T120000Z", head(7));
    for file in ["check.json", "policy.yml", "results/main.ndjson", "pulls/7.ndjson"] {
        assert!(kept.contains(&format!("{name}/{file}")), "{file}: {kept:?}");
    }
    let snapshot = folder.path().join(&name);
    let said = std::fs::read_to_string(snapshot.join("check.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), found);
    let mut again = program();
    again.args(["check", "--pull", "7", "--format", "json", "--now", NOW, "--data"]);
    let again: Value = serde_json::from_str(&answer(again.arg(&snapshot)).out).unwrap();
    assert_eq!(again["findings"], found["findings"]);
    assert_eq!(again["verdict"], found["verdict"]);
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let log: Value =
        serde_json::from_str(&changed().check(&["--pull", "7", "--format", "sarif"]).out).unwrap();
    assert_eq!(log["version"], json!("2.1.0"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string() && driver["informationUri"].is_string());
    let rules = driver["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["message"]["text"].is_string());
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string());
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(result["partialFingerprints"]["series/v1"].is_string());
    }
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    let empty = Project::new(0, POLICY).write().check(&["--format", "sarif"]).out;
    let empty: Value = serde_json::from_str(&empty).unwrap();
    assert_eq!(empty["runs"][0]["results"][0]["ruleId"], json!("nothing-compared"));
}

/// Names and outcomes of the cases of a JUnit file, read back by an XML parser.
fn cases(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut cases: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let tag_name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                let named =
                    tag.attributes().map(Result::unwrap).find(|it| it.key.as_ref() == b"name");
                if tag_name == "testcase" {
                    let name = named.unwrap().value.into_owned();
                    let name = String::from_utf8(name).unwrap();
                    let name = quick_xml::escape::unescape(&name).unwrap().into_owned();
                    cases.push((name, "passed".to_owned()));
                } else if let Some(case) = cases.last_mut() {
                    case.1 = tag_name;
                }
            }
            _ => {}
        }
    }
    cases
}

#[test]
fn junit_has_a_case_for_each_series() {
    let project = changed();
    let found = cases(&project.check(&["--pull", "7", "--format", "junit"]).out);
    let of = |backend: &str| {
        let name = format!("parse/{backend}/default/1000");
        found.iter().find(|(known, _)| *known == name).map(|(_, outcome)| outcome.as_str())
    };
    assert_eq!(of("rust"), Some("failure"));
    assert_eq!(of("go"), Some("system-out"));
    assert_eq!(of("ts"), Some("passed"));
    assert_eq!(of("julia"), Some("skipped"), "not measured");
    let nothing = cases(&Project::new(0, POLICY).write().check(&["--format", "junit"]).out);
    assert_eq!(nothing, [("check".to_owned(), "error".to_owned())]);
}

#[test]
fn an_override_is_said_loudly_everywhere() {
    let policy = format!("{POLICY}governance: {{emergency_override_approvers: [ada]}}\n");
    let mut project = Project::new(20, &policy);
    (20..24).for_each(|day| project.day(day, &one("go", 1.6), &json!({})));
    project.write();
    for format in ["text", "json", "markdown", "github", "sarif", "junit"] {
        let mut command = project.command(&["--format", format, "--actor", "ada", "--now", NOW]);
        command.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", "outage of 3 March");
        let said = answer(&mut command);
        assert_eq!(said.status, 0, "{format}: {}", said.err);
        assert!(said.out.to_lowercase().contains("overridden"), "{format}: {}", said.out);
        let reason = said.out.contains("outage of 3 March");
        assert!(reason || format == "sarif", "{format}: {}", said.out);
    }
}

#[test]
fn a_public_report_names_no_redacted_value() {
    let policy = format!("{POLICY}site: {{audience: public, redact: ['runner_*']}}\n");
    let mut project = Project::new(20, &policy);
    project.day(20, &all(1.0), &json!({"runner_image": "secret-7"}));
    project.write();
    for format in ["text", "json", "markdown", "github", "sarif", "junit"] {
        let out = project.check(&["--format", format]).out;
        assert!(!out.contains("secret-7") && !out.contains("ubuntu"), "{format}: {out}");
    }
    assert!(project.check(&[]).out.contains("redacted"));
    let folder = tempfile::tempdir().unwrap();
    project.check(&["--artifact", folder.path().to_str().unwrap()]);
    for file in files(folder.path()).iter().filter(|file| file.ends_with("json")) {
        let kept = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(!kept.contains("secret-7") && !kept.contains("ubuntu"), "{file}");
    }
}

#[test]
fn two_commits_are_compared() {
    let mut project = Project::new(20, POLICY);
    (20..24).for_each(|day| project.day(day, &one("go", 1.25), &json!({})));
    project.write();
    let compare = |more: &[&str]| {
        let mut command = program();
        command.arg("compare").arg("--data").arg(project.history.data());
        answer(command.args(["--now", NOW]).args(more))
    };
    let pair = format!("{}..{}", main(10), main(23));
    let said = compare(&[&pair, "--format", "json"]);
    let found: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(found["compared"].as_array().unwrap().len(), BACKENDS.len());
    let first = &found["compared"][0];
    assert_eq!(first["series"], json!("parse/go/default/1000"));
    assert_eq!(first["verdict"], json!("regressed"));
    let mean = found["geomean"][0]["ratio"].as_f64().unwrap();
    assert!((mean - 1.25_f64.powf(0.2)).abs() < 0.01, "{mean}");
    let one = compare(&[&pair, "backend=go", "--format", "text"]);
    assert!(one.out.contains("1 regressed, 0 improved, 0 unchanged"), "{}", one.out);
    assert!(one.out.lines().all(|line| line.chars().count() <= 80), "{}", one.out);
    let table = compare(&[&pair, "not.backend=go", "--format", "markdown"]).out;
    assert!(table.contains("0 regressed") && !table.contains("· go"), "{table}");
    assert_eq!(compare(&[&pair, "backend=none"]).status, 3, "nothing to compare");
    assert_eq!(compare(&[&pair, "backend"]).status, 2);
    assert_eq!(compare(&[&main(10)]).status, 2);
    project.pull(7, 23, 1, 1.0, &json!({}));
    assert_eq!(compare(&[&format!("latest..{}", head(7)), "backend=rust"]).status, 0);
    assert_eq!(compare(&[&format!("{}..latest", head(7))]).status, 2, "no level to compare with");
    assert!(compare(&["0123456..latest"]).err.contains("0123456"));
    assert_eq!(compare(&[&format!("{}..latest", main(10))]).status, 0);
}
