//! Puts a finished folder in the place of another: in one step where the system can, else in two
//! renames. If the second fails, the first is undone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Puts the folder `new` in the place of the folder `old`, both on one file system, and returns the
/// new place of the old one: `new` after a swap in one step, else `aside`, a free name beside them.
///
/// # Errors
/// Neither was moved, unless undoing failed too: then the error names the place of the old folder.
pub(super) fn replace(new: &Path, old: &Path, aside: &Path) -> io::Result<PathBuf> {
    match exchange(new, old) {
        Some(result) => result.map(|()| new.to_owned()),
        None => replace_in_steps(new, old, aside).map(|()| aside.to_owned()),
    }
}

/// Swaps two folders in one step: a reader sees the old site or the new one at any moment. None
/// where the system or the file system cannot.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(new: &Path, old: &Path) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    // `renameat2(2)` on Linux, `renameatx_np(2)` on macOS. Old kernels say ENOSYS; file systems
    // that cannot (NFS, some FUSE) say EINVAL or EOPNOTSUPP.
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Ok(()) => Some(Ok(())),
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => None,
        Err(error) => Some(Err(error.into())),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_new: &Path, _old: &Path) -> Option<io::Result<()>> {
    None
}

fn replace_in_steps(new: &Path, old: &Path, aside: &Path) -> io::Result<()> {
    fs::rename(old, aside)?;
    if let Err(error) = fs::rename(new, old) {
        return Err(match fs::rename(aside, old) {
            Ok(()) => error,
            Err(_) => {
                io::Error::other(format!("{error}; the old site lies at {}", aside.display()))
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(root: &Path, name: &str) -> PathBuf {
        let path = root.join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("who"), name).unwrap();
        path
    }

    fn who(path: &Path) -> String {
        fs::read_to_string(path.join("who")).unwrap()
    }

    #[test]
    fn both_ways_put_the_new_folder_in_place_and_keep_the_old_one() {
        let root = tempfile::tempdir().unwrap();
        let (new, old) = (folder(root.path(), "new"), folder(root.path(), "old"));
        let aside = root.path().join("aside");
        let moved = replace(&new, &old, &aside).unwrap();
        assert_eq!((who(&moved), who(&old)), ("old".to_owned(), "new".to_owned()));
        replace_in_steps(&moved, &old, &root.path().join("second")).unwrap();
        assert_eq!(who(&root.path().join("second")), "new");
        assert_eq!(who(&old), "old");
    }

    #[test]
    fn a_second_rename_that_fails_undoes_the_first() {
        let root = tempfile::tempdir().unwrap();
        let old = folder(root.path(), "old");
        let missing = root.path().join("missing");
        assert!(replace_in_steps(&missing, &old, &root.path().join("aside")).is_err());
        assert_eq!(who(&old), "old");
        assert!(replace(&missing, &old, &root.path().join("aside")).is_err());
        assert_eq!(who(&old), "old");
    }
}
