//! `benchpages notify`: what is sent, to whom, and what happens when the other side says no, is
//! slow, or lies. Servers stand on loopback; no test waits for the clock.

mod contract;
mod github;
mod issues;
mod server;
mod slack;
mod webhook;

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Answer, answer, program};

pub const BASE: &str = "919ad74f0e129a1b2c3d4e5f60718293a4b5c6d7";
pub const HEAD: &str = "b18e51d2c0aa9a1b2c3d4e5f60718293a4b5c6d7";

/// `notify` with what it was given, in a folder of its own, and none of the caller's environment.
pub struct Notify {
    folder: tempfile::TempDir,
    command: Command,
}

impl Notify {
    pub fn new(kind: &str, result: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = program();
        let kept = std::env::vars_os().filter(|(name, _)| name != "PATH");
        for (name, _) in kept {
            command.env_remove(name);
        }
        std::fs::write(folder.path().join("result.json"), result.to_string()).unwrap();
        command.current_dir(folder.path()).args(["notify", kind, "--result", "result.json"]);
        if kind != "webhook" {
            command.args(["--base-url", "https://o.github.io/r/"]);
        }
        Self { folder, command }
    }

    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub fn run(&mut self) -> Answer {
        answer(&mut self.command)
    }
}

/// What a check printed that found these.
pub fn found(verdict: &str, findings: Value) -> Value {
    json!({"verdict": verdict, "exit": 1, "base": BASE, "candidate": HEAD, "compared": 36,
        "findings": findings, "not_compared": [], "infrastructure": null, "override": null})
}

/// One series that got slower.
pub fn slower(series: &str) -> Value {
    json!({"series": series, "verdict": "regressed", "before": 83_900.0, "after": 95_600.0,
        "change": 0.139, "threshold": 0.12, "confidence": 0.99, "severity": "minor", "unit": "ns",
        "blocks": true, "direction": "worse", "url":
        "https://o.github.io/r/diff/a..b/#s", "reason": "beyond its limit", "hints": ["abc"]})
}

pub fn clean() -> Value {
    found("pass", json!([]))
}

/// A check that passes while an alert fires and a budget drifts.
pub fn with_targets() -> Value {
    let target = |kind: &str, name: &str, state: &str| {
        json!({"kind": kind, "key": name, "name": name, "state": state, "severity": "critical",
            "series": "api/http", "title": "api · http", "message": "1.6% > 1%", "blocks": false})
    };
    let mut result = clean();
    result["targets"] = json!([
        target("alert", "High <Error> Rate", "violated"),
        target("budget", "Startup", "drifting"),
        target("budget", "Parse", "passing"),
    ]);
    result["targets_summary"] = json!("1 of 2 within budget, 1 drifting; 1 alert firing");
    result
}
