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
    "independent-move": "independent moves",
    "pull-memory": "memory of a pull request",
    "pull-lead": "bound on a leading run",
}
PULL_ONLY = ["pull-memory", "pull-lead"]
GATE = [""] + [part for part in NAMES if part not in PULL_ONLY]
COUNTED = {
    "pulls": ["", "autocorrelation", "recent-noise", "false-discoveries"] + PULL_ONLY,
    "controls": ["", "peer-vote", "controls", "independent-move"],
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
"""
PURPOSES = {}
