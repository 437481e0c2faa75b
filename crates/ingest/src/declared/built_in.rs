//! The declarations that the program brings along.

/// Name and text of each file in `formats/`.
pub(crate) const FILES: &[(&str, &str)] = &[
    ("android-benchmark.yml", include_str!("formats/android-benchmark.yml")),
    ("autocannon.yml", include_str!("formats/autocannon.yml")),
    ("benchee.yml", include_str!("formats/benchee.yml")),
    ("benchmarkdotnet-csv.yml", include_str!("formats/benchmarkdotnet-csv.yml")),
    ("bombardier.yml", include_str!("formats/bombardier.yml")),
    ("cargo-bloat.yml", include_str!("formats/cargo-bloat.yml")),
    ("fio.yml", include_str!("formats/fio.yml")),
    ("haskell-criterion-json.yml", include_str!("formats/haskell-criterion-json.yml")),
    ("haskell-criterion.yml", include_str!("formats/haskell-criterion.yml")),
    ("hyperfine-csv.yml", include_str!("formats/hyperfine-csv.yml")),
    ("iperf3.yml", include_str!("formats/iperf3.yml")),
    ("lighthouse.yml", include_str!("formats/lighthouse.yml")),
    ("llama-bench-csv.yml", include_str!("formats/llama-bench-csv.yml")),
    ("llama-bench-lines.yml", include_str!("formats/llama-bench-lines.yml")),
    ("llama-bench.yml", include_str!("formats/llama-bench.yml")),
    ("memtier.yml", include_str!("formats/memtier.yml")),
    ("mitata.yml", include_str!("formats/mitata.yml")),
    ("nanobench-csv.yml", include_str!("formats/nanobench-csv.yml")),
    ("nanobench.yml", include_str!("formats/nanobench.yml")),
    ("nvbench.yml", include_str!("formats/nvbench.yml")),
    ("size-limit.yml", include_str!("formats/size-limit.yml")),
    ("tasty-bench.yml", include_str!("formats/tasty-bench.yml")),
    ("vegeta.yml", include_str!("formats/vegeta.yml")),
];
