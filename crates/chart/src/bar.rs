//! The small bar of a row in a comparison of two commits: from zero, with the threshold shaded on
//! both sides, clamped at twice the threshold, where an arrow tip says that it goes on.
//!
//! At a threshold of 10 % a change of +5 % reaches half through the shaded part, and +40 % ends in
//! a tip: one pixel means the same share of the threshold in every row, whatever its noise allows.

use std::sync::LazyLock;

use model::record::Direction;
use model::text::xml::XmlText;

/// Size of the drawing, its middle, and the length of a bar that just reaches the threshold.
const WIDTH: i32 = 120;
const HEIGHT: i32 = 16;
const ZERO: i32 = WIDTH / 2;
const THRESHOLD_WIDTH: i32 = 27;
/// Room for the tip beyond twice the threshold.
const TIP: i32 = 5;

/// What all bars have: the drawing's start and the shaded threshold. Made once, since a comparison
/// page has a bar for each series.
static FRAME: LazyLock<XmlText> = LazyLock::new(|| {
    let (from, to) = (ZERO - THRESHOLD_WIDTH, ZERO + THRESHOLD_WIDTH);
    let mut out = XmlText::new();
    out.push(r#"<svg class="cb" viewBox="0 0 "#).push(WIDTH).push(" ").push(HEIGHT);
    out.push(r#"" width=""#).push(WIDTH).push(r#"" height=""#).push(HEIGHT);
    out.push(r#"" aria-hidden="true"><path class="lb" d="M"#).push(from);
    out.push(" 1H").push(to).push("V15H").push(from).push(r#"z"/>"#);
    out
});

/// The bar of a relative `change` against a relative `threshold`. Hidden from screen readers: the
/// row has both numbers and the word.
pub fn change_bar(change: f64, threshold: f64, better: Direction) -> XmlText {
    // A threshold of 0 makes any change a regression, and 0/0 is none.
    let share = if change == 0.0 { 0.0 } else { change / threshold.max(1e-9) };
    let share = if share.is_nan() { 0.0 } else { share.clamp(-9.0, 9.0) };
    let clamped = share.abs() > 2.0;
    let end = ZERO + (share.clamp(-2.0, 2.0) * f64::from(THRESHOLD_WIDTH)).round() as i32;
    // Within the threshold a change has no color: it is no verdict. Nor is one without a direction.
    let counts = share.abs() >= 1.0 && better != Direction::Unknown;
    let tone = match (counts, better.is_worse(change)) {
        (false, _) => "br",
        (true, true) => "br w",
        (true, false) => "br k",
    };
    let mut out = XmlText::with_capacity(240);
    out.push(&*FRAME);
    if end != ZERO {
        out.push(r#"<path class=""#).push(tone).push(r#"" d="M"#).push(ZERO);
        out.push(" 4H").push(end).push("v8H").push(ZERO).push("z");
        if clamped {
            let (forth, back) = if share > 0.0 { ("", "-") } else { ("-", " ") };
            out.push("M").push(end).push(" 8V2l").push(forth).push(TIP);
            out.push(" 6").push(back).push(TIP).push(" 6z");
        }
        out.push(r#""/>"#);
    }
    out.push(r#"<path class="z" d="M"#).push(ZERO).push(" 0V").push(HEIGHT).push(r#""/></svg>"#);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_starts_at_zero_and_ends_at_its_share_of_the_threshold() {
        let bar = change_bar(0.06, 0.12, Direction::Lower);
        assert!(bar.contains(r#"class="br" d="M60 4H74v8H60z""#), "{bar}");
        let bar = change_bar(-0.18, 0.12, Direction::Lower);
        assert!(bar.contains(r#"class="br k" d="M60 4H19v8H60z""#), "{bar}");
    }

    #[test]
    fn a_bar_beyond_twice_the_threshold_ends_in_a_tip() {
        for change in [5.0, -5.0, f64::MAX] {
            let bar = change_bar(change, 0.1, Direction::Higher);
            assert!(bar.contains(if change > 0.0 { "H114" } else { "H6" }), "{bar}");
            assert_eq!(bar.matches("zM").count(), 1, "{bar}");
        }
    }

    #[test]
    fn no_change_no_threshold_and_no_number_give_no_bar_or_a_whole_one() {
        assert!(!change_bar(0.0, 0.0, Direction::Lower).contains("br"));
        assert!(!change_bar(f64::NAN, 0.1, Direction::Lower).contains("NaN"));
        assert!(change_bar(0.5, 0.0, Direction::Lower).contains("H114"));
    }
}
