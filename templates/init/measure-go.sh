
# Go: the package becomes the suite; each of the five counts is a record.
go test -run '^$' -bench . -count 5 ./... | tee go-benchmarks.txt
jq --raw-input --null-input --compact-output --argjson common "$common" '
  foreach inputs as $line ({};
    if $line | startswith("pkg: ") then {suite: $line[5:]} else {suite, line: $line} end;
    .suite as $suite | [(.line // "") | splits("[ \t]+")] as $words
    | select(($words[0] | test("^Benchmark")) and $words[3] == "ns/op")
    | $common + {backend: "go", generator: "go test", suite: ($suite // ""),
        test: ($words[0] | sub("^Benchmark"; "") | sub("-[0-9]+$"; "")),
        mean_ns: ($words[2] | tonumber)})' go-benchmarks.txt >> "$out"
