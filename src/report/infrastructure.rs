//! An infrastructure anomaly: which backends shifted at once, by how much, and which recorded
//! fields changed with it.
//!
//! The analysis says that it was such a day; this gathers what a person looks at next. No cause is
//! claimed: a field that changed is reported as one that changed, and nothing more.

use std::collections::BTreeMap;

use detect::stats::median;
use detect::{Analysis, ChangeStatus, InfrastructureDay, PeerKind, Verdict};
use model::history::History;
use model::record::Direction;
use model::record::time::{DAY_US, Timestamp};
use model::series::{Run, Series};
use model::text;

/// The infrastructure day that the candidate's runs lie on.
#[derive(Clone, Debug)]
pub(crate) struct InfrastructureAnomaly {
    pub(crate) day: Timestamp,
    /// Days in a row so far, this one included.
    pub(crate) days: usize,
    /// What was compared, how many of them shifted, and how many had a vote.
    pub(crate) peers: PeerKind,
    pub(crate) peers_shifted: u32,
    pub(crate) peers_active: u32,
    /// Median change of these, relative; up is worse.
    pub(crate) change: f64,
    pub(crate) worse: bool,
    /// It has lasted for as many days as the policy waits before it alerts.
    pub(crate) alert: bool,
    /// Series that are excluded from the verdict.
    pub(crate) series: usize,
    /// Each backend with its median change, the largest first.
    pub(crate) backends: Vec<ShiftedBackend>,
    /// Recorded fields that changed with it.
    pub(crate) field_changes: Vec<FieldChange>,
    /// What to do next, in sentences.
    pub(crate) advice: Vec<String>,
}

/// How far the series of a backend shifted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ShiftedBackend {
    pub(crate) backend: String,
    /// Median of its series, relative; up is worse.
    pub(crate) change: f64,
}

/// A recorded field of the runs that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldChange {
    pub(crate) kind: FieldKind,
    pub(crate) field: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) series: usize,
}

/// What a field describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FieldKind {
    RunnerImage,
    Toolchain,
    Host,
    Other,
}

impl FieldKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RunnerImage => "runner image",
            Self::Toolchain => "toolchain",
            Self::Host => "host",
            Self::Other => "other field",
        }
    }

    fn of(field: &str) -> Self {
        let field = field.to_ascii_lowercase();
        let any = |names: &[&str]| names.iter().any(|name| field.contains(name));
        if any(&["image"]) || field == "os" || field.starts_with("os_") {
            Self::RunnerImage
        } else if any(&["cpu", "memory", "host", "kernel", "machine", "arch", "core", "instance"]) {
            Self::Host
        } else if any(&["version", "compiler", "toolchain", "rustc", "_ver", "generator", "sdk"]) {
            Self::Toolchain
        } else {
            Self::Other
        }
    }
}

/// Most fields that are listed: what differs in everything differs for another reason.
const MAX_CHANGES: usize = 12;
/// A field that took more values than this is one of the run itself (a number, a time).
const MAX_VALUES: usize = 3;
/// Fields that differ from run to run and say nothing of the machine.
const PER_RUN_FIELDS: [&str; 6] = ["policy_sha", "pcs_sha", "run_id", "job_id", "k_policy", "reps"];

/// The anomaly that the candidate's newest runs are part of; none where no series was excluded for
/// one.
pub(crate) fn find_anomaly(
    history: &History,
    series: &[Series],
    analyses: &[Analysis],
    days: &[InfrastructureDay],
) -> Option<InfrastructureAnomaly> {
    let excluded: Vec<(&Series, &Analysis, usize)> = series
        .iter()
        .zip(analyses)
        .filter(|(_, analysis)| analysis.verdict == Verdict::Infrastructure)
        .filter_map(|(series, analysis)| Some((series, analysis, analysis.latest_run?)))
        .filter(|(_, analysis, latest)| analysis.flags[*latest].infrastructure)
        .collect();
    let newest = excluded.iter().map(|(series, _, at)| series.runs[*at].time.day()).max()?;
    // The days were found over the whole history; the newest one up to the candidate is its own.
    let at = days.iter().rposition(|it| it.day <= newest)?;
    let day = days[at];
    let since = (0..=at)
        .rev()
        .take_while(|i| days[*i].is_degradation == day.is_degradation && is_near(days, *i, at));
    let mut infrastructure = InfrastructureAnomaly {
        day: Timestamp::from_micros(day.day.saturating_mul(DAY_US)),
        days: since.count(),
        peers: day.peers,
        peers_shifted: day.peers_moved,
        peers_active: day.peers_active,
        change: day.change,
        worse: day.is_degradation,
        alert: day.alert,
        series: excluded.len(),
        backends: backend_shifts(series, analyses, newest, day.is_degradation),
        field_changes: field_changes(history, series, newest),
        advice: Vec::new(),
    };
    infrastructure.advice = advice_for(&infrastructure);
    Some(infrastructure)
}

/// A shift of most series for the worse that stayed, so that their baselines restarted.
#[derive(Clone, Debug)]
pub(crate) struct LastingShift {
    /// The day of its first run.
    pub(crate) since: Timestamp,
    /// Series that are still worse, with nothing that explains it.
    pub(crate) series: usize,
    /// Median change of these series, relative; up is worse.
    pub(crate) change: f64,
    /// The first commit that was measured on the worse level.
    pub(crate) first_commit: String,
}

/// Days by which the first runs of one shift may lie apart.
const MAX_ONSET_DAYS: i64 = 3;

/// The shifts that stayed and are open: no field of runner or toolchain changed with them, no note
/// and no accepted entry explains them.
pub(crate) fn lasting_shifts(
    history: &History,
    series: &[Series],
    analyses: &[Analysis],
) -> Vec<LastingShift> {
    let mut open: Vec<OpenRestart<'_>> = Vec::new();
    for (series, analysis) in series.iter().zip(analyses) {
        let restarts = analysis.restarts.iter().filter(|it| it.status == ChangeStatus::Open);
        open.extend(
            restarts.map(|it| OpenRestart {
                run: &series.runs[it.first_after],
                change: it.change.abs(),
            }),
        );
    }
    open.sort_by_key(|it| (it.run.time, it.run.commit));
    let near = |a: &OpenRestart<'_>, b: &OpenRestart<'_>| {
        b.run.time.day().saturating_sub(a.run.time.day()) <= MAX_ONSET_DAYS
    };
    let shifts = open.chunk_by(near).filter_map(|restarts| {
        let first = restarts[0].run;
        let day = first.time.day();
        let explains = |it: &FieldChange| it.kind != FieldKind::Other;
        if field_changes(history, series, day).iter().any(explains) {
            return None;
        }
        let changes: Vec<f64> = restarts.iter().map(|it| it.change).collect();
        Some(LastingShift {
            since: Timestamp::from_micros(day.saturating_mul(DAY_US)),
            series: restarts.len(),
            change: median(&changes)?,
            first_commit: history.commits[first.commit.0 as usize].id.clone(),
        })
    });
    shifts.collect()
}

/// An open restart of one series.
struct OpenRestart<'a> {
    /// The first run on the worse level.
    run: &'a Run,
    /// Relative and unsigned.
    change: f64,
}

impl LastingShift {
    /// `Infrastructure shift since Mar 3, 2025: 24 series are 25% worse, no recorded cause`.
    pub(crate) fn sentence(&self) -> String {
        let verb = if self.series == 1 { "is" } else { "are" };
        format!(
            "Infrastructure shift since {}: {} {verb} {} worse, no recorded cause",
            text::date(self.since),
            text::count_noun(self.series as u64, "series"),
            text::percent(self.change)
        )
    }

    /// The sentence with what to do.
    pub(crate) fn notice(&self) -> String {
        format!(
            "{}. Check the machines, or explain it in a note dated {}.",
            self.sentence(),
            text::iso_date(self.since)
        )
    }
}

/// Whether no more than the days between lie between two infrastructure days of a row.
fn is_near(days: &[InfrastructureDay], from: usize, to: usize) -> bool {
    let span = days[to].day.saturating_sub(days[from].day);
    // Days without runs (weekends) do not end a row.
    span <= 3 * (to - from) as i64
}

/// The runs of a series on a day: they stand in order of time.
fn runs_on_day(series: &Series, day: i64) -> std::ops::Range<usize> {
    let before = |limit: i64| series.runs.partition_point(|run| run.time.day() < limit);
    before(day)..before(day.saturating_add(1))
}

/// Each backend's median change that day against its levels before: those that shifted with the day
/// first, the largest first.
fn backend_shifts(
    series: &[Series],
    analyses: &[Analysis],
    day: i64,
    is_degradation: bool,
) -> Vec<ShiftedBackend> {
    let mut moves: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (one, analysis) in series.iter().zip(analyses) {
        let runs = runs_on_day(one, day);
        let Some(level) = analysis.level.last_before(runs.start) else {
            continue;
        };
        let compared = one.runs[runs].iter().filter_map(|run| one.compared_value(run));
        let values: Vec<f64> = compared.collect();
        let Some(value) = median(&values).filter(|_| level > 0.0) else { continue };
        let change = value / level - 1.0;
        let worse = if one.direction == Direction::Lower { change } else { -change };
        moves.entry(&one.key.backend).or_default().push(worse);
    }
    let shift = |(backend, changes): (&str, Vec<f64>)| {
        Some(ShiftedBackend { backend: backend.to_owned(), change: median(&changes)? })
    };
    let mut shifts: Vec<ShiftedBackend> = moves.into_iter().filter_map(shift).collect();
    let with_the_day = |change: f64| if is_degradation { change } else { -change };
    shifts.sort_by(|a, b| {
        let by_size = with_the_day(b.change).total_cmp(&with_the_day(a.change));
        by_size.then_with(|| a.backend.cmp(&b.backend))
    });
    shifts
}

/// Fields whose values that day are not those of the run before, in how many series.
fn field_changes(history: &History, series: &[Series], day: i64) -> Vec<FieldChange> {
    // By field, how many series went from which value to which.
    type ValueCounts<'a> = BTreeMap<(&'a str, &'a str), usize>;
    let mut by_field: BTreeMap<(FieldKind, &str), ValueCounts<'_>> = BTreeMap::new();
    for one in series {
        let Some(at) = runs_on_day(one, day).next() else { continue };
        let Some(before) = at.checked_sub(1) else { continue };
        let fields = |run: usize| &history.environments[one.runs[run].environment as usize].fields;
        for (name, value) in fields(at) {
            let old = fields(before).get(name).filter(|old| *old != value);
            if let Some(old) = old.filter(|_| !PER_RUN_FIELDS.contains(&name.as_str())) {
                let values = by_field.entry((FieldKind::of(name), name)).or_default();
                *values.entry((old, value)).or_default() += 1;
            }
        }
    }
    // A run number or a time differs in every run, and would hide the field that matters.
    let few = by_field.into_iter().filter(|(_, values)| values.len() <= MAX_VALUES);
    let all = few.flat_map(|((kind, field), values)| {
        values.into_iter().map(move |((before, after), series)| FieldChange {
            kind,
            field: field.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            series,
        })
    });
    all.take(MAX_CHANGES).collect()
}

/// What to do next: by what changed, else a control.
fn advice_for(of: &InfrastructureAnomaly) -> Vec<String> {
    let kinds = |kind: FieldKind| of.field_changes.iter().any(|changed| changed.kind == kind);
    let mut lines = Vec::new();
    if kinds(FieldKind::RunnerImage) {
        lines.push("The runner image changed: pin it, or let the baselines restart.".to_owned());
    }
    if kinds(FieldKind::Toolchain) {
        lines.push("A toolchain changed: measure the base again with the new one.".to_owned());
    }
    if kinds(FieldKind::Host) {
        lines.push("The host changed: check its CPU, memory and kernel.".to_owned());
    }
    if lines.is_empty() {
        lines.push(
            "No recorded runner field changed: check the load of the machine and its neighbors."
                .to_owned(),
        );
    }
    // The one test that tells machine from code, whatever changed: the old code on the new machine.
    lines.push("Measure the base again on this runner as a control.".to_owned());
    lines
}

impl InfrastructureAnomaly {
    /// The backends that shifted, each with its change: as many as the analysis counted, and only
    /// those that went the same way.
    pub(crate) fn shifted_backends(&self) -> &[ShiftedBackend] {
        let same_way = |it: &ShiftedBackend| (it.change > 0.0) == self.worse;
        let shifted = self.backends.iter().take_while(|it| same_way(it)).count();
        match self.peers {
            PeerKind::Backends => &self.backends[..shifted.min(self.peers_shifted as usize)],
            PeerKind::Tests => &self.backends[..shifted],
        }
    }
}
