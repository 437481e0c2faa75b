//! The text of a condition, read by recursive descent.

use std::ops::Range;

use super::{
    AlertComparison, AlertExpression, AlertQuantity, ExpressionError, OPERATORS, QUANTITIES,
};
use crate::policy::hint;
use crate::record::{TIME_METRIC, Unit};

/// Bytes of an expression: ten times the longest that anyone reads in one go.
pub(super) const MAX_BYTES: usize = 1000;
/// Parentheses inside each other; bounds the recursion.
pub(super) const MAX_DEPTH: usize = 16;
/// Units that errors name; every unit with a known scale is read.
const UNIT_NAMES: [&str; 16] = [
    "ns", "us", "µs", "ms", "s", "min", "h", "B", "KiB", "MiB", "GiB", "kB", "MB", "GB", "ops/s",
    "req/s",
];
/// Nanoseconds of a day.
const DAY_NS: f64 = 8.64e13;

/// Reads an expression, and the number of runs that it must hold for where it ends with one.
///
/// # Errors
/// The text is none: the first fault, with its place.
pub fn parse_condition(text: &str) -> Result<(AlertExpression, Option<u32>), ExpressionError> {
    if text.len() > MAX_BYTES {
        let message = format!("the expression is longer than {MAX_BYTES} bytes");
        return Err(ExpressionError { message, help: None, span: 0..0 });
    }
    let mut parser = ExpressionParser { text, at: 0, depth: 0 };
    let whole = parser.any()?;
    let runs = parser.runs()?;
    if parser.peek().is_empty() {
        Ok((whole, runs))
    } else {
        Err(parser.expected_error("`and` or `or`"))
    }
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

    /// `for 3 runs`, where it stands there.
    fn runs(&mut self) -> Result<Option<u32>, ExpressionError> {
        if !self.take_if("for") {
            return Ok(None);
        }
        let (count, span) = self.take();
        let (noun, end) = (self.peek_text(), self.peek());
        match count.parse::<u32>() {
            Ok(runs) if runs > 0 && matches!(noun, "run" | "runs") => {
                self.take();
                Ok(Some(runs))
            }
            _ => Err(ExpressionError {
                message: format!("expected a number of runs, found {}", hint::code(count)),
                help: Some("a history has runs, not minutes: write `for 3 runs`".to_owned()),
                span: span.start..if end.is_empty() { span.end } else { end.end },
            }),
        }
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
        let (number, unit) = self.number(&quantity)?;
        Ok(AlertComparison { quantity, operator: *operator, number, unit })
    }

    fn quantity(&mut self) -> Result<AlertQuantity, ExpressionError> {
        let (name, span) = (self.peek_text(), self.peek());
        if let Some((_, quantity)) = QUANTITIES.iter().find(|(written, _)| *written == name) {
            self.take();
            return Ok(quantity.clone());
        }
        let names = QUANTITIES.map(|(name, _)| name);
        let known = format!("quantities are {}", names.join(", "));
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(ExpressionError { help: Some(known), ..self.expected_error("a quantity") });
        }
        // A metric may have any name; one that is nearly a quantity is a slip.
        let Some(near) = hint::nearest(name, &names) else {
            self.take();
            return Ok(AlertQuantity::Metric(name.to_owned()));
        };
        let help = Some(format!("did you mean `{near}`?"));
        let message = format!("unknown quantity {}", hint::code(name));
        Err(ExpressionError { message, help, span })
    }

    /// A number with its unit, in base units.
    fn number(&mut self, quantity: &AlertQuantity) -> Result<(f64, Option<Unit>), ExpressionError> {
        let (word, span) = (self.peek_text(), self.peek());
        let digits = number_length(word);
        let Some(number) = word[..digits].parse::<f64>().ok().filter(|it| it.is_finite()) else {
            return Err(self.expected_error("a number"));
        };
        self.take();
        let mut unit = (&word[digits..], span.start + digits..span.end);
        let next = self.peek_text();
        let begins_unit = |c: char| c.is_alphabetic() || c == '%';
        if unit.0.is_empty()
            && next.starts_with(begins_unit)
            && !["and", "or", "for"].contains(&next)
        {
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
    quantity: &AlertQuantity,
    number: f64,
    unit: &str,
    span: Range<usize>,
) -> Result<(f64, Option<Unit>), ExpressionError> {
    let name = quantity.name();
    let refuse =
        |message: String, help: String| ExpressionError { message, help: Some(help), span };
    match unit {
        "" if *quantity == AlertQuantity::Age => Err(refuse(
            "`age` needs a unit".to_owned(),
            "write hours or days: `24h`, `7d`".to_owned(),
        )),
        "" => Ok((number, None)),
        "%" if quantity.is_share() => Ok((number / 100.0, None)),
        "d" | "day" | "days" if *quantity == AlertQuantity::Age => {
            Ok((number * DAY_NS, Some(Unit::of_metric(TIME_METRIC))))
        }
        other if Unit::is_known(&Unit::canonical(other)) => {
            let (base, factor) = Unit::parse(other);
            if quantity.is_share() {
                return Err(refuse(
                    format!("`{name}` is a share and has no unit"),
                    "write a percentage or a fraction: `10%`, `0.1`".to_owned(),
                ));
            }
            if *quantity == AlertQuantity::Age && base != Unit::of_metric(TIME_METRIC) {
                let message = "`age` is a time".to_owned();
                return Err(refuse(message, "write hours or days: `24h`, `7d`".to_owned()));
            }
            Ok((number * factor, Some(base)))
        }
        unknown => {
            let names = [&UNIT_NAMES[..], &["%", "and", "or", "for"]].concat();
            let near = hint::nearest(unknown, &names).map(|name| format!("did you mean `{name}`?"));
            let known = format!("units are {} and %", UNIT_NAMES.join(", "));
            let message = format!("unknown unit {}", hint::code(unknown));
            Err(refuse(message, near.unwrap_or(known)))
        }
    }
}
