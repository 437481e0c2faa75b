"""Infrastructure or code? Controls decide: benchmarks that should move with the machine.

- `code`: one of 8 benchmarks becomes slower on all 3 backends at one commit, and 7 stay quiet. No
  machine does that. It must be a regression on all 3 backends, and not be called infrastructure.
- `machine, a day`: all 8 benchmarks are slower on all 3 backends for one day. It must be called
  infrastructure and must be no regression.
- `machine, one backend`: 8 or 12 benchmarks on one backend, all but one slower in the same run.
- `code, one backend`: 2 of 8 or 12 benchmarks become slower for good on one backend."""
import math
import random
import shutil

import gen
import history
import tally
import tool

TUNING = [71]
REPORTING = [81, 82, 83]
HISTORIES = 40        # for each seed and scenario
SCENARIOS = ["code", "machine, a day", "machine, one backend", "code, one backend"]
INFRASTRUCTURE, REPORTED = "called infrastructure", "reported as regression"
QUIET = "regression of a quiet series"
POLICY = "regression:\n  default_threshold: 0.05\n"
NEAR = 5              # runs after the onset in which a call belongs to it
HORIZON = 30


def shifts(r, scenario, runs, at, names):
    """{(test, backend): (first run, last run)} of the series that are slower."""
    tests = sorted({test for test, _ in names})
    if scenario == "code":
        return {name: (at, runs - 1) for name in names if name[0] == tests[0]}
    if scenario == "machine, a day":
        return {name: (at, at + 2) for name in names}
    if scenario == "machine, one backend":
        return {name: (at, at) for name in names if name[0] != tests[0]}
    return {name: (at, runs - 1) for name in names if name[0] in r.sample(tests, 2)}


def made(r, scenario, runs, at):
    """The series of a history, and which of them are slower."""
    single = scenario.endswith("one backend")
    tests = ["t-%02d" % k for k in range(r.choice([8, 12]) if single else 8)]
    names = [(test, "b%d" % b) for test in tests for b in range(1 if single else 3)]
    step, sigma = r.choice([0.10, 0.15, 0.20]), r.choice([0.005, 0.01, 0.02])
    days = [k / 3 for k in range(runs)]          # three runs a day
    slower = shifts(r, scenario, runs, at, names)
    series = []
    for name in names:
        first, last = slower.get(name, (runs, runs))
        own = math.log1p(step * r.uniform(0.8, 1.2))
        base = 10 ** r.uniform(-1, 4)
        values = [base * math.exp(sigma * gen.gauss(r) + own * (first <= k <= last))
                  for k in range(runs)]
        values = [float("%.7g" % value) for value in values]
        series.append(dict(test=name[0], backend=name[1], values=values, days=days))
    return series, {history.stem(one) for one in series if (one["test"], one["backend"]) in slower}


def measure(binary, work, seed, number, scenario):
    """The tally of one history."""
    r = random.Random("%d/%d/%s" % (seed, number, scenario))
    runs, at = r.randint(90, 120), 3 * r.randint(12, 18)
    series, slower = made(r, scenario, runs, at)
    folder = "%s/controls-%d-%d-%s" % (work, seed, number, SCENARIOS.index(scenario))
    history.write(folder, POLICY, series)
    report = history.replay(binary, folder)
    shutil.rmtree(folder)
    soon = {tool.commit(k) for k in range(at, at + NEAR)}
    later = {tool.commit(k) for k in range(at, min(runs, at + HORIZON))}
    events = [event for event in report["events"] if event["kind"] == "infrastructure"]
    regressed = {alarm["series"] for alarm in report["alarms"]
                 if alarm["verdict"] == "regressed" and alarm["commit"] in later}
    excused = {alarm["series"] for alarm in report["alarms"]
               if alarm["verdict"] == "infrastructure" and alarm["commit"] in soon}
    called = any(event["commit"] in soon for event in events) or bool(excused & slower)
    out = {}
    tally.add(out, (scenario, INFRASTRUCTURE), called)
    tally.add(out, (scenario, REPORTED), slower <= regressed if scenario.startswith("code")
              else bool(slower & regressed))
    tally.add(out, (scenario, QUIET), bool(regressed - slower))
    return out


def jobs(seeds):
    return [(seed, number, scenario) for scenario in SCENARIOS
            for seed in seeds for number in range(HISTORIES)]
