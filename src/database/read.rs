//! A history out of the tables, into a folder that ends with its value. Every record stands in the
//! file and, where all of the file is read, on the line where it stood; a packed file is unpacked.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator as _;
use tempfile::TempDir;

use crate::database::migrations;
use crate::database::selection::Condition;
use crate::database::url::DatabaseUrl;
use model::filter::Filter;

/// Rejected lines come back only with everything: nobody knows which records they should be.
const QUERY: &str = "SELECT source_file, source_line, convert_to(record, 'UTF8'), id
    FROM benchmark_results WHERE {condition}
    UNION ALL SELECT source_file, source_line, line, 0 FROM benchpages_rejected_line WHERE {all}
    ORDER BY 1, 2, 4";

/// Reads the records that the filter and the time hold for, and all files beside them.
///
/// # Errors
/// The database cannot be reached or holds no history, or the folder cannot be written.
pub(crate) fn fetch(
    url: &DatabaseUrl,
    only: &Filter,
    since: Option<&str>,
) -> anyhow::Result<TempDir> {
    let condition = Condition::of(only, since)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut client = url.connect()?;
    // The context of an error of the database says which one it is.
    let failure = || format!("cannot read from {url}");
    // All of it from one moment, whoever writes meanwhile.
    let start = client.build_transaction().read_only(true);
    let start = start.isolation_level(postgres::IsolationLevel::RepeatableRead);
    let mut transaction = start.start().with_context(failure)?;
    migrations::check_readable(&mut transaction).with_context(failure)?;
    fetch_files(&mut transaction, folder.path()).with_context(failure)?;
    fetch_records(&mut transaction, &condition, folder.path()).with_context(failure)?;
    Ok(folder)
}

fn fetch_files(transaction: &mut Transaction<'_>, folder: &Path) -> anyhow::Result<()> {
    for row in transaction.query("SELECT path, content FROM benchpages_file", &[])? {
        let (path, content): (String, Vec<u8>) = (row.get(0), row.get(1));
        let path = place(folder, &path)?;
        std::fs::write(&path, content)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn fetch_records(
    transaction: &mut Transaction<'_>,
    condition: &Condition,
    folder: &Path,
) -> anyhow::Result<()> {
    let all = if condition.is_everything { "TRUE" } else { "FALSE" };
    let select = QUERY.replace("{condition}", &condition.sql).replace("{all}", all);
    // Row by row: a history may be larger than memory.
    let mut rows = transaction.query_raw(&select, condition.values())?;
    let mut current: Option<RecordFileWriter> = None;
    while let Some(row) = rows.next()? {
        let (name, line): (String, i64) = (row.get(0), row.get(1));
        if current.as_ref().is_none_or(|file| file.name != name) {
            let finished = current.replace(RecordFileWriter::create(folder, name)?);
            finished.map_or(Ok(()), RecordFileWriter::finish)?;
        }
        if let Some(file) = &mut current {
            file.write(line, row.get(2))?;
        }
    }
    current.map_or(Ok(()), RecordFileWriter::finish)
}

/// A file of records that is being written.
struct RecordFileWriter {
    name: String,
    out: BufWriter<File>,
    /// The line that comes next, from 1.
    line: i64,
}

impl RecordFileWriter {
    fn create(folder: &Path, name: String) -> anyhow::Result<Self> {
        let path = place(folder, &name)?;
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { name, out: BufWriter::new(file), line: 1 })
    }

    /// Writes a line, on its place where that is still free. Empty lines stand for what was not
    /// asked for, so that problems keep their places.
    fn write(&mut self, line: i64, text: &[u8]) -> anyhow::Result<()> {
        const MAX_EMPTY_LINES: i64 = 1_000_000;
        let gap = (line - self.line).clamp(0, MAX_EMPTY_LINES);
        (0..gap).try_for_each(|_| self.out.write_all(b"\n"))?;
        self.out.write_all(text)?;
        self.out.write_all(b"\n")?;
        self.line += gap + 1;
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.out.flush().with_context(|| format!("cannot write {}", self.name))
    }
}

/// The place of a file, with the folders above it. A path of the database may be a stranger's.
fn place(folder: &Path, path: &str) -> anyhow::Result<PathBuf> {
    let relative = Path::new(path);
    let is_plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if path.is_empty() || !is_plain || path.contains('\\') {
        bail!("`{}` is no path within a history", path.escape_debug());
    }
    let place = folder.join(relative);
    if let Some(parent) = place.parent() {
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make {}", parent.display()))?;
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn no_path_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert!(place(folder.path(), "results/a.ndjson").is_ok());
        for path in ["../a", "/etc/passwd", "a/../../b", "", "a\\..\\b", "./a"] {
            assert!(place(folder.path(), path).is_err(), "{path}");
        }
    }
}
