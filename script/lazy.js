// Features whose script a page loads when somebody uses them

// The range controls and the table of a series, from the script that the page names.
let seriesTools;
const loadSeriesTools = () => {
  seriesTools ??= new Promise((resolve) => {
    window.addSeries = (give) => resolve(
      give({ all, cell, json, make, pageUrl, quantity, say, scaleOf, setAll, setQuery }));
    loadScripts(document.querySelector('p.act'));
  });
  return seriesTools;
};

// A page that is read from disk cannot read its data.
const hideOnDisk = (element) => {
  element.hidden = location.protocol === 'file:';
  return element.hidden;
};

// The controls of a range, which a page without this script has no use for.
const fillRange = (form) => {
  const options = (pairs) =>
    pairs.map(([text, value]) => setAll(make('option', text), { value }));
  const days = setAll(make('span'), { role: 'group', 'aria-label': 'Range' });
  days.append(...[['30 d', 30], ['90 d', 90], ['1 y', 365], ['All', '']].map(([text, count]) =>
    setAll(make('button', text), { type: 'button', 'data-days': count })));
  const dates = ['From', 'To'].map((text) => {
    const label = make('label', `${text} `);
    label.append(setAll(make('input'), { type: 'date', name: text.toLowerCase() }));
    return label;
  });
  const axes = [
    ['x', 'Horizontal', [['Time', ''], ['Commits', 'commits']]],
    ['y', 'Vertical', [['Linear', ''], ['Logarithmic', 'log'], ['From zero', 'zero']]],
  ].map(([name, which, choices]) => {
    const select = setAll(make('select'), { name, 'aria-label': `${which} axis` });
    select.append(...options(choices));
    return select;
  });
  form.append(days, ...dates, ...axes, make('output', '', 'note'));
};

// Loads the script of a form at the first touch of it, or where the address has its state.
const ranges = (form) => {
  if (hideOnDisk(form)) return;
  fillRange(form);
  let loading;
  const load = () => {
    loading ??= loadSeriesTools().then(({ range }) => range(form));
    return loading;
  };
  const figure = form.closest('figure');
  for (const name of ['pointerover', 'focusin']) figure.addEventListener(name, load);
  // A click before the script is there counts when it is.
  form.addEventListener('click', async ({ target }) => {
    if (form.dataset.ready !== undefined) return;
    await load();
    target.click();
  }, { once: true });
  form.addEventListener('submit', (event) => event.preventDefault());
  const query = new URLSearchParams(location.search);
  if ([...form.elements].some(({ name }) => name && query.has(name))) load();
};

// The link before the button is the data.
const csv = (button) => {
  if (hideOnDisk(button)) return;
  button.addEventListener('click', async () => {
    const { saveCsv } = await loadSeriesTools();
    saveCsv(button.previousElementSibling.href);
  });
};

feature('form.range', ranges);
feature('button.csv', csv);
