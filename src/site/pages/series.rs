//! One series: when did it change?

use askama::Template;

use crate::report::phrase::{Moment, Phrase};
use crate::report::urls::{self, LinkRoot};
use crate::report::wording;
use crate::site::answers::Answer;
use crate::site::chaos::{self, ChaosLine};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::links::ChartLinks;
use crate::site::markdown::Markup;
use crate::site::notes::DatedNote;
use crate::site::percentiles::{self, Percentiles};
use crate::site::view::{Fact, Figure, PageFrame, PageLink, Panel};
use crate::site::{markdown, pages, series_answers, table, targets, verdict};
use chart::{TrendDrawing, TrendInput};
use detect::{Analysis, ChangeKind};
use model::record::shorten;
use model::series::Series;
use model::text::{self, UnitScale};

/// Rows of the table of runs; the chart and the CSV have the older ones. A row takes as many bytes
/// as twenty dots of the chart: 60 rows were a third of a page, and few readers unfold them.
const MAX_RUNS: usize = 12;
/// So few runs have a row each.
const FEW_RUNS: usize = 20;
/// The table of runs.
const RUNS_ANCHOR: &str = "#runs";
/// Prefix of the ids of the series' own chart.
const CHART_ID: &str = "c1";
/// Lines of one chart.
const MAX_LINES: usize = 6;
/// Runs that a reader may want to see a part of.
const LEAST_RANGE_RUNS: usize = 20;
/// Characters of an error that a page shows.
const MAX_ERROR_CHARS: usize = 200;
/// Characters of a commit's subject in the table of changes.
const MAX_SUBJECT_CHARS: usize = 120;

#[derive(Template)]
#[template(path = "series.html")]
struct SeriesPage {
    frame: PageFrame,
    test: PageLink,
    backend: PageLink,
    key: String,
    verdict: Phrase,
    answers: Vec<Answer>,
    chart: Figure,
    strip: Option<Markup>,
    /// The data of the range controls.
    range: Option<String>,
    sensitivity: Option<Phrase>,
    compare: Option<PageLink>,
    downloads: Vec<PageLink>,
    /// What the range and the table need.
    script: String,
    changes: Vec<ChangeRow>,
    statistics: Vec<StatisticView>,
    facts: Vec<Fact>,
    chaos: Vec<ChaosLine>,
    notes: Vec<NoteView>,
    percentiles: Option<Percentiles>,
    metrics: Vec<Panel>,
    others: Vec<Panel>,
    others_link: PageLink,
    pulls: Vec<Phrase>,
    environment: Vec<(String, String)>,
    last_error: Option<String>,
    runs_summary: String,
    runs: Vec<RunRow>,
}

/// A note as pages show it.
pub(crate) struct NoteView {
    pub(crate) id: String,
    pub(crate) date: Moment,
    pub(crate) title: String,
    pub(crate) html: Markup,
}

/// One change of the series.
struct ChangeRow {
    href: String,
    date: Moment,
    what: Phrase,
    levels: String,
    confidence: String,
    commit: Phrase,
    state: &'static str,
}

/// A small chart of a statistic.
struct StatisticView {
    title: &'static str,
    note: String,
    svg: Markup,
}

struct RunRow {
    href: Option<String>,
    commit: String,
    date: String,
    value: String,
    spread: String,
    note: String,
}

pub(crate) fn render(site: &SiteContext<'_>, index: usize) -> Result<Vec<u8>, RenderError> {
    let (series, analysis) = site.series(index);
    let path = urls::series(&site.stems[index]);
    let root = link_root(site, &path);
    let key = wording::series_label(&series.key);
    let verdict = verdict::sentence(site, root, index);
    let verdict = verdict.append(percentiles::regressed(site, root, index));
    let page = PageHead {
        path: &path,
        title: format!("{} · {key}", series.key.test),
        verdict: &verdict,
        section: NavSection::None,
    };
    let link = |path: String, text: &str| PageLink {
        href: root.to(&path),
        text: text.to_owned(),
        note: String::new(),
    };
    let scale = wording::scale(series, analysis);
    let changes = (0..analysis.changes.len()).rev();
    let drawn = chart(site, root, index);
    let template = SeriesPage {
        frame: frame(site, &page),
        test: link(urls::test(&series.key.test), &series.key.test),
        backend: link(urls::backend(&series.key.backend), &series.key.backend),
        key,
        answers: series_answers::of_series(site, root, index, drawn.level),
        chart: drawn.figure,
        strip: drawn.strip,
        range: range_controls(site, root, index),
        sensitivity: wording::sensitivity(
            analysis,
            site.input.policy.detection.confirmations,
            root.to("about/#rule-noise"),
        ),
        compare: compare_link(site, root, index),
        downloads: downloads(site, root, index),
        script: root.to(&site.frame_defaults.range),
        changes: changes.map(|change| change_row(site, root, index, change)).collect(),
        statistics: statistics(series, analysis),
        facts: facts(site, root, index),
        chaos: chaos::sentences(site, index),
        notes: notes(site, index),
        percentiles: percentiles::of_metric(site, root, index),
        metrics: percentiles::other_metrics(site, root, index),
        others: others(site, root, index),
        others_link: link(urls::test(&series.key.test), "All of this benchmark"),
        pulls: pulls(site, root, series, &scale),
        environment: environment(site, series),
        last_error: last_error(series, analysis),
        runs_summary: runs_summary(series),
        runs: runs(site, root, index, &scale),
        verdict,
    };
    pages::html(&template)
}

/// None for so few runs that all of them are in view.
fn range_controls(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Option<String> {
    let has_range = site.series(index).0.runs.len() >= LEAST_RANGE_RUNS;
    has_range.then(|| root.to(&urls::series_json(&site.stems[index])))
}

/// The chart of the page, the strip below it, and the newest level in it.
struct DrawnChart {
    figure: Figure,
    strip: Option<Markup>,
    level: Option<f64>,
}

fn chart(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> DrawnChart {
    with_chart(site, root, index, |drawing, input| DrawnChart {
        figure: table::figure(CHART_ID, drawing.on_page(input)),
        strip: drawing.strip(input).map(Markup::from),
        level: drawing.level(),
    })
}

/// The chart of a series as a file of its own.
pub(crate) fn drawing(site: &SiteContext<'_>, index: usize) -> Vec<u8> {
    let root = link_root(site, &urls::series(&site.stems[index]));
    with_chart(site, root, index, |drawing, input| drawing.svg_file(input))
        .into_string()
        .into_bytes()
}

/// Does something with the chart of a series, which its page and its file share.
fn with_chart<T>(
    site: &SiteContext<'_>,
    root: LinkRoot,
    index: usize,
    write: impl FnOnce(&TrendDrawing, &TrendInput<'_>) -> T,
) -> T {
    let links = ChartLinks { site, root, series: index, runs: Some(RUNS_ANCHOR) };
    let notes = table::chart_notes(site, index);
    let input = table::trend_input(site, index, &notes, &links, CHART_ID);
    write(&site.charts.trend(index, || TrendDrawing::of(&input)), &input)
}

fn statistics(series: &Series, analysis: &Analysis) -> Vec<StatisticView> {
    let charts = chart::statistics(series, analysis).into_iter();
    charts
        .map(|it| StatisticView { title: it.title, note: it.note, svg: it.drawing.into() })
        .collect()
}

fn facts(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Vec<Fact> {
    let (series, analysis) = site.series(index);
    let scale = wording::scale(series, analysis);
    let mut facts = Vec::new();
    if let Some(run) = analysis.latest_run.map(|run| &series.runs[run]) {
        let value = scale.quantity(run.value.get().unwrap_or(f64::NAN));
        let spread = run.std.get().map_or_else(String::new, |std| text::spread(std, &scale));
        facts.push(Fact::new("Latest value", value).note(spread));
    }
    if analysis.report_only {
        facts.push(
            Fact::new("Report only", "never fails a check").href(root.to("about/#thresholds")),
        );
    }
    if let Some(noise) = analysis.noise {
        facts.push(Fact::new("Noise", text::percent(noise)));
    }
    if let (Some(first), Some(last)) = (series.runs.first(), series.runs.last()) {
        let days = text::duration(last.time.micros() - first.time.micros());
        let count = text::count(series.runs.len() as u64);
        let span = if series.runs.len() > 1 { format!("in {days}") } else { String::new() };
        facts.push(Fact::new("Runs", count).note(span));
        facts.push(Fact::at("Latest run", wording::day(last.time)));
    }
    if let Some(trend) = &analysis.trend {
        let (value, note) = wording::trend(trend);
        facts.push(Fact::new("Trend", value).note(note).href(root.to("about/#rule-trend")));
    }
    if !series.tags.is_empty() {
        facts.push(Fact::new("Tags", series.tags.join(", ")));
    }
    facts.extend(targets::budget_fact(site, root, index));
    facts.extend(
        site.owner_with_page(index)
            .map(|owner| Fact::new("Owner", owner).href(root.to(&urls::person(owner)))),
    );
    facts
}

/// The comparison around the change that the verdict is about, else the newest one: it is what
/// brings readers here.
fn compare_link(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Option<PageLink> {
    let (series, analysis) = site.series(index);
    let change = analysis.verdict_change().or_else(|| analysis.changes.last())?;
    let of = |run: usize| &site.commit(series.runs[run].commit).id;
    let pair = urls::pair(of(change.last_before), of(change.first_after));
    if !site.pairs.has(&pair) {
        return None;
    }
    let day = |run: usize| text::day_month(series.runs[run].time);
    let after = day(change.first_after);
    let text = match change.kind {
        ChangeKind::Step => format!("Compare {after} with the previous run"),
        ChangeKind::Drift => format!("Compare {} with {after}", day(change.last_before)),
    };
    Some(PageLink { href: root.to(&urls::diff(&pair)), text, note: String::new() })
}

fn downloads(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Vec<PageLink> {
    let stem = &site.stems[index];
    let files = [(urls::series_svg(stem), "SVG"), (urls::series_json(stem), "JSON")];
    let link = |(path, text): (String, &str)| PageLink {
        href: root.to(&path),
        text: text.to_owned(),
        note: String::new(),
    };
    files.map(link).into()
}

fn change_row(site: &SiteContext<'_>, root: LinkRoot, index: usize, at: usize) -> ChangeRow {
    let (series, analysis) = site.series(index);
    let change = &analysis.changes[at];
    let run = &series.runs[change.first_after];
    let commit = site.commit(run.commit);
    let mut phrase = site.with_commit(Phrase::new(""), root, &commit.id);
    if let Some(subject) = &commit.subject {
        phrase = phrase.text(" ").name(shorten(subject, MAX_SUBJECT_CHARS).into_owned());
    }
    ChangeRow {
        href: root.to(&urls::event(site.events.id(index, at))),
        date: wording::day(run.time),
        what: wording::event(series, change),
        levels: wording::levels(series, change),
        confidence: text::percent(change.confidence),
        commit: phrase,
        state: wording::state(change),
    }
}

fn notes(site: &SiteContext<'_>, index: usize) -> Vec<NoteView> {
    let mut notes: Vec<DatedNote<'_>> = site.notes_about(index).collect();
    notes.sort_by_key(|dated| std::cmp::Reverse(dated.time));
    notes.into_iter().map(note_view).collect()
}

/// A note with its Markdown rendered.
pub(crate) fn note_view(dated: DatedNote<'_>) -> NoteView {
    let DatedNote { time, note } = dated;
    NoteView {
        id: urls::slug(&note.name).replace(['~', '.'], "-"),
        date: wording::day(time),
        title: note.title.clone(),
        html: markdown::to_html(&note.markdown),
    }
}

/// The same benchmark on other backends, each against its own baseline, on one scale.
fn others(site: &SiteContext<'_>, root: LinkRoot, index: usize) -> Vec<Panel> {
    let members: Vec<usize> =
        site.peers.members(index).iter().copied().filter(|other| *other != index).collect();
    table::panels_below_chart(site, root, index, &members)
}

fn pulls(
    site: &SiteContext<'_>,
    root: LinkRoot,
    series: &Series,
    scale: &UnitScale,
) -> Vec<Phrase> {
    let newest = series.pulls.iter().rev().take(MAX_LINES);
    newest
        .map(|pulled| {
            let head = pulled.run.commit;
            let base = site.commits.before(head);
            let pair = base.and_then(|base| site.pairs.find(base, head));
            let value =
                pulled.run.value.get().map_or_else(|| "failed".to_owned(), |v| scale.quantity(v));
            let name = format!("#{}", pulled.pull);
            let phrase = Phrase::new("");
            let phrase = match pair {
                Some(pair) => phrase.link(root.to(&urls::diff(&pair.slug)), name),
                None => phrase.text(name),
            };
            phrase.text(format!(" {value}, {}", text::date(pulled.run.time)))
        })
        .collect()
}

fn environment(site: &SiteContext<'_>, series: &Series) -> Vec<(String, String)> {
    let Some(run) = series.runs.last() else { return Vec::new() };
    let environment = &site.input.history.environments[run.environment as usize];
    let cut = |text: &str| shorten(text, 300).into_owned();
    let mut fields: Vec<(String, String)> =
        environment.fields.iter().map(|(name, value)| (cut(name), cut(value))).collect();
    fields.extend(environment.version.iter().map(|v| ("version".to_owned(), cut(v))));
    fields.extend(environment.branch.iter().map(|b| ("branch".to_owned(), cut(b))));
    let warmup = run.detail.as_ref().map(|detail| &detail.warmup_ns).filter(|all| !all.is_empty());
    if let Some(warmup) = warmup {
        let scale = UnitScale::for_values(warmup.iter().copied(), &series.unit);
        let times: Vec<String> = warmup.iter().take(10).map(|time| scale.quantity(*time)).collect();
        fields.push(("warm-up".to_owned(), times.join(", ")));
    }
    fields
}

fn last_error(series: &Series, analysis: &Analysis) -> Option<String> {
    let failed = series.runs.iter().rposition(|run| run.value.is_none())?;
    // An error before the latest good run is no longer news: the table of runs has it.
    let recent = analysis.latest_run.is_none_or(|latest| failed > latest);
    let error = recent.then(|| series.runs[failed].error())??;
    Some(shorten(error, MAX_ERROR_CHARS).into_owned())
}

/// Rows of the table of runs.
fn listed_runs(series: &Series) -> usize {
    let all = series.runs.len();
    if all > FEW_RUNS { MAX_RUNS } else { all }
}

fn runs_summary(series: &Series) -> String {
    let all = series.runs.len();
    let listed = listed_runs(series);
    if all > listed {
        format!("Show the latest {listed} of {} runs as a table", text::count(all as u64))
    } else {
        format!("Show {} as a table", text::count_noun(all as u64, "run"))
    }
}

fn runs(site: &SiteContext<'_>, root: LinkRoot, index: usize, scale: &UnitScale) -> Vec<RunRow> {
    let (series, _) = site.series(index);
    let firsts = segment_starts(series);
    let newest = series.runs.iter().enumerate().rev().take(listed_runs(series));
    newest
        .map(|(at, run)| {
            let id = &site.commit(run.commit).id;
            RunRow {
                href: site.commit_link(root, id),
                commit: text::short_commit(id),
                date: text::date(run.time),
                value: run
                    .value
                    .get()
                    .map_or_else(|| "failed".to_owned(), |value| scale.quantity(value)),
                spread: run.std.get().map_or_else(String::new, |std| text::spread(std, scale)),
                note: run_note(site, index, at, firsts.contains(&at)),
            }
        })
        .collect()
}

/// The first run of each segment but the first.
fn segment_starts(series: &Series) -> Vec<usize> {
    let mut seen = vec![false; series.segments.len()];
    let runs = series.runs.iter().enumerate();
    let first = |(at, run): (usize, &model::series::Run)| {
        let was_seen = std::mem::replace(&mut seen[run.segment as usize], true);
        (run.segment > 0 && !was_seen).then_some(at)
    };
    runs.filter_map(first).collect()
}

fn run_note(site: &SiteContext<'_>, index: usize, at: usize, is_new_runner: bool) -> String {
    let (series, analysis) = site.series(index);
    let run = &series.runs[at];
    let flags = analysis.flags[at];
    let mut notes: Vec<String> = site.commit(run.commit).tags.clone();
    let mut add = |on: bool, text: &str| {
        if on {
            notes.push(text.to_owned());
        }
    };
    add(flags.is_outlier, "outlier");
    add(flags.infrastructure, "infrastructure");
    add(flags.is_noisy, "large spread");
    add(analysis.gaps.contains(&at), "after a gap");
    add(is_new_runner, "runner or version changed");
    if run.repeats > 1 {
        notes.push(format!("median of {}", run.repeats));
    }
    notes.extend(run.error().map(|error| shorten(error, 200).into_owned()));
    notes.join("; ")
}
