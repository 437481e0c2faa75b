//! Versions of compilers and interpreters, as the programs print them: only of those that somebody
//! named, since each starts a program. `rustc` gives `rustc 1.90.0 (1159e78c4 2025-09-14)`.

use std::process::{Command, Stdio};

use crate::vcs::job::EnvVariables;
use crate::vcs::machine::normalize_value;

/// A tool by name, the variable that may name its program, and the arguments that print its
/// version.
struct ToolchainCommand {
    name: &'static str,
    variable: &'static str,
    arguments: &'static [&'static str],
}

const TOOLS: [ToolchainCommand; 16] = [
    ToolchainCommand { name: "rustc", variable: "RUSTC", arguments: &["--version"] },
    ToolchainCommand { name: "gcc", variable: "CC", arguments: &["--version"] },
    ToolchainCommand { name: "g++", variable: "CXX", arguments: &["--version"] },
    ToolchainCommand { name: "clang", variable: "CC", arguments: &["--version"] },
    ToolchainCommand { name: "go", variable: "", arguments: &["version"] },
    ToolchainCommand { name: "python3", variable: "PYTHON", arguments: &["--version"] },
    ToolchainCommand { name: "node", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "deno", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "bun", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "java", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "dotnet", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "julia", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "ruby", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "swift", variable: "", arguments: &["--version"] },
    ToolchainCommand { name: "zig", variable: "", arguments: &["version"] },
    ToolchainCommand { name: "ghc", variable: "", arguments: &["--version"] },
];

/// The first line of each tool's version, as a field of the tool's name; and a warning for each
/// tool whose version stays unknown.
pub(super) fn versions(
    names: &[String],
    variables: &EnvVariables,
) -> (Vec<(String, String)>, Vec<String>) {
    let (mut fields, mut warnings) = (Vec::new(), Vec::new());
    for name in names {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == name) else {
            // A name is never run as it stands: it may come from a file that a stranger changed.
            let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            warnings
                .push(format!("`{name}` is no known toolchain; use one of {}", names.join(", ")));
            continue;
        };
        // `CC=clang-18` is what the build used, whatever `clang` is on this machine.
        let program = variables.get(tool.variable).filter(|program| !program.is_empty());
        match version(program.map_or(tool.name, String::as_str), tool.arguments) {
            Some(version) => fields.push((name.clone(), version)),
            None => warnings.push(format!(
                "`{name}` does not run or prints no version, so the records do not name it"
            )),
        }
    }
    (fields, warnings)
}

fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).lines().find_map(normalize_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_unknown_tool_gives_a_warning_and_no_field() {
        let variables = EnvVariables::from([("RUSTC".to_owned(), "no/such/program".to_owned())]);
        let (fields, warnings) = versions(&["rustc".to_owned(), "sh -c x".to_owned()], &variables);
        assert!(fields.is_empty());
        assert!(warnings[0].contains("`rustc`") && warnings[1].contains("no known toolchain"));
    }
}
