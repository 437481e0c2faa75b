//! Filters as they are typed on a command line: `backend=julia,rust n=1000000.. not.mode=loops`.
//!
//! `key=value`, `key=a,b`, `n=min..max` with either end open, `not.` before a key for `not`. A
//! comma separates names except in `params`, whose own text has commas; elsewhere `?` can stand for
//! one. Refuses unknown keys, a key given twice, empty names and empty ranges.

use crate::filter::{Filter, Names, SizeRange, Sizes};
use crate::text;

/// The keys an argument can have, in the order of [`Filter`].
const KEYS: [&str; 11] = [
    "suite",
    "test",
    "backend",
    "mode",
    "metric",
    "params",
    "tags",
    "parallel",
    "n",
    "days",
    "regression",
];

impl Filter {
    /// Reads one filter from arguments; all of them must hold.
    ///
    /// # Errors
    /// A sentence that quotes the argument at fault and says how to write it.
    pub fn parse_args(arguments: &[String]) -> Result<Self, String> {
        let mut filter = Self::default();
        for argument in arguments {
            let Some((key, value)) = argument.split_once('=') else {
                return Err(format!("`{argument}` is no filter: write `key=value`"));
            };
            match key.strip_prefix("not.") {
                Some(key) => filter.not.get_or_insert_default().set_clause(key, value),
                None => filter.set_clause(key, value),
            }
            .map_err(|fault| format!("filter `{argument}`: {fault}"))?;
        }
        Ok(filter)
    }

    fn set_clause(&mut self, key: &str, value: &str) -> Result<(), String> {
        if let Some(slot) = self.names_mut(key) {
            return set_once(slot, key, parse_names(key, value)?);
        }
        match key {
            "parallel" => set_once(&mut self.parallel, key, parse_flag(value)?),
            "regression" => set_once(&mut self.regression, key, parse_flag(value)?),
            "n" => set_once(&mut self.n, key, parse_sizes(value)?),
            "days" => set_once(&mut self.days, key, parse_days(value)?),
            _ => Err(unknown_key(key)),
        }
    }
}

fn set_once<T>(slot: &mut Option<T>, key: &str, value: T) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("`{key}` is given twice; several values are one list: `a,b`")),
    }
}

fn unknown_key(key: &str) -> String {
    let near = KEYS.iter().map(|known| (strsim::damerau_levenshtein(key, known), known)).min();
    match near {
        // Two slips: enough for any typing error, too few to guess wildly.
        Some((1..=2, known)) if key.len() > 2 => {
            format!("unknown key `{key}`; did you mean `{known}`?")
        }
        _ => format!("unknown key `{key}`; known are {}", KEYS.join(", ")),
    }
}

fn parse_names(key: &str, value: &str) -> Result<Names, String> {
    let mut names: Vec<String> = match key {
        "params" => vec![value.to_owned()],
        _ => value.split(',').map(str::to_owned).collect(),
    };
    if names.iter().any(String::is_empty) {
        return Err("a name is empty".to_owned());
    }
    Ok(if names.len() == 1 { Names::One(names.remove(0)) } else { Names::Many(names) })
}

fn parse_flag(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "write `true` or `false`".to_owned())
}

fn parse_days(value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(days) if days > 0 => Ok(days),
        _ => Err("write a whole number of days, at least 1".to_owned()),
    }
}

fn parse_sizes(value: &str) -> Result<Sizes, String> {
    if let Some((min, max)) = value.split_once("..") {
        let end = |text: &str| (!text.is_empty()).then(|| parse_size(text)).transpose();
        return match (end(min)?, end(max)?) {
            (None, None) => Err("give the range an end: `1000..` or `..1000`".to_owned()),
            (Some(min), Some(max)) if min > max => {
                Err(format!("no size is from {} to {}", text::count(min), text::count(max)))
            }
            (min, max) => Ok(Sizes::Range(SizeRange { min, max })),
        };
    }
    let mut sizes = value.split(',').map(parse_size).collect::<Result<Vec<u64>, String>>()?;
    Ok(if sizes.len() == 1 { Sizes::One(sizes.remove(0)) } else { Sizes::Many(sizes) })
}

fn parse_size(text: &str) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.ok_or_else(|| format!("`{text}` is no size; write digits: `1000000`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Filter, String> {
        Filter::parse_args(&arguments.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_read_as_the_same_filter_in_the_policy() {
        let typed = [
            "backend=julia,rust",
            "n=1000000..",
            "parallel=true",
            "test=sum_*",
            "days=7",
            "regression=true",
            "params=dist=zipf, skew=2",
            "not.backend=sql",
            "not.n=5,10",
        ];
        let written = serde_json::json!({
            "backend": ["julia", "rust"], "n": {"min": 1_000_000}, "parallel": true,
            "test": "sum_*", "days": 7, "regression": true, "params": "dist=zipf, skew=2",
            "not": {"backend": "sql", "n": [5, 10]},
        });
        assert_eq!(parse(&typed), Ok(serde_json::from_value(written).unwrap()));
        assert_eq!(parse(&[]), Ok(Filter::default()));
    }

    #[test]
    fn a_wrong_argument_is_quoted_with_what_to_write() {
        for (argument, words) in [
            ("julia", "write `key=value`"),
            ("bakend=julia", "did you mean `backend`?"),
            ("not.bakend=julia", "did you mean `backend`?"),
            ("x=1", "known are suite, test"),
            ("n=1e6", "`1e6` is no size"),
            ("n=+5", "is no size"),
            ("n=..", "give the range an end"),
            ("n=9..1", "no size is from 9 to 1"),
            ("n=99999999999999999999", "is no size"),
            ("parallel=yes", "write `true` or `false`"),
            ("days=0", "at least 1"),
            ("backend=", "a name is empty"),
            ("test=a,,b", "a name is empty"),
        ] {
            let fault = parse(&[argument]).unwrap_err();
            assert!(fault.contains(argument) && fault.contains(words), "{fault}");
        }
        assert!(parse(&["n=1", "n=2"]).unwrap_err().contains("given twice"));
    }
}
