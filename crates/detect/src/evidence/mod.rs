//! Evidence for every change, in whole sentences of plain text, the most telling first.
//!
//! Says what else moved at the same time (`together`), what the series itself tells (`own`) and
//! what was recorded differently (`recorded`). It names no cause: that something moved at the same
//! run is all that is known. That nothing else moved is evidence too.

mod own;
pub mod recorded;
#[cfg(test)]
mod tests;
mod together;

use model::record::shorten;
use model::series::Series;

use super::Analysis;

/// Writes the hints of every change of all series, anew.
pub fn explain(series: &[Series], each: &mut [Analysis]) {
    for told in together::all(series, each) {
        let analysis = &each[told.series];
        let mut hints = told.hints;
        hints.extend(own::all(&series[told.series], analysis, told.event));
        if told.alone {
            hints.push("No other series was measured then.".to_owned());
        }
        each[told.series].events[told.event].hints = hints;
    }
}

/// Characters of a name or a recorded value that a hint quotes.
const QUOTED: usize = 60;

/// A name or value from the data: shortened, and isolated where it could turn the direction of the
/// sentence around it (U+2068 and U+2069, Unicode annex 9).
fn quoted(text: &str) -> String {
    let short = shorten(text, QUOTED);
    if short.is_ascii() { short.into_owned() } else { format!("\u{2068}{short}\u{2069}") }
}

/// `a`, `a and b`, `a, b, c and 4 more`: the first few of `all` names.
fn a_few(names: &[String], all: usize) -> String {
    let mut words = names.to_vec();
    if all > names.len() {
        words.push(format!("{} more", model::text::count((all - names.len()) as u64)));
    }
    model::text::list(&words)
}
