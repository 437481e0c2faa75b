//! What rows are told apart by, as numbers of interned text: the key of a series, and what
//! surrounds a run.

use crate::history::RecordedKey;
use crate::history::intern::Interner;
use crate::record::Direction;

/// Interned comparability key, unit included so that contradictions can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key<T = u32> {
    pub(super) suite: T,
    pub(super) test: T,
    pub(super) backend: T,
    pub(super) mode: T,
    pub(super) params: T,
    /// The empty string for a failed run that names no metric.
    pub(super) metric: T,
    pub(super) unit: T,
    pub(super) n: Option<u64>,
    pub(super) parallel: bool,
    pub(super) better: Option<Direction>,
}

/// Runner, provenance and unknown fields, version and branch of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct EnvironmentKey {
    pub(super) fields: Vec<(u32, u32)>,
    pub(super) version: Option<u32>,
    pub(super) branch: Option<u32>,
}

impl Key {
    pub(super) fn recorded(self, strings: &Interner) -> RecordedKey {
        let text = |symbol| strings.get(symbol).to_owned();
        RecordedKey {
            suite: text(self.suite),
            test: text(self.test),
            backend: text(self.backend),
            mode: text(self.mode),
            parallel: self.parallel,
            n: self.n,
            params: text(self.params),
            metric: text(self.metric),
        }
    }
}

impl EnvironmentKey {
    pub(super) fn renumbered(&self, symbol: &impl Fn(u32) -> u32) -> Self {
        Self {
            fields: self
                .fields
                .iter()
                .map(|&(name, value)| (symbol(name), symbol(value)))
                .collect(),
            version: self.version.map(symbol),
            branch: self.branch.map(symbol),
        }
    }
}
