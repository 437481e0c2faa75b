//! Why a site could not be made.

use crate::report::escape::template::TemplateError;

/// Why a site, or one of its files, could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("{first} and {second} have the same path {path}; rename one of them")]
    PathClash { path: String, first: String, second: String },
    #[error("cannot write {path}: {source}")]
    Sink { path: String, source: std::io::Error },
    #[error("{path} of the last build is not what is made of the same inputs")]
    StaleReuse { path: String },
    #[error("{template}: {reason}")]
    Template { template: String, reason: String },
}

impl From<TemplateError> for RenderError {
    fn from(TemplateError { template, reason }: TemplateError) -> Self {
        Self::Template { template, reason }
    }
}
