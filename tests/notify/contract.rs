//! What `check` writes is what `notify` reads: the one's own output fed to the other, dry.

use serde_json::{Value, json};

use crate::check::{NOW, POLICY, Project, main, measured};
use crate::notify::Notify;
use crate::report::HOSTILE;
use crate::support::lines;

/// GitHub's limit of a comment, in characters; ours counts bytes.
const COMMENT: usize = 65_536;

/// A pull request that made one series of a hostile name slower: JSON and comment of its check.
fn checked() -> (Value, String) {
    let mut project = Project::new(0, POLICY);
    let fields = json!({"test": HOSTILE, "mode": HOSTILE});
    for day in 0..20 {
        let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
        let value = 83_900.0 + f64::from(day % 3) * 100.0;
        project.records.push(measured(&main(day as usize), &time, "rust", value, &fields));
    }
    let slow = |run: u32| {
        let time = format!("2025-01-20T{:02}:00:00Z", 8 + run);
        measured("b000007bbbbb", &time, "rust", 95_600.0, &fields)
    };
    project.write().history.file("pulls/7.ndjson", lines(&(0..3).map(slow).collect::<Vec<_>>()));
    let said = |format: &str| {
        let site = ["--base-url", "https://o.github.io/r/", "--now", NOW];
        project.check(&[&["--pull", "7", "--format", format], &site[..2]].concat()).out
    };
    (serde_json::from_str(&said("json")).unwrap(), said("markdown"))
}

#[test]
fn what_a_check_wrote_becomes_a_comment_and_a_message() {
    let (result, comment) = checked();
    assert_eq!(result["findings"][0]["unit"], json!("ns"));
    let dry = |kind: &str, more: &[&str]| {
        let notify = Notify::new(kind, &result).file("comment.md", &comment);
        let about = ["--dry-run", "--repo", "o/r", "--pull", "7"];
        let answer = notify.args(&about).args(more).run();
        assert_eq!(answer.status, 0, "{kind}: {}", answer.err);
        answer.out
    };
    let own = dry("github", &["--comment", "comment.md"]);
    let short = dry("github", &[]);
    assert!(short.contains("µs | **+13.8%**"), "{short}");
    let slack = dry("slack", &["--channel", "C1"]);
    for sent in [&own, &short, &slack] {
        assert!(sent.len() < COMMENT, "{}", sent.len());
        assert!(sent.replace('\u{202f}', " ").contains("→ 95.6 µs"), "values: {sent}");
        for bad in ["@team", "<script", "(http://e.vil", "##[", "\u{202e}", " #1 "] {
            assert!(!sent.contains(bad), "{bad}: {sent}");
        }
        assert!(sent.contains("https://o.github.io/r/diff/"), "the link leads to the site: {sent}");
    }
}
