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
UNKNOWN = "The cause of these cases was not examined."

REASONS = {
    "session 0.01 true": "One error rate for all 50 series of a session asks each for more.",
    "session false blocks": "The noise differs tenfold among the series, and none of it is known.",
    "real-order": CLUSTERS,
    "retro-real": CLUSTERS,
    "real-shuffled": "The interval holds the aim; steps close to the threshold are reported late.",
    "late": SLOW,
    "third": UNKNOWN,
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
    "found mixture": UNKNOWN,
    "false lognormal bursts": "The interval holds the aim.",
    "points lognormal bursts": ONE_SEGMENT,
    "found ar(0.9)": WANDERING,
    "false ar(0.9)": "The interval holds the aim.",
    "false reboots": "The first two ramps after a reboot are not known as excursions yet.",
    "points reboots": ONE_SEGMENT,
    "found two machines": "Without a fingerprint the two levels of the machines count as noise.",
    "code called infrastructure": UNKNOWN,
    "machine, one backend called infrastructure": UNKNOWN,
    "bands real noise in order": CLUSTERS,
}
MISSING = "not explained yet"
