"""docs/accuracy.md and the few lines of it that stand on the About page."""
import figures
import ours
import sets

GATE_HEAD = ["method", "precision", "recall", "F1", "false alarms per 10,000 runs",
             "share of runs with a false alarm", "delay, median / 90 %"]
RETRO_HEAD = ["method", "precision", "recall", "F1"]


def number(value):
    return "%.3f" % value


def share(value):
    return "%.3f %%" % (100 * value)


def table(head, rows, left=1):
    rule = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join("| %s |" % " | ".join(str(cell) for cell in row)
                     for row in [head, rule] + rows) + "\n"


def pooled(scored, names, kind):
    """{method: rows of all these sets}"""
    out = {}
    for name in names:
        for method, rows in scored[name][kind].items():
            out.setdefault(method, []).extend(
                dict(row, cluster="%s/%s" % (name, row["cluster"])) for row in rows)
    return out


def ordered(methods, summary):
    """Ours first, then by F1."""
    own = [m for m in methods if m.startswith("**")]
    rest = [m for m in methods if m not in own]
    return own + sorted(rest, key=lambda m: -summary(methods[m])["f1"])


def gate_table(methods):
    rows = []
    for method in ordered(methods, figures.gate):
        g = figures.gate(methods[method])
        rows.append([method, number(g["precision"]), number(g["recall"]), number(g["f1"]),
                     "%.2f" % g["episodes"], share(g["fpr"]), "%s / %s" % (g["delay"], g["late"])])
    return table(GATE_HEAD, rows)


def retro_table(methods):
    rows = []
    for method in ordered(methods, figures.retro):
        r = figures.retro(methods[method])
        rows.append([method] + [number(r[k]) for k in ("precision", "recall", "f1")])
    return table(RETRO_HEAD, rows)


def write(made, answers, extra, scored):
    seeds = ["gen-%d" % seed for seed in sets.SEEDS]
    gates, points = (pooled(scored, seeds, kind) for kind in ("gate", "retro"))
    text = ["# Accuracy", "", gate_table(gates), retro_table(points)]
    for name in ("shuffled", "in-order"):
        text += ["## " + name, "", gate_table(scored[name]["gate"]), retro_table(scored[name]["retro"])]
    return "\n".join(text), ""
