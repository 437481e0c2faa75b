//! The table that is printed: what is promised, its limit, what was measured, whether it holds.

/// One promise.
pub struct Line {
    pub what: String,
    pub limit: String,
    pub measured: String,
    /// None where there is no limit, or where it was not measured.
    pub holds: Option<bool>,
}

pub fn line(what: &str, limit: &str, measured: String, holds: bool) -> Line {
    let (what, limit) = (what.to_owned(), limit.to_owned());
    Line { what, limit, measured, holds: Some(holds) }
}

/// A figure without a limit.
pub fn told(what: &str, measured: String) -> Line {
    Line { what: what.to_owned(), limit: "–".to_owned(), measured, holds: None }
}

/// A promise that was not measured this time.
pub fn skipped(what: &str, limit: &str, why: &str) -> Line {
    let measured = format!("not measured: {why}");
    Line { what: what.to_owned(), limit: limit.to_owned(), measured, holds: None }
}

/// The table in Markdown.
pub fn markdown(lines: &[Line]) -> String {
    let mut out = "| what | limit | measured | holds |\n|---|---|---|---|\n".to_owned();
    for line in lines {
        let holds = line.holds.map_or("–", |it| if it { "yes" } else { "**no**" });
        let Line { what, limit, measured, .. } = line;
        out.push_str(&format!("| {what} | {limit} | {measured} | {holds} |\n"));
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
