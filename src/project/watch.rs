//! The gate again and again: an answer at once, and one after every change of the history.
//!
//! What was loaded stays in memory. Where only the candidate's own file changed, that file alone is
//! read, and only its series are analysed; after any other change everything is read anew. Both
//! give the same answer.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::gate::Outcome;
use crate::gate::scene::{self, Request, Scene, Wanted};
use crate::project::said::{Said, analyse, with_context};
use crate::project::stages::Progress;
use crate::project::{self, Judged, Opened, Options};
use crate::store;
use detect::kept::Kept;
use model::history::History;
use model::history::graft::Rest;
use model::series::{self, CommitIndex, Run, Segment, Series};

/// What is asked for, and how the caller takes part.
pub(crate) struct Asked<'a> {
    pub(crate) candidate: Wanted,
    pub(crate) base: Option<String>,
    /// See [`Request::ancestors`].
    pub(crate) ancestors: &'a dyn Fn(&str) -> Vec<String>,
    /// What to load, at this moment.
    pub(crate) options: &'a dyn Fn() -> Options,
    /// Told once after everything was read, before anything is judged.
    pub(crate) opened: &'a dyn Fn(&mut Opened, &Scene),
    pub(crate) progress: &'a Progress<'a>,
}

/// Waits for changes: the paths that changed, of which none stands for any; none ends the watch.
pub(crate) type Changes<'a> = dyn FnMut() -> Option<Vec<PathBuf>> + 'a;

/// An answer, and whether the candidate's file alone was read for it.
pub(crate) struct Answer<'a> {
    pub(crate) outcome: &'a Outcome,
    pub(crate) alone: bool,
}

/// Takes an answer, or why there is none at the moment.
pub(crate) type Tell<'a> = dyn FnMut(anyhow::Result<Answer<'_>>) -> anyhow::Result<()> + 'a;

/// Answers now and after every change, until changes end.
///
/// # Errors
/// The first answer cannot be given, or an answer cannot be told.
pub(crate) fn watch(
    asked: &Asked<'_>,
    changes: &mut Changes<'_>,
    tell: &mut Tell<'_>,
) -> anyhow::Result<()> {
    let mut answered = false;
    loop {
        match load(asked) {
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
struct Loaded {
    options: Options,
    opened: Opened,
    scene: Scene,
    /// The history without the candidate's file, where it has one of its own.
    rest: Option<Rest>,
    /// First parents of names, as the repository told them.
    ancestors: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Loaded {
    fn stage(&self, history: &mut History, asked: &Asked<'_>) -> Result<Scene, String> {
        let ancestors = |name: &str| {
            let mut known = self.ancestors.borrow_mut();
            known.entry(name.to_owned()).or_insert_with(|| (asked.ancestors)(name)).clone()
        };
        let request = Request {
            candidate: asked.candidate.clone(),
            runner_fields: &self.opened.policy.runner_fingerprinting.track_fields,
            base: asked.base.clone(),
            ancestors: &ancestors,
        };
        scene::stage(history, &request)
    }

    /// The commit at which the candidate's runs begin.
    fn start(&self) -> Option<CommitIndex> {
        let candidate = || {
            let id = self.scene.candidate.as_ref()?;
            self.opened.history.commits.iter().position(|commit| commit.id == *id)
        };
        match self.scene.pull {
            Some(_) => self.scene.first,
            None => Some(CommitIndex(u32::try_from(candidate()?).ok()?)),
        }
    }

    /// The history without the one file that the candidate's runs stand in.
    fn rest(&self, whole: &History) -> Option<Rest> {
        let from = self.start()?.0;
        let staged = &self.opened.history;
        let rows = staged.columns.iter().flat_map(|column| &column.rows);
        let own = rows.filter(|row| row.commit >= from).map(|row| row.file);
        let own: BTreeSet<u32> = own.collect();
        let names: BTreeSet<&str> =
            own.into_iter().map(|file| staged.files[file as usize].as_str()).collect();
        let mut names = names.into_iter();
        let (name, None) = (names.next()?, names.next()) else { return None };
        let path = self.opened.source.directory.join(name);
        let (_, old) = store::read_one(&self.opened.source, &path).ok()??;
        Rest::of(whole, name, old.finish(&self.opened.finish))
    }
}

fn load(asked: &Asked<'_>) -> anyhow::Result<Loaded> {
    let options = (asked.options)();
    let mut opened = project::open(&options, asked.progress)?;
    let whole = opened.history.clone();
    let mut staged = std::mem::take(&mut opened.history);
    let mut loaded = Loaded {
        options,
        opened,
        scene: Scene::default(),
        rest: None,
        ancestors: RefCell::default(),
    };
    loaded.scene = loaded.stage(&mut staged, asked).map_err(anyhow::Error::msg)?;
    loaded.opened.history = staged;
    loaded.rest = loaded.rest(&whole);
    (asked.opened)(&mut loaded.opened, &loaded.scene);
    Ok(loaded)
}

/// Answers of one load; whether another one is due.
fn follow(
    mut loaded: Loaded,
    asked: &Asked<'_>,
    changes: &mut Changes<'_>,
    tell: &mut Tell<'_>,
) -> anyhow::Result<bool> {
    (asked.progress)("analysing", 0, 0);
    let policy = loaded.opened.policy.clone();
    let known = project::grouped(&loaded.opened.history, &policy).series;
    let (opened, scene) = (&loaded.opened, &loaded.scene);
    let said = Said::of_gate(&opened.contents, scene);
    let history = &opened.history;
    let kept = loaded.start().and_then(|from| {
        with_context(history, said, opened.now, |context| Kept::of(&known, &policy, context, from))
    });
    let (analyses, mut kept) = match kept {
        Some((analyses, kept)) => (analyses, Some(kept)),
        None => (analyse(history, &known, &policy, said, opened.now), None),
    };
    let mut series = known.clone();
    let judged = Judged { scene: scene.clone(), plea: None, series: &mut series, analyses };
    let outcome = project::judge(&mut loaded.opened, &loaded.options, None, judged);
    drop(series);
    tell(Ok(Answer { outcome: &outcome, alone: false }))?;
    loop {
        let Some(paths) = changes() else { return Ok(false) };
        let kept = kept.as_mut().map(|kept| (known.as_slice(), kept));
        match kept.and_then(|kept| again(&mut loaded, asked, kept, &paths)) {
            Some(outcome) => tell(Ok(Answer { outcome: &outcome, alone: true }))?,
            None => return Ok(true),
        }
    }
}

/// The answer where nothing but the candidate's file changed; none where everything must be read.
fn again(
    loaded: &mut Loaded,
    asked: &Asked<'_>,
    (known, kept): (&[Series], &mut Kept<'_>),
    paths: &[PathBuf],
) -> Option<Outcome> {
    let [path] = paths else { return None };
    let rest = loaded.rest.as_ref()?;
    let source = &loaded.opened.source;
    // What is watched has its real path.
    let real = source.directory.canonicalize().ok()?;
    let path = source.directory.join(path.strip_prefix(real).ok()?);
    let (name, part) = store::read_one(source, &path).ok()??;
    let part = part.finish(&loaded.opened.finish);
    let demo = part.counts.demo > 0 && !loaded.options.demo;
    let mut history = rest.with(&part).filter(|_| name == rest.file && !demo)?;
    if project::now(&history, &loaded.options) != loaded.opened.now {
        return None;
    }
    let scene = loaded.stage(&mut history, asked).ok()?;
    let from = loaded.start()?;
    if scene != loaded.scene {
        return None;
    }
    let policy = &loaded.opened.policy;
    let fresh = fresh(&mut history, from, |history| series::group(history, policy).series);
    let mut series = joined(known, kept.reached(), fresh)?;
    let said = Said::of_gate(&loaded.opened.contents, &scene);
    let analyses = with_context(&history, said, loaded.opened.now, |context| {
        kept.again(&series, policy, context)
    });
    let judged = Judged { scene: scene.clone(), plea: None, series: &mut series, analyses };
    Some(project::judge(&mut loaded.opened, &loaded.options, Some(&mut history), judged))
}

/// Groups the rows from a commit on alone.
fn fresh<T>(history: &mut History, from: CommitIndex, group: impl FnOnce(&History) -> T) -> T {
    let whole = std::mem::take(&mut history.columns);
    let columns = whole.iter().filter_map(|column| {
        let rows = column.rows.iter().filter(|row| row.commit >= from.0).copied();
        let rows: Vec<_> = rows.collect();
        let (key, tags) = (&column.key, &column.tags);
        (!rows.is_empty()).then(|| model::history::Column {
            key: key.clone(),
            unit: column.unit.clone(),
            better: column.better,
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
        better: known.better,
        tags: known.tags.clone(),
        runs,
        pulls: Vec::new(),
        segments,
    }
}
