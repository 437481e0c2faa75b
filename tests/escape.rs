//! No field of the data changes the shape of an output: whatever stands in it, a parser of the
//! format finds the same structure as with a plain word, and nothing in the words acts.
//!
//! The fields are one table, and a field of a record that is missing from it fails a test.

use std::fmt::Debug;

use html5gum::{Token, Tokenizer};
use model::record::fields::RECORD_FIELDS;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Map, Value, json};

use crate::check::{NOW, Project, head, main, measured};
use crate::support::{answer, lines, program};

const SITE: &str = "https://site.example/b/";

/// Fields of a record that hold any text.
const TEXT_FIELDS: [&str; 12] = [
    "branch", "suite", "test", "backend", "mode", "params", "metric", "unit", "error", "version",
    "url", "tags",
];
/// Fields of a record that hold a number, a time or a word of the program. `commit` stays the same,
/// so that both histories have the same commits.
const OTHER_FIELDS: [&str; 10] = [
    "commit",
    "timestamp",
    "commit_time",
    "pull",
    "parallel",
    "n",
    "value",
    "better",
    "std",
    "warmup_ns",
];
/// Any other field says something about the run.
const RUNNER_FIELDS: [&str; 3] = ["runner_image", "cpu_flags", "os"];

/// What has been seen to act in some output. Short: reports cut long names.
const HOSTILE: [&str; 14] = [
    "@octocat @org/team #4242 GH-42 o/r#42",
    "[x](//evil.example) ![i](//evil.example)",
    "https://evil.example www.evil.example",
    "<img src=//evil.example> <!-- --> </code>",
    "\"><script>alert(1)</script> ' onload='x",
    "a|b `c` **d** __e__ ~~f~~ $g$ :tada: [^1]",
    "<!channel> <@U012AB3CD> *b* &lt;!here&gt;",
    "::error::x ##[error]y %0A::set-output z",
    "\u{1b}[31m \u{9b}2J \u{7}\u{8}",
    "\u{202e}gnp.exe \u{2067}a\u{200f}\u{61c}b",
    "=HYPERLINK(\"//evil.example\") , ; \"x\"",
    "]]> <?x ?> &amp; &#64;octocat {{ x }}",
    "--- | --- 1. x + y",
    "עברית @octocat العربية",
];

#[test]
fn the_table_has_every_field_of_a_record() {
    for field in RECORD_FIELDS {
        assert!(TEXT_FIELDS.contains(&field) || OTHER_FIELDS.contains(&field), "{field}");
    }
}

/// A word in YAML, which takes no control character as it is.
fn yaml(word: &str) -> String {
    json!(word).to_string().replace('\u{9b}', "\\u009b")
}

/// A history in which every text is `word`, and whose pull request made everything slower.
fn project(word: &str) -> Project {
    let text = |name: &str| match name {
        "tags" => json!([word]),
        "params" => json!({word: word}),
        _ => json!(word),
    };
    let mut fields = Map::new();
    for name in TEXT_FIELDS.iter().chain(&RUNNER_FIELDS) {
        // A branch takes records out of the main line, and an error takes the value.
        if !["branch", "error"].contains(name) {
            fields.insert((*name).to_owned(), text(name));
        }
    }
    let fields = |value: f64| {
        let mut fields = fields.clone();
        fields.insert("value".to_owned(), json!(value));
        // No table knows the direction of such a metric.
        fields.insert("better".to_owned(), json!("lower"));
        fields.insert("mean_ns".to_owned(), Value::Null);
        Value::Object(fields)
    };
    let policy = format!(
        "version: \"1\"\nregression: {{grace_period_days: 0, min_sample_size: 3}}\nk_anomaly: \
         {{min_active_backends: 99}}\nsite: {{base_url: \"{SITE}\", title: {name}}}\n\
         governance: {{emergency_override_approvers: [{name}]}}\n",
        name = yaml(word),
    );
    let mut project = Project::new(0, &policy);
    for day in 0..20 {
        let time = format!("2025-01-{:02}T06:00:00Z", day + 1);
        let value = 100.0 + f64::from(day % 3);
        project.records.push(measured(&main(day as usize), &time, "rust", 1.0, &fields(value)));
        let failing = json!({"test": format!("failing {word}"), "error": word, "mean_ns": null});
        project.records.push(measured(&main(day as usize), &time, "rust", 1.0, &failing));
    }
    project.write();
    let mut pull = Vec::new();
    for run in 0..4 {
        let time = format!("2025-01-20T{:02}:00:00Z", 8 + run);
        let mut record = measured(&head(7), &time, "rust", 1.0, &fields(200.0 + f64::from(run)));
        record["branch"] = json!(word);
        pull.push(record);
    }
    let failing = json!({"test": "failing", "error": word, "mean_ns": null});
    pull.push(measured(&head(7), "2025-01-20T12:00:00Z", "rust", 1.0, &failing));
    let commit = json!({"commit": main(3), "subject": word, "author": word, "tag": word});
    project.history.file("pulls/7.ndjson", lines(&pull)).file("commits.ndjson", lines(&[commit]));
    let title = yaml(word);
    project.history.file("notes/a.md", format!("---\ndate: 2025-01-05\ntitle: {title}\n---\nx\n"));
    project
}

fn report(project: &Project, format: &str) -> String {
    let answer = project.check(&["--pull", "7", "--format", format]);
    assert_eq!(answer.status, 1, "{format}: {}", answer.err);
    answer.out
}

fn compared(project: &Project, format: &str) -> String {
    let mut command = program();
    command.arg("compare").arg("--data").arg(project.history.data()).args(["--now", NOW]);
    let pair = format!("{}..{}", main(3), head(7));
    let answer = answer(command.args([&pair, "--format", format]));
    assert_eq!(answer.status, 0, "{format}: {}", answer.err);
    answer.out
}

/// The bodies of the requests that `notify` would send.
#[cfg(feature = "net")]
fn sent(project: &Project, arguments: &[&str]) -> Vec<Value> {
    let result = project.history.data().join("../result.json");
    std::fs::write(&result, report(project, "json")).unwrap();
    let mut command = program();
    command
        .env("GITHUB_TOKEN", "x")
        .env("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T/B/x");
    command.arg("notify").args(arguments).arg("--data").arg(project.history.data());
    let crate::support::Answer { status, out, err } =
        answer(command.arg("--dry-run").arg("--result").arg(&result));
    assert_eq!(status, 0, "{err}");
    let requests = out.split("\n{\n").skip(1).filter_map(|rest| {
        let json = format!("{{\n{}\n}}", rest.split("\n}\n").next()?);
        serde_json::from_str(&json).ok()
    });
    let requests: Vec<Value> = requests.collect();
    assert!(!requests.is_empty(), "{out}");
    requests
}

/// Asserts that an output has the shape that it has with a plain word, whatever the data.
fn keeps_its_shape<S: PartialEq + Debug>(
    output: impl Fn(&Project) -> String,
    shape: impl Fn(&str) -> S,
) {
    let plain = output(&project("word"));
    assert!(!plain.is_empty(), "an output without a shape proves nothing");
    for word in HOSTILE {
        let text = output(&project(word));
        assert_eq!(shape(&text), shape(&plain), "{word}: {text}\n{plain}");
    }
}

/// The events of a Markdown text without its words, and what acts in the words.
fn markdown(text: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS;
    let (mut shape, mut words) = (Vec::new(), String::new());
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Text(text) => words.push_str(&text),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let host = dest_url.split('/').nth(2).unwrap_or(&dest_url).to_owned();
                shape.push(format!("link to {host}"));
            }
            // Its id is that of the series.
            Event::Html(html) if html.starts_with("<!-- benchpages:issue") => {}
            // The hash is that of the suite.
            Event::Html(html) if html.starts_with("<!-- benchpages:pr v1 ") => {
                let (head, suites) = html.split_once(" suites=").unwrap_or((&html, ""));
                let hash = suites.trim_end().strip_suffix(" -->").unwrap_or(suites);
                assert!(hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{html}");
                shape.push(head.to_owned());
            }
            other => shape.push(format!("{other:?}")),
        }
    }
    shape.extend(acting(&words));
    shape
}

/// What GitHub acts on in words after the parser is done with them.
fn acting(words: &str) -> Vec<String> {
    let marks = [
        "@octocat", "@org", "#42", "GH-4", "://evil", "www.e", ":tada:", "\u{202e}", "\u{2067}",
        "\u{200f}", "\u{61c}", "\u{1b}", "\u{9b}",
    ];
    marks.into_iter().filter(|mark| words.contains(mark)).map(str::to_owned).collect()
}

#[test]
fn markdown_keeps_its_shape() {
    keeps_its_shape(|project| report(project, "markdown"), markdown);
    keeps_its_shape(|project| compared(project, "markdown"), markdown);
}

#[test]
fn an_override_keeps_the_shape_of_every_report() {
    let report = |word: &str, format: &str| {
        let actor = format!("--actor={word}");
        let arguments = ["--pull", "7", "--format", format, "--now", NOW, &actor];
        let project = project(word);
        let mut command = project.command(&arguments);
        let answer = answer(command.env("ALLOW_REGRESSION", "true").env("OVERRIDE_REASON", word));
        assert_eq!(answer.status, 0, "{word}: {}", answer.err);
        answer.out
    };
    let plain = markdown(&report("word", "markdown"));
    let cases = elements(&report("word", "junit"));
    for word in HOSTILE {
        assert_eq!(markdown(&report(word, "markdown")), plain, "{word}");
        assert_eq!(elements(&report(word, "junit")), cases, "{word}");
        assert_eq!(obeyed(&report(word, "text")), Vec::<String>::new(), "{word}");
    }
}

#[test]
fn a_template_of_the_project_cannot_forget_to_escape() {
    let comment = |project: &Project| {
        project.history.file("templates/comment.md", "{{ heading }}: {{ rows[0].series }}\n");
        report(project, "markdown")
    };
    keeps_its_shape(comment, markdown);
    let prose = |project: &Project| {
        let text = "{{ site_title }}\n\n## own: Title | detection\n\n- {{ policy.site.title }}\n";
        project.history.file("templates/methods.md", text);
        let banner = "<p title=\"{{ site_title }}\">{{ site_title }}</p>";
        project.history.file("templates/banner.html", banner).site(&[]).page("about/")
    };
    keeps_its_shape(prose, tags);
}

#[cfg(feature = "net")]
#[test]
fn comments_and_issues_keep_their_shape() {
    let body = |requests: Vec<Value>| {
        let bodies = requests.iter().filter_map(|request| request["body"].as_str());
        bodies.collect::<Vec<_>>().join("\n\n")
    };
    let comment =
        |project: &Project| body(sent(project, &["github", "--repo", "o/r", "--pull", "7"]));
    keeps_its_shape(comment, markdown);
    let issues = |project: &Project| body(sent(project, &["github", "--issues", "--repo", "o/r"]));
    keeps_its_shape(issues, markdown);
}

#[cfg(feature = "net")]
#[test]
fn titles_of_issues_act_on_nothing() {
    let title = |project: &Project| {
        let requests = sent(project, &["github", "--issues", "--repo", "o/r"]);
        requests.iter().filter_map(|request| request["title"].as_str()).collect::<String>()
    };
    keeps_its_shape(title, acting);
}

#[cfg(feature = "net")]
#[test]
fn messages_to_slack_keep_their_shape() {
    let message = |project: &Project| {
        json!(sent(project, &["slack", "--repo", "o/r", "--pull", "7"])).to_string()
    };
    keeps_its_shape(message, |text| {
        let value: Value = serde_json::from_str(text).unwrap();
        let marks = ["<!channel", "<!here", "<@U", "<img", "<script", "`", "|b"];
        let acting: Vec<&str> = marks.into_iter().filter(|mark| text.contains(mark)).collect();
        (json_shape(&value), acting.concat(), text.matches('<').count(), text.matches('*').count())
    });
}

/// A value without its texts.
fn json_shape(value: &Value) -> Value {
    match value {
        Value::String(_) => json!("text"),
        Value::Array(items) => items.iter().map(json_shape).collect(),
        // A name may be a key: of the counts by word, never.
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), json_shape(value))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn json_keeps_its_shape_and_commands_no_terminal() {
    for format in ["json", "sarif"] {
        keeps_its_shape(
            |project| report(project, format),
            |text| (json_shape(&serde_json::from_str(text).unwrap()), obeyed(text)),
        );
    }
    keeps_its_shape(|project| compared(project, "json"), obeyed);
}

/// What a terminal, or a runner of GitHub that reads a log, would obey.
fn obeyed(text: &str) -> Vec<String> {
    let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
    let runner = text.contains("##[").then(|| "##[".to_owned());
    let hidden = controls(text).into_iter().chain(turns(text)).map(|c| format!("{c:?}"));
    hidden.chain(commands.map(str::to_owned)).chain(runner).collect()
}

/// Characters that a terminal obeys.
fn controls(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_control() && !"\n\t\r".contains(*c)).collect()
}

/// Characters that turn the direction of the text around them.
fn turns(text: &str) -> Vec<char> {
    text.chars().filter(|c| "\u{202e}\u{2067}\u{200f}\u{61c}".contains(*c)).collect()
}

#[test]
fn terminals_and_runners_obey_nothing() {
    keeps_its_shape(|project| report(project, "text"), obeyed);
    keeps_its_shape(|project| compared(project, "text"), obeyed);
    let lines = |text: &str| (obeyed(text), text.lines().count());
    keeps_its_shape(|project| report(project, "gcc"), lines);
    for command in [&["doctor"][..], &["policy", "replay"], &["policy", "show"]] {
        let output = |project: &Project| {
            let data = project.history.data();
            let answer =
                answer(program().args(command).arg("--data").arg(data).args(["--now", NOW]));
            answer.out + &answer.err
        };
        keeps_its_shape(output, obeyed);
    }
}

#[test]
fn workflow_commands_keep_their_shape() {
    keeps_its_shape(
        |project| report(project, "github"),
        |text| {
            let command = |line: &str| {
                let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
                let (level, properties) = head.split_once(' ').unwrap();
                assert!(properties.starts_with("title=") && !message.is_empty(), "{line}");
                (level.to_owned(), properties.matches([':', ',']).count())
            };
            let runner = text.contains("##[");
            (text.lines().map(command).collect::<Vec<_>>(), runner)
        },
    );
}

/// Elements and the names of their attributes.
fn elements(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return elements,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let names = tag.attributes().map(|it| utf8(it.unwrap().key.as_ref()));
                let names = names.collect::<Vec<_>>().join(" ");
                elements.push(format!("{} {names}", utf8(tag.name().as_ref())));
            }
            quick_xml::events::Event::Comment(_) | quick_xml::events::Event::CData(_) => {
                elements.push("comment".to_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn junit_keeps_its_shape() {
    keeps_its_shape(|project| report(project, "junit"), |text| (elements(text), obeyed(text)));
}

/// Elements of a page and the names of their attributes.
fn tags(html: &str) -> Vec<String> {
    let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut tags = Vec::new();
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            // Where a long name may break depends on the name.
            Token::StartTag(tag) if &*tag.name == b"wbr" => {}
            Token::StartTag(tag) => {
                let names: Vec<String> = tag.attributes.keys().map(|name| utf8(name)).collect();
                tags.push(format!("{} {}", utf8(&tag.name), names.join(" ")));
            }
            Token::EndTag(tag) => tags.push(format!("/{}", utf8(&tag.name))),
            Token::Comment(_) => tags.push("comment".to_owned()),
            _ => {}
        }
    }
    tags
}

#[test]
fn pages_charts_and_feeds_keep_their_shape() {
    let shapes = |word: &str| {
        let project = project(word);
        let site = project.history.site(&[]);
        let index = site.json("index.json");
        let page = |html: String| (tags(&html), controls(&html), turns(&html));
        let drawing = |xml: String| (elements(&xml), controls(&xml), turns(&xml));
        let mut shapes = vec![drawing(site.read("feed.xml"))];
        for series in index["series"].as_array().unwrap() {
            let url = series["url"].as_str().unwrap();
            let name = url.trim_start_matches("series/").trim_end_matches(".html");
            shapes.push(page(site.page(url)));
            shapes.push(drawing(site.read(&format!("chart/{name}.svg"))));
        }
        let pages = ["", "about/", "health/", "event/", "data/", "view/", "diff/"];
        shapes.extend(pages.map(|address| page(site.page(address))));
        shapes
    };
    let plain = shapes("word");
    for word in HOSTILE {
        assert!(shapes(word) == plain, "{word}");
    }
}

/// The cells of a table, as RFC 4180 has them.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = csv.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

#[test]
fn csv_keeps_its_shape_and_holds_no_formula() {
    let exported = |project: &Project| {
        let mut command = program();
        command.args(["export", "csv", "--demo", "--data"]).arg(project.history.data());
        answer(&mut command).out
    };
    keeps_its_shape(exported, |text| {
        let rows = cells(text);
        let is_formula = |cell: &&String| {
            cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err()
        };
        let formulas: Vec<&String> = rows.iter().flatten().filter(is_formula).collect();
        assert_eq!(formulas, Vec::<&String>::new());
        (rows.iter().map(Vec::len).collect::<Vec<_>>(), controls(text))
    });
}

/// The families of a Prometheus text, each sample with its labels and without what they say.
fn samples(text: &str) -> Vec<String> {
    let mut shape: Vec<String> = text.lines().map(without_labels).collect();
    // Samples stand in the order of their series, which is that of the names.
    shape.sort();
    shape
}

/// A sample as `name{test="",metric=""}`; a line that is none as it is.
fn without_labels(line: &str) -> String {
    if line.starts_with('#') {
        return line.to_owned();
    }
    let (mut shape, mut is_quoted, mut chars) = (String::new(), false, line.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' if is_quoted => assert!(chars.next().is_some_and(|it| "\\\"n".contains(it))),
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => break,
            c if !is_quoted => shape.push(c),
            c => assert!(!c.is_control(), "{line:?}"),
        }
    }
    assert!(chars.as_str().parse::<f64>().is_ok(), "{line:?}");
    shape
}

#[test]
fn metrics_keep_their_shape() {
    let output = |project: &Project| {
        let mut command = program();
        command.args(["export", "openmetrics", "--now", NOW]);
        let answer = answer(command.arg("--data").arg(project.history.data()));
        assert_eq!(answer.status, 0, "{}", answer.err);
        answer.out
    };
    keeps_its_shape(output, samples);
}
