#!/usr/bin/env python3
"""Real histories, imported and built: time, memory and size of each as a Markdown table.

usage: benches/real.py PROGRAM FOLDER

FOLDER holds the histories in folders of their own, as their projects publish them; those that are
not there are left out. CPU seconds are user and system time over all threads, memory is the peak.
"""

import json
import os
import subprocess
import sys
import tempfile

# Folder, kind, and whose it is; above it the repository on GitHub, its commit, and what to take of it.
HISTORIES = [
    # Unidata/MetPy-benchmark@d7e4c14: results
    ("asv-metpy", "asv", "MetPy (asv)"),
    # devitocodes/thematrix@a4c0b61: results
    ("asv-thematrix", "asv", "The Matrix (asv)"),
    # sunpy/sunpy-benchmarks@4544e18: results
    ("asv-sunpy", "asv", "SunPy (asv)"),
    # ziglang/gotta-go-fast@a788c07: records.csv
    ("big-gotta-go-fast", "csv", "Zig's gotta-go-fast (CSV)"),
    # hyperium/hyper@553f235: dev/bench/data.js
    ("ghab-hyper", "github-action-benchmark", "hyper (github-action-benchmark)"),
    # benchmark-action/github-action-benchmark@28787ca: dev/bench/data.js
    ("ghab-selftest", "github-action-benchmark", "github-action-benchmark's own"),
    # AzureAD/microsoft-authentication-library-for-js@429fca8: dev/bench/data.js
    ("ghab-msal-js", "github-action-benchmark", "MSAL.js (github-action-benchmark)"),
    # AwesomeAssertions/AwesomeAssertions.analyzers@27bd36d: dev/bench/data.js
    ("ghab-awesomeassertions", "github-action-benchmark", "AwesomeAssertions (same)"),
    # gofiber/fiber@e11ef83: dev/bench/data.js
    ("ghab-fiber-2020", "github-action-benchmark", "Fiber (same)"),
    # phpactor/phpactor@ec3f060: dev/bench/data.js
    ("ghab-phpactor", "github-action-benchmark", "Phpactor (same)"),
    # nyrkio/nyrkio@4b8415b: backend/tests/data
    ("cp-nyrkio", "nyrkio", "TigerBeetle's devhub (Nyrkiö)"),
]


def measured(arguments, cache):
    """Runs the program; its answer, CPU seconds and peak memory in MB."""
    environment = dict(os.environ, XDG_CACHE_HOME=cache)
    child = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(arguments)} failed:\n{err.decode()}")
    return out, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(program, path, kind, name):
    with tempfile.TemporaryDirectory() as folder:
        data, site, cache = (os.path.join(folder, part) for part in ("data", "site", "cache"))
        take = [program, "import", kind, path, "--data", data]
        _, import_seconds, import_peak = measured(take, cache)
        make = [program, "build", "--data", data, "--out", site, "--format", "json"]
        out, build_seconds, build_peak = measured(make, cache)
        built = json.loads(out)
        cells = [
            name,
            f"{built['records']:,}",
            f"{built['series']:,}",
            f"{import_seconds:.2f} s",
            f"{import_peak:.0f} MB",
            f"{build_seconds:.2f} s",
            f"{build_peak:.0f} MB",
            f"{built['files']:,}",
            f"{built['bytes'] / 1e6:.1f} MB",
        ]
        print("| " + " | ".join(cells) + " |", flush=True)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, root = os.path.abspath(sys.argv[1]), sys.argv[2]
    heads = ["history", "records", "series", "import", "memory", "build", "memory", "files", "site"]
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for folder, kind, name in HISTORIES:
        path = os.path.join(root, folder)
        if os.path.isdir(path):
            row(program, path, kind, name)


if __name__ == "__main__":
    main()
