"""Scores of one method on one set, and sums of them. The rules are score.py's, unchanged."""
import math
import random

import score

BANDS = [(3, 4), (4, 6), (6, 10), (10, math.inf)]     # size of the event over the noise of one run
BEFORE = [(15, 20), (20, 30), (30, 60), (60, math.inf)]   # runs before the event
CONFIDENCE = [0.0, 0.9, 0.95, 0.99, 0.995, 0.999]        # lower ends of the bands
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
            row["onsets"] = [e["onset"] for e in label["events"] if e["required"]]
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
                begun=total["false_eps"] / max(1, total["neg"]),
                fpr=total["false_runs"] / max(1, total["neg"]),
                clean=ratio(sum(row["ok"] for row in rows), len(rows)))


def retro(rows):
    total = {k: sum(row[k] for row in rows) for k in ("tp", "fp", "fn")}
    precision = ratio(total["tp"], total["tp"] + total["fp"])
    recall = ratio(total["tp"], total["tp"] + total["fn"])
    return dict(total, series=len(rows), precision=precision, recall=recall, f1=f1(precision, recall))


def false_points(rows):
    """False change points per 10,000 runs."""
    return dict(false=1e4 * sum(row["fp"] for row in rows) / sum(row["runs"] for row in rows))


def by_size(rows):
    """[(required, hits)] for each band of size over noise."""
    events = [event for row in rows for event in row["detail"]]
    out = []
    for low, high in BANDS:
        own = [hit for _, snr, _, hit, _ in events if low <= snr < high]
        out.append((len(own), sum(own)))
    return out


def by_history(rows):
    """[(required, hits)] for each band of runs that stand before the event."""
    events = [(onset, event[3]) for row in rows for onset, event in zip(row["onsets"], row["detail"])]
    return [(sum(low <= onset < high for onset, _ in events),
             sum(hit for onset, hit in events if low <= onset < high)) for low, high in BEFORE]


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
    keys = [k for k in ("required", "hits", "false_eps", "false_runs", "neg", "ok", "tp", "fp", "fn",
                        "runs") if k in rows[0]]
    one = {k: sum(row[k] for row in rows) for k in keys}
    one.update(delays=[delay for row in rows for delay in row.get("delays", [])],
               cluster=rows[0]["cluster"])
    return [one]


def wilson(part, whole, z=1.96):
    """95 % interval of a share."""
    if not whole:
        return 0.0, 1.0
    p, n = part / whole, whole
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def windows(label):
    """[(first run, last run)] in which an alarm is right, as score.gate has them."""
    out = []
    for e in label["events"]:
        if not (e["required"] or e["allowed"]):
            continue
        last = e["end"] + 2 if e["kind"] == "temporary" else e["end"]
        reach = e["onset"] + score.HORIZON
        if e["kind"] == "drift":
            reach = max(e["onset"] + 60, e["ramp_end"] + score.HORIZON)
        out.append((e.get("start", e["onset"]), min(last, reach)))
    return out


def calibration(truth, alarms):
    """[[alarms, correct, sum of their confidence]] for each band of CONFIDENCE; of an episode only
    the first alarm counts."""
    out = [[0, 0, 0.0] for _ in CONFIDENCE]
    for name, found in alarms.items():
        label, before = truth["labels"][name], None
        for run, confidence in sorted(found):
            first = before is None or run - before > score.GAP
            before = run
            if not first or run < score.WARM:
                continue
            band = out[max(k for k, low in enumerate(CONFIDENCE) if confidence >= low or k == 0)]
            fresh = run >= label["grace_until"]
            band[0] += 1
            band[1] += fresh and any(low <= run <= high for low, high in windows(label))
            band[2] += confidence
    return out


def steady(rows):
    """{family: (series, runs, false episodes)} of the series in which nothing happens."""
    out = {}
    for row in rows:
        if row["scenario"] in ("stable", "spikes"):
            n, runs, false = out.get(row["family"], (0, 0, 0))
            out[row["family"]] = (n + 1, runs + row["neg"], false + row["false_eps"])
    return out


def third_run(rows):
    """(events, told at the third bad run or sooner) of 20 % steps at 1 % noise."""
    count = good = 0
    for row in rows:
        if row["scenario"] != "step" or row["sigma"] != 0.01:
            continue
        for kind, _, rel, hit, delay in row["detail"]:
            if kind == "regression" and abs(rel - 0.2) < 1e-6:
                count += 1
                good += hit and delay <= 2
    return count, good
