//! What every writer of SVG here needs: the names of classes, and one path for each of them.

use std::fmt::Write;

use crate::chart::backend::{Mark, Role, Shape};
use crate::chart::path::{PathWriter, Point};

/// The class of a role, as the stylesheet names it.
pub(crate) fn class(role: Role) -> String {
    let name = match role {
        Role::Grid => "g",
        Role::Band => "b",
        Role::Hair => "hl",
        Role::Middle => "mm",
        Role::Run => "d",
        Role::Level(0) => "m",
        Role::Level(slot) => return format!("m s{slot}"),
        Role::Point(slot) => return format!("p s{slot}"),
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
    name.to_owned()
}

/// One path per role, in drawing order. `place` moves grid points to where the writer wants them.
pub(crate) fn paths(marks: &[Mark], place: impl Fn(Point) -> Point) -> String {
    let mut out = String::new();
    for group in marks.chunk_by(|a, b| a.role == b.role) {
        let mut path = PathWriter::default();
        for mark in group {
            match &mark.shape {
                Shape::Dot(point) => path.dot(place(*point)),
                Shape::Line(points) => path.line(&moved(points, &place)),
                Shape::Area(points) => path.area(&moved(points, &place)),
            }
        }
        let (data, role) = (path.finish(), group[0].role);
        if data.is_empty() {
            continue;
        }
        let _ = write!(out, r#"<path class="{}" d="{data}"/>"#, class(role));
        // The hollow of a hollow mark: page colour inside, drawn with the same caps.
        let hollow = match role {
            Role::Outlier => "oi",
            Role::Infrastructure => "fi",
            _ => continue,
        };
        let _ = write!(out, r#"<path class="{hollow}" d="{data}"/>"#);
    }
    out
}

fn moved(points: &[Point], place: &impl Fn(Point) -> Point) -> Vec<Point> {
    points.iter().map(|point| place(*point)).collect()
}
