//! Files and folders of other tools, as the adapters take them: read when they are asked for, links
//! not followed, nothing outside of the named folder touched.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flate2::bufread::MultiGzDecoder;

use crate::files::{self, Links};
use ingest::IngestInput;
use ingest::format::Format;
use ingest::formats;
use ingest::sink::InputError;
use ingest::source::{Folder, SourceFile, Text};
use model::record::time::Timestamp;

/// A file larger than this is no benchmark result: 256 MiB. It is in memory whole.
const MAX_BYTES: u64 = 256 << 20;

/// A folder on disk. It is listed once; its files are read one at a time.
pub(crate) struct DiskFolder {
    root: PathBuf,
    name: String,
    /// Relative to the root, with `/`, sorted.
    files: Vec<String>,
}

impl DiskFolder {
    pub(crate) fn open(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
            if entry.file_type().is_file() {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                files.push(parts.join("/"));
            }
        }
        files.sort_unstable();
        Ok(Self { root: root.to_owned(), name: root.display().to_string(), files })
    }

    /// Every file, relative to the folder.
    pub(crate) fn paths(&self) -> &[String] {
        &self.files
    }

    /// One of its files as it is on disk; none where it cannot be read.
    pub(crate) fn open_file(&self, file: &str) -> Option<File> {
        files::open(&self.path_of(file), Links::Reject).ok()
    }

    fn path_of(&self, file: &str) -> PathBuf {
        file.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }
}

impl Folder for DiskFolder {
    fn name(&self) -> &str {
        &self.name
    }

    fn files(&self) -> &[String] {
        &self.files
    }

    fn read(&self, file: &str) -> Result<Text, InputError> {
        let opened = files::open(&self.path_of(file), Links::Reject).map_err(anyhow::Error::from);
        let text = opened.and_then(|opened| text_of(opened, file));
        text.map_err(|error| InputError::whole(format!("{error:#}")))
    }

    fn modified(&self, file: &str) -> Option<Timestamp> {
        let time = std::fs::symlink_metadata(self.path_of(file)).ok()?.modified().ok()?;
        let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok().map(Timestamp::from_micros)
    }

    fn open(&self, file: &str) -> Result<Box<dyn Read + '_>, InputError> {
        let opened = files::open(&self.path_of(file), Links::Reject).map_err(anyhow::Error::from);
        let unpacked = opened.and_then(|opened| Ok(unpacked(opened)?));
        unpacked.map_err(|error| InputError::whole(format!("{error:#}")))
    }
}

/// A file on disk that a history is imported from.
pub(crate) struct DiskFile {
    path: PathBuf,
    name: String,
}

impl DiskFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), name: path.display().to_string() }
    }
}

impl SourceFile for DiskFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn text(&self) -> Result<Text, InputError> {
        let text = read_text(&self.path, &self.name);
        text.map_err(|error| InputError::whole(format!("{error:#}")))
    }

    fn open(&self) -> Result<Box<dyn Read + '_>, InputError> {
        let opened = File::open(&self.path).and_then(unpacked);
        opened.map_err(|error| InputError::whole(format!("cannot be read: {error}")))
    }
}

/// What a file holds, by its first bytes: as it is, or gzipped, as pyperformance keeps results.
fn unpacked<'r>(input: impl Read + 'r) -> std::io::Result<Box<dyn Read + 'r>> {
    let mut input = BufReader::new(input);
    let is_gzip = input.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) })
}

/// A file; `name` is what places call it.
pub(crate) fn read_text(path: &Path, name: &str) -> anyhow::Result<Text> {
    // Not by `files`: whoever names a pipe or a link on the command line means it.
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    text_of(file, name)
}

fn text_of(input: impl Read, name: &str) -> anyhow::Result<Text> {
    let mut bytes = Vec::new();
    // The limit is on what comes out: a small file may unpack to any size.
    let read = unpacked(input).and_then(|it| it.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.with_context(|| format!("cannot read {name}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        bail!("{name} has more than 256 MiB: split it, or read its parts one by one");
    }
    Ok(Text::new(name, &bytes))
}

/// The inputs that a path holds: standard input for `-`, a file, a folder whose files belong
/// together, or every file of any other folder (those that no format recognizes among them).
pub(crate) fn inputs(path: &Path, format: Option<&Format>) -> anyhow::Result<Vec<IngestInput>> {
    if path.as_os_str() == "-" {
        return Ok(vec![IngestInput::Text(text_of(std::io::stdin().lock(), "standard input")?)]);
    }
    let shown = path.display().to_string();
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {shown}"))?;
    if !metadata.is_dir() {
        return Ok(vec![IngestInput::Text(read_text(path, &shown)?)]);
    }
    let folder = DiskFolder::open(path)?;
    let whole = match format {
        Some(format) => format.takes_folders(),
        None => !formats::recognizing_folder(&folder).is_empty(),
    };
    if whole {
        return Ok(vec![IngestInput::Folder(Box::new(folder))]);
    }
    let visible = |file: &&String| !file.split('/').any(|part| part.starts_with('.'));
    let read = |file: &String| {
        let opened = files::open(&folder.path_of(file), Links::Reject)?;
        text_of(opened, &format!("{shown}/{file}"))
    };
    folder.files.iter().filter(visible).map(|file| read(file).map(IngestInput::Text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_folder_is_listed_without_following_links_out_of_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("results");
        std::fs::create_dir_all(folder.join("a")).unwrap();
        std::fs::write(root.path().join("secret.json"), "{}").unwrap();
        std::fs::write(folder.join("a/b.json"), "{}").unwrap();
        std::os::unix::fs::symlink(root.path(), folder.join("link")).unwrap();
        std::os::unix::fs::symlink(root.path().join("secret.json"), folder.join("c.json")).unwrap();
        let folder = DiskFolder::open(&folder).unwrap();
        assert_eq!(folder.files(), ["a/b.json"]);
        assert!(folder.has("a/b.json") && !folder.has("c.json"));
    }
}
