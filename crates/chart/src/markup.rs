//! What every writer of SVG here needs: the names of classes, and one path for each of them.

use crate::backend::{MarkLayer, MarkRole, Shape, Tone};
use crate::grid::GridPoint;
use crate::path::PathWriter;
use model::text::xml::XmlText;

/// Bytes that the paths of most charts fit into.
const USUAL_BYTES: usize = 3 << 10;

/// The class of a role, as the stylesheet names it. Short names: a chart repeats them.
fn push_class(out: &mut XmlText, role: MarkRole) {
    let name = match role {
        MarkRole::Grid => "g",
        MarkRole::GapBand => "gap",
        MarkRole::Cost => "cost",
        MarkRole::Density(1) => "d1",
        MarkRole::Density(2) => "d2",
        MarkRole::Density(_) => "d3",
        MarkRole::Span => "sn",
        MarkRole::Pull => "pr",
        MarkRole::Bar => "bar",
        MarkRole::Baseline => "base",
        MarkRole::Change(Tone::Neutral) => "ev",
        MarkRole::Change(Tone::Worse) => "ev w",
        MarkRole::Change(Tone::Better) => "ev k",
        MarkRole::Clipped => "clip",
        MarkRole::LevelPiece => "lv",
        MarkRole::LevelNow(Tone::Neutral) | MarkRole::LevelThen(Tone::Neutral) => "lv now",
        MarkRole::LevelNow(Tone::Worse) | MarkRole::LevelThen(Tone::Worse) => "lv w",
        MarkRole::LevelNow(Tone::Better) | MarkRole::LevelThen(Tone::Better) => "lv k",
        MarkRole::LevelEnd(Tone::Neutral) => "end",
        MarkRole::LevelEnd(Tone::Worse) => "end w",
        MarkRole::LevelEnd(Tone::Better) => "end k",
        MarkRole::Run => "d",
        MarkRole::Level(_) => "m s",
        MarkRole::Point(_) => "p s",
        MarkRole::Threshold => "thr",
        MarkRole::RunnerChange => "rc",
        MarkRole::Outlier => "out",
        MarkRole::Infrastructure => "inf",
    };
    out.push(name);
    if let MarkRole::Level(slot) | MarkRole::Point(slot) = role {
        out.push(i32::from(slot));
    }
}

/// One path per role, in drawing order. `place` moves grid points to where the writer wants them.
pub(crate) fn paths(layers: &[MarkLayer], place: impl Fn(GridPoint) -> GridPoint) -> XmlText {
    let mut out = XmlText::with_capacity(USUAL_BYTES);
    let mut data = XmlText::with_capacity(USUAL_BYTES);
    for MarkLayer { role, shapes } in layers {
        data.clear();
        let mut path = PathWriter::new(&mut data);
        for shape in shapes {
            match shape {
                Shape::Dot(point) => path.dot(place(*point)),
                Shape::Line(points) => path.line(points.iter().map(|point| place(*point))),
                Shape::Area(points) => path.area(points.iter().map(|point| place(*point))),
            }
        }
        // A line of a single run draws nothing: a path without data would be bytes for nobody.
        if data.is_empty() {
            continue;
        }
        out.push(r#"<path class=""#);
        push_class(&mut out, *role);
        out.push(r#"" d=""#).push(&data).push(r#""/>"#);
        // The hollow of a hollow mark: the page's color inside, drawn with the same caps.
        let hollow = match role {
            MarkRole::Outlier => r#"<path class="outi" d=""#,
            MarkRole::Infrastructure => r#"<path class="infi" d=""#,
            _ => continue,
        };
        out.push(hollow).push(&data).push(r#""/>"#);
    }
    out
}

/// A grid place as a share of the width.
pub(crate) fn push_percent(out: &mut XmlText, x: i32) {
    out.push(x / 10);
    if x % 10 != 0 {
        out.push(".");
        out.push((x % 10).abs());
    }
    out.push("%");
}
