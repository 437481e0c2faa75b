//! `benchpages rotate`: moves what is older than the policy keeps to the archive.

use serde_json::{Map, Value, json};

use crate::cli::args::{Format, Global, Rotate, Site};
use crate::cli::build;
use crate::cli::talk::{self, Talk};
use crate::project;
use crate::project::stages;
use crate::store;
use crate::store::rotate::{self, Moved, Plan};
use model::audit::Entry;
use model::record::time::{DAY_US, Timestamp};
use model::text;

pub(crate) fn run(global: &Global, args: &Rotate, talk: &Talk) -> anyhow::Result<u8> {
    let options = build::options(global, &Site::default())?;
    let opened = project::open(&options, &stages::silent)?;
    let days = opened.policy.governance.data_retention_days;
    let kept = Timestamp::from_micros(opened.now.micros() - i64::from(days) * DAY_US);
    let before = text::iso_date(kept).get(..7).unwrap_or_default().to_owned();
    let plan = rotate::plan(&global.data, &before)?;
    for file in &plan.left {
        talk.warn(&format!(
            "{file} holds old and new records in one piece and stays whole; a record a line can \
             be moved"
        ));
    }
    let records: usize = plan.months.values().sum();
    if records == 0 || args.dry_run {
        return answer(args, talk, &plan, None, days);
    }
    let tracked = &opened.policy.runner_fingerprinting.track_fields;
    let moved = rotate::apply(&global.data, &plan, tracked)?;
    store::audit::append(&global.data, &entry(&plan, &moved, opened.now, days))?;
    answer(args, talk, &plan, Some(&moved), days)
}

fn entry(plan: &Plan, moved: &Moved, time: Timestamp, days: u32) -> Entry {
    let mut details = Map::new();
    let months: Vec<&str> = plan.months.keys().map(String::as_str).collect();
    details.insert("months".to_owned(), Value::from(months));
    details.insert("records".to_owned(), Value::from(moved.records));
    details.insert("bytes_before".to_owned(), Value::from(moved.bytes));
    details.insert("bytes_after".to_owned(), Value::from(moved.packed + moved.summaries));
    let actor = ["GITHUB_ACTOR", "USER", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    Entry {
        time,
        kind: "rotation".to_owned(),
        actor: actor.unwrap_or_else(|| "benchpages".to_owned()),
        reason: format!("older than governance.data_retention_days ({days})"),
        commit: None,
        details,
    }
}

fn answer(
    args: &Rotate,
    talk: &Talk,
    plan: &Plan,
    moved: Option<&Moved>,
    days: u32,
) -> anyhow::Result<u8> {
    let records: usize = plan.months.values().sum();
    if args.format == Format::Json {
        let moved = moved.map(|it| {
            json!({"records": it.records, "bytes": it.bytes, "packed": it.packed,
                "summaries": it.summaries})
        });
        let answer = json!({"months": plan.months, "records": records, "left": plan.left,
            "moved": moved, "dry_run": args.dry_run});
        return talk::answer(format!("{answer}\n").as_bytes());
    }
    if records == 0 {
        talk.info(&format!("nothing is older than {days} days by a whole month"));
        return Ok(0);
    }
    let mut out = String::new();
    for (month, count) in &plan.months {
        let count = text::counted(*count as u64, "record");
        out.push_str(&format!("{month}  {count} to archive/{month}.ndjson.gz\n"));
    }
    talk::answer(out.as_bytes())?;
    if let Some(moved) = moved {
        talk.info(&format!(
            "{} moved: {:.2} MB became {:.2} MB of archive and {:.2} MB of daily summaries",
            text::counted(moved.records as u64, "record"),
            moved.bytes as f64 / 1e6,
            moved.packed as f64 / 1e6,
            moved.summaries as f64 / 1e6,
        ));
    } else {
        talk.info("nothing was moved: this is what would be");
    }
    Ok(0)
}
