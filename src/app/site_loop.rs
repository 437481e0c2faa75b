//! The site that `serve` shows: answers requests for pages, loads the project again when a file
//! changes, and writes the site's folder while nobody waits.
//!
//! One thread does all three, so that no page is ever made from a project that is being replaced.
//! A person waits at most for the page or the load in progress.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Instant;

use rayon::prelude::*;

use crate::app::build::{build_project, previous_site, site_input};
use crate::app::load::Project;
use crate::app::load_options::LoadOptions;
use crate::app::observer::Observer;
use crate::app::session::Session;
use crate::app::up_to_date::BuildSummary;
use crate::output::Output;
use crate::output::apart::check_apart;
use crate::output::previous::PreviousSite;
use crate::serve::requests::{Requests, SitePages};
use crate::site::prepared::PreparedSite;
use crate::site::{RenderError, SiteContext};
use model::text;

/// Files written before the next look at the requests.
const BATCH_FILES: usize = 16;

/// The site of a history directory that changes.
pub(crate) struct SiteLoop {
    options: LoadOptions,
    out: PathBuf,
    observer: Box<dyn Observer + Send>,
    session: Session,
    /// The site before, until the current one can be shown.
    last_good: Option<ShownSite>,
    /// Threads that remove files of abandoned sites.
    cleanup: Vec<JoinHandle<()>>,
}

/// A project, and what became of its site.
pub(crate) struct ShownSite {
    project: Project,
    /// The folder holds this site, or could not be written.
    is_written: bool,
    /// When the change came that this site shows; none once it was announced.
    changed_at: Option<Instant>,
}

impl SiteLoop {
    /// Loads and builds the first site.
    ///
    /// # Errors
    /// As [`load`](super::load::load) and [`build_site`](super::build::build_site).
    pub(crate) fn start(
        options: LoadOptions,
        out: PathBuf,
        observer: Box<dyn Observer + Send>,
    ) -> anyhow::Result<(Self, ShownSite, BuildSummary)> {
        check_apart(&out, &options.data)?;
        let mut session = Session::default();
        let mut project = session.load(&options, &[], &*observer)?;
        let summary = build_project(&mut project, &options, &out, &*observer)?;
        let site_loop =
            Self { options, out, observer, session, last_good: None, cleanup: Vec::new() };
        let site = ShownSite { project, is_written: true, changed_at: None };
        Ok((site_loop, site, summary))
    }

    /// Shows a site, and the next one after each change, until the server ends.
    pub(crate) fn run(mut self, first: ShownSite, requests: &Requests) {
        let mut current = first;
        loop {
            match self.show(&mut current, requests) {
                Ok(Some(next)) => self.last_good = Some(std::mem::replace(&mut current, next)),
                Ok(None) => break,
                Err(error) => {
                    self.report_failure(requests, error.to_string());
                    // Pages stay those of the site before; the next change may mend the fault.
                    let Some(last_good) = self.last_good.take() else { break };
                    current = last_good;
                }
            }
        }
        for thread in self.cleanup {
            let _ = thread.join();
        }
    }

    /// Shows a site until there is a next one; none when the server ends.
    fn show(
        &mut self,
        current: &mut ShownSite,
        requests: &Requests,
    ) -> Result<Option<ShownSite>, RenderError> {
        // Pages borrow the project, so they live inside this call, and a project that replaces it
        // is handed out of it.
        let ShownSite { project, is_written, changed_at } = current;
        let input = site_input(project);
        let context = SiteContext::of(&input)?;
        let site = PreparedSite::of(&context)?;
        self.last_good = None;
        if let Some(changed_at) = changed_at.take() {
            requests.report_build(Ok(()));
            self.observer.info(&summary_line(project, changed_at));
        }
        Ok(self.answer(&site, &project.policy.site.keep, is_written, requests))
    }

    /// Answers requests from one site until another one is loaded; none when the server ends.
    fn answer(
        &mut self,
        site: &PreparedSite<'_>,
        keep: &[String],
        is_written: &mut bool,
        requests: &Requests,
    ) -> Option<ShownSite> {
        let paths = site.paths();
        let pages = SitePages { paths: &paths, render: &|path| render_page(site, path) };
        let out = self.out.clone();
        let previous = previous_site(&self.options);
        let mut writer = SiteWriter { out: &out, previous, keep, site, paths: &paths, begun: None };
        loop {
            let changed = requests.answer_until_change(&pages, &mut || {
                self.idle(&mut writer, is_written, requests)
            })?;
            let changed_at = Some(Instant::now());
            match self.reload(&changed) {
                Ok(project) => {
                    self.cleanup.retain(|thread| !thread.is_finished());
                    self.cleanup.extend(writer.abandon());
                    return Some(ShownSite { project, is_written: false, changed_at });
                }
                Err(reason) => self.report_failure(requests, reason),
            }
        }
    }

    /// Does a piece of the work that can wait; false where there is none left. First comes what the
    /// next change will need: a person waits for that, and nobody for the folder.
    fn idle(
        &mut self,
        writer: &mut SiteWriter<'_>,
        is_written: &mut bool,
        requests: &Requests,
    ) -> bool {
        if self.session.prepare() {
            return true;
        }
        if *is_written {
            return false;
        }
        let has_more = writer.write_batch();
        // A folder that cannot be written is reported once and not tried again before the next
        // change: pages are served without it.
        *is_written = !matches!(has_more, Ok(true));
        has_more.unwrap_or_else(|reason| {
            self.report_failure(requests, reason);
            false
        })
    }

    fn reload(&mut self, changed: &[PathBuf]) -> Result<Project, String> {
        let options = self.options.at_present();
        let (session, observer) = (&mut self.session, &*self.observer);
        // A server outlives a bug in one load: the person at work saves again and goes on.
        let load = AssertUnwindSafe(|| session.load(&options, changed, observer));
        let project = catch_unwind(load)
            .unwrap_or_else(|_| {
                // A load that panicked may have left half of a state.
                self.session = Session::default();
                Err(anyhow::anyhow!("loading failed; this is a bug, please report it"))
            })
            .map_err(|error| format!("{error:#}"))?;
        self.observer.stages(&project.stages);
        project.warnings.iter().for_each(|warning| self.observer.warn(warning));
        Ok(project)
    }

    fn report_failure(&self, requests: &Requests, reason: String) {
        self.observer.problem(&reason);
        requests.report_build(Err(reason));
    }
}

fn render_page(site: &PreparedSite<'_>, path: &str) -> Result<Vec<u8>, String> {
    let rendered = site.render(path).ok_or_else(|| format!("there is no {path}"))?;
    rendered.map_err(|error| error.to_string())
}

/// Writes a site to disk, some files at a time. Dropped before its end, it leaves nothing.
struct SiteWriter<'a> {
    out: &'a Path,
    previous: PreviousSite,
    keep: &'a [String],
    site: &'a PreparedSite<'a>,
    paths: &'a [&'a str],
    begun: Option<BegunOutput>,
}

struct BegunOutput {
    output: Output,
    files: usize,
}

impl SiteWriter<'_> {
    /// Removes what was written so far, on a thread of its own: a slow disk takes longer for that
    /// than a load, and the next page would wait for it.
    fn abandon(self) -> Option<JoinHandle<()>> {
        let begun = self.begun?;
        let thread = std::thread::Builder::new().name("cleanup".to_owned());
        thread.spawn(move || drop(begun.output)).ok()
    }

    /// Writes the next files; false where all of them are written.
    fn write_batch(&mut self) -> Result<bool, String> {
        let BegunOutput { output, files } = match self.begun.take() {
            Some(begun) => begun,
            None => {
                let output = Output::prepare(self.out, self.previous, self.keep);
                BegunOutput { output: output.map_err(|error| error.to_string())?, files: 0 }
            }
        };
        let end = self.paths.len().min(files + BATCH_FILES);
        self.paths[files..end].par_iter().try_for_each(|path| {
            let bytes = render_page(self.site, path)?;
            output.write(path, &bytes).map_err(|error| error.to_string())
        })?;
        if end < self.paths.len() {
            self.begun = Some(BegunOutput { output, files: end });
            return Ok(true);
        }
        output.commit().map_err(|error| error.to_string())?;
        Ok(false)
    }
}

/// `Showing 500 series from 200,000 records; the change took 0.213 s`.
fn summary_line(project: &Project, changed_at: Instant) -> String {
    format!(
        "Showing {} from {}; the change took {:.3} s",
        text::count_noun(project.series.len() as u64, "series"),
        text::count_noun(project.history.counts.records, "record"),
        changed_at.elapsed().as_secs_f64(),
    )
}
