//! Layouts that are recognized and not read: what a file is, and the switch or the way that makes
//! its values readable. The rows stand in `unsupported.txt`.
//!
//! This is for messages alone: a refusal that names the tool saves a search. No row can make a file
//! readable, and a file that fits none is refused all the same.

use crate::source::Text;

/// The rows as they are written.
const ROWS: &str = include_str!("unsupported.txt");

/// The advice for values that no reader takes.
const TABLE: &str = "turn its values into a CSV and name the columns (`--column test=NAME --column \
                     metric:time:ms=NAME`), or into a list of name, unit and value (`--format \
                     custom-smaller`)";

/// So much of the beginning and of the end of a text is looked through: a summary stands at the end
/// of a long log.
const MAX_PART: usize = 64 << 10;

/// How files that are no text begin, as UTF-8 with replacement characters has it.
const BINARY: [(&str, &str, &str); 11] = [
    ("\u{fffd}PNG", "a picture (PNG)", "ingest the numbers behind the picture"),
    (
        "\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        "a picture (JPEG)",
        "ingest the numbers behind the picture",
    ),
    ("GIF8", "a picture (GIF)", "ingest the numbers behind the picture"),
    ("\u{1f}\u{fffd}", "compressed by gzip", "unpack it first: `gunzip FILE`"),
    ("(\u{fffd}/\u{fffd}", "compressed by zstd", "unpack it first: `unzstd FILE`"),
    ("\u{fffd}7zXZ", "compressed by xz", "unpack it first: `unxz FILE`"),
    ("BZh", "compressed by bzip2", "unpack it first: `bunzip2 FILE`"),
    ("PK\u{3}\u{4}", "a ZIP archive", "unpack it and ingest the files in it"),
    (
        "SQLite format 3",
        "an SQLite database",
        "export its table as CSV: `sqlite3 -header -csv FILE 'SELECT …'`",
    ),
    ("%PDF-", "a PDF", "ingest the data that the tool writes beside it"),
    ("PAR1", "a Parquet file", "export its table as CSV"),
];

/// What a file is, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct UnsupportedLayout<'t> {
    what: &'t str,
    marks: &'t str,
    advice: &'t str,
}

impl<'t> UnsupportedLayout<'t> {
    fn parse(row: &'t str) -> Option<Self> {
        // `\|` is a mark's own.
        let mut bars = row.match_indices(" | ").filter(|(at, _)| !row[..*at].ends_with('\\'));
        let (first, second) = (bars.next()?.0, bars.next()?.0);
        let (what, marks, advice) = (&row[..first], &row[first + 3..second], &row[second + 3..]);
        Some(Self { what, marks, advice: advice.trim() })
    }

    fn fits(&self, text: &Text, parts: &TextParts) -> bool {
        self.marks.split(" & ").all(|mark| {
            let mark = mark.replace("\\|", "|");
            if let Some(pointer) = mark.strip_prefix("json:") {
                return text.json().is_some_and(|file| file.pointer(pointer).is_some());
            }
            let mark = mark.to_lowercase();
            if let Some(start) = mark.strip_prefix('^') {
                return parts.whole.trim_start().starts_with(start);
            }
            match (mark.strip_prefix("head:"), mark.strip_prefix('!')) {
                (Some(word), _) => parts.first_line().contains(word),
                (_, Some(absent)) => !parts.whole.contains(absent),
                _ => parts.whole.contains(&mark),
            }
        })
    }
}

/// The beginning and the end of a text, in small letters.
struct TextParts {
    whole: String,
}

impl TextParts {
    fn of(text: &str) -> Self {
        let end = floor(text, MAX_PART.min(text.len()));
        let start = floor(text, text.len().saturating_sub(MAX_PART).max(end));
        let whole = format!("{}\n{}", &text[..end], &text[start..]);
        Self { whole: whole.to_lowercase() }
    }

    fn first_line(&self) -> &str {
        self.whole.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
    }
}

/// The boundary of a character at or before a place.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What a text is that no format reads, and what to do about it.
pub fn explain(text: &Text) -> Option<String> {
    let content = text.text.as_str();
    let sentence = |what: &str, advice: &str| {
        let advice = match advice.strip_suffix("table") {
            Some("") => TABLE.to_owned(),
            Some(before) if before.ends_with("then ") || before.ends_with(": ") => {
                format!("{before}{TABLE}")
            }
            _ => advice.to_owned(),
        };
        format!("recognized as {what}, which no format reads; {advice}")
    };
    if let Some((_, what, advice)) = BINARY.iter().find(|(start, ..)| content.starts_with(start)) {
        return Some(sentence(what, advice));
    }
    if content.contains('\0') {
        let (what, advice) = match () {
            () if content.contains("Latency") && content.contains("Attack") => {
                ("vegeta's binary result", "run `vegeta report FILE` and ingest its output")
            }
            () if content.contains("Simulation") => (
                "Gatling's binary simulation.log",
                "let Gatling write its report, and ingest js/stats.json",
            ),
            () => ("a binary file", "ingest the text, JSON or CSV that the tool writes"),
        };
        return Some(sentence(what, advice));
    }
    let parts = TextParts::of(content);
    rows().find(|row| row.fits(text, &parts)).map(|row| sentence(row.what, row.advice))
}

fn rows() -> impl Iterator<Item = UnsupportedLayout<'static>> {
    let lines = ROWS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(UnsupportedLayout::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        let lines = ROWS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            let row = UnsupportedLayout::parse(line).unwrap_or_else(|| panic!("{line}"));
            assert!(!row.what.is_empty() && !row.advice.is_empty(), "{line}");
            assert!(row.marks.split(" & ").all(|mark| mark.len() > 1), "{line}");
        }
    }

    #[test]
    fn a_refusal_names_the_file_and_a_way() {
        for (content, what, way) in [
            (
                &b"# Run complete\n\nBenchmark  Mode  Cnt  Score  Error  Units\n"[..],
                "JMH",
                "-rf json",
            ),
            (b"1 sec: 5 operations; 5 current ops/sec\n", "YCSB", "end by itself"),
            (b"\x89PNG\r\n\x1a\n", "PNG", "numbers"),
            (b"\x1f\x8b\x08", "gzip", "gunzip"),
            (b"SQLite format 3\0", "SQLite", "csv"),
            (b"\n<!DOCTYPE HTML><title>x</title>", "HTML", "data"),
            (b"\0\0\0x", "binary", "JSON"),
            (b"<testsuites><testsuite name='a'/></testsuites>", "without times", "benchmark tool"),
        ] {
            let explained = explain(&Text::new("x", content)).unwrap_or_default();
            assert!(explained.contains(what) && explained.contains(way), "{explained}");
        }
        assert_eq!(explain(&Text::new("x", b"nothing in particular\n")), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        ) {
            let _ = explain(&Text::new("x", &bytes));
        }
    }
}
