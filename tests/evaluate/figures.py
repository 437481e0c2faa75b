"""Scores of one method on one set, and sums of them. The rules are score.py's, unchanged."""
import math
import random

import score

BANDS = [(3, 4), (4, 6), (6, 10), (10, math.inf)]     # size of the event over the noise of one run
RESAMPLES = 400


def scored(truth, answers, kind):
    """One row for each series; `answers` is {id: runs}, `kind` is gate or retro."""
    rows = []
    for series in truth["series"]:
        label, runs = truth["labels"][series["id"]], answers.get(series["id"], [])
        row = dict(id=series["id"], cluster=series["cluster"], family=label["family"],
                   scenario=label["scenario"], sigma=label["sigma"])
        if kind == "gate":
            row.update(score.gate(label, runs, len(series["values"])))
        else:
            row["tp"], row["fp"], row["fn"] = score.retro(label, runs)
        rows.append(row)
    return rows


def ratio(part, whole):
    return part / whole if whole else 1.0


def f1(p, r):
    return 2 * p * r / (p + r) if p + r else 0.0


def gate(rows):
    """Sums over rows of gate scores."""
    total = {k: sum(row[k] for row in rows)
             for k in ("required", "hits", "false_eps", "false_runs", "neg")}
    delays = sorted(d for row in rows for d in row["delays"])
    at = (lambda q: delays[min(len(delays) - 1, int(q * len(delays)))] if delays else None)
    precision = ratio(total["hits"], total["hits"] + total["false_eps"])
    recall = ratio(total["hits"], total["required"])
    return dict(total, series=len(rows), precision=precision, recall=recall,
                f1=f1(precision, recall), delay=at(0.5), late=at(0.9),
                episodes=1e4 * total["false_eps"] / max(1, total["neg"]),
                fpr=total["false_runs"] / max(1, total["neg"]),
                clean=ratio(sum(row["ok"] for row in rows), len(rows)))


def retro(rows):
    total = {k: sum(row[k] for row in rows) for k in ("tp", "fp", "fn")}
    precision = ratio(total["tp"], total["tp"] + total["fp"])
    recall = ratio(total["tp"], total["tp"] + total["fn"])
    return dict(total, series=len(rows), precision=precision, recall=recall, f1=f1(precision, recall))


def by_size(rows):
    """[(required, hits)] for each band of size over noise."""
    events = [event for row in rows for event in row["detail"]]
    out = []
    for low, high in BANDS:
        own = [hit for _, snr, _, hit, _ in events if low <= snr < high]
        out.append((len(own), sum(own)))
    return out


def interval(rows, summary, key, seed=1):
    """95 % of bootstrap resamples of whole clusters (a group of backends, a source history)."""
    clusters = {}
    for row in rows:
        clusters.setdefault(row["cluster"], []).append(row)
    names, r, values = sorted(clusters), random.Random(seed), []
    light = {name: _light(own) for name, own in clusters.items()}
    for _ in range(RESAMPLES):
        drawn = [row for name in r.choices(names, k=len(names)) for row in light[name]]
        values.append(summary(drawn)[key])
    values.sort()
    return values[int(0.025 * RESAMPLES)], values[int(0.975 * RESAMPLES) - 1]


def _light(rows):
    """Rows of a cluster as one, with what a resample needs."""
    keys = [k for k in ("required", "hits", "false_eps", "false_runs", "neg", "ok", "tp", "fp", "fn")
            if k in rows[0]]
    one = {k: sum(row[k] for row in rows) for k in keys}
    one.update(delays=[], cluster=rows[0]["cluster"])
    return [one]


def wilson(part, whole, z=1.96):
    """95 % interval of a share."""
    if not whole:
        return 0.0, 1.0
    p, n = part / whole, whole
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)
