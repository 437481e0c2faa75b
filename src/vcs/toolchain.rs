//! Versions of compilers and interpreters, asked of the programs themselves: only of those that
//! somebody named, for asking starts a program.

use std::process::{Command, Stdio};

use crate::vcs::ci::EnvVariables;
use crate::vcs::machine::normalize_value;

/// A tool as it is named, the variable that may name its program, and how its version is asked for.
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

/// The first line that each of the named tools says of its version, as a field of its name; and
/// what could not be found out.
pub(super) fn versions(
    names: &[String],
    variables: &EnvVariables,
) -> (Vec<(String, String)>, Vec<String>) {
    let (mut found, mut warnings) = (Vec::new(), Vec::new());
    for name in names {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == name) else {
            let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            warnings.push(format!("`{name}` is no known toolchain: {}", known.join(", ")));
            continue;
        };
        let own = variables.get(tool.variable).filter(|program| !program.is_empty());
        match version(own.map_or(tool.name, String::as_str), tool.arguments) {
            Some(version) => found.push((name.clone(), version)),
            None => warnings.push(format!("`{name}` does not say its version: it is left out")),
        }
    }
    (found, warnings)
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
    fn a_tool_that_is_not_there_or_not_known_is_told_and_left_out() {
        let variables = EnvVariables::from([("RUSTC".to_owned(), "no/such/program".to_owned())]);
        let (found, warnings) = versions(&["rustc".to_owned(), "sh -c x".to_owned()], &variables);
        assert!(found.is_empty());
        assert!(warnings[0].contains("`rustc`") && warnings[1].contains("no known toolchain"));
    }
}
