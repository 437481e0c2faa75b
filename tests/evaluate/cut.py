#!/usr/bin/env python3
"""Cuts the real histories in data/ out of the files that their projects publish.

    python3 cut.py FOLDER

FOLDER holds one folder for each source, as data/SOURCE.md names them. Kept are the values in the
order of time and nothing else: no names of people, no messages. Only series of at least 50
positive values are kept, and at most 80 series of a source, evenly spaced; `noise.json.gz` is noise
to inject steps into, `labelled.json.gz` are series whose change points somebody else has stated.
"""
import csv
import gzip
import json
import os
import re
import sys

LEAST = 50
MOST = 80             # series of a source, so that none outweighs the others


def short(value):
    return float("%.6g" % value)


def series(source, name, values, better="lower"):
    return dict(source=source, name=name, better=better, values=[short(v) for v in values])


def action(folder, source):
    """github-action-benchmark's data.js; a commit that was measured again counts again."""
    text = open(os.path.join(folder, "data.js")).read()
    data = json.loads(text[text.index("{"):].rstrip().rstrip(";"))
    found = {}
    for suite, entries in sorted(data["entries"].items()):
        for entry in sorted(entries, key=lambda e: e["date"]):
            names = [bench["name"] for bench in entry["benches"]]
            for bench in entry["benches"]:
                if names.count(bench["name"]) > 1:       # two benchmarks under one name
                    continue
                key = (suite, bench["name"], bench["unit"].split("\t")[0].strip())
                value = float(bench["value"] or 0)
                if value > 0:
                    found.setdefault(key, []).append(value)
    for (suite, name, unit), values in sorted(found.items()):
        better = "higher" if "/sec" in unit or unit in ("iter/sec", "ops/s") else "lower"
        yield series(source, "%s %s" % (suite, name), values, better)


def asv(folder, source):
    """asv's results: one file for each commit, ordered by the commit's date."""
    found = {}
    for machine in sorted(os.listdir(os.path.join(folder, "results"))):
        path = os.path.join(folder, "results", machine)
        if not os.path.isdir(path):
            continue
        for name in sorted(os.listdir(path)):
            if name == "machine.json":
                continue
            text = re.sub(r"\b(NaN|-?Infinity)\b", "null", open(os.path.join(path, name)).read())
            data = json.loads(text)
            for bench, row in data["results"].items():
                result = row[0] if isinstance(row, list) else row
                many = result if isinstance(result, list) else [result]
                for at, value in enumerate(many):
                    if isinstance(value, (int, float)) and value > 0:
                        found.setdefault((machine, bench, at), []).append((data["date"], value))
    for (machine, bench, at), values in sorted(found.items()):
        yield series(source, "%s %s %d" % (machine, bench, at), [v for _, v in sorted(values)])


def gotta(folder, source):
    """Zig's compiler history: rows in the order of the file, since its clock mixes units."""
    found = {}
    for row in csv.DictReader(open(os.path.join(folder, "records.csv"))):
        if row["error_message"]:
            continue
        for column in ("wall_time_median", "maxrss"):
            value = float(row[column] or 0)
            if value > 0:
                found.setdefault((row["benchmark_name"], row["allocator"], column), []).append(value)
    for key, values in sorted(found.items()):
        yield series(source, " ".join(key), values)


def informative(one):
    """Noise that says nothing is left out: mostly one value, or too short."""
    values = one["values"]
    most = max(values.count(v) for v in set(values))
    return len(values) >= LEAST and most <= len(values) / 2


def spaced(found):
    """At most MOST of these series, evenly spaced."""
    step = max(1.0, len(found) / MOST)
    return [found[int(k * step)] for k in range(min(MOST, len(found)))]


def labelled(root):
    """TigerBeetle as Nyrkiö tests it (two points stated) and the E-divisive series (counts)."""
    path = os.path.join(root, "cp-nyrkio", "backend", "tests", "data", "tigerbeetle.json")
    rows = sorted(json.load(open(path)), key=lambda row: row["timestamp"])
    stated = ("e88458cb2faf40d97df0f3b5feea66c494063f4c",
              "7a724369d85c378b9eb311cb41853cef58ecc07e")
    points = [i for i, row in enumerate(rows) if row["attributes"]["git_commit"] in stated]
    values = [m["value"] for row in rows for m in row["metrics"] if m["name"] == "load_accepted"]
    yield dict(series("cp-nyrkio", "TigerBeetle load_accepted", values, "higher"),
               points=points, days=[(row["timestamp"] - rows[0]["timestamp"]) / 86400 for row in rows])
    for name in ("small", "medium"):
        data = json.load(open(os.path.join(root, "cp-mongodb", name + ".json")))
        yield dict(series("cp-mongodb", "E-divisive " + name, data["series"], "higher"),
                   count=data["expected"])


def write(name, found):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", name)
    text = json.dumps(dict(series=found), separators=(",", ":"))
    with open(path, "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            packed.write(text.encode() + b"\n")
    print(path, len(found), "series,", sum(len(s["values"]) for s in found), "runs,",
          os.path.getsize(path), "bytes")


def main():
    root = sys.argv[1]
    noise = []
    for source in sorted(os.listdir(root)):
        folder = os.path.join(root, source)
        found = []
        if source.startswith("ghab-"):
            found = action(folder, source)
        elif source.startswith("asv-") and source != "asv-selftest":
            found = asv(folder, source)
        elif source == "big-gotta-go-fast":
            found = gotta(folder, source)
        noise += spaced([one for one in found if informative(one)])
    write("noise.json.gz", noise)
    write("labelled.json.gz", list(labelled(root)))


if __name__ == "__main__":
    main()
