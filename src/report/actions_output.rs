//! The outputs of a step of GitHub Actions, for the steps after it: safe for values of any text and
//! many lines.

use crate::report::{CheckOutcome, outcome_text, target_view};

/// Lines for `$GITHUB_OUTPUT`: verdict, exit, counts, commits, address, headline and comment.
pub(crate) fn render(outcome: &CheckOutcome, comment: &str) -> String {
    let candidate = &outcome.candidate;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let blocking = outcome.findings.iter().filter(|it| it.block.is_some()).count();
    let url = outcome.links.diff_path.as_deref().map(|path| outcome.links.url_of(path));
    [
        ("verdict", outcome.decision.as_str().to_owned()),
        ("exit", outcome.exit_code().to_string()),
        ("compared", outcome.compared.to_string()),
        ("regressions", blocking.to_string()),
        ("targets", target_view::overview(&outcome.targets).unwrap_or_default()),
        ("not-compared", outcome.not_compared.len().to_string()),
        ("infrastructure", outcome.infrastructure.is_some().to_string()),
        ("base", text(&candidate.base)),
        ("candidate", text(&candidate.commit)),
        ("url", text(&url)),
        ("headline", outcome_text::headline(outcome)),
        ("comment", comment.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| output(name, &value))
    .collect()
}

/// `name<<delimiter`, the value, the delimiter: which no line of the value is, since it is made of
/// the value's own hash, and counted on if that were ever not enough.
fn output(name: &str, value: &str) -> String {
    // A fixed delimiter could be written into a benchmark's name, and the rest of the name would be
    // outputs of its own: `exit=0`, say.
    let mut delimiter = format!("end_{}", model::hex::sha256(value, 32));
    while value.contains(&delimiter) {
        delimiter = format!("end_{}", model::hex::sha256(&delimiter, 32));
    }
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_itself() {
        let value = format!("a\nend_{}\nexit<<x\n0\nx", model::hex::sha256("a", 32));
        let written = output("comment", &value);
        let (head, rest) = written.split_once('\n').unwrap();
        let delimiter = head.strip_prefix("comment<<").unwrap();
        let ends: Vec<&str> = rest.lines().filter(|line| *line == delimiter).collect();
        assert_eq!(ends.len(), 1);
        assert_eq!(rest.strip_suffix(&format!("\n{delimiter}\n")), Some(value.as_str()));
    }
}
