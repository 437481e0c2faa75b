//! One file of the site as a job: a path, and how to make the bytes.

use crate::site::content_hash::ContentHash;
use crate::site::error::RenderError;

type Render<'a> = Box<dyn Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a>;

/// A file that can be made on any thread, any number of times, independently of all others.
pub(crate) struct FileJob<'a> {
    /// Relative to the root of the site: `series/parse/rust/index.html`.
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
#[derive(Default)]
pub(crate) struct JobList<'a>(pub(crate) Vec<FileJob<'a>>);

impl<'a> JobList<'a> {
    pub(crate) fn file(
        &mut self,
        path: impl Into<String>,
        render: impl Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a,
    ) {
        self.0.push(FileJob { path: path.into(), inputs: None, render: Box::new(render) });
    }

    /// The inputs of the file that was added last.
    pub(crate) fn made_of(&mut self, inputs: Option<ContentHash>) {
        if let Some(job) = self.0.last_mut() {
            job.inputs = inputs;
        }
    }

    /// A page by its address: `about/` is the file `about/index.html`.
    pub(crate) fn page(
        &mut self,
        address: &str,
        render: impl Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a,
    ) {
        self.file(format!("{address}index.html"), render);
    }
}
