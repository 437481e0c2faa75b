//! A session for a terminal: a table of its series, then what follows from it in a sentence.
//!
//! ```text
//! benchmark              base     head    change (90% interval)    verdict
//! parse/rust/default/10  41.0 ms  43.9 ms  +7.1% (+6.2% to +8.0%)  regressed (threshold 5%)
//! ```

use unicode_width::UnicodeWidthStr;

use crate::report::side_by_side::{SessionEnding, SideBySide, SideBySideRow};
use crate::report::wording::verdict_tone;
use detect::paired::FALSE_BLOCK_RATE;
use model::escaped;
use model::history::session::Side;
use model::record::shorten;
use model::text::terminal::{Palette, TerminalText};
use model::text::{self, UnitScale};

/// Rows of the table; JSON has all.
const MAX_ROWS: usize = 200;
/// Characters of a name.
const NAME_CHARS: usize = 60;
/// Failed benchmarks that are listed.
const MAX_FAILED: usize = 10;

/// The report; ends with a line end.
pub(crate) fn render(session: &SideBySide, palette: Palette) -> TerminalText {
    let mut page = TerminalText::new();
    if !session.rows.is_empty() {
        page.push(table(&session.rows, palette)).push("\n");
    }
    for failed in session.failed.iter().take(MAX_FAILED) {
        let [name, error] = [&failed.benchmark, &failed.error].map(|it| TerminalText::text(it));
        let side = TerminalText::text(failed.side);
        page.push(escaped!["failed on ", side, ": ", name, ": ", error, "\n"]);
    }
    for notice in &session.notices {
        page.push(escaped!["note: ", TerminalText::text(notice), "\n"]);
    }
    page.push(TerminalText::text(&counts(session))).push("\n");
    page.push(TerminalText::text(&sides(session))).push("\n");
    page.push(TerminalText::text(&error_rate(session))).push("\n");
    page
}

fn table(rows: &[SideBySideRow], palette: Palette) -> TerminalText {
    let heading =
        ["benchmark", "base", "head", "change (90% interval)", "verdict"].map(TerminalText::text);
    let listed = rows.iter().take(MAX_ROWS).map(|row| cells(row, palette));
    let lines: Vec<[TerminalText; 5]> = [heading].into_iter().chain(listed).collect();
    // By columns of a terminal, not by characters: names may be in any script.
    let width = |column: usize| lines.iter().map(|line| line[column].as_str().width()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or(0));
    let mut table = TerminalText::new();
    for line in lines {
        for (column, cell) in line.into_iter().enumerate() {
            let used = cell.as_str().width();
            table.push(cell);
            let padding = widths.get(column).map_or(0, |width| width + 2 - used);
            (0..padding).for_each(|_| {
                table.push(" ");
            });
        }
        table.push("\n");
    }
    if rows.len() > MAX_ROWS {
        let more = text::count((rows.len() - MAX_ROWS) as u64);
        table.push(TerminalText::text(&format!("… and {more} more: see --json."))).push("\n");
    }
    table
}

fn cells(row: &SideBySideRow, palette: Palette) -> [TerminalText; 5] {
    let result = &row.result;
    let values = [result.base, result.head];
    let present = values.into_iter().filter(|value| value.is_finite());
    let scale = UnitScale::for_values(present, &row.unit);
    let value = |value: f64| match value.is_finite() {
        true => scale.quantity(value),
        false => "–".to_owned(),
    };
    let change = if row.only_on.is_some() {
        "–".to_owned()
    } else if result.lower.is_finite() && result.upper.is_finite() {
        let [change, lower, upper] =
            [result.change, result.lower, result.upper].map(text::percent_change);
        format!("{change} ({lower} to {upper})")
    } else {
        text::percent_change(result.change)
    };
    let name = shorten(&row.subject.name, NAME_CHARS).into_owned();
    let texts = [name, value(result.base), value(result.head), change, verdict(row)];
    let [name, base, head, change, verdict] = texts.map(|text| TerminalText::text(&text));
    // The last cell of a line is not padded, so its colors move nothing.
    [name, base, head, change, verdict.toned(verdict_tone(row.verdict()), palette)]
}

fn verdict(row: &SideBySideRow) -> String {
    let threshold = || format!("threshold {}", text::percent(row.threshold));
    let by_build = if row.result.depends_on_build { ", depends on the build" } else { "" };
    match row.verdict() {
        "regressed" if row.report_only => format!("regressed ({}, report only)", threshold()),
        "regressed" => format!("regressed ({}{by_build})", threshold()),
        "too_noisy" => {
            let noise = row.result.noise;
            let noise = if noise.is_finite() {
                format!("noise ±{}, ", text::percent(noise))
            } else {
                String::new()
            };
            format!("too noisy ({noise}{}{by_build})", threshold())
        }
        "not_compared" => "not compared: nobody says which way is better".to_owned(),
        verdict => match row.only_on {
            Some(Side::Base) => "removed: only the base has it".to_owned(),
            Some(Side::Head) => "new: only the head has it".to_owned(),
            None => verdict.to_owned(),
        },
    }
}

/// `1 regressed, 2 too noisy, 40 unchanged; measured side by side, 8 rounds.`
pub(crate) fn counts(session: &SideBySide) -> String {
    let words = [
        ("regressed", "regressed"),
        ("improved", "improved"),
        ("too_noisy", "too noisy"),
        ("removed", "removed"),
        ("new", "new"),
        ("not_compared", "not compared"),
        ("unchanged", "unchanged"),
    ];
    let mut counts: Vec<String> = words
        .iter()
        .map(|(verdict, word)| (session.count(verdict), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", text::count(count as u64)))
        .collect();
    if counts.is_empty() {
        counts.push("nothing compared".to_owned());
    }
    let failed = session.failed.iter().filter(|it| it.is_new).count() as u64;
    if failed > 0 {
        counts.push(format!("{} failed on the head", text::count(failed)));
    }
    let rounds = text::count_noun(u64::from(session.rounds), "round");
    let why = match session.ending {
        SessionEnding::Decided if session.rounds < session.max_rounds => {
            ": every series is decided"
        }
        SessionEnding::TimeLimit => " within the time limit",
        SessionEnding::Interrupted => " before it was interrupted",
        SessionEnding::Decided | SessionEnding::Rounds => "",
    };
    format!("{}; measured side by side, {rounds}{why}.", counts.join(", "))
}

fn sides(session: &SideBySide) -> String {
    let side = |name: &str, side: &crate::report::side_by_side::MeasuredSide| {
        format!("{name} {} ({})", text::short_commit(&side.commit), side.name)
    };
    format!("{}, {}.", side("base", &session.base), side("head", &session.head))
}

/// What a verdict is worth.
fn error_rate(session: &SideBySide) -> String {
    let rate = text::percent(FALSE_BLOCK_RATE);
    match session.count("too_noisy") {
        0 => format!("Of sessions without any change at most {rate} fail."),
        _ => format!(
            "Of sessions without any change at most {rate} fail. What is too noisy is not decided: \
             measure more rounds (--rounds, --time-limit)."
        ),
    }
}
