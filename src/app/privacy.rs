//! What no answer of the program shows, whoever its reader is: e-mail addresses of authors.
//!
//! They are removed where a history is loaded, so that pages, reports, exports and messages cannot
//! show one. Names of benchmarks stay, because they are no text about people, and so does the
//! history directory itself: `erase` is for that.

use crate::store::Contents;
use model::history::History;
use model::text::emails::without_emails;

/// Removes e-mail addresses from what people wrote: fields of the environment, errors, subjects of
/// commits, notes, and problems that quote one of these. Accepted changes and entries of the audit
/// log lose them where they are read.
pub(super) fn remove_emails(history: &mut History, contents: &mut Contents) {
    for environment in &mut history.environments {
        environment.fields.values_mut().for_each(clean);
        environment.version.iter_mut().chain(&mut environment.branch).for_each(clean);
    }
    for rare in history.details.rare_mut() {
        rare.error.iter_mut().chain(&mut rare.url).for_each(clean);
    }
    // Authors have lost theirs where they are read.
    let subjects = history.commits.iter_mut().filter_map(|commit| commit.subject.as_mut());
    subjects.for_each(clean);
    let subjects = history.main_line.iter_mut().filter_map(|commit| commit.subject.as_mut());
    subjects.for_each(clean);
    for note in &mut contents.notes {
        clean(&mut note.title);
        clean(&mut note.markdown);
    }
    let problems = contents.problems.iter_mut().chain(&mut contents.ingest_problems);
    for problem in problems.chain(&mut history.rejected_records) {
        clean(&mut problem.reason);
    }
}

fn clean(text: &mut String) {
    // Most texts have none and are not written again.
    if let std::borrow::Cow::Owned(shown) = without_emails(text) {
        *text = shown;
    }
}
