//! Which two commits have a page of their comparison, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use crate::report::delta::{RunPosition, SeriesDelta};
use crate::report::urls;
use crate::site::commits::CommitLookup;
use crate::site::compared_verdict::{ComparedVerdict, VerdictWords};
use crate::site::input::SiteInput;
use crate::site::memo::Memo;
use crate::site::page_policy::PagePolicy;
use detect::{ChangeKind, ChangeStatus};
use model::record::time::DAY_US;
use model::series::CommitIndex;

/// Newest consecutive pairs of measured commits that have a page.
const RECENT_PAIRS: usize = 200;

/// Most series compared on the pages of consecutive commits and around changes, over all such
/// pairs, newest first. The work grows with commits times series, and few readers look up the old
/// pairs of thousands of series; the picker compares any other pair in the browser.
const MAX_COMPARISONS: usize = 200_000;
/// Newest pairs that have a page however many series there are.
const MIN_PAIRS: usize = 20;

/// Pull requests older than this, in days before the build, have no page of their own.
const PULL_DAYS: i64 = 180;

/// One series in a comparison of two commits.
#[derive(Debug)]
pub(crate) struct ComparedSeries {
    pub(crate) series: usize,
    pub(crate) position: RunPosition,
    pub(crate) delta: SeriesDelta,
    /// What the gate says of it.
    pub(crate) verdict: ComparedVerdict,
}

/// Two commits that have a page.
#[derive(Debug)]
pub(crate) struct CommitPair {
    pub(crate) base: CommitIndex,
    pub(crate) head: CommitIndex,
    pub(crate) kind: PairKind,
    /// `<base>..<head>`.
    pub(crate) slug: String,
    /// How many series have which verdict; empty until the pair was compared.
    pub(crate) words: OnceLock<VerdictWords>,
    /// The comparison, for the files that show it.
    pub(crate) compared: Memo<Vec<ComparedSeries>>,
}

/// Why a pair has a page. Of several reasons the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PairKind {
    Pull(u64),
    Tags,
    Consecutive,
    Event,
}

/// All pairs of a site.
pub(crate) struct PairIndex {
    /// In order of their head, then their base.
    all: Vec<CommitPair>,
    slugs: FxHashSet<String>,
}

impl PairIndex {
    pub(crate) fn of(
        input: &SiteInput<'_>,
        commits: &CommitLookup<'_>,
        page_policy: &PagePolicy,
    ) -> Self {
        let mut kinds = KindByPair::default();
        kinds.add_consecutive(input, commits, page_policy);
        kinds.add_tags(input, commits);
        kinds.add_changes_and_pulls(input, commits);
        kinds.drop_beyond_maximum(commits);
        let id = |commit: CommitIndex| &input.history.commits[commit.0 as usize].id;
        let pairs = kinds.0.into_iter().map(|(key, kind)| {
            let slug = urls::pair(id(key.base), id(key.head));
            CommitPair {
                base: key.base,
                head: key.head,
                kind,
                slug,
                words: OnceLock::new(),
                compared: Memo::for_uses(0),
            }
        });
        let mut slugs = FxHashSet::default();
        // Commits that share their first twelve digits share an address: the first pair keeps it.
        let all = pairs.filter(|pair| slugs.insert(pair.slug.clone())).collect();
        Self { all, slugs }
    }

    /// In order of their head, then their base.
    pub(crate) fn all(&self) -> &[CommitPair] {
        &self.all
    }

    pub(crate) fn find(&self, base: CommitIndex, head: CommitIndex) -> Option<&CommitPair> {
        let order = |pair: &CommitPair| (pair.head, pair.base).cmp(&(head, base));
        self.all.binary_search_by(order).ok().map(|at| &self.all[at])
    }

    /// Whether a pair with this slug has a page.
    pub(crate) fn has(&self, slug: &str) -> bool {
        self.slugs.contains(slug)
    }

    /// The pairs that end at a commit.
    pub(crate) fn ending_at(&self, head: CommitIndex) -> &[CommitPair] {
        let start = self.all.partition_point(|pair| pair.head < head);
        let end = self.all.partition_point(|pair| pair.head <= head);
        &self.all[start..end]
    }
}

/// The head comes first, so that pairs are sorted by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PairKey {
    head: CommitIndex,
    base: CommitIndex,
}

/// The pairs found so far, each with its first reason.
#[derive(Default)]
struct KindByPair(BTreeMap<PairKey, PairKind>);

impl KindByPair {
    fn add(&mut self, base: CommitIndex, head: CommitIndex, kind: PairKind) {
        if base != head {
            let first = self.0.entry(PairKey { head, base }).or_insert(kind);
            *first = (*first).min(kind);
        }
    }

    fn add_consecutive(
        &mut self,
        input: &SiteInput<'_>,
        commits: &CommitLookup<'_>,
        page_policy: &PagePolicy,
    ) {
        let newest = commits.main_line().iter().rev().take(RECENT_PAIRS);
        for &head in newest.filter(|commit| page_policy.is_compared(**commit)) {
            if let Some(base) = measured_parent(input, commits, head) {
                self.add(base, head, PairKind::Consecutive);
            }
        }
    }

    fn add_tags(&mut self, input: &SiteInput<'_>, commits: &CommitLookup<'_>) {
        let is_tagged = |at: &CommitIndex| !input.history.commits[at.0 as usize].tags.is_empty();
        let tagged: Vec<CommitIndex> =
            commits.main_line().iter().copied().filter(is_tagged).collect();
        // Release to release; comparing every release with every other would be quadratic.
        for pair in tagged.windows(2) {
            self.add(pair[0], pair[1], PairKind::Tags);
        }
    }

    fn add_changes_and_pulls(&mut self, input: &SiteInput<'_>, commits: &CommitLookup<'_>) {
        let now = input.options.as_of.micros();
        for (series, analysis) in input.series.iter().zip(&input.analyses.by_series) {
            for change in &analysis.changes {
                let commit = |run: usize| series.runs[run].commit;
                self.add(commit(change.last_before), commit(change.first_after), PairKind::Event);
                // Neighbors within a slope differ by nothing: a reader compares its two ends.
                if change.kind == ChangeKind::Drift && change.status == ChangeStatus::Open {
                    let newest = series.runs.len() - 1;
                    self.add(commit(change.last_before), commit(newest), PairKind::Event);
                }
            }
            for pulled in &series.pulls {
                let head = pulled.run.commit;
                // Nobody reopens a pull request of last year, but each has a page for each backend.
                let age = now - pulled.run.time.micros();
                if let Some(base) = commits.before(head).filter(|_| age <= PULL_DAYS * DAY_US) {
                    self.add(base, head, PairKind::Pull(pulled.pull));
                }
            }
        }
    }

    /// Drops the oldest pairs that no person asked for (a pull request or a tag is such a request)
    /// where all of them together would compare too many series.
    fn drop_beyond_maximum(&mut self, commits: &CommitLookup<'_>) {
        let (mut pairs, mut compared) = (0, 0);
        let mut dropped = BTreeSet::new();
        for (key, kind) in self.0.iter().rev() {
            if matches!(kind, PairKind::Consecutive | PairKind::Event) {
                pairs += 1;
                compared += commits.main_runs(key.head).len();
                if pairs > MIN_PAIRS && compared > MAX_COMPARISONS {
                    dropped.insert(*key);
                }
            }
        }
        self.0.retain(|key, _| !dropped.contains(key));
    }
}

/// The nearest measured ancestor along first parents; without parents, the commit before.
fn measured_parent(
    input: &SiteInput<'_>,
    commits: &CommitLookup<'_>,
    head: CommitIndex,
) -> Option<CommitIndex> {
    let first = input.history.commits[head.0 as usize].parents.first();
    let parent = first.and_then(|id| commits.by_id(id));
    let measured = parent.filter(|at| !commits.main_runs(*at).is_empty());
    measured.filter(|at| *at < head).or_else(|| commits.before(head))
}
