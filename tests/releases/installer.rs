//! `packaging/install.sh`: the right program whole, or nothing and a sentence that helps.

use std::path::Path;
use std::process::Output;

use super::{Release, TARGET, VERSION, have_tools, root, script, text};

/// What the installer calls besides a program that downloads.
const TOOLS: [&str; 13] = [
    "sh",
    "cat",
    "mktemp",
    "rm",
    "awk",
    "tar",
    "gzip",
    "mkdir",
    "cp",
    "chmod",
    "mv",
    "sha256sum",
    "env",
];

fn install(release: &Release, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = release.command("sh");
    command.arg(root().join("packaging/install.sh")).args(arguments);
    command.envs(environment.iter().copied()).output().unwrap()
}

/// Runs the installer over a program that is there already; it must stay. What the installer says.
fn failure(release: &Release, environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let folder = release.path("there");
    script(&folder.join("benchpages"), "old");
    let to = folder.display().to_string();
    let output = install(release, environment, &[&["--to", &to], arguments].concat());
    let message = text(&output);
    assert!(!output.status.success(), "{message}");
    assert_eq!(names(&folder), ["benchpages"], "nothing else is left: {message}");
    assert_eq!(std::fs::read_to_string(folder.join("benchpages")).unwrap(), "old", "{message}");
    assert!(message.starts_with("install.sh: ") || message.contains("\ninstall.sh: "), "{message}");
    message
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_verified_release_is_installed_and_replaces_an_older_one() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let first = install(&release, &[], &[]);
    assert!(first.status.success(), "{}", text(&first));
    let program = release.path("home/.local/bin/benchpages");
    assert!(text(&first).contains(&program.display().to_string()), "{}", text(&first));
    assert!(text(&first).contains("benchpages stand-in"), "{}", text(&first));
    assert!(text(&first).contains("export PATH="), "it is not on the PATH: {}", text(&first));
    script(&program, "old");
    let version = format!("v{VERSION}");
    let again = install(&release, &[], &["--version", &version]);
    assert!(again.status.success(), "{}", text(&again));
    assert!(std::fs::read_to_string(&program).unwrap().contains("stand-in"));
    assert_eq!(names(program.parent().unwrap()), ["benchpages"]);
}

#[test]
fn what_is_wrong_or_cut_is_not_installed() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    release.server.truncate(&Release::archive());
    let cut = failure(&release, &[], &[]);
    assert!(cut.contains("cannot download") && cut.contains("run this again"), "{cut}");
    release.server.serve(&Release::archive(), b"another file".to_vec());
    let wrong = failure(&release, &[], &[]);
    assert!(wrong.contains("wrong checksum"), "{wrong}");
    assert!(
        wrong.contains(&release.checksum()) && wrong.contains("Nothing was installed"),
        "{wrong}"
    );
    release.server.serve(&format!("/v{VERSION}/SHA256SUMS"), b"abc  other.tar.gz\n".to_vec());
    let unlisted = failure(&release, &[], &[]);
    assert!(unlisted.contains("does not list"), "{unlisted}");
}

#[test]
fn each_failure_says_what_to_do() {
    if !have_tools() {
        return;
    }
    let release = Release::linux();
    let missing = failure(&release, &[], &["--version", "99.0.0"]);
    assert!(missing.contains("/v99.0.0/SHA256SUMS does not exist"), "{missing}");
    assert!(missing.contains("/releases lists, with --version"), "{missing}");
    release.server.refuse(&Release::archive(), 403);
    assert!(failure(&release, &[], &[]).contains("the server answers 403"));
    for machine in [("FAKE_MACHINE", "riscv64"), ("FAKE_SYSTEM", "MINGW64_NT-10.0")] {
        let unknown = failure(&release, &[machine], &[]);
        assert!(unknown.contains("no release for "), "{unknown}");
        assert!(unknown.contains("cargo install --locked benchpages"), "{unknown}");
    }
    for arguments in [&["--version", "../x"][..], &["--version"], &["--nonsense"]] {
        failure(&release, &[], arguments);
    }
    let path = release.only(&TOOLS);
    let bare = failure(&release, &[("PATH", &path)], &[]);
    assert!(bare.contains("neither curl nor wget is installed"), "{bare}");
}

#[test]
fn other_machines_get_their_own_archive() {
    if !have_tools() {
        return;
    }
    let release = Release::of(&["aarch64-unknown-linux-musl", "aarch64-apple-darwin"]);
    for machine in [("Linux", "aarch64"), ("Darwin", "arm64")] {
        let environment = [("FAKE_SYSTEM", machine.0), ("FAKE_MACHINE", machine.1)];
        let output = install(&release, &environment, &["--to", "here"]);
        assert!(output.status.success(), "{machine:?}: {}", text(&output));
    }
    let intel = failure(&release, &[("FAKE_SYSTEM", "Darwin")], &[]);
    assert!(intel.contains("does not list"), "{intel}");
}

#[test]
fn wget_serves_where_curl_is_missing() {
    let has_wget = std::process::Command::new("wget").arg("--version").output().is_ok();
    if !have_tools() || !has_wget {
        return;
    }
    let release = Release::linux();
    let path = release.only(&[&TOOLS[..], &["wget"]].concat());
    let output = install(&release, &[("PATH", &path)], &["--to", "here"]);
    assert!(output.status.success(), "{}", text(&output));
    let missing = failure(&release, &[("PATH", &path)], &["--version", "99.0.0"]);
    assert!(missing.contains("does not exist"), "{missing}");
    assert!(!missing.contains(TARGET), "it ends with the list of checksums: {missing}");
}
