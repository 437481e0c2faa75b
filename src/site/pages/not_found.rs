//! The page for addresses that do not exist. The server sends it at any depth, so its links are
//! absolute where the base URL is known.

use askama::Template;

use crate::report::phrase::Phrase;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame};
use crate::site::pages;
use crate::site::view::{PageFrame, PageLink};

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFoundPage {
    frame: PageFrame,
    root: String,
    links: Vec<PageLink>,
}

pub(crate) fn render(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let verdict = Phrase::new("note").text("There is no page at this address.");
    let page = PageHead {
        path: "404.html",
        title: "Page not found".to_owned(),
        verdict: &verdict,
        section: NavSection::None,
    };
    let mut frame = frame(site, &page);
    // The path part of the base URL, or the root of the server: relative links cannot work here.
    let root = site.input.options.base_url.as_deref().map_or("/", path_of).to_owned();
    let absolute = |link: &str| format!("{root}{}", link.trim_start_matches("./"));
    for link in [&mut frame.css, &mut frame.js, &mut frame.icon, &mut frame.feed] {
        *link = absolute(link);
    }
    for link in [&mut frame.about, &mut frame.health, &mut frame.home] {
        *link = absolute(link);
    }
    for link in &mut frame.search {
        *link = absolute(link);
    }
    for item in frame.nav.iter_mut().chain(&mut frame.more) {
        item.href = absolute(&item.href);
    }
    // No address is the canonical one of a page that is shown for all wrong addresses.
    frame.canonical = None;
    let link = |path: &str, text: &str| PageLink {
        href: absolute(path),
        text: text.to_owned(),
        note: String::new(),
    };
    let links = vec![
        link("", "Overview"),
        link("view/", "All series"),
        link("diff/", "Compare two commits"),
    ];
    pages::html(&NotFoundPage { frame, root: root.clone(), links })
}

/// `https://owner.github.io/repo/` → `/repo/`.
fn path_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    url[after_scheme..].find('/').map_or("/", |at| &url[after_scheme + at..])
}
