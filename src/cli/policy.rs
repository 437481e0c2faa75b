//! `benchpages policy check | show | replay | schema`.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::args::{Global, Policy as PolicyArgs, PolicyFormat};
use crate::cli::talk::{self, Talk};
use crate::cli::{FAULT, replay};
use model::policy::diagnostic::{self, Level};
use model::policy::read::{self, Reading};
use model::policy::{Policy, schema, show};

pub(crate) fn run(global: &Global, command: &PolicyArgs, talk: &Talk) -> anyhow::Result<u8> {
    match command {
        PolicyArgs::Schema => talk::answer(schema::schema().as_bytes()),
        PolicyArgs::Show { reference: true, .. } => talk::answer(show::REFERENCE.as_bytes()),
        PolicyArgs::Replay { against, format } => {
            replay::run(global, against.as_deref(), *format, talk)
        }
        PolicyArgs::Show { format, .. } => in_force(global, *format, talk),
        PolicyArgs::Check { files } => {
            let files = if files.is_empty() { vec![default_path(global)] } else { files.clone() };
            let mut status = 0;
            for file in &files {
                status = status.max(check(file, talk)?);
            }
            Ok(status)
        }
    }
}

fn default_path(global: &Global) -> PathBuf {
    global.policy.clone().unwrap_or_else(|| global.data.join("policy.yml"))
}

fn read(path: &Path) -> anyhow::Result<(String, Reading)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let reading = read::read(&text, &path.display().to_string());
    Ok((text, reading))
}

fn check(path: &Path, talk: &Talk) -> anyhow::Result<u8> {
    let (text, reading) = read(path)?;
    let count = |level| reading.diagnostics.iter().filter(|one| one.level == level).count() as u64;
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    if !reading.diagnostics.is_empty() {
        let told = diagnostic::render(&reading.diagnostics, &text, talk.colour());
        talk::tell(&told);
    }
    let counted = format!(
        "{}: {}, {}",
        path.display(),
        model::text::counted(errors, "error"),
        model::text::counted(warnings, "warning")
    );
    talk.info(&if errors + warnings == 0 { format!("{}: good", path.display()) } else { counted });
    Ok(if errors > 0 { FAULT } else { 0 })
}

fn in_force(global: &Global, format: PolicyFormat, talk: &Talk) -> anyhow::Result<u8> {
    let path = default_path(global);
    let policy = if global.policy.is_none() && !path.exists() {
        talk.info(&format!("no {}: these are the defaults", path.display()));
        Policy::default()
    } else {
        let (text, reading) = read(&path)?;
        let Some(policy) = reading.policy else {
            talk::tell(&diagnostic::render(&reading.diagnostics, &text, talk.colour()));
            return Ok(FAULT);
        };
        policy
    };
    let shown = match format {
        PolicyFormat::Yaml => show::show(&policy),
        PolicyFormat::Json => show::to_json(&policy),
    };
    talk::answer(shown.as_bytes())
}
