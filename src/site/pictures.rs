//! The pictures of pages that people send to each other: the sentence of a page, and the chart that
//! it is about.

use crate::report::wording;
use crate::site::cards;
use crate::site::changes::EventRef;
use crate::site::comparison;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::link_root;
use crate::site::pages::overview;
use crate::site::pairs::PairKind;
use crate::site::picture_index::PictureSubject;
use crate::site::verdict;
use chart::picture::{PictureSeries, PictureText, picture};
use model::text;

/// The picture of a page that has one.
///
/// # Errors
/// None; the type is that of all files.
pub(crate) fn render(site: &SiteContext<'_>, page: &str) -> Result<Vec<u8>, RenderError> {
    Ok(match site.pictures.subject(page) {
        Some(PictureSubject::Change(event)) => of_change(site, event),
        Some(PictureSubject::Series(index)) => of_series(site, *index),
        Some(PictureSubject::Pull(pair)) => of_pull(site, *pair),
        Some(PictureSubject::Overview) | None => of_overview(site),
    })
}

fn draw(
    site: &SiteContext<'_>,
    headline: &str,
    details: &str,
    of: Option<(usize, Option<usize>)>,
) -> Vec<u8> {
    let text = PictureText { site: &site.input.policy.site.title, headline, details };
    let series = of.map(|(index, change)| {
        let (series, analysis) = site.series(index);
        PictureSeries { series, analysis, change }
    });
    picture(&text, series)
}

/// The largest open regression, else the sentence alone.
fn of_overview(site: &SiteContext<'_>) -> Vec<u8> {
    let largest = site.regressions.open().next().map(|group| &group.members[0]);
    let shown = largest.map(|it| (it.series, cards::change_at(site, it)));
    let newest = site.input.history.newest;
    let newest = newest.map(|time| format!(", newest result {}", text::date(time)));
    let count = text::count_noun(site.input.series.len() as u64, "series");
    draw(site, &overview::headline(site), &(count + &newest.unwrap_or_default()), shown)
}

fn of_change(site: &SiteContext<'_>, event: &EventRef) -> Vec<u8> {
    let (series, _, change) = site.change(event);
    let name = site.names.title(&series.key);
    let headline = format!("{name}: {}", wording::event(series, change).plain());
    let since = text::date(wording::since(series, change));
    let details =
        format!("{} since {since}, {}", wording::levels(series, change), wording::state(change));
    draw(site, &headline, &details, Some((event.series, Some(event.change))))
}

fn of_series(site: &SiteContext<'_>, index: usize) -> Vec<u8> {
    let (series, analysis) = site.series(index);
    let root = link_root(site, "");
    let details = verdict::sentence(site, root, index).plain();
    let newest = analysis.changes.len().checked_sub(1);
    draw(site, &site.names.title(&series.key), &details, Some((index, newest)))
}

/// What changed most, or what it was compared with.
fn of_pull(site: &SiteContext<'_>, at: usize) -> Vec<u8> {
    let pair = &site.pairs.all()[at];
    let head = site.commit(pair.head);
    let number = match pair.kind {
        PairKind::Pull(number) => format!("Pull request #{number}"),
        _ => text::short_commit(&head.id).to_owned(),
    };
    let subject = head.subject.as_ref().map(|subject| format!(": {subject}"));
    let compared = comparison::of_pair(site, pair);
    let changed = compared.iter().filter(|entry| entry.verdict.is_change()).count() as u64;
    let details = format!(
        "{} of {} changed against {}",
        text::count(changed),
        text::count_noun(compared.len() as u64, "series"),
        text::short_commit(&site.commit(pair.base).id)
    );
    draw(site, &(number + &subject.unwrap_or_default()), &details, None)
}
