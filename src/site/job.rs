//! One file of the site as a job: a path, and how to make the bytes.

use crate::site::content_hash::ContentHash;
use crate::site::error::RenderError;
use crate::site::shard::SiteShard;

type Render<'a> = Box<dyn Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a>;

/// A file that can be made on any thread, any number of times, independently of all others.
pub(crate) struct FileJob<'a> {
    /// Relative to the root of the site: `series/parse.rust.loops.1000.html`.
    pub(crate) path: String,
    /// What it is made of; none where that is not known, or nothing is used again.
    pub(crate) inputs: Option<ContentHash>,
    render: Render<'a>,
}

impl FileJob<'_> {
    pub(crate) fn render(&self) -> Result<Vec<u8>, RenderError> {
        (self.render)()
    }
}

/// Collects the jobs of a site, in the order in which they should run.
pub(crate) struct JobList<'a> {
    pub(crate) jobs: Vec<FileJob<'a>>,
    /// Jobs of other shards are left out.
    shard: SiteShard,
    /// Whether the files that follow are in the shard; none: each by its path.
    takes_group: Option<bool>,
    /// Whether the file that was added last is in the shard.
    takes_last: bool,
}

impl<'a> JobList<'a> {
    pub(crate) fn of(shard: SiteShard) -> Self {
        Self { jobs: Vec::new(), shard, takes_group: None, takes_last: false }
    }

    /// The files that follow belong together. Returns whether they are in the shard.
    pub(crate) fn begin_group(&mut self, name: &str) -> bool {
        let takes = self.shard.has(name);
        self.takes_group = Some(takes);
        takes
    }

    /// Each of the files that follow is a group of its own.
    pub(crate) fn end_group(&mut self) {
        self.takes_group = None;
    }

    pub(crate) fn file(
        &mut self,
        path: impl Into<String>,
        render: impl Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a,
    ) {
        let path = path.into();
        self.takes_last = self.takes_group.unwrap_or_else(|| self.shard.has(&path));
        if self.takes_last {
            self.jobs.push(FileJob { path, inputs: None, render: Box::new(render) });
        }
    }

    /// The inputs of the file that was added last.
    pub(crate) fn made_of(&mut self, inputs: Option<ContentHash>) {
        if let Some(job) = self.jobs.last_mut().filter(|_| self.takes_last) {
            job.inputs = inputs;
        }
    }

    /// A page by its address: `about/` is the file `about/index.html`, and `series/a.html` itself.
    pub(crate) fn page(
        &mut self,
        address: &str,
        render: impl Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a,
    ) {
        let is_file = address.ends_with(".html");
        self.file(format!("{address}{}", if is_file { "" } else { "index.html" }), render);
    }
}
