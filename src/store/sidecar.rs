//! What stands beside the records: commits, accepted changes, notes, the user's templates.

use crate::files::{Directory, SizeLimit};
use crate::store::reviewed_file::{ACCEPTED, BASELINES};
use crate::store::{Contents, audit, commits, note_limit, quarantine, sidecar_limit};
use model::limits::Limits;
use model::note;
use model::pinned;
use model::policy::accepted as accepted_yml;
use model::record::problem_kind::ProblemKind;
use model::record::{Problem, SourceLocation};

/// Reads the side files into `contents`; what is wrong with one becomes a problem there.
pub(super) fn read_sidecars(directory: &Directory, limits: &Limits, contents: &mut Contents) {
    let mut sidecars = Sidecars { directory, problems: Vec::new() };
    let limit = sidecar_limit(limits);
    if let Some(text) = sidecars.read(commits::FILE, limit) {
        let (commits, problems) = commits::read(&text);
        contents.commits = commits;
        sidecars.problems.extend(problems);
    }
    if let Some(text) = sidecars.read(ACCEPTED.name, limit) {
        match accepted_yml::read(&text) {
            Ok(entries) => contents.accepted = entries,
            Err(error) => sidecars.problems.push(Problem {
                location: SourceLocation {
                    file: ACCEPTED.name.to_owned(),
                    line: error.line,
                    column: error.column,
                },
                reason: error.reason,
                remedy: "correct the entry; until then no change counts as accepted".to_owned(),
                kind: ProblemKind::AcceptedEntry,
            }),
        }
    }
    if let Some(text) = sidecars.read(BASELINES.name, limit) {
        match pinned::read(&text) {
            Ok(pins) => contents.baselines = pins,
            Err(reason) => sidecars.problems.push(Problem {
                location: SourceLocation { file: BASELINES.name.to_owned(), line: 1, column: 1 },
                reason,
                remedy: "correct the file; until then no pinned baseline counts".to_owned(),
                kind: ProblemKind::PinnedBaseline,
            }),
        }
    }
    match audit::read(directory) {
        Ok(chain) => contents.audit = chain,
        Err(error) => sidecars.problems.push(error.problem(audit::FILE)),
    }
    for (name, text) in sidecars.read_folder("notes", "md", note_limit(limits)) {
        match note::read(&name, &text) {
            Ok(note) => contents.notes.push(note),
            Err(reason) => sidecars.problems.push(Problem {
                location: SourceLocation { file: format!("notes/{name}"), line: 1, column: 1 },
                reason,
                remedy: "begin the note with `---`, `date: YYYY-MM-DD` and `---`".to_owned(),
                kind: ProblemKind::NoteHead,
            }),
        }
    }
    for ending in ["html", "md"] {
        let templates = sidecars.read_folder("templates", ending, note_limit(limits));
        contents.templates.extend(templates);
    }
    // Kept apart: their lines are not in any file of the history.
    let text = sidecars.read(quarantine::INGEST_REJECTS, limit);
    contents.ingest_problems = quarantine::parse_rejects(&text.unwrap_or_default());
    contents.problems.append(&mut sidecars.problems);
}

struct Sidecars<'a> {
    directory: &'a Directory,
    problems: Vec<Problem>,
}

impl Sidecars<'_> {
    /// A file's text; none where there is none, or a problem.
    fn read(&mut self, file: &str, limit: SizeLimit) -> Option<String> {
        match self.directory.read(file, limit) {
            Ok(bytes) => bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                self.problems.push(error.problem(file));
                None
            }
        }
    }

    /// The files of a folder with this ending, by name, sorted; none where there is no such folder.
    fn read_folder(
        &mut self,
        folder: &str,
        ending: &str,
        limit: SizeLimit,
    ) -> Vec<(String, String)> {
        let names = match self.directory.names_in(folder) {
            Ok(names) => names,
            Err(error) if error.is_missing() => {
                return Vec::new();
            }
            Err(error) => {
                self.problems.push(error.problem(folder));
                return Vec::new();
            }
        };
        let suffix = format!(".{ending}");
        let names = names.into_iter().filter(|name| name.ends_with(&suffix));
        names
            .filter_map(|name| Some((self.read(&format!("{folder}/{name}"), limit)?, name)))
            .map(|(text, name)| (name, text))
            .collect()
    }
}
