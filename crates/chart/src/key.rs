//! The key of a chart: each mark that is drawn, with its name, to stand beside the title.
//!
//! A chart with an outlier has the entry `outlier` with a hollow circle; one without has no such
//! entry, since nobody looks up a mark that is not there.

use crate::backend::{MarkLayer, MarkRole};
use crate::input::NoteKind;
use crate::layout::PlacedNote;
use model::text::xml::XmlText;

/// A mark as it looks, and its name.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMark {
    /// A small drawing, hidden from screen readers.
    pub mark: XmlText,
    pub name: &'static str,
}

impl KeyMark {
    fn new(paths: &'static str, name: &'static str) -> Self {
        let mut mark = XmlText::from(r#"<svg aria-hidden="true">"#);
        mark.push(paths).push("</svg>");
        Self { mark, name }
    }
}

/// The key of what was drawn, most important first.
pub(crate) fn key(layers: &[MarkLayer]) -> Vec<KeyMark> {
    let has = |role: MarkRole| layers.iter().any(|layer| layer.role == role);
    let any = |test: fn(MarkRole) -> bool| layers.iter().any(|layer| test(layer.role));
    let entries = [
        (has(MarkRole::Run), r#"<path class="d" d="M4 6h0M11 4h0M18 7h0"/>"#, "run"),
        (
            any(|role| matches!(role, MarkRole::Density(_))),
            concat!(
                r#"<path class="d1" d="M4 6h0"/><path class="d2" d="M11 5h0"/>"#,
                r#"<path class="d3" d="M18 7h0"/>"#
            ),
            "runs (1, 2–3, 4 or more)",
        ),
        // The last level of a window that newer runs follow is a level among others.
        (
            any(|role| matches!(role, MarkRole::LevelPiece | MarkRole::LevelThen(_))),
            r#"<path class="lv" d="M0 6h22"/>"#,
            "level",
        ),
        (
            any(|role| matches!(role, MarkRole::LevelNow(_))),
            r#"<path class="lv now" d="M0 6h16"/><path class="end" d="M17 6h0"/>"#,
            "level now",
        ),
        (has(MarkRole::Baseline), r#"<path class="base" d="M0 6h22"/>"#, "baseline"),
        (has(MarkRole::Threshold), r#"<path class="thr" d="M0 6h22"/>"#, "threshold"),
        (
            has(MarkRole::Outlier),
            r#"<path class="out" d="M11 6h0"/><path class="outi" d="M11 6h0"/>"#,
            "outlier",
        ),
        (
            has(MarkRole::Infrastructure),
            r#"<path class="inf" d="M11 6h0"/><path class="infi" d="M11 6h0"/>"#,
            "infrastructure anomaly",
        ),
        (has(MarkRole::Clipped), r#"<path class="clip" d="M11 3v6"/>"#, "run outside the chart"),
        (has(MarkRole::Pull), r#"<path class="pr" d="M11 6h0"/>"#, "pull request"),
        (has(MarkRole::GapBand), r#"<path class="gapk" d="M5 0h12v12h-12z"/>"#, "gap"),
    ];
    let drawn = entries.into_iter().filter(|(is_drawn, ..)| *is_drawn);
    drawn.map(|(_, paths, name)| KeyMark::new(paths, name)).collect()
}

/// The marks on the floor of a field.
pub(crate) fn floor_key(all_ran: bool, notes: &[PlacedNote]) -> Vec<KeyMark> {
    let has = |kind: NoteKind| notes.iter().any(|note| note.kind == kind);
    let entries = [
        (!all_ran, r#"<text class="x" x="11" y="11">×</text>"#, "failed run"),
        (has(NoteKind::Remark), r#"<text class="an" x="11" y="11">◆</text>"#, "note"),
        (has(NoteKind::Tag), r#"<text class="an" x="11" y="11">◇</text>"#, "tag"),
    ];
    let drawn = entries.into_iter().filter(|(is_drawn, ..)| *is_drawn);
    drawn.map(|(_, paths, name)| KeyMark::new(paths, name)).collect()
}
