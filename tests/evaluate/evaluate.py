#!/usr/bin/env python3
"""The accuracy of benchpages, measured: `make evaluate` runs this.

    python3 evaluate.py BENCHPAGES COMPARATORS WORK [ROOT]
    python3 evaluate.py --page BENCHPAGES WORK [ROOT]

BENCHPAGES is the program, COMPARATORS the example of that name, WORK a folder for what is made on
the way. Writes docs/accuracy.md, docs/reliability-diagram.svg and src/site/pages/accuracy.md under
ROOT (the repository). `--page` writes them again from the results that the last run left in WORK,
for example with new reasons. Needs Python 3.9 or newer and nothing else.
"""
import concurrent.futures
import os
import pickle
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import controls
import detectable
import diagram
import exact
import families
import measure
import pulls
import report
import sessions
import sets
import tally

RESULTS = "results.pickle"
# Questions whose answers are counts: (the function of one history, its arguments for each history).
COUNTED = {
    "pulls": (pulls.measure, pulls.jobs(pulls.REPORTING, sets.REPORTING)),
    "exact": (exact.measure, exact.jobs(exact.REPORTING)),
    "controls": (controls.measure, controls.jobs(controls.REPORTING)),
    "detectable": (detectable.measure, detectable.jobs(detectable.REPORTING)),
}


def set_jobs():
    """[(set, whether the other methods judge it too, whether parts of the method are switched)].
    The other methods judge only what the report compares them on. The longest come first."""
    jobs = [("gen-%d" % seed, seed in sets.FRESH, seed == sets.SEEDS[0])
            for seed in sets.FRESH + sets.LOOKED_AT]
    jobs += [(name, True, name == "in-order") for name in ("shuffled", "in-order")]
    jobs += [(name, True, False) for name in ("shuffled-tuning", "in-order-tuning")]
    jobs += [("families-%d" % seed, True, False) for seed in families.REPORTING]
    return jobs + [("labelled", True, False)]


def submitted(pool, binary, comparators, work):
    """Futures of all sets by name, and of all counted questions."""
    found = {name: pool.submit(measure.one_set, binary, comparators if rivals else None, work,
                               name, ablation)
             for name, rivals, ablation in set_jobs()}
    counted = {name: [pool.submit(function, binary, work, *job) for job in jobs]
               for name, (function, jobs) in COUNTED.items()}
    return found, counted


def collected(started, found, counted):
    """The results of all sets and the tallies of all counted questions."""
    results = {}
    for name, future in found.items():
        results[name] = future.result()
        progress(started, name)
    tallies = {}
    for name, futures in counted.items():
        tallies[name] = tally.merge(future.result() for future in futures)
        progress(started, name)
    return results, tallies


def measured(started, binary, comparators, work, root):
    """Measures everything and keeps the results in WORK."""
    os.makedirs(work, exist_ok=True)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        found = collected(started, *submitted(pool, binary, comparators, work))
    found[1]["sessions"] = sessions.measure(root)
    progress(started, "sessions")
    with open(os.path.join(work, RESULTS), "wb") as file:
        pickle.dump(found, file)
    return found


def main():
    words, started = sys.argv[1:], time.time()
    if words[0] == "--page":
        binary, work, *rest = words[1:]
        with open(os.path.join(work, RESULTS), "rb") as file:
            results, tallies = pickle.load(file)
    else:
        binary, comparators, work, *rest = words
    root = rest[0] if rest else os.path.join(sets.HERE, "..", "..")
    if words[0] != "--page":
        results, tallies = measured(started, binary, comparators, work, root)
    page, summary = report.write(results, tallies, version(binary))
    for path, text in (("docs/accuracy.md", page), ("src/site/pages/accuracy.md", summary),
                       ("docs/reliability-diagram.svg", diagram.write(results))):
        with open(os.path.join(root, path), "w") as file:
            file.write(text)
    progress(started, "the page, its diagram and its summary")


def version(binary):
    answer = subprocess.run([binary, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return answer.stdout.split()[-1]


def progress(started, step):
    print("%5.0f s  %s" % (time.time() - started, step), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
