//! `benchpages rotate`: moves what is older than the policy keeps to the archive.

use serde_json::{Map, Value, json};

use crate::app;
use crate::app::stages;
use crate::cli::args::{GlobalArgs, OutputFormat, RotateArgs, SiteArgs};
use crate::cli::build;
use crate::cli::ui::{self, Reporter};
use crate::store;
use crate::store::rotate::{self, RotationPlan, RotationResult};
use model::audit::AuditEntry;
use model::record::time::{DAY_US, Timestamp};
use model::text;

pub(crate) fn run(global: &GlobalArgs, args: &RotateArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let options = build::load_options(global, &SiteArgs::default())?;
    let opened = app::load_history(&options, &stages::no_progress)?;
    let days = opened.policy.governance.data_retention_days;
    let kept = Timestamp::from_micros(opened.now.micros() - i64::from(days) * DAY_US);
    let before = text::iso_date(kept).get(..7).unwrap_or_default().to_owned();
    let plan = rotate::plan(&global.data, &before)?;
    for file in &plan.skipped {
        talk.warn(&format!(
            "{file} holds old and new records in one piece and stays whole; a record a line can \
             be moved"
        ));
    }
    let records: usize = plan.months.values().sum();
    if records == 0 || args.dry_run {
        return render_result(args, talk, &plan, None, days);
    }
    let tracked = &opened.policy.runner_fingerprinting.track_fields;
    let moved = rotate::apply(&global.data, &plan, tracked)?;
    store::audit::append(&global.data, &audit_entry(&plan, &moved, opened.now, days))?;
    render_result(args, talk, &plan, Some(&moved), days)
}

fn audit_entry(
    plan: &RotationPlan,
    moved: &RotationResult,
    time: Timestamp,
    days: u32,
) -> AuditEntry {
    let mut details = Map::new();
    let months: Vec<&str> = plan.months.keys().map(String::as_str).collect();
    details.insert("months".to_owned(), Value::from(months));
    details.insert("records".to_owned(), Value::from(moved.records));
    details.insert("bytes_before".to_owned(), Value::from(moved.bytes));
    details.insert("bytes_after".to_owned(), Value::from(moved.packed_bytes + moved.summary_bytes));
    let actor = ["GITHUB_ACTOR", "USER", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    AuditEntry {
        time,
        kind: "rotation".to_owned(),
        actor: actor.unwrap_or_else(|| "benchpages".to_owned()),
        reason: format!("older than governance.data_retention_days ({days})"),
        commit: None,
        details,
    }
}

fn render_result(
    args: &RotateArgs,
    talk: &Reporter,
    plan: &RotationPlan,
    moved: Option<&RotationResult>,
    days: u32,
) -> anyhow::Result<u8> {
    let records: usize = plan.months.values().sum();
    if args.format == OutputFormat::Json {
        let moved = moved.map(|it| {
            json!({"records": it.records, "bytes": it.bytes, "packed": it.packed_bytes,
                "summaries": it.summary_bytes})
        });
        let answer = json!({"months": plan.months, "records": records, "left": plan.skipped,
            "moved": moved, "dry_run": args.dry_run});
        return ui::print(format!("{answer}\n").as_bytes());
    }
    if records == 0 {
        talk.info(&format!("nothing is older than {days} days by a whole month"));
        return Ok(0);
    }
    let mut out = String::new();
    for (month, count) in &plan.months {
        let count = text::count_noun(*count as u64, "record");
        out.push_str(&format!("{month}  {count} to archive/{month}.ndjson.gz\n"));
    }
    ui::print(out.as_bytes())?;
    if let Some(moved) = moved {
        talk.info(&format!(
            "{} moved: {:.2} MB became {:.2} MB of archive and {:.2} MB of daily summaries",
            text::count_noun(moved.records as u64, "record"),
            moved.bytes as f64 / 1e6,
            moved.packed_bytes as f64 / 1e6,
            moved.summary_bytes as f64 / 1e6,
        ));
    } else {
        talk.info("nothing was moved: this is what would be");
    }
    Ok(0)
}
