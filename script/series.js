// The data of a series: its runs, from columns and from the list of commits; its table as CSV. In
// one script with the range, which a page loads when somebody uses one of them (lazy.js).

const COMMITS_OF_FILE = 1000;

// Of steps from one value to the next, the values.
const sums = (steps) => {
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return sum;
  });
};

const runsOfColumns = ({ points }) => {
  const { commit, flags, segment, std, time, time_step: step, time_unit: unit, value } = points;
  const [places, times] = [sums(commit), sums(time.map((more, row) => more + (row && step)))];
  const perSecond = unit === 's' ? 1 : 1e6;
  return value.map((number, row) => ({
    place: places[row], value: number, std: cell(std, row), segment: cell(segment, row),
    time: times[row] * 1000 / perSecond,
    // Microseconds, which a date of JavaScript does not have.
    fraction: times[row] - Math.floor(times[row] / perSecond) * perSecond,
    flags: Object.keys(flags).filter((flag) => flags[flag].includes(row)),
  }));
};

// A series with all its runs, from the files of earlier years too, each with its commit.
const seriesOf = async (url) => {
  const data = await json(url);
  const parts = await Promise.all((data.parts || []).map((part) => json(pageUrl(part.url))));
  const runs = [...parts, data].flatMap(runsOfColumns);
  const fileOf = ({ place }) => Math.floor(place / COMMITS_OF_FILE);
  const lists = {};
  await Promise.all([...new Set(runs.map(fileOf))].map(async (number) => {
    const file = new URL(`../commits/${number}.json`, new URL(url, location.href));
    lists[number] = (await json(file)).commits;
  }));
  for (const run of runs) run.commit = lists[fileOf(run)][run.place % COMMITS_OF_FILE];
  return { ...data, runs };
};

// RFC 4180. What a spreadsheet would take for a formula gets a quote in front.
const csvCell = (value) => {
  const text = `${value ?? ''}`;
  const safe = typeof value === 'string' && /^['=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const csvOf = ({ runs, unit }) => [
  ['commit', 'timestamp', 'value', 'std', 'unit', 'segment', 'flags'],
  ...runs.map(({ commit, time, fraction, value, std, segment, flags }) => {
    const second = new Date(time).toISOString().slice(0, 19);
    const rest = fraction ? `.${`${fraction}`.padStart(6, '0').replace(/0+$/, '')}` : '';
    return [commit, `${second}${rest}Z`, value, std, unit, segment, flags.join(' ')];
  }),
].map((row) => `${row.map(csvCell).join()}\r\n`).join('');

// Saves the table of a series.
const saveCsv = async (url) => {
  const table = await seriesOf(url).then(csvOf).catch(() => '');
  if (!table) return say('The data of this series cannot be loaded.');
  const link = make('a');
  link.href = URL.createObjectURL(new Blob([table], { type: 'text/csv' }));
  link.download = decodeURIComponent(url.split('/').pop()).replace(/json$/, 'csv');
  link.click();
  return URL.revokeObjectURL(link.href);
};
