//! People: who may want to follow up on what? Off unless the policy asks for it.

use askama::Template;

use crate::report::phrase::Phrase;
use crate::report::urls;
use crate::site::context::SiteContext;
use crate::site::error::RenderError;
use crate::site::frame::{NavSection, PageHead, frame, link_root};
use crate::site::pages;
use crate::site::pages::commit::{BegunChange, begun_change};
use crate::site::people::{PersonChange, PersonChanges};
use crate::site::view::{PageFrame, PageLink};
use detect::ChangeStatus;
use model::policy::site::PeoplePages;
use model::text;

/// Changes of one list.
const MAX_CHANGES: usize = 150;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: PageFrame,
    verdict: Phrase,
    people: Vec<PageLink>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: PageFrame,
    everyone: String,
    name: String,
    verdict: Phrase,
    open: Vec<BegunChange>,
    began: Vec<BegunChange>,
    fixed: Vec<BegunChange>,
    is_cut: bool,
}

/// The list of all, in alphabetical order.
pub(crate) fn render_all(site: &SiteContext<'_>) -> Result<Vec<u8>, RenderError> {
    let root = link_root(site, urls::PEOPLE);
    let people = site.people.people.iter();
    let verdict = Phrase::new("note").text(format!(
        "{} with changes to follow up. In alphabetical order: a list, not a ranking.",
        match people.len() {
            1 => "1 person".to_owned(),
            count => format!("{} people", text::count(count as u64)),
        }
    ));
    let page = PageHead {
        path: urls::PEOPLE,
        title: "People".to_owned(),
        verdict: &verdict,
        section: NavSection::None,
    };
    // Only what is open: a count of all changes would read as a score.
    let link = |(name, changes): (&String, &PersonChanges)| {
        let open = changes.began.iter().filter(|change| is_open(site, change)).count() as u64;
        PageLink {
            href: root.to(&urls::person(name)),
            text: name.clone(),
            note: if open > 0 { format!("{} open", text::count(open)) } else { String::new() },
        }
    };
    let people = people.map(link).collect();
    pages::html(&PeoplePage { frame: frame(site, &page), verdict, people })
}

/// The page of one person.
pub(crate) fn render(site: &SiteContext<'_>, name: &str) -> Result<Vec<u8>, RenderError> {
    let path = urls::person(name);
    let root = link_root(site, &path);
    let verdict = match site.input.policy.site.people {
        PeoplePages::Owners => Phrase::new("note")
            .text("Changes of the benchmarks that ")
            .name(name)
            .text(" looks after."),
        _ => Phrase::new("note")
            .text("Changes that began or were fixed at commits of ")
            .name(name)
            .text(". A commit is a suspect, not a proven cause."),
    };
    let page = PageHead {
        path: &path,
        title: name.to_owned(),
        verdict: &verdict,
        section: NavSection::None,
    };
    let empty = PersonChanges::default();
    let changes = site.people.people.get(name).unwrap_or(&empty);
    let row = |change: &PersonChange| {
        let event = &site.events.newest_first()[change.event];
        let begun = begun_change(site, root, event);
        let suspects = match change.suspects {
            0 | 1 => String::new(),
            count => format!("; one of {} suspect commits", text::count(count as u64)),
        };
        BegunChange {
            note: format!("{}{suspects}, {}", begun.note, text::date(event.time)),
            ..begun
        }
    };
    let (open, began): (Vec<&PersonChange>, Vec<&PersonChange>) =
        changes.began.iter().partition(|change| is_open(site, change));
    let rows = |list: &[&PersonChange]| list.iter().take(MAX_CHANGES).map(|it| row(it)).collect();
    let fixed: Vec<&PersonChange> = changes.fixed.iter().collect();
    let template = PersonPage {
        frame: frame(site, &page),
        everyone: root.to(urls::PEOPLE),
        name: name.to_owned(),
        open: rows(&open),
        began: rows(&began),
        fixed: rows(&fixed),
        is_cut: [open.len(), began.len(), fixed.len()].iter().any(|count| *count > MAX_CHANGES),
        verdict,
    };
    pages::html(&template)
}

fn is_open(site: &SiteContext<'_>, change: &PersonChange) -> bool {
    let (_, _, change) = site.change(&site.events.newest_first()[change.event]);
    change.is_regression && change.status == ChangeStatus::Open
}
