//! `policy.yml` as a tree in which every key and value knows where it stands.
//!
//! The YAML crate parses, expands anchors and merge keys, and bounds both; this file only keeps
//! what it says together with byte spans. Refuses what is not one YAML document, keys that are not
//! scalars, and files over [`MAX_FILE_BYTES`]. What the keys mean is not its business (`check`).

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::granit_parser::{Event, Parser};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Location, MessageFormatter, Spanned, UserMessageFormatter};

use crate::text;

/// Bytes: a hundred times the longest policy known; keeps every pass over the file short.
pub(crate) const MAX_FILE_BYTES: usize = 256 * 1024;
/// Values after anchors are expanded: two thousand rules of ten values each; stops alias bombs.
const MAX_NODES: usize = 20_000;

/// Three times the depth of the deepest key of a policy; bounds every recursion over the tree.
const MAX_DEPTH: usize = 24;

/// A value and where it stands, in bytes of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct YamlNode {
    pub value: YamlValue,
    pub span: Range<usize>,
}

/// What a value is, before anything is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub enum YamlValue {
    Null,
    Flag(bool),
    /// `i128` so that both ends of `i64` and `u64` fit.
    Integer(i128),
    Number(f64),
    Text(String),
    List(Vec<YamlNode>),
    /// In the order of the file; a key given twice is here twice.
    Mapping(Vec<(YamlKey, YamlNode)>),
}

/// A key of a mapping and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct YamlKey {
    pub name: String,
    pub span: Range<usize>,
}

/// Why a text is no YAML tree: one reason, at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    pub message: String,
    pub help: Option<String>,
    pub span: Range<usize>,
}

impl YamlNode {
    /// The value under `name`, where this is a mapping that has it.
    pub fn get(&self, name: &str) -> Option<&YamlNode> {
        match &self.value {
            YamlValue::Mapping(entries) => {
                entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// The key `name` itself, where this is a mapping that has it.
    pub fn key(&self, name: &str) -> Option<&YamlKey> {
        match &self.value {
            YamlValue::Mapping(entries) => {
                entries.iter().map(|(key, _)| key).find(|key| key.name == name)
            }
            _ => None,
        }
    }

    /// The item at `index`, where this is a list that has it.
    pub fn item(&self, index: usize) -> Option<&YamlNode> {
        match &self.value {
            YamlValue::List(items) => items.get(index),
            _ => None,
        }
    }

    /// Takes out every entry and item that stands at one of the `faults`, and every item with an
    /// entry that does: what is left can be judged as if the rest had not been said.
    pub(crate) fn prune(&mut self, faults: &BTreeSet<(usize, usize)>) {
        // An item with a faulty entry goes as a whole: half a rule would be judged as a rule that
        // nobody wrote.
        let faulty = |span: &Range<usize>| faults.contains(&(span.start, span.end));
        match &mut self.value {
            YamlValue::List(items) => {
                items.retain(|item| {
                    let entries = match &item.value {
                        YamlValue::Mapping(entries) => entries.as_slice(),
                        _ => &[],
                    };
                    let inside =
                        entries.iter().any(|(key, v)| faulty(&key.span) || faulty(&v.span));
                    !inside && !faulty(&item.span)
                });
                items.iter_mut().for_each(|item| item.prune(faults));
            }
            YamlValue::Mapping(entries) => {
                entries.retain(|(key, node)| !faulty(&key.span) && !faulty(&node.span));
                entries.iter_mut().for_each(|(_, node)| node.prune(faults));
            }
            _ => {}
        }
    }

    /// The same value without places; a number that JSON cannot hold becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            YamlValue::Null => serde_json::Value::Null,
            YamlValue::Flag(flag) => (*flag).into(),
            YamlValue::Integer(integer) => integer_to_json(*integer),
            YamlValue::Number(number) => (*number).into(),
            YamlValue::Text(text) => text.as_str().into(),
            YamlValue::List(items) => items.iter().map(YamlNode::to_json).collect(),
            YamlValue::Mapping(entries) => {
                entries.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect()
            }
        }
    }
}

fn integer_to_json(integer: i128) -> serde_json::Value {
    match (u64::try_from(integer), i64::try_from(integer)) {
        (Ok(unsigned), _) => unsigned.into(),
        (_, Ok(signed)) => signed.into(),
        _ => serde_json::Value::Null,
    }
}

/// Reads one YAML document; an empty one is `Null`.
///
/// # Errors
/// The text is not one YAML document, or a bound on size, depth or aliases is exceeded.
pub fn parse(text: &str) -> Result<YamlNode, SyntaxError> {
    if text.len() > MAX_FILE_BYTES {
        let message = "the file is larger than 256 KiB, which no policy needs".to_owned();
        return Err(SyntaxError { message, help: None, span: 0..0 });
    }
    match parse_with(text, DuplicateKeyPolicy::Error) {
        // Read on past the first duplicate, so that whoever walks the tree can name each one.
        Err(error) if is_duplicate(&error) => parse_with(text, DuplicateKeyPolicy::LastWins),
        outcome => outcome,
    }
    .map_err(|error| syntax_error(&error, text))
}

fn parse_with(text: &str, duplicates: DuplicateKeyPolicy) -> Result<YamlNode, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_depth: MAX_DEPTH,
        },
        duplicate_keys: duplicates,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    };
    let read = serde_saphyr::from_str_with_options::<Spanned<RawNode>>(text, options)?;
    Ok(to_node(read, text))
}

fn is_duplicate(error: &serde_saphyr::Error) -> bool {
    matches!(error.without_snippet(), serde_saphyr::Error::DuplicateMappingKey { .. })
}

fn syntax_error(error: &serde_saphyr::Error, source: &str) -> SyntaxError {
    let mut cause = error.without_snippet();
    while let serde_saphyr::Error::AliasError { error, .. } = cause {
        cause = error.without_snippet();
    }
    let (message, help) = match cause {
        serde_saphyr::Error::Budget { .. } => {
            let most = text::count(MAX_NODES as u64);
            let message = format!(
                "more than {most} values, or deeper than {MAX_DEPTH} levels, once aliases are \
                 expanded: no policy needs that"
            );
            (message, None)
        }
        serde_saphyr::Error::UnknownAnchor { .. } => {
            ("no anchor above has this name".to_owned(), None)
        }
        other => {
            let message = UserMessageFormatter.format_message(other).into_owned();
            let help = help(&message, source);
            (message, help)
        }
    };
    let mut span = error.location().map_or(0..0, |location| match location.span().byte_offset() {
        Some(_) => span(&location, source),
        None => character_span(&location, source),
    });
    if message.contains("tab") {
        span = tab_before(&span, source);
    }
    SyntaxError { message, help, span }
}

/// The tab on the line of a place, where there is one: the parser stops behind it.
fn tab_before(span: &Range<usize>, text: &str) -> Range<usize> {
    let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    match text[line..span.end].rfind('\t') {
        Some(offset) => line + offset..line + offset + 1,
        None => span.clone(),
    }
}

fn help(message: &str, text: &str) -> Option<String> {
    if message.contains("tab") {
        return Some("indent with spaces".to_owned());
    }
    if message.contains("unclosed bracket") {
        return None; // the place is the bracket
    }
    let (line, column) = unclosed_bracket(text)?;
    Some(format!("the bracket opened at line {line}, column {column} may not be closed"))
}

/// Line and column of the innermost `[` or `{` that was open when the parser gave up.
fn unclosed_bracket(text: &str) -> Option<(usize, usize)> {
    let mut open = Vec::new();
    for step in Parser::new_from_str(text) {
        let Ok((event, span)) = step else { break };
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let flow = span.slice(text).is_some_and(|token| token.starts_with(['[', '{']));
                open.push(flow.then(|| (span.start.line(), span.start.col() + 1)));
            }
            Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().flatten().next_back()
}

/// The one character at a location that has only line and column.
fn character_span(location: &Location, text: &str) -> Range<usize> {
    let nth = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(nth(location.line())).map(str::len).sum();
    let line = lines.next().unwrap_or("").trim_end_matches(['\n', '\r']);
    match line.char_indices().nth(nth(location.column())) {
        Some((offset, character)) => before + offset..before + offset + character.len_utf8(),
        None => before + line.len()..before + line.len(),
    }
}

fn to_node(read: Spanned<RawNode>, text: &str) -> YamlNode {
    let span = span(&read.referenced, text);
    let value = match read.value {
        RawNode::Scalar(value) => value,
        RawNode::List(items) => {
            YamlValue::List(items.into_iter().map(|item| to_node(item, text)).collect())
        }
        RawNode::Mapping(entries) => YamlValue::Mapping(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = YamlKey { span: self::span(&key.referenced, text), name: key.value };
                    let mut value = to_node(value, text);
                    if value.value == YamlValue::Null && value.span.is_empty() {
                        value.span = key.span.clone(); // nothing is written: the key is the place
                    }
                    (key, value)
                })
                .collect(),
        ),
    };
    YamlNode { value, span }
}

/// The bytes of a location, cut to what the text has and to whole characters.
fn span(location: &Location, text: &str) -> Range<usize> {
    let at = |offset: u64| {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
        (0..=offset).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
    };
    let start = location.span().byte_offset().unwrap_or(0);
    let length = location.span().byte_len().unwrap_or(0);
    at(start)..at(start.saturating_add(length))
}

/// A node as the YAML crate hands it over: places still in its own terms.
enum RawNode {
    Scalar(YamlValue),
    List(Vec<Spanned<RawNode>>),
    Mapping(Vec<(Spanned<String>, Spanned<RawNode>)>),
}

impl<'de> Deserialize<'de> for RawNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawNodeVisitor)
    }
}

struct RawNodeVisitor;

impl<'de> Visitor<'de> for RawNodeVisitor {
    type Value = RawNode;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<RawNode, E> {
        Ok(RawNode::Scalar(YamlValue::Null))
    }

    fn visit_none<E: Error>(self) -> Result<RawNode, E> {
        self.visit_unit()
    }

    fn visit_bool<E>(self, flag: bool) -> Result<RawNode, E> {
        Ok(RawNode::Scalar(YamlValue::Flag(flag)))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<RawNode, E> {
        Ok(RawNode::Scalar(YamlValue::Integer(integer.into())))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<RawNode, E> {
        Ok(RawNode::Scalar(YamlValue::Integer(integer.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<RawNode, E> {
        Ok(RawNode::Scalar(YamlValue::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<RawNode, E> {
        Ok(RawNode::Scalar(YamlValue::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawNode, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(RawNode::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawNode, A::Error> {
        let mut mapping = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            mapping.push(entry);
        }
        Ok(RawNode::Mapping(mapping))
    }
}

/// One step from a node to a node inside it.
#[derive(Clone, Copy)]
pub(crate) enum PathStep<'a> {
    Key(&'a str),
    Item(usize),
}

/// Where a path leads, or the nearest place on the way that the file has.
pub(crate) fn span_of(root: &YamlNode, path: &[PathStep<'_>]) -> Range<usize> {
    let mut node = root;
    let mut place = node.span.start..node.span.start;
    for step in path {
        let next = match step {
            PathStep::Key(name) => node.get(name),
            PathStep::Item(index) => node.item(*index),
        };
        let Some(next) = next else { break };
        place = match step {
            PathStep::Key(name) if next.span.is_empty() => {
                node.key(name).map_or(next.span.clone(), |key| key.span.clone())
            }
            _ => next.span.clone(),
        };
        node = next;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_knows_where_it_stands() {
        let text = "é: {a: [1, ü]}\nb: &x yes\nc: *x\n";
        let root = parse(text).unwrap();
        let list = root.get("é").unwrap().get("a").unwrap();
        assert_eq!(&text[list.item(1).unwrap().span.clone()], "ü");
        assert_eq!(&text[root.key("b").unwrap().span.clone()], "b");
        assert_eq!(&text[root.get("c").unwrap().span.clone()], "*x", "an alias, not its anchor");
        assert_eq!(root.get("c").unwrap().value, YamlValue::Text("yes".to_owned()));
    }

    #[test]
    fn merge_keys_fill_what_the_mapping_does_not_say() {
        let root = parse("a: &x {t: 1, u: 2}\nb: {<<: *x, t: 3}\n").unwrap();
        assert_eq!(root.get("b").unwrap().to_json(), serde_json::json!({"t": 3, "u": 2}));
    }

    #[test]
    fn a_file_without_values_is_null_and_a_byte_order_mark_is_no_value() {
        for text in ["", "# only a remark\n", "---\n", "\u{feff}"] {
            assert_eq!(parse(text).unwrap().value, YamlValue::Null, "{text:?}");
        }
        assert!(parse("\u{feff}a: 1").unwrap().get("a").is_some());
    }

    #[test]
    fn bombs_and_abysses_end_in_an_error() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (name, of) in ["b", "c", "d", "e", "f", "g"].iter().zip(["a", "b", "c", "d", "e", "f"])
        {
            let aliases = vec![format!("*{of}"); 9].join(",");
            bomb.push_str(&format!("{name}: &{name} [{aliases}]\n"));
        }
        let deep = format!("a: {}", "{b: ".repeat(100));
        for text in
            [bomb, deep, "[".repeat(5000), "- ".repeat(5000), "#".repeat(MAX_FILE_BYTES + 1)]
        {
            assert!(parse(&text).is_err());
        }
    }
}
