//! The gate again and again: an answer at once, and one after every change of the history.
//!
//! What was loaded stays in memory. Where only the candidate's own file changed, that file alone is
//! read, and only its series are analysed; after any other change everything is read anew. Both
//! give the same answer.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::app::human_input::{HumanInput, analyze_series, with_analysis_context};
use crate::app::stages::Progress;
use crate::app::{self, AnalyzedCandidate, LoadOptions, LoadedHistory};
use crate::report::CheckOutcome;
use crate::report::candidate::{self, Candidate, CandidateRef, CandidateRequest};
use crate::store;
use detect::reanalysis::Reanalysis;
use model::history::History;
use model::history::file_replacement::HistoryWithoutFile;
use model::series::{self, CommitIndex, Run, Segment, Series};

/// What is asked for, and how the caller takes part.
pub(crate) struct WatchRequest<'a> {
    pub(crate) candidate: CandidateRef,
    pub(crate) base: Option<String>,
    /// See [`CandidateRequest::ancestors`].
    pub(crate) ancestors: &'a dyn Fn(&str) -> Vec<String>,
    /// What to load, at this moment.
    pub(crate) options: &'a dyn Fn() -> LoadOptions,
    /// Told once after everything was read, before anything is judged.
    pub(crate) on_loaded: &'a dyn Fn(&mut LoadedHistory, &Candidate),
    pub(crate) progress: &'a Progress<'a>,
}

/// Waits for changes: the paths that changed, of which none stands for any; none ends the watch.
pub(crate) type NextChanges<'a> = dyn FnMut() -> Option<Vec<PathBuf>> + 'a;

/// An answer, and whether the candidate's file alone was read for it.
pub(crate) struct CheckUpdate<'a> {
    pub(crate) outcome: &'a CheckOutcome,
    pub(crate) candidate_only: bool,
}

/// Takes an answer, or why there is none at the moment.
pub(crate) type OnUpdate<'a> =
    dyn FnMut(anyhow::Result<CheckUpdate<'_>>) -> anyhow::Result<()> + 'a;

/// Answers now and after every change, until changes end.
///
/// # Errors
/// The first answer cannot be given, or an answer cannot be told.
pub(crate) fn watch(
    asked: &WatchRequest<'_>,
    changes: &mut NextChanges<'_>,
    tell: &mut OnUpdate<'_>,
) -> anyhow::Result<()> {
    let mut answered = false;
    loop {
        match load_watched(asked) {
            Ok(loaded) => {
                if !follow(loaded, asked, changes, tell)? {
                    return Ok(());
                }
            }
            Err(error) if answered => {
                tell(Err(error))?;
                if changes().is_none() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
        answered = true;
    }
}

/// A history that was read, with its stage set.
struct WatchedHistory {
    options: LoadOptions,
    loaded: LoadedHistory,
    scene: Candidate,
    /// The history without the candidate's file, where it has one of its own.
    rest: Option<HistoryWithoutFile>,
    /// First parents of names, as the repository told them.
    ancestors: RefCell<BTreeMap<String, Vec<String>>>,
}

impl WatchedHistory {
    fn select_candidate(
        &self,
        history: &mut History,
        asked: &WatchRequest<'_>,
    ) -> Result<Candidate, String> {
        let ancestors = |name: &str| {
            let mut known = self.ancestors.borrow_mut();
            known.entry(name.to_owned()).or_insert_with(|| (asked.ancestors)(name)).clone()
        };
        let request = CandidateRequest {
            candidate: asked.candidate.clone(),
            runner_fields: &self.loaded.policy.runner_fingerprinting.track_fields,
            base: asked.base.clone(),
            ancestors: &ancestors,
        };
        candidate::select(history, &request)
    }

    /// The commit at which the candidate's runs begin.
    fn candidate_start(&self) -> Option<CommitIndex> {
        let candidate = || {
            let id = self.scene.commit.as_ref()?;
            self.loaded.history.commits.iter().position(|commit| commit.id == *id)
        };
        match self.scene.pull {
            Some(_) => self.scene.first_commit,
            None => Some(CommitIndex(u32::try_from(candidate()?).ok()?)),
        }
    }

    /// The history without the one file that the candidate's runs stand in.
    fn rest(&self, whole: &History) -> Option<HistoryWithoutFile> {
        let from = self.candidate_start()?.0;
        let staged = &self.loaded.history;
        let rows = staged.columns.iter().flat_map(|column| &column.rows);
        let own = rows.filter(|row| row.commit >= from).map(|row| row.file);
        let own: BTreeSet<u32> = own.collect();
        let names: BTreeSet<&str> =
            own.into_iter().map(|file| staged.files[file as usize].as_str()).collect();
        let mut names = names.into_iter();
        let (name, None) = (names.next()?, names.next()) else { return None };
        let path = self.loaded.source.directory.join(name);
        let (_, old) = store::read_record_file(&self.loaded.source, &path).ok()??;
        HistoryWithoutFile::of(whole, name, old.normalize(&self.loaded.finish))
    }
}

fn load_watched(asked: &WatchRequest<'_>) -> anyhow::Result<WatchedHistory> {
    let options = (asked.options)();
    let mut opened = app::load_history(&options, asked.progress)?;
    let whole = opened.history.clone();
    let mut staged = std::mem::take(&mut opened.history);
    let mut loaded = WatchedHistory {
        options,
        loaded: opened,
        scene: Candidate::default(),
        rest: None,
        ancestors: RefCell::default(),
    };
    loaded.scene = loaded.select_candidate(&mut staged, asked).map_err(anyhow::Error::msg)?;
    loaded.loaded.history = staged;
    loaded.rest = loaded.rest(&whole);
    (asked.on_loaded)(&mut loaded.loaded, &loaded.scene);
    Ok(loaded)
}

/// Answers of one load; whether another one is due.
fn follow(
    mut loaded: WatchedHistory,
    asked: &WatchRequest<'_>,
    changes: &mut NextChanges<'_>,
    tell: &mut OnUpdate<'_>,
) -> anyhow::Result<bool> {
    (asked.progress)("analysing", 0, 0);
    let policy = loaded.loaded.policy.clone();
    let known = app::group_series(&loaded.loaded.history, &policy).series;
    let (opened, scene) = (&loaded.loaded, &loaded.scene);
    let said = HumanInput::for_gate(&opened.contents, scene);
    let history = &opened.history;
    let kept = loaded.candidate_start().map(|_| {
        with_analysis_context(history, said, opened.now, |context| {
            Reanalysis::new(known.as_slice().into(), &policy, context)
        })
    });
    let (analyses, mut kept) = match kept {
        Some((analyses, kept)) => (analyses, Some(kept)),
        None => (analyze_series(history, &known, &policy, said, opened.now), None),
    };
    let mut series = known.clone();
    let judged =
        AnalyzedCandidate { scene: scene.clone(), plea: None, series: &mut series, analyses };
    let outcome = app::judge_candidate(&mut loaded.loaded, &loaded.options, None, judged);
    drop(series);
    tell(Ok(CheckUpdate { outcome: &outcome, candidate_only: false }))?;
    if let Some(kept) = &mut kept {
        kept.prepare(loaded.candidate_start());
    }
    loop {
        let Some(paths) = changes() else { return Ok(false) };
        let kept = kept.as_mut().map(|kept| (known.as_slice(), kept));
        match kept.and_then(|kept| again(&mut loaded, asked, kept, &paths)) {
            Some(outcome) => tell(Ok(CheckUpdate { outcome: &outcome, candidate_only: true }))?,
            None => return Ok(true),
        }
    }
}

/// The answer where nothing but the candidate's file changed; none where everything must be read.
fn again(
    loaded: &mut WatchedHistory,
    asked: &WatchRequest<'_>,
    (known, kept): (&[Series], &mut Reanalysis),
    paths: &[PathBuf],
) -> Option<CheckOutcome> {
    let [path] = paths else { return None };
    let rest = loaded.rest.as_ref()?;
    let source = &loaded.loaded.source;
    // What is watched has its real path.
    let real = source.directory.canonicalize().ok()?;
    let path = source.directory.join(path.strip_prefix(real).ok()?);
    let (name, part) = store::read_record_file(source, &path).ok()??;
    let part = part.normalize(&loaded.loaded.finish);
    let demo = part.counts.demo > 0 && !loaded.options.demo;
    let mut history = rest.with_file(&part).filter(|_| name == rest.file && !demo)?;
    if app::build_time(&history, &loaded.options) != loaded.loaded.now {
        return None;
    }
    let scene = loaded.select_candidate(&mut history, asked).ok()?;
    let from = loaded.candidate_start()?;
    if scene != loaded.scene {
        return None;
    }
    let policy = &loaded.loaded.policy;
    let fresh = fresh(&mut history, from, |history| series::group_series(history, policy).series);
    let before = |series: &Series| series.runs.iter().take_while(|run| run.commit < from).count();
    let reached: Vec<usize> = known.iter().map(before).collect();
    let mut series = joined(known, &reached, fresh)?;
    let said = HumanInput::for_gate(&loaded.loaded.contents, &scene);
    let analyses = with_analysis_context(&history, said, loaded.loaded.now, |context| {
        kept.analyze(series.as_slice().into(), policy, context)
    });
    let judged =
        AnalyzedCandidate { scene: scene.clone(), plea: None, series: &mut series, analyses };
    Some(app::judge_candidate(&mut loaded.loaded, &loaded.options, Some(&mut history), judged))
}

/// Groups the rows from a commit on alone.
fn fresh<T>(history: &mut History, from: CommitIndex, group: impl FnOnce(&History) -> T) -> T {
    let whole = std::mem::take(&mut history.columns);
    let columns = whole.iter().filter_map(|column| {
        let rows = column.rows.iter().filter(|row| row.commit >= from.0).copied();
        let rows: Vec<_> = rows.collect();
        let (key, tags) = (&column.key, &column.tags);
        (!rows.is_empty()).then(|| model::history::SeriesColumn {
            key: key.clone(),
            unit: column.unit.clone(),
            direction: column.direction,
            tags: tags.clone(),
            rows,
        })
    });
    history.columns = columns.collect();
    let grouped = group(history);
    history.columns = whole;
    grouped
}

/// The series up to the runs that they share, and the fresh ones behind them; none where a fresh
/// series is not known.
fn joined(known: &[Series], reached: &[usize], fresh: Vec<Series>) -> Option<Vec<Series>> {
    let mut by_series: Vec<Option<Series>> = known.iter().map(|_| None).collect();
    for one in fresh {
        let at = known.binary_search_by(|other| other.key.cmp(&one.key)).ok()?;
        if known[at].unit != one.unit {
            return None;
        }
        by_series[at] = Some(one);
    }
    let all = known.par_iter().zip(reached).zip(by_series);
    Some(all.map(|((known, reached), fresh)| join(known, *reached, fresh)).collect())
}

fn join(known: &Series, reached: usize, fresh: Option<Series>) -> Series {
    let shared = &known.runs[..reached];
    let segments = shared.iter().map(|run| run.segment as usize + 1).max().unwrap_or(0);
    let mut segments: Vec<Segment> = known.segments[..segments].to_vec();
    let (own, of_own) = fresh.map_or_else(Default::default, |it| (it.runs, it.segments));
    let mut runs = Vec::with_capacity(reached + own.len());
    runs.extend_from_slice(shared);
    runs.extend(own.into_iter().map(|run| {
        let segment = &of_own[run.segment as usize];
        let place = segments.iter().position(|it| it == segment).unwrap_or_else(|| {
            segments.push(segment.clone());
            segments.len() - 1
        });
        Run { segment: u32::try_from(place).unwrap_or(u32::MAX), ..run }
    }));
    Series {
        key: known.key.clone(),
        unit: known.unit.clone(),
        direction: known.direction,
        tags: known.tags.clone(),
        runs,
        pulls: Vec::new(),
        segments,
    }
}
