//! The language of `alerts[].when`: comparisons of a quantity with a number, joined by `and` and
//! `or`.
//!
//! `p95 > 500ms and (change >= 10% or level > 2 s)`; `and` binds tighter than `or`. Numbers without
//! a unit are in base units; shares are fractions or percent. Refuses everything else with the
//! bytes at fault: two quantities, arithmetic, texts over [`MAX_BYTES`] and parentheses over
//! [`MAX_DEPTH`] deep. What a series measured is asked of the caller, who may not know.

use std::ops::Range;

use crate::policy::hint;
use crate::record::{Statistic, Unit};

/// Bytes of an expression: ten times the longest that anyone reads in one go.
const MAX_BYTES: usize = 1000;
/// Parentheses inside each other; bounds the recursion.
const MAX_DEPTH: usize = 16;

/// The units that a number may have, besides `%`.
const UNIT_NAMES: [&str; 15] =
    ["ns", "us", "µs", "μs", "ms", "s", "min", "B", "KiB", "MiB", "GiB", "kB", "MB", "GB", "ops/s"];

/// What is asked of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertExpression {
    Compare(AlertComparison),
    All(Vec<AlertExpression>),
    Any(Vec<AlertExpression>),
}

/// One quantity of a run against one number.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertComparison {
    pub quantity: AlertQuantity,
    pub operator: ComparisonOperator,
    /// Base units; a fraction where the quantity is a share.
    pub number: f64,
    /// The base unit that was written; a series in another unit cannot be compared.
    pub unit: Option<Unit>,
}

/// What of a run is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertQuantity {
    Value,
    Level,
    Mean,
    Std,
    Statistic(Statistic),
    /// Relative, signed as the value moved.
    Change,
    /// Relative.
    Noise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparisonOperator {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Why a text is no expression: one reason, and its bytes in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    pub message: String,
    pub help: Option<String>,
    pub span: Range<usize>,
}

const QUANTITIES: [(&str, AlertQuantity); 14] = [
    ("value", AlertQuantity::Value),
    ("level", AlertQuantity::Level),
    ("mean", AlertQuantity::Mean),
    ("std", AlertQuantity::Std),
    ("min", AlertQuantity::Statistic(Statistic::Min)),
    ("max", AlertQuantity::Statistic(Statistic::Max)),
    ("median", AlertQuantity::Statistic(Statistic::Median)),
    ("p50", AlertQuantity::Statistic(Statistic::P50)),
    ("p95", AlertQuantity::Statistic(Statistic::P95)),
    ("p99", AlertQuantity::Statistic(Statistic::P99)),
    ("lower", AlertQuantity::Statistic(Statistic::Lower)),
    ("upper", AlertQuantity::Statistic(Statistic::Upper)),
    ("change", AlertQuantity::Change),
    ("noise", AlertQuantity::Noise),
];

const OPERATORS: [(&str, ComparisonOperator); 4] = [
    (">", ComparisonOperator::Above),
    (">=", ComparisonOperator::AtLeast),
    ("<", ComparisonOperator::Below),
    ("<=", ComparisonOperator::AtMost),
];

impl AlertQuantity {
    pub fn name(self) -> &'static str {
        QUANTITIES.iter().find(|(_, quantity)| *quantity == self).map_or("", |(name, _)| name)
    }

    /// Whether it is a share of something rather than a value in the unit of its series.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Change | Self::Noise)
    }
}

impl ComparisonOperator {
    pub fn sign(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |(sign, _)| sign)
    }
}

impl AlertComparison {
    pub fn holds(&self, measured: f64) -> bool {
        match self.operator {
            ComparisonOperator::Above => measured > self.number,
            ComparisonOperator::AtLeast => measured >= self.number,
            ComparisonOperator::Below => measured < self.number,
            ComparisonOperator::AtMost => measured <= self.number,
        }
    }
}

impl AlertExpression {
    /// Whether it holds; none where what is unknown could turn it either way. `measured` knows a
    /// comparison's quantity, or does not.
    pub fn holds(&self, measured: &dyn Fn(&AlertComparison) -> Option<f64>) -> Option<bool> {
        let each = |parts: &[Self], decisive: bool| {
            let mut all = Some(!decisive);
            for part in parts {
                match part.holds(measured) {
                    Some(answer) if answer == decisive => return Some(decisive),
                    Some(_) => {}
                    None => all = None,
                }
            }
            all
        };
        match self {
            Self::Compare(comparison) => measured(comparison).map(|value| comparison.holds(value)),
            Self::All(parts) => each(parts, false),
            Self::Any(parts) => each(parts, true),
        }
    }

    /// The first comparison that holds, with what was measured.
    pub fn first_match(
        &self,
        measured: &dyn Fn(&AlertComparison) -> Option<f64>,
    ) -> Option<(&AlertComparison, f64)> {
        match self {
            Self::Compare(comparison) => {
                let value = measured(comparison)?;
                comparison.holds(value).then_some((comparison, value))
            }
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().find_map(|part| part.first_match(measured))
            }
        }
    }
}

/// Reads an expression.
///
/// # Errors
/// The text is none: the first fault, with its place.
pub fn parse(text: &str) -> Result<AlertExpression, ExpressionError> {
    if text.len() > MAX_BYTES {
        let message = format!("the expression is longer than {MAX_BYTES} bytes");
        return Err(ExpressionError { message, help: None, span: 0..0 });
    }
    let mut parser = ExpressionParser { text, at: 0, depth: 0 };
    let whole = parser.any()?;
    if parser.peek().is_empty() { Ok(whole) } else { Err(parser.expected_error("`and` or `or`")) }
}

struct ExpressionParser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || "_.%/-+".contains(character)
}

fn is_sign(character: char) -> bool {
    "<>=!".contains(character)
}

impl<'a> ExpressionParser<'a> {
    /// The next word, sign or other character; empty at the end.
    fn peek(&self) -> Range<usize> {
        let rest = &self.text[self.at..];
        let start = self.text.len() - rest.trim_start().len();
        let rest = &self.text[start..];
        let run = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let length = match rest.chars().next() {
            None => 0,
            Some(first) if is_word(first) => run(is_word),
            Some(first) if is_sign(first) => run(is_sign),
            Some(first) => first.len_utf8(),
        };
        start..start + length
    }

    fn peek_text(&self) -> &'a str {
        &self.text[self.peek()]
    }

    fn take(&mut self) -> (&'a str, Range<usize>) {
        let span = self.peek();
        self.at = span.end;
        (&self.text[span.clone()], span)
    }

    fn take_if(&mut self, word: &str) -> bool {
        let found = self.peek_text() == word;
        if found {
            self.take();
        }
        found
    }

    fn expected_error(&self, what: &str) -> ExpressionError {
        let span = self.peek();
        let found = match &self.text[span.clone()] {
            "" => "the end".to_owned(),
            found => hint::code(found),
        };
        ExpressionError { message: format!("expected {what}, found {found}"), help: None, span }
    }

    fn any(&mut self) -> Result<AlertExpression, ExpressionError> {
        let mut parts = vec![self.all()?];
        while self.take_if("or") {
            parts.push(self.all()?);
        }
        Ok(join_unless_single(parts, AlertExpression::Any))
    }

    fn all(&mut self) -> Result<AlertExpression, ExpressionError> {
        let mut parts = vec![self.term()?];
        while self.take_if("and") {
            parts.push(self.term()?);
        }
        Ok(join_unless_single(parts, AlertExpression::All))
    }

    fn term(&mut self) -> Result<AlertExpression, ExpressionError> {
        let open = self.peek();
        if !self.take_if("(") {
            return self.comparison().map(AlertExpression::Compare);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("parentheses are nested more than {MAX_DEPTH} deep");
            return Err(ExpressionError { message, help: None, span: open });
        }
        let inside = self.any()?;
        if !self.take_if(")") {
            return Err(self.expected_error("`)`, `and` or `or`"));
        }
        self.depth -= 1;
        Ok(inside)
    }

    fn comparison(&mut self) -> Result<AlertComparison, ExpressionError> {
        let quantity = self.quantity()?;
        let (sign, span) = (self.peek_text(), self.peek());
        let Some((_, operator)) = OPERATORS.iter().find(|(written, _)| *written == sign) else {
            let mut fault = self.expected_error("a comparison");
            fault.help = Some("comparisons are `>`, `>=`, `<` and `<=`".to_owned());
            return Err(ExpressionError { span, ..fault });
        };
        self.take();
        let (number, unit) = self.number(quantity)?;
        Ok(AlertComparison { quantity, operator: *operator, number, unit })
    }

    fn quantity(&mut self) -> Result<AlertQuantity, ExpressionError> {
        let (name, span) = (self.peek_text(), self.peek());
        if let Some((_, quantity)) = QUANTITIES.iter().find(|(written, _)| *written == name) {
            self.take();
            return Ok(*quantity);
        }
        let names = QUANTITIES.map(|(name, _)| name);
        let known = format!("quantities are {}", names.join(", "));
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(ExpressionError { help: Some(known), ..self.expected_error("a quantity") });
        }
        let near = hint::nearest(name, &names).map(|name| format!("did you mean `{name}`?"));
        let message = format!("unknown quantity {}", hint::code(name));
        Err(ExpressionError { message, help: Some(near.unwrap_or(known)), span })
    }

    /// A number with its unit, in base units.
    fn number(&mut self, quantity: AlertQuantity) -> Result<(f64, Option<Unit>), ExpressionError> {
        let (word, span) = (self.peek_text(), self.peek());
        let digits = number_length(word);
        let Some(number) = word[..digits].parse::<f64>().ok().filter(|it| it.is_finite()) else {
            return Err(self.expected_error("a number"));
        };
        self.take();
        let mut unit = (&word[digits..], span.start + digits..span.end);
        let next = self.peek_text();
        let begins_unit = |c: char| c.is_alphabetic() || c == '%';
        if unit.0.is_empty() && next.starts_with(begins_unit) && !["and", "or"].contains(&next) {
            unit = self.take();
        }
        to_base_units(quantity, number, unit.0, unit.1)
    }
}

/// One part alone is itself.
fn join_unless_single(
    mut parts: Vec<AlertExpression>,
    join: fn(Vec<AlertExpression>) -> AlertExpression,
) -> AlertExpression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// Bytes of the number that a word begins with: `500` of `500ms`, `5e-3` of `5e-3s`.
fn number_length(word: &str) -> usize {
    let bytes = word.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = usize::from(word.starts_with(['-', '+']));
    end += digits(end);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = if end + 1 + sign <= bytes.len() { digits(end + 1 + sign) } else { 0 };
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// The number in base units, where its unit suits the quantity.
fn to_base_units(
    quantity: AlertQuantity,
    number: f64,
    unit: &str,
    span: Range<usize>,
) -> Result<(f64, Option<Unit>), ExpressionError> {
    let name = quantity.name();
    let refuse =
        |message: String, help: String| ExpressionError { message, help: Some(help), span };
    match unit {
        "" => Ok((number, None)),
        "%" if quantity.is_share() => Ok((number / 100.0, None)),
        "%" => Err(refuse(
            format!("`{name}` is not a share"),
            "write a number in a unit: `500ms`, `2 MiB`".to_owned(),
        )),
        known if UNIT_NAMES.contains(&known) && quantity.is_share() => Err(refuse(
            format!("`{name}` is a share and has no unit"),
            "write a percentage or a fraction: `10%`, `0.1`".to_owned(),
        )),
        known if UNIT_NAMES.contains(&known) => {
            let (base, factor) = Unit::parse(known);
            Ok((number * factor, Some(base)))
        }
        unknown => {
            let names = [&UNIT_NAMES[..], &["%", "and", "or"]].concat();
            let near = hint::nearest(unknown, &names).map(|name| format!("did you mean `{name}`?"));
            let known = format!("units are {} and %", UNIT_NAMES.join(", "));
            let message = format!("unknown unit {}", hint::code(unknown));
            Err(refuse(message, near.unwrap_or(known)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compared(text: &str) -> AlertComparison {
        match parse(text) {
            Ok(AlertExpression::Compare(comparison)) => comparison,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn fault(text: &str) -> (String, &str) {
        let fault = parse(text).unwrap_err();
        (fault.message, &text[fault.span])
    }

    #[test]
    fn numbers_are_taken_to_base_units() {
        let number = |text: &str| compared(text).number;
        assert_eq!(number("p95 > 500ms"), 500e6);
        assert_eq!(number("p95>500 ms"), 500e6);
        assert_eq!(number("level <= 1.5e3us"), 1.5e6);
        assert_eq!(number("level <= 5e-1 s"), 5e8);
        assert_eq!(number("max >= 2 MiB"), 2.0 * 1_048_576.0);
        assert_eq!(number("mean < 10 ops/s"), 10.0);
        assert_eq!(number("change > 12.5%"), 0.125);
        assert_eq!(number("change < -5 %"), -0.05);
        assert_eq!(number("noise > 0.1"), 0.1);
        assert_eq!(compared("value > 3").unit, None);
        assert_eq!(compared("value > 3µs").unit.unwrap().as_str(), "ns");
    }

    #[test]
    fn and_binds_tighter_than_or_and_parentheses_tighter_than_both() {
        let value =
            |v: f64| move |it: &AlertComparison| (it.quantity == AlertQuantity::Value).then_some(v);
        let holds = |text: &str, v: f64| parse(text).unwrap().holds(&value(v));
        assert_eq!(holds("value > 1 or value > 5 and value < 0", 2.0), Some(true));
        assert_eq!(holds("(value > 1 or value > 5) and value < 0", 2.0), Some(false));
        assert_eq!(holds("((value >= 2)) and value <= 2", 2.0), Some(true));
    }

    #[test]
    fn the_unknown_decides_nothing_by_itself() {
        let known = |it: &AlertComparison| (it.quantity == AlertQuantity::Value).then_some(2.0);
        let holds = |text: &str| parse(text).unwrap().holds(&known);
        assert_eq!(holds("p95 > 1"), None);
        assert_eq!(holds("p95 > 1 or value > 1"), Some(true));
        assert_eq!(holds("p95 > 1 or value > 3"), None);
        assert_eq!(holds("p95 > 1 and value > 3"), Some(false));
        assert_eq!(holds("p95 > 1 and value > 1"), None);
        let both = parse("p95 > 1 or value > 1").unwrap();
        let (witness, measured) = both.first_match(&known).unwrap();
        assert_eq!((witness.quantity.name(), witness.operator.sign()), ("value", ">"));
        assert_eq!(measured, 2.0);
    }

    #[test]
    fn every_fault_names_its_bytes() {
        for (text, message, at) in [
            ("medain > 5", "unknown quantity `medain`", "medain"),
            ("p95 >> 5", "expected a comparison, found `>>`", ">>"),
            ("p95 == 5", "expected a comparison, found `==`", "=="),
            ("p95 > ", "expected a number, found the end", ""),
            ("p95 > p50", "expected a number, found `p50`", "p50"),
            ("500ms < p95", "expected a quantity, found `500ms`", "500ms"),
            ("p95 > 5 parrots", "unknown unit `parrots`", "parrots"),
            ("p95 > 5msec", "unknown unit `msec`", "msec"),
            ("p95 > 5 and", "expected a quantity, found the end", ""),
            ("(p95 > 5", "expected `)`, `and` or `or`, found the end", ""),
            ("p95 > 5)", "expected `and` or `or`, found `)`", ")"),
            ("p95 > 5%", "`p95` is not a share", "%"),
            ("change > 5ms", "`change` is a share and has no unit", "ms"),
            ("level > 1e999", "expected a number, found `1e999`", "1e999"),
            ("level > 1 && std > 2", "expected `and` or `or`, found `&`", "&"),
            ("", "expected a quantity, found the end", ""),
        ] {
            assert_eq!(fault(text), (message.to_owned(), at), "{text}");
        }
        assert_eq!(parse("medain > 5").unwrap_err().help.unwrap(), "did you mean `median`?");
        assert!(parse(&"(".repeat(MAX_BYTES)).is_err());
        assert!(parse(&"value > 1 and ".repeat(MAX_BYTES)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in "(p95|value|change|and|or|[<>=!()&]|[0-9.e+-]{1,4}|ms|%|é|日| |\\PC){0,12}"
        ) {
            if let Err(fault) = parse(&text) {
                prop_assert!(text.get(fault.span).is_some());
            }
        }
    }
}
