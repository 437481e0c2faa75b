// Ages: computed here, because a page does not know when it is read

const ago = (ms) => {
  const minutes = Math.floor(ms / 60000);
  const [size, name] =
    minutes < 90 ? [1, 'minute'] : minutes < 2160 ? [60, 'hour'] : [1440, 'day'];
  const count = Math.floor(minutes / size);
  return `${count} ${name}${count === 1 ? '' : 's'} ago`;
};

const age = (time) => {
  // Demo data is old by design.
  if (document.body.dataset.demo !== undefined) return;
  const passed = Date.now() - Date.parse(time.dateTime);
  if (passed >= 0) time.after(make('span', ` (${ago(passed)})`, 'age'));
};

const daysSince = (time) => (Date.now() - Date.parse(time)) / 86400000;

const stale = async (bar) => {
  const { staleAfterDays: limit, demo } = document.body.dataset;
  if (demo !== undefined || !bar.hidden) return;
  // A page that shows a recent result need not ask. No page says which is the newest of the site:
  // all of them would change with every run.
  const isRecent = (days) => days >= 0 && days <= limit;
  if (all('main time').some(({ dateTime }) => isRecent(daysSince(dateTime)))) return;
  // Read from disk, a page can ask nothing.
  const { newest } = await json(pageUrl('build.json')).catch(() => ({}));
  const days = daysSince(newest);
  if (!(days > limit)) return;
  bar.hidden = false;
  bar.textContent =
    `No results since ${newest.slice(0, 10)}: the latest is ${Math.floor(days)} days old.`;
};

feature('time[data-age]', age);
feature('p#stale', stale);
