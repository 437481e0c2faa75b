//! Rows, groups and panels that several pages share.

use std::collections::BTreeMap;

use crate::site::index::{self, EventRef, Index};
use crate::site::routes::{self, Root};
use crate::site::view::{
    ChangeCell, EventRow, Figure, Link, Panel, PanelGroup, Phrase, RowData, SeriesGroup, SeriesRow,
};
use crate::site::words;
use chart::multiple::{self, SharedAxes};
use chart::{self, NoteKind, Span, TrendInput};
use detect::Verdict;
use model::text;

/// More series than this on a page are grouped by test, and folded where nothing happened.
pub(crate) const OPEN_ROWS: usize = 60;
/// Most rows of one table: what is more stands in the JSON.
pub(crate) const MOST_ROWS: usize = 500;
/// Panels of one group, and of one page: bounds the page's weight.
pub(crate) const GROUP_PANELS: usize = 6;
pub(crate) const PAGE_PANELS: usize = 18;

/// A series as a table shows it.
pub(crate) fn row(site: &Index<'_>, root: Root, series: usize) -> SeriesRow {
    let (one, analysis) = site.series(series);
    let key = &one.key;
    let scale = words::scale(one, analysis);
    let latest = analysis.latest.and_then(|run| one.runs[run].value);
    let cell = words::verdict_cell(one, analysis);
    let values = match (analysis.verdict, analysis.events.last()) {
        (Verdict::Regressed | Verdict::Improved | Verdict::Approved, Some(change)) => {
            words::levels(one, change)
        }
        _ => latest.map_or_else(|| "–".to_owned(), |value| scale.quantity(value)),
    };
    SeriesRow {
        href: root.to(&site.series_path(series)),
        anchor: anchor(site, series),
        test: key.test.clone(),
        key: words::key(key),
        cell,
        values,
        limit: text::percent(analysis.threshold),
        spark: chart::spark(one, analysis),
        data: RowData {
            backend: routes::slug(&key.backend),
            mode: routes::slug(&key.mode),
            test: routes::slug(&key.test),
            n: key.n.map_or_else(String::new, |n| n.to_string()),
            parallel: if key.parallel { "true" } else { "false" },
            verdict: words::verdict_name(analysis.verdict),
        },
    }
}

/// The id of a series' row on any page: unique there, and the same everywhere.
pub(crate) fn anchor(site: &Index<'_>, series: usize) -> String {
    let letter = |c: char| if matches!(c, '/' | '~' | '.') { '-' } else { c };
    let mut anchor = String::with_capacity(site.stems[series].len() + 2);
    anchor.push_str("s-");
    anchor.extend(site.stems[series].chars().map(letter));
    anchor
}

/// Series sorted worst first.
pub(crate) fn by_urgency(site: &Index<'_>, members: &[usize]) -> Vec<usize> {
    let mut sorted = members.to_vec();
    sorted.sort_by(|a, b| {
        let of = |series: usize| {
            let (one, analysis) = site.series(series);
            index::urgency(one, analysis)
        };
        let ((rank_a, size_a), (rank_b, size_b)) = (of(*a), of(*b));
        rank_a.cmp(&rank_b).then(size_a.total_cmp(&size_b)).then(a.cmp(b))
    });
    sorted
}

/// Tables of series: one where they are few, one a test (folded if quiet) where they are many.
pub(crate) fn groups(site: &Index<'_>, root: Root, members: &[usize]) -> Vec<SeriesGroup> {
    let shown = &members[..members.len().min(MOST_ROWS)];
    if members.len() <= OPEN_ROWS {
        let sorted = by_urgency(site, shown);
        let rows = sorted.into_iter().map(|one| row(site, root, one)).collect();
        return vec![SeriesGroup {
            title: String::new(),
            note: String::new(),
            folded: false,
            rows,
        }];
    }
    let mut by_test: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &series in shown {
        by_test.entry(&site.series(series).0.key.test).or_default().push(series);
    }
    by_test
        .into_iter()
        .map(|(test, series)| {
            let off = series.iter().filter(|one| is_off(site, **one)).count();
            let note = text::counted(series.len() as u64, "series");
            let note = if off > 0 { format!("{note}, {off} off their limit") } else { note };
            SeriesGroup {
                title: test.to_owned(),
                note,
                folded: off == 0,
                rows: by_urgency(site, &series)
                    .into_iter()
                    .map(|one| row(site, root, one))
                    .collect(),
            }
        })
        .collect()
}

/// Whether a series needs attention.
pub(crate) fn is_off(site: &Index<'_>, series: usize) -> bool {
    let (_, analysis) = site.series(series);
    let drifting = analysis.events.last().is_some_and(|last| last.worse && index::is_open(last));
    let verdict = matches!(analysis.verdict, Verdict::Regressed | Verdict::Suspected { .. });
    let off = verdict || drifting && analysis.verdict != Verdict::Steady;
    off && !analysis.retired && !analysis.report_only
}

/// A change as a list of changes shows it.
pub(crate) fn event_row(site: &Index<'_>, root: Root, event: &EventRef) -> EventRow {
    let (series, _, change) = site.change(event);
    EventRow {
        href: root.to(&routes::event(&event.id)),
        date: words::day(event.time),
        what: words::event(series, change),
        values: words::levels(series, change),
        status: words::status(&change.status).to_owned(),
        series: series.key.test.clone(),
        series_href: root.to(&site.series_path(event.series)),
        key: words::key(&series.key),
    }
}

/// The notes that concern a series, and the tags, for its chart.
pub(crate) fn chart_notes(site: &Index<'_>, series: usize) -> Vec<chart::Note> {
    let remarks = notes_of(site, series);
    let remarks = remarks.map(|(time, note)| (time, note.title.clone(), NoteKind::Remark));
    let tags = site.lineage.tags.iter().map(|(time, names)| (*time, names.clone(), NoteKind::Tag));
    let all = remarks.chain(tags);
    let mut notes: Vec<chart::Note> =
        all.map(|(time, text, kind)| chart::Note { time, text, kind }).collect();
    notes.sort_by(|a, b| (a.time, &a.text).cmp(&(b.time, &b.text)));
    notes
}

/// The notes that concern a series, with their time.
pub(crate) fn notes_of<'a>(
    site: &'a Index<'_>,
    series: usize,
) -> impl Iterator<Item = (model::record::time::Timestamp, &'a model::note::Note)> {
    let (one, _) = site.series(series);
    let subject = one.key.subject(&one.tags);
    let recent = site.recents[series];
    site.notes.iter().copied().filter(move |(_, note)| note.matches.holds(subject, recent))
}

pub(crate) fn trend_input<'a>(
    site: &'a Index<'_>,
    series: usize,
    notes: &'a [chart::Note],
    links: &'a dyn chart::Links,
    id: &'a str,
) -> TrendInput<'a> {
    let (one, analysis) = site.series(series);
    TrendInput {
        series: one,
        analysis,
        commits: &site.input.history.commits,
        notes,
        slot: site.slot(&one.key.backend),
        id,
        links,
        span: Span::Time,
    }
}

pub(crate) fn figure(id: &str, drawn: chart::Trend) -> Figure {
    Figure {
        id: id.to_owned(),
        title: None,
        caption: drawn.caption,
        svg: drawn.svg,
        description: drawn.description,
    }
}

/// What a series' newest level says in a few words: under a panel.
pub(crate) fn short(site: &Index<'_>, series: usize) -> Phrase {
    let (one, analysis) = site.series(series);
    match (analysis.verdict, analysis.events.last()) {
        (Verdict::Regressed | Verdict::Improved | Verdict::Approved, Some(change)) => {
            let since = one.runs[change.first].time;
            let size = words::sized(one, change.before, change.after, change.worse);
            let tone = words::tone(change.worse);
            Phrase::new(tone)
                .marked(tone, format!("{} {size}", words::mark(change.change)))
                .text(format!(" since {}", text::day_month(since)))
        }
        _ => {
            let ChangeCell { words, .. } = words::verdict_cell(one, analysis);
            Phrase::new("note").text(words)
        }
    }
}

/// Panels of up to [`GROUP_PANELS`] series that share their time axis.
pub(crate) fn panel_group(
    site: &Index<'_>,
    root: Root,
    heading: (String, String, String),
    members: &[usize],
    first_id: usize,
) -> PanelGroup {
    let (title, href, note) = heading;
    let members = &members[..members.len().min(GROUP_PANELS)];
    let shared = SharedAxes::of(members.iter().map(|series| site.series(*series).0));
    let panels = members
        .iter()
        .enumerate()
        .filter_map(|(at, &series)| {
            Some(panel(site, root, series, shared?, &format!("m{}", first_id + at)))
        })
        .collect();
    PanelGroup { title, href, note, panels }
}

fn panel(site: &Index<'_>, root: Root, series: usize, shared: SharedAxes, id: &str) -> Panel {
    let (one, analysis) = site.series(series);
    let links = chart::Unlinked;
    let svg = multiple::panel(&trend_input(site, series, &[], &links, id), shared);
    let latest = analysis.latest.and_then(|run| one.runs[run].value);
    let scale = words::scale(one, analysis);
    Panel {
        id: id.to_owned(),
        href: root.to(&site.series_path(series)),
        name: one.key.backend.clone(),
        context: format!("{} {}", one.key.test, words::variant(&one.key)),
        value: latest.map_or_else(String::new, |value| scale.quantity(value)),
        svg,
        words: short(site, series),
    }
}

/// Links to more of a list that was cut.
pub(crate) fn more(root: Root, path: &str, text: String) -> Link {
    Link { href: root.to(path), text, note: String::new() }
}
