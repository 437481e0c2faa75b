#!/usr/bin/env bash
# Runs the benchmarks and appends what they measured to a file: benchmarks.sh FILE
# Written by `benchpages init`; yours to change.
#
# benchpages reads one JSON object a line. Required are commit, timestamp, backend, test and a
# value: mean_ns, or metric with unit and value:
#   {"commit":"0f1e2d3c","timestamp":"2026-11-21T09:00:00Z","backend":"rust","test":"parse",
#    "n":1000,"mean_ns":1234.5,"std_ns":12.1}
#   {…,"metric":"throughput","unit":"B/s","value":5.1e8}
# (one line each). suite, mode, parallel, n and params tell benchmarks apart. A run that failed is
# a record with "error" and no value. Any other field is kept and shown.
set -euo pipefail

out=$1
commit=${COMMIT:-$(git rev-parse HEAD)}

# What tells runners apart (runner_fingerprinting in data/policy.yml).
cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2> /dev/null | head -n 1 || true)
memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo 2> /dev/null || true)
common=$(jq --null-input --compact-output --arg commit "$commit" --arg cpu "$cpu" \
  --arg memory "$memory" --arg image "${ImageOS:-$(uname -s)}" \
  '{commit: $commit, timestamp: (now | strftime("%Y-%m-%dT%H:%M:%SZ")), runner_image: $image,
    cpu: $cpu, memory_total: $memory}')
