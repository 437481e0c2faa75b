//! The dashboard of this repository: `benchpages build` in a fresh clone.

use std::path::Path;

use serde_json::Value;
use walkdir::WalkDir;

use crate::support::{answer, program};

const NOW: &str = "2026-11-30T00:00:00Z";

/// The files of git that a build in the root of the repository reads or keeps.
fn clone_into(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of_data = WalkDir::new(root.join("data")).into_iter().map(|entry| entry.unwrap());
    let of_data =
        of_data.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path());
    let of_site = [".gitignore", "README.md"].map(|name| root.join("site").join(name));
    for path in of_data.chain(of_site) {
        let copy = folder.join(path.strip_prefix(root).unwrap());
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::copy(path, copy).unwrap();
    }
}

#[test]
fn the_repository_builds_its_dashboard_into_site_and_keeps_what_is_in_git() {
    let clone = tempfile::tempdir().unwrap();
    clone_into(clone.path());
    for _ in 0..2 {
        let mut build = program();
        build.current_dir(clone.path()).args(["build", "--no-cache", "--now", NOW]);
        let built = answer(&mut build);
        assert_eq!(built.status, 0, "{}", built.err);
        for name in [".gitignore", "README.md"] {
            let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("site").join(name);
            let stands = std::fs::read(clone.path().join("site").join(name)).unwrap();
            assert_eq!(stands, std::fs::read(written).unwrap(), "{name}");
        }
        assert!(clone.path().join("site/index.html").is_file());
    }
}

#[test]
fn its_history_is_long_enough_for_verdicts() {
    let clone = tempfile::tempdir().unwrap();
    clone_into(clone.path());
    let mut check = program();
    check.current_dir(clone.path()).args(["check", "--format", "json", "--now", NOW]);
    let checked = answer(&mut check);
    let result: Value = serde_json::from_str(&checked.out).unwrap();
    assert!(result["compared"].as_u64().is_some_and(|compared| compared > 10), "{}", checked.out);
    assert_eq!(result["counts"]["new"], Value::Null, "{}", result["counts"]);
}
