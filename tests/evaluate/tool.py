"""benchpages itself, asked through its own command: series become a history directory and
`policy replay` says what the gate would have said after every run."""
import datetime
import json
import os
import shutil
import subprocess

BASE = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
SMALL = 0.002         # threshold at which every change of level is an event


def name(group):
    """A group's name as a test's name that is its own slug."""
    return "t-" + group.replace("+", "-and-")


def stem(series):
    """The id of a series in the program's JSON."""
    metric = "" if series["lower_is_better"] else "/metric-throughput"
    return "%s/%s/default/any%s" % (name(series["group"]), series["backend"], metric)


def day(timestamp):
    """Days from the base to a timestamp of the program."""
    time = datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    return (time - BASE).total_seconds() / 86400


def commit(at):
    return "c%04d" % (at + 1)


def records(series):
    lower = series["lower_is_better"]
    for at, (value, day) in enumerate(zip(series["values"], series["days"])):
        time = BASE + datetime.timedelta(milliseconds=round(86400000 * day))
        yield dict(commit=commit(at), timestamp=time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                   backend=series["backend"], test=name(series["group"]),
                   metric="time" if lower else "throughput", unit="ms" if lower else "ops/s",
                   better="lower" if lower else "higher", value=value,
                   runner_image=series["fingerprints"][at], tags=[tag(series["policy_threshold"])])


def tag(threshold):
    return "p%04d" % round(10000 * threshold)


def policy(series, threshold=None, extra=""):
    """A policy whose rules give every series its own threshold, or all the same one."""
    lines = ['version: "1.0"', "regression:", "  grace_period_days: 3", "  rules:"]
    for own in sorted({s["policy_threshold"] for s in series}):
        lines += ["    - match: {tags: %s}" % tag(own),
                  "      threshold: %s" % (threshold or own)]
    return "\n".join(lines) + "\n" + extra


def write(folder, series, threshold=None, extra=""):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "results"))
    with open(os.path.join(folder, "policy.yml"), "w") as file:
        file.write(policy(series, threshold, extra))
    with open(os.path.join(folder, "results", "all.ndjson"), "w") as file:
        for one in series:
            for record in records(one):
                file.write(json.dumps(record) + "\n")


def replay(binary, folder, series, threshold=None, extra=""):
    """What the command says about these series, as one history."""
    return replays(binary, folder, series, [(threshold, extra)])[0]


def replays(binary, folder, series, policies):
    """The same for several policies, each a threshold and more lines."""
    write(folder, series)
    answers = []
    for threshold, extra in policies:
        with open(os.path.join(folder, "policy.yml"), "w") as file:
            file.write(policy(series, threshold, extra))
        answers.append(ask(binary, folder))
    shutil.rmtree(folder)
    return answers


def ask(binary, folder):
    command = [binary, "policy", "replay", "--data", folder, "--format", "json", "--quiet",
               "--no-cache", "--jobs", "1"]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode not in (0, 1):
        raise SystemExit("%s: exit %d" % (" ".join(command), done.returncode))
    return json.loads(done.stdout)
