//! The benchmark tools that `init` knows: what in a repository gives one away, how it is run, and
//! which format `benchpages ingest` reads its results by. One row a tool; `benchmarks.sh` is made
//! of them. `FILE` in a script stands for the file that gave the tool away.

/// A benchmark tool.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// Files that would give it away (`*.cpp` is any of that ending), and words of which one must
    /// stand in the file; none: the file itself tells.
    pub(super) marks: &'static [(&'static str, &'static [&'static str])],
    /// What to know before it is run.
    pub(super) remark: &'static str,
    /// Runs it, and hands its results to `records`.
    pub(super) script: &'static str,
}

/// Where no tool is found: a script that says what to do.
pub(super) const NONE: &str = "
# Put your benchmarks here: measure, then hand the results on. This stops until you do.
# ./measure > results.csv
# records --format csv results.csv
echo \"benchmarks.sh: nothing is measured yet; write records to $out\" >&2
exit 1
";

const CARGO: &str = "Cargo.toml";
const JSON_PACKAGE: &str = "package.json";
const CMAKE: &str = "CMakeLists.txt";

pub(super) const TOOLS: [Tool; 24] = [
    Tool {
        name: "Criterion",
        marks: &[(CARGO, &["criterion"])],
        remark: "every target of `cargo bench`, also of other crates of the workspace",
        script: "cargo bench\nrecords --format criterion target/criterion",
    },
    Tool {
        name: "Divan",
        marks: &[(CARGO, &["divan"])],
        remark: "its table, as it prints it",
        script: "cargo bench | tee divan.txt\nrecords --format divan divan.txt",
    },
    Tool {
        name: "Gungraun",
        marks: &[(CARGO, &["gungraun", "iai-callgrind"])],
        remark: "needs valgrind and the runner of the same version",
        script: "GUNGRAUN_SAVE_SUMMARY=json IAI_CALLGRIND_SAVE_SUMMARY=json cargo bench\n\
                 find target \\( -path '*/gungraun/*' -o -path '*/iai/*' \\) \
                 -name summary.json |\n  \
                 while read -r summary; do records --format gungraun \"$summary\"; done",
    },
    Tool {
        name: "cargo bench",
        marks: &[("*.rs", &["#![feature(test)]"])],
        remark: "the compiler's own benchmarks need a nightly one",
        script: "cargo +nightly bench | tee libtest.txt\nrecords --format libtest libtest.txt",
    },
    Tool {
        name: "go test -bench",
        marks: &[("go.mod", &[])],
        remark: "each of the five counts is a repeat",
        script: "go test -run '^$' -bench . -benchmem -count 5 ./... | tee go.txt\n\
                 records --format go go.txt",
    },
    Tool {
        name: "Google Benchmark",
        marks: &[(CMAKE, &["benchmark::benchmark", "google/benchmark", "(benchmark "])],
        remark: "every program in build/ with bench in its name",
        script: "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release\n\
                 cmake --build build --parallel\n\
                 find build -type f -perm -u+x -name '*bench*' ! -name '*.*' | sort |\n  \
                 while read -r program; do\n    \
                 \"$program\" --benchmark_out=google.json --benchmark_out_format=json\n    \
                 suite=$(basename \"$program\")\n    \
                 records --format google-benchmark --suite \"$suite\" google.json\n  \
                 done",
    },
    Tool {
        name: "Catch2",
        marks: &[
            ("*.cpp", &["catch2/benchmark/", "CATCH_CONFIG_ENABLE_BENCHMARKING"]),
            ("*.cc", &["catch2/benchmark/", "CATCH_CONFIG_ENABLE_BENCHMARKING"]),
        ],
        remark: "every program in build/ with test or bench in its name",
        script: "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release\n\
                 cmake --build build --parallel\n\
                 find build -type f -perm -u+x \\( -name '*test*' -o -name '*bench*' \\) \
                 ! -name '*.*' | sort |\n  \
                 while read -r program; do\n    \
                 \"$program\" --reporter xml --out catch2.xml\n    \
                 records --format catch2 catch2.xml\n  \
                 done",
    },
    Tool {
        name: "pytest-benchmark",
        marks: &[
            ("pyproject.toml", &["pytest-benchmark"]),
            ("setup.cfg", &["pytest-benchmark"]),
            ("*requirements*.txt", &["pytest-benchmark"]),
            ("tox.ini", &["pytest-benchmark"]),
        ],
        remark: "",
        script: "python3 -m pytest --benchmark-only --benchmark-json=pytest-benchmark.json\n\
                 records --format pytest-benchmark pytest-benchmark.json",
    },
    Tool {
        name: "pyperf",
        marks: &[("*.py", &["import pyperf"])],
        remark: "one script; it refuses to write over an older result",
        script: "rm -f pyperf.json\npython3 FILE --output pyperf.json\n\
                 records --format pyperf pyperf.json",
    },
    Tool {
        name: "asv",
        marks: &[("asv.conf.json", &[]), ("asv.conf.jsonc", &[])],
        remark: "results_dir of asv.conf.json, where it is another",
        script: "asv machine --yes\nasv run --show-stderr \"$commit^!\"\n\
                 records --format asv .asv/results",
    },
    Tool {
        name: "Locust",
        marks: &[("locustfile.py", &[])],
        remark: "says where the server listens: set LOCUST_HOST",
        script: "locust --headless --users 10 --run-time 1m --host \"$LOCUST_HOST\" \
                 --locustfile FILE --csv locust\nrecords --format locust locust_stats.csv",
    },
    Tool {
        name: "Vitest",
        marks: &[(JSON_PACKAGE, &["\"vitest\""])],
        remark: "",
        script: "npm ci\nnpx vitest bench --run --outputJson vitest.json\n\
                 records --format vitest vitest.json",
    },
    Tool {
        name: "Tinybench",
        marks: &[(JSON_PACKAGE, &["\"tinybench\""])],
        remark: "the script `bench` of package.json prints its results as JSON",
        script: "npm ci\nnpm run --silent bench > tinybench.json\n\
                 records --format tinybench tinybench.json",
    },
    Tool {
        name: "Benchmark.js",
        marks: &[(JSON_PACKAGE, &["\"benchmark\":"])],
        remark: "the script `bench` of package.json prints a line for each",
        script: "npm ci\nnpm run --silent bench | tee benchmarkjs.txt\n\
                 records --format benchmarkjs benchmarkjs.txt",
    },
    Tool {
        name: "deno bench",
        marks: &[("*.ts", &["Deno.bench("]), ("*.js", &["Deno.bench("])],
        remark: "",
        script: "deno bench --json > deno-bench.json\nrecords --format deno deno-bench.json",
    },
    Tool {
        name: "k6",
        marks: &[("*.js", &["from 'k6", "from \"k6"]), ("*.ts", &["from 'k6", "from \"k6"])],
        remark: "",
        script: "k6 run --summary-export k6.json FILE\nrecords --format k6 k6.json",
    },
    Tool {
        name: "JMH",
        marks: &[("pom.xml", &["jmh-core"])],
        remark: "",
        script: "mvn --batch-mode --quiet -DskipTests package\n\
                 java -jar target/benchmarks.jar -rf json -rff jmh.json\n\
                 records --format jmh jmh.json",
    },
    Tool {
        name: "JMH (Gradle)",
        marks: &[("build.gradle", &["jmh"]), ("build.gradle.kts", &["jmh"])],
        remark: "with resultFormat = \"JSON\" in its jmh block",
        script: "./gradlew jmh\nrecords --format jmh build/results/jmh/results.json",
    },
    Tool {
        name: "BenchmarkDotNet",
        marks: &[("*.csproj", &["BenchmarkDotNet"]), ("*.fsproj", &["BenchmarkDotNet"])],
        remark: "",
        script: "dotnet run --configuration Release --project FILE -- --filter '*' \
                 --exporters json\n\
                 records --format benchmarkdotnet BenchmarkDotNet.Artifacts/results/*.json",
    },
    Tool {
        name: "BenchmarkTools.jl",
        marks: &[("benchmarks.jl", &["BenchmarkTools"])],
        remark: "a file that makes the suite SUITE",
        script: "julia --project=\"$(dirname FILE)\" -e 'using Pkg; Pkg.instantiate()\n  \
                 using BenchmarkTools; include(ARGS[1])\n  \
                 BenchmarkTools.save(\"julia.json\", run(SUITE))' \"$PWD/\"FILE\n\
                 records --format julia julia.json",
    },
    Tool {
        name: "benchmark-ips",
        marks: &[("*.rb", &["benchmark/ips"])],
        remark: "the script says `x.json! \"benchmark-ips.json\"`",
        script: "bundle exec ruby FILE\nrecords --format benchmark-ips benchmark-ips.json",
    },
    Tool {
        name: "Swift Benchmark",
        marks: &[("Package.swift", &["package-benchmark"])],
        remark: "",
        script: "swift package --allow-writing-to-package-directory benchmark \
                 --format jmh --path swift\nrecords --format swift swift/*.json",
    },
    Tool {
        name: "Hyperfine",
        marks: &[("*.sh", &["hyperfine "])],
        remark: "the script says `--export-json hyperfine.json`",
        script: "bash FILE\nrecords --format hyperfine hyperfine.json",
    },
    Tool {
        name: "pgbench",
        marks: &[("*.sh", &["pgbench "])],
        remark: "what the script prints",
        script: "bash FILE | tee pgbench.txt\nrecords --format pgbench pgbench.txt",
    },
];
