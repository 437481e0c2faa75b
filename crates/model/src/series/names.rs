//! Names of series without what all of them have in common: a project with one backend does not
//! want to read it in every title.
//!
//! Example: of `parse · rust · n = 1000` and `print · rust · n = 1000` the titles are `parse` and
//! `print`. With a third one of n = 10 they are `parse · n = 1,000`, ….

use std::collections::BTreeMap;

use crate::record::{DEFAULT_MODE, TIME_METRIC};
use crate::series::SeriesKey;
use crate::text;

/// Which parts of a key differ between the series of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeriesNames {
    pub backend: bool,
    pub suite: bool,
    /// Two suites have a test of the same name, so that titles need the suite.
    has_same_tests: bool,
    mode: bool,
    parallel: bool,
    n: bool,
    /// Pairs of the parameters that all of them have.
    shared_params: Vec<String>,
    metric: bool,
}

impl SeriesNames {
    /// Of all series that pages show together.
    pub fn of<'a>(keys: impl Iterator<Item = &'a SeriesKey> + Clone) -> Self {
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
            shared_params: shared_pairs(keys.clone()),
            metric: differs(|a, b| a.metric == b.metric),
        }
    }

    /// The same under a heading that names the suite.
    pub fn within_suite(&self) -> Self {
        Self { has_same_tests: false, ..self.clone() }
    }

    /// The same among a few of the series, under a heading that names their metric where all have
    /// it, and the parameters of [`Self::params_shared_by`].
    pub fn within_section<'a>(&self, keys: impl Iterator<Item = &'a SeriesKey> + Clone) -> Self {
        let here = Self::of(keys);
        Self {
            shared_params: here.shared_params,
            metric: self.metric && here.metric,
            ..self.clone()
        }
    }

    /// `machine=cheetah, numpy=1.8`: the parameters that all of these have, and not all series do.
    pub fn params_shared_by<'a>(
        &self,
        keys: impl Iterator<Item = &'a SeriesKey> + Clone,
    ) -> String {
        let shared = shared_pairs(keys);
        let telling = shared.iter().filter(|pair| !self.shared_params.contains(pair));
        telling.map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// The parameters of a series without those that all have.
    pub fn params(&self, key: &SeriesKey) -> String {
        let telling = |pair: &&str| !self.shared_params.iter().any(|shared| shared == pair);
        pairs(&key.params).into_iter().filter(telling).collect::<Vec<_>>().join(", ")
    }

    /// `groupby_topN · csharp · loops · n = 100,000`.
    pub fn title(&self, key: &SeriesKey) -> String {
        let backend = self.backend.then(|| key.backend.clone());
        let parts = [Some(key.test.clone()), backend];
        join(parts.into_iter().chain(self.parts(key)))
    }

    /// The same as the subject of a sentence: `csharp groupby_topN · loops · n = 100,000`.
    pub fn subject(&self, key: &SeriesKey) -> String {
        let backend = if self.backend { format!("{} ", key.backend) } else { String::new() };
        let test = Some(format!("{backend}{}", key.test));
        join([test].into_iter().chain(self.parts(key)))
    }

    /// The same without test and backend: `loops · n = 100,000`.
    pub fn variant(&self, key: &SeriesKey) -> String {
        join(self.parts(key).into_iter())
    }

    /// The same with the backend where it differs: what tells the series of one test apart.
    pub fn within_test(&self, key: &SeriesKey) -> String {
        let backend = self.backend.then(|| key.backend.clone());
        join([backend].into_iter().chain(self.parts(key)))
    }

    fn parts(&self, key: &SeriesKey) -> [Option<String>; 6] {
        [
            (self.mode && key.mode != DEFAULT_MODE).then(|| key.mode.clone()),
            (self.parallel && key.parallel).then(|| "parallel".to_owned()),
            key.n.filter(|_| self.n).map(|n| format!("n = {}", text::count(n))),
            Some(self.params(key)).filter(|params| !params.is_empty()),
            (self.has_same_tests && !key.suite.is_empty()).then(|| key.suite.clone()),
            (self.metric && key.metric != TIME_METRIC).then(|| key.metric_name.clone()),
        ]
    }
}

/// `machine=cheetah`, `with=Cython`: the parameters of a key one by one. A value may hold a comma.
fn pairs(params: &str) -> Vec<&str> {
    let (mut pairs, mut start) = (Vec::new(), 0);
    for (at, separator) in params.match_indices(", ") {
        let next = at + separator.len();
        if params[next..].split(separator).next().is_some_and(|next| next.contains('=')) {
            pairs.push(&params[start..at]);
            start = next;
        }
    }
    pairs.push(&params[start..]);
    pairs
}

/// The pairs of parameters that all keys have.
fn shared_pairs<'a>(mut keys: impl Iterator<Item = &'a SeriesKey>) -> Vec<String> {
    let Some(first) = keys.next() else { return Vec::new() };
    let mut shared = pairs(&first.params);
    for key in keys {
        if shared.is_empty() {
            break;
        }
        // The same text is the rule, and needs no list.
        if key.params != first.params {
            let other = pairs(&key.params);
            shared.retain(|pair| other.contains(pair));
        }
    }
    shared.into_iter().map(str::to_owned).collect()
}

fn join(parts: impl Iterator<Item = Option<String>>) -> String {
    parts.flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(test: &str, n: u64) -> SeriesKey {
        SeriesKey {
            suite: "core".to_owned(),
            test: test.to_owned(),
            backend: "rust".to_owned(),
            mode: DEFAULT_MODE.to_owned(),
            parallel: false,
            n: Some(n),
            params: String::new(),
            metric: TIME_METRIC.to_owned(),
            metric_name: String::new(),
            statistic: None,
        }
    }

    #[test]
    fn what_all_series_have_in_common_is_left_out() {
        let alike = [key("parse", 10), key("print", 10)];
        assert_eq!(SeriesNames::of(alike.iter()).title(&alike[0]), "parse");
        let sizes = [key("parse", 10), key("print", 1000)];
        assert_eq!(SeriesNames::of(sizes.iter()).title(&sizes[1]), "print · n = 1,000");
        assert_eq!(SeriesNames::of(sizes.iter()).variant(&sizes[1]), "n = 1,000");
    }

    #[test]
    fn parameters_that_all_have_are_left_out_one_by_one() {
        let key =
            |test: &str, params: &str| SeriesKey { params: params.to_owned(), ..key(test, 10) };
        let all = [
            key("parse", "machine=cheetah, shape=(1, 2), with=Cython"),
            key("parse", "machine=cheetah, shape=(1, 2)"),
            key("print", "machine=lynx, shape=(1, 2)"),
        ];
        let names = SeriesNames::of(all.iter());
        let titles: Vec<String> = all.iter().map(|key| names.title(key)).collect();
        let wanted = [
            "parse · machine=cheetah, with=Cython",
            "parse · machine=cheetah",
            "print · machine=lynx",
        ];
        assert_eq!(titles, wanted);
        let section = &all[..2];
        assert_eq!(names.params_shared_by(section.iter()), "machine=cheetah");
        let names = names.within_section(section.iter());
        assert_eq!([0, 1].map(|at| names.title(&all[at])), ["parse · with=Cython", "parse"]);
        assert_eq!(pairs(""), [""]);
        assert_eq!(pairs("a=1, b=2, 3, =, "), ["a=1", "b=2, 3", "=, "]);
    }
}
