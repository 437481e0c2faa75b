// The theme switch and the copy buttons

const themeSwitch = (select) => {
  const show = () => {
    select.value = root.dataset.theme || 'auto';
  };
  select.addEventListener('change', () => {
    applyTheme(select.value);
    try {
      localStorage.setItem(THEME, select.value);
    } catch {
      // The choice then lasts as long as the page.
    }
  });
  // Another tab of the site.
  addEventListener('storage', (event) => {
    if (event.key !== THEME) return;
    applyTheme(event.newValue);
    show();
  });
  show();
};

// Also where a page may not use the clipboard: over http, and in frames.
const writeToClipboard = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', text, 'vh');
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error(text);
  }
};

// data-link is an address, made absolute; an empty one is this page with its state. data-copy is
// text.
const copy = (button) => {
  const label = button.textContent;
  button.addEventListener('click', async () => {
    const { link, copy: text } = button.dataset;
    const value = link === undefined ? text : new URL(link, here()).href;
    // The button keeps its width, so that nothing beside it moves.
    button.style.minWidth = `${button.offsetWidth}px`;
    const done = await writeToClipboard(value).then(() => true, () => false);
    button.textContent = done ? 'Copied' : 'Not copied';
    say(done ? 'Copied.' : 'The browser does not let this page copy.');
    button.focus();
    setTimeout(() => { button.textContent = label; }, 2000);
  });
};

feature('select.theme', themeSwitch);
feature('button.copy', copy);
