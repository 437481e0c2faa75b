//! Where the JSON files, charts, badges and feeds are.

use askama::Template;

use crate::report::phrase::Phrase;
use crate::site::api;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pages;
use crate::site::view::{PageFrame, PageLink};

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    frame: PageFrame,
    verdict: Phrase,
    first: Vec<DataLink>,
    all: Vec<(&'static str, &'static str)>,
    promises: Vec<&'static str>,
    schemas: Vec<PageLink>,
}

struct DataLink {
    href: String,
    text: &'static str,
    note: &'static str,
    copy: String,
}

/// Addresses of files and what they contain; `<…>` stands for names.
pub(crate) const ENDPOINTS: [(&str, &str); 17] = [
    ("api/v2/index.json", "all series: key, unit, direction, latest value, baseline, verdict"),
    ("api/v2/events.json", "all changes, with evidence and status"),
    ("api/v2/health.json", "rejected, missing and failed results; targets; audit log"),
    ("api/v2/regressions.json", "all regressions by likely cause, with suspect commits and state"),
    ("api/v2/policy.json", "the policy in force, with all defaults"),
    ("api/v2/policy.schema.json", "JSON Schema of policy.yml, for editors"),
    ("api/v2/diffs.json", "all comparisons that have a page"),
    ("api/v2/diff/<base>..<head>.json", "the comparison of one pull request"),
    ("api/v2/commit/<commit>.json", "the runs at one commit, for comparisons in the browser"),
    (
        "api/v2/series/<test>.<backend>.<mode>.<n>.json",
        "one series: runs as columns, levels, changes",
    ),
    ("api/v2/series/<test>.<backend>.<mode>.<n>.<year>.json", "earlier runs of a long series"),
    ("api/v2/commits/<number>.json", "ids of commits, 1,000 a file, which the columns count in"),
    ("chart/<test>.<backend>.<mode>.<n>.svg", "the chart of one series, light and dark"),
    (
        "badge/status.svg, badge/status.json",
        "badges; also badge/fresh, badge/targets and badge/backend/<backend>",
    ),
    ("build.json", "when the site was built, and from how many records"),
    ("metrics.prom", "newest levels, verdicts and targets, for Prometheus"),
    ("feed.xml, feed/<backend>.xml", "Atom feeds with one entry per change"),
];
/// What readers of the files may rely on.
pub(crate) const PROMISES: [&str; 4] = [
    "Addresses are stable. Within v2, fields are added, never renamed or removed.",
    "Values are in base units (ns, B, ops/s), keys are sorted. Times are RFC 3339 in UTC; in \
     columns they are seconds since 1970.",
    "Each file names its schema. A file changes only where what it is about has changed; \
     build.json says when the site was built.",
    "The address of a series depends only on its name. A new benchmark changes no other address.",
];

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, "data/");
    let verdict = Phrase::new("note")
        .text("Everything on this site is also available as JSON at stable addresses.");
    let page = PageHead {
        path: "data/",
        title: "Data".to_owned(),
        verdict: &verdict,
        section: NavSection::Data,
    };
    // The three files that most readers want, with a button to copy their full address.
    let first = ENDPOINTS.iter().take(3).map(|&(path, note)| {
        let href = root.to(path);
        let base = site.input.options.base_url.as_deref();
        let copy = base.map_or_else(|| href.clone(), |base| format!("{base}{path}"));
        DataLink { href, text: path, note, copy }
    });
    let template = DataPage {
        frame: frame(site, &page),
        first: first.collect(),
        all: ENDPOINTS.to_vec(),
        promises: PROMISES.to_vec(),
        schemas: api::SCHEMA_NAMES
            .iter()
            .map(|&name| PageLink {
                href: root.to(&format!("api/v2/schema/{name}.json")),
                text: name.to_owned(),
                note: String::new(),
            })
            .collect(),
        verdict,
    };
    pages::html(&template)
}
