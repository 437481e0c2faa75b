//! What systems of continuous integration put around the lines of a job, taken off again: the stamp
//! before each line, marks of groups, and the colors of a terminal.
//!
//! `2026-05-04T10:00:00.1234567Z BenchmarkFib-8  100  12.5 ns/op` becomes `BenchmarkFib-8 …`, and
//! the stamp may serve as the time of the run. A stamp is taken off only where two thirds of the
//! lines carry one of the same kind and no table goes on behind it, so that a file whose own
//! content begins with times stays as it is. Lines keep their numbers.

use std::borrow::Cow;

use serde_json::Value;

use crate::json;
use crate::parse::time::{epoch_millis, parse_time};
use model::record::time::Timestamp;

/// A text as its program printed it, and the first stamp of its log.
pub(crate) struct PlainLines {
    pub(crate) text: String,
    pub(crate) time: Option<Timestamp>,
}

/// Lines that are looked at for a first stamp: a log has them from its beginning.
const FIRST_LINES: usize = 100;

/// Takes off what a log adds to the lines of a text.
pub(crate) fn plain_lines(text: &str) -> PlainLines {
    if text.contains('\0') {
        // No text: without its zeros it could pass for one.
        return PlainLines { text: text.to_owned(), time: None };
    }
    let messages = circle_ci_messages(text);
    let (text, mut time) = match &messages {
        Some(log) => (log.text.as_str(), log.time),
        None => (text, None),
    };
    let (text, buildkite) = without_control_strings(text);
    // Only an escape character begins a color.
    let text = match text.contains('\u{1b}') {
        true => Cow::Owned(anstream::adapter::strip_str(&text).to_string()),
        false => text,
    };
    time = time.or(buildkite);
    let text = match LinePrefix::of(&text) {
        Some(prefix) => {
            let first = text.lines().find_map(|line| prefix.split(line)?.time());
            time = time.or(first);
            Cow::Owned(without_prefixes(&text, prefix))
        }
        None => text,
    };
    PlainLines { text: without_groups(text), time }
}

/// CircleCI's log of a step: a JSON list of `message`, `time` and `type`.
fn circle_ci_messages(text: &str) -> Option<PlainLines> {
    // Its first key is one of three: other lists are not read for this.
    let first = text.trim_start().strip_prefix('[')?.trim_start().strip_prefix('{')?.trim_start();
    if !["\"message\"", "\"time\"", "\"type\""].iter().any(|key| first.starts_with(key)) {
        return None;
    }
    let all: Vec<Value> = serde_json::from_str(text).ok()?;
    let is_message = |it: &Value| {
        ["message", "time", "type"].iter().all(|key| it.get(*key).is_some_and(Value::is_string))
            && ["out", "err"].contains(&json::text(it, "type"))
    };
    (!all.is_empty() && all.iter().all(is_message)).then(|| PlainLines {
        text: all.iter().map(|it| json::text(it, "message")).collect(),
        time: all.first().and_then(|it| parse_time(json::text(it, "time"))),
    })
}

/// What Buildkite puts before a line: the mark, milliseconds since 1970, the bell.
const BUILDKITE: &str = "_bk;t=";

/// The text without strings that only a terminal reads (titles, links, Buildkite's stamps), and the
/// first of these stamps.
fn without_control_strings(text: &str) -> (Cow<'_, str>, Option<Timestamp>) {
    if !text.contains('\u{1b}') && !text.contains(BUILDKITE) {
        return (Cow::Borrowed(text), None);
    }
    let mut plain = String::with_capacity(text.len());
    let mut time = None;
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '_']) {
        let (before, found) = rest.split_at(at);
        plain.push_str(before);
        let is_escape = found.starts_with('\u{1b}');
        let body = if is_escape { &found[1..] } else { found };
        let stamp = body.strip_prefix(BUILDKITE);
        let opens = if is_escape { body.starts_with([']', '_', 'P', '^', 'X']) } else { false };
        // Some downloads lack the escape character before the mark.
        let is_bare_stamp = !is_escape && stamp.is_some_and(ends_in_bell);
        if !opens && !is_bare_stamp {
            plain.push_str(&found[..1]);
            rest = &found[1..];
            continue;
        }
        if let (None, Some(stamp)) = (time, stamp) {
            time = leading_digits(stamp).parse().ok().and_then(epoch_millis);
        }
        rest = after_control_string(body);
    }
    plain.push_str(rest);
    (Cow::Owned(plain), time)
}

fn leading_digits(text: &str) -> &str {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    &text[..end]
}

fn ends_in_bell(stamp: &str) -> bool {
    let digits = leading_digits(stamp);
    !digits.is_empty() && stamp[digits.len()..].starts_with('\u{7}')
}

/// What follows a string for terminals: it ends with a bell or `ESC \`, and where neither follows,
/// with its line, so that a string that was cut off swallows no more than that.
fn after_control_string(body: &str) -> &str {
    let Some(end) = body.find(['\u{7}', '\u{1b}', '\n']) else { return "" };
    let rest = &body[end..];
    rest.strip_prefix('\u{7}').or_else(|| rest.strip_prefix("\u{1b}\\")).unwrap_or(rest)
}

/// How a log begins its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinePrefix {
    /// GitLab: `2026-05-04T10:00:00.123456Z 00O `; `+` goes on in the line before.
    GitLab,
    /// `gh run view --log`: `job⇥step⇥2026-05-04T10:00:00.1234567Z `.
    GitHubSteps,
    /// GitHub, Azure DevOps: `2026-05-04T10:00:00.1234567Z `.
    Stamp,
    /// Jenkins: `[2026-05-04T10:00:00.123Z] `.
    Bracketed,
    /// Jenkins by the clock: `10:00:00  `.
    Clock,
}

/// A line taken apart.
struct StampedLine<'a> {
    stamp: &'a str,
    rest: &'a str,
    /// It goes on in the line before.
    continues: bool,
}

impl StampedLine<'_> {
    fn time(&self) -> Option<Timestamp> {
        parse_time(self.stamp)
    }
}

impl LinePrefix {
    /// The more special first: GitLab's lines begin with a plain stamp too.
    const ALL: [Self; 5] =
        [Self::GitLab, Self::GitHubSteps, Self::Stamp, Self::Bracketed, Self::Clock];

    /// The prefix of most lines of a text.
    fn of(text: &str) -> Option<Self> {
        let filled = || text.lines().filter(|line| !line.trim().is_empty());
        let is_stamped = |line: &str| Self::ALL.iter().any(|it| it.split(line).is_some());
        filled().take(FIRST_LINES).find(|line| is_stamped(line))?;
        let total = filled().count();
        Self::ALL.into_iter().find(|prefix| {
            let stamped = || filled().filter_map(|line| prefix.split(line));
            let count = stamped().count();
            // A column of times has a heading above it, which bears none; a log stamps every line.
            let is_table = || count < total && stamped().any(|line| goes_on_as_table(line.rest));
            3 * count >= 2 * total && !is_table()
        })
    }

    fn split(self, line: &str) -> Option<StampedLine<'_>> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let (stamp, rest) = match self {
            Self::GitLab => {
                let (stamp, rest) = split_stamp(line)?;
                let rest = rest.strip_prefix(' ')?;
                let is_stream = |at: usize, byte: u8| match at {
                    0 | 1 => byte.is_ascii_hexdigit(),
                    _ => matches!(byte, b'O' | b'E'),
                };
                let head = rest.as_bytes().get(..3)?;
                if !head.iter().enumerate().all(|(at, byte)| is_stream(at, *byte)) {
                    return None;
                }
                let rest = &rest[3..];
                let continues = rest.starts_with('+');
                let rest = rest.strip_prefix(['+', ' ']).or_else(|| rest.is_empty().then_some(""));
                return Some(StampedLine { stamp, rest: rest?, continues });
            }
            Self::GitHubSteps => {
                let (_, line) = line.split_once('\t')?;
                let (_, line) = line.split_once('\t')?;
                split_stamp(line.strip_prefix('\u{feff}').unwrap_or(line))?
            }
            Self::Stamp => split_stamp(line)?,
            Self::Bracketed => {
                let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
                let whole = |text| split_stamp(text).or_else(|| split_clock(text));
                (whole(inside).filter(|(_, after)| after.is_empty())?.0, rest)
            }
            Self::Clock => {
                let (stamp, rest) = split_clock(line)?;
                // Two blanks stand behind the clock; more are the program's own.
                (stamp, if rest.starts_with("  ") { &rest[1..] } else { rest })
            }
        };
        let rest = rest.strip_prefix(' ').or_else(|| rest.is_empty().then_some(""))?;
        Some(StampedLine { stamp, rest, continues: false })
    }
}

/// Whether a time was the first column of a table: a mark between columns follows it. A row of a
/// Markdown table that was logged has one at its end, too.
fn goes_on_as_table(rest: &str) -> bool {
    let is_row = rest.starts_with('|') && rest.trim_end().ends_with('|');
    rest.starts_with([',', ';', '|']) && !is_row
}

/// A date and time with its zone at the beginning of a text, and what follows it.
fn split_stamp(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let matches = |form: &[u8], at: usize| {
        form.iter().enumerate().all(|(place, want)| {
            bytes.get(at + place).is_some_and(|byte| match want {
                b'0' => byte.is_ascii_digit(),
                _ => byte == want,
            })
        })
    };
    if !matches(b"0000-00-00T00:00:00", 0) {
        return None;
    }
    let mut end = 19;
    if bytes.get(end) == Some(&b'.') {
        end += 1 + bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    end += match bytes.get(end)? {
        b'Z' => 1,
        b'+' if matches(b"+00:00", end) => 6,
        b'-' if matches(b"-00:00", end) => 6,
        _ => return None,
    };
    Some(text.split_at(end))
}

/// A time of day at the beginning of a text, and what follows it.
fn split_clock(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let is_clock = bytes.len() >= 8
        && bytes[..8].iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !is_clock {
        return None;
    }
    let fraction = match bytes.get(8) {
        Some(b'.') => 1 + bytes[9..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    Some(text.split_at(8 + fraction))
}

fn without_prefixes(text: &str, prefix: LinePrefix) -> String {
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    let mut open = None;
    for line in text.lines() {
        match (prefix.split(line), open) {
            (Some(line), Some(open)) if line.continues => {
                let before: &mut Cow<'_, str> = &mut lines[open];
                before.to_mut().push_str(line.rest);
                // An empty line in its place: those behind keep their numbers.
                lines.push(Cow::Borrowed(""));
            }
            (stamped, _) => {
                open = Some(lines.len());
                lines.push(Cow::Borrowed(stamped.map_or(line, |line| line.rest)));
            }
        }
    }
    lines.push(Cow::Borrowed(""));
    lines.join("\n")
}

/// Lines that only open or close a group.
const GROUPS: [&str; 8] = [
    "##[group]",
    "##[endgroup]",
    "##[section]",
    "##[command]",
    "##[debug]",
    "::group::",
    "::endgroup::",
    "::debug::",
];
/// Marks before the text of a message.
const MESSAGES: [&str; 3] = ["##[error]", "##[warning]", "##[notice]"];

/// The text with empty lines for those that open or close a group.
fn without_groups(text: Cow<'_, str>) -> String {
    if !["##[", "::group::", "::endgroup::", "::debug::", "section_"]
        .iter()
        .any(|it| text.contains(it))
    {
        return text.into_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_group = GROUPS.iter().any(|mark| line.starts_with(mark));
        let end = &line[line.trim_end_matches(['\r', '\n']).len()..];
        let message = MESSAGES.iter().find_map(|mark| line.strip_prefix(mark));
        match message {
            _ if is_group => plain.push_str(end),
            Some(message) => plain.push_str(message),
            None => push_without_sections(&mut plain, line),
        }
    }
    plain
}

/// A line without GitLab's `section_start:1700000000:name[collapsed=true]`, which stand before the
/// text of the line.
fn push_without_sections(plain: &mut String, mut line: &str) {
    while let Some(at) = line.find("section_") {
        let (before, mark) = line.split_at(at);
        let name = mark.strip_prefix("section_start:").or(mark.strip_prefix("section_end:"));
        let name = name.and_then(|it| it[leading_digits(it).len()..].strip_prefix(':'));
        let Some(name) = name else {
            let (word, rest) = mark.split_at("section_".len());
            plain.extend([before, word]);
            line = rest;
            continue;
        };
        plain.push_str(before.trim_end_matches('\r'));
        let in_name = |c: char| c.is_alphanumeric() || "._-".contains(c);
        let rest = name.trim_start_matches(in_name);
        let options = rest.strip_prefix('[').and_then(|it| it.split_once(']'));
        let rest = options.map_or(rest, |(_, rest)| rest);
        // The carriage return hid the mark on a terminal.
        line = if rest.starts_with("\r\n") { &rest[1..] } else { rest.trim_start_matches('\r') };
    }
    plain.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Option<String>) {
        let plain = plain_lines(text);
        (plain.text, plain.time.map(|time| time.to_string()))
    }

    const RESULT: &str = "BenchmarkA-8 \t 100\t 12.5 ns/op";

    #[test]
    fn every_log_gives_the_lines_of_its_program() {
        let at = "2026-05-04T10:00:00.123456Z";
        let seconds = "2026-05-04T10:00:00Z";
        for (log, time) in [
            (format!("2026-05-04T10:00:00.1234567Z {RESULT}\n2026-05-04T10:00:01.1Z PASS\n"), at),
            (format!("\u{feff}{at} {RESULT}\n{at} PASS\n"), at),
            (format!("job 1\tRun it\t{at} {RESULT}\njob 1\tRun it\t{at} PASS\n"), at),
            (format!("{at} 00O {RESULT}\n{at} 01E PASS\n"), at),
            (format!("[{at}] {RESULT}\n[{at}] PASS\n"), at),
            (format!("10:00:00  {RESULT}\n10:00:01.5  PASS\n"), ""),
            (format!("[10:00:00] {RESULT}\n[10:00:01] PASS\n"), ""),
            (
                format!("\u{1b}_bk;t=1777888800000\u{7}{RESULT}\n_bk;t=1777888800001\u{7}PASS\n"),
                seconds,
            ),
            (
                format!(
                    "\u{1b}[0;32m{RESULT}\u{1b}[0m\n\u{1b}]8;;http://a\u{7}PASS\u{1b}]8;;\u{1b}\\\n"
                ),
                "",
            ),
            (
                format!(
                    r#"[{{"message":{},"time":"{seconds}","type":"out"}}]"#,
                    Value::from(format!("{RESULT}\nPASS\n"))
                ),
                seconds,
            ),
        ] {
            let expected = (!time.is_empty()).then(|| time.to_owned());
            assert_eq!(read(&log), (format!("{RESULT}\nPASS\n"), expected), "{log}");
        }
    }

    #[test]
    fn indented_lines_and_rows_of_markdown_are_logged_too() {
        let stamp = "2026-05-04T10:00:00.1234567Z ";
        for text in [
            "{\n\t\"a\": 1\n}\n",
            "\tElapsed: 1\n\tExit: 0\n",
            "| a | b\n|---|---\n| 1 | 2\n",
            ",a,b\n,1,2\n",
        ] {
            let log: String = text.lines().map(|line| format!("{stamp}{line}\n")).collect();
            assert_eq!(read(&log).0, text);
        }
    }

    #[test]
    fn groups_leave_empty_lines_and_messages_their_text() {
        let log = "##[group]Run it\n::group::a\nx\n::endgroup::\n##[error]it failed\n";
        assert_eq!(read(log).0, "\n\nx\n\nit failed\n");
        let log = "section_start:1700000000:step_script[collapsed=true]\r\u{1b}[0KRun it\r\n\
                   section_end:1700000001:step_script\r\u{1b}[0Ka section_b\n";
        assert_eq!(read(log).0, "Run it\r\na section_b\n");
        let split = "2026-05-04T10:00:00.1Z 00O Bench\n2026-05-04T10:00:00.2Z 00O+markA 1\n\
                     2026-05-04T10:00:00.3Z 00O x\n";
        assert_eq!(read(split).0, "BenchmarkA 1\n\nx\n");
    }

    #[test]
    fn times_that_are_content_stay() {
        for text in [
            "time,test,value\n2026-05-04T10:00:00Z,a,5\n2026-05-05T10:00:00Z,a,6\n",
            "time;value\n2026-05-04T10:00:00Z ; 5\n2026-05-05T10:00:00Z ; 6\n2026-05-06T10:00Z ; 6",
            "{\"timestamp\":\"2026-05-04T10:00:00Z\"}\n",
            "2026-05-04 10:00:00:123 10 sec: 100 operations; \n",
            "a\nb\n2026-05-04T10:00:00Z c\n",
            "snake_case _bk;t=x\n",
        ] {
            assert_eq!(read(text), (text.to_owned(), None));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in "(\u{1b}|_bk;t=1|\u{7}|\r|\n|2026-05-04T10:00:00(.1)?(Z|é) |00O|[+]|\\[|\\]|10:00:00|\
                     section_(start|end):1?:?|##\\[group\\]|\t|é|[a-z ]){0,30}",
        ) {
            let _ = plain_lines(&text);
        }
    }
}
