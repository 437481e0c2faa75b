"""Why an aim is not reached, by the key of its row. Everything else on the page is computed."""

CLUSTERS = "A few histories with real level changes of 5 to 20 runs carry most of the false alarms."
SLOW = "The threshold decides later than the noise: a marginal step needs a long level to prove it."
SPLIT = ("Inputs that take turns and new toolchains: a run in a new environment proves nothing, and "
         "a jump with the toolchain stays an open regression.")
MEMORY = "What the series did before must be exceeded by 1.2 times, which costs some power."

REASONS = {
    "paired": "`measure` judges it; this command does not run it yet (docs/measure.md).",
    "real-order": CLUSTERS,
    "retro-real": CLUSTERS,
    "real-shuffled": "The interval holds the aim; steps close to the threshold are reported late.",
    "late": SLOW,
    "steady": "A level that wanders is a changed level while it does.",
    "false-open": "A regression is open until it is fixed, so that one false alarm counts in each run.",
    "suspected": "Bursts and skewed noise; each other family is below 1.",
}
MISSING = "not explained yet"
