//! A million records: a build from nothing, one after a new day, one with nothing new; against
//! `asv publish` on the same points.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::bed::{self, Bed};
use crate::child::{self, best};
use crate::table::{Row, grouped, megabytes, seconds, share, target};
use crate::{Asked, asv};

const SERIES: u32 = 5_000;
const DAYS: u32 = 200;
const TIMES: f64 = 40.0;
/// Seconds that asv 0.6.6 took on the same points.
const ASV_BEFORE: f64 = 66.0;
const PEAK: u64 = 180_000_000;
const SITE: u64 = 200_000_000;
const PACKED: u64 = 45_000_000;
/// A third of those that a site had with a folder for each part of a name.
const FOLDERS: usize = 6_300;
const ONE_DAY: f64 = 0.45;
const PART_OF_DAY: f64 = 0.25;
const NOTHING: f64 = 0.02;
/// The series that ran on a part of a day, and the share of the files that may change then.
const TENTH: usize = 10;
const CHANGED: f64 = 0.20;
const CHECK: f64 = 1.5;
/// Processor time over time: all of two cores, but for reading and the walk.
const CORES: f64 = 1.6;

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
            &format!("{} (a 40th of {name}: {})", seconds(peer / TIMES), seconds(peer)),
            format!(
                "{}, {:.1} × (CPU {})",
                seconds(cold.wall),
                peer / cold.wall,
                seconds(cold.cpu)
            ),
            cold.wall <= peer / TIMES,
        ),
        target("… its peak memory", "180 MB", megabytes(cold.peak), cold.peak <= PEAK),
        target(
            "… its site",
            "200 MB",
            format!("{}, {} files", megabytes(size), grouped(files.len() as u64)),
            size <= SITE,
        ),
    ];
    rows.extend(packed(bed, &site)?);
    rows.extend(again(bed, &history, &site, cold.wall)?);
    rows.extend(judged(bed, &history)?);
    Ok(rows)
}

/// The folders of a site, and its size as `actions/upload-pages-artifact` sends it.
fn packed(bed: &Bed, site: &Path) -> anyhow::Result<Vec<Row>> {
    let archive = bed.path("site.tar.gz");
    child::run(Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(site).arg("."))?;
    let size = std::fs::metadata(&archive)?.len();
    std::fs::remove_file(&archive)?;
    let folders = bed::folders(site)?;
    Ok(vec![
        target("… as .tar.gz", "45 MB", megabytes(size), size <= PACKED),
        target("… its folders", "6,300", grouped(folders as u64), folders <= FOLDERS),
    ])
}

/// The gate, and what it would have reported in the past.
fn judged(bed: &Bed, history: &Path) -> anyhow::Result<Vec<Row>> {
    let command = |arguments: &[&str]| {
        let mut command = bed.program();
        command.args(arguments).args(["--demo", "--data"]).arg(history);
        command
    };
    let check = best(|| child::run_judge(&mut command(&["check", "--no-cache"])))?;
    let replay = best(|| child::run(&mut command(&["policy", "replay", "--no-cache"])))?;
    let cores = replay.cpu / replay.wall;
    Ok(vec![
        target(
            "`check` of 1,000,000 records, without a cache",
            "1.5 s",
            format!(
                "{} (CPU {}, {})",
                seconds(check.wall),
                seconds(check.cpu),
                megabytes(check.peak)
            ),
            check.wall <= CHECK,
        ),
        target(
            "`policy replay` of them: cores in use, of 2",
            "1.6",
            format!("{cores:.2} ({}, CPU {})", seconds(replay.wall), seconds(replay.cpu)),
            cores >= CORES,
        ),
    ])
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
    let part = part_of_day(bed, history, site)?;
    // What was written a moment ago is not trusted: the build that is kept is one later.
    bed.build(history, site)?;
    let nothing = best(|| bed.build(history, site))?;
    let still = digests(site)? == whole;
    let relative = |wall: f64| format!("{} ({})", share(wall, cold), seconds(wall));
    let equal = |same: bool| (if same { "equal" } else { "different" }).to_owned();
    Ok(vec![
        target(
            "… rebuild after one new day of all series",
            "45 %",
            relative(day.wall),
            day.wall <= ONE_DAY * cold,
        ),
        target("… its site, compared with a cold build", "equal", equal(same), same),
        target(
            "… rebuild after a day on which a tenth of the series ran",
            "25 %",
            relative(part.wall),
            part.wall <= PART_OF_DAY * cold,
        ),
        target(
            "… files that changed then",
            "20 %",
            format!("{:.1} %", 100.0 * part.changed),
            part.changed <= CHANGED,
        ),
        target(
            "… its site, compared with a cold build",
            "equal",
            equal(part.is_as_cold),
            part.is_as_cold,
        ),
        target(
            "… rebuild without new data",
            "2 %",
            relative(nothing.wall),
            nothing.wall <= NOTHING * cold,
        ),
        target("… its site, compared with a cold build", "equal", equal(still), still),
    ])
}

/// What a day on which a tenth of the series ran does to a site.
struct PartOfDay {
    /// Seconds of the build.
    wall: f64,
    /// Share of the files that are new or other than before.
    changed: f64,
    is_as_cold: bool,
}

fn part_of_day(bed: &Bed, history: &Path, site: &Path) -> anyhow::Result<PartOfDay> {
    let newest = bed::days(history)?.pop().context("a history without days")?;
    let aside = bed.path("aside").join("newest");
    std::fs::rename(&newest, &aside)?;
    let text = std::fs::read_to_string(&aside)?;
    let tests: BTreeSet<&str> = text.lines().filter_map(test_of).collect();
    let some: BTreeSet<&str> = tests.iter().copied().take(tests.len().div_ceil(TENTH)).collect();
    let ran = text.lines().filter(|line| test_of(line).is_some_and(|test| some.contains(test)));
    let part: String = ran.map(|line| format!("{line}\n")).collect();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    let usage = best(|| {
        // The first time it is away already.
        let _ = std::fs::remove_file(&newest);
        bed.cold(history, site)?;
        before = digests(site)?;
        std::fs::write(&newest, &part)?;
        let usage = bed.build(history, site)?;
        after = digests(site)?;
        Ok(usage)
    })?;
    bed.cold(history, site)?;
    let is_as_cold = digests(site)? == after;
    std::fs::rename(&aside, &newest)?;
    bed.cold(history, site)?;
    let changed = after.iter().filter(|(path, hash)| before.get(*path) != Some(hash)).count();
    Ok(PartOfDay { wall: usage.wall, changed: changed as f64 / after.len() as f64, is_as_cold })
}

/// The test of a record of the demo.
fn test_of(line: &str) -> Option<&str> {
    line.split_once("\"test\":\"")?.1.split_once('"').map(|(test, _)| test)
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
