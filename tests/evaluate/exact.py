"""Exact metrics: instructions, bytes and allocations that are equal from run to run.

Each history has 12 series: of each metric some that never differ, some that jump with each new
toolchain, and some whose value differs between two inputs. One series becomes worse by one size: in
the newest run of the main line (`policy replay`), or in a pull request with one run
(`check --pull`). The change must be a regression in that first run. Three policies ask the question:

- `relative`: a threshold of 0.05 % in each rule, nothing else;
- `first run`: one confirmation and no threshold, for each rule;
- `one byte`: one confirmation and an absolute threshold of one byte, for the metric `bytes`.

A policy that the program refuses counts as a miss."""
import random
import shutil

import gen
import history
import tally
import tool

TUNING = [51]
REPORTING = [61, 62]
HISTORIES = 12        # for each seed and size
METRICS = [("instructions", "count"), ("bytes", "B"), ("allocations", "count")]
KINDS = ["equal", "toolchain", "input", "equal"]
SIZES = [0.001, 0.002, 0.005, 0.01, 0.05]
ONE = "+1 byte"
RUNS = 80

RULE = ("regression:\n  rules:\n    - match: {metric: %s}\n      threshold: 0.0005\n"
        "    - match: {metric: %s}\n      threshold: 0.0005\n"
        "    - match: {metric: %s}\n      threshold: 0.0005\n") % tuple(m for m, _ in METRICS)
POLICIES = {
    "relative": RULE,
    "first run": RULE.replace("threshold: 0.0005", "confirmations: 1\n      threshold: 0"),
    "one byte": "regression:\n  rules:\n    - match: {metric: bytes}\n      confirmations: 1\n"
                "      threshold: 0\n      absolute: 1 byte\n",
}


def shown(size):
    return size if isinstance(size, str) else "+%g %%" % (100 * size)


def series_of(r, number, toolchains):
    """One series: the same value in each run, but for the effect of toolchain or input."""
    metric, unit = METRICS[number % len(METRICS)]
    kind = KINDS[number // len(METRICS)]
    level = r.randint(200_000, 90_000_000)
    jumps = {name: round(level * r.uniform(-0.04, 0.04)) for name in sorted(set(toolchains))}
    other = round(level * r.uniform(0.1, 0.5))
    values, fields = [], []
    for at, toolchain in enumerate(toolchains):
        value = level + (jumps[toolchain] if kind == "toolchain" else 0)
        own = dict(toolchain=toolchain)
        if kind == "input":
            value += other * (at % 2)
            own["input"] = "input-%d" % (at % 2)
        values.append(value)
        fields.append(own)
    return dict(test="t-%02d" % number, backend="b0", metric=metric, unit=unit, better="lower",
                values=values, fields=fields, kind=kind)


def toolchains_of(r, runs):
    """One to three toolchains, the last one for at least 20 runs."""
    places = sorted(r.sample(range(15, runs - 20), r.randint(0, 2)))
    return ["tool-%d" % sum(at >= place for place in places) for at in range(runs)]


def raised(value, size):
    return value + 1 if size == ONE else round(value * (1 + size))


def measure(binary, work, seed, number, size, policy):
    """The tally of one history, asked on the main line and as a pull request."""
    r = random.Random("%d/%d/%s/%s" % (seed, number, shown(size), policy))
    toolchains = toolchains_of(r, RUNS + 1)
    series = [series_of(r, k, toolchains) for k in range(len(METRICS) * len(KINDS))]
    days = gen.timeline(r, RUNS + 1)
    allowed = [k for k, one in enumerate(series)
               if policy != "one byte" or one["metric"] == "bytes"]
    out = {}
    folder = "%s/exact-%d-%d-%s-%s" % (work, seed, number, shown(size), policy)
    folder = folder.replace(" ", "-").replace("%", "")
    changed = r.choice(allowed)
    worse = [dict(one, days=days, values=one["values"][:-1] + [
        raised(one["values"][-1], size) if k == changed else one["values"][-1]])
        for k, one in enumerate(series)]
    for place, found in (("main line", on_main(binary, folder, policy, worse)),
                         ("pull request", in_pull(binary, folder, policy, worse))):
        found = set() if found is None else found
        name = history.stem(series[changed])
        tally.add(out, (policy, place, shown(size)), name in found)
        tally.add(out, (policy, place, "nothing changed"), len(found - {name}),
                  cases=len(series) - 1)
    return out


def on_main(binary, folder, policy, series):
    """Ids of the series that became a regression in the newest run; None if refused."""
    history.write(folder, POLICIES[policy], series)
    report = history.replay(binary, folder)
    shutil.rmtree(folder)
    if report is None:
        return None
    before, newest = ({alarm["series"] for alarm in report["alarms"]
                       if alarm["verdict"] == "regressed" and alarm["commit"] == tool.commit(at)}
                      for at in (RUNS - 1, RUNS))
    return newest - before


def in_pull(binary, folder, policy, series):
    """Ids of the series that block a pull request with one run; None if refused."""
    main = [dict(one, values=one["values"][:-1], fields=one["fields"][:-1], days=one["days"][:-1])
            for one in series]
    head = [dict(one, values=one["values"][-1:], fields=one["fields"][-1:], days=one["days"][-1:])
            for one in series]
    history.write(folder, POLICIES[policy], main, [(1, head)])
    report = history.check(binary, folder, 1)
    shutil.rmtree(folder)
    return report and history.blocked(report)


def jobs(seeds):
    return [(seed, number, size, policy) for policy in POLICIES
            for size in ([ONE] if policy == "one byte" else SIZES)
            for seed in seeds for number in range(HISTORIES)]
