//! What the demo measures: backends, tests, sizes and modes, and how fast each of them is.

use std::borrow::Cow;

/// How fast and how noisy a backend is.
#[derive(Debug)]
pub(super) struct DemoBackend {
    pub(super) name: &'static str,
    /// Run-to-run noise: σ of the logarithm.
    pub(super) noise: f64,
    /// Speed-up of the parallel loop at n = 100,000 and at n = 1,000,000, on four cores.
    speed_up: [f64; 2],
    /// Time of `broadcast` relative to the loop.
    broadcast_factor: f64,
    /// First warm-up run relative to a warm one: compilation and cold caches.
    pub(super) cold_factor: f64,
    /// Level on the newer runner image relative to the older one.
    pub(super) new_runner_factor: f64,
    /// Times of the three tests at n = 100,000, sequential, in nanoseconds.
    base_times: [f64; 3],
}

/// One slot of the matrix: a series that is measured every day.
#[derive(Clone, Debug)]
pub(super) struct BenchmarkSlot {
    pub(super) test: Cow<'static, str>,
    pub(super) backend: Cow<'static, str>,
    pub(super) mode: Cow<'static, str>,
    pub(super) parallel: bool,
    pub(super) n: u64,
    /// Level in nanoseconds before anything happens to it.
    pub(super) level: f64,
    /// The backend that the slot is as fast and as noisy as.
    pub(super) profile: &'static DemoBackend,
}

impl BenchmarkSlot {
    pub(super) fn matches(&self, test: &str, backend: &str) -> bool {
        self.test == test && self.backend == backend
    }
}

pub(super) const SIZES: [u64; 2] = [100_000, 1_000_000];
pub(super) const TESTS: [&str; 3] = ["sum_even_squares", "groupby_topN", "time_buckets"];
/// Growth of the time from the first size to the second, by test.
const GROWTH: [f64; 3] = [10.2, 12.4, 10.8];

/// Times are of the order that such loops take on a hosted runner; nobody measured them.
pub(super) static BACKENDS: [DemoBackend; 5] = [
    DemoBackend {
        name: "julia",
        noise: 0.013,
        speed_up: [1.9, 3.0],
        broadcast_factor: 0.92,
        cold_factor: 9.0,
        new_runner_factor: 0.955,
        base_times: [36_400.0, 2_610_000.0, 712_000.0],
    },
    DemoBackend {
        name: "rust",
        noise: 0.008,
        speed_up: [2.4, 3.4],
        broadcast_factor: 1.03,
        cold_factor: 1.1,
        new_runner_factor: 0.97,
        base_times: [31_800.0, 1_930_000.0, 618_000.0],
    },
    DemoBackend {
        name: "go",
        noise: 0.011,
        speed_up: [2.1, 3.1],
        broadcast_factor: 1.16,
        cold_factor: 1.2,
        new_runner_factor: 0.96,
        base_times: [58_300.0, 3_420_000.0, 1_090_000.0],
    },
    DemoBackend {
        name: "ts",
        noise: 0.016,
        speed_up: [0.82, 1.9],
        broadcast_factor: 1.27,
        cold_factor: 2.6,
        new_runner_factor: 0.945,
        base_times: [188_000.0, 6_180_000.0, 2_370_000.0],
    },
    DemoBackend {
        name: "csharp",
        noise: 0.012,
        speed_up: [1.8, 2.8],
        broadcast_factor: 1.34,
        cold_factor: 3.8,
        new_runner_factor: 0.965,
        base_times: [66_100.0, 2_990_000.0, 947_000.0],
    },
];

/// The 65 slots of the demo, backend by backend: 12 loops each, and one broadcast.
pub(super) fn slots() -> Vec<BenchmarkSlot> {
    let mut slots = Vec::with_capacity(65);
    for backend in &BACKENDS {
        for (index, test) in TESTS.into_iter().enumerate() {
            slots.extend(loops(backend, test.into(), backend.base_times[index], GROWTH[index]));
        }
        let level = backend.base_times[0] * backend.broadcast_factor;
        slots.push(BenchmarkSlot {
            mode: "broadcast".into(),
            ..slot(backend, TESTS[0].into(), false, SIZES[0], level)
        });
    }
    slots
}

/// The four loops of one test on one backend: two sizes, sequential and parallel.
fn loops(
    backend: &'static DemoBackend,
    test: Cow<'static, str>,
    time: f64,
    growth: f64,
) -> impl Iterator<Item = BenchmarkSlot> {
    let levels = [time, time * growth];
    [(0, false), (0, true), (1, false), (1, true)].into_iter().map(move |(size, parallel)| {
        let speed_up = if parallel { backend.speed_up[size] } else { 1.0 };
        slot(backend, test.clone(), parallel, SIZES[size], levels[size] / speed_up)
    })
}

fn slot(
    backend: &'static DemoBackend,
    test: Cow<'static, str>,
    parallel: bool,
    n: u64,
    level: f64,
) -> BenchmarkSlot {
    BenchmarkSlot {
        test,
        backend: backend.name.into(),
        mode: "loops".into(),
        parallel,
        n,
        level,
        profile: backend,
    }
}

const VERBS: [&str; 5] = ["sort", "merge", "parse", "hash", "scan"];
const NOUNS: [&str; 5] = ["strings", "intervals", "csv", "matrix", "tree"];

/// `count` slots: 500 are 25 tests × 5 backends × 2 sizes × sequential and parallel; the next 500
/// are the same tests by a second name, and so on. More slots never change the ones before.
pub(super) fn many_slots(count: usize) -> Vec<BenchmarkSlot> {
    let tests = (0..).flat_map(|round| {
        let named = VERBS.into_iter().enumerate().flat_map(|verb| NOUNS.map(|noun| (verb, noun)));
        named.enumerate().map(move |(place, ((row, verb), noun))| {
            let name = match round {
                0 => format!("{verb}_{noun}"),
                _ => format!("{verb}_{noun}_{}", round + 1),
            };
            (name, row, 1.0 + place as f64 * 0.37)
        })
    });
    let slots = tests.flat_map(|(name, row, heavier)| {
        BACKENDS.iter().flat_map(move |backend| {
            let time = backend.base_times[row % 3] * heavier;
            loops(backend, name.clone().into(), time, GROWTH[0])
        })
    });
    slots.take(count).collect()
}

/// The 300-character and 4,000-character names stand for generated ones: templates, closures.
const LONG_NAME_LENGTHS: [usize; 2] = [300, 4_000];

/// Names that break tools, each as a test, a backend or a mode: `(test, backend, mode)`.
const HOSTILE_NAMES: [(&str, &str, &str); 30] = [
    ("<script>alert(1)</script>", "rust", "loops"),
    ("<img src=x onerror=alert(1)>", "go", "\"><svg onload=alert(1)>"),
    ("</title></style></svg><script>alert(2)</script>", "rust", "loops"),
    ("../../etc/passwd", "rust", "loops"),
    ("..\\..\\windows\\system32", "rust", ".."),
    ("%2e%2e%2f%2e%2e%2fetc%2fpasswd", "rust", "."),
    ("/absolute/path", "C:\\", "loops"),
    ("reversed \u{202e}gnp.exe", "rust", "loops"),
    ("left \u{2066}isolate", "\u{200b}zero width\u{200d}", "loops"),
    ("🚀 emoji 👩‍👩‍👧‍👦", "🦀", "loops"),
    ("日本語のベンチマーク", "العربية", "loops"),
    ("it's \"quoted\" `twice`", "rust", "loops"),
    ("line\nbreak\r\nand\ttab", "rust", "loops"),
    ("null\u{0}byte and \u{7f} and \u{1b}[31mred", "rust", "loops"),
    ("con", "nul", "aux"),
    ("index", "all", "com1"),
    ("Case_Only", "rust", "loops"),
    ("case_only", "rust", "loops"),
    ("CASE_ONLY", "rust", "Loops"),
    (" ", "-", "_"),
    ("trailing dot.", "trailing space ", "loops"),
    ("{{ 7 * 7 }}{% raw %}", "${jndi:ldap://x}", "loops"),
    ("a|b *bold* [x](javascript:alert(1)) <!--", "rust", "-->"),
    ("]]><![CDATA[", "&amp;&lt;", "loops"),
    ("=cmd|' /C calc'!A0", "+1", "@SUM(1)"),
    ("__proto__", "constructor", "toString"),
    ("a/b::c<D, E>::f()", "c++", "loops"),
    ("1e6", "true", "null"),
    ("~leading tilde", "_leading", "loops"),
    ("%s%n%x", "$(reboot)", "; rm -rf /"),
];

/// The names that break tools, and two very long ones.
pub(super) fn hostile_slots() -> Vec<BenchmarkSlot> {
    let named = HOSTILE_NAMES.into_iter().map(|(test, backend, mode)| {
        let profile = &BACKENDS[1];
        BenchmarkSlot {
            backend: backend.into(),
            mode: mode.into(),
            ..slot(profile, test.into(), false, SIZES[0], profile.base_times[0])
        }
    });
    let long = LONG_NAME_LENGTHS.into_iter().map(|length| {
        slot(
            &BACKENDS[2],
            "Vec<W>, ".repeat(length / 8 + 1)[..length].to_owned().into(),
            true,
            1,
            9.5,
        )
    });
    named.chain(long).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn distinct(slots: &[BenchmarkSlot]) -> usize {
        let key = |s: &BenchmarkSlot| {
            (s.test.clone(), s.backend.clone(), s.mode.clone(), s.parallel, s.n)
        };
        slots.iter().map(key).collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn every_slot_is_a_series_of_its_own() {
        assert_eq!(distinct(&slots()), 65);
        assert_eq!(distinct(&many_slots(500)), 500);
        assert_eq!(distinct(&many_slots(1_030)), 1_030);
        assert_eq!(many_slots(500)[499].level, many_slots(1_030)[499].level);
        assert_eq!(distinct(&hostile_slots()), HOSTILE_NAMES.len() + LONG_NAME_LENGTHS.len());
    }
}
