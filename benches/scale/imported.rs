//! A history that another tool kept: the points of a made-up history in asv's own files, imported,
//! and built against `asv publish` in the same folder. It is no demo, so its build sees the clock.

use std::path::Path;

use crate::bed::{self, Bed};
use crate::child::{self, best};
use crate::table::{Row, megabytes, seconds, share, skipped, target};
use crate::{Asked, asv};

const SERIES: u32 = 5_000;
const DAYS: u32 = 200;
const TIMES: f64 = 30.0;
const PEAK: u64 = 260_000_000;
const NOTHING: f64 = 0.02;
const WHAT: &str = "cold build of 1,000,000 records imported from asv's files";

pub fn rows(bed: &Bed, _: &Asked) -> anyhow::Result<Vec<Row>> {
    if !(asv::is_there("asv") && asv::is_there("git")) {
        return Ok(vec![skipped(WHAT, "a 30th of asv", "asv is not installed")]);
    }
    let made_up = bed.history(SERIES, DAYS)?;
    let folder = asv::results(bed, &made_up)?;
    let peer = asv::publish_results(&folder)?;
    let (history, site) = (bed.path("imported"), bed.path("site-of-imported"));
    let mut import = bed.program();
    child::run(import.args(["import", "asv"]).arg(&folder).arg("--data").arg(&history))?;
    bed::remove(&folder)?;
    let build = |site: &Path| {
        let mut command = bed.program();
        child::run(command.args(["build", "--data"]).arg(&history).arg("--out").arg(site))
    };
    let cold = best(|| {
        bed.forget(&site)?;
        build(&site)
    })?;
    // What was written a moment ago is not trusted: the build that is kept is one later.
    build(&site)?;
    let nothing = best(|| build(&site))?;
    bed::remove(&history)?;
    bed::remove(&site)?;
    Ok(vec![
        target(
            WHAT,
            &format!("{} (a 30th of asv: {})", seconds(peer.wall / TIMES), seconds(peer.wall)),
            format!(
                "{}, {:.1} × (CPU {})",
                seconds(cold.wall),
                peer.wall / cold.wall,
                seconds(cold.cpu)
            ),
            cold.wall <= peer.wall / TIMES,
        ),
        target(
            "… its peak memory",
            &format!("260 MB (asv: {})", megabytes(peer.peak)),
            megabytes(cold.peak),
            cold.peak <= PEAK,
        ),
        target(
            "… rebuild without new data",
            "2 %",
            format!("{} ({})", share(nothing.wall, cold.wall), seconds(nothing.wall)),
            nothing.wall <= NOTHING * cold.wall,
        ),
    ])
}
