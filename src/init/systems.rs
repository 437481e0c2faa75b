//! The systems that are measured: one row of a workflow's matrix for each.

/// A system with runners on GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MeasuredSystem {
    Linux,
    Macos,
    Windows,
}

impl MeasuredSystem {
    /// The name, as options and series have it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
        }
    }

    fn runner(self) -> &'static str {
        match self {
            Self::Linux => "ubuntu-24.04",
            Self::Macos => "macos-15",
            Self::Windows => "windows-2025",
        }
    }
}

/// The rows of a matrix. The first system has no suffix: its check is the one that branch
/// protection names, and its series have no parameter.
pub(super) fn rows(systems: &[MeasuredSystem]) -> String {
    let row = |(at, system): (usize, &MeasuredSystem)| {
        let (runner, name) = (system.runner(), system.name());
        match at {
            0 => format!("          - {{runner: {runner}, suffix: \"\", system: \"\"}}\n"),
            _ => format!("          - {{runner: {runner}, suffix: -{name}, system: {name}}}\n"),
        }
    };
    systems.iter().enumerate().map(row).collect()
}
