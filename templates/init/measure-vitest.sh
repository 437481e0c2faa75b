
# Vitest: the group becomes the suite; it tells milliseconds.
npm ci
npx vitest bench --run --outputJson vitest-benchmarks.json
jq --compact-output --argjson common "$common" '
  .files[].groups[] | .fullName as $suite | .benchmarks[]
  | $common + {backend: "ts", generator: "vitest", suite: $suite, test: .name,
      mean_ns: (.mean * 1e6), std_ns: ((.sd // 0) * 1e6)}' vitest-benchmarks.json >> "$out"
