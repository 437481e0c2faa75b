//! The filters over tables of series: only what tells the rows of the page apart is offered.
//!
//! Example: on the page of the backend `go` nobody chooses a backend. With two modes and without
//! input sizes, text, test, mode and verdict are left.

use std::collections::BTreeMap;

use crate::report::urls;
use crate::site::context::SiteContext;
use model::record::shorten;
use model::series::SeriesKey;

/// Characters of a name in a list to pick from.
const MAX_OPTION_CHARS: usize = 60;
/// Names of a list. Nobody picks from more, the text field finds them, and each has its bytes.
const MAX_OPTIONS: usize = 100;
/// Fewer rows are read faster than filtered.
const MIN_ROWS: usize = 8;

/// What a template offers to filter by.
pub(crate) struct FilterForm {
    /// Lists with two names or more.
    pub(crate) choices: Vec<FilterChoice>,
    pub(crate) has_sizes: bool,
}

/// A list to pick from.
pub(crate) struct FilterChoice {
    /// Of the field, as the address has it.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) options: Vec<FilterOption>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FilterOption {
    pub(crate) slug: String,
    pub(crate) text: String,
}

impl FilterOption {
    fn of(name: &str) -> Self {
        Self { slug: urls::slug(name), text: shorten(name, MAX_OPTION_CHARS).into_owned() }
    }

    /// A mode as the filters name it: `loops-parallel`, `loops, parallel`.
    fn of_mode(key: &SeriesKey) -> Self {
        let mode = Self::of(&key.mode);
        // A mode may itself end in `-parallel`.
        if key.parallel && !mode.slug.ends_with("-parallel") {
            let (slug, text) = (mode.slug, mode.text);
            return Self { slug: format!("{slug}-parallel"), text: format!("{text}, parallel") };
        }
        mode
    }
}

impl FilterForm {
    /// The form for the rows of a page; none where they are few.
    pub(crate) fn of(site: &SiteContext<'_>, rows: &[usize]) -> Option<Self> {
        if rows.len() < MIN_ROWS {
            return None;
        }
        let keys = || rows.iter().map(|index| &site.series(*index).0.key);
        let backends = keys().map(|key| FilterOption::of(&key.backend)).collect::<Vec<_>>();
        let tests = keys().map(|key| FilterOption::of(&key.test)).collect::<Vec<_>>();
        let modes = keys().map(FilterOption::of_mode).collect::<Vec<_>>();
        let choices = [("backend", "Backend", backends), ("test", "Test", tests)];
        let choices = choices.into_iter().chain([("mode", "Mode", modes)]);
        let choices = choices.filter_map(|(name, label, options)| {
            // Of two names with one slug the first is offered: a row knows the slug alone.
            let options: BTreeMap<String, FilterOption> =
                options.into_iter().rev().map(|it| (it.slug.clone(), it)).collect();
            let mut options: Vec<FilterOption> = options.into_values().collect();
            options.sort_by(|a, b| (&a.text, &a.slug).cmp(&(&b.text, &b.slug)));
            let is_useful = (2..=MAX_OPTIONS).contains(&options.len());
            is_useful.then_some(FilterChoice { name, label, options })
        });
        Some(Self { choices: choices.collect(), has_sizes: keys().any(|key| key.n.is_some()) })
    }
}
