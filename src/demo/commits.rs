//! The files beside the records: commits, the policy, notes and the accepted regression.

use serde::Serialize;

use crate::demo::random::DemoRandom;
use crate::demo::service;
use crate::demo::story;
use crate::demo::{DemoDay, DemoOptions, Scenario};
use model::record::time::{DAY_US, Timestamp};
use model::text::iso_date;

/// The file of the commits.
pub(super) const COMMITS_FILE: &str = "commits.ndjson";
/// Its number.
const PULL: u64 = 412;

/// The open pull request.
pub(super) struct DemoPull {
    pub(super) number: u64,
    pub(super) branch: &'static str,
    pub(super) commit: String,
}

impl DemoPull {
    pub(super) fn new(random: &mut DemoRandom) -> Self {
        let commit = format!("demo-{}", random.hex8());
        Self { number: PULL, branch: "julia-dict-groupby", commit }
    }

    /// The file with its records.
    pub(super) fn path() -> String {
        format!("pulls/{PULL}.ndjson")
    }
}

#[derive(Serialize)]
struct DemoCommitLine<'a> {
    commit: &'a str,
    parents: Vec<&'a str>,
    author_time: String,
    subject: &'a str,
    author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull: Option<u64>,
}

/// Names that break tools, for the subjects of the hostile scenario.
const HOSTILE_SUBJECTS: [&str; 4] = [
    "<script>alert('subject')</script>",
    "fix: \"quotes\" & <tags> | pipes\u{202e} reversed",
    "[x](javascript:alert(1)) `code` **bold** @everyone fixes #1",
    "",
];

/// Who wrote the commits of the demo; no real people.
const AUTHORS: [&str; 4] = ["Mara Lindqvist", "Jonas Okafor", "Priya Sandoval", "Wen Castellan"];
const HOSTILE_AUTHORS: [&str; 3] =
    ["<img src=x onerror=alert(1)>", "a\u{202e}b [x](javascript:alert(1))", "\u{200b}"];

fn author(scenario: Scenario, age: u32) -> &'static str {
    match scenario {
        Scenario::Hostile => HOSTILE_AUTHORS[age as usize % HOSTILE_AUTHORS.len()],
        Scenario::Story | Scenario::Steady | Scenario::Large | Scenario::Service => {
            AUTHORS[age as usize % AUTHORS.len()]
        }
    }
}

/// `commits.ndjson`: one line a day, oldest first, then the pull request's commit.
pub(super) fn commit_lines(
    days: &[DemoDay],
    pull: Option<&DemoPull>,
    scenario: Scenario,
    random: &mut DemoRandom,
) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut parent: Option<&str> = None;
    for day in days {
        let seconds = 25_200 + i64::from(random.below(28_800)); // between 07:00 and 15:00
        let subject = match scenario {
            Scenario::Story => story::subject(day.age),
            Scenario::Hostile => HOSTILE_SUBJECTS[day.age as usize % HOSTILE_SUBJECTS.len()],
            Scenario::Service => {
                service::subject(day.age).unwrap_or_else(|| story::subject(day.age + 60))
            }
            // Subjects of ordinary days only: everything of the story is less than 60 days old.
            Scenario::Steady | Scenario::Large => story::subject(day.age + 60),
        };
        push(
            &mut lines,
            &DemoCommitLine {
                commit: &day.commit,
                parents: parent.into_iter().collect(),
                author_time: day.at(seconds).to_string(),
                subject,
                author: author(scenario, day.age),
                pull: pull_number(day.age),
            },
        );
        parent = Some(&day.commit);
    }
    if let (Some(pull), Some(newest)) = (pull, days.last()) {
        push(
            &mut lines,
            &DemoCommitLine {
                commit: &pull.commit,
                parents: parent.into_iter().collect(),
                author_time: newest.at(63_000).to_string(), // 17:30
                subject: "julia: keep groupby_topN groups in a Dict",
                author: author(scenario, newest.age + 1),
                pull: Some(pull.number),
            },
        );
    }
    lines
}

/// The pull request of a day's commit. Numbers end at 411 and skip some: issues share them on
/// GitHub.
fn pull_number(age: u32) -> Option<u64> {
    411_u64.checked_sub(u64::from(age) + u64::from(age / 3)).filter(|number| *number > 0)
}

fn push(lines: &mut Vec<u8>, line: &DemoCommitLine<'_>) {
    // Strings and numbers always serialize, and a Vec takes every byte.
    if serde_json::to_writer(&mut *lines, line).is_ok() {
        lines.push(b'\n');
    }
}

const POLICY: &str = include_str!("../../demo/policy.yml");
const SERVICE_POLICY: &str = include_str!("../../demo/service/policy.yml");
const HOSTILE_NOTE: &str = include_str!("../../demo/notes/hostile.md");
/// A note of the story: file name, the age of its day, text.
const NOTES: [(&str, u32, &str); 4] = [
    ("runner-change.md", story::RUNNER_CHANGE, include_str!("../../demo/notes/runner-change.md")),
    (
        "infrastructure-day.md",
        story::INFRASTRUCTURE,
        include_str!("../../demo/notes/infrastructure-day.md"),
    ),
    ("julia-bounds-check.md", story::FIX, include_str!("../../demo/notes/julia-bounds-check.md")),
    ("rust-buckets.md", story::IMPROVEMENT, include_str!("../../demo/notes/rust-buckets.md")),
];

/// The same of the service.
const SERVICE_NOTES: [(&str, u32, &str); 1] = [(
    "orders-query.md",
    service::IMPROVEMENT,
    include_str!("../../demo/service/notes/orders-query.md"),
)];

/// `policy.yml`, `accepted.yml` and the notes: those whose day lies in the history.
pub(super) fn companion_files(days: &[DemoDay], options: &DemoOptions) -> Vec<(String, Vec<u8>)> {
    // A short history has not all of the story, and nothing beside it about the missing days.
    let of_age = |age: u32| days.iter().find(|day| day.age == age);
    let is_service = options.scenario == Scenario::Service;
    let mut policy = if is_service { SERVICE_POLICY } else { POLICY }.to_owned();
    let mut files = Vec::new();
    match options.scenario {
        Scenario::Story => {
            if let Some(day) = of_age(story::BIRTH) {
                let text = "ts time_buckets has a parallel variant for large n";
                policy += &annotation(day, text, "{test: time_buckets, backend: ts}");
            }
            if let Some(day) = of_age(story::ACCEPTED) {
                files.push(("accepted.yml".to_owned(), accepted(day, options.end).into_bytes()));
            }
            let notes = NOTES.into_iter();
            files
                .extend(notes.filter_map(|(name, age, text)| Some(note(name, of_age(age)?, text))));
        }
        Scenario::Hostile => {
            if let Some(day) = days.last() {
                let text = "<script>alert('annotation')</script> ]]> --> \u{202e}";
                policy += &annotation(day, text, "{}");
                files.push(note("hostile.md", day, HOSTILE_NOTE));
            }
        }
        Scenario::Service => {
            let notes = SERVICE_NOTES.into_iter();
            files
                .extend(notes.filter_map(|(name, age, text)| Some(note(name, of_age(age)?, text))));
            if let Some(day) = of_age(service::CHAOS) {
                policy += &chaos_window(day);
            }
        }
        Scenario::Steady | Scenario::Large => {}
    }
    files.push(("policy.yml".to_owned(), policy.into_bytes()));
    files
}

/// A dated remark for the policy. `text` holds no double quote and no backslash, and `filter` is
/// YAML in one line.
fn annotation(day: &DemoDay, text: &str, filter: &str) -> String {
    format!(
        "\n# Dated remarks, shown on the charts of matching series.\nannotations:\n  \
         - date: \"{}\"\n    \
         text: \"{text}\"\n    match: {filter}\n",
        day.date()
    )
}

/// The chaos experiment of a day and of the day after, for the policy.
fn chaos_window(day: &DemoDay) -> String {
    let until = Timestamp::from_micros(day.start.micros() + DAY_US);
    format!(
        "\n# Dated remarks, shown on the charts of matching series.\nannotations:\n  \
         - date: \"{}\"\n    \
         chaos_until: \"{}\"\n    \
         text: \"Staging runs without its database replica\"\n    \
         match: {{tags: chaos, params: \"environment=staging\"}}\n",
        day.date(),
        iso_date(until)
    )
}

/// Days for which the acceptance of the demo holds.
const ACCEPTANCE_DAYS: i64 = 90;

fn accepted(day: &DemoDay, end: Timestamp) -> String {
    let expires = Timestamp::from_micros(end.micros() + ACCEPTANCE_DAYS * DAY_US);
    format!(
        "# Regressions that somebody reviewed and accepted. `benchpages accept` adds entries.\n\
         - series: \"groupby_topN/go/*\"\n  \
         commit: \"{}\"\n  \
         max_change: 0.25\n  \
         reason: \"Ties are now broken by key, so that the result is stable. The second sort costs \
         about 17 %.\"\n  \
         by: \"@performance-team\"\n  \
         expires: \"{}\"\n",
        day.commit,
        iso_date(expires)
    )
}

/// A note of the story with its day in the front matter.
fn note(name: &str, day: &DemoDay, text: &str) -> (String, Vec<u8>) {
    // The files in `demo/notes` have no date: it depends on the last day of the demo.
    let body = text.strip_prefix("---\n").unwrap_or(text);
    let text = format!("---\ndate: \"{}\"\ncommit: \"{}\"\n{body}", day.date(), day.commit);
    (format!("notes/{name}"), text.into_bytes())
}
