//! `benchpages audit verify | show`: the log of overrides and accepted changes, and whether it is
//! complete.

use serde_json::json;

use crate::app::verify::{self, AuditVerification, HeadSource};
use crate::cli::args::policy::AuditCommand;
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::ui::{self, Reporter};
use crate::report::escape::json;
use crate::report::wire::AuditHeadView;
use crate::store;
use model::audit::{AuditChain, AuditLink};
use model::text::{self, terminal::TerminalText};

/// The exit status where the log is not what was once written.
const EXIT_BROKEN_CHAIN: u8 = 1;

pub(crate) fn run(
    global: &GlobalArgs,
    command: &AuditCommand,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    let (head, site, contains, format) = match command {
        AuditCommand::Show { format } => return show(global, *format, reporter),
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
    // Faults go to stderr in every format, so that a log in JSON stays one value.
    verification.faults.iter().for_each(|fault| reporter.problem(fault));
    Ok(if verification.faults.is_empty() { 0 } else { EXIT_BROKEN_CHAIN })
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
    fault.iter().for_each(|fault| reporter.problem(fault));
    Ok(if fault.is_some() { EXIT_BROKEN_CHAIN } else { 0 })
}

/// One line that says how much of the log is verified, and one that says how far that proves it.
fn verified_text(verification: &AuditVerification) -> String {
    let AuditVerification { chain, path, reach, .. } = verification;
    let lines = text::count_noun(chain.links.len() as u64, "line");
    let verified = match &chain.broken {
        None if chain.links.is_empty() => format!("{path}: the log is empty"),
        None => format!("{path}: {lines} verified; head {}", chain.head()),
        Some(broken) => format!(
            "{path}: broken at line {}; {} before it verified",
            broken.line,
            text::count_noun(chain.head().count, "line")
        ),
    };
    format!("{verified}\n{reach}\n")
}

/// The entries, newest first.
fn chain_text(chain: &AuditChain) -> TerminalText {
    let mut out = TerminalText::new();
    for link in chain.links.iter().rev() {
        let entry = &link.entry;
        out.push_text(&text::date_time(entry.time)).push(" ");
        out.push_text(&entry.kind.replace('_', " ")).push(" by ").push_text(&entry.actor);
        if let Some(commit) = &entry.commit {
            out.push(" at ").push_text(&text::short_commit(commit));
        }
        out.push(if chain.is_verified(link) { "" } else { " (not verified)" });
        out.push("\n    ").push_text(&entry.reason).push("\n");
        for (name, value) in &entry.details {
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            out.push("    ").push_text(name).push(": ").push_text(&value).push("\n");
        }
    }
    out
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
