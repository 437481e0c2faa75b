//! What changed in the last week with results, as a page and as Markdown for a chat or a
//! newsletter.
//!
//! The week ends with the newest result: the digest of a site that is no longer built does not
//! become empty. Regressions stand by cause, as on the overview.

use askama::Template;

use crate::report::escape::address::LinkTarget;
use crate::report::escape::markdown::{self, MarkdownText};
use crate::report::phrase::{Phrase, PhraseSpan};
use crate::report::regression_groups::RegressionGroup;
use crate::report::urls::{self, LinkRoot};
use crate::site::cards;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::first_week;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::infrastructure;
use crate::site::pages;
use crate::site::verdict_counts::VerdictCounts;
use crate::site::view::PageFrame;
use model::escaped;
use model::record::time::{DAY_US, Timestamp};
use model::text;

pub(crate) const PAGE: &str = "digest/";
pub(crate) const FILE: &str = "digest/digest.md";
const DAYS: i64 = 7;
/// Causes of a section.
const MAX_LINES: usize = 25;

#[derive(Template)]
#[template(path = "digest.html")]
struct DigestPage {
    frame: PageFrame,
    heading: String,
    verdict: Phrase,
    sections: Vec<DigestSection>,
    file: String,
}

/// A list with its heading; never empty.
struct DigestSection {
    heading: String,
    lines: Vec<Phrase>,
}

/// The first and the last moment of the week.
struct Week {
    from: Timestamp,
    to: Timestamp,
}

impl Week {
    fn of(site: &SiteContext<'_>) -> Self {
        let to = site.input.history.newest.unwrap_or(site.input.options.as_of);
        let from = to.micros().saturating_sub(DAYS * DAY_US);
        Self { from: Timestamp::from_micros(from), to }
    }

    fn holds(&self, time: Timestamp) -> bool {
        time > self.from && time <= self.to
    }

    fn heading(&self) -> String {
        format!("{} to {}", text::date(self.from), text::date(self.to))
    }
}

/// The page.
///
/// # Errors
/// A template fails.
pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, PAGE);
    let week = Week::of(site);
    let verdict = verdict(site, &week);
    let page = PageHead {
        path: PAGE,
        title: format!("Digest: {}", week.heading()),
        verdict: &verdict,
        section: NavSection::Digest,
    };
    let template = DigestPage {
        frame: frame(site, &page),
        heading: week.heading(),
        sections: sections(site, &week, root),
        file: root.to(FILE),
        verdict,
    };
    pages::html(&template)
}

/// The same in GitHub's Markdown. Links are whole addresses, so without the address of the site
/// there are none.
///
/// # Errors
/// None; the type is that of all files.
pub(crate) fn render_markdown(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let week = Week::of(site);
    let base = site.input.options.base_url.as_deref();
    let title =
        MarkdownText::text(&format!("{}: {}", site.input.policy.site.title, week.heading()));
    let mut out = escaped!["## ", title, "\n\n", MarkdownText::text(&verdict(site, &week).plain())];
    for section in sections(site, &week, LinkRoot::from("", false)) {
        out = escaped![out, "\n\n### ", MarkdownText::text(&section.heading), "\n"];
        for line in section.lines {
            let spans = line.spans.iter().map(|span| markdown_span(span, base));
            out = escaped![out, "\n- ", spans.collect::<MarkdownText>()];
        }
    }
    if let Some(base) = base {
        let all = markdown::link("All benchmarks".into(), &LinkTarget::encoded(base));
        out = escaped![out, "\n\n", all];
    }
    Ok(markdown::without_gaps(&out).to_string().into_bytes())
}

fn markdown_span(span: &PhraseSpan, base: Option<&str>) -> MarkdownText {
    let words = MarkdownText::text(&span.text);
    match (&span.href, base) {
        (Some(href), Some(base)) => {
            markdown::link(words, &LinkTarget::encoded(&format!("{base}{href}")))
        }
        _ if matches!(span.class, "worse" | "better" | "strong") => escaped!["**", words, "**"],
        _ => words,
    }
}

/// `2 new regressions, 1 closed, 3 improvements; 4 open regressions in all.` Each series counts, as
/// on the overview; the lists below are by cause.
fn verdict(site: &SiteContext<'_>, week: &Week) -> Phrase {
    let groups = site.regressions.groups().iter();
    let began = series_count(groups.filter(|it| is_lasting(it) && week.holds(it.since())));
    let closed = series_count(closed(site, week).into_iter());
    let better = series_count(improvements(site, week).into_iter());
    let open = series_count(site.regressions.open());
    let tone = if began > 0 { "worse" } else { "note" };
    // Zeros would read as good news.
    if let Some(waits) = first_week::no_verdict_yet(site) {
        return Phrase::new("note").text(waits);
    }
    let phrase = Phrase::new(tone).text(format!(
        "{}, {} closed, {}; {} in all.",
        text::count_noun(began, "new regression"),
        text::count(closed),
        text::count_noun(better, "improvement"),
        text::count_noun(open, "open regression")
    ));
    let all: Vec<usize> = site.series_indices().collect();
    let counts = VerdictCounts::of(site, &all);
    match counts.all_retired_text().or_else(|| counts.too_noisy_text()) {
        Some(unknown) => phrase.text(format!(" {unknown}.")),
        None => phrase,
    }
}

fn series_count<'a>(groups: impl Iterator<Item = &'a RegressionGroup>) -> u64 {
    groups.map(|group| group.members.len() as u64).sum()
}

fn is_lasting(group: &RegressionGroup) -> bool {
    !matches!(group.state(), "suspected" | "withdrawn")
}

fn closed<'a>(site: &'a SiteContext<'_>, week: &Week) -> Vec<&'a RegressionGroup> {
    let of_week = |group: &&RegressionGroup| {
        let closed = group.closed_at(site.input.series, &site.input.analyses.by_series);
        matches!(group.state(), "fixed" | "closed") && week.holds(closed)
    };
    site.regressions.groups().iter().filter(of_week).collect()
}

fn improvements<'a>(site: &'a SiteContext<'_>, week: &Week) -> Vec<&'a RegressionGroup> {
    let groups = site.regressions.improvements().iter();
    groups.filter(|group| week.holds(group.since())).collect()
}

fn sections(site: &SiteContext<'_>, week: &Week, root: LinkRoot) -> Vec<DigestSection> {
    let lines = |groups: Vec<&RegressionGroup>| -> Vec<Phrase> {
        groups.into_iter().take(MAX_LINES).map(|group| line(site, root, group)).collect()
    };
    let groups = site.regressions.groups();
    let began = groups.iter().filter(|it| is_lasting(it) && week.holds(it.since())).collect();
    let older = site.regressions.open().filter(|group| !week.holds(group.since())).collect();
    let days = site.input.analyses.infrastructure_days.iter();
    let days = days.filter(|day| week.holds(infrastructure::time(day))).map(|day| {
        Phrase::new("")
            .link(
                root.to(&urls::event(&infrastructure::id(day))),
                text::date(infrastructure::time(day)),
            )
            .text(format!(": {}", infrastructure::summary(day)))
    });
    let all = [
        ("New regressions", lines(began)),
        ("Closed regressions", lines(closed(site, week))),
        ("Improvements", lines(improvements(site, week))),
        ("Infrastructure", days.collect()),
        ("Still open", lines(older)),
    ];
    let present = all.into_iter().filter(|(_, lines)| !lines.is_empty());
    present.map(|(heading, lines)| DigestSection { heading: heading.to_owned(), lines }).collect()
}

/// `csharp groupby_topN is 12–14% slower, open, since 18 Aug 2025; suspect b4ff633 csharp: …`.
fn line(site: &SiteContext<'_>, root: LinkRoot, group: &RegressionGroup) -> Phrase {
    let first = &group.members[0];
    let page = first.event.as_deref().map(urls::event);
    let page = page.unwrap_or_else(|| site.series_path(first.series));
    let state = if first.is_regression { format!(", {}", group.state()) } else { String::new() };
    Phrase::new("")
        .link(root.to(&page), group.headline(&site.names, site.input.series))
        .text(format!("{state}, since {}: ", text::date(group.since())))
        .append(cards::suspect(site, root, group))
}
