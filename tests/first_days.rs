//! The first days of a history, in every command and on every page: what is shown says what comes
//! next, and nothing that was not judged looks as if all was well.

use serde_json::{Value, json};

use crate::support::{Answer, History, NOW, answer, commit, days, files, program, record, with};

/// Each state by its name.
fn states() -> Vec<(&'static str, History)> {
    let of = |records: &[Value]| {
        let history = History::new();
        history.records(records);
        history
    };
    let failed = |day| with(day, json!({"mean_ns": null, "error": "crashed"}));
    let policy = History::new();
    policy.file("policy.yml", "version: '1.0'\n");
    let pulls = History::new();
    let pull = with(record(&commit(1), "2025-09-25T06:00:00Z", 1e3), json!({"pull": 7}));
    pulls.file("pulls/7.ndjson", format!("{pull}\n"));
    let many = (0..6).map(|at| {
        with(record(&commit(1), "2025-09-25T06:00:00Z", 1e3), json!({"test": format!("t{at}")}))
    });
    vec![
        ("empty", History::new()),
        ("policy only", policy),
        ("one record", of(&days(&[1e3]))),
        ("one commit with many series", of(&many.collect::<Vec<_>>())),
        ("two runs", of(&days(&[1e3, 1.3e3]))),
        ("only failed runs", of(&days(&[1e3, 1e3]).into_iter().map(failed).collect::<Vec<_>>())),
        ("only pull requests", pulls),
    ]
}

fn on(history: &History, arguments: &[&str]) -> Answer {
    let mut command = program();
    command.args(arguments).args(["--now", NOW, "--data"]).arg(history.data());
    answer(&mut command)
}

#[test]
fn no_page_of_a_young_history_calls_anything_good_or_is_empty() {
    for (name, history) in states() {
        let site = history.site(&[]);
        for path in files(&site.root).iter().filter(|path| path.ends_with("index.html")) {
            let address = path.trim_end_matches("index.html");
            // The page that explains the methods has an example with all of them.
            if address == "about/" {
                continue;
            }
            let (main, text) = (site.main(address), site.text(address));
            for wrong in ["NaN", "No open regressions", "No changes", "0/0", "0 of 0"] {
                assert!(!text.contains(wrong), "{name} {address}: {wrong}");
            }
            let empty = main.contains("<tbody>\n</tbody>") || main.contains("<tbody></tbody>");
            assert!(!empty, "{name} {address}: an empty table");
        }
        for address in ["", "view/", "event/", "digest/", "health/"] {
            let text = site.text(address);
            let next =
                ["first verdict", "First verdict", "No results yet", "No results of the main"];
            assert!(next.iter().any(|words| text.contains(words)), "{name} {address}: {text}");
        }
        let badge = site.read("badge/status.svg");
        assert!(!badge.contains("no open regressions"), "{name}");
    }
}

#[test]
fn an_old_first_record_is_a_warning_and_no_bad_data() {
    let history = History::new();
    history.records(&days(&[1e3]));
    let site = history.site(&["--now", "2025-09-26T00:00:00Z"]);
    let text = site.text("health/");
    assert!(text.contains("The first verdict needs 4 more runs. The latest run is of 1 Sep 2025."));
    assert!(!site.page("").contains("No results since"));
    assert_eq!(site.json("health.json")["state"], "warning");
    let fresh = history.site(&["--now", "2025-09-02T00:00:00Z"]);
    assert_eq!(fresh.json("health.json")["state"], "good");
}

#[test]
fn commands_say_what_is_missing() {
    for (name, history) in states() {
        let check = on(&history, &["check"]);
        assert_eq!(check.status, 3, "{name}: {}", check.err);
        let waits = ["Record a first run", "more run", "Run the benchmarks"];
        assert!(waits.iter().any(|words| check.out.contains(words)), "{name}: {}", check.out);
        let replay = on(&history, &["policy", "replay"]);
        assert!(replay.out.starts_with("Nothing to replay"), "{name}: {}", replay.out);
        let doctor = on(&history, &["doctor"]);
        let wanted = ["[first_runs]", "[empty]"];
        assert!(wanted.iter().any(|kind| doctor.out.contains(kind)), "{name}: {}", doctor.out);
        assert!(!doctor.out.contains("error: policy.yml"), "{name}: {}", doctor.out);
        let log = on(&history, &["audit", "show"]);
        assert!(log.out.contains("The audit log is empty"), "{name}: {}", log.out);
        let baseline = on(&history, &["baseline", "show"]);
        assert_eq!(baseline.out, "No pinned baseline.\n", "{name}");
        for format in ["csv", "json", "openmetrics", "series", "sql"] {
            let export = on(&history, &["export", format]);
            assert_eq!(export.status, 0, "{name} {format}: {}", export.err);
            assert!(!export.out.contains("NaN"), "{name} {format}");
        }
        let unknown = on(&history, &["compare", "abcdef1..abcdef2"]);
        assert_eq!(unknown.status, 2, "{name}");
        let remedy = ["`benchpages ingest FILE` records one", "the newest measured one is"];
        assert!(remedy.iter().any(|words| unknown.err.contains(words)), "{name}: {}", unknown.err);
    }
    let nowhere = answer(program().args(["build", "--data", "no/such/folder"]));
    assert!(nowhere.err.contains("start one with `benchpages init`"), "{}", nowhere.err);
}

#[test]
fn the_main_line_hears_how_many_runs_are_missing() {
    let history = History::new();
    history.records(&days(&[1e3, 1e3]));
    let found: Value =
        serde_json::from_str(&on(&history, &["check", "--format", "json"]).out).unwrap();
    assert_eq!(found["verdict"], "nothing_compared");
    assert_eq!(found["first_runs"]["missing"], 3, "{found}");
    assert_eq!(on(&history, &["check", "--allow-first-runs"]).status, 0);
    history.records(&days(&[1e3; 6]));
    let judged: Value =
        serde_json::from_str(&on(&history, &["check", "--format", "json"]).out).unwrap();
    assert!(judged["first_runs"].is_null(), "{judged}");
}

#[test]
fn a_comparison_of_two_first_runs_is_numbers_and_no_verdict() {
    let history = History::new();
    history.records(&days(&[1e3, 1.01e3]));
    let pair = format!("{}..{}", commit(0), commit(1));
    let compared = on(&history, &["compare", &pair]);
    assert!(compared.out.contains("Numbers only, no verdicts"), "{}", compared.out);
    assert!(compared.out.contains(": 1 no verdict yet."), "{}", compared.out);
    assert!(!compared.out.contains("unchanged"), "{}", compared.out);
    let site = history.site(&[]);
    let text = site.text(&format!("diff/{pair}/"));
    assert!(text.contains("No verdict yet. The first verdict needs 3 more runs."), "{text}");
    assert!(text.contains("Not known yet"), "{text}");
    history.records(&days(&[1e3; 8]));
    let compared = on(&history, &["compare", &pair]);
    assert!(!compared.out.contains("Numbers only"), "{}", compared.out);
}
