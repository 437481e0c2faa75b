
# Criterion: group, function and number become suite, test and n.
cargo bench -- --noplot
find . -path '*/target/criterion/*/new/estimates.json' | sort | while read -r estimates; do
  jq --compact-output --argjson common "$common" \
    --slurpfile made "$(dirname "$estimates")/benchmark.json" '
    $made[0] as $made | ($made.function_id // $made.group_id) as $test
    | ($made.value_str // "") as $size
    | $common + {backend: "rust", generator: "criterion", suite: $made.group_id,
        mean_ns: .mean.point_estimate, std_ns: .std_dev.point_estimate}
    + (if $size == "" then {test: $test}
       elif ($size | test("^[0-9]{1,15}$")) then {test: $test, n: ($size | tonumber)}
       else {test: "\($test)/\($size)"} end)' "$estimates" >> "$out"
done
