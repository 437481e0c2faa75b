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

use crate::axis::{XAxis, YAxis};
use crate::path::GridPoint;

/// What a mark stands for: in drawing order, back to front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkRole {
    Grid,
    Band,
    /// Lowest to highest run of a column.
    ColumnExtent,
    /// Middle 80 % of a column.
    ColumnMiddle,
    Run,
    /// The rolling median, or one of several lines by slot (0: the chart's own).
    Level(u8),
    /// A measured point of a line with a slot.
    Point(u8),
    Threshold,
    Regression,
    /// A change for the worse that was accepted.
    Accepted,
    Improvement,
    /// Where a drift is told.
    Drift,
    RunnerChange,
    Gap,
    Outlier,
    /// A run on an infrastructure day, in range or clamped.
    Infrastructure,
    Clamped,
}

/// Roles without a slot, by the number that stands for them in a colour.
pub const UNSLOTTED_ROLES: [MarkRole; 16] = [
    MarkRole::Grid,
    MarkRole::Band,
    MarkRole::ColumnExtent,
    MarkRole::ColumnMiddle,
    MarkRole::Run,
    MarkRole::Level(0),
    MarkRole::Threshold,
    MarkRole::Regression,
    MarkRole::Accepted,
    MarkRole::Improvement,
    MarkRole::Drift,
    MarkRole::RunnerChange,
    MarkRole::Gap,
    MarkRole::Outlier,
    MarkRole::Infrastructure,
    MarkRole::Clamped,
];
/// First colour numbers of the lines and of the points with a slot.
const FIRST_LINE_COLOR: u8 = 32;
const FIRST_POINT_COLOR: u8 = 64;

impl MarkRole {
    fn color(self) -> RGBColor {
        let number = match self {
            Self::Level(slot) if slot > 0 => FIRST_LINE_COLOR + slot,
            Self::Point(slot) => FIRST_POINT_COLOR + slot,
            role => {
                UNSLOTTED_ROLES.iter().position(|known| *known == role).map_or(0, |at| at as u8)
            }
        };
        RGBColor(0, 0, number)
    }

    fn of_color(color: BackendColor) -> Self {
        let number = color.rgb.2;
        match number {
            FIRST_POINT_COLOR.. => Self::Point(number - FIRST_POINT_COLOR),
            FIRST_LINE_COLOR.. => Self::Level(number - FIRST_LINE_COLOR),
            _ => UNSLOTTED_ROLES.get(usize::from(number)).copied().unwrap_or(Self::Grid),
        }
    }
}

/// One shape of the drawing, in grid numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub role: MarkRole,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Dot(GridPoint),
    Line(Vec<GridPoint>),
    Area(Vec<GridPoint>),
}

/// The backend: a list of what was drawn, in the order it was drawn.
#[derive(Debug)]
struct Recorder {
    size: (u32, u32),
    marks: Vec<Mark>,
}

type DrawResult = Result<(), DrawingErrorKind<Infallible>>;

impl Recorder {
    fn record(&mut self, color: BackendColor, shape: Shape) -> DrawResult {
        self.marks.push(Mark { role: MarkRole::of_color(color), shape });
        Ok(())
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> DrawResult {
        Ok(())
    }

    fn present(&mut self) -> DrawResult {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> DrawResult {
        self.record(color, Shape::Dot(point))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> DrawResult {
        self.record(style.color(), Shape::Line(vec![from, to]))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> DrawResult {
        self.record(style.color(), Shape::Line(path.into_iter().collect()))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        _radius: u32,
        style: &S,
        _fill: bool,
    ) -> DrawResult {
        self.record(style.color(), Shape::Dot(center))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        outline: I,
        style: &S,
    ) -> DrawResult {
        self.record(style.color(), Shape::Area(outline.into_iter().collect()))
    }
}

/// A place in data: microseconds, commit or size across; base units or a share up.
pub type Datum = (i64, f64);

/// A plotters drawing area with our two axes.
pub struct Canvas {
    recorder: Rc<RefCell<Recorder>>,
    area: DrawingArea<Recorder, Cartesian2d<XAxis, YAxis>>,
}

impl Canvas {
    /// An area of `size` grid units. Data fills `left..right` across and, up, `floor` to 0.
    pub fn new(
        across: XAxis,
        up: YAxis,
        (left, right): (i32, i32),
        floor: i32,
        size: GridPoint,
    ) -> Self {
        let size = (size.0.unsigned_abs(), size.1.unsigned_abs());
        let recorder = Rc::new(RefCell::new(Recorder { size, marks: Vec::new() }));
        let plane = Cartesian2d::new(across, up, (left..right, floor..0));
        let area = DrawingArea::from(&recorder).apply_coord_spec(plane);
        Self { recorder, area }
    }

    /// Where a datum lies on the grid.
    pub fn place(&self, datum: Datum) -> GridPoint {
        self.area.map_coordinate(&datum)
    }

    pub fn line(&self, role: MarkRole, points: impl IntoIterator<Item = Datum>) {
        let points: Vec<GridPoint> = points.into_iter().map(|datum| self.place(datum)).collect();
        if !points.is_empty() {
            self.grid_line(role, &points);
        }
    }

    pub fn area(&self, role: MarkRole, outline: Vec<Datum>) {
        assert_drawn(self.area.draw(&Polygon::new(outline, role.color())));
    }

    /// The gridlines of the values, over the whole width.
    pub fn gridlines(&self, ticks: &[f64]) {
        let width = i32::try_from(self.recorder.borrow().size.0).unwrap_or(i32::MAX);
        for value in ticks {
            let (_, y) = self.place((0, *value));
            self.grid_line(MarkRole::Grid, &[(0, y), (width, y)]);
        }
    }

    /// A line in grid numbers, for what has no place in the data.
    pub fn grid_line(&self, role: MarkRole, points: &[GridPoint]) {
        let bare = self.area.strip_coord_spec();
        assert_drawn(bare.draw(&PathElement::new(points, role.color())));
    }

    /// A dot in grid numbers.
    pub fn grid_dot(&self, role: MarkRole, point: GridPoint) {
        assert_drawn(self.area.strip_coord_spec().draw(&Circle::new(point, 1, role.color())));
    }

    /// What was drawn, back to front.
    pub fn finish(self) -> Vec<Mark> {
        let mut marks = std::mem::take(&mut self.recorder.borrow_mut().marks);
        marks.sort_by_key(|mark| mark.role);
        marks
    }
}

/// The recorder cannot fail, and nothing borrows it while plotters draws.
fn assert_drawn<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok());
}
