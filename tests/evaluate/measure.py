"""One set of series: made, judged by benchpages and by the other methods, and scored.

Sets have names: `gen-1` (seed 1 of the generator), `families-101`, `shuffled` and `in-order` (real
noise of the part for the report), the same with `-tuning`, and `labelled`."""
import hashlib
import json
import os
import subprocess

import families
import figures
import ours
import score
import sets
import tally


def made(name, draws=sets.DRAWS):
    """{series, labels} of the set of this name; of real noise, so many steps for each size."""
    kind, _, tail = name.rpartition("-")
    if kind == "gen":
        return sets.generated(int(tail))
    if kind == "families":
        return families.generated(int(tail))
    if name == "labelled":
        return sets.labelled()
    return sets.injected(name.startswith("shuffled"),
                         sets.TUNING if tail == "tuning" else sets.REPORTING, draws)


def rows_of(name, truth, answers, kind):
    scored = families.scored if name.startswith("families") else figures.scored
    return scored(truth, answers, kind)


def compare(binary, work, name, truth):
    """Answers of all comparators on one set; kept from run to run, since only a change of theirs or
    of the set can change them."""
    text = json.dumps(dict(series=truth["series"]))
    with open(binary, "rb") as file:
        key = hashlib.sha256(file.read() + text.encode()).hexdigest()[:16]
    source = os.path.join(work, name + ".json")
    target = os.path.join(work, "%s.answers-%s.json" % (name, key))
    if not os.path.exists(target):
        with open(source, "w") as file:
            file.write(text)
        subprocess.run([binary, source, target + ".part"], check=True,
                       env=dict(os.environ, RAYON_NUM_THREADS="1"))
        os.replace(target + ".part", target)
        os.remove(source)
    with open(target) as file:
        return json.load(file)


def suspicions(truth, suspected):
    """Runs of unchanged series that are suspected, and all their runs, by family of noise."""
    out = {}
    for series in truth["series"]:
        label = truth["labels"][series["id"]]
        if label["scenario"] == "stable":
            runs = [run for run in suspected.get(series["id"], []) if run >= score.WARM]
            tally.add(out, (label["family"],), len(runs), series["cluster"],
                      len(series["values"]) - score.WARM)
    return out


def one_set(binary, comparators, work, name, ablation=False):
    """Everything that the report needs to know of one set."""
    truth = made(name)
    folder = os.path.join(work, name)
    answers = compare(comparators, work, name, truth) if comparators else dict(gate={}, retro={})
    own = ours.answers(binary, folder, name, truth)
    for kind in ("gate", "retro"):
        answers[kind].update(own[kind])
    out = dict(series=len(truth["series"]), runs=sum(len(s["values"]) for s in truth["series"]),
               clusters={series["cluster"] for series in truth["series"]})
    if name == "labelled":
        return dict(out, truth=truth, answers=answers["retro"])
    out["rows"] = {kind: {method: rows_of(name, truth, runs, kind)
                          for method, runs in methods.items()}
                   for kind, methods in answers.items()}
    out["bands"] = figures.calibration(truth, own["alarms"])
    out["suspected"] = suspicions(truth, own["suspected"])
    if ablation:
        found = ours.ablation(binary, folder, truth)
        out["ablation"] = {switch: rows_of(name, truth, runs, "gate")
                           for switch, runs in found.items()}
    return out
