//! One file of the site as a job: a path, and how to make the bytes.

use crate::site::error::RenderError;

type Render<'a> = Box<dyn Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'a>;

/// A file that can be made on any thread, any number of times, independently of all others.
pub(crate) struct FileJob<'a> {
    /// Relative to the root of the site: `series/parse.rust.loops.1000.html`.
    pub(crate) path: String,
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
        self.0.push(FileJob { path: path.into(), render: Box::new(render) });
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
