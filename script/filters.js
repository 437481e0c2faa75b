// Filters: the rows are in the page, the state is in the address

const KEYS = ['q', 'backend', 'test', 'mode', 'n', 'show'];
const SHOWN = {
  worse: ['regressed'],
  better: ['improved'],
  changed: ['regressed', 'improved', 'accepted', 'infrastructure', 'not_compared'],
};
const PREFIXES = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

// 1000, 1,000, 1e3 and 1k are one number; NaN where the text is none.
const numberOf = (text) => {
  const parts = /^(\d[\d.]*(?:e\d+)?)([kmg]?)$/.exec(text.replace(/[\s,_]/g, '').toLowerCase());
  return parts ? Number(parts[1]) * PREFIXES[parts[2]] : NaN;
};

// The ends of `1k`, `1k..1M`, `1k..` or `..1M`; an end that is no number is NaN.
const rangeOf = (text) => {
  const [low, high = low, ...others] = text.split('..').map((end) => end.trim());
  if (others.length) return [NaN, NaN];
  return [low ? numberOf(low) : 0, high ? numberOf(high) : Infinity];
};

// An attribute of a row, in this order; its text is empty on rows that list no series.
const dataOf = ({ dataset: { f = '' } }) => {
  const [backend, test, mode, n, verdict] = f.split(' ');
  return { backend, test, mode, n: n > 0 && Number(n), verdict };
};

const matches = ({ data, text }, chosen, [low, high]) =>
  plain(chosen.q || '').split(/\s+/).every((word) => text.includes(word)) &&
  (!chosen.backend || chosen.backend === data.backend) &&
  (!chosen.test || chosen.test === data.test) &&
  (!chosen.mode || chosen.mode === data.mode) &&
  (!chosen.n || Number.isNaN(low + high) || (data.n && data.n >= low && data.n <= high)) &&
  (!chosen.show || (SHOWN[chosen.show] || [chosen.show]).includes(data.verdict));

// Rows under one heading: opened where a filter hits, hidden where it does not.
const groupOf = (table) => {
  const fold = table.closest('details');
  const sorting = table.previousElementSibling?.matches('.sortby') && table.previousElementSibling;
  const before = (sorting || table).previousElementSibling;
  const head = fold ? fold.querySelector('summary') : before?.matches('h2, h3') && before;
  const note = head && head.querySelector('.note');
  const [wasOpen, words] = [fold?.open, note?.textContent];
  const rows = [...table.tBodies[0].rows];
  return (active) => {
    const left = rows.filter((row) => !row.hidden).length;
    for (const part of [table, sorting, head, fold]) if (part) part.hidden = !left;
    if (fold) fold.open = active ? left > 0 : wasOpen;
    if (note) note.textContent = active ? `${left} of ${rows.length}` : words;
  };
};

const filters = (form) => {
  // Other tables of the page list no series.
  const tables = all('main table').filter((table) => table.tBodies[0]?.rows[0]?.dataset.f);
  const groups = tables.map(groupOf);
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]).map((row) => (
    { row, data: dataOf(row), text: plain(`${row.textContent} ${row.dataset.f}`) }));
  const query = new URLSearchParams(location.search);
  const fields = KEYS.map((key) => form.elements[key]).filter(Boolean);
  const count = document.querySelector('p.count');
  form.reset(); // A reload may restore old input.
  const defaults = Object.fromEntries(fields.map((field) => [field.name, field.value]));

  const update = () => {
    const chosen = Object.fromEntries(fields.map(({ name, value }) =>
      [name, value === defaults[name] ? '' : value.trim()]));
    const range = rangeOf(chosen.n || '');
    const wrong = Number.isNaN(range[0] + range[1]);
    form.elements.n?.setAttribute('aria-invalid', String(wrong));
    for (const entry of rows) entry.row.hidden = !matches(entry, chosen, range);
    const active = rows.some(({ row }) => row.hidden);
    for (const refresh of groups) refresh(active);
    const left = rows.filter(({ row }) => !row.hidden).length;
    const shown = `${left} of ${rows.length} shown.`;
    count.textContent = wrong
      ? `${shown} “${chosen.n}” is not a number. Write 1000, 1e6, 1M or 1k..1M.` : shown;
    setQuery(chosen);
  };
  form.addEventListener('input', update);
  form.addEventListener('reset', () => setTimeout(update));
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const field of fields) {
    field.value = query.get(field.name) ?? defaults[field.name];
    if (field.selectedIndex < 0) field.selectedIndex = 0;
  }
  update();
};

feature('form.filters', filters);
