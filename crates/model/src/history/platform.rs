//! Where a benchmark ran, as far as it makes another series: the environment that the record names,
//! and the family of the operating system and the architecture of its machine.
//!
//! A version of a system is no part of it: `ubuntu-22.04` and `ubuntu24` are both `linux`. Fields
//! that name neither a known system nor a known processor give none.
//!
//! ```text
//! os: win22, cpu: EPYC 7763                 → windows, x86_64
//! runner_image: macOS-14-arm64              → macos, arm64
//! os: Linux 4.18.0-553.el8.x86_64           → linux, x86_64
//! environment: staging                      → staging
//! ```

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::history::Environment;
use crate::policy::SeriesQualifier;

/// Where a benchmark ran. No part means that no field of the record says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Platform {
    /// `staging`, `production`, …, as written.
    pub environment: Option<String>,
    /// The family of the operating system.
    pub os: Option<&'static str>,
    pub arch: Option<&'static str>,
}

/// A [`Platform`] as it is read back.
#[derive(Deserialize)]
struct WrittenPlatform {
    environment: Option<String>,
    os: Option<String>,
    arch: Option<String>,
}

impl<'de> Deserialize<'de> for Platform {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = WrittenPlatform::deserialize(deserializer)?;
        let systems = OS_WORDS.iter().chain(&SHORT_OS_WORDS);
        let names = systems.chain(&ARCH_WORDS).map(|(_, name)| *name);
        let static_name = |written: Option<String>| match written {
            None => Ok(None),
            Some(written) => match names.clone().find(|name| *name == written) {
                Some(name) => Ok(Some(name)),
                None => Err(D::Error::custom(format!("no platform is called {written}"))),
            },
        };
        let (os, arch) = (static_name(written.os)?, static_name(written.arch)?);
        Ok(Self { environment: written.environment, os, arch })
    }
}

/// The field that names the environment.
const ENVIRONMENT_FIELD: &str = "environment";
/// The fields that name a system, in the order in which they count.
const OS_FIELDS: [&str; 4] = ["os", "runner_image", "os_version", "kernel"];
/// The fields that name an architecture, in the order in which they count; the processor is last.
const ARCH_FIELDS: [&str; 5] = ["arch", "os", "runner_image", "os_version", "kernel"];

/// Beginnings of words of a system's name, in lower case.
const OS_WORDS: [(&str, &str); 32] = [
    ("linux", "linux"),
    ("ubuntu", "linux"),
    ("debian", "linux"),
    ("fedora", "linux"),
    ("centos", "linux"),
    ("redhat", "linux"),
    ("rhel", "linux"),
    ("rocky", "linux"),
    ("alma", "linux"),
    ("alpine", "linux"),
    ("archlinux", "linux"),
    ("opensuse", "linux"),
    ("suse", "linux"),
    ("sles", "linux"),
    ("amzn", "linux"),
    ("nixos", "linux"),
    ("gentoo", "linux"),
    ("manylinux", "linux"),
    ("musllinux", "linux"),
    ("windows", "windows"),
    ("mingw", "windows"),
    ("cygwin", "windows"),
    ("macos", "macos"),
    ("darwin", "macos"),
    ("osx", "macos"),
    ("freebsd", "freebsd"),
    ("openbsd", "openbsd"),
    ("netbsd", "netbsd"),
    ("android", "android"),
    ("sunos", "solaris"),
    ("solaris", "solaris"),
    ("illumos", "illumos"),
];
/// Whole words: as the beginning of a word they would mean too much.
const SHORT_OS_WORDS: [(&str, &str); 5] =
    [("win", "windows"), ("mac", "macos"), ("ios", "ios"), ("aix", "aix"), ("gnu", "linux")];
/// Names of architectures, in lower case.
const ARCH_WORDS: [(&str, &str); 26] = [
    ("x86_64", "x86_64"),
    ("amd64", "x86_64"),
    ("x64", "x86_64"),
    ("x86-64", "x86_64"),
    ("em64t", "x86_64"),
    ("arm64", "arm64"),
    ("arm64e", "arm64"),
    ("aarch64", "arm64"),
    ("armv8", "arm64"),
    ("armv8l", "arm64"),
    ("armv7", "arm"),
    ("armv7l", "arm"),
    ("armv6l", "arm"),
    ("armhf", "arm"),
    ("i386", "x86"),
    ("i586", "x86"),
    ("i686", "x86"),
    ("x86", "x86"),
    ("386", "x86"),
    ("riscv64", "riscv64"),
    ("ppc64le", "ppc64le"),
    ("ppc64el", "ppc64le"),
    ("ppc64", "ppc64"),
    ("s390x", "s390x"),
    ("loongarch64", "loongarch64"),
    ("wasm32", "wasm32"),
];
/// Words of the names of processors, in lower case.
const CPU_WORDS: [(&str, &str); 18] = [
    ("amd", "x86_64"),
    ("epyc", "x86_64"),
    ("ryzen", "x86_64"),
    ("threadripper", "x86_64"),
    ("opteron", "x86_64"),
    ("intel", "x86_64"),
    ("xeon", "x86_64"),
    ("pentium", "x86_64"),
    ("celeron", "x86_64"),
    ("virtualapple", "x86_64"),
    ("apple", "arm64"),
    ("neoverse", "arm64"),
    ("graviton", "arm64"),
    ("ampere", "arm64"),
    ("altra", "arm64"),
    ("cortex", "arm64"),
    ("kunpeng", "arm64"),
    ("snapdragon", "arm64"),
];

impl Platform {
    /// What the fields of a record say.
    pub(crate) fn of(environment: &Environment) -> Self {
        let field = |name: &str| environment.fields.get(name).map(String::as_str);
        let named = field(ENVIRONMENT_FIELD).map(str::trim).filter(|name| !name.is_empty());
        let of_cpu = || field("cpu").and_then(cpu_architecture);
        Self {
            environment: named.map(str::to_owned),
            os: OS_FIELDS.iter().find_map(|name| os_family(field(name)?)),
            arch: ARCH_FIELDS
                .iter()
                .find_map(|name| architecture(field(name)?, *name == "arch"))
                .or_else(of_cpu),
        }
    }

    /// What it says of a qualifier.
    pub(crate) fn part(&self, qualifier: SeriesQualifier) -> Option<&str> {
        match qualifier {
            SeriesQualifier::Environment => self.environment.as_deref(),
            SeriesQualifier::Os => self.os,
            SeriesQualifier::Arch => self.arch,
        }
    }

    /// Whether both may be the same place: no part that both know differs.
    pub(crate) fn is_compatible(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
            a.is_none() || b.is_none() || a == b
        }
        agree(self.environment.as_ref(), other.environment.as_ref())
            && agree(self.os.as_ref(), other.os.as_ref())
            && agree(self.arch.as_ref(), other.arch.as_ref())
    }
}

/// The family of the first system that a text names.
fn os_family(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic());
    words.find_map(|word| {
        let begins = OS_WORDS.iter().find(|(start, _)| word.starts_with(start));
        let is_whole = || SHORT_OS_WORDS.iter().find(|(whole, _)| word == *whole);
        begins.or_else(is_whole).map(|(_, family)| *family)
    })
}

/// The architecture that a text names. `arm` alone is 32 bits wide in the field `arch`, and an
/// image of a 64-bit system elsewhere.
fn architecture(text: &str, is_arch_field: bool) -> Option<&'static str> {
    let lower = text.to_lowercase().replace("x86-64", "x86_64");
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.find_map(|word| match word {
        "arm" if is_arch_field => Some("arm"),
        "arm" => Some("arm64"),
        // A kernel's version or a year is no architecture.
        "386" | "x86" if !is_arch_field => None,
        _ => ARCH_WORDS.iter().find(|(name, _)| *name == word).map(|(_, arch)| *arch),
    })
}

fn cpu_architecture(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| CPU_WORDS.iter().find(|(name, _)| *name == word).map(|(_, arch)| *arch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(fields: &[(&str, &str)]) -> Platform {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Platform::of(&Environment { fields: fields.collect(), ..Environment::default() })
    }

    #[test]
    fn versions_of_a_system_are_one_family() {
        for (family, names) in [
            (
                "linux",
                &["ubuntu24", "ubuntu-22.04", "Linux 4.18.0-553.el8", "Debian GNU/Linux", "rhel9"]
                    [..],
            ),
            ("windows", &["win22", "windows-2022", "Windows_NT", "Win32", "MINGW64_NT-10.0"]),
            ("macos", &["macos14", "macOS-14-arm64", "Darwin 23.6.0", "Mac OS X", "osx"]),
            ("freebsd", &["FreeBSD 14.1"]),
        ] {
            for name in names {
                assert_eq!(platform(&[("os", name)]).os, Some(family), "{name}");
                assert_eq!(platform(&[("runner_image", name)]).os, Some(family), "{name}");
            }
        }
        for name in ["", "plan9", "winter", "24.04", "bench-3"] {
            assert_eq!(platform(&[("os", name)]).os, None, "{name}");
        }
        let both = platform(&[("os", "plan9"), ("runner_image", "win22")]);
        assert_eq!(both.os, Some("windows"));
    }

    #[test]
    fn an_architecture_has_one_name_whoever_names_it() {
        for (field, text, arch) in [
            ("arch", "AMD64", Some("x86_64")),
            ("arch", "X64", Some("x86_64")),
            ("arch", "aarch64", Some("arm64")),
            ("arch", "ARM", Some("arm")),
            ("arch", "x86", Some("x86")),
            ("os", "Linux-6.5-x86_64-with-glibc2.39", Some("x86_64")),
            ("runner_image", "macOS-14-arm64", Some("arm64")),
            ("runner_image", "ubuntu-24.04-arm", Some("arm64")),
            ("kernel", "5.4.0-386-generic", None),
            ("cpu", "AMD EPYC 7763 64-Core Processor", Some("x86_64")),
            ("cpu", "Intel(R) Xeon(R) Platinum 8370C", Some("x86_64")),
            ("cpu", "Apple M1 (Virtual)", Some("arm64")),
            ("cpu", "Neoverse-N1", Some("arm64")),
            ("cpu", "Mystery 9000", None),
        ] {
            assert_eq!(platform(&[(field, text)]).arch, arch, "{field}: {text}");
        }
    }

    #[test]
    fn what_nobody_says_agrees_with_everything() {
        let (none, linux) = (Platform::default(), platform(&[("os", "linux")]));
        let staging = platform(&[("environment", " staging "), ("os", "ubuntu24")]);
        assert!(none.is_compatible(&linux) && linux.is_compatible(&staging));
        assert!(!staging.is_compatible(&platform(&[("environment", "production")])));
        assert_eq!(staging.environment.as_deref(), Some("staging"));
        assert_eq!(platform(&[("environment", "")]), none);
    }
}
