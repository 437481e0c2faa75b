"""Base and head measured in turns: synthetic sessions of 50 series with known truth, a threshold of
1 % and an effect of 3 % that both sides of a job share. The example `paired` of the crate `detect`
makes and judges them; this reads the counts that it prints."""
import re
import subprocess

import tally

SESSIONS = 1000
COMMAND = ["cargo", "run", "--quiet", "--release", "--package", "benchpages-detect", "--features",
           "bench", "--example", "paired", "--", str(SESSIONS)]
FALSE_BLOCKS = re.compile(r"  (.*), history (true|false): (\d+) of (\d+)$")
FOUND = re.compile(r"  noise ([\d.]+), change ([\d.]+), (\d+) rounds, history (true|false): "
                   r"(\d+) of (\d+),")
ROUNDS = re.compile(r"  threshold 0.01, history true: ([\d.]+) of 64,")


def measure(root):
    """Counts by ("false blocks", kind of noise, whether it is known), by ("found", noise, change,
    rounds, whether it is known), and the mean rounds of sessions without a change as
    ("rounds of 64", mean)."""
    answer = subprocess.run(COMMAND, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    return read(answer.stdout)


def read(text):
    counts = {}
    for line in text.splitlines():
        if match := FOUND.match(line):
            noise, change, rounds, known, found, cases = match.groups()
            key = ("found", noise, "%.3f" % float(change), rounds, known)
            tally.add(counts, key, int(found), cases=int(cases))
        elif match := FALSE_BLOCKS.match(line):
            kind, known, failed, cases = match.groups()
            tally.add(counts, ("false blocks", kind, known), int(failed), cases=int(cases))
        elif match := ROUNDS.match(line):
            tally.add(counts, ("rounds of 64", match.group(1)), 1)
    return counts
