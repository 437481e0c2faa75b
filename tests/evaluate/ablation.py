#!/usr/bin/env python3
"""What each inner part of the detection gives: `make ablation` runs this.

    python3 ablation.py ABLATED WORK [ROOT]
    python3 ablation.py --page WORK [ROOT]

ABLATED is the example of that name: the program with the part switched off that the variable
`ABLATED` names. WORK is a folder for what is made on the way. Writes docs/ablation.md under ROOT
(the repository). `--page` writes it again from the results that the last run left in WORK. The sets
are smaller than those of `evaluate.py`, and the page says how large they are."""
import concurrent.futures
import os
import pickle
import sys
import time

sys.dont_write_bytecode = True
import controls
import exact
import figures
import measure
import ours
import parts
import pulls
import sets
import tally
import tool

RESULTS = "ablation.pickle"
SWITCH = "ABLATED"
WORKERS = 2
# Sets of the gate: the column, and the names of its sets.
GATE = {"synthetic": ["gen-%d" % sets.FRESH[0]], "real, in order": ["in-order"],
        "real, shuffled": ["shuffled"], "more noise": ["families-101"]}
ONE_IN = 3            # of the series of real noise, one in so many counts
HISTORIES = dict(pulls=6, controls=10, exact=3)    # for each seed and row


def thinned(truth, name):
    """Real noise repeats its windows with each size of step: a third of them is enough."""
    if not name.startswith(("in-order", "shuffled")):
        return truth
    return dict(truth, series=truth["series"][::ONE_IN])


def gate_set(binary, work, name, _):
    """{part: what the gate does on one set without it}"""
    truth = thinned(measure.made(name, draws=1), name)
    series, folder, found = truth["series"], os.path.join(work, "ablation-" + name), {}
    tool.write(folder, series)
    for part in parts.GATE:
        os.environ[SWITCH] = part
        replay = tool.ask(binary, folder)
        rows = measure.rows_of(name, truth, ours.regressed(series, replay), "gate")
        doubts = measure.suspicions(truth, ours.regressed(series, replay, "suspected"))
        found[part] = dict(rows=rows, suspected=doubts)
    return found


def counted(binary, work, question, part):
    """The tally of one question without a part."""
    os.environ[SWITCH] = part
    folder = os.path.join(work, "ablation-%s-%s" % (question, part or "none"))
    os.makedirs(folder, exist_ok=True)
    few = HISTORIES[question]
    if question == "pulls":
        jobs = pulls.jobs(pulls.REPORTING[:1], sets.REPORTING, few)
        return tally.merge(pulls.measure(binary, folder, *job, False) for job in jobs)
    module = controls if question == "controls" else exact
    jobs = [job for job in module.jobs(module.REPORTING[:1]) if job[1] < few]
    return tally.merge(module.measure(binary, folder, *job) for job in jobs)


def measured(binary, work, started):
    """{sets: {name: {part: …}}, counted: {question: {part: tally}}}, kept in WORK."""
    os.makedirs(work, exist_ok=True)
    jobs = [(gate_set, name, "") for names in GATE.values() for name in names]
    jobs += [(counted, question, part) for question in HISTORIES
             for part in parts.COUNTED[question]]
    found = dict(sets={}, counted={question: {} for question in HISTORIES})
    with concurrent.futures.ProcessPoolExecutor(max_workers=WORKERS) as pool:
        waiting = [(job, pool.submit(job[0], binary, work, *job[1:])) for job in jobs]
        for (function, name, part), future in waiting:
            if function is gate_set:
                found["sets"][name] = future.result()
            else:
                found["counted"][name][part] = future.result()
            print("%5.0f s  %s %s" % (time.time() - started, name, part), file=sys.stderr)
    with open(os.path.join(work, RESULTS), "wb") as file:
        pickle.dump(found, file)
    return found


def gate_cells(found, part):
    """The cells of one part, as text."""
    cells = []
    for column, names in GATE.items():
        rows = [row for name in names for row in found["sets"][name][part]["rows"]]
        g = figures.gate(rows)
        cells += ["%.3f" % g["recall"], "%.2f" % g["episodes"]]
        cells += ["%s / %s" % (g["delay"], g["late"])] if column == "synthetic" else []
    own = [found["sets"][name][part]["suspected"] for name in GATE["synthetic"]]
    pairs = [tally.counts(one, key) for one in own for key in one]
    runs = max(1, sum(runs for _, runs in pairs))
    return cells + ["%.2f" % (1e3 * sum(doubts for doubts, _ in pairs) / runs)]


def counted_cells(found, question, part):
    """The cells of one part and one question: successes and cases of each key."""
    own = found["counted"][question][part]
    return ["%d of %d" % tally.counts(own, key) for key in parts.KEYS[question]]


def marked(cells, whole):
    """Cells that differ from those of the whole method are bold."""
    return [cell if cell == before else "**%s**" % cell for cell, before in zip(cells, whole)]


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1)] + rows
    return "\n".join("| %s |" % " | ".join(line) for line in lines) + "\n"


def part_rows(of, cells):
    """A row for the whole method, and one for each part."""
    whole = cells("")
    rows = [["everything on"] + whole]
    return rows + [[parts.NAMES[part]] + marked(cells(part), whole) for part in of if part]


def sizes(found):
    """How large each set of the gate is."""
    def of(names):
        rows = [row for name in names for row in found["sets"][name][""]["rows"]]
        g = figures.gate(rows)
        return "%d series with %d required events" % (g["series"], g["required"])
    return "; ".join("%s: %s (%s)" % (column, of(names), ", ".join(names))
                     for column, names in GATE.items())


def page(found):
    head = ["without"]
    for column in GATE:
        head += ["%s: recall" % column, "false per 10,000 runs"]
        head += ["delay: median / 90 %"] if column == "synthetic" else []
    out = [parts.INTRO % sizes(found),
           table(head + ["suspected per 1,000 runs"],
                 part_rows(parts.GATE, lambda part: gate_cells(found, part)))]
    for question, title in parts.TITLES.items():
        if not found["counted"].get(question):
            out.append((title % HISTORIES[question]).split("\n")[0] + "\n\nNot measured yet.\n")
            continue
        own = part_rows(parts.COUNTED[question],
                        lambda part, question=question: counted_cells(found, question, part))
        out += [title % HISTORIES[question],
                table(["without"] + [": ".join(key[-2:]) for key in parts.KEYS[question]], own)]
    out += [parts.PURPOSE, "\n".join("- **%s**: %s" % (parts.NAMES[part], text)
                                     for part, text in parts.PURPOSES.items()) + "\n"]
    return "\n".join(out)


def main():
    words, started = sys.argv[1:], time.time()
    if words[0] == "--page":
        work, *rest = words[1:]
        with open(os.path.join(work, RESULTS), "rb") as file:
            found = pickle.load(file)
    else:
        binary, work, *rest = words
        found = measured(binary, work, started)
    root = rest[0] if rest else os.path.join(sets.HERE, "..", "..")
    with open(os.path.join(root, "docs/ablation.md"), "w") as file:
        file.write(page(found))


if __name__ == "__main__":
    main()
