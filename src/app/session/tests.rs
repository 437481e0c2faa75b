//! Whatever happens to a history, a session answers as a cold load does at the same moment. One
//! test holds `serve` to this, one `check --watch`, with the same edits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::app::check::check;
use crate::app::load::load;
use crate::app::observer::Silent;
use crate::report::candidate::CandidateRef;
use crate::report::json;
use model::policy::site::SiteAudience;
use model::record::time::Timestamp;

use super::*;

const DAYS: usize = 40;
const BACKENDS: usize = 4;
/// Days whose records are in one file.
const IN_FILE: usize = 4;
/// Records of the pull request.
const PULLED: usize = 2 * BACKENDS;

/// A history directory as a person edits it.
struct EditedHistory {
    _root: tempfile::TempDir,
    files: BTreeMap<String, Vec<String>>,
    options: LoadOptions,
    /// Paths that changed since the last load.
    changed: BTreeSet<PathBuf>,
}

/// A record line; `more` are further fields, each after a comma.
fn line(commit: &str, day: usize, backend: usize, value: usize, more: &str) -> String {
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
    let slower = if backend == 1 && day >= 22 { 300 } else { 0 };
    1_000 + noise + slower + if day >= 31 { 200 } else { 0 }
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
            follow_links: false,
            is_read_only: false,
            cache: None,
            warnings: Vec::new(),
            now,
            clock: Timestamp::from_micros(0),
            base_url: None,
            explicit_index: false,
            docs: None,
            audience: Some(audience),
            redaction_key: None,
        };
        let mut edited =
            Self { _root: root, files: BTreeMap::new(), options, changed: BTreeSet::new() };
        for day in 0..DAYS {
            let name = format!("results/{:02}.ndjson", day / IN_FILE);
            let lines = edited.files.entry(name).or_default();
            let run = |backend| line(&format!("c{day:02}"), day, backend, value(day, backend), "");
            lines.extend((0..BACKENDS).map(run));
        }
        let pulled = (0..PULLED).map(|at| {
            let backend = at % BACKENDS;
            line("p01", DAYS, backend, value(DAYS, backend) + 250 * (at % 3), "")
        });
        edited.files.insert("pulls/7.ndjson".to_owned(), pulled.collect());
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
            0 => self.append(&newest, line(&commit, late, backend, 1_400, "")),
            1 => self.append(&newest, line("c39", DAYS - 1, backend, 1_100 + at, "")),
            2 => self.append(&name, line(&commit, at % DAYS, backend, 1_100, "")),
            3 => self.with_line(&name, at, String::clear),
            4 => self.with_line(&newest, at, String::clear),
            5 => self.with_line(&newest, at, |line| *line = line.replace("s\":1", "s\":2")),
            6 => self.with_line(&name, at, |line| line.truncate(line.len() / 2)),
            7 => self.append(&newest, line(&commit, late, BACKENDS, 70, "")),
            8 => self.append(&newest, line(&commit, late, 0, 1, ",\"os\":\"an other\"")),
            9 => self.append(&newest, line(&commit, late, 1, 1, ",\"error\":\"oom\"")),
            10 => self.append(&newest, line(&commit, late, 2, 9, ",\"version\":\"2\"")),
            11 => {
                let new = format!("results/n{at:02}.ndjson");
                self.files.insert(new.clone(), Vec::new());
                self.append(&new, line(&commit, late, backend, 1_210, ""));
            }
            12 => {
                let path = self.options.data.join(&name);
                fs::remove_file(&path).unwrap();
                self.files.remove(&name);
                self.changed.insert(path);
            }
            13 => {
                let more =
                    if at.is_multiple_of(2) { "regression: {min_sample_size: 4}\n" } else { "" };
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
                // The first of two changes goes unreported; the file's size shows it.
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

/// Who asks the session.
#[derive(Clone, Copy, Debug)]
enum Caller {
    Serve,
    CheckMainLine,
    CheckPullRequest,
}

/// An answer by its parts. Values of failed runs are NaN, which equals nothing, so parts are
/// compared as text; each by itself, so that a failure shows the one that differs.
type Parts = BTreeMap<String, String>;

fn part(name: &str, value: &impl std::fmt::Debug) -> (String, String) {
    (name.to_owned(), format!("{value:?}"))
}

/// Everything that a site is made from.
fn project_parts(project: &Project) -> Parts {
    let Project { policy, policy_sha, history, series, ignored, not_covered, .. } = project;
    let Project { analyses, targets, contents, site, warnings, stages: _, .. } = project;
    let mut parts = Parts::from([
        part("policy", &(policy, policy_sha)),
        part("history: commits", &(&history.commits, &history.main_line)),
        part("history: environments", &history.environments),
        part("history: details", &history.details),
        part("history: columns", &history.columns),
        part("history: counts", &(&history.counts, &history.per_day, &history.files)),
        part("history: rejected records", &history.rejected_records),
        part("grouped", &(ignored, not_covered)),
        part("infrastructure days", &analyses.infrastructure_days),
        part("replay summary", &analyses.replay_summary),
        part("targets", targets),
        part("contents", contents),
        part("site", &(site, warnings)),
    ]);
    for (series, analysis) in series.iter().zip(&analyses.by_series) {
        parts.extend([part(&series.key.name(), &(series, analysis))]);
    }
    parts
}

fn check_parts(run: anyhow::Result<CheckRun>) -> Parts {
    match run {
        Ok(run) => {
            let report: serde_json::Value =
                serde_json::from_str(&json::render(&run.outcome)).unwrap();
            let fields = report.as_object().unwrap().iter();
            fields.map(|(name, value)| (name.clone(), value.to_string())).collect()
        }
        Err(error) => Parts::from([("error".to_owned(), format!("{error:#}"))]),
    }
}

fn check_request(caller: Caller, options: &LoadOptions) -> CheckRequest {
    let is_pull = matches!(caller, Caller::CheckPullRequest);
    CheckRequest {
        options: options.clone(),
        candidate: if is_pull { CandidateRef::Pull(7) } else { CandidateRef::Newest },
        base: None,
        base_branch: None,
        override_request: None,
        trust_checkout: false,
        allow_first_runs: false,
        artifact: None,
    }
}

impl Caller {
    fn warm(self, session: &mut Session, options: &LoadOptions, changed: &[PathBuf]) -> Parts {
        match self {
            Self::Serve => project_parts(&session.load(options, changed, &Silent).unwrap()),
            _ => check_parts(session.check(&check_request(self, options), changed, &Silent)),
        }
    }

    fn cold(self, options: &LoadOptions) -> Parts {
        match self {
            Self::Serve => project_parts(&load(options, &Silent).unwrap()),
            _ => check_parts(check(&check_request(self, options), &Silent)),
        }
    }
}

/// One thing that happens to a history.
#[derive(Clone, Copy, Debug)]
struct Edit {
    what: usize,
    place: usize,
    /// Nobody learns which files changed.
    is_unnoticed: bool,
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let parts = (0..18_usize, 0..100_usize, prop::bool::weighted(0.1));
    parts.prop_map(|(what, place, is_unnoticed)| Edit { what, place, is_unnoticed })
}

fn any_edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(any_edit(), 1..8)
}

fn answers_as_a_cold_load(
    caller: Caller,
    edits: &[Edit],
    is_public: bool,
) -> Result<(), TestCaseError> {
    let audience = if is_public { SiteAudience::Public } else { SiteAudience::Internal };
    let mut edited = EditedHistory::new(audience);
    edited.changed();
    let mut session = Session::default();
    let mut changed = Vec::new();
    for edit in edits.iter().map(Some).chain([None]) {
        let warm = caller.warm(&mut session, &edited.options, &changed);
        prop_assert_eq!(warm, caller.cold(&edited.options));
        let Some(edit) = edit else { break };
        if edit.place.is_multiple_of(4) {
            session.prepare();
        }
        edited.edit(edit.what, edit.place);
        changed = if edit.is_unnoticed { Vec::new() } else { edited.changed() };
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn serve_shows_what_a_build_would(
        edits in any_edits(),
        is_public in prop::bool::weighted(0.2),
    ) {
        answers_as_a_cold_load(Caller::Serve, &edits, is_public)?;
    }

    #[test]
    fn a_watched_check_answers_what_a_check_would(
        edits in any_edits(),
        is_public in prop::bool::weighted(0.2),
        is_pull in any::<bool>(),
    ) {
        let caller = if is_pull { Caller::CheckPullRequest } else { Caller::CheckMainLine };
        answers_as_a_cold_load(caller, &edits, is_public)?;
    }
}

/// Breaks the first line of a file and leaves its size and time: a reader of the file would notice.
fn break_unseen(path: &Path) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, format!("x{}", &text[1..])).unwrap();
    fs::File::options().append(true).open(path).unwrap().set_modified(modified).unwrap();
}

#[test]
fn only_the_file_that_changes_is_read_again() {
    let mut edited = EditedHistory::new(SiteAudience::Internal);
    let mut session = Session::default();
    session.load(&edited.options, &[], &Silent).unwrap();
    edited.changed();
    for place in 0..3 {
        edited.edit(0, place);
        let changed = edited.changed();
        let project = session.load(&edited.options, &changed, &Silent).unwrap();
        assert_eq!(project.history.rejected_records, []);
        assert_eq!(project.history.counts.records, (DAYS * BACKENDS + PULLED + place + 1) as u64);
        assert!(session.resident.is_some());
        break_unseen(&edited.options.data.join("results/00.ndjson"));
    }
}

#[test]
fn what_is_prepared_is_not_read_again_for_the_first_change() {
    let mut edited = EditedHistory::new(SiteAudience::Internal);
    let mut session = Session::default();
    let newest = edited.newest();
    // The newest file is that of the last change, which is the likeliest to change next.
    std::thread::sleep(std::time::Duration::from_millis(20));
    edited.save(&newest);
    session.load(&edited.options, &[], &Silent).unwrap();
    edited.changed();
    let prepared = [0; 3].map(|_| session.prepare());
    assert_eq!(prepared, [true, true, false], "the pass, then the records, then nothing");
    break_unseen(&edited.options.data.join("results/00.ndjson"));
    edited.edit(0, 0);
    let changed = edited.changed();
    let project = session.load(&edited.options, &changed, &Silent).unwrap();
    assert_eq!(project.history.rejected_records, []);
    assert_eq!(project.history.counts.records, (DAYS * BACKENDS + PULLED + 1) as u64);
}
