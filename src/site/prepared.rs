//! A site whose files are made when somebody asks for them.

use std::collections::BTreeMap;

use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::job::FileJob;
use crate::site::shard::SiteShard;
use crate::site::{jobs, markdown};

/// A site whose files are made one by one, on any thread: all look-ups are ready.
pub(crate) struct PreparedSite<'a>(BTreeMap<String, FileJob<'a>>);

impl<'a> PreparedSite<'a> {
    /// The site of a context, which the caller owns because all files borrow from it.
    ///
    /// # Errors
    /// Two files have the same path, or a template of the user has an error.
    pub(crate) fn of(site: &'a SiteContext<'a>) -> Result<Self, RenderError> {
        markdown::check_user_templates(site.input)?;
        let jobs = jobs::all(site, SiteShard::WHOLE, None)?;
        Ok(Self(jobs.into_iter().map(|job| (job.path.clone(), job)).collect()))
    }

    /// The paths of all files, sorted.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Makes one file, by its path; none where the site has no such file.
    pub(crate) fn render(&self, path: &str) -> Option<Result<Vec<u8>, RenderError>> {
        self.0.get(path).map(FileJob::render)
    }
}
