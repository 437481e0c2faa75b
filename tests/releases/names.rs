//! Every place that names the files of a release names the same ones.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::{Release, VERSION, have_tools, package, root, text};
use crate::support::files;

/// Targets of the release workflow, and what npm and the container call them.
const TARGETS: [&str; 5] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-musl",
];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A value of a table of the manifest.
fn manifest_value(table: &str, key: &str) -> Option<String> {
    let manifest = read("Cargo.toml");
    let lines = manifest.lines().skip_while(|line| *line != table).skip(1);
    let mut lines = lines.take_while(|line| !line.starts_with('['));
    let value = lines.find_map(|line| line.strip_prefix(&format!("{key} = \"")))?;
    Some(value.trim_end_matches('"').to_owned())
}

/// A template of binstall for a target.
fn filled(template: &str, target: &str) -> String {
    let program = if target.contains("windows") { ".exe" } else { "" };
    let mut text = template.to_owned();
    for (name, value) in [
        ("repo", "https://github.com/benchpages/benchpages"),
        ("name", "benchpages"),
        ("bin", "benchpages"),
        ("version", VERSION),
        ("target", target),
        ("binary-ext", program),
    ] {
        text = text.replace(&format!("{{ {name} }}"), value);
    }
    text
}

#[test]
fn binstall_finds_the_archives_and_the_program_in_them() {
    if !have_tools() {
        return;
    }
    let release = Release::of(&TARGETS);
    let names: Vec<String> = files(&release.path("files"));
    for target in TARGETS {
        let base = "[package.metadata.binstall]";
        let table = format!("[package.metadata.binstall.overrides.{target}]");
        let value = |key: &str| {
            let value = manifest_value(&table, key).or_else(|| manifest_value(base, key));
            filled(&value.unwrap(), target)
        };
        let url = value("pkg-url");
        let (folder, name) = url.rsplit_once('/').unwrap();
        let releases = "https://github.com/benchpages/benchpages/releases/download";
        assert_eq!(folder, format!("{releases}/v{VERSION}"));
        assert!(names.iter().any(|it| it == name), "{name} is none of {names:?}");
        let listed = match &*value("pkg-fmt") {
            "zip" => "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist())",
            _ => "import sys, tarfile; print(*tarfile.open(sys.argv[1]).getnames())",
        };
        let mut command = Command::new("python3");
        let archive = release.path("files").join(name);
        let listed = text(&command.args(["-c", listed]).arg(archive).output().unwrap());
        let listed: BTreeSet<&str> = listed.split_whitespace().collect();
        let program = value("bin-dir");
        assert!(listed.contains(&*program), "{program} is none of {listed:?}");
        let top = program.rsplit_once('/').unwrap().0;
        for file in ["man/benchpages.1", "completions/_benchpages", "LICENSE-MIT", "README.md"] {
            assert!(listed.contains(&*format!("{top}/{file}")), "{file} is none of {listed:?}");
        }
    }
}

#[test]
fn the_same_program_gives_the_same_archive() {
    if !have_tools() {
        return;
    }
    let (one, other) = (Release::linux(), Release::linux());
    assert_eq!(one.checksum(), other.checksum());
}

#[test]
fn the_release_workflow_builds_every_target_and_no_other() {
    let workflow: Value = serde_saphyr::from_str(&read(".github/workflows/release.yml")).unwrap();
    let rows = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let mut targets: Vec<&str> = rows.iter().map(|row| row["target"].as_str().unwrap()).collect();
    targets.sort_unstable();
    assert_eq!(targets, TARGETS);
    for file in ["templates/init/install.sh", "packaging/package"] {
        let text = read(file);
        assert!(TARGETS.iter().all(|target| text.contains(target)), "{file}");
    }
}

#[test]
fn the_packages_of_npm_name_one_another_by_this_version() {
    if !have_tools() {
        return;
    }
    let release = Release::of(&TARGETS);
    let (archives, out) = (release.path("files"), release.path("npm"));
    package(&["npm", archives.to_str().unwrap(), out.to_str().unwrap()]);
    let manifest = |name: &str| -> Value {
        let text = std::fs::read_to_string(out.join(name).join("package.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let main = manifest("benchpages");
    let script = read("packaging/npm/benchpages.js");
    let optional = main["optionalDependencies"].as_object().unwrap();
    assert_eq!((optional.len(), &main["version"]), (TARGETS.len(), &Value::from(VERSION)));
    for (name, version) in optional {
        let part = manifest(name.strip_prefix("@benchpages/").unwrap());
        assert_eq!((&part["name"], version), (&Value::from(&**name), &Value::from(VERSION)));
        assert_eq!(part["version"], VERSION);
        let platform = format!("{} {}", part["os"][0], part["cpu"][0]).replace('"', "");
        assert!(script.contains(&format!("'{platform}': '{name}'")), "{platform}");
    }
}

#[test]
fn the_installer_has_the_version_of_the_program() {
    assert!(read("packaging/install.sh").contains(&format!("\nversion={VERSION}\n")));
}

/// Without `--locked`, Cargo may take other versions than those that were reviewed and tested.
#[test]
fn everything_is_built_with_the_versions_of_the_lock_file() {
    let builds =
        ["build", "zigbuild", "run", "test", "clippy", "doc", "nextest run", "bench", "check"];
    let builds: Vec<String> = builds.iter().map(|name| format!("cargo {name} ")).collect();
    let scripts = files(&root().join(".ci")).into_iter().map(|name| format!(".ci/{name}"));
    let workflows = files(&root().join(".github/workflows"));
    let workflows = workflows.into_iter().map(|name| format!(".github/workflows/{name}"));
    let others = ["Makefile", "action.yml", "templates/init/install.sh"].map(str::to_owned);
    let mut seen = 0;
    for path in scripts.chain(workflows).chain(others) {
        for line in read(&path).lines().filter(|line| !line.trim_start().starts_with('#')) {
            let line = line.replace("cargo \"+$version\"", "cargo");
            let line = line.replace("cargo clippy --version", "");
            let installs = line.contains("cargo install ");
            if installs || builds.iter().any(|build| line.contains(build.as_str())) {
                // The lock file of fuzz/ is a copy of ours, to which libFuzzer is added.
                let is_fuzz = line.contains("fuzz/Cargo.toml");
                assert!(is_fuzz || line.contains("--locked"), "{path}: {line}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} builds were found");
    assert!(read("packaging/python/pyproject.toml").contains("\nlocked = true\n"), "the wheel");
}
