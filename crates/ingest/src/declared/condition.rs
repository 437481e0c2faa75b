//! Conditions on a value: `path`, `!path`, `path=value`, `path!=value`.

use crate::declared::path::{Frame, Path, PathChoice, PathValue};

/// Conditions that must hold together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conditions(Vec<ValueCondition>);

impl Conditions {
    /// Reads conditions that are joined by `&`.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        text.split('&').map(ValueCondition::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The paths in them.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().flat_map(|condition| condition.paths.paths())
    }

    /// Whether all of them hold for a value.
    pub(crate) fn hold(&self, frames: &[Frame<'_>]) -> bool {
        self.0.iter().all(|condition| condition.holds(frames))
    }

    /// Whether all of them hold as marks.
    pub(crate) fn are_marked(&self, frames: &[Frame<'_>]) -> bool {
        self.0.iter().all(|condition| condition.is_marked(frames))
    }
}

/// A condition, ready to be examined.
#[derive(Clone, Debug, PartialEq)]
struct ValueCondition {
    paths: PathChoice,
    /// The text that the value must be; none: it must be truthy.
    wanted: Option<String>,
    negated: bool,
}

impl ValueCondition {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // An equals sign within brackets belongs to the path.
        let after_brackets = text.rfind(']').map_or(0, |at| at + 1);
        if let Some(at) = text[after_brackets..].find('=').map(|at| after_brackets + at) {
            let (path, wanted) = (&text[..at], text[at + 1..].trim().to_owned());
            let (path, negated) = match path.strip_suffix('!') {
                Some(path) => (path, true),
                None => (path, false),
            };
            return Ok(Self { paths: PathChoice::parse(path)?, wanted: Some(wanted), negated });
        }
        let (path, negated) = match text.strip_prefix('!') {
            Some(path) => (path, true),
            None => (text, false),
        };
        Ok(Self { paths: PathChoice::parse(path)?, wanted: None, negated })
    }

    /// Whether it holds as a mark: a path alone needs to lead to something, be it 0 or `null`.
    fn is_marked(&self, frames: &[Frame<'_>]) -> bool {
        match &self.wanted {
            None => self.paths.first(frames).is_some() != self.negated,
            Some(_) => self.holds(frames),
        }
    }

    /// Whether it holds for a value.
    fn holds(&self, frames: &[Frame<'_>]) -> bool {
        let values = self.paths.values(frames);
        let fits = |value: &PathValue<'_>| match &self.wanted {
            None => value.is_truthy(),
            Some(wanted) => value.text().is_some_and(|text| is_same(&text, wanted)),
        };
        values.iter().any(fits) != self.negated
    }
}

/// Whether two texts are the same, or the same number.
fn is_same(text: &str, wanted: &str) -> bool {
    // `0`, `0.0` and `"0"` are one number in the outputs of several versions.
    let number = |text: &str| text.parse::<f64>().ok();
    text == wanted || number(text).is_some_and(|value| number(wanted) == Some(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_hold_or_do_not() {
        let value = json!({"a": 0, "b": "x", "list": [{"k": 1}], "none": null, "zero": "0"});
        for (text, holds) in [
            ("a", false),
            ("!a", true),
            ("b", true),
            ("b=x", true),
            ("b!=x", false),
            ("a=0.0", true),
            ("list[k=1]", true),
            ("list[k=1].k=1", true),
            ("list[].k=2", false),
            ("none", false),
            ("gone", false),
            ("gone!=x", true),
            ("zero", false),
            ("b & !a", true),
            ("b & a", false),
        ] {
            let conditions = Conditions::parse(text).expect("conditions");
            assert_eq!(conditions.hold(&[Frame::root(&value)]), holds, "{text}");
        }
    }
}
