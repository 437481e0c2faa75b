// Search: an index that the build writes as scripts, loaded when somebody searches

const field = () => document.querySelector('.find');

// The address of a page of this site; pages that are read from disk name their file.
const pageUrl = (path) => {
  const home = new URL(field().dataset.home, location.href).href;
  const [page, fragment] = path.split('#');
  const file = home.endsWith('index.html') && page.endsWith('/') ? 'index.html' : '';
  return new URL(page + file, home).href + (fragment ? `#${fragment}` : '');
};

// By kind; each entry is { text, rank, label, note, path }, with `text` in lower case.
const entries = [];
const commits = [];
const names = new Map();

const plain = (text) => text.toLowerCase().replaceAll(',', '');
const add = (rank, label, note, path) =>
  entries.push({ rank, label, note, path, text: plain(label) });

// The slug of a name is empty where it is the name itself.
const addBenchmarks = ({ backends, tests, variants }) => {
  for (const [name, slug] of backends) add(1, name, 'backend', `backend/${slug || name}/`);
  for (const [test, testSlug, series] of tests) {
    const folder = testSlug || test;
    add(0, test, 'benchmark', `test/${folder}/`);
    for (let at = 0; at < series.length; at += 2) {
      const [backend, slug] = backends[series[at]];
      const hasPage = series[at + 1] >= 0;
      const [variant, tail] = variants[hasPage ? series[at + 1] : -1 - series[at + 1]];
      const stem = `${folder}/${slug || backend}/${tail}`;
      const label = [test, backend, variant].filter(Boolean).join(' · ');
      const path = hasPage ? `series/${stem.replaceAll('/', '.')}.html`
        : `test/${folder}/#s-${stem.replace(/[/~.]/g, '-')}`;
      names.set(stem, { label, path });
      add(3, label, 'series', path);
    }
  }
};

const NOT_MAIN_LINE = 1;
const WITHOUT_PAGE = 2;

const addCommits = (part) => {
  for (const [slug, day, subject, tags, flags] of part.commits) {
    const label = [slug, tags, subject].filter(Boolean).join(' · ');
    commits.push({ slug, day, subject, tags: tags.split(' '), label, text: plain(label),
      main: !(flags & NOT_MAIN_LINE), page: !(flags & WITHOUT_PAGE) });
    if (!(flags & WITHOUT_PAGE)) add(2, label, `commit, ${day}`, `commit/${slug}/`);
  }
  for (const entry of part.entries) add(...entry);
};

window.addToSearch = (part) => (part.tests ? addBenchmarks(part) : addCommits(part));

// Clones of the page's own elements: its policy lets no script set an address.
const loadScripts = (place) => {
  const scripts = all('script', place.querySelector('template').content);
  return Promise.all(scripts.map((script) => new Promise((resolve) => {
    const copyOf = document.importNode(script, true);
    // Results of equal rank stand in the order of the scripts, not of their arrival.
    copyOf.async = false;
    copyOf.addEventListener('load', resolve);
    copyOf.addEventListener('error', resolve);
    document.head.append(copyOf);
  })));
};

let loading;
let loaded = false;

const loadIndex = () => {
  loading ??= loadScripts(field()).then(() => {
    loaded = true;
  });
  return loading;
};

// Every word must be in the text. A word that begins one there counts more than one within.
const scoreOf = ({ text, rank }, words) => {
  let score = rank;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return -1;
    if (at > 0) score += /[a-z0-9]/.test(text[at - 1]) ? 9 : 1;
  }
  return score;
};

const matching = (list, query) => {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const byScore = [];
  let count = 0;
  for (const entry of list) {
    const score = scoreOf(entry, words);
    if (score >= 0) {
      count += 1;
      (byScore[score] ??= []).push(entry);
    }
  }
  return { count, best: byScore.flat().slice(0, MOST_SHOWN) };
};

const search = (form) => {
  const input = form.querySelector('input');
  const show = combobox(input, (query) => {
    if (!query.trim()) return null;
    const { best, count } = matching(entries, query);
    const hits = best.map(({ label, note, path }) => ({ label, note, href: pageUrl(path) }));
    return { hits, count, waiting: !loaded };
  });
  input.addEventListener('focus', () => {
    loadIndex().then(() => input === document.activeElement && input.value && show());
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input, select, textarea, [contenteditable]');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
};

feature('.find', search);
