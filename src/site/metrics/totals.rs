//! What is counted over the whole history: records, series by verdict, regressions, targets.

use std::collections::BTreeMap;

use crate::report::escape::prometheus::PrometheusText;
use crate::report::{target_view, wording};
use crate::site::context::SiteContext;
use crate::site::metrics::exposition::Exposition;
use crate::site::metrics::labels::seconds;
use crate::site::targets;
use model::escaped;

/// States of regressions; all of them have a sample, so that an expression never finds nothing.
const STATES: [&str; 7] =
    ["open", "suspected", "accepted", "explained", "fixed", "closed", "withdrawn"];

pub(super) fn write(site: &SiteContext<'_>, out: &mut Exposition) {
    let input = site.input;
    let build = escaped![
        "version=\"",
        env!("CARGO_PKG_VERSION"),
        "\",policy_sha=\"",
        PrometheusText::text(&input.policy_sha),
        "\""
    ];
    let help = "The program and the policy behind these figures; always 1.";
    out.family("benchpages_build_info", help).sample(&build, 1.0);
    if let Some(newest) = input.history.newest {
        let help = "When the newest result was measured.";
        let mut family = out.family("benchpages_newest_result_timestamp_seconds", help);
        family.sample(&PrometheusText::new(), seconds(newest));
    }
    let counts = &input.history.counts;
    let rejected = input.history.rejected_records.len() as u64;
    for (name, help, count) in [
        ("benchpages_records", "Records that were read, duplicates included.", counts.records),
        ("benchpages_duplicate_records", "Records that repeat another one.", counts.duplicates),
        ("benchpages_failed_records", "Records of failed runs.", counts.failed),
        ("benchpages_rejected_records", "Records that could not be read.", rejected),
    ] {
        out.family(name, help).sample(&PrometheusText::new(), count as f64);
    }
    write_verdicts(site, out);
    write_regressions(site, out);
    write_targets(site, out);
}

fn write_verdicts(site: &SiteContext<'_>, out: &mut Exposition) {
    let mut verdicts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for index in site.series_indices() {
        let analysis = site.series(index).1;
        // Nobody waits for a verdict on what is no longer measured.
        let word =
            if analysis.is_retired { "retired" } else { wording::verdict_name(analysis.verdict) };
        *verdicts.entry(word).or_default() += 1;
    }
    let mut family = out.family("benchpages_series", "Series of the history by verdict.");
    for (verdict, count) in verdicts {
        family.sample(&escaped!["verdict=\"", verdict, "\""], count as f64);
    }
}

fn write_regressions(site: &SiteContext<'_>, out: &mut Exposition) {
    let groups = site.regressions.groups();
    let help = "Regressions of series by state.";
    let mut family = out.family("benchpages_regressions", help);
    for state in STATES {
        let of_state = groups.iter().filter(|group| group.state() == state);
        let count: usize = of_state.map(|group| group.members.len()).sum();
        family.sample(&escaped!["state=\"", state, "\""], count as f64);
    }
    let help = "Groups of regressions with one likely cause, by state.";
    let mut family = out.family("benchpages_regression_groups", help);
    for state in STATES {
        let count = groups.iter().filter(|group| group.state() == state).count();
        family.sample(&escaped!["state=\"", state, "\""], count as f64);
    }
}

fn write_targets(site: &SiteContext<'_>, out: &mut Exposition) {
    let help = "Results of targets by kind and state.";
    let mut family = out.family("benchpages_targets", help);
    for (kind, counts) in target_view::counts(&targets::views(site)) {
        for (state, count) in [
            ("passing", counts.passing),
            ("drifting", counts.drifting),
            ("violated", counts.violated),
            ("not_measured", counts.not_measured),
        ] {
            let mut labels = PrometheusText::from("kind=\"");
            labels.push_text(&kind).push("\",state=\"").push(state).push("\"");
            family.sample(&labels, count as f64);
        }
    }
}
