//! A table of budgets in Markdown: a row each, its columns by their heads.

use std::ops::Range;

use super::{Findings, ImportedEntry};
use crate::policy::amount::{self, Amount};
use crate::policy::hint;
use crate::record::Unit;

/// What a column holds, and the heads that say so, in lower case.
const HEADS: [(TableColumn, &[&str]); 6] = [
    (TableColumn::Name, &["slo", "name", "benchmark", "test", "operation", "budget name"]),
    (TableColumn::Budget, &["budget", "limit", "slo budget"]),
    (TableColumn::Least, &["min", "minimum"]),
    (TableColumn::Most, &["max", "maximum"]),
    (TableColumn::Goal, &["goal", "target"]),
    (TableColumn::Description, &["description", "what", "notes"]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum TableColumn {
    Name,
    Budget,
    Least,
    Most,
    Goal,
    Description,
}

/// A cell without its markup, and where it stands.
struct TableCell<'a> {
    text: &'a str,
    span: Range<usize>,
}

/// Reads every table that has a name and a budget in each row; whether there was one.
pub(super) fn read(text: &str, part: Range<usize>, findings: &mut Findings) -> bool {
    let mut columns: Option<Vec<Option<TableColumn>>> = None;
    let (mut at, mut is_known) = (part.start, false);
    for line in text[part].split_inclusive('\n') {
        let cells = cells(line, at);
        at += line.len();
        if cells.is_empty() {
            columns = None;
            continue;
        }
        let is_rule = |cell: &TableCell<'_>| cell.text.chars().all(|c| "-: ".contains(c));
        if cells.iter().all(is_rule) {
            continue;
        }
        match &columns {
            None => columns = Some(cells.iter().map(|cell| column_of(cell.text)).collect()),
            Some(columns)
                if columns.contains(&Some(TableColumn::Name))
                    && columns.contains(&Some(TableColumn::Budget)) =>
            {
                is_known = true;
                read_row(columns, &cells, findings);
            }
            Some(_) => {}
        }
    }
    is_known
}

fn column_of(head: &str) -> Option<TableColumn> {
    let head = head.to_lowercase();
    HEADS.iter().find(|(_, names)| names.contains(&head.as_str())).map(|(column, _)| *column)
}

/// The cells of a row; empty where the line is none.
fn cells(line: &str, start: usize) -> Vec<TableCell<'_>> {
    let trimmed = line.trim();
    let Some(inside) = trimmed.strip_prefix('|') else { return Vec::new() };
    let inside = inside.strip_suffix('|').unwrap_or(inside);
    let offset = |part: &str| part.as_ptr() as usize - line.as_ptr() as usize;
    let cell = |raw| {
        let text = str::trim(raw).trim_matches(['*', '`']).trim();
        let begin = start + offset(text);
        TableCell { text, span: begin..begin + text.len() }
    };
    inside.split('|').map(cell).collect()
}

fn read_row(columns: &[Option<TableColumn>], cells: &[TableCell<'_>], findings: &mut Findings) {
    let of = |wanted: TableColumn| {
        let at = columns.iter().position(|column| *column == Some(wanted))?;
        cells.get(at).filter(|cell| !cell.text.is_empty())
    };
    let (Some(name), Some(budget)) = (of(TableColumn::Name), of(TableColumn::Budget)) else {
        let span = cells.first().map_or(0..0, |cell| cell.span.clone());
        findings.fault(span, "a row without a name or a budget".to_owned(), "fill both cells");
        return;
    };
    let text = budget.text.trim_start_matches(['<', '>', '=', '≤', '≥', ' ']);
    let amount = match amount::parse(text) {
        Ok(amount) => amount,
        Err(why) => {
            findings.amount_fault(budget.span.clone(), &why);
            return;
        }
    };
    let mut pairs = vec![("name", super::scalar(name.text))];
    if let Some(description) = of(TableColumn::Description) {
        pairs.push(("description", super::scalar(description.text)));
    }
    pairs.push(("match", format!("{{test: {}}}", super::scalar(name.text))));
    let unit = amount.unit.as_ref().map_or("ns", Unit::as_str);
    if unit == "B" {
        pairs.push(("metric", "memory".to_owned()));
    }
    pairs.push(("budget", super::scalar_amount(text)));
    let band = BudgetBand { text, amount: &amount };
    let (most, least) = (of(TableColumn::Most), of(TableColumn::Least));
    match band.tolerance(most, least, findings) {
        Ok(share) => pairs.extend(share.map(|share| ("tolerance", share.to_string()))),
        Err(()) => return,
    }
    if let Some(goal) = of(TableColumn::Goal) {
        let text = goal.text.trim_start_matches(['<', '>', '=', '≤', '≥', ' ']);
        match amount::parse(text) {
            Ok(_) => pairs.push(("goal", super::scalar_amount(text))),
            // A dash is an empty cell.
            Err(_) if !text.contains(char::is_alphanumeric) => {}
            Err(why) => findings.amount_fault(goal.span.clone(), &why),
        }
    }
    findings
        .note("Each budget is matched to the test of the same name; edit `match` where it is not.");
    findings.entries.push(ImportedEntry { section: "budgets", pairs });
}

/// A budget whose row may have bounds.
struct BudgetBand<'a> {
    /// The budget as it is written.
    text: &'a str,
    amount: &'a Amount,
}

impl BudgetBand<'_> {
    /// The share by which the largest value exceeds the budget; an error where that is a fault.
    fn tolerance(
        &self,
        most: Option<&TableCell<'_>>,
        least: Option<&TableCell<'_>>,
        findings: &mut Findings,
    ) -> Result<Option<f64>, ()> {
        if least.is_some() {
            findings.note("The lower bound of a band has no key: being faster is no violation.");
        }
        let share = match (most, least) {
            (None, None) => return Ok(None),
            (Some(most), _) => self.share(most).map(|share| share - 1.0),
            (None, Some(least)) => self.share(least).map(|share| 1.0 - share),
        };
        let Some(cell) = most.or(least) else { return Ok(None) };
        let Some(share) = share else {
            let message = format!("{} is no bound of the budget", hint::code(cell.text));
            let help = "write a number, or one with a unit: `0.89ms`";
            findings.fault(cell.span.clone(), message, help);
            return Err(());
        };
        if share < 0.0 {
            let message = "the band does not hold the budget".to_owned();
            let help = "swap the cells of Min and Max, or correct the budget";
            findings.fault(cell.span.clone(), message, help);
            return Err(());
        }
        findings.note(
            "The larger bound of a band is the `tolerance`: up to it a budget drifts, above it it \
             is violated.",
        );
        Ok(Some((share * 1e4).round() / 1e4))
    }

    /// A bound as a share of the budget. Without a unit it is in the unit of the budget.
    fn share(&self, cell: &TableCell<'_>) -> Option<f64> {
        let is_unit = |c: char| c.is_alphabetic() || c == '%';
        let suffix = self.text.find(is_unit).map_or("", |at| &self.text[at..]);
        let has_unit = cell.text.contains(is_unit);
        let written =
            if has_unit { cell.text.to_owned() } else { format!("{}{suffix}", cell.text) };
        let share = amount::parse(&written).ok()?.number / self.amount.number;
        share.is_finite().then_some(share)
    }
}
