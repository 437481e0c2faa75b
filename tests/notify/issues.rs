//! Issues for findings on the main line.

use serde_json::{Value, json};

use super::server::{GOOD, GitHub, ME, Store, reply};
use super::{Notify, clean, found, slower, with_targets};
use crate::support::Answer;

fn github() -> GitHub {
    GitHub::start(Store::default())
}

fn run(github: &GitHub, result: &Value, policy: &str, args: &[&str]) -> Answer {
    let policy = format!("version: '1'\n{policy}");
    Notify::new("github", result)
        .env("GITHUB_API_URL", &github.server.url)
        .env("GITHUB_TOKEN", GOOD)
        .env("GITHUB_REPOSITORY", "o/r")
        .file("data/policy.yml", &policy)
        .args(args)
        .run()
}

fn tell(github: &GitHub, result: &Value) {
    let policy = "notify: {github: {labels: [perf, slow]}}\n";
    let answer = run(github, result, policy, &["--issues"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
}

/// Number, state and title of every issue.
fn issues(github: &GitHub) -> Vec<(u64, String, String)> {
    let store = github.store.lock().unwrap();
    let text = |issue: &Value, name: &str| issue[name].as_str().unwrap().to_owned();
    let all = store.issues.iter();
    all.map(|it| (it["number"].as_u64().unwrap(), text(it, "state"), text(it, "title"))).collect()
}

fn two() -> Value {
    let mut told = slower("told/only");
    told["report_only"] = json!(true);
    let mut better = slower("better");
    better["verdict"] = json!("improved");
    found("fail", json!([slower("a/julia"), slower("b/rust"), told, better]))
}

#[test]
fn an_issue_names_the_culprit_of_its_series_as_text() {
    let github = github();
    let mut result = found("fail", json!([slower("a/julia"), slower("b/rust")]));
    let members = json!([{"series": result["findings"][0]["series"]}]);
    let text = "Culprit: abc1234 <b> (97% confidence, 38 measurements)";
    result["regressions"] = json!([{"members": members, "culprit": {"text": text}}]);
    tell(&github, &result);
    let bodies = github.server.writes();
    let bodies: Vec<Value> = bodies.iter().map(|asked| asked.json()["body"].clone()).collect();
    let with: Vec<&str> = bodies.iter().filter_map(Value::as_str).collect();
    let with: Vec<&&str> = with.iter().filter(|body| body.contains("Culprit: abc1234")).collect();
    assert_eq!(with.len(), 1, "{bodies:?}");
    assert!(!with[0].contains("<b>") && with[0].contains("97% confidence"), "{with:?}");
}

#[test]
fn a_finding_opens_one_issue_and_a_gone_one_closes_it() {
    let github = github();
    tell(&github, &two());
    let title = |name: &str| format!("Benchmark regressed: {name}");
    let open = |number, name| (number, "open".to_owned(), title(name));
    let mut known = issues(&github);
    known.sort_by(|a, b| a.2.cmp(&b.2));
    assert_eq!(
        known.iter().map(|it| it.2.clone()).collect::<Vec<_>>(),
        [title("a/julia"), title("b/rust")]
    );
    let posted = github.server.writes()[0].json();
    assert_eq!(posted["labels"], json!(["perf", "slow"]));
    let body = posted["body"].as_str().unwrap();
    assert!(body.starts_with("<!-- benchpages:issue v1 id="), "{body}");
    assert!(
        body.contains("**+13.9%** (threshold 12%) at b18e51d, compared with 919ad74"),
        "{body}"
    );
    assert!(body.contains("[Before and after](https://o.github.io/r/diff/a..b/#s)"), "{body}");
    tell(&github, &two());
    assert_eq!(github.server.writes().len(), 2, "what stands is not written again");
    let mut worse = slower("b/rust");
    worse["change"] = json!(0.2);
    tell(&github, &found("fail", json!([worse])));
    let lines: Vec<String> = github.server.writes().iter().map(|asked| asked.line()).collect();
    let (number, _, _) = known[0].clone();
    let other = known[1].0;
    assert_eq!(
        lines[2..],
        [
            format!("PATCH /repos/o/r/issues/{other}"),
            format!("PATCH /repos/o/r/issues/{number}"),
            format!("POST /repos/o/r/issues/{number}/comments"),
        ]
    );
    let closed = github.server.writes()[3].json();
    assert_eq!(closed, json!({"state": "closed", "state_reason": "completed"}));
    tell(&github, &clean());
    assert!(issues(&github).iter().all(|(_, state, _)| state == "closed"));
    tell(&github, &found("fail", json!([slower("a/julia")])));
    assert_eq!(issues(&github).last().unwrap(), &open(102, "a/julia"), "a new issue, no old one");
}

#[test]
fn what_is_not_sure_closes_nothing() {
    let github = github();
    tell(&github, &found("fail", json!([slower("a"), slower("b"), slower("c")])));
    let before = github.server.writes().len();
    tell(&github, &found("nothing_compared", json!([])));
    let with = |verdict: &str, series: &str| {
        let mut finding = slower(series);
        finding["verdict"] = json!(verdict);
        finding
    };
    let mut result = found("pass", json!([with("suspected", "a"), with("infrastructure", "b")]));
    result["not_compared"] = json!([{"series": "c", "reason": "runner changed"}]);
    tell(&github, &result);
    assert_eq!(github.server.writes().len(), before);
    tell(&github, &found("pass", json!([with("approved", "a"), with("improved", "b")])));
    assert!(issues(&github).iter().all(|(_, state, _)| state == "closed"));
    let replies = github.store.lock().unwrap().replies.clone();
    let accepted = replies.iter().filter(|(_, text)| text.starts_with("Accepted as of"));
    assert_eq!((accepted.count(), replies.len()), (1, 3));
}

#[test]
fn only_own_issues_are_touched_and_notes_of_people_stay() {
    let github = github();
    tell(&github, &found("fail", json!([slower("a")])));
    let body = github.server.writes()[0].json()["body"].as_str().unwrap().to_owned();
    {
        let mut store = github.store.lock().unwrap();
        store.issues[0]["body"] = json!(format!("{body}\r\n\r\nWe know. It is the new parser."));
        for (number, login, pull) in [(7, "mallory", false), (8, ME, true)] {
            let mut issue = store.issues[0].clone();
            issue["number"] = json!(number);
            issue["user"] = json!({"login": login, "type": "User"});
            if pull {
                issue["pull_request"] = json!({"url": "x"});
            }
            store.issues.push(issue);
        }
    }
    let mut other = slower("a");
    other["change"] = json!(0.5);
    tell(&github, &found("fail", json!([other])));
    let last = github.server.writes().pop().unwrap();
    assert_eq!(last.line(), "PATCH /repos/o/r/issues/100");
    let changed = last.json()["body"].as_str().unwrap().to_owned();
    assert!(changed.contains("+50.0%") && changed.ends_with("We know. It is the new parser."));
    tell(&github, &clean());
    let states: Vec<String> = issues(&github).into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["closed", "open", "open"]);
}

#[test]
fn a_lasting_infrastructure_anomaly_has_an_issue() {
    let github = github();
    let mut result = clean();
    result["infrastructure"] = json!({"day": "2025-09-26", "days": 1, "backends_moved": 4,
        "backends_active": 5, "change": 0.27, "alert": false, "moved": ["go", "@rust"],
        "look_at": ["The host changed"]});
    tell(&github, &result);
    assert_eq!(github.server.writes().len(), 0);
    result["infrastructure"]["alert"] = json!(true);
    result["infrastructure"]["days"] = json!(2);
    tell(&github, &result);
    let body = github.server.writes()[0].json()["body"].as_str().unwrap().to_owned();
    assert!(body.contains("4 of 5 backends 27% worse at once, day 2 in a row (2025-09-26)"));
    assert!(body.contains("Shifted: go and &#64;&#8203;rust\n- The host changed"), "{body}");
    tell(&github, &clean());
    assert_eq!(issues(&github)[0].1, "closed");
}

#[test]
fn a_flood_is_cut_and_a_lost_answer_opens_no_second_issue() {
    let github = github();
    let many: Vec<Value> = (0..50).map(|n| slower(&format!("s{n}"))).collect();
    let answer = run(&github, &found("fail", json!(many)), "", &["--issues"]);
    assert!(answer.err.contains("30 findings opened or closed no issue"), "{}", answer.err);
    assert_eq!(issues(&github).len(), 20);
    let github = self::github();
    let policy = "notify: {github: {issues: true}}\n";
    github.server.fault("POST /repos/o/r/issues", reply(502, "").header("retry-after", 0));
    let answer = run(&github, &found("fail", json!([slower("a")])), policy, &[]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert_eq!(issues(&github).len(), 1);
    let both = run(&github, &clean(), policy, &["--issues", "--pull", "7"]);
    assert_eq!(both.status, 2);
}

#[test]
fn an_alert_that_fires_has_an_issue_until_it_is_quiet() {
    let github = github();
    let mut result = with_targets();
    tell(&github, &result);
    let open = issues(&github);
    assert_eq!(open.len(), 1, "what drifts has none: {open:?}");
    assert!(open[0].2.starts_with("Alert firing: High"), "{open:?}");
    let body = github.store.lock().unwrap().issues[0]["body"].as_str().unwrap().to_owned();
    assert!(body.contains("- Severity: critical") && !body.contains("<Error>"), "{body}");
    tell(&github, &result);
    assert_eq!(issues(&github).len(), 1, "the same alert is the same issue");
    result["targets"][0]["state"] = json!("not_measured");
    tell(&github, &result);
    assert_eq!(issues(&github)[0].1, "open", "what nobody measured is not over");
    result["targets"][0]["state"] = json!("passing");
    tell(&github, &result);
    assert_eq!(issues(&github)[0].1, "closed");
}
