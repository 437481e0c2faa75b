"""The sets that everything is measured on.

Generator sets come from gen.py, one for each seed. The noise sets are real histories
(data/SOURCE.md) cut into windows, their level taken out by a running median, with a step put in:
`shuffled` runs in an order that holds no other change, so that every other alarm is false; `in
order` as they were measured, where short genuine excursions remain and what they raise counts as
false all the same: an upper bound. The detection may be tuned on the sources of the part `TUNING`;
the part `REPORTING` is for the report only.
"""
import functools
import gzip
import json
import math
import os
import random

import gen

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = [1, 2, 77, 903, 5150, 20251, 86028]
LOOKED_AT = [1, 2, 77, 903, 5150]    # seeds whose scores guided the detection
FRESH = [seed for seed in SEEDS if seed not in LOOKED_AT]
# Scenarios in which a cause other than the code moves the levels of several series.
SHARED = ["infra", "infra_transient", "infra+code", "runner", "runner_pool"]
NOISE_SEED = 4711
TUNING, REPORTING = "tuning", "reporting"
TUNED_ON = ["asv-sunpy", "big-gotta-go-fast", "ghab-selftest"]
WINDOW = 200          # runs of a window; a shorter history is one window
SMOOTH = 41           # runs of the running median that stands for the level
STEPS = [0.03, 0.05, 0.10, 0.20]
DRAWS = 2             # times that each window gets each step, at another place


def read(name):
    with gzip.open(os.path.join(HERE, "data", name), "rt") as file:
        return json.load(file)["series"]


def generated(seed, scale=1):
    truth = gen.generate(seed, scale)
    for series in truth["series"]:
        series["cluster"] = series["group"]
    return truth


class Window(gen.Series):
    """Residuals of a real history instead of made noise; steps and labels as the generator's."""

    def __init__(self, r, sid, residuals, lower):
        self.r, self.id, self.group, self.backend = r, sid, sid, "b0"
        self.family, self.scenario, self.n = "real", "step", len(residuals)
        self.noise, self.sd = residuals, gen.noise_sd(residuals)
        self.sigma = round(self.sd, 6)
        fits = [p for p in gen.POLICIES if p >= self.sd]
        self.policy = r.choice(fits or [max(gen.POLICIES)])
        self.level = [0.0] * self.n
        self.events, self.cps, self.neutral, self.spikes = [], [], [], []
        self.fp = ["runner-a"] * self.n
        self.lower, self.base = lower, 1000.0


def residuals(values, lower):
    """Logarithms about their running median, up is worse."""
    sign = 1.0 if lower else -1.0
    y = [sign * math.log(v) for v in values]
    half = SMOOTH // 2
    out = []
    for i, value in enumerate(y):
        near = sorted(y[max(0, i - half):i + half + 1])
        out.append(value - near[len(near) // 2])
    return out


def part_of(source):
    return TUNING if source in TUNED_ON else REPORTING


def histories(part):
    """[(name with its source, residuals)] of the real histories of one part."""
    return [(name, rest) for name, _, rest in directed(part)]


@functools.lru_cache(maxsize=None)
def directed(part):
    """[(name, lower is better, residuals)] of the real histories of one part."""
    out = []
    for one in read("noise.json.gz"):
        if part_of(one["source"]) == part:
            lower = one["better"] == "lower"
            out.append(("%s %s" % (one["source"], one["name"]), lower,
                        residuals(one["values"], lower)))
    return out


def windows(part):
    for k, (cluster, lower, rest) in enumerate(directed(part)):
        for w in range(max(1, len(rest) // WINDOW)):
            yield "n%03d-%d" % (k, w), cluster, lower, rest[w * WINDOW:(w + 1) * WINDOW]


def onset(r, n):
    """The place of a step: 30 runs before it and after it, or less in a short window."""
    return r.randint(30, n - 31) if n > 61 else r.randint(25, n - 16)


def injected(shuffled, part, draws=DRAWS):
    """Every window several times with each step size, at a place of its own."""
    r = random.Random(NOISE_SEED)
    series, labels = [], {}
    for name, cluster, lower, rest in windows(part):
        for draw, rel in [(draw, rel) for draw in range(draws) for rel in STEPS]:
            noise = list(rest)
            order = list(range(len(noise)))
            r.shuffle(order)
            if shuffled:
                noise = [noise[i] for i in order]
            one = Window(r, "%s-%d-s%02d" % (name, draw, round(100 * rel)), noise, lower)
            one.shift(onset(r, one.n), rel, "regression")
            made, label = one.finish(gen.timeline(r, one.n))
            made["cluster"] = cluster
            series.append(made)
            labels[one.id] = label
    return dict(series=series, labels=labels)


def labelled():
    """Real series with change points that others have stated, or only their number."""
    series, labels = [], {}
    for k, one in enumerate(read("labelled.json.gz")):
        n = len(one["values"])
        sid = "labelled-%d" % k
        series.append(dict(id=sid, group=sid, cluster=sid, backend="b0", test="t-" + sid,
                           unit="ms" if one["better"] == "lower" else "ops/s",
                           lower_is_better=one["better"] == "lower", policy_threshold=0.03,
                           values=one["values"], fingerprints=["runner-a"] * n,
                           days=one.get("days") or [0.5 * i for i in range(n)]))
        labels[sid] = dict(name=one["name"], points=one.get("points"), count=one.get("count"))
    return dict(series=series, labels=labels)
