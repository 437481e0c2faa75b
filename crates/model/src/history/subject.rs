//! What the subject of a commit says of its pull request: `parse: faster (#12)` was number 12.

/// The pull request that a subject names: `Merge pull request #12 from …` of a merge,
/// `… (#12)` of a squash, `Merge #12` of a merge bot, `… (!12)` of GitLab.
pub fn pull_number(subject: &str) -> Option<u64> {
    let merged = ["Merge pull request #", "Merge #", "Auto merge of #"];
    // Only where a host writes it: `see #3` in a subject is about another one.
    let number = merged.iter().find_map(|start| subject.strip_prefix(start)).or_else(|| {
        let inside = subject.trim_end().strip_suffix(')')?.rsplit_once('(')?.1;
        inside.strip_prefix(['#', '!']).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
    })?;
    let end = number.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_name_their_pull_request_only_where_a_host_writes_it() {
        for (subject, wanted) in [
            ("Merge pull request #12 from ada/engine", Some(12)),
            ("Merge #7", Some(7)),
            ("Auto merge of #99 - x:y, r=z", Some(99)),
            ("parse: faster (#41)", Some(41)),
            ("Neuer Leser (!8)", Some(8)),
            ("fix (#3) again", None),
            ("see #3", None),
            ("(#)", None),
            ("(#0)", None),
            ("(#99999999999999999999999)", None),
            ("Merge #x", None),
            ("日本語)", None),
            ("", None),
        ] {
            assert_eq!(pull_number(subject), wanted, "{subject}");
        }
    }
}
