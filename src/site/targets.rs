//! Budgets, service levels and alerts on the health page, the overview and in `health.json`.

use crate::report::phrase::Phrase;
use crate::report::urls::LinkRoot;
use crate::report::wording;
use crate::site::api::json_types::TargetView;
use crate::site::context::SiteContext;
use detect::BudgetVerdict;
use detect::targets::{TargetKind, TargetResult, count_missed};
use model::record::shorten;
use model::text;

/// All targets, the worst first.
pub(crate) fn views(site: &SiteContext<'_>) -> Vec<TargetView> {
    let finite = |value: f64| value.is_finite().then_some(value);
    let targets = site.input.targets.iter();
    targets
        .map(|target| TargetView {
            kind: kind(target.kind),
            limit: finite(target.limit),
            measured: finite(target.measured),
            message: target.message.clone(),
            name: target.name.clone(),
            series: target.series.map(|index| site.stems[index].clone()),
            severity: target.severity.as_str(),
            verdict: match target.verdict {
                BudgetVerdict::Pass => "pass",
                BudgetVerdict::Drift => "drift",
                BudgetVerdict::Violation => "violation",
            },
        })
        .collect()
}

fn kind(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Budget => "budget",
        TargetKind::Sla => "sla",
        TargetKind::Alert => "alert",
    }
}

/// `2 targets missed`; none where none is.
pub(crate) fn missed_text(site: &SiteContext<'_>) -> Option<String> {
    let missed = count_missed(site.input.targets) as u64;
    (missed > 0).then(|| format!("{} missed", text::count_noun(missed, "target")))
}

/// The finding about missed targets: how many, and which.
pub(crate) fn finding(site: &SiteContext<'_>) -> Option<String> {
    let missed = missed_text(site)?;
    let mut names: Vec<String> = Vec::new();
    for target in
        site.input.targets.iter().filter(|target| target.verdict == BudgetVerdict::Violation)
    {
        let name = shorten(&target.name, 60).into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
        // Three names say what kind of target it is; the table below the findings has all.
        if names.len() > 3 {
            names[3] = "…".to_owned();
            break;
        }
    }
    Some(format!("{missed}: {}.", names.join(", ")))
}

/// The targets that do not pass, for a table.
pub(crate) fn rows(site: &SiteContext<'_>, root: LinkRoot, most: usize) -> Vec<Vec<Phrase>> {
    let open = site.input.targets.iter().filter(|target| target.verdict != BudgetVerdict::Pass);
    open.take(most).map(|target| row(site, root, target)).collect()
}

fn row(site: &SiteContext<'_>, root: LinkRoot, target: &TargetResult) -> Vec<Phrase> {
    let series = target.series.map_or_else(
        || Phrase::new("").text("all together"),
        |index| {
            let key = &site.series(index).0.key;
            let page = root.to(&site.series_path(index));
            Phrase::new("").link(page, &key.test).text(" ").name(wording::series_label(key))
        },
    );
    // Alerts have a severity of their own; budgets and service levels a state.
    let (tone, state) = match (target.kind, target.verdict) {
        (TargetKind::Alert, BudgetVerdict::Drift) => ("note", target.severity.as_str()),
        (TargetKind::Alert, _) => ("worse", target.severity.as_str()),
        (_, BudgetVerdict::Violation) => ("worse", "violation"),
        (_, _) => ("note", "drift"),
    };
    vec![
        Phrase::new("").name(shorten(&target.name, 100).into_owned()),
        series,
        Phrase::new("").marked(tone, state),
        Phrase::new("").name(shorten(&target.message, 400).into_owned()),
    ]
}

/// `2 violations, 1 alert, 3 drifting, 12 passed`, worst first.
pub(crate) fn summary(site: &SiteContext<'_>) -> String {
    let count = |wanted: &dyn Fn(&TargetResult) -> bool| {
        site.input.targets.iter().filter(|target| wanted(target)).count() as u64
    };
    let fires = |target: &TargetResult| {
        target.kind == TargetKind::Alert && target.verdict != BudgetVerdict::Pass
    };
    let alerts = count(&fires);
    let violated = count(&|target| target.verdict == BudgetVerdict::Violation && !fires(target));
    let drifting = count(&|target| target.verdict == BudgetVerdict::Drift && !fires(target));
    let passed = count(&|target| target.verdict == BudgetVerdict::Pass);
    let parts = [
        (violated, text::count_noun(violated, "violation")),
        (alerts, format!("{} firing", text::count_noun(alerts, "alert"))),
        (drifting, format!("{} drifting", text::count(drifting))),
        (passed, format!("{} passed", text::count(passed))),
    ];
    let counts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    counts.join(", ")
}
