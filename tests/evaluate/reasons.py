"""Why an aim is not reached, by the key of its row. Everything else on the page is computed."""

CLUSTERS = "A few histories with real level changes of 5 to 20 runs carry most of the false alarms."
SLOW = "The threshold decides later than the noise: a marginal step needs a long level to prove it."
SPLIT = ("A jump with a new toolchain stays an open regression, so a second one in the series "
         "raises no alarm of its own.")
MEMORY = "What the series did before must be exceeded by 1.2 times, which costs some power."
ONE_SEGMENT = ("Excursions that come back stand in the whole history as levels of their own; the gate "
               "knows them.")
EXCURSION = ("The series made as large an excursion by itself twice, so a step of that size must "
             "last longer.")
WANDERING = ("Noise that wanders for tens of runs looks like a level: memory and significance ask "
             "for more.")
FOURTH = ("The fourth run reports both. In one series neighboring runs are alike (autocorrelation "
          "0.34), so three runs prove less. In the other the first three lie at +10.7 to +21.7 %, "
          "and such a spread counts as noise.")
OWN_MOVES = ("A new level must exceed 1.6 times the largest earlier move. In the 8 series the "
             "modes lie 6.8 to 7.9 % apart, and medians of 3 to 30 runs had moved by 6 % or more. "
             "Without this rule all 100 are found.")
TOO_FEW_VOTES = ("Two histories with 2 % noise: of 8 tests, 3 and 4 can see shifts of 7.7 and "
                 "9.8 % above their noise in one run, and at least 5 must vote. No regression is "
                 "reported.")

REASONS = {
    "session 0.01 true": "One error rate for all 50 series of a session asks each for more.",
    "session false blocks": "The noise differs tenfold among the series, and none of it is known.",
    "real-order": CLUSTERS,
    "retro-real": CLUSTERS,
    "real-shuffled": "The interval holds the aim; steps close to the threshold are reported late.",
    "late": SLOW,
    "third": FOURTH,
    "steady": "A level that wanders is a changed level while it does.",
    "false-open": "A regression is open until it is fixed, so that one false alarm counts in each run.",
    "suspected": "Bursts, heavy tails and skewed noise; most other families are below 1.",
    "retro-made": "The interval holds the aim; steps close to the threshold are left out.",
    "pull 1 run, noise 1 % +5 %": MEMORY,
    "pull 3 runs, noise 3 % +5 %": "The interval holds the aim. " + MEMORY,
    "pull 5 runs, noise 5 % +10 %": MEMORY,
    "pull 3 runs, real noise +10 %": MEMORY,
    "pull 3 runs, real noise +20 %": MEMORY,
    "exact relative main line": SPLIT,
    "exact first run main line": SPLIT,
    "exact one byte main line": SPLIT,
    "found weekly": EXCURSION,
    "points weekly": ONE_SEGMENT,
    "found mixture": OWN_MOVES,
    "false lognormal bursts": "The interval holds the aim.",
    "points lognormal bursts": ONE_SEGMENT,
    "found ar(0.9)": WANDERING,
    "false ar(0.9)": "The interval holds the aim.",
    "false reboots": "The first two ramps after a reboot are not known as excursions yet.",
    "points reboots": ONE_SEGMENT,
    "found two machines": "Without a fingerprint the two levels of the machines count as noise.",
    "machine, one backend called infrastructure": TOO_FEW_VOTES,
    "bands real noise in order": CLUSTERS,
}
MISSING = "not explained yet"
