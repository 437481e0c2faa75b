//! What every writer of SVG here needs: the names of classes, and one path for each of them.

use crate::backend::{Mark, Role, Shape};
use crate::path::{PathWriter, Point};
use model::text::digits::push_integer;

/// Bytes that the paths of most charts fit into.
const USUAL: usize = 3 << 10;

/// The class of a role, as the stylesheet names it.
fn push_class(out: &mut String, role: Role) {
    let name = match role {
        Role::Grid => "g",
        Role::Band => "b",
        Role::Hair => "hl",
        Role::Middle => "mm",
        Role::Run => "d",
        Role::Level(0) => "m",
        Role::Level(_) => "m s",
        Role::Point(_) => "p s",
        Role::Limit => "lim",
        Role::Worse => "ev w",
        Role::Accepted => "ev w a",
        Role::Better => "ev k",
        Role::Neutral => "ev n",
        Role::Runner => "rc",
        Role::Gap => "gp",
        Role::Outlier => "o",
        Role::Infrastructure => "f",
        Role::Clamped => "cl",
    };
    out.push_str(name);
    if let Role::Level(slot @ 1..) | Role::Point(slot) = role {
        push_integer(out, slot.into());
    }
}

/// One path per role, in drawing order. `place` moves grid points to where the writer wants them.
pub fn paths(marks: &[Mark], place: impl Fn(Point) -> Point) -> String {
    let mut out = String::with_capacity(USUAL);
    for group in marks.chunk_by(|a, b| a.role == b.role) {
        let (before, role) = (out.len(), group[0].role);
        out.push_str(r#"<path class=""#);
        push_class(&mut out, role);
        out.push_str(r#"" d=""#);
        let start = out.len();
        let mut path = PathWriter::new(&mut out);
        for mark in group {
            match &mark.shape {
                Shape::Dot(point) => path.dot(place(*point)),
                Shape::Line(points) => path.line(points.iter().map(|point| place(*point))),
                Shape::Area(points) => path.area(points.iter().map(|point| place(*point))),
            }
        }
        let data = start..out.len();
        if data.is_empty() {
            out.truncate(before);
            continue;
        }
        out.push_str(r#""/>"#);
        // The hollow of a hollow mark: page colour inside, drawn with the same caps.
        out.push_str(match role {
            Role::Outlier => r#"<path class="oi" d=""#,
            Role::Infrastructure => r#"<path class="fi" d=""#,
            _ => continue,
        });
        out.extend_from_within(data);
        out.push_str(r#""/>"#);
    }
    out
}
