
# Google Benchmark: every program in build/ with bench in its name.
cmake -S . -B build -DCMAKE_BUILD_TYPE=Release
cmake --build build --parallel
find build -type f -perm -u+x -name '*bench*' ! -name '*.*' | sort | while read -r program; do
  "$program" --benchmark_out=google-benchmarks.json --benchmark_out_format=json
  jq --compact-output --argjson common "$common" --arg suite "$(basename "$program")" '
    {ns: 1, us: 1e3, ms: 1e6, s: 1e9} as $units
    | .benchmarks[] | select(.run_type != "aggregate")
    | $common + {backend: "cpp", generator: "google-benchmark", suite: $suite, test: .name}
    + (if .error_occurred then {error: (.error_message // "failed")}
       else {mean_ns: (.real_time * $units[.time_unit // "ns"])} end)' \
    google-benchmarks.json >> "$out"
done
