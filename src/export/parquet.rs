//! Parquet: a row for each measurement, with the columns of the CSV in their types. Times are
//! timestamps, samples and tags are lists, and fields beside the measurement are one column of
//! JSON.

use std::fmt::Write as _;
use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::Result as ParquetResult;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

use crate::export::{ExportPoint, points};
use model::history::{History, SeriesColumn};
use model::record::Statistic;
use model::record::time::Timestamp;

/// Rows that are in memory before they are written as one group.
const GROUP_ROWS: usize = 100_000;

/// A value of a column; none is null.
enum CellValue {
    Text(Option<String>),
    Integer(Option<i64>),
    Number(Option<f64>),
    Flag(bool),
    Texts(Vec<String>),
    Numbers(Vec<f64>),
}

/// A column: its name, its type in the language of Parquet's schemas, and its value of a row.
struct ParquetColumn {
    name: &'static str,
    kind: &'static str,
    cell: Box<dyn Fn(&ExportPoint<'_>) -> CellValue>,
}

const TEXT: &str = "optional binary {} (STRING);";
const TIME: &str = "optional int64 {} (TIMESTAMP(MICROS,true));";
const SIZE: &str = "optional int64 {} (INTEGER(64,false));";
const NUMBER: &str = "optional double {};";
const FLAG: &str = "required boolean {};";
const TEXTS: &str =
    "required group {} (LIST) { repeated group list { required binary element (STRING); } }";
const NUMBERS: &str =
    "required group {} (LIST) { repeated group list { required double element; } }";

/// Whether this program writes Parquet.
///
/// # Errors
/// Never, in this one.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn check_built() -> anyhow::Result<()> {
    Ok(())
}

/// The file.
///
/// # Errors
/// A value cannot be encoded.
pub(super) fn file(history: &History, columns: &[&SeriesColumn]) -> anyhow::Result<Vec<u8>> {
    let described = described();
    let schema = Arc::new(parse_message_type(&schema(&described))?);
    let created_by = format!("benchpages {}", env!("CARGO_PKG_VERSION"));
    let properties = WriterProperties::builder()
        // Every reader knows it, and it costs no time.
        .set_compression(Compression::SNAPPY)
        .set_created_by(created_by)
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut rows = columns.iter().flat_map(|column| points(history, column)).peekable();
    while rows.peek().is_some() {
        let group: Vec<ExportPoint<'_>> = rows.by_ref().take(GROUP_ROWS).collect();
        let mut out = writer.next_row_group()?;
        for column in &described {
            write_column(&mut out, &group, column)?;
        }
        out.close()?;
    }
    Ok(writer.into_inner()?)
}

fn schema(columns: &[ParquetColumn]) -> String {
    let mut schema = "message benchpages {".to_owned();
    for column in columns {
        let _ = write!(schema, " {}", column.kind.replacen("{}", column.name, 1));
    }
    schema + " }"
}

fn described() -> Vec<ParquetColumn> {
    let mut columns = vec![
        text("commit", |point| Some(point.commit.id.clone())),
        time("timestamp", |point| Some(point.row.time)),
        time("commit_time", |point| point.commit.author_time),
        text("branch", |point| point.environment.branch.clone()),
        size("pull", |point| point.pull().map(u64::from)),
        text("suite", |point| Some(point.column.key.suite.clone())),
        text("test", |point| Some(point.column.key.test.clone())),
        text("backend", |point| Some(point.column.key.backend.clone())),
        text("mode", |point| Some(point.column.key.mode.clone())),
        column("parallel", FLAG, |point| CellValue::Flag(point.column.key.parallel)),
        size("n", |point| point.column.key.n),
        text("params", |point| Some(point.column.key.params.clone())),
        text("metric", |point| Some(point.column.key.metric.clone())),
        text("unit", |point| Some(point.column.unit.as_str().to_owned())),
        text("better", |point| point.column.direction.map(|better| better.as_str().to_owned())),
        number("value", |point| point.value()),
        number("std", |point| point.std()),
        text("error", |point| point.error().map(str::to_owned)),
        text("version", |point| point.environment.version.clone()),
        text("url", |point| point.detail.and_then(|detail| detail.url()).map(str::to_owned)),
        column("tags", TEXTS, |point| CellValue::Texts(point.column.tags.clone())),
        column("warmup_ns", NUMBERS, |point| {
            CellValue::Numbers(point.detail.map_or_else(Vec::new, |it| it.warmup_ns.to_vec()))
        }),
    ];
    for (name, wanted) in Statistic::ALL {
        // A name in a schema may have no dot.
        let name = if name == "p99.9" { "p99_9" } else { name };
        columns.push(number(name, move |point| point.detail?.statistics.get(wanted)));
    }
    columns.push(column("samples", NUMBERS, |point| {
        CellValue::Numbers(point.detail.map_or_else(Vec::new, |it| it.samples.to_vec()))
    }));
    columns
        .push(text("environment", |point| serde_json::to_string(&point.environment.fields).ok()));
    columns
}

fn column(
    name: &'static str,
    kind: &'static str,
    cell: impl Fn(&ExportPoint<'_>) -> CellValue + 'static,
) -> ParquetColumn {
    ParquetColumn { name, kind, cell: Box::new(cell) }
}

fn text(
    name: &'static str,
    value: impl Fn(&ExportPoint<'_>) -> Option<String> + 'static,
) -> ParquetColumn {
    column(name, TEXT, move |point| CellValue::Text(value(point)))
}

fn number(
    name: &'static str,
    value: impl Fn(&ExportPoint<'_>) -> Option<f64> + 'static,
) -> ParquetColumn {
    column(name, NUMBER, move |point| CellValue::Number(value(point)))
}

fn time(
    name: &'static str,
    value: impl Fn(&ExportPoint<'_>) -> Option<Timestamp> + 'static,
) -> ParquetColumn {
    let micros = move |point: &ExportPoint<'_>| value(point).map(Timestamp::micros);
    column(name, TIME, move |point| CellValue::Integer(micros(point)))
}

fn size(
    name: &'static str,
    value: impl Fn(&ExportPoint<'_>) -> Option<u64> + 'static,
) -> ParquetColumn {
    // An unsigned number has the bits of a signed one.
    column(name, SIZE, move |point| CellValue::Integer(value(point).map(|it| it as i64)))
}

/// The values of a column in a group of rows, with their levels: whether a value is there, and
/// whether it continues the list of its row.
struct ColumnBatch<T> {
    values: Vec<T>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl<T> ColumnBatch<T> {
    fn new() -> Self {
        Self { values: Vec::new(), definitions: Vec::new(), repetitions: Vec::new() }
    }

    fn push(&mut self, value: Option<T>) {
        self.definitions.push(i16::from(value.is_some()));
        self.repetitions.push(0);
        self.values.extend(value);
    }

    fn push_list(&mut self, list: impl IntoIterator<Item = T>) {
        let start = self.values.len();
        self.values.extend(list);
        for at in start..self.values.len() {
            self.definitions.push(1);
            self.repetitions.push(i16::from(at > start));
        }
        // An empty list has one entry, which says that nothing is in it.
        if self.values.len() == start {
            self.definitions.push(0);
            self.repetitions.push(0);
        }
    }
}

fn write_column(
    out: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    group: &[ExportPoint<'_>],
    column: &ParquetColumn,
) -> ParquetResult<()> {
    // Columns come in the order of the schema, which is that of the descriptions.
    let Some(mut writer) = out.next_column()? else { return Ok(()) };
    let mut texts: ColumnBatch<ByteArray> = ColumnBatch::new();
    let mut integers: ColumnBatch<i64> = ColumnBatch::new();
    let mut numbers: ColumnBatch<f64> = ColumnBatch::new();
    let mut flags: ColumnBatch<bool> = ColumnBatch::new();
    let bytes = |text: String| ByteArray::from(text.into_bytes());
    for point in group {
        match (column.cell)(point) {
            CellValue::Text(text) => texts.push(text.map(bytes)),
            CellValue::Integer(number) => integers.push(number),
            CellValue::Number(number) => numbers.push(number),
            CellValue::Flag(flag) => flags.push(Some(flag)),
            CellValue::Texts(list) => texts.push_list(list.into_iter().map(bytes)),
            CellValue::Numbers(list) => numbers.push_list(list),
        }
    }
    match writer.untyped() {
        ColumnWriter::ByteArrayColumnWriter(out) => write_batch::<ByteArrayType>(out, &texts)?,
        ColumnWriter::Int64ColumnWriter(out) => write_batch::<Int64Type>(out, &integers)?,
        ColumnWriter::DoubleColumnWriter(out) => write_batch::<DoubleType>(out, &numbers)?,
        ColumnWriter::BoolColumnWriter(out) => write_batch::<BoolType>(out, &flags)?,
        _ => {}
    }
    writer.close()
}

fn write_batch<T: DataType>(
    out: &mut ColumnWriterImpl<'_, T>,
    batch: &ColumnBatch<T::T>,
) -> ParquetResult<()> {
    let descriptor = out.get_descriptor();
    let definitions = (descriptor.max_def_level() > 0).then_some(&batch.definitions[..]);
    let repetitions = (descriptor.max_rep_level() > 0).then_some(&batch.repetitions[..]);
    out.write_batch(&batch.values, definitions, repetitions).map(|_| ())
}
