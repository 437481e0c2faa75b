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
  const { staleAfterDays, demo } = document.body.dataset;
  if (demo !== undefined || !bar.hidden) return;
  const limit = Number(staleAfterDays);
  const shown = [...document.querySelectorAll('main time')].map((time) => daysSince(time.dateTime));
  // A page that shows a recent result need not ask. No page says which is the newest of the site:
  // all of them would change with every run.
  if (shown.some((days) => days >= 0 && days <= limit)) return;
  const home = new URL(document.querySelector('[data-home]').dataset.home, location.href);
  // Read from disk, a page can ask nothing.
  const answer = await fetch(new URL('build.json', home)).catch(() => undefined);
  if (!answer?.ok) return;
  const { newest } = await answer.json();
  const days = daysSince(newest);
  if (!(days > limit)) return;
  const date = new Date(newest).toISOString().slice(0, 10);
  bar.textContent =
    `The latest result is ${Math.floor(days)} days old (${date}, UTC). ` +
    'No new results arrive, or this site is no longer built.';
  bar.hidden = false;
};

feature('time[data-age]', age);
feature('p#stale', stale);
