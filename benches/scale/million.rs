//! A million records: a build from nothing, one after a new day, one with nothing new; against
//! `asv publish` on the same points.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::bed::{self, Bed};
use crate::child::best;
use crate::table::{Row, figure, megabytes, seconds, share, target};
use crate::{Asked, asv};

const SERIES: u32 = 5_000;
const DAYS: u32 = 200;
const TIMES: f64 = 50.0;
/// Seconds that asv 0.6.6 took on the same points.
const ASV_BEFORE: f64 = 66.0;
const PEAK: u64 = 200_000_000;
const ONE_DAY: f64 = 0.10;
const NOTHING: f64 = 0.02;

pub fn rows(bed: &Bed, _: &Asked) -> anyhow::Result<Vec<Row>> {
    let history = bed.history(SERIES, DAYS)?;
    let site = bed.path("site");
    let cold = best(|| bed.cold(&history, &site))?;
    let files = bed::files(&site)?;
    let size: u64 = files.values().sum();
    let peer = asv::publish(bed, &history)?;
    let (name, peer) = peer.map_or(("asv 0.6.6 before", ASV_BEFORE), |it| ("asv", it.wall));
    let mut rows = vec![
        target(
            "cold build of 1,000,000 records, 5,000 series",
            &format!("{} (a 50th of {name}: {})", seconds(peer / TIMES), seconds(peer)),
            format!(
                "{}, {:.1} × (CPU {})",
                seconds(cold.wall),
                peer / cold.wall,
                seconds(cold.cpu)
            ),
            cold.wall <= peer / TIMES,
        ),
        target("… its peak memory", "200 MB", megabytes(cold.peak), cold.peak <= PEAK),
        figure("… its site", format!("{} files, {}", files.len(), megabytes(size))),
    ];
    rows.extend(again(bed, &history, &site, cold.wall)?);
    Ok(rows)
}

/// Builds again: after one new day, as on every day but the first, and with nothing new.
fn again(bed: &Bed, history: &Path, site: &Path, cold: f64) -> anyhow::Result<Vec<Row>> {
    let whole = digests(site)?;
    let days = bed::days(history)?;
    let newest = days.get(days.len().saturating_sub(2)..).unwrap_or_default();
    let aside = |day: &Path| bed.path("aside").join(day.file_name().unwrap_or_default());
    std::fs::create_dir_all(bed.path("aside"))?;
    let day = best(|| {
        for day in newest {
            std::fs::rename(day, aside(day))?;
        }
        bed.cold(history, site)?;
        let mut last = None;
        for day in newest {
            std::fs::rename(aside(day), day)?;
            last = Some(bed.build(history, site)?);
        }
        last.context("a history of two days")
    })?;
    let same = digests(site)? == whole;
    // What was written a moment ago is not trusted: the build that is kept is one later.
    bed.build(history, site)?;
    let nothing = best(|| bed.build(history, site))?;
    let still = digests(site)? == whole;
    let relative = |wall: f64| format!("{} ({})", share(wall, cold), seconds(wall));
    let equal = |same: bool| (if same { "equal" } else { "different" }).to_owned();
    Ok(vec![
        target(
            "… rebuild after one new day",
            "10 %",
            relative(day.wall),
            day.wall <= ONE_DAY * cold,
        ),
        target("… its site, compared with a cold build", "equal", equal(same), same),
        target(
            "… rebuild without new data",
            "2 %",
            relative(nothing.wall),
            nothing.wall <= NOTHING * cold,
        ),
        target("… its site, compared with a cold build", "equal", equal(still), still),
    ])
}

/// Every file by what is in it, one at a time.
fn digests(site: &Path) -> anyhow::Result<BTreeMap<PathBuf, u64>> {
    let mut found = BTreeMap::new();
    for path in bed::files(site)?.into_keys() {
        let mut hasher = DefaultHasher::new();
        hasher.write(&std::fs::read(site.join(&path))?);
        found.insert(path, hasher.finish());
    }
    Ok(found)
}
