// Features whose script a page loads when somebody uses them

// Loads the script of a form at the first touch of it, or where the address has its state.
const ranges = (form) => {
  // A page that is read from disk cannot read its data.
  form.hidden = location.protocol === 'file:';
  if (form.hidden) return;
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
