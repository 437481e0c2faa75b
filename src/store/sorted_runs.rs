//! Lines of one file, more than memory holds: sorted runs in a folder, merged when they are read.
//!
//! Each run is sorted before it is written, so the merged lines are sorted whatever the order in
//! which they came. At most [`MAX_RUNS`] files are open at once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Runs that are merged into one, so that a history of any length needs few open files.
const MAX_RUNS: usize = 64;

/// The runs of one file.
#[derive(Debug, Default)]
pub(super) struct SortedRuns {
    paths: Vec<PathBuf>,
    /// Runs so far: each has a name of its own.
    made: usize,
}

impl SortedRuns {
    /// Writes lines as a run; `stem` is what its file is called.
    pub(super) fn add(&mut self, folder: &Path, stem: &str, lines: &str) -> io::Result<()> {
        let mut sorted: Vec<&str> = lines.lines().collect();
        sorted.sort_unstable();
        self.write_run(folder, stem, &mut |output| {
            sorted.iter().try_for_each(|line| writeln!(output, "{line}"))
        })?;
        if self.paths.len() < MAX_RUNS {
            return Ok(());
        }
        let full = std::mem::take(&mut self.paths);
        self.write_run(folder, stem, &mut |output| {
            merge(&full, "", &mut |line| writeln!(output, "{line}"))
        })?;
        full.iter().try_for_each(fs::remove_file)
    }

    fn write_run(
        &mut self,
        folder: &Path,
        stem: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.made += 1;
        let path = folder.join(format!("{stem}#{}", self.made));
        let mut output = BufWriter::new(File::create(&path)?);
        write(&mut output)?;
        output.flush()?;
        self.paths.push(path);
        Ok(())
    }

    /// Hands out all lines and those of `more`, sorted.
    pub(super) fn merge(
        &self,
        more: &str,
        take: &mut dyn FnMut(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        merge(&self.paths, more, take)
    }
}

/// The lines of a run that is being read.
type RunLines<'a> = Box<dyn Iterator<Item = io::Result<String>> + 'a>;

fn merge(
    paths: &[PathBuf],
    more: &str,
    take: &mut dyn FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    let mut in_memory: Vec<&str> = more.lines().collect();
    in_memory.sort_unstable();
    let in_memory = in_memory.into_iter().map(|line| Ok(line.to_owned()));
    let mut runs: Vec<RunLines<'_>> = vec![Box::new(in_memory)];
    for path in paths {
        runs.push(Box::new(BufReader::new(File::open(path)?).lines()));
    }
    let mut next: BinaryHeap<Reverse<(String, usize)>> = BinaryHeap::new();
    for (index, run) in runs.iter_mut().enumerate() {
        if let Some(line) = run.next() {
            next.push(Reverse((line?, index)));
        }
    }
    while let Some(Reverse((line, index))) = next.pop() {
        take(&line)?;
        if let Some(line) = runs[index].next() {
            next.push(Reverse((line?, index)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_come_back_as_one_sorted_list() {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = SortedRuns::default();
        let count = MAX_RUNS * 2 + 3;
        for number in 0..count {
            // Knuth's multiplicative hashing mixes the order.
            let mixed = number.wrapping_mul(2_654_435_761) % 1_000;
            runs.add(folder.path(), "a@b", &format!("{mixed:04} b\n{mixed:04} a\n")).unwrap();
        }
        assert!(fs::read_dir(folder.path()).unwrap().count() < MAX_RUNS);
        let mut all = Vec::new();
        runs.merge("0000 z\n", &mut |line| {
            all.push(line.to_owned());
            Ok(())
        })
        .unwrap();
        assert_eq!(all.len(), count * 2 + 1);
        assert!(all.is_sorted() && all.contains(&"0000 z".to_owned()));
    }
}
