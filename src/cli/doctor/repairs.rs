//! What `doctor --fix` repaired, as text and as JSON.

use serde_json::{Value, json};

use crate::app::doctor::RepairAnswer;
use crate::doctor::finding_kind::FindingKind;
use crate::doctor::repairs::RepairDecision;
use model::text;
use model::text::terminal::TerminalText;

/// Lines that are named of one repair; the JSON has all.
const MAX_LINES: usize = 10;

pub(super) fn as_text(answer: &RepairAnswer, dry_run: bool) -> TerminalText {
    let mut out = TerminalText::new();
    let verb = if dry_run { "would repair" } else { "repaired" };
    for file in &answer.files {
        for repaired in &file.repairs {
            out.push(verb).push(" ").push_text(&file.name).push(": ");
            out.push(repaired.repair.describe()).push(" (");
            out.push_text(&lines(&repaired.lines)).push(")\n");
        }
    }
    if let Some(leftovers) = &answer.leftovers {
        out.push_text(leftovers).push("\n");
    }
    if let Some(backup) = &answer.backup {
        let files = text::count_noun(answer.files.len() as u64, "file");
        out.push_text(&format!("The history keeps {files} as before in {backup}/")).push("\n");
    } else if answer.files.is_empty() {
        out.push("Nothing to repair\n");
    }
    out
}

/// `line 4`, or `lines 1, 2, 3 and 40 more`.
fn lines(all: &[usize]) -> String {
    let listed: Vec<String> = all.iter().take(MAX_LINES).map(ToString::to_string).collect();
    let more = match all.len().saturating_sub(MAX_LINES) {
        0 => String::new(),
        more => format!(" and {} more", text::count(more as u64)),
    };
    let noun = if all.len() == 1 { "line" } else { "lines" };
    format!("{noun} {}{more}", listed.join(", "))
}

pub(super) fn as_json(answer: &RepairAnswer) -> Value {
    let repairs = answer.files.iter().flat_map(|file| {
        file.repairs.iter().map(|repaired| {
            json!({
                "file": file.name,
                "repair": repaired.repair.as_str(),
                "lines": repaired.lines,
            })
        })
    });
    json!({"backup": answer.backup, "files": repairs.collect::<Vec<_>>()})
}

/// Why findings of a kind are left to people.
pub(super) fn manual_reason(kind: FindingKind) -> Option<&'static str> {
    match kind.decision() {
        RepairDecision::Form => None,
        RepairDecision::Manual(reason) => Some(reason),
    }
}
