"""Is the stated detectable change right?

For each series, `api/v2/index.json` of a built site states the smallest lasting regression that would
be reported within 5 runs in 9 of 10 cases. A history of 36 series of all families of noise is built.
Then 5 runs of the same noise follow, and a few series at a time are slower by exactly the stated
size. `policy replay` must report them within these 5 runs."""
import json
import math
import os
import random
import shutil
import subprocess

import gen
import history
import tally
import tool

TUNING = [111]
REPORTING = [121, 122]
HISTORIES = 12        # for each seed
SERIES = 36
AT_ONCE = 6           # series that are slower at the same time
WITHIN = 5
POLICY = "regression:\n  default_threshold: 0.03\n"


def made(r, runs):
    """Series with WITHIN more runs than the first history has."""
    days = gen.timeline(r, runs + WITHIN)
    out = []
    for k in range(SERIES):
        family = gen.FAMILIES[k % len(gen.FAMILIES)]
        noise = gen.noise(r, family, r.choice([0.005, 0.01, 0.02]), runs + WITHIN)
        base = 10 ** r.uniform(-1, 4)
        out.append(dict(test="t-%02d" % k, backend="b0", days=days, family=family,
                        values=[base * math.exp(value) for value in noise]))
    return out


def cut(series, runs, step=0.0):
    """The first runs of a series, and those after `runs` slower by `step`."""
    def value(at):
        return float("%.7g" % (series["values"][at] * (1 + step * (at >= runs))))
    return [value(at) for at in range(len(series["values"]))]


def stated(binary, folder):
    """{series: detectable change}"""
    site = folder + "-site"
    words = [binary, "build", "--data", folder, "--out", site, "--quiet", "--no-cache",
             "--jobs", "1"]
    subprocess.run(words, check=True, stdout=subprocess.PIPE)
    with open(os.path.join(site, "api", "v1", "index.json")) as file:
        index = json.load(file)
    shutil.rmtree(site)
    return {one["id"]: one["detectable"] for one in index["series"]}


def measure(binary, work, seed, number):
    """The tally of one history."""
    r = random.Random("detectable/%d/%d" % (seed, number))
    runs = r.randint(60, 150)
    series = made(r, runs)
    folder = "%s/detectable-%d-%d" % (work, seed, number)
    history.write(folder, POLICY, [dict(one, values=cut(one, runs)[:runs]) for one in series])
    sizes, out = stated(binary, folder), {}
    known = [k for k, one in enumerate(series) if sizes.get(history.stem(one))]
    r.shuffle(known)
    after = {tool.commit(at) for at in range(runs, runs + WITHIN)}
    for first in range(0, len(known), AT_ONCE):
        slower = set(known[first:first + AT_ONCE])
        history.write(folder, POLICY, [
            dict(one, values=cut(one, runs, sizes[history.stem(one)] if k in slower else 0.0))
            for k, one in enumerate(series)])
        reported = {alarm["series"] for alarm in history.replay(binary, folder)["alarms"]
                    if alarm["verdict"] == "regressed" and alarm["commit"] in after}
        for k in sorted(slower):
            tally.add(out, (series[k]["family"],), history.stem(series[k]) in reported)
    shutil.rmtree(folder)
    return out


def jobs(seeds):
    return [(seed, number) for seed in seeds for number in range(HISTORIES)]
