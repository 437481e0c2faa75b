// Not found

// Levenshtein.
const distance = (a, b) => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const x of a) {
    const above = row;
    row = [above[0] + 1];
    for (let j = 0; j < b.length; j += 1) {
      row.push(Math.min(row[j] + 1, above[j + 1] + 1, above[j] + (x !== b[j])));
    }
  }
  return row[b.length];
};

const near = (path, series) => {
  const pages = {};
  series.slice(0, 4000).forEach(({ id, url }) => {
    const [test, backend] = id.split('/');
    pages[`series/${id}/`] = url;
    pages[`test/${test}/`] = pages[`backend/${backend}/`] = '';
  });
  return Object.keys(pages)
    .map((page) => [distance(path, page), page])
    .filter(([away, page]) => away <= page.length * 0.4)
    .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, 5)
    .map(([, page]) => [pages[page] || page, page]);
};

const suggestPages = async (place) => {
  const { root } = place.dataset;
  if (!location.pathname.startsWith(root)) return;
  const path = location.pathname.slice(root.length, root.length + 300);
  // A leading slash would make it another host.
  const low = `${path}/`.toLowerCase().replace(/\/+/g, '/').replace(/^\//, '');
  const guesses = new Map();
  const commit = /^commit\/([0-9a-f]{12})[0-9a-f]{1,28}\/$/.exec(low);
  const diff = /^diff\/([^/]+?)\.\.([^/]+)\//.exec(low);
  if (commit) guesses.set(`commit/${commit[1]}/`, `Commit ${commit[1]}`);
  if (diff) {
    const [base, head] = diff.slice(1).map((id) => id.replace(/^([0-9a-f]{12})[0-9a-f]+$/, '$1'));
    guesses.set(`diff/?base=${base}&head=${head}`, `Compare ${base} with ${head}`);
  }
  if (!commit && !diff && /[A-Z]/.test(path)) guesses.set(low, low);
  const index = await json(`${root}api/v2/index.json`).catch(() => ({}));
  if (!commit && !diff) near(low, index.series || []).forEach((p) => guesses.set(...p));
  if (!guesses.size) return;
  const listing = make('ul');
  for (const [to, text] of guesses) {
    const a = make('a', text);
    a.href = root + to;
    listing.append(make('li'));
    listing.lastChild.append(a);
  }
  place.append(make('p', 'Did you mean:'), listing);
};

feature('#not-found', suggestPages);
