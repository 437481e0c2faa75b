"""A history directory that is written from columns of values, and the commands that judge it.

A series is a dict with `test`, `backend`, `values` and `days`, and optional `metric`, `unit`,
`better`, `fields` (one dict for each run) and `tags`. Times are days after `tool.BASE`."""
import datetime
import json
import os
import shutil
import subprocess

import tool

REFUSED = 2           # exit status for input that the program does not accept


def stamp(day):
    time = tool.BASE + datetime.timedelta(milliseconds=round(86400000 * day))
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def record(series, at, commit):
    """The record of one run."""
    fields = series["fields"][at] if "fields" in series else {}
    own = dict(commit=commit, timestamp=stamp(series["days"][at]), backend=series["backend"],
               test=series["test"], metric=series.get("metric", "time"),
               unit=series.get("unit", "ms"), better=series.get("better", "lower"),
               value=series["values"][at], runner_image="runner-a")
    own.update(fields)
    return own


def stem(series):
    """The id of a series in the program's JSON."""
    metric = series.get("metric", "time")
    tail = "" if metric == "time" else "/metric-" + metric
    return "%s/%s/default/any%s" % (series["test"], series["backend"], tail)


def lines(file, series, commit):
    for at in range(len(series["values"])):
        file.write(json.dumps(record(series, at, commit(series, at))) + "\n")


def main_commit(runs):
    """Names of main-line commits: a series that is shorter than `runs` begins later."""
    return lambda series, at: tool.commit(runs - len(series["values"]) + at)


def write(folder, policy, series, pulls=()):
    """Writes the main line, and each pull request: (number, its series)."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("results", "pulls"):
        os.makedirs(os.path.join(folder, part))
    with open(os.path.join(folder, "policy.yml"), "w") as file:
        file.write('version: "1.0"\n' + policy)
    runs = max(len(one["values"]) for one in series)
    with open(os.path.join(folder, "results", "all.ndjson"), "w") as file:
        for one in series:
            lines(file, one, main_commit(runs))
    for number, changed in pulls:
        with open(os.path.join(folder, "pulls", "%d.ndjson" % number), "w") as file:
            for one in changed:
                lines(file, one, lambda _, at, number=number: "d%04d" % number)


def ask(binary, folder, command, *options):
    """The JSON of a command about a history; None if the program refuses the input."""
    words = [binary] + command.split() + ["--data", folder, "--format", "json", "--quiet",
                                          "--no-cache", "--jobs", "1"] + list(options)
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == REFUSED:
        return None
    if done.returncode not in (0, 1, 3):
        raise SystemExit("%s: exit %d\n%s" % (" ".join(words), done.returncode, done.stderr))
    return json.loads(done.stdout)


def check(binary, folder, number):
    """The report of `check --pull`."""
    return ask(binary, folder, "check", "--pull", str(number))


def replay(binary, folder):
    """The report of `policy replay`."""
    return ask(binary, folder, "policy replay")


def blocked(report):
    """Ids of the series that block a pull request."""
    return {found["series"] for found in report["findings"] if found["blocks"]}
