//! The files that are proposed for each CI system: template, place in the repository, and use.

use crate::init::host::CiSystem;

/// A template, the place of its file in the repository, and the use of that file.
pub(super) struct FileTemplate {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) path: &'static str,
    pub(super) purpose: &'static str,
}

macro_rules! template {
    ($name:literal, $path:literal, $purpose:literal) => {
        FileTemplate {
            name: $name,
            text: include_str!(concat!("../../templates/", $name)),
            path: $path,
            purpose: $purpose,
        }
    };
}

/// The template with the part of each benchmark tool.
pub(super) const MEASURE: &str = "init/measure.sh";

const GITHUB: [FileTemplate; 11] = [
    template!("init/policy.yml", "data/policy.yml", "which changes are regressions"),
    template!("init/measure.sh", ".github/benchmarks.sh", "runs the benchmarks and writes records"),
    template!(
        "init/install.sh",
        ".github/benchpages-install.sh",
        "installs the pinned version of benchpages, verified"
    ),
    template!(
        "init/keep.sh",
        ".github/benchpages-keep.sh",
        "adds files to the branch with the history, even when several jobs do so at once"
    ),
    template!(
        "init/history.sh",
        ".github/benchpages-history.sh",
        "puts the history from its branch into data/"
    ),
    template!(
        "init/override.sh",
        ".github/benchpages-override.sh",
        "says who set the label performance-override on a pull request"
    ),
    template!(
        "init/benchmarks.yml",
        ".github/workflows/benchmarks.yml",
        "pull requests and merge queue: measures and checks, with a read-only token"
    ),
    template!(
        "init/benchpages-comment.yml",
        ".github/workflows/benchpages-comment.yml",
        "comments on pull requests, forks included, without running their code"
    ),
    template!(
        "init/benchpages.yml",
        ".github/workflows/benchpages.yml",
        "main branch: measures, adds to the history, publishes the site and reports regressions"
    ),
    template!(
        "init/benchpages-site.yml",
        ".github/workflows/benchpages-site.yml",
        "builds the site and publishes it on GitHub Pages"
    ),
    template!("init/codeowners", ".github/CODEOWNERS", "who may accept a regression"),
];

const GITLAB: [FileTemplate; 8] = [
    template!("init/policy.yml", "data/policy.yml", "which changes are regressions"),
    template!("init/measure.sh", ".gitlab/benchmarks.sh", "runs the benchmarks and writes records"),
    template!(
        "init/install.sh",
        ".gitlab/benchpages-install.sh",
        "installs the pinned version of benchpages, verified"
    ),
    template!(
        "init/keep.sh",
        ".gitlab/benchpages-keep.sh",
        "adds files to the branch with the history, even when several jobs do so at once"
    ),
    template!(
        "init/history.sh",
        ".gitlab/benchpages-history.sh",
        "puts the history from its branch into data/"
    ),
    template!(
        "init/gitlab-benchpages.yml",
        ".gitlab/benchpages.yml",
        "checks merge requests, measures the main branch, publishes the site on GitLab Pages"
    ),
    template!("init/gitlab-ci.yml", ".gitlab-ci.yml", "includes .gitlab/benchpages.yml"),
    template!("init/gitlab-codeowners", ".gitlab/CODEOWNERS", "who may accept a regression"),
];

/// Without a CI system that has jobs of its own here: what any job can call.
const OTHER: [FileTemplate; 4] = [
    template!("init/policy.yml", "data/policy.yml", "which changes are regressions"),
    template!("init/measure.sh", "ci/benchmarks.sh", "runs the benchmarks and writes records"),
    template!(
        "init/keep.sh",
        "ci/benchpages-keep.sh",
        "adds files to the branch with the history, even when several jobs do so at once"
    ),
    template!(
        "init/history.sh",
        "ci/benchpages-history.sh",
        "puts the history from its branch into data/"
    ),
];

pub(super) const HOOKS: [FileTemplate; 3] = [
    template!(
        "init/pre-commit-config.yaml",
        ".pre-commit-config.yaml",
        "the same hooks for pre-commit"
    ),
    template!("init/pre-commit.sh", ".githooks/pre-commit", "checks the policy before a commit"),
    template!("init/pre-push.sh", ".githooks/pre-push", "checks local results before a push"),
];

impl CiSystem {
    pub(super) fn templates(self) -> &'static [FileTemplate] {
        match self {
            Self::Github => &GITHUB,
            Self::Gitlab => &GITLAB,
            Self::Other => &OTHER,
        }
    }

    /// The script that measures, from the root.
    pub(super) fn measure_script(self) -> &'static str {
        let measure = self.templates().iter().find(|template| template.name == MEASURE);
        measure.map_or(".github/benchmarks.sh", |template| template.path)
    }

    /// Places of code owners, the one that counts first.
    pub(super) fn owner_places(self) -> [&'static str; 3] {
        match self {
            Self::Github => [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::Gitlab | Self::Other => ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
        }
    }
}
