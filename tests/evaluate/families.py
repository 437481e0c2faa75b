"""Kinds of noise that the generator does not have, each with and without a lasting step of 10 %.

- `weekly`: one to three runs a day, on weekends 6 % slower;
- `mixture`: two modes 4 to 8 % apart, whose shares drift between 10 and 45 %;
- `lognormal bursts`: now and then 3 to 12 runs with long tails upwards;
- `ar(0.9)`: each run keeps nine tenths of the deviation of the run before it;
- `reboots`: every 20 to 60 runs a reboot, after which runs are slower or faster and settle;
- `two machines`: two levels 8 to 12 % apart at random, and no field that tells the machines apart.

The policy's threshold is 5 %. A step is found if the gate alarms within 30 runs. Any other alarm is
false, and so is any change point that is not the step. The first 63 runs are not scored, because
the kind of noise must be seen first (three weeks of three runs a day)."""
import math
import random

import figures
import gen
import score
import sets

TUNING = [91]
REPORTING = [101, 102, 103, 104]
FAMILIES = ["weekly", "mixture", "lognormal bursts", "ar(0.9)", "reboots", "two machines"]
COUNT = 25            # series for each seed, family, and with or without a step
RUNS = 250
STEP = 0.10
THRESHOLD = 0.05
SIGMA = 0.01
LEARN = 63            # runs that are not scored
DAILY = [1, 2, 3]     # runs a day of a weekly series


def weekly(r, daily):
    """The first day of a history is a Monday (`tool.BASE`)."""
    return [(0.06 if k // daily % 7 >= 5 else 0.0) + SIGMA * gen.gauss(r) for k in range(RUNS)]


def mixture(r):
    gap, phase, period = r.uniform(0.04, 0.08), r.uniform(0, 6.28), r.uniform(80, 200)
    out = []
    for k in range(RUNS):
        share = 0.275 + 0.175 * math.sin(phase + 6.2832 * k / period)
        out.append((gap if r.random() < share else 0.0) + 0.6 * SIGMA * gen.gauss(r))
    return out


def bursts(r):
    out, left = [], 0
    for _ in range(RUNS):
        if left == 0 and r.random() < 0.03:
            left = r.randint(3, 12)
        tail = 0.03 * math.exp(0.8 * gen.gauss(r)) if left else 0.0
        left = max(0, left - 1)
        out.append(tail + SIGMA * gen.gauss(r))
    return out


def autoregressive(r, phi=0.9):
    x, out, sigma = 2 * SIGMA * gen.gauss(r), [], 2 * SIGMA * math.sqrt(1 - phi * phi)
    for _ in range(RUNS):
        x = phi * x + sigma * gen.gauss(r)
        out.append(x)
    return out


def reboots(r):
    out, left, size, pace = [], 0, 0.0, 1.0
    for _ in range(RUNS):
        if left == 0:
            left, size = r.randint(20, 60), r.choice([-0.06, 0.06, 0.08])
            pace = r.uniform(2, 6)
        out.append(size + SIGMA * gen.gauss(r))
        size *= math.exp(-1 / pace)
        left -= 1
    return out


def machines(r):
    gap, share = r.uniform(0.08, 0.12), r.uniform(0.3, 0.5)
    return [(gap if r.random() < share else 0.0) + SIGMA * gen.gauss(r) for _ in range(RUNS)]


MAKERS = dict(zip(FAMILIES[1:], [mixture, bursts, autoregressive, reboots, machines]))


class Series(sets.Window):
    """Noise of one of these families; labels as the generator's."""

    def __init__(self, r, sid, family, daily):
        noise = weekly(r, daily) if family == "weekly" else MAKERS[family](r)
        center = sorted(noise)[len(noise) // 2]
        super().__init__(r, sid, [value - center for value in noise], True)
        self.family, self.scenario, self.policy = family, "stable", THRESHOLD

    def slow_down(self):
        """A lasting step that must be found, however large the noise is."""
        self.shift(self.r.randint(100, RUNS - 60), STEP, "regression")
        self.scenario = "step"
        self.events[-1]["required"] = True


def days_of(r, family, daily):
    if family == "weekly":
        return [round(k / daily + 0.1, 3) for k in range(RUNS)]
    return gen.timeline(r, RUNS)


def generated(seed):
    """{series, labels} of one seed."""
    r = random.Random("families/%d" % seed)
    series, labels = [], {}
    for family in FAMILIES:
        for k in range(2 * COUNT):
            daily = DAILY[k // 2 % len(DAILY)]
            one = Series(r, "%s-%d-%02d" % (slug(family), seed, k), family, daily)
            if k % 2:
                one.slow_down()
            made, label = one.finish(days_of(r, family, daily))
            made["cluster"] = one.id
            series.append(made)
            labels[one.id] = label
    return dict(series=series, labels=labels)


def slug(family):
    return "".join(c if c.isalnum() else "-" for c in family).strip("-")


def scored(truth, answers, kind):
    """Rows of `figures.scored`, without the runs in which the noise is learned."""
    later = {name: [run for run in runs if run >= LEARN] for name, runs in answers.items()}
    rows = figures.scored(truth, later, kind)
    for row in rows:
        if kind == "gate":
            row["neg"] -= LEARN - score.WARM
        row["runs"] = RUNS - LEARN
    return rows
