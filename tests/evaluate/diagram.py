"""The reliability diagram: share of correct alarms over their stated confidence, as an SVG.

A dot is a band of confidence, with the 95 % interval of the share of correct alarms. A dash is the
mean confidence of the band: where the confidence is calibrated, it lies within the interval."""
import figures
import sets

SETS = [("synthetic histories", "a", ["gen-%d" % seed for seed in sets.FRESH]),
        ("real noise in order", "b", ["in-order"])]
LOW, HIGH = 0.5, 1.0                       # share of correct alarms
LEFT, TOP, WIDTH, HEIGHT = 60, 50, 560, 340
SHIFT = 5                                  # the sets stand beside each other
STYLE = (":root{--bg:#fff;--fg:#1b1f24;--mut:#57606a;--line:#d0d7de;--a:#0a58b8;--b:#a8480a}"
         "@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6edf3;--mut:#a2adb8;"
         "--line:#343b44;--a:#7cc0ff;--b:#ffb07c}}"
         "text{font:12px system-ui,sans-serif;fill:var(--mut)}.hd{fill:var(--fg);font-weight:600}"
         ".bg{fill:var(--bg)}.grid{stroke:var(--line)}"
         ".ideal{stroke:var(--mut);stroke-dasharray:4 4}"
         ".a{fill:var(--a);stroke:var(--a)}.b{fill:var(--b);stroke:var(--b)}"
         "text.a,text.b{stroke:none}")
TITLE = "Share of correct alarms over stated confidence"


def bands(results, names):
    """[(lower end, alarms, correct, mean confidence)] of the bands that have alarms."""
    out = []
    for k, low in enumerate(figures.CONFIDENCE):
        found = [results[name]["bands"][k] for name in names]
        count, right, total = (sum(band[i] for band in found) for i in range(3))
        if count:
            out.append((low, count, right, total / count))
    return out


def x_of(number):
    """The bands stand side by side: high confidences lie close together."""
    return LEFT + WIDTH * (number + 0.5) / len(figures.CONFIDENCE)


def y_of(share):
    return TOP + HEIGHT * (HIGH - max(LOW, min(HIGH, share))) / (HIGH - LOW)


def text(x, y, words, classes="", anchor="start"):
    return '<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>' % (
        x, y, classes, anchor, words)


def line(x1, y1, x2, y2, classes):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="%s"/>' % (x1, y1, x2, y2, classes)


def axes():
    out = []
    for k in range(6):
        share = LOW + (HIGH - LOW) * k / 5
        out.append(line(LEFT, y_of(share), LEFT + WIDTH, y_of(share), "grid"))
        out.append(text(LEFT - 8, y_of(share) + 4, "%.1f" % share, anchor="end"))
    ends = figures.CONFIDENCE[1:] + [1]
    for k, (low, high) in enumerate(zip(figures.CONFIDENCE, ends)):
        out.append(text(x_of(k), TOP + HEIGHT + 18, "%g–%g" % (low, high), anchor="middle"))
    out.append(text(LEFT + WIDTH / 2, TOP + HEIGHT + 38, "stated confidence", anchor="middle"))
    return out


def dots(results, names, classes, offset):
    """Each band: its interval, its share, and a dash at its mean confidence."""
    out = []
    for low, count, right, mean in bands(results, names):
        x = x_of(figures.CONFIDENCE.index(low)) + offset
        bottom, top = figures.wilson(right, count)
        out.append(line(x, y_of(bottom), x, y_of(top), classes))
        out.append('<circle cx="%.1f" cy="%.1f" r="4" class="%s"/>' % (
            x, y_of(right / count), classes))
        out.append(line(x - 12, y_of(mean), x + 12, y_of(mean), "ideal"))
    return out


def write(results):
    """The SVG as text."""
    width, height = LEFT + WIDTH + 20, TOP + HEIGHT + 50
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
             'role="img" aria-label="%s"><title>%s</title><style>%s</style>' % (
                 width, height, width, height, TITLE, TITLE, STYLE),
             '<rect class="bg" width="%d" height="%d"/>' % (width, height),
             text(LEFT, 20, TITLE, "hd")]
    for k, (name, classes, _) in enumerate(SETS):
        parts.append('<circle cx="%d" cy="35" r="4" class="%s"/>' % (LEFT + 6 + 150 * k, classes))
        parts.append(text(LEFT + 16 + 150 * k, 39, name))
    parts.append(line(LEFT + 300, 35, LEFT + 324, 35, "ideal"))
    parts.append(text(LEFT + 330, 39, "mean confidence"))
    parts += axes()
    for (_, classes, names), offset in zip(SETS, (-SHIFT, SHIFT)):
        parts += dots(results, names, classes, offset)
    return "\n".join(parts + ["</svg>"]) + "\n"
