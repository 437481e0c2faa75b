"""Tables of the questions whose answers are counts: pull requests, exact metrics, controls, and the
detectable change. They share the layout of `report.table`."""
import controls
import exact
import families
import figures
import gen
import ours
import pulls
import tally
from aims import MANN_WHITNEY, families_of

POLICY_WORDS = {"relative": "threshold of 0.05 %", "first run": "one confirmation, no threshold",
                "one byte": "one confirmation, one byte"}


def share(value):
    return "%.3f" % value


def cell(found, key):
    """A share with its interval; nothing if there is no case."""
    success, cases = tally.counts(found, key)
    if not cases:
        return ""
    return "%s (%s to %s)" % ((share(success / cases),)
                              + tuple(map(share, tally.interval(found, key))))


def false_cell(found, key):
    success, cases = tally.counts(found, key)
    low, high = tally.interval(found, key)
    return "%d of %s, %.3f %% (%.3f to %.3f)" % (
        success, "{:,}".format(cases), 100 * success / cases, 100 * low, 100 * high)


def pull_table(found, kind):
    """(head, rows) of one kind of pull request: each test, its power and its false blocks."""
    methods = [name for name in dict.fromkeys(key[0] for key in found)
               if (name, kind.name, pulls.FALSE) in found]
    head = (["test"] + [pulls.percent(step) for step in kind.steps]
            + ["unchanged series that block", "checks with such a series"])
    rows = []
    for name in methods:
        cells = [cell(found, (name, kind.name, pulls.percent(step))) for step in kind.steps]
        rows.append([bold(name)] + cells + [false_cell(found, (name, kind.name, key))
                                            for key in (pulls.FALSE, "a check")])
    return head, rows


def bold(name):
    return ours.NAME if name == pulls.OURS else name


def pull_family_table(found):
    """(head, rows): unchanged series that block, by family of noise."""
    methods = [name for name in dict.fromkeys(key[0] for key in found)
               if (name, gen.FAMILIES[0], pulls.FALSE) in found]
    rows = [[family] + ["%d of %d" % tally.counts(found, (name, family, pulls.FALSE))
                        for name in methods] for family in gen.FAMILIES]
    return ["noise"] + [bold(name) for name in methods], rows


def exact_table(found):
    rows = []
    for policy, words in POLICY_WORDS.items():
        for place in ("main line", "pull request"):
            sizes = [exact.ONE] if policy == "one byte" else map(exact.shown, exact.SIZES)
            cells = {size: "%d of %d" % tally.counts(found, (policy, place, size))
                     for size in sizes}
            rows.append([words, place] + [cells.get(size, "") for size in columns()]
                        + ["%d of %d" % tally.counts(found, (policy, place, "nothing changed"))])
    return ["policy of each rule", "asked on"] + columns() + ["unchanged series reported"], rows


def columns():
    return [exact.ONE] + [exact.shown(size) for size in exact.SIZES]


def control_table(found):
    outcomes = [controls.INFRASTRUCTURE, controls.REPORTED, controls.QUIET]
    rows = [[scenario] + ["%d of %d" % tally.counts(found, (scenario, outcome))
                          for outcome in outcomes] for scenario in controls.SCENARIOS]
    return ["what happens"] + outcomes, rows


def family_table(results):
    gate, retro = (families_of(results, kind) for kind in ("gate", "retro"))
    rows = []
    for family in families.FAMILIES:
        cells = []
        for method in (ours.NAME, MANN_WHITNEY):
            g = figures.gate(only(gate[method], family))
            cells += ["%d of %d" % (g["hits"], g["required"]), "%.2f" % g["episodes"]]
        points = [figures.false_points(only(retro[method], family))["false"]
                  for method in (ours.NAME, "Perfherder (t > 7, 12/12)")]
        rows.append([family] + cells + ["%.2f" % value for value in points])
    return ["noise", "+10 % found", "false episodes per 10,000 runs", "Mann-Whitney: found",
            "false", "false change points per 10,000 runs", "Perfherder: false"], rows


def only(rows, family):
    return [row for row in rows if row["family"] == family]


def detectable_table(found):
    rows = [[key[0], "%d of %d" % tally.counts(found, key), cell(found, key)]
            for key in sorted(found)]
    return ["noise", "reported", "share (95 % interval)"], rows
