//! The arguments of `init`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::init::host::CiSystem;
use crate::init::schedule::Schedule;
use crate::init::systems::MeasuredSystem;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InitArgs {
    /// Root of the repository
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Also propose workflows that run on a schedule
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHEN")]
    pub(crate) schedule: Vec<ScheduleArg>,
    /// Branches whose pushes are measured, the main line first [default: the default branch of
    /// origin]
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub(crate) branches: Vec<String>,
    /// Systems that are measured, each as series of its own; the first one is the plain one
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME", default_value = "linux")]
    pub(crate) systems: Vec<SystemArg>,
    /// Also propose git hooks that check the policy and local results
    #[arg(long)]
    pub(crate) hooks: bool,
    /// CI that the jobs are for [default: that of the remote's host]
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub(crate) ci: Option<CiArg>,
    /// SHA256SUMS of this version's release: the workflows verify these checksums instead of
    /// GitHub's attestation
    #[arg(long, value_name = "FILE")]
    pub(crate) checksums: Option<PathBuf>,
    /// Write new files without asking; existing files never change
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Show the summary and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Show the text of all files as a patch against what is there; `git apply` reads it
    #[arg(long)]
    pub(crate) diff: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiArg {
    /// Workflows of GitHub Actions
    Github,
    /// A pipeline of GitLab CI/CD
    Gitlab,
    /// Only scripts, which jobs of any other system can call
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScheduleArg {
    /// The usual benchmarks of the default branch, every day
    Daily,
    /// Capacity: larger inputs and more load, every week
    Weekly,
    /// Chaos: measured while something fails, with the tag chaos, every month
    Monthly,
    /// `rotate --with-pulls` on the history branch, every month
    Rotation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SystemArg {
    Linux,
    Macos,
    Windows,
}

impl InitArgs {
    /// Each schedule once, in their order.
    pub(crate) fn schedules(&self) -> Vec<Schedule> {
        let mut schedules: Vec<Schedule> = self.schedule.iter().map(|it| it.schedule()).collect();
        schedules.sort_unstable();
        schedules.dedup();
        schedules
    }

    pub(crate) fn ci_system(&self) -> Option<CiSystem> {
        self.ci.map(|system| match system {
            CiArg::Github => CiSystem::Github,
            CiArg::Gitlab => CiSystem::Gitlab,
            CiArg::Other => CiSystem::Other,
        })
    }

    /// Each system once, as they were named.
    pub(crate) fn measured_systems(&self) -> Vec<MeasuredSystem> {
        let mut systems = Vec::new();
        for system in self.systems.iter().map(|it| it.system()) {
            if !systems.contains(&system) {
                systems.push(system);
            }
        }
        systems
    }
}

impl ScheduleArg {
    fn schedule(self) -> Schedule {
        match self {
            Self::Daily => Schedule::Daily,
            Self::Weekly => Schedule::Weekly,
            Self::Monthly => Schedule::Monthly,
            Self::Rotation => Schedule::Rotation,
        }
    }
}

impl SystemArg {
    fn system(self) -> MeasuredSystem {
        match self {
            Self::Linux => MeasuredSystem::Linux,
            Self::Macos => MeasuredSystem::Macos,
            Self::Windows => MeasuredSystem::Windows,
        }
    }
}
