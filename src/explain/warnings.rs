//! What the warnings mean that ask somebody to act.

use crate::app::warning::WarningKind;
use crate::explain::Advice;

/// A warning.
pub(super) fn warning(kind: WarningKind) -> Advice {
    match kind {
        WarningKind::NoPolicy => NO_POLICY,
        WarningKind::NoBaseUrl => NO_BASE_URL,
        WarningKind::LargeSite => LARGE_SITE,
        WarningKind::UnusedCache => UNUSED_CACHE,
        WarningKind::NoQuarantine => NO_QUARANTINE,
        WarningKind::OldSite => OLD_SITE,
        WarningKind::OtherCommit => OTHER_COMMIT,
        WarningKind::RunField => RUN_FIELD,
    }
}

const NO_POLICY: Advice = Advice {
    meaning: "The history has no policy.yml, so the default policy decides.",
    cause: "No policy was written yet, or --data or --policy names another place.",
    remedy: "Write a policy, or leave it: the defaults are meant for a start.",
    commands: &["benchpages init", "benchpages policy show"],
    chapter: "docs/policy.md",
};

const NO_BASE_URL: Advice = Advice {
    meaning: "The site does not know its address.",
    cause: "Feeds, the sitemap and links of messages need a whole address.",
    remedy: "Set `site.base_url` in the policy once the site has an address.",
    commands: &["benchpages build --base-url URL"],
    chapter: "docs/troubleshooting.md",
};

const LARGE_SITE: Advice = Advice {
    meaning: "The site comes near the limit of its host.",
    cause: "Each series and each commit has a page of its own.",
    remedy: "Give quiet series no page, move old results to the archive, or ignore series.",
    commands: &["benchpages policy show --reference", "benchpages rotate"],
    chapter: "docs/scale.md",
};

const UNUSED_CACHE: Advice = Advice {
    meaning: "The cache folder is not used, because others could have written to it.",
    cause: "It belongs to another user, other users may write to it, or it is a link.",
    remedy: "Remove the folder that the message names. The next run makes it anew.",
    commands: &["benchpages build --no-cache"],
    chapter: "docs/reliability.md",
};

const NO_QUARANTINE: Advice = Advice {
    meaning: "Rejected records could not be written to quarantine/. The health page lists them.",
    cause: "The history directory cannot be written.",
    remedy: "Let the job write to the history, or correct the records at their places.",
    commands: &["benchpages doctor"],
    chapter: "docs/troubleshooting.md",
};

const OLD_SITE: Advice = Advice {
    meaning: "The new site is complete, and a part of the one before it is still on the disk.",
    cause: "Another program holds a file of it, or it may not be removed.",
    remedy: "Delete the folder that the message names.",
    commands: &["benchpages build"],
    chapter: "docs/reliability.md",
};

const OTHER_COMMIT: Advice = Advice {
    meaning: "Records named another commit than --commit. They count for that of --commit.",
    cause: "The file was measured at another commit, or its tool looked at another repository.",
    remedy: "Check which commit was measured. Without --commit the records keep their own.",
    commands: &["benchpages ingest FILE --dry-run"],
    chapter: "docs/history.md",
};

const RUN_FIELD: Advice = Advice {
    meaning: "Something of the run stays out of the records, or may be wrong.",
    cause: "Git, the CI job or the machine does not say it: a shallow clone, changed files, no \
         repository.",
    remedy: "Do what the message says, or name the value by an option.",
    commands: &["benchpages ingest FILE --commit SHA --branch NAME"],
    chapter: "docs/history.md",
};
