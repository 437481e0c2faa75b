//! Which paths the site of any history can have. It tells a build's files from those of others in a
//! site whose marker does not list its files.
//!
//! Rejected are names that a history has (`policy.yml`, `*.ndjson`), hidden names, and endings that
//! a folder of the site never has.

/// Files at the top of a site, or of a shard of one.
const TOP_FILES: [&str; 11] = [
    ".nojekyll",
    "404.html",
    "build.json",
    "feed.xml",
    "index.html",
    "llms.txt",
    "metrics.prom",
    "picture.png",
    "robots.txt",
    "shard.json",
    "sitemap.xml",
];

/// Folders at the top of a site, with the endings of the files in them.
const TOP_FOLDERS: [(&str, &[&str]); 18] = [
    ("about", &["html"]),
    ("api", &["csv", "json"]),
    ("assets", &["css", "js", "svg"]),
    ("backend", &["html"]),
    ("badge", &["json", "svg"]),
    ("chart", &["svg"]),
    ("commit", &["html"]),
    ("data", &["html"]),
    ("diff", &["html", "png"]),
    ("digest", &["html", "md"]),
    ("event", &["html", "png"]),
    ("feed", &["xml"]),
    ("health", &["html"]),
    ("people", &["html"]),
    ("search", &["js"]),
    ("series", &["html", "png"]),
    ("test", &["html"]),
    ("view", &["html"]),
];

/// Whether a site can have a file at this path.
pub(crate) fn can_have_file(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return TOP_FILES.contains(&path) };
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    endings_in(folder).is_some_and(|endings| endings.contains(&ending)) && !name.starts_with('.')
}

/// Whether a site can have a folder at this path.
pub(crate) fn can_have_folder(path: &str) -> bool {
    endings_in(path).is_some()
}

/// The endings of files in a folder of the site; none where a site has no such folder.
fn endings_in(folder: &str) -> Option<&'static [&'static str]> {
    let top = folder.split('/').next().unwrap_or(folder);
    let is_hidden = folder.split('/').any(|part| part.starts_with('.'));
    let listed = TOP_FOLDERS.iter().find(|(name, _)| *name == top && !is_hidden);
    listed.map(|(_, endings)| *endings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_history_and_of_a_repository_are_none_of_a_site() {
        for path in [
            "policy.yml",
            "data/policy.yml",
            "data/results/a.ndjson",
            "api/.git/HEAD",
            "series/.x.html",
            "notes.txt",
            "README.md",
            "CNAME",
            "series/notes.md",
        ] {
            assert!(!can_have_file(path), "{path}");
        }
        for folder in [".git", "results", "hist", "api/.git", ".well-known"] {
            assert!(!can_have_folder(folder), "{folder}");
        }
        assert!(can_have_file("data/index.html") && can_have_folder("diff/a..b"));
    }
}
