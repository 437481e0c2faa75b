//! What a machine needs before the benchmarks can run: the part of `benchmarks.sh --setup`. By the
//! tools of the repository and its lock files; runs nothing, and writes no name into a script that
//! a shell reads otherwise.
//!
//! `pyproject.toml` with the extra `test`, which names pytest-benchmark, becomes
//! `.venv/bin/python -m pip install -e '.[test]' pytest pytest-benchmark`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::init::detect::{self, DetectedTool};
use crate::init::tools::SetUp;

/// The lines of a repository without a known tool.
const NO_TOOL_SET_UP: &str = "  # Install here what the benchmarks need.\n";
/// Tables of `pyproject.toml` with lists of packages that only some users need.
const EXTRAS: [&str; 2] = ["project.optional-dependencies", "dependency-groups"];

/// The lines between `if` and `exit`, indented.
pub(super) fn script(root: &Path, tools: &[DetectedTool]) -> String {
    let mut parts: Vec<(String, String)> = Vec::new();
    // One environment for all tools of a project.
    let mut python: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for detected in tools {
        let folder = detected.project_folder(root);
        let text = match detected.tool.set_up {
            SetUp::Nothing => continue,
            SetUp::Shell(text) => text.replace("FILE", &detected.path_from(&folder)),
            SetUp::Node => node(root, &folder).to_owned(),
            SetUp::Library { package, words } if detected.names_any(root, words) => {
                format!("packages {package}")
            }
            SetUp::Library { .. } => continue,
            SetUp::Python(packages) => {
                python.entry(folder).or_default().extend(packages);
                continue;
            }
        };
        parts.push((folder, text));
    }
    let python = python.into_iter().map(|(folder, mut packages)| {
        packages.sort_unstable();
        packages.dedup();
        let text = python_project(root, &folder, &packages);
        (folder, text)
    });
    parts.extend(python);
    parts.sort();
    parts.dedup();
    if tools.is_empty() {
        return NO_TOOL_SET_UP.to_owned();
    }
    parts.iter().map(|(folder, text)| indented(folder, text)).collect()
}

fn indented(folder: &str, text: &str) -> String {
    match folder {
        "" => format!("  {}\n", text.replace('\n', "\n  ")),
        _ => {
            let text = text.replace('\n', "\n    ");
            format!("  (\n    cd {folder}\n    {text}\n  )\n")
        }
    }
}

/// Installs the packages of a project as its lock file names them.
fn node(root: &Path, folder: &str) -> &'static str {
    let has = |name: &str| root.join(folder).join(name).is_file() || root.join(name).is_file();
    match () {
        () if has("pnpm-lock.yaml") => {
            "command -v pnpm > /dev/null || corepack enable\npnpm install --frozen-lockfile"
        }
        () if has("yarn.lock") => {
            "command -v yarn > /dev/null || corepack enable\nyarn install --frozen-lockfile"
        }
        () if has("bun.lock") || has("bun.lockb") => {
            "command -v bun > /dev/null || npm install --global bun\nbun install --frozen-lockfile"
        }
        () if has("package-lock.json") || has("npm-shrinkwrap.json") => "npm ci",
        () => "npm install",
    }
}

/// Makes `.venv` with the project, what it needs for its tests, and the packages of the tools.
fn python_project(root: &Path, folder: &str, packages: &[&str]) -> String {
    let project = root.join(folder);
    let has = |name: &str| project.join(name).is_file();
    let packages = packages.join(" ");
    if has("uv.lock") {
        return format!(
            "command -v uv > /dev/null || pipx install uv\n\
             uv sync --frozen --all-extras --all-groups\nuv pip install {packages}"
        );
    }
    if has("poetry.lock") {
        return format!(
            "command -v poetry > /dev/null || pipx install poetry\n\
             POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --all-extras\n\
             poetry run python -m pip install {packages}"
        );
    }
    if has("pdm.lock") {
        return format!(
            "command -v pdm > /dev/null || pipx install pdm\npdm sync --group :all\n\
             .venv/bin/python -m ensurepip\n.venv/bin/python -m pip install {packages}"
        );
    }
    let mut arguments: Vec<String> = Vec::new();
    let names = detect::names(&project, false);
    let is_list = |name: &&String| detect::matches_pattern("*requirements*.txt", name);
    let is_wanted = |name: &&String| {
        let text = || detect::read_small_file(&project.join(name)).unwrap_or_default();
        name.as_str() == "requirements.txt" || packages.split(' ').any(|it| text().contains(it))
    };
    let lists = names.iter().filter(is_list).filter(is_wanted);
    arguments.extend(lists.map(|name| format!("-r {name}")));
    let manifest = detect::read_small_file(&project.join("pyproject.toml")).unwrap_or_default();
    let is_package = manifest.lines().any(|line| {
        let line = line.trim();
        line.starts_with("[project]") || line.starts_with("[build-system]")
    });
    let [extras, groups] = EXTRAS.map(|table| lists_naming(&manifest, table, &packages));
    if is_package || has("setup.py") {
        let extras = extras.join(",");
        arguments.push(if extras.is_empty() {
            "-e .".to_owned()
        } else {
            format!("-e '.[{extras}]'")
        });
    }
    arguments.extend(groups.iter().map(|group| format!("--group {group}")));
    arguments.push(packages);
    format!(
        "python3 -m venv .venv\n.venv/bin/python -m pip install --quiet --upgrade pip\n\
         .venv/bin/python -m pip install --quiet {}",
        arguments.join(" ")
    )
}

/// The keys of a table whose lists name one of the packages. Reads lines, as people write them.
fn lists_naming(manifest: &str, table: &str, packages: &str) -> Vec<String> {
    let (mut is_inside, mut key, mut keys) = (false, String::new(), Vec::new());
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') && line.ends_with(']') && !line.contains(['"', '\'']) {
            is_inside = line.trim_matches(['[', ']']).trim() == table;
            continue;
        }
        if !is_inside || line.starts_with('#') {
            continue;
        }
        // A line within a list begins with a quote, and may hold an `=` of a version.
        let name = line.split_once('=').map(|(name, _)| name.trim());
        if let Some(name) = name.filter(|name| !name.is_empty() && detect::is_plain(name)) {
            name.clone_into(&mut key);
        }
        let names_package = packages.split(' ').any(|package| line.contains(package));
        if names_package && !key.is_empty() && keys.last() != Some(&key) {
            keys.push(key.clone());
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_are_those_whose_lists_name_the_tool() {
        let manifest = "[project]\nname = \"x\"\n[project.optional-dependencies]\n\
                        docs = [\"sphinx==7\"]\ntest = [\n  \"pytest>=8\",\n  \"numpy==2\",\n]\n\
                        \"a b\" = [\"pytest\"]\n[tool.x]\nlint = [\"pytest\"]\n";
        let found = |table| lists_naming(manifest, table, "pytest pytest-benchmark");
        assert_eq!(found(EXTRAS[0]), ["test"]);
        assert_eq!(found(EXTRAS[1]), Vec::<String>::new());
    }
}
