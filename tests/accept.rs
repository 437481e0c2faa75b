//! Accepting a regression: what is refused, what is written, what it does to the pages.

use serde_json::{Value, json};

use crate::support::{Answer, History, NOW, SERIES, commit, days, record, run, with};

/// Twelve days at 100, then ten at 121.
fn slower() -> History {
    let values: Vec<f64> = (0..22)
        .map(|day| if day < 12 { 100.0 } else { 121.3 } + f64::from(day % 3) / 10.0)
        .collect();
    let history = History::new();
    history.records(&days(&values));
    history
}

fn accept(history: &History, more: &[&str]) -> Answer {
    let data = history.data().display().to_string();
    let arguments = ["accept", "--data", &data, "--now", NOW, "--by", "@ada"];
    run(&[&arguments[..], more].concat())
}

fn accepted(history: &History) -> String {
    std::fs::read_to_string(history.data().join("accepted.yml")).unwrap_or_default()
}

#[test]
fn what_is_accepted_is_shown_written_logged_and_approved_on_the_page() {
    let history = slower();
    let at = commit(12);
    let before = history.site(&[]).text(&format!("series/{SERIES}/"));
    assert!(!before.contains("bounds checks"), "{before}");
    let answer = accept(
        &history,
        &["--series", "parse/*", "--commit", &at, "--reason", "bounds checks: worth it"],
    );
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.starts_with("accepts 1 regression of up to 22% at "), "{}", answer.out);
    assert!(answer.out.contains(SERIES) && answer.out.contains("+21."), "{}", answer.out);
    let text = accepted(&history);
    assert!(text.contains("  max_change: 0.22\n  reason: \"bounds checks: worth it\"\n"), "{text}");
    assert!(text.contains(&format!("commit: \"{at}\"")), "{text}");
    let page = history.site(&[]).text(&format!("series/{SERIES}/"));
    assert!(page.contains("bounds checks: worth it") && page.contains("accepted"), "{page}");
    let data = history.data().display().to_string();
    let log = run(&["audit", "show", "--format", "json", "--data", &data]).out;
    let log: Value = serde_json::from_str(&log).unwrap();
    let entry = &log["entries"][0];
    assert_eq!(
        (&entry["kind"], &entry["actor"], &entry["time"], &entry["commit"]),
        (&json!("acceptance"), &json!("@ada"), &json!(NOW), &json!(at))
    );
    assert_eq!(entry["details"]["max_change"], json!(0.22));
}

#[test]
fn what_stands_in_the_file_stays_and_the_same_yes_is_said_once() {
    let history = slower();
    let mine = "# reviewed by the core team\n- series: other/*   # gone soon\n  commit: abc\n  \
                max_change: 0.5\n  reason: old\n  by: '@bob'\n";
    history.file("accepted.yml", mine);
    let say = ["--series", SERIES, "--commit", &commit(12)[..9], "--reason", "x"];
    assert_eq!(accept(&history, &say).status, 0);
    let text = accepted(&history);
    assert!(text.starts_with(mine) && text.len() > mine.len(), "{text}");
    let again = accept(&history, &say);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("already accepted by @ada"), "{}", again.err);
    assert_eq!(accepted(&history), text);
}

#[test]
fn a_dry_run_shows_the_entry_and_writes_nothing() {
    let history = slower();
    let say = ["--series", SERIES, "--commit", &commit(12), "--reason", "why \"not\"", "--dry-run"];
    let answer = accept(&history, &say);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("  reason: \"why \\\"not\\\"\"\n"), "{}", answer.out);
    assert!(!history.data().join("accepted.yml").exists());
    assert!(!history.data().join("audit.ndjson").exists());
}

#[test]
fn nothing_is_accepted_that_is_not_there_and_what_is_there_is_named() {
    let history = slower();
    let at = commit(12);
    let refused = |series: &str, commit: &str, told: &[&str]| {
        let say = ["--series", series, "--commit", commit, "--reason", "x"];
        let answer = accept(&history, &say);
        assert_eq!(answer.status, 2, "{series} {commit}: {}", answer.out);
        for part in told {
            assert!(answer.err.contains(part), "{part}: {}", answer.err);
        }
    };
    refused("prase/rust/*", &at, &["no series matches", SERIES]);
    refused("parse/*", "0000000", &["no measured commit", &at, SERIES, "+21."]);
    refused("parse/*", &commit(3), &["no regression at", &at, "--max-change"]);
    refused("parse/*", "c0000", &["no measured commit", "first 7 characters"]);
    assert_eq!(accepted(&history), "");
    let ahead = ["--series", "parse/*", "--commit", &commit(3), "--reason", "x"];
    let answer = accept(&history, &[&ahead[..], &["--max-change", "30%"]].concat());
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(accepted(&history).contains("max_change: 0.3\n"));
}

#[test]
fn sizes_dates_and_reasons_that_make_no_sense_are_refused() {
    let history = slower();
    let at = commit(12);
    let say = |more: &[&str]| {
        let base = ["--series", SERIES, "--commit", &at];
        accept(&history, &[&base[..], more].concat())
    };
    for more in [
        ["--reason", "x", "--max-change", "30"],
        ["--reason", "x", "--max-change", "-1%"],
        ["--reason", "x", "--max-change", "NaN"],
        ["--reason", "x", "--expires", "2025-09-26"],
        ["--reason", "x", "--expires", "tomorrow"],
        ["--reason", "x", "--expires", "0d"],
        ["--reason", " ", "--expires", "9d"],
    ] {
        let more: Vec<&str> = more.into_iter().collect();
        let joined = format!("{}={}", more[2], more[3]);
        let answer = say(&[more[0], more[1], &joined]);
        assert_eq!(answer.status, 2, "{more:?}: {}", answer.out);
    }
    assert_eq!(accepted(&history), "");
    let answer = say(&["--reason", "x", "--max-change", "5%", "--expires", "90d"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("does not accept 1, larger than that"), "{}", answer.out);
    assert!(accepted(&history).contains("expires: \"2025-12-25\""), "{}", accepted(&history));
}

#[test]
fn with_a_broken_log_or_file_nothing_is_accepted() {
    let history = slower();
    let say = ["--series", SERIES, "--commit", &commit(12), "--reason", "x"];
    history.file("audit.ndjson", "{}\n");
    let answer = accept(&history, &say);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("broken log"), "{}", answer.err);
    assert_eq!(accepted(&history), "");
    std::fs::remove_file(history.data().join("audit.ndjson")).unwrap();
    history.file("accepted.yml", "- series: [");
    let answer = accept(&history, &say);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("accepted.yml"), "{}", answer.err);
    assert_eq!(accepted(&history), "- series: [");
}

#[test]
fn the_run_of_a_pull_request_can_be_accepted_before_it_is_merged() {
    let history = History::new();
    let values: Vec<f64> = (0..20).map(|day| 100.0 + f64::from(day % 3) / 10.0).collect();
    history.records(&days(&values));
    let pulled = with(record("feedface01", "2025-09-21T06:00:00Z", 140.0), json!({"pull": 7}));
    history.file("pulls/7.ndjson", format!("{pulled}\n"));
    let say = ["--series", "parse/*", "--commit", "feedface01", "--reason", "x"];
    let answer = accept(&history, &say);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.out.contains("of up to 41%") && answer.out.contains("+39."), "{}", answer.out);
}

#[test]
fn hostile_names_and_reasons_command_neither_terminal_nor_file() {
    let history = slower();
    let mut hostile = days(&[100.0, 100.1, 100.2, 100.0, 100.1, 100.0, 150.0, 150.1, 150.0, 150.2]);
    for record in &mut hostile {
        record["test"] = json!("a'; rm -rf ~ #\u{1b}[2J");
    }
    history.file("results/hostile.ndjson", crate::support::lines(&hostile));
    let listed = accept(&history, &["--series", "*", "--commit", "nope", "--reason", "x"]);
    assert!(
        listed.err.contains("--series 'a?; rm") && !listed.err.contains('\u{1b}'),
        "{}",
        listed.err
    );
    let say = ["--series", "*", "--commit", &commit(6), "--reason", "x\n- series: \"*\"\n\u{202e}"];
    let answer = accept(&history, &say);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(!answer.out.contains('\u{1b}'));
    let text = accepted(&history);
    assert_eq!(text.matches("\n- ").count(), 1, "{text}");
    assert!(text.is_ascii() && text.contains("x\\n- series: \\\"*\\\""), "{text}");
}

#[test]
fn a_clone_without_records_hears_where_they_are() {
    let history = History::new();
    history.file("policy.yml", "version: '1'\n");
    let data = history.data().display().to_string();
    let arguments = ["--series", "parse/*", "--commit", "1a2b3c4d", "--reason", "worth it"];
    let refused = run(&[&["accept", "--by", "ada", "--data", &data], &arguments[..]].concat());
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("on the branch benchmark-data"), "{}", refused.err);
    assert!(
        refused.err.contains("git fetch origin benchmark-data && git archive"),
        "{}",
        refused.err
    );
}

/// Arguments of a command as a shell reads it.
#[cfg(unix)]
fn words_of(command: &str) -> Vec<String> {
    let script = format!("benchpages() {{ printf '%s\\n' \"$@\"; }}\n{command}");
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn log_and_comment_hold_the_command_whatever_the_names() {
    use crate::check::{NOW, Project, head, main, measured};
    use crate::support::lines;
    for name in ["parse", "it's; touch x #`$(touch x)`", "@team www.x.org/AB-1 [a](b) <b>&```"] {
        let mut project = Project::new(0, "version: '1'\ngate: {fail_on: [regressed]}\n");
        for day in 0..30 {
            let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
            let value = 1e5 + 100.0 * (day % 3) as f64;
            let fields = json!({"test": name});
            project.records.push(measured(&main(day), &time, "rust", value, &fields));
        }
        let slow =
            measured(&head(7), "2025-01-31T06:00:00Z", "rust", 1.3e5, &json!({"test": name}));
        project.write().history.file("pulls/7.ndjson", lines(&[slow.clone(), slow]));
        for format in ["text", "markdown"] {
            let report = project.check(&["--pull", "7", "--format", format]);
            assert_eq!(report.status, 1, "{name}: {}", report.out);
            let mut commands = report.out.lines().filter(|it| it.contains("accept --series"));
            let command = commands.next().unwrap_or_else(|| panic!("{name}: {}", report.out));
            let mut words = words_of(command.trim());
            assert_eq!(words.len(), 7, "{words:?}");
            words[6] = "a faster parser costs this".to_owned();
            let data = project.history.data().display().to_string();
            words.extend(
                ["--by", "ada", "--dry-run", "--now", NOW, "--data", &data].map(str::to_owned),
            );
            let accepted = run(&words);
            assert_eq!(accepted.status, 0, "{name}: {} {}", accepted.out, accepted.err);
            assert!(accepted.out.contains("accepts 1 regression"), "{}", accepted.out);
        }
    }
}
