//! What pages look up: names and paths of series, changes, commits, pairs, notes and presets.
//!
//! Everything is computed once, before the first page. A page that searched all series, all commits
//! or all changes for what concerns it would make the site quadratic. Each kind of look-up has its
//! own type; this one holds them and answers questions that need several of them.

use std::collections::BTreeMap;

use crate::report::infrastructure::{self, LastingShift};
use crate::report::phrase::Phrase;
use crate::report::pull_check::PullCheck;
use crate::report::session::CandidateSession;
use crate::report::urls::{self, LinkRoot};
use crate::site::benchmark_metrics::BenchmarkMetrics;
use crate::site::changes::{EventIndex, EventRef};
use crate::site::chart_memos::ChartMemos;
use crate::site::colors::BackendColors;
use crate::site::commits::CommitLookup;
use crate::site::error::RenderError;
use crate::site::frame_defaults::FrameDefaults;
use crate::site::input::SiteInput;
use crate::site::lineage::Lineage;
use crate::site::notes::{DatedNote, DatedNotes};
use crate::site::page_policy::PagePolicy;
use crate::site::pairs::{CommitPair, PairIndex};
use crate::site::peers::PeerGroups;
use crate::site::people::{self, PeopleIndex};
use crate::site::picture_index::{PictureIndex, PicturedPages};
use crate::site::presets::{self, PresetView};
use crate::site::regressions::RegressionIndex;
use crate::site::repository;
use crate::site::run_levels::RunLevels;
use detect::{Analysis, Change};
use model::filter::ChangeAges;
use model::history::Commit;
use model::policy::site::PeoplePages;
use model::record::time::Timestamp;
use model::series::names::SeriesNames;
use model::series::{CommitIndex, Series};
use model::text;

/// Most rows of one table of series; the JSON has all of them.
pub(crate) const MAX_TABLE_ROWS: usize = 280;

/// The input with its look-ups.
pub(crate) struct SiteContext<'a> {
    pub(crate) input: &'a SiteInput<'a>,
    /// By series: what its page, chart and JSON have in common in their paths.
    pub(crate) stems: Vec<String>,
    /// A hash of all stems: a place in another list is another series.
    pub(crate) series_hash: String,
    /// By series: ages of its newest change and of its newest regression.
    pub(crate) change_ages: Vec<ChangeAges>,
    /// By test: its series, in order.
    pub(crate) tests: BTreeMap<&'a str, Vec<usize>>,
    /// By backend: its series, in order.
    pub(crate) backends: BTreeMap<&'a str, Vec<usize>>,
    pub(crate) colors: BackendColors<'a>,
    pub(crate) peers: PeerGroups,
    pub(crate) metrics: BenchmarkMetrics,
    pub(crate) charts: ChartMemos,
    pub(crate) run_levels: RunLevels,
    pub(crate) commits: CommitLookup<'a>,
    pub(crate) lineage: Lineage<'a>,
    pub(crate) events: EventIndex,
    /// How titles name series: without what all that are still measured have in common.
    pub(crate) names: SeriesNames,
    pub(crate) regressions: RegressionIndex,
    /// Shifts of most series that stayed, with no recorded cause.
    pub(crate) lasting_shifts: Vec<LastingShift>,
    /// Empty unless the policy asks for pages of people.
    pub(crate) people: PeopleIndex,
    pub(crate) notes: DatedNotes<'a>,
    pub(crate) presets: Vec<PresetView>,
    pub(crate) page_policy: PagePolicy,
    pub(crate) pairs: PairIndex,
    pub(crate) frame_defaults: FrameDefaults,
    pub(crate) pictures: PictureIndex,
}

/// The commits on either side of a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommitRange {
    /// The last commit on the old level.
    pub(crate) base: CommitIndex,
    /// The first commit on the new level.
    pub(crate) head: CommitIndex,
}

impl<'a> SiteContext<'a> {
    /// Computes all look-ups.
    ///
    /// # Errors
    /// Two series have the same path.
    pub(crate) fn of(input: &'a SiteInput<'a>) -> Result<Self, RenderError> {
        let change_ages = presets::change_ages(input);
        let backends = group_by_name(input.series, |series| &series.key.backend);
        let peers = PeerGroups::of(input.series);
        let commits = CommitLookup::of(input);
        let notes = DatedNotes::of(input, &commits);
        // Before the pairs: a quiet commit without a page is compared with nothing.
        let page_policy = PagePolicy::of(input, &commits, &notes, &change_ages);
        let (stems, events) = (stems(input.series)?, EventIndex::of(input));
        let pairs = PairIndex::of(input, &commits, &page_policy);
        let pages = PicturedPages {
            stems: &stems,
            events: &events,
            pairs: &pairs,
            page_policy: &page_policy,
        };
        let regressions = RegressionIndex::of(input);
        Ok(Self {
            people: PeopleIndex::of(input, &events, &regressions),
            input,
            pictures: PictureIndex::of(input, &pages),
            series_hash: model::hex::sha256(&stems.join("\n"), 12),
            stems,
            tests: group_by_name(input.series, |series| &series.key.test),
            colors: BackendColors::of(input.policy, backends.keys().copied()),
            backends,
            charts: ChartMemos::of(input.series.len()),
            run_levels: RunLevels::of(input.series),
            peers,
            metrics: BenchmarkMetrics::of(input.series),
            lineage: Lineage::of(input.history),
            events,
            names: detect::shown_names(input.series, &input.analyses.by_series),
            regressions,
            lasting_shifts: infrastructure::lasting_shifts(
                input.history,
                input.series,
                &input.analyses.by_series,
            ),
            presets: presets::all(input, &change_ages),
            pairs,
            frame_defaults: FrameDefaults::of(input),
            change_ages,
            commits,
            notes,
            page_policy,
        })
    }

    /// What the head of a pull request measured side by side with this base; with another one,
    /// where the main line never measured that.
    pub(crate) fn session(
        &self,
        base: CommitIndex,
        head: CommitIndex,
    ) -> Option<&CandidateSession> {
        let is_of = |session: &&CandidateSession| {
            let other = &self.input.history.commits[session.base];
            session.base == base.0 as usize || !other.main_line
        };
        self.input.sessions.get(&head).filter(is_of)
    }

    /// The check of the pull request whose head this is, against this base.
    pub(crate) fn pull_check(&self, base: CommitIndex, head: CommitIndex) -> Option<&PullCheck> {
        let id = |at: CommitIndex| self.commit(at).id.as_str();
        let is_of = |check: &&PullCheck| {
            check.commit == id(head) && check.main_base.as_deref() == Some(id(base))
        };
        self.input.pull_checks.values().find(is_of)
    }

    pub(crate) fn series(&self, index: usize) -> (&'a Series, &'a Analysis) {
        (&self.input.series[index], &self.input.analyses.by_series[index])
    }

    /// Whether an author has a page.
    pub(crate) fn has_author_page(&self, name: &str) -> bool {
        self.input.policy.site.people == PeoplePages::Authors && self.people.has(name)
    }

    /// The owner of a series, where owners have pages.
    pub(crate) fn owner_with_page(&self, series: usize) -> Option<&'a str> {
        let name = people::owner_name(self.input, series)?;
        let are_shown = self.input.policy.site.people == PeoplePages::Owners;
        (are_shown && self.people.has(name)).then_some(name)
    }

    pub(crate) fn series_indices(&self) -> impl Iterator<Item = usize> {
        0..self.input.series.len()
    }

    pub(crate) fn commit(&self, index: CommitIndex) -> &'a Commit {
        &self.input.history.commits[index.0 as usize]
    }

    pub(crate) fn change(&self, event: &EventRef) -> (&'a Series, &'a Analysis, &'a Change) {
        let (series, analysis) = self.series(event.series);
        (series, analysis, &analysis.changes[event.change])
    }

    /// The commits on either side of a change.
    pub(crate) fn change_range(&self, event: &EventRef) -> CommitRange {
        let (series, _, change) = self.change(event);
        CommitRange {
            base: series.runs[change.last_before].commit,
            head: series.runs[change.first_after].commit,
        }
    }

    /// The notes that concern a series.
    pub(crate) fn notes_about(&self, series: usize) -> impl Iterator<Item = DatedNote<'a>> {
        self.notes.about(&self.input.series[series], self.change_ages[series])
    }

    /// The pair whose comparison the page of a commit shows: with the measured commit before it.
    pub(crate) fn consecutive_pair(&self, head: CommitIndex) -> Option<&CommitPair> {
        self.pairs.find(self.commits.before(head)?, head)
    }

    /// Age of a time at the build, in days; never below zero.
    pub(crate) fn age_in_days(&self, time: Timestamp) -> f64 {
        presets::days_between(time, self.input.options.as_of)
    }

    /// The id of a series' row in any table.
    pub(crate) fn series_anchor(&self, series: usize) -> String {
        urls::series_anchor(&self.stems[series])
    }

    /// Where a series is shown: on its page, or else in its row on the page of its test. A test
    /// with more series than one table takes has no row for the last of them: then the page itself.
    pub(crate) fn series_path(&self, series: usize) -> String {
        if self.page_policy.has_series(series) {
            return urls::series(&self.stems[series]);
        }
        let test = self.series(series).0.key.test.as_str();
        let page = urls::test(test);
        let members = self.tests.get(test).map_or(&[][..], Vec::as_slice);
        match members.binary_search(&series) {
            Ok(position) if position < MAX_TABLE_ROWS => {
                format!("{page}#{}", self.series_anchor(series))
            }
            _ => page,
        }
    }

    /// The link to a commit: its page, or else its source code, where the policy names the
    /// repository.
    pub(crate) fn commit_link(&self, root: LinkRoot, id: &str) -> Option<String> {
        if self.page_policy.has_commit_address(id) {
            Some(root.to(&urls::commit(id)))
        } else {
            repository::commit_url(self.input.policy, id)
        }
    }

    /// The link to a comparison: its page, or else the page that computes it in the browser.
    pub(crate) fn pair_link(&self, root: LinkRoot, base: CommitIndex, head: CommitIndex) -> String {
        let (base, head) = (&self.commit(base).id, &self.commit(head).id);
        let slug = urls::pair(base, head);
        if self.pairs.has(&slug) {
            return root.to(&urls::diff(&slug));
        }
        let (base, head) = (urls::commit_slug(base), urls::commit_slug(head));
        format!("{}?base={base}&head={head}", root.to("diff/"))
    }

    /// Adds the name of a commit to a sentence, linked where it has a page.
    pub(crate) fn with_commit(&self, phrase: Phrase, root: LinkRoot, id: &str) -> Phrase {
        match self.commit_link(root, id) {
            Some(href) => phrase.code_link(href, text::short_commit(id)),
            None => phrase.marked("code", text::short_commit(id)),
        }
    }
}

fn stems(series: &[Series]) -> Result<Vec<String>, RenderError> {
    let stems: Vec<String> = series.iter().map(|series| urls::series_stem(&series.key)).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, stem) in stems.iter().enumerate() {
        // Paths are lower case and short, so two names can meet. Dropping one of them would lose
        // a series without a word.
        if let Some(first) = seen.insert(stem, index) {
            return Err(RenderError::PathClash {
                path: urls::series(stem),
                first: series[first].key.name(),
                second: series[index].key.name(),
            });
        }
    }
    Ok(stems)
}

fn group_by_name(series: &[Series], name: fn(&Series) -> &str) -> BTreeMap<&str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, series) in series.iter().enumerate() {
        groups.entry(name(series)).or_default().push(index);
    }
    groups
}
