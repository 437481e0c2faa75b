//! Workflow commands of GitHub Actions: `::error title=…::message`.
//!
//! A runner obeys a command at the beginning of a line, and `##[…]` anywhere.

use model::escaped;
use model::text::escaped::{Escaped, TextFormat};
use model::text::sanitize;

/// The commands that a runner obeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workflow(());

/// Commands, and the texts that they show.
pub(crate) type WorkflowText = Escaped<Workflow>;

impl TextFormat for Workflow {
    /// The message of a command: one line.
    fn push_escaped(out: &mut String, data: &str) {
        let line = sanitize::line(data).replace('%', "%25").replace("##[", "## [");
        sanitize::push_isolated(out, &line);
    }
}

/// A command that shows a text, with its line end.
pub(crate) fn command(
    level: &'static str,
    title: &WorkflowText,
    message: &WorkflowText,
) -> WorkflowText {
    // What ends a property ends no message.
    let title = title.replace(':', "%3A").replace(',', "%2C");
    let title = WorkflowText::made_by(Workflow(()), title);
    escaped!["::", level, " title=", title, "::", message, "\n"]
}
