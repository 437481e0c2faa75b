//! Which two commits have a page of their comparison, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::report::urls;
use crate::site::comparison::{self, ComparedSeries};
use crate::site::context::SiteContext;
use crate::site::memo::Memo;
use model::record::time::DAY_US;
use model::series::CommitIndex;

/// Newest consecutive pairs of measured commits that have a page.
const RECENT_PAIRS: usize = 200;

/// Most series compared on the pages of consecutive commits and around changes, over all such
/// pairs, newest first: comparisons grow with commits times series, and nobody looks up the older
/// ones of thousands of series; any other pair is compared by the picker.
const MAX_COMPARISONS: usize = 200_000;
/// Newest pairs that have a page however many series there are.
const MIN_PAIRS: usize = 20;

/// Pull requests older than this, in days before the build, have no page of their own any more.
const PULL_DAYS: i64 = 180;

/// Two commits that have a page.
#[derive(Debug)]
pub(crate) struct CommitPair {
    pub(crate) base: CommitIndex,
    pub(crate) head: CommitIndex,
    pub(crate) kind: PairKind,
    /// `<base>..<head>`.
    pub(crate) slug: String,
    /// See [`CommitPair::compared`].
    compared: Memo<Vec<ComparedSeries>>,
}

impl CommitPair {
    /// Every series measured at the head against the base: found once for the files that
    /// [`CommitPair::expect_uses`] tells of.
    pub(crate) fn compared(&self, site: &SiteContext<'_>) -> Arc<Vec<ComparedSeries>> {
        self.compared.get_or_make(|| comparison::compare_commits(site, self.base, self.head, None))
    }

    /// So many files will ask what was compared.
    pub(crate) fn expect_uses(&self, files: usize) {
        self.compared.add_uses(files);
    }
}

/// Why a pair has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PairKind {
    Pull(u64),
    Tags,
    Consecutive,
    Event,
}

/// The pairs of a site, in order of their head, then their base; each address once.
pub(crate) fn find_pairs(site: &SiteContext<'_>) -> Vec<CommitPair> {
    let mut found: BTreeMap<(CommitIndex, CommitIndex), PairKind> = BTreeMap::new();
    let mut add = |base: CommitIndex, head: CommitIndex, kind: PairKind| {
        if base != head {
            let known = found.entry((head, base)).or_insert(kind);
            *known = (*known).min(kind);
        }
    };
    let told = |at: &&CommitIndex| site.is_compared(**at);
    for &head in site.main_commits.iter().rev().take(RECENT_PAIRS).filter(told) {
        if let Some(base) = parent(site, head) {
            add(base, head, PairKind::Consecutive);
        }
    }
    let tagged: Vec<CommitIndex> =
        site.main_commits.iter().copied().filter(|at| !site.commit(*at).tags.is_empty()).collect();
    for pair in tagged.windows(2) {
        add(pair[0], pair[1], PairKind::Tags);
    }
    for (series, analysis) in site.input.series.iter().zip(&site.input.analyses.by_series) {
        for change in &analysis.changes {
            let of = |run: usize| series.runs[run].commit;
            add(of(change.last_before), of(change.first_after), PairKind::Event);
        }
        for pulled in &series.pulls {
            let head = pulled.run.commit;
            let age = site.input.options.now.micros() - pulled.run.time.micros();
            let base = site.commit_before(head).filter(|_| age <= PULL_DAYS * DAY_US);
            if let Some(base) = base {
                add(base, head, PairKind::Pull(pulled.pull));
            }
        }
    }
    drop_beyond_maximum(site, &mut found);
    let pairs = found.into_iter().map(|((head, base), kind)| {
        let slug = urls::pair(&site.commit(base).id, &site.commit(head).id);
        CommitPair { base, head, kind, slug, compared: Memo::for_uses(0) }
    });
    let mut slugs = BTreeSet::new();
    pairs.filter(|pair| slugs.insert(pair.slug.clone())).collect()
}

/// Drops the oldest pairs that nobody asked for where all of them would compare too many series.
fn drop_beyond_maximum(
    site: &SiteContext<'_>,
    found: &mut BTreeMap<(CommitIndex, CommitIndex), PairKind>,
) {
    let (mut pairs, mut compared) = (0, 0);
    let mut dropped = BTreeSet::new();
    for (&(head, base), kind) in found.iter().rev() {
        if matches!(kind, PairKind::Consecutive | PairKind::Event) {
            pairs += 1;
            compared += site.main_runs[head.0 as usize].len();
            if pairs > MIN_PAIRS && compared > MAX_COMPARISONS {
                dropped.insert((head, base));
            }
        }
    }
    found.retain(|pair, _| !dropped.contains(pair));
}

/// The nearest measured ancestor along first parents; without parents, the commit before.
fn parent(site: &SiteContext<'_>, head: CommitIndex) -> Option<CommitIndex> {
    let first = site.commit(head).parents.first();
    let first = first.and_then(|id| site.commit_by_id.get(id.as_str()));
    let measured = first.filter(|at| !site.main_runs[**at].is_empty());
    let parent = measured.and_then(|at| u32::try_from(*at).ok()).map(CommitIndex);
    parent.filter(|at| *at < head).or_else(|| site.commit_before(head))
}
