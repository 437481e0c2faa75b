"""Other tests for a pull request, on the same runs: logarithms, up is worse.

Each rule takes the main line, the runs of the head and the threshold. The threshold is the least
size of change for each of them.

- **known noise**: the mean of the head's runs against the median of the last 60 runs, in units of
  their robust deviation over the root of the number of runs; more than 4.
- **Mann-Whitney**: exact one-sided test of the head's runs against the last 60; p < 0.0015, the
  error rate that benchpages states for a series.
- **Bencher**: Student's t boundary at 99.9 % of at most 64 runs, as Bencher's `t_test` has it."""
import functools
import math

KNOWN = 60
BENCHER = 64
Z = 4.0
P = 0.0015
BOUNDARY = 0.999


def median(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mean(values):
    return sum(values) / len(values)


def known_noise(past, head, threshold):
    known = past[-KNOWN:]
    center = median(known)
    sigma = max(1.4826 * median([abs(value - center) for value in known]), 1e-9)
    shift = mean(head) - center
    return shift >= threshold and shift / (sigma / math.sqrt(len(head))) > Z


def ranks(past, head, threshold):
    known = past[-KNOWN:]
    if median(head) - median(known) < threshold:
        return False
    wins = sum((h > k) + 0.5 * (h == k) for h in head for k in known)
    losses = math.ceil(len(head) * len(known) - wins)
    ways = table(len(head), len(known))
    return sum(ways[:losses + 1]) / sum(ways) < P


@functools.lru_cache(maxsize=None)
def table(few, many):
    """Number of orders of `few` and `many` values for each count of losses (Mann and Whitney)."""
    if few == 0 or many == 0:
        return (1,)
    out = [0] * (few * many + 1)
    for k, ways in enumerate(table(few - 1, many)):
        out[k + many] += ways
    for k, ways in enumerate(table(few, many - 1)):
        out[k] += ways
    return tuple(out)


def bencher(past, head, threshold):
    known = [math.exp(value) for value in past[-BENCHER:]]
    center = mean(known)
    deviation = math.sqrt(sum((value - center) ** 2 for value in known) / (len(known) - 1))
    value = math.exp(mean(head))
    limit = center + deviation * t_quantile(len(known) - 1)
    return value > limit and math.log(value / center) >= threshold


@functools.lru_cache(maxsize=None)
def t_quantile(freedom):
    """The boundary of Student's t, by bisection of its integral."""
    low, high = 0.0, 50.0
    for _ in range(40):
        middle = (low + high) / 2
        if 0.5 + t_integral(middle, freedom) < BOUNDARY:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_integral(to, freedom, steps=400):
    """Simpson's rule on the density from 0."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    scale /= math.sqrt(freedom * math.pi)
    density = (lambda x: scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2))
    width = to / steps
    inner = sum((4 if k % 2 else 2) * density(k * width) for k in range(1, steps))
    return width / 3 * (density(0.0) + inner + density(to))


def of(runs):
    """The rules that can decide with so many runs."""
    rules = {"known noise, z > 4": known_noise}
    if runs == 1:
        rules["Bencher, t boundary 99.9 %"] = bencher
    else:
        rules["Mann-Whitney, p < 0.0015"] = ranks
    return rules
