
# pytest-benchmark: the group becomes the suite.
python3 -m pytest --benchmark-only --benchmark-json=pytest-benchmarks.json
jq --compact-output --argjson common "$common" '.benchmarks[]
  | $common + {backend: "python", generator: "pytest-benchmark", suite: (.group // ""),
      test: .name, mean_ns: (.stats.mean * 1e9), std_ns: (.stats.stddev * 1e9),
      reps: .stats.rounds}' pytest-benchmarks.json >> "$out"
