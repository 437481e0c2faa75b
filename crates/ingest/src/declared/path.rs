//! Paths through a JSON value: `jobs[].read`, `files.*`, `data[name=value].value`.

use serde_json::Value;

use crate::json::to_plain_text;

/// A path, ready to be walked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    start: PathStart,
    steps: Vec<JsonStep>,
    end: PathEnd,
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq)]
enum PathStart {
    /// So many values around the one that is looked at; 0 is the value itself.
    Around(usize),
    Root,
}

/// What is taken where a path ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum PathEnd {
    Value,
    /// The key under which the value stands.
    Key,
}

/// From a value to a value inside it: one step of `^`.
#[derive(Clone, Debug, PartialEq)]
struct JsonStep {
    key: StepKey,
    picks: Vec<Pick>,
}

#[derive(Clone, Debug, PartialEq)]
enum StepKey {
    Name(String),
    /// `*`: each value of an object.
    Every,
    /// None, before `[…]`.
    Same,
}

/// Which items of a list.
#[derive(Clone, Debug, PartialEq)]
enum Pick {
    Each,
    Item(usize),
    /// The first whose value under a key is this text.
    With(String, String),
}

/// A key or the number of an item, from a value to a value inside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'v> {
    Key(&'v str),
    Item(usize),
}

/// A value that a path led to, and how.
#[derive(Clone, Debug)]
pub(crate) struct Frame<'v> {
    pub(crate) value: &'v Value,
    key: &'v str,
    /// From the frame before.
    pub(crate) tokens: Vec<Token<'v>>,
}

impl<'v> Frame<'v> {
    pub(crate) fn root(value: &'v Value) -> Self {
        Self { value, key: "", tokens: Vec::new() }
    }
}

/// The value that is looked at, last, and those around it from the root on.
pub(crate) type Frames<'v> = Vec<Frame<'v>>;

/// Characters that mean something in a path; a key with one of them stands between backticks.
const MARKS: [char; 9] = ['.', '[', ']', '{', '}', '|', '=', '`', '@'];

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let written = text;
        let text = text.trim();
        let (start, text) = match text.strip_prefix('/') {
            Some(rest) => (PathStart::Root, rest),
            None => {
                let rest = text.trim_start_matches('^');
                (PathStart::Around(text.len() - rest.len()), rest)
            }
        };
        let text = text.strip_prefix('.').unwrap_or(text);
        let (text, end) = match text.strip_suffix("@key") {
            Some(rest) => (rest.strip_suffix('.').unwrap_or(rest), PathEnd::Key),
            None => (text, PathEnd::Value),
        };
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = parse_step(rest).map_err(|why| format!("`{written}`: {why}"))?;
            steps.push(step);
            rest = match after.strip_prefix('.') {
                Some("") => return Err(format!("`{written}`: it ends with a dot")),
                Some(next) => next,
                None if after.is_empty() => after,
                None => return Err(format!("`{written}`: write a dot before `{after}`")),
            };
        }
        Ok(Self { start, steps, end })
    }

    /// Calls `visit` with the frames of each value that the path leads to.
    pub(crate) fn walk<'v>(&self, frames: &[Frame<'v>], visit: &mut dyn FnMut(&mut Frames<'v>)) {
        let length = match self.start {
            PathStart::Root => frames.len().min(1),
            PathStart::Around(steps) => frames.len().saturating_sub(steps),
        };
        if length > 0 {
            // A copy: what stands around a value is a handful of frames.
            let mut frames = frames[..length].to_vec();
            descend(&self.steps, &mut frames, visit);
        }
    }

    /// What the path leads to, each as it stands; keys as texts.
    pub(crate) fn values<'v>(&self, frames: &[Frame<'v>]) -> Vec<PathValue<'v>> {
        let mut values = Vec::new();
        self.walk(frames, &mut |frames| {
            if let Some(frame) = frames.last() {
                values.push(match self.end {
                    PathEnd::Value => PathValue::Json(frame.value),
                    PathEnd::Key => PathValue::Key(frame.key),
                });
            }
        });
        values
    }

    /// The first value that the path leads to.
    pub(crate) fn first<'v>(&self, frames: &[Frame<'v>]) -> Option<PathValue<'v>> {
        self.values(frames).into_iter().next()
    }

    /// The column of a row that it leads to.
    pub(crate) fn column(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [JsonStep { key: StepKey::Name(name), .. }] => Some(name),
            _ => None,
        }
    }

    /// Whether it leads to a column of a row, or to the row or cell itself: a CSV has nothing
    /// deeper.
    pub(crate) fn fits_row(&self) -> bool {
        self.steps.len() <= 1
            && self.start == PathStart::Around(0)
            && self.steps.iter().all(|step| step.picks.is_empty())
    }
}

/// Paths to one thing in outputs of several versions: the first that leads somewhere counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathChoice(Vec<Path>);

impl PathChoice {
    /// Reads paths with `|` between them.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = vec![String::new()];
        let mut is_quoted = false;
        for c in text.chars() {
            is_quoted ^= c == '`';
            match parts.last_mut() {
                Some(part) if c != '|' || is_quoted => part.push(c),
                _ => parts.push(String::new()),
            }
        }
        parts.iter().map(|part| Path::parse(part)).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn paths(&self) -> &[Path] {
        &self.0
    }

    /// What the first path leads to that leads somewhere.
    pub(crate) fn values<'v>(&self, frames: &[Frame<'v>]) -> Vec<PathValue<'v>> {
        let all = self.0.iter().map(|path| path.values(frames));
        all.into_iter().find(|values| !values.is_empty()).unwrap_or_default()
    }

    /// The first value that a path leads to.
    pub(crate) fn first<'v>(&self, frames: &[Frame<'v>]) -> Option<PathValue<'v>> {
        self.values(frames).into_iter().next()
    }
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PathValue<'v> {
    Json(&'v Value),
    Key(&'v str),
}

impl PathValue<'_> {
    /// As a part of a text; none for `null` and for what is no single value.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Key(key) => Some(key.to_owned()),
            Self::Json(Value::Null | Value::Object(_) | Value::Array(_)) => None,
            Self::Json(value) => Some(to_plain_text(value).trim().to_owned()),
        }
    }

    /// Whether it is neither `null`, false, 0 nor empty.
    pub(crate) fn is_truthy(self) -> bool {
        match self {
            Self::Key(key) => !key.is_empty(),
            Self::Json(Value::Null) => false,
            Self::Json(Value::Bool(flag)) => *flag,
            Self::Json(Value::Number(number)) => number.as_f64() != Some(0.0),
            Self::Json(Value::String(text)) => !matches!(text.trim(), "" | "0" | "false" | "False"),
            Self::Json(Value::Array(items)) => !items.is_empty(),
            Self::Json(Value::Object(pairs)) => !pairs.is_empty(),
        }
    }
}

fn parse_step(text: &str) -> Result<(JsonStep, &str), String> {
    let (key, mut rest) = if let Some(quoted) = text.strip_prefix('`') {
        let (name, rest) = quoted.split_once('`').ok_or("a backtick is not closed")?;
        (StepKey::Name(name.to_owned()), rest)
    } else {
        // Headings and keys of tools have spaces, slashes and brackets: only our marks end one.
        let end = text.find(MARKS).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let key = match name.trim() {
            "" if rest.starts_with('[') => StepKey::Same,
            "" => return Err("a key is empty".to_owned()),
            "*" => StepKey::Every,
            name => StepKey::Name(name.to_owned()),
        };
        (key, rest)
    };
    let mut picks = Vec::new();
    while let Some(inside) = rest.strip_prefix('[') {
        let (pick, after) = inside.split_once(']').ok_or("a bracket is not closed")?;
        picks.push(match (pick.trim(), pick.split_once('=')) {
            ("", _) => Pick::Each,
            (_, Some((key, value))) if !key.trim().is_empty() => {
                Pick::With(key.trim().to_owned(), value.trim().to_owned())
            }
            (number, _) => Pick::Item(number.parse().map_err(|_| {
                format!("`[{number}]`: write [] for each item, [0] for one, or [key=value]")
            })?),
        });
        rest = after;
    }
    Ok((JsonStep { key, picks }, rest))
}

fn descend<'v>(
    steps: &[JsonStep],
    frames: &mut Frames<'v>,
    visit: &mut dyn FnMut(&mut Frames<'v>),
) {
    let Some((step, rest)) = steps.split_first() else { return visit(frames) };
    let Some(value) = frames.last().map(|frame| frame.value) else { return };
    let mut enter = |value: &'v Value, key: &'v str, tokens: Vec<Token<'v>>| {
        pick(value, key, tokens, &step.picks, &mut |frame| {
            frames.push(frame);
            descend(rest, frames, visit);
            frames.pop();
        });
    };
    match &step.key {
        StepKey::Same => enter(value, "", Vec::new()),
        StepKey::Name(name) => {
            if let Some((key, value)) = value.as_object().and_then(|it| it.get_key_value(name)) {
                enter(value, key, vec![Token::Key(key)]);
            }
        }
        StepKey::Every => {
            for (key, value) in value.as_object().into_iter().flatten() {
                enter(value, key, vec![Token::Key(key)]);
            }
        }
    }
}

fn pick<'v>(
    value: &'v Value,
    key: &'v str,
    tokens: Vec<Token<'v>>,
    picks: &[Pick],
    visit: &mut dyn FnMut(Frame<'v>),
) {
    let Some((first, rest)) = picks.split_first() else {
        return visit(Frame { value, key, tokens });
    };
    let mut enter = |(index, item): (usize, &'v Value)| {
        let tokens = tokens.iter().cloned().chain([Token::Item(index)]).collect();
        pick(item, key, tokens, rest, visit);
    };
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    match first {
        Pick::Each => items.iter().enumerate().for_each(enter),
        Pick::Item(index) => {
            if let Some(item) = items.get(*index) {
                enter((*index, item));
            }
        }
        Pick::With(name, wanted) => {
            let has = |item: &&Value| item.get(name).map(to_plain_text).as_ref() == Some(wanted);
            let found = items.iter().enumerate().find(|(_, item)| has(item));
            found.into_iter().for_each(enter);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(path: &str, value: &Value) -> Vec<String> {
        let path = Path::parse(path).expect("a path");
        path.values(&[Frame::root(value)]).into_iter().filter_map(PathValue::text).collect()
    }

    #[test]
    fn paths_lead_to_values_lists_and_keys() {
        let value = json!({"a": {"b.c": 1, "d": [[{"k": "x", "v": 2}, {"k": "y", "v": 3}]]}});
        for (path, wanted) in [
            ("a.`b.c`", vec!["1"]),
            ("a.d[][].v", vec!["2", "3"]),
            ("a.d[0][1].v", vec!["3"]),
            ("a.d[][k=y].v", vec!["3"]),
            ("a.*@key", vec!["b.c", "d"]),
            ("a.none.v", vec![]),
            ("a.d[7]", vec![]),
        ] {
            assert_eq!(texts(path, &value), wanted, "{path}");
        }
        let list = json!([1, 2]);
        assert_eq!(texts("[]", &list), ["1", "2"]);
    }

    #[test]
    fn a_path_may_begin_around_a_value() {
        let value = json!({"top": 7, "groups": {"g": {"runs": [{"x": 1}, {"x": 2}], "m": 5}}});
        let runs = Path::parse("groups.*.runs[]").expect("a path");
        let mut seen = Vec::new();
        runs.walk(&[Frame::root(&value)], &mut |frames| {
            let text = |path| {
                let path = Path::parse(path).expect("a path");
                path.first(frames).and_then(PathValue::text).unwrap_or_default()
            };
            let all = ["x", "^m", "^@key", "/top", "^^^^^x"].map(text);
            let tokens: Vec<_> = frames.iter().flat_map(|frame| frame.tokens.clone()).collect();
            seen.push((all, tokens.len()));
        });
        let row = |x: &str| (["x", "5", "g", "7", ""].map(|it| it.replace('x', x)), 4);
        assert_eq!(seen, [row("1"), row("2")]);
    }

    #[test]
    fn of_several_paths_the_first_that_leads_somewhere_counts() {
        let value = json!({"a|b": 1, "c": 2});
        let first = |text: &str| {
            let choice = PathChoice::parse(text).expect("paths");
            choice.first(&[Frame::root(&value)]).and_then(PathValue::text)
        };
        assert_eq!(first("x | c").as_deref(), Some("2"));
        assert_eq!(first("`a|b`|c").as_deref(), Some("1"));
        assert_eq!((first("x|y"), PathChoice::parse("a|b[").is_err()), (None, true));
    }

    #[test]
    fn what_is_no_path_says_why() {
        for (path, why) in [
            ("a..b", "`a..b`: a key is empty"),
            ("a[", "`a[`: a bracket is not closed"),
            ("a[x]", "`a[x]`: `[x]`: write [] for each item, [0] for one, or [key=value]"),
            ("`a", "``a`: a backtick is not closed"),
            ("a]b", "`a]b`: write a dot before `]b`"),
            ("a.", "`a.`: it ends with a dot"),
        ] {
            assert_eq!(Path::parse(path), Err(why.to_owned()), "{path}");
        }
        assert!(Path::parse(".").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a`.\\[\\]=^/*@key0-9]{0,16}") {
            if let Ok(path) = Path::parse(&text) {
                let _ = path.values(&[Frame::root(&json!({"a": [{"k": 1}]}))]);
            }
        }
    }
}
