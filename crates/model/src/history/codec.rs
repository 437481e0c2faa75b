//! What was read from one file as bytes and back, so that an unchanged file need not be parsed
//! again: numbers in columns, little-endian; text once.
//!
//! Unpacking trusts nothing: every count is held against the bytes that are left, every number of
//! a string, key, commit, environment or detail against how many there are. What does not fit
//! gives nothing.

use std::collections::BTreeSet;

use crate::history::build::HistoryBuilder;
use crate::history::details::DetailStore;
use crate::history::intern::Interner;
use crate::history::key::{EnvironmentKey, InternedKey};
use crate::history::{BranchId, MeasurementRow, RecordCounts};
use crate::record::time::Timestamp;
use crate::record::{Direction, Problem, RareDetail, RunDetailRef, SourceLocation, Statistic};

impl HistoryBuilder {
    /// The bytes of everything that was read from one file; its name is not among them.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Encoder(Vec::new());
        out.list(self.strings.strings(), |out, text| out.text(text));
        out.list(&self.key_list, |out, key| out.key(key));
        out.list(&self.key_tags, |out, tags| {
            out.list(&tags.iter().copied().collect::<Vec<u32>>(), |out, tag| out.u32(*tag));
        });
        out.list(&self.environment_list, |out, it| {
            out.list(&it.fields, |out, (name, value)| {
                out.u32(*name);
                out.u32(*value);
            });
            out.option(it.version, Encoder::u32);
            out.option(it.branch, Encoder::u32);
        });
        out.list(&self.commit_list, |out, (id, time)| {
            out.u32(*id);
            out.option(time.map(|time| time.micros() as u64), Encoder::u64);
        });
        out.count(self.details.len());
        self.details.iter().for_each(|detail| out.detail(detail));
        out.rows(&self.all_rows().copied().collect::<Vec<_>>());
        for count in count_array(&self.counts) {
            out.u64(count);
        }
        let days: Vec<(i64, u32)> =
            self.records_per_day.iter().map(|(day, n)| (*day, *n)).collect();
        out.list(&days, |out, (day, records)| {
            out.u64(*day as u64);
            out.u32(*records);
        });
        out.list(&self.rejected_records, |out, it| {
            out.u32(it.location.line);
            out.u32(it.location.column);
            out.text(&it.reason);
            out.text(&it.remedy);
        });
        out.0
    }

    /// What [`HistoryBuilder::encode`] packed, as if it had been read from a file of this name: to be merged
    /// into another builder, which is all it is good for. None where the bytes are not whole.
    pub fn decode(bytes: &[u8], file: &str) -> Option<Self> {
        let mut from = Decoder(bytes);
        let strings = from.list(4, |from| Some(from.text()?.into()))?;
        let symbols = strings.len();
        let key_list = from.list(31, |from| from.key(symbols))?;
        let key_tags = from.list(4, |from| {
            let tags = from.list(4, |from| from.index_below(symbols))?;
            Some(tags.into_iter().collect::<BTreeSet<u32>>())
        })?;
        let environment_list = from.list(6, |from| {
            let field = |from: &mut Decoder<'_>| {
                Some((from.index_below(symbols)?, from.index_below(symbols)?))
            };
            Some(EnvironmentKey {
                fields: from.list(8, field)?,
                version: from.option(|from| from.index_below(symbols))?,
                branch: from.option(|from| from.index_below(symbols))?,
            })
        })?;
        let commit_list = from.list(5, |from| {
            let time = |from: &mut Decoder<'_>| Some(Timestamp::from_micros(from.u64()? as i64));
            Some((from.index_below(symbols)?, from.option(time)?))
        })?;
        let details = from.details()?;
        let sizes = [key_list.len(), commit_list.len(), environment_list.len(), details.len()];
        let rows = from.rows(sizes)?;
        let counts = from.counts()?;
        let per_day = from.list(12, |from| Some((from.u64()? as i64, from.u32()?)))?;
        let problems = from.list(16, |from| {
            let (line, column) = (from.u32()?, from.u32()?);
            let place = SourceLocation { file: file.to_owned(), line, column };
            let (reason, remedy) = (from.text()?.to_owned(), from.text()?.to_owned());
            Some(Problem { location: place, reason, remedy })
        })?;
        let whole = from.0.is_empty() && key_tags.len() == key_list.len();
        whole.then(|| Self {
            strings: Interner::from_strings(strings),
            key_list,
            key_tags,
            environment_list,
            commit_list,
            details,
            files: vec![file.to_owned()],
            rows,
            counts,
            records_per_day: per_day.into_iter().collect(),
            rejected_records: problems,
            ..Self::default()
        })
    }
}

fn count_array(of: &RecordCounts) -> [u64; 8] {
    let RecordCounts {
        records,
        duplicates,
        conflicting,
        failed,
        demo,
        pulls,
        other_branches,
        with_warmup,
    } = *of;
    [records, duplicates, conflicting, failed, demo, pulls, other_branches, with_warmup]
}

struct Encoder(Vec<u8>);

impl Encoder {
    fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn f64(&mut self, number: f64) {
        self.u64(number.to_bits());
    }

    fn count(&mut self, count: usize) {
        // More than 2^32 of anything are not read from one file: `index_of` says so before.
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.count(items.len());
        items.iter().for_each(|item| each(self, item));
    }

    fn option<T>(&mut self, value: Option<T>, some: impl Fn(&mut Self, T)) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            some(self, value);
        }
    }

    fn key(&mut self, key: &InternedKey) {
        let texts = [key.suite, key.test, key.backend, key.mode, key.params, key.metric, key.unit];
        texts.into_iter().for_each(|text| self.u32(text));
        self.option(key.n, Self::u64);
        self.u8(u8::from(key.parallel));
        self.u8(match key.direction {
            None => 0,
            Some(Direction::Lower) => 1,
            Some(Direction::Higher) => 2,
        });
    }

    fn detail(&mut self, detail: RunDetailRef<'_>) {
        self.option(detail.error(), Self::text);
        self.option(detail.url(), Self::text);
        self.list(detail.statistics(), |out, (name, value)| {
            let place = Statistic::ALL.iter().position(|(_, it)| it == name).unwrap_or(0);
            out.u8(u8::try_from(place).unwrap_or(0));
            out.f64(*value);
        });
        self.list(detail.samples(), |out, value| out.f64(*value));
        self.list(detail.warmup_ns, |out, value| out.f64(*value));
    }

    fn rows(&mut self, rows: &[(u32, MeasurementRow)]) {
        self.count(rows.len());
        self.0.reserve(rows.len() * ROW_BYTES);
        rows.iter().for_each(|(_, row)| self.u64(row.time.micros() as u64));
        rows.iter().for_each(|(_, row)| self.f64(row.value.get().unwrap_or(f64::NAN)));
        rows.iter().for_each(|(_, row)| self.f64(row.std.get().unwrap_or(f64::NAN)));
        rows.iter().for_each(|(_, row)| {
            let other = if row.branch == BranchId::MAIN { 0 } else { 1 };
            self.u64(row.branch.pull().map_or(other, |pull| 2 + u64::from(pull)));
        });
        rows.iter().for_each(|(key, _)| self.u32(*key));
        rows.iter().for_each(|(_, row)| self.u32(row.commit));
        rows.iter().for_each(|(_, row)| self.u32(row.environment));
        rows.iter().for_each(|(_, row)| self.u32(row.detail));
        rows.iter().for_each(|(_, row)| self.u32(row.line));
    }
}

/// Bytes of a row: four columns of 8 and five of 4.
const ROW_BYTES: usize = 52;

struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(u32_of)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8).map(u64_of)
    }

    fn f64(&mut self) -> Option<f64> {
        self.u64().map(f64::from_bits)
    }

    /// A number of one of so many things.
    fn index_below(&mut self, count: usize) -> Option<u32> {
        self.u32().filter(|number| (*number as usize) < count)
    }

    /// A count of things that take at least so many bytes each.
    fn count(&mut self, least: usize) -> Option<usize> {
        let count = self.u32()? as usize;
        (count <= self.0.len() / least).then_some(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.count(1)?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn list<T>(&mut self, least: usize, each: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count(least)?;
        (0..count).map(|_| each(self)).collect()
    }

    /// The outer option says whether the bytes were whole.
    fn option<T>(&mut self, some: impl Fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.u8()? {
            0 => Some(None),
            1 => some(self).map(Some),
            _ => None,
        }
    }

    fn key(&mut self, symbols: usize) -> Option<InternedKey> {
        let key = InternedKey {
            suite: self.index_below(symbols)?,
            test: self.index_below(symbols)?,
            backend: self.index_below(symbols)?,
            mode: self.index_below(symbols)?,
            params: self.index_below(symbols)?,
            metric: self.index_below(symbols)?,
            unit: self.index_below(symbols)?,
            n: self.option(Self::u64)?,
            parallel: self.u8()? == 1,
            direction: match self.u8()? {
                0 => None,
                1 => Some(Direction::Lower),
                2 => Some(Direction::Higher),
                _ => return None,
            },
        };
        Some(key)
    }

    fn details(&mut self) -> Option<DetailStore> {
        let mut details = DetailStore::default();
        for _ in 0..self.count(5)? {
            let rare = self.rare()?;
            details.push(&self.list(8, Self::f64)?, rare);
        }
        Some(details)
    }

    fn rare(&mut self) -> Option<RareDetail> {
        Some(RareDetail {
            error: self.option(|from| Some(from.text()?.to_owned()))?,
            url: self.option(|from| Some(from.text()?.to_owned()))?,
            statistics: self.list(9, |from| {
                let (_, name) = *Statistic::ALL.get(usize::from(from.u8()?))?;
                Some((name, from.f64()?))
            })?,
            samples: self.list(8, Self::f64)?,
        })
    }

    /// `sizes`: keys, commits, environments, details.
    fn rows(&mut self, sizes: [usize; 4]) -> Option<Vec<(u32, MeasurementRow)>> {
        let count = self.count(ROW_BYTES)?;
        let mut wide = || self.take(8 * count).map(|bytes| bytes.chunks_exact(8).map(u64_of));
        let (times, values, stds, lines_of) = (wide()?, wide()?, wide()?, wide()?);
        let mut thin = || self.take(4 * count).map(|bytes| bytes.chunks_exact(4).map(u32_of));
        let (keys, commits, environments) = (thin()?, thin()?, thin()?);
        let (details, lines) = (thin()?, thin()?);
        let wide = times.zip(values).zip(stds.zip(lines_of));
        let thin = keys.zip(commits).zip(environments.zip(details.zip(lines)));
        let row = |(((time, value), (std, line_of)), ((key, commit), thin))| {
            let (environment, (detail, line)): (u32, (u32, u32)) = thin;
            let line_of = match line_of {
                0 => BranchId::MAIN,
                1 => BranchId::OTHER,
                pull => BranchId::of_pull(pull - 2),
            };
            let inside = [(key, sizes[0]), (commit, sizes[1]), (environment, sizes[2])];
            let inside = inside.into_iter().all(|(number, size)| (number as usize) < size);
            let row = MeasurementRow {
                time: Timestamp::from_micros(time as i64),
                value: f64::from_bits(value).into(),
                std: f64::from_bits(std).into(),
                commit,
                environment,
                detail,
                branch: line_of,
                file: 0,
                line,
            };
            (inside && detail as usize <= sizes[3]).then_some((key, row))
        };
        wide.zip(thin).map(row).collect()
    }

    fn counts(&mut self) -> Option<RecordCounts> {
        Some(RecordCounts {
            records: self.u64()?,
            duplicates: self.u64()?,
            conflicting: self.u64()?,
            failed: self.u64()?,
            demo: self.u64()?,
            pulls: self.u64()?,
            other_branches: self.u64()?,
            with_warmup: self.u64()?,
        })
    }
}

fn u32_of(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn u64_of(bytes: &[u8]) -> u64 {
    let low = u64::from(u32_of(bytes));
    low | u64::from(u32_of(&bytes[4..])) << 32
}
