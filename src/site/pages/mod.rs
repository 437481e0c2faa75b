//! Every page: one room per template of the same name.

mod about;
mod backend;
mod suspects;
pub(crate) mod commit;
mod data;
pub(crate) mod diff;
mod diffs;
mod event;
mod events;
pub(crate) mod health;
pub(crate) mod infrastructure;
mod not_found;
pub(crate) mod redirects;
pub(crate) mod overview;
pub(crate) mod series;
mod test;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use rayon::prelude::*;

use crate::report::urls;
use crate::site::context::SiteContext;
use crate::site::{RenderError, RenderJob, api};
use model::series::CommitIndex;

/// All pages of a site, and the drawings of series, which have their pages' charts.
pub(crate) fn jobs<'a>(site: &'a SiteContext<'a>, jobs: &mut Vec<(String, RenderJob<'a>)>) {
    let mut add = |path: &str, job: RenderJob<'a>| {
        let folder = path.is_empty() || path.ends_with('/');
        jobs.push(([path, if folder { "index.html" } else { "" }].concat(), job));
    };
    add("", Box::new(|| overview::render(site)));
    add("view/", Box::new(|| view::render_all(site)));
    add("event/", Box::new(|| events::render(site)));
    add("diff/", Box::new(|| diffs::render(site)));
    add("health/", Box::new(|| health::render(site)));
    add("about/", Box::new(|| about::render(site)));
    add("data/", Box::new(|| data::render(site)));
    // What shares a chart follows each other, so that few charts wait for their next page.
    for (test, members) in &site.tests {
        add(&urls::test(test), Box::new(move || test::render(site, test)));
        for &series in members.iter().filter(|one| site.has_page(**one)) {
            let stem = &site.stems[series];
            add(&urls::series(stem), Box::new(move || series::render(site, series)));
            let file = move || Ok(series::drawing(site, series));
            add(&urls::series_svg(stem), Box::new(file));
        }
    }
    for backend in site.backends.keys() {
        add(&urls::backend(backend), Box::new(move || backend::render(site, backend)));
    }
    for (at, preset) in site.presets.iter().enumerate() {
        for page in 0..view::page_count(preset.members.len()) {
            let path = view::page_path(&preset.slug, page);
            add(&path, Box::new(move || view::render(site, at, page)));
        }
    }
    for event in &site.events {
        add(&urls::event(&event.id), Box::new(move || event::render(site, event)));
    }
    for (at, day) in site.input.analyses.infrastructure_days.iter().enumerate() {
        let path = urls::event(&infrastructure::id(day));
        add(&path, Box::new(move || infrastructure::render(site, at)));
    }
    comparison_jobs(site, &mut add);
    for moved in redirects::all(site) {
        let path = moved.from.clone();
        add(&path, Box::new(move || redirects::render(site, &moved)));
    }
    add("404.html", Box::new(|| not_found::render(site)));
}

/// The pages of commits and of pairs, and the files of pairs. What shows the same comparison
/// follows each other, so that few comparisons are in memory at once.
fn comparison_jobs<'a>(site: &'a SiteContext<'a>, add: &mut dyn FnMut(&str, RenderJob<'a>)) {
    let slices: Vec<Arc<[diff::DiffSlice<'a>]>> =
        site.pairs.par_iter().map(|pair| diff::slices(site, pair).into()).collect();
    let page = |commit: CommitIndex, add: &mut dyn FnMut(&str, RenderJob<'a>)| {
        let path = urls::commit(&site.commit(commit).id);
        add(&path, Box::new(move || commit::render(site, commit)));
    };
    let paged: BTreeSet<CommitIndex> = commit::commits_with_page(site).into_iter().collect();
    let alone = paged.iter().filter(|at| commit::consecutive_pair(site, **at).is_none());
    alone.for_each(|at| page(*at, add));
    for (pair, slices) in site.pairs.iter().zip(slices) {
        let has_commit =
            paged.contains(&pair.head) && site.commit_before(pair.head) == Some(pair.base);
        pair.expect_uses(slices.len() + 1 + usize::from(has_commit));
        for at in 0..slices.len() {
            let path = format!("{}{}", urls::diff(&pair.slug), slices[at].path);
            let slices = Arc::clone(&slices);
            add(&path, Box::new(move || diff::render(site, pair, &slices, &slices[at])));
        }
        let (path, file) = api::diff_job(site, pair);
        add(&path, file);
        if has_commit {
            page(pair.head, add);
        }
    }
}

/// Bytes that most pages fit into: a page that does is never moved while it grows.
const PAGE_CAPACITY: usize = 96 << 10;

/// The bytes of a filled template.
fn html(template: &impl Template) -> Result<Vec<u8>, RenderError> {
    let mut page = String::with_capacity(PAGE_CAPACITY);
    template.render_into(&mut page).map_err(|error| RenderError::Template {
        template: "page".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(printable(page).into_bytes())
}

/// HTML has no place for most control characters and for noncharacters, not even as references:
/// names may hold them, pages show `\u{fffd}` instead.
fn printable(html: String) -> String {
    let banned = |c: char| {
        let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        control || matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
    };
    if may_need_escape(html.as_bytes()) && html.contains(banned) {
        html.replace(banned, "\u{fffd}")
    } else {
        html
    }
}

/// Whether bytes of UTF-8 may hold what [`printable`] replaces: control characters, or what begins
/// like U+0080 to U+009F, like U+F000 to U+FFFF, or like what lies beyond.
fn may_need_escape(html: &[u8]) -> bool {
    // No early way out within a piece, so that many bytes are looked at in one step.
    let odd = |(piece, next): (&[u8], &[u8])| {
        piece.iter().zip(next).fold(false, |odd, (&byte, &next)| {
            let control = (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
            let c1 = (byte == 0xc2) & (next < 0xa0);
            odd | control | c1 | (byte == 0x7f) | (byte >= 0xef)
        })
    };
    let Some((last, rest)) = html.split_last() else { return false };
    rest.chunks(256).zip(html[1..].chunks(256)).any(odd) || odd((&[*last], b" "))
}

/// A commit as links name it.
fn commit_text(site: &SiteContext<'_>, commit: CommitIndex) -> String {
    model::text::short_commit(&site.commit(commit).id)
}
