//! A folder whose content may come from strangers: no path leads out of it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use crate::files::lock::HistoryLock;
use crate::files::plain::{self, FileError, Links, SizeLimit};

/// A folder, and how links below it are read. Paths are relative to it, with `/`.
///
/// ```text
/// results/a.ndjson      results must be a real folder, a.ndjson a plain file
/// ../elsewhere          refused
/// ```
///
/// The folder itself may be a link: whoever names it on the command line means it.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    links: Links,
}

impl Directory {
    pub(crate) fn new(path: &Path, links: Links) -> Self {
        Self { path: path.to_owned(), links }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn links(&self) -> Links {
        self.links
    }

    /// Opens a plain file for reading.
    ///
    /// # Errors
    /// There is none, it is something else, or one of the folders above it is a link.
    pub(crate) fn open(&self, relative: &str) -> Result<File, FileError> {
        plain::open(&self.resolve(relative, self.links)?, self.links)
    }

    /// The content of a plain file; none where there is none.
    ///
    /// # Errors
    /// It is something else, one of the folders above it is a link, or it is larger than the limit.
    pub(crate) fn read(
        &self,
        relative: &str,
        limit: SizeLimit,
    ) -> Result<Option<Vec<u8>>, FileError> {
        plain::read_optional(&self.resolve(relative, self.links)?, self.links, limit)
    }

    /// The names in a folder below this one, sorted, without subfolders.
    ///
    /// # Errors
    /// There is none, it is something else, or it cannot be listed.
    pub(crate) fn names_in(&self, folder: &str) -> Result<Vec<String>, FileError> {
        // With a name below it, so that the folder itself is checked.
        let inside = self.resolve(&format!("{folder}/*"), self.links)?;
        let path = inside.parent().unwrap_or(&self.path);
        let entries = fs::read_dir(path).map_err(FileError::at(path))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(FileError::at(path))?;
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Makes a folder and those above it, and waits until they are on the disk.
    ///
    /// # Errors
    /// Something else is in the place of one, or the disk refuses.
    pub(crate) fn create_folder(&self, _: &HistoryLock, relative: &str) -> Result<(), FileError> {
        let path = self.resolve(relative, Links::Reject)?;
        match fs::symlink_metadata(&path) {
            Ok(metadata) => require_folder(&path, &metadata),
            Err(_) => {
                fs::create_dir_all(&path).map_err(FileError::at(&path))?;
                let mut made = path.as_path();
                while let Some(above) = made.parent().filter(|_| made != self.path) {
                    sync_folder(above)?;
                    made = above;
                }
                Ok(())
            }
        }
    }

    /// Puts a file in the place of another, whole, and waits until it is on the disk. Folders above
    /// it are made. Who may read the file stays as it was.
    ///
    /// # Errors
    /// Something else is in its place, or the disk refuses; the old file is as before then.
    pub(crate) fn replace(
        &self,
        lock: &HistoryLock,
        relative: &str,
        bytes: &[u8],
    ) -> Result<(), FileError> {
        self.replace_with(lock, relative, &mut |output| output.write_all(bytes))
    }

    /// The same with what `write` writes, which need not be in memory.
    ///
    /// # Errors
    /// As [`Self::replace`], or `write` fails.
    pub(crate) fn replace_with(
        &self,
        lock: &HistoryLock,
        relative: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), FileError> {
        if let Some((folder, _)) = relative.rsplit_once('/') {
            self.create_folder(lock, folder)?;
        }
        replace_file(&self.resolve(relative, Links::Reject)?, write)
    }

    /// Adds a line at the end of a file, whole or not at all, and waits until it is on the disk.
    ///
    /// # Errors
    /// Something else is in its place, or the disk refuses; the file is as before then.
    pub(crate) fn append(
        &self,
        lock: &HistoryLock,
        relative: &str,
        line: &str,
    ) -> Result<(), FileError> {
        let unlimited = SizeLimit { bytes: u64::MAX, key: None };
        let mut bytes = self.read(relative, unlimited)?.unwrap_or_default();
        bytes.extend_from_slice(line.as_bytes());
        // Not in place: half a line of a killed process would spoil the file for all after it.
        self.replace(lock, relative, &bytes)
    }

    /// Moves a plain file to a path outside, on the same disk.
    ///
    /// # Errors
    /// There is none, one of the folders above it is a link, or the disk refuses.
    pub(crate) fn move_out(&self, relative: &str, to: &Path) -> Result<(), FileError> {
        let path = self.resolve(relative, Links::Reject)?;
        drop(plain::open(&path, Links::Reject)?);
        fs::rename(&path, to).map_err(FileError::at(&path))
    }

    /// Removes a plain file; whether there was one.
    ///
    /// # Errors
    /// Something else is in its place, or the disk refuses.
    pub(crate) fn remove(&self, _: &HistoryLock, relative: &str) -> Result<bool, FileError> {
        let path = self.resolve(relative, Links::Reject)?;
        match plain::open(&path, Links::Reject) {
            Err(error) if error.is_missing() => return Ok(false),
            opened => opened?,
        };
        fs::remove_file(&path).map_err(FileError::at(&path))?;
        sync_folder(path.parent().unwrap_or(&self.path))?;
        Ok(true)
    }

    /// The path of something below the folder. Every folder between must be a real one.
    fn resolve(&self, relative: &str, links: Links) -> Result<PathBuf, FileError> {
        let mut path = self.path.clone();
        let mut parts = Path::new(relative).components().peekable();
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else {
                let outside = io::Error::other("the path leads out of the folder");
                return Err(FileError::at(Path::new(relative))(outside));
            };
            path.push(name);
            if parts.peek().is_some() && links == Links::Reject {
                match fs::symlink_metadata(&path) {
                    Ok(metadata) => require_folder(&path, &metadata)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(FileError::at(&path)(error)),
                }
            }
        }
        Ok(path)
    }
}

fn require_folder(path: &Path, metadata: &fs::Metadata) -> Result<(), FileError> {
    if metadata.is_dir() {
        return Ok(());
    }
    let kind = plain::name_of(metadata.file_type());
    Err(FileError::NotPlain { path: path.to_owned(), kind })
}

/// Puts what `write` writes in the place of a plain file or of none, in an existing folder.
///
/// # Errors
/// As [`Directory::replace`].
pub(crate) fn replace_file(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    let at = FileError::at(path);
    let permissions = match plain::open(path, Links::Reject) {
        Ok(file) => Some(file.metadata().map_err(&at)?.permissions()),
        Err(error) if error.is_missing() => None,
        Err(error) => return Err(error),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(super::lock::TEMPORARY_FILE);
    #[cfg(unix)]
    // Temporary files are private; this one becomes a file of the history, for which the umask
    // decides.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = builder.tempfile_in(folder).map_err(&at)?;
    let mut output = BufWriter::new(&mut file);
    write(&mut output).and_then(|()| output.flush()).map_err(&at)?;
    drop(output);
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).map_err(&at)?;
    }
    // Before the rename: after a power cut the name would lead to an empty file.
    sync(file.path(), file.as_file()).map_err(&at)?;
    file.persist(path).map_err(|error| at(error.error))?;
    sync_folder(folder)
}

/// Waits until a file or folder is on the disk.
fn sync(path: &Path, file: &File) -> io::Result<()> {
    #[cfg(all(unix, test))]
    tests::record_sync(path);
    #[cfg(not(all(unix, test)))]
    let _ = path;
    file.sync_all()
}

/// Waits until the names in a folder are on the disk: without it a power cut can undo a rename.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), FileError> {
    let opened = File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    opened.and_then(|opened| sync(folder, &opened)).map_err(FileError::at(folder))
}

/// Windows opens no folder as a file; NTFS writes renames to its journal.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::os::unix::fs::symlink;

    use super::*;

    thread_local! {
        /// What this thread has waited for, under its name of that time.
        static SYNCED: RefCell<Vec<PathBuf>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn record_sync(path: &Path) {
        SYNCED.with_borrow_mut(|synced| synced.extend(path.exists().then(|| path.to_owned())));
    }

    const LIMIT: SizeLimit = SizeLimit { bytes: 100, key: Some("limits.file_bytes") };

    struct Case {
        root: tempfile::TempDir,
        directory: Directory,
        lock: HistoryLock,
    }

    fn case() -> Case {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("data")).unwrap();
        fs::create_dir(root.path().join("outside")).unwrap();
        fs::write(root.path().join("outside/secret"), "hunter2").unwrap();
        let directory = Directory::new(&root.path().join("data"), Links::Reject);
        let lock = HistoryLock::acquire(directory.path(), "test").unwrap();
        Case { root, directory, lock }
    }

    #[test]
    fn what_is_written_is_read_and_makes_its_folders() {
        let Case { root: _root, directory, lock } = case();
        assert!(directory.read("a/b.txt", LIMIT).unwrap().is_none());
        directory.replace(&lock, "a/b.txt", b"one\n").unwrap();
        directory.append(&lock, "a/b.txt", "two\n").unwrap();
        assert_eq!(directory.read("a/b.txt", LIMIT).unwrap().unwrap(), b"one\ntwo\n");
        assert!(directory.remove(&lock, "a/b.txt").unwrap());
        assert!(!directory.remove(&lock, "a/b.txt").unwrap());
    }

    /// Whoever has the old file open, or is killed halfway, is left with a whole one.
    #[test]
    fn no_file_is_changed_in_place() {
        let Case { root, directory, lock } = case();
        directory.replace(&lock, "log", b"one\n").unwrap();
        let old = root.path().join("old");
        fs::hard_link(directory.path().join("log"), &old).unwrap();
        directory.append(&lock, "log", "two\n").unwrap();
        directory.replace(&lock, "log", b"three\n").unwrap();
        assert_eq!(fs::read_to_string(old).unwrap(), "one\n");
    }

    #[test]
    fn files_and_folders_are_on_the_disk_before_success_is_reported() {
        let Case { root: _root, directory, lock } = case();
        let name = |path: PathBuf| {
            let inside = path.strip_prefix(directory.path()).unwrap().to_str().unwrap();
            // The name of a new file before it is renamed ends in random letters.
            inside.split_inclusive(".new-").next().unwrap_or_default().to_owned()
        };
        let synced = || -> Vec<String> { SYNCED.take().into_iter().map(name).collect() };
        SYNCED.take();
        directory.replace(&lock, "a/b/log", b"one\n").unwrap();
        assert_eq!(synced(), ["a", "", "a/b/.new-", "a/b"]);
        directory.append(&lock, "a/b/log", "two\n").unwrap();
        assert_eq!(synced(), ["a/b/.new-", "a/b"]);
        assert!(directory.remove(&lock, "a/b/log").unwrap());
        assert_eq!(synced(), ["a/b"]);
    }

    #[test]
    fn a_linked_file_or_folder_is_neither_read_nor_written() {
        let Case { root, directory, lock } = case();
        let outside = root.path().join("outside");
        symlink(&outside, directory.path().join("archive")).unwrap();
        symlink(outside.join("secret"), directory.path().join("a.txt")).unwrap();
        for path in ["archive/secret", "a.txt"] {
            let is_link = |error: FileError| error.to_string().contains("is a symbolic link");
            assert!(is_link(directory.read(path, LIMIT).unwrap_err()));
            assert!(is_link(directory.replace(&lock, path, b"x").unwrap_err()));
            assert!(is_link(directory.append(&lock, path, "x").unwrap_err()));
            assert!(is_link(directory.remove(&lock, path).unwrap_err()));
        }
        assert!(directory.replace(&lock, "archive/new", b"x").is_err());
        assert_eq!(fs::read_to_string(outside.join("secret")).unwrap(), "hunter2");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        let following = Directory::new(directory.path(), Links::Follow);
        assert_eq!(following.read("archive/secret", LIMIT).unwrap().unwrap(), b"hunter2");
        // Not even those who read through links write through them.
        assert!(following.replace(&lock, "a.txt", b"x").is_err());
    }

    #[test]
    fn nothing_blocks_and_nothing_leads_out() {
        let Case { root: _root, directory, .. } = case();
        let fifo = directory.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        assert!(directory.read("fifo", LIMIT).unwrap_err().to_string().contains("is a FIFO"));
        assert!(directory.read("../outside/secret", LIMIT).is_err());
        assert!(directory.read("/etc/passwd", LIMIT).is_err());
        fs::write(directory.path().join("large"), "x".repeat(101)).unwrap();
        let message = directory.read("large", LIMIT).unwrap_err().to_string();
        assert!(message.contains("more than 100 bytes") && message.contains("limits.file_bytes"));
    }
}
