//! Evidence for every change, in whole sentences of plain text, the strongest first.
//!
//! What else moved at the same time (`peers`), what the series itself shows (`shape`) and what was
//! recorded differently (`environment`). It names no cause: that something moved at the same run is
//! all that is known. That nothing else moved is evidence too.

mod shape;
pub mod environment;
#[cfg(test)]
mod tests;
mod peers;

use model::record::shorten;
use model::series::Series;

use super::analysis::Analysis;

/// Writes the hints of every change of all series, anew.
pub(crate) fn explain(series: &[Series], each: &mut [Analysis]) {
    for peers in peers::peer_evidence(series, each) {
        let analysis = &each[peers.series];
        let mut hints = peers.hints;
        hints.extend(shape::hints(&series[peers.series], analysis, peers.change));
        if peers.is_only_series {
            hints.push("No other series was measured then.".to_owned());
        }
        each[peers.series].changes[peers.change].hints = hints;
    }
}

/// Characters of a name or a recorded value that a hint quotes.
const QUOTED: usize = 60;

/// A name or value from the data: shortened, and isolated where it could turn the direction of the
/// sentence around it (U+2068 and U+2069, Unicode annex 9).
fn quote(text: &str) -> String {
    let short = shorten(text, QUOTED);
    // Neither the dot between the parts of a name nor the one at its end turns anything.
    let is_plain = short.chars().all(|c| c.is_ascii() || matches!(c, '·' | '…'));
    if is_plain { short.into_owned() } else { format!("\u{2068}{short}\u{2069}") }
}

/// `a`, `a and b`, `a, b, c and 4 more`: the first few of `all` names.
fn list_few(names: &[String], all: usize) -> String {
    let mut words = names.to_vec();
    if all > names.len() {
        words.push(format!("{} more", model::text::count((all - names.len()) as u64)));
    }
    model::text::join_and(&words)
}
