//! The small line of a table row: the newest 40 runs, the usual range behind them, the last run
//! marked.
//!
//! Outliers, infrastructure anomalies and values outside the typical range are clamped to the range
//! of the others: one spike to twice the level would make a step of 12 % invisible. No axes, no
//! labels, nothing for a screen reader: the row says it in words.

use crate::path::PathWriter;
use detect::{Analysis, Verdict};
use model::series::Series;
use model::text::xml::XmlText;

/// Runs of one spark line: what 8 rem can show apart.
const RUNS: usize = 40;
/// The newest runs that are never outside the typical range: a fresh step must be seen.
const NEWEST: usize = 3;
/// The grid: 3 units a run, 24 high, 2 free above and below.
const STEP: i32 = 3;
const HEIGHT: i32 = 24;
const MARGIN: i32 = 2;

/// The newest 40 runs as a line without labels, at most 600 bytes, hidden from screen readers: the
/// row it stands in says it in words. The mark at its end has the color of the verdict.
pub fn spark(series: &Series, analysis: &Analysis) -> XmlText {
    let runs = &series.runs[series.runs.len().saturating_sub(RUNS)..];
    let values: Vec<Option<f64>> = runs
        .iter()
        .map(|run| {
            run.value.get().filter(|value| value.is_finite()).map(|v| v.clamp(-1e300, 1e300))
        })
        .collect();
    let first = series.runs.len() - runs.len();
    let is_unusual = |at: usize| {
        let flags = analysis.flags.get(first + at);
        flags.is_some_and(|flags| flags.is_outlier || flags.infrastructure)
    };
    let newest = values.len().saturating_sub(NEWEST);
    let is_typical = |at: usize, value: f64| {
        let (low, high) = analysis.typical_range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        at >= newest || (low..=high).contains(&value)
    };
    let usual = values.iter().enumerate().filter(|(at, _)| !is_unusual(*at));
    let usual = usual.filter_map(|(at, value)| value.filter(|value| is_typical(at, *value)));
    let mut sorted: Vec<f64> = usual.collect();
    // Nothing usual: what there is sets the range.
    if sorted.is_empty() {
        sorted = values.iter().copied().flatten().collect();
    }
    sorted.sort_by(f64::total_cmp);
    let width = STEP * (RUNS as i32 - 1);
    let mut out = XmlText::with_capacity(640);
    out.push(r#"<svg class="sp" viewBox="0 0 "#).push(width).push(" ").push(HEIGHT);
    out.push(r#"" preserveAspectRatio="none" aria-hidden="true">"#);
    if let (Some(low), Some(high)) = (sorted.first(), sorted.last()) {
        push_drawing(
            &mut out,
            &values,
            &SparkRange::between(*low, *high),
            end_mark_class(analysis),
        );
    }
    out.push("</svg>");
    out
}

/// Values to grid; a least span so that noise does not fill the height.
struct SparkRange {
    low: f64,
    span: f64,
}

impl SparkRange {
    fn between(low: f64, high: f64) -> Self {
        let least = (low / 2.0 + high / 2.0).abs() * 0.05;
        let span = (high - low).max(least);
        let middle = low / 2.0 + high / 2.0;
        if span > 0.0 {
            Self { low: middle - span / 2.0, span }
        } else {
            Self { low: low - 0.5, span: 1.0 }
        }
    }

    fn y(&self, value: f64) -> i32 {
        let share = ((value - self.low) / self.span).clamp(0.0, 1.0);
        let inner = f64::from(HEIGHT - 2 * MARGIN);
        HEIGHT - MARGIN - (share * inner).round() as i32
    }
}

fn end_mark_class(analysis: &Analysis) -> &'static str {
    match analysis.verdict {
        Verdict::Regressed | Verdict::Suspected { .. } => "e w",
        Verdict::Improved => "e k",
        _ => "e",
    }
}

fn push_drawing(out: &mut XmlText, values: &[Option<f64>], place: &SparkRange, mark: &'static str) {
    let offset = RUNS - values.len();
    let point = |(index, value): (usize, f64)| (STEP * (index + offset) as i32, place.y(value));
    push_band(out, values, place, STEP * (RUNS as i32 - 1));
    out.push(r#"<path class="l" d=""#);
    let mut line = PathWriter::new(out);
    let mut from = 0;
    for joined in values.split(Option::is_none) {
        let points = (from..).zip(joined.iter().copied().flatten());
        match joined {
            [Some(only)] => line.dot(point((from, *only))),
            _ => line.line(points.map(point)),
        }
        from += joined.len() + 1;
    }
    out.push(r#""/><path class=""#).push(mark).push(r#"" d=""#);
    let newest = values.iter().rposition(Option::is_some);
    if let Some((index, value)) = newest.and_then(|index| Some((index, values[index]?))) {
        PathWriter::new(out).dot(point((index, value)));
    }
    out.push(r#""/>"#);
}

/// The middle 80 % of the first half: the normal range that the newest runs are seen against. Of
/// all runs it would follow a step in the second half, and the step would lie inside it.
fn push_band(out: &mut XmlText, values: &[Option<f64>], place: &SparkRange, width: i32) {
    let mut half: Vec<f64> = values[..values.len() / 2].iter().copied().flatten().collect();
    half.sort_by(f64::total_cmp);
    let share =
        |share: f64| half.get(((half.len().saturating_sub(1)) as f64 * share).round() as usize);
    if let (Some(low), Some(high)) = (share(0.1), share(0.9)) {
        let (top, bottom) = (place.y(*high), place.y(*low));
        let bottom = bottom.max(top + 1);
        out.push(r#"<path class="nb" d="m0 "#).push(top).push("h").push(width);
        out.push("V").push(bottom).push(r#"H0"/>"#);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::ExampleChart;

    /// Heights of the line, as its relative path has them.
    fn height_of_step(spike: impl Fn(&mut ExampleChart)) -> i32 {
        let value = |at: usize| Some(if at < 30 { 100.0 } else { 115.0 });
        let mut sample = ExampleChart::from_values((0..40).map(value).collect());
        sample.series.runs[15].value = 130.0.into();
        spike(&mut sample);
        let svg = spark(&sample.series, &sample.analysis);
        assert!(svg.len() <= 600, "{}", svg.len());
        let after = svg.split("class=\"l\" d=\"").nth(1).unwrap();
        let path = after.split('"').next().unwrap();
        // The last slanted piece of the line is the step: `l3-14`.
        let step = path.rsplit_once("l3").unwrap().1;
        let end = step[1..].find(|c: char| !c.is_ascii_digit()).map_or(step.len(), |at| at + 1);
        step[..end].trim().parse::<i32>().unwrap().abs()
    }

    #[test]
    fn no_spike_flattens_a_step() {
        for flag in [0, 1, 2] {
            let height = height_of_step(|sample| {
                let flags = &mut sample.analysis.flags[15];
                match flag {
                    0 => flags.is_outlier = true,
                    1 => flags.infrastructure = true,
                    _ => sample.analysis.typical_range = Some((90.0, 120.0)),
                }
            });
            assert_eq!(height, HEIGHT - 2 * MARGIN, "kind {flag}");
        }
    }

    #[test]
    fn the_newest_runs_are_shown_whole_whatever_is_typical() {
        let mut sample = ExampleChart::from_values((0..40).map(|_| Some(100.0)).collect());
        sample.series.runs[39].value = 150.0.into();
        sample.analysis.typical_range = Some((99.0, 101.0));
        let svg = spark(&sample.series, &sample.analysis);
        assert!(svg.contains(&format!(r#"class="e w" d="m117 {MARGIN}h0"/>"#)), "{svg}");
    }
}
