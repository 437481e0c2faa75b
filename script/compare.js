// Compare any two commits: the page of the pair if it has one, else a table from the data, by the
// rules of the report (crates/detect/src/compare.rs)

const MIN_Z = 3;
const NOISE_FLOOR = 1e-4;
const MOST_ROWS = 500;
const PERCENT = { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' };

// A column is an array, or a usual value and the other ones with their rows, or one value for all.
const cell = (column, row) => {
  if (Array.isArray(column)) return column[row];
  if (!column?.other) return column;
  column.byRow ??= new Map(column.other);
  return column.byRow.has(row) ? column.byRow.get(row) : column.usual;
};

const wordFor = ({ unit, better }, worse) => {
  if (better === 'unknown') return 'different';
  if (unit === 'ns' || unit.endsWith('/s')) return worse ? 'slower' : 'faster';
  if (unit === 'B') return worse ? 'larger' : 'smaller';
  return worse ? 'worse' : 'better';
};

const runnerDifference = (before, after) => {
  const changed = Object.keys({ ...before.runner, ...after.runner })
    .filter((name) => before.runner[name] !== after.runner[name])
    .map((name) => `${name} ${before.runner[name] ?? 'not recorded'} → ` +
      `${after.runner[name] ?? 'not recorded'}`);
  if (before.version !== after.version) changed.push('the benchmark has another version');
  return `the runner differs${changed.length ? `: ${changed.join(', ')}` : ''}`;
};

// One series: { before, after, change, word } or, where it cannot be compared, { reason }.
const judge = (series, before, after) => {
  if (!after) return { reason: 'not measured at the head' };
  if (!before) return { reason: 'not measured at the base' };
  const { level, runs: count, segment } = before;
  if (after.value === null || level === null) return { reason: 'the run failed' };
  const remark = after.remark || (before.remark === 'outlier' ? '' : before.remark);
  if (remark && remark !== 'outlier') return { reason: remark.replace('_', ' the ') };
  if (segment !== after.segment) return { reason: runnerDifference(before.runner, after.runner) };
  const positive = level > 0 && after.value > 0;
  const size = count > 1 ? Math.abs(level) : (Math.abs(level) + Math.abs(after.value)) / 2;
  const change = (level > 0 ? after.value / level - 1 : (after.value - level) / size) || 0;
  const shift = positive ? Math.log(after.value / level) : (after.value - level) / (size || 1);
  const deviation = Math.max(series.noise, NOISE_FLOOR) * Math.sqrt(1 / count + 1);
  const sure = series.noise !== null && Math.abs(shift) / deviation >= MIN_Z;
  const small = Math.abs(change) < series.threshold - 1e-9 ||
    Math.abs(after.value - level) < series.absolute_threshold * (1 - 1e-9);
  const worse = series.better === (change > 0 ? 'lower' : 'higher');
  let word = wordFor(series, worse);
  if (series.verdict === 'new') word = 'new';
  else if (small && series.noise !== null && !series.noise_floor) word = 'unchanged';
  else if (small || !sure || word === 'different') word = 'too noisy';
  else if (remark) word = 'outlier';
  return { before: level, after: after.value, change, word, worse };
};

// The rows of a commit by the place of their series.
const rowsOf = ({ series, value, level, levels, runs, segment, runner, runners, remarks }) => {
  const [rows, levelOf] = [new Map(), new Map(levels)];
  for (const [first, count] of series) {
    for (let at = first; at < first + count; at += 1) {
      const row = rows.size;
      const above = value[row] * (1 + cell(level, row) / 1e4);
      rows.set(at, { value: value[row], level: levelOf.has(row) ? levelOf.get(row) : above,
        runs: cell(runs, row), segment: cell(segment, row), runner: runners[cell(runner, row)],
        remark: Object.keys(remarks).find((name) => remarks[name].includes(row)) || '' });
    }
  }
  return rows;
};

const isChange = ({ word }) => !!word && !/^(unch|too|out|new)/.test(word);
const rankOf = (row) => (isChange(row) ? 1 + row.worse : 0);
const sizeOf = ({ change, series }) => Math.abs(change || 0) / (series.threshold || 1);

const compared = (index, base, head) => {
  const isOther = ({ list }) => list !== index.list;
  if (isOther(base) || isOther(head)) throw new Error('The site was just built anew. Try again.');
  const [before, after] = [rowsOf(base), rowsOf(head)];
  return index.series.map((series, at) => ({ series, at }))
    .filter(({ at }) => before.has(at) || after.has(at))
    .map(({ series, at }) => ({ series, ...judge(series, before.get(at), after.get(at)) }))
    .sort((a, b) => rankOf(b) - rankOf(a) || sizeOf(b) - sizeOf(a));
};

const counted = (rows) => {
  const counts = {};
  for (const { word = 'not compared' } of rows) counts[word] = (counts[word] || 0) + 1;
  return Object.entries(counts).map(([word, count]) => `${count} ${word}`).join(', ');
};

const cellOf = (row, [text, value, className, label]) => {
  const cell = make('td', text, className);
  if (label) cell.dataset.l = label;
  if (value !== undefined) cell.dataset.value = value;
  row.append(cell);
};

const lineOf = ({ series, before, after, change, word, worse, reason }) => {
  const row = make('tr');
  const known = names.get(series.id) || { label: series.id, path: series.url };
  const [head, link] = [make('th'), make('a', known.label)];
  head.scope = 'row';
  link.href = pageUrl(known.path);
  head.append(link);
  row.append(head);
  const tone = isChange({ word }) ? (worse ? 'worse' : 'better') : 'note';
  [
    [reason ? '–' : quantity(before, series.unit), before ?? '', 'r', 'Base'],
    [reason ? '–' : quantity(after, series.unit), after ?? '', 'r', 'Head'],
    [reason ? '–' : inDigits(change, PERCENT), change ?? '', 'r', 'Change'],
    [reason ? `not compared: ${reason}` : word, undefined, tone],
  ].forEach((cell) => cellOf(row, cell));
  return row;
};

const fill = (table, rows) => {
  const [top, body, heads] = [make('thead'), make('tbody'), make('tr')];
  ['Series', 'Base', 'Head', 'Change', 'Result'].forEach((text, at) => {
    heads.append(setAll(make('th', text, at % 4 ? 'r' : ''), { scope: 'col' }));
  });
  top.append(heads);
  body.append(...rows.slice(0, MOST_ROWS).map(lineOf));
  const cut = rows.length > MOST_ROWS ? ` The first ${MOST_ROWS} of ${rows.length}.` : '';
  const order = `Worse first, then better, the largest change first.${cut}`;
  table.replaceChildren(make('caption', order), top, body);
  sortable(table);
};

const MAIN = ['main', 'master', 'latest'];

// The commit that a name means: an id, its beginning, a tag, `#412`, or the newest as `main`.
const commitNamed = (text) => {
  const name = text.trim().toLowerCase();
  const has = (test) => commits.filter(test);
  const equal = has(({ slug, tags }) => slug === name || tags.includes(text.trim()));
  if (equal.length) return equal[0];
  if (MAIN.includes(name)) return commits.find(({ main }) => main);
  const begun = name.length < 7 ? [] : has(({ slug }) =>
    slug.startsWith(name) || (/^[0-9a-f]{13,}$/.test(name) && name.startsWith(slug)));
  if (begun.length > 1) throw new Error(`“${text}” begins several commits. Write more of it.`);
  if (!begun.length) throw new Error(`There is no measured commit or tag “${text}”.`);
  return begun[0];
};

const picker = (form) => {
  const list = new URL(form.dataset.diffs, location.href);
  const fields = ['base', 'head'].map((name) => form.elements[name]);
  const button = form.querySelector('button:not([data-js])');
  const status = make('p', '', 'picked');
  status.setAttribute('role', 'status');
  const table = make('table', undefined, 'stack');
  form.after(status, table);

  for (const field of fields) {
    const show = combobox(field, (query) => {
      if (!query.trim()) return null;
      const { best, count } = matching(commits.map((commit) => ({ ...commit, rank: 0 })), query);
      return { count, waiting: !loaded,
        hits: best.map(({ label, day, slug }) => ({ label, note: day, value: slug })) };
    });
    field.addEventListener('focus', () => {
      loadIndex().then(() => field === document.activeElement && show());
    });
  }
  const allow = () => {
    const [base, head] = fields.map(({ value }) => value.trim());
    button.disabled = !base || !head || base === head;
  };
  form.addEventListener('input', allow);
  form.addEventListener('change', allow);

  const compare = async () => {
    await loadIndex();
    const [base, head] = fields.map(({ value }) => commitNamed(value));
    if (base === head) throw new Error('Base and head are the same commit.');
    setQuery({ base: fields[0].value.trim(), head: fields[1].value.trim() });
    if (location.protocol === 'file:') {
      throw new Error('Comparing needs a web server. Run: benchpages serve');
    }
    const { diffs = [] } = await json(list);
    if (diffs.some((diff) => diff.base === base.slug && diff.head === head.slug)) {
      location.assign(`${encodeURIComponent(base.slug)}..${encodeURIComponent(head.slug)}/`);
      return;
    }
    const [index, ...files] = await Promise.all(['index', `commit/${base.slug}`,
      `commit/${head.slug}`].map((name) => json(new URL(`${name}.json`, list))));
    const rows = compared(index, ...files);
    fill(table, rows);
    const reasons = rows.map(({ reason }) => reason);
    // Where nothing can be compared, another machine is the reason that matters.
    const refusal = reasons.every(Boolean) &&
      (reasons.find((reason) => reason.startsWith('the runner')) || reasons[0] || 'no results');
    status.replaceChildren(
      make('b', refusal ? `Not compared: ${refusal}.` : `${counted(rows)}.`),
      ` ${base.label} (${base.day}) → ${head.label} (${head.day}). `,
      make('span', 'Computed in your browser; not a verdict.', 'note'));
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    status.textContent = 'Loading…';
    table.replaceChildren();
    compare().catch((error) => {
      status.textContent = error.message || 'One of these commits has no data.';
    });
  });

  const query = new URLSearchParams(location.search);
  for (const field of fields) field.value = query.get(field.name) || field.value;
  allow();
  if (query.has('base') && query.has('head')) form.requestSubmit();
};

feature('form.picker', picker);
