//! What the errors between the steps of a shared build mean.

use crate::app::shard::fault::ShardFault;
use crate::explain::Advice;

/// An error of a step.
pub(super) fn fault(fault: ShardFault) -> Advice {
    match fault {
        ShardFault::MissingFile => MISSING_FILE,
        ShardFault::OtherFile => OTHER_FILE,
        ShardFault::OtherVersion => OTHER_VERSION,
        ShardFault::Damaged => DAMAGED,
        ShardFault::OtherPolicy => OTHER_POLICY,
        ShardFault::NoParts => NO_PARTS,
        ShardFault::NoShards => NO_SHARDS,
        ShardFault::MixedBuilds => MIXED_BUILDS,
        ShardFault::MixedAnalyses => MIXED_ANALYSES,
        ShardFault::Overlap => OVERLAP,
        ShardFault::Incomplete => INCOMPLETE,
    }
}

const MISSING_FILE: Advice = Advice {
    meaning: "A file of the step before is not there.",
    cause: "The step did not run, or wrote to another path.",
    remedy: "Name the file that the step wrote.",
    commands: &[
        "benchpages shard map --shard 1/8 --out parts/1.part",
        "benchpages shard votes parts --out site.analysis",
    ],
    chapter: "docs/scale.md",
};

const OTHER_FILE: Advice = Advice {
    meaning: "The file is not one that the step before wrote.",
    cause: "Another kind of file has this name.",
    remedy: "Name the file that the step wrote.",
    commands: &["benchpages shard votes parts --out site.analysis"],
    chapter: "docs/scale.md",
};

const OTHER_VERSION: Advice = Advice {
    meaning: "The file was written by another version of benchpages.",
    cause: "Machines of one build have different versions.",
    remedy: "Install one version everywhere, and run the steps again.",
    commands: &["benchpages --version"],
    chapter: "docs/scale.md",
};

const DAMAGED: Advice = Advice {
    meaning: "The file is cut off or was altered.",
    cause: "A copy was interrupted, or the disk was full.",
    remedy: "Run the step that wrote it again.",
    commands: &["benchpages shard map --shard 1/8 --out parts/1.part"],
    chapter: "docs/scale.md",
};

const OTHER_POLICY: Advice = Advice {
    meaning: "The parts were read under another policy than the one of this step.",
    cause: "policy.yml changed between the steps, and values are read by its units, limits and \
         warm-up.",
    remedy: "Run all steps with one policy.",
    commands: &["benchpages shard map --shard 1/8 --out parts/1.part"],
    chapter: "docs/scale.md",
};

const NO_PARTS: Advice = Advice {
    meaning: "There are no parts to merge.",
    cause: "The folder is empty or another one: parts end in `.part`.",
    remedy: "Write the parts first.",
    commands: &["benchpages shard map --shard 1/8 --out parts/1.part"],
    chapter: "docs/scale.md",
};

const NO_SHARDS: Advice = Advice {
    meaning: "There are no shards to join.",
    cause: "The folder is empty or another one: shards are called 1-of-8, 2-of-8, ….",
    remedy: "Write the shards first.",
    commands: &["benchpages shard pages site.analysis --shard 1/8"],
    chapter: "docs/scale.md",
};

const MIXED_BUILDS: Advice = Advice {
    meaning: "The folder has shards of two divisions, such as 1-of-4 and 1-of-8.",
    cause: "An earlier build left its shards there.",
    remedy: "Remove the shards of the other build.",
    commands: &["benchpages shard assemble shards"],
    chapter: "docs/scale.md",
};

const MIXED_ANALYSES: Advice = Advice {
    meaning: "The shards were made from different analyses, which may have different verdicts.",
    cause: "Some shards are of an earlier run.",
    remedy: "Write the shards of the older analysis again.",
    commands: &["benchpages shard pages site.analysis --shard 1/8"],
    chapter: "docs/scale.md",
};

const OVERLAP: Advice = Advice {
    meaning: "Two shards have the same file.",
    cause: "They were made by different versions.",
    remedy: "Write both again, with one version.",
    commands: &["benchpages shard pages site.analysis --shard 1/8"],
    chapter: "docs/scale.md",
};

const INCOMPLETE: Advice = Advice {
    meaning: "Shards, or files of a shard, are missing or altered.",
    cause: "A step failed or is still running, or a copy was interrupted.",
    remedy: "Run the step again for the shards that the message names.",
    commands: &["benchpages shard pages site.analysis --shard 1/8"],
    chapter: "docs/scale.md",
};
