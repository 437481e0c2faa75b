//! `benchpages policy check | show | replay | schema`.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::args::{GlobalArgs, PolicyCommand as PolicyArgs, PolicyFormat};
use crate::cli::ui::{self, Reporter};
use crate::cli::{EXIT_ERROR, replay};
use model::policy::diagnostic::{self, DiagnosticLevel};
use model::policy::read::{self, ParsedPolicy};
use model::policy::{Policy, schema, show};

pub(crate) fn run(
    global: &GlobalArgs,
    command: &PolicyArgs,
    talk: &Reporter,
) -> anyhow::Result<u8> {
    match command {
        PolicyArgs::Schema => ui::print(schema::schema_json().as_bytes()),
        PolicyArgs::Show { reference: true, .. } => ui::print(show::REFERENCE.as_bytes()),
        PolicyArgs::Replay { against, format } => {
            replay::run(global, against.as_deref(), *format, talk)
        }
        PolicyArgs::Show { format, .. } => print_effective(global, *format, talk),
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

fn default_path(global: &GlobalArgs) -> PathBuf {
    global.policy.clone().unwrap_or_else(|| global.data.join("policy.yml"))
}

fn read(path: &Path) -> anyhow::Result<(String, ParsedPolicy)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let reading = read::read(&text, &path.display().to_string());
    Ok((text, reading))
}

fn check(path: &Path, talk: &Reporter) -> anyhow::Result<u8> {
    let (text, reading) = read(path)?;
    let count = |level| reading.diagnostics.iter().filter(|one| one.level == level).count() as u64;
    let (errors, warnings) = (count(DiagnosticLevel::Error), count(DiagnosticLevel::Warning));
    if !reading.diagnostics.is_empty() {
        let told = diagnostic::render(&reading.diagnostics, &text, talk.color());
        ui::emit(&told);
    }
    let counted = format!(
        "{}: {}, {}",
        path.display(),
        model::text::count_noun(errors, "error"),
        model::text::count_noun(warnings, "warning")
    );
    talk.info(&if errors + warnings == 0 { format!("{}: good", path.display()) } else { counted });
    Ok(if errors > 0 { EXIT_ERROR } else { 0 })
}

fn print_effective(
    global: &GlobalArgs,
    format: PolicyFormat,
    talk: &Reporter,
) -> anyhow::Result<u8> {
    let path = default_path(global);
    let policy = if global.policy.is_none() && !path.exists() {
        talk.info(&format!("no {}: these are the defaults", path.display()));
        Policy::default()
    } else {
        let (text, reading) = read(&path)?;
        let Some(policy) = reading.policy else {
            ui::emit(&diagnostic::render(&reading.diagnostics, &text, talk.color()));
            return Ok(EXIT_ERROR);
        };
        policy
    };
    let shown = match format {
        PolicyFormat::Yaml => show::to_yaml(&policy),
        PolicyFormat::Json => show::to_json(&policy),
    };
    ui::print(shown.as_bytes())
}
