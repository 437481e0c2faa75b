//! Workflows that run on a schedule, each on request: the usual benchmarks every day, capacity
//! every week, chaos every month, and the rotation of old records.

use crate::init::templates::FileTemplate;

/// What runs when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Schedule {
    Daily,
    Weekly,
    Monthly,
    Rotation,
}

/// A workflow that runs on a schedule.
struct ScheduledRun {
    name: &'static str,
    /// Not at a full hour, when GitHub has the most to start.
    cron: &'static str,
    /// What the script reads from `BENCH_SET`; empty for the usual benchmarks.
    set: &'static str,
    /// In a sentence or two, as a comment; the rotation's stands in its template.
    purpose: &'static str,
}

impl Schedule {
    fn run(self) -> ScheduledRun {
        match self {
            Self::Rotation => {
                ScheduledRun { name: "rotation", cron: "37 6 2 * *", set: "", purpose: "" }
            }
            Self::Daily => ScheduledRun {
                name: "daily",
                cron: "23 3 * * *",
                set: "",
                purpose: "Measures the usual benchmarks of the default branch every day, also on \
                          days without\n# a push, so that noise and machines stay known.",
            },
            Self::Weekly => ScheduledRun {
                name: "weekly",
                cron: "47 4 * * 6",
                set: "capacity",
                purpose: "Measures capacity every week: the benchmarks with larger inputs and \
                          more load, as series\n# of their own. .github/benchmarks.sh passes \
                          BENCH_SET=capacity to them.",
            },
            Self::Monthly => ScheduledRun {
                name: "monthly",
                cron: "11 5 1 * *",
                set: "chaos",
                purpose: "Measures every month while something fails, as series of their own with \
                          the tag chaos.\n# .github/benchmarks.sh passes BENCH_SET=chaos to the \
                          benchmarks.",
            },
        }
    }

    /// The files, without the values that all files share.
    pub(super) fn templates(self) -> Vec<FileTemplate> {
        match self {
            Self::Daily => vec![DAILY],
            Self::Weekly => vec![WEEKLY],
            Self::Monthly => vec![MONTHLY],
            Self::Rotation => vec![ROTATION, ROTATE],
        }
    }

    /// Fills in what only this workflow says.
    pub(super) fn fill(self, template: &str) -> String {
        let run = self.run();
        template
            .replace("__PURPOSE__", run.purpose)
            .replace("__NAME__", run.name)
            .replace("__CRON__", run.cron)
            .replace("__SET__", run.set)
    }
}

const TEXT: &str = include_str!("../../templates/init/benchpages-schedule.yml");
const DAILY: FileTemplate = FileTemplate {
    name: "init/benchpages-schedule.yml",
    text: TEXT,
    path: ".github/workflows/benchpages-daily.yml",
    purpose: "every day: measures the usual benchmarks of the default branch",
};
const WEEKLY: FileTemplate = FileTemplate {
    path: ".github/workflows/benchpages-weekly.yml",
    purpose: "every week: measures capacity, with larger inputs and more load",
    ..DAILY
};
const MONTHLY: FileTemplate = FileTemplate {
    path: ".github/workflows/benchpages-monthly.yml",
    purpose: "every month: measures chaos, while something fails",
    ..DAILY
};
const ROTATION: FileTemplate = FileTemplate {
    name: "init/benchpages-rotation.yml",
    text: include_str!("../../templates/init/benchpages-rotation.yml"),
    path: ".github/workflows/benchpages-rotation.yml",
    purpose: "every month: moves old records, those of pull requests too, to the archive",
};
const ROTATE: FileTemplate = FileTemplate {
    name: "init/rotate.sh",
    text: include_str!("../../templates/init/rotate.sh"),
    path: ".github/benchpages-rotate.sh",
    purpose: "rotates the history on its branch",
};
