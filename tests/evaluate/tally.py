"""Counts of cases: how many succeeded, of how many, for each cluster of cases that are alike.

A tally is {key: {cluster: [successes, cases]}}. A key is a tuple of words. Cases that are
independent of each other share the cluster `FREE`, and their interval is Wilson's. Other cases are
resampled by whole clusters."""
import random

import figures

FREE = ""
RESAMPLES = 400


def add(tally, key, success, cluster=FREE, cases=1):
    """Counts `cases` cases, of which `success` succeeded."""
    pair = tally.setdefault(key, {}).setdefault(cluster, [0, 0])
    pair[0] += int(success)
    pair[1] += cases


def merge(tallies):
    """The sum of several tallies."""
    total = {}
    for tally in tallies:
        for key, clusters in tally.items():
            for cluster, (success, cases) in clusters.items():
                add(total, key, success, cluster, cases)
    return total


def counts(tally, key):
    """(successes, cases) of a key over all its clusters."""
    pairs = tally.get(key, {}).values()
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def share(tally, key):
    success, cases = counts(tally, key)
    return success / cases if cases else 0.0


def interval(tally, key):
    """95 % interval of the share of successes."""
    clusters = tally.get(key, {})
    success, cases = counts(tally, key)
    if not cases:
        return 0.0, 1.0
    if set(clusters) == {FREE}:
        return figures.wilson(success, cases)
    return bootstrap(clusters)


def bootstrap(clusters, seed=1):
    """95 % of the shares of resamples of whole clusters. Where no case or every case succeeded,
    resampling has no spread, and the interval is Wilson's with the clusters as cases."""
    names, r, shares = sorted(clusters), random.Random(seed), []
    low, high = (pick(rate(pair) for pair in clusters.values()) for pick in (min, max))
    if low == high and low in (0.0, 1.0):
        return figures.wilson(round(low * len(names)), len(names))
    for _ in range(RESAMPLES):
        drawn = [clusters[name] for name in r.choices(names, k=len(names))]
        cases = sum(pair[1] for pair in drawn)
        shares.append(sum(pair[0] for pair in drawn) / cases if cases else 0.0)
    shares.sort()
    return shares[int(0.025 * RESAMPLES)], shares[int(0.975 * RESAMPLES) - 1]


def rate(pair):
    return pair[0] / pair[1] if pair[1] else 0.0
