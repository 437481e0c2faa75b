//! The table that is printed: what is measured, the target, the figure, whether the target is met.
//! Rows are named as in docs/performance.md, which this table is copied to.

/// A row of the table.
pub struct Row {
    pub what: String,
    /// The limit that the figure must keep.
    pub limit: String,
    pub measured: String,
    /// None where there is no limit, or where nothing was measured.
    pub is_met: Option<bool>,
}

/// A figure with a limit.
pub fn target(what: &str, limit: &str, measured: String, is_met: bool) -> Row {
    let (what, limit) = (what.to_owned(), limit.to_owned());
    Row { what, limit, measured, is_met: Some(is_met) }
}

/// A figure without a limit.
pub fn figure(what: &str, measured: String) -> Row {
    Row { what: what.to_owned(), limit: "–".to_owned(), measured, is_met: None }
}

/// A target that was not measured this time.
pub fn skipped(what: &str, limit: &str, why: &str) -> Row {
    let measured = format!("not measured: {why}");
    Row { what: what.to_owned(), limit: limit.to_owned(), measured, is_met: None }
}

/// The table in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut out = "| what | limit | measured | target |\n|---|---|---|---|\n".to_owned();
    for row in rows {
        let target = row.is_met.map_or("–", |is_met| if is_met { "met" } else { "**not met**" });
        let Row { what, limit, measured, .. } = row;
        out.push_str(&format!("| {what} | {limit} | {measured} | {target} |\n"));
    }
    out
}

pub fn seconds(value: f64) -> String {
    match value {
        it if it < 0.1 => format!("{:.2} ms", it * 1e3),
        it if it < 1.0 => format!("{:.0} ms", it * 1e3),
        it => format!("{it:.2} s"),
    }
}

pub fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

pub fn share(part: f64, whole: f64) -> String {
    format!("{:.1} %", 100.0 * part / whole)
}

/// 1234567 as 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
