//! The drawing backend behind plotters. It keeps what is drawn as [`Shape`]s on the grid; a writer
//! turns them into SVG.
//!
//! Each role has a backend of its own, which knows from its construction what it draws: a level
//! goes to the backend of [`MarkRole::LevelPiece`], a dot of a run to that of [`MarkRole::Run`].
//! plotters maps and draws; what a mark means never passes through it. A role becomes one SVG path
//! with one class, so that the stylesheet decides on every color.
//!
//! A [`Canvas`] holds these backends, each behind a plotters drawing area with the same axes. It is
//! the only place that handles the errors of plotters (there are none). No pixel is drawn here, no
//! text, no byte of SVG.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon};
use plotters::style::{BLACK, RGBColor};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind,
};

use crate::axis::{XAxis, YAxis};
use crate::grid::{BELOW_FLOOR, GridPoint, INSET, WIDTH};

/// What a color says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    Neutral,
    /// Worse and confirmed.
    Worse,
    Better,
}

/// What a mark stands for: in drawing order, back to front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MarkRole {
    /// Time without runs.
    GapBand,
    Grid,
    /// Between the baseline and the levels of an open change.
    Cost,
    Run,
    /// A count.
    Bar,
    /// A cell of a chart with many runs: 1 run, 2 or 3, more.
    Density(u8),
    /// From the lowest to the highest of the runs in a column of a small chart.
    Span,
    /// A run of a pull request.
    Pull,
    /// One of several lines, by slot.
    Level(u8),
    /// A measured point of a line with a slot.
    Point(u8),
    Baseline,
    Threshold,
    /// The first run of a lasting change.
    Change(Tone),
    RunnerChange,
    Outlier,
    /// A run on the day of an infrastructure anomaly.
    Infrastructure,
    /// A run outside the range of values: a tick at the edge.
    Clipped,
    /// The level of a stretch of runs, the last one of a window that newer runs follow, and the
    /// newest one with its end.
    LevelPiece,
    LevelThen(Tone),
    LevelNow(Tone),
    LevelEnd(Tone),
}

/// All marks of one role, in the order in which they were drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarkLayer {
    pub(crate) role: MarkRole,
    pub(crate) shapes: Vec<Shape>,
}

/// One shape of the drawing, in grid numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Dot(GridPoint),
    Line(Vec<GridPoint>),
    Area(Vec<GridPoint>),
}

/// plotters asks for a color with every call. The stylesheet colors a chart, by role.
const UNUSED_COLOR: RGBColor = BLACK;

/// The backend of one role: a list of what plotters drew on it.
#[derive(Debug)]
struct ShapeRecorder {
    size: (u32, u32),
    shapes: Vec<Shape>,
}

type DrawResult = Result<(), DrawingErrorKind<Infallible>>;

impl ShapeRecorder {
    fn record(&mut self, shape: Shape) -> DrawResult {
        self.shapes.push(shape);
        Ok(())
    }
}

impl DrawingBackend for ShapeRecorder {
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

    fn draw_pixel(&mut self, point: BackendCoord, _color: BackendColor) -> DrawResult {
        self.record(Shape::Dot(point))
    }

    // The defaults of the next four calls rasterize: a line would become a list of pixels.
    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        _style: &S,
    ) -> DrawResult {
        self.record(Shape::Line(vec![from, to]))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _style: &S,
    ) -> DrawResult {
        self.record(Shape::Line(path.into_iter().collect()))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        _radius: u32,
        _style: &S,
        _fill: bool,
    ) -> DrawResult {
        self.record(Shape::Dot(center))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        outline: I,
        _style: &S,
    ) -> DrawResult {
        self.record(Shape::Area(outline.into_iter().collect()))
    }
}

/// A place in data: microseconds, commit or size across; base units or a share up.
pub(crate) type Datum = (i64, f64);

/// The plane that both axes span.
type Plane = Cartesian2d<XAxis, YAxis>;

/// The backend of a role, and the drawing area in front of it.
struct RoleArea {
    recorder: Rc<RefCell<ShapeRecorder>>,
    area: DrawingArea<ShapeRecorder, Plane>,
}

/// The plot of a chart: our two axes, and a drawing area for each role that has a mark.
///
/// Drawing takes `&self`, as it does in plotters: an area is a shared handle to its backend.
pub(crate) struct Canvas {
    plane: Plane,
    height: i32,
    areas: RefCell<BTreeMap<MarkRole, RoleArea>>,
}

impl Canvas {
    /// A plot of [`WIDTH`] × `height` grid units with some room below its floor. The data spans the
    /// width from [`INSET`] to `right`, and the whole height.
    pub(crate) fn new(x_axis: XAxis, y_axis: YAxis, right: i32, height: i32) -> Self {
        let plane = Cartesian2d::new(x_axis, y_axis, (INSET..right, height..0));
        Self { plane, height, areas: RefCell::default() }
    }

    /// The grid point of a datum.
    pub(crate) fn place(&self, datum: Datum) -> GridPoint {
        self.plane.translate(&datum)
    }

    /// The gridlines of the values, over the whole width.
    pub(crate) fn gridlines(&self, ticks: &[f64]) {
        for value in ticks {
            let (_, y) = self.place((0, *value));
            self.grid_line(MarkRole::Grid, &[(0, y), (WIDTH, y)]);
        }
    }

    /// A line in grid numbers, for what has no place in the data.
    pub(crate) fn grid_line(&self, role: MarkRole, points: &[GridPoint]) {
        let path = PathElement::new(points, UNUSED_COLOR);
        self.on_area(role, |area| assert_drawn(area.strip_coord_spec().draw(&path)));
    }

    /// A filled outline in grid numbers.
    pub(crate) fn grid_area(&self, role: MarkRole, outline: &[GridPoint]) {
        let polygon = Polygon::new(outline, UNUSED_COLOR);
        self.on_area(role, |area| assert_drawn(area.strip_coord_spec().draw(&polygon)));
    }

    /// A dot in grid numbers. Its size is the stylesheet's business.
    pub(crate) fn grid_dot(&self, role: MarkRole, point: GridPoint) {
        let dot = Circle::new(point, 1, UNUSED_COLOR);
        self.on_area(role, |area| assert_drawn(area.strip_coord_spec().draw(&dot)));
    }

    /// Draws on the area of a role, which the first mark of the role makes.
    fn on_area(&self, role: MarkRole, draw: impl FnOnce(&DrawingArea<ShapeRecorder, Plane>)) {
        let mut areas = self.areas.borrow_mut();
        let role_area = areas.entry(role).or_insert_with(|| {
            let size = (WIDTH.unsigned_abs(), (self.height + BELOW_FLOOR).unsigned_abs());
            let recorder = Rc::new(RefCell::new(ShapeRecorder { size, shapes: Vec::new() }));
            let area = DrawingArea::from(&recorder).apply_coord_spec(self.plane.clone());
            RoleArea { recorder, area }
        });
        draw(&role_area.area);
    }

    /// What was drawn, back to front.
    pub(crate) fn finish(self) -> Vec<MarkLayer> {
        let areas = self.areas.into_inner().into_iter();
        areas
            .map(|(role, area)| {
                let shapes = std::mem::take(&mut area.recorder.borrow_mut().shapes);
                MarkLayer { role, shapes }
            })
            .collect()
    }
}

/// A recorder cannot fail, and nothing borrows it while plotters draws.
fn assert_drawn<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok());
}
