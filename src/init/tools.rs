//! The benchmark tools that `init` knows: which file names one, how it is run, and the format by
//! which `benchpages ingest` reads its results. One row a tool; `benchmarks.sh` is made of them.
//! `FILE` in a script is the file that names the tool.

/// A benchmark tool.
pub(super) struct BenchmarkTool {
    pub(super) name: &'static str,
    /// Files that may name the tool (`*.cpp` is any with that ending), and words of which the file
    /// must hold one. No words: the file alone is enough.
    pub(super) markers: &'static [(&'static str, &'static [&'static str])],
    /// What a machine needs before the tool can run.
    pub(super) set_up: SetUp,
    /// What its user should know or change.
    pub(super) comment: &'static str,
    /// Runs the tool, and passes its results to the function `records` of `benchmarks.sh`.
    pub(super) script: &'static str,
}

/// How the machine of a job is prepared.
#[derive(Clone, Copy)]
pub(super) enum SetUp {
    /// The tool fetches what it needs.
    Nothing,
    /// Shell text.
    Shell(&'static str),
    /// A package of the system, where the file that names the tool has one of these words.
    Library { package: &'static str, words: &'static [&'static str] },
    /// The project with its packages, by its lock file.
    Node,
    /// The project with what its tests need, and these packages.
    Python(&'static [&'static str]),
}

/// The part of a repository without a known tool.
pub(super) const NO_TOOL_SCRIPT: &str = "
# Put your benchmarks here: measure, then pass the results to `records`. It fails until then.
# ./measure > results.csv
# records --format csv results.csv
echo \"benchmarks.sh: no benchmarks yet; write records to $out\" >&2
exit 1
";

const CARGO: &str = "Cargo.toml";
const JSON_PACKAGE: &str = "package.json";
const CMAKE: &str = "CMakeLists.txt";

pub(super) const TOOLS: [BenchmarkTool; 24] = [
    BenchmarkTool {
        name: "Criterion",
        markers: &[(CARGO, &["criterion"])],
        set_up: SetUp::Shell("cargo fetch"),
        comment: "every target of `cargo bench`, in all crates of the workspace",
        script: "cargo bench\nrecords --format criterion target/criterion",
    },
    BenchmarkTool {
        name: "Divan",
        markers: &[(CARGO, &["divan"])],
        set_up: SetUp::Shell("cargo fetch"),
        comment: "the table that it prints",
        script: "cargo bench | tee divan.txt\nrecords --format divan divan.txt",
    },
    BenchmarkTool {
        name: "Gungraun",
        markers: &[(CARGO, &["gungraun", "iai-callgrind"])],
        set_up: SetUp::Shell(
            "command -v valgrind > /dev/null || packages valgrind\n\
             runner=$(cargo metadata --format-version 1 | jq --raw-output '[.packages[]\n  \
             | select(.name == \"gungraun\" or .name == \"iai-callgrind\")][0]\n  \
             | .name + \"-runner@\" + .version')\n\
             cargo install --locked \"$runner\"",
        ),
        comment: "needs valgrind and the runner of the same version",
        script: "GUNGRAUN_SAVE_SUMMARY=json IAI_CALLGRIND_SAVE_SUMMARY=json cargo bench\n\
                 find target \\( -path '*/gungraun/*' -o -path '*/iai/*' \\) \
                 -name summary.json |\n  \
                 while read -r summary; do records --format gungraun \"$summary\"; done",
    },
    BenchmarkTool {
        name: "cargo bench",
        markers: &[("*.rs", &["#![feature(test)]"])],
        set_up: SetUp::Shell("rustup toolchain install nightly --profile minimal"),
        comment: "the benchmarks of the standard library need a nightly compiler",
        script: "cargo +nightly bench | tee libtest.txt\nrecords --format libtest libtest.txt",
    },
    BenchmarkTool {
        name: "go test -bench",
        markers: &[("go.mod", &[])],
        set_up: SetUp::Shell("go mod download"),
        comment: "each of the five counts is a repeat",
        script: "go test -run '^$' -bench . -benchmem -count 5 ./... | tee go.txt\n\
                 records --format go go.txt",
    },
    BenchmarkTool {
        name: "Google Benchmark",
        markers: &[(CMAKE, &["benchmark::benchmark", "google/benchmark", "(benchmark "])],
        set_up: SetUp::Library {
            package: "libbenchmark-dev",
            words: &["find_package(benchmark ", "find_package(benchmark)"],
        },
        comment: "every program in build/ with bench in its name",
        script: "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release\n\
                 cmake --build build --parallel\n\
                 find build -type f -perm -u+x -name '*bench*' ! -name '*.*' | sort |\n  \
                 while read -r program; do\n    \
                 \"$program\" --benchmark_out=google.json --benchmark_out_format=json\n    \
                 suite=$(basename \"$program\")\n    \
                 records --format google-benchmark --suite \"$suite\" google.json\n  \
                 done",
    },
    BenchmarkTool {
        name: "Catch2",
        markers: &[
            ("*.cpp", &["catch2/benchmark/", "CATCH_CONFIG_ENABLE_BENCHMARKING"]),
            ("*.cc", &["catch2/benchmark/", "CATCH_CONFIG_ENABLE_BENCHMARKING"]),
        ],
        set_up: SetUp::Nothing,
        comment: "every program in build/ with test or bench in its name",
        script: "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release\n\
                 cmake --build build --parallel\n\
                 find build -type f -perm -u+x \\( -name '*test*' -o -name '*bench*' \\) \
                 ! -name '*.*' | sort |\n  \
                 while read -r program; do\n    \
                 \"$program\" --reporter xml --out catch2.xml\n    \
                 records --format catch2 catch2.xml\n  \
                 done",
    },
    BenchmarkTool {
        name: "pytest-benchmark",
        markers: &[
            ("pyproject.toml", &["pytest-benchmark"]),
            ("setup.cfg", &["pytest-benchmark"]),
            ("*requirements*.txt", &["pytest-benchmark"]),
            ("tox.ini", &["pytest-benchmark"]),
        ],
        set_up: SetUp::Python(&["pytest", "pytest-benchmark"]),
        comment: "without its samples, of which there may be thousands for each benchmark",
        script: "python3 -m pytest --benchmark-only --benchmark-json=pytest-benchmark.json\n\
                 records --format pytest-benchmark --no-samples pytest-benchmark.json",
    },
    BenchmarkTool {
        name: "pyperf",
        markers: &[("*.py", &["import pyperf"])],
        set_up: SetUp::Python(&["pyperf"]),
        comment: "one script; pyperf never overwrites a result, so the old one is removed",
        script: "rm -f pyperf.json\npython3 FILE --output pyperf.json\n\
                 records --format pyperf pyperf.json",
    },
    BenchmarkTool {
        name: "asv",
        markers: &[("asv.conf.json", &[]), ("asv.conf.jsonc", &[])],
        set_up: SetUp::Python(&["asv", "virtualenv"]),
        comment: "adapt .asv/results if asv.conf.json sets another results_dir",
        script: "asv machine --yes\nasv run --show-stderr \"$commit^!\"\n\
                 records --format asv .asv/results",
    },
    BenchmarkTool {
        name: "Locust",
        markers: &[("locustfile.py", &[])],
        set_up: SetUp::Python(&["locust"]),
        comment: "set LOCUST_HOST to the address of the server",
        script: "locust --headless --users 10 --run-time 1m --host \"$LOCUST_HOST\" \
                 --locustfile FILE --csv locust\nrecords --format locust locust_stats.csv",
    },
    BenchmarkTool {
        name: "Vitest",
        markers: &[(JSON_PACKAGE, &["\"vitest\""])],
        set_up: SetUp::Node,
        comment: "",
        script: "npx vitest bench --run --outputJson vitest.json\n\
                 records --format vitest --no-samples vitest.json",
    },
    BenchmarkTool {
        name: "Tinybench",
        markers: &[(JSON_PACKAGE, &["\"tinybench\""])],
        set_up: SetUp::Node,
        comment: "needs a script `bench` in package.json that prints results as JSON",
        script: "npm run --silent bench > tinybench.json\n\
                 records --format tinybench --no-samples tinybench.json",
    },
    BenchmarkTool {
        name: "Benchmark.js",
        markers: &[(JSON_PACKAGE, &["\"benchmark\":"])],
        set_up: SetUp::Node,
        comment: "needs a script `bench` in package.json that prints a line per benchmark",
        script: "npm run --silent bench | tee benchmarkjs.txt\n\
                 records --format benchmarkjs benchmarkjs.txt",
    },
    BenchmarkTool {
        name: "deno bench",
        markers: &[("*.ts", &["Deno.bench("]), ("*.js", &["Deno.bench("])],
        set_up: SetUp::Shell("command -v deno > /dev/null || npm install --global deno"),
        comment: "",
        script: "deno bench --json > deno-bench.json\nrecords --format deno deno-bench.json",
    },
    BenchmarkTool {
        name: "k6",
        markers: &[("*.js", &["from 'k6", "from \"k6"]), ("*.ts", &["from 'k6", "from \"k6"])],
        set_up: SetUp::Shell(
            "command -v k6 > /dev/null || {\n  \
             echo \"benchmarks.sh: install k6 here, as its manual says\" >&2\n  \
             exit 1\n}",
        ),
        comment: "",
        script: "k6 run --summary-export k6.json FILE\nrecords --format k6 k6.json",
    },
    BenchmarkTool {
        name: "JMH",
        markers: &[("pom.xml", &["jmh-core"])],
        set_up: SetUp::Shell("mvn --batch-mode --quiet -DskipTests package"),
        comment: "",
        script: "mvn --batch-mode --quiet -DskipTests package\n\
                 java -jar target/benchmarks.jar -rf json -rff jmh.json\n\
                 records --format jmh jmh.json",
    },
    BenchmarkTool {
        name: "JMH (Gradle)",
        markers: &[("build.gradle", &["jmh"]), ("build.gradle.kts", &["jmh"])],
        set_up: SetUp::Shell("./gradlew --quiet assemble"),
        comment: "needs resultFormat = \"JSON\" in the jmh block",
        script: "./gradlew jmh\nrecords --format jmh build/results/jmh/results.json",
    },
    BenchmarkTool {
        name: "BenchmarkDotNet",
        markers: &[("*.csproj", &["BenchmarkDotNet"]), ("*.fsproj", &["BenchmarkDotNet"])],
        set_up: SetUp::Shell("dotnet restore FILE"),
        comment: "",
        script: "dotnet run --configuration Release --project FILE -- --filter '*' \
                 --exporters json\n\
                 records --format benchmarkdotnet BenchmarkDotNet.Artifacts/results/*.json",
    },
    BenchmarkTool {
        name: "BenchmarkTools.jl",
        markers: &[("benchmarks.jl", &["BenchmarkTools"])],
        set_up: SetUp::Nothing,
        comment: "the file must define the suite SUITE",
        script: "julia --project=\"$(dirname FILE)\" -e 'using Pkg; Pkg.instantiate()\n  \
                 using BenchmarkTools; include(ARGS[1])\n  \
                 BenchmarkTools.save(\"julia.json\", run(SUITE))' \"$PWD/\"FILE\n\
                 records --format julia --no-samples julia.json",
    },
    BenchmarkTool {
        name: "benchmark-ips",
        markers: &[("*.rb", &["benchmark/ips"])],
        set_up: SetUp::Shell(
            "if [ -f Gemfile ]; then bundle install; else gem install benchmark-ips; fi",
        ),
        comment: "the script must call `x.json! \"benchmark-ips.json\"`",
        script: "bundle exec ruby FILE\nrecords --format benchmark-ips benchmark-ips.json",
    },
    BenchmarkTool {
        name: "Swift Benchmark",
        markers: &[("Package.swift", &["package-benchmark"])],
        set_up: SetUp::Shell("packages libjemalloc-dev"),
        comment: "",
        script: "swift package --allow-writing-to-package-directory benchmark \
                 --format jmh --path swift\nrecords --format swift swift/*.json",
    },
    BenchmarkTool {
        name: "Hyperfine",
        markers: &[("*.sh", &["hyperfine "])],
        set_up: SetUp::Shell("command -v hyperfine > /dev/null || packages hyperfine"),
        comment: "the script must pass `--export-json hyperfine.json`",
        script: "bash FILE\nrecords --format hyperfine hyperfine.json",
    },
    BenchmarkTool {
        name: "pgbench",
        markers: &[("*.sh", &["pgbench "])],
        set_up: SetUp::Shell("command -v pgbench > /dev/null || packages postgresql-contrib"),
        comment: "the output of the script",
        script: "bash FILE | tee pgbench.txt\nrecords --format pgbench pgbench.txt",
    },
];
