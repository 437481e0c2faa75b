//! Names that Catch2 wrapped over lines, joined again: of benchmarks in their column, of test cases
//! and sections between dashes.
//!
//! Catch2 breaks a line as late as it can: at a blank, or beside a mark such as `,`, `(` or `/`. So
//! a line goes on in the next one only if the next one's first word did not fit into it. Whether a
//! blank stood at a mark is not printed; there it is decided by how people write the mark. XML
//! (`-r xml`) has the names as they are.

/// Marks before and behind which Catch2 may break a word.
const BREAKS_BEFORE: &str = "[({<|";
const BREAKS_AFTER: &str = "])}>.,:;*+-=&/\\";

/// Joins the lines of one name, which were wrapped at a width in bytes.
pub(super) fn joined(lines: &[&str], width: usize) -> String {
    let mut name = String::new();
    for line in lines.iter().map(|line| line.trim()) {
        if is_cut_word(&name, width) {
            name.pop();
        } else if !name.is_empty() && has_blank_between(&name, line) {
            name.push(' ');
        }
        name.push_str(line);
    }
    name
}

/// Whether a line may go on in the next: the first word of that did not fit behind it.
pub(super) fn goes_on(line: &str, next: &str, width: usize) -> bool {
    let (line, next) = (line.trim_end(), next.trim_start());
    let word = next.find(char::is_whitespace).unwrap_or(next.len());
    let at_mark = next[..word].char_indices().find_map(|(at, c)| match c {
        _ if at > 0 && BREAKS_BEFORE.contains(c) => Some(at),
        _ if BREAKS_AFTER.contains(c) => Some(at + c.len_utf8()),
        _ => None,
    });
    let word = at_mark.unwrap_or(word);
    // The blank between them, if there was one, did not fit either.
    word > 0 && line.len() <= width && line.len() + 1 + word > width
}

/// A word that is longer than a line is cut there, with a hyphen that is not part of it.
fn is_cut_word(line: &str, width: usize) -> bool {
    // The last line alone counts, and a cut one holds no place to break at.
    let last = line.rsplit(char::is_whitespace).next().unwrap_or(line);
    let Some(word) = last.strip_suffix('-') else { return false };
    let is_break = |c: char| BREAKS_BEFORE.contains(c) || BREAKS_AFTER.contains(c);
    last.len() + 1 >= width && !word.contains(is_break)
}

fn has_blank_between(line: &str, next: &str) -> bool {
    let mut chars = line.chars().rev();
    let (last, before) = (chars.next().unwrap_or(' '), chars.next().unwrap_or(' '));
    let first = next.chars().next().unwrap_or(' ');
    match last {
        // Paths, options and scopes stand without blanks, operators between two.
        '/' | '\\' | '-' | '=' | '&' | '*' | '+' => before.is_whitespace() || before == last,
        ':' => before != ':',
        '>' => before != '-',
        '.' => !first.is_lowercase() && !first.is_ascii_digit(),
        _ => !matches!(first, '<' | '['),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_where_the_next_word_did_not_fit() {
        for (line, next, width, expected) in [
            ("insert into a sorted vector that", "holds one million items", 35, true),
            ("loading", "holds one million items", 35, false),
            ("parse with the quick scanner of ns::", "json 10", 36, true),
            ("push 100 200 300 elements at the", "end (reserve), 5 times", 35, true),
            ("push", "", 35, false),
        ] {
            assert_eq!(goes_on(line, next, width), expected, "{line} | {next}");
        }
    }

    #[test]
    fn lines_are_joined_as_the_name_was_written() {
        for (lines, expected) in [
            (&["insert into a", "sorted vector"][..], "insert into a sorted vector"),
            (&["std::", "vector", "<int>"], "std::vector<int>"),
            (&["first,", "second: ", "third"], "first, second: third"),
            (&["a +", "b"], "a + b"),
            (&["path/", "to.", "file"], "path/to.file"),
            (&["one sentence.", "Another"], "one sentence. Another"),
            (&["abcdefghijklmnopqrs-", "tuv"], "abcdefghijklmnopqrstuv"),
        ] {
            assert_eq!(joined(lines, 20), expected, "{lines:?}");
        }
    }
}
