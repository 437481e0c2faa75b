//! One truth: a regression is open until its level is back or somebody accepts or explains it, and
//! every page, file and report says the same of it.

use serde_json::{Value, json};

use crate::check::{self, POLICY, Project, all, main, one, verdicts};
use crate::support::{Site, answer, program};

/// A history, and what everything must say of its series `parse/rust`.
struct Case {
    name: &'static str,
    /// Factor of the backend on each day.
    factors: Vec<f64>,
    policy: &'static str,
    files: &'static [(&'static str, String)],
    /// The states of its regressions, oldest first.
    states: &'static [&'static str],
    verdict: &'static str,
    status: i32,
}

/// Days at a factor, one level after another.
fn levels(levels: &[(usize, f64)]) -> Vec<f64> {
    levels.iter().flat_map(|(days, factor)| vec![*factor; *days]).collect()
}

fn project(case: &Case) -> Project {
    let mut project = Project::new(0, case.policy);
    for (day, factor) in case.factors.iter().enumerate() {
        project.day(day, &one("rust", *factor), &json!({}));
    }
    for (path, text) in case.files {
        project.history.file(path, text);
    }
    project.write();
    project
}

fn accepted(commit: &str) -> String {
    format!(
        "- {{series: \"parse/rust/*\", commit: {commit}, max_change: 0.5, reason: bounds checks, \
         by: ada}}\n"
    )
}

fn note(commit: &str, more: &str) -> String {
    format!("---\ncommit: {commit}\ntitle: New allocator\n{more}---\nText.\n")
}

fn check_case(case: &Case) {
    let name = case.name;
    let project = project(case);
    let (status, found) = project.json(&[]);
    assert_eq!(status, case.status, "{name}: {found}");
    let site = project.history.site(&["--now", check::NOW]);
    let regressions = site.json("regressions.json");
    let members = |groups: &Value| -> Vec<Value> {
        let groups = groups.as_array().unwrap().iter();
        groups.flat_map(|group| group["members"].as_array().unwrap().clone()).collect()
    };
    let mut listed = members(&regressions["groups"]);
    listed.sort_by_key(|it| it["since"].as_str().unwrap().to_owned());
    let states: Vec<&str> = listed.iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, case.states, "{name}: {listed:?}");
    let open = states.iter().filter(|state| **state == "open").count();
    assert_eq!(regressions["open"], json!(open), "{name}");
    assert_eq!(members(&found["regressions"]).len(), open, "{name}: check");
    agree_on_verdict(case, &site, &found);
    agree_on_states(case, &site, &listed);
    let text = project.check(&[]).out;
    assert_eq!(text.contains("Open regressions, until"), open > 0, "{name}: {text}");
}

/// The index, the page of the series, its row and the badge say what the check says.
fn agree_on_verdict(case: &Case, site: &Site, found: &Value) {
    let name = case.name;
    let index = site.json("index.json");
    let series = index["series"].as_array().unwrap().iter();
    let rust = series.into_iter().find(|it| it["backend"] == "rust").unwrap();
    assert_eq!(rust["verdict"], case.verdict, "{name}: index.json");
    let own = |it: &&Value| it["series"] == rust["id"];
    let finding = found["findings"].as_array().unwrap().iter().rfind(own);
    let uncompared = found["not_compared"].as_array().unwrap().iter().find(own);
    let checked = finding.or(uncompared).map_or("unchanged", |it| it["verdict"].as_str().unwrap());
    assert_eq!(checked, case.verdict, "{name}: check");
    let open = case.states.iter().filter(|state| **state == "open").count();
    let badge = site.read("badge/status.json");
    let overview = site.text("");
    let words = match open {
        0 => "no open regressions".to_owned(),
        1 => "1 open regression".to_owned(),
        count => format!("{count} open regressions"),
    };
    if case.states.last() != Some(&"suspected") {
        assert!(badge.contains(&words), "{name}: {badge}");
    }
    assert!(overview.to_lowercase().contains(&words), "{name}: {overview}");
    let digest = site.text("digest/");
    let in_all = format!("; {} in all", words.replace("no open", "0 open"));
    assert!(digest.contains(&in_all), "{name}: {digest}");
    for page in ["test/parse/", "backend/rust/", "view/"] {
        let text = site.text(page).to_lowercase();
        assert!(text.contains(&words), "{name}: {page}: {text}");
    }
    let page = site.text("series/parse/rust/default/1000/");
    let says_unchanged = page.contains("Unchanged.");
    assert_eq!(says_unchanged, case.verdict == "unchanged", "{name}: {page}");
}

/// The page of each regression, the feed, the list of changes and `events.json` have its state.
fn agree_on_states(case: &Case, site: &Site, listed: &[Value]) {
    let name = case.name;
    let events = site.json("events.json");
    let feed = site.read("feed.xml");
    let changes = site.text("event/");
    for regression in listed {
        let state = regression["state"].as_str().unwrap();
        let Some(url) = regression["url"].as_str() else {
            assert!(["suspected", "withdrawn"].contains(&state), "{name}: {regression}");
            continue;
        };
        let page = site.text(url);
        let sentence = regression["state_text"].as_str().unwrap();
        assert!(page.contains(sentence), "{name}: {sentence}: {page}");
        assert!(feed.contains(&format!("Status: {state}.")), "{name}: feed: {state}");
        assert!(changes.contains(state), "{name}: list of changes: {state}");
        let same = |it: &&Value| it["url"].as_str() == Some(url);
        let event = events["events"].as_array().unwrap().iter().find(same).unwrap();
        assert_eq!(event["status"], *state, "{name}: events.json");
        let first_bad = regression["first_bad"].as_str().unwrap();
        let commit = site.text(&format!("commit/{first_bad}/"));
        let word = if state == "open" { "regressed" } else { state };
        let settled = !["open", "accepted"].contains(&state) && commit.contains("no longer open");
        assert!(commit.contains(word) || settled, "{name}: commit page: {word}: {commit}");
    }
}

#[test]
fn every_surface_says_the_same_of_a_regression_in_every_state() {
    let slower = levels(&[(20, 1.0), (8, 1.3)]);
    let accepted_at_20: &'static [(&str, String)] =
        Box::leak(Box::new([("accepted.yml", accepted(&main(20)))]));
    let explained: &'static [(&str, String)] =
        Box::leak(Box::new([("notes/allocator.md", note(&main(20), ""))]));
    let false_alarm: &'static [(&str, String)] =
        Box::leak(Box::new([("notes/allocator.md", note(&main(20), "false_alarm: true\n"))]));
    const CLOSING: &str =
        "version: '1'\nregression: {default_threshold: 0.1, close_after_days: 20}\n";
    let case = |name, factors: Vec<f64>, states, verdict, status| Case {
        name,
        factors,
        policy: POLICY,
        files: &[],
        states,
        verdict,
        status,
    };
    let cases = [
        case("quiet", levels(&[(40, 1.0)]), &[], "unchanged", 0),
        case("suspected", levels(&[(20, 1.0), (2, 1.3)]), &["suspected"], "suspected", 0),
        case("open", slower.clone(), &["open"], "regressed", 1),
        case("open for long", levels(&[(15, 1.0), (44, 1.3)]), &["open"], "regressed", 1),
        case("improved", levels(&[(20, 1.0), (6, 0.7)]), &[], "improved", 0),
        case("fixed", levels(&[(20, 1.0), (15, 1.3), (20, 1.0)]), &["fixed"], "unchanged", 0),
        case("two", levels(&[(15, 1.0), (20, 1.2), (20, 1.5)]), &["open", "open"], "regressed", 1),
        case(
            "partly fixed",
            levels(&[(15, 1.0), (20, 1.6), (20, 1.25)]),
            &["open"],
            "regressed",
            1,
        ),
        Case {
            files: accepted_at_20,
            ..case("accepted", slower.clone(), &["accepted"], "accepted", 0)
        },
        Case {
            files: explained,
            ..case("explained", slower.clone(), &["explained"], "unchanged", 0)
        },
        Case { files: false_alarm, ..case("false alarm", slower, &["withdrawn"], "unchanged", 0) },
        Case {
            policy: CLOSING,
            ..case("closed", levels(&[(15, 1.0), (44, 1.3)]), &["closed"], "unchanged", 0)
        },
    ];
    cases.iter().for_each(check_case);
}

#[test]
fn no_day_turns_an_open_regression_green_by_itself() {
    let mut project = Project::new(15, POLICY);
    let mut was_open = false;
    for day in 15..50 {
        project.day(day, &one("rust", 1.4), &json!({}));
        if day < 17 || day % 4 != 1 {
            continue;
        }
        let (status, found) = project.write().json(&[]);
        assert_eq!(status, 1, "day {day}: {found}");
        was_open = true;
    }
    assert!(was_open);
    // The level is back, and the check is green: the page says which day fixed it.
    (50..56).for_each(|day| project.day(day, &all(1.0), &json!({})));
    let (status, found) = project.write().json(&[]);
    assert_eq!((status, &found["regressions"]), (0, &json!([])), "{found}");
}

#[test]
fn main_may_fail_for_what_the_newest_run_confirms_alone() {
    let policy = "version: '1'\nregression: {default_threshold: 0.1}\ngate: {main: new}\n";
    let mut project = Project::new(20, policy);
    for (day, status) in [(20, 0), (21, 0), (22, 1), (23, 0), (24, 0)] {
        project.day(day, &one("rust", 1.3), &json!({}));
        let (is, found) = project.write().json(&[]);
        assert_eq!(is, status, "day {day}: {found}");
        let open = if day < 22 { 0 } else { 1 };
        assert_eq!(found["regressions"].as_array().unwrap().len(), open, "day {day}");
    }
}

#[test]
fn regressions_with_one_cause_are_one_group_with_its_commands() {
    let mut project = Project::new(20, POLICY);
    let factors = [("julia", 1.0), ("rust", 1.0), ("go", 1.2), ("ts", 1.22), ("csharp", 1.0)];
    (20..26).for_each(|day| project.day(day, &factors, &json!({})));
    let (_, found) = project.write().json(&[]);
    let groups = found["regressions"].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{found}");
    let (group, commit) = (&groups[0], &main(20)[..7]);
    assert_eq!(group["members"].as_array().unwrap().len(), 2);
    let sentence = group["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("parse is ") && sentence.contains(" in 2 series since"),
        "{sentence}"
    );
    assert!(sentence.contains(&format!("suspect commit {commit}")), "{sentence}");
    assert_eq!(group["compare"], format!("benchpages compare {}..{commit}", &main(19)[..7]));
    let accept = group["accept"].as_str().unwrap();
    assert!(accept.contains("--series 'parse/*/default/1000'"), "{accept}");
    // The command that is printed is one that works, and closes the group.
    let words: Vec<&str> = accept.split(' ').skip(2).map(|word| word.trim_matches('\'')).collect();
    let mut command = program();
    command.arg("--data").arg(project.history.data()).arg("accept").args(words);
    let accepted = answer(command.args(["--by", "ada", "--now", check::NOW]));
    assert_eq!(accepted.status, 0, "{}", accepted.err);
    assert_eq!(project.json(&[]).0, 0);
}

#[test]
fn a_pull_request_is_not_blamed_for_what_is_open_and_hears_of_it() {
    let mut project = Project::new(15, POLICY);
    (15..45).for_each(|day| project.day(day, &one("rust", 1.4), &json!({})));
    project.write();
    let (status, found) = project.pull(7, 45, 3, 1.4, &json!({})).json(&["--pull", "7"]);
    assert_eq!(status, 0, "{found}");
    assert!(found["notices"].to_string().contains("Open on the main line"), "{found}");
    let (status, found) = project.pull(8, 45, 3, 1.75, &json!({})).json(&["--pull", "8"]);
    assert_eq!(status, 1, "{found}");
    assert_eq!(found["findings"][0]["verdict"], "regressed", "{found}");
}

#[test]
fn a_candidates_own_runs_are_no_baseline() {
    let mut project = Project::new(30, POLICY);
    let other = json!({"cpu_flags": "avx512"});
    (30..32).for_each(|day| project.day(day, &all(1.0), &other));
    project.write();
    for runs in [1, 3, 6, 12] {
        let pulled = project.pull(7, 32, runs, 4.0, &other);
        let (status, found) = pulled.json(&["--pull", "7"]);
        assert_ne!(status, 0, "{runs} runs: {found}");
        let rust = |it: &&Value| it["series"] == "parse/rust/default/1000";
        let all = found["not_compared"].as_array().unwrap();
        let reason = all.iter().find(rust).unwrap()["reason"].as_str().unwrap();
        assert!(reason.contains("2 runs of the main line on this runner"), "{reason}");
    }
}

#[test]
fn a_benchmark_that_fails_or_vanishes_fails_the_check_unless_somebody_says_so() {
    let strict = "version: '1'\nregression: {default_threshold: 0.1}\n";
    let project = Project::new(20, strict);
    project.write();
    let failed = json!({"error": "out of memory", "mean_ns": null});
    let (status, found) = project.pull(7, 19, 1, 1.0, &failed).json(&["--pull", "7"]);
    assert_eq!(status, 1, "{found}");
    assert_eq!(found["counts"]["failed"], 1, "{found}");
    assert_eq!(found["counts"]["missing"], 4, "{found}");
    for format in ["text", "gcc", "github", "junit", "markdown"] {
        let said = project.check(&["--pull", "7", "--format", format]).out;
        assert!(said.contains("out of memory"), "{format}: {said}");
    }
    // Declared in the policy: the four that are not measured are gone.
    let ignored = format!("{strict}ignore: [{{backend: [julia, go, ts, csharp]}}]\n");
    project.history.file("policy.yml", ignored);
    let (status, _) = project.pull(7, 19, 3, 1.0, &json!({})).json(&["--pull", "7"]);
    assert_eq!(status, 0);
}

#[test]
fn an_absolute_threshold_counts_for_suspicions_too() {
    let policy = "version: '1'\nregression: {default_threshold: 0.1, rules: [{match: {backend: \
                  rust}, absolute: 50000}]}\ngate: {fail_on: [regressed]}\n";
    for (factor, expected) in [(1.3, vec![]), (1.6, vec!["suspected"])] {
        let mut project = Project::new(30, policy);
        project.day(30, &one("rust", factor), &json!({}));
        let (_, found) = project.write().json(&[]);
        assert_eq!(verdicts(&found), expected, "{found}");
    }
    // Of a pull request one run is proof; the absolute threshold counts all the same.
    let project = Project::new(30, policy);
    project.write();
    for (pull, factor, status, expected) in [(7, 1.3, 0, vec![]), (8, 1.6, 1, vec!["regressed"])] {
        let name = pull.to_string();
        let answer = project.pull(pull, 30, 1, factor, &json!({})).json(&["--pull", &name]);
        assert_eq!(
            (answer.0, verdicts(&answer.1)),
            (status, expected.iter().map(|it| (*it).to_owned()).collect()),
            "{}",
            answer.1
        );
    }
}

#[test]
fn a_drift_is_dated_from_its_start_and_says_its_rate() {
    let mut project = Project::new(15, POLICY);
    for day in 15..59 {
        project.day(day, &one("rust", 1.0 + 0.006 * (day - 15) as f64), &json!({}));
    }
    project.write();
    let (status, found) = project.json(&[]);
    assert_eq!(status, 1, "{found}");
    let group = &found["regressions"][0];
    let sentence = group["sentence"].as_str().unwrap();
    assert_eq!(group["members"][0]["gradual"], true, "{sentence}");
    assert!(sentence.contains("rose ") && sentence.contains(" a day from "), "{sentence}");
    assert!(sentence.contains("passed the 10% threshold on"), "{sentence}");
    let started = group["since"].as_str().unwrap();
    assert!(("2025-01-10".."2025-01-27").contains(&&started[..10]), "{sentence}");
}

/// `2025-03-01` for day 59.
fn day_of_year(day: usize) -> String {
    const MONTHS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut month, mut rest) = (0, day);
    while rest >= MONTHS[month] {
        rest -= MONTHS[month];
        month += 1;
    }
    format!("2025-{:02}-{:02}", month + 1, rest + 1)
}

/// How a backend ran on a day of the year, against its level of 1 January.
fn factor(backend: &str, day: usize) -> f64 {
    let machine = if (120..122).contains(&day) { 1.3 } else { 1.0 };
    let own = match (backend, day) {
        ("rust", 60..90) => 1.25,
        ("rust", 270) => 2.0,
        ("go", 150..) => 1.15,
        ("ts", 180..) => 0.8,
        ("csharp", 210..) => 1.14,
        ("julia", 210..240) => 1.16,
        _ => 1.0,
    };
    machine * own
}

/// A year of nightly runs: a regression that was fixed, a bad machine for two days, an accepted
/// change, an improvement, a commit that hit two backends of which one was repaired, one outlier.
#[test]
fn a_year_has_the_findings_that_a_careful_person_would_write_down() {
    let project = Project::new(0, "version: '1'\nregression: {default_threshold: 0.1}\n");
    let mut random = 7_u64;
    let mut records = Vec::new();
    for day in 0..365 {
        for backend in check::BACKENDS {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let noise = 1.0 + 0.03 * ((random >> 40) as f64 / (1_u64 << 24) as f64 - 0.5);
            let time = format!("{}T03:00:00Z", day_of_year(day));
            let value = 100_000.0 * factor(backend, day) * noise;
            records.push(check::measured(&main(day), &time, backend, value, &json!({})));
        }
    }
    let entry = format!(
        "- {{series: \"parse/go/*\", commit: {}, max_change: 0.2, reason: bounds checks, by: \
         ada}}\n",
        main(150)
    );
    project.history.records(&records).file("accepted.yml", entry);
    let now = "2026-01-01T00:00:00Z";
    let check = answer(project.command(&["--format", "json"]).args(["--now", now]));
    let found: Value = serde_json::from_str(&check.out).unwrap();
    assert_eq!(check.status, 1, "{found}");
    let site = project.history.site(&["--now", now]);
    let regressions = site.json("regressions.json");
    let mut members: Vec<(String, String, String)> = Vec::new();
    for group in regressions["groups"].as_array().unwrap() {
        for member in group["members"].as_array().unwrap() {
            let word = |key: &str| member[key].as_str().unwrap().to_owned();
            members.push((word("since")[..10].to_owned(), word("title"), word("state")));
        }
    }
    members.sort();
    let expected = [
        (60, "rust", "fixed"),
        (150, "go", "accepted"),
        (210, "csharp", "open"),
        (210, "julia", "fixed"),
    ];
    let expected = expected.map(|(day, backend, state)| {
        (day_of_year(day), format!("parse · {backend} · n = 1,000"), state.to_owned())
    });
    assert_eq!(members, expected, "{regressions}");
    let events = site.json("events.json");
    let days: Vec<&str> = (events["events"].as_array().unwrap().iter())
        .filter(|event| event["kind"] == "infrastructure" && event["direction"] == "worse")
        .map(|event| &event["timestamp"].as_str().unwrap()[..10])
        .collect();
    assert!(days.contains(&day_of_year(120).as_str()), "{days:?}");
    assert!(days.iter().all(|day| **day >= *day_of_year(120) && **day <= *day_of_year(121)));
    let verdicts: Vec<(String, String)> = (site.json("index.json")["series"].as_array().unwrap())
        .iter()
        .map(|it| (it["backend"].to_string(), it["verdict"].to_string()))
        .collect();
    let regressed = verdicts.iter().filter(|(_, verdict)| verdict == "\"regressed\"").count();
    assert_eq!(regressed, 1, "{verdicts:?}");
    assert_eq!(found["regressions"][0]["members"][0]["title"], "parse · csharp · n = 1,000");
}
