//! What can be wrong between two steps of a shared build.

use crate::app::warning::with_code;
use model::coded_enum;

coded_enum! {
    /// The kind of an error that a step ends with.
    pub(crate) enum ShardFault {
        MissingFile = "shard_file_missing",
        /// A file that no step, or another step, wrote.
        OtherFile = "shard_other_file",
        OtherVersion = "shard_other_version",
        Damaged = "shard_damaged",
        /// Two steps have different policies.
        OtherPolicy = "shard_other_policy",
        NoParts = "shard_no_parts",
        NoShards = "shard_no_shards",
        /// Shards of two divisions in one folder: 1/4 beside 1/8.
        MixedBuilds = "shard_mixed_builds",
        MixedAnalyses = "shard_mixed_analyses",
        /// One file in two shards.
        Overlap = "shard_overlap",
        /// Shards, or files of one, are missing or altered.
        Incomplete = "shard_incomplete",
    }
}

impl ShardFault {
    /// The error with its code, which `benchpages explain` knows.
    pub(super) fn error(self, message: String) -> anyhow::Error {
        anyhow::Error::msg(with_code(message, self.code()))
    }
}
