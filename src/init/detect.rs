//! Which benchmark tools a repository uses, told from the files that name them. Looks at the root
//! and one folder deep, and reads at most 1 MiB of a file.

use std::io::Read;
use std::path::{Path, PathBuf};

/// A benchmark tool whose results `benchmarks.sh` can turn into records.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// The file that would name it, and what it says then; nothing: the file itself tells.
    marks: &'static [(&'static str, &'static [&'static str])],
    /// Part of `benchmarks.sh`.
    fragment: &'static str,
}

const PARTS: [(&str, &str); 6] = [
    ("init/measure-criterion.sh", include_str!("../../templates/init/measure-criterion.sh")),
    ("init/measure-go.sh", include_str!("../../templates/init/measure-go.sh")),
    ("init/measure-vitest.sh", include_str!("../../templates/init/measure-vitest.sh")),
    ("init/measure-pytest.sh", include_str!("../../templates/init/measure-pytest.sh")),
    ("init/measure-google.sh", include_str!("../../templates/init/measure-google.sh")),
    ("init/measure-other.sh", include_str!("../../templates/init/measure-other.sh")),
];

const TOOLS: [Tool; 5] = [
    Tool { name: "Criterion", marks: &[("Cargo.toml", &["criterion"])], fragment: PARTS[0].1 },
    Tool { name: "go test -bench", marks: &[("go.mod", &[])], fragment: PARTS[1].1 },
    Tool { name: "Vitest", marks: &[("package.json", &["\"vitest\""])], fragment: PARTS[2].1 },
    Tool {
        name: "pytest-benchmark",
        marks: &[
            ("pyproject.toml", &["pytest-benchmark"]),
            ("setup.cfg", &["pytest-benchmark"]),
            ("requirements.txt", &["pytest-benchmark"]),
            ("requirements-dev.txt", &["pytest-benchmark"]),
        ],
        fragment: PARTS[3].1,
    },
    Tool {
        name: "Google Benchmark",
        marks: &[("CMakeLists.txt", &["benchmark::benchmark", "google/benchmark", "(benchmark "])],
        fragment: PARTS[4].1,
    },
];

/// Folders that hold other people's code or what was built.
const PASSED_OVER: [&str; 6] = ["target", "node_modules", "vendor", "build", "dist", "venv"];
const MOST_BYTES: u64 = 1 << 20;

/// The tools that a repository names.
pub(super) fn tools(root: &Path) -> Vec<&'static Tool> {
    let folders = folders(root);
    TOOLS.iter().filter(|tool| folders.iter().any(|folder| uses(folder, tool))).collect()
}

/// Their parts of `benchmarks.sh`; where there is none, one that says what to do.
pub(super) fn fragments(tools: &[&'static Tool]) -> Vec<&'static str> {
    if tools.is_empty() {
        return vec![PARTS[5].1];
    }
    tools.iter().map(|tool| tool.fragment).collect()
}

fn uses(folder: &Path, tool: &Tool) -> bool {
    tool.marks.iter().any(|(name, words)| {
        let text = text(&folder.join(name));
        let says = |text: String| words.is_empty() || words.iter().any(|word| text.contains(word));
        text.is_some_and(says)
    })
}

fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The root and the folders in it, sorted.
fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let inside = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        folder && !name.starts_with('.') && !PASSED_OVER.contains(&name.as_str())
    });
    let mut folders: Vec<PathBuf> = inside.map(|entry| entry.path()).collect();
    folders.sort();
    folders.insert(0, root.to_owned());
    folders
}
