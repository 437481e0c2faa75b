"""The aims of the project, each with its measured figure, its interval and whether it is reached.

Only the goals are typed in. Each row is a dict; `report.py` writes them as a table. Rows use the
seeds and histories for the report only, except where a row says that it counts all seeds."""
import controls
import diagram
import exact
import families
import figures
import ours
import pulls
import sets
import tally
from reasons import MISSING, REASONS

MANN_WHITNEY = "Mann-Whitney 30/8 + grace, runners, k-anomaly"
ROUNDING = 1e-9
COMPARABLE = 0.0025   # share of false blocks up to which the power of another test is compared
LEVEL = 0.0015        # stated error rate of a pull request's test, for each series


def plain(value):
    return "%.3f" % value


def percent(value):
    return "%.3f %%" % (100 * value)


def rate(value):
    return "%.2f" % value


def between(pair, show=plain):
    return "%s to %s" % (show(pair[0]), show(pair[1]))


def rate_interval(rows, summary, key, scale, cases):
    """95 % interval of a rate of false alarms: where there is none, resampling has no spread, and
    the interval is Wilson's over the runs."""
    if summary(rows)[key]:
        return figures.interval(rows, summary, key)
    low, high = figures.wilson(0, cases)
    return scale * low, scale * high


def row(key, question, goal, measured, interval, reached, rival="–"):
    """A row; the reason stands beside every aim that is not reached."""
    reason = "" if reached else REASONS.get(key, MISSING)
    return dict(key=key, question=question, goal=goal, measured=measured, interval=interval,
                rival=rival, reached=bool(reached), reason=reason)


def at_least(value, goal):
    """Whether a figure, rounded like its goal, reaches it."""
    return round(value, 2) >= goal - ROUNDING


def pooled(results, names, kind):
    """{method: rows of all these sets}"""
    out = {}
    for name in names:
        for method, rows in results[name]["rows"][kind].items():
            out.setdefault(method, []).extend(
                dict(row, cluster="%s/%s" % (name, row["cluster"])) for row in rows)
    return out


def seeds(numbers):
    return ["gen-%d" % seed for seed in numbers]


def best(methods, summary):
    """The rival with the highest F1, as text."""
    shown = [(summary(rows)["f1"], name) for name, rows in methods.items()
             if not name.startswith("**")]
    value, name = max(shown)
    return "%s: %s" % (name, plain(value))


def f1_row(key, question, goal, methods, summary, method=ours.NAME):
    rows = methods[method]
    value = summary(rows)["f1"]
    return row(key, question, "F1 at least %g" % goal, plain(value),
               between(figures.interval(rows, summary, "f1")), value >= goal,
               best(methods, summary))


def gate_rows(results):
    real = {name: results[name]["rows"]["gate"] for name in ("in-order", "shuffled")}
    made = pooled(results, seeds(sets.FRESH), "gate")
    own = made[ours.APART]
    g = figures.gate(own)
    interval = (lambda key: between(figures.interval(own, figures.gate, key)))
    false = (lambda key: between(rate_interval(own, figures.gate, key, 1, g["neg"]), percent))
    delay = (lambda name: between(figures.interval(own, figures.gate, name), str))
    return [
        f1_row("real-order", "real noise in order, gate", 0.95, real["in-order"], figures.gate),
        f1_row("real-shuffled", "real noise shuffled, gate", 0.99, real["shuffled"], figures.gate),
        f1_row("made", "synthetic histories, gate", 0.975, made, figures.gate, ours.APART),
        row("recall", "synthetic histories, recall", "at least 0.97", plain(g["recall"]),
            interval("recall"), g["recall"] >= 0.97),
        row("false-once", "false alarms, each counted once", "at most 0.010 % of runs",
            percent(g["begun"]), false("begun"), g["begun"] <= 1e-4),
        row("false-open", "false alarms, each counted at every run while it is open",
            "at most 0.010 % of runs", percent(g["fpr"]), false("fpr"), g["fpr"] <= 1e-4),
        row("delay", "delay, median", "at most 2 runs", g["delay"], delay("delay"),
            g["delay"] <= 2),
        row("late", "delay, 90 %", "at most 5 runs", g["late"], delay("late"), g["late"] <= 5),
    ] + steady_rows(results)


def steady_rows(results):
    """What is rare is counted over all seeds."""
    rows = [one for name in seeds(sets.SEEDS) for one in results[name]["rows"]["gate"][ours.APART]]
    worst = max((1e4 * false / runs, family, false, runs)
                for family, (_, runs, false) in figures.steady(rows).items())
    low, high = figures.wilson(worst[2], worst[3])
    count, good = figures.third_run(rows)
    suspected = tally.merge(results[name]["suspected"] for name in seeds(sets.FRESH))
    total = {("all",): {}}
    for family, clusters in suspected.items():
        for cluster, (success, cases) in clusters.items():
            tally.add(total, ("all",), success, "%s/%s" % (family, cluster), cases)
    share = 1e3 * tally.share(total, ("all",))
    return [
        row("steady", "unchanged series, all seeds, false alarms in the worst family (%s)"
            % worst[1], "at most 1 per 10,000 runs", rate(worst[0]),
            between((1e4 * low, 1e4 * high), rate), worst[0] <= 1),
        row("third", "20 % steps at 1 % noise, all seeds, reported by the third run", "all",
            "%d of %d" % (good, count), between(figures.wilson(good, count)), good == count),
        row("suspected", "suspected runs of unchanged series", "at most 1 per 1,000 runs",
            rate(share), between([1e3 * v for v in tally.interval(total, ("all",))], rate),
            share <= 1),
    ]


def retro_rows(results):
    return [
        f1_row("retro-made", "change points of synthetic histories", 0.94,
               pooled(results, seeds(sets.FRESH), "retro"), figures.retro, ours.APART),
        f1_row("retro-real", "change points of real noise in order", 0.82,
               results["in-order"]["rows"]["retro"], figures.retro),
    ]


# (row of pulls.ROWS, goal of each step, highest share of false blocks)
PULLS = [(pulls.ROWS[0], (0.90, 1.00), 0.002), (pulls.ROWS[1], (0.22, 0.93, 1.00), LEVEL),
         (pulls.ROWS[2], (0.65, 1.00), LEVEL), (pulls.ROWS[3], (0.29, 0.75, 0.85), 0.002)]


def pull_rows(found):
    out = []
    for kind, goals, false in PULLS:
        for step, goal in zip(kind.steps, goals):
            key = (kind.name, pulls.percent(step))
            value = tally.share(found, (pulls.OURS,) + key)
            out.append(row("pull %s %s" % key, "pull request, %s: %s blocks (threshold %g %%)"
                           % (key + (100 * kind.threshold,)), "at least %.2f" % goal,
                           plain(value), between(tally.interval(found, (pulls.OURS,) + key)),
                           at_least(value, goal), pull_rival(found, key)))
        out.append(false_row(found, kind.name, false))
    return out + [false_row(found, pulls.KINDS.name, LEVEL)]


def false_row(found, name, goal):
    key = (pulls.OURS, name, pulls.FALSE)
    value = tally.share(found, key)
    return row("pull %s false" % name, "pull request, %s: an unchanged series blocks" % name,
               "at most %g %%" % (100 * goal), percent(value),
               between(tally.interval(found, key), percent), value <= goal)


def pull_rival(found, key):
    """The other test with the most power among those with few false blocks, and its false blocks."""
    def share(name, case):
        return tally.share(found, (name, key[0], case))

    names = [name for name, *rest in found if tuple(rest) == key and name != pulls.OURS]
    quiet = [name for name in names if share(name, pulls.FALSE) <= COMPARABLE] or names
    name = max(quiet, key=lambda name: share(name, key[1]))
    return "%s: %s, false %s" % (name, plain(share(name, key[1])),
                                 percent(share(name, pulls.FALSE)))


def count_row(found, key, name, question, goal_text, reached):
    success, cases = tally.counts(found, key)
    return row(name, question, goal_text, "%d of %d" % (success, cases),
               between(tally.interval(found, key)), reached(success, cases))


def all_of(success, cases):
    return success == cases


def none_of(success, cases):
    return success == 0


def exact_rows(found):
    total = {}
    for (policy, place, size), clusters in found.items():
        success, cases = tally.counts(found, (policy, place, size))
        kind = "false" if size == "nothing changed" else "found"
        tally.add(total, (policy, place, kind), success, cases=cases)
    out = []
    for policy, words in (("relative", "changes of 0.1 to 5 % reported in the first run"),
                          ("first run",
                           "the same changes with `confirmations: 1` and `threshold: 0`"),
                          ("one byte", "1 byte more reported where the policy asks for it")):
        for place in ("main line", "pull request"):
            name = "exact %s %s" % (policy, place)
            out.append(count_row(total, (policy, place, "found"), name,
                                 "exact metrics, %s: %s" % (place, words), "all", all_of))
    falses = {}
    for key in total:
        if key[2] == "false":
            tally.add(falses, ("false",), tally.counts(total, key)[0],
                      cases=tally.counts(total, key)[1])
    out.append(count_row(falses, ("false",), "exact false",
                         "exact metrics: unchanged series reported", "none", none_of))
    return out


def family_rows(results):
    own, points = (families_of(results, kind) for kind in ("gate", "retro"))
    out = []
    for family in families.FAMILIES:
        gate = [one for one in own[ours.NAME] if one["family"] == family]
        rival = [one for one in own[MANN_WHITNEY] if one["family"] == family]
        g, o = figures.gate(gate), figures.gate(rival)
        goal = {"weekly": 0.96}.get(family, 0.95)
        out.append(row("found " + family, "%s, +10 %% found" % family, "at least %g" % goal,
                       "%d of %d" % (g["hits"], g["required"]),
                       between(figures.wilson(g["hits"], g["required"])),
                       at_least(g["recall"], goal),
                       "Mann-Whitney: %d of %d" % (o["hits"], o["required"])))
        goal = 1 if family == "weekly" else 2
        out.append(row("false " + family, "%s, false episodes" % family,
                       "at most %d per 10,000 runs" % goal, rate(g["episodes"]),
                       between(rate_interval(gate, figures.gate, "episodes", 1e4, g["neg"]), rate),
                       g["episodes"] <= goal, "Mann-Whitney: %s" % rate(o["episodes"])))
        out.append(point_row(family, [one for one in points[ours.NAME]
                                      if one["family"] == family], goal))
    return out


def point_row(family, rows, goal):
    value = figures.false_points(rows)["false"]
    return row("points " + family, "%s, false change points" % family,
               "at most %d per 10,000 runs" % goal, rate(value),
               between(rate_interval(rows, figures.false_points, "false", 1e4,
                                     sum(one["runs"] for one in rows)), rate), value <= goal)


def families_of(results, kind):
    return pooled(results, ["families-%d" % seed for seed in families.REPORTING], kind)


def control_rows(found):
    questions = [
        ("code", controls.INFRASTRUCTURE, "one of 8 benchmarks slower on all 3 backends", none_of),
        ("code", controls.REPORTED, "one of 8 benchmarks slower on all 3 backends", all_of),
        ("machine, a day", controls.INFRASTRUCTURE, "all benchmarks slower for a day", all_of),
        ("machine, a day", controls.REPORTED, "all benchmarks slower for a day", none_of),
        ("machine, one backend", controls.INFRASTRUCTURE,
         "one backend, all but one benchmark slower in one run", all_of),
        ("code, one backend", controls.INFRASTRUCTURE,
         "one backend, 2 benchmarks slower for good", none_of),
        ("code, one backend", controls.REPORTED,
         "one backend, 2 benchmarks slower for good", all_of)]
    return [count_row(found, (scenario, outcome), "%s %s" % (scenario, outcome),
                      "%s: %s" % (words, outcome), "all" if goal is all_of else "none", goal)
            for scenario, outcome, words, goal in questions]


def band_rows(results):
    """Confidence: the mean of a band lies in the interval of its share of correct alarms."""
    out = []
    for name, _, names in diagram.SETS:
        bands = diagram.bands(results, names)
        inside = 0
        for _, count, right, mean in bands:
            low, high = figures.wilson(right, count)
            inside += low <= mean <= high
        out.append(row("bands " + name, "confidence, %s: bands whose mean lies within the interval "
                       "of their share of correct alarms" % name, "all",
                       "%d of %d" % (inside, len(bands)), "", inside == len(bands)))
    return out


def session_rows(found):
    """Base and head in turns. The worst kind of noise decides on false blocks."""
    blocks = [key for key in found if key[0] == "false blocks"]
    worst = max(blocks, key=lambda key: tally.share(found, key))
    value = tally.share(found, worst)
    out = [row("session false blocks", "side by side, nothing changed: sessions of 50 series that "
               "fail, worst kind of noise (%s, %s)" % (worst[1], known_words(worst[2])),
               "at most 0.5 %", percent(value), between(tally.interval(found, worst), percent),
               value <= 0.005 + ROUNDING)]
    for known, sizes in (("true", ((0.01, 0.03, 8, 0.95), (0.01, 0.05, 8, 1.0),
                                   (0.03, 0.07, 12, 0.9), (0.05, 0.12, 12, 0.9))),
                         ("false", ((0.01, 0.048, 8, 0.95), (0.03, 0.112, 12, 0.9),
                                    (0.05, 0.192, 12, 0.9)))):
        for noise, change, rounds, goal in sizes:
            key = ("found", str(noise), "%.3f" % change, str(rounds), known)
            words = ("side by side, noise %g %%, 3 %% job effect, %s, %d rounds: %+g %% found"
                     % (100 * noise, known_words(known), rounds, 100 * change))
            value = tally.share(found, key)
            out.append(row("session %s %s" % (noise, known), words, "%.2f" % goal, plain(value),
                           between(tally.interval(found, key)), at_least(value, goal)))
    mean = [float(key[1]) for key in found if key[0] == "rounds of 64"]
    out.append(row("session rounds", "side by side, noise 1 %, nothing changed: mean rounds until "
                   "every series is decided", "at most 32 of 64", "%.1f" % mean[0], "",
                   mean[0] <= 32))
    return out


def known_words(known):
    return "noise known" if known == "true" else "noise unknown"


def detectable_row(found):
    key = min(found, key=lambda key: tally.share(found, key))
    value = tally.share(found, key)
    return row("detectable", "stated detectable change (90 %%) reported, worst family (%s)"
               % key[0], "at least 0.85", plain(value), between(tally.interval(found, key)),
               at_least(value, 0.85))


def rows(results, tallies):
    """Every aim, in the order of the page."""
    return (gate_rows(results) + retro_rows(results) + pull_rows(tallies["pulls"])
            + session_rows(tallies["sessions"])
            + exact_rows(tallies["exact"]) + family_rows(results)
            + control_rows(tallies["controls"]) + band_rows(results)
            + [detectable_row(tallies["detectable"])])
