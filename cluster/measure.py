"""Measures the steps of a build on several machines, as docs/scale.md shows them: CPU seconds, peak
memory and bytes of each, and those of `benchpages build`.

    python3 cluster/measure.py target/release/benchpages [RECORDS [SERIES [SHARDS]]]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOW = "2025-09-26T12:00:00Z"


def measured(binary, folder, *command):
    """Runs a step: CPU seconds, seconds and peak memory in MB of its process."""
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    started = time.monotonic()
    process = subprocess.Popen(
        [binary, *map(str, command)],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def size(path):
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def row(name, runs, made):
    cpu, wall = (sum(run[at] for run in runs) for at in (0, 1))
    peak = max(run[2] for run in runs)
    print(f"| {name} | {len(runs)} | {cpu:.2f} s | {wall:.2f} s | {peak:.0f} MB | {made:.1f} MB |")


def main():
    binary = Path(sys.argv[1]).resolve()
    records, series, shards = (
        int(sys.argv[at]) if len(sys.argv) > at else default
        for at, default in ((2, 1_000_000), (3, 5_000), (4, 8))
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        days = records // series
        demo = ("--scenario", "large", "--series", series, "--days", days, "--out", data)
        measured(binary, folder, "demo-data", *demo)
        print(f"{series * days} records, {series} series, {shards} parts and shards\n")
        print("| step | runs | CPU, all | time, one after another | peak of one | made, all |")
        print("|---|---|---|---|---|---|")
        given = ("--data", data)
        shares = [f"{number}/{shards}" for number in range(1, shards + 1)]
        part = lambda share: ("--out", folder / "parts" / f"{share.split('/')[0]}.part")
        maps = [
            measured(binary, folder, "shard", "map", *given, "--shard", share, *part(share))
            for share in shares
        ]
        row("`shard map`", maps, size(folder / "parts"))
        votes = ("shard", "votes", "parts", "--out", "analysis", "--demo", "--now", NOW)
        row("`shard votes`", [measured(binary, folder, *votes, *given)], size(folder / "analysis"))
        pages = [
            measured(binary, folder, "shard", "pages", "analysis", "--shard", share)
            for share in shares
        ]
        row("`shard pages`", pages, size(folder / "shards"))
        # What each of these runs does before its first file: a shard with hardly a file has no more.
        one = ("--shard", "1/100000", "--out", "empty")
        empty = [measured(binary, folder, "shard", "pages", "analysis", *one)]
        row("… of a shard with hardly a file", empty, size(folder / "empty"))
        joined = [measured(binary, folder, "shard", "assemble", "shards", "--move")]
        row("`shard assemble --move`", joined, size(folder / "site"))
        build = ("build", "--no-cache", "--demo", "--now", NOW, "--out", "one")
        row("`build --no-cache`", [measured(binary, folder, *build, *given)], size(folder / "one"))


main()
