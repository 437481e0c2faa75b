//! Whether a reason for an override or an accepted change says anything.
//!
//! Example: three zero-width spaces and `…` say nothing; `#7` names an issue. Blanks and characters
//! that show nothing do not count, and a letter or a digit is required. How long a reason must be
//! is the policy's decision.

use crate::text;
use crate::text::sanitize;

/// What is wrong with a reason, as the end of a sentence; none where nothing is. `min_length` is
/// `governance.min_reason_length`, in visible characters.
pub fn reason_fault(reason: &str, min_length: u32) -> Option<String> {
    let visible: Vec<char> = reason.chars().filter(|c| sanitize::is_visible(*c)).collect();
    if visible.is_empty() {
        return Some("it is empty".to_owned());
    }
    if !visible.iter().any(|c| c.is_alphanumeric()) {
        return Some("it has no letter and no digit".to_owned());
    }
    let is_short = (visible.len() as u64) < u64::from(min_length);
    is_short.then(|| {
        let characters = text::count_noun(visible.len() as u64, "visible character");
        format!("it has {characters}; governance.min_reason_length is {min_length}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_characters_count_and_one_is_a_letter_or_a_digit() {
        for reason in ["", " \t\n", "\u{200b}\u{200d}\u{2800}\u{3164}\u{fe0f}", "...", "***", "–"]
        {
            assert!(reason_fault(reason, 0).is_some(), "{reason:?}");
        }
        for reason in ["r", "#7", "好", "é"] {
            assert_eq!(reason_fault(reason, 1), None, "{reason:?}");
        }
        let padded = " o\u{200b}\u{200b}k ";
        assert!(reason_fault(padded, 3).unwrap().contains("2 visible characters"));
        assert_eq!((reason_fault(padded, 2), reason_fault("fix", 3)), (None, None));
    }
}
