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

const stale = (bar) => {
  const { newest, staleAfterDays, demo } = document.body.dataset;
  const days = (Date.now() - Date.parse(newest)) / 86400000;
  if (demo !== undefined || !bar.hidden || !(days > Number(staleAfterDays))) return;
  const date = new Date(newest).toISOString().slice(0, 10);
  bar.textContent =
    `The latest result is ${Math.floor(days)} days old (${date}, UTC). ` +
    'No new results arrive, or this site is no longer built.';
  bar.hidden = false;
};

feature('time[data-age]', age);
feature('p#stale', stale);
