//! `benchpages accept`: shows which regressions a yes would cover, then writes it.

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::app::stages;
use crate::app::{self, LoadOptions, Project};
use crate::cli::args::{AcceptArgs, AudienceArg, GlobalArgs, SiteArgs};
use crate::cli::build;
use crate::cli::ui::{self, Reporter};
use crate::regressions::{self, RegressionLookup, SeriesRegression};
use crate::store;
use model::audit::AuditEntry;
use model::commit_ref::MIN_PREFIX;
use model::policy::accepted::{self, AcceptedEntry};
use model::record::time::{DAY_US, Timestamp};
use model::series::CommitIndex;
use model::text::{self, UnitScale, sanitize};

/// Lines of each list; the rest is counted.
const MAX_ROWS: usize = 20;
/// Suggestions where nothing matches.
const MAX_SUGGESTIONS: usize = 5;

pub(crate) fn run(global: &GlobalArgs, args: &AcceptArgs, talk: &Reporter) -> anyhow::Result<u8> {
    let options = load_options(global)?;
    let project = app::load(&options, &stages::no_progress)?;
    let told = AcceptOptions::of(args, options.now.unwrap_or(options.clock))?;
    let known = acceptance_context(&project);
    let matching = known.series_matching(&args.series);
    if matching.is_empty() {
        bail!("no series matches `{}`{}", args.series, suggest_names(&project, &args.series));
    }
    let commit = resolve_commit(&known, &args.commit, &matching)?;
    let found = known.regressions_at(&matching, commit);
    let id = &project.history.commits[commit.0 as usize].id;
    if found.is_empty() && told.max_change.is_none() {
        bail!(
            "nothing got worse at {} in the {} that match `{}`{}\n\
             to say yes ahead of a measurement, say how much: --max-change 20%",
            text::short_commit(id),
            text::count_noun(matching.len() as u64, "series"),
            args.series,
            suggest_changes(&known, &matching)
        );
    }
    let max_change = told.max_change.or_else(|| regressions::allowance(&found)).unwrap_or_default();
    let entry = AcceptedEntry {
        series: args.series.clone(),
        commit: id.clone(),
        max_change,
        reason: told.reason,
        by: told.by,
        expires: told.expires,
    };
    reject_duplicate(&project, &entry, options.now.unwrap_or(options.clock))?;
    let existing = store::accepted::read(&global.data)?;
    let path = store::accepted::path(&global.data).display().to_string();
    let longer = accepted::append(&existing, &entry).map_err(|why| {
        anyhow::anyhow!("{path}: {why}; correct the file first, nothing was written")
    })?;
    ui::print(summary(&project, &entry, &found, matching.len()).as_bytes())?;
    if args.dry_run {
        let added = longer.strip_prefix(existing.as_str()).unwrap_or(&longer);
        ui::print(format!("\nwould be appended to {path}:\n{added}").as_bytes())?;
        return Ok(0);
    }
    let time = options.now.unwrap_or(options.clock);
    write(global, (&existing, &longer), &audit_entry(&entry, &found, time))?;
    talk.info(&format!("{path}: one entry more; commit it for review"));
    Ok(0)
}

/// What the options mean.
struct AcceptOptions {
    max_change: Option<f64>,
    reason: String,
    by: String,
    expires: Option<Timestamp>,
}

impl AcceptOptions {
    fn of(args: &AcceptArgs, now: Timestamp) -> anyhow::Result<Self> {
        let reason = args.reason.trim();
        if reason.is_empty() {
            bail!("--reason says nothing: reviewers and readers of the chart want to know why");
        }
        let actor = ["GITHUB_ACTOR", "USER", "USERNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
        let by = args.by.clone().or(actor).context("who accepts it? say --by NAME")?;
        Ok(Self {
            max_change: args.max_change.as_deref().map(parse_share).transpose()?,
            reason: reason.to_owned(),
            by,
            expires: args.expires.as_deref().map(|text| parse_expiry(text, now)).transpose()?,
        })
    }
}

/// `30%` or `0.3`.
fn parse_share(text: &str) -> anyhow::Result<f64> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    let value = match text.trim().strip_suffix('%') {
        Some(percent) => number(percent).map(|percent| percent / 100.0),
        // A bare 30 would be 3,000 %: nobody means that.
        None => number(text).filter(|share| *share <= 5.0),
    };
    value
        .filter(|share| *share > 0.0)
        .with_context(|| format!("--max-change {text}: write a size above zero as 30% or as 0.3"))
}

/// `2026-03-01`, or `90d` from now; the entry counts until the day begins.
fn parse_expiry(text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    let fault = || format!("--expires {text}: write a date as 2026-03-01, or a time as 90d");
    let day = match text.trim().strip_suffix('d') {
        Some(days) => {
            let days: u16 = days.parse().ok().with_context(fault)?;
            Timestamp::from_micros((now.day() + i64::from(days)).saturating_mul(DAY_US))
        }
        None => Timestamp::parse(&format!("{}T00:00:00Z", text.trim()))
            .map_err(anyhow::Error::msg)
            .with_context(fault)?,
    };
    if day <= now {
        bail!("--expires {text}: that is over already, the entry would never count");
    }
    Ok(day)
}

/// What a command needs that builds no site.
pub(crate) fn load_options(global: &GlobalArgs) -> anyhow::Result<LoadOptions> {
    let site = SiteArgs {
        out: std::path::PathBuf::new(),
        base_url: None,
        audience: Some(AudienceArg::Internal),
        with_archive: false,
        explicit_index: false,
    };
    build::load_options(global, &site)
}

fn acceptance_context(project: &Project) -> RegressionLookup<'_> {
    RegressionLookup {
        history: &project.history,
        series: &project.grouped.series,
        analyses: &project.analyses.by_series,
    }
}

/// The one commit that was meant.
fn resolve_commit(
    known: &RegressionLookup<'_>,
    name: &str,
    matching: &[usize],
) -> anyhow::Result<CommitIndex> {
    if let Some(commit) = known.commit_named(name)? {
        return Ok(commit);
    }
    let short = if name.len() < MIN_PREFIX {
        format!(" (an id is named by its first {MIN_PREFIX} characters or more)")
    } else {
        String::new()
    };
    bail!("no measured commit is called `{name}`{short}{}", suggest_changes(known, matching))
}

/// What could be accepted in these series instead, as it would be typed.
fn suggest_changes(known: &RegressionLookup<'_>, matching: &[usize]) -> String {
    let open = known.open_regressions(matching);
    if open.is_empty() {
        return "; nothing in these series is open to be accepted".to_owned();
    }
    let mut out = "; what could be accepted:".to_owned();
    for it in open.iter().take(MAX_SUGGESTIONS) {
        let commit = &known.history.commits[it.commit.0 as usize];
        // Pasted into a shell it stays one word: what could end the quotes becomes a glob's `?`.
        let name = known.series[it.series].key.name();
        let name = name.replace(|c: char| c == '\'' || c.is_control(), "?");
        let change = text::percent_change(it.change);
        out.push_str(&format!("\n  --commit {} --series '{name}'  ({change})", commit.id));
    }
    out
}

/// The names of series that are most like a glob that matches none.
fn suggest_names(project: &Project, glob: &str) -> String {
    let plain = glob.replace('*', "");
    let names = project.grouped.series.iter().map(|series| series.key.name());
    let mut names: Vec<(f64, String)> =
        names.map(|name| (strsim::jaro_winkler(&plain, &name), name)).collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    if names.is_empty() {
        return ": the history has no series".to_owned();
    }
    let names: Vec<String> =
        names.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name).collect();
    format!("; the nearest are {} (a glob covers many: 'parse/*')", text::join_and(&names))
}

fn reject_duplicate(
    project: &Project,
    entry: &AcceptedEntry,
    now: Timestamp,
) -> anyhow::Result<()> {
    let same = |it: &&AcceptedEntry| {
        (&it.series, &it.commit) == (&entry.series, &entry.commit)
            && it.max_change >= entry.max_change
            && it.expires.is_none_or(|until| until > now)
    };
    if let Some(known) = project.accepted.iter().find(same) {
        bail!("already accepted by {}: {}", known.by, known.reason);
    }
    Ok(())
}

/// What the entry covers, in one screen.
fn summary(
    project: &Project,
    entry: &AcceptedEntry,
    found: &[SeriesRegression],
    matching: usize,
) -> String {
    let covered = |it: &&SeriesRegression| it.change.abs() <= entry.max_change + 1e-9;
    let (yes, no): (Vec<&SeriesRegression>, Vec<&SeriesRegression>) =
        found.iter().partition(covered);
    let mut out = format!(
        "accepts {} of up to {} at {} in {} of {}\n",
        text::count_noun(yes.len() as u64, "regression"),
        text::percent(entry.max_change),
        text::short_commit(&entry.commit),
        text::count_noun(yes.len() as u64, "series"),
        text::count(matching as u64),
    );
    out.push_str(&table_rows(project, &yes));
    if !no.is_empty() {
        out.push_str(&format!("does not accept {}, larger than that\n", no.len()));
        out.push_str(&table_rows(project, &no));
    }
    out
}

fn table_rows(project: &Project, regressions: &[&SeriesRegression]) -> String {
    let mut out = String::new();
    for it in regressions.iter().take(MAX_ROWS) {
        let series = &project.grouped.series[it.series];
        let scale = UnitScale::for_values([it.before, it.after], &series.unit);
        let name = sanitize::line(&series.key.name());
        let arrow = scale.arrow(it.before, it.after);
        out.push_str(&format!("  {name}  {arrow}  {}\n", text::percent_change(it.change)));
    }
    if regressions.len() > MAX_ROWS {
        out.push_str(&format!("  and {} more\n", regressions.len() - MAX_ROWS));
    }
    out
}

fn audit_entry(entry: &AcceptedEntry, found: &[SeriesRegression], time: Timestamp) -> AuditEntry {
    let mut details = Map::new();
    details.insert("series".to_owned(), Value::from(entry.series.as_str()));
    details.insert("max_change".to_owned(), Value::from(entry.max_change));
    details.insert("regressions".to_owned(), Value::from(found.len()));
    if let Some(expires) = entry.expires {
        details.insert("expires".to_owned(), Value::from(text::iso_date(expires)));
    }
    AuditEntry {
        time,
        kind: "approval".to_owned(),
        actor: entry.by.clone(),
        reason: entry.reason.clone(),
        commit: Some(entry.commit.clone()),
        details,
    }
}

/// Writes the list and the log: both, or neither.
fn write(global: &GlobalArgs, texts: (&str, &str), entry: &AuditEntry) -> anyhow::Result<()> {
    let (existing, longer) = texts;
    let chain = store::audit::read(&global.data)?;
    if chain.broken.is_none() {
        store::accepted::write(&global.data, longer)?;
    }
    if let Err(error) = store::audit::append(&global.data, entry) {
        if chain.broken.is_none() {
            store::accepted::write(&global.data, existing)?;
        }
        return Err(error.context("nothing was accepted"));
    }
    Ok(())
}
