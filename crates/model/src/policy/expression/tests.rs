//! What conditions mean, and where their faults are.

use proptest::prelude::*;

use super::parse::{MAX_BYTES, parse_condition};
use super::*;

fn parse(text: &str) -> Result<AlertExpression, ExpressionError> {
    parse_condition(text).map(|(expression, _)| expression)
}

fn compared(text: &str) -> AlertComparison {
    match parse(text) {
        Ok(AlertExpression::Compare(comparison)) => comparison,
        other => panic!("{text}: {other:?}"),
    }
}

fn own_number(comparison: &AlertComparison) -> Option<f64> {
    Some(comparison.number)
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
    assert_eq!(number("age > 24h"), 8.64e13);
    assert_eq!(number("age > 2d"), 2.0 * 8.64e13);
    assert_eq!(compared("error_rate > 1%").unit.unwrap().as_str(), "%");
    assert_eq!(compared("value > 3").unit, None);
    assert_eq!(compared("value > 3µs").unit.unwrap().as_str(), "ns");
}

#[test]
fn and_binds_tighter_than_or_and_parentheses_tighter_than_both() {
    let value =
        |v: f64| move |it: &AlertComparison| (it.quantity == AlertQuantity::Value).then_some(v);
    let holds = |text: &str, v: f64| parse(text).unwrap().holds(&value(v), &own_number);
    assert_eq!(holds("value > 1 or value > 5 and value < 0", 2.0), Some(true));
    assert_eq!(holds("(value > 1 or value > 5) and value < 0", 2.0), Some(false));
    assert_eq!(holds("((value >= 2)) and value <= 2", 2.0), Some(true));
}

#[test]
fn a_name_that_is_no_quantity_is_a_metric_or_a_statistic_of_one() {
    assert_eq!(compared("requests_per_second < 100").quantity.name(), "requests_per_second");
    assert_eq!(Statistic::of_metric("response_time_p95"), Some(("response_time", Statistic::P95)));
    assert_eq!(Statistic::of_metric("cpu.max"), Some(("cpu", Statistic::Max)));
    assert_eq!(Statistic::of_metric("error_rate"), None);
    assert_eq!(Statistic::of_metric("_p95"), None);
    let runs = |text: &str| parse_condition(text).unwrap().1;
    assert_eq!(runs("p95 > 500ms for 3 runs"), Some(3));
    assert_eq!(runs("(p95 > 500 ms or value > 1) for 1 run"), Some(1));
    assert_eq!(runs("p95 > 500ms"), None);
}

#[test]
fn the_unknown_decides_nothing_by_itself() {
    let known = |it: &AlertComparison| (it.quantity == AlertQuantity::Value).then_some(2.0);
    let holds = |text: &str| parse(text).unwrap().holds(&known, &own_number);
    assert_eq!(holds("p95 > 1"), None);
    assert_eq!(holds("p95 > 1 or value > 1"), Some(true));
    assert_eq!(holds("p95 > 1 or value > 3"), None);
    assert_eq!(holds("p95 > 1 and value > 3"), Some(false));
    assert_eq!(holds("p95 > 1 and value > 1"), None);
    let both = parse("p95 > 1 or value > 1").unwrap();
    let (witness, measured) = both.first_match(&known, &own_number).unwrap();
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
        ("p95 > 5 for 5m", "expected a number of runs, found `5m`", "5m"),
        ("p95 > 5 for 0 runs", "expected a number of runs, found `0`", "0 runs"),
        ("age > 24", "`age` needs a unit", ""),
        ("age > 24 MiB", "`age` is a time", "MiB"),
        ("p95 > 5 and", "expected a quantity, found the end", ""),
        ("(p95 > 5", "expected `)`, `and` or `or`, found the end", ""),
        ("p95 > 5)", "expected `and` or `or`, found `)`", ")"),
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
