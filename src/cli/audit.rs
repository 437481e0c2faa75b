//! `benchpages audit verify | show`: the log of overrides and approvals, and whether it is whole.

use serde_json::{Value, json};

use crate::cli::args::{Audit, Format, Global};
use crate::cli::talk::{self, Talk};
use crate::store;
use model::audit::{Chain, Link};
use model::text::{self, harmless};

/// The chain is broken.
const BROKEN: u8 = 1;

pub(crate) fn run(global: &Global, command: &Audit, talk: &Talk) -> anyhow::Result<u8> {
    if !global.data.is_dir() {
        anyhow::bail!("no history directory at {}: name it with --data DIR", global.data.display());
    }
    let chain = store::audit::read(&global.data)?;
    let path = store::audit::path(&global.data).display().to_string();
    let (format, contains) = match command {
        Audit::Verify { contains, format } => (*format, contains.as_deref()),
        Audit::Show { format } => (*format, None),
    };
    let forgotten = contains.filter(|hash| !chain.contains(hash));
    let answer = match (command, format) {
        (_, Format::Json) => format!("{}\n", as_json(&chain, forgotten)),
        (Audit::Show { .. }, Format::Text) => shown(&chain),
        (Audit::Verify { .. }, Format::Text) => verified(&chain, &path),
    };
    talk::answer(answer.as_bytes())?;
    if let Some(broken) = &chain.broken {
        talk.problem(&format!("{path}:{}: {}", broken.line, broken.reason));
    }
    if let Some(hash) = forgotten {
        talk.problem(&format!(
            "{path}: no line with the hash {hash}: lines were cut off, or the log was written anew"
        ));
    }
    Ok(if chain.broken.is_some() || forgotten.is_some() { BROKEN } else { 0 })
}

/// One line that says how much is proven.
fn verified(chain: &Chain, path: &str) -> String {
    let lines = text::counted(chain.links.len() as u64, "line");
    match &chain.broken {
        None if chain.links.is_empty() => format!("{path}: nothing was ever logged\n"),
        None => format!("{path}: {lines}, whole; newest {}\n", chain.head()),
        Some(broken) => format!(
            "{path}: broken at line {}; {} before it proven\n",
            broken.line,
            text::counted(chain.proven().count() as u64, "line")
        ),
    }
}

/// The entries, newest first, each with what it says.
fn shown(chain: &Chain) -> String {
    let mut out = String::new();
    for link in chain.links.iter().rev() {
        let entry = &link.entry;
        let commit = entry.commit.as_deref().map_or_else(String::new, |commit| {
            format!(" at {}", harmless::line(&text::commit(commit)))
        });
        let unproven = if chain.proves(link) { "" } else { " (not proven)" };
        out.push_str(&format!(
            "{} {} by {}{commit}{unproven}\n    {}\n",
            text::date_time(entry.time),
            harmless::line(&entry.kind).replace('_', " "),
            harmless::line(&entry.actor),
            harmless::line(&entry.reason),
        ));
        for (name, value) in &entry.details {
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            out.push_str(&format!("    {}: {}\n", harmless::line(name), harmless::line(&value)));
        }
    }
    out
}

fn as_json(chain: &Chain, forgotten: Option<&str>) -> Value {
    let link = |link: &Link| {
        json!({
            "line": link.line,
            "hash": link.hash,
            "proven": chain.proves(link),
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
        "whole": broken.is_none() && forgotten.is_none(),
        "broken": broken.map(|broken| json!({"line": broken.line, "reason": broken.reason})),
        "missing": forgotten,
        "head": chain.head(),
        "entries": chain.links.iter().map(link).collect::<Vec<_>>(),
    })
}
