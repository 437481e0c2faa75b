//! Files beside the pages: Atom feeds, badges, the sitemap and robots.txt.

use askama::Template;

use crate::report::target_view::TargetView;
use crate::report::urls::{self, LinkRoot};
use crate::report::{SeriesRef, wording};
use crate::site::book;
use crate::site::changes::EventRef;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::health;
use crate::site::verdict_counts::VerdictCounts;
use crate::site::{pages, targets};
use detect::targets::{TargetKind, TargetResult, TargetState, count_missed};
use model::record::shorten;
use model::record::time::Timestamp;
use model::text;
use model::text::xml::XmlText;

/// Entries of a feed.
const MAX_ENTRIES: usize = 100;
/// URLs of one sitemap, by its protocol.
const MAX_URLS: usize = 50_000;

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed {
    title: String,
    site_title: String,
    id: String,
    updated: String,
    self_url: Option<String>,
    home_url: Option<String>,
    entries: Vec<FeedEntry>,
}

struct FeedEntry {
    title: String,
    id: String,
    updated: String,
    href: String,
    summary: String,
}

/// The Atom feed of all changes, or of those of one backend.
pub(crate) fn feed(site: &SiteContext<'_>, backend: Option<&str>) -> Result<Vec<u8>, RenderError> {
    let path = backend.map_or_else(
        || "feed.xml".to_owned(),
        |backend| format!("feed/{}.xml", urls::slug(backend)),
    );
    let base = site.input.options.base_url.as_deref();
    let title = site.input.policy.site.title.clone();
    let of = |event: &&EventRef| {
        backend.is_none_or(|backend| site.series(event.series).0.key.backend == backend)
    };
    let entries: Vec<FeedEntry> = site
        .events
        .newest_first()
        .iter()
        .filter(of)
        .take(MAX_ENTRIES)
        .map(|event| feed_entry(site, event, &path))
        .chain(target_entries(site, backend, &path))
        .collect();
    let mut entries = entries;
    // Newest first, whatever an entry is about.
    entries.sort_by(|a, b| b.updated.cmp(&a.updated));
    entries.truncate(MAX_ENTRIES);
    let newest = site.input.history.newest.unwrap_or(site.input.options.as_of);
    let template = Feed {
        title: backend.map_or_else(|| title.clone(), |name| format!("{title}: {name}")),
        site_title: title,
        id: format!("{}{path}", tag_uri(site)),
        // The time of the newest entry, not of the build: a rebuild alone is no news for a reader.
        updated: entries.first().map_or_else(|| newest.to_string(), |entry| entry.updated.clone()),
        self_url: base.map(|base| format!("{base}{path}")),
        home_url: base.map(str::to_owned),
        entries,
    };
    let rendered = template.render().map_err(|error| RenderError::Template {
        template: "feed.xml".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(pages::printable(rendered).into_bytes())
}

/// `tag:<host>,<year>:/`: the same wherever the feed is read from.
fn tag_uri(site: &SiteContext<'_>) -> String {
    let base = site.input.options.base_url.as_deref().unwrap_or("https://benchpages.invalid/");
    let address = base.split_once("://").map_or(base, |(_, address)| address);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    // RFC 4151 wants a date on which the host was ours. The oldest record is one that never
    // changes.
    let year = site.input.history.oldest.map_or_else(|| "2025".to_owned(), text::year);
    format!("tag:{host},{year}:/{path}")
}

fn feed_entry(site: &SiteContext<'_>, event: &EventRef, feed_path: &str) -> FeedEntry {
    let (series, _, change) = site.change(event);
    let key = wording::series_label(&series.key);
    let path = urls::event(&event.id);
    let base = site.input.options.base_url.as_deref();
    let size = wording::event(series, change).plain();
    let status = wording::state(change);
    FeedEntry {
        title: format!("{size}: {} ({key})", series.key.test),
        id: format!("{}{path}", tag_uri(site)),
        updated: event.time.to_string(),
        // Without a base URL the link is relative to the feed, which most readers resolve.
        href: base.map_or_else(
            || LinkRoot::from(feed_path, false).to(&path),
            |base| format!("{base}{path}"),
        ),
        summary: format!("{}. Status: {status}.", wording::levels(series, change)),
    }
}

/// An entry for each target that is missed or drifts, dated by the run since which it does.
fn target_entries(
    site: &SiteContext<'_>,
    backend: Option<&str>,
    feed_path: &str,
) -> Vec<FeedEntry> {
    let base = site.input.options.base_url.as_deref();
    let open = site.input.targets.iter().filter_map(|target| {
        let is_open = matches!(target.state, TargetState::Violated | TargetState::Drifting);
        Some((target, target.since.filter(|_| is_open && target.kind != TargetKind::Goal)?))
    });
    let entry = |(target, since): (&TargetResult, Timestamp)| {
        let series = target.series.map(|index| SeriesRef::of(&site.series(index).0.key));
        let of = target.series.map(|index| &site.series(index).0.key.backend);
        if backend.is_some_and(|backend| of.is_none_or(|of| of != backend)) {
            return None;
        }
        let view = TargetView::of(target, series.as_ref());
        let page = "health/#targets";
        let stem = series.as_ref().map_or("all", |series| &series.stem);
        Some(FeedEntry {
            title: format!("{}: {}", view.label(), shorten(&target.name, 100)),
            // With the day it began: a target that is missed again is news again.
            id: format!(
                "{}target/{}/{stem}/{}",
                tag_uri(site),
                urls::slug(&target.name),
                text::iso_date(since)
            ),
            updated: since.to_string(),
            href: base.map_or_else(
                || LinkRoot::from(feed_path, false).to(page),
                |base| format!("{base}{page}"),
            ),
            summary: format!("{}.", view.sentence().trim_end_matches('.')),
        })
    };
    open.filter_map(entry).collect()
}

/// `robots.txt`: demo data should not be found by search engines.
pub(crate) fn robots(site: &SiteContext<'_>) -> Vec<u8> {
    if site.input.history.counts.demo > 0 {
        return b"User-agent: *\nDisallow: /\n".to_vec();
    }
    let sitemap = site.input.options.base_url.as_deref();
    let sitemap = sitemap.map_or_else(String::new, |base| format!("Sitemap: {base}sitemap.xml\n"));
    format!("User-agent: *\nAllow: /\n{sitemap}").into_bytes()
}

pub(crate) fn sitemap(site: &SiteContext<'_>) -> Vec<u8> {
    let base = site.input.options.base_url.as_deref().unwrap_or_default();
    let mut paths: Vec<String> =
        ["", "view/", "event/", "diff/", "health/", "about/", "data/"].map(str::to_owned).to_vec();
    paths.extend(site.tests.keys().map(|test| urls::test(test)));
    paths.extend(site.backends.keys().map(|backend| urls::backend(backend)));
    paths.extend(site.presets.iter().map(|preset| urls::view(&preset.slug)));
    let paged = site.series_indices().filter(|index| site.page_policy.has_series(*index));
    paths.extend(paged.map(|index| urls::series(&site.stems[index])));
    paths.extend(site.events.newest_first().iter().map(|event| urls::event(&event.id)));
    if let Some(book) = &site.input.options.book {
        paths.push(book::FOLDER.to_owned());
        paths.extend(book.chapters.iter().map(|chapter| book::chapter_path(&chapter.name)));
    }
    let mut out = XmlText::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in paths.iter().take(MAX_URLS) {
        out.push("<url><loc>").push_text(base).push_text(path).push("</loc></url>\n");
    }
    out.push("</urlset>\n");
    out.into_string().into_bytes()
}

/// A badge: a label and a message, for a README.
pub(crate) struct Badge {
    label: &'static str,
    message: String,
    color: &'static str,
    is_error: bool,
}

impl Badge {
    pub(crate) fn of(site: &SiteContext<'_>, members: &[usize]) -> Self {
        let label = "benchmarks";
        if members.is_empty() {
            let message = "no data".to_owned();
            return Self { label, message, color: "#57606a", is_error: false };
        }
        if site.input.history.counts.demo > 0 {
            let message = "demo".to_owned();
            return Self { label, message, color: "#57606a", is_error: false };
        }
        let (mut message, mut tone) = VerdictCounts::of(site, members).badge();
        // "No open regressions" over a missed target would be half of the truth.
        if let Some(missed) = targets::missed_text_of(site, members) {
            message = format!("{message}, {missed}");
            tone = "worse";
        }
        let (color, is_error) = match tone {
            "worse" => ("#a83200", true),
            "better" => ("#0a58b8", false),
            _ => ("#57606a", false),
        };
        Self { label, message, color, is_error }
    }

    /// How many targets hold: `7 of 7 within budget`.
    pub(crate) fn targets(site: &SiteContext<'_>) -> Self {
        let all = site.input.targets;
        let message = targets::summary(site);
        let is = |state| all.iter().any(|it| it.state == state && it.kind != TargetKind::Goal);
        let (color, is_error) = match (message.is_empty(), count_missed(all)) {
            (true, _) => ("#57606a", false),
            (_, 1..) => ("#a83200", true),
            _ if is(TargetState::Drifting) || is(TargetState::NotMeasured) => ("#7d4e00", false),
            _ => ("#0a58b8", false),
        };
        let message = if message.is_empty() { "none set".to_owned() } else { message };
        Self { label: "targets", message, color, is_error }
    }

    /// The date of the latest result.
    pub(crate) fn fresh(site: &SiteContext<'_>) -> Self {
        // Freshness is a date. Whether it is old depends on when the badge is read, so no color
        // says it.
        let stale = health::state(site) == health::HealthState::NoData;
        let message = site.input.history.newest.map_or_else(|| "no data".to_owned(), text::date);
        let color = if stale { "#57606a" } else { "#0a58b8" };
        Self { label: "latest result", message, color, is_error: false }
    }

    /// Widths by 7 units a character, fixed by `textLength`, so that any font fits.
    pub(crate) fn svg(&self) -> Vec<u8> {
        let (label, message) = (self.label, &self.message);
        // No font can be measured here. `textLength` makes the browser fit the text to the box.
        let wide = |text: &str| text.chars().count() * 7;
        let (left, right) = (wide(label) + 10, wide(message) + 10);
        let (all, color) = (left + right, self.color);
        let mut out = XmlText::from("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
        out.push(all).push("\" height=\"20\" role=\"img\" aria-labelledby=\"t\"><title id=\"t\">");
        out.push(label).push(": ").push_text(message);
        out.push("</title><path fill=\"#24292f\" d=\"M0 0h").push(left);
        out.push("v20H0z\"/><path fill=\"").push(color).push("\" d=\"M").push(left);
        out.push(" 0h").push(right).push("v20H").push(left);
        out.push("z\"/><g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" ");
        out.push("font-size=\"11\"><text x=\"5\" y=\"14\" textLength=\"").push(left - 10);
        out.push("\">").push(label).push("</text><text x=\"").push(left + 5);
        out.push("\" y=\"14\" textLength=\"").push(right - 10).push("\">");
        out.push_text(message).push("</text></g></svg>\n");
        out.into_string().into_bytes()
    }

    /// The endpoint format of shields.io.
    pub(crate) fn json(&self) -> Vec<u8> {
        let value = serde_json::json!({
            "schemaVersion": 1,
            "label": self.label,
            "message": self.message,
            "color": self.color,
            "isError": self.is_error,
            "cacheSeconds": 3600,
        });
        format!("{value}\n").into_bytes()
    }
}
