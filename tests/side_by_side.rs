//! Checks of pull requests that were measured side by side with their base: by `measure`, whose
//! records name a session, or by another tool, whose runs only alternate in time.

use serde_json::{Value, json};

use crate::check::{POLICY, Project, head, main, measured, verdicts};
use crate::support::{lines, run};

const PULL: u64 = 7;
const CHECK: [&str; 2] = ["--pull", "7"];
/// A level that no run of the main line has: today's machine is another one.
const LEVEL: f64 = 150_000.0;

/// One benchmark of a session: its name, the factor of the head, and the noise.
#[derive(Clone, Copy)]
struct Bench {
    backend: &'static str,
    factor: f64,
    noise: f64,
}

const QUIET: Bench = Bench { backend: "rust", factor: 1.0, noise: 0.01 };

/// Values with a standard deviation of about 1, the same in every run of the suite (splitmix64).
fn noise(round: usize, salt: usize) -> f64 {
    let mut mixed = ((round * 7919 + salt) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64 - 0.5) * 3.4
}

fn minute(at: usize) -> String {
    format!("2025-02-28T{:02}:{:02}:00Z", 8 + at / 60, at % 60)
}

/// The records of a session of so many rounds: A B, B A, A B, …
fn session(id: &str, rounds: usize, benches: &[Bench]) -> Vec<Value> {
    let mut records = Vec::new();
    for round in 0..rounds {
        for (place, side) in ["base", "head"].into_iter().enumerate() {
            for (salt, bench) in benches.iter().enumerate() {
                let of_side = if side == "head" { bench.factor } else { 1.0 };
                let scatter = bench.noise * noise(round, salt * 97 + place * 1013 + id.len());
                let fields = json!({"session": id, "side": side, "round": (round + 1).to_string(),
                    "runner_image": "ubuntu-26.04", "planned_rounds": rounds.to_string()});
                let commit = if side == "head" { head(PULL) } else { main(19) };
                let value = LEVEL * of_side * (1.0 + scatter);
                let time = minute(2 * round + place + 60 * (id.len() - 1));
                let mut record = measured(&commit, &time, bench.backend, value, &fields);
                if side == "head" {
                    record["pull"] = json!(PULL);
                }
                records.push(record);
            }
        }
    }
    records
}

/// Twenty days of the main line, and these records of a pull request.
fn project(days: usize, records: &[Value]) -> Project {
    let project = Project::new(days, POLICY);
    project.write().history.file("pulls/7.ndjson", lines(records));
    project
}

#[test]
fn a_session_is_judged_by_its_own_rounds_whatever_the_machine_does_that_day() {
    let regressed = Bench { factor: 1.2, ..QUIET };
    for (days, why) in [(20, "a history of another runner"), (0, "no history at all")] {
        let quiet = project(days, &session("s", 8, &[QUIET]));
        let (status, found) = quiet.json(&CHECK);
        // Of the other backends the pull request has no result, which is no failure by this policy.
        assert_eq!((status, &found["verdict"]), (0, &json!("pass")), "{why}: {found}");
        assert_eq!((&found["base_kind"], &found["base"]), (&json!("session"), &json!(main(19))));
        assert_eq!(found["base_reason"], "measured side by side, 8 rounds");
        assert!(found["infrastructure"].is_null(), "50% slower than ever, on both sides: {why}");

        let slower = project(days, &session("s", 8, &[regressed]));
        let (status, found) = slower.json(&CHECK);
        assert_eq!((status, verdicts(&found)), (1, vec!["regressed".to_owned()]), "{why}");
        let change = found["findings"][0]["change"].as_f64().unwrap();
        assert!((change - 0.2).abs() < 0.02, "{change}");
    }
}

#[test]
fn every_format_says_that_both_were_measured_side_by_side() {
    let project = project(20, &session("s", 8, &[Bench { factor: 1.2, ..QUIET }]));
    for format in ["text", "markdown", "json", "junit", "sarif"] {
        let answer = project.check(&[&CHECK[..], &["--format", format]].concat());
        assert!(answer.out.contains("side by side"), "{format}: {}", answer.out);
    }
}

#[test]
fn what_few_rounds_leave_open_is_never_called_unchanged() {
    let noisy = Bench { noise: 0.3, ..QUIET };
    let (_, found) = project(20, &session("s", 4, &[noisy])).json(&CHECK);
    assert_eq!(found["counts"]["unchanged"], 0, "{found}");
    let not_compared = found["not_compared"].as_array().unwrap();
    let rust = not_compared.iter().find(|it| it["verdict"] == "too_noisy").unwrap();
    assert!(rust["reason"].as_str().unwrap().contains("in 4 rounds side by side"), "{rust}");
}

#[test]
fn a_benchmark_on_one_side_only_is_new_or_missing() {
    let both = session("s", 8, &[QUIET, Bench { backend: "zig", ..QUIET }]);
    let side_of_zig = |side: &str| -> Vec<Value> {
        let is_dropped = |it: &&Value| it["backend"] == "zig" && it["side"] == side;
        both.iter().filter(|it| !is_dropped(it)).cloned().collect()
    };
    let verdict_of_zig = |records: &[Value]| {
        let (status, found) = project(20, records).json(&CHECK);
        assert_eq!(status, 0, "{found}");
        let all = found["not_compared"].as_array().unwrap().clone();
        let mut all = all.into_iter();
        let zig = all.find(|it| it["name"] == "parse/zig/default/1000").expect("zig is named");
        zig["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict_of_zig(&side_of_zig("base")), "new");
    assert_eq!(verdict_of_zig(&side_of_zig("head")), "missing");
}

#[test]
fn a_job_that_runs_again_adds_rounds() {
    let noisy = Bench { factor: 1.15, noise: 0.05, ..QUIET };
    let mut records = session("s", 4, &[noisy]);
    let rounds = |records: &[Value]| {
        let (_, found) = project(20, records).json(&CHECK);
        found["base_reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(rounds(&records), "measured side by side, 4 rounds");
    records.extend(session("s2", 6, &[noisy]));
    assert_eq!(rounds(&records), "measured side by side, 10 rounds");
}

#[test]
fn an_accepted_change_passes() {
    let project = project(20, &session("s", 8, &[Bench { factor: 1.2, ..QUIET }]));
    let entry = format!(
        "- series: 'parse/rust/*'\n  commit: '{}'\n  max_change: 0.3\n  reason: 'bounds checks'\n  \
         by: 'a'\n",
        head(PULL)
    );
    project.history.file("accepted.yml", entry);
    let (status, found) = project.json(&[&CHECK[..], &["--trust-checkout"]].concat());
    assert_eq!((status, verdicts(&found)), (0, vec!["accepted".to_owned()]), "{found}");
}

/// Runs of base and head as another tool measures them: nothing names a session.
fn alternating(order: &str, factor: f64) -> Vec<Value> {
    let fields = json!({"runner_image": "ubuntu-26.04"});
    let record = |(at, letter): (usize, char)| {
        let (commit, level) =
            if letter == 'B' { (head(PULL), LEVEL * factor) } else { (main(19), LEVEL) };
        let value = level * (1.0 + 0.01 * noise(at, 3));
        let mut record = measured(&commit, &minute(3 * at), "rust", value, &fields);
        record["pull"] = json!(PULL);
        record
    };
    order.chars().enumerate().map(record).collect()
}

#[test]
fn runs_that_alternate_are_a_session_whoever_measured_them() {
    for order in ["ABBAABBAABBAABBA", "ABABABABABABABAB", "AABBAABBAABBAABBAABBAABB"] {
        let (status, found) = project(20, &alternating(order, 1.2)).json(&CHECK);
        assert_eq!((status, verdicts(&found)), (1, vec!["regressed".to_owned()]), "{order}");
        let (status, found) = project(20, &alternating(order, 1.0)).json(&CHECK);
        assert_eq!((status, &found["base_kind"]), (0, &json!("session")), "{order}: {found}");
    }
}

#[test]
fn the_bases_runs_may_lie_among_those_of_the_main_line() {
    let all = alternating("ABBAABBAABBAABBA", 1.2);
    let (mut base, own): (Vec<Value>, Vec<Value>) =
        all.into_iter().partition(|it| it["commit"] == json!(main(19)));
    base.iter_mut().for_each(|it| it["pull"] = Value::Null);
    let project = project(20, &own);
    project.history.file("results/turns.ndjson", lines(&base));
    assert_eq!(project.json(&CHECK).0, 1);
}

#[test]
fn two_blocks_are_no_session() {
    let (status, found) = project(20, &alternating("AAAAAAAABBBBBBBB", 1.2)).json(&CHECK);
    assert_eq!((status, &found["base_kind"]), (3, &json!("history")), "{found}");
}

#[test]
fn the_order_of_lines_never_matters() {
    let records = session("s", 8, &[Bench { factor: 1.12, ..QUIET }]);
    let reversed: Vec<Value> = records.iter().rev().cloned().collect();
    let findings = |records: &[Value]| project(20, records).json(&CHECK).1["findings"].clone();
    assert_eq!(findings(&records), findings(&reversed));
    let records = alternating("ABBAABBAABBAABBA", 1.2);
    let reversed: Vec<Value> = records.iter().rev().cloned().collect();
    assert_eq!(findings(&records), findings(&reversed));
}

#[test]
fn page_command_and_check_say_the_same_of_a_session() {
    for (factor, verdict) in [(1.2, "regressed"), (1.0, "unchanged")] {
        let records = session("s", 8, &[Bench { factor, ..QUIET }]);
        let project = project(20, &records);
        let (_, found) = project.json(&CHECK);
        let data = project.history.data();
        let data = data.to_str().unwrap();
        let pair = format!("{}..{}", main(19), head(PULL));
        let compared = run(&["compare", "--data", data, &pair, "--format", "json"]);
        let compared: Value = serde_json::from_str(&compared.out).expect(&compared.err);
        let row = &compared["compared"][0];
        assert_eq!(row["verdict"], verdict, "{compared}");
        let is_finding = !found["findings"].as_array().unwrap().is_empty();
        assert_eq!(is_finding, verdict == "regressed");
        let site = project.history.site(&["--now", crate::check::NOW]);
        let page = site.text(&format!("diff/{}..{}/", main(19), head(PULL)));
        assert!(page.contains(&format!("1 {verdict}")), "{page}");
        assert!(page.contains("Measured side by side") && page.contains("8 rounds"), "{page}");
    }
}

#[test]
fn rounds_of_any_number_are_counted_and_not_waited_for() {
    for number in ["4294967295", "99999999999", "-1", "x", ""] {
        let mut records = session("s", 8, &[Bench { factor: 1.2, ..QUIET }]);
        let odd = |it: &&mut Value| it["round"] == "8";
        records.iter_mut().filter(odd).for_each(|it| it["round"] = json!(number));
        let (status, found) = project(20, &records).json(&CHECK);
        let rounds = if number == "4294967295" { 8 } else { 7 };
        let reason = format!("measured side by side, {rounds} rounds");
        assert_eq!((status, &found["base_reason"]), (1, &json!(reason)), "{number}: {found}");
    }
}

#[test]
fn a_requested_base_that_the_session_does_not_have_is_named() {
    let project = project(20, &session("s", 8, &[QUIET]));
    let reason = |base: &str| {
        let (_, found) = project.json(&[&CHECK[..], &["--base", base]].concat());
        found["base_reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(&main(19)), "measured side by side, 8 rounds");
    for other in [&main(3), "nosuch"] {
        let expected = format!("measured side by side, 8 rounds; base `{other}` is not used");
        assert_eq!(reason(other), expected);
    }
}

/// The rounds give a change of their own: the quotient of the two medians beside it is another
/// number, and no place may call that one the change.
#[test]
fn every_place_says_the_same_size() {
    let uneven = Bench { factor: 1.3, noise: 0.05, ..QUIET };
    let project = project(20, &session("s", 9, &[uneven]));
    let (_, found) = project.json(&CHECK);
    let number = |name: &str| found["findings"][0][name].as_f64().unwrap();
    let size = |change: f64| format!("{:.1}%", change * 100.0);
    let (judged, quotient) = (number("change"), number("after") / number("before") - 1.0);
    assert_ne!(size(judged), size(quotient), "the example shows nothing");
    let data = project.history.data();
    let (data, pair) = (data.to_str().unwrap(), format!("{}..{}", main(19), head(PULL)));
    let check = |format| project.check(&[&CHECK[..], &["--format", format]].concat()).out;
    let compare = |format| run(&["compare", "--data", data, &pair, "--format", format]).out;
    let page = project.history.site(&["--now", crate::check::NOW]).text(&format!("diff/{pair}/"));
    let places = ["text", "markdown", "github", "sarif", "junit"].map(check);
    let places = places.into_iter().chain(["text", "markdown"].map(compare)).chain([page]);
    for text in places {
        assert!(text.contains(&size(judged)), "{text}");
        assert!(!text.contains(&size(quotient)), "{} and {}: {text}", size(judged), size(quotient));
    }
}
