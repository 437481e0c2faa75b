// The range and the axes of a series' chart: buttons, dates and a strip to draw on, with their
// state in the address. The chart is drawn anew from its data, by the rules of crates/chart.

const rangeControls = () => {
  const DAY = 864e5;
  const [WIDTH, EDGE, CLIP, DENSE, COLUMNS] = [1000, 8, 6, 400, 20];
  // Back to front.
  const ORDER = ['gap', 'g', 'd', 'd1', 'base', 'thr', 'ev ', 'ev w', 'ev k', 'rc', 'out', 'outi',
    'inf', 'infi', 'clip', 'lv', 'lv now', 'lv w', 'lv k', 'end ', 'end w', 'end k'];

  const isoDay = (time) => new Date(time).toISOString().slice(0, 10);
  const dayText = (time, names = { day: 'numeric', month: 'short', year: 'numeric' }) =>
    new Date(time).toLocaleDateString('en-GB', { timeZone: 'UTC', ...names })
      .replace('Sept', 'Sep');

  const svg = (name, attributes, text) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    if (text) element.textContent = text;
    return setAll(element, attributes);
  };
  const percent = (x) => `${x / 10}%`;
  // Worse, better or a runner; the other classes of a flag are widths.
  const toneOf = (element) =>
    ['w', 'k', 'r'].find((tone) => element?.classList.contains(tone)) || '';

  // Days, months or years that a calendar names, at most seven, each with its label.
  const timeTicks = (from, to) => {
    const days = (to - from) / DAY;
    const step = [1, 2, 7, 14].find((count) => days / count <= 7);
    const months = [1, 2, 3, 6, 12, 24, 60, 120].find((count) => days / count <= 200);
    const ticks = [];
    const year = new Date(from).getUTCFullYear();
    const next = new Date(step ? Math.ceil(from / DAY) * DAY : Date.UTC(year, 0));
    while ((step || months) && next <= to) {
      const names = {};
      if (step) names.day = 'numeric';
      if (step || months < 12) names.month = 'short';
      if (!ticks.length || (!step && !next.getUTCMonth())) names.year = 'numeric';
      if (next >= from) ticks.push([+next, dayText(next, names)]);
      if (step) next.setUTCDate(next.getUTCDate() + step);
      else next.setUTCMonth(next.getUTCMonth() + months);
    }
    return ticks.length ? ticks : [[from, dayText(from)]];
  };

  // At most five round numbers, round in the unit that the largest is written in.
  const valueTicks = ([low, high], unit) => {
    const size = scaleOf(high, unit)[0];
    const power = size * 10 ** Math.floor(Math.log10((high - low) / size));
    const step = [0.2, 0.25, 0.5, 1, 2].map((factor) => factor * power)
      .find((width) => (high - low) / width <= 5);
    const count = Math.floor(high / step) - Math.ceil(low / step) + 1;
    return Array.from({ length: count }, (_, at) => (Math.ceil(low / step) + at) * step);
  };

  // Most runs, the newest three and the levels, with free space above and below.
  const valueRange = (runs, levels, up) => {
    const usual = runs.filter(({ flags }) => !flags.some((flag) => /outlier|infra/.test(flag)));
    const values = (usual.length ? usual : runs).map(({ value }) => value);
    const sorted = [...values].sort((a, b) => a - b);
    const tail = Math.round(0.02 * (sorted.length - 1));
    const shown = [sorted[tail], sorted.at(-1 - tail), ...values.slice(-3),
      ...levels.flatMap(({ first, last }) => [first, last])];
    let [low, high] = [Math.min(...shown), Math.max(...shown)];
    if (up === 'log' && low > 0) {
      const room = (high / low) ** 0.12 * 1.02;
      return [low / room, high * room];
    }
    const missing = (Math.abs(low + high) / 20 - (high - low)) / 2;
    if (missing > 0) [low, high] = [low - missing, high + missing];
    const room = (high - low) * 0.12 || 1;
    if (up === 'zero') return [Math.min(low - (low < 0) * room, 0), Math.max(high + room, 0)];
    return [low < 0 ? low - room : Math.max(0, low - room), high + room];
  };

  // The first run after each gap.
  const gapEnds = (runs) => {
    const distances = runs.slice(1).map(({ time }, at) => time - runs[at].time);
    const usual = [...distances].sort((a, b) => a - b)[distances.length >> 1];
    const whole = runs.at(-1).time - runs[0].time;
    // A part of a history has more of them than the whole: only the wide ones count.
    const isGap = (distance) => distance > Math.max(3 * DAY, whole / 40) &&
      (distance > usual * 10 || (distance > whole / 20 && distance > usual * 3));
    return runs.map((_, at) => at).filter((at) => at && isGap(distances[at - 1]));
  };

  const titleOf = (runs, unit) => {
    const [first, last] = [runs[0], runs.at(-1)];
    if (first === last) {
      const id = first.commit.replace(/^([0-9a-f]{7})[0-9a-f]+$/, '$1');
      const value = quantity(first.value, unit);
      return [`${dayText(first.time)}, ${id}: ${value}`, ...first.flags].join(', ');
    }
    const values = runs.map(({ value }) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return `${dayText(first.time)} to ${dayText(last.time)}: ${runs.length} runs, ` +
      `${quantity(low, unit)} to ${quantity(high, unit)}`;
  };

  // Places in a field: `x` of a time and the index of its run, `y` of a value.
  const scalesOf = (runs, range, height, { across, up }) => {
    const [from, to] = [runs[0].time, runs.at(-1).time];
    const indexOf = (time) => {
      const at = runs.findIndex((run) => run.time >= time);
      return at < 0 ? runs.length - 1 : at;
    };
    const [low, high] = range;
    const place = up === 'log' && low > 0 ? Math.log : Number;
    return {
      x: (time, at = across ? indexOf(time) : 0) => {
        const share = across ? at / (runs.length - 1) : (time - from) / (to - from);
        return Math.round(EDGE + (Number.isFinite(share) ? share : 0.5) * (WIDTH - 2 * EDGE));
      },
      y: (value) =>
        Math.round(height * (place(high) - place(value)) / (place(high) - place(low))),
    };
  };

  // The level lines, broken at gaps; the newest one ends in a dot.
  const drawLevels = (draw, { x, y }, levels, newest, runs, gaps, tone) => {
    const [from, to] = [runs[0].time, runs.at(-1).time];
    for (const level of levels) {
      const point = (time) => {
        const share = (time - level.from) / (level.to - level.from || 1);
        return `${x(time)} ${y(level.first + (level.last - level.first) * share)}`;
      };
      const [start, end] = [Math.max(level.from, from), Math.min(level.to, to)];
      const breaks = gaps.filter((at) => runs[at].time > start && runs[at].time <= end)
        .flatMap((at) => [runs[at - 1].time, runs[at].time]);
      const stops = [start, ...breaks, end];
      const name = level === newest ? `lv ${tone || 'now'}` : 'lv';
      for (let at = 0; at < stops.length; at += 2) {
        draw(name, `M${point(stops[at])}L${point(stops[at + 1])}`);
      }
      if (level === newest && end === level.to) draw(`end ${tone}`, `M${point(end)}h0`);
    }
  };

  // Equal columns of the field, each with the runs in it: what a pointer or a key reads.
  const columnsOf = (runs, x, height, unit) => {
    const columns = [];
    runs.forEach((run, at) => {
      const column = Math.min(Math.floor(x(run.time, at) * COLUMNS / WIDTH), COLUMNS - 1);
      (columns[column] ??= []).push(run);
    });
    return Object.entries(columns).map(([column, members]) => {
      const [left, right] = [0, 1].map((end) => Math.round((+column + end) * WIDTH / COLUMNS));
      const link = svg('a', { href: '#runs', tabindex: -1 });
      link.append(svg('title', {}, titleOf(members, unit)),
        svg('path', { d: `M${left} 0V${height}H${right}V0` }));
      return link;
    });
  };

  // Of texts that cover each other the later ones go.
  const thin = (texts) => {
    const taken = [];
    for (const text of texts) {
      const box = text.getBoundingClientRect();
      const covers = taken.some((other) => other.top < box.bottom && box.top < other.bottom &&
        other.left < box.right + 6 && box.left < other.right + 6);
      if (covers) (text.closest('g') || text).remove();
      else if (box.width) taken.push(box);
    }
  };

  // The newest level, and the ticks that leave it room.
  const gutterTexts = (level, ticks, y, unit, tone) => {
    const now = level === false ? -99 : y(level);
    const texts = ticks.filter((tick) => Math.abs(y(tick) - now) >= 15)
      .map((tick) => svg('text', { y: y(tick) + 4 }, quantity(tick, unit)));
    if (level === false) return texts;
    const name = `now ${tone}`;
    return [svg('text', { y: now + 5, class: name }, quantity(level, unit)), ...texts];
  };

  // Flags keep what they say and move to their place in the range; each draws its line.
  const moveFlags = (draw, paths, lane, series, { x, from, to }, height) => {
    for (const flag of lane ? all('g', lane) : []) {
      const line = flag.querySelector('line');
      const time = series.timeOf(parseFloat(line.getAttribute('x1')) * 10);
      if (time < from || time > to) {
        flag.remove();
        continue;
      }
      const left = x(time);
      const kind = toneOf(flag);
      // A flag that stands once for each width of the field is one change.
      const d = `M${left} 0V${height}`;
      const name = kind === 'r' ? 'rc' : `ev ${kind}`;
      if (!paths[name]?.includes(d)) draw(name, d);
      setAll(line, { x1: percent(left), x2: percent(left) });
      const isLate = left > WIDTH * 0.7;
      setAll(flag.querySelector('text'),
        { x: percent(left), dx: isLate ? -5 : 5, 'text-anchor': isLate ? 'end' : 'start' });
    }
  };

  // `original` is the chart that the page came with, `series` its data, `view` what to show.
  const drawRange = (plot, original, series, view) => {
    const { runs, levels, newest, unit } = series;
    const copy = original.cloneNode(true);
    const part = (name) => copy.querySelector(`.${name}`);
    const [lane, field, gutter, axis] = ['ln', 'fd', 'gt', 'ax'].map(part);
    const height = field.viewBox.baseVal.height;
    const [from, to] = [runs[0].time, runs.at(-1).time];
    const range = valueRange(runs, levels, view.up);
    const { x, y } = scalesOf(runs, range, height, view);
    const tone = toneOf(field.querySelector('.end'));
    const paths = {};
    const draw = (name, d) => { paths[name] = (paths[name] || '') + d; };

    const gaps = gapEnds(runs);
    for (const at of view.across ? [] : gaps) {
      const [left, right] = [x(runs[at - 1].time) + 2, x(runs[at].time) - 2];
      if (left < right) draw('gap', `M${left} 0H${right}V${height}H${left}z`);
    }
    const ticks = valueTicks(range, unit);
    for (const tick of ticks) draw('g', `M0 ${y(tick)}H${WIDTH}`);
    runs.forEach(({ time, value, flags }, at) => {
      const [left, top] = [x(time, at), y(value)];
      const name = ['infrastructure', 'outlier'].find((flag) => flags.includes(flag))?.slice(0, 3);
      if (top < 0 || top > height) draw('clip', `M${left} ${top < 0 ? 0 : height - CLIP}v${CLIP}`);
      else if (!name) draw(runs.length > DENSE ? 'd1' : 'd', `M${left} ${top}h0`);
      else for (const layer of [name, `${name}i`]) draw(layer, `M${left} ${top}h0`);
    });
    drawLevels(draw, { x, y }, levels, newest, runs, gaps, tone);
    const isNewestShown = levels.includes(newest) && newest.to <= to;
    for (const [name, { value, since }] of Object.entries(isNewestShown ? series.lines : {})) {
      if (y(value) >= 0 && y(value) <= height) {
        draw(name, `M${since <= from ? 0 : x(since)} ${y(value)}H${WIDTH}`);
      }
    }

    moveFlags(draw, paths, lane, series, { x, from, to }, height);
    const changes = all('a.ev', field).filter((link) => {
      const shape = link.querySelector('path');
      const time = series.timeOf(parseInt(shape.getAttribute('d').slice(1), 10) + 5);
      const left = x(time);
      shape.setAttribute('d', `M${left - 5} 0V${height}H${left + 5}V0`);
      return time >= from && time <= to;
    });
    field.replaceChildren(
      ...ORDER.filter((name) => paths[name])
        .map((name) => svg('path', { class: name, d: paths[name] })),
      ...columnsOf(runs, x, height, unit), ...changes);

    gutter?.replaceChildren(...gutterTexts(isNewestShown && newest.last, ticks, y, unit, tone));
    const days = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (runs.length - 1)));
    const times = view.across ? days.map((at) => [runs[at].time, dayText(runs[at].time), at])
      : timeTicks(from, to);
    axis.setAttribute('height', 20);
    axis.replaceChildren(...times.map(([time, label, at]) => {
      const left = x(time, at);
      const anchor = left < 60 ? 's' : left > 940 ? 'e' : '';
      return svg('text', { x: percent(left), class: anchor }, label);
    }));
    plot.replaceChildren(...copy.childNodes);
    thin(all('.ln text, .ax text', plot));
  };

  // All runs and levels of a series, with times as numbers.
  const seriesAt = async (url, first, last) => {
    const data = await seriesOf(url);
    const runs = data.runs.filter(({ value }) => value !== null);
    const levels = data.levels.map((level) =>
      ({ ...level, from: Date.parse(level.from), to: Date.parse(level.to) }));
    const { baseline, threshold, better } = data;
    const bound = baseline * { lower: 1 + threshold, higher: 1 - threshold }[better];
    const starts = [...levels.map(({ from }) => from), ...runs.map(({ time }) => time)];
    // The time of a place across the whole chart: of the change or run there, if there is one.
    const timeOf = (x) => {
      const unit = (last - first) / (WIDTH - 2 * EDGE);
      const time = first + (x - EDGE) * unit;
      return starts.find((start) => Math.abs(start - time) <= unit) ?? time;
    };
    return { runs, levels, newest: levels.at(-1), baseline, bound, timeOf, unit: data.unit };
  };

  // Dragging along an element gives the shares of it where the drag began and where it is.
  const brush = (element, notify) => {
    const shareOf = ({ clientX }) => {
      const { left, width } = element.getBoundingClientRect();
      return (clientX - left) / width;
    };
    let start = null;
    element.addEventListener('pointerdown', (event) => {
      start = shareOf(event);
      element.setPointerCapture(event.pointerId);
    });
    for (const name of ['pointermove', 'pointerup', 'pointercancel']) {
      element.addEventListener(name, (event) => {
        if (start === null) return;
        const ends = [start, shareOf(event)].sort((a, b) => a - b);
        const isDone = name !== 'pointermove';
        // A click is no range.
        if (ends[1] - ends[0] > 0.01) notify(...ends, isDone);
        if (isDone) start = null;
      });
    }
  };

  const setUp = (form) => {
    const figure = form.closest('figure');
    const plot = figure.querySelector('.ch');
    const original = plot.cloneNode(true);
    // The ends of the axis, which stand still for a while, and the newest run.
    const [first, last, newest] = plot.dataset.x.split(' ').slice(1).map((time) => time / 1000);
    const strip = figure.querySelector('.strip');
    const { from, to, x: across, y: up } = form.elements;
    const status = form.querySelector('output');
    let loading;

    const bounds = () => [
      from.value ? Date.parse(from.value) : -Infinity,
      to.value ? Date.parse(to.value) + DAY - 1 : Infinity,
    ];
    const select = ([start, end]) => {
      const place = (time) => EDGE +
        (Math.min(Math.max(time, first), last) - first) / (last - first) * (WIDTH - 2 * EDGE);
      const [left, right] = [place(start), place(end)];
      strip?.querySelector('.sel').setAttribute('d', from.value || to.value
        ? `M0 0H${left}V44H0zM${right} 0H${WIDTH}V44H${right}z` : '');
    };

    const show = async () => {
      const [start, end] = bounds();
      const view = { across: across.value === 'commits', up: up.value };
      setQuery({ from: from.value, to: to.value, x: across.value, y: up.value });
      select([start, end]);
      for (const button of all('button[data-days]', form)) {
        const begin = button.dataset.days && isoDay(newest - button.dataset.days * DAY);
        button.setAttribute('aria-pressed', String(from.value === begin && !to.value));
      }
      if (!from.value && !to.value && !view.across && !view.up) {
        plot.replaceChildren(...original.cloneNode(true).childNodes);
        status.textContent = '';
        return;
      }
      loading ??= seriesAt(form.dataset.series, first, last);
      const series = await loading;
      const isShown = ({ from: begins, to: ends, time = begins }) =>
        (ends ?? time) >= start && time <= end;
      const runs = series.runs.filter(isShown);
      status.textContent = runs.length === 1 ? '1 run'
        : `${runs.length ? runs.length.toLocaleString('en-US') : 'No'} runs`;
      if (!runs.length) return;
      const levels = series.levels.filter((level) => isShown(level));
      const since = levels.at(-1)?.from;
      drawRange(plot, original, { ...series, runs, levels, lines: {
        base: { value: series.baseline, since }, thr: { value: series.bound, since } } }, view);
    };
    const refresh = () => show().catch(() => {
      status.textContent = 'The data of this series cannot be loaded.';
    });

    form.addEventListener('change', refresh);
    for (const button of all('button[data-days]', form)) {
      button.addEventListener('click', () => {
        from.value = button.dataset.days && isoDay(newest - button.dataset.days * DAY);
        to.value = '';
        refresh();
      });
    }
    if (strip) brush(strip, (start, end, isDone) => {
      const timeAt = (share) => first +
        Math.min(Math.max((share * WIDTH - EDGE) / (WIDTH - 2 * EDGE), 0), 1) * (last - first);
      [from.value, to.value] = [start, end].map((share) => isoDay(timeAt(share)));
      if (isDone) refresh();
      else select(bounds());
    });
    const query = new URLSearchParams(location.search);
    for (const field of [from, to, across, up]) {
      field.value ||= query.get(field.name) || '';
      if (field.selectedIndex < 0) field.value = '';
    }
    form.dataset.ready = '';
    refresh();
  };

  return setUp;
};
