//! `benchpages audit verify | export | show`: the log of overrides and accepted changes, whether it
//! is complete, and the evidence for an audit.

mod export;
mod log_text;

use serde_json::json;

use crate::app::verify::{self, HeadSource};
use crate::cli::args::policy::AuditCommand;
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::audit::log_text::{chain_text, verified_text};
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;
use crate::report::wire::AuditHeadView;
use crate::store;
use model::audit::{AuditChain, AuditLink};
use model::text::terminal::TerminalText;

/// The exit status where the log is not what was once written.
const EXIT_BROKEN_CHAIN: u8 = 1;

pub(crate) fn run(
    global: &GlobalArgs,
    command: &AuditCommand,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let (head, site, contains, format) = match command {
        AuditCommand::Show { format } => return show(global, *format, reporter),
        AuditCommand::Export { out, head } => {
            return export::run(global, out, head.as_deref(), reporter);
        }
        AuditCommand::Verify { head, site, contains, format } => (head, site, contains, *format),
    };
    let head = head.as_deref().map(HeadSource::parse);
    let source = head.or_else(|| site.clone().map(HeadSource::Site));
    let verification = verify::verify(&global.data, source.as_ref(), contains.as_deref())?;
    if format == OutputFormat::Json {
        let missing = contains.as_deref().filter(|hash| !verification.chain.contains(hash));
        print_json(&verification.chain, &verification.faults, missing)?;
    } else {
        ui::print(&TerminalText::lines(&verified_text(&verification)))?;
    }
    Ok(status(&verification.faults, reporter))
}

/// Faults go to stderr in every format, so that a log in JSON stays one value.
fn status(faults: &[String], reporter: &Reporter) -> u8 {
    faults.iter().for_each(|fault| reporter.problem(fault));
    if faults.is_empty() { 0 } else { EXIT_BROKEN_CHAIN }
}

fn show(global: &GlobalArgs, format: OutputFormat, reporter: &Reporter) -> anyhow::Result<u8> {
    let chain = verify::read(&global.data)?;
    let fault = chain.broken.as_ref().map(|broken| {
        let path = store::audit::path(&global.data);
        format!("{}:{}: {}", path.display(), broken.line, broken.reason)
    });
    match format {
        OutputFormat::Json => print_json(&chain, fault.as_slice(), None)?,
        OutputFormat::Text => ui::print(&chain_text(&chain))?,
    };
    Ok(status(fault.as_slice(), reporter))
}

fn print_json(chain: &AuditChain, faults: &[String], missing: Option<&str>) -> anyhow::Result<u8> {
    let link = |link: &AuditLink| {
        json!({
            "line": link.line, "hash": link.hash, "proven": chain.is_verified(link),
            "time": link.entry.time.to_string(),
            "kind": link.entry.kind, "actor": link.entry.actor, "reason": link.entry.reason,
            "commit": link.entry.commit,
            "details": link.entry.details,
        })
    };
    let answer = json!({
        "audit": AuditHeadView::of(chain),
        "whole": faults.is_empty(),
        "broken": chain.broken.as_ref()
            .map(|broken| json!({"line": broken.line, "reason": broken.reason})),
        "faults": faults, "missing": missing,
        "head": chain.newest_hash(),
        "entries": chain.links.iter().map(link).collect::<Vec<_>>(),
    });
    ui::print(&json::line(&answer))
}
