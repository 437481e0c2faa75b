#!/usr/bin/env python3
"""A quick look while the detection is tuned: benchpages alone, on tuning seeds, a line for each row.

    python3 quick.py BINARY [SETS...]

SETS are some of gen, real, pulls, exact, controls, detectable, families; all if none is named. The
report (`evaluate.py`) uses other seeds and other real histories."""
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import controls
import detectable
import exact
import families
import figures
import measure
import ours
import pulls
import sets
import tally

WORKERS = 2
GEN_SEEDS = [1, 2]
PULL_HISTORIES = 10   # for each seed and row


def scored_set(binary, work, name):
    """{gate, retro: rows} of one set through `policy replay`, as one history."""
    truth = measure.made(name, draws=1)
    own = ours.plain(binary, os.path.join(work, name), truth)
    rows = {kind: measure.rows_of(name, truth, own[kind][ours.NAME], kind)
            for kind in ("gate", "retro")}
    rows["retro"] = [row for row in rows["retro"] if row["scenario"] not in sets.SHARED]
    rows["bands"] = figures.calibration(truth, own["alarms"])
    rows["suspected"] = measure.suspicions(truth, own["suspected"])
    return rows


def summary(label, rows):
    g, r = figures.gate(rows["gate"]), figures.retro(rows["retro"])
    return ("%-34s gate F1 %.3f (P %.3f R %.3f)  false %5.2f/10k  delay %s/%s  retro F1 %.3f"
            % (label, g["f1"], g["precision"], g["recall"], g["episodes"], g["delay"], g["late"],
               r["f1"]))


def family_lines(parts):
    for family in families.FAMILIES:
        gate, retro = ([row for part in parts for row in part[kind] if row["family"] == family]
                       for kind in ("gate", "retro"))
        g, r = figures.gate(gate), figures.retro(retro)
        runs = sum(row["runs"] for row in retro)
        yield ("%-34s +10 %%: %d of %d  false episodes %5.2f/10k  false change points %6.1f/10k"
               % (family, g["hits"], g["required"], g["episodes"], 1e4 * r["fp"] / runs))


def tally_lines(found):
    for key in found:
        success, cases = tally.counts(found, key)
        low, high = tally.interval(found, key)
        yield ("%-58s %5d of %5d  %.4f  (%.4f to %.4f)"
               % (" | ".join(map(str, key)), success, cases, tally.share(found, key), low, high))


def pull_job(binary, work, *job):
    return pulls.measure(binary, work, *job, False)


def chosen(names):
    """{set: (function, arguments of each job)}"""
    every = {
        "gen": (scored_set, [("gen-%d" % seed,) for seed in GEN_SEEDS]),
        "real": (scored_set, [("shuffled-tuning",), ("in-order-tuning",)]),
        "families": (scored_set, [("families-%d" % seed,) for seed in families.TUNING]),
        "pulls": (pull_job, pulls.jobs(pulls.TUNING[:1], sets.TUNING, PULL_HISTORIES)),
        "exact": (exact.measure, exact.jobs(exact.TUNING)),
        "controls": (controls.measure, controls.jobs(controls.TUNING)),
        "detectable": (detectable.measure, detectable.jobs(detectable.TUNING)),
    }
    unknown = set(names) - set(every)
    if unknown:
        raise SystemExit("unknown sets: %s; known: %s" % (unknown, ", ".join(every)))
    return {name: every[name] for name in names or every}


def set_lines(jobs, results):
    for (name,), rows in zip(jobs, results):
        yield summary(name, rows)
        for low, (count, right, total) in zip(figures.CONFIDENCE, rows["bands"]):
            if count:
                yield ("    confidence from %-5g  mean %.3f  correct %.3f (%.3f to %.3f) of %d" % (
                    (low, total / count, right / count) + figures.wilson(right, count) + (count,)))
        if rows["suspected"]:
            shares = sorted((1e3 * tally.share(rows["suspected"], key), key[0])
                            for key in rows["suspected"])
            yield ("    suspected runs per 1,000 of unchanged series: " + ", ".join(
                "%s %.1f" % (family, value) for value, family in reversed(shares)))


def lines_of(name, jobs, results):
    if name == "families":
        return family_lines(results)
    if name in ("gen", "real"):
        return set_lines(jobs, results)
    return tally_lines(tally.merge(results))


def main():
    binary, names = sys.argv[1], sys.argv[2:]
    work, started = tempfile.mkdtemp(prefix="evaluate-"), time.time()
    with concurrent.futures.ProcessPoolExecutor(max_workers=WORKERS) as pool:
        waiting = {name: (jobs, [pool.submit(function, binary, work, *job) for job in jobs])
                   for name, (function, jobs) in chosen(names).items()}
        for name, (jobs, futures) in waiting.items():
            print("== %s" % name)
            for line in lines_of(name, jobs, [future.result() for future in futures]):
                print(line)
            sys.stdout.flush()
    shutil.rmtree(work, ignore_errors=True)
    print("%.0f s" % (time.time() - started), file=sys.stderr)


if __name__ == "__main__":
    main()
