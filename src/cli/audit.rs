//! `benchpages audit verify | show`: the log of overrides and accepted changes, and whether it is
//! complete.

use serde_json::{Value, json};

use crate::cli::args::policy::AuditCommand;
use crate::cli::args::{GlobalArgs, OutputFormat};
use crate::cli::ui::{self, Reporter};
use crate::files::{Directory, Links};
use crate::store;
use model::audit::{AuditChain, AuditLink};
use model::text::{self, sanitize};

/// The exit status where the chain is broken.
const EXIT_BROKEN_CHAIN: u8 = 1;

pub(crate) fn run(
    global: &GlobalArgs,
    command: &AuditCommand,
    reporter: &Reporter,
) -> anyhow::Result<u8> {
    if !global.data.is_dir() {
        anyhow::bail!("no history directory at {}: name it with --data DIR", global.data.display());
    }
    let chain = store::audit::read(&Directory::new(&global.data, Links::Reject))?;
    let path = store::audit::path(&global.data).display().to_string();
    let (format, contains) = match command {
        AuditCommand::Verify { contains, format } => (*format, contains.as_deref()),
        AuditCommand::Show { format } => (*format, None),
    };
    // A chain whose end was cut off is still whole by itself: only a hash that somebody kept
    // elsewhere shows that lines are missing.
    let missing = contains.filter(|hash| !chain.contains(hash));
    let answer = match (command, format) {
        (_, OutputFormat::Json) => format!("{}\n", as_json(&chain, missing)),
        (AuditCommand::Show { .. }, OutputFormat::Text) => chain_text(&chain),
        (AuditCommand::Verify { .. }, OutputFormat::Text) => verified_text(&chain, &path),
    };
    ui::print(answer.as_bytes())?;
    // Faults go to stderr in every format, so that a log in JSON stays one value.
    if let Some(broken) = &chain.broken {
        reporter.problem(&format!("{path}:{}: {}", broken.line, broken.reason));
    }
    if let Some(hash) = missing {
        reporter.problem(&format!(
            "{path}: no line has the hash {hash}: lines were cut off, or the log was replaced"
        ));
    }
    Ok(if chain.broken.is_some() || missing.is_some() { EXIT_BROKEN_CHAIN } else { 0 })
}

/// One line that says how much of the log is verified.
fn verified_text(chain: &AuditChain, path: &str) -> String {
    let lines = text::count_noun(chain.links.len() as u64, "line");
    match &chain.broken {
        None if chain.links.is_empty() => format!("{path}: the log is empty\n"),
        None => format!("{path}: {lines} verified; newest {}\n", chain.newest_hash()),
        Some(broken) => format!(
            "{path}: broken at line {}; {} before it verified\n",
            broken.line,
            text::count_noun(chain.verified().count() as u64, "line")
        ),
    }
}

/// The entries, newest first.
fn chain_text(chain: &AuditChain) -> String {
    let mut out = String::new();
    for link in chain.links.iter().rev() {
        let entry = &link.entry;
        let commit = entry.commit.as_deref().map_or_else(String::new, |commit| {
            format!(" at {}", sanitize::line(&text::short_commit(commit)))
        });
        let unverified = if chain.is_verified(link) { "" } else { " (not verified)" };
        out.push_str(&format!(
            "{} {} by {}{commit}{unverified}\n    {}\n",
            text::date_time(entry.time),
            sanitize::line(&entry.kind).replace('_', " "),
            sanitize::line(&entry.actor),
            sanitize::line(&entry.reason),
        ));
        for (name, value) in &entry.details {
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            out.push_str(&format!("    {}: {}\n", sanitize::line(name), sanitize::line(&value)));
        }
    }
    out
}

fn as_json(chain: &AuditChain, missing: Option<&str>) -> Value {
    let link = |link: &AuditLink| {
        json!({
            "line": link.line,
            "hash": link.hash,
            "proven": chain.is_verified(link),
            "time": link.entry.time.to_string(),
            "kind": link.entry.kind,
            "actor": link.entry.actor,
            "reason": link.entry.reason,
            "commit": link.entry.commit,
            "details": link.entry.details,
        })
    };
    let broken = chain.broken.as_ref();
    json!({
        "whole": broken.is_none() && missing.is_none(),
        "broken": broken.map(|broken| json!({"line": broken.line, "reason": broken.reason})),
        "missing": missing,
        "head": chain.newest_hash(),
        "entries": chain.links.iter().map(link).collect::<Vec<_>>(),
    })
}
