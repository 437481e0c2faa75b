//! The result of a check as `notify` receives it: a stranger's text, since a job of a fork may have
//! written it. Rejects what is too long, no JSON, or has no outcome that we know.

use serde::Deserialize;
use serde_json::Value;

use crate::notify::NotifyError;
use crate::report::wire::CheckFile;

/// A check of 50,000 series stays below.
pub(crate) const MAX_RESULT_BYTES: u64 = 16 << 20;

/// A result that was read.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedCheck {
    pub(crate) check: CheckFile,
    /// As it came in, for receivers that read JSON themselves: fields of a newer version included.
    pub(crate) raw: Value,
}

impl ReceivedCheck {
    /// # Errors
    /// The text is not what `check --format json` prints.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotifyError> {
        if bytes.len() as u64 > MAX_RESULT_BYTES {
            let most = MAX_RESULT_BYTES >> 20;
            return Err(NotifyError::Input(format!("the result is longer than {most} MiB")));
        }
        let fault = |error: serde_json::Error| {
            NotifyError::Input(format!(
                "the result is not what `check --format json` prints: {error}"
            ))
        };
        let raw: Value = serde_json::from_slice(bytes).map_err(fault)?;
        let check = CheckFile::deserialize(&raw).map_err(fault)?;
        Ok(Self { check, raw })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::decision::Decision;

    fn read(text: &str) -> CheckFile {
        ReceivedCheck::read(text.as_bytes()).unwrap().check
    }

    #[test]
    fn what_check_prints_is_read_and_what_is_new_is_ignored() {
        let check = read(
            r#"{"verdict": "fail", "exit": 1, "base": "a", "candidate": {"commit": "b"},
            "compared": 4, "counts": {"unchanged": 1}, "findings": [{"series": "s", "verdict":
            "regressed", "before": 83900, "after": 95600, "change": 0.139, "threshold": null,
            "unit": "ns", "new": 1}, {"series": "t", "verdict": "improved", "change": -0.2,
            "unit": "ns"}], "not_compared": [], "infrastructure": null, "override": null,
            "later": []}"#,
        );
        assert_eq!((check.base.as_deref(), check.candidate.as_deref()), (Some("a"), Some("b")));
        assert_eq!(check.counts_text(), "▲ 1 slower, ▼ 1 faster, 1 unchanged");
        assert_eq!(check.findings[0].change_text(), "+13.9%");
        assert_eq!(check.findings[0].levels_text().unwrap(), "83.9 → 95.6\u{202f}µs");
        assert!(!check.is_clean());
    }

    #[test]
    fn words_of_older_versions_are_read_as_the_new_ones() {
        let check = read(
            r#"{"verdict": "approval", "counts": {"steady": 7, "approved": 1}, "findings":
            [{"series": "s", "verdict": "approved"}], "not_compared": [{"verdict": "suppressed"},
            {"verdict": "noisy"}], "infrastructure": {"backends_moved": 4, "moved": ["go"],
            "look_at": ["the host"], "changed": [{"field": "cpu"}]}, "override": {"of": "approval",
            "granted": false, "refused": "nobody"}}"#,
        );
        assert_eq!(check.verdict, Decision::ApprovalNeeded);
        assert_eq!((check.counts["unchanged"], check.counts["accepted"]), (7, 1));
        assert!(check.findings[0].is_accepted());
        let not_compared: Vec<&str> =
            check.not_compared.iter().map(|it| it.verdict.as_ref()).collect();
        assert_eq!(not_compared, ["not_compared", "too_noisy"]);
        let anomaly = check.infrastructure.unwrap();
        assert_eq!((anomaly.backends_shifted, anomaly.alert), (4, true));
        assert_eq!((anomaly.shifted, anomaly.advice), (vec!["go".into()], vec!["the host".into()]));
        assert_eq!(anomaly.field_changes[0].field, "cpu");
        let over = check.override_view.unwrap();
        assert_eq!((over.decision.as_ref(), over.granted), ("approval_needed", false));
        assert_eq!(over.rejection.as_deref(), Some("nobody"));
    }

    #[test]
    fn what_is_written_is_read_back_without_a_loss() {
        let check = read(
            r#"{"verdict": "overridden", "base": "a", "counts": {"new": 2}, "findings":
            [{"series": "s", "unit": "B", "spread_before": 0.5}], "infrastructure": {"days": 3,
            "alert": false}, "override": {"granted": true, "decision": "fail"}}"#,
        );
        let written = serde_json::to_value(&check).unwrap();
        let again = serde_json::to_value(CheckFile::deserialize(&written).unwrap()).unwrap();
        assert_eq!(again, written);
    }

    #[test]
    fn what_is_no_result_is_rejected() {
        for text in ["", "[]", "{}", "{\"verdict\": \"green\"}", "{\"verdict\": \"pass\"} x"] {
            let result = ReceivedCheck::read(text.as_bytes());
            assert!(matches!(result, Err(NotifyError::Input(_))), "{text}");
        }
        assert!(ReceivedCheck::read(&vec![b' '; (MAX_RESULT_BYTES + 1) as usize]).is_err());
        assert!(ReceivedCheck::read("[".repeat(100_000).as_bytes()).is_err());
    }
}
