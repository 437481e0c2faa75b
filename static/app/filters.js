// Filters: the rows are in the page, the state is in the address

const KEYS = ['backend', 'mode', 'test', 'n', 'show', 'runner', 'from', 'to', 'sort'];
const SHOWN = {
  worse: ['regressed'],
  better: ['improved'],
  changed: ['regressed', 'improved', 'accepted', 'infrastructure', 'not_compared'],
};

const inRange = (range, n) => {
  const [, low, dots, high] = /^(\d*)(\.\.)?(\d*)$/.exec(range.replace(/[\s,_]/g, '')) || [];
  if (!low && !high) return true;
  return dots ? n >= low && (!high || n <= high) : n === Number(low);
};

const modeOf = ({ mode = '', parallel }) =>
  parallel === 'true' && !mode.endsWith('-parallel') ? `${mode}-parallel` : mode;

const matches = (row, chosen) => {
  const has = (key, value) => !chosen[key] || chosen[key].split(',').includes(value);
  return (
    has('backend', row.backend) &&
    has('test', row.test) &&
    has('mode', modeOf(row)) &&
    (!chosen.n || inRange(chosen.n, Number(row.n))) &&
    (!SHOWN[chosen.show] || SHOWN[chosen.show].includes(row.verdict))
  );
};

const controlsOf = (form, key) => [...form.elements].filter((e) => e.name === key);
const isBox = (control) => control.type === 'checkbox' || control.type === 'radio';

// Boxes that are all on, or all off, filter nothing and count as ''.
const valueOf = (controls) => {
  if (!controls.length || !isBox(controls[0])) return controls.map((c) => c.value.trim()).join();
  const on = controls.filter((c) => c.checked).map((c) => c.value);
  return on.length === controls.length ? '' : on.sort().join();
};

const setValue = (controls, value) => {
  for (const control of controls) {
    if (isBox(control)) control.checked = value.split(',').includes(control.value);
    else control.value = value;
    if (control.selectedIndex < 0) control.selectedIndex = 0;
  }
};

const filters = (form) => {
  const rows = all('[data-backend][data-test]').filter((row) => !form.contains(row));
  const query = new URLSearchParams(location.search);
  const used = KEYS.filter((key) => controlsOf(form, key).length);
  const count = document.querySelector('p.count') || make('p', '', 'count');
  count.setAttribute('aria-live', 'polite');
  if (!count.isConnected) form.after(count);
  form.reset(); // A reload may restore old input.
  const read = () => Object.fromEntries(used.map((k) => [k, valueOf(controlsOf(form, k))]));
  const defaults = read();

  const apply = () => {
    const chosen = read();
    for (const row of rows) row.hidden = !matches(row.dataset, chosen);
    const left = rows.filter((row) => !row.hidden).length;
    count.textContent = `${left} of ${rows.length} series shown`;
    return chosen;
  };

  const remember = (chosen) => {
    const changed = KEYS.map((key) => [key, used.includes(key) ? chosen[key] : query.get(key)])
      .filter(([key, value]) => value !== null && value !== defaults[key]);
    const text = [...changed, ...[...query].filter(([key]) => !KEYS.includes(key))]
      .map((pair) => pair.map(encodeURIComponent).join('=').replaceAll('%2C', ','))
      .join('&');
    history.replaceState(null, '', (text ? `?${text}` : location.pathname) + location.hash);
  };

  const update = () => remember(apply());
  form.addEventListener('input', update);
  form.addEventListener('reset', () => setTimeout(update));
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const key of used) setValue(controlsOf(form, key), query.get(key) ?? defaults[key]);
  update();
};

feature('form.filters', filters);
