//! A day on which most backends shifted together: the machine, not the code.

use std::collections::BTreeMap;

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::infrastructure::{self, id, runs_of, summary, time};
use crate::site::view::{Fact, PageFrame, PageLink, PlainChart, PlainKey, breakable};
use crate::site::{pages, table};
use detect::{InfrastructureDay, PeerKind};
use model::text;

#[derive(Template)]
#[template(path = "infrastructure.html")]
struct InfrastructurePage {
    frame: PageFrame,
    index: PageLink,
    heading: Phrase,
    verdict: Phrase,
    facts: Vec<Fact>,
    shifted: Vec<Phrase>,
    advice: Vec<Phrase>,
    /// Of the chart with most marks.
    key: Vec<PlainKey>,
    charts: Vec<DayChart>,
}

/// A series around the day.
struct DayChart {
    href: String,
    title: Vec<String>,
    chart: PlainChart,
}

/// Backends, or tests, with a chart.
const MAX_CHARTS: usize = 9;

pub(crate) fn render(site: &SiteContext<'_>, at: usize) -> Result<Vec<u8>, RenderError> {
    let day = &site.input.analyses.infrastructure_days[at];
    let path = urls::event(&id(day));
    let root = link_root(site, &path);
    let date = text::date(time(day));
    let verdict = Phrase::new("note")
        .marked("strong", "Infrastructure: ")
        .text(format!("{}. ", summary(day)))
        .text("A machine problem, not the code. Not counted as a regression (")
        .link(root.to("about/#rule-infrastructure"), "infrastructure anomaly")
        .text(").");
    let page = PageHead {
        path: &path,
        title: format!("Infrastructure, {date}"),
        verdict: &verdict,
        section: NavSection::Changes,
    };
    let lasting = if day.is_lasting { "yes; baselines restart here" } else { "no" };
    let alert = if day.alert { "yes" } else { "not yet" };
    let mut charts = charts(site, root, day);
    let template = InfrastructurePage {
        frame: frame(site, &page),
        index: table::more_link(root, "event/", "Changes".to_owned()),
        heading: Phrase::new("").text(format!("Infrastructure, {date}")),
        facts: vec![
            Fact::new("Shifted", infrastructure::peers(day)),
            Fact::new("Median change", text::percent(day.change.abs())),
            Fact::new("Lasting", lasting),
            Fact::new("Alert", alert),
        ],
        shifted: shifted_backends(site, day),
        advice: advice(site, root, day),
        key: charts
            .iter_mut()
            .map(|it| std::mem::take(&mut it.chart.key))
            .max_by_key(Vec::len)
            .unwrap_or_default(),
        charts,
        verdict,
    };
    pages::html(&template)
}

/// Each backend with how many of its series were measured that day.
fn shifted_backends(site: &SiteContext<'_>, day: &InfrastructureDay) -> Vec<Phrase> {
    let mut measured: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for index in site.series_indices() {
        let (series, analysis) = site.series(index);
        for at in runs_of(series, day) {
            if series.runs[at].value.is_some() {
                let flags = analysis.flags[at];
                let counts = measured.entry(&series.key.backend).or_default();
                counts.0 += 1;
                counts.1 += u64::from(flags.infrastructure);
            }
        }
    }
    measured
        .into_iter()
        .map(|(backend, (all, marked))| {
            Phrase::new("").name(backend).text(format!(": {marked} of {all} runs excluded"))
        })
        .collect()
}

/// Which recorded fields changed on that day: what to check first.
fn advice(site: &SiteContext<'_>, root: urls::LinkRoot, day: &InfrastructureDay) -> Vec<Phrase> {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    let open = infrastructure::open_shift(site, day);
    for index in site.series_indices() {
        let series = site.series(index).0;
        let runs = &series.runs;
        let Some(at) = runs_of(series, day).next() else { continue };
        // The run before the anomaly is the last that is known to be good.
        let Some(before) = at.checked_sub(1) else { continue };
        let fields =
            |run: usize| &site.input.history.environments[runs[run].environment as usize].fields;
        for (name, value) in fields(at) {
            if let Some(old) = fields(before).get(name).filter(|old| *old != value) {
                let cut = |text: &str| model::record::shorten(text, 60).into_owned();
                let line = format!("{}: {} → {}", cut(name), cut(old), cut(value));
                *lines.entry(line).or_default() += 1;
            }
        }
    }
    let mut advice: Vec<Phrase> = lines
        .into_iter()
        .take(20)
        .map(|(line, series)| {
            Phrase::new("").name(line).text(format!(" in {}", text::count_noun(series, "series")))
        })
        .collect();
    // A change that the records do not show is mostly load: a neighbor on the host, a noisy disk.
    if advice.is_empty() {
        advice.push(Phrase::new("").text(
            "No recorded runner field changed that day. Check the load and the neighbors of the \
             machine, then run the parent commit again as a control.",
        ));
    }
    advice.extend(open.map(|shift| Phrase::new("").text(shift.notice())));
    advice
        .push(Phrase::new("").text("See also ").link(root.to("health/"), "data health").text("."));
    advice
}

/// The series that moved most of each backend, or of each test where there is one backend, with
/// its runs before, on and after the day.
fn charts(site: &SiteContext<'_>, root: urls::LinkRoot, day: &InfrastructureDay) -> Vec<DayChart> {
    let mut largest: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for index in site.series_indices() {
        let (series, analysis) = site.series(index);
        let peer = match day.peers {
            PeerKind::Backends => series.key.backend.as_str(),
            PeerKind::Tests => series.key.test.as_str(),
        };
        let runs = runs_of(series, day);
        let Some(at) = runs.clone().find(|at| analysis.flags[*at].infrastructure) else { continue };
        let before = runs.start.checked_sub(1).and_then(|run| series.runs[run].value.get());
        let (Some(value), Some(before)) = (series.runs[at].value.get(), before) else { continue };
        let moved = (value / before).ln().abs();
        let entry = largest.entry(peer).or_insert((moved, index));
        // Of equal ones the first, so that two builds draw the same charts.
        if moved > entry.0 {
            *entry = (moved, index);
        }
    }
    let shown = largest.into_values().take(MAX_CHARTS).map(|(_, index)| {
        let (series, analysis) = site.series(index);
        DayChart {
            href: root.to(&site.series_path(index)),
            title: breakable(&site.names.title(&series.key)),
            chart: chart::day_card(series, analysis, runs_of(series, day)).into(),
        }
    });
    shown.collect()
}
