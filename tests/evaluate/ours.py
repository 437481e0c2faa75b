"""benchpages' own answers, through `policy replay`, in the shape of the comparators'."""
import os

import tool

NAME = "**benchpages**"
APART = "**benchpages, each group its own history**"


def answers(binary, folder, name, truth):
    """{gate, retro: {method: {id: runs}}, alarms: [...], figures}"""
    series = truth["series"]
    if not supported(binary):
        return dict(gate={}, retro={}, alarms=[], figures={})
    whole = tool.replay(binary, folder, series)
    own = dict(gate={NAME: regressed(series, whole)}, retro={}, alarms=alarms(series, whole),
               figures=whole["figures"])
    own["retro"][NAME] = points(series, tool.replay(binary, folder, series, tool.SMALL))
    return own


def supported(binary):
    return os.system("%s policy replay --help > /dev/null 2>&1" % binary) == 0
