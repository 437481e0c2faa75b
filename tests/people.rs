//! Pages of people: only where the policy asks for them, and never against its redaction.

use serde_json::{Value, json};

use crate::support::{History, SERIES, Site, commit, days, lines, run, with};
use crate::web;

const ADA: &str = "Ada Lovelace";
const BOB: &str = "bob <b>]()";

/// Slower from the 13th commit on, which is Ada's, and fixed by the 25th, which is Bob's. All
/// others are Carol's. The records name Dora as owner.
fn history(policy: &str) -> History {
    let history = History::new();
    let noise = [0.2, -0.3, 0.1, 0.4, -0.2, 0.0];
    let level = |at: usize| if (12..24).contains(&at) { 130.0 } else { 100.0 };
    let values: Vec<f64> = (0..36).map(|at| level(at) + noise[at % noise.len()]).collect();
    let owned = days(&values).into_iter().map(|it| with(it, json!({"owner": "Dora"})));
    history.records(&owned.collect::<Vec<Value>>());
    let facts = (0..36).map(|at| {
        let author = match at {
            12 => ADA,
            24 => BOB,
            _ => "Carol",
        };
        let parents: Vec<String> = (at > 0).then(|| commit(at - 1)).into_iter().collect();
        json!({"commit": commit(at), "parents": parents, "author": author, "subject": "work"})
    });
    history.file("commits.ndjson", lines(&facts.collect::<Vec<Value>>()));
    history.file("policy.yml", format!("version: '1'\nsite: {policy}\n"));
    history
}

fn build(policy: &str) -> (History, Site) {
    let history = history(policy);
    let site = history.site(&["--now", "2025-10-07T12:00:00Z"]);
    web::check(&site);
    (history, site)
}

/// The addresses of the people's pages, as the list links them.
fn people(site: &Site) -> Vec<String> {
    let page = site.main("people/");
    let hrefs = page.split("<li><a href=\"").skip(1).map(|it| it.split('"').next().unwrap());
    hrefs.map(|href| format!("people/{}", href.rsplit("people/").next().unwrap())).collect()
}

#[test]
fn nobody_has_a_page_unless_the_policy_asks_for_it() {
    for policy in ["{}", "{people: off}"] {
        let (_history, site) = build(policy);
        assert!(!site.root.join("people").exists(), "{policy}");
        let page = site.main(&format!("commit/{}/", commit(12)));
        assert!(page.contains(ADA) && !page.contains("people/"), "{page}");
    }
    let history = history("{people: everyone}");
    let data = history.data().display().to_string();
    let answer = run(&["policy", "check", "--data", &data]);
    assert_eq!(answer.status, 2);
    assert!(
        answer.err.contains("policy.yml:2") && answer.err.contains("`authors`"),
        "{}",
        answer.err
    );
}

#[test]
fn an_author_has_what_began_and_what_was_fixed_at_their_commits() {
    let (_history, site) = build("{people: authors}");
    let list = site.text("people/");
    let (ada, bob) = (list.find(ADA).unwrap(), list.find("bob").unwrap());
    assert!(ada < bob && list.contains("2 people") && list.contains("not a ranking"), "{list}");
    assert!(!list.contains("Carol"), "nothing to follow up: {list}");
    let pages = people(&site);
    let [ada, bob] = pages.as_slice() else { panic!("{pages:?}") };
    let of_ada = site.text(ada);
    assert!(of_ada.contains("A commit is a suspect, not a proven cause."), "{of_ada}");
    assert!(of_ada.contains("Began, no longer open") && of_ada.contains("fixed"), "{of_ada}");
    assert!(of_ada.contains("slower") && of_ada.contains("13 Sep 2025"), "{of_ada}");
    assert!(!of_ada.contains("Fixed ▲"), "{of_ada}");
    let of_bob = site.text(bob);
    assert!(of_bob.contains("Fixed") && of_bob.contains("slower"), "{of_bob}");
    // A commit leads to the page of its author; one without changes has a name only.
    let page = site.main(&format!("commit/{}/", commit(12)));
    assert!(page.contains(&format!("href=\"../../{ada}\"")), "{page}");
    assert!(!site.main(&format!("commit/{}/", commit(3))).contains("people/"));
}

#[test]
fn an_owner_has_the_changes_of_the_series_that_name_them() {
    let (_history, site) = build("{people: owners}");
    let pages = people(&site);
    let [dora] = pages.as_slice() else { panic!("{pages:?}") };
    let text = site.text(dora);
    assert!(text.contains("Changes of the benchmarks that Dora looks after."), "{text}");
    assert!(text.contains("Fixed") && !text.contains("suspect"), "{text}");
    let series = site.main(&format!("series/{SERIES}/"));
    assert!(series.contains(dora.as_str()), "{series}");
    let commit = site.main(&format!("commit/{}/", commit(12)));
    assert!(commit.contains(ADA) && !commit.contains("people/"), "{commit}");
}

#[test]
fn a_name_that_the_policy_hides_has_no_page_and_stands_nowhere() {
    for (mode, field, names) in
        [("authors", "author", &[ADA, "Carol"][..]), ("owners", "owner", &["Dora"])]
    {
        let policy = format!("{{audience: public, redact: [{field}], people: {mode}}}");
        let (_history, site) = build(&policy);
        assert!(!site.root.join("people").exists(), "{mode}");
        for (path, bytes) in site.snapshot() {
            let text = String::from_utf8_lossy(&bytes);
            for name in names {
                assert!(!text.contains(name), "{mode}: {name} in {path}");
            }
        }
    }
}
