//! A site of 10,000 series: its time and memory against hugo's for as many plain pages, the weight
//! of its pages, its size.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::bed::{self, Bed};
use crate::child::best;
use crate::table::{Row, figure, grouped, megabytes, seconds, target};
use crate::{Asked, hugo};

const SERIES: u32 = 10_000;
const DAYS: u32 = 20;
/// Seconds and bytes that hugo 0.111 took for as many plain pages.
const HUGO_BEFORE: (f64, u64) = (3.1, 813_000_000);
const PAGE: u64 = 35_000;
const REQUESTS: usize = 4;
const OVERVIEW: u64 = 150_000;
/// Two thirds of what GitHub Pages takes.
const SITE: u64 = 667_000_000;
/// Of hugo's time.
const TIME: f64 = 0.8;
/// Days of 2,000,000 records.
const FULL_DAYS: u32 = 200;

pub fn rows(bed: &Bed, _: &Asked) -> anyhow::Result<Vec<Row>> {
    let history = bed.history(SERIES, DAYS)?;
    let site = bed.path("site-of-many");
    let ours = best(|| bed.cold(&history, &site))?;
    let peer = hugo::build(bed, SERIES)?;
    let (name, (wall, peak)) =
        peer.map_or(("hugo 0.111 before", HUGO_BEFORE), |it| ("hugo", (it.wall, it.peak)));
    let mut rows = vec![
        target(
            "cold build of 10,000 series with charts, verdicts and JSON",
            &format!("{} (0.8 × {name} with 10,000 plain pages)", seconds(TIME * wall)),
            format!("{} (CPU {})", seconds(ours.wall), seconds(ours.cpu)),
            ours.wall <= TIME * wall,
        ),
        target(
            "… its peak memory",
            &format!("{} (a quarter of {name})", megabytes(peak / 4)),
            megabytes(ours.peak),
            ours.peak <= peak / 4,
        ),
    ];
    rows.extend(weights(&site)?);
    bed::remove(&history)?;
    bed::remove(&site)?;
    rows.push(full(bed, &site)?);
    Ok(rows)
}

/// As many records as such a history has after 200 days.
fn full(bed: &Bed, site: &Path) -> anyhow::Result<Row> {
    let history = bed.history(SERIES, FULL_DAYS)?;
    let usage = bed.cold(&history, site)?;
    let files = bed::files(site)?;
    let size: u64 = files.values().sum();
    bed::remove(&history)?;
    bed::remove(site)?;
    Ok(target(
        "site of 2,000,000 records of 10,000 series",
        "667 MB",
        format!(
            "{} in {} files (built in {}, {})",
            megabytes(size),
            grouped(files.len() as u64),
            seconds(usage.wall),
            megabytes(usage.peak)
        ),
        size <= SITE,
    ))
}

fn weights(site: &Path) -> anyhow::Result<Vec<Row>> {
    let files = bed::files(site)?;
    let size: u64 = files.values().sum();
    let pages = files.iter().filter(|(path, _)| {
        path.starts_with("series") && path.extension().is_some_and(|it| it == "html")
    });
    let heaviest = pages.max_by_key(|(_, size)| **size).map(|(path, _)| site.join(path));
    let overview = files.get(Path::new("index.html")).copied().unwrap_or_default();
    let mut rows = Vec::new();
    if let Some(page) = heaviest {
        let (requests, weight) = first_load(&page)?;
        rows.push(target(
            "… first load of its heaviest series page (gzip -9)",
            "35 KB in 4 requests",
            format!("{:.1} KB in {requests}", weight as f64 / 1e3),
            weight <= PAGE && requests <= REQUESTS,
        ));
    }
    rows.push(target(
        "… its overview, uncompressed",
        "150 KB",
        format!("{:.0} KB", overview as f64 / 1e3),
        overview < OVERVIEW,
    ));
    let measured = format!("{} in {} files", megabytes(size), grouped(files.len() as u64));
    rows.push(figure("… its size", measured));
    Ok(rows)
}

/// Requests and packed bytes of a page with all that it loads.
fn first_load(page: &Path) -> anyhow::Result<(usize, u64)> {
    let text = std::fs::read_to_string(page)?;
    let folder = page.parent().unwrap_or(page);
    let mut weight = packed(text.as_bytes())?;
    let loaded = loaded(&text);
    for path in &loaded {
        weight += packed(&std::fs::read(folder.join(path))?)?;
    }
    Ok((1 + loaded.len(), weight))
}

/// What a page loads by itself: styles, icon, scripts, pictures.
fn loaded(page: &str) -> Vec<PathBuf> {
    // A template is inert: its scripts are loaded when somebody uses them.
    let after = |part: &str| part.split_once("</template>").map_or("", |it| it.1).to_owned();
    let mut parts = page.split("<template>");
    let page: String =
        parts.next().into_iter().map(str::to_owned).chain(parts.map(after)).collect();
    let tags = page.split('<').filter(|tag| {
        tag.starts_with("script ")
            || tag.starts_with("img ")
            || tag.starts_with("link ")
                && ["rel=\"icon\"", "rel=\"stylesheet\""].iter().any(|rel| tag.contains(rel))
    });
    let address = |tag: &str| {
        let (_, rest) = tag.split_once(" href=\"").or_else(|| tag.split_once(" src=\""))?;
        Some(PathBuf::from(rest.split_once('"')?.0))
    };
    tags.filter_map(address).collect()
}

fn packed(bytes: &[u8]) -> anyhow::Result<u64> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    Ok(packer.finish()?.len() as u64)
}
