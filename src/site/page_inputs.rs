//! What the files of a benchmark are made of, as hashes: a file whose inputs are those of the last
//! build is neither made nor written again.
//!
//! Only files that show one benchmark have hashes: pages, charts and JSON of its series, and its
//! own page. They are most of a site, and show nothing but the series of one test and what the
//! whole site shares. Every other file depends on so much that its inputs change with any record.
//!
//! A hash may cover more than a file shows; it must never cover less. In builds with debug
//! assertions, which all tests use, each file that is used again is made all the same and compared.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::report::regression_groups::RegressionGroup;
use crate::report::urls;
use crate::site::content_hash::{ContentHash, ContentHasher};
use crate::site::context::SiteContext;
use crate::site::frame;
use detect::Analysis;
use model::history::{Commit, Environment};
use model::series::{CommitIndex, Run, Series};

/// Hashes of the inputs of files.
pub(crate) struct PageInputs<'a> {
    /// By series: what a file shows that is about this series alone.
    series: Vec<ContentHash>,
    /// The same with what its own files show of the other series of its test.
    series_pages: Vec<ContentHash>,
    /// By test: what a file shows that is about its series.
    tests: BTreeMap<&'a str, ContentHash>,
    /// What every page of the book shows but its text.
    book: ContentHash,
}

/// Facts that many series show, each hashed once.
struct SharedFacts<'a> {
    /// What all pages show.
    shared: ContentHash,
    /// By commit.
    commits: Vec<u64>,
    /// By environment.
    environments: Vec<u64>,
    /// By event: the group of its regression.
    groups: FxHashMap<&'a str, ContentHash>,
}

impl<'a> PageInputs<'a> {
    /// The hashes of a site; `program` stands for the program and its settings.
    pub(crate) fn of(site: &'a SiteContext<'a>, program: ContentHash) -> Self {
        let facts = SharedFacts::of(site, program);
        let indices = 0..site.input.series.len();
        let (results, series): (Vec<ContentHash>, Vec<ContentHash>) = indices
            .into_par_iter()
            .map(|index| {
                let results = results_of_series(site, index, &facts);
                (results, of_series(site, index, &facts, results))
            })
            .unzip();
        let of_members = |members: &[usize], hashes: &[ContentHash]| {
            let mut hasher = ContentHasher::default();
            for member in members {
                hasher.value(&hashes[*member]);
            }
            hasher.content()
        };
        let tests = site.tests.iter().map(|(test, members)| (*test, of_members(members, &series)));
        // A cause that two tests have in common stands on the page of each of its series, not on
        // those beside them.
        let mut series_pages = series.clone();
        for members in site.tests.values() {
            let of_test = of_members(members, &results);
            for member in members {
                let mut hasher = ContentHasher::default();
                hasher.value(&(series[*member], of_test));
                series_pages[*member] = hasher.content();
            }
        }
        // Every page of the book lists all chapters, so a new title changes all of them.
        let mut hasher = ContentHasher::default();
        hasher.value(&facts.shared);
        site.input.options.book.iter().for_each(|book| {
            hasher.value(&book.outline_hash());
        });
        Self { tests: tests.collect(), book: hasher.content(), series, series_pages }
    }

    pub(crate) fn series(&self, series: usize) -> ContentHash {
        self.series[series]
    }

    pub(crate) fn series_page(&self, series: usize) -> ContentHash {
        self.series_pages[series]
    }

    /// A page of the book with this text, or a picture of it.
    pub(crate) fn of_book(&self, content: &[u8]) -> ContentHash {
        let mut hasher = ContentHasher::default();
        hasher.value(&self.book).bytes(content);
        hasher.content()
    }

    pub(crate) fn test(&self, test: &str) -> Option<ContentHash> {
        self.tests.get(test).copied()
    }
}

impl<'a> SharedFacts<'a> {
    fn of(site: &'a SiteContext<'a>, program: ContentHash) -> Self {
        let history = site.input.history;
        let commit = |(at, commit): (usize, &Commit)| {
            let has_address = site.page_policy.has_commit_address(&commit.id);
            // JSON names a commit by its place.
            let place = site.commits.main_line_place(CommitIndex(at as u32));
            let mut hasher = ContentHasher::default();
            hasher.debug(commit).value(&(has_address, place));
            hasher.content().number()
        };
        let commits: Vec<u64> = history.commits.par_iter().enumerate().map(commit).collect();
        let environment = |fields: &Environment| {
            let mut hasher = ContentHasher::default();
            hasher.value(fields);
            hasher.content().number()
        };
        let groups = site.regressions.groups().iter().flat_map(|group| {
            let hash = of_group(site, group, &commits);
            group.members.iter().filter_map(move |member| Some((member.event.as_deref()?, hash)))
        });
        Self {
            shared: shared_by_all(site, program),
            groups: groups.collect(),
            environments: history.environments.iter().map(environment).collect(),
            commits,
        }
    }

    fn commit(&self, commit: CommitIndex) -> u64 {
        self.commits[commit.0 as usize]
    }
}

/// What stands on every page, and what any series may refer to.
fn shared_by_all(site: &SiteContext<'_>, program: ContentHash) -> ContentHash {
    let input = site.input;
    let options = &input.options;
    let notes: Vec<_> = site.notes.all().iter().map(|dated| (dated.time, dated.note)).collect();
    let backends = site.backends.keys();
    let colors: Vec<_> = backends.map(|backend| (backend, site.colors.slot(backend))).collect();
    let mut hasher = ContentHasher::default();
    hasher
        .value(&program)
        .value(&(&input.policy_sha, &options.base_url, options.explicit_index))
        .value(&(input.history.counts.demo > 0, options.book.is_some()))
        .value(&frame::stale(site))
        .value(&input.templates)
        .value(&colors)
        .debug(&site.names)
        .debug(&site.lineage.tags)
        .debug(&notes)
        .debug(&input.accepted)
        .debug(&site.people.people.keys());
    hasher.content()
}

/// What pages of its members say of a group of regressions.
fn of_group(site: &SiteContext<'_>, group: &RegressionGroup, commits: &[u64]) -> ContentHash {
    let id = |commit: CommitIndex| site.commit(commit).id.as_str();
    let line = site.lineage.between(id(group.last_good), id(group.first_bad));
    let ends = [group.last_good, group.first_bad].map(|commit| commits[commit.0 as usize]);
    let mut hasher = ContentHasher::default();
    hasher.debug(group).debug(&site.regressions.insight(group)).debug(&line).value(&ends);
    hasher.content()
}

/// The runs of a series and its analysis.
fn results_of_series(site: &SiteContext<'_>, index: usize, facts: &SharedFacts<'_>) -> ContentHash {
    let (series, analysis) = site.series(index);
    let mut hasher = ContentHasher::default();
    hasher.value(&facts.shared);
    add_series(&mut hasher, series, facts);
    add_analysis(&mut hasher, analysis);
    let events = 0..analysis.changes.len();
    hasher.debug(&events.map(|at| site.events.id(index, at)).collect::<Vec<_>>());
    hasher.content()
}

fn of_series(
    site: &SiteContext<'_>,
    index: usize,
    facts: &SharedFacts<'_>,
    results: ContentHash,
) -> ContentHash {
    let (series, analysis) = site.series(index);
    let mut hasher = ContentHasher::default();
    hasher.value(&results);
    // What else of the site is about this series.
    let page = urls::series(&site.stems[index]);
    let notes: Vec<&str> = site.notes_about(index).map(|dated| dated.note.name.as_str()).collect();
    let targets = site.input.targets.iter().filter(|target| target.series == Some(index));
    hasher
        .value(&(site.page_policy.has_series(index), site.pictures.has(&page)))
        .value(&(notes, site.owner_with_page(index)))
        .debug(&targets.collect::<Vec<_>>());
    for pulled in &series.pulls {
        let base = site.commits.before(pulled.run.commit);
        let pair = base.and_then(|base| site.pairs.find(base, pulled.run.commit));
        hasher.value(&pair.map(|pair| &pair.slug));
    }
    for (at, change) in analysis.changes.iter().enumerate() {
        let id = |run: usize| &site.commit(series.runs[run].commit).id;
        let pair = urls::pair(id(change.last_before), id(change.first_after));
        let event = site.events.id(index, at);
        hasher.value(&(event, site.pairs.has(&pair), facts.groups.get(event)));
    }
    hasher.content()
}

fn add_series(hasher: &mut ContentHasher, series: &Series, facts: &SharedFacts<'_>) {
    // Field by field, so that a new one does not compile before somebody has thought of it here.
    let Series { key, unit, direction, tags, runs, pulls, segments } = series;
    hasher.value(&(key, unit.as_str(), direction.as_str(), tags, segments)).value(&runs.len());
    runs.iter().for_each(|run| add_run(hasher, run, facts));
    for pulled in pulls {
        add_run(hasher.number(pulled.pull), &pulled.run, facts);
    }
}

fn add_run(hasher: &mut ContentHasher, run: &Run, facts: &SharedFacts<'_>) {
    let Run { commit, time, value, std, repeats, segment, environment, detail } = run;
    let environment = facts.environments[*environment as usize];
    hasher.value(&(facts.commit(*commit), time.micros(), value, std)).value(&(
        repeats,
        segment,
        environment,
        detail,
    ));
}

fn add_analysis(hasher: &mut ContentHasher, analysis: &Analysis) {
    let Analysis {
        verdict,
        newest,
        threshold,
        absolute_threshold,
        report_only,
        baseline,
        latest_run,
        latest_change,
        noise,
        noise_floor,
        detectable_change_90,
        detectable_change_99,
        level,
        spread,
        flags,
        changes,
        withdrawn,
        restarts,
        vetoed_shifts,
        gaps,
        typical_range,
        newest_level,
        trend,
        is_retired,
    } = analysis;
    hasher
        .value(&(level, spread, flags, gaps, latest_run, verdict, report_only, is_retired))
        .debug(&(newest, threshold, absolute_threshold, baseline, latest_change, noise))
        .debug(&(noise_floor, detectable_change_90, detectable_change_99))
        .debug(&(typical_range, newest_level, trend))
        .debug(&(changes, withdrawn, restarts, vetoed_shifts));
}
