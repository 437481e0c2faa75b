//! The runs of a history commit by commit: the steps of a pass.
//!
//! Example: two series with runs of the commits 0, 1, 2 and 0, 2 are three batches: both, the first
//! alone, both.

use std::collections::BTreeMap;

use model::series::Series;

/// The newest runs of one series: `from..to` of its runs.
#[derive(Clone, Copy, Debug)]
pub struct NewRuns {
    /// Index of the series, or its place in a peer group.
    pub member: usize,
    pub from: usize,
    pub to: usize,
}

/// The runs of one commit.
pub fn unpack_batch(batch: Vec<PackedNewRuns>) -> Vec<NewRuns> {
    batch.into_iter().map(PackedNewRuns::unpack).collect()
}

/// [`NewRuns`] in half the room: those of the whole history are in memory at once.
#[derive(Clone, Copy)]
pub struct PackedNewRuns {
    member: u32,
    from: u32,
    to: u32,
}

impl PackedNewRuns {
    fn of(member: usize, from: usize, to: usize) -> Self {
        let number = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
        Self { member: number(member), from: number(from), to: number(to) }
    }

    fn unpack(self) -> NewRuns {
        NewRuns { member: self.member as usize, from: self.from as usize, to: self.to as usize }
    }
}

/// The runs of each commit, in an order that keeps every series' own; of each series those that
/// `part` names.
pub fn batches_by_commit(
    series: &[Series],
    part: &dyn Fn(&Series, usize) -> std::ops::Range<usize>,
) -> Vec<Vec<PackedNewRuns>> {
    let parts = || series.iter().enumerate().map(|(at, it)| (at, it, part(it, at)));
    let mut runs_of: Vec<usize> = Vec::new();
    for run in parts().flat_map(|(_, it, part)| &it.runs[part]) {
        let commit = run.commit.0 as usize;
        runs_of.resize(runs_of.len().max(commit + 1), 0);
        runs_of[commit] += 1;
    }
    let commits = runs_of.len();
    // Under one id there may be many days (`local`): then the day counts, not the id.
    let mut days: BTreeMap<(usize, i64), Vec<PackedNewRuns>> = BTreeMap::new();
    let mut repeated = vec![false; commits];
    for (_, it, part) in parts() {
        for pair in it.runs[part].windows(2) {
            let same = pair[0].commit == pair[1].commit;
            if same && pair[0].time.day() != pair[1].time.day() {
                repeated[pair[0].commit.0 as usize] = true;
            }
        }
    }
    // No list that grows: nearly every run is a moment's only one of its series.
    let mut plain: Vec<Vec<PackedNewRuns>> = runs_of.into_iter().map(Vec::with_capacity).collect();
    for (member, it, part) in parts() {
        let mut key = (0, i64::MIN);
        let mut from = part.start;
        let at = |index: usize| {
            let run = &it.runs[index];
            let commit = run.commit.0 as usize;
            (commit, if repeated[commit] { run.time.day() } else { i64::MIN })
        };
        while from < part.end {
            // Runs stay in the order of their series, even where a clock says otherwise.
            key = key.max(at(from));
            let mut to = from + 1;
            while to < part.end && at(to) <= key {
                to += 1;
            }
            let new_runs = PackedNewRuns::of(member, from, to);
            if key.1 == i64::MIN {
                plain[key.0].push(new_runs);
            } else {
                days.entry(key).or_default().push(new_runs);
            }
            from = to;
        }
    }
    // Batches of one commit and day by day, in the order of the commits.
    let mut all = Vec::with_capacity(commits + days.len());
    for (commit, batch) in plain.into_iter().enumerate() {
        all.push(batch);
        all.extend(
            days.range_mut((commit, i64::MIN)..(commit + 1, i64::MIN))
                .map(|(_, batch)| std::mem::take(batch)),
        );
    }
    all.retain(|batch| !batch.is_empty());
    all
}
