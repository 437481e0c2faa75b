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
    ($name:literal, $path:expr, $purpose:literal) => {
        FileTemplate {
            name: $name,
            text: include_str!(concat!("../../templates/", $name)),
            path: $path,
            purpose: $purpose,
        }
    };
}

/// The policy, and the scripts that jobs of any system call, in a folder.
macro_rules! scripts {
    ($folder:literal) => {
        [
            template!("init/policy.yml", "data/policy.yml", "which changes are regressions"),
            template!(
                "init/measure.sh",
                concat!($folder, "/benchmarks.sh"),
                "runs the benchmarks and writes records"
            ),
            template!(
                "init/keep.sh",
                concat!($folder, "/benchpages-keep.sh"),
                "adds files to the branch with the history, even when several jobs do so at once"
            ),
            template!(
                "init/history.sh",
                concat!($folder, "/benchpages-history.sh"),
                "puts the history from its branch into data/"
            ),
        ]
    };
}

/// The script by which a job gets the program.
macro_rules! install {
    ($folder:literal) => {
        template!(
            "init/install.sh",
            concat!($folder, "/benchpages-install.sh"),
            "installs the pinned version of benchpages, verified"
        )
    };
}

/// The template with the part of each benchmark tool.
pub(super) const MEASURE: &str = "init/measure.sh";

const GITHUB_SCRIPTS: [FileTemplate; 4] = scripts!(".github");
const GITHUB_JOBS: [FileTemplate; 7] = [
    install!(".github"),
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

const GITLAB_SCRIPTS: [FileTemplate; 4] = scripts!(".gitlab");
const GITLAB_JOBS: [FileTemplate; 4] = [
    install!(".gitlab"),
    template!(
        "init/gitlab-benchpages.yml",
        ".gitlab/benchpages.yml",
        "checks merge requests, measures the main branch, publishes the site on GitLab Pages"
    ),
    template!("init/gitlab-ci.yml", ".gitlab-ci.yml", "includes .gitlab/benchpages.yml"),
    template!("init/gitlab-codeowners", ".gitlab/CODEOWNERS", "who may accept a regression"),
];

/// A system without jobs of its own here: its jobs call the scripts.
const OTHER_SCRIPTS: [FileTemplate; 4] = scripts!("ci");

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
    pub(super) fn templates(self) -> impl Iterator<Item = &'static FileTemplate> {
        let (scripts, jobs): (_, &[FileTemplate]) = match self {
            Self::Github => (&GITHUB_SCRIPTS, &GITHUB_JOBS),
            Self::Gitlab => (&GITLAB_SCRIPTS, &GITLAB_JOBS),
            Self::Other => (&OTHER_SCRIPTS, &[]),
        };
        scripts.iter().chain(jobs)
    }

    /// The script that measures, from the root.
    pub(super) fn measure_script(self) -> &'static str {
        let measure = self.templates().find(|template| template.name == MEASURE);
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
