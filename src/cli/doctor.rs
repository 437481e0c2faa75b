//! `benchpages doctor`: what is wrong with a history, and what to do about it.

use anyhow::Context;
use serde_json::{Value, json};

use crate::app::stages;
use crate::app::{self, LoadOptions, Project};
use crate::cli::accept;
use crate::cli::args::{DoctorArgs, GlobalArgs, OutputFormat};
use crate::cli::ui::{self, Reporter};
use crate::doctor::{self, DoctorFinding, DoctorInput, FindingLevel};
use model::policy::diagnostic::Diagnostic;
use model::policy::read::read as read_policy;
use model::text::{self, sanitize};

/// Something is wrong.
const EXIT_PROBLEMS: u8 = 1;
/// Findings of one kind that are written in full; the JSON has all of them.
const MAX_PER_KIND: usize = 10;

pub(crate) fn run(global: &GlobalArgs, args: &DoctorArgs, talk: &Reporter) -> anyhow::Result<u8> {
    // What `build` refuses is what this command is for: it is loaded, and told.
    let mut options = LoadOptions { demo: true, ..accept::load_options(global)? };
    let (diagnostics, refused) = policy_diagnostics(global)?;
    // An empty file is the default policy.
    let stand_in = tempfile::NamedTempFile::new()?;
    if refused {
        options.policy = Some(stand_in.path().to_owned());
    }
    let project = app::load(&options, &stages::no_progress)?;
    let found = doctor::examine(&DoctorInput {
        history: &project.history,
        series: &project.grouped.series,
        analyses: &project.analyses.by_series,
        policy: &project.policy,
        diagnostics: &diagnostics,
        accepted: &project.accepted,
        problems: &project.problems,
        audit: &project.audit,
        now: project.site.now,
        demo: global.demo,
    });
    let wrong = found.iter().filter(|finding| finding.level == FindingLevel::Error).count();
    match args.format {
        OutputFormat::Json => ui::print(format!("{}\n", as_json(&found, wrong)).as_bytes())?,
        OutputFormat::Text => ui::print(as_text(&found).as_bytes())?,
    };
    talk.info(&summary_line(&project, wrong, found.len() - wrong));
    Ok(if wrong > 0 { EXIT_PROBLEMS } else { 0 })
}

/// What is wrong with the policy, and whether it cannot be used at all.
fn policy_diagnostics(global: &GlobalArgs) -> anyhow::Result<(Vec<Diagnostic>, bool)> {
    let path = global.policy.clone().unwrap_or_else(|| global.data.join("policy.yml"));
    if global.policy.is_none() && !path.exists() {
        return Ok((Vec::new(), false));
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let reading = read_policy(&text, &path.display().to_string());
    Ok((reading.diagnostics, reading.policy.is_none()))
}

fn summary_line(project: &Project, wrong: usize, notes: usize) -> String {
    let of = format!(
        "{} in {}",
        text::count_noun(project.history.counts.records, "record"),
        text::count_noun(project.grouped.series.len() as u64, "series")
    );
    let notes = match notes {
        0 => String::new(),
        notes => format!(", {} to know", text::count_noun(notes as u64, "thing")),
    };
    match wrong {
        0 => format!("Nothing is wrong with {of}{notes}"),
        1 => format!("1 thing is wrong with {of}{notes}"),
        many => format!("{} things are wrong with {of}{notes}", text::count(many as u64)),
    }
}

fn as_text(found: &[DoctorFinding]) -> String {
    let mut out = String::new();
    let mut kind = ("", FindingLevel::Error, 0);
    let mut rest = 0;
    for finding in found {
        if (kind.0, kind.1) != (finding.kind, finding.level) {
            left_out(&mut out, kind.0, rest);
            (kind, rest) = ((finding.kind, finding.level, 0), 0);
        }
        kind.2 += 1;
        if kind.2 > MAX_PER_KIND {
            rest += 1;
            continue;
        }
        let word = if finding.level == FindingLevel::Error { "wrong" } else { "note" };
        out.push_str(&format!(
            "{word} [{}] {}\n  {}\n  → {}\n",
            finding.kind,
            sanitize::line(&finding.place),
            sanitize::line(&finding.cause),
            sanitize::line(&finding.remedy)
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

fn as_json(found: &[DoctorFinding], wrong: usize) -> Value {
    let one = |finding: &DoctorFinding| {
        json!({
            "kind": finding.kind,
            "level": if finding.level == FindingLevel::Error { "wrong" } else { "note" },
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
