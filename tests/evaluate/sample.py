#!/usr/bin/env python3
"""A small history for the test suite, cut from the generator: tests/samples/accuracy.

    python3 sample.py

Of every family of noise a steady series, one with outliers and three with steps; two groups of
backends. The seed is none of those that docs/accuracy.md reports on.
"""
import gzip
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
import figures
import gen
import sets
import tool

SEED = 8
RUNS = 130            # longer series are left out
TAKE = {"stable": 1, "spikes": 1, "step": 2, "step+spikes": 1}
GROUPS = {"infra": 1, "partial": 1}


def chosen(truth):
    """Series in the generator's order, a few of each kind; groups whole."""
    left, groups, out = {}, {}, []
    for series in truth["series"]:
        label = truth["labels"][series["id"]]
        scenario, family = label["scenario"], label["family"]
        if len(series["values"]) > RUNS:
            continue
        if scenario in GROUPS:
            names = groups.setdefault(scenario, [])
            if series["group"] not in names and len(names) < GROUPS[scenario]:
                names.append(series["group"])
            if series["group"] in names:
                out.append(series)
        elif scenario in TAKE:
            steps = scenario.startswith("step")
            if steps and not any(event["required"] for event in label["events"]):
                continue
            count = left.setdefault((scenario, family), TAKE[scenario])
            if count:
                left[scenario, family] = count - 1
                out.append(series)
    return out


def main():
    truth = gen.generate(SEED)
    series = chosen(truth)
    folder = os.path.join(sets.HERE, "..", "samples", "accuracy")
    tool.write(os.path.join(folder, "history"), series)
    plain = os.path.join(folder, "history", "results", "all.ndjson")
    with open(plain, "rb") as source, open(plain + ".gz", "wb") as target:
        with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as packed:
            shutil.copyfileobj(source, packed)
    os.remove(plain)
    expected = {}
    for one in series:
        label = truth["labels"][one["id"]]
        scored = [event for event in label["events"] if event["required"] or event["allowed"]]
        expected[tool.stem(one)] = dict(
            runs=len(one["values"]), grace=label["grace_until"],
            events=[dict(onset=event["onset"], first=low, last=high, required=event["required"])
                    for event, (low, high) in zip(scored, figures.windows(label))])
    with open(os.path.join(folder, "truth.json"), "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
        file.write("\n")
    print(len(series), "series,", sum(len(one["values"]) for one in series), "runs,",
          sum(event["required"] for one in expected.values() for event in one["events"]), "required")


if __name__ == "__main__":
    main()
