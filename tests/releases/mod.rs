//! Releases without a build: archives of a stand-in for the program, a server on loopback that
//! hands them out, and what installs from it. `.ci/packages` does so with the real program.

mod installer;
mod names;
mod pinned;
mod server;
mod version;

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use server::Server;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const TARGET: &str = "x86_64-unknown-linux-musl";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the scripts can run here.
fn have_tools() -> bool {
    let runs = |name: &str, argument: &str| {
        Command::new(name).arg(argument).output().is_ok_and(|output| output.status.success())
    };
    let mut missing: Vec<&str> = ["bash", "curl", "tar", "git", "sha256sum"]
        .into_iter()
        .filter(|name| !runs(name, "--version"))
        .collect();
    let python = Command::new("python3").args(["-c", "import tomllib"]).output();
    if !python.is_ok_and(|output| output.status.success()) {
        missing.push("python3 (3.11 or newer)");
    }
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(missing.is_empty() || !required, "missing: {missing:?}");
    if !missing.is_empty() {
        let missing = missing.join(", ");
        let _ = writeln!(std::io::stderr(), "the installers were not run: no {missing}");
    }
    missing.is_empty()
}

fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// What `--version` of the stand-in prints.
const PROGRAM: &str = r#"#!/bin/sh
case $1 in
--version) echo "benchpages stand-in" ;;
completions) echo "complete $2" ;;
man) echo ".TH benchpages" ;;
esac
"#;

/// Answers as the machine that a test wants.
const UNAME: &str = r#"#!/bin/sh
case $1 in
-s) echo "${FAKE_SYSTEM:-Linux}" ;;
-m) echo "${FAKE_MACHINE:-x86_64}" ;;
esac
"#;

/// A published release, and a machine that installs it.
struct Release {
    folder: TempDir,
    server: Server,
}

impl Release {
    /// With archives for these targets.
    fn of(targets: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let release = Self { folder, server: Server::new() };
        script(&release.path("program"), PROGRAM);
        script(&release.path("bin/uname"), UNAME);
        let (program, files) = (release.path("program"), release.path("files"));
        for target in targets {
            package(&["archive", program.to_str().unwrap(), target, files.to_str().unwrap()]);
        }
        package(&["sums", files.to_str().unwrap()]);
        for path in release.files() {
            let name = path.file_name().unwrap().to_str().unwrap();
            release.server.serve(&format!("/v{VERSION}/{name}"), std::fs::read(&path).unwrap());
        }
        release
    }

    fn linux() -> Self {
        Self::of(&[TARGET])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.path("files")).unwrap();
        let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// The address of the archive for [`TARGET`] on the server.
    fn archive() -> String {
        format!("/v{VERSION}/benchpages-{VERSION}-{TARGET}.tar.gz")
    }

    /// Its line in `SHA256SUMS`.
    fn checksum(&self) -> String {
        let sums = std::fs::read_to_string(self.path("files/SHA256SUMS")).unwrap();
        sums.lines().find(|line| line.contains(TARGET)).unwrap()[..64].to_owned()
    }

    /// A command whose programs are the stand-ins in `bin/`, then those of the machine.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.path("bin").display()));
        command.env("BENCHPAGES_DOWNLOAD_URL", self.server.address());
        command.env("HOME", self.path("home")).current_dir(self.folder.path());
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        command
    }

    /// A `PATH` with these programs of the machine and the stand-ins, and no others.
    fn only(&self, programs: &[&str]) -> String {
        let folder = self.path("only");
        std::fs::create_dir(&folder).unwrap();
        let path = std::env::var("PATH").unwrap();
        for name in programs {
            let mut places = path.split(':').map(|place| Path::new(place).join(name));
            symlink(places.find(|place| place.is_file()).unwrap(), folder.join(name)).unwrap();
        }
        format!("{}:{}", self.path("bin").display(), folder.display())
    }
}

/// Runs `packaging/package`.
fn package(arguments: &[&str]) {
    let mut command = Command::new("python3");
    let output = command.arg(root().join("packaging/package")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
}
