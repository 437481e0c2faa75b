//! The thread that has the site: shows it, loads it anew when something changed, and writes its
//! folder when nothing else is to be done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rayon::prelude::*;

use crate::cli::args::Serve;
use crate::cli::build;
use crate::cli::talk::Talk;
use crate::output::Output;
use crate::output::former::Former;
use crate::project::again::{Ground, Memory, load_again};
use crate::project::{self, Options, Project};
use crate::serve::desk::{Desk, Shelf};
use crate::site::{self, Prepared};
use model::text;

/// Files written in one go before it is looked whether something was asked for.
const AT_ONCE: usize = 16;

/// A project, and whether the folder holds its site.
pub(super) struct Shown {
    pub(super) project: Arc<Project>,
    pub(super) written: bool,
}

/// What all sites of one run of the program are made from and told with.
pub(super) struct Maker {
    pub(super) options: Options,
    pub(super) args: Serve,
    pub(super) talk: Talk,
}

/// The site that is shown, and what it takes to show the next one.
struct Show {
    current: Shown,
    /// The site before, until the current one stands.
    before: Option<Shown>,
    /// When the change came that the current one shows.
    began: Option<Instant>,
    /// Threads that remove what was begun.
    sweeping: Vec<JoinHandle<()>>,
}

/// Shows a site, and the one after each change, until the server ends.
pub(super) fn show(maker: &Maker, first: Shown, desk: &Desk) {
    let mut show = Show { current: first, before: None, began: None, sweeping: Vec::new() };
    let mut records = None;
    loop {
        let project = Arc::clone(&show.current.project);
        let mut memory = Memory { records, ground: Ground::of(&project), prepared: false };
        if !show.on(maker, desk, &mut memory) {
            break;
        }
        records = memory.records;
    }
    for thread in show.sweeping {
        let _ = thread.join();
    }
}

impl Show {
    /// Shows sites until another ground is due; false when the server ends.
    fn on(&mut self, maker: &Maker, desk: &Desk, memory: &mut Memory<'_>) -> bool {
        while !memory.ground.is_worn() {
            let (mut next, mut written) = (None, self.current.written);
            let project = Arc::clone(&self.current.project);
            let prepared = site::prepared(&project::input(&project), &mut |site| {
                if let Some(began) = self.began.take() {
                    desk.tell(Ok(()));
                    maker.talk.info(&closing(&project, began));
                }
                self.before = None;
                let site = (&*project, site);
                next = maker.follow(site, &mut written, (desk, &mut self.sweeping), memory);
            });
            self.current.written = written;
            match (prepared, next, self.before.take()) {
                (Ok(()), Some((project, start)), _) => {
                    self.began = Some(start);
                    let next = Shown { project: Arc::new(project), written: false };
                    self.before = Some(std::mem::replace(&mut self.current, next));
                }
                (Ok(()), None, _) => return false,
                (Err(failure), _, Some(good)) => {
                    maker.refuse(desk, failure.to_string());
                    self.current = good;
                    self.began = None;
                }
                (Err(failure), _, None) => {
                    maker.refuse(desk, failure.to_string());
                    return false;
                }
            }
        }
        true
    }
}

impl Maker {
    /// Answers with one site until there is another, and the moment at which its change came; none
    /// when the server ends.
    fn follow(
        &self,
        (project, site): (&Project, &Prepared<'_>),
        written: &mut bool,
        (desk, sweeping): (&Desk, &mut Vec<JoinHandle<()>>),
        memory: &mut Memory<'_>,
    ) -> Option<(Project, Instant)> {
        let paths = site.paths();
        let shelf = Shelf { paths: &paths, make: &|path| make(site, path) };
        let (out, former) = (&self.args.site.out, build::former(&self.options));
        let mut folder = Folder { out, former, site, paths: &paths, output: None };
        loop {
            let mut idle = || {
                if memory.prepare(&self.options, project) {
                    return true;
                }
                if *written {
                    return false;
                }
                let step = folder.step();
                *written = !matches!(step, Ok(true));
                step.unwrap_or_else(|reason| {
                    self.refuse(desk, reason);
                    false
                })
            };
            let changed = desk.answer(&shelf, &mut idle)?;
            let began = Instant::now();
            match self.load((project, &changed), memory) {
                Ok(project) => {
                    sweeping.retain(|thread| !thread.is_finished());
                    sweeping.extend(folder.abandon());
                    return Some((project, began));
                }
                Err(reason) => self.refuse(desk, reason),
            }
        }
    }

    fn load(
        &self,
        before: (&Project, &[PathBuf]),
        memory: &mut Memory<'_>,
    ) -> Result<Project, String> {
        // The clock goes on while the server runs.
        let options = Options { clock: build::clock(), ..self.options.clone() };
        let meter = self.talk.meter();
        let loaded =
            catch_unwind(AssertUnwindSafe(|| load_again(&options, &meter, before, memory)));
        self.talk.end_progress();
        let project = loaded
            .unwrap_or_else(|_| Err(anyhow::anyhow!("loading stopped; this is a bug")))
            .map_err(|error| format!("{error:#}"))?;
        build::stages(&self.talk, &project.stages);
        project.warnings.iter().for_each(|warning| self.talk.warn(warning));
        Ok(project)
    }

    fn refuse(&self, desk: &Desk, reason: String) {
        self.talk.problem(&reason);
        desk.tell(Err(reason));
    }
}

fn make(site: &Prepared<'_>, path: &str) -> Result<Vec<u8>, String> {
    let made = site.make(path).ok_or_else(|| format!("there is no {path}"))?;
    made.map_err(|failure| failure.to_string())
}

/// A site on its way to the disk. Dropped before its end, it leaves nothing.
struct Folder<'a> {
    out: &'a Path,
    former: Former,
    site: &'a Prepared<'a>,
    paths: &'a [&'a str],
    /// What is being written, and how many files of it stand.
    output: Option<(Output, usize)>,
}

impl Folder<'_> {
    /// Removes what was begun, on a thread of its own: the disk may take longer than a load.
    fn abandon(self) -> Option<JoinHandle<()>> {
        let (output, _) = self.output?;
        std::thread::Builder::new().name("sweep".to_owned()).spawn(move || drop(output)).ok()
    }

    fn prepare(&self) -> Result<Output, String> {
        Output::prepare(self.out, self.former).map_err(|error| error.to_string())
    }

    /// Writes some files more; whether any are left.
    fn step(&mut self) -> Result<bool, String> {
        let (output, done) = match self.output.take() {
            Some(begun) => begun,
            None => (self.prepare()?, 0),
        };
        let end = self.paths.len().min(done + AT_ONCE);
        self.paths[done..end].par_iter().try_for_each(|path| {
            let bytes = make(self.site, path)?;
            output.write(path, &bytes).map_err(|error| error.to_string())
        })?;
        if end < self.paths.len() {
            self.output = Some((output, end));
            return Ok(true);
        }
        output.commit().map_err(|error| error.to_string())?;
        Ok(false)
    }
}

/// `Showing 500 series from 200,000 records, read anew in 0.213 s`.
fn closing(project: &Project, began: Instant) -> String {
    format!(
        "Showing {} from {}, read anew in {:.3} s",
        text::counted(project.grouped.series.len() as u64, "series"),
        text::counted(project.history.counts.records, "record"),
        began.elapsed().as_secs_f64(),
    )
}
