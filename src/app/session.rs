//! A project again and again, for `serve`: what has not changed since the one before is neither
//! read nor found again. What comes out is what [`load`](super::load) would make at the same
//! moment.

use std::path::PathBuf;

use crate::app::stages::Progress;
use crate::app::{
    LoadOptions, Project, analyze_history, load_history, load_history_with, record_source,
};
use crate::store::resident::{self, ResidentRecords};
use detect::analysis_cache::{ReusablePass, analyze};

/// What one load leaves to the next.
pub(crate) struct Session<'a> {
    /// The records of all files but the one that changes.
    pub(crate) resident: Option<ResidentRecords>,
    /// The project whose series were walked, and how far.
    pub(crate) snapshot: ProjectSnapshot<'a>,
    /// All of it that can be found ahead was found, or cannot be.
    pub(crate) prefetch_done: bool,
}

/// Runs up to which a walk ahead is short enough for the person who waits for a page meanwhile.
const MAX_PREFETCH_RUNS: usize = 500_000;

impl Session<'_> {
    /// Finds a part of what the next load of this project will need, while nothing else is to be
    /// done; whether there was anything. What cannot be read is left to the load, which tells why.
    pub(crate) fn prefetch(&mut self, options: &LoadOptions, project: &Project) -> bool {
        let runs: usize = project.grouped.series.iter().map(|it| it.runs.len()).sum();
        if self.prefetch_done || runs > MAX_PREFETCH_RUNS {
            return false;
        }
        if self.snapshot.checkpoints.prepare() {
            return true;
        }
        self.prefetch_done = true;
        if self.resident.is_some() {
            return false;
        }
        self.resident =
            ResidentRecords::prefetch(&record_source(options, &project.policy)).ok().flatten();
        true
    }
}

/// A project that the next ones are compared with.
pub(crate) struct ProjectSnapshot<'a> {
    policy_sha: &'a str,
    checkpoints: ReusablePass<'a>,
    policy_changed: bool,
}

impl<'a> ProjectSnapshot<'a> {
    pub(crate) fn of(project: &'a Project) -> Self {
        let trail = ReusablePass::over(&project.grouped.series, &project.policy);
        Self { policy_sha: &project.policy_sha, checkpoints: trail, policy_changed: false }
    }

    /// The last load was so unlike this project that a newer one serves better.
    pub(crate) fn is_stale(&self) -> bool {
        self.policy_changed || self.checkpoints.is_stale()
    }

    /// The trail for series under a policy of this hash.
    fn checkpoints_for(&mut self, policy_sha: &str) -> Option<&mut ReusablePass<'a>> {
        self.policy_changed = self.policy_sha != policy_sha;
        (!self.policy_changed).then_some(&mut self.checkpoints)
    }
}

/// Loads the first project of several, and keeps what the next one need not find again.
///
/// # Errors
/// As [`load`](super::load).
pub(crate) fn load_resumable(
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> anyhow::Result<Project> {
    let opened = load_history(options, progress)?;
    analyze_history(opened, options, progress, &mut |series, policy, context, _| {
        let (analyses, known) = analyze(series, policy, context, (None, None));
        (analyses, Some(known))
    })
}

/// Loads a project of whose files these paths changed, of none: any may have; from the project
/// before and what earlier loads left.
///
/// # Errors
/// As [`load`](super::load).
pub(crate) fn reload(
    options: &LoadOptions,
    progress: &Progress<'_>,
    (before, changed): (&Project, &[PathBuf]),
    memory: &mut Session<'_>,
) -> anyhow::Result<Project> {
    let Session { resident: records, snapshot: ground, prefetch_done: prepared } = memory;
    *prepared = false;
    let opened = load_history_with(options, progress, &mut |source, progress| {
        resident::reread(source, records, changed, progress)
    })?;
    analyze_history(opened, options, progress, &mut |series, policy, context, sha| {
        let known = before.analysis_cache.as_ref().filter(|_| before.policy_sha == sha);
        let known = known.map(|known| (before.grouped.series.as_slice(), known));
        let (analyses, known) =
            analyze(series, policy, context, (known, ground.checkpoints_for(sha)));
        (analyses, Some(known))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use crate::app::{load, stages};
    use model::policy::SiteAudience;
    use model::record::time::Timestamp;

    use super::*;

    const DAYS: usize = 40;
    const BACKENDS: usize = 4;
    /// Days whose records stand in one file.
    const IN_FILE: usize = 4;

    /// A history directory as a person edits it.
    struct EditedHistory {
        _root: tempfile::TempDir,
        files: BTreeMap<String, Vec<String>>,
        options: LoadOptions,
        /// Paths that changed since the last load.
        changed: BTreeSet<PathBuf>,
    }

    fn line(commit: &str, day: usize, (backend, value): (usize, usize), more: &str) -> String {
        let day = Timestamp::parse("2025-01-01T12:00:00Z").unwrap().micros() / 1_000_000
            + i64::try_from(day).unwrap() * 86_400;
        let time = Timestamp::from_micros(day * 1_000_000).to_string();
        format!(
            "{{\"commit\":\"{commit}\",\"timestamp\":\"{time}\",\"backend\":\"b{backend}\",\
             \"test\":\"parse\",\"mean_ns\":{value},\"runner\":\"one\"{more}}}"
        )
    }

    /// One backend became slower on its own, and all of them together once.
    fn value(day: usize, backend: usize) -> usize {
        let noise = (day * 7 + backend * 5 + day * day) % 11;
        let own = if backend == 1 && day >= 22 { 300 } else { 0 };
        1_000 + noise + own + if day >= 31 { 200 } else { 0 }
    }

    impl EditedHistory {
        fn new(audience: SiteAudience) -> Self {
            let root = tempfile::tempdir().unwrap();
            let now = Timestamp::parse("2025-02-15T00:00:00Z").ok();
            let data = root.path().canonicalize().unwrap().join("data");
            let options = LoadOptions {
                data,
                policy: None,
                demo: false,
                with_archive: false,
                cache: None,
                now,
                clock: Timestamp::from_micros(0),
                base_url: None,
                explicit_index: false,
                audience: Some(audience),
            };
            let mut edited =
                Self { _root: root, files: BTreeMap::new(), options, changed: BTreeSet::new() };
            for day in 0..DAYS {
                let name = format!("results/{:02}.ndjson", day / IN_FILE);
                let lines = edited.files.entry(name).or_default();
                let run = |it| line(&format!("c{day:02}"), day, (it, value(day, it)), "");
                lines.extend((0..BACKENDS).map(run));
            }
            let names: Vec<String> = edited.files.keys().cloned().collect();
            names.iter().for_each(|name| edited.save(name));
            edited.put("policy.yml", "version: '1'\nsite: {redact: ['runner*']}\n");
            edited
        }

        fn put(&mut self, name: &str, text: &str) {
            let path = self.options.data.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            self.changed.insert(path);
        }

        fn save(&mut self, name: &str) {
            let text = self.files[name].join("\n") + "\n";
            self.put(name, &text);
        }

        fn name(&self, at: usize) -> String {
            self.files.keys().nth(at % self.files.len()).unwrap().clone()
        }

        fn newest(&self) -> String {
            self.files.keys().next_back().unwrap().clone()
        }

        fn append(&mut self, name: &str, line: String) {
            self.files.get_mut(name).unwrap().push(line);
            self.save(name);
        }

        /// Does something to a line of a file, where it has one.
        fn with_line(&mut self, name: &str, at: usize, mut edit: impl FnMut(&mut String)) {
            let lines = self.files.get_mut(name).unwrap();
            let count = lines.len().max(1);
            lines.get_mut(at % count).into_iter().for_each(&mut edit);
            lines.retain(|line| !line.is_empty());
            self.save(name);
        }

        /// One of the things that happen to a history.
        fn edit(&mut self, what: usize, at: usize) {
            let (name, newest, backend) = (self.name(at), self.newest(), at % BACKENDS);
            let late = DAYS + at % 3;
            let commit = format!("d{at:02}");
            match what {
                0 => self.append(&newest, line(&commit, late, (backend, 1_400), "")),
                1 => self.append(&newest, line("c39", DAYS - 1, (backend, 1_100 + at), "")),
                2 => self.append(&name, line(&commit, at % DAYS, (backend, 1_100), "")),
                3 => self.with_line(&name, at, String::clear),
                4 => self.with_line(&newest, at, String::clear),
                5 => self.with_line(&newest, at, |line| *line = line.replace("s\":1", "s\":2")),
                6 => self.with_line(&name, at, |line| line.truncate(line.len() / 2)),
                7 => self.append(&newest, line(&commit, late, (BACKENDS, 70), "")),
                8 => self.append(&newest, line(&commit, late, (0, 1), ",\"os\":\"an other\"")),
                9 => self.append(&newest, line(&commit, late, (1, 1), ",\"error\":\"oom\"")),
                10 => self.append(&newest, line(&commit, late, (2, 9), ",\"version\":\"2\"")),
                11 => {
                    let new = format!("results/n{at:02}.ndjson");
                    self.files.insert(new.clone(), Vec::new());
                    self.append(&new, line(&commit, late, (backend, 1_210), ""));
                }
                12 => {
                    let path = self.options.data.join(&name);
                    fs::remove_file(&path).unwrap();
                    self.files.remove(&name);
                    self.changed.insert(path);
                }
                13 => {
                    let more = if at.is_multiple_of(2) {
                        "regression: {min_sample_size: 4}\n"
                    } else {
                        ""
                    };
                    let redact = "site: {redact: ['runner*']}\n";
                    self.put("policy.yml", &format!("version: '1'\n{redact}{more}"));
                }
                14 => {
                    let text = "- commit: c23\n  series: '**'\n  max_change: 50%\n  \
                                reason: known\n  by: me\n  expires: 2025-06-01\n";
                    self.put("accepted.yml", text);
                    self.put("notes/a.md", "---\ndate: 2025-02-01\ntitle: Moved\n---\n\nText.\n");
                }
                15 => {
                    let facts = format!("{{\"id\":\"c{:02}\",\"subject\":\"It\"}}\n", at % DAYS);
                    self.put("commits.ndjson", &facts);
                }
                16 => self.options.now = Timestamp::parse("2027-01-15T00:00:00Z").ok(),
                _ => {
                    self.with_line(&name, at + 1, String::clear);
                    // Nobody is told of the first: its size tells.
                    self.changed.clear();
                    self.with_line(&newest, at, String::clear);
                }
            }
            if self.files.is_empty() {
                self.files.insert("results/00.ndjson".to_owned(), Vec::new());
            }
        }

        fn changed(&mut self) -> Vec<PathBuf> {
            std::mem::take(&mut self.changed).into_iter().collect()
        }
    }

    /// Everything that a site is made from.
    fn project_text(of: &Project) -> String {
        let Project { history, grouped, analyses, targets, notes, accepted, .. } = of;
        let Project {
            problems,
            ingest_problems: foreign,
            templates,
            audit,
            files,
            bytes,
            site,
            ..
        } = of;
        let beside = (notes, accepted, problems, foreign, templates, audit);
        let found = (&of.policy_sha, &of.warnings, grouped, analyses, targets);
        format!("{history:#?}{found:#?}{beside:#?}{files} {bytes}{site:?}")
    }

    fn assert_same_project(again: &Project, anew: &Project) -> Result<(), TestCaseError> {
        let (again, anew) = (project_text(again), project_text(anew));
        let other = again.lines().zip(anew.lines()).find(|(again, anew)| again != anew);
        prop_assert_eq!(other, None);
        prop_assert_eq!(again.len(), anew.len());
        Ok(())
    }

    fn check_edits(
        edits: &[(usize, usize, bool)],
        audience: SiteAudience,
    ) -> Result<(), TestCaseError> {
        let mut edited = EditedHistory::new(audience);
        edited.changed();
        let mut before = load_resumable(&edited.options, &stages::no_progress).unwrap();
        assert_same_project(&before, &load(&edited.options, &stages::no_progress).unwrap())?;
        let mut edits = edits.iter();
        let (mut records, mut over) = (None, false);
        while !over {
            let base = before;
            let mut memory = Session {
                resident: records,
                snapshot: ProjectSnapshot::of(&base),
                prefetch_done: false,
            };
            let mut last: Option<Project> = None;
            while !memory.snapshot.is_stale() {
                let Some((what, at, lost)) = edits.next() else {
                    over = true;
                    break;
                };
                if at.is_multiple_of(4) {
                    memory.prefetch(&edited.options, last.as_ref().unwrap_or(&base));
                }
                edited.edit(*what, *at);
                let changed = if *lost { Vec::new() } else { edited.changed() };
                let known = (last.as_ref().unwrap_or(&base), changed.as_slice());
                let again = reload(&edited.options, &stages::no_progress, known, &mut memory);
                let anew = load(&edited.options, &stages::no_progress).unwrap();
                let again = again.unwrap();
                assert_same_project(&again, &anew)?;
                last = Some(again);
            }
            records = memory.resident;
            before = match last {
                Some(last) => last,
                None => break,
            };
        }
        Ok(())
    }

    /// Breaks the first line of a file so that the file looks as before: who reads it must notice.
    fn break_unseen(path: &Path) {
        let before = fs::metadata(path).unwrap().modified().unwrap();
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, format!("x{}", &text[1..])).unwrap();
        fs::File::options().append(true).open(path).unwrap().set_modified(before).unwrap();
    }

    /// What is done, where, and whether nobody is told of it.
    fn any_edit() -> impl Strategy<Value = (usize, usize, bool)> {
        (0..18_usize, 0..100_usize, prop::bool::weighted(0.1))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_happens_to_a_history_what_is_loaded_again_is_what_is_loaded_anew(
            edits in prop::collection::vec(any_edit(), 1..8),
            public in prop::bool::weighted(0.2),
        ) {
            check_edits(&edits, if public { SiteAudience::Public } else { SiteAudience::Internal })?;
        }
    }

    #[test]
    fn what_is_added_at_the_end_is_read_and_walked_alone() {
        let mut edited = EditedHistory::new(SiteAudience::Internal);
        let base = load(&edited.options, &stages::no_progress).unwrap();
        edited.changed();
        let mut memory =
            Session { resident: None, snapshot: ProjectSnapshot::of(&base), prefetch_done: false };
        for at in 0..3 {
            edited.edit(0, at);
            let changed = edited.changed();
            let known = (&base, changed.as_slice());
            let again = reload(&edited.options, &stages::no_progress, known, &mut memory).unwrap();
            assert_eq!(again.history.rejected_records, []);
            assert_eq!(again.history.counts.records, (DAYS * BACKENDS + at + 1) as u64);
            assert!(memory.resident.is_some() && !memory.snapshot.is_stale());
            break_unseen(&edited.options.data.join("results/00.ndjson"));
        }
        edited.edit(6, 0);
        assert_eq!(edited.name(0), "results/00.ndjson");
        let changed = edited.changed();
        let known = (&base, changed.as_slice());
        reload(&edited.options, &stages::no_progress, known, &mut memory).unwrap();
        assert!(memory.snapshot.is_stale(), "the first day changed");
    }
    #[test]
    fn what_was_found_ahead_is_not_read_again_for_the_first_change() {
        let mut edited = EditedHistory::new(SiteAudience::Internal);
        let base = load(&edited.options, &stages::no_progress).unwrap();
        edited.changed();
        let mut memory =
            Session { resident: None, snapshot: ProjectSnapshot::of(&base), prefetch_done: false };
        let newest = edited.newest();
        edited.save(&newest);
        let found = [0; 3].map(|_| memory.prefetch(&edited.options, &base));
        assert_eq!(found, [true, true, false]);
        break_unseen(&edited.options.data.join("results/00.ndjson"));
        edited.edit(0, 0);
        let changed = edited.changed();
        let known = (&base, changed.as_slice());
        let again = reload(&edited.options, &stages::no_progress, known, &mut memory).unwrap();
        assert_eq!(again.history.rejected_records, []);
        assert_eq!(again.history.counts.records, (DAYS * BACKENDS + 1) as u64);
    }
}
