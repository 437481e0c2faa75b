#!/usr/bin/env bash
# Runs the benchmarks and appends what they measured to a file: benchmarks.sh FILE
# Written by `benchpages init`; yours to change.
#
# `benchpages ingest --list` tells every format that can be read. What no tool writes can be put
# into FILE by hand, as one JSON object a line. Required are commit, timestamp, backend, test and a
# value: mean_ns, or metric with unit and value:
#   {"commit":"0f1e2d3c","timestamp":"2026-11-21T09:00:00Z","backend":"rust","test":"parse",
#    "n":1000,"mean_ns":1234.5,"std_ns":12.1}
#   {…,"metric":"throughput","unit":"B/s","value":5.1e8}
# (one line each). suite, mode, parallel, n and params tell benchmarks apart. A run that failed is
# a record with "error" and no value. Any other field is kept and shown.
set -euo pipefail

out=$(cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
commit=${COMMIT:-$(git rev-parse HEAD)}

# Results of a tool become records of this commit, with what tells runners apart
# (runner_fingerprinting in data/policy.yml). --map takes names apart that hold several facts.
records() {
  benchpages ingest --quiet --dry-run --commit "$commit" "$@" >> "$out"
}
