"""Writes docs/accuracy.md and its summary on the About page: every number comes from the rows. Only
the aims are typed in by hand (`aims.py`), and the reasons why one is not reached (`reasons.py`)."""
import aims
import controls
import counted
import detectable
import diagram
import exact
import families
import figures
import ours
import pulls
import sets
import tally
from aims import between, pooled, seeds

RIVAL = aims.MANN_WHITNEY
GROUPED = ["infra", "infra_transient", "infra+code", "runner", "runner_pool", "partial"]
GATE_HEAD = ["method", "precision", "recall", "F1", "false alarms per 10,000 runs",
             "runs with a false alarm", "delay: median / 90 %"]
RETRO_HEAD = ["method", "precision", "recall", "F1"]

INTRO = """# Accuracy

`make evaluate` measured these figures with benchpages {version}. The command computes every number
on this page from files in `tests/evaluate/`; none is typed in. It runs benchpages through the
commands `policy replay`, `check --pull` and `build`. Replay reports the gate's verdict after each
run, given only the runs up to that run. The other methods are implemented in
`tests/evaluate/comparators/` and `tests/evaluate/rivals.py` after the sources named there. They use
the parameters of those sources or common ones, not tuned to these sets. A method that tests only for
significance also gets the policy's threshold as its minimum size of change.
"""

WHAT = """## Data sets

- **Synthetic histories**: {series} series with {runs} runs, from `gen.py` with the seeds {seeds}.
  They have nine families of noise, steps of 2 to 50 %, spikes, temporary changes, drifts, and
  groups of backends with infrastructure anomalies and runner changes. The scores of seeds
  {looked} guided the development of the detection; those of {fresh} did not.
- **Real noise**: {windows} windows of at most {window} runs from {histories} real histories
  of {count} projects: {sources}
  (`tests/evaluate/data/SOURCE.md`). A running median of {smooth} runs removes their level, and a step of 3, 5, 10 or 20 % is injected, each size {draws}. *Shuffled*: the runs of a
  window in random order, so that every alarm except the one for the step is false. *In order*: the
  runs as measured; short genuine excursions remain, and an alarm for one counts as false. The
  detection may be tuned on {tuning};
  they have rows of their own and count nowhere else.
- **More noise, pull requests, exact metrics, controls, detectable change**: modules of the same
  names in `tests/evaluate/`. Each has seeds for tuning and others for this page; the sections name
  both.
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
- The windows of real noise come from ten projects, most of them measured on shared CI runners. A
  dedicated machine is quieter. Windows of one history are alike, so the intervals resample whole
  histories, not windows.
- The Turing Change Point Dataset (TCPD) is not measured: the repository has no copy of it, and the
  command uses no network.
- No method can judge a change that coincides with a change of runner or falls within the first
  runs of a new test.
"""


def number(value):
    return "%.3f" % value


def share(value):
    return "%.3f %%" % (100 * value)


def table(head, rows, left=1):
    rule = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join("| %s |" % " | ".join(str(cell) for cell in row)
                     for row in [head, rule] + rows) + "\n"


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


def seed_table(results):
    """Each seed, then those that guided the detection and those that did not, together."""
    def row(name, looked, numbers):
        gates, points = (pooled(results, seeds(numbers), kind) for kind in ("gate", "retro"))
        g, r = figures.gate(gates[ours.APART]), figures.retro(points[ours.APART])
        return [name, looked, g["required"], number(g["precision"]), number(g["recall"]),
                number(g["f1"]), "%.2f" % g["episodes"], share(g["fpr"]),
                "%s / %s" % (g["delay"], g["late"]), number(r["f1"])]

    rows = [row(seed, "yes" if seed in sets.LOOKED_AT else "no", [seed]) for seed in sets.SEEDS]
    rows += [row("total", "yes", sets.LOOKED_AT), row("total", "no", sets.FRESH)]
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


def part_table(results):
    """Ours on real noise: what the detection may be tuned on, and what only this page uses."""
    rows = []
    for part, tail in ((sets.TUNING, "-tuning"), (sets.REPORTING, "")):
        for name in ("shuffled", "in-order"):
            own = results[name + tail]["rows"]
            g, r = figures.gate(own["gate"][ours.NAME]), figures.retro(own["retro"][ours.NAME])
            low_high = (lambda kind, summary: between(
                figures.interval(own[kind][ours.NAME], summary, "f1")))
            rows.append([part, name.replace("-", " "), g["required"], number(g["f1"]),
                         low_high("gate", figures.gate), aims.best(own["gate"], figures.gate),
                         number(r["f1"]), low_high("retro", figures.retro)])
    return table(["part", "runs", "events", "gate F1", "95 % interval", "best rival",
                  "change points F1", "95 % interval"], rows, left=2)


def source_table(results):
    """Ours on real noise, by the project that it comes from."""
    rows = []
    for tail in ("-tuning", ""):
        both = [results[name + tail]["rows"]["gate"][ours.NAME]
                for name in ("shuffled", "in-order")]
        for source in sorted({row["cluster"].split()[0] for row in both[0]}):
            cells, noise = [], []
            for own in both:
                mine = [row for row in own if row["cluster"].split()[0] == source]
                noise = sorted(row["sigma"] for row in mine)
                g = figures.gate(mine)
                cells += ["%d of %d" % (g["hits"], g["required"]), "%.2f" % g["episodes"]]
            rows.append([source, sets.part_of(source),
                         "%.1f %%" % (100 * noise[len(noise) // 2])] + cells)
    head = ["source", "part", "noise of a run, median", "shuffled: found", "false per 10,000 runs",
            "in order: found", "false per 10,000 runs"]
    return table(head, rows, left=2)


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


def labelled_table(results):
    truth, methods = results["labelled"]["truth"], results["labelled"]["answers"]
    rows = []
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


def calibration_table(results, names):
    rows = []
    for low, count, right, mean in diagram.bands(results, names):
        ends = figures.CONFIDENCE + [1.0]
        pair = figures.wilson(right, count)
        rows.append(["%g to %g" % (low, ends[ends.index(low) + 1]), count, number(mean),
                     number(right / count), between(pair),
                     "yes" if pair[0] <= mean <= pair[1] else "**no**"])
    return table(["confidence", "alarms", "mean confidence", "correct", "95 % interval",
                  "mean within"], rows)


def suspected_table(results):
    found = tally.merge(results[name]["suspected"] for name in seeds(sets.FRESH))
    rows = []
    for key in sorted(found):
        success, cases = tally.counts(found, key)
        low, high = tally.interval(found, key)
        rows.append([key[0], "{:,}".format(cases), success, "%.2f" % (1e3 * success / cases),
                     "%.2f to %.2f" % (1e3 * low, 1e3 * high)])
    return table(["noise", "runs", "suspected", "per 1,000 runs", "95 % interval"], rows)


def ablation_table(results):
    """What each part gives, on synthetic histories and on real noise."""
    rows = []
    parts = [results[name]["ablation"] for name in (seeds(sets.SEEDS)[0], "in-order")]
    for switch in ours.SWITCHES:
        cells = []
        for part in parts:
            g = figures.gate(part[switch])
            cells += [number(g["precision"]), number(g["recall"]), number(g["f1"]),
                      "%.2f" % g["episodes"], "%s / %s" % (g["delay"], g["late"])]
        rows.append([switch] + cells)
    head = ["precision", "recall", "F1", "false alarms per 10,000 runs", "delay: median / 90 %"]
    return table(["policy", "synthetic: " + head[0]] + head[1:] + ["real: " + head[0]] + head[1:],
                 rows)


def aims_table(rows):
    head = ["question", "goal", "measured", "95 % interval", "best rival", "reached", "reason"]
    return table(head, [[row["question"], row["goal"], row["measured"], row["interval"] or "–",
                         row["rival"], "yes" if row["reached"] else "**no**", row["reason"]]
                        for row in rows], left=2)


def split(module):
    """Which seeds a module may be tuned on, and which count here."""
    shown = (lambda values: ", ".join(map(str, values)))
    return "Seeds for tuning: %s. Seeds for this page: %s.\n" % (
        shown(module.TUNING), shown(module.REPORTING))


def pull_sections(found):
    out = ["## Pull requests\n",
           "Each history has %d series with 60 to 150 runs on the main line. One pull request changes "
           "nothing; each other one makes %d series slower. The share of changed series that block is "
           "the power of the test. %s" % (pulls.SERIES, pulls.CHANGED, split(pulls))]
    for kind in pulls.ROWS:
        out += ["### %s, threshold %g %%\n" % (kind.name, 100 * kind.threshold),
                table(*counted.pull_table(found, kind))]
    return out + [
        "### Unchanged series that block, by family of noise\n",
        "%s, threshold %g %%.\n" % (pulls.KINDS.name, 100 * pulls.KINDS.threshold),
        table(*counted.pull_family_table(found))]


def counted_sections(results, tallies):
    return pull_sections(tallies["pulls"]) + [
        "## Exact metrics\n",
        "Instructions, bytes and allocations that are equal from run to run, or differ only between "
        "toolchains or inputs. One series becomes worse in its newest run; the cells count how often "
        "this first run is a regression. %s" % split(exact),
        table(*counted.exact_table(tallies["exact"]), left=2),
        "## Infrastructure or code\n",
        "`tests/evaluate/controls.py` explains the scenarios. The cells count histories. %s"
        % split(controls), table(*counted.control_table(tallies["controls"])),
        "## More kinds of noise\n",
        "`tests/evaluate/families.py` explains the families. %s" % split(families),
        table(*counted.family_table(results)),
        "## Is the detectable change right?\n",
        "Steps of exactly the size that benchpages states as detectable within %d runs in 9 of 10 "
        "cases. %s" % (detectable.WITHIN, split(detectable)),
        table(*counted.detectable_table(tallies["detectable"]))]


def listed(values):
    return ", ".join(map(str, values[:-1])) + " and " + str(values[-1])


def data_sets(results):
    clusters = results["in-order"]["clusters"] | results["in-order-tuning"]["clusters"]
    sources = sorted({name.split()[0] for name in clusters})
    return WHAT.format(
        series="{:,}".format(sum(results[name]["series"] for name in seeds(sets.SEEDS))),
        runs="{:,}".format(sum(results[name]["runs"] for name in seeds(sets.SEEDS))),
        seeds=listed(sets.SEEDS), looked=listed(sets.LOOKED_AT), fresh=listed(sets.FRESH),
        windows=sum(len(list(sets.windows(part))) for part in (sets.TUNING, sets.REPORTING)),
        window=sets.WINDOW, smooth=sets.SMOOTH, histories=len(clusters),
        count=len(sources), sources=listed(sources),
        tuning=listed(sets.TUNED_ON),
        draws="once" if sets.DRAWS == 1 else "%d times" % sets.DRAWS)


def synthetic_sections(results, gates):
    own, rival = gates[ours.APART], gates[RIVAL]
    every = [row for name in seeds(sets.SEEDS) for row in results[name]["rows"]["gate"][ours.APART]]
    return [
        "## The gate on synthetic histories\n",
        "The seeds %s have %d required events. *Each group its own history* puts the backends of one "
        "test in a separate directory instead of all series in one.\n"
        % (listed(sets.FRESH), figures.gate(own)["required"]), gate_table(gates),
        "### By seed\n", seed_table(results),
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
        "These series have no event, or only single outliers. All seeds count.\n",
        steady_table(every),
        "### Suspected runs\n",
        "Runs of series without any event that are reported as suspected.\n",
        suspected_table(results),
        "### Contribution of the parts\n",
        "Seed %d and real noise in order again, with policies that switch off one part or require "
        "more runs.\n" % sets.SEEDS[0], ablation_table(results)]


def real_sections(results):
    return [
        "## The gate on real noise\n",
        "The sets have %d required events shuffled and %d in order. Only the sources for this page "
        "count, except where a table says otherwise.\n" % tuple(
            figures.gate(results[name]["rows"]["gate"][RIVAL])["required"]
            for name in ("shuffled", "in-order")),
        "### Shuffled\n", gate_table(results["shuffled"]["rows"]["gate"]),
        "### In order\n", gate_table(results["in-order"]["rows"]["gate"]),
        "### What is tuned on, and what is not\n", part_table(results),
        "### By source\n", source_table(results)]


def point_sections(results, points):
    return [
        "## Change points of whole series\n",
        "benchpages uses a threshold of 0.2 %, so that it reports every level change that it finds.\n",
        "### Synthetic histories\n",
        "An infrastructure event names a day and no series. It counts only if each group is its own "
        "history.\n", retro_table(points),
        "### Synthetic histories without infrastructure anomalies and runner changes\n",
        retro_table({method: [row for row in rows if row["scenario"] not in sets.SHARED]
                     for method, rows in points.items()}),
        "### By scenario\n", scenario_table(points),
        "### Real noise, shuffled\n", retro_table(results["shuffled"]["rows"]["retro"]),
        "### Real noise, in order\n", retro_table(results["in-order"]["rows"]["retro"]),
        "### Labeled real histories\n",
        "The cells count the change points found within 5 runs of the stated ones, and the others. If "
        "only their number is stated, the cells count all that were found. Others are not necessarily "
        "wrong: the statement comes from another tool with its own minimum size of change.\n",
        labelled_table(results)]


def confidence_sections(results):
    out = ["## Is the confidence calibrated?\n",
           "Share of correct alarms by their stated confidence. Of each episode, only the first alarm "
           "counts.\n", "![Reliability diagram](reliability-diagram.svg)\n"]
    for name, _, names in diagram.SETS + [("real noise shuffled", "", ["shuffled"])]:
        out += ["%s:\n" % (name[0].upper() + name[1:]), calibration_table(results, names)]
    return out


def write(results, tallies, version):
    """(docs/accuracy.md, the summary on the About page)"""
    gates, points = (pooled(results, seeds(sets.FRESH), kind) for kind in ("gate", "retro"))
    reached = aims.rows(results, tallies)
    text = [
        INTRO.format(version=version),
        "## Aims\n",
        "Only seeds and histories count that did not guide the development: of synthetic histories "
        "the seeds %s. Rows that say so count all seeds. Shares have Wilson intervals; F1, rates and "
        "shares on real noise have intervals from resamples of whole histories.\n"
        % listed(sets.FRESH), aims_table(reached), data_sets(results)]
    text += synthetic_sections(results, gates) + real_sections(results)
    text += point_sections(results, points) + counted_sections(results, tallies)
    text += confidence_sections(results) + [LIMITS]
    return "\n".join(text), about(gates, points, results, reached)


ABOUT = [ours.NAME, RIVAL, "Perfherder (t > 7, 12/12)", "PELT-l2, 4 x BIC, re-run per run",
         "rolling median of 20 + threshold, 3 in a row"]


def about(gates, points, results, reached):
    """What the About page shows, in Markdown."""
    own, found = figures.gate(gates[ours.APART]), figures.retro(points[ours.APART])
    # Few columns: the page is read at 360 pixels too.
    head = ["method", "synthetic histories", "real noise"]
    rows = []
    for method in ABOUT:
        made, real = (figures.gate(methods[method])
                      for methods in (gates, results["in-order"]["rows"]["gate"]))
        rows.append([method.strip("*").replace(" x ", " × ")] + [
            "%.1f%% / %.1f / %s" % (100 * g["recall"], g["episodes"], g["delay"])
            for g in (made, real)])
    sizes = ", ".join(
        "%s %.1f%%" % (name, 100 * figures.ratio(hits, count)) for name, (count, hits) in
        zip(("3 to 4 times the noise", "4 to 6 times", "6 to 10 times", "more than 10 times"),
            figures.by_size(gates[ours.APART])))
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
        + "%d of %d aims are reached; `docs/accuracy.md` lists them all."
        % (sum(row["reached"] for row in reached), len(reached))]
    return "\n".join(lines) + "\n"
