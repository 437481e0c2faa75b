//! The drawing backend behind plotters: takes its calls and keeps them as [`Mark`]s in grid
//! numbers, each with the role that the caller passed as a colour.
//!
//! A [`Canvas`] is a plotters drawing area with our axes on it, and the only place that handles its
//! errors (there are none). No pixel is drawn here, no text, no byte of SVG.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon};
use plotters::style::RGBColor;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind,
};

use crate::axis::{Across, Up};
use crate::path::Point;

/// What a mark stands for: in drawing order, back to front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Grid,
    Band,
    /// Lowest to highest run of a column.
    Hair,
    /// Middle 80 % of a column.
    Middle,
    Run,
    /// The rolling median, or one of several lines by slot (0: the chart's own).
    Level(u8),
    /// A measured point of a line with a slot.
    Point(u8),
    Limit,
    Worse,
    /// A change for the worse that was accepted.
    Accepted,
    Better,
    /// Where a drift is told.
    Neutral,
    Runner,
    Gap,
    Outlier,
    /// A run on an infrastructure day, in range or clamped.
    Infrastructure,
    Clamped,
}

/// Roles without a slot, by the number that stands for them in a colour.
const ROLES: [Role; 16] = [
    Role::Grid,
    Role::Band,
    Role::Hair,
    Role::Middle,
    Role::Run,
    Role::Level(0),
    Role::Limit,
    Role::Worse,
    Role::Accepted,
    Role::Better,
    Role::Neutral,
    Role::Runner,
    Role::Gap,
    Role::Outlier,
    Role::Infrastructure,
    Role::Clamped,
];
/// First colour numbers of the lines and of the points with a slot.
const LINES: u8 = 32;
const POINTS: u8 = 64;

impl Role {
    fn color(self) -> RGBColor {
        let number = match self {
            Self::Level(slot) if slot > 0 => LINES + slot,
            Self::Point(slot) => POINTS + slot,
            role => ROLES.iter().position(|known| *known == role).map_or(0, |at| at as u8),
        };
        RGBColor(0, 0, number)
    }

    fn of_color(color: BackendColor) -> Self {
        let number = color.rgb.2;
        match number {
            POINTS.. => Self::Point(number - POINTS),
            LINES.. => Self::Level(number - LINES),
            _ => ROLES.get(usize::from(number)).copied().unwrap_or(Self::Grid),
        }
    }
}

/// One shape of the drawing, in grid numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub role: Role,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Dot(Point),
    Line(Vec<Point>),
    Area(Vec<Point>),
}

/// The backend: a list of what was drawn, in the order it was drawn.
#[derive(Debug)]
struct Recorder {
    size: (u32, u32),
    marks: Vec<Mark>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Recorder {
    fn keep(&mut self, color: BackendColor, shape: Shape) -> Drawn {
        self.marks.push(Mark { role: Role::of_color(color), shape });
        Ok(())
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.keep(color, Shape::Dot(point))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.keep(style.color(), Shape::Line(vec![from, to]))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.keep(style.color(), Shape::Line(path.into_iter().collect()))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        _radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        self.keep(style.color(), Shape::Dot(center))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        outline: I,
        style: &S,
    ) -> Drawn {
        self.keep(style.color(), Shape::Area(outline.into_iter().collect()))
    }
}

/// A place in data: microseconds, commit or size across; base units or a share up.
pub type Datum = (i64, f64);

/// A plotters drawing area with our two axes.
pub struct Canvas {
    recorder: Rc<RefCell<Recorder>>,
    area: DrawingArea<Recorder, Cartesian2d<Across, Up>>,
}

impl Canvas {
    /// An area of `size` grid units. Data fills `left..right` across and, up, `floor` to 0.
    pub fn new(across: Across, up: Up, (left, right): (i32, i32), floor: i32, size: Point) -> Self {
        let size = (size.0.unsigned_abs(), size.1.unsigned_abs());
        let recorder = Rc::new(RefCell::new(Recorder { size, marks: Vec::new() }));
        let plane = Cartesian2d::new(across, up, (left..right, floor..0));
        let area = DrawingArea::from(&recorder).apply_coord_spec(plane);
        Self { recorder, area }
    }

    /// Where a datum lies on the grid.
    pub fn place(&self, datum: Datum) -> Point {
        self.area.map_coordinate(&datum)
    }

    pub fn line(&self, role: Role, points: impl IntoIterator<Item = Datum>) {
        let points: Vec<Point> = points.into_iter().map(|datum| self.place(datum)).collect();
        if !points.is_empty() {
            self.grid_line(role, &points);
        }
    }

    pub fn area(&self, role: Role, outline: Vec<Datum>) {
        done(self.area.draw(&Polygon::new(outline, role.color())));
    }

    /// The gridlines of the values, over the whole width.
    pub fn gridlines(&self, ticks: &[f64]) {
        let width = i32::try_from(self.recorder.borrow().size.0).unwrap_or(i32::MAX);
        for value in ticks {
            let (_, y) = self.place((0, *value));
            self.grid_line(Role::Grid, &[(0, y), (width, y)]);
        }
    }

    /// A line in grid numbers, for what has no place in the data.
    pub fn grid_line(&self, role: Role, points: &[Point]) {
        let bare = self.area.strip_coord_spec();
        done(bare.draw(&PathElement::new(points, role.color())));
    }

    /// A dot in grid numbers.
    pub fn grid_dot(&self, role: Role, point: Point) {
        done(self.area.strip_coord_spec().draw(&Circle::new(point, 1, role.color())));
    }

    /// What was drawn, back to front.
    pub fn finish(self) -> Vec<Mark> {
        let mut marks = std::mem::take(&mut self.recorder.borrow_mut().marks);
        marks.sort_by_key(|mark| mark.role);
        marks
    }
}

/// The recorder cannot fail, and nothing borrows it while plotters draws.
fn done<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok());
}
