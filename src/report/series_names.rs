//! Names of series without what all of them have in common: a project with one backend does not
//! want to read it in every title.
//!
//! Example: of `parse · rust · n = 1000` and `print · rust · n = 1000` the titles are `parse` and
//! `print`. With a third one of n = 10 they are `parse · n = 1,000`, ….

use std::collections::BTreeMap;

use model::record::{DEFAULT_MODE, TIME_METRIC};
use model::series::SeriesKey;
use model::text;

/// Which parts of a key differ between the series of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeriesNames {
    pub(crate) backend: bool,
    pub(crate) suite: bool,
    /// Two suites have a test of the same name, so that titles need the suite.
    has_same_tests: bool,
    mode: bool,
    parallel: bool,
    n: bool,
    params: bool,
    metric: bool,
}

impl SeriesNames {
    /// Of all series that pages show together.
    pub(crate) fn of<'a>(keys: impl Iterator<Item = &'a SeriesKey> + Clone) -> Self {
        let Some(first) = keys.clone().next() else { return Self::default() };
        let differs =
            |same: fn(&SeriesKey, &SeriesKey) -> bool| keys.clone().any(|key| !same(key, first));
        // Most projects name no test twice, and then a suite in a title is only length.
        let mut suites: BTreeMap<&str, &str> = BTreeMap::new();
        let mut is_other = |key: &'a SeriesKey| {
            *suites.entry(&key.test).or_insert(&key.suite) != key.suite.as_str()
        };
        Self {
            has_same_tests: keys.clone().any(&mut is_other),
            backend: differs(|a, b| a.backend == b.backend),
            suite: differs(|a, b| a.suite == b.suite),
            mode: differs(|a, b| a.mode == b.mode),
            parallel: differs(|a, b| a.parallel == b.parallel),
            n: differs(|a, b| a.n == b.n),
            params: differs(|a, b| a.params == b.params),
            metric: differs(|a, b| a.metric == b.metric),
        }
    }

    /// The same under a heading that names the suite.
    pub(crate) fn within_suite(self) -> Self {
        Self { has_same_tests: false, ..self }
    }

    /// `groupby_topN · csharp · loops · n = 100,000`.
    pub(crate) fn title(&self, key: &SeriesKey) -> String {
        let backend = self.backend.then(|| key.backend.clone());
        let parts = [Some(key.test.clone()), backend];
        join(parts.into_iter().chain(self.parts(key)))
    }

    /// The same as the subject of a sentence: `csharp groupby_topN · loops · n = 100,000`.
    pub(crate) fn subject(&self, key: &SeriesKey) -> String {
        let backend = if self.backend { format!("{} ", key.backend) } else { String::new() };
        let test = Some(format!("{backend}{}", key.test));
        join([test].into_iter().chain(self.parts(key)))
    }

    /// The same without test and backend: `loops · n = 100,000`.
    pub(crate) fn variant(&self, key: &SeriesKey) -> String {
        join(self.parts(key).into_iter())
    }

    /// The same with the backend where it differs: what tells the series of one test apart.
    pub(crate) fn within_test(&self, key: &SeriesKey) -> String {
        let backend = self.backend.then(|| key.backend.clone());
        join([backend].into_iter().chain(self.parts(key)))
    }

    fn parts(&self, key: &SeriesKey) -> [Option<String>; 6] {
        [
            (self.mode && key.mode != DEFAULT_MODE).then(|| key.mode.clone()),
            (self.parallel && key.parallel).then(|| "parallel".to_owned()),
            key.n.filter(|_| self.n).map(|n| format!("n = {}", text::count(n))),
            (self.params && !key.params.is_empty()).then(|| key.params.clone()),
            (self.has_same_tests && !key.suite.is_empty()).then(|| key.suite.clone()),
            (self.metric && key.metric != TIME_METRIC).then(|| key.metric_name.clone()),
        ]
    }
}

fn join(parts: impl Iterator<Item = Option<String>>) -> String {
    parts.flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_series_have_in_common_is_left_out() {
        let key = |test: &str, n: u64| SeriesKey {
            suite: "core".to_owned(),
            test: test.to_owned(),
            backend: "rust".to_owned(),
            mode: DEFAULT_MODE.to_owned(),
            parallel: false,
            n: Some(n),
            params: String::new(),
            metric: TIME_METRIC.to_owned(),
            metric_name: String::new(),
        };
        let alike = [key("parse", 10), key("print", 10)];
        assert_eq!(SeriesNames::of(alike.iter()).title(&alike[0]), "parse");
        let sizes = [key("parse", 10), key("print", 1000)];
        assert_eq!(SeriesNames::of(sizes.iter()).title(&sizes[1]), "print · n = 1,000");
        assert_eq!(SeriesNames::of(sizes.iter()).variant(&sizes[1]), "n = 1,000");
    }
}
