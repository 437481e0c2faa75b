//! A dashboard for Grafana 10 and newer, for what [`metrics`](crate::site::metrics) says: open
//! regressions, use of budgets, levels by unit, noise. The data source and the series are variables
//! of the dashboard.

use serde_json::{Value, json};

use model::policy::Policy;

/// Version of the schema of Grafana 10.
const SCHEMA_VERSION: u32 = 38;
/// The series that the variables select.
const SELECTED: &str = r#"test=~"$benchmark",backend=~"$backend",metric=~"$metric""#;
/// What a line of a chart is called.
const LEGEND: &str = "{{test}} {{backend}} {{mode}} {{n}} {{params}} {{metric}}";

/// The dashboard; `base_url` is where the site is.
pub(super) fn dashboard(policy: &Policy, base_url: Option<&str>) -> String {
    let link = |url: &str| {
        json!({"title": "Site", "type": "link", "url": url, "icon": "external link",
            "targetBlank": true})
    };
    let links: Vec<Value> = base_url.map(link).into_iter().collect();
    let value = json!({
        // With the same id a second import replaces the first.
        "uid": "benchpages",
        "title": policy.site.title,
        "description": "Written by benchpages export grafana.",
        "tags": ["benchmarks", "benchpages"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": true,
        "timezone": "utc",
        "time": {"from": "now-30d", "to": "now"},
        "links": links,
        "templating": {"list": variables()},
        "panels": panels(),
    });
    // Names of the policy are text: Grafana escapes the title, and expands no variable in it.
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

fn variables() -> Vec<Value> {
    let label = |name: &str, label: &str, metric: &str| {
        json!({
            "name": name, "type": "query", "datasource": datasource(), "refresh": 2, "sort": 1,
            // `.*` also selects what has no such label: targets of several series together.
            "multi": true, "includeAll": true, "allValue": ".*",
            "current": {"selected": true, "text": ["All"], "value": ["$__all"]},
            "definition": format!("label_values({metric}, {label})"),
            "query": {"query": format!("label_values({metric}, {label})"), "refId": name},
        })
    };
    let of_benchmark = r#"benchpages_series_level{test=~"$benchmark"}"#;
    let of_backend = r#"benchpages_series_level{test=~"$benchmark",backend=~"$backend"}"#;
    vec![
        json!({
            "name": "datasource", "type": "datasource", "query": "prometheus",
            "label": "Data source",
        }),
        label("benchmark", "test", "benchpages_series_level"),
        label("backend", "backend", of_benchmark),
        label("metric", "metric", of_backend),
    ]
}

fn panels() -> Vec<Value> {
    let regressions = format!("sum(benchpages_series_open_regressions{{{SELECTED}}})");
    let violated = r#"sum(benchpages_targets{state="violated"})"#;
    let age = "time() - benchpages_newest_result_timestamp_seconds";
    let used = format!(r#"benchpages_target_used_ratio{{kind=~"budget|sla",{SELECTED}}}"#);
    let level = |unit: &str| format!("benchpages_series_level{{{SELECTED},unit{unit}}}");
    let noise = format!("benchpages_series_noise_ratio{{{SELECTED}}}");
    let panels = [
        GrafanaPanel::stat("Open regressions", &regressions, "none").alarm(1.0).place(0, 0, 8, 4),
        GrafanaPanel::stat("Violated targets", violated, "none").alarm(1.0).place(8, 0, 8, 4),
        GrafanaPanel::stat("Age of the newest result", age, "s").place(16, 0, 8, 4),
        GrafanaPanel {
            legend: "{{name}}: {{test}} {{backend}}",
            kind: "bargauge",
            ..GrafanaPanel::chart("Use of budgets and service levels", &used, "percentunit")
        }
        .alarm(1.0)
        .place(0, 4, 24, 8),
        GrafanaPanel::chart("Levels of times", &level(r#"="seconds""#), "s").place(0, 12, 24, 9),
        GrafanaPanel::chart("Levels of sizes", &level(r#"="bytes""#), "bytes").place(0, 21, 12, 8),
        GrafanaPanel::chart("Levels of other units", &level(r#"!~"seconds|bytes""#), "short")
            .place(12, 21, 12, 8),
        GrafanaPanel::chart("Noise of a run", &noise, "percentunit").place(0, 29, 24, 8),
    ];
    (1..).zip(panels).map(|(id, panel)| panel.json(id)).collect()
}

fn datasource() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

/// A panel with one query.
struct GrafanaPanel {
    kind: &'static str,
    title: &'static str,
    query: String,
    unit: &'static str,
    legend: &'static str,
    /// From this value on it is red.
    alarm: Option<f64>,
    /// Column, row, width and height in the grid of 24 columns.
    grid: [u32; 4],
}

impl GrafanaPanel {
    fn chart(title: &'static str, query: &str, unit: &'static str) -> Self {
        let query = query.to_owned();
        Self { kind: "timeseries", title, query, unit, legend: LEGEND, alarm: None, grid: [0; 4] }
    }

    fn stat(title: &'static str, query: &str, unit: &'static str) -> Self {
        Self { kind: "stat", legend: "", ..Self::chart(title, query, unit) }
    }

    fn alarm(self, value: f64) -> Self {
        Self { alarm: Some(value), ..self }
    }

    fn place(self, x: u32, y: u32, width: u32, height: u32) -> Self {
        Self { grid: [x, y, width, height], ..self }
    }

    fn json(&self, id: u32) -> Value {
        let mut steps = vec![json!({"color": "green", "value": null})];
        steps.extend(self.alarm.map(|value| json!({"color": "red", "value": value})));
        let [x, y, width, height] = self.grid;
        // Only a chart shows what was; the others show the newest value of each line.
        let is_chart = self.kind == "timeseries";
        let options = match is_chart {
            true => json!({"tooltip": {"mode": "multi"}}),
            false => json!({"reduceOptions": {"calcs": ["lastNotNull"]}, "displayMode": "basic"}),
        };
        json!({
            "id": id,
            "type": self.kind,
            "title": self.title,
            "datasource": datasource(),
            "gridPos": {"x": x, "y": y, "w": width, "h": height},
            "fieldConfig": {
                "defaults": {
                    "unit": self.unit,
                    "thresholds": {"mode": "absolute", "steps": steps},
                },
                "overrides": [],
            },
            "options": options,
            "targets": [{
                "refId": "A",
                "datasource": datasource(),
                "expr": self.query,
                "legendFormat": self.legend,
                "instant": !is_chart,
                "range": is_chart,
            }],
        })
    }
}
