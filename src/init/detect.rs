//! Which benchmark tools a repository uses, told from the files that name them. Looks at the root
//! and one folder deep, at a bounded number of files, and reads at most 1 MiB of each. Names that
//! could do harm in a script are passed over.

use std::io::Read;
use std::path::Path;

use crate::init::tools::{BenchmarkTool, NO_TOOL_SCRIPT, TOOLS};

/// Folders that hold other people's code or what was built.
const SKIPPED_FOLDERS: [&str; 6] = ["target", "node_modules", "vendor", "build", "dist", "venv"];
const MAX_BYTES: u64 = 1 << 20;
/// Files looked into; a repository that has more at its top is told by the first of them.
const MAX_FILES: usize = 5000;

/// A tool, and the file that gave it away, from the root.
pub(super) struct DetectedTool {
    pub(super) tool: &'static BenchmarkTool,
    folder: String,
    file: String,
}

/// The tools that a repository names, in the order of their table.
pub(super) fn detect_tools(root: &Path) -> Vec<DetectedTool> {
    let mut found: Vec<Option<DetectedTool>> = TOOLS.iter().map(|_| None).collect();
    for (folder, name) in files(root) {
        let mut text = None;
        for (tool, place) in TOOLS.iter().zip(&mut found).filter(|(_, place)| place.is_none()) {
            let mut marks =
                tool.markers.iter().filter(|(pattern, _)| matches_pattern(pattern, &name));
            let gives_away = marks.any(|(_, words)| {
                let read = || read_small_file(&root.join(&folder).join(&name)).unwrap_or_default();
                let text = text.get_or_insert_with(read);
                words.is_empty() || words.iter().any(|word| text.contains(word))
            });
            if gives_away {
                *place = Some(DetectedTool { tool, folder: folder.clone(), file: name.clone() });
            }
        }
    }
    found.into_iter().flatten().collect()
}

/// Their parts of `benchmarks.sh`; where there is none, one that says what to do.
pub(super) fn fragments(root: &Path, found: &[DetectedTool]) -> Vec<String> {
    if found.is_empty() {
        return vec![NO_TOOL_SCRIPT.to_owned()];
    }
    found.iter().map(|one| fragment(root, one)).collect()
}

/// A tool's own part, in the folder that holds what it needs: a manifest deeper than the root
/// belongs to a project of its own, unless the root has one too.
fn fragment(root: &Path, found: &DetectedTool) -> String {
    let (tool, inside) = (found.tool, !found.folder.is_empty());
    let remark = if tool.comment.is_empty() { "" } else { ": " };
    let heading = format!("\n# {}{remark}{}.\n", tool.name, tool.comment);
    let manifest = tool.markers.iter().any(|(name, _)| *name == found.file);
    let own = manifest && inside && !root.join(&found.file).exists();
    if own && !tool.script.contains("FILE") {
        let script = tool.script.replace('\n', "\n  ");
        return format!("{heading}(\n  cd {}\n  {script}\n)\n", found.folder);
    }
    let path = if inside { format!("{}/{}", found.folder, found.file) } else { found.file.clone() };
    format!("{heading}{}\n", tool.script.replace("FILE", &path))
}

/// `*` stands for anything; what lies between two of them is to be found in the name.
fn matches_pattern(pattern: &str, name: &str) -> bool {
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

fn read_small_file(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Folder (empty for the root) and name of files that a tool may know: those of the root, then of
/// the folders in it, sorted.
fn files(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    folders.extend(
        names(root, true)
            .into_iter()
            .filter(|name| !name.starts_with('.') && !SKIPPED_FOLDERS.contains(&name.as_str())),
    );
    for folder in folders {
        let wanted = |name: &String| {
            TOOLS
                .iter()
                .any(|tool| tool.markers.iter().any(|(pattern, _)| matches_pattern(pattern, name)))
        };
        for name in names(&root.join(&folder), false).into_iter().filter(wanted) {
            files.push((folder.clone(), name));
        }
    }
    files.truncate(MAX_FILES);
    files
}

/// The entries of a folder that may stand in a script as they are, sorted; links are not followed.
fn names(folder: &Path, folders: bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = |entry: &std::fs::DirEntry| {
        entry.file_type().is_ok_and(|kind| if folders { kind.is_dir() } else { kind.is_file() })
    };
    let mut names: Vec<String> = entries
        .filter(fits)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_plain(name))
        .collect();
    names.sort();
    names
}

/// Whether a name is only itself in a shell.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !name.starts_with('-') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_endings_and_middles() {
        for (pattern, name, wanted) in [
            ("Cargo.toml", "Cargo.toml", true),
            ("Cargo.toml", "xCargo.toml", false),
            ("*.csproj", "Engine.csproj", true),
            ("*.csproj", "Engine.csproj.user", false),
            ("*requirements*.txt", "requirements-dev.txt", true),
            ("*requirements*.txt", "dev-requirements.txt", true),
            ("*requirements*.txt", "notes.txt", false),
        ] {
            assert_eq!(matches_pattern(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn names_that_a_shell_reads_otherwise_are_passed_over() {
        for name in ["a b.sh", "$(x).sh", "-x.sh", "a;b.sh", "a'b.sh", "ä.sh", "a\nb.sh"] {
            assert!(!is_plain(name), "{name}");
        }
        assert!(is_plain("bench_1-2.test.ts"));
    }
}
