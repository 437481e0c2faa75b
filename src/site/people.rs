//! Who may want to follow up on what: the changes that began or were fixed at the commits of an
//! author, or in the series of an owner. Off unless the policy asks for it (`site.people`), and
//! empty where the policy hides the names.
//!
//! A list, not a ranking: names in alphabetical order, changes by time. A commit is a suspect, so a
//! change stands with the author of each of its suspect commits, and says how many there are.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::report::regression_groups::RegressionGroup;
use crate::site::changes::EventIndex;
use crate::site::input::SiteInput;
use crate::site::redact;
use crate::site::regressions::RegressionIndex;
use detect::ChangeStatus;
use model::commit_ref::is_name_of;
use model::policy::site::PeoplePages;
use model::series::CommitIndex;

/// Field of a record that names who looks after a benchmark.
const OWNER: &str = "owner";
/// Suspect commits whose authors are looked up, the newest.
const MAX_SUSPECTS: usize = 50;

/// Changes by person.
#[derive(Default)]
pub(crate) struct PeopleIndex {
    pub(crate) people: BTreeMap<String, PersonChanges>,
}

/// The changes that concern a person, newest first.
#[derive(Default)]
pub(crate) struct PersonChanges {
    pub(crate) began: Vec<PersonChange>,
    pub(crate) fixed: Vec<PersonChange>,
}

/// A change that concerns a person.
pub(crate) struct PersonChange {
    /// Its place among all changes, newest first.
    pub(crate) event: usize,
    /// How many commits may have begun or fixed it.
    pub(crate) suspects: usize,
}

/// Names of the people behind a change, and how many commits are suspect.
struct Concerned {
    names: BTreeSet<String>,
    suspects: usize,
}

impl PeopleIndex {
    pub(crate) fn of(
        input: &SiteInput<'_>,
        events: &EventIndex,
        regressions: &RegressionIndex,
    ) -> Self {
        let mut index = Self::default();
        let site = &input.policy.site;
        match site.people {
            PeoplePages::Off => return index,
            PeoplePages::Authors if redact::hides_authors(site) => return index,
            PeoplePages::Owners if redact::hides_field(site, OWNER) => return index,
            PeoplePages::Authors | PeoplePages::Owners => {}
        }
        // One pass over all changes: a search for each person would make the site quadratic.
        let authors = AuthorLookup::of(input);
        let mut seen = BTreeSet::new();
        for (at, event) in events.newest_first().iter().enumerate() {
            let series = &input.series[event.series];
            let change = &input.analyses.by_series[event.series].changes[event.change];
            let commit = |run: usize| series.runs[run].commit;
            let group = regressions.of_event(&event.id);
            let by_author = |after: CommitIndex, until: CommitIndex| match site.people {
                PeoplePages::Owners => Concerned { names: owner(input, event.series), suspects: 0 },
                _ => authors.between(after, until),
            };
            // Series with one cause are one line, on the page of the largest.
            if group.is_none_or(|group| seen.insert(group.id())) {
                let began = match group {
                    Some(group) if site.people == PeoplePages::Authors => authors.of_group(group),
                    _ => by_author(commit(change.last_before), commit(change.first_after)),
                };
                index.add(began, at, |person| &mut person.began);
            }
            let ChangeStatus::Fixed { run: Some(run) } = change.status else { continue };
            let before = run.saturating_sub(1);
            index.add(by_author(commit(before), commit(run)), at, |person| &mut person.fixed);
        }
        index
    }

    fn add(
        &mut self,
        concerned: Concerned,
        event: usize,
        list: impl Fn(&mut PersonChanges) -> &mut Vec<PersonChange>,
    ) {
        for name in concerned.names {
            let change = PersonChange { event, suspects: concerned.suspects };
            list(self.people.entry(name).or_default()).push(change);
        }
    }

    /// Whether a person has a page.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.people.contains_key(name)
    }
}

/// The owner that the newest run of a series names.
pub(crate) fn owner_name<'a>(input: &SiteInput<'a>, series: usize) -> Option<&'a str> {
    let run = input.series[series].runs.last()?;
    let environment = &input.history.environments[run.environment as usize];
    environment.fields.get(OWNER).map(|name| name.trim()).filter(|name| !name.is_empty())
}

fn owner(input: &SiteInput<'_>, series: usize) -> BTreeSet<String> {
    owner_name(input, series).map(str::to_owned).into_iter().collect()
}

/// The authors of commits, measured ones and those that only git knows.
struct AuthorLookup<'a> {
    input: &'a SiteInput<'a>,
    /// By id: the place on the main line as git knows it.
    places: FxHashMap<&'a str, usize>,
}

impl<'a> AuthorLookup<'a> {
    fn of(input: &'a SiteInput<'a>) -> Self {
        let main_line = input.history.main_line.iter().enumerate();
        Self { input, places: main_line.map(|(at, facts)| (facts.id.as_str(), at)).collect() }
    }

    /// The authors of the commits after one, up to another one.
    fn between(&self, after: CommitIndex, until: CommitIndex) -> Concerned {
        let history = self.input.history;
        let id = |at: CommitIndex| history.commits[at.0 as usize].id.as_str();
        let place = |at: CommitIndex| self.places.get(id(at)).copied();
        // Git knows commits that nobody measured, which are as suspect as the others.
        let known = place(after).zip(place(until));
        let line = known.and_then(|(from, to)| history.main_line.get(from + 1..=to));
        let authors: Vec<Option<&String>> = match line {
            Some(line) => line.iter().map(|facts| facts.author.as_ref()).collect(),
            None => {
                let measured = history.commits.get(after.0 as usize + 1..=until.0 as usize);
                let on_main = measured.unwrap_or_default().iter().filter(|it| it.main_line);
                on_main.map(|commit| commit.author.as_ref()).collect()
            }
        };
        let newest = authors.iter().rev().take(MAX_SUSPECTS).flatten();
        Concerned { names: newest.map(|name| (*name).clone()).collect(), suspects: authors.len() }
    }

    /// The authors of a group's suspect commits; of the culprit, where it is known.
    fn of_group(&self, group: &RegressionGroup) -> Concerned {
        let Some(culprit) = &group.culprit else {
            return self.between(group.last_good, group.first_bad);
        };
        let is_culprit = |id: &str| culprit.commits.iter().any(|name| is_name_of(id, name));
        let history = self.input.history;
        let facts = history.main_line.iter().filter(|facts| is_culprit(&facts.id));
        let measured = history.commits.iter().filter(|commit| is_culprit(&commit.id));
        let authors = facts.map(|it| &it.author).chain(measured.map(|it| &it.author)).flatten();
        Concerned { names: authors.cloned().collect(), suspects: culprit.commits.len() }
    }
}
