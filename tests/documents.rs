//! Every command block of the README and the book runs as it is printed, in the project of a reader
//! who has a benchmark, a history and a git repository.
//!
//! A block that begins with three backticks and `sh` is run, in a folder that all blocks of its
//! document share. `sh no-run REASON` is a block that a test cannot run; [`NOT_RUN`] says why, and
//! how many of them there may be. Both look the same to readers.
//!
//! And docs/building.md names every dependency with its use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::support::{self, days, lines, with};

/// Why a block is not run, and how many there are. A document that needs one more says so here.
const NOT_RUN: [(&str, &str, usize); 5] = [
    ("compiles", "it compiles this program or needs other tools of a developer", 2),
    ("network", "it downloads or publishes", 4),
    ("serves", "it runs until somebody stops it", 2),
    ("service", "it needs another program or a server", 2),
    ("slow", "it measures for minutes", 3),
];

/// The commit with the regression of the reader's history, as the documents name it.
const CULPRIT: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567";
/// 27 September 2026, the day after the newest record.
const BUILD_TIME: &str = "1790510400";

/// When every commit of the reader was made.
const COMMIT_TIME: &str = "2026-09-27T06:00:00Z";

/// A command block of a document.
struct Block {
    line: usize,
    /// Why it is not run; none where it is.
    reason: Option<String>,
    script: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README and all chapters of the book.
fn documents() -> Vec<PathBuf> {
    let chapters = fs::read_dir(root().join("docs")).unwrap();
    let chapters = chapters.map(|entry| entry.unwrap().path());
    let mut documents: Vec<PathBuf> =
        chapters.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    documents.push(root().join("README.md"));
    documents.sort();
    documents
}

/// The command blocks of a document. A block in another shell's name would escape the test.
fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<Option<Block>> = None;
    for (number, line) in text.lines().enumerate() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            if let Some(Some(block)) = &mut open {
                block.script.push_str(line);
                block.script.push('\n');
            }
            continue;
        };
        if let Some(block) = open.take() {
            blocks.extend(block);
            continue;
        }
        let words: Vec<&str> = info.split_whitespace().collect();
        let block = |reason: Option<&str>| Block {
            line: number + 1,
            reason: reason.map(str::to_owned),
            script: String::new(),
        };
        open = Some(match words.as_slice() {
            ["sh"] => Some(block(None)),
            ["sh", "no-run", reason] => Some(block(Some(reason))),
            ["sh" | "bash" | "shell", ..] => return Err(format!("line {}: {info}", number + 1)),
            _ => None,
        });
    }
    Ok(blocks)
}

/// Runs a program that must succeed; what it printed.
fn must_run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A shell in the project of a reader, with this program on its path and nobody's settings.
fn shell(project: &Path, script: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_benchpages"));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::split_paths(&paths).collect::<Vec<_>>();
    let paths = [vec![program.parent().unwrap().to_owned()], paths].concat();
    let mut command = support::with_clean_environment(Command::new("bash"));
    command
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(project)
        .env("PATH", std::env::join_paths(paths).unwrap())
        .env("HOME", project.parent().unwrap())
        .env("XDG_CACHE_HOME", project.parent().unwrap().join("cache"))
        .env("TMPDIR", project.parent().unwrap())
        .env("SOURCE_DATE_EPOCH", BUILD_TIME)
        .env("USER", "ada")
        .env("GIT_AUTHOR_DATE", COMMIT_TIME)
        .env("GIT_COMMITTER_DATE", COMMIT_TIME)
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

/// What the reader has before the first command: a repository with a benchmark, and its history.
const SET_UP: &str = r#"
git config --global user.name Ada && git config --global user.email ada@example.org
git config --global init.defaultBranch main
git init --quiet .
git remote add origin https://github.com/owner/name
printf '%s\n' '#!/bin/sh' 'echo "BenchmarkParse-8   1000   1234 ns/op"' > bench.sh
chmod +x bench.sh && cp bench.sh old-bench.sh
mkdir -p docs
printf '%s\n' '# The manual' '' '- [Getting started](start.md)' > docs/README.md
printf '%s\n' '# Getting started' > docs/start.md
printf '%s\n' 'release:' '	mkdir -p target/release' '	cp bench.sh target/release/bench' > Makefile
printf '%s\n' data site public history target > .gitignore
git add . && git commit --quiet -m 'Add the parser'
git tag v1.2.0
git commit --quiet --allow-empty -m 'Check bounds'
git update-ref refs/remotes/origin/main v1.2.0
git switch --quiet -c my-branch
git commit --quiet --allow-empty -m 'Parse faster'
git switch --quiet main
"#;

/// The records of 26 days, with a regression at [`CULPRIT`] and a pull request.
fn history(project: &Path) {
    let sha = |name: &str| must_run(&mut shell(project, &format!("git rev-parse {name}")));
    let level = |day: usize| if day < 16 { 100.0 } else { 130.0 };
    let values: Vec<f64> = (0..26).map(|day| level(day) + [0.4, -0.3, 0.1][day % 3]).collect();
    let mut records: Vec<Value> = days(&values);
    for record in &mut records {
        let time = record["timestamp"].as_str().unwrap().replace("2025", "2026");
        record["timestamp"] = time.into();
        record["runner_image"] = "ubuntu-24.04".into();
    }
    let names = [(5, sha("v1.2.0")), (16, CULPRIT.to_owned()), (25, sha("main"))];
    for (day, commit) in names {
        records[day]["commit"] = commit.into();
    }
    let put = |path: &str, records: &[Value]| {
        let path = project.join("data").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, lines(records)).unwrap();
    };
    put("results/2026-09.ndjson", &records);
    let pull = with(records[25].clone(), json!({"commit": sha("my-branch"), "pull": 7}));
    put("pulls/7.ndjson", &[pull]);
}

/// The folder that every document begins with.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        fs::create_dir(&project).unwrap();
        must_run(&mut shell(&project, SET_UP));
        history(&project);
        folder
    });
    folder.path()
}

/// The first block of a language in a document.
fn first_block(document: &str, language: &str) -> String {
    let text = fs::read_to_string(root().join("docs").join(document)).unwrap();
    let (_, block) = text.split_once(&format!("```{language}\n")).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// What else the reader of one document has.
fn set_up(document: &str, project: &Path) {
    let samples = root().join("tests/samples");
    let script = match document {
        "migration.md" => format!(
            "cp -R {0}/histories . && cp -R {0}/tools/bencher-tool_output .",
            samples.display()
        ),
        "replay.md" => "benchpages policy show > stricter.yml".to_owned(),
        // The first example of the document, as files, and a program that prints the same.
        "own-formats.md" => format!(
            "mkdir bench\ncat > out.json <<'END'\n{}END\ncat > bench/jobs.yml <<'END'\n{}END\n\
             printf '#!/bin/sh\ncat \"%s/out.json\"\n' \"$PWD\" > run-benchmarks\n\
             chmod +x run-benchmarks && git add . && git commit --quiet -m more",
            first_block(document, "json"),
            first_block(document, "yaml")
        ),
        _ => return,
    };
    must_run(&mut shell(project, &script));
}

/// Runs the blocks of a document one after the other; the faults.
fn run(path: &Path) -> Vec<String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let blocks = match blocks(&fs::read_to_string(path).unwrap()) {
        Ok(blocks) => blocks,
        Err(fault) => return vec![format!("{name}: {fault}: write `sh` or `sh no-run REASON`")],
    };
    if blocks.iter().all(|block| block.reason.is_some()) {
        return Vec::new();
    }
    let folder = tempfile::tempdir().unwrap();
    must_run(Command::new("cp").arg("-R").arg(template().join(".")).arg(folder.path()));
    let project = folder.path().join("project");
    set_up(name, &project);
    let mut faults = Vec::new();
    for block in blocks.iter().filter(|block| block.reason.is_none()) {
        let output = shell(&project, &block.script).output().unwrap();
        if !output.status.success() {
            let (out, err) = (&output.stdout, &output.stderr);
            let printed =
                [out.as_slice(), err].map(|text| String::from_utf8_lossy(text).into_owned());
            let status = output.status;
            faults.push(format!("{name}:{}: {status}\n{}", block.line, printed.concat()));
        }
    }
    faults
}

#[test]
fn every_command_block_runs_as_it_is_printed() {
    let faults: Vec<String> = documents().par_iter().flat_map(|path| run(path)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn blocks_that_are_not_run_are_counted_by_their_reasons() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in documents() {
        for block in blocks(&fs::read_to_string(path).unwrap()).unwrap() {
            block.reason.into_iter().for_each(|reason| *counts.entry(reason).or_default() += 1);
        }
    }
    let expected = NOT_RUN.map(|(reason, _, count)| (reason.to_owned(), count));
    assert_eq!(counts, BTreeMap::from(expected));
}

/// All source files of the program, as one text without line breaks inside of messages.
fn sources() -> String {
    let mut text = String::new();
    for folder in ["src", "crates"] {
        for file in support::files(&root().join(folder)) {
            if file.ends_with(".rs") {
                let source = fs::read_to_string(root().join(folder).join(file)).unwrap();
                let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
                text.push_str(&lines.join("\n").replace("\\\n", ""));
            }
        }
    }
    text
}

#[test]
fn every_message_of_the_troubleshooting_chapter_is_one_of_the_program() {
    let sources = sources();
    let chapter = fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let messages: Vec<&str> =
        chapter.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert!(messages.len() > 30, "{}", messages.len());
    // Those of the parser of arguments are in its crate.
    let ours = messages.iter().filter(|message| **message != "unrecognized subcommand");
    let is_gone = |message: &&&str| message.split('…').any(|part| !sources.contains(part.trim()));
    let gone: Vec<&&str> = ours.filter(is_gone).collect();
    assert!(gone.is_empty(), "no such message: {gone:#?}");
}

#[test]
fn a_block_that_fails_or_hides_is_caught() {
    assert!(blocks("```bash\nfalse\n```\n").is_err());
    assert!(blocks("```sh no-run\nfalse\n```\n").is_err());
    let found = blocks("```sh\na\n```\n```yaml\nb: 1\n```\n  ```sh no-run slow\nc\n```\n").unwrap();
    let shown: Vec<(usize, Option<&str>, &str)> = found
        .iter()
        .map(|block| (block.line, block.reason.as_deref(), block.script.as_str()))
        .collect();
    assert_eq!(shown, [(1, None, "a\n"), (7, Some("slow"), "c\n")]);
    let folder = tempfile::tempdir().unwrap();
    let document = folder.path().join("x.md");
    fs::write(&document, "```sh\nbenchpages build --nonsense\n```\n").unwrap();
    assert!(run(&document)[0].contains("x.md:1"));
}

#[test]
fn what_each_direct_dependency_is_for_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listing = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(root)
        .output()
        .unwrap();
    let listing: Value = serde_json::from_slice(&listing.stdout).unwrap();
    let packages = listing["packages"].as_array().unwrap().iter();
    let dependencies = packages.flat_map(|package| package["dependencies"].as_array().unwrap());
    // Neither those of tests nor the crates of this project.
    let direct = dependencies.filter(|it| it["kind"].is_null() && it["path"].is_null());
    let needed: BTreeSet<&str> = direct.map(|it| it["name"].as_str().unwrap()).collect();
    let document = fs::read_to_string(root.join("docs/building.md")).unwrap();
    let rows = document.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut listed: BTreeSet<&str> = rows.flat_map(|names| names.split(", ")).collect();
    // These come with features of their names, in a sentence below the table.
    listed.extend(["parquet", "postgres", "rmcp"].iter().filter(|it| document.contains(**it)));
    let missing: Vec<&&str> = needed.difference(&listed).collect();
    assert!(missing.is_empty(), "docs/building.md does not say what these are for: {missing:?}");
}
