// Compare picker: the page of a pair if it has one, else a table from the data

const number = (value, options = { maximumSignificantDigits: 3 }) =>
  Number.isFinite(value) ? value.toLocaleString('en-US', options).replace('-', '\u2212') : '–';
const PERCENT = { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' };

const compared = (base, head) =>
  Object.keys({ ...base, ...head })
    .map((id) => [id, base[id], head[id], base[id] ? head[id] / base[id] - 1 : NaN])
    .sort((a, b) => Math.abs(b[3] || 0) - Math.abs(a[3] || 0) || (a[0] < b[0] ? -1 : 1))
    .map(([id, before, after, change]) =>
      [id, number(before), number(after), number(change, PERCENT)]);

const fill = (table, lines) => {
  const [top, body] = [make('thead'), make('tbody')];
  lines.forEach((cells, at) => {
    const tr = make('tr');
    cells.forEach((text, column) => {
      const heads = !at || !column;
      const cell = make(heads ? 'th' : 'td', text, column ? 'r' : '');
      if (heads) cell.scope = at ? 'row' : 'col';
      tr.append(cell);
    });
    (at ? body : top).append(tr);
  });
  table.replaceChildren(make('caption', 'In base units, largest change first.'), top, body);
};

const picker = (form) => {
  const list = new URL(form.dataset.diffs, location.href);
  const status = make('p', '', 'picked');
  status.setAttribute('role', 'status');
  const table = make('table', undefined, 'stack');
  form.after(status, table);

  const query = new URLSearchParams(location.search);
  for (const name of ['base', 'head']) {
    const wanted = query.get(name);
    const select = form.elements[name];
    if (!wanted || ['main', 'latest'].includes(wanted)) continue;
    select.value = wanted;
    if (select.selectedIndex < 0) select.add(new Option(wanted, wanted, true, true));
  }

  const valuesOf = async (id) => {
    const url = new URL(`commit/${encodeURIComponent(id)}.json`, list);
    return (await json(url)).values || {};
  };
  const compare = async (base, head) => {
    const { diffs = [] } = await json(list);
    if (diffs.some((diff) => diff.base === base && diff.head === head)) {
      location.assign(`${encodeURIComponent(base)}..${encodeURIComponent(head)}/`);
      return;
    }
    const rows = compared(...(await Promise.all([valuesOf(base), valuesOf(head)])));
    fill(table, [['Series', base, head, 'Change'], ...rows]);
    status.textContent = `${rows.length} series. Computed in your browser; not a verdict.`;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    status.textContent = 'Loading…';
    compare(form.elements.base.value, form.elements.head.value).catch(() => {
      table.replaceChildren();
      status.textContent = 'One of these commits has no data.';
    });
  });
  if (query.has('base') && query.has('head')) form.requestSubmit();
};

feature('form.picker', picker);
