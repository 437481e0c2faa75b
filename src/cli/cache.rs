//! Which folder keeps what can be made again.

use std::path::PathBuf;

use crate::app::warning::WarningKind;
use crate::cli::args::GlobalArgs;
use crate::files::cache_folder::CacheFolder;

/// The cache folder; none where nothing is kept, or where others can write to the folder, with a
/// warning.
pub(super) fn cache_folder(global: &GlobalArgs, warnings: &mut Vec<String>) -> Option<CacheFolder> {
    let unused = |warning: String| warnings.push(WarningKind::UnusedCache.label(warning));
    CacheFolder::open(&cache_path(global)?).map_err(unused).ok()
}

/// Where files are kept that can be made again: the folder that was given, else the system's; none
/// where the system names no such place, or with `--no-cache`.
fn cache_path(global: &GlobalArgs) -> Option<PathBuf> {
    // Not by `conflicts_with`: the variable may be set for all commands, and a flag is closer.
    if global.cache.no_cache {
        return None;
    }
    if let Some(folder) = &global.cache.folder {
        return std::path::absolute(folder).ok();
    }
    // The machine of a CI job is thrown away: who wants a cache there names what is kept.
    if std::env::var("CI").is_ok_and(|value| !matches!(&*value, "" | "false" | "0")) {
        return None;
    }
    // A relative path would be another folder for each working directory; the XDG specification
    // says to ignore it.
    let variable = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name).filter(|value| !value.is_empty())?);
        path.is_absolute().then_some(path)
    };
    let home = || Some(variable("HOME")?.join(".cache"));
    let root = variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA")).or_else(home)?;
    Some(root.join("benchpages"))
}
