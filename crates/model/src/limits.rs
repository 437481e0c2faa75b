//! How much a history may hold. Real histories never meet these; a file that was made to use up
//! memory or time does, and gets an error that names the limit, the value and the key to raise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Limits on the size of a history and its parts. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A longer line is rejected.
    #[schemars(range(min = 1, max = 16777216))]
    pub line_bytes: u64,
    /// A larger file of records is rejected; of a packed one its size on disk counts.
    #[schemars(range(min = 1))]
    pub file_bytes: u64,
    /// A `.json` file and a packed file are held in memory whole; a larger one is rejected.
    #[schemars(range(min = 1))]
    pub array_bytes: u64,
    /// A packed file that is larger when it is unpacked is rejected.
    #[schemars(range(min = 1))]
    pub unpacked_bytes: u64,
    /// A packed file of which a part unpacks to more than this many times its size is rejected.
    /// The first 64 MiB of unpacked bytes are free: small files may be packed as well as they can.
    #[schemars(range(min = 1))]
    pub unpack_ratio: u64,
    /// Lines of a file; the rest of it is rejected as a whole.
    #[schemars(range(min = 1))]
    pub records_per_file: u64,
    /// Rejected records of a file, after which the rest of the file is rejected as a whole.
    #[schemars(range(min = 1))]
    pub rejected_per_file: u64,
    /// A record with more metrics is rejected.
    #[schemars(range(min = 1))]
    pub metrics_per_record: u64,
    /// A record with a longer suite, test, backend, mode, metric, unit, commit or parameters is
    /// rejected.
    #[schemars(range(min = 1))]
    pub name_bytes: u64,
    /// A history with more series is not loaded.
    #[schemars(range(min = 1))]
    pub series: u64,
    /// A larger note or template is left out.
    #[schemars(range(min = 1))]
    pub note_bytes: u64,
    /// A larger `commits.ndjson`, `accepted.yml`, `audit.ndjson` or file in `quarantine/` is left
    /// out.
    #[schemars(range(min = 1))]
    pub sidecar_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: MIB,
            file_bytes: 4 * GIB,
            array_bytes: 128 * MIB,
            unpacked_bytes: 4 * GIB,
            unpack_ratio: 200,
            records_per_file: 20_000_000,
            rejected_per_file: 10_000,
            metrics_per_record: 1_000,
            name_bytes: 16 * KIB,
            series: 200_000,
            note_bytes: 256 * KIB,
            sidecar_bytes: 64 * MIB,
        }
    }
}
