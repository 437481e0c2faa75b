//! Path data in as few bytes as it takes: relative integers, `h` and `v` where one of them is
//! zero, no separator before a minus, vertices on a straight line dropped.
//!
//! The line (0, 10), (5, 8), (10, 8), (15, 12) is `m0 10 5-2h5l5 4`. A page of small
//! multiples has 60 panels with a few hundred points each, so each byte of a point counts.
//! Knows nothing of charts. One [`PathWriter`] is one `d` attribute.

use crate::grid::GridPoint;
use model::text::xml::XmlText;

/// Collects subpaths into one `d` attribute, behind what is there.
#[derive(Debug)]
pub(crate) struct PathWriter<'a> {
    out: &'a mut XmlText,
    position: GridPoint,
    /// The command that a bare pair of numbers would repeat.
    implied_command: Option<&'static str>,
    /// Those of the current line; a field, so that its memory serves all lines.
    vertices: Vec<GridPoint>,
}

impl<'a> PathWriter<'a> {
    pub(crate) fn new(out: &'a mut XmlText) -> Self {
        Self { out, position: (0, 0), implied_command: None, vertices: Vec::new() }
    }

    /// A dot: drawn by the round or square caps of its class, since it has no length.
    pub(crate) fn dot(&mut self, point: GridPoint) {
        self.move_to(point);
        self.out.push("h0");
        self.implied_command = None;
    }

    /// An open line; fewer than two different points draw nothing.
    pub(crate) fn line(&mut self, points: impl Iterator<Item = GridPoint>) {
        self.polyline(points, 2);
    }

    /// A closed outline.
    pub(crate) fn area(&mut self, points: impl Iterator<Item = GridPoint>) {
        if let Some(first) = self.polyline(points, 3) {
            self.out.push("z");
            self.position = first;
            self.implied_command = None;
        }
    }

    /// The first vertex of what was drawn; nothing is, with fewer than `least` vertices.
    fn polyline(
        &mut self,
        points: impl Iterator<Item = GridPoint>,
        least: usize,
    ) -> Option<GridPoint> {
        let mut vertices = std::mem::take(&mut self.vertices);
        straighten(points, &mut vertices);
        let first = vertices.first().copied().filter(|_| vertices.len() >= least);
        if let Some(first) = first {
            self.move_to(first);
            vertices[1..].iter().for_each(|point| self.line_to(*point));
        }
        self.vertices = vertices;
        first
    }

    fn move_to(&mut self, point: GridPoint) {
        self.command("m", point.0 - self.position.0, Some(point.1 - self.position.1));
        self.position = point;
        self.implied_command = Some("l");
    }

    fn line_to(&mut self, point: GridPoint) {
        let (dx, dy) = (point.0 - self.position.0, point.1 - self.position.1);
        match (dx, dy) {
            (_, 0) => self.command("h", dx, None),
            (0, _) => self.command("v", dy, None),
            _ => self.command("l", dx, Some(dy)),
        }
        self.position = point;
    }

    fn command(&mut self, letter: &'static str, first: i32, second: Option<i32>) {
        // SVG lets a repeated command go without its letter, and reads a minus as a separator. More
        // numbers after an `m` would be lines, so that each `m` keeps its letter.
        if self.implied_command != Some(letter) || letter == "m" {
            self.out.push(letter);
        } else if first >= 0 {
            self.out.push(" ");
        }
        self.out.push(first);
        if let Some(second) = second {
            if second >= 0 {
                self.out.push(" ");
            }
            self.out.push(second);
        }
        self.implied_command = Some(letter);
    }
}

/// The same line without repeated points and without vertices that lie on a straight line.
fn straighten(points: impl Iterator<Item = GridPoint>, vertices: &mut Vec<GridPoint>) {
    vertices.clear();
    for point in points {
        if vertices.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = vertices.as_slice() {
            let (ux, uy) = (i64::from(b.0 - a.0), i64::from(b.1 - a.1));
            let (vx, vy) = (i64::from(point.0 - b.0), i64::from(point.1 - b.1));
            // Parallel, and in the same direction: a line that turns back keeps its end.
            if ux * vy == uy * vx && ux * vx + uy * vy > 0 {
                vertices.pop();
            }
        }
        vertices.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads path data back into absolute vertices, one list per subpath.
    fn read(path: &str) -> Vec<Vec<GridPoint>> {
        let mut numbers = String::new();
        for c in path.chars() {
            match c {
                '-' => numbers.push_str(" -"),
                c if c.is_ascii_alphabetic() => {
                    numbers.push(' ');
                    numbers.push(c);
                    numbers.push(' ');
                }
                c => numbers.push(c),
            }
        }
        let mut words = numbers.split_whitespace().peekable();
        let (mut at, mut letter, mut paths) = ((0, 0), "l", Vec::<Vec<GridPoint>>::new());
        while let Some(word) = words.peek() {
            if word.chars().all(|c| c.is_ascii_alphabetic()) {
                letter = words.next().unwrap();
                if letter == "z" {
                    at = paths.last().unwrap()[0];
                    continue;
                }
            }
            let mut number = || words.next().unwrap().parse::<i32>().unwrap();
            match letter {
                "m" => {
                    at = (at.0 + number(), at.1 + number());
                    paths.push(vec![at]);
                    letter = "l";
                    continue;
                }
                "h" => at.0 += number(),
                "v" => at.1 += number(),
                _ => at = (at.0 + number(), at.1 + number()),
            }
            paths.last_mut().unwrap().push(at);
        }
        paths
    }

    #[test]
    fn separators_are_dropped_where_a_reader_does_not_need_them() {
        let mut out = XmlText::new();
        let mut path = PathWriter::new(&mut out);
        path.line([(0, 10), (5, 8), (10, 8), (15, 12), (15, 20)].into_iter());
        path.dot((20, 20));
        assert_eq!(out.as_str(), "m0 10 5-2h5l5 4v8m5 0h0");
    }

    #[test]
    fn vertices_on_a_straight_line_are_dropped() {
        let mut out = XmlText::new();
        let points = [(0, 0), (1, 1), (2, 2), (2, 2), (4, 4), (3, 3)];
        PathWriter::new(&mut out).line(points.into_iter());
        assert_eq!(read(&out), [[(0, 0), (4, 4), (3, 3)]]);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same_lines(
            lines in prop::collection::vec(
                prop::collection::vec((-50..1000i32, -50..300i32), 0..12), 0..6)
        ) {
            let mut out = XmlText::new();
            let mut path = PathWriter::new(&mut out);
            let mut expected = Vec::new();
            for line in &lines {
                path.line(line.iter().copied());
                path.area(line.iter().copied());
                let mut straight = Vec::new();
                straighten(line.iter().copied(), &mut straight);
                if straight.len() > 1 { expected.push(straight.clone()); }
                if straight.len() > 2 { expected.push(straight); }
                if let Some(&point) = line.first() {
                    path.dot(point);
                    expected.push(vec![point, point]);
                }
            }
            prop_assert_eq!(read(&out), expected);
        }
    }
}
