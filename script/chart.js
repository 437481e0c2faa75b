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

const chart = (plot) => {
  const links = all('.fd a', plot);
  if (!links.length) return;
  const out = make('p', '', 'readout');
  out.setAttribute('aria-live', 'polite');
  (plot.parentElement.querySelector('.nav') || plot).after(out);
  plot.setAttribute('tabindex', '0');
  plot.setAttribute('aria-roledescription', 'interactive chart');

  let current = null;
  let touched = null;
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
  plot.addEventListener('focus', () => {
    if (!current) out.textContent = 'Arrow keys: runs. Page Up/Down: changes. Enter: open.';
  });
  plot.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' && current) location.assign(current.href.baseVal);
    if (!Object.hasOwn(keys, event.key)) return;
    const [entries, step, far] = keys[event.key];
    if (entries.length) event.preventDefault();
    show(next(entries, far ? null : current, step));
  });
  for (const element of links) {
    element.addEventListener('pointerenter', () => show(element));
    // A finger has no hover: the first tap reads, the second opens.
    let wasRead = false;
    element.addEventListener('pointerdown', ({ pointerType }) => {
      wasRead = pointerType !== 'touch' || element === touched;
      touched = element;
    });
    element.addEventListener('click', (event) => {
      if (!wasRead) event.preventDefault();
      show(element);
      wasRead = true;
    });
  }
};

feature('.ch[id]', chart);
