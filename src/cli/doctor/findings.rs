//! The findings of `doctor` as text and as JSON.

use serde_json::{Value, json};

use crate::cli::doctor::repairs;
use crate::doctor::{DoctorFinding, FindingLevel};
use model::text;
use model::text::terminal::{Palette, TerminalText, VerdictTone};

/// Findings of one kind that the text lists; the JSON has all of them.
const MAX_PER_KIND: usize = 10;

pub(super) fn as_text(
    findings: &[DoctorFinding],
    with_decisions: bool,
    palette: Palette,
) -> TerminalText {
    let mut out = TerminalText::new();
    // Findings of one kind and level follow each other.
    for group in findings.chunk_by(|a, b| (a.kind, a.level) == (b.kind, b.level)) {
        for finding in group.iter().take(MAX_PER_KIND) {
            let tone = match finding.level {
                FindingLevel::Error => VerdictTone::Bad,
                FindingLevel::Note => VerdictTone::Warning,
            };
            let word = TerminalText::from(level(finding)).toned(tone, palette);
            out.push(word).push(": ").push_text(&finding.place);
            out.push(": ").push_text(&finding.cause).push(" [").push(finding.code);
            out.push("]\n  → ").push_text(&finding.remedy).push("\n");
        }
        if with_decisions && let Some(reason) = repairs::manual_reason(group[0].kind) {
            out.push("  not repaired: ").push_text(reason).push("\n");
        }
        if group.len() > MAX_PER_KIND {
            let more = text::count((group.len() - MAX_PER_KIND) as u64);
            out.push("  and ").push_text(&more).push(" more [").push(group[0].kind.code());
            out.push("] (all of them: --format json)\n");
        }
    }
    out
}

fn level(finding: &DoctorFinding) -> &'static str {
    match finding.level {
        FindingLevel::Error => "error",
        FindingLevel::Note => "note",
    }
}

pub(super) fn as_json(findings: &[DoctorFinding], errors: usize) -> Value {
    let entry = |finding: &DoctorFinding| {
        json!({
            "kind": finding.kind.code(),
            "code": finding.code,
            "level": level(finding),
            "place": finding.place,
            "cause": finding.cause,
            "remedy": finding.remedy,
        })
    };
    json!({
        "errors": errors,
        "notes": findings.len() - errors,
        "findings": findings.iter().map(entry).collect::<Vec<_>>(),
    })
}
