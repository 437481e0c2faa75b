//! `benchpages doctor`: what is wrong with a history, and what to do about it.

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::accept;
use crate::cli::args::{Doctor, Format, Global};
use crate::cli::talk::{self, Talk};
use crate::doctor::{self, Finding, Level, Patient};
use crate::project::stages;
use crate::project::{self, Options, Project};
use model::policy::diagnostic::Diagnostic;
use model::policy::read::read as read_policy;
use model::text::{self, harmless};

/// Something is wrong.
const WRONG: u8 = 1;
/// Findings of one kind that are written in full; the JSON has all of them.
const EACH: usize = 10;

pub(crate) fn run(global: &Global, args: &Doctor, talk: &Talk) -> anyhow::Result<u8> {
    // What `build` refuses is what this command is for: it is loaded, and told.
    let mut options = Options { demo: true, ..accept::options(global)? };
    let (diagnostics, refused) = policy(global)?;
    // An empty file is the default policy.
    let stand_in = tempfile::NamedTempFile::new()?;
    if refused {
        options.policy = Some(stand_in.path().to_owned());
    }
    let project = project::load(&options, &stages::silent)?;
    let found = doctor::examine(&Patient {
        history: &project.history,
        series: &project.grouped.series,
        analyses: &project.analyses.each,
        policy: &project.policy,
        diagnostics: &diagnostics,
        accepted: &project.accepted,
        problems: &project.problems,
        audit: &project.audit,
        now: project.site.now,
        demo: global.demo,
    });
    let wrong = found.iter().filter(|finding| finding.level == Level::Wrong).count();
    match args.format {
        Format::Json => talk::answer(format!("{}\n", as_json(&found, wrong)).as_bytes())?,
        Format::Text => talk::answer(as_text(&found).as_bytes())?,
    };
    talk.info(&closing(&project, wrong, found.len() - wrong));
    Ok(if wrong > 0 { WRONG } else { 0 })
}

/// What is wrong with the policy, and whether it cannot be used at all.
fn policy(global: &Global) -> anyhow::Result<(Vec<Diagnostic>, bool)> {
    let path = global.policy.clone().unwrap_or_else(|| global.data.join("policy.yml"));
    if global.policy.is_none() && !path.exists() {
        return Ok((Vec::new(), false));
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let reading = read_policy(&text, &path.display().to_string());
    Ok((reading.diagnostics, reading.policy.is_none()))
}

fn closing(project: &Project, wrong: usize, notes: usize) -> String {
    let of = format!(
        "{} in {}",
        text::counted(project.history.counts.records, "record"),
        text::counted(project.grouped.series.len() as u64, "series")
    );
    let notes = match notes {
        0 => String::new(),
        notes => format!(", {} to know", text::counted(notes as u64, "thing")),
    };
    match wrong {
        0 => format!("Nothing is wrong with {of}{notes}"),
        1 => format!("1 thing is wrong with {of}{notes}"),
        many => format!("{} things are wrong with {of}{notes}", text::count(many as u64)),
    }
}

fn as_text(found: &[Finding]) -> String {
    let mut out = String::new();
    let mut kind = ("", Level::Wrong, 0);
    let mut rest = 0;
    for finding in found {
        if (kind.0, kind.1) != (finding.kind, finding.level) {
            left_out(&mut out, kind.0, rest);
            (kind, rest) = ((finding.kind, finding.level, 0), 0);
        }
        kind.2 += 1;
        if kind.2 > EACH {
            rest += 1;
            continue;
        }
        let word = if finding.level == Level::Wrong { "wrong" } else { "note" };
        out.push_str(&format!(
            "{word} [{}] {}\n  {}\n  → {}\n",
            finding.kind,
            harmless::line(&finding.place),
            harmless::line(&finding.cause),
            harmless::line(&finding.remedy)
        ));
    }
    left_out(&mut out, kind.0, rest);
    out
}

fn left_out(out: &mut String, kind: &str, rest: u64) {
    if rest > 0 {
        out.push_str(&format!(
            "  and {} more [{kind}] (--format json has all)\n",
            text::count(rest)
        ));
    }
}

fn as_json(found: &[Finding], wrong: usize) -> Value {
    let one = |finding: &Finding| {
        json!({
            "kind": finding.kind,
            "level": if finding.level == Level::Wrong { "wrong" } else { "note" },
            "place": finding.place,
            "cause": finding.cause,
            "remedy": finding.remedy,
        })
    };
    json!({
        "wrong": wrong,
        "notes": found.len() - wrong,
        "findings": found.iter().map(one).collect::<Vec<_>>(),
    })
}
