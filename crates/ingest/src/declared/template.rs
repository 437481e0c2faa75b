//! Texts that name paths in braces: `"{group}/{title|name}"`.

use crate::declared::path::{Frame, Path, PathValue};

/// A text, ready to be filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug, PartialEq)]
enum TemplatePart {
    Text(String),
    /// The first of these that has a text.
    Place(Vec<TextSource>),
}

#[derive(Clone, Debug, PartialEq)]
enum TextSource {
    Path(Path),
    /// `@file`: the name of the file without folder and ending; `@file(-report)`: and without
    /// `-report` at its end.
    FileName(String),
    /// `'all'`
    Literal(String),
}

impl Template {
    /// Reads a text with paths in braces.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.to_owned()));
            }
            let (inside, after) =
                after.split_once('}').ok_or_else(|| format!("`{text}`: `{{` without `}}`"))?;
            let source = |part: &str| {
                let part = part.trim();
                let quoted = part.strip_prefix('\'').and_then(|part| part.strip_suffix('\''));
                match quoted {
                    Some(literal) => Ok(TextSource::Literal(literal.to_owned())),
                    None => match file_ending(part) {
                        Some(ending) => Ok(TextSource::FileName(ending.to_owned())),
                        None => Path::parse(part).map(TextSource::Path),
                    },
                }
            };
            let sources: Result<Vec<TextSource>, String> = inside.split('|').map(source).collect();
            parts.push(TemplatePart::Place(sources?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// Whether a part of it stands in the file.
    pub(crate) fn has_places(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, TemplatePart::Place(_)))
    }

    /// The paths in it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let sources = self.parts.iter().flat_map(|part| match part {
            TemplatePart::Place(sources) => sources.as_slice(),
            TemplatePart::Text(_) => &[],
        });
        sources.filter_map(|source| match source {
            TextSource::Path(path) => Some(path),
            TextSource::FileName(_) | TextSource::Literal(_) => None,
        })
    }

    /// The text for a value; none where a part of it is missing or empty.
    pub(crate) fn fill(&self, frames: &[Frame<'_>], file: &str) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                TemplatePart::Text(plain) => text.push_str(plain),
                TemplatePart::Place(sources) => {
                    let of_source = |source: &TextSource| match source {
                        TextSource::Path(path) => path.first(frames).and_then(PathValue::text),
                        TextSource::FileName(ending) => {
                            Some(file.strip_suffix(&**ending).unwrap_or(file).to_owned())
                        }
                        TextSource::Literal(literal) => Some(literal.clone()),
                    };
                    let found = sources.iter().filter_map(of_source).find(|it| !it.is_empty());
                    text.push_str(&found?);
                }
            }
        }
        Some(text)
    }
}

/// What is cut off from the name of the file; none where no file's name is meant.
fn file_ending(part: &str) -> Option<&str> {
    let ending = part.strip_prefix("@file")?;
    if ending.is_empty() {
        return Some("");
    }
    ending.strip_prefix('(')?.strip_suffix(')')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_filled_in_or_missing() {
        let value = json!({"a": "x", "n": 3, "empty": ""});
        let fill =
            |text: &str| Template::parse(text).expect("a text").fill(&[Frame::root(&value)], "f");
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(fill("{a}/{n}"), some("x/3"));
        assert_eq!(fill("{empty|none|a} of {@file}"), some("x of f"));
        assert_eq!(fill("{none|'all'}"), some("all"));
        let report = Template::parse("{@file(-report)}").expect("a text");
        assert_eq!(report.fill(&[Frame::root(&value)], "a-report"), some("a"));
        assert_eq!((fill("{none}"), fill("plain"), fill("")), (None, some("plain"), some("")));
        assert_eq!(Template::parse("{a"), Err("`{a`: `{` without `}`".to_owned()));
        assert!(Template::parse("{a..b}").is_err());
    }
}
