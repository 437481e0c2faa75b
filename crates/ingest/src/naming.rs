//! Names that hold more than a name: `--map '{test}/{backend}/{mode}/{n}'` takes
//! `sum_even_squares/rust/loops/1000000` apart.
//!
//! A pattern must fit the whole name. A part takes as little as it can, and never nothing. The
//! first of several patterns that fits counts; a name that none fits stays as it is.

use std::borrow::Cow;

use crate::entry::BenchmarkEntry;

/// Parts of a record that a pattern can name; any other name is a parameter's.
const PLACEHOLDERS: [&str; 6] = ["suite", "test", "backend", "mode", "parallel", "n"];

/// A pattern: text, and parts between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<PatternPart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternPart {
    Text(String),
    /// The name of a part or parameter; `_` is passed over.
    Placeholder(String),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A brace is not closed, a part has no name, is named twice or stands directly beside another
    /// one, or no part is `test`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pattern = Self::parse_parts(text)?;
        if !pattern.has("test") {
            return Err(format!(
                "`{text}`: no {{test}}; parts are {{{}}}",
                PLACEHOLDERS.join("}, {")
            ));
        }
        Ok(pattern)
    }

    /// Whether it has a part of this name.
    pub(crate) fn has(&self, part: &str) -> bool {
        self.parts.contains(&PatternPart::Placeholder(part.to_owned()))
    }

    /// Reads a pattern that may have any parts.
    ///
    /// # Errors
    /// A brace is not closed, a part has no name, is named twice or stands directly beside another
    /// one.
    pub(crate) fn parse_parts(text: &str) -> Result<Self, String> {
        let mut pieces: Vec<PatternPart> = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                pieces.push(PatternPart::Text(before.to_owned()));
            }
            let Some((name, after)) = after.split_once('}') else {
                return Err(format!("`{text}`: `{{` without `}}`"));
            };
            let name = name.trim();
            if name.is_empty() {
                return Err(format!("`{text}`: a part has no name; write {{test}} or {{_}}"));
            }
            if matches!(pieces.last(), Some(PatternPart::Placeholder(_))) {
                return Err(format!("`{text}`: put some text between {{…}} and {{{name}}}"));
            }
            if name != "_" && pieces.contains(&PatternPart::Placeholder(name.to_owned())) {
                return Err(format!("`{text}`: {{{name}}} stands twice"));
            }
            pieces.push(PatternPart::Placeholder(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(PatternPart::Text(rest.to_owned()));
        }
        Ok(Self { parts: pieces })
    }

    /// The parts of a name that the pattern fits, in the pattern's order.
    pub(crate) fn match_name<'n>(&self, name: &'n str) -> Option<Vec<(&str, &'n str)>> {
        let mut rest = name;
        let mut parts = Vec::new();
        let mut pieces = self.parts.iter().peekable();
        while let Some(piece) = pieces.next() {
            match (piece, pieces.peek()) {
                (PatternPart::Text(text), _) => rest = rest.strip_prefix(text.as_str())?,
                (PatternPart::Placeholder(part), Some(PatternPart::Text(end))) => {
                    // The last text must end the name; others end their part at once.
                    let last = pieces.len() == 1;
                    let first = rest.chars().next()?.len_utf8();
                    let at = if last {
                        rest.strip_suffix(end.as_str()).filter(|it| !it.is_empty())?.len()
                    } else {
                        rest[first..].find(end.as_str())? + first
                    };
                    parts.push((part.as_str(), &rest[..at]));
                    rest = &rest[at..];
                }
                (PatternPart::Placeholder(part), _) => {
                    parts.push((part.as_str(), rest));
                    rest = "";
                }
            }
        }
        let whole = rest.is_empty() && parts.iter().all(|(_, value)| !value.is_empty());
        whole.then_some(parts)
    }
}

/// Names an entry by the first pattern that fits its whole name; whether one did.
///
/// # Errors
/// A pattern fits, but what it takes for `n` is no number, or for `parallel` neither yes nor no.
pub fn rename(entry: &mut BenchmarkEntry, patterns: &[Pattern]) -> Result<bool, String> {
    let name = entry.name.clone();
    let Some(parts) = patterns.iter().find_map(|pattern| pattern.match_name(&name)) else {
        return Ok(false);
    };
    entry.line = None;
    let told = std::mem::take(&mut entry.params);
    // The pattern replaces parameters that came from the name, not those reported beside it.
    entry.params = told.into_iter().filter(|(_, value)| !name.contains(value.as_str())).collect();
    entry.suite.clear();
    entry.name_path.clear();
    entry.mode.clear();
    entry.n = entry.n.filter(|n| !name.contains(&n.to_string()));
    for (part, value) in parts {
        match part {
            "_" => {}
            "suite" => value.clone_into(&mut entry.suite),
            "test" => value.clone_into(&mut entry.test),
            "backend" => value.clone_into(&mut entry.backend),
            "mode" => value.clone_into(&mut entry.mode),
            "parallel" => entry.parallel = Some(parse_parallel(value)?),
            "n" => entry.n = Some(parse_size(value)?),
            other => {
                entry.params.insert(other.to_owned(), value.to_owned());
            }
        }
    }
    Ok(true)
}

fn parse_parallel(value: &str) -> Result<bool, String> {
    match value.to_lowercase().as_str() {
        "parallel" | "par" | "true" | "yes" | "1" | "mt" => Ok(true),
        "sequential" | "seq" | "serial" | "single" | "false" | "no" | "0" | "st" => Ok(false),
        _ => Err(format!("`{value}` is neither `parallel` nor `sequential`")),
    }
}

/// A whole number; `1_000`, `1,000`, `10k` and `1M` are read too.
fn parse_size(value: &str) -> Result<u64, String> {
    let plain: Cow<'_, str> = if value.contains(['_', ',']) {
        value.replace(['_', ','], "").into()
    } else {
        value.into()
    };
    let (digits, factor) = match plain.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&plain[..at], 1_000),
        Some((at, 'M')) => (&plain[..at], 1_000_000),
        Some((at, 'G')) => (&plain[..at], 1_000_000_000),
        _ => (&*plain, 1),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    number.ok_or_else(|| format!("`{value}` is no size for {{n}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(pattern: &str, name: &str) -> Option<BenchmarkEntry> {
        let mut entry = BenchmarkEntry::named(name);
        let pattern = Pattern::parse(pattern).unwrap();
        rename(&mut entry, &[pattern]).unwrap().then_some(entry)
    }

    #[test]
    fn a_name_is_taken_apart() {
        let name = "sum_even_squares/rust/parallel/1000000";
        let entry = mapped("{test}/{backend}/{parallel}/{n}", name).unwrap();
        assert_eq!((&*entry.test, &*entry.backend), ("sum_even_squares", "rust"));
        assert_eq!((entry.parallel, entry.n), (Some(true), Some(1_000_000)));
    }

    #[test]
    fn the_last_text_ends_the_name() {
        let entry = mapped("{test} ({kind})", "f(x) (slow)").unwrap();
        assert_eq!((&*entry.test, &*entry.params["kind"]), ("f(x)", "slow"));
        assert_eq!(mapped("{test}!", "a!b"), None);
        assert_eq!(mapped("{suite}.{test}", "no dot"), None);
        assert_eq!(mapped("{suite}/{test}", "/empty suite"), None);
    }

    #[test]
    fn what_cannot_work_is_told() {
        for pattern in ["{test", "{}", "{suite}", "{suite}{test}", "{test}/{test}", ""] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
        assert_eq!(parse_size("1_000"), Ok(1000));
        assert_eq!(parse_size("64k"), Ok(64_000));
        assert!(parse_size("99999999999999999999").is_err() && parse_size("k").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_and_no_name_make_it_panic(pattern in "[{}a-zé/_]{0,20}", name in ".{0,30}") {
            if let Ok(pattern) = Pattern::parse(&pattern) {
                let _ = rename(&mut BenchmarkEntry::named(name), &[pattern]);
            }
        }

        #[test]
        fn joined_parts_come_apart_again(a in "[a-z]{1,5}", b in "[a-z]{1,5}", c in 0_u64..) {
            let entry = mapped("{suite}::{test}/{n}", &format!("{a}::{b}/{c}")).unwrap();
            proptest::prop_assert_eq!((entry.suite, entry.test, entry.n), (a, b, Some(c)));
        }
    }
}
