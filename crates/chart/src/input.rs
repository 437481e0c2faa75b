//! What a trend chart is drawn from, and how large it is: the words of this crate's face.

use detect::Analysis;
use model::history::Commit;
use model::record::time::Timestamp;
use model::series::Series;

/// Most bytes of one inline chart, before compression: where many charts share a page and a site
/// is capped at 1 GB, bytes are what runs out.
pub(crate) const MAX_CHART_BYTES: usize = 12_288;
/// More runs than this are drawn as cells of a grid: beyond that, dots hide each other.
pub(crate) const DENSE_ABOVE: usize = 400;

/// What one trend chart shows.
#[derive(Clone, Copy)]
pub struct TrendInput<'a> {
    pub series: &'a Series,
    /// The analysis of the same series. A shorter one is no error: what it lacks is not drawn.
    pub analysis: &'a Analysis,
    /// What [`model::series::CommitIndex`] points into.
    pub commits: &'a [Commit],
    /// Dated remarks and tags, oldest first; the newest 5 of each within the chart's time are
    /// drawn.
    pub notes: &'a [ChartNote],
    /// Prefix of the ids in the markup; must be a valid id already.
    pub id: &'a str,
    /// Where dots and labels lead.
    pub links: &'a dyn MarkLinks,
    /// The part of the series that is drawn.
    pub span: ChartSpan,
}

/// What lies across a trend chart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ChartSpan {
    /// All runs, by time.
    #[default]
    Time,
    /// The runs of a window, one step each.
    Order(RunWindow),
}

/// Indices of runs, `from` included, `to` not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunWindow {
    pub from: usize,
    pub to: usize,
}

impl RunWindow {
    /// The runs around a change: 25 on either side show the level before and after.
    pub fn around(run: usize) -> Self {
        Self { from: run.saturating_sub(25), to: run.saturating_add(26) }
    }
}

/// A dated remark, or a tag with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartNote {
    pub time: Timestamp,
    /// Plain text; the writers escape and shorten it.
    pub text: String,
    pub kind: NoteKind,
}

/// What a note is: each kind has a mark of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    Remark,
    Tag,
}

impl NoteKind {
    /// The mark on the chart, and how far above the floor it stands: both may be on one day.
    pub(crate) fn symbol(self) -> (&'static str, i32) {
        match self {
            Self::Remark => ("◆", 2),
            Self::Tag => ("◇", 14),
        }
    }
}

/// Where marks lead, as `href` values not yet escaped.
pub trait MarkLinks {
    /// A run, by index in the runs.
    fn run(&self, run: usize) -> Option<String>;

    /// The list of the runs.
    fn runs(&self) -> Option<String>;

    /// A change, by index in [`Analysis::changes`].
    fn change(&self, change: usize) -> Option<String>;
}

/// No links: for a chart that is itself a link, or is not on a page.
pub struct NoLinks;

impl MarkLinks for NoLinks {
    fn run(&self, _run: usize) -> Option<String> {
        None
    }

    fn runs(&self) -> Option<String> {
        None
    }

    fn change(&self, _change: usize) -> Option<String> {
        None
    }
}
