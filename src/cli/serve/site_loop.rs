//! The thread that has the site: shows it, loads it anew when something changed, and writes its
//! folder when nothing else is to be done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rayon::prelude::*;

use crate::app::session::{ProjectSnapshot, Session, reload};
use crate::app::{self, LoadOptions, Project};
use crate::cli::args::ServeArgs;
use crate::cli::build;
use crate::cli::ui::Reporter;
use crate::output::Output;
use crate::output::previous::PreviousSite;
use crate::serve::requests::{Requests, SitePages};
use crate::site::{self, PreparedSite};
use model::text;

/// Files written in one go before it is looked whether something was asked for.
const BATCH_FILES: usize = 16;

/// A project, and whether the folder holds its site.
pub(super) struct ShownSite {
    pub(super) project: Arc<Project>,
    pub(super) written: bool,
}

/// What all sites of one run of the program are made from and told with.
pub(super) struct SiteMaker {
    pub(super) options: LoadOptions,
    pub(super) args: ServeArgs,
    pub(super) talk: Reporter,
}

/// The site that is shown, and what it takes to show the next one.
struct SiteLoop {
    current: ShownSite,
    /// The site before, until the current one stands.
    previous: Option<ShownSite>,
    /// When the change came that the current one shows.
    changed_at: Option<Instant>,
    /// Threads that remove what was begun.
    cleanup_threads: Vec<JoinHandle<()>>,
}

/// Shows a site, and the one after each change, until the server ends.
pub(super) fn serve_sites(maker: &SiteMaker, first: ShownSite, desk: &Requests) {
    let mut show =
        SiteLoop { current: first, previous: None, changed_at: None, cleanup_threads: Vec::new() };
    let mut records = None;
    loop {
        let project = Arc::clone(&show.current.project);
        let mut memory = Session {
            resident: records,
            snapshot: ProjectSnapshot::of(&project),
            prefetch_done: false,
        };
        if !show.run_until_stale(maker, desk, &mut memory) {
            break;
        }
        records = memory.resident;
    }
    for thread in show.cleanup_threads {
        let _ = thread.join();
    }
}

impl SiteLoop {
    /// Shows sites until another ground is due; false when the server ends.
    fn run_until_stale(
        &mut self,
        maker: &SiteMaker,
        desk: &Requests,
        memory: &mut Session<'_>,
    ) -> bool {
        while !memory.snapshot.is_stale() {
            let (mut next, mut written) = (None, self.current.written);
            let project = Arc::clone(&self.current.project);
            let input = app::site_input(&project);
            let prepared = site::SiteContext::of(&input);
            // The context and the site that borrows from it live until the next site is shown.
            let prepared = prepared.as_ref().map_err(ToString::to_string).and_then(|context| {
                let site = PreparedSite::of(context).map_err(|failure| failure.to_string())?;
                if let Some(began) = self.changed_at.take() {
                    desk.report_build(Ok(()));
                    maker.talk.info(&summary_line(&project, began));
                }
                self.previous = None;
                let site = (&*project, &site);
                next =
                    maker.serve_site(site, &mut written, (desk, &mut self.cleanup_threads), memory);
                Ok(())
            });
            self.current.written = written;
            match (prepared, next, self.previous.take()) {
                (Ok(()), Some((project, start)), _) => {
                    self.changed_at = Some(start);
                    let next = ShownSite { project: Arc::new(project), written: false };
                    self.previous = Some(std::mem::replace(&mut self.current, next));
                }
                (Ok(()), None, _) => return false,
                (Err(failure), _, Some(good)) => {
                    maker.report_failure(desk, failure);
                    self.current = good;
                    self.changed_at = None;
                }
                (Err(failure), _, None) => {
                    maker.report_failure(desk, failure);
                    return false;
                }
            }
        }
        true
    }
}

impl SiteMaker {
    /// Answers with one site until there is another, and the moment at which its change came; none
    /// when the server ends.
    fn serve_site(
        &self,
        (project, site): (&Project, &PreparedSite<'_>),
        written: &mut bool,
        (desk, sweeping): (&Requests, &mut Vec<JoinHandle<()>>),
        memory: &mut Session<'_>,
    ) -> Option<(Project, Instant)> {
        let paths = site.paths();
        let shelf = SitePages { paths: &paths, render: &|path| render_page(site, path) };
        let (out, former) = (&self.args.site.out, build::previous_site(&self.options));
        let mut folder = SiteWriter { out, former, site, paths: &paths, output: None };
        loop {
            let mut idle = || {
                if memory.prefetch(&self.options, project) {
                    return true;
                }
                if *written {
                    return false;
                }
                let step = folder.write_batch();
                *written = !matches!(step, Ok(true));
                step.unwrap_or_else(|reason| {
                    self.report_failure(desk, reason);
                    false
                })
            };
            let changed = desk.answer_until_change(&shelf, &mut idle)?;
            let began = Instant::now();
            match self.reload_project((project, &changed), memory) {
                Ok(project) => {
                    sweeping.retain(|thread| !thread.is_finished());
                    sweeping.extend(folder.abandon());
                    return Some((project, began));
                }
                Err(reason) => self.report_failure(desk, reason),
            }
        }
    }

    fn reload_project(
        &self,
        before: (&Project, &[PathBuf]),
        memory: &mut Session<'_>,
    ) -> Result<Project, String> {
        // The clock goes on while the server runs.
        let options = LoadOptions { clock: build::clock(), ..self.options.clone() };
        let meter = self.talk.progress();
        let loaded = catch_unwind(AssertUnwindSafe(|| reload(&options, &meter, before, memory)));
        self.talk.end_progress();
        let project = loaded
            .unwrap_or_else(|_| Err(anyhow::anyhow!("loading stopped; this is a bug")))
            .map_err(|error| format!("{error:#}"))?;
        build::report_stages(&self.talk, &project.stages);
        project.warnings.iter().for_each(|warning| self.talk.warn(warning));
        Ok(project)
    }

    fn report_failure(&self, desk: &Requests, reason: String) {
        self.talk.problem(&reason);
        desk.report_build(Err(reason));
    }
}

fn render_page(site: &PreparedSite<'_>, path: &str) -> Result<Vec<u8>, String> {
    let made = site.render(path).ok_or_else(|| format!("there is no {path}"))?;
    made.map_err(|failure| failure.to_string())
}

/// A site on its way to the disk. Dropped before its end, it leaves nothing.
struct SiteWriter<'a> {
    out: &'a Path,
    former: PreviousSite,
    site: &'a PreparedSite<'a>,
    paths: &'a [&'a str],
    /// What is being written, and how many files of it stand.
    output: Option<(Output, usize)>,
}

impl SiteWriter<'_> {
    /// Removes what was begun, on a thread of its own: the disk may take longer than a load.
    fn abandon(self) -> Option<JoinHandle<()>> {
        let (output, _) = self.output?;
        std::thread::Builder::new().name("sweep".to_owned()).spawn(move || drop(output)).ok()
    }

    fn open_output(&self) -> Result<Output, String> {
        Output::prepare(self.out, self.former).map_err(|error| error.to_string())
    }

    /// Writes some files more; whether any are left.
    fn write_batch(&mut self) -> Result<bool, String> {
        let (output, done) = match self.output.take() {
            Some(begun) => begun,
            None => (self.open_output()?, 0),
        };
        let end = self.paths.len().min(done + BATCH_FILES);
        self.paths[done..end].par_iter().try_for_each(|path| {
            let bytes = render_page(self.site, path)?;
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
fn summary_line(project: &Project, began: Instant) -> String {
    format!(
        "Showing {} from {}, read anew in {:.3} s",
        text::count_noun(project.grouped.series.len() as u64, "series"),
        text::count_noun(project.history.counts.records, "record"),
        began.elapsed().as_secs_f64(),
    )
}
