//! The commands that accept what makes a check fail, complete but for the reason.
//!
//! Names are hostile, and a command is pasted into a shell. It is shown in a comment, too, where
//! every character that Markdown or GitHub acts on would be changed. So what is not plain in a name
//! becomes `?`, which matches one character, whichever it is.
//!
//! Example: `parse/it's/rust` and `parse/it's/go` at one commit become
//! `benchpages accept --series 'parse/it?s/*' --commit 1a2b3c4d5e6f --reason 'WHY'`.

use std::collections::BTreeMap;

use crate::report::regression_groups::common_glob;
use crate::report::wire::{CheckFile, FindingView};
use model::text;

/// Commands of a report; a check has one commit on the new level, or few.
const MAX_COMMANDS: usize = 5;
/// Characters of a glob.
const MAX_GLOB_CHARS: usize = 300;

/// One command for each commit that made something worse; none where something is too large to be
/// accepted, or something else is missing.
pub(crate) fn accept_commands(check: &CheckFile) -> Vec<String> {
    let blocking = || check.findings.iter().filter(|it| it.blocks);
    let is_critical = |it: &FindingView| it.severity.as_deref() == Some("critical");
    if check.override_view.as_ref().is_some_and(|it| it.granted) || blocking().any(is_critical) {
        return Vec::new();
    }
    let mut names: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for finding in blocking().filter(|it| !it.name.is_empty() && is_plain_id(&it.commit)) {
        names.entry(text::short_commit(&finding.commit)).or_default().push(&finding.name);
    }
    let commands = names.into_iter().take(MAX_COMMANDS).map(|(commit, names)| {
        let series = plain_glob(&common_glob(&names));
        format!("benchpages accept --series '{series}' --commit {commit} --reason 'WHY'")
    });
    commands.collect()
}

/// Whether an id is one word for a shell, and no option.
fn is_plain_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
    !id.is_empty() && id.chars().all(is_plain)
}

/// A glob of characters that neither a shell in single quotes nor Markdown acts on.
fn plain_glob(glob: &str) -> String {
    let chars: Vec<char> = glob.chars().collect();
    let has_dots = !glob.to_ascii_lowercase().contains("www.");
    let plain = chars.iter().enumerate().map(|(at, &c)| match c {
        '-' if chars.get(at + 1).is_some_and(char::is_ascii_digit) => '?',
        '.' if !has_dots => '?',
        '/' | '*' | '_' | ',' | '=' | '-' | '.' | '%' | ' ' => c,
        c if c.is_alphanumeric() => c,
        _ => '?',
    });
    let mut plain: String = plain.collect();
    if chars.len() > MAX_GLOB_CHARS {
        plain = plain.chars().take(MAX_GLOB_CHARS).chain(['*']).collect();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_holds_nothing_that_a_shell_or_markdown_acts_on() {
        let hostile = "a'; rm -rf ~ #`$(x)`\n```/@team/www.x.y/AB-12/<b>&[x](y)/n=1,000";
        let plain = plain_glob(hostile);
        assert!(!plain.contains(['\'', '`', '$', ';', '#', '@', '<', '&', '[', '\n', '(']));
        assert!(plain.ends_with("/n=1,000") && plain.contains("/AB?12/"), "{plain}");
        assert!(model::policy::accepted::matches(&plain, hostile), "{plain}");
        assert_eq!(plain_glob("F/go/default/größe=µ"), "F/go/default/größe=µ");
    }
}
