//! What every writer of SVG here needs: the names of classes, and one path for each of them.

use crate::backend::{MarkLayer, MarkRole, Shape};
use crate::grid::GridPoint;
use crate::path::PathWriter;
use model::text::xml::XmlText;

/// Bytes that the paths of most charts fit into.
const USUAL_BYTES: usize = 3 << 10;

/// The class of a role, as the stylesheet names it. Short names: a chart repeats them.
fn push_class(out: &mut XmlText, role: MarkRole) {
    let name = match role {
        MarkRole::Grid => "g",
        MarkRole::Band => "b",
        MarkRole::ColumnExtent => "hl",
        MarkRole::ColumnMiddle => "mm",
        MarkRole::Run => "d",
        MarkRole::Level(0) => "m",
        MarkRole::Level(_) => "m s",
        MarkRole::Point(_) => "p s",
        MarkRole::Threshold => "lim",
        MarkRole::Regression => "ev w",
        MarkRole::Accepted => "ev w a",
        MarkRole::Improvement => "ev k",
        MarkRole::Drift => "ev n",
        MarkRole::RunnerChange => "rc",
        MarkRole::Gap => "gp",
        MarkRole::Outlier => "o",
        MarkRole::Infrastructure => "f",
        MarkRole::Clamped => "cl",
    };
    out.push(name);
    if let MarkRole::Level(slot @ 1..) | MarkRole::Point(slot) = role {
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
            MarkRole::Outlier => r#"<path class="oi" d=""#,
            MarkRole::Infrastructure => r#"<path class="fi" d=""#,
            _ => continue,
        };
        out.push(hollow).push(&data).push(r#""/>"#);
    }
    out
}
