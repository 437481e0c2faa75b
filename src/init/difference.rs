//! Differences between texts as `diff -u` and git write them, so that `git apply` reads them back.
//!
//! ```text
//! --- a/.gitignore
//! +++ b/.gitignore
//! @@ -1 +1,2 @@
//!  target
//! +/data/results/
//! ```

use std::fmt::Write as _;
use std::ops::Range;

/// Equal lines shown around a difference.
const CONTEXT: usize = 3;
/// Pairs of lines that are compared. Larger differences are shown as one replacement, which is
/// just as true and takes no time.
const MAX_PAIRS: usize = 4_000_000;

/// How a file would change; no present text for a new file. Empty where both are the same.
pub(crate) fn patch(path: &str, present: Option<&str>, proposed: &str) -> String {
    let mut out = format!("diff --git a/{path} b/{path}\n");
    if present.is_none() {
        // The mode that `init` gives scripts and hooks.
        let mode = if proposed.starts_with("#!") { "100755" } else { "100644" };
        let _ = write!(out, "new file mode {mode}\n--- /dev/null\n+++ b/{path}\n");
    } else {
        let _ = write!(out, "--- a/{path}\n+++ b/{path}\n");
    }
    let old: Vec<&str> = present.unwrap_or_default().split_inclusive('\n').collect();
    let new: Vec<&str> = proposed.split_inclusive('\n').collect();
    let changes = changes(&old, &new);
    if changes.is_empty() {
        return String::new();
    }
    // Changes whose context would overlap share one hunk.
    for hunk in changes.chunk_by(|a, b| b.old.start - a.old.end <= 2 * CONTEXT) {
        push_hunk(&mut out, &old, &new, hunk);
    }
    out
}

/// Lines of the present text that lines of the proposed one replace.
#[derive(Debug, PartialEq, Eq)]
struct LineChange {
    old: Range<usize>,
    new: Range<usize>,
}

/// The fewest changed lines, by the longest common subsequence.
fn changes(old: &[&str], new: &[&str]) -> Vec<LineChange> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    // The start may not count again as the end: `a a` and `a` have one line in common.
    let max_end = old.len().min(new.len()) - start;
    let same_from_end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b);
    let end = same_from_end.count().min(max_end);
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > MAX_PAIRS {
        return vec![LineChange { old: start..start + old.len(), new: start..start + new.len() }];
    }
    let common = common_lines(old, new);
    let (mut changes, mut at) = (Vec::new(), (0, 0));
    for (left, right) in common.into_iter().chain([(old.len(), new.len())]) {
        if at != (left, right) {
            let (old, new) = (start + at.0..start + left, start + at.1..start + right);
            changes.push(LineChange { old, new });
        }
        at = (left + 1, right + 1);
    }
    changes
}

/// The positions of the longest common subsequence in both.
fn common_lines(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    // The length of the longest common subsequence of what follows, for each pair of positions.
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for left in (0..old.len()).rev() {
        for right in (0..new.len()).rev() {
            lengths[left * width + right] = if old[left] == new[right] {
                lengths[(left + 1) * width + right + 1] + 1
            } else {
                lengths[(left + 1) * width + right].max(lengths[left * width + right + 1])
            };
        }
    }
    let (mut left, mut right, mut common) = (0, 0, Vec::new());
    while left < old.len() && right < new.len() {
        if old[left] == new[right] {
            common.push((left, right));
            (left, right) = (left + 1, right + 1);
        } else if lengths[(left + 1) * width + right] >= lengths[left * width + right + 1] {
            left += 1;
        } else {
            right += 1;
        }
    }
    common
}

fn push_hunk(out: &mut String, old: &[&str], new: &[&str], changes: &[LineChange]) {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return };
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let old_lines = first.old.start - before..last.old.end + after;
    let new_lines = first.new.start - before..last.new.end + after;
    let _ = writeln!(out, "@@ -{} +{} @@", span(&old_lines), span(&new_lines));
    let mut at = old_lines.start;
    for change in changes {
        old[at..change.old.start].iter().for_each(|line| push_line(out, ' ', line));
        old[change.old.clone()].iter().for_each(|line| push_line(out, '-', line));
        new[change.new.clone()].iter().for_each(|line| push_line(out, '+', line));
        at = change.old.end;
    }
    old[at..old_lines.end].iter().for_each(|line| push_line(out, ' ', line));
}

/// `7,3`: three lines from the seventh on. Of no lines, the number is that of the line before.
fn span(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn push_line(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunks(present: &str, proposed: &str) -> String {
        let text = patch("x", Some(present), proposed);
        text.split_once("+++ b/x\n").map(|(_, hunks)| hunks.to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_patch_names_what_goes_and_what_comes() {
        assert_eq!(
            hunks("a\nb\nc\nd\n", "a\nx\ny\nd\n"),
            "@@ -1,4 +1,4 @@\n a\n-b\n-c\n+x\n+y\n d\n"
        );
        assert_eq!(hunks("a\na\n", "a\n"), "@@ -1,2 +1 @@\n a\n-a\n");
        assert_eq!(hunks("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
        assert_eq!(hunks("a\n", "a\n"), "");
        assert_eq!(
            hunks("a", "a\nb\n"),
            "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"
        );
    }

    #[test]
    fn distant_changes_are_hunks_of_their_own() {
        let old: String = (0..20).map(|number| format!("{number}\n")).collect();
        let new = old.replace("2\n3\n", "two\n3\n").replace("17\n", "");
        let text = hunks(&old, &new);
        assert_eq!(text.matches("@@ -").count(), 2, "{text}");
        assert!(text.contains("-2\n+two\n") && text.contains("\n-17\n"), "{text}");
    }

    #[test]
    fn a_new_file_is_a_patch_of_nothing() {
        let text = patch("bin/x.sh", None, "#!/bin/sh\n");
        assert!(text.contains("new file mode 100755\n--- /dev/null\n+++ b/bin/x.sh\n"), "{text}");
        assert!(text.ends_with("@@ -0,0 +1 @@\n+#!/bin/sh\n"), "{text}");
    }
}
