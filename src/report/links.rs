//! Addresses of the evidence on the site. Absolute where the site's address is known, else relative
//! to its root: an address is never guessed.

use crate::report::SeriesRef;
use crate::report::escape::address::LinkTarget;
use crate::report::urls;
use model::policy::site::PageDetail;

/// The addresses that reports link to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportLinks {
    /// With a trailing slash.
    pub(crate) base_url: Option<String>,
    /// `diff/<base>..<head>/`; none where there is no pair of commits.
    pub(crate) diff_path: Option<String>,
    /// The comparison of the code, on the host of the repository.
    pub(crate) code_url: Option<String>,
    /// Which series have a page.
    pub(crate) detail: PageDetail,
}

impl ReportLinks {
    /// The address of a path of the site.
    pub(crate) fn url_of(&self, path: &str) -> String {
        self.target_of(path).as_str().to_owned()
    }

    /// The same as the target of a link.
    pub(crate) fn target_of(&self, path: &str) -> LinkTarget {
        LinkTarget::encoded(&format!("{}{path}", self.base_url.as_deref().unwrap_or_default()))
    }
}

/// The row of a series on a page that compares two commits.
pub(crate) fn row_path(diff: &str, subject: &SeriesRef) -> String {
    format!("{diff}#{}", urls::series_anchor(&subject.stem))
}

/// Where a series is shown: on its page or, where not every series has one, in its row on its
/// test's page.
pub(crate) fn series_path(subject: &SeriesRef, detail: PageDetail) -> String {
    match detail {
        PageDetail::Full | PageDetail::Auto => urls::series(&subject.stem),
        // A series may have a page there; its row always exists.
        PageDetail::EventsOnly => row_path(&urls::test(&subject.test), subject),
    }
}
