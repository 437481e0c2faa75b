//! All files of a site as jobs, in the order in which they should run.
//!
//! Files that share a chart or a comparison follow each other, so that few of them are in memory
//! at once. The order changes no byte: each job depends on the context alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::report::urls;
use crate::site::book::{self, Book};
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::job::{FileJob, JobList};
use crate::site::page_inputs::PageInputs;
use crate::site::pages::diff::DiffSlice;
use crate::site::pages::redirects::PageRedirect;
use crate::site::pairs::{CommitPair, PairKind};
use crate::site::shard::SiteShard;
use crate::site::{
    api, assets, build_facts, feeds, infrastructure, llms, metrics, pages, picture_index, pictures,
    search,
};
use model::series::CommitIndex;

/// Compared series that are in memory at once before their pages are made: 100 bytes each.
const MAX_HELD: usize = 250_000;

/// Every file of a shard, with its inputs where they are given.
///
/// # Errors
/// Two files have the same path.
pub(crate) fn all<'a>(
    site: &'a SiteContext<'a>,
    shard: SiteShard,
    inputs: Option<&PageInputs<'_>>,
) -> Result<Vec<FileJob<'a>>, RenderError> {
    let mut jobs = JobList::of(shard);
    let redirects = pages::redirects::all(site);
    add_pages(site, redirects.clone(), inputs, &mut jobs);
    add_api(site, inputs, &mut jobs);
    add_feeds(site, redirects, &mut jobs);
    for path in search::FILES {
        jobs.file(path, move || search::file(site, path));
    }
    for asset in assets::all() {
        jobs.file(asset.path(), move || Ok(asset.bytes.to_vec()));
    }
    check_unique(&jobs.jobs)?;
    Ok(jobs.jobs)
}

/// Two jobs on one path would make the site depend on the order of threads.
fn check_unique(jobs: &[FileJob<'_>]) -> Result<(), RenderError> {
    let mut paths: Vec<&str> = jobs.iter().map(|job| job.path.as_str()).collect();
    paths.sort_unstable();
    match paths.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(RenderError::PathClash {
            path: pair[0].to_owned(),
            first: "a page".to_owned(),
            second: "another page".to_owned(),
        }),
        None => Ok(()),
    }
}

/// All pages, and the `.svg` files of series, which share the charts of their pages.
fn add_pages<'a>(
    site: &'a SiteContext<'a>,
    redirects: Vec<PageRedirect>,
    inputs: Option<&PageInputs<'_>>,
    jobs: &mut JobList<'a>,
) {
    // First, so that comparisons are not held beside the charts of series.
    add_comparisons(site, jobs);
    jobs.page("", || pages::overview::render(site));
    jobs.page("view/", || pages::view::render_all(site));
    jobs.page("event/", || pages::events::render(site));
    jobs.page("diff/", || pages::diffs::render(site));
    jobs.page(pages::digest::PAGE, || pages::digest::render(site));
    jobs.file(pages::digest::FILE, || pages::digest::render_markdown(site));
    jobs.page("health/", || pages::health::render(site));
    jobs.page("about/", || pages::about::render(site));
    jobs.page("data/", || pages::data::render(site));
    for (test, members) in &site.tests {
        let of_test = inputs.and_then(|inputs| inputs.test(test));
        jobs.page(&urls::test(test), move || pages::test::render(site, test));
        jobs.made_of(of_test);
        for &series in members.iter().filter(|series| site.page_policy.has_series(**series)) {
            let stem = &site.stems[series];
            jobs.begin_group(stem);
            jobs.page(&urls::series(stem), move || pages::series::render(site, series));
            // It shows the other backends of its benchmark.
            jobs.made_of(inputs.map(|inputs| inputs.series_page(series)));
            let drawing = move || Ok(pages::series::drawing(site, series));
            jobs.file(urls::series_svg(stem), drawing);
            jobs.made_of(inputs.map(|inputs| inputs.series(series)));
        }
        jobs.end_group();
    }
    for backend in site.backends.keys() {
        jobs.page(&urls::backend(backend), move || pages::backend::render(site, backend));
    }
    for (at, preset) in site.presets.iter().enumerate() {
        for page in 0..pages::view::page_count(preset.members.len()) {
            let path = pages::view::page_path(&preset.slug, page);
            jobs.page(&path, move || pages::view::render(site, at, page));
        }
    }
    for event in site.events.newest_first() {
        jobs.page(&urls::event(&event.id), move || pages::event::render(site, event));
    }
    for (at, day) in site.input.analyses.infrastructure_days.iter().enumerate() {
        let path = urls::event(&infrastructure::id(day));
        jobs.page(&path, move || pages::infrastructure::render(site, at));
    }
    if !site.people.people.is_empty() {
        jobs.page(urls::PEOPLE, || pages::people::render_all(site));
    }
    for name in site.people.people.keys() {
        jobs.page(&urls::person(name), move || pages::people::render(site, name));
    }
    for redirect in redirects {
        let address = redirect.from.clone();
        jobs.page(&address, move || pages::redirects::render(site, &redirect));
    }
    jobs.file("404.html", || pages::not_found::render(site));
    if let Some(book) = &site.input.options.book {
        add_book(site, book, inputs, jobs);
    }
}

/// The pages and pictures of the documentation.
fn add_book<'a>(
    site: &'a SiteContext<'a>,
    book: &'a Book,
    inputs: Option<&PageInputs<'_>>,
    jobs: &mut JobList<'a>,
) {
    jobs.page(book::FOLDER, move || pages::chapter::render_contents(site, book));
    jobs.made_of(inputs.map(|inputs| inputs.of_book(book.contents.as_bytes())));
    for (at, chapter) in book.chapters.iter().enumerate() {
        let path = book::chapter_path(&chapter.name);
        jobs.page(&path, move || pages::chapter::render(site, book, at));
        jobs.made_of(inputs.map(|inputs| inputs.of_book(chapter.text.as_bytes())));
    }
    for picture in &book.pictures {
        let path = [book::FOLDER, &picture.path].concat();
        jobs.file(path, move || Ok(picture.bytes.clone()));
        jobs.made_of(inputs.map(|inputs| inputs.of_book(&picture.bytes)));
    }
}

/// The pages of commits and of pairs, and the JSON of pairs.
fn add_comparisons<'a>(site: &'a SiteContext<'a>, jobs: &mut JobList<'a>) {
    // Finding the slices of a pair compares its series, which is most of the work of a site.
    let pairs: Vec<&CommitPair> =
        site.pairs.all().iter().filter(|pair| jobs.begin_group(&pair.slug)).collect();
    jobs.end_group();
    let held = hold_comparisons(site, &pairs);
    let slices: Vec<Arc<[DiffSlice<'a>]>> =
        pairs.par_iter().map(|pair| pages::diff::slices(site, pair).into()).collect();
    let commit_page = |commit: CommitIndex, jobs: &mut JobList<'a>| {
        let path = urls::commit(&site.commit(commit).id);
        jobs.page(&path, move || pages::commit::render(site, commit));
    };
    let with_page = site.commits.with_address().into_iter();
    let with_page: BTreeSet<CommitIndex> =
        with_page.filter(|commit| site.page_policy.has_commit(*commit)).collect();
    for commit in with_page.iter().filter(|commit| site.consecutive_pair(**commit).is_none()) {
        commit_page(*commit, jobs);
    }
    for (at, (pair, slices)) in pairs.into_iter().zip(slices).enumerate() {
        jobs.begin_group(&pair.slug);
        let has_commit =
            with_page.contains(&pair.head) && site.commits.before(pair.head) == Some(pair.base);
        let has_picture = site.pictures.has(&urls::diff(&pair.slug));
        let has_json = matches!(pair.kind, PairKind::Pull(_));
        let uses = slices.len()
            + usize::from(has_json)
            + usize::from(has_commit)
            + usize::from(has_picture);
        pair.compared.add_uses(uses - usize::from(at < held));
        for at in 0..slices.len() {
            let path = format!("{}{}", urls::diff(&pair.slug), slices[at].path);
            let slices = Arc::clone(&slices);
            jobs.page(&path, move || pages::diff::render(site, pair, &slices, &slices[at]));
        }
        // A bot that comments on a pull request reads it; any other pair is a command away.
        if has_json {
            jobs.file(urls::diff_json(&pair.slug), move || api::pair(site, pair));
        }
        if has_commit {
            commit_page(pair.head, jobs);
        }
    }
    jobs.end_group();
}

/// Has the comparisons of the first pairs held from finding their slices to their last file, as
/// many as take little memory; the number of these pairs.
fn hold_comparisons(site: &SiteContext<'_>, pairs: &[&CommitPair]) -> usize {
    let mut compared = 0;
    let is_small = |pair: &&&CommitPair| {
        let runs = [site.commits.main_runs(pair.head), site.commits.pull_runs(pair.head)];
        compared += runs.map(<[_]>::len).iter().sum::<usize>();
        compared <= MAX_HELD
    };
    // One use is finding the slices, the other stands for all files until their number is known.
    let held = pairs.iter().take_while(is_small).map(|pair| pair.compared.add_uses(2));
    held.count()
}

/// The JSON files under `api/v2/`, except those of pairs.
fn add_api<'a>(site: &'a SiteContext<'a>, inputs: Option<&PageInputs<'_>>, jobs: &mut JobList<'a>) {
    for name in api::SITE_FILES {
        jobs.file(urls::api(name), move || api::site_file(site, name));
    }
    jobs.file("api/v1/index.json", move || api::first_index(site));
    for name in api::SCHEMA_NAMES {
        jobs.file(urls::api(&format!("schema/{name}.json")), move || api::schema(name));
    }
    for series in site.series_indices() {
        let stem = &site.stems[series];
        if !jobs.begin_group(stem) {
            continue;
        }
        let parts = api::series::parts(site.series(series).0);
        let newest = parts.newest;
        jobs.file(urls::series_json(stem), move || api::series::file(site, series, newest));
        // Its growth is that of all sizes.
        jobs.made_of(inputs.map(|inputs| inputs.series_page(series)));
        for part in parts.older {
            let path = urls::series_year_json(stem, &part.year);
            jobs.file(path, move || api::series::part_file(site, series, &part));
            jobs.made_of(inputs.map(|inputs| inputs.series(series)));
        }
    }
    jobs.end_group();
    for number in 0..api::commits::file_count(site) {
        let path = urls::api(&format!("commits/{number}.json"));
        jobs.file(path, move || api::commits::file(site, number));
    }
    jobs.end_group();
    for commit in site.commits.with_address() {
        jobs.file(urls::commit_json(&site.commit(commit).id), move || {
            api::commit::file(site, commit)
        });
    }
}

/// Feeds, badges, metrics, the charts of renamed series, the sitemap and what hosts look for.
fn add_feeds<'a>(site: &'a SiteContext<'a>, redirects: Vec<PageRedirect>, jobs: &mut JobList<'a>) {
    jobs.file("feed.xml", || feeds::feed(site, None));
    for (backend, members) in &site.backends {
        let slug = urls::slug(backend);
        jobs.file(format!("feed/{slug}.xml"), || feeds::feed(site, Some(backend)));
        add_badge(format!("badge/backend/{slug}"), jobs, || feeds::Badge::of(site, members));
    }
    add_badge("badge/status".to_owned(), jobs, || {
        let all: Vec<usize> = site.series_indices().collect();
        feeds::Badge::of(site, &all)
    });
    add_badge("badge/fresh".to_owned(), jobs, || feeds::Badge::fresh(site));
    add_badge("badge/targets".to_owned(), jobs, || feeds::Badge::targets(site));
    for page in site.pictures.pages() {
        jobs.file(picture_index::path(page), move || pictures::render(site, page));
    }
    // A README may show a chart under the name that its benchmark had.
    for chart in redirects.into_iter().filter_map(|redirect| redirect.chart) {
        jobs.file(chart.path, move || Ok(pages::series::drawing(site, chart.series)));
    }
    jobs.file(metrics::FILE, || Ok(metrics::file(site)));
    // Without this file GitHub Pages would run Jekyll, which drops some paths.
    jobs.file(".nojekyll", || Ok(Vec::new()));
    jobs.file("build.json", || Ok(build_facts::file(site)));
    jobs.file("llms.txt", || Ok(llms::file(site)));
    jobs.file("robots.txt", || Ok(feeds::robots(site)));
    if site.input.options.base_url.is_some() {
        jobs.file("sitemap.xml", || Ok(feeds::sitemap(site)));
    }
}

/// A badge as SVG and as JSON.
fn add_badge<'a>(
    path: String,
    jobs: &mut JobList<'a>,
    badge: impl Fn() -> feeds::Badge + Clone + Send + Sync + 'a,
) {
    let again = badge.clone();
    jobs.file(format!("{path}.svg"), move || Ok(badge().svg()));
    jobs.file(format!("{path}.json"), move || Ok(again().json()));
}
