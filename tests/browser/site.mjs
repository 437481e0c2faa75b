// Reads a built site from disk: which files and pages it has, what kind each page is, and what a
// page links to.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Parser } from 'htmlparser2';

// First match wins; the name is what failures and screenshots are called by.
const KINDS = [
  ['overview', /^index\.html$/],
  ['404', /^404\.html$/],
  ['test', /^test\/[^/]+\/index\.html$/],
  ['backend', /^backend\/[^/]+\/index\.html$/],
  ['series', /^series\/.+\.html$/],
  ['views', /^view\/index\.html$/],
  ['view', /^view\/.+\/index\.html$/],
  ['commit', /^commit\/[^/]+\/index\.html$/],
  ['diffs', /^diff\/index\.html$/],
  ['diff', /^diff\/[^/]+\/index\.html$/],
  ['diff slice', /^diff\/[^/]+\/.+\/index\.html$/],
  ['events', /^event\/index\.html$/],
  ['event', /^event\/.+\/index\.html$/],
  ['people', /^people\/index\.html$/],
  ['person', /^people\/.+\/index\.html$/],
  ['contents', /^docs\/index\.html$/],
  ['chapter', /^docs\/.+\.html$/],
];

const kindOf = (file) => {
  const known = KINDS.find(([, pattern]) => pattern.test(file));
  return known ? known[0] : file.replace(/(\/index)?\.html$/, '').split('/')[0];
};

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(folder, path).split(sep).join('/'))
    .sort();
}

/// Every id, every reference (a, link, script, img, use; with its attribute) and data-root.
function read(html) {
  const found = { ids: [], links: [], canonical: null, ownRoot: null };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (attributes.id !== undefined) found.ids.push(attributes.id);
      if (attributes['data-root']) found.ownRoot = attributes['data-root'];
      if (name === 'link' && attributes.rel === 'canonical') found.canonical = attributes.href;
      for (const key of ['href', 'src', 'action', 'data-diffs', 'xlink:href']) {
        if (attributes[key] === undefined) continue;
        found.links.push({ tag: name, key, to: attributes[key], rel: attributes.rel ?? '' });
      }
    },
  });
  parser.end(html);
  return found;
}

/// Where a file is reached below the base: folders without their index.html.
const pathOf = (file) => file.replace(/(^|\/)index\.html$/, '$1');

/// { name, folder, files, pages: [{ file, path, kind, bytes, html facts }], base }
export function loadSite(name, folder) {
  const files = filesUnder(folder);
  const pages = files.filter((file) => file.endsWith('.html')).map((file) => {
    const html = readFileSync(join(folder, file), 'utf8');
    return { file, path: pathOf(file), kind: kindOf(file), bytes: html.length, ...read(html) };
  });
  const canonical = pages.find((page) => page.file === 'index.html')?.canonical;
  const base = canonical ? new URL(canonical).pathname.replace(/[^/]*$/, '') : '/repo/';
  const origin = canonical ? new URL(canonical).origin : null;
  return { name, folder, files, pages, base: base === '/' ? '/repo/' : base, origin };
}

/// The page of each kind that holds most: what breaks, breaks there first.
export function keyPages(site) {
  const best = new Map();
  for (const page of site.pages) {
    const known = best.get(page.kind);
    if (!known || page.bytes > known.bytes) best.set(page.kind, page);
  }
  return [...best.values()];
}

/// At most `most` pages of each kind, spread evenly over the sorted list.
export function sample(site, most) {
  return [...byKind(site.pages).values()].flatMap((pages) => {
    const step = Math.max(1, pages.length / most);
    const count = Math.min(most, pages.length);
    return Array.from({ length: count }, (_, i) => pages[Math.floor(i * step)]);
  });
}

function byKind(pages) {
  const kinds = new Map();
  for (const page of pages) kinds.set(page.kind, [...(kinds.get(page.kind) ?? []), page]);
  return kinds;
}
