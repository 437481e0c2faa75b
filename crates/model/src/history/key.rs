//! What rows are told apart by, as numbers of interned text: the key of a series, and what
//! surrounds a run.

use serde::{Deserialize, Serialize};

use crate::history::RecordedKey;
use crate::history::intern::Interner;
use crate::history::platform::Platform;
use crate::history::session::{self, Side};
use crate::record::Direction;

/// Interned comparability key, unit included so that contradictions can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InternedKey<T = u32> {
    pub suite: T,
    pub test: T,
    pub backend: T,
    pub mode: T,
    pub params: T,
    /// The empty string for a failed run that names no metric.
    pub metric: T,
    pub unit: T,
    pub n: Option<u64>,
    pub parallel: bool,
    pub direction: Option<Direction>,
}

/// Runner, provenance and unknown fields, version and branch of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnvironmentKey {
    pub fields: Vec<(u32, u32)>,
    pub version: Option<u32>,
    pub branch: Option<u32>,
}

impl InternedKey {
    /// The interned texts.
    pub(crate) fn symbols(&self) -> [u32; 7] {
        [self.suite, self.test, self.backend, self.mode, self.params, self.metric, self.unit]
    }

    pub(crate) fn to_recorded_key(self, strings: &Interner) -> RecordedKey {
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
            statistic: None,
            platform: Platform::default(),
        }
    }
}

impl EnvironmentKey {
    /// The side of a session that its runs measured.
    pub(crate) fn side(&self, strings: &Interner) -> Option<Side> {
        session::side_of(|wanted| {
            let field = self.fields.iter().find(|(name, _)| strings.get(*name) == wanted);
            field.map(|(_, value)| strings.get(*value))
        })
    }

    pub(crate) fn with_symbols(&self, symbol: &impl Fn(u32) -> u32) -> Self {
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
