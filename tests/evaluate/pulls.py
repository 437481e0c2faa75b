"""Pull requests: a few runs of a head against a main line of 60 to 150 runs.

Each history has 40 independent series and several pull requests. The first changes nothing. Each
other one makes 4 of the 40 series slower by one size of step, so that nothing looks like a machine
problem. A series is blocked if its finding in `check --pull` blocks. Synthetic noise is Gaussian on
the logarithm. On real noise, the main line is a window of a real history without its level, and
the runs of the pull request are the runs that follow the window. Histories with more than 8 % noise
are left out."""
import collections
import functools
import math
import os
import random
import shutil

import gen
import history
import rivals
import sets
import tally

TUNING = [31, 32]
REPORTING = [41, 42, 43, 44]
HISTORIES = 25        # for each seed and row
SERIES = 40
CHANGED = 4
SHORTEST, LONGEST = 60, 150
LEAST_REAL = 40       # runs of a window of a short real history
NOISIEST = max(gen.POLICIES)          # nobody sets a threshold below the noise of one run
HOUR = 1 / 24
FALSE = "nothing changed"
OURS = "benchpages"

Row = collections.namedtuple("Row", "name runs noise threshold steps")
ROWS = [
    Row("1 run, noise 1 %", 1, 0.01, 0.03, (0.05, 0.10)),
    Row("3 runs, noise 3 %", 3, 0.03, 0.03, (0.05, 0.10, 0.20)),
    Row("5 runs, noise 5 %", 5, 0.05, 0.05, (0.10, 0.20)),
    Row("3 runs, real noise", 3, None, 0.05, (0.05, 0.10, 0.20)),
]
# Other kinds of noise, with nothing changed: a stated error rate must hold there too.
KINDS = Row("3 runs, other noise 3 %", 3, 0.03, 0.05, ())


def percent(step):
    return "+%g %%" % (100 * step)


class Case:
    """One series of a history: logarithms of the main line and of what follows it."""

    def __init__(self, cluster, past, future):
        self.cluster, self.past, self.future = cluster, past, future


def made(r, row, runs):
    """A series with made noise, and fresh runs for each pull request."""
    need = (1 + len(row.steps)) * row.runs
    noise = [row.noise * gen.gauss(r) for _ in range(runs + need)]
    future = [noise[runs + k * row.runs:runs + (k + 1) * row.runs]
              for k in range(1 + len(row.steps))]
    return Case(tally.FREE, noise[:runs], future)


def kinds(r, row, runs, number):
    """Made noise of the generator's families, one after the other."""
    family = gen.FAMILIES[number % len(gen.FAMILIES)]
    noise = gen.noise(r, family, row.noise, runs + row.runs)
    return Case(tally.FREE, noise[:runs], [noise[runs:]])


def real(r, row, runs, histories):
    """A window of a real history; every pull request has the runs that follow it."""
    name, rest = r.choice(histories)
    length = min(runs, len(rest) - row.runs)
    start = r.randint(0, len(rest) - row.runs - length)
    follow = rest[start + length:start + length + row.runs]
    return Case(name, rest[start:start + length], [follow] * (1 + len(row.steps)))


@functools.lru_cache(maxsize=None)
def real_histories(part):
    """[(name, residuals)] of the histories of one part that are long enough and not too noisy."""
    return [(cluster, rest) for cluster, rest in sets.histories(part)
            if len(rest) >= LEAST_REAL + 3 and gen.noise_sd(rest) <= NOISIEST]


def cases(r, row, runs, part):
    # Not `is`: a row that comes from another process is a copy.
    if row == KINDS:
        return [kinds(r, row, runs, k) for k in range(SERIES)]
    if row.noise:
        return [made(r, row, runs) for _ in range(SERIES)]
    histories = real_histories(part)
    return [real(r, row, runs, histories) for _ in range(SERIES)]


def changed(r, row):
    """For each pull request the series that it makes slower: none, then 4 for each step."""
    order = r.sample(range(SERIES), CHANGED * len(row.steps))
    return [set()] + [set(order[CHANGED * k:CHANGED * (k + 1)]) for k in range(len(row.steps))]


def series_of(name, base, values, days):
    return dict(test=name, backend="b0", days=days,
                values=[float("%.7g" % (base * math.exp(value))) for value in values])


def write(folder, r, row, runs, found, slower):
    """The history of these cases; pull request k has the number k + 1."""
    days = gen.timeline(r, runs)
    bases = [10 ** r.uniform(-1, 4) for _ in found]
    names = ["t-%02d" % k for k in range(len(found))]
    main = [series_of(name, base, case.past, days[runs - len(case.past):])
            for name, base, case in zip(names, bases, found)]
    after = [days[-1] + (2 + k) * HOUR for k in range(row.runs)]
    pulls = []
    for k, step in enumerate((0.0,) + row.steps):
        pulls.append((k + 1, [series_of(name, base, moved(case.future[k], at in slower[k], step),
                                        after)
                              for at, (name, base, case) in enumerate(zip(names, bases, found))]))
    policy = "regression:\n  default_threshold: %g\n" % row.threshold
    history.write(folder, policy, main, pulls)
    return [history.stem(one) for one in main]


def moved(values, is_slower, step):
    return [value + (math.log1p(step) if is_slower else 0.0) for value in values]


def measure(binary, work, seed, number, row, part, with_rivals=True):
    """The tally of one history."""
    r = random.Random("%d/%d/%s" % (seed, number, row.name))
    runs = r.randint(SHORTEST, LONGEST)
    found, slower = cases(r, row, runs, part), changed(r, row)
    folder = os.path.join(work, "pulls-%d-%d-%s" % (seed, number, row.name.replace(" ", "-")))
    ids = write(folder, r, row, runs, found, slower)
    out = {}
    for k, step in enumerate((0.0,) + row.steps):
        answers = {OURS: judged(binary, folder, k + 1, ids)}
        if with_rivals:
            for name, rule in rivals.of(row.runs).items():
                answers[name] = [rule(case.past, moved(case.future[k], at in slower[k], step),
                                      math.log1p(row.threshold)) for at, case in enumerate(found)]
        for name, blocks in answers.items():
            count(out, name, row, k, step, found, slower, blocks)
    shutil.rmtree(folder)
    return out


def judged(binary, folder, number, ids):
    report = history.check(binary, folder, number)
    blocks = history.blocked(report)
    return [name in blocks for name in ids]


def count(out, name, row, k, step, found, slower, blocks):
    """Adds one pull request: its changed series, its unchanged ones, and itself."""
    for at, case in enumerate(found):
        if at in slower[k]:
            tally.add(out, (name, row.name, percent(step)), blocks[at], case.cluster)
        elif k == 0:
            tally.add(out, (name, row.name, FALSE), blocks[at], case.cluster)
            if row == KINDS:
                family = gen.FAMILIES[at % len(gen.FAMILIES)]
                tally.add(out, (name, family, FALSE), blocks[at])
    if k == 0:
        tally.add(out, (name, row.name, "a check"), any(blocks))


def jobs(seeds, part, histories=HISTORIES):
    """Arguments of `measure` for all histories of these seeds."""
    return [(seed, number, row, part) for row in ROWS + [KINDS]
            for seed in seeds for number in range(histories)]
