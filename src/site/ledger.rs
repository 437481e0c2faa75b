//! The bar and the list that count every series once: their numbers add up to all of them.
//!
//! Example: of 65 series, 4 of which regressed, the first part of the bar is 60 of 1000 wide.

use crate::site::verdict_counts::VerdictCounts;
use model::text;

/// Width of the bar in its own units, and the least width of a part: one series of thousands is
/// still seen.
const WIDTH: u64 = 1000;
const MIN_WIDTH: u64 = 6;

/// What a template draws.
pub(crate) struct Ledger {
    pub(crate) bars: Vec<LedgerBar>,
    pub(crate) items: Vec<LedgerItem>,
    /// `= 65 series`.
    pub(crate) total: String,
}

/// A part of the bar.
pub(crate) struct LedgerBar {
    pub(crate) class: &'static str,
    pub(crate) x: u64,
    pub(crate) width: u64,
}

/// A count of the list.
pub(crate) struct LedgerItem {
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) is_zero: bool,
}

impl Ledger {
    pub(crate) fn of(counts: &VerdictCounts) -> Self {
        let parts = counts.parts();
        let total = counts.total();
        let widths = || {
            let share = |count: u64| (count * WIDTH / total.max(1)).max(MIN_WIDTH);
            parts.iter().filter(|part| part.count > 0).map(move |part| (part.class, part, share))
        };
        // The least widths may take more than the bar has, so all parts are scaled to fit it.
        let sum: u64 = widths().map(|(_, part, share)| share(part.count)).sum();
        let mut x = 0;
        let bars = widths().map(|(class, part, share)| {
            let width = share(part.count) * WIDTH / sum.max(1);
            let bar = LedgerBar { class, x, width: width.saturating_sub(2) };
            x += width;
            bar
        });
        Self {
            bars: bars.collect(),
            items: parts
                .iter()
                .filter(|part| part.count > 0 || part.always)
                .map(|part| LedgerItem {
                    class: part.class,
                    text: part.text(),
                    is_zero: part.count == 0,
                })
                .collect(),
            total: format!("= {}", text::count_noun(total, "series")),
        }
    }
}
