// A text field with a list of suggestions below it, as the ARIA pattern "combobox" has it

const MOST_SHOWN = 12;

// find(text) gives { hits, count } or null for no list; a hit is { label, note, href } or, where
// it is chosen and not opened, { label, note, value }.
const combobox = (input, find) => {
  const id = `${input.id}-list`;
  const list = setAll(make('div', undefined, 'found'), {
    id, role: 'listbox', 'aria-label': input.labels[0].textContent.trim(),
  });
  list.hidden = true;
  input.after(list);
  setAll(input, {
    role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-expanded': 'false',
    autocomplete: 'off', spellcheck: 'false',
  });
  let options = [];
  let active = -1;

  const mark = (at) => {
    options[active]?.setAttribute('aria-selected', 'false');
    active = at;
    const option = options[at];
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    return input.setAttribute('aria-activedescendant', option.id);
  };

  const open = (on) => {
    list.hidden = !on;
    input.setAttribute('aria-expanded', String(on));
    if (!on) mark(-1);
  };

  const optionOf = (hit, at) => {
    const option = make(hit.href ? 'a' : 'div');
    setAll(option, { id: `${id}-${at}`, role: 'option', 'aria-selected': 'false', tabindex: '-1' });
    if (hit.href) option.href = hit.href;
    option.append(make('bdi', hit.label), ' ', make('span', hit.note, 'note'));
    if (hit.value !== undefined) {
      option.addEventListener('click', () => {
        input.value = hit.value;
        open(false);
        input.dispatchEvent(new Event('change', { bubbles: true }));
      });
    }
    return option;
  };

  const show = () => {
    const found = find(input.value);
    if (!found) return open(false);
    options = found.hits.map(optionOf);
    active = -1;
    input.removeAttribute('aria-activedescendant');
    const { count } = found;
    const none = make('p', found.waiting ? 'Loading…' : 'Nothing found.', 'note');
    list.replaceChildren(...(options.length ? options : [none]));
    if (count > options.length) {
      list.append(make('p', `${count - options.length} more. Type more to narrow them.`, 'note'));
    }
    if (!found.waiting) say(count === 1 ? '1 result' : `${count} results`);
    return open(true);
  };

  input.addEventListener('input', show);
  input.addEventListener('blur', () => open(false));
  // A press on the list must not take the focus, or the list would close before the click.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  input.addEventListener('keydown', (event) => {
    const { key } = event;
    if (key === 'ArrowDown' && list.hidden) show();
    if (list.hidden || event.isComposing) return;
    const count = options.length;
    if (key === 'ArrowDown') mark((active + 1) % count);
    else if (key === 'ArrowUp') mark((active <= 0 ? count : active) - 1);
    else if (key === 'Escape') open(false);
    else if (key === 'Enter' && count) options[Math.max(active, 0)].click();
    else return;
    event.preventDefault();
  });
  return show;
};
