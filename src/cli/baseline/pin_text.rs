//! Pinned baselines as text and as JSON.

use serde_json::{Value, json};

use crate::app::baseline::ShownBaselines;
use crate::report::wording;
use detect::targets::TargetResult;
use model::escaped;
use model::pinned::PinnedBaseline;
use model::record::Unit;
use model::text::terminal::{Palette, TerminalText};
use model::text::{self, UnitScale};

/// `parse/rust/loops/1000: 41.0 µs (median of 20 runs up to 4a1c2f3), mean 41.0 ± 0.3 µs, 95%
/// interval 40.9 to 41.2 µs`, and on the next line why, who and until when.
pub(super) fn pin_text(pin: &PinnedBaseline) -> String {
    let scale = UnitScale::for_value(pin.level, &Unit::parse(&pin.unit).0);
    let quantity = |value: f64| scale.quantity(value);
    let mut out = format!(
        "{}: {} (median of {} up to {}), mean {}",
        pin.series,
        quantity(pin.level),
        text::count_noun(u64::from(pin.runs), "run"),
        text::short_commit(&pin.commit),
        quantity(pin.mean)
    );
    if let (Some(deviation), Some(low), Some(high)) = (pin.deviation, pin.low, pin.high) {
        out.push_str(&format!(
            ", deviation {}, 95% interval {} to {}",
            quantity(deviation),
            quantity(low),
            quantity(high)
        ));
    }
    let until = pin.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
    out.push_str(&format!("\n  {} ({}, {}{until})\n", pin.reason, pin.by, pin.set));
    out
}

pub(super) fn shown_text(shown: &ShownBaselines, palette: Palette) -> TerminalText {
    let mut out = TerminalText::new();
    // Where others are pinned, a warning lists them.
    if shown.pins.is_empty() && shown.others.is_none() {
        out.push("No pinned baseline.\n");
    }
    for pin in &shown.pins {
        out.push(TerminalText::lines(&pin_text(pin)));
        if let Some(result) = result_of(pin, &shown.targets) {
            let state = result.state.as_str();
            let word = TerminalText::from(state).toned(wording::verdict_tone(state), palette);
            let message = TerminalText::lines(&result.message);
            out.push(escaped!["  ", word, ": ", message, "\n"]);
        }
    }
    out
}

fn result_of<'a>(pin: &PinnedBaseline, targets: &'a [TargetResult]) -> Option<&'a TargetResult> {
    targets.iter().find(|target| target.key == pin.key())
}

pub(super) fn json_text(shown: &ShownBaselines) -> Value {
    let pin = |pin: &PinnedBaseline| {
        let result = result_of(pin, &shown.targets);
        json!({
            "baseline": pin,
            "state": result.map(|it| it.state.as_str()),
            "message": result.map(|it| it.message.as_str()),
        })
    };
    let all: Vec<Value> = shown.pins.iter().map(pin).collect();
    json!({"baselines": all})
}
