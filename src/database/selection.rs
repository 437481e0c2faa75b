//! Which records are read: a filter and a time as a condition of SQL, so that the database sends
//! nothing else.

use postgres::types::ToSql;

use model::filter::{Filter, Names, SizeRange, Sizes};

/// A condition and its parameters.
pub(super) struct Condition {
    pub(super) sql: String,
    /// It holds for every record.
    pub(super) is_everything: bool,
    values: Vec<String>,
}

impl Condition {
    /// The condition of a filter, and of a time in RFC 3339 from which on records are read.
    ///
    /// # Errors
    /// The filter asks for something that is no column.
    pub(super) fn of(filter: &Filter, since: Option<&str>) -> anyhow::Result<Self> {
        let is_everything = since.is_none() && *filter == Filter::default();
        let mut condition = Self { sql: String::new(), is_everything, values: Vec::new() };
        let mut clauses = Vec::new();
        if let Some(since) = since {
            clauses.push(format!("timestamp >= {}::text::timestamptz", condition.value(since)));
        }
        clauses.push(condition.filter(filter)?);
        condition.sql = clauses.join(" AND ");
        Ok(condition)
    }

    pub(super) fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
    }

    /// The placeholder of a new parameter.
    fn value(&mut self, value: &str) -> String {
        self.values.push(value.replace('\0', "\u{fffd}"));
        format!("${}", self.values.len())
    }

    fn filter(&mut self, filter: &Filter) -> anyhow::Result<String> {
        let Filter { suite, test, backend, mode, params, parallel, n, not, .. } = filter;
        let Filter { metric, tags, days, regression, .. } = filter;
        anyhow::ensure!(
            metric.is_none() && tags.is_none() && days.is_none() && regression.is_none(),
            "--only selects records by suite, test, backend, mode, params, parallel and n"
        );
        // An empty filter holds for everything, also below `not`.
        let mut clauses = vec!["TRUE".to_owned()];
        for (column, names) in [
            ("suite", suite),
            ("benchmark_name", test),
            ("backend", backend),
            ("mode", mode),
            ("params", params),
        ] {
            clauses.extend(names.as_ref().map(|names| self.names(column, names)));
        }
        clauses.extend(parallel.map(|parallel| format!("parallel = {parallel}")));
        clauses.extend(n.as_ref().map(|sizes| self.sizes(sizes)));
        if let Some(not) = not {
            let not = self.filter(not)?;
            clauses.push(format!("NOT {not}"));
        }
        Ok(format!("({})", clauses.join(" AND ")))
    }

    fn names(&mut self, column: &str, names: &Names) -> String {
        let names = match names {
            Names::One(name) => std::slice::from_ref(name),
            Names::Many(names) => names.as_slice(),
        };
        let clauses = names.iter().map(|name| format!("{column} LIKE {}", self.value(&like(name))));
        format!("({})", clauses.collect::<Vec<_>>().join(" OR "))
    }

    /// A record without a size fails every clause on it.
    fn sizes(&mut self, sizes: &Sizes) -> String {
        let mut number = |n: u64| format!("{}::text::numeric", self.value(&n.to_string()));
        let clause = match sizes {
            Sizes::One(n) => format!("n = {}", number(*n)),
            Sizes::Many(all) => {
                let all: Vec<String> = all.iter().map(|n| number(*n)).collect();
                format!("n = ANY (ARRAY[{}])", all.join(", "))
            }
            Sizes::Range(SizeRange { min, max }) => {
                let mut ends = vec!["n IS NOT NULL".to_owned()];
                ends.extend(min.map(|min| format!("n >= {}", number(min))));
                ends.extend(max.map(|max| format!("n <= {}", number(max))));
                ends.join(" AND ")
            }
        };
        format!("coalesce({clause}, FALSE)")
    }
}

/// A glob as a pattern of LIKE.
fn like(glob: &str) -> String {
    let mut pattern = String::with_capacity(glob.len());
    for c in glob.chars() {
        match c {
            '*' => pattern.push('%'),
            '?' => pattern.push('_'),
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(arguments: &[&str], since: Option<&str>) -> anyhow::Result<Condition> {
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        Condition::of(&Filter::parse_args(&arguments).unwrap(), since)
    }

    #[test]
    fn a_filter_is_a_condition_whose_data_are_parameters() {
        let condition = condition(
            &["test=sum_*,'--", "n=10..", "not.backend=go"],
            Some("2025-01-01T00:00:00Z"),
        )
        .unwrap();
        assert_eq!(
            condition.sql,
            "timestamp >= $1::text::timestamptz AND (TRUE AND (benchmark_name LIKE $2 OR \
             benchmark_name LIKE $3) AND coalesce(n IS NOT NULL AND n >= $4::text::numeric, FALSE) \
             AND NOT (TRUE AND (backend LIKE $5)))"
        );
        assert_eq!(condition.values, ["2025-01-01T00:00:00Z", "sum\\_%", "'--", "10", "go"]);
    }

    #[test]
    fn what_is_no_column_is_an_error() {
        for argument in ["metric=time", "tags=micro", "days=7", "regression=true"] {
            assert!(condition(&[argument], None).is_err(), "{argument}");
        }
    }
}
