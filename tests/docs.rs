//! What is written about the program is what the program does: help, README, man page, examples.

use std::path::Path;

use crate::support::{Expected, run};

const COMMANDS: [&str; 41] = [
    "",
    "build",
    "serve",
    "demo-data",
    "check",
    "compare",
    "export",
    "import",
    "ingest",
    "measure",
    "bisect",
    "policy",
    "policy check",
    "policy show",
    "policy import",
    "policy replay",
    "policy schema",
    "accept",
    "baseline",
    "baseline set",
    "baseline show",
    "baseline clear",
    "audit",
    "audit verify",
    "audit export",
    "audit show",
    "doctor",
    "shard",
    "shard map",
    "shard votes",
    "shard pages",
    "shard assemble",
    "rotate",
    "erase",
    "explain",
    "init",
    "notify",
    "notify github",
    "notify slack",
    "notify webhook",
    "completions",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_help_of_every_command_is_as_reviewed() {
    let mut expected = Expected::of("help");
    for command in COMMANDS.into_iter().chain(["man"]) {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let answer = run(&arguments);
        assert_eq!(answer.status, 0, "{command}: {}", answer.err);
        let name = if command.is_empty() { "benchpages" } else { command };
        expected.compare(&format!("{}.txt", name.replace(' ', "-")), &answer.out);
    }
    expected.end();
}

/// The names below a command, as its help lists them.
fn below(command: &str) -> Vec<String> {
    let mut arguments: Vec<&str> = command.split_whitespace().collect();
    arguments.push("--help");
    let help = run(&arguments).out;
    // The program lists its commands by group, the others in one block.
    let listed = match command {
        "" => help.split_once("\n\nUsage:").map(|(_, listed)| listed),
        _ => help.split_once("Commands:\n").map(|(_, listed)| listed),
    };
    let Some(listed) = listed else { return Vec::new() };
    let end = if command.is_empty() { "\nGlobal options:" } else { "\n\n" };
    let listed = listed.split(end).next().unwrap();
    let lines = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = lines.map(|line| line.split_whitespace().next().unwrap());
    let names = names.filter(|name| !["man", "help"].contains(name));
    names.map(|name| format!("{command} {name}").trim().to_owned()).collect()
}

#[test]
fn every_command_has_reviewed_help_and_a_row_in_the_book() {
    let table = std::fs::read_to_string(root().join("docs/commands.md")).unwrap();
    let mut open = below("");
    while let Some(command) = open.pop() {
        assert!(COMMANDS.contains(&command.as_str()), "{command}");
        let below = below(&command);
        let row = format!("| `benchpages {command}` |");
        let has_row = !below.is_empty() || command == "completions" || table.contains(&row);
        assert!(has_row, "docs/commands.md has no row for {command}");
        open.extend(below);
    }
}

#[test]
fn completions_and_the_manual_name_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = run(&["completions", shell]);
        assert_eq!(answer.status, 0, "{shell}: {}", answer.err);
        assert!(
            answer.out.contains("demo-data") && answer.out.contains("explicit-index"),
            "{shell}"
        );
    }
    let manual = run(&["man"]);
    assert_eq!(manual.status, 0);
    assert!(manual.out.starts_with(".ie") || manual.out.contains(".TH"), "{}", manual.out);
    assert!(manual.out.contains("demo\\-data"), "{}", manual.out);
    let version = run(&["--version"]);
    assert!(version.out.starts_with(concat!("benchpages ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn without_a_command_it_says_what_there_is() {
    let answer = run::<&str>(&[]);
    assert_eq!(answer.status, 2);
    assert!(answer.err.contains("Usage: benchpages"), "{}", answer.err);
    let slip = run(&["biuld"]);
    assert_eq!(slip.status, 2);
    assert!(slip.err.contains("'build'"), "{}", slip.err);
}

/// Lines of the fenced blocks of a text that are commands.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut fence: Option<bool> = None;
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let shell = ["", "sh", "bash", "console", "shell"]
                .contains(&language.split_whitespace().next().unwrap_or_default());
            fence = if fence.is_some() { None } else { Some(shell) };
        } else if fence == Some(true) {
            commands.push(line.trim_start_matches("$ ").to_owned());
        }
    }
    commands
}

/// Why a line of a document could not be typed.
fn fault(line: &str, makefile: &str) -> Option<String> {
    for part in line.split(['|', ';', '&']).map(str::trim) {
        let words: Vec<&str> = part.split('#').next()?.split_whitespace().collect();
        match words.as_slice() {
            ["make", targets @ ..] => {
                for target in targets.iter().filter(|word| !word.contains('=')) {
                    let rule = format!("\n{target}:");
                    if !makefile.contains(&rule) {
                        return Some(format!("make has no {target}: {line}"));
                    }
                }
            }
            ["benchpages", rest @ ..] => {
                let commands = rest.iter().take_while(|word| !word.starts_with('-'));
                let first: Vec<&str> = commands.take(1).copied().collect();
                let help = run(&[first.as_slice(), &["--help"]].concat());
                if help.status != 0 {
                    return Some(format!("no such command: {line}"));
                }
                let sub: Vec<&str> = rest.iter().take(2).copied().collect();
                let more = run(&[sub.as_slice(), &["--help"]].concat()).out;
                let options = rest.iter().filter(|word| word.starts_with("--"));
                for option in options.map(|word| word.split('=').next().unwrap_or(word)) {
                    if !help.out.contains(option) && !more.contains(option) {
                        return Some(format!("no {option}: {line}"));
                    }
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn every_command_in_the_documents_can_be_typed() {
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let mut faults = Vec::new();
    let mut documents = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    if let Ok(more) = std::fs::read_dir(root().join("docs")) {
        documents.extend(more.flatten().map(|entry| entry.path()));
    }
    documents.sort();
    for path in documents.iter().filter(|path| path.extension().is_some_and(|end| end == "md")) {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let found = commands(&text).into_iter().filter_map(|line| fault(&line, &makefile));
        faults.extend(found.map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_document_that_promises_too_much_is_caught() {
    let makefile = "help: ## this\ndemo-build: ## that\n";
    let makefile = format!("\n{makefile}");
    assert_eq!(fault("make demo-build", &makefile), None);
    assert_eq!(fault("benchpages build --data x --demo | cat", &makefile), None);
    assert!(fault("make nonsense", &makefile).is_some());
    assert!(fault("benchpages nonsense", &makefile).is_some());
    assert!(fault("benchpages build --nonsense", &makefile).is_some());
}
