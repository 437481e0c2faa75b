"""The parts of the detection that `ablation.py` switches off, as `detect::ablation` names them, and
the words of its page. The empty name is the whole method."""
import controls
import pulls

NAMES = {
    "memory": "memory of former strays",
    "excursions": "excursions",
    "suspicion-memory": "guard of suspicions",
    "student": "Student's law",
    "autocorrelation": "autocorrelation",
    "recent-noise": "noise of the last ten runs",
    "new-noise": "noise of the new runs",
    "bounded-runs": "bound on one run",
    "nearest-run": "every run beyond",
    "short-levels": "higher score of short levels",
    "improvement-score": "higher score of improvements",
    "drifts": "gradual changes",
    "withdrawal": "withdrawal",
    "runner-pool": "runner pools",
    "exact": "exact metrics",
    "false-discoveries": "control of false discoveries",
    "peer-vote": "vote of the backends",
    "controls": "veto of the controls",
    "pull-memory": "memory of a pull request",
    "pull-lead": "bound on a leading run",
}
PULL_ONLY = ["pull-memory", "pull-lead"]
GATE = [""] + [part for part in NAMES if part not in PULL_ONLY]
COUNTED = {
    "pulls": ["", "autocorrelation", "recent-noise", "false-discoveries"] + PULL_ONLY,
    "controls": ["", "peer-vote", "controls"],
    "exact": ["", "exact"],
}
KEYS = {
    "pulls": [("benchpages", row.name, what) for row in pulls.ROWS[1:]
              for what in [pulls.percent(step) for step in row.steps] + [pulls.FALSE]]
             + [("benchpages", pulls.KINDS.name, pulls.FALSE)],
    "controls": [(scenario, what) for scenario in controls.SCENARIOS
                 for what in (controls.INFRASTRUCTURE, controls.REPORTED)],
    "exact": [("relative", place, size) for place in ("main line", "pull request")
              for size in ("+0.1 %", "+1 %")] + [("first run", "main line", "nothing changed")],
}
INTRO = """# Contribution of the parts

`make ablation` measured these figures: each row is the whole method without one part. No option or
policy of the program switches these parts; only an example for this page can. Cells that differ
from the whole method are bold. The sets are smaller than those of [accuracy.md](accuracy.md), so
small differences are chance.

## The gate of the main line

%s. *Recall* is the share of required events found, *false* counts alarms that no event explains.
"""
TITLES = {
    "pulls": """## Pull requests

%d histories of 40 series in each row of accuracy.md. The cells count changed series that block, and
unchanged ones that do.
""",
    "controls": """## Infrastructure or code

%d histories of each scenario.
""",
    "exact": """## Exact metrics

%d histories of each size of change. The cells count changes that are found at the first run, and
unchanged series that are reported.
""",
}
PURPOSE = """## What each part is for

A part whose absence changed no figure, and that nothing else speaks for, was removed.
"""
PURPOSES = {
    "memory": "a new level must exceed what the same statistic did by itself before. It misses one "
              "step in a hundred and saves three false alarms in 10,000 runs of other noise.",
    "excursions": "levels that a series left and came back to twice are no news.",
    "suspicion-memory": "a suspicion must lie farther away than the baseline's runs ever did.",
    "student": "few runs before need a higher score.",
    "autocorrelation": "runs that depend on each other prove less.",
    "recent-noise": "noise is at least most of that of the last ten runs.",
    "new-noise": "noise is at least that of the new runs among themselves.",
    "bounded-runs": "one run adds to the score no more than a bound.",
    "nearest-run": "the runs of a new level must lie beyond the threshold, not only their median. It "
                   "changes no figure here. The prefilter rests on it: without both, `check` of a "
                   "history of 7,603 records takes 1.15 times the instructions.",
    "short-levels": "a level of up to three runs needs a higher score.",
    "improvement-score": "an improvement needs a higher score to restart the baseline.",
    "drifts": "gradual changes have a test of their own.",
    "withdrawal": "a report that more runs show to be too small is withdrawn.",
    "runner-pool": "runners that take turns are brought to one level.",
    "exact": "counts that never vary are proof at the first run.",
    "false-discoveries": "more series in one check need a higher score each. The pull requests here "
                         "hold 40 series and no false block, with it or without. It keeps the rate "
                         "in checks of thousands.",
    "peer-vote": "the other backends vote before a report, as `k_anomaly` of the policy asks. In "
                 "these sets the shift of the whole group is found first, so no figure changes. It "
                 "decides where single runs are too noisy for that.",
    "controls": "other tests on the same commit veto what counts as infrastructure.",
    "pull-memory": "runs of a pull request must stray farther than as many ever did.",
    "pull-lead": "one run of a pull request may lead by no more than a bound.",
}
