#!/usr/bin/env bash
# Runs the benchmarks of the folder that it is called in, and writes their records:
#   benchmarks.sh FILE
# Installs what they need, once before: benchmarks.sh --setup
# Written by `benchpages init`; yours to change.
#
# `benchpages ingest --list` lists all formats that it reads. For any other tool, append records to
# FILE yourself, one JSON object per line. Required are commit, timestamp, backend, test and a value:
# mean_ns, or metric with unit and value:
#   {"commit":"0f1e2d3c","timestamp":"2026-11-21T09:00:00Z","backend":"rust","test":"parse",
#    "n":1000,"mean_ns":1234.5,"std_ns":12.1}
#   {…,"metric":"throughput","unit":"B/s","value":5.1e8}
# (one line each). suite, mode, parallel, n and params identify the benchmark. For a failed run,
# write "error" instead of a value. Any other field is kept and shown.
set -euo pipefail

# Installs packages of Ubuntu on a machine of CI. On other machines they are yours to install.
packages() {
  [ "${CI:-}" = true ] || return 0
  if ! command -v apt-get > /dev/null; then
    echo "benchmarks.sh: install here what these packages of Ubuntu hold: $*" >&2
    return 0
  fi
  # The user of a container is root, and has no sudo.
  local as_root
  as_root=$(command -v sudo || true)
  $as_root apt-get update --quiet && $as_root apt-get install --yes --quiet "$@"
}

if [ "${1:-}" = --setup ]; then
__SETUP__
  exit 0
fi

out=$(cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
: > "$out"
commit=${COMMIT:-$(git rev-parse HEAD)}

# Converts the results of a tool to records of this commit and adds the fields that identify the
# runner (runner_fingerprinting in data/policy.yml). --map splits names that hold several fields.
# SYSTEM, of a job that measures one more system, makes series of their own. So does BENCH_SET, of a
# run on a schedule: the benchmarks read it, and take larger inputs and more load for `capacity`, or
# measure while something fails for `chaos`. The tag `scheduled` says that a pull request without
# these series lacks nothing.
#
# Results that cannot be read do not cost the others their place: status 4 of `ingest` says that it
# rejected some, each with a message, and took the rest.
records() {
  local status=0
  benchpages ingest --quiet --dry-run --commit "$commit" ${SYSTEM:+--param "system=$SYSTEM"} \
    ${BENCH_SET:+--param "set=$BENCH_SET" --set "tags=$BENCH_SET,scheduled"} "$@" >> "$out" ||
    status=$?
  if [ "$status" -eq 4 ]; then
    echo "${GITHUB_ACTIONS:+::warning::}benchmarks.sh: some results were rejected: $*" >&2
    return 0
  fi
  return "$status"
}
