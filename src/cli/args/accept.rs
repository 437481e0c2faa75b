//! The arguments of `accept`.

use crate::app::accept::Expiry;
use model::record::time::Timestamp;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AcceptArgs {
    /// Series to accept it for, by name or glob: 'parse/rust/*'
    #[arg(long, value_name = "GLOB")]
    pub(crate) series: String,
    /// Commit that made them slower, or the beginning of its id
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: String,
    /// Why it is worth it; shown on the chart
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who accepts it [default: GITHUB_ACTOR, else the user]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Largest change that it covers, as 30% or 0.3 [default: the measured one, rounded up]
    #[arg(long, value_name = "SIZE", value_parser = share)]
    pub(crate) max_change: Option<f64>,
    /// Day from which it no longer counts (2026-03-01), or a time from now (90d)
    #[arg(long, value_name = "DATE|Nd", value_parser = expiry)]
    pub(crate) expires: Option<Expiry>,
    /// Show what would be written; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `30%` or `0.3`.
fn share(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        // A bare 30 would be 3,000 %: nobody means that.
        None => number(text).filter(|share| *share <= 5.0),
    };
    let remedy = || "write a size above zero, as 30% or as 0.3".to_owned();
    share.filter(|share| *share > 0.0).ok_or_else(remedy)
}

/// `2026-03-01` or `90d`.
pub(crate) fn expiry(text: &str) -> Result<Expiry, String> {
    let remedy = || "write a date as 2026-03-01, or a time as 90d".to_owned();
    match text.trim().strip_suffix('d') {
        Some(days) => days.parse().map(Expiry::AfterDays).map_err(|_| remedy()),
        None => {
            let day = Timestamp::parse(&format!("{}T00:00:00Z", text.trim()));
            day.map(Expiry::On).map_err(|_| remedy())
        }
    }
}
