"""Writes docs/accuracy.md and its summary on the About page: every number comes from the rows. Only
the aims are typed in by hand."""
import figures
import ours
import sets

RIVAL = "Mann-Whitney 30/8 + grace, runners, k-anomaly"
CONFIDENCE = [0.0, 0.9, 0.95, 0.99, 0.995, 0.999]
GROUPED = ["infra", "infra_transient", "infra+code", "runner", "runner_pool", "partial"]
GATE_HEAD = ["method", "precision", "recall", "F1", "false alarms per 10,000 runs",
             "runs with a false alarm", "delay: median / 90 %"]
RETRO_HEAD = ["method", "precision", "recall", "F1"]

INTRO = """# Accuracy

`make evaluate` measured these figures with benchpages {version}. The command computes every number
on this page from files in `tests/evaluate/`; none is typed in. It runs benchpages through the
command `policy replay`. Replay reports the gate's verdict after each run, given only the runs up to
that run. The other methods are implemented in `tests/evaluate/comparators/` after the sources named
there. They use the parameters of those sources or common ones, not tuned to these sets. A method
that tests only for significance also gets the policy's threshold as its minimum size of change.
"""

WHAT = """## Data sets

- **Synthetic histories**: {series} series with {runs} runs, from `gen.py` with the seeds {seeds}.
  They have nine families of noise, steps of 2 to 50 %, spikes, temporary changes, drifts, and
  groups of backends with infrastructure anomalies and runner changes. The scores of seeds
  {looked} guided the development of the detection; those of {fresh} did not.
- **Real noise**: {windows} windows of at most {window} runs from {histories} real histories (six
  projects, `tests/evaluate/data/SOURCE.md`). A running median of {smooth} runs removes their level,
  and a step of 3, 5, 10 or 20 % is injected, each size {draws}. *Shuffled*: the runs of a
  window in random order, so that every alarm except the one for the step is false. *In order*: the
  runs as measured; short genuine excursions remain, and an alarm for one counts as false.
- **Labeled real histories**: three series for which others have published the places, or the
  number, of the level changes.

An event is *required* if it is at least 1.3 × the policy's threshold and 3 × the noise of one run.
It must also have 15 runs before it and last 5. The gate finds an event if it raises an alarm within
30 runs.

- **Recall** is the share of required events found.
- **Precision** is the share of correct alarms among hits and false episodes. Alarms at most 5 runs
  apart are one episode.
- **Delay** counts from the first bad run, which is 0.

A change point is correct within 5 runs. `score.py` has the rules.
"""

LIMITS = """## Limitations

- Synthetic histories are synthetic, and the steps injected into real noise are ideal: one place,
  one size, permanent. Labeled real regressions are scarce; three series prove little.
- The windows of real noise come from six projects, most of them measured on shared CI runners. A
  dedicated machine is quieter. Windows of one history are alike, so the intervals resample whole
  histories, not windows.
- A regression that affects at least the policy's share of the backends in the same run looks like
  infrastructure. benchpages reports it as an infrastructure anomaly, not as a regression. If it is
  a regression, it counts as missed.
- No method can judge a change that coincides with a change of runner or falls within the first
  runs of a new test.
"""


def number(value):
    return "%.3f" % value


def share(value):
    return "%.3f %%" % (100 * value)


def between(pair, show=number):
    return "%s to %s" % (show(pair[0]), show(pair[1]))


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
    own = [m for m in (ours.NAME, ours.APART) if m in methods]
    rest = sorted((m for m in methods if m not in own), key=lambda m: (-summary(methods[m])["f1"], m))
    return own + rest


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


def seed_table(scored):
    """Each seed, then those that guided the detection and those that did not, together."""
    def row(name, looked, seeds):
        gates, points = (pooled(scored, ["gen-%d" % seed for seed in seeds], kind)
                         for kind in ("gate", "retro"))
        g, r = figures.gate(gates[ours.NAME]), figures.retro(points[ours.APART])
        return [name, looked, g["required"], number(g["precision"]), number(g["recall"]),
                number(g["f1"]), "%.2f" % g["episodes"], share(g["fpr"]),
                "%s / %s" % (g["delay"], g["late"]), number(r["f1"])]

    fresh = [seed for seed in sets.SEEDS if seed not in sets.LOOKED_AT]
    rows = [row(seed, "yes" if seed in sets.LOOKED_AT else "no", [seed]) for seed in sets.SEEDS]
    rows += [row("total", "yes", sets.LOOKED_AT), row("total", "no", fresh)]
    return table(["seed", "seen in development", "events"] + GATE_HEAD[1:] + ["change points F1"], rows)


def scenario_table(points):
    """Change points by what happens: found, missed, and false."""
    rows = []
    best = max((m for m in points if not m.startswith("**")),
               key=lambda m: figures.retro(points[m])["f1"])
    for scenario in sorted({row["scenario"] for row in points[ours.APART]}):
        cells = []
        for method in (ours.APART, best):
            r = figures.retro([row for row in points[method] if row["scenario"] == scenario])
            cells += ["%d of %d" % (r["tp"], r["tp"] + r["fn"]), r["fp"]]
        rows.append([scenario] + cells)
    return table(["scenario", "found", "false", "%s: found" % best, "false"], rows)


def family_table(own, rival):
    rows = []
    for family in sorted({row["family"] for row in own}):
        g, o = (figures.gate([row for row in rows_ if row["family"] == family])
                for rows_ in (own, rival))
        rows.append([family, g["required"]] + [number(g[k]) for k in ("precision", "recall", "f1")]
                    + ["%.2f" % g["episodes"], share(g["fpr"]), "%s / %s" % (g["delay"], g["late"]),
                       number(o["f1"])])
    return table(["noise", "events"] + GATE_HEAD[1:] + ["F1 of the best rival"], rows)


def band_table(methods, bands, unit, found):
    """Recall of every method for bands of what an event is like."""
    head = ["method"] + [("%g to %g%s" % (b + (unit,)) if b[1] < 1e9 else "%g%s and more" % (b[0], unit))
                         for b in bands]
    rows = []
    for method in ordered(methods, figures.gate):
        cells = []
        for count, hits in found(methods[method]):
            cells.append("%s (%d of %d)" % (number(figures.ratio(hits, count)), hits, count)
                         if method == ours.NAME else number(figures.ratio(hits, count)))
        rows.append([method] + cells)
    return table(head, rows)


def source_table(scored):
    """Ours on real noise, by the project that it comes from."""
    rows = []
    both = {name: scored[name]["gate"][ours.NAME] for name in ("shuffled", "in-order")}
    for source in sorted({row["cluster"].split()[0] for row in both["shuffled"]}):
        cells, noise = [], []
        for own in both.values():
            mine = [row for row in own if row["cluster"].split()[0] == source]
            noise = sorted(row["sigma"] for row in mine)
            g = figures.gate(mine)
            cells += ["%d of %d" % (g["hits"], g["required"]), "%.2f" % g["episodes"]]
        rows.append([source, "%.1f %%" % (100 * noise[len(noise) // 2])] + cells)
    return table(["source", "noise of a run, median", "shuffled: found", "false per 10,000 runs",
                  "in order: found", "false per 10,000 runs"], rows)


def group_table(methods):
    rows = []
    for scenario in GROUPED:
        cells, count = [], 0
        for method in (ours.NAME, ours.APART, RIVAL):
            own = [row for row in methods[method] if row["scenario"] == scenario]
            g, count = figures.gate(own), len(own)
            marred = sum(1 for row in own if row["false_eps"])
            cells += ["%d of %d" % (g["hits"], g["required"]), marred]
        rows.append([scenario, count] + cells)
    return table(["scenario", "series", "found", "series with a false alarm",
                  "own history: found", "false", "best rival: found", "false"], rows)


def steady_table(own):
    rows = []
    for family, (series, runs, false) in sorted(figures.steady(own).items()):
        rows.append([family, series, "{:,}".format(runs), false, "%.2f" % (1e4 * false / runs)])
    return table(["noise", "unchanged series", "runs", "false alarms", "per 10,000 runs"], rows)


def labelled_table(made, answers):
    truth, rows = made["labelled"], []
    methods = answers["labelled"]["retro"]
    for method in sorted(methods, key=lambda m: (not m.startswith("**"), m)):
        cells = []
        for one in truth["series"]:
            label, found = truth["labels"][one["id"]], methods[method].get(one["id"], [])
            if label["points"]:
                near = sum(any(abs(p - f) <= 5 for f in found) for p in label["points"])
                cells.append("%d of %d, %d others" % (near, len(label["points"]), len(found) - near))
            else:
                cells.append(len(found))
        rows.append([method] + cells)
    labels = [truth["labels"][one["id"]] for one in truth["series"]]
    head = [label["name"] + (" (stated: %d)" % label["count"] if label["count"] else "")
            for label in labels]
    return table(["method"] + head, rows)


def calibration_table(made, extra, names):
    total = [[0, 0] for _ in CONFIDENCE]
    for name in names:
        for band, (count, right) in enumerate(
                figures.calibration(made[name], extra[name]["alarms"], CONFIDENCE)):
            total[band][0] += count
            total[band][1] += right
    rows = []
    for low, high, (count, right) in zip(CONFIDENCE, CONFIDENCE[1:] + [1.0], total):
        if count:
            rows.append(["%g to %g" % (low, high), count, number(right / count),
                         between(figures.wilson(right, count))])
    return table(["confidence", "alarms", "correct", "95 % interval"], rows)


def ablation_table(made, extra, name):
    truth, rows = made[name], []
    for switch, runs in extra[name]["ablation"].items():
        g = figures.gate(figures.scored(truth, runs, "gate"))
        rows.append([switch] + [number(g[k]) for k in ("precision", "recall", "f1")]
                    + ["%.2f" % g["episodes"], "%s / %s" % (g["delay"], g["late"])])
    return table(["policy", "precision", "recall", "F1", "false alarms per 10,000 runs",
                  "delay: median / 90 %"], rows)


def aims(gates, scored):
    """[(aim, measured, interval, reached)]; the aims are the project's own. Of synthetic histories only
    seeds count that did not guide the detection; what is rare is counted over all of them."""
    fresh = ["gen-%d" % seed for seed in sets.SEEDS if seed not in sets.LOOKED_AT]
    every = gates[ours.NAME]
    own = pooled(scored, fresh, "gate")[ours.NAME]
    found = pooled(scored, fresh, "retro")[ours.APART]
    g, r = figures.gate(own), figures.retro(found)
    real = {name: figures.gate(scored[name]["gate"][ours.NAME]) for name in ("shuffled", "in-order")}
    worst = max((1e4 * false / runs, family)
                for family, (_, runs, false) in figures.steady(every).items())
    count, good = figures.third_run(every)

    def row(aim, value, reached, show=number, rows=own, summary=figures.gate, key=None):
        return [aim, show(value), between(figures.interval(rows, summary, key), show) if key else "",
                "yes" if reached else "**no**"]

    noise = {name: scored[name]["gate"][ours.NAME] for name in ("shuffled", "in-order")}
    return [
        row("gate, F1 at least 0.96", g["f1"], g["f1"] >= 0.96, key="f1"),
        row("gate, recall at least 0.97", g["recall"], g["recall"] >= 0.97, key="recall"),
        row("gate, median delay at most 3 runs", g["delay"], g["delay"] <= 3, str),
        row("false alarms at most 0.010 % of runs, each counted once", g["begun"],
            g["begun"] <= 1e-4, share, key="begun"),
        row("false alarms at most 0.010 % of runs, each counted at every run while it is open",
            g["fpr"], g["fpr"] <= 1e-4, share, key="fpr"),
        row("shuffled real noise, F1 at least 0.995", real["shuffled"]["f1"],
            real["shuffled"]["f1"] >= 0.995, rows=noise["shuffled"], key="f1"),
        row("real noise in order, F1 at least 0.96", real["in-order"]["f1"],
            real["in-order"]["f1"] >= 0.96, rows=noise["in-order"], key="f1"),
        row("unchanged series, false alarms per 10,000 runs at most 1 in the worst family (%s)"
            % worst[1], worst[0], worst[0] <= 1, lambda v: "%.2f" % v),
        row("20 % steps at 1 % noise reported by the third run", "%d of %d" % (good, count),
            good == count, str),
        row("change points, F1 at least 0.93", r["f1"], r["f1"] >= 0.93, rows=found,
            summary=figures.retro, key="f1"),
    ]


def write(made, answers, extra, scored, version):
    seeds = ["gen-%d" % seed for seed in sets.SEEDS]
    gates, points = (pooled(scored, seeds, kind) for kind in ("gate", "retro"))
    own, rival = gates[ours.NAME], gates[RIVAL]
    listed = (lambda values: ", ".join(map(str, values[:-1])) + " and " + str(values[-1]))
    fresh = [seed for seed in sets.SEEDS if seed not in sets.LOOKED_AT]
    clusters = {series["cluster"] for series in made["shuffled"]["series"]}
    reached = aims(gates, scored)
    g = figures.gate(own)
    text = [
        INTRO.format(version=version),
        "## Aims\n",
        "Synthetic histories are judged by the seeds that did not guide the development, %s. "
        "Unchanged series and the third run are rare, so all seeds count for them.\n" % listed(fresh),
        table(["aim", "measured", "95 % interval", "reached"], reached),
        WHAT.format(series="{:,}".format(sum(len(made[name]["series"]) for name in seeds)),
                    runs="{:,}".format(sum(len(one["values"]) for name in seeds
                                           for one in made[name]["series"])),
                    seeds=listed(sets.SEEDS), looked=listed(sets.LOOKED_AT), fresh=listed(fresh),
                    windows=len(list(sets.windows())), window=sets.WINDOW, smooth=sets.SMOOTH,
                    histories=len(clusters),
                    draws="once" if sets.DRAWS == 1 else "%d times" % sets.DRAWS),
        "## The gate on synthetic histories\n",
        "All seeds together have %d required events. *Each group its own history* puts the backends "
        "of one test in a separate directory instead of all series in one.\n" % g["required"],
        gate_table(gates),
        "### By seed\n", seed_table(scored),
        "### By family of noise\n", family_table(own, rival),
        "### By size\n",
        "Recall by the size of the event relative to the noise of one run. Below about four times "
        "the noise, no method can be both fast and quiet.\n",
        band_table(gates, figures.BANDS, " ×", figures.by_size),
        "### By runs before the event\n",
        "Recall by the number of runs before the event.\n",
        band_table(gates, figures.BEFORE, " runs", figures.by_history),
        "### Several backends\n",
        "The same test runs on five to ten backends. *Found* counts required events.\n",
        group_table(gates),
        "### Unchanged series\n",
        "These series have no event, or only single outliers.\n", steady_table(own),
        "### Contribution of the parts\n",
        "Seed %s again, with policies that switch off one part or require more runs.\n"
        % seeds[0].split("-")[1], ablation_table(made, extra, seeds[0]),
        "## The gate on real noise\n",
        "The sets have %d required events shuffled and %d in order.\n" % tuple(
            figures.gate(scored[name]["gate"][RIVAL])["required"] for name in ("shuffled", "in-order")),
        "### Shuffled\n", gate_table(scored["shuffled"]["gate"]),
        "### In order\n", gate_table(scored["in-order"]["gate"]),
        "### By source\n", source_table(scored),
        "## Change points of whole series\n",
        "benchpages uses a threshold of 0.2 %, so that it reports every level change that it finds.\n",
        "### Synthetic histories\n",
        "An infrastructure event names a day and no series. It counts only if each group is its own "
        "history.\n", retro_table(points),
        "### Synthetic histories without infrastructure anomalies and runner changes\n",
        retro_table({method: [row for row in rows if row["scenario"] not in sets.SHARED]
                     for method, rows in points.items()}),
        "### By scenario\n", scenario_table(points),
        "### Real noise, shuffled\n", retro_table(scored["shuffled"]["retro"]),
        "### Real noise, in order\n", retro_table(scored["in-order"]["retro"]),
        "### Labeled real histories\n",
        "The cells count the change points found within 5 runs of the stated ones, and the others. If "
        "only their number is stated, the cells count all that were found. Others are not necessarily "
        "wrong: the statement comes from another tool with its own minimum size of change.\n",
        labelled_table(made, answers),
        "## Is the confidence calibrated?\n",
        "Share of correct alarms by their stated confidence. Of each episode, only the first alarm "
        "counts.\n", "Synthetic histories:\n", calibration_table(made, extra, seeds),
        "Real noise, shuffled and in order:\n",
        calibration_table(made, extra, ["shuffled", "in-order"]),
        LIMITS,
    ]
    return "\n".join(text), about(gates, points, scored, reached)


ABOUT = [ours.NAME, RIVAL, "Perfherder (t > 7, 12/12)", "PELT-l2, 4 x BIC, re-run per run",
         "rolling median of 20 + threshold, 3 in a row"]


def about(gates, points, scored, reached):
    """What the About page shows, in Markdown."""
    own, found = figures.gate(gates[ours.NAME]), figures.retro(points[ours.APART])
    # Few columns: the page is read at 360 pixels too.
    head = ["method", "synthetic histories", "real noise"]
    rows = []
    for method in ABOUT:
        made, real = figures.gate(gates[method]), figures.gate(scored["in-order"]["gate"][method])
        rows.append([method.strip("*").replace(" x ", " × ")] + [
            "%.1f%% / %.1f / %s" % (100 * g["recall"], g["episodes"], g["delay"])
            for g in (made, real)])
    sizes = ", ".join(
        "%s %.1f%%" % (name, 100 * figures.ratio(hits, count)) for name, (count, hits) in
        zip(("3 to 4 times the noise", "4 to 6 times", "6 to 10 times", "more than 10 times"),
            figures.by_size(gates[ours.NAME])))
    missed = [row[0] for row in reached if row[3] != "yes"]
    lines = [
        "The gate ran on {:,} synthetic histories with nine kinds of noise and {:,} regressions, and "
        "on real noise with injected steps. Each cell shows the share of regressions found, the false "
        "alarms per 10,000 runs, and the median number of runs from the first bad run to the report. "
        "Real noise keeps its order, so genuine excursions count as false alarms."
        .format(own["series"], own["required"]),
        "", table(head, rows, left=len(head)),      # the site allows no inline styles
        "By the size of the regression, benchpages found: %s. Change points of whole synthetic "
        "histories: precision %.3f, recall %.3f." % (sizes, found["precision"], found["recall"]),
        "", "These figures describe this version with the default policy, not the data of this site. "
        "`make evaluate` in the sources computes them; `docs/accuracy.md` there describes the method, "
        "the other methods and the uncertainty. "
        + ("Aims not reached: %s." % "; ".join(missed).replace(" %", "%") if missed else "All aims are reached.")]
    return "\n".join(lines) + "\n"
