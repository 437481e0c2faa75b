//! The days of a chaos experiment, as annotations and notes write them.

use crate::record::time::Timestamp;

/// Most days of one chaos experiment: what lasts longer is how things are.
const MAX_CHAOS_DAYS: i64 = 31;

/// The last day of a chaos experiment.
///
/// # Errors
/// There is no first day, the text is no day, or the days are not in order or too many.
pub fn read_chaos_end(first: Option<Timestamp>, last: &str) -> Result<Timestamp, String> {
    let first = first.ok_or("`chaos_until` needs the `date` on which the experiment begins")?;
    let time = Timestamp::parse(&format!("{last}T00:00:00Z"));
    let last = time.map_err(|_| "`chaos_until` is not YYYY-MM-DD".to_owned())?;
    let days = last.day() - first.day();
    match (0..MAX_CHAOS_DAYS).contains(&days) {
        true => Ok(last),
        false => Err(format!("`chaos_until` is not within {MAX_CHAOS_DAYS} days from `date`")),
    }
}
