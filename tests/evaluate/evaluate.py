#!/usr/bin/env python3
"""The accuracy of benchpages, measured: `make evaluate` runs this.

    python3 evaluate.py BENCHPAGES COMPARATORS WORK [ROOT]

BENCHPAGES is the program, COMPARATORS the example of that name, WORK a folder for what is made on
the way. Writes docs/accuracy.md and src/site/pages/accuracy.md under ROOT (the repository).
Needs Python 3.9 or newer and nothing else.
"""
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import figures
import ours
import report
import sets


def all_sets():
    made = {"gen-%d" % seed: sets.generated(seed) for seed in sets.SEEDS}
    made["shuffled"] = sets.injected(True)
    made["in-order"] = sets.injected(False)
    made["labelled"] = sets.labelled()
    return made


def compare(binary, work, name, truth):
    """Answers of all comparators on one set; kept from run to run, since only a change of theirs or
    of the set can change them."""
    text = json.dumps(dict(series=truth["series"]))
    with open(binary, "rb") as file:
        key = hashlib.sha256(file.read() + text.encode()).hexdigest()[:16]
    source = os.path.join(work, name + ".json")
    target = os.path.join(work, "%s.answers-%s.json" % (name, key))
    if not os.path.exists(target):
        with open(source, "w") as file:
            file.write(text)
        subprocess.run([binary, source, target + ".part"], check=True)
        os.replace(target + ".part", target)
    with open(target) as file:
        return json.load(file)


def rows_of(truth, answers):
    """{gate or retro: {method: rows}}; labelled series have no such labels."""
    return {kind: {method: figures.scored(truth, runs, kind) for method, runs in methods.items()}
            for kind, methods in answers.items()}


def main():
    binary, comparators, work = sys.argv[1:4]
    root = sys.argv[4] if len(sys.argv) > 4 else os.path.join(sets.HERE, "..", "..")
    os.makedirs(work, exist_ok=True)
    started = time.time()
    made = all_sets()
    told(started, "%d sets made" % len(made))
    answers = {}
    for name, truth in made.items():
        answers[name] = compare(comparators, work, name, truth)
        told(started, "comparators on " + name)
    extra = {}
    for name, truth in made.items():
        own = ours.answers(binary, os.path.join(work, name), name, truth)
        for kind in ("gate", "retro"):
            answers[name][kind].update(own[kind])
        extra[name] = own
        if name == "gen-%d" % sets.SEEDS[0]:
            own["ablation"] = ours.ablation(binary, os.path.join(work, name), truth)
        told(started, "benchpages on " + name)
    scored = {}
    with concurrent.futures.ProcessPoolExecutor() as pool:
        jobs = {name: pool.submit(rows_of, made[name], answers[name])
                for name in made if name != "labelled"}
        scored = {name: job.result() for name, job in jobs.items()}
    told(started, "scored")
    page, summary = report.write(made, answers, extra, scored, version(binary))
    for path, text in (("docs/accuracy.md", page), ("src/site/pages/accuracy.md", summary)):
        with open(os.path.join(root, path), "w") as file:
            file.write(text)
    told(started, "docs/accuracy.md and src/site/pages/accuracy.md written")


def version(binary):
    said = subprocess.run([binary, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return said.stdout.split()[-1]


def told(started, what):
    print("%5.0f s  %s" % (time.time() - started, what), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
