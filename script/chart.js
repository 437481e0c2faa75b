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
  // Links with a title of their own, and columns that share one link.
  const marks = () => all('.fd a:not(.cs), .fd .cs path', plot);
  const markAt = (element) => marks().find((mark) => mark.contains(element));
  if (!marks().length) return;
  const out = make('p', '', 'readout');
  out.setAttribute('aria-live', 'polite');
  (plot.parentElement.querySelector('.nav') || plot).after(out);
  plot.setAttribute('tabindex', '0');
  plot.setAttribute('aria-roledescription', 'interactive chart');

  let current = null;
  const show = (element) => {
    if (!element || element === current) return;
    current?.classList.remove('on');
    current = element;
    current.classList.add('on');
    out.textContent = current.querySelector('title').textContent;
  };

  const keys = {
    ArrowRight: [false, 1],
    ArrowLeft: [false, -1],
    PageDown: [true, 1],
    PageUp: [true, -1],
    Home: [false, 1, true],
    End: [false, -1, true],
  };
  plot.addEventListener('focus', () => {
    if (!current) out.textContent = 'Arrow keys: runs. Page Up/Down: changes. Enter: open.';
  });
  plot.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const link = event.key === 'Enter' && current?.closest('a');
    if (link) location.assign(link.href.baseVal);
    if (!Object.hasOwn(keys, event.key)) return;
    const [isEvent, step, far] = keys[event.key];
    const entries = marks().filter((mark) => mark.classList.contains('ev') === isEvent);
    if (entries.length) event.preventDefault();
    // A chart that was drawn anew has other links.
    show(next(entries, far || !current?.isConnected ? null : current, step));
  });
  // A finger has no hover: the first tap reads, the second opens.
  let touched = null;
  let wasRead = false;
  const on = (name, act) => plot.addEventListener(name, (event) => {
    const mark = markAt(event.target);
    if (mark) act(mark, event);
  });
  on('pointerover', show);
  on('pointerdown', (mark, { pointerType }) => {
    wasRead = pointerType !== 'touch' || mark === touched;
    touched = mark;
  });
  on('click', (mark, event) => {
    if (!wasRead) event.preventDefault();
    show(mark);
    wasRead = true;
  });
};

// Each line of a comparison can be hidden.
const lines = (plot) => {
  const labels = all('.gt .t', plot);
  if (labels.length < 2) return;
  const group = setAll(make('span', undefined, 'lines'), { role: 'group', 'aria-label': 'Lines' });
  for (const label of labels) {
    const slot = label.classList[1];
    const button = setAll(make('button', label.textContent, slot),
      { type: 'button', 'aria-pressed': 'true' });
    button.addEventListener('click', () => {
      const isHidden = button.getAttribute('aria-pressed') === 'true';
      button.setAttribute('aria-pressed', String(!isHidden));
      for (const part of all(`.fd .${slot}, .gt .${slot}`, plot)) {
        part.toggleAttribute('hidden', isHidden);
      }
    });
    group.append(button);
  }
  plot.parentElement.querySelector('figcaption').append(group);
};

feature('.ch[id]', chart);
feature('.ch.wg', lines);
