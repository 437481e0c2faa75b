//! Names as tools of several languages write them, taken apart in the same way by every adapter
//! that meets them.

use crate::entry::BenchmarkEntry;

/// A name in `snake_case`: `L1 Hits` and `AtTEndBytes` become `l1_hits` and `at_t_end_bytes`.
/// Everything that is no letter or digit parts words; a name without any becomes empty.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            continue;
        }
        let before = at.checked_sub(1).map(|it| chars[it]);
        let after = chars.get(at + 1);
        let parted = before.is_some_and(|it| !it.is_alphanumeric());
        let risen = c.is_uppercase()
            && before.is_some_and(|it| {
                it.is_lowercase()
                    || (!it.is_lowercase() && after.is_some_and(|it| it.is_lowercase()))
            });
        if (parted || risen) && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// A metric's name; `value` where no letter and no digit is left.
pub(crate) fn metric_name(name: &str) -> String {
    let snaked = snake_case(name);
    if snaked.is_empty() { "value".to_owned() } else { snaked }
}

/// Module and last part of a path: `a::b::c` is `c` of `a::b`.
pub(crate) fn split_path<'a>(name: &'a str, separator: &str) -> (&'a str, &'a str) {
    name.rsplit_once(separator).unwrap_or(("", name))
}

/// Whether a text is a whole number of digits alone.
pub(crate) fn is_whole(text: &str) -> bool {
    text.parse::<u64>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number as code writes it: `-1`, `0.5`, `1e6`.
pub(crate) fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether a text can name a parameter: a letter, then letters, digits, `_`, `-` and `.`.
pub(crate) fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.chars().next().is_some_and(char::is_alphabetic) && text.chars().all(plain)
}

/// A parameter under its own name; a whole number called `n` or `N` is the input's size.
pub(crate) fn add_parameter(entry: BenchmarkEntry, name: &str, value: &str) -> BenchmarkEntry {
    entry.param(if name == "N" && is_whole(value) { "n" } else { name }, value)
}

/// The benchmark of an id of criterion.rs, `group/function/value`: what the tree on disk calls
/// them too. `group` is known from elsewhere, or guessed by the number of parts.
pub(crate) fn criterion_entry(id: &str, group: Option<&str>) -> BenchmarkEntry {
    let inside = group.and_then(|group| id.strip_prefix(group)?.strip_prefix('/'));
    let parts: Vec<&str> = inside.unwrap_or(id).split('/').collect();
    let guessed = inside.is_none() && group.is_none();
    let (suite, rest) = match (&*parts, group) {
        (rest, Some(group)) if inside.is_some() => (group, rest),
        ([_, last], _) if is_whole(last) => ("", &*parts),
        ([first, rest @ ..], _) if guessed && !rest.is_empty() => (*first, rest),
        (all, _) => ("", all),
    };
    let (test, value) = match rest {
        [test @ .., last] if !test.is_empty() && (is_whole(last) || test.len() == 1) => {
            (test.join("/"), Some(*last))
        }
        all => (all.join("/"), None),
    };
    let entry = BenchmarkEntry { name: id.to_owned(), ..BenchmarkEntry::of(suite, test) };
    match value {
        Some(value) => entry.param(if is_whole(value) { "n" } else { "value" }, value),
        None => entry,
    }
}

/// The name of a target that cargo says it runs: `a` of `Running benches/a.rs
/// (target/release/deps/a-0123456789abcdef)`.
pub(crate) fn cargo_target(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("Running ")?;
    let path = rest.rsplit_once('(').map_or(rest, |(_, path)| path).trim_end_matches(')');
    if !path.contains("deps") {
        return None;
    }
    let file = path.rsplit(['/', '\\']).next()?.trim_end_matches(".exe");
    let (name, hash) = file.rsplit_once('-')?;
    (!name.is_empty() && !hash.contains(' ')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        for (name, snaked) in [
            ("L1 Hits", "l1_hits"),
            ("Total read+write", "total_read_write"),
            ("AtTEndBytes", "at_t_end_bytes"),
            ("EstimatedCycles", "estimated_cycles"),
            ("D1mr", "d1mr"),
            ("gc.alloc.rate.norm", "gc_alloc_rate_norm"),
            ("auxMetricUnits", "aux_metric_units"),
            ("·gc.time", "gc_time"),
            ("Gen0Collections", "gen0_collections"),
            ("%", ""),
        ] {
            assert_eq!(snake_case(name), snaked, "{name}");
        }
    }

    #[test]
    fn ids_of_criterion_are_taken_apart_as_its_tree_has_them() {
        let parts = |id, group| {
            let it = criterion_entry(id, group);
            (it.suite, it.test, it.n, it.params.get("value").cloned())
        };
        let text = str::to_owned;
        assert_eq!(parts("fib", None), (text(""), text("fib"), None, None));
        assert_eq!(parts("fib/20", None), (text(""), text("fib"), Some(20), None));
        assert_eq!(parts("g/fib", None), (text("g"), text("fib"), None, None));
        assert_eq!(parts("g/fib/20", None), (text("g"), text("fib"), Some(20), None));
        assert_eq!(parts("g/fib/big", None), (text("g"), text("fib"), None, Some(text("big"))));
        assert_eq!(parts("a/b/fib/1", Some("a/b")), (text("a/b"), text("fib"), Some(1), None));
        assert_eq!(parts("fib", Some("fib")), (text(""), text("fib"), None, None));
    }

    #[test]
    fn targets_of_cargo_are_named() {
        let line =
            "     Running unittests src/lib.rs (target/release/deps/my_crate-f36c88332bd25d23)";
        assert_eq!(cargo_target(line), Some("my_crate"));
        assert_eq!(cargo_target("Running target/release/deps/a-b-8b173c29ce041afa"), Some("a-b"));
        assert_eq!(cargo_target("Running 3 benchmarks"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_name_makes_it_panic(name in "[a-zA-Z0-9/:(é -]{0,24}", group in "[a-z/]{0,3}") {
            let _ = (snake_case(&name), cargo_target(&name));
            let _ = (criterion_entry(&name, Some(&group)), criterion_entry(&name, None));
        }
    }
}
