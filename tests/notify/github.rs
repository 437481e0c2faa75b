//! The comment on a pull request.

use serde_json::{Value, json};

use super::server::{GOOD, GitHub, ME, Reply, Store, comment, reply};
use super::{HEAD, Notify, clean, found, slower};
use crate::support::Answer;

const OLD: &str = "<!-- benchpages:pr v1 sha=0 -->\nold\n\n<!-- benchpages:state open -->\n";

fn notify(github: &GitHub, result: &Value) -> Notify {
    Notify::new("github", result)
        .env("GITHUB_API_URL", &github.server.url)
        .env("GITHUB_TOKEN", GOOD)
        .env("GITHUB_REPOSITORY", "o/r")
}

fn on_seven(github: &GitHub, result: &Value, more: &[&str]) -> Answer {
    notify(github, result).args(&["--pull", "7"]).args(more).run()
}

fn good(answer: &Answer, said: &str) {
    assert_eq!(answer.status, 0, "{}", answer.err);
    assert!(answer.err.contains(said), "{}", answer.err);
}

fn slow() -> Value {
    found("fail", json!([slower("sum/julia/loops/1000000")]))
}

/// A pull request with 120 comments, of which one of the last page is ours.
fn crowded() -> Store {
    let mut comments: Vec<Value> =
        (1..=120).map(|id| comment(id, "octocat", "<b>looks good</b>")).collect();
    comments[117] = comment(118, ME, OLD);
    Store { comments, ..Store::default() }
}

#[test]
fn a_first_comment_is_made_with_the_right_request() {
    let github = GitHub::start(Store::default());
    good(&on_seven(&github, &slow(), &[]), "#7: commented");
    let lines = github.server.lines();
    assert_eq!(
        lines,
        [
            "POST /graphql",
            "GET /repos/o/r/issues/7/comments?per_page=100",
            "POST /repos/o/r/issues/7/comments"
        ]
    );
    let asked = &github.server.asked()[2];
    assert_eq!(asked.header("authorization"), format!("Bearer {GOOD}"));
    assert_eq!(asked.header("accept"), "application/vnd.github+json");
    assert_eq!(asked.header("x-github-api-version"), "2022-11-28");
    assert_eq!(asked.header("content-type"), "application/json");
    assert!(asked.header("user-agent").starts_with("benchpages/"));
    let body = &github.bodies()[0];
    assert!(
        body.starts_with(&format!("<!-- benchpages:pr v1 sha={} -->\n### Bench", &HEAD[..12])),
        "{body}"
    );
    assert!(body.contains("▲ 1 slower, 35 unchanged"), "{body}");
    assert!(body.contains("**+13.9%** | 12% |"), "{body}");
    assert_eq!(asked.json().as_object().unwrap().len(), 1);
}

#[test]
fn the_own_comment_is_found_on_the_second_page_and_changed_in_place() {
    let github = GitHub::start(crowded());
    good(&on_seven(&github, &slow(), &[]), "#7: comment updated");
    let lines = github.server.lines();
    assert_eq!(lines[2], "GET /repos/o/r/issues/7/comments?per_page=100&page=2");
    assert_eq!(lines[3], "PATCH /repos/o/r/issues/comments/118");
    assert_eq!(lines.len(), 4);
    good(&on_seven(&github, &slow(), &[]), "nothing to report, the comment already says so");
    assert_eq!(github.server.writes().len(), 1);
}

#[test]
fn a_marker_by_somebody_else_is_not_ours() {
    let mut store = crowded();
    store.comments[3] = comment(4, "mallory", OLD);
    store.comments[4] = comment(5, "github-actions", OLD);
    store.comments[5] = comment(6, "other[bot]", OLD);
    store.comments[6] = comment(7, ME, &format!("> {OLD}"));
    let github = GitHub::start(store);
    good(&on_seven(&github, &slow(), &[]), "updated");
    assert_eq!(github.server.writes()[0].path, "/repos/o/r/issues/comments/118");
}

#[test]
fn a_token_that_may_not_ask_who_it_is_takes_an_apps_comment_only() {
    let mut store = crowded();
    store.comments[3] = comment(4, "mallory", OLD);
    let github = GitHub::start(store);
    github.server.fault("graphql", reply(403, json!({"message": "Resource not accessible"})));
    good(&on_seven(&github, &slow(), &[]), "updated");
    assert_eq!(github.server.writes()[0].path, "/repos/o/r/issues/comments/118");
    let named = GitHub::start(crowded());
    good(&on_seven(&named, &slow(), &["--author", "Github-Actions[bot]"]), "updated");
    assert!(!named.server.lines().contains(&"POST /graphql".to_owned()));
}

#[test]
fn a_clean_result_resolves_an_older_comment_and_else_says_nothing() {
    let github = GitHub::start(Store::default());
    good(&on_seven(&github, &clean(), &[]), "#7: nothing to report, no change");
    assert_eq!(github.server.writes().len(), 0);
    good(&on_seven(&github, &slow(), &[]), "commented");
    good(&on_seven(&github, &clean(), &[]), "comment marked as resolved");
    assert!(github.bodies()[0].contains("### Benchmarks: resolved\n"), "{:?}", github.bodies());
    good(&on_seven(&github, &clean(), &[]), "already says so");
    good(&on_seven(&github, &slow(), &[]), "comment updated");
    assert!(github.bodies()[0].contains("1 slower"), "{:?}", github.bodies());
    assert_eq!(github.bodies().len(), 1);
}

#[test]
fn the_policy_says_when_a_pull_request_gets_a_comment() {
    let github = GitHub::start(Store::default());
    let with = |when: &str, result: &Value| {
        let policy = format!("version: '1'\nnotify: {{github: {{comment: {when}}}}}\n");
        notify(&github, result).file("data/policy.yml", &policy).args(&["--pull", "7"]).run()
    };
    good(&with("never", &slow()), "`never`");
    assert_eq!(github.server.asked().len(), 0);
    good(&with("always", &clean()), "commented");
    assert!(github.bodies()[0].contains("36 unchanged"), "{:?}", github.bodies());
    assert_eq!(with("sometimes", &slow()).status, 2);
}

#[test]
fn the_pull_request_is_found_by_the_head_that_was_measured() {
    let pull = |number: u64, sha: &str| json!({"number": number, "head": {"sha": sha}});
    let mut pulls: Vec<Value> = (1..=130).map(|n| pull(n, &format!("{n:040x}"))).collect();
    pulls[110] = pull(111, HEAD);
    let github = GitHub::start(Store { pulls, ..Store::default() });
    good(&notify(&github, &slow()).args(&["--sha", HEAD]).run(), "#111: commented");
    let both = |pull: &str, sha: &str| {
        notify(&github, &slow()).args(&["--pull", pull, "--sha", sha]).run()
    };
    good(&both("111", &HEAD.to_uppercase()), "already says so");
    good(&both("5", HEAD), "the head of #5 is 0000000 by now");
    let gone = notify(&github, &slow()).args(&["--sha", &"ab".repeat(20)]).run();
    good(&gone, "is the head of no open pull request");
    assert_eq!(github.server.writes().len(), 1);
}

#[test]
fn a_passing_fault_is_tried_again_and_a_comment_is_made_once() {
    let github = GitHub::start(Store::default());
    for status in [500, 502, 503] {
        let fault = reply(status, "<html>unicorn</html>").header("retry-after", 0);
        github.server.fault("GET /repos/o/r/issues/7/comments", fault);
    }
    let limited = reply(429, json!({"message": "slow down"})).header("retry-after", "0");
    github.server.fault("POST /repos", limited);
    let secondary = json!({"message": "You have exceeded a secondary rate limit"});
    github.server.fault("POST /repos", reply(403, secondary).header("retry-after", 0));
    let answer = on_seven(&github, &slow(), &[]);
    good(&answer, "#7: commented");
    assert!(answer.err.contains("500 (<html>unicorn</html>); again in 0.0 s"), "{}", answer.err);
    assert_eq!(github.bodies().len(), 1);
}

#[test]
fn a_write_that_failed_after_it_was_done_is_not_done_twice() {
    let github = GitHub::start(Store::default());
    // The comment stands, yet the gateway says otherwise.
    let done = comment(1, ME, OLD);
    let store = std::sync::Arc::clone(&github.store);
    store.lock().unwrap().comments.push(done);
    github.server.fault("GET /repos/o/r/issues/7/comments", reply(200, "[]"));
    github.server.fault("POST /repos", reply(502, "").header("retry-after", 0));
    good(&on_seven(&github, &slow(), &[]), "updated");
    let writes: Vec<String> = github.server.writes().iter().map(|asked| asked.line()).collect();
    let post = "POST /repos/o/r/issues/7/comments";
    assert_eq!(writes, [post, "PATCH /repos/o/r/issues/comments/1"]);
}

/// Runs where `reply` is the answer to the listing: must fail with `said`, and say no secret.
fn fails(reply: Reply, more: &[&str], said: &str) -> GitHub {
    let github = GitHub::start(Store::default());
    github.server.fault("GET /repos", reply);
    let answer = on_seven(&github, &slow(), more);
    assert_eq!(answer.status, 2, "{}", answer.err);
    assert!(answer.err.contains(said), "{}", answer.err);
    assert!(!answer.err.contains(GOOD) && !answer.out.contains(GOOD), "{}", answer.err);
    assert_eq!(github.server.writes().len(), 0);
    github
}

#[test]
fn a_no_for_good_is_told_and_not_asked_again() {
    let echo = json!({"message": format!("Bad credentials {GOOD}\u{1b}[31m")});
    let github = fails(reply(401, echo), &[], "401 (Bad credentials *** [31m); GITHUB_TOKEN is");
    assert_eq!(github.server.asked().len(), 2);
    let missing = json!({"message": "Resource not accessible by integration"});
    fails(reply(403, missing), &[], "permissions: pull-requests: write");
    fails(reply(404, json!({"message": "Not Found"})), &[], "404 (Not Found); there is no such");
    fails(reply(422, json!({"message": "too long"})), &[], "422 (too long)");
}

#[test]
fn answers_that_make_no_sense_are_told() {
    fails(reply(200, "<html>"), &[], "the answer is not what it should be");
    fails(reply(200, "[{\"id\": \"x\"}]"), &[], "the answer is not what it should be");
    fails(reply(200, "{}"), &[], "the answer is not what it should be");
}

#[test]
fn a_wait_beyond_the_time_limit_is_not_waited() {
    let hour = reply(429, "").header("retry-after", 3_600);
    fails(hour, &[], "the next try is 3600 s off, beyond the time limit of 180 s");
    let reset = reply(403, json!({"message": "API rate limit exceeded"}))
        .header("x-ratelimit-remaining", 0)
        .header("x-ratelimit-reset", u64::MAX);
    fails(reset, &[], "403 (API rate limit exceeded); the next try is");
    let limits = ["--timeout", "0.05", "--time-limit", "0.4"];
    fails(Reply::Hang, &limits, "no answer in time; the next try is");
    fails(Reply::Cut, &["--time-limit", "0.4"], "the next try is");
}

#[test]
fn a_redirect_is_followed_on_the_same_host_only() {
    let other = GitHub::start(Store::default());
    let away = reply(307, "").header("location", format!("{}/x", other.server.url));
    fails(away, &[], "leads to another host");
    fails(
        reply(302, "").header("location", "//evil.example/"),
        &[],
        "307".trim_start_matches("307"),
    );
    assert_eq!(other.server.asked().len(), 0, "no credentials went there");
    let link = reply(200, "[]").header("link", "<https://evil.example/2>; rel=\"next\"");
    fails(link, &[], "leads to another host (https://evil.example)");
    let github = GitHub::start(Store::default());
    let moved = reply(301, "").header("location", "/repos/o/r/issues/7/comments?moved");
    github.server.fault("GET /repos", moved);
    good(&on_seven(&github, &slow(), &[]), "commented");
    assert_eq!(github.server.lines()[2], "GET /repos/o/r/issues/7/comments?moved");
    for _ in 0..9 {
        let circle = reply(307, "").header("location", "/repos/o/r/issues/7/comments");
        github.server.fault("GET /repos", circle);
    }
    let answer = on_seven(&github, &slow(), &[]);
    assert!(answer.err.contains("redirects in a circle"), "{}", answer.err);
}

#[test]
fn a_listing_without_end_is_left() {
    let github = GitHub::start(Store::default());
    for _ in 0..60 {
        let next = format!("<{}/repos/o/r/issues/7/comments>; rel=\"next\"", github.server.url);
        github.server.fault("GET /repos", reply(200, "[]").header("link", next));
    }
    let answer = on_seven(&github, &slow(), &[]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("more than 50 pages"), "{}", answer.err);
}

#[test]
fn a_dry_run_shows_the_requests_and_sends_none() {
    let github = GitHub::start(crowded());
    let answer = on_seven(&github, &slow(), &["--dry-run"]);
    good(&answer, "dry run: nothing was sent");
    assert_eq!(github.server.asked().len(), 0);
    assert!(!answer.out.contains(GOOD), "{}", answer.out);
    let url = &github.server.url;
    assert!(answer.out.contains(&format!("POST {url}/repos/o/r/issues/7/comments\n")));
    assert!(answer.out.contains("authorization: Bearer ***\n"), "{}", answer.out);
    assert!(answer.out.contains("\"body\": \"<!-- benchpages:pr v1 sha="), "{}", answer.out);
    let bare = Notify::new("github", &slow()).args(&["--sha", HEAD, "--repo", "o/r", "--dry-run"]);
    let answer = { bare }.run();
    good(&answer, "dry run");
    assert!(answer.out.contains("GET https://api.github.com/repos/o/r/pulls?state=open"));
}

#[test]
fn hostile_names_and_texts_are_posted_as_plain_text() {
    let name = "@octocat fixes #12 <img src=x> [a](https://evil.example) `|` \n# h";
    let mut finding = slower(name);
    finding["url"] = json!("https://evil.example/");
    let github = GitHub::start(Store::default());
    let result = found("fail", json!([finding, slower("s")]));
    let mut run = notify(&github, &result).args(&["--pull", "7"]);
    good(&run.run(), "commented");
    let body = github.bodies().remove(0);
    for mark in ["@o", "fixes #12", "<img", "](https://evil", "\n# h", "`"] {
        assert!(!body.contains(mark), "{mark}: {body}");
    }
    assert!(body.contains("[s](https://o.github.io/r/diff/a..b/#s)"), "{body}");
    let text = format!("<!-- benchpages:pr v1 sha=1 -->\n### {name}\n![i](https://evil.example/p)");
    let mut run = notify(&github, &result).file("comment.md", &text).args(&[
        "--pull",
        "7",
        "--comment",
        "comment.md",
    ]);
    good(&run.run(), "updated");
    let body = github.bodies().remove(0);
    for mark in ["@octocat", "fixes #12", "<img", " [a](https://evil", "![i]"] {
        assert!(!body.contains(mark), "{mark}: {body}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_sent() {
    let github = GitHub::start(Store::default());
    let refused = |run: &mut Notify, said: &str| {
        let answer = run.run();
        assert_eq!(answer.status, 2, "{}", answer.err);
        assert!(answer.err.contains(said), "{said}: {}", answer.err);
    };
    refused(&mut notify(&github, &slow()), "--pull or --sha");
    refused(&mut notify(&github, &slow()).args(&["--sha", "abc"]), "the full sha");
    refused(&mut notify(&github, &slow()).args(&["--pull", "7", "--repo", "o/../r"]), "owner/name");
    refused(&mut notify(&github, &slow()).args(&["--pull", "7", "--repo", "o/.."]), "owner/name");
    refused(&mut notify(&github, &json!({})).args(&["--pull", "7"]), "missing field `verdict`");
    let demo = json!({"verdict": "pass", "candidate": "demo-1"});
    refused(&mut notify(&github, &demo).args(&["--pull", "7"]), "--demo");
    let unset = notify(&github, &slow()).env("GITHUB_TOKEN", " ").args(&["--pull", "7"]);
    refused(&mut { unset }, "GITHUB_TOKEN is not set");
    let plain = notify(&github, &slow()).env("GITHUB_API_URL", "http://api.example");
    refused(&mut plain.args(&["--pull", "7"]), "GITHUB_API_URL must start with `https://`");
    let odd = notify(&github, &slow()).env("GITHUB_TOKEN", "a\nb").args(&["--pull", "7"]);
    refused(&mut { odd }, "a header holds a character");
    assert_eq!(github.server.asked().len(), 0);
}
