"""benchpages' own answers, through `policy replay`, in the shape of the comparators'."""
import tool

NAME = "**benchpages**"
APART = "**benchpages, each group its own history**"
# Parts of the method that a policy can switch, for the ablation.
SWITCHES = {
    "default policy": "",
    "5 confirmations": "detection:\n  confirmations: 5\n",
    "8 confirmations": "detection:\n  confirmations: 8\n",
    "no infrastructure vote": "k_anomaly:\n  min_active_backends: 1000\n",
    "no runner fingerprinting": "runner_fingerprinting:\n  enabled: false\n",
}


def plain(binary, folder, truth):
    """{gate, retro: {method: {id: runs}}, suspected: {id: runs}, alarms: {id: [(run, confidence)]}}
    """
    series = truth["series"]
    whole, small = tool.replays(binary, folder, series, [(None, ""), (tool.SMALL, "")])
    return dict(gate={NAME: regressed(series, whole)}, retro={NAME: points(series, small)},
                alarms=confident(series, whole), suspected=regressed(series, whole, "suspected"))


def answers(binary, folder, name, truth):
    """The same; of generated sets also with each group its own history."""
    own = plain(binary, folder, truth)
    if name.startswith("gen-"):
        apart = each_group(binary, folder, truth["series"])
        own["gate"][APART], own["retro"][APART] = apart
    return own


def each_group(binary, folder, series):
    """The same with a history directory for each group."""
    groups = {}
    for one in series:
        groups.setdefault(one["group"], []).append(one)
    many = {name: own for name, own in groups.items() if len(own) > 1}
    alone = [own[0] for own in groups.values() if len(own) == 1]

    def ask(item):
        own, where = item[1], "%s-%s" % (folder, item[0])
        whole, small = tool.replays(binary, where, own, [(None, ""), (tool.SMALL, "")])
        return regressed(own, whole), points(own, small, shared=len(own) > 1)

    gate, retro = {}, {}
    for one in map(ask, list(many.items()) + [("alone", alone)]):
        gate.update(one[0])
        retro.update(one[1])
    return gate, retro


def ablation(binary, folder, truth):
    """{switch: {id: runs}} with each group its own history left aside."""
    series = truth["series"]
    found = tool.replays(binary, folder, series, [(None, extra) for extra in SWITCHES.values()])
    return {switch: regressed(series, replay) for switch, replay in zip(SWITCHES, found)}


def index(series):
    """{id in the program's JSON: (id, {commit: run})}"""
    return {tool.stem(one): (one["id"], {tool.commit(at): at for at in range(len(one["values"]))})
            for one in series}


def regressed(series, replay, verdict="regressed"):
    """{id: runs with this verdict}"""
    known, runs = index(series), {one["id"]: [] for one in series}
    for alarm in replay["alarms"]:
        if alarm["verdict"] == verdict:
            name, run = known[alarm["series"]]
            runs[name].append(run[alarm["commit"]])
    return runs


def confident(series, replay):
    known, found = index(series), {}
    for alarm in replay["alarms"]:
        if alarm["verdict"] == "regressed" and alarm["confidence"] is not None:
            name, run = known[alarm["series"]]
            found.setdefault(name, []).append((run[alarm["commit"]], alarm["confidence"]))
    return found


def points(series, replay, shared=False):
    """First runs of new levels, whatever moved them. An infrastructure event names a commit and no
    series: where the history is one group (`shared`) it is counted in each of its series, of days
    that follow each other within three the first."""
    known, runs = index(series), {one["id"]: [] for one in series}
    days = []
    for event in replay["events"]:
        if event["kind"] in ("change_point", "runner_change"):
            name, run = known[event["series"]]
            runs[name].append(run[event["commit"]])
        elif event["kind"] == "infrastructure" and shared:
            days.append((tool.day(event["timestamp"]), event["commit"]))
    days.sort()
    for (before, _), (day, commit) in zip([(-9, "")] + days, days):
        if day - before > 3:
            for name, run in known.values():
                runs[name].append(run[commit])
    return runs
