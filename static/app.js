// What JavaScript adds to a page; every page is complete without it. Each feature looks for its own
// markup and does nothing where that is missing. Text enters the page as text, never as markup.
'use strict';

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const make = (name, text, className) => {
    const element = document.createElement(name);
    element.dataset.js = '';
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const json = async (url) => {
    const answer = await fetch(url);
    if (!answer.ok) throw answer;
    return answer.json();
  };

  // Charts: one tab stop each; a line below names the mark under the pointer

  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return box.left + box.width / 2;
  };

  // The nearest entry to the right (step 1) or left (step -1) on screen, else the last that way.
  const next = (entries, current, step) => {
    const at = current ? middle(current) : -Infinity * step;
    const away = (entry) => (middle(entry) - at) * step;
    const ordered = [...entries].sort((a, b) => (middle(a) - middle(b)) * step);
    return ordered.find((entry) => away(entry) > 0) || ordered.pop();
  };

  const chart = (root) => {
    const links = all('.fd a', root);
    if (!links.length) return;
    const out = make('p', '', 'readout');
    out.setAttribute('aria-live', 'polite');
    (root.parentElement.querySelector('.nav') || root).after(out);
    root.setAttribute('tabindex', '0');
    root.setAttribute('aria-roledescription', 'interactive chart');

    let current = null;
    const show = (element) => {
      if (!element || element === current) return;
      if (current) current.classList.remove('on');
      current = element;
      current.classList.add('on');
      out.textContent = (current.querySelector('title') || current).textContent;
    };

    const runs = links.filter((a) => !a.classList.contains('ev'));
    const events = links.filter((a) => !runs.includes(a));
    const keys = {
      ArrowRight: [runs, 1],
      ArrowLeft: [runs, -1],
      PageDown: [events, 1],
      PageUp: [events, -1],
      Home: [runs, 1, true],
      End: [runs, -1, true],
    };
    root.addEventListener('focus', () => {
      if (!current) out.textContent = 'Arrow keys: runs. Page Up/Down: changes. Enter: open.';
    });
    root.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === 'Enter' && current) location.assign(current.href.baseVal);
      if (!Object.hasOwn(keys, event.key)) return;
      const [entries, step, far] = keys[event.key];
      if (entries.length) event.preventDefault();
      show(next(entries, far ? null : current, step));
    });
    for (const element of links) element.addEventListener('pointerenter', () => show(element));
  };

  // Ages: computed here, because a page does not know when it is read

  const ago = (ms) => {
    const minutes = Math.floor(ms / 60000);
    const [size, name] =
      minutes < 90 ? [1, 'minute'] : minutes < 2160 ? [60, 'hour'] : [1440, 'day'];
    const count = Math.floor(minutes / size);
    return `${count} ${name}${count === 1 ? '' : 's'} ago`;
  };

  const age = (time) => {
    const passed = Date.now() - Date.parse(time.dateTime);
    if (passed >= 0) time.after(make('span', ` (${ago(passed)})`, 'age'));
  };

  const stale = (bar) => {
    const { newest, staleAfterDays, demo } = document.body.dataset;
    const days = (Date.now() - Date.parse(newest)) / 86400000;
    if (demo !== undefined || !bar.hidden || !(days > Number(staleAfterDays))) return;
    const date = new Date(newest).toISOString().slice(0, 10);
    bar.textContent =
      `The latest result is ${Math.floor(days)} days old (${date}, UTC). ` +
      'No new results arrive, or this site is no longer built.';
    bar.hidden = false;
  };

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
    form.hidden = false;
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
    form.hidden = false;
    if (query.has('base') && query.has('head')) form.requestSubmit();
  };

  // Copy buttons

  const copy = (button) => {
    if (!navigator.clipboard) return;
    const label = button.textContent;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = label; }, 2000);
    });
    button.hidden = false;
  };

  // Not found

  // Levenshtein.
  const distance = (a, b) => {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (const x of a) {
      const above = row;
      row = [above[0] + 1];
      for (let j = 0; j < b.length; j += 1) {
        row.push(Math.min(row[j] + 1, above[j + 1] + 1, above[j] + (x !== b[j])));
      }
    }
    return row[b.length];
  };

  const near = (path, series) => {
    const pages = {};
    series.slice(0, 4000).forEach(({ id, url }) => {
      const [test, backend] = id.split('/');
      pages[`series/${id}/`] = url;
      pages[`test/${test}/`] = pages[`backend/${backend}/`] = '';
    });
    return Object.keys(pages)
      .map((page) => [distance(path, page), page])
      .filter(([away, page]) => away <= page.length * 0.4)
      .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
      .slice(0, 5)
      .map(([, page]) => [pages[page] || page, page]);
  };

  const suggestPages = async (place) => {
    const { root } = place.dataset;
    if (!location.pathname.startsWith(root)) return;
    const path = location.pathname.slice(root.length, root.length + 300);
    // A leading slash would make it another host.
    const low = `${path}/`.toLowerCase().replace(/\/+/g, '/').replace(/^\//, '');
    const guesses = new Map();
    const commit = /^commit\/([0-9a-f]{12})[0-9a-f]{1,28}\/$/.exec(low);
    const diff = /^diff\/([^/]+?)\.\.([^/]+)\//.exec(low);
    if (commit) guesses.set(`commit/${commit[1]}/`, `Commit ${commit[1]}`);
    if (diff) {
      const [base, head] = diff.slice(1).map((id) => id.replace(/^([0-9a-f]{12})[0-9a-f]+$/, '$1'));
      guesses.set(`diff/?base=${base}&head=${head}`, `Compare ${base} with ${head}`);
    }
    if (!commit && !diff && /[A-Z]/.test(path)) guesses.set(low, low);
    const index = await json(`${root}api/v1/index.json`).catch(() => ({}));
    if (!commit && !diff) near(low, index.series || []).forEach((p) => guesses.set(...p));
    if (!guesses.size) return;
    const listing = make('ul');
    for (const [to, text] of guesses) {
      const a = make('a', text);
      a.href = root + to;
      listing.append(make('li'));
      listing.lastChild.append(a);
    }
    place.append(make('p', 'Did you mean:'), listing);
  };

  const start = (selector, feature) => all(selector).forEach(feature);
  start('.ch[id]', chart);
  if (!document.body.dataset.demo) start('time[data-age]', age);
  start('p#stale', stale);
  start('form.filters', filters);
  start('form.picker', picker);
  start('button.copy', copy);
  start('#not-found', suggestPages);
})();
