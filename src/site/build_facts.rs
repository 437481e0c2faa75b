//! `build.json`: when the site was built, and from what. The pages do not repeat it, so that a page
//! changes only where what it shows has changed.

use serde_json::json;

use crate::site::context::SiteContext;

/// The file; times are RFC 3339.
pub(crate) fn file(site: &SiteContext<'_>) -> Vec<u8> {
    let input = site.input;
    let facts = json!({
        "built": input.options.built.to_string(),
        "newest": input.history.newest.map(|time| time.to_string()),
        "records": input.history.counts.records,
        "version": env!("CARGO_PKG_VERSION"),
    });
    format!("{facts}\n").into_bytes()
}
