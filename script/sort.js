// Sorting: the heads of table columns become buttons

// Numbers by data-value, dates by their time, percentages with the sign of their mark, all else as
// text; cells without a value come last.
const sortKey = (row, column) => {
  const cell = row.cells[column];
  if (!cell) return '';
  if (cell.dataset.value !== undefined) {
    return cell.dataset.value === '' ? '' : Number(cell.dataset.value);
  }
  const time = cell.querySelector('time');
  if (time) return Date.parse(time.dateTime);
  const text = cell.textContent.trim();
  const [, mark, digits] = /^([▲▼]?\s*[+−]?)([\d.]+)%/.exec(text) || [];
  return digits ? Number(digits) * (/[▼−]/.test(mark) ? -1 : 1) : text;
};

const compareKeys = (a, b) =>
  typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });

const sortRows = (table, column, descending) => {
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => [sortKey(row, column), row]);
  keyed.sort(([a], [b]) => {
    if (a === '' || b === '') return (a === '') - (b === '');
    return descending ? compareKeys(b, a) : compareKeys(a, b);
  });
  body.append(...keyed.map(([, row]) => row));
};

const sortable = (table) => {
  const rows = table.tBodies[0]?.rows ?? [];
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  // A table with merged cells has no columns to sort by.
  if (rows.length < 2 || table.querySelector('[rowspan], [colspan]')) return;
  // A phone shows no heads: a list of the columns stands for them.
  const list = make('select');
  list.append(make('option', 'in this order'));
  heads.forEach((head, column) => {
    const keys = [...rows].map((row) => sortKey(row, column));
    if (!head.textContent.trim() || keys.every((key) => key === '')) return;
    // Quantities without a number to sort by, as `12 ms`, would sort by their digits.
    if (column && keys.some((key) => typeof key === 'string' && /^\d/.test(key))) return;
    const button = setAll(make('button', undefined, 'sort'), { type: 'button' });
    button.append(...head.childNodes);
    head.append(button);
    // Numbers begin with the largest, names with the first.
    const first = keys.some((key) => typeof key === 'number') ? 'descending' : 'ascending';
    const option = make('option', head.textContent.trim());
    option.button = button;
    list.append(option);
    button.addEventListener('click', () => {
      const now = head.getAttribute('aria-sort');
      const other = now === 'descending' ? 'ascending' : 'descending';
      const order = now ? other : first;
      for (const cell of heads) cell.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', order);
      sortRows(table, column, order === 'descending');
      say(`Sorted by ${button.textContent.trim()}, ${order}.`);
    });
  });
  if (!table.classList.contains('stack') || list.length < 2) return;
  const label = make('label', 'Sort ', 'sortby');
  list.addEventListener('change', () => list.selectedOptions[0].button?.click());
  label.append(list);
  table.before(label);
};

feature('main table', sortable);
