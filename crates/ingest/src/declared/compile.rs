//! A declaration becomes paths, texts and conditions that are ready to use, or all its faults.

use crate::declared::condition::Conditions;
use crate::declared::declaration::{
    Declaration, Layout, MetricDeclaration, NumberDeclaration, PairsDeclaration,
};
use crate::declared::number::NumberPath;
use crate::declared::path::{Path, PathChoice};
use crate::declared::template::Template;
use model::policy::checked_yaml::{FieldFault, FieldStep};
use model::policy::hint;
use model::record::{Direction, Statistic};

/// Marks by which a format is known, at least: one name may be anyone's.
const LEAST_MARKS: usize = 2;

/// A declaration that is ready to recognize and to read.
pub(crate) struct CompiledFormat {
    pub(crate) layout: Layout,
    pub(crate) marks: Vec<Mark>,
    pub(crate) records: Vec<Path>,
    pub(crate) skip: Vec<Conditions>,
    pub(crate) suite: Template,
    pub(crate) test: Template,
    pub(crate) backend: Template,
    pub(crate) name: Template,
    pub(crate) mode: Template,
    /// By name.
    pub(crate) params: Vec<NamedTemplate>,
    pub(crate) pairs: Vec<NamePairs>,
    pub(crate) fields: Vec<NamedNumber>,
    pub(crate) field_pairs: Vec<NamePairs>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) timestamp: Template,
    pub(crate) commit: Template,
    pub(crate) branch: Template,
    pub(crate) version: Template,
}

impl CompiledFormat {
    /// Whether a column of a table holds numbers of metrics.
    pub(crate) fn is_number(&self, column: &str) -> bool {
        let numbers = self.metrics.iter().flat_map(|metric| {
            let statistics = metric.statistics.iter().map(|statistic| &statistic.number);
            metric.value.iter().chain(&metric.std).chain(statistics)
        });
        let paths = numbers.flat_map(|number| number.paths.paths());
        paths.into_iter().any(|path| path.column() == Some(column))
    }
}

/// What must stand in a file of the format.
pub(crate) struct Mark {
    /// As it was written, for messages.
    pub(crate) written: String,
    pub(crate) conditions: Conditions,
}

/// A parameter.
pub(crate) struct NamedTemplate {
    pub(crate) name: String,
    pub(crate) text: Template,
    pub(crate) when: Option<Conditions>,
}

/// A field.
pub(crate) struct NamedNumber {
    pub(crate) name: String,
    pub(crate) number: NumberPath,
}

/// Parameters whose names stand in the file.
pub(crate) struct NamePairs {
    pub(crate) each: Path,
    pub(crate) name: Template,
    pub(crate) value: Template,
    pub(crate) prefix: String,
    pub(crate) except: Vec<String>,
    pub(crate) before: String,
}

/// A kind of failed run.
pub(crate) struct Failure {
    pub(crate) when: Conditions,
    pub(crate) reason: Template,
}

/// A metric, or each of several.
pub(crate) struct Metric {
    pub(crate) each: Option<Path>,
    pub(crate) name: Template,
    pub(crate) when: Option<Conditions>,
    pub(crate) value: Option<NumberPath>,
    pub(crate) unit: Template,
    pub(crate) unit_endings: Vec<UnitEnding>,
    pub(crate) better: Option<Direction>,
    pub(crate) std: Option<NumberPath>,
    pub(crate) samples: Option<PathChoice>,
    pub(crate) statistics: Vec<StatisticPath>,
}

/// The end of a metric's name, and the unit that it stands for.
pub(crate) struct UnitEnding {
    pub(crate) ending: String,
    pub(crate) unit: String,
}

/// A statistic and where it stands.
pub(crate) struct StatisticPath {
    pub(crate) statistic: Statistic,
    pub(crate) number: NumberPath,
}

/// Makes a declaration ready.
///
/// # Errors
/// All faults that the schema cannot find.
pub(crate) fn compile(declaration: &Declaration) -> Result<CompiledFormat, Vec<FieldFault>> {
    let mut compiler =
        Compiler { layout: declaration.layout, place: Vec::new(), faults: Vec::new() };
    let format = compiler.format(declaration);
    match format {
        Some(format) if compiler.faults.is_empty() => Ok(format),
        _ => Err(compiler.faults),
    }
}

struct Compiler {
    layout: Layout,
    /// Where the part that is compiled stands.
    place: Vec<FieldStep>,
    faults: Vec<FieldFault>,
}

impl Compiler {
    fn format(&mut self, declaration: &Declaration) -> Option<CompiledFormat> {
        self.check_names(declaration);
        let records = declaration.records.paths();
        // A row has no depth, so a path to records can only be a mistake.
        if self.layout == Layout::Csv && *records != [".".to_owned()] {
            let help = "leave `records` out".to_owned();
            self.at_key("records", |it| it.fault("each row of a CSV is a record", Some(help)));
        }
        let records: Vec<Path> = self.each("records", records, |it, path| it.plain_path(path));
        let marks = self.each("recognize", &declaration.recognize, |it, written| {
            Some(Mark { written: written.clone(), conditions: it.condition(written)? })
        });
        let skip = self.each("skip", &declaration.skip, Self::condition);
        let params = self.named("params", &declaration.params, |it, name, param| {
            let when = match param.condition() {
                Some(when) => Some(it.at_key("when", |it| it.condition(when))?),
                None => None,
            };
            Some(NamedTemplate { name: name.to_owned(), text: it.template(param.text())?, when })
        });
        let fields = self.named("fields", &declaration.fields, |it, name, number| {
            Some(NamedNumber { name: name.to_owned(), number: it.number(number)? })
        });
        let pairs = self.each("params_from", &declaration.params_from, Self::pairs);
        let field_pairs = self.each("fields_from", &declaration.fields_from, Self::pairs);
        let failures = self.each("failed", &declaration.failed, |it, failure| {
            let when = it.at_key("when", |it| it.condition(&failure.when));
            let reason = it.at_key("reason", |it| it.template(&failure.reason));
            Some(Failure { when: when?, reason: reason? })
        });
        let metrics = self.each("metrics", &declaration.metrics, Self::metric);
        let mut text = |key: &str, text: &str| self.at_key(key, |it| it.template(text));
        let suite = text("suite", &declaration.suite);
        let test = text("test", &declaration.test);
        let backend = text("record_backend", &declaration.record_backend);
        let name = text("name", &declaration.name);
        let mode = text("mode", &declaration.mode);
        let timestamp = text("timestamp", &declaration.timestamp);
        let commit = text("commit", &declaration.commit);
        let branch = text("branch", &declaration.branch);
        let version = text("version", &declaration.version);
        Some(CompiledFormat {
            layout: self.layout,
            marks,
            records,
            skip,
            suite: suite?,
            test: test?,
            backend: backend?,
            name: name?,
            mode: mode?,
            params,
            pairs,
            fields,
            field_pairs,
            failures,
            metrics,
            timestamp: timestamp?,
            commit: commit?,
            branch: branch?,
            version: version?,
        })
    }

    /// What a declaration must have as a whole.
    fn check_names(&mut self, declaration: &Declaration) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !declaration.format.bytes().all(plain) {
            let help = "write small letters, digits and `-`: `my-tool`".to_owned();
            let message = format!("{} cannot be a format's name", hint::code(&declaration.format));
            self.at_key("format", |it| it.fault(&message, Some(help)));
        }
        if declaration.recognize.len() < LEAST_MARKS {
            let help = "add a path that only this format has".to_owned();
            let message = format!("a format is known by {LEAST_MARKS} marks at least");
            self.at_key("recognize", |it| it.fault(&message, Some(help)));
        }
        if declaration.metrics.is_empty() {
            self.at_key("metrics", |it| it.fault("a format without metrics yields nothing", None));
        }
    }

    fn pairs(&mut self, pairs: &PairsDeclaration) -> Option<NamePairs> {
        // `*` is every column of a row, too.
        let each = self.at_key("each", |it| it.plain_path(&pairs.each));
        let name = self.at_key("name", |it| it.template(&pairs.name));
        let value = self.at_key("value", |it| it.template(&pairs.value));
        let (prefix, except) = (pairs.prefix.clone(), pairs.except.clone());
        let before = pairs.before.clone();
        Some(NamePairs { each: each?, name: name?, value: value?, prefix, except, before })
    }

    fn metric(&mut self, metric: &MetricDeclaration) -> Option<Metric> {
        let name = self.at_key("name", |it| it.template(&metric.name));
        let unit = self.at_key("unit", |it| it.template(&metric.unit));
        let each = match metric.each.as_str() {
            "" => None,
            path => self.at_key("each", |it| it.path(path)),
        };
        let samples = match metric.samples.as_str() {
            "" => None,
            text => self.at_key("samples", |it| it.paths(text)),
        };
        let when = match metric.when.as_str() {
            "" => None,
            text => self.at_key("when", |it| it.condition(text)),
        };
        let value =
            metric.value.as_ref().and_then(|number| self.at_key("value", |it| it.number(number)));
        let std = metric.std.as_ref().and_then(|number| self.at_key("std", |it| it.number(number)));
        if metric.value.is_none() && metric.samples.is_empty() {
            self.fault("a metric needs `value` or `samples`", None);
        }
        let statistics = self.named("statistics", &metric.statistics, |it, name, number| {
            let number = it.number(number);
            let Some(statistic) = Statistic::from_name(name) else {
                let known: Vec<&str> = Statistic::ALL.iter().map(|(name, _)| *name).collect();
                let help = match hint::nearest(name, &known) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("statistics are {}", known.join(", ")),
                };
                it.fault(&format!("unknown statistic {}", hint::code(name)), Some(help));
                return None;
            };
            Some(StatisticPath { statistic, number: number? })
        });
        let unit_ending = |(ending, unit): (&String, &String)| UnitEnding {
            ending: ending.clone(),
            unit: unit.clone(),
        };
        Some(Metric {
            each,
            name: name?,
            when,
            value,
            unit: unit?,
            unit_endings: metric.unit_endings.iter().map(unit_ending).collect(),
            better: metric.better,
            std,
            samples,
            statistics,
        })
    }

    fn number(&mut self, number: &NumberDeclaration) -> Option<NumberPath> {
        let written = number.path().to_owned();
        let is_sum = matches!(number, NumberDeclaration::Sum(_));
        let (paths, factor) = (self.paths(&written)?, number.factor());
        Some(NumberPath { paths, is_sum, written, factor })
    }

    /// A path, which in a table leads to a column.
    fn path(&mut self, text: &str) -> Option<Path> {
        let path = self.plain_path(text)?;
        self.check_column(&path).then_some(path)
    }

    /// Paths with `|` between them.
    fn paths(&mut self, text: &str) -> Option<PathChoice> {
        let choice = PathChoice::parse(text).map_err(|message| self.fault(&message, None)).ok()?;
        choice.paths().iter().all(|path| self.check_column(path)).then_some(choice)
    }

    fn plain_path(&mut self, text: &str) -> Option<Path> {
        Path::parse(text).map_err(|message| self.fault(&message, None)).ok()
    }

    fn check_column(&mut self, path: &Path) -> bool {
        let is_fit = self.layout != Layout::Csv || path.fits_row();
        if !is_fit {
            let help = "write the heading alone, between backticks where it has a dot".to_owned();
            self.fault("a row of a CSV has columns and nothing deeper", Some(help));
        }
        is_fit
    }

    fn template(&mut self, text: &str) -> Option<Template> {
        let template = Template::parse(text).map_err(|message| self.fault(&message, None)).ok()?;
        let paths: Vec<Path> = template.paths().cloned().collect();
        paths.iter().all(|path| self.check_column(path)).then_some(template)
    }

    fn condition(&mut self, text: impl AsRef<str>) -> Option<Conditions> {
        let text = text.as_ref();
        let conditions =
            Conditions::parse(text).map_err(|message| self.fault(&message, None)).ok()?;
        let paths: Vec<Path> = conditions.paths().cloned().collect();
        paths.iter().all(|path| self.check_column(path)).then_some(conditions)
    }

    /// The items of a list, each at its place.
    fn each<'i, T, U>(
        &mut self,
        key: &str,
        items: &'i [T],
        compile: impl Fn(&mut Self, &'i T) -> Option<U>,
    ) -> Vec<U> {
        self.at_key(key, |it| {
            let mut compiled = Vec::new();
            for (index, item) in items.iter().enumerate() {
                it.place.push(FieldStep::Item(index));
                compiled.extend(compile(it, item));
                it.place.pop();
            }
            compiled
        })
    }

    /// The entries of a mapping, each at its place.
    fn named<T, U>(
        &mut self,
        key: &str,
        entries: &std::collections::BTreeMap<String, T>,
        compile: impl Fn(&mut Self, &str, &T) -> Option<U>,
    ) -> Vec<U> {
        self.at_key(key, |it| {
            let entry =
                |(name, value): (&String, &T)| it.at_key(name, |it| compile(it, name, value));
            entries.iter().filter_map(entry).collect()
        })
    }

    fn at_key<T>(&mut self, key: &str, compile: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(FieldStep::Key(key.to_owned()));
        let compiled = compile(self);
        self.place.pop();
        compiled
    }

    fn fault(&mut self, message: &str, help: Option<String>) {
        let path = self.place.clone();
        self.faults.push(FieldFault { path, message: message.to_owned(), help });
    }
}
