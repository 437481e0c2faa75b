//! The runner's fingerprint, read from the machine: what stays the same from run to run on the same
//! kind of runner. Never the current clock rate, load, uptime, free memory or name of the machine:
//! each would cut the series at every run.
//!
//! A hosted runner is `cpu: AMD EPYC 7763 64-Core Processor`, `cpu_count: 2`, `memory_total: 16
//! GiB`, `os: ubuntu-24.04` and so on. Paths are below a root that is `/` outside of tests; a file
//! that is missing gives no field.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::vcs::job::EnvVariables;
use model::record::shorten;

/// Files of the kernel are smaller than this, also with a thousand processors.
const MAX_BYTES: u64 = 8 << 20;
const GIB: f64 = 1_073_741_824.0;

/// Cores that do not name themselves: implementer, part, name (Linux, `cputype.h` of arm64).
const ARM_CORES: [(&str, &str, &str); 13] = [
    ("0x41", "0xd03", "Cortex-A53"),
    ("0x41", "0xd07", "Cortex-A57"),
    ("0x41", "0xd08", "Cortex-A72"),
    ("0x41", "0xd0b", "Cortex-A76"),
    ("0x41", "0xd0c", "Neoverse-N1"),
    ("0x41", "0xd40", "Neoverse-V1"),
    ("0x41", "0xd49", "Neoverse-N2"),
    ("0x41", "0xd4f", "Neoverse-V2"),
    ("0x41", "0xd83", "Neoverse-V3AE"),
    ("0x41", "0xd84", "Neoverse-V3"),
    ("0x41", "0xd8e", "Neoverse-N3"),
    ("0xc0", "0xac3", "Ampere-1"),
    ("0xc0", "0xac4", "Ampere-1a"),
];

/// Fields of a record with their values, sorted by name: `os`, `os_version`, `kernel`, `arch`,
/// `cpu`, `cpu_count`, `cpu_flags`, `memory_total`, `container_cpus`, `container_memory`,
/// `runner`, `runner_image`, `runner_image_version`; only those that the machine names.
///
/// An image's version is beside its name: GitHub changes it every week, and would cut every series
/// then.
pub(super) fn fingerprint(root: &Path, variables: &EnvVariables) -> Vec<(String, String)> {
    let (os, os_version) = system(root);
    let cpuinfo = read(root, "proc/cpuinfo");
    let limits = cgroup_limits(root);
    let get = |name: &str| variables.get(name).cloned();
    let fields = [
        ("os", os),
        ("os_version", os_version),
        ("kernel", read(root, "proc/sys/kernel/osrelease")),
        ("arch", Some(std::env::consts::ARCH.to_owned())),
        ("cpu", cpuinfo.as_deref().and_then(model)),
        ("cpu_count", cpuinfo.as_deref().and_then(count)),
        ("cpu_flags", cpuinfo.as_deref().and_then(flags)),
        ("memory_total", read(root, "proc/meminfo").as_deref().and_then(memory)),
        ("container_cpus", limits.0),
        ("container_memory", limits.1),
        ("runner", get("RUNNER_ENVIRONMENT")),
        ("runner_image", get("ImageOS").or_else(|| get("CI_JOB_IMAGE"))),
        ("runner_image_version", get("ImageVersion")),
    ];
    let mut fingerprint: Vec<(String, String)> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), normalize_value(&value?)?)))
        .collect();
    fingerprint.sort_unstable();
    fingerprint
}

/// One line without doubled spaces, of at most 200 characters; none where nothing is left.
pub(super) fn normalize_value(value: &str) -> Option<String> {
    let words: Vec<&str> = value.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| shorten(&line, 200).into_owned())
}

fn read(root: &Path, path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(root.join(path)).ok()?;
    file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// `ubuntu-24.04` and `24.04` of os-release(5); elsewhere the family, without a version. The
/// version's name with its point release is left out: it changes with every update.
fn system(root: &Path) -> (Option<String>, Option<String>) {
    let text = read(root, "etc/os-release").or_else(|| read(root, "usr/lib/os-release"));
    let Some(text) = text else { return (Some(std::env::consts::OS.to_owned()), None) };
    let field = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    let version = field("VERSION_ID");
    let id = field("ID").unwrap_or_else(|| "linux".to_owned());
    let os = version.as_ref().map_or_else(|| id.clone(), |version| format!("{id}-{version}"));
    (Some(os), version)
}

/// The first value of a key of /proc/cpuinfo.
fn cpuinfo_value<'a>(cpuinfo: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let value = pairs.find(|(name, _)| name.trim_end() == key)?.1.trim();
    (!value.is_empty()).then_some(value)
}

/// What the processor calls itself: `model name` (x86), `cpu` (POWER), `uarch` (RISC-V), or the
/// name of an ARM core by its numbers.
fn model(cpuinfo: &str) -> Option<String> {
    if let Some(name) =
        ["model name", "cpu", "uarch"].iter().find_map(|key| cpuinfo_value(cpuinfo, key))
    {
        return Some(name.to_owned());
    }
    let (maker, part) =
        (cpuinfo_value(cpuinfo, "CPU implementer")?, cpuinfo_value(cpuinfo, "CPU part")?);
    let core = ARM_CORES.iter().find(|(by, number, _)| *by == maker && *number == part);
    // A core that is newer than the table keeps its numbers: they identify it just as well.
    Some(core.map_or_else(|| format!("ARM {maker} {part}"), |(_, _, name)| (*name).to_owned()))
}

/// Processors that the kernel lists, not those that this process may use: `container_cpus` says
/// that.
fn count(cpuinfo: &str) -> Option<String> {
    let processors = cpuinfo.lines().filter(|line| {
        let key = line.split_once(':').map_or("", |(key, _)| key.trim_end());
        // s390 writes `processor 0: …`.
        key == "processor"
            || key.strip_prefix("processor ").is_some_and(|n| n.parse::<u32>().is_ok())
    });
    Some(processors.count()).filter(|count| *count > 0).map(|count| count.to_string())
}

/// The first 12 hex digits of the SHA-256 of the processor's features, sorted: their order differs
/// between kernels, and hundreds of them in every record would help nobody.
fn flags(cpuinfo: &str) -> Option<String> {
    let all = ["flags", "Features", "features", "isa"]
        .iter()
        .find_map(|key| cpuinfo_value(cpuinfo, key))?;
    let mut flags: Vec<&str> = all.split_whitespace().collect();
    flags.sort_unstable();
    flags.dedup();
    Some(model::hex::sha256(&flags.join(" "), 12))
}

/// `MemTotal`, rounded: the kernel keeps a share of it that differs from boot to boot.
fn memory(meminfo: &str) -> Option<String> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    memory_size(kib * 1024.0)
}

/// Whole GiB, below two in quarters.
fn memory_size(bytes: f64) -> Option<String> {
    let gib = bytes / GIB;
    // Rounded, so that a few MiB that firmware or kernel keep do not make another runner.
    let rounded = if gib < 2.0 { (gib * 4.0).round() / 4.0 } else { gib.round() };
    (rounded > 0.0 && rounded.is_finite()).then(|| format!("{rounded} GiB"))
}

/// Processors and memory that a container may use (cgroup v2), the least of all groups around it.
fn cgroup_limits(root: &Path) -> (Option<String>, Option<String>) {
    // Every group above limits those inside it, so the least of them holds.
    let (mut cpus, mut bytes) = (f64::INFINITY, f64::INFINITY);
    for group in cgroup_folders(root) {
        let at = |file: &str| group.join(file).display().to_string();
        if let Some(text) = read(root, &at("cpu.max")) {
            let words: Vec<f64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
            if let [quota, period] = words[..]
                && quota > 0.0
                && period > 0.0
            {
                cpus = cpus.min(quota / period);
            }
        }
        // Without a limit it says `max`.
        let most = read(root, &at("memory.max")).and_then(|text| text.trim().parse::<f64>().ok());
        bytes = bytes.min(most.unwrap_or(f64::INFINITY));
    }
    let cpus = cpus.is_finite().then(|| format!("{}", (cpus * 100.0).round() / 100.0));
    (cpus, bytes.is_finite().then(|| memory_size(bytes)).flatten())
}

/// The folders of this process' control group and of those around it, below the root.
fn cgroup_folders(root: &Path) -> Vec<PathBuf> {
    let mount = PathBuf::from("sys/fs/cgroup");
    let groups_of_process = read(root, "proc/self/cgroup").unwrap_or_default();
    let path =
        groups_of_process.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or_default();
    let mut groups = vec![mount.clone()];
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => {
                let inner = groups.last().unwrap_or(&mount).join(name);
                groups.push(inner);
            }
            // A group outside of what this container sees: its limits cannot be read.
            Component::ParentDir => return vec![mount],
            _ => {}
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const X86: &str = "processor\t: 0\nmodel name\t: AMD EPYC 7763   64-Core Processor\n\
        cpu MHz\t\t: 2596.120\nflags\t\t: fpu vme avx2\n\n\
        processor\t: 1\nmodel name\t: AMD EPYC 7763   64-Core Processor\n\
        cpu MHz\t\t: 1.5\nflags\t\t: fpu vme avx2\n";
    const ARM: &str = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\n\
        CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\n";

    fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    fn read_from(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let variables: EnvVariables =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        fingerprint(machine(files).path(), &variables)
    }

    fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_hosted_x86_runner_fills_the_fields_of_a_record() {
        let os = "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nVERSION_ID=\"24.04\"\nID=ubuntu\n";
        let files = [
            ("proc/cpuinfo", X86),
            ("proc/meminfo", "MemTotal:       16374532 kB\nMemFree: 1 kB\n"),
            ("proc/sys/kernel/osrelease", "6.8.0-1017-azure\n"),
            ("etc/os-release", os),
        ];
        let github = [("ImageOS", "ubuntu24"), ("ImageVersion", "20250105.1.0")];
        let fields = read_from(&files, &github);
        for (name, wanted) in [
            ("cpu", "AMD EPYC 7763 64-Core Processor"),
            ("cpu_count", "2"),
            ("memory_total", "16 GiB"),
            ("os", "ubuntu-24.04"),
            ("os_version", "24.04"),
            ("kernel", "6.8.0-1017-azure"),
            ("runner_image", "ubuntu24"),
            ("runner_image_version", "20250105.1.0"),
        ] {
            assert_eq!(value(&fields, name), Some(wanted), "{name}");
        }
        assert!(fields.is_sorted() && value(&fields, "container_cpus").is_none());
    }

    #[test]
    fn what_changes_from_boot_to_boot_changes_no_fingerprint() {
        let now = [("proc/cpuinfo", X86), ("proc/meminfo", "MemTotal: 16374532 kB\n")];
        let cpuinfo = X86.replace("2596.120", "800").replace("fpu vme avx2", "avx2  vme fpu");
        let later =
            [("proc/cpuinfo", cpuinfo.as_str()), ("proc/meminfo", "MemTotal: 16300000 kB\n")];
        assert_eq!(read_from(&now, &[]), read_from(&later, &[]));
        let other = X86.replace("avx2", "avx512f");
        let flags = |cpuinfo| {
            value(&read_from(&[("proc/cpuinfo", cpuinfo)], &[]), "cpu_flags").map(str::to_owned)
        };
        assert_ne!(flags(X86), flags(&other));
        assert_eq!(flags(X86).unwrap().len(), 12);
    }

    #[test]
    fn an_arm_core_without_a_name_is_known_by_its_numbers() {
        assert_eq!(model(ARM).as_deref(), Some("Neoverse-N1"));
        assert_eq!(model(&ARM.replace("0xd0c", "0xfff")).as_deref(), Some("ARM 0x41 0xfff"));
        assert_eq!(
            model("processor : 0\ncpu : POWER9, altivec supported\n").as_deref(),
            Some("POWER9, altivec supported")
        );
        assert!(flags(ARM).is_some());
        assert_eq!(
            count("vendor_id : IBM\nprocessor 0: version = FF\nprocessor 1: version = FF\n")
                .as_deref(),
            Some("2")
        );
    }

    #[test]
    fn a_container_has_the_least_limit_around_it() {
        let files = [
            ("proc/self/cgroup", "0::/outer/inner\n"),
            ("sys/fs/cgroup/outer/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/outer/memory.max", "4294967296\n"),
            ("sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/outer/inner/memory.max", "1073741824\n"),
        ];
        let fields = read_from(&files, &[]);
        assert_eq!(value(&fields, "container_cpus"), Some("1.5"));
        assert_eq!(value(&fields, "container_memory"), Some("1 GiB"));
        let outside = [("proc/self/cgroup", "0::/../../x\n"), ("x/cpu.max", "1 1\n")];
        assert_eq!(value(&read_from(&outside, &[]), "container_cpus"), None);
    }

    #[test]
    fn a_machine_that_says_nothing_is_no_fault() {
        let names = |files: &[(&str, &str)]| -> Vec<String> {
            read_from(files, &[]).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(&[]), ["arch", "os"]);
        let broken = [("proc/cpuinfo", "\0\0:::\nflags:\n"), ("proc/meminfo", "MemTotal: lots\n")];
        assert_eq!(names(&broken), ["arch", "os"]);
    }
}
