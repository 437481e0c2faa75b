#!/usr/bin/env python3
"""The cost of a history in git by storage layout, and the size of its archive in other forms.

usage: benches/retention.py PROGRAM [SERIES [DAYS]]

Generates a history of that many series and days (500 and 120 by default), commits it day by day in
several layouts, packs each repository and prints its size. If pyarrow is installed, one month is
also written as Parquet. The last table compares charts of 800 days before and after a `rotate` that
keeps 90.
"""

import datetime
import gzip
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time


def run(*arguments, cwd=None, env=None):
    done = subprocess.run(arguments, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return done.stdout


class Repository:
    """A repository whose commits have the dates of their days."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        self.git("init", "-q", "-b", "data")
        self.git("config", "user.name", "bench")
        self.git("config", "user.email", "bench@example.org")

    def git(self, *arguments, day=None):
        env = dict(os.environ)
        if day:
            env["GIT_AUTHOR_DATE"] = env["GIT_COMMITTER_DATE"] = f"{day}T12:00:00Z"
        return run("git", *arguments, cwd=self.folder, env=env)

    def commit(self, day):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", day, "--allow-empty", day=day)

    def squash(self, day):
        """One commit of what is there, without a parent: the branch forgets how it came to it."""
        tree = self.git("write-tree").strip()
        commit = self.git("commit-tree", "-m", f"until {day}", tree, day=day).strip()
        self.git("reset", "-q", "--hard", commit)

    def size(self):
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")
        paths = (os.path.join(at, file) for at, _, files in os.walk(
            os.path.join(self.folder, ".git")) for file in files)
        return sum(os.path.getsize(path) for path in paths)


def days_of(data):
    results = os.path.join(data, "results")
    files = sorted(os.listdir(results))
    return [(file[:10], open(os.path.join(results, file), "rb").read()) for file in files]


def last_of_month(days, at):
    return at + 1 == len(days) or days[at + 1][0][:7] != days[at][0][:7]


def layout(folder, days, write, month_ends):
    repository = Repository(folder)
    for at, (day, text) in enumerate(days):
        write(repository.folder, day, text)
        repository.commit(day)
        if last_of_month(days, at):
            month_ends(repository, day)
    return repository.size()


def file_a_day(folder, day, text):
    os.makedirs(os.path.join(folder, "results"), exist_ok=True)
    with open(os.path.join(folder, "results", f"{day}.ndjson"), "wb") as file:
        file.write(text)


def one_file(folder, _, text):
    os.makedirs(os.path.join(folder, "results"), exist_ok=True)
    with open(os.path.join(folder, "results", "all.ndjson"), "ab") as file:
        file.write(text)


def git_sizes(program, data, days, root):
    def nothing(*_):
        pass

    def squash(repository, day):
        repository.squash(day)

    def rotate_and_squash(repository, day, archive=True):
        policy = os.path.join(repository.folder, "policy.yml")
        with open(policy, "w") as file:
            file.write("governance: {data_retention_days: 30}\n")
        run(program, "rotate", "--data", repository.folder, "--demo", "--now", f"{day}T23:00:00Z")
        if not archive:
            shutil.rmtree(os.path.join(repository.folder, "archive"), ignore_errors=True)
        repository.commit(day)
        repository.squash(day)

    def elsewhere(repository, day):
        rotate_and_squash(repository, day, archive=False)

    layouts = [
        ("one growing file, one commit per day", one_file, nothing),
        ("one file per day, one commit per day", file_a_day, nothing),
        ("the same, squashed every month", file_a_day, squash),
        ("rotated and squashed every month", file_a_day, rotate_and_squash),
        ("the same, archive kept elsewhere", file_a_day, elsewhere),
    ]
    raw = sum(len(text) for _, text in days)
    print(f"\n{len(days)} days, {raw / 1e6:.1f} MB of records; `.git` after `git gc`:\n")
    print("| layout | `.git` | share of the records |")
    print("|---|---|---|")
    for at, (name, write, month_ends) in enumerate(layouts):
        size = layout(os.path.join(root, str(at)), days, write, month_ends)
        print(f"| {name} | {size / 1e6:.2f} MB | {100 * size / raw:.1f}% |", flush=True)


def timed(work):
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def archive_sizes(days, root):
    months = [day[:7] for day, _ in days]
    month = max(sorted(set(months)), key=months.count)
    text = b"".join(text for day, text in days if day.startswith(month))
    print(f"\nThe records of {month}, {len(text) / 1e6:.1f} MB:\n")
    print("| form | size | share of the text | write | read |")
    print("|---|---|---|---|---|")

    def row(name, pack, unpack, ours=True):
        packed, wrote = timed(pack)
        _, read = timed(lambda: unpack(packed))
        share = 100 * len(packed) / len(text)
        size = len(packed) / 1e6
        times = " | ".join(f"{it:.2f} s" if ours else "–" for it in (wrote, read))
        print(f"| {name} | {size:.2f} MB | {share:.1f}% | {times} |", flush=True)

    row("NDJSON, gzip -6 (`rotate`)", lambda: gzip.compress(text, 6), gzip.decompress)
    if shutil.which("zstd"):
        zstd = lambda *arguments: lambda data: subprocess.run(
            ["zstd", "-q", "-c", *arguments], input=data, capture_output=True, check=True).stdout
        row("NDJSON, zstd -19", lambda: zstd("-19")(text), zstd("-d"), ours=False)
    try:
        import pyarrow.json
        import pyarrow.parquet
    except ImportError:
        return
    path = os.path.join(root, "month.ndjson")
    with open(path, "wb") as file:
        file.write(text)
    table = pyarrow.json.read_json(path)

    def parquet():
        sink = pyarrow.BufferOutputStream()
        pyarrow.parquet.write_table(table, sink, compression="zstd")
        return sink.getvalue().to_pybytes()

    row("Parquet, zstd", parquet, lambda data: pyarrow.parquet.read_table(pyarrow.BufferReader(data)))


def size_of(folder):
    paths = (os.path.join(at, file) for at, _, files in os.walk(folder) for file in files)
    return sum(os.path.getsize(path) for path in paths)


def first_series(site):
    """The days of its runs, and the chart that stands alone."""
    with open(os.path.join(site, "api/v2/index.json")) as file:
        head = json.load(file)["series"][0]
    name = head["id"].replace("/", ".")
    with open(os.path.join(site, "api/v2/series", name + ".json")) as file:
        columns = json.load(file)["points"]
    step = columns["time_step"]
    times = itertools.accumulate(columns["time"], lambda time, more: time + step + more)
    days = [datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat() for at in times]
    with open(os.path.join(site, "chart", name + ".svg"), "rb") as file:
        return days, file.read()


def trend(program, root):
    """What a chart shows of 800 days when the records of 90 are kept."""
    data, site = os.path.join(root, "long"), os.path.join(root, "site")
    run(program, "demo-data", "--scenario", "large", "--series", "50", "--days", "800", "--out", data)
    with open(os.path.join(data, "policy.yml"), "w") as file:
        file.write("governance: {data_retention_days: 90}\n")
    print("\n800 days of 50 series, `data_retention_days: 90`:\n")
    print("| | results | archive | summaries | oldest point | points per series | chart | CPU of `build` |")
    print("|---|---|---|---|---|---|---|---|")

    def row(name, *more):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(program, "build", "--demo", "--no-cache", "--data", data, "--out", site, *more)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        days, chart = first_series(site)
        kept = (size_of(os.path.join(data, part)) for part in ("results", "archive", "summaries"))
        sizes = " | ".join(f"{it / 1e6:.2f} MB" for it in kept)
        day, count = days[0][:10], len(days)
        print(f"| {name} | {sizes} | {day} | {count} | {len(chart) / 1e3:.1f} KB | {cpu:.2f} s |", flush=True)
        return chart

    before = row("before `rotate`")
    run(program, "rotate", "--demo", "--data", data)
    after = row("after")
    row("after, `--with-archive`", "--with-archive")
    print(f"\nThe two charts are {'the same bytes' if before == after else 'different files'}.")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    series, days = (sys.argv[2:] + ["500", "120"][len(sys.argv) - 2:])[:2]
    with tempfile.TemporaryDirectory() as root:
        data = os.path.join(root, "data")
        run(program, "demo-data", "--scenario", "large", "--series", series, "--days", days,
            "--out", data)
        history = days_of(data)
        archive_sizes(history, root)
        git_sizes(program, data, history, root)
        trend(program, root)


if __name__ == "__main__":
    main()
