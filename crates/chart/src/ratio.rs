//! Ratios of a row of backends on a common axis: how many times the best each one takes.
//!
//! The axis is logarithmic from 1 at the left, where the best backend stands, to the largest ratio
//! of all rows: equal distances are equal factors. Gridlines stand at 2, 5 and 10 times and their
//! multiples by ten.

use model::text::xml::XmlText;

/// Size of the drawing of a row, and the room of a dot at both ends.
const WIDTH: f64 = 240.0;
const HEIGHT: i32 = 16;
const ROOM: f64 = 6.0;
/// An axis shorter than this would make noise look like a difference.
const LEAST_RATIO: f64 = 2.0;

/// The axis that all rows of a table share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioAxis {
    /// Largest ratio on it.
    largest: f64,
}

/// A backend of a row: its color slot 1–6, and its ratio to the best one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioDot {
    pub slot: u8,
    /// At least 1.
    pub ratio: f64,
}

impl RatioAxis {
    /// The axis that holds these ratios.
    pub fn of(ratios: impl IntoIterator<Item = f64>) -> Self {
        let finite = ratios.into_iter().filter(|ratio| ratio.is_finite());
        Self { largest: finite.fold(LEAST_RATIO, f64::max) }
    }

    fn x(self, ratio: f64) -> i32 {
        let share = (ratio.max(1.0).ln() / self.largest.ln()).clamp(0.0, 1.0);
        (ROOM + share * (WIDTH - 2.0 * ROOM)).round() as i32
    }

    /// Where gridlines stand.
    fn grid(self) -> impl Iterator<Item = f64> {
        let decades = (0..).map(|power| 10_f64.powi(power));
        let steps = decades.flat_map(|decade| [decade, 2.0 * decade, 5.0 * decade]);
        steps.take_while(move |step| *step <= self.largest)
    }

    /// The drawing of one row. Hidden from screen readers: the row has the numbers beside it.
    pub fn row(self, dots: &[RatioDot]) -> XmlText {
        let mut out = XmlText::with_capacity(300);
        out.push(r#"<svg class="ra" viewBox="0 0 "#).push(WIDTH as i32).push(" ").push(HEIGHT);
        out.push(r#"" width=""#).push(WIDTH as i32).push(r#"" height=""#).push(HEIGHT);
        out.push(r#"" aria-hidden="true"><path class="z" d=""#);
        for step in self.grid() {
            out.push("M").push(self.x(step)).push(" 0V").push(HEIGHT);
        }
        out.push(r#""/>"#);
        for dot in dots {
            out.push(r#"<circle class="rd s"#).push(i32::from(crate::palette::slot(dot.slot)));
            out.push(r#"" cx=""#).push(self.x(dot.ratio)).push(r#"" cy="8" r="5"/>"#);
        }
        out.push("</svg>");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_factors_are_equal_distances() {
        let axis = RatioAxis::of([1.0, 4.0, 16.0]);
        assert_eq!((axis.x(1.0), axis.x(4.0), axis.x(16.0)), (6, 120, 234));
        let row = axis.row(&[RatioDot { slot: 2, ratio: 4.0 }]);
        assert!(row.contains(r#"<circle class="rd s2" cx="120""#), "{row}");
        // 1, 2, 5 and 10.
        assert_eq!(row.matches('V').count(), 4, "{row}");
    }

    #[test]
    fn no_ratio_leaves_the_drawing() {
        let axis = RatioAxis::of([f64::INFINITY, f64::NAN]);
        for ratio in [f64::INFINITY, f64::NAN, -1.0, 0.0] {
            assert!((6..=234).contains(&axis.x(ratio)), "{ratio}");
        }
    }
}
