
# Put your benchmarks here: measure, then write a line for each. This stops until you do.
# jq --compact-output --argjson common "$common" \
#   '$common + {backend: "…", test: .name, mean_ns: .nanoseconds}' results.json >> "$out"
echo "$common" > /dev/null
echo "benchmarks.sh: nothing is measured yet; write records to $out" >&2
exit 1
