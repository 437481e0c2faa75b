//! Keeps a site and the history it is built from apart: a build replaces its whole folder, and must
//! replace no records.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::output::error::OutputError;

/// Checks that neither of two folders lies inside the other, links and `..` resolved.
///
/// # Errors
/// One does, or they are the same folder.
pub(crate) fn check_apart(out: &Path, data: &Path) -> Result<(), OutputError> {
    let (real_out, real_data) = (resolved(out), resolved(data));
    if real_out.starts_with(&real_data) || real_data.starts_with(&real_out) {
        return Err(OutputError::NotApart { out: out.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

/// The real path of a folder that need not exist: the part that exists is resolved by the system,
/// and `..` in the part that does not by its text.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing: Vec<OsString> = Vec::new();
    let mut existing = path.as_path();
    let mut real = loop {
        match (existing.canonicalize(), existing.parent()) {
            (Ok(real), _) => break real,
            (Err(_), None) => break existing.to_owned(),
            (Err(_), Some(parent)) => {
                missing.extend(
                    existing.components().next_back().map(|part| part.as_os_str().to_owned()),
                );
                existing = parent;
            }
        }
    };
    for part in missing.iter().rev() {
        if Path::new(part).components().next() == Some(Component::ParentDir) {
            real.pop();
        } else {
            real.push(part);
        }
    }
    real
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_inside_one_another_are_refused_however_they_are_written() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("site/history")).unwrap();
        std::fs::create_dir_all(at("data")).unwrap();
        for (out, data) in [
            ("data", "data"),
            ("data/site", "data"),
            ("data/new/site", "data"),
            ("data/../data/site", "data"),
            ("site", "site/history"),
            ("site", "data/../site/history"),
            ("new/../data", "data"),
            ("data/", "data/."),
            ("missing", "missing/history"),
        ] {
            let refused = check_apart(&at(out), &at(data));
            assert!(matches!(refused, Err(OutputError::NotApart { .. })), "{out} {data}");
        }
        for (out, data) in [("site", "data"), ("data-site", "data"), ("site/../out", "site")] {
            assert!(check_apart(&at(out), &at(data)).is_ok(), "{out} {data}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_resolved() {
        let root = tempfile::tempdir().unwrap();
        let (data, link) = (root.path().join("data"), root.path().join("link"));
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::symlink(&data, &link).unwrap();
        assert!(check_apart(&link.join("site"), &data).is_err());
        assert!(check_apart(&data.join("site"), &link).is_err());
        assert!(check_apart(&link, &data).is_err());
    }
}
