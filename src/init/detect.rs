//! Which benchmark tools a repository uses, from the files that name them. Looks at the root and
//! one folder deep, at a bounded number of files, and reads at most 1 MiB of each: `init` answers
//! at once in a repository of any size. Names that could do harm in a script are skipped.
//!
//! `bench/Cargo.toml` with the word `criterion` is Criterion in the folder `bench`.

use std::io::Read;
use std::path::Path;

use crate::init::tools::{BenchmarkTool, NO_TOOL_SCRIPT, SetUp, TOOLS};

/// Folders that hold dependencies or build output.
const SKIPPED_FOLDERS: [&str; 6] = ["target", "node_modules", "vendor", "build", "dist", "venv"];
const MAX_BYTES: u64 = 1 << 20;
/// Files that are read; of a repository with more, the first ones decide.
const MAX_FILES: usize = 5000;

/// A tool, and the file that names it, from the root.
pub(super) struct DetectedTool {
    pub(super) tool: &'static BenchmarkTool,
    folder: String,
    file: String,
}

/// The tools that a repository names, in the order of their table.
pub(super) fn detect_tools(root: &Path) -> Vec<DetectedTool> {
    let mut detected: Vec<Option<DetectedTool>> = TOOLS.iter().map(|_| None).collect();
    for (folder, name) in files(root) {
        // Read once for all tools, and only where one looks for words in it.
        let mut text = None;
        for (tool, slot) in TOOLS.iter().zip(&mut detected).filter(|(_, slot)| slot.is_none()) {
            let mut markers =
                tool.markers.iter().filter(|(pattern, _)| matches_pattern(pattern, &name));
            let names_tool = markers.any(|(_, words)| {
                let read = || read_small_file(&root.join(&folder).join(&name)).unwrap_or_default();
                let text = text.get_or_insert_with(read);
                words.is_empty() || words.iter().any(|word| text.contains(word))
            });
            if names_tool {
                *slot = Some(DetectedTool { tool, folder: folder.clone(), file: name.clone() });
            }
        }
    }
    detected.into_iter().flatten().collect()
}

/// The tools' parts of `benchmarks.sh`; without a tool, one part that says what to do.
pub(super) fn fragments(root: &Path, tools: &[DetectedTool]) -> Vec<String> {
    if tools.is_empty() {
        return vec![NO_TOOL_SCRIPT.to_owned()];
    }
    tools.iter().map(|detected| fragment(root, detected)).collect()
}

impl DetectedTool {
    /// The folder in which the tool runs: that of its manifest where it is a project of its own,
    /// else the root, which is empty.
    pub(super) fn project_folder(&self, root: &Path) -> String {
        // A manifest in a folder is a member of the project where the root has one too: `cargo
        // bench` of the root runs the benchmarks of the whole workspace.
        let is_manifest = self.tool.markers.iter().any(|(name, _)| *name == self.file);
        let is_project = is_manifest && !root.join(&self.file).exists();
        if is_project && !self.tool.script.contains("FILE") {
            return self.folder.clone();
        }
        String::new()
    }

    /// The file that names the tool, as seen from a folder of the repository.
    pub(super) fn path_from(&self, folder: &str) -> String {
        if self.folder == folder {
            return self.file.clone();
        }
        format!("{}/{}", self.folder, self.file)
    }

    /// Whether the file that names the tool holds one of these words.
    pub(super) fn names_any(&self, root: &Path, words: &[&str]) -> bool {
        let text = read_small_file(&root.join(&self.folder).join(&self.file)).unwrap_or_default();
        words.iter().any(|word| text.contains(word))
    }
}

/// The part of one tool. It runs in the folder of its manifest where that is a project of its own.
fn fragment(root: &Path, detected: &DetectedTool) -> String {
    let tool = detected.tool;
    // `# pyperf: one script; …`, or the name alone.
    let remark = if tool.comment.is_empty() { "" } else { ": " };
    let heading = format!("\n# {}{remark}{}.\n", tool.name, tool.comment);
    // Where `--setup` installs the packages of Python.
    let path = match tool.set_up {
        SetUp::Python(_) => "export PATH=\"$PWD/.venv/bin:$PATH\"\n",
        _ => "",
    };
    let folder = detected.project_folder(root);
    let script = format!("{path}{}", tool.script.replace("FILE", &detected.path_from(&folder)));
    if folder.is_empty() {
        return format!("{heading}{script}\n");
    }
    format!("{heading}(\n  cd {folder}\n  {}\n)\n", script.replace('\n', "\n  "))
}

/// `*` is any text. The text between two of them may be anywhere in the name.
pub(super) fn matches_pattern(pattern: &str, name: &str) -> bool {
    match pattern.split('*').collect::<Vec<_>>().as_slice() {
        [whole] => *whole == name,
        [start, middle @ .., end] => {
            let long = name.len() >= start.len() + end.len();
            long && name.starts_with(start)
                && name.ends_with(end)
                && middle.iter().all(|part| name.contains(part))
        }
        [] => false,
    }
}

pub(super) fn read_small_file(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Folder (empty for the root) and name of files that may name a tool: those of the root first,
/// then of its folders, sorted.
fn files(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    folders.extend(
        names(root, true)
            .into_iter()
            .filter(|name| !name.starts_with('.') && !SKIPPED_FOLDERS.contains(&name.as_str())),
    );
    for folder in folders {
        let is_marker = |name: &String| {
            TOOLS
                .iter()
                .any(|tool| tool.markers.iter().any(|(pattern, _)| matches_pattern(pattern, name)))
        };
        for name in names(&root.join(&folder), false).into_iter().filter(is_marker) {
            files.push((folder.clone(), name));
        }
    }
    // Sorted before, so that a huge repository always gets the same answer.
    files.truncate(MAX_FILES);
    files
}

/// The entries of a folder whose names are harmless in a script, sorted. Links are not followed:
/// one may lead out of the repository.
pub(super) fn names(folder: &Path, folders: bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let has_kind = |entry: &std::fs::DirEntry| {
        entry.file_type().is_ok_and(|kind| if folders { kind.is_dir() } else { kind.is_file() })
    };
    let mut names: Vec<String> = entries
        .filter(has_kind)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_plain(name))
        .collect();
    names.sort();
    names
}

/// Whether a shell reads a name as itself, without quotes.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !name.starts_with('-') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_endings_and_middles() {
        for (pattern, name, expected) in [
            ("Cargo.toml", "Cargo.toml", true),
            ("Cargo.toml", "xCargo.toml", false),
            ("*.csproj", "Engine.csproj", true),
            ("*.csproj", "Engine.csproj.user", false),
            ("*requirements*.txt", "requirements-dev.txt", true),
            ("*requirements*.txt", "dev-requirements.txt", true),
            ("*requirements*.txt", "notes.txt", false),
        ] {
            assert_eq!(matches_pattern(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn names_that_a_shell_reads_otherwise_are_skipped() {
        for name in ["a b.sh", "$(x).sh", "-x.sh", "a;b.sh", "a'b.sh", "ä.sh", "a\nb.sh"] {
            assert!(!is_plain(name), "{name}");
        }
        assert!(is_plain("bench_1-2.test.ts"));
    }
}
