//! Files that leave the history together: as a folder, or as one packed archive. The same files
//! give the same bytes: the archive holds no time, no user and no order of a disk.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

use crate::store::rotate::packed;

/// The folder within the archive.
const TOP: &str = "benchpages-evidence/";
/// A block of a tar archive.
const BLOCK: usize = 512;
/// Longest path of a plain header.
const MAX_PATH: usize = 100;

/// Writes the files: to an archive where the name ends in `.tar.gz` or `.tgz`, else to a folder.
///
/// # Errors
/// Something is there already, or the disk refuses.
pub(crate) fn write(out: &Path, files: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let name = out.to_string_lossy();
    if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
        return write_new(out, &packed(&archive(files)?)?);
    }
    // An empty folder may have been made for this; anything else is somebody's.
    let is_empty = std::fs::read_dir(out).map(|mut entries| entries.next().is_none());
    if !is_empty.unwrap_or_else(|_| out.symlink_metadata().is_err()) {
        bail!("{name} is there already: name a new folder, or a file that ends in .tar.gz");
    }
    for (path, text) in files {
        let path = out.join(path);
        let folder = path.parent().unwrap_or(out);
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot write {}", folder.display()))?;
        write_new(&path, text.as_bytes())?;
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = OpenOptions::new().write(true).create_new(true).open(path);
    let written = written.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.with_context(|| format!("cannot write {}: name a new file", path.display()))
}

/// A tar archive (ustar).
///
/// # Errors
/// A path or a file is too long for it.
fn archive(files: &BTreeMap<String, String>) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (path, text) in files {
        out.extend(header(&format!("{TOP}{path}"), text.len())?);
        out.extend(text.as_bytes());
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    // Two blocks of zeros end an archive.
    out.resize(out.len() + 2 * BLOCK, 0);
    Ok(out)
}

fn header(path: &str, bytes: usize) -> anyhow::Result<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    if path.len() > MAX_PATH || bytes >= 1 << 33 {
        bail!("{path} does not fit into a tar archive");
    }
    let size = format!("{bytes:011o}\0");
    let zeros = "0000000\0";
    // Name, mode, user, group, size, time, checksum (blank while it is computed), type, magic.
    let fields = [
        (0, path),
        (100, "0000644\0"),
        (108, zeros),
        (116, zeros),
        (124, size.as_str()),
        (136, "00000000000\0"),
        (148, "        "),
        (156, "0"),
        (257, "ustar\x0000"),
    ];
    let mut put =
        |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    fields.into_iter().for_each(|(at, text)| put(at, text));
    // Its own eight bytes count as blanks, which stand there so far.
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    block[148..156].copy_from_slice(sum.as_bytes());
    Ok(block)
}
