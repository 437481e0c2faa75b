//! Every URL of the site. A path depends on nothing but the thing it names, so that adding a test
//! never renames another page; two names never meet, also on a case-insensitive disk.
//!
//! Paths are relative to the site's root, without a leading slash; pages end in `/`, those of
//! series in `.html`.

use unicode_normalization::UnicodeNormalization;

use model::record::TIME_METRIC;
use model::record::time::Timestamp;
use model::series::SeriesKey;
use model::text;

/// Names that some file system or server treats specially: always written with their hash.
const RESERVED: [&str; 25] = [
    "index", "all", "any", "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5",
    "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8",
    "lpt9",
];
/// Longest name that is its own slug, and longest readable part before a hash.
const MAX_SLUG_CHARS: usize = 64;
const MAX_READABLE_CHARS: usize = 48;
/// Longest name of a file without its ending.
const MAX_FILE_CHARS: usize = 200;

/// The slug of a name: the name itself where it already is one, else a readable part, `~` and six
/// hex digits of its SHA-256. Injective but for collisions of that hash: two spellings of one text
/// (`é` and `e` with an accent) are two names in the data, and two slugs.
pub(crate) fn slug(name: &str) -> String {
    let plain = !name.is_empty()
        && name.len() <= MAX_SLUG_CHARS
        && !name.starts_with(['-', '_'])
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        && !RESERVED.contains(&name);
    if plain { name.to_owned() } else { hashed_slug(name) }
}

fn hashed_slug(name: &str) -> String {
    let mut readable = String::new();
    for character in name.nfc() {
        let lower = character.to_ascii_lowercase();
        if lower.is_ascii_lowercase() || lower.is_ascii_digit() || lower == '_' {
            readable.push(lower);
        } else if !readable.ends_with('-') {
            readable.push('-');
        }
    }
    readable.truncate(MAX_READABLE_CHARS);
    let readable = readable.trim_matches(['-', '_']);
    let readable = if readable.is_empty() { "x" } else { readable };
    // SHA-256 and not a faster hash: slugs are addresses that others keep, in any language.
    format!("{readable}~{}", model::hex::sha256(name, 6))
}

/// `<test>/<backend>/<mode>/<n>` and, where they are not the plain ones, `suite-…`, `params-…` and
/// `metric-…`: what the page, the chart and the JSON of a series share.
pub(crate) fn series_stem(key: &SeriesKey) -> String {
    // A mode that ends in `-parallel` would meet the parallel form of another mode.
    let mode =
        if key.mode.ends_with("-parallel") { hashed_slug(&key.mode) } else { slug(&key.mode) };
    let n = key.n.map_or_else(|| "any".to_owned(), |n| n.to_string());
    let parallel = if key.parallel { "-parallel" } else { "" };
    let mut stem = format!("{}/{}/{mode}{parallel}/{n}", slug(&key.test), slug(&key.backend));
    let metric = if key.metric == TIME_METRIC { "" } else { &key.metric };
    for (name, value) in
        [("suite", key.suite.as_str()), ("params", &key.params), ("metric", metric)]
    {
        if !value.is_empty() {
            stem.push_str(&format!("/{name}-{}", slug(value)));
        }
    }
    stem
}

/// The page of a series: a file of its own name and no folder, since there are thousands of them.
pub(crate) fn series(stem: &str) -> String {
    ["series/", &series_file(stem), ".html"].concat()
}

/// A file of the API.
pub(crate) fn api(name: &str) -> String {
    ["api/v2/", name].concat()
}

/// The stem of a series as the name of one file: `parse.rust.loops.1000`. No slug holds a dot, so
/// two stems never meet.
pub(crate) fn series_file(stem: &str) -> String {
    let flat = stem.replace('/', ".");
    if flat.len() <= MAX_FILE_CHARS {
        return flat;
    }
    // File systems take 255 bytes. Twelve digits, where a slug has six: no other stem ends so.
    format!("{}~{}", &flat[..MAX_FILE_CHARS - 13], model::hex::sha256(stem, 12))
}

pub(crate) fn series_svg(stem: &str) -> String {
    ["chart/", &series_file(stem), ".svg"].concat()
}

pub(crate) fn series_json(stem: &str) -> String {
    api(&format!("series/{}.json", series_file(stem)))
}

/// The runs of one earlier year of a long series.
pub(crate) fn series_year_json(stem: &str, year: &str) -> String {
    api(&format!("series/{}.{year}.json", series_file(stem)))
}

pub(crate) fn test(name: &str) -> String {
    ["test/", &slug(name), "/"].concat()
}

/// The list of people, where the policy asks for it.
pub(crate) const PEOPLE: &str = "people/";

/// The page of an author or an owner.
pub(crate) fn person(name: &str) -> String {
    format!("{PEOPLE}{}/", slug(name))
}

pub(crate) fn backend(name: &str) -> String {
    ["backend/", &slug(name), "/"].concat()
}

/// Presets are named together in one file, so their slugs carry no hash.
pub(crate) fn view(preset_slug: &str) -> String {
    format!("view/{preset_slug}/")
}

/// The first 12 hex digits of a sha, in lower case; any other id by its slug.
pub(crate) fn commit_slug(id: &str) -> String {
    // A time in digits (`20250926120000`) is no sha, and its first digits are not its own.
    let sha = text::is_sha(id) && (id.len() <= 12 || [40, 64].contains(&id.len()));
    if sha { id[..id.len().min(12)].to_ascii_lowercase() } else { slug(id) }
}

pub(crate) fn commit(id: &str) -> String {
    ["commit/", &commit_slug(id), "/"].concat()
}

/// What was measured at a commit.
pub(crate) fn commit_json(id: &str) -> String {
    api(&format!("commit/{}.json", commit_slug(id)))
}

/// `<base>..<head>`.
pub(crate) fn pair(base: &str, head: &str) -> String {
    format!("{}..{}", commit_slug(base), commit_slug(head))
}

pub(crate) fn diff(pair: &str) -> String {
    format!("diff/{pair}/")
}

pub(crate) fn diff_json(pair: &str) -> String {
    api(&format!("diff/{pair}.json"))
}

pub(crate) fn event(id: &str) -> String {
    ["event/", id, "/"].concat()
}

/// `<date>-<backend>-<test>-<6 hex>`: the hash is that of the series and the first commit.
pub(crate) fn event_id(key: &SeriesKey, time: Timestamp, commit: &str, worse: bool) -> String {
    let direction = if worse { "worse" } else { "better" };
    let hash = model::hex::sha256(&format!("{}\n{commit}\n{direction}", key.name()), 6);
    format!("{}-{}-{}-{hash}", text::iso_date(time), slug(&key.backend), slug(&key.test))
}

/// The id of a series' row in any table of the site: unique on a page, the same on every page, and
/// what reports link to. Slugs hold `/`, `~` and `.`, which a CSS selector would have to escape.
pub(crate) fn series_anchor(stem: &str) -> String {
    let letter = |c: char| if matches!(c, '/' | '~' | '.') { '-' } else { c };
    let mut anchor = String::with_capacity(stem.len() + 2);
    anchor.push_str("s-");
    anchor.extend(stem.chars().map(letter));
    anchor
}

/// How a page refers to other pages: relative, so that any base path works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkRoot {
    depth: usize,
    /// Name `index.html` in links, for readers without a server.
    explicit_index: bool,
}

impl LinkRoot {
    /// The root as seen from the page at `path` (`event/a/` is two folders deep).
    pub(crate) fn from(path: &str, explicit_index: bool) -> Self {
        Self { depth: path.matches('/').count(), explicit_index }
    }

    /// The link to a path of this site.
    pub(crate) fn to(self, path: &str) -> String {
        const INDEX: &str = "index.html";
        let mut link = String::with_capacity(3 * self.depth + path.len() + INDEX.len());
        (0..self.depth).for_each(|_| link.push_str("../"));
        let (page, fragment) = path.split_once('#').map_or((path, None), |(p, f)| (p, Some(f)));
        link.push_str(page);
        if link.is_empty() {
            link.push_str("./");
        }
        if self.explicit_index && link.ends_with('/') {
            link.push_str(INDEX);
        }
        if let Some(fragment) = fragment {
            link.push('#');
            link.push_str(fragment);
        }
        link
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(mode: &str, parallel: bool) -> SeriesKey {
        SeriesKey {
            suite: String::new(),
            test: "sum_even_squares".to_owned(),
            backend: "julia".to_owned(),
            mode: mode.to_owned(),
            parallel,
            n: Some(1_000_000),
            params: String::new(),
            metric: TIME_METRIC.to_owned(),
            metric_name: "time".to_owned(),
            statistic: None,
        }
    }

    #[test]
    fn slugs_are_as_promised() {
        assert_eq!(slug("sum_even_squares"), "sum_even_squares");
        assert_eq!(slug("Sum_Even"), "sum_even~2140e4");
        assert_eq!(slug("日本語"), "x~77710a");
        for name in ["con", "index", "", "..", "../../etc/passwd", "_x", "-x", "~", "a b"] {
            let slug = slug(name);
            assert!(
                slug.contains('~') && !slug.starts_with(['~', '_', '-', '.']),
                "{name}: {slug}"
            );
        }
    }

    #[test]
    fn a_mode_that_looks_parallel_does_not_meet_the_parallel_form() {
        assert_eq!(
            series_stem(&key("loops", true)),
            "sum_even_squares/julia/loops-parallel/1000000"
        );
        assert_ne!(series_stem(&key("loops", true)), series_stem(&key("loops-parallel", false)));
    }

    #[test]
    fn the_files_of_two_series_never_meet_and_no_disk_refuses_one() {
        assert_eq!(series_json("parse/rust/loops/1"), "api/v2/series/parse.rust.loops.1.json");
        let long = format!("{}/metric-{}", "a".repeat(64), "b".repeat(200));
        let name = series_file(&long);
        assert!(name.len() <= MAX_FILE_CHARS && name.starts_with("aaa"), "{name}");
        assert_ne!(name, series_file(&format!("{long}c")));
        assert!(!name.contains('/') && !series_svg(&long)["chart/".len()..].contains('/'));
    }

    #[test]
    fn links_are_relative_from_any_depth() {
        let root = LinkRoot::from("series/a/b/c/1/", false);
        assert_eq!(root.to("about/#limits"), "../../../../../about/#limits");
        assert_eq!(LinkRoot::from("", false).to(""), "./");
        assert_eq!(LinkRoot::from("about/", true).to("health/#x"), "../health/index.html#x");
    }

    proptest::proptest! {
        #[test]
        fn no_name_leaves_its_folder_or_meets_another(a in ".{0,80}", b in ".{0,80}") {
            let (slug_a, slug_b) = (slug(&a), slug(&b));
            for slug in [&slug_a, &slug_b] {
                let allowed = |c: char| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || "._-~".contains(c)
                };
                proptest::prop_assert!(slug.chars().all(allowed) && !slug.contains(".."));
                proptest::prop_assert!(slug.starts_with(|c: char| c.is_ascii_alphanumeric()));
                proptest::prop_assert!(slug.len() <= MAX_SLUG_CHARS);
            }
            let same = a.nfc().eq(b.nfc());
            proptest::prop_assert_eq!(slug_a == slug_b, same);
        }
    }
}
