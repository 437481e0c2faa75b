//! The colors of charts and pages, light and dark: the one list that the stylesheet, the
//! standalone writer and the test of contrasts share.
//!
//! Six slots that people with any common color blindness can tell apart. The first one is neutral:
//! a project with one backend has nothing to tell apart, and red means a regression alone. Each may
//! also be text: a contrast of 4.5 as WCAG 2.2 asks for.

/// One theme. Every field is `#rrggbb`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    pub(crate) page: &'static str,
    pub(crate) text: &'static str,
    pub(crate) muted: &'static str,
    pub(crate) grid: &'static str,
    pub(crate) regression: &'static str,
    pub(crate) improvement: &'static str,
    pub(crate) slots: [&'static str; SLOTS],
}

/// Lines that one chart can tell apart.
pub(crate) const SLOTS: usize = 6;

pub(crate) const LIGHT: Theme = Theme {
    page: "#ffffff",
    text: "#161b22",
    muted: "#505b67",
    grid: "#dde2e8",
    regression: "#b02a0c",
    improvement: "#00687a",
    slots: ["#45566b", "#2563c9", "#0b6b52", "#a3268f", "#8a6a00", "#5b3fc4"],
};

pub(crate) const DARK: Theme = Theme {
    page: "#12161b",
    text: "#e8edf2",
    muted: "#a7b2be",
    grid: "#2e3742",
    regression: "#ff9a72",
    improvement: "#62d2e2",
    slots: ["#aebccb", "#7fb0ff", "#6fd3ac", "#f095de", "#e3c34f", "#b9a6ff"],
};

/// A slot number as the palette counts them: 1–6, larger numbers start over, 0 is 1.
pub(crate) fn slot(number: u8) -> u8 {
    (number.max(1) - 1) % SLOTS as u8 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dash pattern of each slot; the first is solid.
    const DASHES: [&str; SLOTS] = ["", "7 3", "2 3", "9 3 2 3", "9 3 2 3 2 3", "4 4"];

    const APP: &str = include_str!("../../../static/app.css");

    /// The part of the stylesheet that is about charts; it stands last.
    fn stylesheet() -> &'static str {
        let start = APP.find("/* Charts.").expect("charts have their part of the stylesheet");
        &APP[start..]
    }

    /// Relative luminance and contrast ratio as WCAG 2.2 defines them.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |color: &str| -> f64 {
            let channel = |at: usize| {
                let byte = u8::from_str_radix(&color[at..at + 2], 16).unwrap();
                let share = f64::from(byte) / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_color_that_writes_text_has_a_contrast_of_4_5() {
        for theme in [LIGHT, DARK] {
            let named = [theme.text, theme.muted, theme.regression, theme.improvement];
            for color in named.iter().chain(&theme.slots) {
                let ratio = contrast(color, theme.page);
                assert!(ratio >= 4.5, "{color} on {}: {ratio:.2}", theme.page);
            }
        }
    }

    #[test]
    fn the_stylesheet_uses_exactly_these_colors() {
        let (light, dark) =
            APP.split_once("prefers-color-scheme:dark").expect("a dark theme in the css");
        for (theme, css) in [(LIGHT, light), (DARK, dark)] {
            let named = [
                ("bg", theme.page),
                ("fg", theme.text),
                ("mut", theme.muted),
                ("line", theme.grid),
                ("worse", theme.regression),
                ("better", theme.improvement),
            ];
            for (name, color) in named {
                assert!(css.contains(&format!("--{name}:{color}")), "--{name}:{color}");
            }
            for (at, color) in theme.slots.iter().enumerate() {
                assert!(css.contains(&format!("--s{}:{color}", at + 1)), "slot {}", at + 1);
            }
        }
    }

    #[test]
    fn the_stylesheet_uses_exactly_these_dashes_and_no_other_color() {
        for (at, dash) in DASHES.iter().enumerate().skip(1) {
            let rule = format!(".fd .m.s{}{{stroke-dasharray:{dash}}}", at + 1);
            assert!(stylesheet().contains(&rule), "{rule}");
        }
        let listed: Vec<&str> = [LIGHT, DARK]
            .iter()
            .flat_map(|t| {
                let mut all = vec![t.page, t.text, t.muted, t.grid, t.regression, t.improvement];
                all.extend(t.slots);
                all
            })
            .collect();
        for (at, _) in stylesheet().match_indices('#') {
            let color = &stylesheet()[at..at + 7];
            assert!(listed.contains(&color), "{color} is not in the palette");
        }
    }

    #[test]
    fn slots_beyond_the_palette_start_over() {
        assert_eq!([0, 1, 6, 7, 255].map(slot), [1, 1, 6, 1, 3]);
    }
}
