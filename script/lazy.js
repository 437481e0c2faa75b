// Features whose script a page loads when somebody uses them

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
  // A page that is read from disk cannot read its data.
  form.hidden = location.protocol === 'file:';
  if (form.hidden) return;
  fillRange(form);
  let loading;
  window.addRange = (give) =>
    give({ all, setAll, json, pageUrl, setQuery, quantity, scaleOf })(form);
  const load = () => {
    loading ??= loadScripts(form);
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

feature('form.range', ranges);
