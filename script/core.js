// What JavaScript adds to a page; every page is complete without it. `make script` joins the files
// of this folder to one. Each feature looks for its own markup and does nothing where that is
// missing. Text enters the page as text, never as markup.

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const make = (name, text, className) => {
  const element = document.createElement(name);
  element.dataset.js = '';
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const setAll = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

const json = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw answer;
  return answer.json();
};

// Where a copied or shared address begins: a page that is read from disk names its published place.
const here = () => {
  const canonical = document.querySelector('link[rel="canonical"]');
  if (!canonical || location.protocol !== 'file:') return location.href;
  return canonical.href + location.search + location.hash;
};

// Said to those who do not see the page change.
const say = (text) => {
  let place = document.getElementById('said');
  if (!place) {
    place = setAll(make('p', '', 'vh'), { id: 'said', role: 'status' });
    document.body.append(place);
  }
  place.textContent = text;
};

const setQuery = (changes) => {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value) query.set(key, value);
    else query.delete(key);
  }
  // Commas and ranges stay as people write them.
  const text = `${query}`.replaceAll('%2C', ',').replaceAll('%3A', ':');
  history.replaceState(null, '', (text ? `?${text}` : location.pathname) + location.hash);
};

// The theme, before anything is drawn

const THEMES = ['light', 'dark'];
const THEME = 'benchpages.theme';

const storedTheme = () => {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null; // Storage may be forbidden.
  }
};

const applyTheme = (theme) => {
  if (THEMES.includes(theme)) root.dataset.theme = theme;
  else delete root.dataset.theme;
};

root.classList.add('js');
applyTheme(storedTheme());

// Features start when the page is there.

const features = [];
const feature = (selector, apply) => features.push([selector, apply]);
const start = () => {
  for (const [selector, apply] of features) all(selector).forEach(apply);
};

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else setTimeout(start);
